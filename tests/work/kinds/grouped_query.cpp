// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/grouped_query.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"

using namespace shardline;
using namespace recording;

namespace {

constexpr grouped_query_attention grouped{.heads = 8, .kv_heads = 2, .head_dim = 4};
// Ranks 6 and 5, dims 3 + 2 and 7.
constexpr latent_attention latent{8, 6, 5, 3, 2, 7};

}  // namespace

TEST_CASE("grouped queries: q k v in one matrix, rotary, attention, output") {
  const recorded r = block_of(grouped, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  REQUIRE(r.gemms.size() == 2);
  CHECK(shape(r.gemms[0].weight, 16, (4 + 2) * 4));
  CHECK(shape(r.gemms[1].weight, 16, 16));
  CHECK(r.gemms[0].rows == 3.0);
  REQUIRE(r.vectors.size() == 1);
  CHECK(r.vectors[0].traffic.value() == 3.0 * 2.0 * (4 + 1) * 4 * 2.0);  // rotary
  REQUIRE(r.cores.size() == 1);
  CHECK(r.cores[0].heads == 4);
  CHECK(r.cores[0].kv_heads == 1);
  CHECK(r.cores[0].qk_dim == 4);
  CHECK(r.cores[0].v_dim == 4);
  CHECK(r.cores[0].bytes_per_token == 2.0 * 4.0 * 2.0);
  REQUIRE(r.caches.size() == 1);
  CHECK(r.caches[0].bytes_per_token == 2.0 * 4.0 * 2.0);
  CHECK(r.caches[0].window == 0);
  CHECK(r.caches[0].state_bytes == 0.0);
  CHECK(r.collectives.empty());  // the sum over ranks is the layer's: model/blocks.cpp
}

TEST_CASE("biases, head norms and sinks are vectors of the kernels that read them") {
  grouped_query_attention a = grouped;
  a.qkv_bias = a.output_bias = a.sinks = true;
  a.qk_norm = head_norm::per_head;
  const recorded r = block_of(a, tensor_parallel(2), decode_step(1.0, 0.0, 1.0));
  REQUIRE(r.fused.size() == 4);
  CHECK(shape(r.fused[0], 1, 24));  // q k v of the rank
  CHECK(shape(r.fused[1], 1, 8));   // a gain of head_dim for queries, one for keys
  CHECK(r.fused[1].weight_class == weight_class::norm);
  CHECK(shape(r.fused[2], 1, 4));   // a sink per head of the rank
  CHECK(shape(r.fused[3], 1, 16));  // the output's, on every rank
}

TEST_CASE("a norm over all heads has a gain per value, and is split with the heads") {
  grouped_query_attention a = grouped;
  a.qk_norm = head_norm::all_heads;
  const auto gains = [&a](integer tp) {
    return block_of(a, tensor_parallel(tp), decode_step(1.0, 0.0, 1.0)).fused[0];
  };
  CHECK(shape(gains(1), 1, (8 + 2) * 4));
  CHECK(shape(gains(2), 1, (4 + 1) * 4));
  CHECK(shape(gains(8), 1, (1 + 1) * 4));  // each key-value head lies on four ranks
  CHECK(gains(8).weight_class == weight_class::norm);
}

TEST_CASE("an output gate is projected with the queries and multiplies what attention returns") {
  grouped_query_attention a = grouped;
  a.output_gate = a.qkv_bias = true;
  const recorded r = block_of(a, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  REQUIRE(r.gemms.size() == 2);
  CHECK(shape(r.gemms[0].weight, 16, (4 + 4 + 2) * 4));
  CHECK(shape(r.gemms[1].weight, 16, 16));
  CHECK(shape(r.fused[0], 1, (4 + 4 + 2) * 4));
  REQUIRE(r.vectors.size() == 2);
  CHECK(r.vectors[1].traffic.value() == 3.0 * 3.0 * 16.0 * 2.0);  // gate and values in, product out
  CHECK(r.cores[0].heads == 4);
}

TEST_CASE("the cache is in the format of the cache, not of activations; its scales count") {
  model m = sixteen_wide();
  m.activations = precision::fp32;
  const auto per_token = [&m](const auto& a, const cache_format& f) {
    m.kv_cache = f;
    const recorded r = mixing_of(a, m, {}, decode_step(1.0, 0.0, 1.0));
    CHECK(r.cores[0].bytes_per_token == r.caches[0].bytes_per_token);
    return r.caches[0].bytes_per_token;
  };
  // Keys and values of 2 heads of 4; latents of 5 + 2.
  CHECK(per_token(grouped, precision::fp8) == 2.0 * 2.0 * 4.0);
  CHECK(per_token(grouped, cache_formats::fp8_head) == 2.0 * 2.0 * (4.0 + 4.0));
  CHECK(per_token(grouped, cache_formats::nvfp4) == 2.0 * 2.0 * (2.0 + 1.0));
  CHECK(per_token(latent, precision::fp8) == 7.0);
  CHECK(per_token(latent, cache_formats::fp8_head) == 7.0 + 4.0);
  CHECK(per_token(latent, {precision::int8, 3, 16}) == 7.0 + 3.0 * 2.0);
}

TEST_CASE("a layer keeps its window, sliding or chunked") {
  grouped_query_attention a = grouped;
  a.window = 128;
  const auto kept = [&a] { return block_of(a, {}, decode_step(1.0, 0.0, 1.0)).caches[0]; };
  CHECK(kept().window == 128);
  CHECK_FALSE(kept().chunked);
  a.chunked = true;
  CHECK(kept().chunked);
}

TEST_CASE("cp ranks share a prompt's queries and gather each other's keys; decoding does neither") {
  const layout l{{2, 4, 1}, {2, 4, 1}};
  const recorded prompt = block_of(grouped, l, prefill_step(3.0, 100.0, 50.0, 1.0));
  CHECK(prompt.gemms[0].rows == 75.0);
  CHECK(prompt.cores[0].query_split == 4);
  REQUIRE(prompt.collectives.size() == 1);
  CHECK(prompt.collectives[0].kind == collective_kind::all_gather);
  CHECK(prompt.collectives[0].group.size == 4);
  CHECK(prompt.collectives[0].group.stride == 2);
  CHECK(prompt.collectives[0].message.value() == 3.0 * 100.0 * 16.0);  // new tokens, one kv head
  const recorded token = block_of(grouped, l, decode_step(3.0, 50.0, 1.0));
  CHECK(token.cores[0].query_split == 1);
  CHECK(token.collectives.empty());
}

TEST_CASE("dcp ranks share the copies of a cache: queries of all to each, outputs back to each") {
  layout l = tensor_parallel(8);
  l.dcp = 4;  // 2 key-value heads on 8 ranks: 4 copies of each
  const recorded token = block_of(grouped, l, decode_step(3.0, 50.0, 1.0));
  CHECK(token.caches[0].split == 4);
  REQUIRE(token.cores.size() == 1);
  CHECK(token.cores[0].heads == 4);  // one of each rank
  CHECK(token.cores[0].kv_heads == 1);
  CHECK(token.cores[0].cache_split == 4);
  CHECK(token.collectives.size() == 3);
  // Of 3 tokens: 4 heads of 4 values of 2 bytes, both ways; 4 logarithms from each of 4 ranks.
  CHECK(token.sends(collective_kind::all_gather, {4, 1}, 3.0 * 4.0 * 4.0 * 2.0));
  CHECK(token.sends(collective_kind::all_gather, {4, 1}, 3.0 * 4.0 * 4.0 * 4.0));
  CHECK(token.sends(collective_kind::reduce_scatter, {4, 1}, 3.0 * 4.0 * 4.0 * 2.0));
}

TEST_CASE("a prompt gathers the cached tokens that dcp ranks share, and keeps its own heads") {
  layout l = tensor_parallel(8);
  l.dcp = 4;
  const recorded prompt = block_of(grouped, l, prefill_step(3.0, 100.0, 50.0, 1.0));
  CHECK(prompt.cores[0].heads == 1);
  CHECK(prompt.cores[0].cache_split == 1);
  REQUIRE(prompt.collectives.size() == 1);
  CHECK(prompt.sends(collective_kind::all_gather, {4, 1}, 3.0 * 50.0 * 16.0));
}

TEST_CASE("values narrower than keys: their own columns, cache, scores and output") {
  grouped_query_attention a = grouped;
  a.v_head_dim = 3;
  const recorded r = block_of(a, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  CHECK(shape(r.gemms[0].weight, 16, (4 + 1) * 4 + 3));
  CHECK(shape(r.gemms[1].weight, 4 * 3, 16));
  CHECK(r.cores[0].qk_dim == 4);
  CHECK(r.cores[0].v_dim == 3);
  CHECK(r.caches[0].bytes_per_token == (4.0 + 3.0) * 2.0);
  CHECK(r.cores[0].flops().value() == 3.0 * 11.0 * 2.0 * 4.0 * (4.0 + 3.0));
}

TEST_CASE("a gate of one value per head is projected with the queries, and has no bias") {
  grouped_query_attention a = grouped;
  a.head_gate = a.qkv_bias = true;
  const recorded r = block_of(a, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  CHECK(shape(r.gemms[0].weight, 16, (4 + 2) * 4 + 4));
  CHECK(shape(r.fused[0], 1, (4 + 2) * 4));
  REQUIRE(r.vectors.size() == 2);
  CHECK(r.vectors[1].traffic.value() == 3.0 * (2.0 * 16.0 + 4.0) * 2.0);
}

TEST_CASE("keys that are values too save a projection, and nothing of the cache") {
  grouped_query_attention a = grouped;
  a.values_from_keys = true;
  const recorded r = block_of(a, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  CHECK(shape(r.gemms[0].weight, 16, (4 + 1) * 4));
  CHECK(r.caches[0].bytes_per_token == 2.0 * 4.0 * 2.0);
}

TEST_CASE("a layer that reads another's cache projects queries alone, and keeps nothing") {
  grouped_query_attention a = grouped;
  a.reads_cache_of_another = true;
  a.qk_norm = head_norm::per_head;
  const recorded r = block_of(a, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  CHECK(shape(r.gemms[0].weight, 16, 4 * 4));
  CHECK(shape(r.fused[0], 1, 4));
  CHECK(r.caches.empty());
  REQUIRE(r.cores.size() == 1);
  CHECK(r.cores[0].cache_bytes().value() == 3.0 * 11.0 * 2.0 * 4.0 * 2.0);
}

TEST_CASE("biases by distance: a few values of each head beside the queries, and a table") {
  grouped_query_attention a = grouped;
  a.relative_rank = 2;
  a.relative_reach = 9;
  const recorded r = block_of(a, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  CHECK(shape(r.gemms[0].weight, 16, (4 + 2) * 4 + 4 * 2));
  REQUIRE(r.fused.size() == 1);
  CHECK(shape(r.fused[0], 1, 2 * 9));
  CHECK(r.caches.size() == 1);
}

TEST_CASE("short convolutions: of this rank's keys and values, and of both blocks' whole rows") {
  grouped_query_attention a = grouped;
  a.conv_kernel = 3;
  const recorded r = block_of(a, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  constexpr integer channels = 2 * 4 + 2 * 16;  // one head of keys and one of values
  REQUIRE(r.fused.size() == 1);
  CHECK(shape(r.fused[0], 1, channels * 3));
  REQUIRE(r.recurrences.size() == 1);
  CHECK(r.recurrences[0].kind == recurrence_kind::convolution);
  REQUIRE(r.caches.size() == 2);
  CHECK(r.caches[0].state_bytes == 2.0 * channels * 2.0);  // two inputs in bf16
  CHECK(r.caches[0].bytes_per_token == 0.0);
}
