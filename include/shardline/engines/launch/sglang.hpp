// SPDX-License-Identifier: BSL-1.0
/// `python -m sglang.launch_server`: python/sglang/srt/server_args.py of 0.5, in the spelling that
/// versions up to 0.5.16 know, and in that of those after (srt/arg_groups/fields/parallel.py),
/// where --attn-dp-size is what --dp-size with --enable-dp-attention was (sgl-project/sglang#41818)
/// and --enable-prefill-cp what --enable-prefill-context-parallel was (#27312, #36223).
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
inline constexpr std::array<std::string_view, 2> split_modes{"in-seq-split", "round-robin-split"};
inline constexpr std::array<std::string_view, 2> strategies{"zigzag", "interleave"};
inline constexpr std::array<std::string_view, 1> until_0_5_16{"sglang-0.5"};
inline constexpr std::array<std::string_view, 1> since_0_5_17{"sglang-0.5.17"};

/// What both spellings have.
inline constexpr auto of_both = std::to_array<launch_option>({
    {.field = checkpoint, .name = "--model-path", .type = text},
    {.field = degree, .name = "--tp-size", .type = whole, .most = 1000000.0},
    {.field = degree, .name = "--dp-size", .type = whole, .most = 1000000.0},
    {.field = degree, .name = "--attn-cp-size", .type = whole, .most = 1000000.0},
    {.field = degree, .name = "--pp-size", .type = whole, .most = 1000000.0},
    {.field = degree, .name = "--dcp-size", .type = whole, .most = 1000000.0},
    {.field = degree, .name = "SGLANG_PP_LAYER_PARTITION", .type = wholes, .place = environment},
    {.field = degree, .name = "--ep-size", .type = whole, .most = 1000000.0},
    {.field = degree, .name = "--moe-dp-size", .type = whole, .most = 1000000.0},
    {.field = expert_backend, .name = "--moe-a2a-backend", .type = word, .choices = backends},
    {.field = expert_backend, .name = "--deepep-mode", .type = word, .choices = deepep_modes},
    {.field = expert_balance, .name = "--enable-eplb", .type = present},
    {.field = degree,
     .name = "--ep-num-redundant-experts",
     .type = whole,
     .least = 0.0,
     .most = 1000000.0},
    {.field = expert_wire,
     .name = "SGLANG_DEEPEP_BF16_DISPATCH",
     .type = whole,
     .place = environment,
     .least = 0.0,
     .most = 1.0},
    {.field = batch_overlap, .name = "--enable-two-batch-overlap", .type = present},
    {.field = max_sequences, .name = "--max-running-requests", .type = whole},
    {.field = step_tokens, .name = "--chunked-prefill-size", .type = whole},
    {.field = context, .name = "--context-length", .type = whole},
    {.field = memory_fraction,
     .name = "--mem-fraction-static",
     .type = real,
     .least = 1e-06,
     .most = 1.0},
    {.field = page_tokens, .name = "--page-size", .type = whole, .most = 4096.0},
    {.field = cache_format, .name = "--kv-cache-dtype", .type = word, .choices = caches},
    {.field = offloaded_cache, .name = "--enable-hierarchical-cache", .type = present},
    // GB of a rank: server_args.py, mem_cache/memory_pool_host.py.
    {.field = offloaded_cache, .name = "--hicache-size", .type = whole, .most = 1000000.0},
    {.field = quantisation, .name = "--quantization", .type = word, .choices = quantisations},
    {.field = guesses, .name = "--speculative-algorithm", .type = word, .choices = algorithms},
    {.field = guesses, .name = "--speculative-num-steps", .type = whole, .most = 64.0},
    {.field = guesses, .name = "--speculative-eagle-topk", .type = whole, .most = 64.0},
    {.field = guesses,
     .name = "--speculative-num-draft-tokens",
     .type = whole,
     .least = 2.0,
     .most = 65.0},
    {.field = guesses, .name = "--speculative-draft-model-path", .type = text},
    {.field = cuda_graphs, .name = "--disable-cuda-graph", .type = present},
    {.field = adapters, .name = "--enable-lora", .type = present},
    {.field = adapters, .name = "--max-loras-per-batch", .type = whole, .most = 1024.0},
    {.field = adapter_rank, .name = "--max-lora-rank", .type = whole, .most = 1024.0},
    {.field = nodes, .name = "--nnodes", .type = whole, .most = 1000000.0},
    {.field = nodes, .name = "--node-rank", .type = whole, .least = 0.0, .most = 1000000.0},
    {.field = address, .name = "--dist-init-addr", .type = text},
    {.field = address, .name = "--host", .type = text},
    {.field = address, .name = "--port", .type = whole, .most = 65535.0},
    {.field = pool, .name = "--disaggregation-mode", .type = word, .choices = modes},
    {.field = pool,
     .name = "--disaggregation-transfer-backend",
     .type = word,
     .choices = transfers},
    {.field = pool, .name = "--disaggregation-bootstrap-port", .type = whole, .most = 65535.0},
});

