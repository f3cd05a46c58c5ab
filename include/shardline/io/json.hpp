/// Results as JSON for programs, in SI base units: bytes, seconds, tokens. Needs nlohmann_json.
///
/// Bytes, tokens and counts are whole numbers; objects keep the order in which their keys are
/// documented. Where an estimate cannot be priced (a violation is "layers" or "precision") its
/// figures are zero. Inputs out of range have no place here: refuse them before (report::invalid).
#pragma once

#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>

#include "shardline/cost/parameters.hpp"
#include "shardline/estimate/disaggregation.hpp"
#include "shardline/estimate/stages.hpp"
#include "shardline/io/json/engine.hpp"
#include "shardline/io/text/feasibility.hpp"
#include "shardline/plan/search.hpp"

namespace shardline {

/// {"name", "parameters", "active_parameters", "mtp_parameters", "kv_bytes_per_token",
///  "state_bytes_per_sequence"}: multi-token prediction is counted apart.
[[nodiscard]] inline nlohmann::ordered_json to_json(const model& m) {
  return {{"name", std::string(m.name.view())},
          {"parameters", parameters(m).total()},
          {"active_parameters", active_parameters(m)},
          {"mtp_parameters", mtp_parameters(m).total()},
          {"kv_bytes_per_token", detail::rounded_up(kv_bytes_per_token(m).value())},
          {"state_bytes_per_sequence", detail::rounded_up(state_bytes_per_sequence(m).value())}};
}

/// {"attention": {"tp", "cp", "dp"}, "expert": {"etp", "ep", "edp"}, "pp", "dispatch",
///  "redundant_experts", "dcp", "gpus"}
[[nodiscard]] inline nlohmann::ordered_json to_json(const layout& l) {
  return {{"attention", {{"tp", l.attention.tp}, {"cp", l.attention.cp}, {"dp", l.attention.dp}}},
          {"expert", {{"etp", l.expert.etp}, {"ep", l.expert.ep}, {"edp", l.expert.edp}}},
          {"pp", l.pp},
          {"dispatch", std::string(name(l.dispatch))},
          {"redundant_experts", l.redundant_experts},
          {"dcp", l.dcp},
          {"gpus", l.gpus()}};
}

namespace detail {

// A violation's figure in SI base units. A time without end has no figure.
inline nlohmann::ordered_json si_figure(figure_unit u, count figure) {
  constexpr double ns_per_s = 1e9;
  constexpr double s_per_million_s = 1e6;
  if (u == figure_unit::nanoseconds && figure == largest_whole) return nullptr;
  if (u == figure_unit::nanoseconds) return static_cast<double>(figure) / ns_per_s;
  if (u == figure_unit::requests_per_million_seconds) {
    return static_cast<double>(figure) / s_per_million_s;
  }
  return figure;
}

}  // namespace detail

/// {"rule", "message", "required", "available"}: the two figures in bytes, seconds, or a count.
[[nodiscard]] inline nlohmann::ordered_json to_json(const violation& v) {
  return {{"rule", std::string(text_of(v.rule).id)},
          {"message", to_text(v)},
          {"required", detail::si_figure(v.units.required, v.required)},
          {"available", detail::si_figure(v.units.available, v.available)}};
}

namespace detail {

// From 2^53 on doubles are whole themselves, and may not fit a count.
inline constexpr double whole_beyond = 9007199254740992.0;

inline nlohmann::ordered_json whole_bytes(double b) {
  if (b >= whole_beyond) return b;
  return rounded_up(b);
}

// Whole parts that sum to the rounded-up sum: each is what its addition moves that by. From 2^53
// bytes in all on they are left as they are.
template <std::size_t N>
std::array<nlohmann::ordered_json, N> whole_parts(const std::array<double, N>& parts) {
  std::array<double, N> sums{};
  std::partial_sum(parts.begin(), parts.end(), sums.begin());
  std::array<nlohmann::ordered_json, N> whole{};
  for (std::size_t i = 0; i < N; ++i) {
    if (sums[N - 1] >= whole_beyond) {
      whole[i] = parts[i];
    } else {
      whole[i] = rounded_up(sums[i]) - (i == 0 ? 0 : rounded_up(sums[i - 1]));
    }
  }
  return whole;
}

}  // namespace detail

/// {"weights_bytes", "kv_cache_bytes", "state_bytes", "activation_bytes", "communication_bytes",
///  "reserve_bytes", "withheld_bytes", "total_bytes", "capacity_bytes", "kv_capacity_tokens"}
/// The parts are whole and sum to the total, which is rounded up. From 2^53 bytes on, where doubles
/// are whole themselves, all are printed as they are.
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const basic_memory<T>& m) {
  // In the order in which total() adds them up.
  const auto whole = detail::whole_parts<7>(
      {value_of(m.weights.value()), value_of(m.kv_cache.value()), value_of(m.state.value()),
       value_of(m.activation.value()), value_of(m.communication.value()),
       value_of(m.reserve.value()), value_of(m.withheld.value())});
  return {{"weights_bytes", whole[0]},
          {"kv_cache_bytes", whole[1]},
          {"state_bytes", whole[2]},
          {"activation_bytes", whole[3]},
          {"communication_bytes", whole[4]},
          {"reserve_bytes", whole[5]},
          {"withheld_bytes", whole[6]},
          {"total_bytes", detail::whole_bytes(value_of(m.total().value()))},
          {"capacity_bytes", detail::rounded_up(m.capacity.value())},
          {"kv_capacity_tokens", detail::rounded_up(m.kv_capacity.value())}};
}

