// SPDX-License-Identifier: BSL-1.0
// A build that fails when a deployment of a fleet cannot exist: a matrix of twenty, each a
// static_assert.
#include <cstdio>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/core.hpp"
#include "shardline/engines/vllm.hpp"

using namespace shardline;
using namespace shardline::literals;

// [readme:begin build_check]
constexpr auto hosts = [](const accelerator& gpu) {
  return with_engine(make_cluster(gpu, 8), engines::vllm);
};
constexpr cluster h100 = hosts(catalog::h100_sxm);
constexpr cluster h200 = hosts(catalog::h200_sxm);
constexpr cluster b200 = hosts(catalog::b200_sxm);

template <vllm Flags>
constexpr layout ranks = to_layout(Flags);
template <integer Input>
constexpr workload chat{.concurrency = 64, .input = tokens<>::from_value(Input)};

template <const cluster& Hosts, const model& Model, vllm Flags>
constexpr bool can_run = require_feasible<Hosts, Model, ranks<Flags>, chat<2048>>&&
    require_feasible<Hosts, Model, ranks<Flags>, chat<16384>>;

static_assert(can_run<h100, catalog::llama_3_1_8b, vllm{.dp = 8}>);
static_assert(can_run<h200, catalog::llama_3_1_8b, vllm{.dp = 8}>);
static_assert(can_run<h100, catalog::llama_3_1_70b, vllm{.tp = 8}>);
static_assert(can_run<h200, catalog::llama_3_1_70b, vllm{.tp = 4, .dp = 2}>);
static_assert(can_run<b200, catalog::llama_3_1_70b, vllm{.tp = 2, .dp = 4}>);
static_assert(can_run<h100, catalog::gpt_oss_120b, vllm{.tp = 8}>);
static_assert(can_run<h200, catalog::gpt_oss_120b, vllm{.tp = 2, .dp = 4}>);
static_assert(can_run<b200, catalog::gpt_oss_120b, vllm{.dp = 8}>);
static_assert(can_run<h200, catalog::qwen3_235b_a22b, vllm{.tp = 4, .dp = 2}>);
static_assert(can_run<b200, catalog::deepseek_v3, vllm{.tp = 8, .expert_parallel = true}>);
// static_assert(can_run<h200, catalog::deepseek_v3, vllm{.tp = 8, .expert_parallel = true}>)
// does not compile:
//   shardline: the fullest GPU needs more memory than it has:
//   177938813247 bytes required, 150108897280 bytes available
// [readme:end build_check]

int main() { std::printf("20 deployments can run\n"); }
