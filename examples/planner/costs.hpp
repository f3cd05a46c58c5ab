// SPDX-License-Identifier: BSL-1.0
/// What tokens cost, in dollars and joules.
#pragma once

#include <optional>
#include <string>

#include "options.hpp"
#include "shardline/chips/transfer.hpp"
#include "shardline/estimate/cost.hpp"
#include "shardline/estimate/estimate.hpp"
#include "shardline/io/json/output.hpp"
#include "shardline/time/energy.hpp"

namespace planner {

/// Of one deployment.
///   energy   of its decoding, where the accelerator's power was measured
struct costs {
  shardline::token_cost dollars{};
  std::optional<shardline::token_energy> energy{};
};

/// None without a --price, or where no tokens come out.
template <class Cluster>
std::optional<costs> costs_of(const options& o, const Cluster& cluster, const shardline::layout& l,
                              const shardline::basic_estimate<>& e) {
  if (!o.price || !(e.serving.output_tokens_per_s.value() > 0.0)) return std::nullopt;
  costs c{.dollars = cost_of(e.serving, l.gpus(), *o.price)};
  const shardline::power_curve* power = power_of(cluster.accelerator);
  if (power != nullptr) {
    c.energy = decode_energy(cluster, *power, o.model, l,
                             shardline::at_concurrency(o.workload, e.serving.running));
  }
  return c;
}

/// A line for dollars, one for joules.
std::string costs_text(const options& o, const costs& c);

/// "cost": {"dollars_per_gpu_hour", "dollars_per_million_output_tokens",
/// "dollars_per_million_tokens", "decode_joules_per_million_output_tokens", "watts_per_gpu"}, the last
/// two null where no power was measured.
template <class Output>
void put_costs(shardline::json_output<Output>& out, const options& o, const costs& c) {
  out.object("cost", [&] {
    out.member("dollars_per_gpu_hour", *o.price);
    out.member("dollars_per_million_output_tokens", c.dollars.per_million_output);
    out.member("dollars_per_million_tokens", c.dollars.per_million);
    if (c.energy) {
      out.member("decode_joules_per_million_output_tokens", c.energy->joules * 1e6);
      out.member("watts_per_gpu", c.energy->watts);
    } else {
      out.member("decode_joules_per_million_output_tokens", nullptr);
      out.member("watts_per_gpu", nullptr);
    }
  });
}

}  // namespace planner
