// SPDX-License-Identifier: BSL-1.0
// 4 key-value heads on 8 ranks are there twice: 4 ranks have no one copy to share.
#include "small.hpp"

using namespace shardline;

constexpr model grouped =
    small::with_layers(16, 1, grouped_query_attention{.heads = 8, .kv_heads = 4, .head_dim = 2},
                       dense_feed_forward{.width = 16});
constexpr layout shared_by(integer ranks) {
  layout l = small::tensor_parallel(8);
  l.dcp = ranks;
  return l;
}
#ifdef SHARDLINE_TEST_BAD
constexpr layout split = shared_by(4);
#else
constexpr layout split = shared_by(2);
#endif

static_assert(require_feasible<small::eight, grouped, split, small::short_prompt>);
