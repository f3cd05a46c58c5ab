// SPDX-License-Identifier: BSL-1.0
/// How a rank group lies on a cluster.
#pragma once

#include "shardline/base/integer.hpp"
#include "shardline/work/operators.hpp"

namespace shardline {

/// How a rank group lies on the cluster: `local` of its members share a scale-up domain, and there
/// are `domains` of those. Ranks fill domains in order.
///   group 8 stride 1 in domains of 8: local 8, domains 1
///   group 8 stride 8 in domains of 8: local 1, domains 8
/// Assumes that a group which fits into a domain is placed whole.
struct placement {
  integer local = 1;
  integer domains = 1;
};

/// How a group of ranks lies in scale-up domains of so many GPUs: as many of it in each as fit at
/// its stride, one at least.
///   16 ranks, stride 1, domains of 8: 8 in each of 2;  8 ranks, stride 8: 1 in each of 8
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr placement place(const rank_group& g, integer gpus_per_domain) noexcept {
  const integer fitting = gpus_per_domain / g.stride;
  const integer local = fitting < 1 ? 1 : (fitting < g.size ? fitting : g.size);
  return {local, ceil_div(g.size, local)};
}

}  // namespace shardline
