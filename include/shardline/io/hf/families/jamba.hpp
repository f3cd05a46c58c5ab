// SPDX-License-Identifier: BSL-1.0
/// Jamba: Mamba mixers, attention in every eighth layer, experts in every second; Mamba and
/// Falcon-Mamba, which have nothing but mixers; PLaMo 2, whose mixers have heads.
/// Source: configuration_jamba.py, configuration_mamba.py and configuration_falcon_mamba.py of
/// huggingface/transformers (4.57).
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "shardline/io/hf/blocks/layers.hpp"
#include "shardline/io/hf/families/nemotron.hpp"
#include "shardline/io/hf/families/plamo.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_jamba_names() noexcept {
  checkpoint_names n = llama_names;
  n.outside = {"model.embed_tokens", "", "model.final_layernorm", "lm_head"};
  n.norms = {"input_layernorm", "pre_ff_layernorm", "mamba.dt_layernorm", "mamba.b_layernorm",
             "mamba.c_layernorm"};
  n.recurrence = "mamba.";
  n.recurrent = {"in_proj", "out_proj", ""};
  n.minor = {"x_proj", "dt_proj", "conv1d"};
  n.dense = "feed_forward.";
  n.router = "feed_forward.router";
  n.experts = "feed_forward.experts.";
  return n;
}
inline constexpr checkpoint_names jamba_names = make_jamba_names();

constexpr checkpoint_names make_mamba_names() noexcept {
  checkpoint_names n = nemotron_names;
  n.minor = {"x_proj", "dt_proj", "conv1d"};
  return n;
}
inline constexpr checkpoint_names mamba_names = make_mamba_names();

/// A whole number, "auto" standing for `fallback`.
inline integer whole_or_auto(const fields& f, const char* key, integer fallback, range r) {
  const json* value = f.find(key);
  const bool automatic = value == nullptr || (value->is_string() && *value == "auto");
  return automatic ? fallback : f.whole(key, r);
}

inline constexpr range step_ranks{1, static_cast<integer>(selective_state::step_range.highest)};

inline selective_state read_jamba_mixer(const fields& f, integer hidden, precision own) {
  selective_state s{};
  s.width = f.whole_or("mamba_expand", 2, any_kernel) * hidden;
  s.state_size = f.whole_or("mamba_d_state", 16, any_heads);
  s.step_rank = whole_or_auto(f, "mamba_dt_rank", (hidden + 15) / 16, step_ranks);
  s.conv_kernel = f.whole_or("mamba_d_conv", 4, any_kernel);
  s.conv_bias = f.flag("mamba_conv_bias", true);
  s.projection_bias = f.flag("mamba_proj_bias", false);
  s.inner_norms = true;
  s.state = read_state_type(f, own, own);
  return s;
}

/// Layer i is one of the kind if i mod its period is its offset.
inline bool comes_round(const fields& f, const std::string& kind, integer i, integer period,
                        integer offset) {
  const integer every = f.whole_or((kind + "_layer_period").c_str(), period, any_layers);
  return i % every == f.whole_or((kind + "_layer_offset").c_str(), offset, {0, any_layers.most});
}

inline feed_forwards read_jamba_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  result.dense.width = f.whole("intermediate_size", any_width);
  const integer experts = f.whole_or("num_experts", 16, field::experts);
  if (experts > 1) result.experts = read_experts(f, "num_experts", "intermediate_size");
  for (integer i = 0; i < layers; ++i) {
    result.sparse.push_back(experts > 1 && comes_round(f, "expert", i, 2, 1));
  }
  return result;
}

inline layer_stack read_jamba_layers(const fields& f, const family& known, integer hidden,
                                     precision own) {
  const integer layers = f.whole(layers_key(f), any_layers);
  const grouped_query_attention attention = read_grouped_attention(f, known, hidden);
  const selective_state mixer = read_jamba_mixer(f, hidden, own);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const bool attends = comes_round(f, "attn", i, 8, 4);
    stack.append(1, {attends ? attention_kind(attention) : attention_kind(mixer), blocks.of(i)});
  }
  return stack;
}

