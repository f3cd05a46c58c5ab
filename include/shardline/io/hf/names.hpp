// SPDX-License-Identifier: BSL-1.0
/// The names of the modules of published checkpoints.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/base/fwd.hpp"

namespace shardline::hf {

/// Module names of one kind of checkpoint. A layer's modules are named layers + number + "." + one
/// of the rest; names that a family does not have are empty.
///   norms         any of them may occur
///   attention     prefix of `projections` and of the head norms
///   recurrence    prefix of `recurrent` and of `minor`
///   minor         projections to a few values per head and the convolution: a fraction of a
///                 percent of a layer, which published lists keep in the model's dtype
///   latent        prefix of `latents`, the projections around experts in a narrower space
///   numbered      an expert is a module of its own: experts + number + "." + one of `expert`
struct checkpoint_names {
  std::array<std::string_view, 4> outside{};  // embedding, position embedding, last norm, head
  std::string_view layers{};
  std::array<std::string_view, 5> norms{};
  std::string_view attention{};
  std::array<std::string_view, 4> projections{};
  std::string_view recurrence{};
  std::array<std::string_view, 3> recurrent{};
  std::array<std::string_view, 3> minor{};
  std::string_view dense{};
  std::array<std::string_view, 3> matrices{};
  std::string_view router{};
  std::string_view experts{};
  bool numbered = true;
  std::array<std::string_view, 3> expert{};
  std::string_view shared{};
  std::string_view latent{};
  std::array<std::string_view, 2> latents{};
};

/// Those of Llama, which most families took over.
inline constexpr checkpoint_names llama_names{
    .outside = {"model.embed_tokens", "", "model.norm", "lm_head"},
    .layers = "model.layers.",
    .norms = {"input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm",
              "post_feedforward_layernorm", ""},
    .attention = "self_attn.",
    .projections = {"q_proj", "k_proj", "v_proj", "o_proj"},
    .dense = "mlp.",
    .matrices = {"gate_proj", "up_proj", "down_proj"},
    .router = "mlp.gate",
    .experts = "mlp.experts.",
    .expert = {"gate_proj", "up_proj", "down_proj"},
    .shared = "mlp.shared_experts."};

/// All experts of a layer in two tensors.
constexpr checkpoint_names with_fused_experts(checkpoint_names n) noexcept {
  n.numbered = false;
  n.expert = {"gate_up_proj", "down_proj", ""};
  return n;
}

}  // namespace shardline::hf
