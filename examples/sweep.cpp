// SPDX-License-Identifier: BSL-1.0
// A sweep over loads of one layout, which is prepared once.
#include <cstdio>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace shardline::literals;

constexpr auto node = make_cluster(with_fitted(catalog::h100_sxm), 8);
constexpr layout ranks = to_layout(vllm{.tp = 8});

int main() {
  // [readme:begin sweep]
  const prepared llama(node, catalog::llama_3_1_70b, ranks);
  std::printf("in flight  TTFT ms  TPOT ms  tokens/s\n");
  for (double n = 1; n <= 256; n *= 4) {
    const auto e = llama({.concurrency = n, .input = 2048_tokens, .output = 512_tokens});
    std::printf("%9.0f %8.0f %8.1f %9.0f\n", n, e.serving.ttft.value() * 1e3,
                e.serving.tpot.value() * 1e3, e.serving.output_tokens_per_s.value());
  }
  // [readme:end sweep]
}
