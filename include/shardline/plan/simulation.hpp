// SPDX-License-Identifier: BSL-1.0
/// Serving, simulated step by step: what single requests see where serving() has means.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "shardline/plan/simulation/client.hpp"
#include "shardline/serve/serving.hpp"

namespace shardline {

/// How to simulate.
///   seed       one seed, one result
///   requests   of one replica that are looked at, a third as many before them forgotten; 0: 2000,
///              or eight for each in flight. Those of a run that ends are the workload's own
///   trace      requests in the order of their coming, of one replica; empty: the workload's
struct simulation_options {
  std::uint64_t seed = 1;
  std::int64_t requests = 0;
  std::vector<simulation::request> trace{};
};

namespace simulation {

/// Step times of a replica, as the engine asks for them, one after the other: where it reads
/// nothing but prompts in a row of steps, its host runs ahead (host_lead()).
template <class Efficiency>
struct clock_of_replica {
  const replica_clock<double, Efficiency>& times;
  mutable double ahead = 0.0;

  [[nodiscard]] shardline::step_seconds operator()(replica_step<> s) const {
    s.ahead = s.decodes ? 0.0 : ahead;
    const auto t = times(s);
    ahead = s.decodes ? 0.0 : lead_behind(s, t.sum.before.value());
    return {t.sum.total().value(), t.slowest.value()};
  }

 private:
  [[nodiscard]] double lead_behind(const replica_step<>& s, double busy) const {
    const layout& l = times.prepared.layout;
    const auto rank = rank_step_of(step_of(s, l, times.workload), l);
    return host_lead(times.prepared, rank, busy, 1.0, s.ahead);
  }
};

/// Sets what the cache of one replica holds, in tokens, where that does not hold all: `each` and
/// the tokens of a sequence, such that as many fit as sequences_that_fit() says, at full length and
/// at the prompt's: each = (full longest - most shortest) / (most - full), from 0; nothing where
/// none fits.
///   Llama-3.1-8B on one H100, 2048 + 512 tokens in chunks of 512: room for 202 sequences
///   (tests/plan/simulation.cpp)
template <class Efficiency>
void limit_cache(engine_rules& r, const prepared_layout<double, Efficiency>& p, const workload& w) {
  workload prompts = w;
  prompts.output = tokens<>::from_value(1.0);
  const auto dp = static_cast<double>(p.layout.attention.dp);
  const auto full = static_cast<double>(sequences_that_fit(p, w)) / dp;
  const auto most = static_cast<double>(sequences_that_fit(p, prompts)) / dp;
  if (!(full > 0.0)) return;
  const double longest = w.input.value() + w.output.value();
  const double shortest = w.input.value() + 1.0;
  // (each + longest) full = (each + shortest) most
  const double more = std::max(most - full, 1e-9);
  r.each = std::max((full * longest - most * shortest) / more, 0.0);
  r.capacity = (r.each + longest) * full;
}

/// The rules of a replica of this deployment under this load, both such that check() accepts them,
/// in tokens, sequences, steps and seconds. Derived from scheduler_of(), step_budget(),
/// most_batches(), tokens_per_step() and admission_time().
///   chunk 512, 16 sequences on dp 4: 512 tokens, 4 slots   (tests/plan/simulation.cpp)
template <class Efficiency>
[[nodiscard]] engine_rules rules_of(const prepared_layout<double, Efficiency>& p,
                                    const workload& w) {
  const runtime& e = p.cluster.runtime;
  const Efficiency& policy = p.cluster.accelerator.efficiency;
  engine_rules r;
  r.schedule = scheduler_of(e, w);
  r.budget = step_budget(e, w);
  r.slots = std::max(w.concurrency / static_cast<double>(p.layout.attention.dp), 1.0);
  if (e.step_sequences > 0.0) r.slots = std::min(r.slots, e.step_sequences);
  r.batches = static_cast<std::size_t>(most_batches(p.layout));
  r.checked = 1.0 + static_cast<double>(w.speculation.draft_tokens);
  r.gained = tokens_per_step(w.speculation);
  r.cached = cached_tokens(w);
  r.reserved = e.reserved_output;
  const seconds<> second = seconds<>::from_value(1.0);
  r.admission = admission_time(policy, second, 0.0).value();
  const double steps = admission_time(policy, second, 1.0).value() - r.admission;
  const double unseen = (e.receive_interval - 1.0) * 0.5;
  r.met_steps = steps + unseen;
  r.met_at_random = steps * 0.5 + unseen;
  r.admission += copy_seconds(p, w);
  const basic_memory<double> held = memory(p, w);
  if (held.total() > held.capacity) limit_cache(r, p, w);
  return r;
}

/// What one replica is sent of a workload, in tokens, requests and requests per second: a dp-th of
/// it, one sequence at least.
///   64 sequences on dp 4: 16 in flight, 2000 counted behind 666   (tests/plan/simulation.cpp)
[[nodiscard]] inline client client_of(const layout& l, const workload& w,
                                      const simulation_options& o) {
  const auto dp = static_cast<double>(l.attention.dp);
  client c;
  c.input = w.input.value();
  c.output = w.output.value();
  c.output_cv = w.output_cv;
  c.rate = w.rate.value() / dp;
  c.in_flight = std::max<std::int64_t>(std::lround(w.concurrency / dp), 1);
  c.number = w.num_prompts > 0.0 ? std::max<std::int64_t>(std::lround(w.num_prompts / dp), 1) : 0;
  if (c.number > 0) c.in_flight = std::min(c.in_flight, c.number);
  c.counted = c.number > 0     ? c.number
              : o.requests > 0 ? o.requests
                               : std::max<std::int64_t>(2000, 8 * c.in_flight);
  c.skipped = c.number > 0 ? 0 : c.counted / 3;
  return c;
}

/// How many replicas of `c` make the whole of a workload: dp of them at a rate, else as many as its
/// sequences, or its prompts, are of a replica's, which are whole numbers.
///   one sequence on dp 4: 1; 6, of which a replica has 2: 3   (tests/plan/simulation.cpp)
[[nodiscard]] inline double replicas_of(const client& c, const layout& l,
                                        const workload& w) noexcept {
  if (c.rate > 0.0) return static_cast<double>(l.attention.dp);
  if (c.number > 0) return w.num_prompts / static_cast<double>(c.number);
  return w.concurrency / static_cast<double>(c.in_flight);
}

}  // namespace simulation

/// One replica of a deployment that check() accepts, step by step, at the step times of the
/// estimate, in seconds and tokens per second. Requests are shared out evenly over replicas, all of
/// which do alike. Source of the step rules: the schedulers of vLLM
/// (vllm/v1/core/sched/scheduler.py) and SGLang (sglang/srt/managers/scheduler.py); of
/// TensorRT-LLM's what engines/tensorrt_llm.hpp says.
///   longest   times by which it is given up where they are not kept
///   Llama-3.1-8B, one H100 by its data sheet, one sequence of 2048 + 512 tokens: TTFT 33.7 ms,
///   TPOT 4.57 ms, 215.9 tokens/s, as estimate() says   (tests/plan/simulation.cpp)
template <class Efficiency>
[[nodiscard]] simulated_serving simulate(const prepared_layout<double, Efficiency>& p,
                                         const workload& w, const simulation_options& o = {},
                                         const simulation::patience& longest = {}) {
  const replica_clock<double, Efficiency> times{p, w};
  const simulation::clock_of_replica<Efficiency> clock{times};
  const simulation::engine_rules rules = simulation::rules_of(p, w);
  using run_type = simulation::run_of_client<simulation::clock_of_replica<Efficiency>>;
  const simulation::client sent = simulation::client_of(p.layout, w, o);
  run_type run(sent, rules, clock, o.seed);
  simulated_serving s = run(o.trace, longest);
  const double replicas = o.trace.empty() ? simulation::replicas_of(sent, p.layout, w)
                                          : static_cast<double>(p.layout.attention.dp);
  s.requests_per_s *= replicas;
  s.output_tokens_per_s *= replicas;
  s.decoding *= replicas;
  return s;
}

/// Whether simulated requests are served as fast as they come, and within the workload's max_ttft
/// and max_tpot on average. Of N requests that arrive at random the rate itself has a standard
/// error of 1 / sqrt(N); a rate of served requests three of those below what is asked for is no
/// promise kept.
[[nodiscard]] inline bool keeps_promises(const simulated_serving& s, const workload& w) noexcept {
  const double error = 1.0 / std::sqrt(std::max(static_cast<double>(s.requests), 1.0));
  if (s.requests_per_s < w.rate.value() * (1.0 - 3.0 * error)) return false;
  if (w.max_ttft && s.ttft.mean > w.max_ttft->value()) return false;
  return !w.max_tpot || s.tpot.mean <= w.max_tpot->value();
}

/// A percentile that is longer than promised [s].
///   takes, longest   what it is, and what was promised
struct late_percentile {
  bool of_tpot = false;  // or of TTFT
  double takes = 0.0;
  double longest = 0.0;

