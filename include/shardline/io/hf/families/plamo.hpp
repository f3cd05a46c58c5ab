// SPDX-License-Identifier: BSL-1.0
/// PLaMo: both blocks read one norm, and a key says how many query heads share keys and values.
/// PLaMo 3: norms behind the blocks too, and windows in all but every eighth layer.
/// Source: modeling_plamo.py of huggingface.co/pfnet/plamo-13b; configuration_plamo.py of
/// huggingface.co/pfnet/plamo-3-nict-8b-base and vllm/model_executor/models/plamo3.py.
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_plamo_names() noexcept {
  checkpoint_names n = llama_names;
  n.layers = "model.layers.layers.";
  n.norms = {"norm", "", "", "", ""};
  return n;
}
inline constexpr checkpoint_names plamo_names = make_plamo_names();

inline layer_stack read_plamo_layers(const fields& f, const family& known, integer hidden,
                                     precision) {
  const integer layers = read_equal_layers(f);
  grouped_query_attention a{};
  a.heads = f.whole("num_attention_heads", any_heads);
  a.head_dim = even_head_dim(f, hidden, a.heads);
  const integer sharing = f.whole_or("n_shared_head", 8, {1, a.heads});
  if (a.heads % sharing != 0) {
    f.refuse("n_shared_head", "a divisor of num_attention_heads (" + std::to_string(a.heads) + ")");
  }
  a.kv_heads = a.heads / sharing;
  return equal_layers(f, known, layers, a, known.form);
}

constexpr checkpoint_names make_plamo3_names() noexcept {
  checkpoint_names n = plamo_names;
  n.norms = {"pre_mixer_norm", "post_mixer_norm", "pre_mlp_norm", "post_mlp_norm", ""};
  n.attention = "mixer.";
  n.projections = {"qkv_proj", "o_proj", "", ""};
  n.matrices = {"gate_up_proj", "down_proj", ""};
  return n;
}
inline constexpr checkpoint_names plamo3_names = make_plamo3_names();

inline layer_stack read_plamo3_layers(const fields& f, const family& known, integer hidden,
                                      precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  const integer window = f.whole_or("window_size", 2048, any_length);
  const std::vector<bool> narrow = narrow_layers(f, known, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  return windowed_layers(a, narrow, window, blocks, known.form);
}

}  // namespace detail

namespace families {

inline constexpr family plamo{.model_type = "plamo",
                              .architecture = "PlamoForCausalLM",
                              .layers = detail::read_plamo_layers,
                              .feed_forwards = detail::read_dense,
                              .form = layer_form::parallel,
                              .names = &detail::plamo_names};
inline constexpr family plamo3{.model_type = "plamo3",
                               .architecture = "Plamo3ForCausalLM",
                               .layers = detail::read_plamo3_layers,
                               .feed_forwards = detail::read_dense,
                               .kv_heads = 4,
                               .head_dim = 128,
                               .qk_norm = qk_norm_rule::per_head,
                               .windows = window_rule::but_every_nth,
                               .window_period = 8,
                               .form = layer_form::sandwich,
                               .tied = true,
                               .names = &detail::plamo3_names};

}  // namespace families

}  // namespace shardline::hf
