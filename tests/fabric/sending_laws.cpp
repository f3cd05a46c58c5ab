// SPDX-License-Identifier: BSL-1.0
#include "shardline/fabric/sending_laws.hpp"

#include <doctest/doctest.h>

#include "shardline/base/dual.hpp"

using namespace shardline;

namespace {

constexpr message_line<double> slow{.start = 4.0, .each = 1.0};
constexpr message_line<double> quick{.start = 1.0, .each = 2.0};

constexpr message_law<double> with_engine() noexcept {
  message_law<double> law;
  law.ways = only(slow);
  law.engine.push_back(quick);
  law.engine_most = 2.0;
  law.apart = 0.5;
  return law;
}
static_assert(with_engine().time(1.0) == 3.5, "the engine's own way, and that ranks wait");
static_assert(with_engine().time(2.0) == 6.5, "which it does not take from its limit on");
static_assert(with_engine().time(0.0) == 0.0, "what is not sent takes no time, nor does waiting");

}  // namespace

TEST_CASE("the engine's own way is only taken where it is the faster") {
  message_law<double> law = with_engine();
  law.engine_most = 100.0;
  CHECK(law.time(1.0) == 3.5);
  CHECK(law.time(3.0) == 7.5);    // both ways take 7
  CHECK(law.time(10.0) == 14.5);  // 14 rather than 21
}

TEST_CASE("of messages of many sizes those below the limit run over the engine's own way") {
  constexpr message_law<double> law = with_engine();
  CHECK(law.time(2.0, 0.5) == 6.0);  // of 1 to 3 half of them: 5 and 6, and the wait
  CHECK(law.time(1.5, 0.5) == doctest::Approx(4.75).epsilon(1e-12));  // five of six: 4 and 5.5
  CHECK(law.time(1.0, 0.5) == law.time(1.0));                         // all
  CHECK(law.time(8.0, 0.5) == law.time(8.0));                         // none
  CHECK(law.time(0.0, 0.5) == 0.0);
}

TEST_CASE("the root of a message is taken where a line has one") {
  message_law<double> law;
  law.ways = only(message_line<double>{.start = 1.0, .each = 1.0, .root = 2.0});
  law.rooted = true;
  CHECK(law.time(9.0) == 16.0);
  // Else a message of no bytes keeps its slopes finite: by none it would be 1 / 0.
  message_law<dual<1>> straight;
  straight.ways = only(message_line<dual<1>>{.start = 1.0, .each = 3.0});
  const dual<1> t = straight.time(dual<1>::input(5.0, 0));
  CHECK(t.value == 16.0);
  CHECK(t.slope[0] == 3.0);
  CHECK(straight.time(dual<1>::input(0.0, 0)).slope[0] == 0.0);
}

TEST_CASE("routed tokens take the fastest of their ways and the wait, none of them nothing") {
  exchange_law<double> law;
  law.ways.push_back({{.start = 1.0, .each = 2.0}, 3.0, 3.0});
  law.ways.push_back({{.start = 50.0, .each = 1.0}, 1.0, 1.0});
  law.apart = 0.25;
  routed_tokens<double> x;
  CHECK(law.time(x) == 0.0);
  x.sent = 8.0;
  CHECK(law.time(x) == 49.25);  // 24 copies by the first
  x.sent = 10.0;
  CHECK(law.time(x) == 60.25);  // 10 by the second
}
