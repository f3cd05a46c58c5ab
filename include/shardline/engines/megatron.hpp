// SPDX-License-Identifier: BSL-1.0
/// Megatron-Core's arguments, the only framework's in which both meshes are free.
#pragma once

#include <array>
#include <string_view>

#include "shardline/describe/layout.hpp"
#include "shardline/engines/flags.hpp"
#include "shardline/engines/stages.hpp"

namespace shardline {

namespace detail {
inline constexpr std::array<std::string_view, 2> off_or_on{"off", "on"};
}  // namespace detail

/// Megatron-Core's arguments (megatron/core/parallel_state.py, megatron/training/arguments.py).
/// What the degrees leave of the world is data parallelism: dp = world / (tp cp pp) of attention,
/// edp = world / (etp ep pp) of experts.
///   world               processes of all nodes together, one a GPU; 0: not given, tp cp pp dp
///   dp                  what is left of the world, no argument of its own; 0: not given, which is
///                       1 without a world
///   etp                 0: not given, as tp is
///   sequence_parallel   norms and residuals split over tp, 1 or 0, which is asked for with tp and
///                       ep above 1; 2: not given, where it is asked for; layouts are priced with
///                       their all-reduce either way
///   all_to_all          --moe-token-dispatcher-type alltoall or flex; without it allgather
///   layers              of each stage, as --pipeline-model-parallel-layout has them; empty:
///                       evenly, of a number that pp divides
struct megatron {
  integer world = 0;
  integer tp = 1;
  integer cp = 1;
  integer pp = 1;
  integer dp = 0;
  integer ep = 1;
  integer etp = 0;
  integer sequence_parallel = 2;
  bool all_to_all = false;
  stage_layers layers{};
  friend constexpr bool operator==(const megatron&, const megatron&) noexcept = default;

  static constexpr std::string_view convention = "megatron";
  static constexpr std::string_view framework = "Megatron-Core";
  static constexpr std::string_view title = "Megatron-Core arguments";
  static constexpr std::string_view example = "megatron:world=32,tp=8,ep=32,etp=1,sp=on";
  [[nodiscard]] static constexpr std::array<flag_key<megatron>, 10> keys() noexcept;
  [[nodiscard]] constexpr flag_refusal refused() const noexcept;
  /// Without experts the expert mesh means nothing, so any will do; where dispatch_matters() is
  /// false, so does either way to the experts. Stages of different lengths are listed.
  [[nodiscard]] static constexpr conversion<megatron> of(const model& m, layout l) noexcept;

  /// Ranks that split an expert's width.
  [[nodiscard]] constexpr integer expert_width_ranks() const noexcept { return etp > 0 ? etp : tp; }
  /// Processes of all nodes: the world, or what the degrees come to where it is not given.
  [[nodiscard]] constexpr integer processes() const noexcept {
    if (world > 0) return world;
    return saturating_product(attention_processes(), dp > 0 ? dp : integer{1});
  }
  /// Processes of one replica of attention's layers, and of the experts.
  [[nodiscard]] constexpr integer attention_processes() const noexcept {
    return saturating_product(saturating_product(tp, cp), pp);
  }
  /// Those of the experts, from 1; the most that an integer holds where they are more.
  [[nodiscard]] constexpr integer expert_processes() const noexcept {
    return saturating_product(saturating_product(expert_width_ranks(), ep), pp);
  }
};

constexpr std::array<flag_key<megatron>, 10> megatron::keys() noexcept {
  return {{{.key = "world",
            .number = &megatron::world,
            .takes = whole_numbers_of<field::gpus>,
            .option = "world-size"},
           {.key = "tp", .number = &megatron::tp, .option = "tensor-model-parallel-size"},
           {.key = "cp", .number = &megatron::cp, .option = "context-parallel-size"},
           {.key = "pp", .number = &megatron::pp, .option = "pipeline-model-parallel-size"},
           {.key = "dp", .number = &megatron::dp},
           {.key = "ep", .number = &megatron::ep, .option = "expert-model-parallel-size"},
           {.key = "etp", .number = &megatron::etp, .option = "expert-tensor-parallel-size"},
           {.key = "sp",
            .number = &megatron::sequence_parallel,
            .words = detail::off_or_on,
            .takes = {},
            .option = "sequence-parallel"},
           {.key = "all2all", .on = &megatron::all_to_all},
           {.key = "layers", .layers = &megatron::layers}}};
}

constexpr flag_refusal megatron::refused() const noexcept {
  const flag_refusal number = detail::number_refused(*this);
  if (!number.key.empty()) return number;
  if (dp > 0 && processes() != saturating_product(attention_processes(), dp)) {
    return {"dp", "world / (tp x cp x pp)"};
  }
  if (!is_divisor(attention_processes(), processes())) {
    return {"world", "a multiple of tp x cp x pp"};
  }
  if (!is_divisor(expert_processes(), processes())) {
    if (world == 0) return {"dp", "such that etp x ep divides tp x cp x dp"};
    return {"world", "a multiple of etp x ep x pp"};
  }
  if (tp > 1 && ep > 1 && sequence_parallel == 0) return {"sp", "on with tp and ep above 1"};
  return {};
}

/// The layout, counts of ranks, that Megatron-Core makes of its arguments: attention dp = world /
/// (tp cp pp), experts edp = world / (etp ep pp). Where it refuses them, a layout of no ranks,
/// which check() refuses. Source: megatron/core/parallel_state.py, initialize_model_parallel().
///   to_layout(megatron{.world = 32, .tp = 8, .ep = 32, .etp = 1, .sequence_parallel = 1}):
///   attention tp 8 dp 4, experts ep 32   (tests/engines/megatron.cpp)
[[nodiscard]] constexpr layout to_layout(const megatron& a) noexcept {
  if (!a.refused().key.empty()) return detail::no_ranks;
  return {{a.tp, a.cp, a.processes() / a.attention_processes()},
          {a.expert_width_ranks(), a.ep, a.processes() / a.expert_processes()},
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
           .sequence_parallel = l.attention.tp > 1 && l.expert.ep > 1 ? integer{1} : integer{2},
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