/// {class: bytes}: weight classes in order, those that a stage lacks left out; whole, and summing
/// to the rounded-up total.
[[nodiscard]] inline nlohmann::ordered_json to_json(const weight_totals& w) {
  nlohmann::ordered_json classes = nlohmann::ordered_json::object();
  const auto whole = detail::whole_parts(w.stored_bytes);
  for (std::size_t i = 0; i < weight_class_count; ++i) {
    if (w.elements[i] > 0) classes[std::string(name(static_cast<weight_class>(i)))] = whole[i];
  }
  return classes;
}

/// {"residual_bytes", "peak_operator", "peak_bytes",
///  "buffers": [{"collective", "ranks", "stride", "bytes"}]}, bytes rounded up: activations are the
/// first and the third, buffers those of the collectives that run.
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const basic_workspace<T>& w) {
  const term peak = peak_operator(w);
  nlohmann::ordered_json buffers = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < w.keys.size(); ++i) {
    const double size = value_of(w.buffers[i].value());
    if (!(size > 0.0)) continue;
    buffers.push_back({{"collective", std::string(name(term_of(w.keys[i].kind)))},
                       {"ranks", w.keys[i].group.size},
                       {"stride", w.keys[i].group.stride},
                       {"bytes", detail::whole_bytes(size)}});
  }
  return {{"residual_bytes", detail::whole_bytes(value_of(w.residual.value()))},
          {"peak_operator", std::string(name(peak))},
          {"peak_bytes", detail::whole_bytes(value_of(w[peak].value()))},
          {"buffers", buffers}};
}

/// {"stage", "first_layer", "layers", the keys of a memory, "weights": {class: bytes}, "workspace"}
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const basic_stage_memory<T>& s) {
  nlohmann::ordered_json object{
      {"stage", s.stage}, {"first_layer", s.layers.first}, {"layers", s.layers.number}};
  object.update(to_json(s.memory));
  object["weights"] = to_json(s.weights);
  object["workspace"] = to_json(s.workspace);
  return object;
}

namespace detail {

struct stage_list {
  nlohmann::ordered_json& stages;
  template <class T>
  void operator()(const basic_stage_memory<T>& s) const {
    stages.push_back(to_json(s));
  }
};

}  // namespace detail

