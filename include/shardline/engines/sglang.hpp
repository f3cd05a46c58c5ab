// SPDX-License-Identifier: BSL-1.0
/// SGLang: its versions, and its flags, which count all ranks of a stage as --tp-size.
#pragma once

#include <array>
#include <string_view>

#include "shardline/describe/layout.hpp"
#include "shardline/engines/engine.hpp"
#include "shardline/engines/flags.hpp"
#include "shardline/engines/stages.hpp"
#include "shardline/engines/vllm.hpp"

namespace shardline {

/// SGLang's flags (python/sglang/srt/server_args.py). Attention's tp is tp / (attention dp
/// attn_cp), the experts' width is split tp / (ep moe_dp) ways.
///   tp                  --tp-size: ranks of a pipeline stage
///   dp, dp_attention    --dp-size: replicas, each of tp ranks; with --enable-dp-attention (to
///                       0.5.16) attention replicas inside those tp ranks
///   attn_dp             --attn-dp-size (after 0.5.16): attention replicas inside the tp ranks
///   attn_cp             --attn-cp-size: the new tokens of a prompt are split
///   ep, moe_dp          --ep-size, --moe-dp-size: experts are split, and replicated
///   dcp                 --dcp-size: attention ranks that share the tokens of a cache
///   all_to_all          --moe-a2a-backend other than none; it makes ep = tp
///   layers              SGLANG_PP_LAYER_PARTITION; empty: evenly, the last stages take what is
///                       left
///   redundant_experts   --ep-num-redundant-experts (EPLB)
/// What layouts cannot say: --moe-dense-tp-size. Dense layers are priced over attention's tp ranks,
/// which is what it does at 1 where attention has one rank.
struct sglang {
  integer tp = 1;
  integer dp = 1;
  bool dp_attention = false;
  integer attn_dp = 1;
  integer attn_cp = 1;
  integer pp = 1;
  integer ep = 1;
  integer moe_dp = 1;
  integer dcp = 1;
  bool all_to_all = false;
  stage_layers layers{};
  integer redundant_experts = 0;
  friend constexpr bool operator==(const sglang&, const sglang&) noexcept = default;

  static constexpr std::string_view convention = "sglang";
  static constexpr std::string_view framework = "SGLang";
  static constexpr std::string_view title = "SGLang flags";
  static constexpr std::string_view example = "sglang:tp=16,dp=2,dp-attention=on,ep=16";
  [[nodiscard]] static constexpr std::array<flag_key<sglang>, 12> keys() noexcept;
  [[nodiscard]] constexpr flag_refusal refused() const noexcept;
  /// Without experts the expert mesh means nothing, so any will do, and replicas are engines of
  /// their own; where dispatch_matters() is false, so does either way to the experts. Stages that
  /// SGLang would split otherwise are listed.
  [[nodiscard]] static constexpr conversion<sglang> of(const model& m, layout l) noexcept;

