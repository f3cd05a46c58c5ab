// SPDX-License-Identifier: BSL-1.0
/// Single requests of an estimate, simulated step by step: --simulate and --trace.
#pragma once

#include <string>
#include <string_view>

#include "options.hpp"
#include "shardline/io/json/output.hpp"
#include "shardline/plan/simulation.hpp"

namespace planner {

/// What a file of --trace says, a request a line: when it is sent in seconds from the beginning, its
/// prompt's tokens and its answer's, "0.25,2048,512". Throws bad_input, which names the line.
shardline::simulation_options read_trace(const std::string& path,
                                         shardline::simulation_options with);

/// Whether the simulation has something to run: one sequence at least that the memory holds.
template <class Cluster>
bool can_simulate(const options& o, const Cluster& cluster) {
  return sequences_that_fit(cluster, o.model, o.layout, o.workload) > 0;
}

/// The simulation of one of the layout's replicas, which gets every dp-th request of a trace.
template <class Cluster>
shardline::simulated_serving simulated(const options& o, const Cluster& cluster) {
  shardline::simulation_options with = *o.simulate;
  const auto dp = static_cast<std::size_t>(o.layout.attention.dp);
  std::vector<shardline::simulation::request> own;
  for (std::size_t i = 0; i < with.trace.size(); i += dp) own.push_back(with.trace[i]);
  with.trace = own;
  return simulate(prepare(cluster, o.model, o.layout), o.workload, with);
}

/// Its percentiles as a table.
std::string simulated_text(const shardline::simulated_serving& s, const options& o);

/// "simulated": {"seed", "requests", "requests_per_s", "output_tokens_per_s", "decoding",
/// "preemptions", "steps", "ttft_s": {"mean", "p50", "p90", "p99"}, "tpot_s"}; null where nothing fits.
template <class Output>
void put_simulated(shardline::json_output<Output>& out, const shardline::simulated_serving& s,
                   const options& o) {
  const auto put = [&out](const char* name, const shardline::percentiles& p) {
    out.object(name, [&] {
      out.member("mean", p.mean);
      out.member("p50", p.p50);
      out.member("p90", p.p90);
      out.member("p99", p.p99);
    });
  };
  out.object("simulated", [&] {
    out.member("seed", static_cast<shardline::count>(o.simulate->seed));
    out.member("requests", s.requests);
    out.member("requests_per_s", s.requests_per_s);
    out.member("output_tokens_per_s", s.output_tokens_per_s);
    out.member("decoding", s.decoding);
    out.member("preemptions", s.preemptions);
    out.member("steps", s.steps);
    put("ttft_s", s.ttft);
    put("tpot_s", s.tpot);
  });
}

}  // namespace planner
