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
///   energy, of_prompts   of an output token and of one that is read, where the accelerator's power
///                        was measured
///   joules               of a token, read or written
struct costs {
  shardline::token_cost dollars{};
  std::optional<shardline::token_energy> energy{};
  std::optional<shardline::token_energy> of_prompts{};
  double joules = 0.0;
};

/// None without a --price, or where no tokens come out.
template <class Cluster>
std::optional<costs> costs_of(const options& o, const Cluster& cluster, const shardline::layout& l,
                              const shardline::basic_estimate<>& e) {
  if (!o.price || !(e.serving.output_tokens_per_s.value() > 0.0)) return std::nullopt;
  costs c{.dollars = cost_of(e.serving, l.gpus(), *o.price)};
  const shardline::power_curve* power = power_of(cluster.accelerator);
  if (power != nullptr) {
    const auto running = shardline::at_concurrency(o.workload, e.serving.running);
    c.energy = decode_energy(cluster, *power, o.model, l, running);
    c.of_prompts = prompt_energy(cluster, *power, o.model, l, running);
    const double read = o.workload.input.value();
    const double written = o.workload.output.value();
    c.joules = (c.of_prompts->joules * read + c.energy->joules * written) / (read + written);
  }
  return c;
}

/// Lines for dollars, and for joules.
std::string costs_text(const options& o, const costs& c);

/// "cost": {"dollars_per_gpu_hour", "dollars_per_million_output_tokens",
/// "dollars_per_million_tokens", "decode_joules_per_million_output_tokens", "watts_per_gpu",
/// "prompt_joules_per_million_input_tokens", "prompt_watts_per_gpu", "joules_per_million_tokens"},
/// those behind the dollars null where no power was measured.
template <class Output>
void put_costs(shardline::json_output<Output>& out, const options& o, const costs& c) {
  out.object("cost", [&] {
    out.member("dollars_per_gpu_hour", *o.price);
    out.member("dollars_per_million_output_tokens", c.dollars.per_million_output);
    out.member("dollars_per_million_tokens", c.dollars.per_million);
    const auto put = [&](const char* name, const std::optional<double>& value) {
      if (value) {
        out.member(name, *value);
      } else {
        out.member(name, nullptr);
      }
    };
    const auto of = [](const std::optional<shardline::token_energy>& e, double factor,
                       double shardline::token_energy::*figure) {
      return e ? std::optional(*e.*figure * factor) : std::nullopt;
    };
    constexpr double million = 1e6;
    using energy = shardline::token_energy;
    put("decode_joules_per_million_output_tokens", of(c.energy, million, &energy::joules));
    put("watts_per_gpu", of(c.energy, 1.0, &energy::watts));
    put("prompt_joules_per_million_input_tokens", of(c.of_prompts, million, &energy::joules));
    put("prompt_watts_per_gpu", of(c.of_prompts, 1.0, &energy::watts));
    put("joules_per_million_tokens", c.energy ? std::optional(c.joules * million) : std::nullopt);
  });
}

}  // namespace planner
