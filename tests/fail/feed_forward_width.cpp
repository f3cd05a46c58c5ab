// SPDX-License-Identifier: BSL-1.0
// A dense block 12 wide over 8 ranks.
#include "small.hpp"

using namespace shardline;

constexpr model narrow =
    small::with_layers(16, 1, grouped_query_attention{.heads = 8, .kv_heads = 1, .head_dim = 2},
                       dense_feed_forward{.width = 12});
#ifdef SHARDLINE_TEST_BAD
constexpr layout split = small::tensor_parallel(8);
#else
constexpr layout split = small::tensor_parallel(4);
#endif

static_assert(require_feasible<small::eight, narrow, split, small::short_prompt>);
