// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/expert_operators.hpp"

#include <doctest/doctest.h>

#include "../fabric/recorded.hpp"
#include "../laws/random_inputs.hpp"
#include "shardline/kernels/roofline.hpp"

using namespace shardline;
using namespace shardline::literals;
using namespace recording;

namespace {

constexpr accelerator chip{
    .name = "chip", .peak = {.bf16 = 989_TFLOPS, .fp8 = 1979_TFLOPS}, .memory_rate = 3350_GBps};

constexpr mixture_of_experts of_sixteen{.experts = 16, .experts_per_token = 4, .width = 8};

constexpr layout four_replicas(expert_dispatch dispatch) noexcept {
  return {{1, 1, 4}, {1, 4, 1}, 1, dispatch};
}

recorded experts_on(const layout& l, double sequences, double imbalance) {
  const model m = sixteen_wide();
  const model_context e{m, l};
  return feeding_of(of_sixteen, e, decode_step(sequences, 0.0, imbalance));
}

expert_activation<double> activation(expert_dispatch dispatch, double sequences, double imbalance) {
  const recorded r = experts_on(four_replicas(dispatch), sequences, imbalance);
  REQUIRE(r.activations.size() == 1);
  return r.activations[0];
}
double tokens_seen(expert_dispatch dispatch, double sequences, double imbalance) {
  return activation(dispatch, sequences, imbalance).tokens;
}

}  // namespace

TEST_CASE("a grouped gemm answers as the gemm of the same fields, and takes its time") {
  laws::dice d(131);
  constexpr std::array<weight_format, 3> formats_of_experts{formats::bf16, formats::fp8_block,
                                                            formats::mxfp4};
  for (int number = 0; number < 200; ++number) {
    const weight w{weight_class::routed_expert, d.one_of(formats_of_experts), d.whole(1, 300),
                   d.whole(1, 300), d.whole(1, 9)};
    const double rows = d.between(0.0, 500.0);
    const grouped_gemm<double> grouped{w, rows, 2.5, precision::bf16};
    const gemm<double> plain{term::routed_experts, w, rows, 2.5, precision::bf16};
    CHECK(grouped.term == term::routed_experts);
    CHECK(grouped.flops() == plain.flops());
    CHECK(grouped.math() == plain.math());
    CHECK(grouped.weight_bytes() == plain.weight_bytes());
    CHECK(grouped.activation_bytes() == plain.activation_bytes());
    CHECK(grouped.bytes_moved() == plain.bytes_moved());
    CHECK(grouped.kernels() == plain.kernels());
    CHECK(time_of(chip, grouped).total() == time_of(chip, plain).total());
  }
}

TEST_CASE("the activation function reads what up wrote and writes what down reads") {
  // 3 rows of 20 + 10 values in bf16; in fp32 twice that.
  expert_activation<double> a{formats::fp8, 3.0, 8.0, 16.0, 4, 16, 20, 10};
  CHECK(a.bytes_moved().value() == 180.0);
  CHECK(a.activation_bytes() == a.bytes_moved());
  CHECK(a.kernels() == 1.0);
  CHECK(a.term == term::routed_experts);
  a.activation = precision::fp32;
  CHECK(a.bytes_moved().value() == 360.0);
}

TEST_CASE("an activation knows the rank's experts, and how wide they are") {
  const recorded r = experts_on(four_replicas(expert_dispatch::all_to_all), 32.0, 1.0);
  REQUIRE(r.activations.size() == 1);
  const expert_activation<double>& a = r.activations[0];
  CHECK(a.format == formats::bf16);
  CHECK(a.rows == r.gemms[1].rows);
  CHECK(a.experts == 4);
  CHECK(a.hidden == 16);
  CHECK(a.up == 16);
  CHECK(a.width == 8);
}

TEST_CASE("kernels see the whole group's tokens, or those that were sent to their experts") {
  CHECK(tokens_seen(expert_dispatch::all_gather, 32.0, 1.0) == 32.0);
  // A token's 4 experts lie on 4 (1 - (3/4)^4) of 4 ranks.
  const double sent = 1.0 - 0.75 * 0.75 * 0.75 * 0.75;
  CHECK(tokens_seen(expert_dispatch::all_to_all, 32.0, 1.0) == doctest::Approx(32.0 * sent));
  CHECK(tokens_seen(expert_dispatch::all_to_all, 32.0, 1.2) == doctest::Approx(38.4 * sent));
  CHECK(tokens_seen(expert_dispatch::all_to_all, 32.0, 4.0) == 32.0);
  CHECK(tokens_seen(expert_dispatch::all_to_all, 1.0, 1.0) == 1.0);
}

TEST_CASE("kernels are handed all rows of all tokens, or the rank's own of those sent to it") {
  CHECK(activation(expert_dispatch::all_gather, 32.0, 1.0).rows_seen == 4.0 * 32.0);
  const expert_activation<double> sent = activation(expert_dispatch::all_to_all, 32.0, 1.2);
  CHECK(sent.rows == doctest::Approx(1.2 * 32.0).epsilon(1e-15));
  CHECK(sent.rows_seen == sent.rows);
}

static_assert(has_flops<grouped_gemm<double>> && has_weight<grouped_gemm<double>>);
static_assert(!has_flops<expert_activation<double>> && !has_weight<expert_activation<double>>);
