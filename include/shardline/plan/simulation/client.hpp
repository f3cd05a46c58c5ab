// SPDX-License-Identifier: BSL-1.0
/// What sends requests to a simulated engine, and what it finds.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "shardline/plan/simulation/engine.hpp"

namespace shardline {

/// Of all requests: their mean, and what so many in a hundred do not exceed.
///   p50, p90, p99   that so many of a hundred do not exceed
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
///   given_up        it ended early, too many requests being late (patience)
///   output_tokens_per_s   likewise
struct simulated_serving {
  std::int64_t requests = 0;
  percentiles ttft{};
  percentiles tpot{};
  double requests_per_s = 0.0;
  double output_tokens_per_s = 0.0;
  double decoding = 0.0;
  std::int64_t preemptions = 0;
  std::int64_t steps = 0;
  bool given_up = false;
};

namespace simulation {

/// Draws by plain arithmetic: the same everywhere (splitmix64: Steele, Lea, Flood, OOPSLA 2014).
class dice {
 public:
  explicit dice(std::uint64_t seed) noexcept : state_(seed) {}

  /// The next number, uniform from 0 up to 1.
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

/// Mean, p50, p90 and p99 [s] of times, a percentile being the smallest time that so large a share
/// does not exceed (nearest rank); 0 of none.
///   of 4, 1, 3 and 2 s: mean 2.5, p50 2, p90 4 s   (tests/plan/simulation.cpp)
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
///   input, output   tokens of a request, outputs on average, from 1
///   output_cv       standard deviation of outputs over their mean; 0: all alike
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

/// The longest times that 99 of 100 requests may take [s].
struct patience {
  double ttft = std::numeric_limits<double>::infinity();
  double tpot = std::numeric_limits<double>::infinity();
};

/// One client, one replica.
template <class Clock>
class run_of_client {
 public:
  run_of_client(const client& c, const engine_rules& r, const Clock& clock, std::uint64_t seed)
      : client_(c), engine_(r, clock), dice_(seed) {}

  /// Given up once more than one in 100 of those that are looked at were late, which is certain
  /// then, or five in 100 of those before them, while there is no more to do than later.
  [[nodiscard]] simulated_serving operator()(const std::vector<request>& trace,
                                             const patience& longest = {}) {
    longest_ = longest;
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
  patience longest_{};
  std::int64_t late_before_ = 0;
  std::int64_t late_first_ = 0;
  std::int64_t late_tokens_ = 0;
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
  [[nodiscard]] bool given_up() const noexcept {
    return 100 * std::max(late_first_, late_tokens_) > client_.counted ||
           100 * late_before_ > 5 * client_.skipped;
  }
  [[nodiscard]] bool over() const noexcept {
    return ended_ >= client_.skipped + client_.counted || given_up();
  }
  void count(const finished_request& f) {
    const bool late = f.output > 0.0 && f.first - f.sent > longest_.ttft;
    const bool slow = f.output > 1.0 && f.last - f.first > longest_.tpot * (f.output - 1.0);
    if (ended_ < client_.skipped && (late || slow)) ++late_before_;
    if (++ended_ == client_.skipped) {
      since_ = engine_.now();
      decoding_since_ = engine_.decoding_seconds();
    }
    if (ended_ <= client_.skipped || !(f.output > 0.0)) return;
    late_first_ += late ? 1 : 0;
    late_tokens_ += slow ? 1 : 0;
    ttft_.push_back(f.first - f.sent);
    if (f.output > 1.0) tpot_.push_back((f.last - f.first) / (f.output - 1.0));
    tokens_ += f.output;
  }
  void keep_in_flight() {
    const bool at_once = client_.number > 0;
    std::int64_t unsent =
        at_once ? client_.number - client_.in_flight : (std::numeric_limits<std::int64_t>::max)();
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
    s.given_up = given_up();
    return s;
  }
};

}  // namespace simulation

}  // namespace shardline
