// SPDX-License-Identifier: BSL-1.0
#include "shardline/kernels/roof_laws.hpp"

#include <doctest/doctest.h>

#include "../policies/law_by_law.hpp"

using namespace shardline;
using namespace shardline::literals;
using law_by_law::relative_difference;

namespace {

// 1 TFLOP/s and 1 GB/s, half of both reached, 1 us a launch.
constexpr basic_accelerator<double, constant> slow() noexcept {
  basic_accelerator<double, constant> a;
  a.peak.bf16 = 1_TFLOPS;
  a.memory_rate = bandwidth<>::from_value(1e9);
  a.efficiency = {.mfu = 0.5, .bandwidth = 0.5, .link = 0.5, .launch = 1_us};
  return a;
}
constexpr basic_accelerator<double, constant> slow_chip = slow();

constexpr weight matrix{weight_class::head, formats::bf16, 1000, 500};
constexpr place_in_step here{3, term::head};

// What a step of so many tokens is on a rank that holds them all.
step_sizes<double> sizes(const basic_step<>& s) { return sizes_of(rank_step_of(s, layout{}), {}); }

template <class Efficiency>
void check_against_operators(const basic_accelerator<double, Efficiency>& a, const laws::placed& p,
                             const model_context& e, const basic_step<>& s, int& compared) {
  CAPTURE(laws::describe(p.layout));
  CAPTURE(laws::describe(p.model));
  law_by_law::compare_all<roof_laws<double>>(
      a, e, s,
      [&](const auto&, const kernel_time<double>& by_law, const kernel_time<double>& by_operator) {
        REQUIRE(relative_difference(by_law, by_operator) <= 1e-13);
        compared += by_operator.total() > 0.0 ? 1 : 0;
      });
}

}  // namespace

TEST_CASE("a multiplication is a roof over its rows") {
  roof_laws<double> laws;
  laws.add(slow_chip, here, gemm_shape{term::head, matrix, step_extent::tokens, precision::bf16},
           matrix.matrix_bytes(), 0);
  law_by_law::added_up t;
  laws.price(sizes(decode_step(7.0, 100.0, 1.0)), t);
  CHECK(t.kernels == 1);
  // 2 x 7 x 1000 x 500 operations at 0.5 TFLOP/s; the matrix, 7 rows in and out at 0.5 GB/s.
  CHECK(t.sum.compute == doctest::Approx(7e6 / 0.5e12).epsilon(1e-13).scale(0.0));
  CHECK(t.sum.memory == doctest::Approx((1e6 + 7.0 * 3000.0) / 0.5e9).epsilon(1e-13).scale(0.0));
  CHECK(t.sum.exposed == 0.0);
  CHECK(t.sum.launch == 1e-6);
}

TEST_CASE("a matrix that each part of a step reads is read twice by a mixed one") {
  roof_laws<double> laws;
  laws.add(slow_chip, here,
           gemm_shape{term::head, matrix, step_extent::tokens, precision::bf16, true},
           matrix.matrix_bytes(), 0);
  const auto prompt = prefill_step(1.0, 5.0, 0.0, 1.0);
  const auto decoding = decode_step(2.0, 9.0, 1.0);
  law_by_law::added_up one;
  law_by_law::added_up both;
  laws.price(sizes(prompt), one);
  laws.price(sizes(mixed_step(prompt, decoding)), both);
  CHECK(one.sum.memory == doctest::Approx((1e6 + 5.0 * 3000.0) / 0.5e9).epsilon(1e-13).scale(0.0));
  CHECK(both.sum.memory == doctest::Approx((2e6 + 7.0 * 3000.0) / 0.5e9).epsilon(1e-13).scale(0.0));
}

TEST_CASE("kernels that only move bytes are one law for a segment, a line and a size") {
  const vector_shape ten{term::head, {}, 10.0};
  const vector_shape twenty{term::head, {}, 20.0};
  const fused_shape biases{term::head, {weight_class::head, formats::bf16, 1, 100}};
  roof_laws<double> laws;
  laws.add(slow_chip, here, ten, 0.0, 0);
  laws.add(slow_chip, here, biases, 200.0, 0);
  laws.add(slow_chip, here, twenty, 0.0, 0);
  law_by_law::added_up together;
  laws.price(sizes(decode_step(4.0, 0.0, 1.0)), together);
  CHECK(together.kernels == 1);
  CHECK(together.sum.compute == 0.0);
  CHECK(together.sum.memory ==
        doctest::Approx((4.0 * 30.0 + 200.0) / 0.5e9).epsilon(1e-13).scale(0.0));
  CHECK(together.sum.launch == 2e-6);  // biases are read inside another kernel
  // Another line, and another segment, are laws of their own.
  laws.add(slow_chip, {here.segment, term::norms}, ten, 0.0, 0);
  laws.add(slow_chip, {4, term::head}, ten, 0.0, 0);
  law_by_law::added_up three;
  laws.price(sizes(decode_step(4.0, 0.0, 1.0)), three);
  CHECK(three.kernels == 3);
  CHECK_FALSE(laws.overflowed());
}

