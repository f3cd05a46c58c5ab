// SPDX-License-Identifier: BSL-1.0
// An autoscaler's question: so many requests come a second; how many replicas keep the promises?
#include <cstdio>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace shardline::literals;

// [readme:begin autoscaler]
constexpr auto node = with_engine(make_cluster(with_fitted(catalog::h100_sxm), 8), engines::vllm);
constexpr workload promised{.concurrency = 256,
                            .input = 1500_tokens,
                            .output = 300_tokens,
                            .max_ttft = 1_s,
                            .max_tpot = 40_ms};

/// The fewest replicas, each with its share of the requests, that keep the promises; 0: more than
/// `most` would be needed.
template <class Replica>
int replicas_for(const request_rate<>& arriving, const Replica& replica, int most) {
  for (int n = 1; n <= most; ++n) {
    workload share = promised;
    share.rate = arriving / n;
    if (replica(share).feasibility.feasible()) return n;
  }
  return 0;
}
// [readme:end autoscaler]

int main() {
  // [readme:begin autoscaler_use]
  constexpr layout ranks = to_layout(vllm{.tp = 8});
  const prepared replica(node, catalog::llama_3_1_70b, ranks);
  std::printf("requests/s  replicas  GPUs\n");
  for (const double rate : {1.0, 5.0, 10.0, 20.0, 50.0, 100.0}) {
    const int n = replicas_for(request_rate<>::from_value(rate), replica, 64);
    std::printf("%10.0f  %8d  %4d\n", rate, n, n * 8);
  }
  // [readme:end autoscaler_use]
}
