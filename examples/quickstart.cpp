// What Llama 3.1 70B needs and does on one host of eight H100, before anything is deployed.
// [readme:begin quickstart]
#include <cstdio>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace shardline::literals;

constexpr auto gpu = with_efficiency(catalog::h100_sxm, constant{.mfu = 0.5, .bandwidth = 0.8});
constexpr auto host = make_cluster(gpu, 8);
constexpr auto flags = to_layout(vllm{.tp = 8});
constexpr workload chat{.concurrency = 64, .input = 2048_tokens, .output = 512_tokens};

static_assert(require_feasible<host, catalog::llama_3_1_70b, flags, chat>);

int main() {
  const auto e = estimate(host, catalog::llama_3_1_70b, flags, chat);
  std::printf("memory  %6.1f of %.0f GB per GPU\n", (e.memory.total() / 1_GB).value(),
              (e.memory.capacity / 1_GB).value());
  std::printf("TTFT    %6.1f ms\n", (e.serving.ttft / 1_ms).value());
  std::printf("TPOT    %6.1f ms\n", (e.serving.tpot / 1_ms).value());
  std::printf("output  %6.0f tokens/s\n", e.serving.output_tokens_per_s.value());
}
// [readme:end quickstart]
