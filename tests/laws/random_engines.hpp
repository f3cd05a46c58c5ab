// SPDX-License-Identifier: BSL-1.0
/// Random engines, and the same over another scalar.
#pragma once

#include <array>
#include <cmath>
#include <variant>

#include "dice.hpp"
#include "shardline/shardline.hpp"

namespace laws {

inline double log_between(dice& d, double low, double high) {
  return low * std::exp2(d.unit() * std::log2(high / low));
}

inline sl::derived_static<> random_derived(dice& d, double share) {
  const auto held = [&d](double most) { return sl::bytes<>::from_value(d.between(0.0, most)); };
  sl::derived_static<> rule{share, held(1e7), held(1e3)};
  rule.least_tokens = static_cast<double>(d.whole(0, 4000));
  rule.per_gpu = held(1e6);
  rule.per_sequence = held(1e4);
  rule.per_replica_sequence = held(1e4);
  rule.per_replica_sequence_above = held(1e4);
  rule.many_sequences = static_cast<double>(d.whole(0, 400));
  rule.least = held(1e8);
  rule.least_from = held(1e12);
  return rule;
}

inline sl::budget_rule<> random_budget(dice& d) {
  const double share = d.between(0.5, 1.0);
  switch (d.whole(0, 3)) {
    case 0:
      return sl::fraction_of_total<>{share, d.flip()};
    case 3:
      return random_derived(d, share);
    case 1:
      return sl::fraction_of_free<>{share};
    default:
      return sl::static_fraction<>{share};
  }
}

/// Every way to run experts, as often as not in two batches or beside each other.
inline sl::expert_execution random_execution(dice& d) {
  constexpr std::array<sl::expert_exchange, 4> exchanges{
      sl::expert_exchange::pairwise, sl::expert_exchange::hierarchical,
      sl::expert_exchange::low_latency, sl::expert_exchange::fastest};
  sl::expert_execution e;
  e.exchange = d.one_of(exchanges);
  if (d.flip()) e.dispatch = sl::precision::fp8;
  if (d.flip()) e.combine = sl::precision::fp16;
  e.overlap_shared = d.flip();
  return e;
}

/// An engine of any kind: a third of them reserve for their own step, the others for the
/// workload's.
inline sl::runtime random_runtime(dice& d) {
  const auto up_to = [&d](double most) {
    return sl::bytes<>::from_value(d.flip() ? 0.0 : d.between(0.0, most));
  };
  sl::runtime r;
  r.budget = random_budget(d);
  r.reserve = up_to(1e9);
  r.communicators = up_to(1e9);
  r.cuda_graphs = up_to(1e9);
  r.page_tokens = d.whole(1, 64);
  if (d.whole(0, 2) == 0) {
    r.step_sequences = static_cast<double>(d.whole(0, 300));
    r.step_tokens = static_cast<double>(d.whole(1, 12000));
  }
  r.captured = {static_cast<double>(d.whole(0, 500)), static_cast<double>(d.whole(0, 500))};
  r.logit_bytes = d.flip() ? 0.0 : d.between(0.0, 40.0);
  r.padding = {d.flip() ? 1 : d.whole(2, 64), d.flip() ? 1 : d.whole(2, 64), 1,
               d.flip() ? 1 : d.whole(2, 4096)};
  r.experts = random_execution(d);
  r.buffers = {r.reserve, r.communicators, r.page_tokens % 3, 4 * r.page_tokens};
  r.two_batch_overlap = d.flip();
  return r;
}

/// The same rule over another scalar.
template <class T>
sl::fraction_of_total<T> over(const sl::fraction_of_total<>& r) {
  return {T(r.share), r.graphs_inside};
}
template <class T>
sl::fraction_of_free<T> over(const sl::fraction_of_free<>& r) {
  return {T(r.share)};
}
template <class T>
sl::static_fraction<T> over(const sl::static_fraction<>& r) {
  return {T(r.share)};
}
template <class T>
sl::derived_static<T> over(const sl::derived_static<>& r) {
  return {T(r.share),
          sl::cast<T>(r.base),
          sl::cast<T>(r.per_token),
          T(r.least_tokens),
          sl::cast<T>(r.per_gpu),
          sl::cast<T>(r.per_sequence),
          sl::cast<T>(r.per_replica_sequence),
          sl::cast<T>(r.per_replica_sequence_above),
          T(r.many_sequences),
          sl::cast<T>(r.least),
          sl::cast<T>(r.least_from)};
}

/// The same engine over another scalar.
template <class T>
sl::basic_runtime<T> over(const sl::runtime& r) {
  sl::basic_runtime<T> lifted;
  std::visit([&lifted](const auto& rule) { lifted.budget = over<T>(rule); }, r.budget);
  lifted.reserve = sl::cast<T>(r.reserve);
  lifted.communicators = sl::cast<T>(r.communicators);
  lifted.cuda_graphs = sl::cast<T>(r.cuda_graphs);
  lifted.page_tokens = r.page_tokens;
  lifted.step_tokens = T(r.step_tokens);
  lifted.shared_step = r.shared_step;
  lifted.step_sequences = T(r.step_sequences);
  lifted.captured = {T(r.captured.below_four), T(r.captured.from_four)};
  lifted.logit_bytes = T(r.logit_bytes);
  lifted.padding = r.padding;
  lifted.experts = r.experts;
  lifted.buffers = r.buffers;
  lifted.two_batch_overlap = r.two_batch_overlap;
  return lifted;
}

}  // namespace laws
