// SPDX-License-Identifier: BSL-1.0
#include "shardline/fitted/attention/chosen.hpp"

#include <doctest/doctest.h>

#include "../../laws/dice.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/sglang.hpp"
#include "shardline/engines/vllm.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

using choosing_chip = basic_accelerator<double, fitted>;

constexpr attention_shape of_heads(integer heads, phase p = phase::prefill) {
  return {.phase = p,
          .heads = heads,
          .kv_heads = 1,
          .qk_dim = 576,
          .v_dim = 512,
          .window = 2048,
          .bytes_per_token = 1152.0,
          .latent = true,
          .latent_width = 576,
          .chosen = true};
}
constexpr choosing_chip with_sparse(const sparse_curve<>& c) {
  choosing_chip a = with_fitted_kernels(catalog::h100_sxm, engines::vllm);
  a.efficiency.sparse.of.fill(c);
  return a;
}
double seconds_of(const choosing_chip& a, const attention_shape& o, double sequences,
                  double new_tokens, double context) {
  return chosen_law_of(a, o)
      .time(step_part<double>{o.phase, sequences, new_tokens, context})
      .total();
}

constexpr choosing_chip padding = with_sparse({.compute = 0.5, .launch = 20_us, .padded = true});
constexpr choosing_chip exact = with_sparse({.compute = 0.5, .launch = 20_us});

}  // namespace

TEST_CASE(
    "documented: 16 heads over chosen tokens take as long as the 64 that a block multiplies") {
  // 4096 queries, 2048 keys each, 64 rows of 576 + 512, at half of 989.4 TFLOP/s.
  const double by_hand = 20e-6 + 4096.0 * 2048.0 * 2.0 * 64.0 * 1088.0 / (0.5 * 989.4e12);
  CHECK(seconds_of(padding, of_heads(16), 1.0, 4096.0, 0.0) ==
        doctest::Approx(by_hand).scale(0.0).epsilon(1e-3));
  CHECK(seconds_of(padding, of_heads(64), 1.0, 4096.0, 0.0) ==
        seconds_of(padding, of_heads(16), 1.0, 4096.0, 0.0));
  CHECK(seconds_of(padding, of_heads(65), 1.0, 4096.0, 0.0) - 20e-6 ==
        doctest::Approx(2.0 * (by_hand - 20e-6)).scale(0.0).epsilon(1e-3));
}

TEST_CASE("places without a token are multiplied where a kernel pads them, else tokens alone") {
  // 128 queries see 64.5 tokens on average, of the 2048 that are padded to.
  const step_part<double> prompts{phase::prefill, 256.0, 128.0, 0.0};
  const double padded = chosen_law_of(padding, of_heads(64)).time(prompts).compute;
  const double alone = chosen_law_of(exact, of_heads(64)).time(prompts).compute;
  CHECK(padded / alone == doctest::Approx(2048.0 / 64.5).scale(0.0).epsilon(1e-9));
  // Beyond them both are the same.
  CHECK(seconds_of(padding, of_heads(64), 2.0, 100.0, 9000.0) ==
        doctest::Approx(seconds_of(exact, of_heads(64), 2.0, 100.0, 9000.0)).epsilon(1e-12));
}

TEST_CASE("prompts run kernels for chosen tokens, decode steps where the engine does") {
  CHECK(runs_chosen(exact, of_heads(16)));
  CHECK_FALSE(runs_chosen(exact, of_heads(16, phase::decode)));
  CHECK(runs_chosen(with_sparse({.compute = 0.5, .launch = 20_us, .steps = true}),
                    of_heads(16, phase::decode)));
  attention_shape all = of_heads(16);
  all.chosen = false;
  CHECK_FALSE(runs_chosen(exact, all));
  // What is not chosen is priced as ever.
  attention_core<double> op;
  op.phase = phase::prefill;
  op.sequences = 1.0;
  op.new_tokens = 512.0;
  op.heads = 16;
  op.kv_heads = 1;
  op.qk_dim = 576;
  op.v_dim = 512;
  op.window = 2048;
  op.bytes_per_token = 1152.0;
  op.latent = true;
  op.latent_width = 576;
  const double ordinary = time_of(padding, op).total().value();
  op.chosen = true;
  CHECK(time_of(padding, op).total().value() == seconds_of(padding, of_heads(16), 1.0, 512.0, 0.0));
  CHECK(time_of(padding, op).total().value() > 2.0 * ordinary);
}

