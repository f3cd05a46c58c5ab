// SPDX-License-Identifier: BSL-1.0
/// Ouro: Llama with norms behind the blocks too, whose layers run several times over, each time with
/// keys and values of their own.
/// Source: vllm/model_executor/models/ouro.py.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_ouro_names() noexcept {
  checkpoint_names n = llama_names;
  n.norms = {"input_layernorm", "input_layernorm_2", "post_attention_layernorm",
             "post_attention_layernorm_2", ""};
  return n;
}
inline constexpr checkpoint_names ouro_names = make_ouro_names();

/// Engines run all passes (vLLM); the gate that could end them early has a value for each of the
/// model's, and a bias.
inline layer_stack read_ouro_layers(const fields& f, const family& known, integer hidden,
                                    precision own) {
  const integer passes = f.whole_or("total_ut_steps", 4, any_layers);
  const layer_stack once = read_seeing_layers(f, known, hidden, own);
  f.note("total_ut_steps", "layers run " + std::to_string(passes) + " times; the " +
                               std::to_string(hidden + 1) +
                               " values of early_exit_gate are not counted");
  layer_stack stack;
  for (integer pass = 0; pass < passes && !stack.runs.overflowed; ++pass) {
    for (const layer_run& run : once.runs) {
      layer l = once.kinds[run.kind];
      l.weights_of_another = pass > 0;
      stack.append(run.layers, l);
    }
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family ouro{.model_type = "ouro",
                             .architecture = "OuroForCausalLM",
                             .layers = detail::read_ouro_layers,
                             .feed_forwards = detail::read_dense,
                             .windows = window_rule::later_layers,
                             .max_window_layers = 28,
                             .form = layer_form::sandwich,
                             .names = &detail::ouro_names};

}  // namespace families

}  // namespace shardline::hf
