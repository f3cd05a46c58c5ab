/// Results as JSON for programs, in SI base units: bytes, seconds, tokens. Needs nlohmann_json.
///
/// Bytes, tokens and counts are whole numbers; objects keep the order in which their keys are
/// documented. Where an estimate cannot be priced (a violation is "layers" or "precision") its
/// figures are zero. Inputs out of range have no place here: refuse them before (report::invalid).
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>

#include "shardline/base/parts.hpp"
#include "shardline/estimate/disaggregation.hpp"
#include "shardline/io/json/engine.hpp"
#include "shardline/io/text/feasibility.hpp"
#include "shardline/memory/stages.hpp"
#include "shardline/model/parameters.hpp"
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
struct whole_parts {
  double total;
  double sum = 0.0;

  nlohmann::ordered_json next(double part) {
    const count before = rounded_up(sum);
    sum += part;
    if (total >= whole_beyond) return part;
    return rounded_up(sum) - before;
  }
};

}  // namespace detail

/// {"weights_bytes", "kv_cache_bytes", "state_bytes", "activation_bytes", "communication_bytes",
///  "reserve_bytes", "withheld_bytes", "total_bytes", "capacity_bytes", "kv_capacity_tokens"}
/// The parts are whole and sum to the total, which is rounded up. From 2^53 bytes on, where doubles
/// are whole themselves, all are printed as they are.
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const basic_memory<T>& m) {
  nlohmann::ordered_json object;
  const double total = value_of(m.total().value());
  detail::whole_parts whole{total};
  for_each_addend(m, [&](std::string_view part, const bytes<T>& held) {
    object[std::string(part) + "_bytes"] = whole.next(value_of(held.value()));
  });
  object["total_bytes"] = detail::whole_bytes(total);
  object["capacity_bytes"] = detail::rounded_up(m.capacity.value());
  object["kv_capacity_tokens"] = detail::rounded_up(m.kv_capacity.value());
  return object;
}

/// {class: bytes}: weight classes in order, those that a stage lacks left out; whole, and summing
/// to the rounded-up total.
[[nodiscard]] inline nlohmann::ordered_json to_json(const weight_totals& w) {
  nlohmann::ordered_json classes = nlohmann::ordered_json::object();
  detail::whole_parts whole{w.total_bytes().value()};
  for (std::size_t i = 0; i < weight_class_count; ++i) {
    const nlohmann::ordered_json stored = whole.next(w.stored_bytes[i]);
    if (w.elements[i] > 0) classes[std::string(name(static_cast<weight_class>(i)))] = stored;
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
  for_each_addend(t, [&terms](std::string_view line, const seconds<T>& spent) {
    const double s = value_of(spent.value());
    if (s != 0.0) terms.push_back({{"name", std::string(line)}, {"seconds", s}});
  });
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

// A figure under its name, which ends with its unit: rates have it there already.
template <class T>
void put(nlohmann::ordered_json& object, std::string_view name, const T& figure) {
  object[std::string(name)] = unless_endless(value_of(figure));
}
template <class Unit, class T>
void put(nlohmann::ordered_json& object, std::string_view name, const quantity<Unit, T>& figure) {
  const bool in_seconds = std::is_same_v<Unit, unit::seconds>;
  const std::string key = std::string(name) + (in_seconds ? "_s" : "");
  object[key] = unless_endless(value_of(figure.value()));
}

}  // namespace detail

/// {"concurrency", "running", "utilisation", "requests_per_s", "waiting_s", "ttft_s", "tpot_s",
///  "output_tokens_per_s", "output_tokens_per_s_per_gpu", "total_tokens_per_s_per_gpu"};
/// concurrency, waiting and TTFT are null where requests arrive faster than they can be served.
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const basic_serving<T>& s) {
  nlohmann::ordered_json object;
  for_each_part(s, [&object](std::string_view name, const auto& figure) {
    detail::put(object, name, figure);
  });
  return object;
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
  nlohmann::ordered_json object;
  for_each_part(b, [&object](std::string_view name, const basic_band<T>& range) {
    object[std::string(name) + "_s"] = to_json(range);
  });
  return object;
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
