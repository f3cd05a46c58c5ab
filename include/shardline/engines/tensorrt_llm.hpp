// SPDX-License-Identifier: BSL-1.0
/// TensorRT-LLM: its versions, and its options, by the names of trtllm-serve's command line and of
/// the files that it reads.
#pragma once

#include <array>
#include <string_view>

#include "shardline/describe/layout.hpp"
#include "shardline/engines/engine.hpp"
#include "shardline/engines/flags.hpp"
#include "shardline/engines/stages.hpp"

namespace shardline {

/// TensorRT-LLM's options (tensorrt_llm/mapping.py, llmapi/llm_args.py). Experts live on the tp
/// ranks of a stage, split moe_tp x ep ways; they are never replicated, and attention has either tp
/// or, with attention_dp, a replica on each of those ranks.
///   ep, moe_tp          0: not given. Without both experts are split by width (moe_tp = tp), with
///                       one the other follows
///   all_to_all          moe_config.backend WIDEEP, or another that exchanges tokens; without it
///                       they are gathered (fused_moe_wide_ep.py: only with attention_dp)
///   layers              pp_partition; empty: evenly, the first stages take what is left
///   redundant_experts   moe_config.load_balancer's num_slots beyond the model's experts
///   pp, cp              stages, and ranks that share a prompt's tokens; from 1
/// What layouts cannot say: context parallelism, which here splits heads (Ulysses) or the cache
/// (Helix), and moe_cluster_parallel_size.
struct tensorrt_llm {
  integer tp = 1;
  integer pp = 1;
  integer cp = 1;
  bool attention_dp = false;
  integer ep = 0;
  integer moe_tp = 0;
  bool all_to_all = false;
  stage_layers layers{};
  integer redundant_experts = 0;
  friend constexpr bool operator==(const tensorrt_llm&, const tensorrt_llm&) noexcept = default;

  static constexpr std::string_view convention = "trtllm";
  static constexpr std::string_view framework = "TensorRT-LLM";
  static constexpr std::string_view title = "TensorRT-LLM options";
  static constexpr std::string_view example = "trtllm:tp=8,attention-dp=on,ep=8";
  [[nodiscard]] static constexpr std::array<flag_key<tensorrt_llm>, 9> keys() noexcept;
  [[nodiscard]] constexpr flag_refusal refused() const noexcept;
  /// Without experts the expert mesh means nothing, so any will do; where dispatch_matters() is
  /// false, so does either way to the experts. Stages that TensorRT-LLM would split otherwise are
  /// listed.
  [[nodiscard]] static constexpr conversion<tensorrt_llm> of(const model& m, layout l) noexcept;

