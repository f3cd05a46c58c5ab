/// An engine's constants as JSON.
#pragma once

#include <optional>
#include <string_view>

#include "shardline/base/alternative.hpp"
#include "shardline/describe/engine.hpp"
#include "shardline/io/json/output.hpp"

namespace shardline {

namespace detail {

template <class Output>
struct budget_rule_to_json {
  json_output<Output>& out;
  template <class T>
  void operator()(const fraction_of_total<T>& r) const {
    put("fraction_of_total", value_of(r.share));
  }
  template <class T>
  void operator()(const fraction_of_free<T>& r) const {
    put("fraction_of_free", value_of(r.share));
  }
  template <class T>
  void operator()(const static_fraction<T>& r) const {
    put("static_fraction", value_of(r.share));
  }

 private:
  void put(std::string_view rule, double share) const {
    out.object("budget", [&] {
      out.member("rule", rule);
      out.member("share", share);
    });
  }
};

template <class Output>
void put_precision(json_output<Output>& out, std::string_view key,
                   const std::optional<precision>& p) {
  if (!p) return out.member(key, nullptr);
  out.member(key, name(*p));
}

}  // namespace detail

/// "budget": {"rule", "share"}, "reserve_bytes", "communicators_bytes", "cuda_graphs_bytes",
/// "page_tokens", "step_tokens", "step_sequences", "logit_bytes", "vocabulary_padding",
/// "fp4_padding", "queued_share", "expert_exchange", "dispatch", "combine",
/// "overlap_shared_experts", "two_batch_overlap", members: describe/engine.hpp explains them; a step
/// of 0 is the workload's own, a precision of null the activations'.
template <class Output, class T>
void put_members(json_output<Output>& out, const basic_runtime<T>& r) {
  visit_alternative(r.budget, detail::budget_rule_to_json<Output>{out});
  out.member("reserve_bytes", detail::rounded_up(r.reserve.value()));
  out.member("communicators_bytes", detail::rounded_up(r.communicators.value()));
  out.member("cuda_graphs_bytes", detail::rounded_up(r.cuda_graphs.value()));
  out.member("page_tokens", r.page_tokens);
  out.member("step_tokens", detail::rounded_up(r.step_tokens));
  out.member("step_sequences", detail::rounded_up(r.step_sequences));
  out.member("logit_bytes", value_of(r.logit_bytes));
  out.member("vocabulary_padding", r.padding.vocabulary);
  out.member("fp4_padding", r.padding.fp4_width);
  out.member("queued_share", value_of(r.queued_share));
  out.member("expert_exchange", name(r.experts.exchange));
  detail::put_precision(out, "dispatch", r.experts.dispatch);
  detail::put_precision(out, "combine", r.experts.combine);
  out.member("overlap_shared_experts", r.experts.overlap_shared);
  out.member("two_batch_overlap", r.two_batch_overlap);
}
/// {those members}
template <class Output, class T>
void put_json(json_output<Output>& out, const basic_runtime<T>& r) {
  out.object([&] { put_members(out, r); });
}

}  // namespace shardline
