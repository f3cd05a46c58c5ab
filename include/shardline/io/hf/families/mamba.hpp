// SPDX-License-Identifier: BSL-1.0
/// Mamba-2: nothing but state-space mixers.
#pragma once

#include "shardline/io/hf/families/nemotron.hpp"

namespace shardline::hf {

namespace detail {

/// Mamba-2. expand hidden_size must be num_heads head_dim, as its class asks. The state has the
/// model's dtype, in mamba_ssm, transformers and vLLM alike.
inline state_space read_mamba2_mixer(const fields& f, integer hidden, precision own) {
  state_space s{};
  s.heads = f.whole("num_heads", any_heads);
  s.head_dim = f.whole("head_dim", any_heads);
  s.groups = f.whole("n_groups", any_heads);
  s.state_size = f.whole("state_size", any_heads);
  s.conv_kernel = f.whole_or("conv_kernel", 4, any_kernel);
  s.conv_bias = f.flag("use_conv_bias", true);
  s.projection_bias = f.flag("use_bias", false);
  s.state = read_state_type(f, own, own);
  const integer inner = f.whole_or("expand", 2, any_kernel) * hidden;
  if (inner != s.heads * s.head_dim) {
    f.refuse("num_heads", "expand hidden_size / head_dim (" + std::to_string(inner) + " / " +
                              std::to_string(s.head_dim) + ")");
  }
  check_groups(f, s);
  return s;
}

inline layer_stack read_mamba_layers(const fields& f, const family&, integer hidden,
                                     precision own) {
  layer_stack stack;
  stack.append(f.whole(layers_key(f), any_layers),
               {read_mamba2_mixer(f, hidden, own), no_feed_forward{}});
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family mamba2{.model_type = "mamba2",
                               .architecture = "Mamba2ForCausalLM",
                               .layers = detail::read_mamba_layers,
                               .names = &detail::nemotron_names};

}  // namespace families

}  // namespace shardline::hf
