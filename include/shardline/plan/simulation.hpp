/// Serving, simulated step by step: what single requests see where serving() has means.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "shardline/estimate/feasibility.hpp"
#include "shardline/plan/simulation/engine.hpp"
#include "shardline/serve/serving.hpp"

namespace shardline {

/// Of all requests: their mean, and what so many in a hundred do not exceed.
struct percentiles {
  double mean = 0.0;
  double p50 = 0.0;
  double p90 = 0.0;
  double p99 = 0.0;
};

/// What a simulation found.
///   requests        that it is of
///   ttft, tpot      seconds
///   requests_per_s  over the whole deployment
///   decoding        sequences with a first token, on average, likewise
///   preemptions     sequences that gave up their cache
///   steps           of a replica
struct simulated_serving {
  std::int64_t requests = 0;
  percentiles ttft{};
  percentiles tpot{};
  double requests_per_s = 0.0;
  double output_tokens_per_s = 0.0;
  double decoding = 0.0;
  std::int64_t preemptions = 0;
  std::int64_t steps = 0;
};

/// How to simulate.
///   seed       one seed, one result
///   requests   of one replica that are looked at; 0: 2000, or eight for each in flight. Those of a
///              run that ends are the workload's own
///   trace      requests in the order of their coming, of one replica; empty: the workload's
struct simulation_options {
  std::uint64_t seed = 1;
  std::int64_t requests = 0;
  std::vector<simulation::request> trace{};
};

namespace simulation {

/// Draws by plain arithmetic: the same everywhere (splitmix64: Steele, Lea, Flood, OOPSLA 2014).
class dice {
 public:
  explicit dice(std::uint64_t seed) noexcept : state_(seed) {}

  [[nodiscard]] double unit() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return static_cast<double>((z ^ (z >> 31U)) >> 11U) * 0x1p-53;
  }
  /// Exponential, of mean 1.
  [[nodiscard]] double gap() noexcept { return -std::log(1.0 - unit()); }
  /// Lognormal, of mean 1 and this coefficient of variation.
  [[nodiscard]] double spread(double cv) noexcept {
    const double angle = 6.283185307179586 * unit();
    const double normal = std::sqrt(2.0 * gap()) * std::cos(angle);
    const double variance = std::log1p(cv * cv);
    return std::exp(std::sqrt(variance) * normal - variance * 0.5);
  }

 private:
  std::uint64_t state_;
};

inline percentiles percentiles_of(std::vector<double> of) {
  percentiles p;
  if (of.empty()) return p;
  std::sort(of.begin(), of.end());
  for (const double x : of) p.mean += x;
  p.mean /= static_cast<double>(of.size());
  const auto at = [&](double share) {
    const auto i = static_cast<std::size_t>(std::ceil(share * static_cast<double>(of.size())));
    return of[std::max<std::size_t>(i, 1) - 1];
  };
  p.p50 = at(0.50);
  p.p90 = at(0.90);
  p.p99 = at(0.99);
  return p;
}

/// What sends requests to one replica.
///   slots      that a closed loop keeps in flight; at a rate: requests per second
///   number     of a run that sends its first ones at once; 0: neither beginning nor end
///   skipped    that are not looked at, then `counted` are
struct client {
  double input = 1.0;
  double output = 1.0;
  double output_cv = 0.0;
  std::int64_t in_flight = 1;
  double rate = 0.0;
  std::int64_t number = 0;
  std::int64_t skipped = 0;
  std::int64_t counted = 0;
};

/// One client, one replica.
template <class Clock>
class run_of_client {
 public:
  run_of_client(const client& c, const engine_rules& r, const Clock& clock, std::uint64_t seed)
      : client_(c), engine_(r, clock), dice_(seed) {}

  [[nodiscard]] simulated_serving operator()(const std::vector<request>& trace) {
    if (!trace.empty()) {
      follow(trace);
    } else if (client_.rate > 0.0) {
      arrive_at_random();
    } else {
      keep_in_flight();
    }
    return found();
  }

 private:
  client client_;
  engine<Clock> engine_;
  dice dice_;
  std::vector<double> ttft_{};
  std::vector<double> tpot_{};
  std::int64_t ended_ = 0;
  double tokens_ = 0.0;
  double since_ = 0.0;
  double decoding_since_ = 0.0;

