/// The names of the modules of published checkpoints, per family.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/io/hf/families.hpp"

namespace shardline::hf {

/// Module names of one kind of checkpoint. A layer's modules are named layers + number + "." + one
/// of the rest; names that a family does not have are empty.
///   norms         any of them may occur
///   attention     prefix of `projections` and of the head norms
///   recurrence    prefix of `recurrent` and of `minor`
///   minor         projections to a few values per head and the convolution: a fraction of a
///                 percent of a layer, which published lists keep in the model's dtype
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
};

namespace detail {

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

constexpr checkpoint_names mixtral_names() noexcept {
  checkpoint_names n = llama_names;
  n.router = "block_sparse_moe.gate";
  n.experts = "block_sparse_moe.experts.";
  n.expert = {"w1", "w2", "w3"};
  return n;
}

// All experts of a layer in two tensors.
constexpr checkpoint_names gpt_oss_names() noexcept {
  checkpoint_names n = llama_names;
  n.router = "mlp.router";
  n.numbered = false;
  n.expert = {"gate_up_proj", "down_proj", ""};
  return n;
}

constexpr checkpoint_names phi3_names() noexcept {
  checkpoint_names n = llama_names;
  n.projections = {"qkv_proj", "o_proj", "", ""};
  n.matrices = {"gate_up_proj", "down_proj", ""};
  return n;
}

constexpr checkpoint_names qwen_next_names() noexcept {
  checkpoint_names n = llama_names;
  n.recurrence = "linear_attn.";
  n.recurrent = {"in_proj_qkvz", "out_proj", ""};
  n.minor = {"in_proj_ba", "conv1d", ""};
  n.shared = "mlp.shared_expert.";
  return n;
}

constexpr checkpoint_names qwen3_5_names() noexcept {
  checkpoint_names n = qwen_next_names();
  n.recurrent = {"in_proj_qkv", "in_proj_z", "out_proj"};
  n.minor = {"in_proj_a", "in_proj_b", "conv1d"};
  return n;
}

constexpr checkpoint_names llama4_names() noexcept {
  checkpoint_names n = gpt_oss_names();
  n.dense = "feed_forward.";
  n.router = "feed_forward.router";
  n.experts = "feed_forward.experts.";
  n.shared = "feed_forward.shared_expert.";
  return n;
}

inline constexpr checkpoint_names falcon_names{
    .outside = {"transformer.word_embeddings", "", "transformer.ln_f", "lm_head"},
    .layers = "transformer.h.",
    .norms = {"input_layernorm", "post_attention_layernorm", "ln_attn", "ln_mlp", ""},
    .attention = "self_attention.",
    .projections = {"query_key_value", "dense", "", ""},
    .dense = "mlp.",
    .matrices = {"dense_h_to_4h", "dense_4h_to_h", ""}};

inline constexpr checkpoint_names gpt2_names{
    .outside = {"transformer.wte", "transformer.wpe", "transformer.ln_f", "lm_head"},
    .layers = "transformer.h.",
    .norms = {"ln_1", "ln_2", "", "", ""},
    .attention = "attn.",
    .projections = {"c_attn", "c_proj", "", ""},
    .dense = "mlp.",
    .matrices = {"c_fc", "c_proj", ""}};

// The one block of a layer is its mixer, whatever it is.
inline constexpr checkpoint_names nemotron_names{
    .outside = {"backbone.embeddings", "", "backbone.norm_f", "lm_head"},
    .layers = "backbone.layers.",
    .norms = {"norm", "mixer.norm", "", "", ""},
    .attention = "mixer.",
    .projections = {"q_proj", "k_proj", "v_proj", "o_proj"},
    .recurrence = "mixer.",
    .recurrent = {"in_proj", "out_proj", ""},
    .minor = {"conv1d", "", ""},
    .dense = "mixer.",
    .matrices = {"up_proj", "down_proj", ""},
    .router = "mixer.gate",
    .experts = "mixer.experts.",
    .expert = {"up_proj", "down_proj", ""},
    .shared = "mixer.shared_experts."};

// In the order of `naming`.
inline constexpr std::array checkpoints{
    llama_names,     mixtral_names(), gpt_oss_names(), phi3_names(), qwen_next_names(),
    qwen3_5_names(), llama4_names(),  falcon_names,    gpt2_names,   nemotron_names};

}  // namespace detail

[[nodiscard]] constexpr const checkpoint_names& names_of(const family& known) noexcept {
  return detail::checkpoints[static_cast<std::size_t>(known.names)];
}

}  // namespace shardline::hf
