// SPDX-License-Identifier: BSL-1.0
// Plan 004 reads "EP64 x TP16 x PP4 x DP4 on 64 GPUs", which is a product of 16384 ranks. On 64
// GPUs its 64 experts fit as EP64 alone.
#include <shardline/catalog/accelerators.hpp>
#include <shardline/catalog/models.hpp>
#include <shardline/engines/product.hpp>
#include <shardline/shardline.hpp>

using namespace shardline;

constexpr cluster plan_cluster = make_cluster(catalog::plan_400, 64);
constexpr workload plan_workload{};
#ifdef SHARDLINE_TEST_BAD
constexpr layout plan_layout = to_layout(product{.ep = 64, .tp = 16, .pp = 4, .dp = 4});
#else
constexpr layout plan_layout = to_layout(product{.ep = 64, .tp = 1, .pp = 1, .dp = 1});
#endif

static_assert(require_feasible<plan_cluster, catalog::plan_004, plan_layout, plan_workload>);
