// SPDX-License-Identifier: BSL-1.0
/// Every layout of a number of GPUs by brute force, for tests: no divisors, no nested divisions.
#pragma once

#include <array>
#include <set>
#include <vector>

#include "shardline/describe/layout.hpp"

namespace every_layout {

using shardline::integer;
using shardline::layout;

/// A layout as a key that sorts, in the documented order of enumeration.
using key = std::array<integer, 8>;
inline key key_of(const layout& l) {
  return {l.pp,        l.attention.tp, l.attention.cp, l.expert.etp,
          l.expert.ep, l.attention.dp, l.expert.edp,   static_cast<integer>(l.dispatch)};
}
inline layout layout_of(const key& k) {
  layout l{{k[1], k[2], k[5]}, {k[3], k[4], k[6]}, k[0]};
  if (k[7] == 1) l.dispatch = shardline::expert_dispatch::all_gather;
  return l;
}

/// Every way to write n as an ordered product of three.
inline std::vector<std::array<integer, 3>> triples(integer n) {
  std::vector<std::array<integer, 3>> found;
  for (integer a = 1; a <= n; ++a) {
    for (integer b = 1; b <= n / a; ++b) {
      for (integer c = 1; c <= n / (a * b); ++c) {
        if (a * b * c == n) found.push_back({a, b, c});
      }
    }
  }
  return found;
}

/// The set that for_each_layout has to visit. The two ways to the experts differ where a group of
/// experts takes the tokens of more than one replica (its ranks exceed those of a replica's tp, or
/// cp splits them) and there is more than one rank to choose from.
inline std::set<key> brute_force(integer gpus, bool has_experts) {
  std::set<key> all;
  for (integer pp = 1; pp <= gpus; ++pp) {
    if (gpus % pp != 0) continue;
    for (const auto& [tp, cp, dp] : triples(gpus / pp)) {
      if (!has_experts) {
        all.insert(key_of({{tp, cp, dp}, {tp, 1, cp * dp}, pp}));
        continue;
      }
      for (const auto& [etp, ep, edp] : triples(gpus / pp)) {
        const layout l{{tp, cp, dp}, {etp, ep, edp}, pp};
        all.insert(key_of(l));
        layout gathered = l;
        gathered.dispatch = shardline::expert_dispatch::all_gather;
        const bool several_replicas = cp * dp / edp > 1;
        if (several_replicas && ep > 1) all.insert(key_of(gathered));
      }
    }
  }
  return all;
}

}  // namespace every_layout
