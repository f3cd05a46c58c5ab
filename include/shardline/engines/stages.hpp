// SPDX-License-Identifier: BSL-1.0
/// Pipeline stages as frameworks state them: by a rule of their own, or listed.
#pragma once

#include "shardline/describe/layout.hpp"

namespace shardline {

/// Layers of each stage, as a user lists them; empty: by the framework's own rule.
using stage_layers = decltype(stage_split::listed);

/// The split of pp >= 1 stages in a framework with rule `rule`, or with the layers of each stage
/// `listed` (counts; empty: not listed). One stage needs no rule, and neither do listed ones.
///   split_stages(stage_remainder::last, 4, {}).remainder = last; of 1 stage first
///   (tests/engines/mesh.cpp)
[[nodiscard]] constexpr stage_split split_stages(stage_remainder rule, integer pp,
                                                 const stage_layers& listed) noexcept {
  return {pp > 1 && listed.empty() ? rule : stage_remainder::first, listed};
}

/// Whether a framework with rule `rule` can state the split of `l`: where it has one stage or
/// listed stages, or splits them by that rule.
///   of pp 4 with rule last: true of last, false of first   (tests/engines/mesh.cpp)
[[nodiscard]] constexpr bool can_state(stage_remainder rule, const layout& l) noexcept {
  return l.pp == 1 || !l.stages.listed.empty() || l.stages.remainder == rule;
}

/// `l` with the layers of each stage listed, counts by layers_of_stage(); left as it is where that
/// takes more than 64 numbers.
///   61 layers, pp 4:  16/15/15/15   (tests/engines/mesh.cpp)
[[nodiscard]] constexpr layout listed_stages(layout l, integer layers) noexcept {
  stage_layers own;
  for (integer stage = 0; stage < l.pp && !own.overflowed; ++stage) {
    own.push_back(static_cast<std::uint16_t>(layers_of_stage(l, layers, stage).number));
  }
  if (!own.overflowed) l.stages = {stage_remainder::first, own};
  return l;
}

/// `l`, its stages split by `rule` where that puts as many layers on each of them
/// (layers_of_stage()), else listed; left as it is where that takes more than 64 numbers. Assumes a
/// layout that validate() accepts.
///   61 layers, pp 4, vLLM's rule:  first is listed as 16/15/15/15;  60 layers are not listed
///   (tests/engines/mesh.cpp)
[[nodiscard]] constexpr layout stated_by(stage_remainder rule, layout l, integer layers) noexcept {
  layout by_rule = l;
  by_rule.stages = split_stages(rule, l.pp, {});
  const bool listed = !l.stages.listed.empty();
  if (!listed && l.pp > layers) return by_rule;  // stages without layers are no split
  bool same = !listed || static_cast<integer>(l.stages.listed.size()) == l.pp;
  for (integer stage = 0; stage < l.pp && same; ++stage) {
    same = layers_of_stage(l, layers, stage) == layers_of_stage(by_rule, layers, stage);
  }
  if (same) return by_rule;
  return listed ? l : listed_stages(l, layers);
}

}  // namespace shardline
