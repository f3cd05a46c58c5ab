// SPDX-License-Identifier: BSL-1.0
/// Megatron-Core's arguments, the only framework's in which both meshes are free.
#pragma once

#include <array>
#include <string_view>

#include "shardline/describe/layout.hpp"
#include "shardline/engines/flags.hpp"
#include "shardline/engines/stages.hpp"

namespace shardline {

/// Megatron-Core's arguments (megatron/core/parallel_state.py, megatron/training/arguments.py).
/// What the degrees leave of the world is data parallelism: dp = world / (tp cp pp) of attention,
/// edp = world / (etp ep pp) of experts.
///   world               processes of all nodes together, one a GPU
///   etp                 0: not given, as tp is
///   sequence_parallel   norms and residuals split over tp, which is asked for with tp and ep above
///                       1; layouts are priced with their all-reduce either way
///   all_to_all          --moe-token-dispatcher-type alltoall or flex; without it allgather
///   layers              of each stage, as --pipeline-model-parallel-layout has them; empty:
///                       evenly, of a number that pp divides
struct megatron {
  integer world = 1;
  integer tp = 1;
  integer cp = 1;
  integer pp = 1;
  integer ep = 1;
  integer etp = 0;
  bool sequence_parallel = false;
  bool all_to_all = false;
  stage_layers layers{};
  friend constexpr bool operator==(const megatron&, const megatron&) noexcept = default;

  static constexpr std::string_view convention = "megatron";
  static constexpr std::string_view framework = "Megatron-Core";
  static constexpr std::string_view title = "Megatron-Core arguments";
  static constexpr std::string_view example = "megatron:world=32,tp=8,ep=32,etp=1,sp=on";
  [[nodiscard]] static constexpr std::array<flag_key<megatron>, 9> keys() noexcept;
  [[nodiscard]] constexpr flag_refusal refused() const noexcept;
  /// Without experts the expert mesh means nothing, so any will do; where dispatch_matters() is
  /// false, so does either way to the experts. Stages of different lengths are listed.
  [[nodiscard]] static constexpr conversion<megatron> of(const model& m, layout l) noexcept;

  /// Ranks that split an expert's width.
  [[nodiscard]] constexpr integer expert_width_ranks() const noexcept { return etp > 0 ? etp : tp; }
  /// Processes of one replica of attention's layers, and of the experts.
  [[nodiscard]] constexpr integer attention_processes() const noexcept {
    return saturating_product(saturating_product(tp, cp), pp);
  }
  /// Those of the experts, from 1; the most that an integer holds where they are more.
  [[nodiscard]] constexpr integer expert_processes() const noexcept {
    return saturating_product(saturating_product(expert_width_ranks(), ep), pp);
  }
};

constexpr std::array<flag_key<megatron>, 9> megatron::keys() noexcept {
  return {{{.key = "world",
            .number = &megatron::world,
            .takes = whole_numbers_of<field::gpus>,
            .always = true,
            .option = "world-size"},
           {.key = "tp", .number = &megatron::tp, .option = "tensor-model-parallel-size"},
           {.key = "cp", .number = &megatron::cp, .option = "context-parallel-size"},
           {.key = "pp", .number = &megatron::pp, .option = "pipeline-model-parallel-size"},
           {.key = "ep", .number = &megatron::ep, .option = "expert-model-parallel-size"},
           {.key = "etp", .number = &megatron::etp, .option = "expert-tensor-parallel-size"},
           {.key = "sp", .on = &megatron::sequence_parallel, .option = "sequence-parallel"},
           {.key = "all2all", .on = &megatron::all_to_all},
           {.key = "layers", .layers = &megatron::layers}}};
}

constexpr flag_refusal megatron::refused() const noexcept {
  const flag_refusal number = detail::number_refused(*this);
  if (!number.key.empty()) return number;
  if (!is_divisor(attention_processes(), world)) return {"world", "a multiple of tp x cp x pp"};
  if (!is_divisor(expert_processes(), world)) return {"world", "a multiple of etp x ep x pp"};
  if (tp > 1 && ep > 1 && !sequence_parallel) return {"sp", "on with tp and ep above 1"};
  return {};
}

/// The layout, counts of ranks, that Megatron-Core makes of its arguments: attention dp = world /
/// (tp cp pp), experts edp = world / (etp ep pp). Where it refuses them, a layout of no ranks,
/// which check() refuses. Source: megatron/core/parallel_state.py, initialize_model_parallel().
///   to_layout(megatron{.world = 32, .tp = 8, .ep = 32, .etp = 1, .sequence_parallel = true}):
///   attention tp 8 dp 4, experts ep 32   (tests/engines/megatron.cpp)
[[nodiscard]] constexpr layout to_layout(const megatron& a) noexcept {
  if (!a.refused().key.empty()) return detail::no_ranks;
  return {{a.tp, a.cp, a.world / a.attention_processes()},
          {a.expert_width_ranks(), a.ep, a.world / a.expert_processes()},
          a.pp,
          a.all_to_all ? expert_dispatch::all_to_all : expert_dispatch::all_gather,
          split_stages(stage_remainder::first, a.pp, a.layers)};
}

/// The arguments of a layout, or, where Megatron-Core cannot express it, why not: the inverse of
/// to_layout(). megatron::of(), which knows the model, can express more.
///   of attention tp 8 dp 4, experts ep 32: world 32, tp 8, ep 32   (tests/engines/megatron.cpp)
[[nodiscard]] constexpr conversion<megatron> to_megatron(const layout& l) noexcept {
  if (l.attention.size() != l.expert.size()) {
    return {{}, "the attention mesh and the expert mesh have different numbers of ranks"};
  }
  if (l.dcp != 1) return {{}, "Megatron-Core does not share caches out between tp ranks (dcp = 1)"};
  if (l.redundant_experts > 0) return {{}, "Megatron-Core has no redundant experts"};
  if (!can_state(stage_remainder::first, l)) {
    return {{}, "Megatron-Core's stages are equal, unless layers are listed"};
  }
  return {{.world = l.gpus(),
           .tp = l.attention.tp,
           .cp = l.attention.cp,
           .pp = l.pp,
           .ep = l.expert.ep,
           .etp = l.expert.etp == l.attention.tp ? 0 : l.expert.etp,
           .sequence_parallel = l.attention.tp > 1 && l.expert.ep > 1,
           .all_to_all = l.dispatch == expert_dispatch::all_to_all,
           .layers = l.stages.listed},
          {}};
}

constexpr conversion<megatron> megatron::of(const model& m, layout l) noexcept {
  if (!has_experts(m) && l.expert.ep == 1) {
    l.expert = {l.attention.tp, 1, saturating_product(l.attention.cp, l.attention.dp)};
  }
  if (!dispatch_matters(l)) l.dispatch = expert_dispatch::all_gather;
  const layout stated = stated_by(stage_remainder::first, l, m.layers.size());
  if (!stated.stages.listed.empty() || is_divisor(l.pp, m.layers.size()))
    return to_megatron(stated);
  const layout each = listed_stages(stated, m.layers.size());
  if (each.stages.listed.empty()) {
    return {{}, "Megatron-Core's stages are equal, or listed, here at most 64 of them"};
  }
  return to_megatron(each);
}

}  // namespace shardline
