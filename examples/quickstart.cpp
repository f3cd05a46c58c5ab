// SPDX-License-Identifier: BSL-1.0
// What Llama 3.1 70B needs and does on one host of eight H100, before anything is deployed.
// [readme:begin quickstart]
#include <cstdio>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace shardline::literals;

constexpr auto gpu = with_fitted(catalog::h100_sxm);  // times as measured, of vLLM
constexpr auto host = with_engine(make_cluster(gpu, 8), engines::vllm);
constexpr auto flags = to_layout(vllm{.tp = 8});
constexpr workload chat{.concurrency = 64,
                        .input = 2048_tokens,
                        .output = 512_tokens,
                        .chunk = 8192_tokens};  // its max_num_batched_tokens

static_assert(require_feasible<host, catalog::llama_3_1_70b, flags, chat>);

int main() {
  const auto e = estimate(host, catalog::llama_3_1_70b, flags, chat);
  std::printf("%.1f of %.0f GB per GPU, TTFT %.1f ms, TPOT %.1f ms, %.0f tokens/s\n",
              (e.memory.total() / 1_GB).value(), (e.memory.capacity / 1_GB).value(),
              (e.serving.ttft / 1_ms).value(), (e.serving.tpot / 1_ms).value(),
              e.serving.output_tokens_per_s.value());
}
// [readme:end quickstart]