TEST_CASE("what segments run is worked in: each kernel as often, those that move bytes by line") {
  const gemm_shape multiplied{term::head, matrix, step_extent::tokens, precision::bf16};
  const vector_shape ten{term::norms, {}, 10.0};
  const attention_shape seen{.phase = phase::decode,
                             .heads = 8,
                             .kv_heads = 2,
                             .qk_dim = 64,
                             .v_dim = 64,
                             .bytes_per_token = 512.0};
  constexpr place_in_step there{4, term::norms};
  roof_laws<double> laws;
  laws.add(slow_chip, here, multiplied, matrix.matrix_bytes(), 0);
  laws.add(slow_chip, {here.segment, term::norms}, ten, 0.0, 0);
  laws.add(slow_chip, there, ten, 0.0, 0);
  laws.add(slow_chip, {5, term::norms}, ten, 0.0, 0);  // which does not run
  laws.add(slow_chip, {there.segment, term::attention}, seen, 0.0, 0);
  segment_times times{};
  times[here.segment] = 3.0;
  times[there.segment] = 5.0;
  laws.repeat(times);
  const auto s = sizes(decode_step(4.0, 100.0, 1.0));
  law_by_law::added_up all;
  laws.price_repeated(s, all);
  CHECK(all.kernels == 3);
  const auto once = [&](const auto& shape, double bytes) {
    roof_laws<double> alone;
    alone.add(slow_chip, here, shape, bytes, 0);
    law_by_law::added_up t;
    alone.price(s, t);
    return t.sum;
  };
  const kernel_time<double> m = once(multiplied, matrix.matrix_bytes());
  const kernel_time<double> v = once(ten, 0.0);
  const kernel_time<double> a = once(seen, 0.0);
  kernel_time<double> expected{3.0 * m.compute + 5.0 * a.compute,
                               3.0 * m.memory + 8.0 * v.memory + 5.0 * a.memory, 0.0, 16e-6};
  CHECK(relative_difference(all.sum, expected) < 1e-14);
}

TEST_CASE("attention sees its window, and what a part of a step has of it") {
  attention_shape o;
  o.phase = phase::decode;
  o.heads = 4;
  o.kv_heads = 2;
  o.qk_dim = 8;
  o.v_dim = 8;
  o.window = 100;
  o.bytes_per_token = 64.0;
  roof_laws<double> laws;
  laws.add(slow_chip, here, o, 0.0, 0);
  law_by_law::added_up inside;
  law_by_law::added_up at_the_edge;
  law_by_law::added_up beyond;
  law_by_law::added_up none;
  laws.price(sizes(decode_step(3.0, 50.0, 1.0)), inside);
  laws.price(sizes(decode_step(3.0, 100.0, 1.0)), at_the_edge);
  laws.price(sizes(decode_step(3.0, 5000.0, 1.0)), beyond);
  laws.price(sizes(prefill_step(3.0, 20.0, 0.0, 1.0)), none);
  // 3 sequences, 51 keys each of which 4 heads take 2 (8 + 8) operations.
  CHECK(inside.sum.compute ==
        doctest::Approx(3.0 * 51.0 * 4.0 * 32.0 / 0.5e12).epsilon(1e-13).scale(0.0));
  CHECK(inside.sum.total() < at_the_edge.sum.total());
  CHECK(at_the_edge.sum.memory == beyond.sum.memory);
  CHECK(none.kernels == 0);
}

TEST_CASE("every law gives the times of its operator, under both policies of shares") {
  laws::dice d(2101);
  int compared = 0;
  for (int number = 0; number < 400; ++number) {
    const laws::placed p = laws::random_placed(d, 4, {});
    const laws::cluster c = laws::random_cluster(d, p.layout);
    const model_context e = model_context_under(c.runtime, p.model, p.layout);
    const basic_step<> s = law_by_law::random_step(d);
    CAPTURE(number);
    check_against_operators(c.accelerator, p, e, s, compared);
    check_against_operators(with_efficiency(c.accelerator, datasheet{}), p, e, s, compared);
  }
  CHECK(compared > 10000);
}

static_assert(size_of_attention(phase::decode) == 13 &&
              step_size::of(step_extent::decode_tokens) == 13);
