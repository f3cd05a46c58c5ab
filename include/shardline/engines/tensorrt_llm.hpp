/// TensorRT-LLM: its versions.
#pragma once

#include <array>

#include "shardline/engines/engine.hpp"

namespace shardline::engines {

namespace detail {

/// From a request's arrival to the engine.
inline constexpr seconds<> tensorrt_llm_admission = 3300_us;

}  // namespace detail

/// TensorRT-LLM 1.x, PyTorch backend; its runs are of 1.0.0rc3 to 1.3.0rc1.
///   budget          0.9 of what is free (KvCacheConfig.free_gpu_memory_fraction)
///   reserve         3.5 GB beside weights and activations: aiconfigurator's constant
///   communicators   342 MB at tp 2: aiconfigurator's constant
///   page_tokens     32 (KvCacheConfig.tokens_per_block)
///   step            8192 tokens (max_num_tokens), 2048 sequences (max_batch_size)
///   logit_bytes     6: logits in bf16 and fp32
///   reserved_output 1: the default scheduler evicts none (CapacitySchedulerPolicy,
///                   GUARANTEED_NO_EVICT)
///   host            works beside the accelerator, and shows where a small model on many GPUs leaves
///                   it no time
inline constexpr engine_version tensorrt_llm_1_0{
    .engine = "trtllm",
    .name = "trtllm-1.0",
    .runtime = {.budget = fraction_of_free<>{0.9},
                .reserve = bytes<>::from_value(3.5e9),
                .communicators = bytes<>::from_value(342e6),
                .cuda_graphs = {},
                .page_tokens = 32,
                .step_tokens = 8192.0,
                .step_sequences = 2048.0,
                .logit_bytes = 6.0,
                .padding = {}},
    .memory_of = {"trtllm-1.0", "defaults of its sources, aiconfigurator's constants"},
    .kernels = detail::replayed({.step = 830_us,
                                 .replay = 2302_us,
                                 .replay_sequence = 32_us,
                                 .layer = 641_us,
                                 .admission = detail::tensorrt_llm_admission,
                                 .admission_steps = detail::admission_steps},
                                kernel_library::tensorrt_llm),
    .kernels_of = {"trtllm-1.0", "aiconfigurator: runs of 1.0.0rc3 to 1.3.0rc1"}};

/// TensorRT-LLM 0.5, a C++ program without CUDA graphs.
///   memory   1.0's: no figures at hand
///   host     its published rates, 31 rows; the admission is that of 1.0
inline constexpr engine_version tensorrt_llm_0_5{
    .engine = "trtllm",
    .name = "trtllm-0.5",
    .runtime = tensorrt_llm_1_0.runtime,
    .memory_of = tensorrt_llm_1_0.memory_of,
    .kernels = {.host = {.step = 447_us,
                         .graphs = false,
                         .admission = detail::tensorrt_llm_admission},
                .library = kernel_library::tensorrt_llm,
                .launches = 1.0,
                .expert_launches = 1.0,
                .synchronise = detail::synchronise,
                .per_query_head = true},
    .kernels_of = {"trtllm-0.5", "its published rates"}};

inline constexpr const engine_version& tensorrt_llm = tensorrt_llm_1_0;
inline constexpr std::array tensorrt_llm_versions{&tensorrt_llm_1_0, &tensorrt_llm_0_5};

}  // namespace shardline::engines
