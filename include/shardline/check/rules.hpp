// SPDX-License-Identifier: BSL-1.0
/// The rules of feasibility and the warnings as data: an id, a sentence, and the units of the two
/// figures.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/check/validation.hpp"

namespace shardline {

/// What a layout must satisfy. Each has a required and an available figure.
enum class rule : unsigned char {
  gpus,                // ranks of the layout <= GPUs of the cluster
  meshes,              // ranks of the attention mesh = ranks of the expert mesh
  expert_replicas,     // edp divides cp dp
  attention_heads,     // tp divides the query heads
  kv_heads,            // tp divides the key-value heads, or they divide tp
  cache_copies,        // dcp divides the copies of each key-value head; a window has none to share
  feed_forward_width,  // tp divides the width of dense and shared blocks
  expert_width,        // etp divides the width of an expert
  quantisation_block,  // a sharded dimension is a whole number of scale blocks
  layers,              // pp <= layers
  stages,              // listed stages are pp in number, and hold every layer once
  shared_layers,       // layers whose weights are those of others: pp = 1
  experts,             // ep <= experts and their redundant copies
  even_experts,        // ep divides them, where the model's code in engines holds no rank to more
  precision,           // the accelerator has a peak in a precision the model can be computed in
  context,             // input + output <= the model's longest context
  memory,              // the fullest GPU's bytes <= its capacity
  ttft,                // time to first token <= the longest allowed
  tpot,                // time per output token <= the longest allowed
  rate                 // requests that arrive <= requests that can be served
};
inline constexpr std::size_t rule_count = 20;

/// The units of what is required and of what is available.
struct figure_units {
  figure_unit required = figure_unit::none;
  figure_unit available = figure_unit::none;
  friend constexpr bool operator==(const figure_units&, const figure_units&) noexcept = default;

  template <class List>
  static constexpr void parts(List&& list) {
    list("required", &figure_units::required);
    list("available", &figure_units::available);
  }
};

/// The id and sentence of a rule, as messages and `--json` print them, and the units of its figures
/// unless a violation has others.
struct rule_text {
  std::string_view id{};
  std::string_view sentence{};
  figure_units units{};
};

namespace detail {
inline constexpr std::array<rule_text, rule_count> rule_texts{{
    {"gpus",
     "the layout needs more GPUs than the cluster has",
     {figure_unit::gpus, figure_unit::gpus}},
    {"meshes",
     "the attention mesh, tp cp dp, and the expert mesh, etp ep edp, must have the same number of "
     "ranks, without experts too",
     {figure_unit::ranks, figure_unit::ranks}},
    {"expert_replicas",
     "expert replicas (edp) must divide the attention replicas (cp x dp)",
     {figure_unit::replicas, figure_unit::replicas}},
    {"attention_heads",
     "tensor parallelism (tp) must divide the attention heads",
     {figure_unit::ranks, figure_unit::heads}},
    {"kv_heads",
     "tensor parallelism (tp) and the key-value heads must divide one another",
     {figure_unit::ranks, figure_unit::heads}},
    {"cache_copies",
     "decode context parallelism (dcp) must divide the copies of a key-value head without a "
     "window",
     {figure_unit::ranks, figure_unit::copies}},
    {"feed_forward_width",
     "tensor parallelism (tp) must divide the feed-forward width",
     {figure_unit::ranks, figure_unit::elements}},
    {"expert_width",
     "expert tensor parallelism (etp) must divide the expert width",
     {figure_unit::ranks, figure_unit::elements}},
    {"quantisation_block",
     "a shard must be a whole number of quantisation blocks",
     {figure_unit::elements, figure_unit::elements}},
    {"layers",
     "there are more pipeline stages (pp) than layers",
     {figure_unit::stages, figure_unit::layers}},
    {"stages",
     "the listed stages must be pp in number and hold every layer once",
     {figure_unit::stages, figure_unit::stages}},
    {"shared_layers",
     "layers that share weights must lie on one pipeline stage (pp)",
     {figure_unit::stages, figure_unit::stages}},
    {"experts",
     "there are more expert-parallel ranks (ep) than experts",
     {figure_unit::ranks, figure_unit::experts}},
    {"even_experts",
     "expert parallelism (ep) must divide the experts of this model",
     {figure_unit::ranks, figure_unit::experts}},
    {"precision",
     "the accelerator has no peak for the model's precision",
     {figure_unit::bits, figure_unit::bits}},
    {"context",
     "input and output exceed the model's longest context",
     {figure_unit::tokens, figure_unit::tokens}},
    {"memory",
     "the fullest GPU needs more memory than it has",
     {figure_unit::bytes, figure_unit::bytes}},
    {"ttft",
     "the time to first token is longer than allowed",
     {figure_unit::nanoseconds, figure_unit::nanoseconds}},
    {"tpot",
     "the time per output token is longer than allowed",
     {figure_unit::nanoseconds, figure_unit::nanoseconds}},
    {"rate",
     "requests arrive faster than they can be served",
     {figure_unit::requests_per_million_seconds, figure_unit::requests_per_million_seconds}},
}};
}  // namespace detail

/// A rule's identifier, its sentence, and the units of its two figures. Source of the rules: the
/// enumeration above, which follows from arithmetic and from what engines refuse at start-up.
///   of rule::gpus, the first of 20: "gpus", in GPUs and GPUs   (tests/check/rules.cpp)
[[nodiscard]] constexpr rule_text text_of(rule r) noexcept {
  return detail::rule_texts[static_cast<std::size_t>(r)];
}

/// Things that work but cost something.
enum class warning : unsigned char {
  idle_gpus,            // GPUs the layout leaves unused
  tp_across_domains,    // a tensor-parallel group larger than a scale-up domain
  uneven_layers,        // layers that pp does not divide
  uneven_experts,       // experts that ep does not divide
  padded_vocabulary,    // vocabulary that tp does not divide
  padded_blocks,        // shards of 4-bit weights that end inside a scale block
  replicated_kv_heads,  // fewer key-value heads than tensor-parallel ranks
  idle_replicas,        // more attention replicas than sequences
  wider_math            // weights in a precision that the accelerator must widen to compute
};
inline constexpr std::size_t warning_count = 9;

namespace detail {
inline constexpr std::array<rule_text, warning_count> warning_texts{{
    {"idle_gpus", "GPUs of the cluster that the layout does not use"},
    {"tp_across_domains", "tensor-parallel ranks over more than one scale-up domain of GPUs"},
    {"uneven_layers", "layers do not divide into pipeline stages; some hold one more"},
    {"uneven_experts", "experts do not divide into ep ranks; the first ranks hold one more"},
    {"padded_vocabulary", "vocabulary does not divide by tp; shards are rounded up"},
    {"padded_blocks", "a scale block does not divide the shard of 4-bit weights; kernels pad it"},
    {"replicated_kv_heads",
     "fewer key-value heads than tensor-parallel ranks; they are replicated"},
    {"idle_replicas", "fewer sequences than attention replicas; some have no work"},
    {"wider_math", "the accelerator computes these weights in a wider precision"},
}};
}  // namespace detail

/// The same of a warning, whose figures are counts in the order of its sentence.
///   of warning::idle_gpus, the first of 9: "idle_gpus"   (tests/check/rules.cpp)
[[nodiscard]] constexpr rule_text text_of(warning w) noexcept {
  return detail::warning_texts[static_cast<std::size_t>(w)];
}

}  // namespace shardline
