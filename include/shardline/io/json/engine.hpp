/// An engine's constants as JSON, on nlohmann::json.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "shardline/base/alternative.hpp"
#include "shardline/describe/engine.hpp"

namespace shardline {

namespace detail {

struct budget_rule_to_json {
  nlohmann::ordered_json& result;
  template <class T>
  void operator()(const fraction_of_total<T>& r) const {
    result = {{"rule", "fraction_of_total"}, {"share", value_of(r.share)}};
  }
  template <class T>
  void operator()(const fraction_of_free<T>& r) const {
    result = {{"rule", "fraction_of_free"}, {"share", value_of(r.share)}};
  }
  template <class T>
  void operator()(const static_fraction<T>& r) const {
    result = {{"rule", "static_fraction"}, {"share", value_of(r.share)}};
  }
};

inline nlohmann::ordered_json precision_to_json(const std::optional<precision>& p) {
  if (!p) return nullptr;
  return std::string(name(*p));
}

}  // namespace detail

/// {"budget": {"rule", "share"}, "reserve_bytes", "communicators_bytes", "cuda_graphs_bytes",
///  "page_tokens", "step_tokens", "step_sequences", "schedule", "logit_bytes", "vocabulary_padding",
///  "fp4_padding", "reserved_output", "expert_exchange", "dispatch", "combine",
///  "overlap_shared_experts", "two_batch_overlap"}: describe/engine.hpp explains them; a step of 0
/// is the workload's own, a precision of null the activations'.
template <class T>
[[nodiscard]] nlohmann::ordered_json to_json(const basic_runtime<T>& r) {
  nlohmann::ordered_json budget;
  visit_alternative(r.budget, detail::budget_rule_to_json{budget});
  return {{"budget", budget},
          {"reserve_bytes", detail::rounded_up(r.reserve.value())},
          {"communicators_bytes", detail::rounded_up(r.communicators.value())},
          {"cuda_graphs_bytes", detail::rounded_up(r.cuda_graphs.value())},
          {"page_tokens", r.page_tokens},
          {"step_tokens", detail::rounded_up(r.step_tokens)},
          {"step_sequences", detail::rounded_up(r.step_sequences)},
          {"schedule", std::string(name(r.schedule))},
          {"logit_bytes", value_of(r.logit_bytes)},
          {"vocabulary_padding", r.padding.vocabulary},
          {"fp4_padding", r.padding.fp4_width},
          {"reserved_output", value_of(r.reserved_output)},
          {"expert_exchange", std::string(name(r.experts.exchange))},
          {"dispatch", detail::precision_to_json(r.experts.dispatch)},
          {"combine", detail::precision_to_json(r.experts.combine)},
          {"overlap_shared_experts", r.experts.overlap_shared},
          {"two_batch_overlap", r.two_batch_overlap}};
}

}  // namespace shardline