  /// Attention replicas inside the tp ranks, in either spelling; replicas of all; ranks that share
  /// out the experts.
  [[nodiscard]] constexpr integer attention_replicas() const noexcept {
    return dp_attention ? dp : attn_dp;
  }
  [[nodiscard]] constexpr integer replicas() const noexcept { return dp_attention ? 1 : dp; }
  [[nodiscard]] constexpr integer expert_ranks() const noexcept { return all_to_all ? tp : ep; }
};

constexpr std::array<flag_key<sglang>, 12> sglang::keys() noexcept {
  return {{{.key = "tp", .number = &sglang::tp, .always = true, .option = "tp-size"},
           {.key = "dp", .number = &sglang::dp, .option = "dp-size"},
           {.key = "dp-attention", .on = &sglang::dp_attention, .option = "enable-dp-attention"},
           {.key = "attn-dp", .number = &sglang::attn_dp, .option = "attn-dp-size"},
           {.key = "attn-cp", .number = &sglang::attn_cp, .option = "attn-cp-size"},
           {.key = "pp", .number = &sglang::pp, .option = "pp-size"},
           {.key = "dcp", .number = &sglang::dcp, .option = "dcp-size"},
           {.key = "layers", .layers = &sglang::layers, .option = "SGLANG_PP_LAYER_PARTITION"},
           {.key = "ep", .number = &sglang::ep, .option = "ep-size"},
           {.key = "moe-dp", .number = &sglang::moe_dp, .option = "moe-dp-size"},
           {.key = "all2all", .on = &sglang::all_to_all},
           {.key = "redundant",
            .number = &sglang::redundant_experts,
            .takes = whole_numbers_of<field::redundant_experts>,
            .option = "ep-num-redundant-experts"}}};
}

namespace detail {

// The attention mesh: replicas and splits of prompts divide the ranks, replicas in one spelling.
constexpr flag_refusal attention_refused(const sglang& s) noexcept {
  if (s.attn_dp > 1 && s.dp > 1) {
    return {"attn-dp", "1 beside dp: replicas are not combined with attention data parallelism"};
  }
  if (!is_divisor(saturating_product(s.attention_replicas(), s.attn_cp), s.tp)) {
    return {"tp",
            "a multiple of attention's data parallelism (attn-dp, or dp with "
            "dp-attention=on) x attn-cp"};
  }
  return {};
}

// The expert mesh.
constexpr flag_refusal experts_refused(const sglang& s) noexcept {
  if (s.all_to_all && s.ep != 1 && s.ep != s.tp) return {"ep", "tp with all2all=on"};
  if (s.moe_dp > 1 && s.moe_dp != s.attn_cp) return {"moe-dp", "1 or attn-cp"};
  if (s.moe_dp > 1 && s.pp > 1) return {"moe-dp", "1 with pp above 1"};
  if (s.moe_dp > 1 && s.all_to_all) return {"moe-dp", "1 with all2all=on"};
  const integer split = saturating_product(s.expert_ranks(), s.moe_dp);
  if (!is_divisor(split, s.tp)) return {"ep", "a divisor of tp / moe-dp"};
  if (s.moe_dp > 1 && s.ep > 1 && split != s.tp) return {"ep", "1 or tp / moe-dp"};
  if (s.redundant_experts > 0 && s.expert_ranks() == 1) {
    return {"redundant", "0, or with ep above 1"};
  }
  return {};
}

}  // namespace detail

constexpr flag_refusal sglang::refused() const noexcept {
  const flag_refusal number = detail::number_refused(*this);
  if (!number.key.empty()) return number;
  const flag_refusal attention = detail::attention_refused(*this);
  return attention.key.empty() ? detail::experts_refused(*this) : attention;
}

/// The layout, counts of ranks, that SGLang makes of its flags: attention tp = tp / (attention
/// replicas x attn_cp), experts etp = tp / (ep moe_dp). Where it refuses them, a layout of no
/// ranks, which check() refuses. Source: sglang/srt/server_args.py; layers/dp_attention.py,
/// compute_dp_attention_world_info().
///   to_layout(sglang{.tp = 32, .dp = 4, .dp_attention = true, .ep = 32}): attention tp 8 dp 4,
///   experts ep 32   (tests/engines/sglang.cpp)
[[nodiscard]] constexpr layout to_layout(const sglang& s) noexcept {
  if (!s.refused().key.empty()) return detail::no_ranks;
  const integer attention_tp = s.tp / (s.attention_replicas() * s.attn_cp);
  const integer ep = s.expert_ranks();
  return {{attention_tp, s.attn_cp, saturating_product(s.attention_replicas(), s.replicas())},
          {s.tp / (ep * s.moe_dp), ep, saturating_product(s.moe_dp, s.replicas())},
          s.pp,
          s.all_to_all ? expert_dispatch::all_to_all : expert_dispatch::all_gather,
          split_stages(stage_remainder::last, s.pp, s.layers),
          s.redundant_experts,
          s.dcp};
}

namespace detail {

// Why SGLang cannot have experts like this in replicas that are `apart`, each of so many ranks.
constexpr std::string_view why_no_sglang(const layout& l, integer apart, integer ranks) noexcept {
  const integer copies = l.expert.edp / apart;
  if (copies > 1 && copies != l.attention.cp) {
    return "SGLang replicates experts with all of the model, or as often as prompts are split (cp)";
  }
  if (copies > 1 && l.pp > 1) return "SGLang replicates experts without pipeline stages (pp = 1)";
  if (copies > 1 && l.expert.etp > 1 && l.expert.ep > 1) {
    return "SGLang splits experts that it replicates one way: by expert (ep) or by width (etp)";
  }
  if (l.dispatch == expert_dispatch::all_to_all && (l.expert.ep != ranks || copies > 1)) {
    return "SGLang's all-to-all backends split experts over all ranks of a stage (ep = tp)";
  }
  if (l.redundant_experts > 0 && l.expert.ep == 1) {
    return "SGLang has redundant experts under expert parallelism only (ep > 1)";
  }
  return {};
}

}  // namespace detail

/// The flags of a layout, in the spelling that versions up to 0.5.16 know, or, where SGLang cannot
/// express it, why not: the inverse of to_layout(). sglang::of(), which knows the model, can
/// express more.
///   of attention dp 8, experts ep 8: tp 8, dp 8, ep 8   (tests/engines/sglang.cpp)
[[nodiscard]] constexpr conversion<sglang> to_sglang(const layout& l) noexcept {
  if (l.attention.size() != l.expert.size()) {
    return {{}, "the attention mesh and the expert mesh have different numbers of ranks"};
  }
  if (!can_state(stage_remainder::last, l)) {
    return {{}, "SGLang's last stages take what is left over, unless layers are listed"};
  }
  const integer dp = l.attention.dp;
  // Each attention replica has experts of its own, once or as often as its prompts are split.
  const bool apart =
      dp > 1 && (l.expert.edp == dp || l.expert.edp == saturating_product(dp, l.attention.cp));
  const integer replicas = apart ? dp : 1;
  const integer ranks = l.attention.size() / replicas;
  const std::string_view why_not = detail::why_no_sglang(l, replicas, ranks);
  if (!why_not.empty()) return {{}, why_not};
  return {{.tp = ranks,
           .dp = dp,
           .dp_attention = dp > 1 && !apart,
           .attn_cp = l.attention.cp,
           .pp = l.pp,
           .ep = l.expert.ep,
           .moe_dp = l.expert.edp / replicas,
           .dcp = l.dcp,
           .all_to_all = l.dispatch == expert_dispatch::all_to_all,
           .layers = l.stages.listed,
           .redundant_experts = l.redundant_experts},
          {}};
}

constexpr conversion<sglang> sglang::of(const model& m, layout l) noexcept {
  if (!has_experts(m) && l.expert.ep == 1) {
    l.expert = {saturating_product(l.attention.tp, l.attention.cp), 1, l.attention.dp};
  }
  if (!dispatch_matters(l)) l.dispatch = expert_dispatch::all_gather;
  return to_sglang(stated_by(stage_remainder::last, l, m.layers.size()));
}

namespace engines {

namespace detail {

/// Chunk and largest captured decode step by the memory of the GPU (server_args.py,
/// handle_gpu_memory_settings), below four ranks and from four on; sequences: the most that are run
/// at once where the cache has room (max_running_requests, 2048 of its default's 2048 to 4096).
inline constexpr std::array sglang_starts{
    start_defaults{gib(160.0), 16384.0, 2048.0, {512.0, 512.0}},
    start_defaults{gib(60.0), 8192.0, 2048.0, {256.0, 512.0}},
    start_defaults{gib(35.0), 4096.0, 2048.0, {32.0, 160.0}},
    start_defaults{gib(20.0), 4096.0, 2048.0, {48.0, 160.0}},
    start_defaults{gib(0.0), 2048.0, 2048.0, {8.0, 8.0}}};

/// What --mem-fraction-static comes to where it is not given (the same function): MiB for the
/// context, a token, a GPU, and a sequence of the captured step, more under attention data
/// parallelism; 10 GiB at least beyond 60 GiB.
inline constexpr derived_static<> sglang_share{.base = mib(512.0),
                                               .per_token = mib(1.5),
                                               .least_tokens = 2048.0,
                                               .per_gpu = mib(128.0),
                                               .per_sequence = mib(2.0),
                                               .per_replica_sequence = mib(3.0),
                                               .per_replica_sequence_above = mib(1.5),
                                               .many_sequences = 300.0,
                                               .least = mib(10240.0),
                                               .least_from = gib(60.0)};

/// As for TensorRT-LLM, of Qwen3-32B, Qwen3.5-397B, DeepSeek-R1 and Llama-3.1-8B on H100, H200 and
/// B200.
inline constexpr double sglang_launches = 0.1;
inline constexpr double sglang_expert_launches = 1.3;
inline constexpr seconds<> sglang_synchronise = 11.5_us;

/// 128 tokens (SGLANG_DEEPEP_NUM_MAX_DISPATCH_TOKENS_PER_RANK); the buffers of normal mode, which
/// DeepEP's configurations size, are not counted.
inline constexpr exchange_buffers sglang_exchange{{}, {}, 128};

/// PyTorch's allocator takes memory for a tensor of 10 MiB and more in whole multiples of 2
/// (c10/cuda/CUDACachingAllocator.cpp, kMinLargeAlloc and kRoundLarge).
inline constexpr integer torch_segment = integer{2} * 1024 * 1024;

}  // namespace detail

/// SGLang 0.5.
///   budget          detail::sglang_share, of what is free once it has started
///   reserve         0.5 GiB of context and libraries: an assumption, no log at hand
///   communicators   1.7 GiB, so that with peers 2.2 GiB are taken when weights are loaded: eight
///                   H200 at a fraction of 0.82 and a chunk of 32768 held about 509,000 tokens of
///                   DeepSeek-V3's cache in bf16 (sgl-project/sglang, a user's report; here
///                   512,467)
///   cuda_graphs     0.93 GiB: a start-up log of QwQ-32B at tp 4
///   page_tokens     1 (page_size)
///   step            detail::sglang_starts; chunked_prefill_size is of all attention replicas
///   logit_bytes     6: logits in bf16 and fp32
///   padding         vocabulary to 64, as in vLLM, whose layer it is; tensors in segments of 2 MiB,
///                   since weights are what the driver's free memory shrank by (model_runner.py,
///                   load_model)
///   schedule        prompts first: get_new_batch_prefill() comes before a decode batch, and
///                   prompts are not mixed with it unless --enable-mixed-chunk asks for that
///                   (scheduler.py)
///   reserved_output 0.1: new_token_ratio falls from 0.7 to 0.098 while nothing is retracted
///                   (schedule_policy.py, retract_decode)
///   kernels   its own
///   host      its scheduler runs ahead of the accelerator, from chunk to chunk too (scheduler.py,
///             event_loop_overlap; SGLANG_DISABLE_CONSECUTIVE_PREFILL_OVERLAP is off), but prompts'
///             kernels are launched from Python one by one: Qwen3.5-397B, DeepSeek-R1, Qwen3-32B
///             and Llama-3.1-8B on H100, H200 and B200
inline constexpr engine_version sglang_0_5{
    .engine = "sglang",
    .name = "sglang-0.5",
    .runtime = {.budget = detail::sglang_share,
                .reserve = detail::gib(0.5),
                .communicators = detail::gib(1.7),
                .cuda_graphs = detail::gib(0.93),
                .page_tokens = 1,
                .step_tokens = 8192.0,
                .shared_step = true,
                .step_sequences = 2048.0,
                .captured = {256.0, 512.0},
                .schedule = scheduler::prompts_first,
                .logit_bytes = 6.0,
                .padding = {64, 1, 1, detail::torch_segment},
                .reserved_output = 0.1},
    .by_memory = detail::sglang_starts,
    .exchange = detail::sglang_exchange,
    .memory_of = {"sglang-0.5", "defaults of its sources, a start-up log of QwQ-32B"},
    .kernels = detail::replayed({.step = 100_us,
                                 .kernel = 75_us,
                                 .small_kernels = 0.3_us,
                                 .admission = 60_ms,
                                 .admission_steps = detail::admission_steps,
                                 .runs_ahead = true},
                                kernel_library::sglang, detail::sglang_launches,
                                detail::sglang_expert_launches, detail::sglang_synchronise),
    .kernels_of = {"sglang-0.5", "kernels of 0.5.9 and 0.5.10; runs of InferenceX and NVIDIA"}};

inline constexpr const engine_version& sglang = sglang_0_5;
inline constexpr std::array sglang_versions{&sglang_0_5};

}  // namespace engines

}  // namespace shardline
