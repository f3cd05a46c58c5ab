// SPDX-License-Identifier: BSL-1.0
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
    put("fraction_of_total", value_of(r.share),
        [&] { out.member("graphs_inside", r.graphs_inside); });
  }
  template <class T>
  void operator()(const fraction_of_free<T>& r) const {
    put("fraction_of_free", value_of(r.share));
  }
  template <class T>
  void operator()(const static_fraction<T>& r) const {
    put("static_fraction", value_of(r.share));
  }
  template <class T>
  void operator()(const derived_static<T>& r) const {
    put("derived_static", value_of(r.share), [&] {
      put_bytes("base_bytes", r.base);
      put_bytes("bytes_per_token", r.per_token);
      out.member("least_tokens", rounded_up(r.least_tokens));
      put_bytes("bytes_per_gpu", r.per_gpu);
      put_bytes("bytes_per_sequence", r.per_sequence);
      put_bytes("bytes_per_replica_sequence", r.per_replica_sequence);
      put_bytes("bytes_per_replica_sequence_above", r.per_replica_sequence_above);
      out.member("many_sequences", rounded_up(r.many_sequences));
      put_bytes("least_bytes", r.least);
      put_bytes("least_from_bytes", r.least_from);
    });
  }

 private:
  template <class Rest>
  void put(std::string_view rule, double share, const Rest& rest) const {
    out.object("budget", [&] {
      out.member("rule", rule);
      out.member("share", share);
      rest();
    });
  }
  void put(std::string_view rule, double share) const {
    put(rule, share, [] {});
  }
  template <class T>
  void put_bytes(std::string_view key, const bytes<T>& held) const {
    out.member(key, rounded_up(held.value()));
  }
};

template <class Output>
void put_precision(json_output<Output>& out, std::string_view key,
                   const std::optional<precision>& p) {
  if (!p) return out.member(key, nullptr);
  out.member(key, name(*p));
}

}  // namespace detail

/// "budget": {"rule", "share", its figures}, "reserve_bytes", "communicators_bytes",
/// "cuda_graphs_bytes", "page_tokens", "step_tokens", "shared_step", "step_sequences",
/// "captured_sequences": {"below_four_ranks", "from_four_ranks"}, "schedule", "logit_bytes",
/// "vocabulary_padding", "mxfp4_padding", "mxfp4_hidden_padding", "segment_bytes",
/// "reserved_output", "receive_interval", "expert_exchange", "dispatch", "combine",
/// "overlap_shared_experts", "buffers": {"inside_bytes", "across_bytes", "value_bytes", "tokens"},
/// "two_batch_overlap", members: describe/engine.hpp explains them; a
/// step of 0 is the workload's own, a precision of null the activations'.
///   by default "reserve_bytes": 1073741824   (tests/io/documented.cpp)
template <class Output, class T>
void put_members(json_output<Output>& out, const basic_runtime<T>& r) {
  visit_alternative(r.budget, detail::budget_rule_to_json<Output>{out});
  out.member("reserve_bytes", detail::rounded_up(r.reserve.value()));
  out.member("communicators_bytes", detail::rounded_up(r.communicators.value()));
  out.member("cuda_graphs_bytes", detail::rounded_up(r.cuda_graphs.value()));
  out.member("page_tokens", r.page_tokens);
  out.member("step_tokens", detail::rounded_up(r.step_tokens));
  out.member("shared_step", r.shared_step);
  out.member("step_sequences", detail::rounded_up(r.step_sequences));
  out.object("captured_sequences", [&] {
    out.member("below_four_ranks", detail::rounded_up(r.captured.below_four));
    out.member("from_four_ranks", detail::rounded_up(r.captured.from_four));
  });
  out.member("schedule", name(r.schedule));
  out.member("logit_bytes", value_of(r.logit_bytes));
  out.member("vocabulary_padding", r.padding.vocabulary);
  out.member("mxfp4_padding", r.padding.mxfp4_width);
  out.member("mxfp4_hidden_padding", r.padding.mxfp4_hidden);
  out.member("segment_bytes", r.padding.segment);
  out.member("reserved_output", value_of(r.reserved_output));
  out.member("receive_interval", value_of(r.receive_interval));
  out.member("expert_exchange", name(r.experts.exchange));
  detail::put_precision(out, "dispatch", r.experts.dispatch);
  detail::put_precision(out, "combine", r.experts.combine);
  out.member("overlap_shared_experts", r.experts.overlap_shared);
  out.object("buffers", [&] {
    out.member("inside_bytes", detail::rounded_up(r.buffers.inside.value()));
    out.member("across_bytes", detail::rounded_up(r.buffers.across.value()));
    out.member("value_bytes", r.buffers.value_bytes);
    out.member("tokens", r.buffers.tokens);
  });
  out.member("two_batch_overlap", r.two_batch_overlap);
}
/// {those members}, as one object.
///   by default "page_tokens": 16   (tests/io/documented.cpp)
template <class Output, class T>
void put_json(json_output<Output>& out, const basic_runtime<T>& r) {
  out.object([&] { put_members(out, r); });
}

}  // namespace shardline
