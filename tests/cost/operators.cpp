#include "shardline/cost/operators.hpp"

#include <doctest/doctest.h>

#include "../laws/random_inputs.hpp"

using namespace shardline;

namespace {

// Every query looks at itself and at what came before, at most `window` keys: counted one by one.
double pairs_one_by_one(count new_tokens, count context, count window) {
  count pairs = 0;
  for (count query = context + 1; query <= context + new_tokens; ++query) {
    pairs += window == 0 || query < window ? query : window;
  }
  return static_cast<double>(pairs);
}

}  // namespace

TEST_CASE("attention pairs are those counted one by one, with and without a window") {
  laws::dice d(71);
  for (int number = 0; number < 5000; ++number) {
    const count n = d.whole(0, 600);
    const count context = d.whole(0, 600);
    const count window = d.flip() ? 0 : d.whole(1, 900);
    CAPTURE(n);
    CAPTURE(context);
    CAPTURE(window);
    REQUIRE(attention_pairs(static_cast<double>(n), static_cast<double>(context), window) ==
            pairs_one_by_one(n, context, window));
  }
}

TEST_CASE("attention pairs: the documented numbers") {
  CHECK(attention_pairs(2048.0, 0.0, 0) == 2098176.0);
  CHECK(attention_pairs(1.0, 4095.0, 0) == 4096.0);
  CHECK(attention_pairs(1.0, 4095.0, 128) == 128.0);
}

TEST_CASE("chunks of a prompt look at as many pairs as the prompt at once") {
  laws::dice d(72);
  for (int number = 0; number < 1000; ++number) {
    const auto first = static_cast<double>(d.whole(1, 5000));
    const auto second = static_cast<double>(d.whole(1, 5000));
    const count window = d.flip() ? 0 : d.whole(1, 6000);
    CAPTURE(number);
    REQUIRE(attention_pairs(first, 0.0, window) + attention_pairs(second, first, window) ==
            attention_pairs(first + second, 0.0, window));
  }
}

TEST_CASE("a gemm multiplies and adds once per row and element, and moves each operand once") {
  // 3 rows times a 5 x 7 matrix in bf16: 2 x 3 x 35 FLOP; 70 bytes of weights, 3 x (5 + 7) x 2
  // bytes.
  const gemm<double> g{term::head, {weight_class::head, formats::bf16, 5, 7}, 3.0};
  CHECK(g.flops().value() == 210.0);
  CHECK(g.weight_bytes().value() == 70.0);
  CHECK(g.activation_bytes().value() == 72.0);
  CHECK(g.bytes_moved().value() == 142.0);
  CHECK(g.math() == precision::bf16);
  CHECK(g.kernels() == 1.0);
}

TEST_CASE("a gemm reads its rows in the type it multiplies and writes activations") {
  // fp8 weights and inputs: 5 bytes in, 7 x 2 out a row; 35 bytes of weights and one fp32 scale.
  gemm<double> g{term::head, {weight_class::head, formats::fp8, 5, 7}, 3.0};
  CHECK(g.weight_bytes().value() == 39.0);
  CHECK(g.activation_bytes().value() == 3.0 * (5.0 + 14.0));
  CHECK(g.math() == precision::fp8);
  g.activation = precision::fp32;
  CHECK(g.activation_bytes().value() == 3.0 * (5.0 + 28.0));
}

TEST_CASE("experts: as many matrices are read as are told, whatever is stored") {
  weight w{weight_class::routed_expert, formats::bf16, 5, 7};
  w.matrices = 8;
  const gemm<double> g{term::routed_experts, w, 3.0, 2.5};
  CHECK(w.elements() == 280);
  CHECK(w.total_bytes() == 560.0);
  CHECK(g.weight_bytes().value() == 2.5 * 70.0);
  CHECK(g.flops().value() == 210.0);
}

