/// The rules of feasibility as data: an id, a sentence, and a type whose completion is the compile
/// error that shows the sentence and both numbers.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/estimate/validation.hpp"

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
  experts,             // ep <= experts and their redundant copies
  precision,           // the accelerator has a peak in a precision the model can be computed in
  context,             // input + output <= the model's longest context
  memory,              // the fullest GPU's bytes <= its capacity
  ttft,                // nanoseconds
  tpot,                // nanoseconds
  rate                 // requests in a million seconds
};
inline constexpr std::size_t rule_count = 18;

/// The id and sentence of a rule, as messages and `--json` print them.
struct rule_text {
  std::string_view id{};
  std::string_view sentence{};
};

namespace detail {
inline constexpr std::array<rule_text, rule_count> rule_texts{{
    {"gpus", "the layout needs more GPUs than the cluster has"},
    {"meshes", "the attention mesh and the expert mesh must have the same number of ranks"},
    {"expert_replicas", "expert replicas (edp) must divide the attention replicas (cp x dp)"},
    {"attention_heads", "tensor parallelism (tp) must divide the attention heads"},
    {"kv_heads", "tensor parallelism (tp) and the key-value heads must divide one another"},
    {"cache_copies",
     "decode context parallelism (dcp) must divide the copies of a key-value head without a "
     "window"},
    {"feed_forward_width", "tensor parallelism (tp) must divide the feed-forward width"},
    {"expert_width", "expert tensor parallelism (etp) must divide the expert width"},
    {"quantisation_block", "a shard must be a whole number of quantisation blocks"},
    {"layers", "there are more pipeline stages (pp) than layers"},
    {"stages", "the listed stages must be pp in number and hold every layer once"},
    {"experts", "there are more expert-parallel ranks (ep) than experts"},
    {"precision", "the accelerator has no peak for the model's precision"},
    {"context", "input and output exceed the model's longest context"},
    {"memory", "the fullest GPU needs more memory than it has"},
    {"ttft", "the time to first token is longer than allowed"},
    {"tpot", "the time per output token is longer than allowed"},
    {"rate", "requests arrive faster than they can be served"},
}};
}  // namespace detail

[[nodiscard]] constexpr rule_text text_of(rule r) noexcept {
  return detail::rule_texts[static_cast<std::size_t>(r)];
}

/// A rule with figures that break it, as a type: completing it is a compile error whose text has
/// the rule's sentence and, in the type's name, both numbers. A static_assert's text must be a
/// literal, so each sentence stands here once more; tests/fail holds the two copies together.
template <rule Rule, count Required, count Available>
struct violated;

/// The same for an input outside its range, with its value in whole numbers.
template <field Field, count Value>
struct invalid_input {
  static_assert(Value != Value, "shardline: an input is outside its range");
};

// clang-format off
template <count R, count A> struct violated<rule::gpus, R, A> { static_assert(R <= A, "shardline: the layout needs more GPUs than the cluster has"); };
template <count R, count A> struct violated<rule::meshes, R, A> { static_assert(R == A, "shardline: the attention mesh and the expert mesh must have the same number of ranks"); };
template <count R, count A> struct violated<rule::expert_replicas, R, A> { static_assert(A % R == 0, "shardline: expert replicas (edp) must divide the attention replicas (cp x dp)"); };
template <count R, count A> struct violated<rule::attention_heads, R, A> { static_assert(A % R == 0, "shardline: tensor parallelism (tp) must divide the attention heads"); };
template <count R, count A> struct violated<rule::kv_heads, R, A> { static_assert(A % R == 0 || R % A == 0, "shardline: tensor parallelism (tp) and the key-value heads must divide one another"); };
template <count R, count A> struct violated<rule::cache_copies, R, A> { static_assert(A % R == 0, "shardline: decode context parallelism (dcp) must divide the copies of a key-value head without a window"); };
template <count R, count A> struct violated<rule::feed_forward_width, R, A> { static_assert(A % R == 0, "shardline: tensor parallelism (tp) must divide the feed-forward width"); };
template <count R, count A> struct violated<rule::expert_width, R, A> { static_assert(A % R == 0, "shardline: expert tensor parallelism (etp) must divide the expert width"); };
template <count R, count A> struct violated<rule::quantisation_block, R, A> { static_assert(A % R == 0, "shardline: a shard must be a whole number of quantisation blocks"); };
template <count R, count A> struct violated<rule::layers, R, A> { static_assert(R <= A, "shardline: there are more pipeline stages (pp) than layers"); };
template <count R, count A> struct violated<rule::stages, R, A> { static_assert(R == A, "shardline: the listed stages must be pp in number and hold every layer once"); };
template <count R, count A> struct violated<rule::experts, R, A> { static_assert(R <= A, "shardline: there are more expert-parallel ranks (ep) than experts"); };
template <count R, count A> struct violated<rule::precision, R, A> { static_assert(R <= A, "shardline: the accelerator has no peak for the model's precision"); };
template <count R, count A> struct violated<rule::context, R, A> { static_assert(R <= A, "shardline: input and output exceed the model's longest context"); };
template <count R, count A> struct violated<rule::memory, R, A> { static_assert(R <= A, "shardline: the fullest GPU needs more memory than it has"); };
template <count R, count A> struct violated<rule::ttft, R, A> { static_assert(R <= A, "shardline: the time to first token is longer than allowed"); };
template <count R, count A> struct violated<rule::tpot, R, A> { static_assert(R <= A, "shardline: the time per output token is longer than allowed"); };
template <count R, count A> struct violated<rule::rate, R, A> { static_assert(R < A, "shardline: requests arrive faster than they can be served"); };
// clang-format on

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

[[nodiscard]] constexpr rule_text text_of(warning w) noexcept {
  return detail::warning_texts[static_cast<std::size_t>(w)];
}

}  // namespace shardline
