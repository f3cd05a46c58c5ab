/// A workload: how many sequences at once, how long they are, and what the user must not wait for.
#pragma once

#include <optional>

#include "shardline/base/units.hpp"
#include "shardline/describe/routing.hpp"

namespace shardline {

/// Steady load of one deployment.
///   concurrency       sequences in flight over the whole deployment, >= 1
///   input, output     prompt and generated tokens of each sequence, >= 1
///   chunk             prompt tokens per sequence and step; none: the whole prompt in one step
///   routing           how evenly tokens fall on experts: what the busiest rank gets follows
///   expert_imbalance  tokens of the busiest expert rank over the mean, >= 1 (1: even routing);
///                     stated in place of any other law of routing, not beside it
///   max_ttft          longest time to first token allowed, with no queue
///   max_tpot          longest mean time per output token after the first allowed
template <class T = double>
struct basic_workload {
  T concurrency = T(1.0);
  tokens<T> input = tokens<T>::from_value(T(1024.0));
  tokens<T> output = tokens<T>::from_value(T(128.0));
  std::optional<tokens<T>> chunk{};
  basic_routing<T> routing{};
  T expert_imbalance = T(1.0);
  std::optional<seconds<T>> max_ttft{};
  std::optional<seconds<T>> max_tpot{};
};
using workload = basic_workload<>;

}  // namespace shardline
