// SPDX-License-Identifier: BSL-1.0
/// `trtllm-serve`, PyTorch backend: tensorrt_llm/commands/serve.py and llmapi/llm_args.py of 1.x.
/// What the file says overrides the command line, so the file says all of it.
#pragma once

#include <array>
#include <string_view>

#include "shardline/engines/launch/option.hpp"

namespace shardline {

namespace detail::tensorrt_llm_options {

using enum launch_field;
using enum option_type;
using enum option_place;

inline constexpr std::array<std::string_view, 8> backends{
    "AUTO", "CUTLASS", "CUTEDSL", "WIDEEP", "TRTLLM", "DEEPGEMM", "VANILLA", "TRITON"};
inline constexpr std::array<std::string_view, 3> caches{"auto", "fp8", "nvfp4"};
inline constexpr std::array<std::string_view, 4> decodings{"MTP", "Eagle3", "NGram", "DraftTarget"};
inline constexpr std::array<std::string_view, 4> transceivers{"DEFAULT", "UCX", "NIXL", "MPI"};
inline constexpr std::array<std::string_view, 1> nothing{"null"};
inline constexpr std::array<std::string_view, 1> versions{"trtllm-1.0"};

inline constexpr auto of_1_0 = std::to_array<launch_option>({
    {.field = address, .name = "--host", .type = text},
    {.field = address, .name = "--port", .type = whole, .most = 65535.0},
    {.field = address, .name = "--config", .type = text},
    {.field = degree,
     .name = "tensor_parallel_size",
     .type = whole,
     .place = file,
     .most = 1000000.0},
    {.field = degree,
     .name = "pipeline_parallel_size",
     .type = whole,
     .place = file,
     .most = 1000000.0},
    {.field = degree, .name = "enable_attention_dp", .type = truth, .place = file},
    {.field = degree,
     .name = "moe_expert_parallel_size",
     .type = whole,
     .place = file,
     .most = 1000000.0},
    {.field = degree,
     .name = "moe_tensor_parallel_size",
     .type = whole,
     .place = file,
     .most = 1000000.0},
    {.field = degree, .name = "pp_partition", .type = wholes, .place = file},
    {.field = nodes, .name = "gpus_per_node", .type = whole, .place = file, .most = 1000000.0},
    {.field = expert_backend,
     .name = "moe_config.backend",
     .type = word,
     .place = file,
     .choices = backends},
    {.field = expert_balance,
     .name = "moe_config.load_balancer.num_slots",
     .type = whole,
     .place = file,
     .most = 1000000.0},
    {.field = expert_wire,
     .name = "moe_config.use_low_precision_moe_combine",
     .type = truth,
     .place = file},
    {.field = max_sequences, .name = "max_batch_size", .type = whole, .place = file},
    {.field = step_tokens, .name = "max_num_tokens", .type = whole, .place = file},
    {.field = context, .name = "max_seq_len", .type = whole, .place = file},
    {.field = chunked_prefill, .name = "enable_chunked_prefill", .type = truth, .place = file},
    {.field = memory_fraction,
     .name = "kv_cache_config.free_gpu_memory_fraction",
     .type = real,
     .place = file,
     .least = 1e-06,
     .most = 1.0},
    {.field = page_tokens,
     .name = "kv_cache_config.tokens_per_block",
     .type = whole,
     .place = file,
     .most = 4096.0},
    {.field = cache_format,
     .name = "kv_cache_config.dtype",
     .type = word,
     .place = file,
     .choices = caches},
    {.field = prefix_cache,
     .name = "kv_cache_config.enable_block_reuse",
     .type = truth,
     .place = file},
    // Bytes of a rank: tensorrt_llm/llmapi/llm_args.py.
    {.field = offloaded_cache,
     .name = "kv_cache_config.host_cache_size",
     .type = whole,
     .place = file,
     .most = 1e15},
    {.field = cuda_graphs,
     .name = "cuda_graph_config",
     .type = word,
     .place = file,
     .choices = nothing},
    {.field = guesses,
     .name = "speculative_config.decoding_type",
     .type = word,
     .place = file,
     .choices = decodings},
    {.field = guesses,
     .name = "speculative_config.num_nextn_predict_layers",
     .type = whole,
     .place = file,
     .most = 64.0},
    {.field = guesses,
     .name = "speculative_config.max_draft_len",
     .type = whole,
     .place = file,
     .most = 64.0},
    {.field = guesses,
     .name = "speculative_config.speculative_model_dir",
     .type = text,
     .place = file},
    {.field = adapters,
     .name = "lora_config.max_loras",
     .type = whole,
     .place = file,
     .most = 1024.0},
    {.field = adapter_rank,
     .name = "lora_config.max_lora_rank",
     .type = whole,
     .place = file,
     .most = 1024.0},
    {.field = pool,
     .name = "cache_transceiver_config.backend",
     .type = word,
     .place = file,
     .choices = transceivers},
    {.field = pool,
     .name = "cache_transceiver_config.max_tokens_in_buffer",
     .type = whole,
     .place = file},
});

/// mapping.py, and the validators of llm_args.py.
inline constexpr auto rules_of_1_0 = std::to_array<launch_rule>({
    {.option = "tensor_parallel_size",
     .kind = rule_kind::divides,
     .of = {"heads"},
     .unless = "enable_attention_dp"},
    {"tensor_parallel_size", rule_kind::multiple_of, {"moe_expert_parallel_size"}},
    {"tensor_parallel_size",
     rule_kind::equals,
     {"moe_expert_parallel_size", "moe_tensor_parallel_size"},
     0.0,
     "moe_tensor_parallel_size"},
    {"pp_partition", rule_kind::has_entries, {"pipeline_parallel_size"}},
    {"pp_partition", rule_kind::sums_to, {"layers"}},
    {.option = "moe_config.backend",
     .kind = rule_kind::needs,
     .of = {"enable_attention_dp"},
     .value = "WIDEEP",
     .says = "true"},
    {"moe_config.load_balancer.num_slots", rule_kind::multiple_of, {"moe_expert_parallel_size"}},
    {.option = "speculative_config.num_nextn_predict_layers",
     .kind = rule_kind::needs,
     .of = {"speculative_config.decoding_type"},
     .says = "MTP"},
    {"cache_transceiver_config.max_tokens_in_buffer", rule_kind::at_least, {"prompt"}},
});

}  // namespace detail::tensorrt_llm_options

namespace launch {

inline constexpr launch_dialect tensorrt_llm_1_0{
    "trtllm", detail::tensorrt_llm_options::versions, "trtllm-serve",
    detail::tensorrt_llm_options::of_1_0, detail::tensorrt_llm_options::rules_of_1_0};

}  // namespace launch

}  // namespace shardline