  /// Ranks that share out the experts, and ranks that share out each expert's width.
  [[nodiscard]] constexpr integer expert_ranks() const noexcept {
    if (ep > 0) return ep;
    return moe_tp > 0 ? tp / moe_tp : 1;
  }
  /// From 1 to tp.
  [[nodiscard]] constexpr integer expert_width_ranks() const noexcept {
    return moe_tp > 0 ? moe_tp : tp / expert_ranks();
  }
};

constexpr std::array<flag_key<tensorrt_llm>, 9> tensorrt_llm::keys() noexcept {
  return {
      {{.key = "tp",
        .number = &tensorrt_llm::tp,
        .always = true,
        .option = "tp_size",
        .setting = "tensor_parallel_size"},
       {.key = "pp",
        .number = &tensorrt_llm::pp,
        .option = "pp_size",
        .setting = "pipeline_parallel_size"},
       {.key = "cp",
        .number = &tensorrt_llm::cp,
        .option = "cp_size",
        .setting = "context_parallel_size"},
       {.key = "attention-dp", .on = &tensorrt_llm::attention_dp, .setting = "enable_attention_dp"},
       {.key = "ep",
        .number = &tensorrt_llm::ep,
        .option = "ep_size",
        .setting = "moe_expert_parallel_size"},
       {.key = "moe-tp", .number = &tensorrt_llm::moe_tp, .setting = "moe_tensor_parallel_size"},
       {.key = "all2all", .on = &tensorrt_llm::all_to_all},
       {.key = "layers", .layers = &tensorrt_llm::layers, .setting = "pp_partition"},
       {.key = "redundant",
        .number = &tensorrt_llm::redundant_experts,
        .takes = whole_numbers_of<field::redundant_experts>}}};
}

constexpr flag_refusal tensorrt_llm::refused() const noexcept {
  const flag_refusal number = detail::number_refused(*this);
  if (!number.key.empty()) return number;
  if (cp > 1) return {"cp", "1: it splits heads or the cache, which no layout here says"};
  if (moe_tp > 0 && !is_divisor(moe_tp, tp)) return {"moe-tp", "a divisor of tp"};
  if (ep > 0 && !is_divisor(ep, tp)) return {"ep", "a divisor of tp"};
  if (expert_ranks() * expert_width_ranks() != tp) return {"moe-tp", "tp / ep"};
  const bool exchanged = attention_dp && expert_ranks() > 1;
  if (all_to_all && !exchanged) {
    return {"all2all", "off, or with attention-dp=on and ep above 1"};
  }
  if (redundant_experts > 0 && !exchanged) {
    return {"redundant", "0, or with attention-dp=on and ep above 1"};
  }
  return {};
}

/// The layout, counts of ranks, that TensorRT-LLM makes of its options: attention dp = tp with
/// attention_dp, else attention tp = tp; experts etp ep = tp. Where it refuses them, a layout of no
/// ranks, which check() refuses. Source: tensorrt_llm/mapping.py.
///   to_layout(tensorrt_llm{.tp = 8, .attention_dp = true, .ep = 8}): attention tp 1 dp 8, experts
///   ep 8   (tests/engines/tensorrt_llm.cpp)
[[nodiscard]] constexpr layout to_layout(const tensorrt_llm& t) noexcept {
  if (!t.refused().key.empty()) return detail::no_ranks;
  return {t.attention_dp ? attention_mesh{1, 1, t.tp} : attention_mesh{t.tp, 1, 1},
          {t.expert_width_ranks(), t.expert_ranks(), 1},
          t.pp,
          t.all_to_all ? expert_dispatch::all_to_all : expert_dispatch::all_gather,
          split_stages(stage_remainder::first, t.pp, t.layers),
          t.redundant_experts};
}

/// The options of a layout, or, where TensorRT-LLM cannot express it, why not. The inverse of
/// to_layout(), but for the way to the experts where dispatch_matters() is false.
/// tensorrt_llm::of(), which knows the model, can express more.
///   of attention dp 8, experts ep 8: tp 8 with attention_dp, ep 8
///   (tests/engines/tensorrt_llm.cpp)
[[nodiscard]] constexpr conversion<tensorrt_llm> to_tensorrt_llm(const layout& l) noexcept {
  if (l.attention.cp != 1 || l.dcp != 1) {
    return {{}, "TensorRT-LLM's context parallelism splits heads or the cache (cp = 1, dcp = 1)"};
  }
  if (l.attention.tp > 1 && l.attention.dp > 1) {
    return {{}, "TensorRT-LLM replicates attention on every rank or on none (tp = 1 or dp = 1)"};
  }
  if (l.expert.edp != 1) return {{}, "TensorRT-LLM does not replicate experts (edp = 1)"};
  if (l.attention.size() != l.expert.size()) {
    return {{}, "the attention mesh and the expert mesh have different numbers of ranks"};
  }
  const bool exchanged = l.attention.dp > 1 && l.expert.ep > 1;
  if (l.redundant_experts > 0 && !exchanged) {
    return {{}, "TensorRT-LLM has redundant experts with attention replicas and ep > 1 only"};
  }
  if (!can_state(stage_remainder::first, l)) {
    return {{}, "TensorRT-LLM's first stages take what is left over, unless layers are listed"};
  }
  return {{.tp = l.attention.size(),
           .pp = l.pp,
           .attention_dp = l.attention.dp > 1,
           .ep = l.expert.ep == 1 ? 0 : l.expert.ep,
           .all_to_all = exchanged && l.dispatch == expert_dispatch::all_to_all,
           .layers = l.stages.listed,
           .redundant_experts = l.redundant_experts},
          {}};
}

constexpr conversion<tensorrt_llm> tensorrt_llm::of(const model& m, layout l) noexcept {
  if (!has_experts(m) && l.expert.ep == 1) l.expert = {l.attention.size(), 1, 1};
  const integer placed = experts_of(m).experts + l.redundant_experts;
  if (l.redundant_experts > 0 && !is_divisor(l.expert.ep, placed)) {
    return {{}, "TensorRT-LLM's redundant experts must leave every expert rank equally many"};
  }
  return to_tensorrt_llm(stated_by(stage_remainder::first, l, m.layers.size()));
}

namespace engines {

namespace detail {

/// From a request's arrival to the engine, of compiled engines.
inline constexpr seconds<> tensorrt_llm_admission = 3300_us;

/// Share of kernels' launches that show in a step, where programmatic dependent launch hides the
/// rest, and the wait for the last rank. Fitted with the host to all loads of serving.csv
/// (Llama-3.1 8B and 70B, Qwen3-32B and 235B, DeepSeek-R1, gpt-oss-120b on H100, H200, B200;
/// `bench_calibrate runs`, first tokens weighted less since their clients differ:
/// bench/accuracy/README.md).
inline constexpr double tensorrt_llm_launches = 0.38;
inline constexpr double tensorrt_llm_expert_launches = 0.8;
inline constexpr seconds<> tensorrt_llm_synchronise = 6_us;

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
///   host            works beside the accelerator, and shows where a small model on many GPUs
///                   leaves it no time
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
    .kernels =
        detail::replayed({.step = 300_us,
                          .replay = 2000_us,
                          .replay_sequence = 19_us,
                          .kernel = 55_us,
                          .admission = 8.4_ms,
                          .admission_steps = detail::admission_steps,
                          .runs_ahead = true},
                         kernel_library::tensorrt_llm, detail::tensorrt_llm_launches,
                         detail::tensorrt_llm_expert_launches, detail::tensorrt_llm_synchronise),
    .kernels_of = {"trtllm-1.0", "aiconfigurator: runs of 1.0.0rc3 to 1.3.0rc1"}};

/// TensorRT-LLM of compiled engines under its C++ executor, of 2024 and 2025.
///   memory   1.0's: no figures at hand
///   host     4 ms a step whatever it holds, after the accelerator and not beside it: what batches
///            of 100 and of 600 sequences lack alike. MLPerf Inference v4.1 and v5.1, 110 rows:
///            8.6 % with it and 1.0's launches and waits
inline constexpr engine_version tensorrt_llm_0_17{
    .engine = "trtllm",
    .name = "trtllm-0.17",
    .runtime = tensorrt_llm_1_0.runtime,
    .memory_of = tensorrt_llm_1_0.memory_of,
    .kernels =
        detail::replayed({.step = 4000_us,
                          .admission = detail::tensorrt_llm_admission,
                          .admission_steps = detail::admission_steps},
                         kernel_library::tensorrt_llm, detail::tensorrt_llm_launches,
                         detail::tensorrt_llm_expert_launches, detail::tensorrt_llm_synchronise),
    .kernels_of = {"trtllm-0.17", "MLPerf Inference v4.1 and v5.1: Llama-2-70B, Mixtral"}};

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
inline constexpr std::array tensorrt_llm_versions{&tensorrt_llm_1_0, &tensorrt_llm_0_17,
                                                  &tensorrt_llm_0_5};

}  // namespace engines

}  // namespace shardline
