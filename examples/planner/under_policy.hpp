// SPDX-License-Identifier: BSL-1.0
/// A cluster under an efficiency policy of several, a type of its own each.
#pragma once

#include <variant>

#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/shardline.hpp"

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

/// visit(the cluster under the policy that `policies`, a variant, holds), whose result is returned.
template <class Policies, class Visit>
decltype(auto) visit_under(const shardline::cluster& c, const Policies& policies,
                           const Visit& visit) {
  return std::visit(
      [&](const auto& policy) {
        const auto accelerator = accelerator_under{c.accelerator}(policy);
        using policy_type = typename decltype(accelerator)::efficiency_policy;
        const shardline::basic_cluster<double, policy_type> under_policy{
            accelerator, c.gpus, c.gpus_per_domain, c.scale_up, c.network, c.runtime};
        return visit(under_policy);
      },
      policies);
}

}  // namespace planner
