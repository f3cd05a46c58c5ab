// SPDX-License-Identifier: BSL-1.0
// Inputs that mean nothing, one error line for each: no heads, a negative degree, flags that their
// framework refuses, a share in percent, a model without layers, more experts for a token than there
// are, half a byte per second.
#include "shardline/engines/vllm.hpp"
#include "small.hpp"

using namespace shardline;

#ifdef SHARDLINE_TEST_BAD
constexpr integer heads = 0;
constexpr integer tp = -8;
constexpr integer caches_shared_by = 3;  // 8 ranks
constexpr double mfu = 50.0;
constexpr integer layers = 0;
constexpr integer experts_per_token = 5;
constexpr double memory_rate = 0.5;
#else
constexpr integer heads = 8;
constexpr integer tp = 8;
constexpr integer caches_shared_by = 1;
constexpr double mfu = 0.5;
constexpr integer layers = 2;
constexpr integer experts_per_token = 4;
constexpr double memory_rate = 1.0;
#endif

constexpr layout alone{};
constexpr layout split = small::tensor_parallel(tp);
constexpr layout of_flags = to_layout(vllm{.tp = 8, .dcp = caches_shared_by});
constexpr auto at_mfu = [] {
  auto c = make_cluster(with_efficiency(small::chip, constant{.mfu = mfu}), 1);
  c.runtime.reserve = bytes<>{};
  return c;
}();
constexpr cluster slow = [] {
  cluster c = small::one;
  c.accelerator.memory_rate = bandwidth<>::from_value(memory_rate);
  return c;
}();
constexpr model of_heads =
    small::with_layers(16, 2, grouped_query_attention{.heads = heads, .kv_heads = 1, .head_dim = 2},
                       dense_feed_forward{.width = 24});
constexpr model of_layers = small::with_layers(
    16, layers, grouped_query_attention{.heads = 8, .kv_heads = 1, .head_dim = 2},
    dense_feed_forward{.width = 24});
constexpr model choosing = small::with_layers(
    16, 2, grouped_query_attention{.heads = 8, .kv_heads = 1, .head_dim = 2},
    mixture_of_experts{.experts = 4, .experts_per_token = experts_per_token, .width = 6});

static_assert(require_feasible<small::one, of_heads, alone, small::short_prompt>);
static_assert(require_feasible<small::eight, small::dense, split, small::short_prompt>);
static_assert(require_feasible<small::eight, small::dense, of_flags, small::short_prompt>);
static_assert(require_feasible<at_mfu, small::dense, alone, small::short_prompt>);
static_assert(require_feasible<small::one, of_layers, alone, small::short_prompt>);
static_assert(require_feasible<small::one, choosing, alone, small::short_prompt>);
static_assert(require_feasible<slow, small::dense, alone, small::short_prompt>);
