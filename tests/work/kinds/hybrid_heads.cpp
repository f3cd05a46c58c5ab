// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/hybrid_heads.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"

using namespace shardline;
using namespace recording;

TEST_CASE(
    "hybrid heads: the operators, weights, cache and state of both blocks, two sums over tp") {
  constexpr hybrid_heads both{.heads = 8,
                              .kv_heads = 2,
                              .head_dim = 4,
                              .mixer_heads = 4,
                              .mixer_head_dim = 6,
                              .groups = 2,
                              .state_size = 3,
                              .conv_kernel = 4,
                              .gated_norm = true};
  const auto step = decode_step(3.0, 10.0, 1.0);
  const recorded r = block_of(both, tensor_parallel(2), step);
  const recorded attention = block_of(both.attention(), tensor_parallel(2), step);
  const recorded mixer = block_of(both.mixer(), tensor_parallel(2), step);
  CHECK(r.gemms.size() == attention.gemms.size() + mixer.gemms.size());
  CHECK(r.stored(weight_class::attention) ==
        attention.stored(weight_class::attention) + mixer.stored(weight_class::attention));
  CHECK(r.stored(weight_class::norm) == 4 * 6 / 2);
  REQUIRE(r.caches.size() == 2);
  CHECK(r.caches[0].state_bytes == mixer.caches[0].state_bytes);
  CHECK(r.caches[1].bytes_per_token == attention.caches[0].bytes_per_token);
  REQUIRE(r.collectives.size() == 1);  // the other is the layer's
  CHECK(r.collectives[0].message.value() == 3.0 * 16.0 * 2.0);
  hybrid_heads bare = both;
  bare.gated_norm = false;
  CHECK(block_of(bare, tensor_parallel(2), step).stored(weight_class::norm) == 0);
}
