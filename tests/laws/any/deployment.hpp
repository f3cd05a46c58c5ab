// SPDX-License-Identifier: BSL-1.0
/// Any deployment that the library prices: every efficiency policy, engine and accelerator of the
/// catalog beside hardware that does not exist, models of the catalog beside random ones, every
/// field of a workload. And its prices, whatever the policy: the estimators are instantiated once
/// for each policy type, in deployment.cpp, and laws over them compile quickly.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "../random_inputs.hpp"
#include "shardline/engines/index.hpp"

namespace laws::any {

using policy = std::variant<sl::datasheet, sl::constant, sl::fitted>;

/// A deployment, its hardware under `kernels`: the constants in `cluster` are not looked at.
///   label   of the policy, for messages
///   loads   what workload.routing points to
struct deployment : deployed {
  policy kernels{};
  std::string label{};
  std::shared_ptr<const std::vector<double>> loads{};
};

/// Prefill on the instances of one layout, decode on those of another.
struct pools {
  deployment prefill{};
  integer prefill_instances = 1;
  laws::cluster decode_cluster{};
  sl::layout decode_layout{};
  integer decode_instances = 1;
};

deployment random_deployment(dice& d);

/// One on this accelerator, under this version of an engine and fitted to it.
deployment random_deployment(dice& d, const sl::accelerator& a, const sl::engine_version& e);
pools random_pools(dice& d);

/// Every field of a workload for a model: closed loops, runs that end and rates; prompts in chunks
/// or whole, cached in part or not; guessed tokens; every law of routing; limits of time.
sl::workload random_workload(dice& d, deployment& of);

std::string describe(const deployment& r);

sl::basic_estimate<> estimate_of(const deployment& r);
sl::report check_of(const deployment& r);
sl::basic_memory<> memory_of(const deployment& r);
sl::basic_time<> prefill_of(const deployment& r);
sl::basic_time<> decode_of(const deployment& r);
sl::basic_serving<> serving_of(const deployment& r);
sl::basic_bands<> bands_of(const deployment& r, const sl::basic_estimate<>& priced);
sl::provenance source_of(const deployment& r);
sl::pipeline_time<double> time_of_step(const deployment& r, const sl::basic_step<>& s);
std::vector<sl::basic_stage_memory<>> stages_of(const deployment& r);
integer sequences_that_fit(const deployment& r);
integer longest_context(const deployment& r);
std::optional<sl::layout> fewest_replicas(const deployment& r);
sl::basic_disaggregated<> disaggregated_of(const pools& p);

}  // namespace laws::any
