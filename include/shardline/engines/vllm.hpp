/// vLLM's flags: --tensor-parallel-size, --data-parallel-size, --pipeline-parallel-size,
/// --prefill-context-parallel-size, --decode-context-parallel-size, --enable-expert-parallel,
/// VLLM_PP_LAYER_PARTITION and --eplb-config's num_redundant_experts.
#pragma once

#include "shardline/describe/layout.hpp"
#include "shardline/engines/flags.hpp"
#include "shardline/engines/stages.hpp"

namespace shardline {

/// vLLM's flags. Experts are never replicated and never split both ways: expert parallel on means
/// ep = DP PCP TP, off means etp = DP PCP TP (vllm/model_executor/layers/fused_moe/config.py,
/// FusedMoEParallelConfig.make). Tokens reach them by all-gather and reduce-scatter, vLLM's default
/// backend, or by all-to-all (DeepEP and others) when `all_to_all` is set.
///   layers              of each stage (VLLM_PP_LAYER_PARTITION); empty: evenly, the stages before
///                       the last take what is left over (vllm/distributed/utils.py,
///                       get_pp_indices)
///   redundant_experts   copies of busy experts (EPLB), under expert parallelism only
///   dcp                 tp ranks that share the tokens of a key-value head's cache
struct vllm {
  count tp = 1;
  count dp = 1;
  count pp = 1;
  count pcp = 1;
  bool expert_parallel = false;
  bool all_to_all = false;
  stage_layers layers{};
  count redundant_experts = 0;
  count dcp = 1;
  friend constexpr bool operator==(const vllm&, const vllm&) noexcept = default;

  static constexpr std::string_view convention = "vllm";
  static constexpr std::string_view title = "vLLM flags";
  static constexpr std::string_view example = "vllm:tp=8,dp=2,ep=on";
  [[nodiscard]] static constexpr std::array<flag_key<vllm>, 9> keys() noexcept;
  [[nodiscard]] constexpr flag_refusal refused() const noexcept {
    if (redundant_experts < 1 || expert_parallel) return {};
    return {"redundant", "0, or with ep=on"};
  }
  /// Without experts the expert mesh means nothing, so any will do; where dispatch_matters() is
  /// false, so does either way to the experts. Stages that vLLM would split otherwise are listed.
  [[nodiscard]] static constexpr conversion<vllm> of(const model& m, layout l) noexcept;
};

constexpr std::array<flag_key<vllm>, 9> vllm::keys() noexcept {
  return {{{.key = "tp", .number = &vllm::tp, .always = true},
           {.key = "dp", .number = &vllm::dp},
           {.key = "pp", .number = &vllm::pp},
           {.key = "pcp", .number = &vllm::pcp},
           {.key = "dcp", .number = &vllm::dcp},
           {.key = "layers", .layers = &vllm::layers},
           {.key = "ep", .on = &vllm::expert_parallel},
           {.key = "all2all", .on = &vllm::all_to_all},
           {.key = "redundant", .number = &vllm::redundant_experts, .least = 0}}};
}

/// The layout that vLLM makes of its flags.
///   to_layout(vllm{.tp = 8, .dp = 4, .expert_parallel = true}): attention tp 8 dp 4, experts ep 32
[[nodiscard]] constexpr layout to_layout(const vllm& v) noexcept {
  const attention_mesh attention{v.tp, v.pcp, v.dp};
  const count ranks = attention.size();
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

/// The flags of a layout, or why vLLM cannot express it. vllm::of(), which knows the model, can
/// express more.
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
  if (!can_state(stage_remainder::before_last, l)) {
    return {{}, "vLLM's stages before the last take what is left over, unless layers are listed"};
  }
  return {{l.attention.tp, l.attention.dp, l.pp, l.attention.cp,
           l.expert.ep != 1 || l.redundant_experts > 0, l.dispatch == expert_dispatch::all_to_all,
           l.stages.listed, l.redundant_experts, l.dcp},
          {}};
}

constexpr conversion<vllm> vllm::of(const model& m, layout l) noexcept {
  if (!has_experts(m) && l.expert.ep == 1) l.expert = {l.attention.size(), 1, 1};
  const count placed = experts_of(m).experts + l.redundant_experts;
  if (l.redundant_experts > 0 && placed % l.expert.ep != 0) {
    // vllm/model_executor/layers/fused_moe/layer.py: EPLB takes an even distribution only.
    return {{}, "vLLM's redundant experts must leave every expert rank equally many"};
  }
  conversion<vllm> c = to_vllm(stated_by(stage_remainder::before_last, l, m.layers.size()));
  if (!dispatch_matters(l)) c.flags.all_to_all = false;
  return c;
}

}  // namespace shardline
