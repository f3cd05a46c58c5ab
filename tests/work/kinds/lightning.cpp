// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/lightning.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"

using namespace shardline;
using namespace recording;

namespace {

constexpr lightning_attention four_heads{.heads = 4, .head_dim = 3, .qk_norm = true};

}  // namespace

TEST_CASE("lightning attention: queries, keys, values and gate of the rank's heads, and output") {
  const recorded r = block_of(four_heads, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  REQUIRE(r.gemms.size() == 3);
  CHECK(shape(r.gemms[0].weight, 16, 3 * 2 * 3));
  CHECK(shape(r.gemms[1].weight, 16, 2 * 3));
  CHECK(shape(r.gemms[2].weight, 2 * 3, 16));
  // Gains of queries and keys, shared by all heads, and one per value of what is read.
  CHECK(r.stored(weight_class::norm) == 2 * 3 + 2 * 3);
  const lightning_attention plain{.heads = 4, .head_dim = 3};
  CHECK(
      block_of(plain, tensor_parallel(2), decode_step(3.0, 10.0, 1.0)).stored(weight_class::norm) ==
      2 * 3);
}

TEST_CASE("a head keeps a square of its width in fp32, however long the sequence is") {
  const recorded r = block_of(four_heads, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  REQUIRE(r.caches.size() == 1);
  CHECK(r.caches[0].bytes_per_token == 0.0);
  CHECK(r.caches[0].state_bytes == 2.0 * 3.0 * 3.0 * 4.0);
  REQUIRE(r.recurrences.size() == 1);
  CHECK(r.recurrences[0].flops().value() == 3.0 * 5.0 * 2.0 * 9.0);
  CHECK(four_heads.cache_copies(8) == 8);
}
