// SPDX-License-Identifier: BSL-1.0
/// DeepSeek-V4: compressed attention at ratios by layer, hyper-connections, first layers that route
/// by the token alone, experts in MXFP4.
/// Source: configuration_deepseek_v4.py of huggingface/transformers (5), and the reference code
/// beside the checkpoint (huggingface.co/deepseek-ai/DeepSeek-V4-Flash, inference/model.py).
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/deepseek_experts.hpp"
#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline constexpr checkpoint_names deepseek_v4_names{.outside = {"embed", "", "norm", "head"},
                                                    .layers = "layers.",
                                                    .norms = {"attn_norm", "ffn_norm", "", "", ""},
                                                    .attention = "attn.",
                                                    .matrices = {"w1", "w3", "w2"},
                                                    .router = "ffn.gate",
                                                    .experts = "ffn.experts.",
                                                    .expert = {"w1", "w3", "w2"},
                                                    .shared = "ffn.shared_experts."};

inline constexpr integer chosen_ratio = 4;  // whose entries overlap, and are chosen by an indexer
inline constexpr integer heavy_ratio = 128;

inline integer number_of(const field_range& r, const fields& f, const char* key) {
  return f.whole(key, {static_cast<integer>(r.lowest), static_cast<integer>(r.highest)});
}

/// What all layers have in common.
inline compressed_attention read_compressed_attention(const fields& f) {
  using kind = compressed_attention;
  if (f.flag("attention_bias", false)) {
    f.refuse("attention_bias", "false: this family has no such biases");
  }
  (void)f.whole_or("num_key_value_heads", 1, {1, 1});
  kind a{};
  a.heads = f.whole("num_attention_heads", any_heads);
  a.head_dim = f.whole("head_dim", any_heads);
  (void)f.whole_or("qk_rope_head_dim", 64, {1, a.head_dim});  // a part of each head
  a.q_lora_rank = number_of(kind::query_range, f, "q_lora_rank");
  a.output_groups = f.whole("o_groups", any_heads);
  a.output_rank = number_of(kind::output_range, f, "o_lora_rank");
  a.window = number_of(kind::window_range, f, "sliding_window");
  if (a.heads % a.output_groups != 0) {
    f.refuse("o_groups", "a divisor of num_attention_heads (" + std::to_string(a.heads) + ")");
  }
  return a;
}

/// The same at a ratio.
inline compressed_attention at_ratio(const fields& f, compressed_attention a, integer ratio) {
  a.tokens_per_key = ratio;
  if (ratio != chosen_ratio) return a;
  a.overlapping = true;
  a.index_topk = f.whole("index_topk", any_length);
  a.index_heads = f.whole("index_n_heads", any_heads);
  a.index_head_dim = f.whole("index_head_dim", any_heads);
  return a;
}

/// One for each layer; a list may go on with those of prediction layers.
inline std::vector<integer> read_ratios(const fields& f, integer layers) {
  constexpr const char* key = "compress_ratios";
  const std::string allowed = "0, 4 or 128 for each layer (" + std::to_string(layers) + ")";
  std::vector<integer> ratios =
      f.whole_list(key, {0, heavy_ratio}, allowed).value_or(std::vector<integer>{});
  const integer more = f.whole_or("num_nextn_predict_layers", 0, field::mtp_layers);
  const auto given = static_cast<integer>(ratios.size());
  bool sound = given == layers || given == layers + more;
  for (const integer r : ratios) sound = sound && (r == 0 || r == chosen_ratio || r == heavy_ratio);
  if (!sound) f.refuse(key, allowed);
  ratios.resize(static_cast<std::size_t>(layers));
  return ratios;
}

/// Experts in every layer; the first choose theirs by the token, from a table that the score's
/// correction gives way to.
inline layer_stack read_deepseek_v4_layers(const fields& f, const family& known, integer,
                                           precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  const compressed_attention common = read_compressed_attention(f);
  const std::vector<integer> ratios = read_ratios(f, layers);
  const integer by_token = f.whole_or("num_hash_layers", 0, {0, layers});
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  if (by_token > 0) {
    f.note("num_hash_layers", "the tables of experts by token, 8 bytes an entry, are not counted");
  }
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    mixture_of_experts experts = blocks.experts;
    experts.correction_bias = i >= by_token;
    experts.even_shares = true;
    stack.append(1, {at_ratio(f, common, ratios[static_cast<std::size_t>(i)]), experts});
  }
  return stack;
}

/// No published checkpoint has experts in 16 bits: what only names their bits leaves out how they
/// are scaled, and what names nothing is read as it stands.
inline void check_deepseek_v4_formats(const fields& f, const model& m, const std::string& experts) {
  if (bits(m.weights[weight_class::routed_expert].element) < 16) return;  // by a second file
  constexpr const char* key = "quantization_config";
  if (experts == "fp4" || f.find("expert_dtype") != nullptr) {
    f.refuse(key, "an object, or the hf_quant_config.json beside the file: expert_dtype says " +
                      quoted({experts}) + " and not how it is scaled");
  } else {
    f.note(
        key,
        "missing; experts are read in the activations' 16 bits, where published ones have 8 or 4");
  }
}

/// Experts in MXFP4, multiplied by activations in fp8, unless another method than DeepSeek's says
/// what they are in; scales of all blocks are exponents of 8 bits.
inline void read_deepseek_v4_formats(const fields& f, model& m) {
  const std::string experts = f.choice("expert_dtype", {"fp8", "fp4"});
  const json* settings = f.object("quantization_config");
  if (settings == nullptr) return check_deepseek_v4_formats(f, m, experts);
  const fields quantised(*settings, f.path_of("quantization_config"), f.report());
  if (quantised.word("scale_fmt", "") == "ue8m0") {
    for (weight_format& format : m.weights.of) {
      if (format.element == precision::fp8) format.scale_bits = 8;
    }
  }
  if (experts != "fp4" || quantised.word("quant_method", "fp8") != "fp8") return;
  weight_format& routed = m.weights[weight_class::routed_expert];
  routed = formats::mxfp4;
  routed.math = precision::fp8;
}

}  // namespace detail

namespace families {

inline constexpr family deepseek_v4{
    .model_type = "deepseek_v4",
    .architecture = "DeepseekV4ForCausalLM",
    .layers = detail::read_deepseek_v4_layers,
    .feed_forwards = detail::read_deepseek,
    .own_formats = detail::read_deepseek_v4_formats,
    .shared_experts = 1,
    .topk_method = "noaux_tc",
    .prediction = prediction_rule::patterned,
    .names = &detail::deepseek_v4_names,
    .priced = {"index_topk", "index_n_heads", "compress_ratios", "hc_mult"}};

}  // namespace families

}  // namespace shardline::hf
