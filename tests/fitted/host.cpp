// SPDX-License-Identifier: BSL-1.0
#include "shardline/fitted/host.hpp"

#include <doctest/doctest.h>

#include "shardline/work/step.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

// 100 us a step, 1 a sequence, 500 and 2 a sequence to replay, 30 a kernel to launch.
constexpr fitted engine = [] {
  fitted f;
  f.host = {100_us, 1_us, 500_us, 2_us, 30_us};
  return f;
}();

double microseconds(const basic_step<>& s, const seconds<>& busy) {
  return host_time(engine, rank_step_of(s, layout{}), 40, busy).value() * 1e6;
}

static_assert(host_time(engine, rank_step_of(decode_step(8.0, 100.0, 1.0), layout{}), 40, 1_ms) >
              107_us);

}  // namespace

TEST_CASE("a busy accelerator hides what the host prepares; what follows the step shows") {
  // 500 + 8 x 2 are ready long before 1 ms; 100 + 8 follow.
  CHECK(microseconds(decode_step(8.0, 100.0, 1.0), 1_ms) == doctest::Approx(108.0).epsilon(1e-12));
}

TEST_CASE("a small model waits for the host") {
  CHECK(microseconds(decode_step(8.0, 100.0, 1.0), 400_us) ==
        doctest::Approx(516.0 - 400.0 + 108.0).epsilon(1e-12));
}

TEST_CASE("a step with prompts launches its kernels one by one") {
  const basic_step<> prompt = prefill_step(1.0, 100.0, 0.0, 1.0);
  CHECK(microseconds(prompt, 1_ms) == doctest::Approx(40.0 * 30.0 - 1000.0 + 100.0).epsilon(1e-12));
  CHECK(microseconds(mixed_step(prompt, decode_step(8.0, 100.0, 1.0)), 2_ms) ==
        doctest::Approx(108.0).epsilon(1e-12));
}

TEST_CASE("without CUDA graphs every step launches its kernels, and small ones show") {
  fitted eager = engine;
  eager.host.graphs = false;
  eager.host.small_kernels = 5_us;
  const auto decoding = rank_step_of(decode_step(8.0, 100.0, 1.0), layout{});
  CHECK(host_time(eager, decoding, 40, 1_ms).value() * 1e6 ==
        doctest::Approx(40.0 * 30.0 - 1000.0 + 108.0 + 40.0 * 5.0).epsilon(1e-12));
  CHECK(host_time(eager, decoding, 40, 2_ms).value() * 1e6 ==
        doctest::Approx(108.0 + 40.0 * 5.0).epsilon(1e-12));
}

TEST_CASE("a host that runs ahead has launched so much before the step before is done") {
  auto s = rank_step_of(prefill_step(1.0, 100.0, 0.0, 1.0), layout{});
  s.ahead = 300e-6;
  CHECK(host_time(engine, s, 40, 500_us).value() * 1e6 == doctest::Approx(800.0).epsilon(1e-12));
  fitted ahead = engine;
  ahead.host.runs_ahead = true;
  CHECK(host_time(ahead, s, 40, 500_us).value() * 1e6 == doctest::Approx(500.0).epsilon(1e-12));
  s.ahead = 1.0;
  CHECK(host_time(ahead, s, 40, 500_us).value() * 1e6 == doctest::Approx(100.0).epsilon(1e-12));
}

TEST_CASE("a step of nobody takes no time") {
  CHECK(microseconds(decode_step(0.0, 0.0, 1.0), {}) == 0.0);
}

TEST_CASE("documented: a request waits for the front end, and for steps of a busy engine") {
  fitted f;
  f.host.admission = 3300_us;
  f.host.admission_steps = 3.0;
  CHECK(admission_time(f, 10_ms, 0.5) / 1_ms == doctest::Approx(18.3).scale(0.0).epsilon(1e-12));
  CHECK(admission_time(f, 10_ms, 0.0) / 1_ms == doctest::Approx(3.3).scale(0.0).epsilon(1e-12));
}
