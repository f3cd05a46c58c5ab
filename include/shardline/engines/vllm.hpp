// SPDX-License-Identifier: BSL-1.0
/// vLLM: its versions, and its flags: --tensor-parallel-size, --data-parallel-size,
/// --pipeline-parallel-size, --prefill-context-parallel-size, --decode-context-parallel-size,
/// --enable-expert-parallel, VLLM_PP_LAYER_PARTITION and --eplb-config's num_redundant_experts.
#pragma once

#include <array>
#include <string_view>

#include "shardline/describe/layout.hpp"
#include "shardline/engines/engine.hpp"
#include "shardline/engines/flags.hpp"
#include "shardline/engines/stages.hpp"

namespace shardline {

/// vLLM's flags. Experts are never replicated and never split both ways: expert parallel on means
/// ep = DP PCP TP, off means etp = DP PCP TP (vllm/model_executor/layers/fused_moe/config.py,
/// FusedMoEParallelConfig.make). Tokens reach them by all-gather and reduce-scatter, vLLM's default
/// backend, or by all-to-all (DeepEP and others) when `all_to_all` is set: where expert parallelism
/// has several replicas' tokens to send.
///   layers              of each stage (VLLM_PP_LAYER_PARTITION); empty: evenly, the stages before
///                       the last take what is left over (vllm/distributed/utils.py,
///                       get_pp_indices)
///   redundant_experts   copies of busy experts (EPLB), under expert parallelism only
///   dcp                 tp ranks that share the tokens of a key-value head's cache. What vLLM asks
///                       of it beside a model's heads, rule::cache_copies asks of any layout.
///   dp, pp, pcp         replicas, stages, and ranks that share a prompt's tokens; from 1
///   expert_parallel     --enable-expert-parallel
struct vllm {
  integer tp = 1;
  integer dp = 1;
  integer pp = 1;
  integer pcp = 1;
  bool expert_parallel = false;
  bool all_to_all = false;
  stage_layers layers{};
  integer redundant_experts = 0;
  integer dcp = 1;
  friend constexpr bool operator==(const vllm&, const vllm&) noexcept = default;