inline constexpr auto of_old_alone = std::to_array<launch_option>({
    {.field = degree, .name = "--enable-dp-attention", .type = present},
    {.field = prompt_split, .name = "--enable-prefill-context-parallel", .type = present},
    {.field = prompt_split, .name = "--prefill-cp-mode", .type = word, .choices = split_modes},
    {.field = prompt_split, .name = "--enable-dsa-prefill-context-parallel", .type = present},
    {.field = prompt_split, .name = "--dsa-prefill-cp-mode", .type = word, .choices = split_modes},
});

inline constexpr auto of_new_alone = std::to_array<launch_option>({
    {.field = degree, .name = "--attn-dp-size", .type = whole, .most = 1000000.0},
    {.field = prompt_split, .name = "--enable-prefill-cp", .type = present},
    {.field = prompt_split, .name = "--cp-strategy", .type = word, .choices = strategies},
});

inline constexpr auto of_0_5 = joined(of_both, of_old_alone);
inline constexpr auto of_0_5_17 = joined(of_both, of_new_alone);

/// `validate` and the parallel, MoE and disaggregation hooks of server_args.py.
inline constexpr auto rules_of_both = std::to_array<launch_rule>({
    {"--tp-size", rule_kind::multiple_of, {"--attn-cp-size"}},
    {"SGLANG_PP_LAYER_PARTITION", rule_kind::has_entries, {"--pp-size"}},
    {"SGLANG_PP_LAYER_PARTITION", rule_kind::sums_to, {"layers"}},
    {"--ep-size", rule_kind::divides, {"--tp-size"}},
    {"--ep-size", rule_kind::equals, {"--tp-size"}, 0.0, "--moe-a2a-backend"},
    {"--moe-dp-size", rule_kind::divides, {"--tp-size"}},
    {"--moe-dp-size", rule_kind::equals, {"--attn-cp-size"}},
    {"--moe-dp-size", rule_kind::excludes, {"--pp-size"}},
    {.option = "--deepep-mode",
     .kind = rule_kind::needs,
     .of = {"--moe-a2a-backend"},
     .says = "deepep"},
    {"--enable-eplb", rule_kind::several, {"--ep-size"}},
    {"--ep-num-redundant-experts", rule_kind::several, {"--ep-size"}},
    {"--enable-two-batch-overlap", rule_kind::needs, {"--moe-a2a-backend"}},
    {"--chunked-prefill-size", rule_kind::multiple_of, {"--page-size"}},
    {"--hicache-size", rule_kind::needs, {"--enable-hierarchical-cache"}},
    {"--speculative-algorithm", rule_kind::excludes, {"--pp-size"}},
    {"--speculative-num-draft-tokens",
     rule_kind::equals,
     {"--speculative-num-steps"},
     1.0,
     "--speculative-num-steps"},
    {"--max-loras-per-batch", rule_kind::needs, {"--enable-lora"}},
    {"--max-lora-rank", rule_kind::needs, {"--enable-lora"}},
    {"--nnodes", rule_kind::divides, {"--tp-size", "--pp-size"}},
    {"--nnodes", rule_kind::needs, {"--dist-init-addr"}},
    {"--node-rank", rule_kind::below, {"--nnodes"}},
    {"--disaggregation-transfer-backend", rule_kind::needs, {"--disaggregation-mode"}},
    {.option = "--disaggregation-bootstrap-port",
     .kind = rule_kind::needs,
     .of = {"--disaggregation-mode"},
     .says = "prefill"},
});

inline constexpr auto rules_of_old_alone = std::to_array<launch_rule>({
    {"--tp-size",
     rule_kind::multiple_of,
     {"--dp-size", "--attn-cp-size", "--dcp-size"},
     0.0,
     "--enable-dp-attention"},
    {"--dp-size", rule_kind::needs, {"--enable-dp-attention"}, 0.0, "--nnodes"},
    {"--enable-prefill-context-parallel",
     rule_kind::excludes,
     {"--enable-dsa-prefill-context-parallel"}},
    {"--prefill-cp-mode", rule_kind::needs, {"--enable-prefill-context-parallel"}},
    {"--dsa-prefill-cp-mode", rule_kind::needs, {"--enable-dsa-prefill-context-parallel"}},
});

inline constexpr auto rules_of_new_alone = std::to_array<launch_rule>({
    {"--tp-size", rule_kind::multiple_of, {"--attn-dp-size", "--attn-cp-size", "--dcp-size"}},
    {"--dp-size", rule_kind::excludes, {"--attn-dp-size", "--nnodes"}},
    {"--enable-prefill-cp", rule_kind::needs, {"--cp-strategy"}},
    {"--cp-strategy", rule_kind::needs, {"--enable-prefill-cp"}},
});

inline constexpr auto rules_of_0_5 = joined(rules_of_both, rules_of_old_alone);
inline constexpr auto rules_of_0_5_17 = joined(rules_of_both, rules_of_new_alone);

}  // namespace detail::sglang_options

namespace launch {

inline constexpr launch_dialect sglang_0_5_17{
    "sglang", detail::sglang_options::since_0_5_17, "python -m sglang.launch_server",
    detail::sglang_options::of_0_5_17, detail::sglang_options::rules_of_0_5_17};
inline constexpr launch_dialect sglang_0_5{
    "sglang", detail::sglang_options::until_0_5_16, "python -m sglang.launch_server",
    detail::sglang_options::of_0_5, detail::sglang_options::rules_of_0_5};

}  // namespace launch

}  // namespace shardline
