// SPDX-License-Identifier: BSL-1.0
// fp8 in blocks of 128 x 128: a width of 256 over 4 ranks leaves half a block each.
#include "small.hpp"

using namespace shardline;

constexpr model blocked() noexcept {
  model m = small::with_layers(128, 1,
                               grouped_query_attention{.heads = 8, .kv_heads = 4, .head_dim = 128},
                               dense_feed_forward{.width = 256});
  m.weights = quantised(m.weights, formats::fp8_block);
  return m;
}

constexpr model in_blocks = blocked();
#ifdef SHARDLINE_TEST_BAD
constexpr layout split = small::tensor_parallel(4);
#else
constexpr layout split = small::tensor_parallel(2);
#endif

static_assert(require_feasible<small::eight, in_blocks, split, small::short_prompt>);
