// SPDX-License-Identifier: BSL-1.0
// 4 experts over 3 ranks, for a model whose code in engines wants as many on each.
#include "small.hpp"

using namespace shardline;

#ifdef SHARDLINE_TEST_BAD
constexpr bool even = true;
#else
constexpr bool even = false;
#endif

constexpr mixture_of_experts four{
    .experts = 4, .experts_per_token = 1, .width = 1, .even_shares = even};
constexpr model routed = small::with_layers(
    1, 1, grouped_query_attention{.heads = 1, .kv_heads = 1, .head_dim = 1}, four);
constexpr layout spread{{1, 1, 3}, {1, 3, 1}};

static_assert(require_feasible<small::eight, routed, spread, small::short_prompt>);
