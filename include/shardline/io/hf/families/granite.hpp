// SPDX-License-Identifier: BSL-1.0
/// Granite: Llama; with experts, of which one may be shared; and with Mamba-2 mixers in most layers
/// (Granite 4); or with windows and sinks in three of four layers. Bamba: such mixers with dense
/// blocks.
/// Source: configuration_granitemoehybrid.py, modeling_bamba.py of huggingface/transformers (4.57),
/// modular_granite_swa.py and modular_granitemoe_swa.py (5).
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/layers.hpp"
#include "shardline/io/hf/families/llama.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_granite_names() noexcept {
  checkpoint_names n = llama_names;
  n.recurrence = "mamba.";
  n.recurrent = {"in_proj", "out_proj", ""};
  n.minor = {"conv1d", "", ""};
  n.dense = "shared_mlp.";
  n.matrices = {"input_linear", "output_linear", ""};
  n.router = "block_sparse_moe.router.layer";
  n.experts = "block_sparse_moe.";
  n.numbered = false;
  n.expert = {"input_linear", "output_linear", ""};
  n.shared = "shared_mlp.";
  return n;
}
inline constexpr checkpoint_names granite_names = make_granite_names();

constexpr checkpoint_names make_bamba_names() noexcept {
  checkpoint_names n = llama_names;
  n.norms = {"input_layernorm", "pre_ff_layernorm", "", "", ""};
  n.recurrence = "mamba.";
  n.recurrent = {"in_proj", "out_proj", ""};
  n.minor = {"conv1d", "", ""};
  n.dense = "feed_forward.";
  return n;
}
inline constexpr checkpoint_names bamba_names = make_bamba_names();

/// Experts with a shared one of its own width; without experts that is a dense block.
inline feed_forwards read_granite_experts(const fields& f, const family&, integer layers) {
  const integer shared = f.whole_or("shared_intermediate_size", 0, {0, any_width.most});
  if (f.whole_or("num_local_experts", 0, {0, highest_count(field::experts)}) == 0) {
    feed_forwards dense = all_alike(layers, false);
    dense.dense.width = f.whole("shared_intermediate_size", any_width);
    return dense;
  }
  feed_forwards result = all_alike(layers, true);
  result.experts = read_experts(f, "num_local_experts", "intermediate_size");
  result.experts.shared_experts = shared > 0 ? 1 : 0;
  result.experts.shared_width = shared;
  return result;
}

/// Which layers attend: those that layer_types calls so, or those that a key lists.
inline std::vector<bool> read_attending(const fields& f, integer layers) {
  const char* key = f.name_of({"layer_types", "layers_block_type"});
  const std::vector<std::string> types = f.words(key);
  std::vector<bool> attending;
  for (const std::string& type : types) {
    attending.push_back(type == "attention");
    if (attending.back() || type == "mamba") continue;
    f.report().fail(f.path_of(key) + "[" + std::to_string(attending.size() - 1) + "]: " +
                    quoted({printable(type)}) + "; allowed: " + quoted({"mamba", "attention"}));
  }
  if (f.find(key) == nullptr) {
    attending.resize(static_cast<std::size_t>(layers));
    mark_layers(f, "attn_layer_indices", true, attending);
  } else if (static_cast<integer>(types.size()) != layers) {
    f.refuse(key, "one for each layer (" + std::to_string(layers) + ")");
  }
  attending.resize(static_cast<std::size_t>(layers));
  return attending;
}

inline layer_stack read_granite_layers(const fields& f, const family& known, integer hidden,
                                       precision own) {
  const integer layers = f.whole(layers_key(f), any_layers);
  const grouped_query_attention attention = read_grouped_attention(f, known, hidden);
  const state_space mixer = read_expanded_mixer(f, hidden, own);
  const std::vector<bool> attending = read_attending(f, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const bool attends = attending[static_cast<std::size_t>(i)];
    stack.append(1, {attends ? attention_kind(attention) : attention_kind(mixer), blocks.of(i)});
  }
  return stack;
}

/// Layers that see a window, where no list says: all but the first of each four.
inline layer_stack read_granite_windows(const fields& f, const family& known, integer hidden,
                                        precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  const integer window = f.whole_or("sliding_window", 128, any_length);
  std::vector<bool> narrow;
  if (f.find("layer_types") != nullptr) narrow = stated_layers(f, known, layers);
  for (auto i = static_cast<integer>(narrow.size()); i < layers; ++i) narrow.push_back(i % 4 != 0);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  return windowed_layers(a, narrow, window, blocks);
}

}  // namespace detail

namespace families {

inline constexpr family granite = renamed(llama, "granite", "GraniteForCausalLM");
inline constexpr family granitemoe{.model_type = "granitemoe",
                                   .architecture = "GraniteMoeForCausalLM",
                                   .layers = detail::read_seeing_layers,
                                   .feed_forwards = detail::read_granite_experts,
                                   .bias = bias_rule::stated,
                                   .names = &detail::granite_names};
inline constexpr family granitemoeshared =
    renamed(granitemoe, "granitemoeshared", "GraniteMoeSharedForCausalLM");
inline constexpr family granitemoehybrid{.model_type = "granitemoehybrid",
                                         .architecture = "GraniteMoeHybridForCausalLM",
                                         .layers = detail::read_granite_layers,
                                         .feed_forwards = detail::read_granite_experts,
                                         .bias = bias_rule::stated,
                                         .names = &detail::granite_names};
inline constexpr family granite_swa{.model_type = "granite_swa",
                                    .architecture = "GraniteSWAForCausalLM",
                                    .layers = detail::read_granite_windows,
                                    .feed_forwards = detail::read_dense,
                                    .kv_heads = 4,
                                    .bias = bias_rule::stated,
                                    .sinks = true,
                                    .mlp_bias = true,
                                    .tied = true};
inline constexpr family granitemoe_swa{.model_type = "granitemoe_swa",
                                       .architecture = "GraniteMoeSWAForCausalLM",
                                       .layers = detail::read_granite_windows,
                                       .feed_forwards = detail::read_granite_experts,
                                       .bias = bias_rule::stated,
                                       .sinks = true,
                                       .names = &detail::granite_names};
inline constexpr family bamba{.model_type = "bamba",
                              .architecture = "BambaForCausalLM",
                              .layers = detail::read_granite_layers,
                              .feed_forwards = detail::read_dense,
                              .kv_heads = 8,
                              .bias = bias_rule::stated,
                              .mlp_bias = true,
                              .names = &detail::bamba_names};

}  // namespace families

}  // namespace shardline::hf
