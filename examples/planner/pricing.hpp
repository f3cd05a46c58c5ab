// SPDX-License-Identifier: BSL-1.0
/// The cluster under the efficiency policy that was asked for, a type of its own each.
#pragma once

#include <variant>

#include "options.hpp"

namespace planner {

/// An accelerator under a policy, or under the one fitted of an engine.
struct accelerator_under {
  const shardline::accelerator& bare;
  auto operator()(const shardline::engine_version* e) const { return with_fitted(bare, *e); }
  template <class Policy>
  auto operator()(const Policy& policy) const {
    return with_efficiency(bare, policy);
  }
};

/// visit(the cluster under the policy that was asked for)
template <class Visit>
decltype(auto) visit_cluster(const options& o, const Visit& visit) {
  return std::visit(
      [&](const auto& policy) {
        const shardline::cluster& c = o.cluster;
        const auto accelerator = accelerator_under{c.accelerator}(policy);
        using policy_type = typename decltype(accelerator)::efficiency_policy;
        const shardline::basic_cluster<double, policy_type> under_policy{
            accelerator, c.gpus, c.gpus_per_domain, c.scale_up, c.network, c.runtime};
        return visit(under_policy);
      },
      o.efficiency);
}

}  // namespace planner
