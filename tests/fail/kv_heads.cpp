// SPDX-License-Identifier: BSL-1.0
// 4 key-value heads over 6 ranks: neither whole heads per rank nor whole copies of heads.
#include "small.hpp"

using namespace shardline;

constexpr model grouped =
    small::with_layers(16, 1, grouped_query_attention{.heads = 24, .kv_heads = 4, .head_dim = 2},
                       dense_feed_forward{.width = 24});
#ifdef SHARDLINE_TEST_BAD
constexpr layout split = small::tensor_parallel(6);
#else
constexpr layout split = small::tensor_parallel(8);
#endif

static_assert(require_feasible<small::eight, grouped, split, small::short_prompt>);
