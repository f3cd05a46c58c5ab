// SPDX-License-Identifier: BSL-1.0
// A deployment guarded by the compiler: the layout that is shipped must be feasible, and a plan
// that cannot exist is known as such while this file compiles.
#include <cstdio>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace shardline::literals;

constexpr auto gpus = make_cluster(catalog::plan_400, 64);
constexpr workload load{.concurrency = 128, .input = 1024_tokens, .output = 128_tokens};

constexpr auto shipped = to_layout(product{.ep = 64});
static_assert(require_feasible<gpus, catalog::plan_004, shipped, load>);

// [readme:begin impossible]
constexpr auto proposed = to_layout(product{.ep = 64, .tp = 16, .pp = 4, .dp = 4});
static_assert(!is_feasible<gpus, catalog::plan_004, proposed, load>);
// static_assert(require_feasible<gpus, catalog::plan_004, proposed, load>) does not compile:
//   shardline: the layout needs more GPUs than the cluster has:
//   16384 GPUs required, 64 GPUs available
// [readme:end impossible]

// The same question, with the answer as a value.
using impossible = deployment<gpus, catalog::plan_004, proposed, load>;

int main() {
  std::printf("EP64 on %lld GPUs: feasible\n", static_cast<long long>(gpus.gpus));
  std::printf("EP64 TP16 PP4 DP4 on %lld GPUs: infeasible\n", static_cast<long long>(gpus.gpus));
  for (const violation& v : impossible::feasibility.violations) {
    const std::string_view why = text_of(v.rule).sentence;
    std::printf("  %.*s: %lld required, %lld available\n", static_cast<int>(why.size()), why.data(),
                static_cast<long long>(v.required), static_cast<long long>(v.available));
  }
}
