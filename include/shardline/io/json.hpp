/// Results as JSON for programs, in SI base units: bytes, seconds, tokens. Needs nlohmann_json.
///
/// Bytes, tokens and counts are whole numbers; objects keep the order in which their keys are
/// documented. Where an estimate cannot be priced (a violation is "layers" or "precision") its
/// figures are zero. Inputs out of range have no place here: refuse them before (report::invalid).
#pragma once

#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "shardline/cost/parameters.hpp"
#include "shardline/io/text/feasibility.hpp"
#include "shardline/plan/search.hpp"

namespace shardline {

/// {"name", "parameters", "active_parameters", "kv_bytes_per_token"}
[[nodiscard]] inline nlohmann::ordered_json to_json(const model& m) {
  return {{"name", std::string(m.name.view())},
          {"parameters", parameters(m).total()},
          {"active_parameters", active_parameters(m)},
          {"kv_bytes_per_token", detail::rounded_up(kv_bytes_per_token(m).value())}};
}

/// {"attention": {"tp", "cp", "dp"}, "expert": {"etp", "ep", "edp"}, "pp", "gpus"}
[[nodiscard]] inline nlohmann::ordered_json to_json(const layout& l) {
  return {{"attention", {{"tp", l.attention.tp}, {"cp", l.attention.cp}, {"dp", l.attention.dp}}},
          {"expert", {{"etp", l.expert.etp}, {"ep", l.expert.ep}, {"edp", l.expert.edp}}},
          {"pp", l.pp},
          {"gpus", l.gpus()}};
}

namespace detail {

// A violation's figure in SI base units: the rules on time hold nanoseconds.
inline nlohmann::ordered_json si_figure(rule r, count figure) {
  constexpr double ns_per_s = 1e9;
  if (r == rule::ttft || r == rule::tpot) return static_cast<double>(figure) / ns_per_s;
  return figure;
}

}  // namespace detail

/// {"rule", "message", "required", "available"}: the two figures in bytes, seconds, or a count.
[[nodiscard]] inline nlohmann::ordered_json to_json(const violation& v) {
  return {{"rule", std::string(text_of(v.rule).id)},
          {"message", to_text(v)},
          {"required", detail::si_figure(v.rule, v.required)},
          {"available", detail::si_figure(v.rule, v.available)}};
}

/// {"weights_bytes", "kv_cache_bytes", "activation_bytes", "communication_bytes", "reserve_bytes",
///  "total_bytes", "capacity_bytes", "kv_capacity_tokens"}
/// The parts are whole and sum to the total: each is what its addition moves the rounded-up sum by.
/// From 2^53 bytes on, where doubles are whole themselves, all are printed as they are.
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const basic_memory<T>& m) {
  constexpr double whole_beyond = 9007199254740992.0;
  if (value_of(m.total().value()) >= whole_beyond) {
    return {{"weights_bytes", value_of(m.weights.value())},
            {"kv_cache_bytes", value_of(m.kv_cache.value())},
            {"activation_bytes", value_of(m.activation.value())},
            {"communication_bytes", value_of(m.communication.value())},
            {"reserve_bytes", value_of(m.reserve.value())},
            {"total_bytes", value_of(m.total().value())},
            {"capacity_bytes", detail::rounded_up(m.capacity.value())},
            {"kv_capacity_tokens", detail::rounded_up(m.kv_capacity.value())}};
  }
  const std::array<bytes<T>, 5> parts{m.weights, m.kv_cache, m.activation, m.communication,
                                      m.reserve};
  std::array<count, 5> whole{};
  bytes<T> sum{};
  count before = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    sum = i == 0 ? parts[i] : sum + parts[i];
    whole[i] = detail::rounded_up(sum.value()) - before;
    before += whole[i];
  }
  return {{"weights_bytes", whole[0]},
          {"kv_cache_bytes", whole[1]},
          {"activation_bytes", whole[2]},
          {"communication_bytes", whole[3]},
          {"reserve_bytes", whole[4]},
          {"total_bytes", before},
          {"capacity_bytes", detail::rounded_up(m.capacity.value())},
          {"kv_capacity_tokens", detail::rounded_up(m.kv_capacity.value())}};
}

/// {"latency_s", "bound", "terms": [{"name", "seconds"}]}: terms that take any time, in order;
/// their sum is the latency.
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const basic_time<T>& t) {
  nlohmann::ordered_json terms = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < term_count; ++i) {
    const double s = value_of(t.terms[i].value());
    if (s == 0.0) continue;
    terms.push_back({{"name", std::string(name(static_cast<term>(i)))}, {"seconds", s}});
  }
  return {{"latency_s", value_of(t.total().value())},
          {"bound", std::string(name(t.bounded_by()))},
          {"terms", terms}};
}

/// {"concurrency", "ttft_s", "tpot_s", "output_tokens_per_s", "output_tokens_per_s_per_gpu",
///  "total_tokens_per_s_per_gpu"}
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const basic_serving<T>& s) {
  return {{"concurrency", detail::rounded_up(s.concurrency)},
          {"ttft_s", value_of(s.ttft.value())},
          {"tpot_s", value_of(s.tpot.value())},
          {"output_tokens_per_s", value_of(s.output_tokens_per_s.value())},
          {"output_tokens_per_s_per_gpu", value_of(s.output_tokens_per_s_per_gpu.value())},
          {"total_tokens_per_s_per_gpu", value_of(s.total_tokens_per_s_per_gpu.value())}};
}

/// {"model", "layout", "feasible", "violations", "warnings", "memory", "prefill", "decode",
///  "serving"}, with warnings as sentences.
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const model& m, const layout& l,
                                             const basic_estimate<T>& e) {
  nlohmann::ordered_json violations = nlohmann::ordered_json::array();
  for (const violation& v : e.feasibility.violations) violations.push_back(to_json(v));
  nlohmann::ordered_json warnings = nlohmann::ordered_json::array();
  for (const warning_note& n : e.feasibility.warnings) warnings.push_back(to_text(n));
  return {{"model", to_json(m)},
          {"layout", to_json(l)},
          {"feasible", e.feasibility.feasible()},
          {"violations", violations},
          {"warnings", warnings},
          {"memory", to_json(e.memory)},
          {"prefill", to_json(e.prefill)},
          {"decode", to_json(e.decode)},
          {"serving", to_json(e.serving)}};
}

/// {"tried", "feasible", "rejected": {rule: layouts}, "layouts": [as for an estimate, best first]};
/// rules that rejected none are left out.
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const model& m, const basic_search_result<T>& s) {
  nlohmann::ordered_json rejected = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < rule_count; ++i) {
    if (s.rejected[i] == 0) continue;
    rejected[std::string(text_of(static_cast<rule>(i)).id)] = s.rejected[i];
  }
  nlohmann::ordered_json layouts = nlohmann::ordered_json::array();
  for (const basic_candidate<T>& c : s.best) layouts.push_back(to_json(m, c.layout, c.estimate));
  return {
      {"tried", s.tried}, {"feasible", s.feasible}, {"rejected", rejected}, {"layouts", layouts}};
}

}  // namespace shardline
