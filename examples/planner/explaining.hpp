// SPDX-License-Identifier: BSL-1.0
/// Where the time of a layout goes, and what would make it faster.
#pragma once

#include <string>
#include <type_traits>
#include <variant>

#include "options.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/io/json/output.hpp"
#include "shardline/plan/sensitivity.hpp"

namespace planner {

/// Prints the operators of a prompt and of a decode step, each with its equation, and what both gain
/// by better hardware; where asked for, writes them as a trace. True where the layout is feasible.
/// Throws bad_input, or unwritten.
bool run_explain(const options& o);

/// What a deployment gains by the hardware of this cluster, whose kernels are those that the engine
/// runs there: on hardware of other figures it runs others.
template <class Cluster>
shardline::sensitivities gains_on(const options& o, const Cluster& cluster) {
  if constexpr (std::is_same_v<typename Cluster::efficiency_policy, shardline::fitted>) {
    const auto& engine = *std::get<const shardline::engine_version*>(o.efficiency);
    return sensitivities_of(cluster, o.model, o.layout, o.workload, [&engine](const auto& chip) {
      return with_fitted(chip, engine).efficiency;
    });
  } else {
    return sensitivities_of(cluster, o.model, o.layout, o.workload);
  }
}

/// Prints what TTFT, TPOT and throughput gain by each figure of the hardware, what TPOT gains most by
/// first. True where the layout is feasible. Throws bad_input.
bool run_sensitivity(const options& o);

/// What a layout gains by each figure, as a table, and as the member "sensitivity".
std::string sensitivity_text(const shardline::sensitivities& s);
void put_sensitivity(shardline::json_tree& out, const shardline::sensitivities& s);

}  // namespace planner
