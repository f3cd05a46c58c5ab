// SPDX-License-Identifier: BSL-1.0
/// `python -m sglang.launch_server`: python/sglang/srt/server_args.py of 0.5, in the spelling that
/// versions up to 0.5.16 know.
#pragma once

#include <array>
#include <string_view>

#include "shardline/engines/launch/option.hpp"

namespace shardline {

namespace detail::sglang_options {

using enum launch_field;
using enum option_type;
using enum option_place;

inline constexpr std::array<std::string_view, 4> backends{"none", "deepep", "mooncake", "mori"};
inline constexpr std::array<std::string_view, 3> deepep_modes{"auto", "normal", "low_latency"};
inline constexpr std::array<std::string_view, 6> caches{"auto",     "bfloat16", "bf16",
                                                        "fp8_e4m3", "fp8_e5m2", "fp4_e2m1"};
inline constexpr std::array<std::string_view, 1> quantisations{"fp8"};
inline constexpr std::array<std::string_view, 5> algorithms{"EAGLE", "EAGLE3", "NEXTN",
                                                            "STANDALONE", "NGRAM"};
inline constexpr std::array<std::string_view, 3> modes{"null", "prefill", "decode"};
inline constexpr std::array<std::string_view, 3> transfers{"mooncake", "nixl", "mori"};
inline constexpr std::array<std::string_view, 1> versions{"sglang-0.5"};

inline constexpr auto of_0_5 = std::to_array<launch_option>({
    {.field = checkpoint, .name = "--model-path", .type = text},
    {.field = degree,
     .name = "--tp-size",
     .type = whole,
     .most = 1000000.0,
     .rule = "a multiple of attention replicas x --attn-cp-size"},
    {.field = degree, .name = "--dp-size", .type = whole, .most = 1000000.0},
    {.field = degree, .name = "--enable-dp-attention", .type = present},
    {.field = degree, .name = "--attn-cp-size", .type = whole, .most = 1000000.0},
    {.field = degree, .name = "--pp-size", .type = whole, .most = 1000000.0},
    {.field = degree, .name = "--dcp-size", .type = whole, .most = 1000000.0},
    {.field = degree,
     .name = "SGLANG_PP_LAYER_PARTITION",
     .type = wholes,
     .place = environment,
     .rule = "a number for each stage, which sum to the layers"},
    {.field = degree,
     .name = "--ep-size",
     .type = whole,
     .most = 1000000.0,
     .rule = "divides --tp-size"},
    {.field = degree,
     .name = "--moe-dp-size",
     .type = whole,
     .most = 1000000.0,
     .rule = "1 or --attn-cp-size"},
    {.field = expert_backend,
     .name = "--moe-a2a-backend",
     .type = word,
     .choices = backends,
     .rule = "--ep-size is --tp-size"},
    {.field = expert_backend,
     .name = "--deepep-mode",
     .type = word,
     .choices = deepep_modes,
     .rule = "with a DeepEP backend"},
    {.field = expert_balance,
     .name = "--enable-eplb",
     .type = present,
     .rule = "--ep-size above 1"},
    {.field = degree,
     .name = "--ep-num-redundant-experts",
     .type = whole,
     .least = 0.0,
     .most = 1000000.0,
     .rule = "--ep-size above 1"},
    {.field = expert_wire,
     .name = "SGLANG_DEEPEP_BF16_DISPATCH",
     .type = whole,
     .place = environment,
     .least = 0.0,
     .most = 1.0},
    {.field = batch_overlap,
     .name = "--enable-two-batch-overlap",
     .type = present,
     .rule = "an a2a backend"},
    {.field = max_sequences,
     .name = "--max-running-requests",
     .type = whole,
     .rule = "of all attention replicas"},
    {.field = step_tokens,
     .name = "--chunked-prefill-size",
     .type = whole,
     .rule = "of all attention replicas; a multiple of --page-size"},
    {.field = context, .name = "--context-length", .type = whole},
    {.field = memory_fraction,
     .name = "--mem-fraction-static",
     .type = real,
     .least = 1e-06,
     .most = 1.0},
    {.field = page_tokens, .name = "--page-size", .type = whole, .most = 4096.0},
    {.field = cache_format, .name = "--kv-cache-dtype", .type = word, .choices = caches},
    {.field = quantisation,
     .name = "--quantization",
     .type = word,
     .choices = quantisations,
     .rule = "a checkpoint in 16 bits"},
    {.field = guesses, .name = "--speculative-algorithm", .type = word, .choices = algorithms},
    {.field = guesses, .name = "--speculative-num-steps", .type = whole, .most = 64.0},
    {.field = guesses, .name = "--speculative-eagle-topk", .type = whole, .most = 64.0},
    {.field = guesses,
     .name = "--speculative-num-draft-tokens",
     .type = whole,
     .least = 2.0,
     .most = 65.0,
     .rule = "a step more than --speculative-num-steps"},
    {.field = guesses, .name = "--speculative-draft-model-path", .type = text},
    {.field = cuda_graphs, .name = "--disable-cuda-graph", .type = present},
    {.field = adapters, .name = "--enable-lora", .type = present},
    {.field = adapters,
     .name = "--max-loras-per-batch",
     .type = whole,
     .most = 1024.0,
     .rule = "with --enable-lora"},
    {.field = adapter_rank,
     .name = "--max-lora-rank",
     .type = whole,
     .most = 1024.0,
     .rule = "with --enable-lora"},
    {.field = nodes,
     .name = "--nnodes",
     .type = whole,
     .most = 1000000.0,
     .rule = "divides --tp-size x --pp-size"},
    {.field = nodes,
     .name = "--node-rank",
     .type = whole,
     .least = 0.0,
     .most = 1000000.0,
     .rule = "below --nnodes"},
    {.field = address, .name = "--dist-init-addr", .type = text},
    {.field = address, .name = "--host", .type = text},
    {.field = address, .name = "--port", .type = whole, .most = 65535.0},
    {.field = pool, .name = "--disaggregation-mode", .type = word, .choices = modes},
    {.field = pool,
     .name = "--disaggregation-transfer-backend",
     .type = word,
     .choices = transfers},
});

}  // namespace detail::sglang_options

namespace launch {

inline constexpr launch_dialect sglang_0_5{"sglang", detail::sglang_options::versions,
                                           "python -m sglang.launch_server",
                                           detail::sglang_options::of_0_5};

}  // namespace launch

}  // namespace shardline
