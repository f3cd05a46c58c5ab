// SPDX-License-Identifier: BSL-1.0
/// `vllm serve`: vllm/engine/arg_utils.py and vllm/config/{parallel,cache,scheduler,speculative,
/// kv_transfer}.py, as of 2025 and 2026.
#pragma once

#include <array>
#include <string_view>

#include "shardline/engines/launch/option.hpp"

namespace shardline {

namespace detail::vllm_options {

using enum launch_field;
using enum option_type;
using enum option_place;

inline constexpr std::array<std::string_view, 9> vllm_backends{"allgather_reducescatter",
                                                               "deepep_high_throughput",
                                                               "deepep_low_latency",
                                                               "deepep_v2",
                                                               "mori_high_throughput",
                                                               "mori_low_latency",
                                                               "flashinfer_nvlink_two_sided",
                                                               "flashinfer_nvlink_one_sided",
                                                               "nixl_ep"};
inline constexpr std::array<std::string_view, 4> vllm_first_backends{
    "allgather_reducescatter", "pplx", "deepep_high_throughput", "deepep_low_latency"};
inline constexpr std::array<std::string_view, 9> vllm_caches{
    "auto",  "float16",    "bfloat16",          "fp8", "fp8_e4m3", "fp8_e5m2",
    "nvfp4", "fp8_ds_mla", "fp8_per_token_head"};
inline constexpr std::array<std::string_view, 5> vllm_first_caches{"auto", "fp8", "fp8_e4m3",
                                                                   "fp8_e5m2", "fp8_inc"};
inline constexpr std::array<std::string_view, 2> offloading{"native", "lmcache"};
inline constexpr std::array<std::string_view, 1> quantisations{"fp8"};
inline constexpr std::array<std::string_view, 2> newest{"vllm-0.21", "vllm-0.18"};
inline constexpr std::array<std::string_view, 1> of_2025{"vllm-0.11"};

/// What they have always been called.
inline constexpr auto of_both = std::to_array<launch_option>({
    {.field = degree, .name = "--tensor-parallel-size", .type = whole, .most = 1000000.0},
    {.field = degree, .name = "--data-parallel-size", .type = whole, .most = 1000000.0},
    {.field = degree, .name = "--pipeline-parallel-size", .type = whole, .most = 1000000.0},
    {.field = degree, .name = "--decode-context-parallel-size", .type = whole, .most = 1000000.0},
    {.field = degree, .name = "VLLM_PP_LAYER_PARTITION", .type = wholes, .place = environment},
    {.field = degree, .name = "--enable-expert-parallel", .type = present},
    {.field = expert_balance, .name = "--enable-eplb", .type = present},
    {.field = expert_balance, .name = "--eplb-config", .type = json},
    {.field = batch_overlap, .name = "--enable-dbo", .type = present},
    {.field = max_sequences, .name = "--max-num-seqs", .type = whole},
    {.field = step_tokens, .name = "--max-num-batched-tokens", .type = whole},
    {.field = context, .name = "--max-model-len", .type = whole},
    {.field = memory_fraction,
     .name = "--gpu-memory-utilization",
     .type = real,
     .least = 1e-06,
     .most = 1.0},
    {.field = page_tokens, .name = "--block-size", .type = whole, .most = 4096.0},
    {.field = quantisation, .name = "--quantization", .type = word, .choices = quantisations},
    {.field = guesses, .name = "--speculative-config", .type = json},
    {.field = cuda_graphs, .name = "--enforce-eager", .type = present},
    {.field = adapters, .name = "--enable-lora", .type = present},
    {.field = adapters, .name = "--max-loras", .type = whole, .most = 1024.0},
    {.field = adapter_rank, .name = "--max-lora-rank", .type = whole, .most = 1024.0},
    {.field = nodes,
     .name = "--data-parallel-size-local",
     .type = whole,
     .least = 0.0,
     .most = 1000000.0},
    {.field = nodes,
     .name = "--data-parallel-start-rank",
     .type = whole,
     .least = 0.0,
     .most = 1000000.0},
    {.field = address, .name = "--data-parallel-address", .type = text},
    {.field = address, .name = "--data-parallel-rpc-port", .type = whole, .most = 65535.0},
    {.field = nodes, .name = "--headless", .type = present},
    {.field = address, .name = "--host", .type = text},
    {.field = address, .name = "--port", .type = whole, .most = 65535.0},
    {.field = pool, .name = "VLLM_NIXL_SIDE_CHANNEL_HOST", .type = text, .place = environment},
    {.field = pool,
     .name = "VLLM_NIXL_SIDE_CHANNEL_PORT",
     .type = whole,
     .place = environment,
     .most = 65535.0},
    {.field = pool, .name = "--kv-transfer-config", .type = json},
});

/// Since prompts are split over ranks and engines span nodes without Ray.
inline constexpr auto since_0_18 = std::to_array<launch_option>({
    {.field = degree, .name = "--prefill-context-parallel-size", .type = whole, .most = 1000000.0},
    {.field = expert_backend, .name = "--all2all-backend", .type = word, .choices = vllm_backends},
    {.field = cache_format, .name = "--kv-cache-dtype", .type = word, .choices = vllm_caches},
    // GiB of an engine, of all its ranks together: vllm/config/cache.py.
    {.field = offloaded_cache, .name = "--kv-offloading-size", .type = real, .least = 1e-06},
    {.field = offloaded_cache,
     .name = "--kv-offloading-backend",
     .type = word,
     .choices = offloading},
    {.field = nodes, .name = "--nnodes", .type = whole, .most = 1000000.0},
    {.field = nodes, .name = "--node-rank", .type = whole, .least = 0.0, .most = 1000000.0},
    {.field = address, .name = "--master-addr", .type = text},
});

/// vLLM 0.11, whose exchange of tokens is chosen by a variable.
inline constexpr auto of_0_11_alone = std::to_array<launch_option>({
    {.field = expert_backend,
     .name = "VLLM_ALL2ALL_BACKEND",
     .type = word,
     .place = environment,
     .choices = vllm_first_backends},
    {.field = cache_format, .name = "--kv-cache-dtype", .type = word, .choices = vllm_first_caches},
});

inline constexpr auto of_newest = joined(of_both, since_0_18);
inline constexpr auto of_0_11 = joined(of_both, of_0_11_alone);

/// `__post_init__` and the validators of vllm/config.
inline constexpr auto rules_of_both = std::to_array<launch_rule>({
    {"--tensor-parallel-size", rule_kind::divides, {"heads"}},
    {"VLLM_PP_LAYER_PARTITION", rule_kind::has_entries, {"--pipeline-parallel-size"}},
    {"VLLM_PP_LAYER_PARTITION", rule_kind::sums_to, {"layers"}},
    {"--enable-eplb", rule_kind::needs, {"--enable-expert-parallel"}},
    {"--eplb-config", rule_kind::needs, {"--enable-eplb"}},
    {"--max-num-seqs", rule_kind::at_most, {"--max-num-batched-tokens"}},
    {"--max-loras", rule_kind::needs, {"--enable-lora"}},
    {"--max-lora-rank", rule_kind::needs, {"--enable-lora"}},
    {"--data-parallel-size-local", rule_kind::at_most, {"--data-parallel-size"}},
    {"--data-parallel-start-rank", rule_kind::below, {"--data-parallel-size"}},
    {"--data-parallel-start-rank", rule_kind::multiple_of, {"--data-parallel-size-local"}},
    {"--kv-transfer-config", rule_kind::has_keys, {"kv_connector", "kv_role"}},
    {"--speculative-config", rule_kind::has_keys, {"num_speculative_tokens"}},
});
inline constexpr auto rules_since_0_18 = std::to_array<launch_rule>({
    {"--decode-context-parallel-size",
     rule_kind::divides,
     {"--tensor-parallel-size", "--prefill-context-parallel-size"}},
    {"--enable-eplb",
     rule_kind::several,
     {"--tensor-parallel-size", "--data-parallel-size", "--prefill-context-parallel-size"}},
    {"--prefill-context-parallel-size", rule_kind::excludes, {"--data-parallel-size"}},
    {"--all2all-backend", rule_kind::needs, {"--enable-expert-parallel"}},
    {.option = "--enable-dbo",
     .kind = rule_kind::needs,
     .of = {"--all2all-backend"},
     .says = "deepep"},
    {"--nnodes",
     rule_kind::divides,
     {"--tensor-parallel-size", "--pipeline-parallel-size", "--prefill-context-parallel-size"}},
    {"--nnodes", rule_kind::needs, {"--master-addr"}},
    {"--node-rank", rule_kind::below, {"--nnodes"}},
    {"--kv-offloading-backend", rule_kind::needs, {"--kv-offloading-size"}},
    // Either makes the engine's one connector (vllm/config/vllm.py).
    {"--kv-offloading-size", rule_kind::excludes, {"--kv-transfer-config"}},
});
inline constexpr auto rules_of_0_11_alone = std::to_array<launch_rule>({
    {"--decode-context-parallel-size", rule_kind::divides, {"--tensor-parallel-size"}},
    {"--enable-eplb", rule_kind::several, {"--tensor-parallel-size", "--data-parallel-size"}},
    {"VLLM_ALL2ALL_BACKEND", rule_kind::needs, {"--enable-expert-parallel"}},
    {.option = "--enable-dbo",
     .kind = rule_kind::needs,
     .of = {"VLLM_ALL2ALL_BACKEND"},
     .says = "deepep"},
});
inline constexpr auto rules_of_newest = joined(rules_of_both, rules_since_0_18);
inline constexpr auto rules_of_0_11 = joined(rules_of_both, rules_of_0_11_alone);

}  // namespace detail::vllm_options

namespace launch {

inline constexpr launch_dialect vllm_newest{"vllm", detail::vllm_options::newest, "vllm serve",
                                            detail::vllm_options::of_newest,
                                            detail::vllm_options::rules_of_newest};
inline constexpr launch_dialect vllm_0_11{"vllm", detail::vllm_options::of_2025, "vllm serve",
                                          detail::vllm_options::of_0_11,
                                          detail::vllm_options::rules_of_0_11};

}  // namespace launch

}  // namespace shardline