/// [as for a stage]: the fullest GPU of every pipeline stage. Assumes inputs that were priced.
template <class T, class Efficiency>
[[nodiscard]] nlohmann::ordered_json stages_to_json(const basic_cluster<T, Efficiency>& c,
                                                    const model& m, const layout& l,
                                                    const basic_workload<T>& w) {
  nlohmann::ordered_json stages = nlohmann::ordered_json::array();
  for_each_stage(c, m, l, w, detail::stage_list{stages});
  return stages;
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

namespace detail {

// JSON has no infinity: null where the queue grows for ever.
inline nlohmann::ordered_json unless_endless(double figure) {
  if (!is_finite(figure)) return nullptr;
  return figure;
}

}  // namespace detail

/// {"concurrency", "running", "utilisation", "requests_per_s", "waiting_s", "ttft_s", "tpot_s",
///  "output_tokens_per_s", "output_tokens_per_s_per_gpu", "total_tokens_per_s_per_gpu"};
/// concurrency, waiting and TTFT are null where requests arrive faster than they can be served.
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const basic_serving<T>& s) {
  return {{"concurrency", detail::unless_endless(value_of(s.concurrency))},
          {"running", value_of(s.running)},
          {"utilisation", value_of(s.utilisation)},
          {"requests_per_s", value_of(s.requests_per_s.value())},
          {"waiting_s", detail::unless_endless(value_of(s.waiting.value()))},
          {"ttft_s", detail::unless_endless(value_of(s.ttft.value()))},
          {"tpot_s", value_of(s.tpot.value())},
          {"output_tokens_per_s", value_of(s.output_tokens_per_s.value())},
          {"output_tokens_per_s_per_gpu", value_of(s.output_tokens_per_s_per_gpu.value())},
          {"total_tokens_per_s_per_gpu", value_of(s.total_tokens_per_s_per_gpu.value())}};
}

/// [low, high] in seconds, or null where they are infinite.
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const basic_band<T>& b) {
  if (!is_finite(value_of(b.low.value()))) return nullptr;
  return nlohmann::ordered_json::array({value_of(b.low.value()), value_of(b.high.value())});
}

/// {"prefill_s", "decode_s", "ttft_s", "tpot_s"}, each a band; that of a TTFT whose queue grows for
/// ever is null.
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const basic_bands<T>& b) {
  return {{"prefill_s", to_json(b.prefill)},
          {"decode_s", to_json(b.decode)},
          {"ttft_s", to_json(b.ttft)},
          {"tpot_s", to_json(b.tpot)}};
}

/// {"feasible", "violations", "warnings"}, with warnings as sentences.
[[nodiscard]] inline nlohmann::ordered_json to_json(const report& r) {
  nlohmann::ordered_json violations = nlohmann::ordered_json::array();
  for (const violation& v : r.violations) violations.push_back(to_json(v));
  nlohmann::ordered_json warnings = nlohmann::ordered_json::array();
  for (const warning_note& n : r.warnings) warnings.push_back(to_text(n));
  return {{"feasible", r.feasible()}, {"violations", violations}, {"warnings", warnings}};
}

/// {"model", "layout", the keys of a report, "memory", "source", "prefill", "decode", "serving",
///  "bands"}; the source of all times is "datasheet", "constant", "transferred" or "measured".
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const model& m, const layout& l,
                                             const basic_estimate<T>& e) {
  nlohmann::ordered_json object{{"model", to_json(m)}, {"layout", to_json(l)}};
  object.update(to_json(e.feasibility));
  object["memory"] = to_json(e.memory);
  object["source"] = std::string(name(e.source));
  object["prefill"] = to_json(e.prefill);
  object["decode"] = to_json(e.decode);
  object["serving"] = to_json(e.serving);
  object["bands"] = to_json(e.bands);
  return object;
}

/// {"model", "layout", "feasible", "prefill": report, "decode": report, "source",
///  "prefill_requests_per_s", "decode_requests_per_s", "transfer_s", "serving",
///  "bands"}
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const model& m, const layout& l,
                                             const basic_disaggregated<T>& d) {
  return {{"model", to_json(m)},
          {"layout", to_json(l)},
          {"feasible", d.feasible()},
          {"prefill", to_json(d.prefill)},
          {"decode", to_json(d.decode)},
          {"source", std::string(name(d.source))},
          {"prefill_requests_per_s", value_of(d.prefill_rate.value())},
          {"decode_requests_per_s", value_of(d.decode_rate.value())},
          {"transfer_s", value_of(d.transfer.value())},
          {"serving", to_json(d.serving)},
          {"bands", to_json(d.bands)}};
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