  [[nodiscard]] request drawn(double sent) {
    const double output =
        client_.output_cv > 0.0
            ? std::max(std::floor(client_.output * dice_.spread(client_.output_cv) + 0.5), 1.0)
            : client_.output;
    return {sent, client_.input, output};
  }
  [[nodiscard]] bool over() const noexcept { return ended_ >= client_.skipped + client_.counted; }
  void count(const finished_request& f) {
    if (ended_++ == client_.skipped) {
      since_ = engine_.now();
      decoding_since_ = engine_.decoding_seconds();
    }
    if (ended_ <= client_.skipped || !(f.output > 0.0)) return;
    ttft_.push_back(f.first - f.sent);
    if (f.output > 1.0) tpot_.push_back((f.last - f.first) / (f.output - 1.0));
    tokens_ += f.output;
  }
  void keep_in_flight() {
    const bool at_once = client_.number > 0;
    std::int64_t unsent = at_once ? client_.number - client_.in_flight
                                  : (std::numeric_limits<std::int64_t>::max)();
    for (std::int64_t i = 0; i < client_.in_flight; ++i) {
      const request r = drawn(0.0);
      if (at_once) {
        engine_.send(r, false);
      } else {
        engine_.begin_with(r, std::floor(dice_.unit() * std::max(r.output - 1.0, 0.0)));
      }
    }
    while (!over()) {
      engine_.advance(std::numeric_limits<double>::infinity(), [&](const finished_request& f) {
        count(f);
        if (unsent-- > 0) engine_.send(drawn(f.last), false);
      });
    }
  }
  void arrive_at_random() {
    double next = dice_.gap() / client_.rate;
    while (!over()) {
      engine_.advance(next, [&](const finished_request& f) { count(f); });
      for (; next <= engine_.now(); next += dice_.gap() / client_.rate) {
        engine_.send(drawn(next), true);
      }
    }
  }
  void follow(const std::vector<request>& trace) {
    client_.skipped = 0;
    client_.counted = static_cast<std::int64_t>(trace.size());
    std::size_t sent = 0;
    while (!over()) {
      const double next =
          sent < trace.size() ? trace[sent].sent : std::numeric_limits<double>::infinity();
      engine_.advance(next, [&](const finished_request& f) { count(f); });
      for (; sent < trace.size() && trace[sent].sent <= engine_.now(); ++sent) {
        engine_.send(trace[sent], true);
      }
    }
  }
  [[nodiscard]] simulated_serving found() {
    simulated_serving s;
    const double time = engine_.now() - since_;
    s.requests = static_cast<std::int64_t>(ttft_.size());
    s.ttft = percentiles_of(std::move(ttft_));
    s.tpot = percentiles_of(std::move(tpot_));
    s.requests_per_s = static_cast<double>(s.requests) / time;
    s.output_tokens_per_s = tokens_ / time;
    s.decoding = (engine_.decoding_seconds() - decoding_since_) / time;
    s.preemptions = engine_.preemptions();
    s.steps = engine_.steps();
    return s;
  }
};

/// Step times of a replica, as the engine asks for them.
template <class Efficiency>
struct clock_of_replica {
  const replica_clock<double, Efficiency>& times;
  [[nodiscard]] step_seconds operator()(const replica_step<>& s) const {
    const pipeline_time<double> t = times(s);
    return {t.sum.total().value(), t.slowest.value()};
  }
};

/// What the cache of one replica holds where it does not hold all: `each` and the tokens of a
/// sequence, such that as many fit as sequences_that_fit() says, at full length and at the prompt's.
template <class Efficiency>
void limit_cache(engine_rules& r, const prepared_layout<double, Efficiency>& p,
                 const workload& w) {
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

/// The rules of a replica of this deployment under this load.
template <class Efficiency>
[[nodiscard]] engine_rules rules_of(const prepared_layout<double, Efficiency>& p,
                                    const workload& w) {
  const runtime& e = p.cluster.runtime;
  const Efficiency& policy = p.cluster.accelerator.efficiency;
  engine_rules r;
  r.schedule = scheduler_of(e, w);
  r.budget = step_budget(e, w);
  r.slots = e.step_sequences > 0.0 ? e.step_sequences : w.concurrency;
  r.batches = static_cast<std::size_t>(pipeline_batches(p.layout, w.concurrency));
  r.checked = 1.0 + static_cast<double>(w.speculation.draft_tokens);
  r.gained = tokens_per_step(w.speculation);
  r.cached = cached_tokens(w);
  r.reserved = e.queued_share;
  const seconds<> second = seconds<>::from_value(1.0);
  r.admission = admission_time(policy, second, 0.0).value();
  const double steps = admission_time(policy, second, 1.0).value() - r.admission;
  r.admission_steps = std::lround(steps);
  r.random_steps = std::lround(steps * steps_met_at_random - 0.5);
  const basic_memory<double> held = memory(p, w);
  if (held.total() > held.capacity) limit_cache(r, p, w);
  return r;
}

/// What one replica's share of the workload sends.
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
  c.counted = c.number > 0      ? c.number
              : o.requests > 0 ? o.requests
                               : std::max<std::int64_t>(2000, 8 * c.in_flight);
  c.skipped = c.number > 0 ? 0 : c.counted / 3;
  return c;
}

}  // namespace simulation

/// One replica of a deployment, step by step, at the step times of the estimate. Requests are
/// shared out evenly over replicas, all of which do alike.
template <class Efficiency>
[[nodiscard]] simulated_serving simulate(const prepared_layout<double, Efficiency>& p,
                                         const workload& w, const simulation_options& o = {}) {
  const replica_clock<double, Efficiency> times{p, w};
  const simulation::clock_of_replica<Efficiency> clock{times};
  const simulation::engine_rules rules = simulation::rules_of(p, w);
  using run_type = simulation::run_of_client<simulation::clock_of_replica<Efficiency>>;
  run_type run(simulation::client_of(p.layout, w, o), rules, clock, o.seed);
  simulated_serving s = run(o.trace);
  const auto dp = static_cast<double>(p.layout.attention.dp);
  s.requests_per_s *= dp;
  s.output_tokens_per_s *= dp;
  s.decoding *= dp;
  return s;
}

}  // namespace shardline
