// SPDX-License-Identifier: BSL-1.0
/// FasterTransformer, TensorRT-LLM's predecessor.
#pragma once

#include <array>

#include "shardline/engines/engine.hpp"
#include "shardline/engines/vllm.hpp"

namespace shardline::engines {

/// FasterTransformer, 2021 to 2023, a C++ program without CUDA graphs.
///   memory   vLLM's: no figures at hand
///   host     its gpt_guide.md (commit df4a75348), GPT-350M to GPT-175B, A100, 242 rows
inline constexpr engine_version fastertransformer{
    .engine = "fastertransformer",
    .name = "fastertransformer",
    .runtime = vllm_0_11.runtime,
    .memory_of = vllm_0_11.memory_of,
    .kernels = {.host = {.sequence = 12.5_us, .small_kernels = 3.7_us, .graphs = false},
                .library = kernel_library::fastertransformer,
                .own_all_reduce = false,
                .launches = 0.846,
                .expert_launches = 0.846,
                .drift = 8.34_us,
                .row = 1.326_us},
    .kernels_of = {"fastertransformer", "its gpt_guide.md"}};

inline constexpr std::array fastertransformer_versions{&fastertransformer};

}  // namespace shardline::engines
