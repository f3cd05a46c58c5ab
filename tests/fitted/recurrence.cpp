// SPDX-License-Identifier: BSL-1.0
#include "shardline/fitted/recurrence.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/tensorrt_llm.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

using device = basic_accelerator<double, fitted>;

// 1024 values of state in fp32, 100 values and 7168 operations a token.
constexpr recurrence_shape rule{.kind = recurrence_kind::delta_rule,
                                .flops_per_token = 7168,
                                .values_per_token = 100,
                                .state_values = 1024,
                                .state_bytes = 4096.0};

constexpr recurrence_shape in(phase p, recurrence_shape o = rule) {
  o.phase = p;
  return o;
}
constexpr recurrence<double> of(phase p, double sequences, double new_tokens) {
  return operator_of(in(p), step_part<double>{p, sequences, new_tokens, 0.0});
}

constexpr device with_curve(const recurrence_curve<>& c) {
  device a = with_efficiency(catalog::h100_sxm, fitted{});
  a.efficiency.recurrences[recurrence_kind::delta_rule] = c;
  return a;
}

// An H100, 132 multiprocessors, 3350 GB/s.
constexpr device recurrent_chip = with_curve({.bandwidth = 0.5,
                                              .launch = 5_us,
                                              .prompt = 20_us,
                                              .along = 10_ns,
                                              .token = 1e-11,
                                              .sequence = 1e-10});

double seconds_for(const device& a, phase p, double sequences, double new_tokens) {
  return time_of(a, of(p, sequences, new_tokens)).total().value();
}

static_assert(time_of(recurrent_chip, of(phase::decode, 0.0, 1.0)).total() == 0_us);
static_assert(time_of(recurrent_chip, of(phase::prefill, 1.0, 0.0)).total() == 0_us);

}  // namespace

TEST_CASE("documented: 64 Ki sequences' step takes 328.4 us, a prompt of 2048 tokens 40.6 us") {
  // A step: states read and written, and 100 values in bf16; beside the launch.
  const double memory = 65536.0 * (2.0 * 4096.0 + 200.0) / (0.5 * 3350e9);
  const operator_time<double> step = time_of(recurrent_chip, of(phase::decode, 65536.0, 1.0));
  CHECK(step.memory.value() == doctest::Approx(memory).scale(0.0).epsilon(1e-12));
  CHECK(step.total().value() ==
        doctest::Approx(std::sqrt(memory * memory + 25e-12)).scale(0.0).epsilon(1e-12));
  CHECK(step.total().value() == doctest::Approx(328.4e-6).scale(0.0).epsilon(1e-3));
  // A prompt: 2048 tokens of 10 ns one after the other, and 1024 values spread over the chip.
  const operator_time<double> prompt = time_of(recurrent_chip, of(phase::prefill, 1.0, 2048.0));
  const double products = 1024.0 * (2048.0 * 1e-11 + 1e-10) / 132.0;
  CHECK(prompt.launch == 20_us);
  CHECK(prompt.total().value() ==
        doctest::Approx(20e-6 + 2048.0 * 10e-9 + products).scale(0.0).epsilon(1e-12));
  CHECK(prompt.total().value() == doctest::Approx(40.6e-6).scale(0.0).epsilon(1e-3));
}

TEST_CASE("laws of a shape are the times of its operators, split over ranks that share a prompt") {
  for (const phase p : both_phases) {
    const recurrence_law<double> law = law_of(recurrent_chip, in(p));
    CHECK(law.time(3.0, 5.0).total() == seconds_for(recurrent_chip, p, 3.0, 5.0));
  }
  recurrence_shape half = in(phase::prefill);
  half.query_split = 2;
  const recurrence_law<double> whole = law_of(recurrent_chip, in(phase::prefill));
  const recurrence_law<double> split = law_of(recurrent_chip, half);
  CHECK(split.along * 2.0 == whole.along);
  CHECK(split.token * 2.0 == whole.token);
  CHECK(split.sequence == whole.sequence);
}

TEST_CASE("a prompt takes no less than its operations at the peak and its bytes at the rate") {
  const device idle = with_curve({.launch = 1_us, .prompt = 1_us, .token = 1e-30});
  const operator_time<double> t = time_of(idle, of(phase::prefill, 1.0, 1e6));
  CHECK(t.compute.value() == doctest::Approx(7168e6 / 989.4e12).scale(0.0).epsilon(1e-3));
  CHECK(t.memory.value() == doctest::Approx((2e8 + 8192.0) / 3350e9).scale(0.0).epsilon(1e-12));
}

TEST_CASE(
    "more sequences or tokens never take less, more bandwidth or multiprocessors never more") {
  laws::dice d(2607);
  for (int number = 0; number < 2000; ++number) {
    CAPTURE(number);
    device a = with_curve({.bandwidth = d.between(0.1, 1.0),
                           .launch = seconds<>::from_value(d.between(0.0, 1e-5)),
                           .prompt = seconds<>::from_value(d.between(0.0, 1e-4)),
                           .along = seconds<>::from_value(d.between(0.0, 1e-7)),
                           .token = d.between(0.0, 1e-10),
                           .sequence = d.between(0.0, 1e-9)});
    for (const phase p : both_phases) {
      const double sequences = d.between(1.0, 300.0);
      const double tokens = d.between(1.0, 5000.0);
      const double time = seconds_for(a, p, sequences, tokens);
      REQUIRE(seconds_for(a, p, sequences * 1.1, tokens) >= time);
      REQUIRE(seconds_for(a, p, sequences, tokens + 1.0) >= time);
      device more = a;
      more.memory_rate = more.memory_rate * 1.1;
      more.multiprocessors += 10;
      REQUIRE(seconds_for(more, p, sequences, tokens) <= time);
    }
  }
}

// Rows of the tables that the curves were fitted to, within what the fits miss: 64 sequences' step
// of 32 heads of 128 x 128 took 88.0 us, a lone prompt of 32768 tokens of 48 heads 3030 us
// (aiconfigurator 095f58a5, gdn.csv of h200_sxm, TensorRT-LLM 1.3.0rc10).
TEST_CASE("gated delta rules on an H200 take what was measured, within a tenth") {
  constexpr device h200 = with_fitted_kernels(catalog::h200_sxm, engines::tensorrt_llm);
  const auto heads = [](integer n, phase p) {
    return recurrence_shape{.kind = recurrence_kind::delta_rule,
                            .phase = p,
                            .flops_per_token = 7 * n * 128 * 128,
                            .values_per_token = 2 * 16 * 128 + 2 * n * 128,
                            .state_values = n * 128 * 128,
                            .state_bytes = static_cast<double>(n) * 65536.0};
  };
  CHECK(law_of(h200, heads(32, phase::decode)).time(64.0, 1.0).total() * 1e6 ==
        doctest::Approx(88.0).scale(0.0).epsilon(0.1));
  CHECK(law_of(h200, heads(48, phase::prefill)).time(1.0, 32768.0).total() * 1e6 ==
        doctest::Approx(3030.0).scale(0.0).epsilon(0.1));
}