  static constexpr std::string_view convention = "vllm";
  static constexpr std::string_view framework = "vLLM";
  static constexpr std::string_view title = "vLLM flags";
  static constexpr std::string_view example = "vllm:tp=8,dp=2,ep=on";
  [[nodiscard]] static constexpr std::array<flag_key<vllm>, 9> keys() noexcept;
  [[nodiscard]] constexpr flag_refusal refused() const noexcept;
  /// Without experts the expert mesh means nothing, so any will do. Stages that vLLM would split
  /// otherwise are listed.
  [[nodiscard]] static constexpr conversion<vllm> of(const model& m, layout l) noexcept;
};

constexpr std::array<flag_key<vllm>, 9> vllm::keys() noexcept {
  return {{{.key = "tp", .number = &vllm::tp, .always = true, .option = "tensor-parallel-size"},
           {.key = "dp", .number = &vllm::dp, .option = "data-parallel-size"},
           {.key = "pp", .number = &vllm::pp, .option = "pipeline-parallel-size"},
           {.key = "pcp", .number = &vllm::pcp, .option = "prefill-context-parallel-size"},
           {.key = "dcp", .number = &vllm::dcp, .option = "decode-context-parallel-size"},
           {.key = "layers", .layers = &vllm::layers, .option = "VLLM_PP_LAYER_PARTITION"},
           {.key = "ep", .on = &vllm::expert_parallel, .option = "enable-expert-parallel"},
           {.key = "all2all", .on = &vllm::all_to_all},
           {.key = "redundant",
            .number = &vllm::redundant_experts,
            .takes = whole_numbers_of<field::redundant_experts>,
            .option = "num_redundant_experts"}}};
}

// vllm/config/parallel.py: with prompts split, dcp would share out the copies that the pcp ranks
// hold, which a layout cannot say.
constexpr flag_refusal vllm::refused() const noexcept {
  const flag_refusal number = detail::number_refused(*this);
  if (!number.key.empty()) return number;
  if (pcp > 1 && dp > 1) return {"pcp", "1 with dp above 1"};
  if (pcp > 1 && dcp > 1) return {"dcp", "1 with pcp above 1, whose ranks it would span"};
  if (!is_divisor(dcp, tp)) return {"dcp", "a divisor of tp"};
  if (all_to_all && !(expert_parallel && (dp > 1 || pcp > 1))) {
    return {"all2all", "off, or with ep=on and dp or pcp above 1"};
  }
  if (redundant_experts > 0 && !expert_parallel) return {"redundant", "0, or with ep=on"};
  return {};
}

/// The layout, counts of ranks, that vLLM makes of its flags: attention tp, cp = pcp and dp;
/// experts ep = tp pcp dp with expert_parallel, else etp = tp pcp dp. Where it refuses them, a
/// layout of no ranks, which check() refuses. Source:
/// vllm/model_executor/layers/fused_moe/config.py, FusedMoEParallelConfig.make().
///   to_layout(vllm{.tp = 8, .dp = 4, .expert_parallel = true}): attention tp 8 dp 4, experts ep 32
///   (tests/engines/vllm.cpp)
[[nodiscard]] constexpr layout to_layout(const vllm& v) noexcept {
  if (!v.refused().key.empty()) return detail::no_ranks;
  const attention_mesh attention{v.tp, v.pcp, v.dp};
  const integer ranks = attention.size();
  const expert_mesh expert =
      v.expert_parallel ? expert_mesh{1, ranks, 1} : expert_mesh{ranks, 1, 1};
  return {attention,
          expert,
          v.pp,
          v.all_to_all ? expert_dispatch::all_to_all : expert_dispatch::all_gather,
          split_stages(stage_remainder::before_last, v.pp, v.layers),
          v.redundant_experts,
          v.dcp};
}

/// The flags of a layout, or, where vLLM cannot express it, why not. The inverse of to_layout(),
/// but for the way to the experts where dispatch_matters() is false. vllm::of(), which knows the
/// model, can express more.
///   of attention dp 8, experts ep 8: tp 1, dp 8, expert_parallel   (tests/engines/vllm.cpp)
[[nodiscard]] constexpr conversion<vllm> to_vllm(const layout& l) noexcept {
  if (l.expert.edp != 1) return {{}, "vLLM does not replicate experts (edp = 1)"};
  if (l.expert.etp != 1 && l.expert.ep != 1) {
    return {{}, "vLLM splits experts one way: by expert (ep) or by width (etp)"};
  }
  if (l.attention.size() != l.expert.size()) {
    return {{}, "the attention mesh and the expert mesh have different numbers of ranks"};
  }
  if (l.redundant_experts > 0 && l.expert.etp != 1) {
    return {{}, "vLLM has redundant experts under expert parallelism only (etp = 1)"};
  }
  if (l.attention.cp > 1 && l.attention.dp > 1) {
    return {{}, "vLLM splits prompts (cp) of one replica only (dp = 1)"};
  }
  if (l.dcp > 1 && (l.attention.cp > 1 || !is_divisor(l.dcp, l.attention.tp))) {
    return {{}, "vLLM shares caches out (dcp) over a divisor of tp, and without cp"};
  }
  if (!can_state(stage_remainder::before_last, l)) {
    return {{}, "vLLM's stages before the last take what is left over, unless layers are listed"};
  }
  return {{l.attention.tp, l.attention.dp, l.pp, l.attention.cp,
           l.expert.ep != 1 || l.redundant_experts > 0,
           dispatch_matters(l) && l.dispatch == expert_dispatch::all_to_all, l.stages.listed,
           l.redundant_experts, l.dcp},
          {}};
}

constexpr conversion<vllm> vllm::of(const model& m, layout l) noexcept {
  if (!has_experts(m) && l.expert.ep == 1) l.expert = {l.attention.size(), 1, 1};
  const integer placed = experts_of(m).experts + l.redundant_experts;
  if (l.redundant_experts > 0 && placed % l.expert.ep != 0) {
    // vllm/model_executor/layers/fused_moe/layer.py: EPLB takes an even distribution only.
    return {{}, "vLLM's redundant experts must leave every expert rank equally many"};
  }
  return to_vllm(stated_by(stage_remainder::before_last, l, m.layers.size()));
}

/// vLLM's versions, the newest first.
namespace engines {

namespace detail {

/// From a request's arrival to the engine: its server, tokeniser and queues.
inline constexpr seconds<> vllm_admission = 12100_us;

/// Tokens and sequences of a step of the API server (vllm/engine/arg_utils.py, get_batch_defaults):
/// from 70 GiB on, A100 excepted, and on any other GPU.
inline constexpr std::array vllm_starts{start_defaults{gib(70.0), 8192.0, 1024.0},
                                        start_defaults{gib(0.0), 2048.0, 256.0}};
inline constexpr std::string_view vllm_small = "a100";

/// Two buffers of VLLM_DEEPEP_BUFFER_SIZE_MB, and 256 tokens (VLLM_MOE_DP_CHUNK_SIZE; vllm/envs.py,
/// vllm/distributed/device_communicators/all2all.py).
inline constexpr exchange_buffers vllm_exchange{
    .inside = gib(1.0), .across = gib(1.0), .tokens = 256};

/// Before the second engine 256 sequences on any GPU (SchedulerConfig); steps took whole prompts.
inline constexpr std::array vllm_first_starts{start_defaults{gib(0.0), 8192.0, 256.0}};

/// Share of kernels' launches that show in a step, and the wait for the last rank in an all-reduce.
/// Fitted to decode steps of 0.15 to 0.19, up to 16 sequences a replica (InferenceX: Llama-3.1-70B,
/// gpt-oss-120b, MiniMax-M2.5 on H100, H200, B200, 224 rows, 9.6 %).
inline constexpr double vllm_launches = 0.2;
inline constexpr seconds<> vllm_synchronise = 15_us;

}  // namespace detail

/// vLLM 0.11, its second engine (V1), whose host works after the accelerator.
///   budget          0.9 of the total (vllm/config/cache.py, gpu_memory_utilization)
///   reserve         0.13 GiB, and 0.41 GiB more at tp 2: start-up logs (llm-d-benchmark,
///                   empirical-vllm-memory-results.md)
///   cuda_graphs     0.39 GiB, the largest of those logs; outside the budget
///   page_tokens     16 (CacheConfig.block_size)
///   step            detail::vllm_starts
///   logit_bytes     38: logits in bf16 and fp32, sorted copies with 64-bit indices, the sort's
///                   workspace, softmax and cumulative sum; a least-squares slope of the activation
///                   peaks of those logs over 1024 x vocabulary gives 38.06
///   padding         vocabulary to 64 (vocab_parallel_embedding.py, DEFAULT_VOCAB_PADDING_SIZE),
///                   mxfp4 experts to 256 (the 13.47 GiB logged for gpt-oss-20b)
///   reserved_output 0: a prompt is taken up where its own blocks are free, and the last request to
///                   have come is preempted where there are none (v1/core/sched/scheduler.py)
///   host            Llama-3.1-70B (InferenceX), runs of V1 whose versions are not recorded: of the
///                   2120 us that they say without launches 1700 are these and the last rank's wait
inline constexpr engine_version vllm_0_11{
    .engine = "vllm",
    .name = "vllm-0.11",
    .runtime = {.budget = fraction_of_total<>{0.9},
                .reserve = detail::gib(0.13),
                .communicators = detail::gib(0.41),
                .cuda_graphs = detail::gib(0.39),
                .page_tokens = 16,
                .step_tokens = 8192.0,
                .step_sequences = 1024.0,
                .logit_bytes = 38.0,
                .padding = {64, 256},
                .reserved_output = 0.0,
                .buffers = detail::vllm_exchange},
    .by_memory = detail::vllm_starts,
    .as_smallest = detail::vllm_small,
    .memory_of = {"vllm-0.11", "start-up logs of llm-d-benchmark, defaults of its sources"},
    .kernels = detail::replayed({.step = 420_us,
                                 .sequence = 27_us,
                                 .admission = detail::vllm_admission,
                                 .admission_steps = detail::admission_steps},
                                kernel_library::vllm, detail::vllm_launches, 1.0,
                                detail::vllm_synchronise),
    .kernels_of = {"vllm-0.11", "InferenceX: runs of V1 whose versions are not recorded"},
    .stages = staged_caches::one};

namespace detail {

constexpr runtime with_mxfp4_padding(runtime r, integer width, integer hidden) noexcept {
  r.padding.mxfp4_width = width;
  r.padding.mxfp4_hidden = hidden;
  return r;
}

constexpr runtime with_budget(runtime r, const budget_rule<>& rule) noexcept {
  r.budget = rule;
  return r;
}

inline constexpr std::string_view vllm_logs_and_defaults =
    "defaults of its sources, start-up logs of vLLM 0.11";

}  // namespace detail

/// vLLM 0.10, whose MXFP4 experts run Marlin's kernels on Hopper, which want them padded to 128 by
/// 256 (vllm/model_executor/layers/quantization/mxfp4.py): gpt-oss-120b takes 65.93 GiB, 65.97 as
/// logged.
///   memory, host   the rest is 0.11's
inline constexpr engine_version vllm_0_10{
    .engine = "vllm",
    .name = "vllm-0.10",
    .runtime = detail::with_mxfp4_padding(vllm_0_11.runtime, 128, 256),
    .by_memory = detail::vllm_starts,
    .as_smallest = detail::vllm_small,
    .memory_of = {"vllm-0.10", "defaults of its sources, start-up logs of vLLM 0.11"},
    .kernels = vllm_0_11.kernels,
    .kernels_of = vllm_0_11.kernels_of,
    .stages = staged_caches::one};

/// vLLM 0.18, whose scheduler runs ahead of the accelerator, as by default since 2026.
///   memory   0.11's: its share is 0.9 and graphs come on top, until 0.21 changed both
///            (vllm-project/vllm pull 38284; a start of 0.19 says 0.9)
///   host     every run of serving.csv (InferenceX: Llama-3.1-70B, gpt-oss-120b, MiniMax-M2.5 on
///            H100, H200, B200, 399 rows): 7.1 %, 8.1 without its model, 8.2 without its chip
inline constexpr engine_version vllm_0_18{
    .engine = "vllm",
    .name = "vllm-0.18",
    .runtime = vllm_0_11.runtime,
    .by_memory = detail::vllm_starts,
    .as_smallest = detail::vllm_small,
    .memory_of = {"vllm-0.18", detail::vllm_logs_and_defaults},
    .kernels = detail::replayed({.step = 200_us,
                                 .small_kernels = 0.3_us,
                                 .admission = detail::vllm_admission,
                                 .admission_steps = detail::admission_steps},
                                kernel_library::vllm, detail::vllm_launches, 1.0,
                                detail::vllm_synchronise),
    .kernels_of = {"vllm-0.18", "InferenceX: gpt-oss-120b"},
    .stages = staged_caches::one};

/// vLLM 0.21, which profiles its CUDA graphs and keeps them within its budget (docs of
/// --gpu-memory-utilization; VLLM_MEMORY_PROFILER_ESTIMATE_CUDAGRAPHS).
///   budget          0.92, graphs within
///   memory, host    the rest is 0.18's
inline constexpr engine_version vllm_0_21{
    .engine = "vllm",
    .name = "vllm-0.21",
    .runtime = detail::with_budget(vllm_0_11.runtime, fraction_of_total<>{0.92, true}),
    .by_memory = detail::vllm_starts,
    .as_smallest = detail::vllm_small,
    .memory_of = {"vllm-0.21", detail::vllm_logs_and_defaults},
    .kernels = vllm_0_18.kernels,
    .kernels_of = vllm_0_18.kernels_of,
    .stages = staged_caches::one};

/// vLLM of 2024, before its second engine.
///   memory   0.11's, but for the sequences of a step: no log at hand
///   host     offline batches of Argonne's LLM-Inference-Bench, which names no version: 7B to 72B,
///            H100, 299 rows, 6.8 % (7.1 % for models left out of the fit)
inline constexpr engine_version vllm_2024{
    .engine = "vllm",
    .name = "vllm-2024",
    .runtime = vllm_0_11.runtime,
    .by_memory = detail::vllm_first_starts,
    .memory_of = vllm_0_11.memory_of,
    .kernels = detail::replayed({.step = 2007_us,
                                 .sequence = 69.5_us,
                                 .admission = detail::vllm_admission,
                                 .admission_steps = detail::admission_steps},
                                kernel_library::vllm, 0.05, 1.0, 26.8_us),
    .kernels_of = {"vllm-2024", "LLM-Inference-Bench: 7B to 72B"},
    .stages = staged_caches::one};

/// The same on ROCm, whose all-reduces and hosts took longer.
///   host     LLM-Inference-Bench, 7B to 70B and Mixtral, MI300X, 673 rows, 13.3 %
inline constexpr engine_version vllm_2024_rocm{
    .engine = "vllm",
    .name = "vllm-2024-rocm",
    .runtime = vllm_0_11.runtime,
    .by_memory = detail::vllm_first_starts,
    .memory_of = vllm_0_11.memory_of,
    .kernels = detail::replayed({.step = 2794_us,
                                 .sequence = 73.9_us,
                                 .admission = detail::vllm_admission,
                                 .admission_steps = detail::admission_steps},
                                kernel_library::vllm_2024, detail::vllm_launches, 1.0, 66.1_us),
    .kernels_of = {"vllm-2024-rocm", "LLM-Inference-Bench: 7B to 70B, Mixtral"},
    .stages = staged_caches::one};

/// vLLM 0.6, before its second engine.
///   memory   0.11's, but for the sequences of a step: no log at hand
///   host     0.6.0: APEX (microsoft/apex_plus), Llama-3.1-70B, H100, 6 rows; the time of a
///            sequence and the admission are 0.11's
inline constexpr engine_version vllm_0_6{
    .engine = "vllm",
    .name = "vllm-0.6",
    .runtime = vllm_0_11.runtime,
    .by_memory = detail::vllm_first_starts,
    .memory_of = vllm_0_11.memory_of,
    .kernels = detail::replayed({.step = 5630_us,
                                 .sequence = 27_us,
                                 .admission = detail::vllm_admission,
                                 .admission_steps = detail::admission_steps},
                                kernel_library::vllm, detail::vllm_launches, 1.0,
                                detail::vllm_synchronise),
    .kernels_of = {"vllm-0.6", "APEX: Llama-3.1-70B"},
    .stages = staged_caches::one};

/// vLLM of 2023, its first year, without CUDA graphs. Its sources name no version.
///   memory   0.11's, but for the sequences of a step: no log at hand
///   host     Splitwise's traces (Patel et al. 2023), Llama-2-70B and BLOOM-176B, A100 and H100, 18
///            rows of decode; the admission is 0.11's
inline constexpr engine_version vllm_2023{
    .engine = "vllm",
    .name = "vllm-2023",
    .runtime = vllm_0_11.runtime,
    .by_memory = detail::vllm_first_starts,
    .memory_of = vllm_0_11.memory_of,
    .kernels = {.host = {.step = 356_us,
                         .sequence = 366_us,
                         .kernel = 49_us,
                         .graphs = false,
                         .admission = detail::vllm_admission,
                         .admission_steps = detail::admission_steps},
                .own_all_reduce = false,
                .bare_vectors = true,
                .launches = 1.0,
                .expert_launches = 1.0,
                .synchronise = detail::synchronise},
    .kernels_of = {"vllm-2023", "Splitwise's traces: Llama-2-70B, BLOOM-176B"},
    .stages = staged_caches::one};

inline constexpr const engine_version& vllm = vllm_0_21;
inline constexpr std::array vllm_versions{&vllm_0_21, &vllm_0_18, &vllm_0_11,      &vllm_0_10,
                                          &vllm_0_6,  &vllm_2024, &vllm_2024_rocm, &vllm_2023};

}  // namespace engines

}  // namespace shardline
