// SPDX-License-Identifier: BSL-1.0
/// PLaMo: both blocks read one norm, and a key says how many query heads share keys and values.
/// Source: modeling_plamo.py of huggingface.co/pfnet/plamo-13b.
#pragma once

#include <string>

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

inline layer_stack read_plamo_layers(const fields& f, const family& known, count hidden,
                                     precision) {
  const count layers = read_equal_layers(f);
  grouped_query_attention a{};
  a.heads = f.whole("num_attention_heads", any_heads);
  a.head_dim = even_head_dim(f, hidden, a.heads);
  const count sharing = f.whole_or("n_shared_head", 8, {1, a.heads});
  if (a.heads % sharing != 0) {
    f.refuse("n_shared_head", "a divisor of num_attention_heads (" + std::to_string(a.heads) + ")");
  }
  a.kv_heads = a.heads / sharing;
  return equal_layers(f, known, layers, a, known.form);
}

}  // namespace detail

namespace families {

inline constexpr family plamo{.model_type = "plamo",
                              .architecture = "PlamoForCausalLM",
                              .layers = detail::read_plamo_layers,
                              .feed_forwards = detail::read_dense,
                              .form = layer_form::parallel,
                              .names = &detail::plamo_names};

}  // namespace families

}  // namespace shardline::hf
