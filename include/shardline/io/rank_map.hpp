// SPDX-License-Identifier: BSL-1.0
/// The rank map as text: "GPU 0: expert 0, layers 0-15".
#pragma once

#include <string>
#include <string_view>

#include "shardline/model/rank_map.hpp"

namespace shardline {

/// "expert 3" or "experts 0-63": a thing, named in the singular, and which of them, one or more;
/// indices count from 0.
///   to_text("expert", {0, 64}) = "experts 0-63"   (tests/io/documented.cpp)
[[nodiscard]] inline std::string to_text(std::string_view thing, const item_range& which) {
  std::string text(thing);
  if (which.number != 1) text += 's';
  text += ' ' + std::to_string(which.first);
  if (which.number > 1) text += '-' + std::to_string(which.last());
  return text;
}

namespace detail {

// ", shards 0-1 of 2", and nothing where there is only one.
inline std::string one_of(std::string_view thing, const item_range& which, integer of) {
  if (of == 1) return {};
  return ", " + to_text(thing, which) + " of " + std::to_string(of);
}

}  // namespace detail

/// One line without its end: what these GPUs hold, by indices from 0. Shards and copies are named
/// where a layout has more than one of them.
///   GPU 3: expert 1, layers 0-15, shard 1 of 2
///   (tests/io/rank_map.cpp)
[[nodiscard]] inline std::string to_text(const rank_share& s, const layout& l) {
  const bool routed = s.experts.number > 0;
  const bool alike = l.attention.tp == l.expert.etp;
  std::string text = to_text("GPU", s.gpus) + ": ";
  if (routed) text += to_text("expert", s.experts) + ", ";
  text += to_text("layer", s.layers);
  text += detail::one_of(routed && !alike ? "attention shard" : "shard", s.tensor_shards,
                         l.attention.tp);
  if (!routed) return text + detail::one_of("copy", s.replicas, l.attention.dp);
  if (!alike) text += detail::one_of("expert shard", s.expert_shards, l.expert.etp);
  return text + detail::one_of("expert set", s.expert_copies, l.expert.edp);
}

/// One line per `gpus_per_line` consecutive GPUs of a layout that check() accepts, by indices from
/// 0: what share_of_gpus() says of each.
///   rank_map(plan_004, ep64): "GPU 0: expert 0, layers 0-15\nGPU 1: expert 1, ..."
///   (tests/io/rank_map.cpp)
[[nodiscard]] inline std::string rank_map(const model& m, const layout& l,
                                          integer gpus_per_line = 1) {
  std::string text;
  for (integer first = 0; first < l.gpus(); first += gpus_per_line) {
    const integer left = l.gpus() - first;
    const integer number = left < gpus_per_line ? left : gpus_per_line;
    text += to_text(share_of_gpus(m, l, first, number), l) + '\n';
  }
  return text;
}

}  // namespace shardline
