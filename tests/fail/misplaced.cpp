// SPDX-License-Identifier: BSL-1.0
// Arguments that are not a cluster, a model, a layout and a workload, in this order and constexpr:
// a sentence for each.
#include "small.hpp"

using namespace shardline;

constexpr layout alone{};
#ifdef SHARDLINE_TEST_BAD
static_assert(require_feasible<small::dense, small::one, alone, small::short_prompt>);
static_assert(is_feasible<small::one, alone, small::dense, small::short_prompt>);

cluster changing = small::one;
model learnt = small::dense;
static_assert(require_feasible<changing, small::dense, alone, small::short_prompt>);
static_assert(require_feasible<small::one, learnt, alone, small::short_prompt>);

constexpr auto swapped = estimate(small::one, small::dense, small::short_prompt, alone);
constexpr auto held = memory(small::one, small::dense, alone, alone);
constexpr auto of_three = estimate(small::one, small::dense, alone);
constexpr auto of_two = check(small::one, small::dense);
constexpr auto of_one_gpu = make_cluster(small::chip);
constexpr auto by_text = with_engine(small::one, "vllm");
constexpr auto over_duals = check(small::one, small::dense, alone, basic_workload<dual<1>>{});
#else
static_assert(require_feasible<small::one, small::dense, alone, small::short_prompt>);
constexpr auto priced = estimate(small::one, small::dense, alone, small::short_prompt);
static_assert(priced.feasibility.feasible());
#endif