  /// What it takes over what is allowed, above 1.
  [[nodiscard]] double factor() const noexcept { return takes / longest; }
};

/// What recommend() and search_space() accept where promises are to be kept step by step too.
///   with        how to simulate
///   p99_ttft, p99_tpot   longest time that 99 of 100 requests may have to wait for their first
///               token, and for each after it; none: any
/// A simulation that cannot keep them any more is given up.
struct simulation_keeps_promises {
  simulation_options with{};
  std::optional<seconds<>> p99_ttft{};
  std::optional<seconds<>> p99_tpot{};

  template <class Prepared>
  bool operator()(const Prepared& replica, const workload& share) const {
    const simulated_serving s = simulate(replica, share, with, patience_times(1.0));
    return !s.given_up && keeps_promises(s, share) && !late(s);
  }
  /// The percentile that is the furthest beyond its promise; none where both are kept.
  [[nodiscard]] std::optional<late_percentile> late(const simulated_serving& s) const noexcept {
    std::optional<late_percentile> worst;
    const auto look = [&worst](const late_percentile& p) {
      if (p.takes > p.longest && (!worst || p.factor() > worst->factor())) worst = p;
    };
    if (p99_ttft) look({false, s.ttft.p99, p99_ttft->value()});
    if (p99_tpot) look({true, s.tpot.p99, p99_tpot->value()});
    return worst;
  }
  /// So many times what is promised.
  [[nodiscard]] simulation::patience patience_times(double factor) const noexcept {
    simulation::patience p;
    if (p99_ttft) p.ttft = p99_ttft->value() * factor;
    if (p99_tpot) p.tpot = p99_tpot->value() * factor;
    return p;
  }
};

}  // namespace shardline
