// SPDX-License-Identifier: BSL-1.0
/// Single requests of an estimate, simulated step by step: --simulate and --trace.
#pragma once

#include <string>
#include <string_view>

#include "options.hpp"
#include "shardline/io/json/output.hpp"
#include "shardline/plan/simulation.hpp"

namespace planner {

/// What a file of --trace says, a request a line: when it is sent in seconds from the beginning,
/// its prompt's tokens and its answer's, "0.25,2048,512", no more than `longest` together unless
/// that is 0. Throws bad_input, which names the line.
shardline::simulation_options read_trace(const std::string& path,
                                         shardline::simulation_options with,
                                         shardline::integer longest);

/// What one replica is asked to simulate, and how fast it serves.
struct simulated_load {
  double requests = 0.0;  // that are looked at, or forgotten before them
  double rate = 0.0;      // at which they come; 0: as others end
  double served = 0.0;    // requests per second
  double running = 0.0;
};

/// A simulation looks at each running sequence whenever one begins or ends. Throws bad_input above
/// 10^6 requests that are sent, and above 4 10^9 looks: about half a minute.
void refuse_long_simulation(const simulated_load& of);

/// Whether the simulation has something to run: one sequence at least that the memory holds.
template <class Cluster>
bool can_simulate(const options& o, const Cluster& cluster) {
  return sequences_that_fit(cluster, o.model, o.layout, o.workload) > 0;
}

/// Of one replica, each of which does alike.
template <class Prepared>
simulated_load load_of(const Prepared& parts, const shardline::workload& w,
                       const shardline::simulation_options& with) {
  const auto dp = static_cast<double>(parts.layout.attention.dp);
  const shardline::simulation::client c = shardline::simulation::client_of(parts.layout, w, with);
  const auto all = static_cast<double>(c.skipped + c.counted);
  const double running = static_cast<double>(c.in_flight);
  if (!with.trace.empty()) return {static_cast<double>(with.trace.size()), 0.0, 0.0, running};
  const auto s = serving(parts, w);
  return {all, c.rate, s.requests_per_s.value() / dp, std::min(running, s.running / dp)};
}

/// The simulation of one of the layout's replicas, which gets every dp-th request of a trace.
template <class Cluster>
shardline::simulated_serving simulated(const options& o, const Cluster& cluster) {
  shardline::simulation_options with = *o.simulate;
  const auto dp = static_cast<std::size_t>(o.layout.attention.dp);
  std::vector<shardline::simulation::request> own;
  for (std::size_t i = 0; i < with.trace.size(); i += dp) own.push_back(with.trace[i]);
  with.trace = own;
  const auto parts = prepare(cluster, o.model, o.layout);
  refuse_long_simulation(load_of(parts, o.workload, with));
  return simulate(parts, o.workload, with);
}

/// Its percentiles as a table.
std::string simulated_text(const shardline::simulated_serving& s, const options& o);

/// "simulated": {"seed", "requests", "requests_per_s", "output_tokens_per_s", "decoding",
/// "preemptions", "steps", "ttft_s": {"mean", "p50", "p90", "p99"}, "tpot_s"}; null where nothing
/// fits, and TPOT where answers are of one token.
template <class Output>
void put_simulated(shardline::json_output<Output>& out, const shardline::simulated_serving& s,
                   const options& o) {
  const auto put = [&out](const char* name, const shardline::percentiles& p) {
    if (!(p.mean > 0.0)) return out.member(name, nullptr);
    out.object(name, [&] {
      out.member("mean", p.mean);
      out.member("p50", p.p50);
      out.member("p90", p.p90);
      out.member("p99", p.p99);
    });
  };
  out.object("simulated", [&] {
    out.member("seed", static_cast<shardline::integer>(o.simulate->seed));
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
