/// Phi-3.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_phi3_names() noexcept {
  checkpoint_names n = llama_names;
  n.projections = {"qkv_proj", "o_proj", "", ""};
  n.matrices = {"gate_up_proj", "down_proj", ""};
  return n;
}
inline constexpr checkpoint_names phi3_names = make_phi3_names();

}  // namespace detail

namespace families {

inline constexpr family phi3{.model_type = "phi3",
                             .architecture = "Phi3ForCausalLM",
                             .layers = detail::read_seeing_layers,
                             .feed_forwards = detail::read_dense,
                             .windows = window_rule::every_layer,
                             .names = &detail::phi3_names};

}  // namespace families

}  // namespace shardline::hf
