// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/block_context.hpp"

#include <doctest/doctest.h>

#include "../fabric/recorded.hpp"

using namespace shardline;
using namespace recording;

namespace {

model_context emitting(const model& m, const layout& l, const rank_coordinates& r = {},
                       const shard_padding& padding = {}) {
  return {m, l, r, padding};
}

// 3 sequences with 10 new tokens each on a rank of a layout.
rank_step<double> thirty_tokens(const layout& l) {
  return rank_step_of(prefill_step(3.0, 10.0, 0.0, 1.0), l);
}

}  // namespace

TEST_CASE("key-value heads: a share of them, or one copy of each") {
  CHECK(kv_heads_of_rank(8, 2, 0) == 4);
  CHECK(kv_heads_of_rank(8, 8, 7) == 1);
  CHECK(kv_heads_of_rank(2, 8, 7) == 1);
  CHECK(kv_heads_of_rank(1, 1, 0) == 1);
}

TEST_CASE("matrices are in the format of their class, vectors in that of norms") {
  model m = sixteen_wide();
  m.weights = uniform(formats::fp8_block);
  m.weights[weight_class::norm] = formats::fp32;
  m.weights[weight_class::head] = formats::fp16;
  const layout l{};
  const model_context e = emitting(m, l);
  const weight matrix = e.matrix(weight_class::head, 3, 5, 7);
  CHECK(matrix.format == formats::fp16);
  CHECK(matrix.elements() == 105);
  const weight vector = e.vector(weight_class::attention, 9);
  CHECK(vector.format == formats::fp32);
  CHECK(vector.weight_class == weight_class::attention);
  CHECK(shape(vector, 1, 9));
}

TEST_CASE("within a layer, matrices are in the format of its exception; vectors never are") {
  model m = sixteen_wide();
  m.weights = quantised(uniform(formats::bf16), formats::fp8_block);
  layer own{grouped_query_attention{8, 2, 4}, dense_feed_forward{24}};
  own.exceptions = {{{weight_class::attention, weight_class::router}, formats::int8}};
  const layout l{};
  const model_context outside = emitting(m, l, {}, {64, 32});
  const block_context e = outside.in_layer(own);
  CHECK(outside.matrix(weight_class::attention, 3, 5).format == formats::fp8_block);
  CHECK(e.matrix(weight_class::attention, 3, 5).format == formats::int8);
  CHECK(e.matrix(weight_class::router, 3, 5).format == formats::int8);
  CHECK(e.matrix(weight_class::dense_feed_forward, 3, 5).format == formats::fp8_block);
  CHECK(e.vector(weight_class::attention, 9).format == formats::bf16);
  // The rest is the same.
  CHECK(e.padding.vocabulary == 64);
  CHECK(e.padding.mxfp4_width == 32);
}

TEST_CASE(
    "a projection multiplies every token of the rank, a collective sends so many values of each") {
  model m = sixteen_wide();
  m.activations = precision::fp32;
  const layout l{{2, 5, 1}, {2, 5, 1}};  // of 10 new tokens, 2 on each of 5 ranks
  const model_context e = emitting(m, l);
  const gemm_shape projected = e.project(term::router, e.matrix(weight_class::router, 16, 4));
  const gemm<double> g = operator_of(projected, thirty_tokens(l));
  CHECK(g.rows == 6.0);
  CHECK(g.term == term::router);
  CHECK(g.activation == precision::fp32);
  const collective_shape sent = e.send(collective_kind::all_gather, {2, 1}, 9);
  CHECK(operator_of(sent, thirty_tokens(l)).message.value() == 6.0 * 9.0 * 4.0);
  CHECK(e.values_bytes(9) == 36.0);
  CHECK(e.tensor_group().size == 2);
  CHECK(e.tensor_group().stride == 1);
}

TEST_CASE("a norm has a gain per value of the residual stream, and a bias where norms have them") {
  model m = sixteen_wide();
  const layout l{};
  CHECK(emitting(m, l).norm().weight.elements() == 16);
  CHECK(emitting(m, l).norm().weight.weight_class == weight_class::norm);
  // Residual and output in, sum and normalised out: a token of 16 in bf16.
  CHECK(emitting(m, l).norm().bytes_per_token == 4.0 * 32.0);
  m.norm_bias = true;
  CHECK(emitting(m, l).norm().weight.elements() == 32);
  CHECK(emitting(m, l).norm().bytes_per_token == 4.0 * 32.0);
}

TEST_CASE("tensor-parallel ranks sum their outputs; one alone does not") {
  const model m = sixteen_wide();
  const layout alone{};
  const layout two = tensor_parallel(2);
  const auto reduced = [&m](const layout& l) {
    const model_context e = emitting(m, l);
    return operators_of(e, prefill_step(3.0, 10.0, 0.0, 1.0),
                        [&](auto& sink) { detail::emit_tensor_reduction(e, sink); });
  };
  CHECK(reduced(alone).collectives.empty());
  const recorded r = reduced(two);
  REQUIRE(r.collectives.size() == 1);
  CHECK(r.sends(collective_kind::all_reduce, {2, 1}, 30.0 * 32.0));
}

static_assert(kv_heads_of_rank(8, 4, 0) == 2 && kv_heads_of_rank(8, 16, 0) == 1);
