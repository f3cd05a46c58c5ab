// SPDX-License-Identifier: BSL-1.0
// Steps of each sort at invented step times, by hand and by drawing.
#include "shardline/serve/mix_seconds.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "../laws/dice.hpp"

using namespace shardline;

namespace {

// A step takes a second, 10 ms more for each sequence that decodes and 1 ms for each token of
// prompts; a prompt by itself so much.
struct even_times {
  double by_itself = 1.5;

  [[nodiscard]] static constexpr step_seconds step(double tokens_read, double sequences) noexcept {
    const double pace = 1.0 + 0.001 * tokens_read + 0.01 * sequences;
    return {pace, pace};
  }
  [[nodiscard]] constexpr step_seconds decode(double n) const noexcept { return step(0.0, n); }
  [[nodiscard]] constexpr step_seconds mixed(double tokens_read, double n) const noexcept {
    return step(tokens_read, n);
  }
  [[nodiscard]] constexpr step_seconds prompts(double tokens_read) const noexcept {
    return step(tokens_read, 0.0);
  }
  [[nodiscard]] constexpr double alone() const noexcept { return by_itself; }
};

constexpr even_times times_of_steps;

// Poisson, by multiplication of uniform draws.
int drawn_number(laws::dice& d, double mean) {
  int n = 0;
  for (double p = d.unit(); p > std::exp(-mean); p *= d.unit()) ++n;
  return n;
}

// Seconds that a step takes where m batches go round m stages, each of pace(dice).
template <class Pace>
double drawn_mean(int stages, const Pace& pace) {
  laws::dice d(5);
  std::array<double, 8> free{};
  double now = 0.0;
  double last = 0.0;
  constexpr int steps = 100000;
  for (int i = 0; i < steps; ++i) {
    const double x = pace(d);
    double& own = free[static_cast<std::size_t>(i % stages)];
    now = std::max(now, own);
    own = last = std::max(now + stages * x, last + x);
    now += x;
  }
  return now / steps;
}

}  // namespace

TEST_CASE("with stages a long step slows those behind it: each round waits for its longest") {
  for (const int stages : {2, 4, 8}) {
    const double m = static_cast<double>(stages);
    CAPTURE(stages);
    for (const double mean : {0.05, 0.3, 1.0, 4.0}) {
      CAPTURE(mean);
      // A second for each of so many prompts, or for any.
      const double share = 1.0 - std::exp(-mean);
      const double any =
          drawn_mean(stages, [&](laws::dice& d) { return drawn_number(d, mean) > 0 ? 1.0 : 1e-6; });
      CHECK(detail::slowed_by(share, 1.0, m, share, 1.0) ==
            doctest::Approx(any).scale(0.0).epsilon(0.12));
      const double each = drawn_mean(stages, [&](laws::dice& d) {
        return std::max(static_cast<double>(drawn_number(d, mean)), 1e-6);
      });
      // Of room for a thousand.
      const double found = detail::slowed_by(share, 1.0, m, mean * 1e-3, 1e-3) * (mean / share);
      CHECK(found == doctest::Approx(each).scale(0.0).epsilon(0.12));
    }
  }
  // Two in a row slow one less each; full steps are all alike; and without stages nothing waits.
  CHECK(detail::slowed_by(1e-6, 2.0, 4.0, 1e-6, 1.0) == doctest::Approx(2.5e-6).epsilon(1e-3));
  CHECK(detail::slowed_by(1.0, 1.0, 4.0, 1.0, 0.5) == doctest::Approx(1.0).epsilon(1e-12));
  CHECK(detail::slowed_by(0.3, 1.0, 1.0, 0.3, 1.0) == doctest::Approx(0.3).epsilon(1e-12));
}

TEST_CASE("chunks that are full are even, those that hold a part of what they have room for not") {
  const turnover load{.prompt = 500.0, .budget = 1000.0, .batches = 4.0};
  step_mix s;
  s.room = 1000.0;
  s.coming = 1.0;
  s.prompts = 2.0;
  CHECK(detail::slowed_chunks(load, s, 1.0) == doctest::Approx(1.0).epsilon(1e-12));
  // Half of the room taken, by prompts of half of it.
  s.prompts = 1.0;
  CHECK(detail::slowed_chunks(load, s, 0.75) == detail::slowed_by(0.75, 1.0, 4.0, 0.5, 0.5));
  turnover alone = load;
  alone.batches = 1.0;
  CHECK(detail::slowed_chunks(alone, s, 0.3) == 0.3);
}

TEST_CASE("who comes at random decodes with those who came along") {
  turnover load{.prompt = 500.0, .budget = 1000.0, .decode_steps = 10.0};
  step_mix s;
  s.decoding = 4.0;
  s.prompt_tokens = 1000.0;
  s.beside = 0.5;
  s.behind = 0.25;
  // Four others and oneself; of slots that are always full all come as they come.
  CHECK(detail::decoding_with_one(load, s, 1.0) == 5.0);
  s.at_random = true;
  // Half a prompt in the same step, a quarter of a step of two before and one behind it.
  CHECK(detail::decoding_with_one(load, s, 1.0) == doctest::Approx(5.0 + 0.5 + 1.0).epsilon(1e-12));
  load.spread = 1.0;
  CHECK(detail::decoding_with_one(load, s, 1.0) == doctest::Approx(5.75).epsilon(1e-12));
  s.behind = -0.5;  // fewer than on average
  CHECK(detail::decoding_with_one(load, s, 1.0) == doctest::Approx(5.25).epsilon(1e-12));
}

TEST_CASE("the rest of a prompt that is read alone takes more than its share of a full step") {
  const turnover cut{.prompt = 1500.0, .budget = 1000.0};
  // By itself 3.5 s in two steps: as if each of one and a half took a third more than two seconds.
  constexpr even_times slow{.by_itself = 3.5};
  CHECK(detail::alone_longer(slow, cut, 2.0) == doctest::Approx(3.5 / 1.5 - 2.0).epsilon(1e-12));
  CHECK(detail::alone_longer(slow, turnover{.prompt = 900.0, .budget = 1000.0}, 2.0) == 0.0);
}

TEST_CASE("documented: seconds of steps at invented times") {
  const turnover load{.prompt = 500.0, .budget = 1024.0, .decode_steps = 10.0};
  step_mix s;
  s.decoding = 8.0;
  s.prompt_tokens = 1024.0;
  s.carrying = 0.5;
  s.room = 1024.0;
  s.coming = 1.0;
  const auto beside = chunked_seconds(times_of_steps, load, s, 1.0);
  CHECK(beside.decode == doctest::Approx(1.09).epsilon(1e-12));
  CHECK(beside.prompts == doctest::Approx(2.114).epsilon(1e-12));
  const auto apart = seconds_apart(times_of_steps, load, s, 1.0);
  CHECK(apart.decode == doctest::Approx(1.09).epsilon(1e-12));
  CHECK(apart.prompts == doctest::Approx(2.024).epsilon(1e-12));
}
