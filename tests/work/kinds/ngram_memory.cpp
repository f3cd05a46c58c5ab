// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/ngram_memory.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace recording;

namespace {

// Two rows of 3 values of 101, for 2 streams, with taps at the last, the third and the fifth last
// token.
constexpr ngram_memory tables{
    .rows = 101, .row_width = 3, .lookups = 2, .streams = 2, .conv_kernel = 3, .reach = 2};

model with_memory(const ngram_memory& of) {
  model m = sixteen_wide();
  m.layers = {{1, {of, no_feed_forward{}}}, {2, {no_attention{}, dense_feed_forward{.width = 32}}}};
  return m;
}

}  // namespace

TEST_CASE(
    "a memory of n-grams: shared out tables, a value, a key for each stream, gains and taps") {
  const recorded r = block_of(tables, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  REQUIRE(r.vectors.size() == 2);
  CHECK(shape(r.vectors[0].weight, 51, 3));  // of 101 rows the first rank has one more
  CHECK(r.vectors[1].weight.n == 3 * 2 * 16);
  REQUIRE(r.fused.size() == 1);
  CHECK(r.fused[0].n == 2 * 16 * 3);
  REQUIRE(r.recurrences.size() == 1);
  CHECK(r.recurrences[0].kind == recurrence_kind::convolution);
  CHECK(r.recurrences[0].state_bytes == r.caches[0].state_bytes);
  REQUIRE(r.gemms.size() == 2);
  CHECK(shape(r.gemms[0].weight, 2 * 3, 16));
  CHECK(shape(r.gemms[1].weight, 2 * 3, 2 * 16));
  REQUIRE(r.caches.size() == 1);
  CHECK(r.caches[0].bytes_per_token == 0.0);
  CHECK(r.caches[0].state_bytes == 2.0 * 16.0 * 2.0 * 2.0 * 2.0);  // 2 taps, 2 tokens apart, bf16
}

TEST_CASE("rows without taps are added as they are, and nothing is kept") {
  ngram_memory plain = tables;
  plain.conv_kernel = 0;
  const recorded r = block_of(plain, {}, decode_step(3.0, 10.0, 1.0));
  REQUIRE(r.gemms.size() == 1);
  CHECK(shape(r.gemms[0].weight, 2 * 3, 16));
  CHECK(r.caches.empty());
}

TEST_CASE("a memory has no norm before it, and a token meets the rows that it looks up") {
  model m = with_memory(tables);
  model without = m;
  without.layers = {{2, {no_attention{}, dense_feed_forward{.width = 32}}}};
  const integer own = 101 * 3 + 6 * 16 + 6 * 32 + 3 * 32 + 3 * 32;
  CHECK(parameters(m).total() - parameters(without).total() == own);
  CHECK(active_parameters(m) - active_parameters(without) == own - (101 - 2) * 3);
  CHECK(state_bytes_per_sequence(m).value() == 2.0 * 16.0 * 4.0 * 2.0);
}

TEST_CASE("tables in 8 bits beside an embedding in 16") {
  ngram_memory narrow = tables;
  narrow.in_fp8 = true;
  const double wide = parameters(with_memory(tables)).total_bytes().value();
  const double saved = wide - parameters(with_memory(narrow)).total_bytes().value();
  CHECK(saved == 101.0 * 3.0 - 4.0);  // one scale
}

TEST_CASE("an engram gates without a convolution; its rows have a scale for each 32 values") {
  const ngram_memory engram{
      .rows = 101, .row_width = 64, .lookups = 2, .streams = 2, .engram = true};
  const recorded r = block_of(engram, {}, decode_step(3.0, 10.0, 1.0));
  REQUIRE(r.gemms.size() == 2);
  CHECK(shape(r.gemms[0].weight, 2 * 64, 16));
  CHECK(shape(r.gemms[1].weight, 2 * 64, 2 * 16));
  CHECK(r.gemms[1].weight.weight_class == weight_class::attention);
  CHECK(r.vectors[0].weight.total_bytes() == 101.0 * (64.0 + 2.0));
  CHECK(r.vectors[1].weight.n == 2 * 2 * 16);  // gains of streams and of keys
  CHECK(r.caches.empty());
  CHECK(r.recurrences.empty());
  const integer own = 101 * 64 + 128 * 16 + 128 * 32 + 2 * 32;
  model m = with_memory(engram);
  model without = m;
  without.layers = {{2, {no_attention{}, dense_feed_forward{.width = 32}}}};
  CHECK(parameters(m).total() - parameters(without).total() == own);
  CHECK(active_parameters(m) - active_parameters(without) == own - (101 - 2) * 64);
}
