// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/rank_map.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/engines/vllm.hpp"

namespace {

using namespace shardline;

constexpr layout ep64 = to_layout(product{.ep = 64});
constexpr layout ep64_tp2 = to_layout(product{.ep = 64, .tp = 2});

TEST_CASE("plan 004: one expert per GPU") {
  const std::string map = rank_map(catalog::plan_004, ep64);
  CHECK(map.starts_with("GPU 0: expert 0, layers 0-15\nGPU 1: expert 1, layers 0-15\n"));
  CHECK(map.ends_with("\nGPU 63: expert 63, layers 0-15\n"));
  CHECK(std::count(map.begin(), map.end(), '\n') == 64);
}

TEST_CASE("shards and copies are named where there are several") {
  CHECK(to_text(share_of_gpu(catalog::plan_000, ep64_tp2, 3), ep64_tp2) ==
        "GPU 3: expert 1, layers 0-15, shard 1 of 2");
  const layout large = to_layout(product{.ep = 64, .tp = 8, .pp = 2, .dp = 2});
  CHECK(to_text(share_of_gpu(catalog::plan_002, large, 1579), large) ==
        "GPU 1579: expert 5, layers 8-15, shard 3 of 8, expert set 1 of 2");
  const layout expert_parallel = to_layout(vllm{.tp = 2, .dp = 2, .expert_parallel = true});
  CHECK(to_text(share_of_gpu(catalog::mixtral_8x7b, expert_parallel, 3), expert_parallel) ==
        "GPU 3: experts 6-7, layers 0-31, attention shard 1 of 2");
  const layout dense = to_layout(vllm{.tp = 2, .dp = 2});
  CHECK(to_text(share_of_gpu(catalog::llama_3_1_8b, dense, 3), dense) ==
        "GPU 3: layers 0-31, shard 1 of 2, copy 1 of 2");
}

TEST_CASE("several GPUs share a line, the last one what is left") {
  CHECK(rank_map(catalog::plan_000, ep64_tp2, 64) ==
        "GPUs 0-63: experts 0-31, layers 0-15, shards 0-1 of 2\n"
        "GPUs 64-127: experts 32-63, layers 0-15, shards 0-1 of 2\n");
  CHECK(rank_map(catalog::plan_000, ep64_tp2, 100)
            .ends_with("GPUs 100-127: experts 50-63, layers 0-15, shards 0-1 of 2\n"));
}

}  // namespace
