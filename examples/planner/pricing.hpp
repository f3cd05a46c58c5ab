// SPDX-License-Identifier: BSL-1.0
/// The cluster under the efficiency policy that was asked for.
#pragma once

#include "options.hpp"
#include "under_policy.hpp"

namespace planner {

/// visit(the cluster under the policy that was asked for)
template <class Visit>
decltype(auto) visit_cluster(const options& o, const Visit& visit) {
  return visit_under(o.cluster, o.efficiency, visit);
}

}  // namespace planner
