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
    result = {{"rule", "fraction_of_total"},
              {"share", value_of(r.share)},
              {"graphs_inside", r.graphs_inside}};
  }
  template <class T>
  void operator()(const fraction_of_free<T>& r) const {
    result = {{"rule", "fraction_of_free"}, {"share", value_of(r.share)}};
  }
  template <class T>
  void operator()(const static_fraction<T>& r) const {
    result = {{"rule", "static_fraction"}, {"share", value_of(r.share)}};
  }
  template <class T>
  void operator()(const derived_static<T>& r) const {
    const auto in_bytes = [](const bytes<T>& held) { return rounded_up(held.value()); };
    result = {{"rule", "derived_static"},
              {"share", value_of(r.share)},
              {"base_bytes", in_bytes(r.base)},
              {"bytes_per_token", in_bytes(r.per_token)},
              {"least_tokens", rounded_up(r.least_tokens)},
              {"bytes_per_gpu", in_bytes(r.per_gpu)},
              {"bytes_per_sequence", in_bytes(r.per_sequence)},
              {"bytes_per_replica_sequence", in_bytes(r.per_replica_sequence)},
              {"bytes_per_replica_sequence_above", in_bytes(r.per_replica_sequence_above)},
              {"many_sequences", rounded_up(r.many_sequences)},
              {"least_bytes", in_bytes(r.least)},
              {"least_from_bytes", in_bytes(r.least_from)}};
  }
};

inline nlohmann::ordered_json precision_to_json(const std::optional<precision>& p) {
  if (!p) return nullptr;
  return std::string(name(*p));
}

}  // namespace detail

/// {"budget": {"rule", "share", its figures}, "reserve_bytes", "communicators_bytes", "cuda_graphs_bytes",
///  "page_tokens", "step_tokens", "shared_step", "step_sequences",
///  "captured_sequences": {"below_four_ranks", "from_four_ranks"}, "logit_bytes", "vocabulary_padding",
///  "mxfp4_padding", "queued_share", "expert_exchange", "dispatch", "combine",
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
          {"shared_step", r.shared_step},
          {"step_sequences", detail::rounded_up(r.step_sequences)},
          {"captured_sequences",
           {{"below_four_ranks", detail::rounded_up(r.captured.below_four)},
            {"from_four_ranks", detail::rounded_up(r.captured.from_four)}}},
          {"logit_bytes", value_of(r.logit_bytes)},
          {"vocabulary_padding", r.padding.vocabulary},
          {"mxfp4_padding", r.padding.mxfp4_width},
          {"queued_share", value_of(r.queued_share)},
          {"expert_exchange", std::string(name(r.experts.exchange))},
          {"dispatch", detail::precision_to_json(r.experts.dispatch)},
          {"combine", detail::precision_to_json(r.experts.combine)},
          {"overlap_shared_experts", r.experts.overlap_shared},
          {"two_batch_overlap", r.two_batch_overlap}};
}

}  // namespace shardline