constexpr checkpoint_names make_plamo2_names() noexcept {
  checkpoint_names n = plamo3_names;
  n.recurrence = "mixer.";
  n.recurrent = {"in_proj", "out_proj", ""};
  n.minor = {"bcdt_proj", "dt_proj", "conv1d"};
  return n;
}
inline constexpr checkpoint_names plamo2_names = make_plamo2_names();

inline selective_state read_plamo2_mixer(const fields& f, integer hidden, precision own) {
  selective_state s{};
  s.head_dim = f.whole_or("hidden_size_per_head", 128, any_heads);
  s.width = f.whole_or("mamba_num_heads", 64, any_heads);
  s.state_size = f.whole_or("mamba_d_state", 64, any_heads);
  s.step_rank = hidden / 16 > 64 ? hidden / 16 : 64;
  s.conv_kernel = f.whole_or("mamba_d_conv", 4, any_kernel);
  s.conv_bias = false;
  s.inner_norms = true;
  s.state = read_state_type(f, own, own);
  return s;
}

/// PLaMo 2: attention in one layer of mamba_step, with windows but where full_attention_idx says
/// so.
/// Source: modeling_plamo.py of huggingface.co/pfnet/plamo-2-1b; vllm/model_executor/models/plamo2.py.
inline layer_stack read_plamo2_layers(const fields& f, const family& known, integer hidden,
                                      precision own) {
  constexpr const char* full_key = "full_attention_idx";
  const integer layers = f.whole(layers_key(f), any_layers);
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  const integer window = f.whole_or("attention_window_size", 2048, any_length);
  const auto full =
      f.whole_list(full_key, any_index, "indices of layers").value_or(std::vector<integer>{});
  const selective_state mixer = read_plamo2_mixer(f, hidden, own);
  const integer step = f.whole_or("mamba_step", 2, {2, any_layers.most});
  const bool mixes = f.flag("mamba_enabled", true);
  a.head_dim = mixer.head_dim;
  a.qk_norm = head_norm::each_head;
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const integer attending = layers <= step / 2 ? layers - 1 : i - i % step + step / 2;
    a.window = std::find(full.begin(), full.end(), i) == full.end() ? window : 0;
    const bool attends = !mixes || i == attending;
    stack.append(1,
                 {attends ? attention_kind(a) : attention_kind(mixer), blocks.of(i), known.form});
  }
  return stack;
}

inline layer_stack read_selective_layers(const fields& f, const family&, integer hidden,
                                         precision own) {
  selective_state s{};
  s.width =
      f.whole_or("intermediate_size", f.whole_or("expand", 2, any_kernel) * hidden, any_width);
  s.state_size = f.whole_or("state_size", 16, any_heads);
  s.step_rank = whole_or_auto(f, "time_step_rank", (hidden + 15) / 16, step_ranks);
  s.conv_kernel = f.whole_or("conv_kernel", 4, any_kernel);
  s.conv_bias = f.flag("use_conv_bias", true);
  s.projection_bias = f.flag("use_bias", false);
  s.state = read_state_type(f, own, own);
  layer_stack stack;
  stack.append(f.whole(layers_key(f), any_layers), {s, no_feed_forward{}});
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family jamba{.model_type = "jamba",
                              .architecture = "JambaForCausalLM",
                              .layers = detail::read_jamba_layers,
                              .feed_forwards = detail::read_jamba_blocks,
                              .kv_heads = 8,
                              .names = &detail::jamba_names};
inline constexpr family plamo2{.model_type = "plamo2",
                               .architecture = "Plamo2ForCausalLM",
                               .layers = detail::read_plamo2_layers,
                               .feed_forwards = detail::read_dense,
                               .kv_heads = 4,
                               .head_dim = 128,
                               .form = layer_form::sandwich,
                               .tied = true,
                               .names = &detail::plamo2_names};
inline constexpr family mamba{.model_type = "mamba",
                              .architecture = "MambaForCausalLM",
                              .layers = detail::read_selective_layers,
                              .tied = true,
                              .names = &detail::mamba_names};
inline constexpr family falcon_mamba{.model_type = "falcon_mamba",
                                     .architecture = "FalconMambaForCausalLM",
                                     .layers = detail::read_selective_layers,
                                     .tied = true,
                                     .names = &detail::mamba_names};

}  // namespace families

}  // namespace shardline::hf
