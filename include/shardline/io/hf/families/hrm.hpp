// SPDX-License-Identifier: BSL-1.0
/// HRM-Text: two stacks of layers, a low and a high one, that run in cycles, each pass with keys
/// and values of its own: in each high cycle the low stack several times, then the high one.
/// Attention has as many key-value heads as heads, a gate on its output, and norms have no gains.
/// Source: modular_hrm_text.py of huggingface/transformers (5).
#pragma once

#include <string>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

/// Layers of a stack. Files that were saved again count every pass in num_hidden_layers, and say
/// this beside it.
inline integer read_stack_layers(const fields& f, integer passes) {
  const integer layers = f.whole("num_hidden_layers", any_layers);
  if (f.find("num_layers_per_stack") == nullptr) return layers;
  const integer of_stack = f.whole("num_layers_per_stack", any_layers);
  if (of_stack * passes != layers) {
    f.refuse("num_hidden_layers",
             std::to_string(passes) + " times num_layers_per_stack, by H_cycles and L_cycles");
  }
  return of_stack;
}

inline layer_stack read_hrm_layers(const fields& f, const family& known, integer hidden,
                                   precision) {
  constexpr range any_cycles{1, 100};
  const integer high = f.whole_or("H_cycles", 2, any_cycles);
  const integer low = f.whole_or("L_cycles", 3, any_cycles);
  const integer layers = read_stack_layers(f, high * (low + 1));
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  a.kv_heads = a.heads;
  a.output_gate = true;
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer pass = 0; pass < high * (low + 1) && !stack.runs.overflowed; ++pass) {
    layer l{a, blocks.of(0)};
    l.weights_of_another = pass != 0 && pass != low;  // the first pass through each stack
    stack.append(layers, l);
  }
  f.note("L_cycles", "the low stack runs " + std::to_string(high * low) +
                         " times and the high one " + std::to_string(high) + "; the " +
                         std::to_string(hidden) +
                         " values of the low one's first state are not counted");
  if (f.flag("prefix_lm", true)) {
    f.note("prefix_lm", "prompts are priced as if no token saw those behind it");
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family hrm_text{.model_type = "hrm_text",
                                 .architecture = "HrmTextForCausalLM",
                                 .layers = detail::read_hrm_layers,
                                 .feed_forwards = detail::read_dense,
                                 .head_dim = 128,
                                 .bias = bias_rule::stated,
                                 .bare_norms = true};

}  // namespace families

}  // namespace shardline::hf