TEST_CASE("an elementwise kernel moves its traffic; a fused vector only itself, in no kernel") {
  const weight gains{weight_class::norm, formats::bf16, 1, 10};
  const elementwise<double> e{term::norms, gains, bytes<>::from_value(100.0)};
  CHECK(e.bytes_moved().value() == 100.0);
  CHECK(e.activation_bytes().value() == 100.0);
  CHECK(e.kernels() == 1.0);
  const fused_vector<double> v{term::norms, gains};
  CHECK(v.bytes_moved().value() == 20.0);
  CHECK(v.activation_bytes().value() == 0.0);
  CHECK(v.kernels() == 0.0);
}

namespace {

// 3 sequences, 2 heads of 4 + 5 dims, 10 bytes of cache a token.
attention_core<double> core(double new_tokens, double context, count window) {
  attention_core<double> a;
  a.sequences = 3.0;
  a.new_tokens = new_tokens;
  a.context = context;
  a.heads = 2;
  a.kv_heads = 1;
  a.qk_dim = 4;
  a.v_dim = 5;
  a.window = window;
  a.bytes_per_token = 10.0;
  return a;
}

}  // namespace

TEST_CASE("attention: scores and weighted values of every pair, of every head and sequence") {
  // 6 new tokens after 4: 5 + 6 + ... + 10 = 45 pairs; 3 sequences, 2 heads, 2 (4 + 5) FLOP a pair.
  const attention_core<double> a = core(6.0, 4.0, 0);
  CHECK(a.flops().value() == 45.0 * 3.0 * 2.0 * 2.0 * 9.0);
  // Queries and outputs of the new tokens, 2 bytes each; the cache of all 10 tokens.
  CHECK(a.activation_bytes().value() == 3.0 * 6.0 * 2.0 * 9.0 * 2.0);
  CHECK(a.cache_bytes().value() == 3.0 * 10.0 * 10.0);
  CHECK(a.bytes_moved().value() == 648.0 + 300.0);
  CHECK(a.resident_cache(16.0).value() == 3.0 * 16.0 * 10.0);
}

TEST_CASE("attention in a window reads and keeps no more of the past than the window") {
  const attention_core<double> a = core(1.0, 100.0, 8);
  CHECK(a.flops().value() == 8.0 * 3.0 * 2.0 * 2.0 * 9.0);
  CHECK(a.cache_bytes().value() == 3.0 * 9.0 * 10.0);  // 8 kept, one written
  CHECK(a.resident_cache(101.0).value() == 3.0 * 8.0 * 10.0);
}

TEST_CASE("context parallelism splits the queries of a prompt, and not the keys they look at") {
  attention_core<double> a = core(6.0, 4.0, 0);
  const double whole = a.flops().value();
  a.split = 2;
  CHECK(a.flops().value() == whole / 2.0);
  CHECK(a.activation_bytes().value() == 324.0);
  CHECK(a.cache_bytes().value() == 300.0);
}

TEST_CASE("every collective has the line of its kind") {
  CHECK(term_of(collective_kind::all_reduce) == term::all_reduce);
  CHECK(term_of(collective_kind::all_gather) == term::all_gather);
  CHECK(term_of(collective_kind::reduce_scatter) == term::reduce_scatter);
  CHECK(term_of(collective_kind::all_to_all) == term::all_to_all);
  CHECK(term_of(collective_kind::send_recv) == term::send_recv);
}

static_assert(has_flops<gemm<double>> && has_flops<attention_core<double>>);
static_assert(!has_flops<elementwise<double>> && !has_flops<fused_vector<double>>);
static_assert(has_weight<gemm<double>> && has_weight<elementwise<double>>);
static_assert(has_weight<fused_vector<double>> && !has_weight<attention_core<double>>);
static_assert(is_collective<collective<double>> && !is_collective<gemm<double>>);
static_assert(is_attention_core<attention_core<double>> && !is_attention_core<gemm<double>>);
