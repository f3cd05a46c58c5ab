// SPDX-License-Identifier: BSL-1.0
/// Where everything lies: which layers, experts and shards each GPU of a layout holds.
#pragma once

#include "shardline/describe/layout.hpp"
#include "shardline/model/model.hpp"

namespace shardline {

/// What one GPU, or several consecutive ones, holds.
///   gpus             numbered in rank order: etp (and tp) fastest, then ep, edp, pp
///   layers, experts  of the model; no experts where it has none; redundant ones are numbered on
///   expert_shards    which of the etp shards of each of these experts
///   tensor_shards    which of the tp shards of attention, dense blocks and shared experts
///   expert_copies    which of the edp copies of these experts
///   replicas         which of the dp copies of attention
struct rank_share {
  item_range gpus{};
  item_range layers{};
  item_range experts{};
  item_range expert_shards{};
  item_range tensor_shards{};
  item_range expert_copies{};
  item_range replicas{};
  friend constexpr bool operator==(const rank_share&, const rank_share&) noexcept = default;
};

/// What GPU `gpu` of a layout that check() accepts holds, as spans of indices from 0;
/// 0 <= gpu < l.gpus(). Ranks are in the order of layout: tp, cp, dp, pp, fastest first.
///   EP64 TP1 PP1 DP1 of 64 experts in 16 layers: GPU 5 holds expert 5 of layers 0-15
///   (tests/model/rank_map.cpp)
[[nodiscard]] constexpr rank_share share_of_gpu(const model& m, const layout& l,
                                                integer gpu) noexcept {
  const attention_mesh& a = l.attention;
  const expert_mesh& e = l.expert;
  const integer in_stage = gpu % a.size();
  const integer redundant = has_experts(m) ? l.redundant_experts : 0;
  return {{gpu, 1},
          layers_of_stage(l, m.layers.size(), gpu / a.size()),
          part_of(experts_of(m).experts + redundant, e.ep, in_stage / e.etp % e.ep),
          {in_stage % e.etp, 1},
          {in_stage % a.tp, 1},
          {in_stage / (e.etp * e.ep), 1},
          {in_stage / (a.tp * a.cp), 1}};
}

namespace detail {

// The shortest span that holds both; a span of nothing adds nothing.
constexpr item_range hull(const item_range& a, const item_range& b) noexcept {
  if (a.number == 0) return b;
  if (b.number == 0) return a;
  const integer first = a.first < b.first ? a.first : b.first;
  const integer last = a.last() < b.last() ? b.last() : a.last();
  return {first, last - first + 1};
}

}  // namespace detail

/// Everything that `number` GPUs from `first` on hold between them, as spans of indices from 0,
/// number >= 1: the hull of their share_of_gpu().
///   EP64 TP2: GPUs 0-1 hold both shards of expert 0   (tests/model/rank_map.cpp)
[[nodiscard]] constexpr rank_share share_of_gpus(const model& m, const layout& l, integer first,
                                                 integer number) noexcept {
  rank_share all = share_of_gpu(m, l, first);
  for (integer gpu = first + 1; gpu < first + number; ++gpu) {
    const rank_share one = share_of_gpu(m, l, gpu);
    all = {detail::hull(all.gpus, one.gpus),
           detail::hull(all.layers, one.layers),
           detail::hull(all.experts, one.experts),
           detail::hull(all.expert_shards, one.expert_shards),
           detail::hull(all.tensor_shards, one.tensor_shards),
           detail::hull(all.expert_copies, one.expert_copies),
           detail::hull(all.replicas, one.replicas)};
  }
  return all;
}

}  // namespace shardline