TEST_CASE("blocks of keys and values have curves of their own") {
  choosing_chip a = padding;
  a.efficiency.block_sparse.of.fill({.compute = 0.1, .heads = 1.0, .launch = 50_us});
  attention_shape blocks = of_heads(16);
  blocks.kv_heads = 4;
  blocks.qk_dim = blocks.v_dim = 128;
  blocks.latent = false;
  // 4096 queries of 16 heads: 1024.5 keys on average of the first 2048, then 2048.
  const double pairs = 2048.0 * 1024.5 + 2048.0 * 2048.0;
  CHECK(seconds_of(a, blocks, 1.0, 4096.0, 0.0) ==
        doctest::Approx(50e-6 + pairs * 2.0 * 16.0 * 256.0 / (0.1 * 989.4e12))
            .scale(0.0)
            .epsilon(1e-3));
}

TEST_CASE("few queries take as long as one on a multiprocessor, unless their keys are split") {
  // 2048 keys, 64 rows of 576 + 512, on one of 132 at a quarter of 989.4 TFLOP/s: 152.2 us.
  const double lone = 2048.0 * 2.0 * 64.0 * 1088.0 * 132.0 / (0.25 * 989.4e12);
  constexpr choosing_chip whole = with_sparse({.compute = 0.25, .launch = 20_us});
  const attention_shape step = of_heads(64, phase::decode);
  CHECK(seconds_of(whole, step, 1.0, 1.0, 9000.0) ==
        doctest::Approx(20e-6 + lone).scale(0.0).epsilon(1e-3));
  CHECK(seconds_of(whole, step, 132.0, 1.0, 9000.0) == seconds_of(whole, step, 1.0, 1.0, 9000.0));
  CHECK(seconds_of(whole, step, 264.0, 1.0, 9000.0) - 20e-6 ==
        doctest::Approx(2.0 * lone).scale(0.0).epsilon(1e-3));
  constexpr choosing_chip split = with_sparse({.compute = 0.25, .launch = 20_us, .splits = 33.0});
  CHECK(seconds_of(split, step, 4.0, 1.0, 9000.0) - 20e-6 ==
        doctest::Approx(lone / 33.0).scale(0.0).epsilon(1e-3));
}

TEST_CASE("more sequences, tokens, context or heads never take less over chosen tokens") {
  laws::dice d(2512);
  for (int number = 0; number < 2000; ++number) {
    CAPTURE(number);
    const choosing_chip& a = d.flip() ? padding : exact;
    const attention_shape o = of_heads(d.whole(1, 128), d.flip() ? phase::prefill : phase::decode);
    const double s = d.between(1.0, 64.0);
    const double n = d.between(1.0, 5000.0);
    const double c = d.between(0.0, 50000.0);
    const double time = seconds_of(a, o, s, n, c);
    attention_shape wider = o;
    ++wider.heads;
    REQUIRE(seconds_of(a, o, s + 1.0, n, c) >= time);
    REQUIRE(seconds_of(a, o, s, n + 1.0, c) >= time * (1.0 - 1e-12));
    REQUIRE(seconds_of(a, o, s, n, c + 1.0) >= time * (1.0 - 1e-12));
    REQUIRE(seconds_of(a, wider, s, n, c) >= time);
    REQUIRE(seconds_of(a, o, 0.0, n, c) == 0.0);
  }
}

// A row of a table: DeepSeek-V3.2's attention module of 64 heads, 8 prompts of 8192 tokens under
// SGLang on an H200, took 63990 us, of which its projections, norms and indexer are predicted to be
// about half (aiconfigurator 095f58a5, dsa_context_module.csv).
TEST_CASE("chosen tokens on an H200 under SGLang take what a module leaves of them") {
  constexpr choosing_chip h200 = with_fitted_kernels(catalog::h200_sxm, engines::sglang);
  const double chosen = seconds_of(h200, of_heads(64), 8.0, 8192.0, 0.0);
  CHECK(chosen > 0.45 * 63990e-6);
  CHECK(chosen < 0.65 * 63990e-6);
}
