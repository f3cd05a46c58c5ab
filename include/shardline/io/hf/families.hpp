/// The transformer families that the importer knows: what each key of config.json means for a
/// model's shape, and what a missing key stands for.
///
/// Defaults are those of the configuration classes of huggingface/transformers (4.57), cited per
/// row of the table below. Keys whose class default is only a placeholder for a particular size
/// (hidden_size, num_hidden_layers, ...) are required.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/describe/model.hpp"
#include "shardline/io/hf/reader.hpp"

namespace shardline::hf {

/// Which layers see a window only, where `layer_types` does not say.
enum class window_rule : unsigned char {
  none,
  every_layer,   // Mistral, Mixtral
  later_layers,  // Qwen: from max_window_layers on, if use_sliding_window
  alternating    // gpt-oss: the first, the third, ...
};

enum class feed_forward_rule : unsigned char { dense, mixtral, qwen_moe, deepseek, gpt_oss };
enum class bias_rule : unsigned char { none, qkv, stated };

/// One supported model_type.
///   kv_heads, head_dim, window, max_window_layers   if the key is missing; kv_heads 0: as many as
///                   heads; head_dim 0: hidden_size / heads; window 0: none
///   bias            qkv: always on the three inputs; stated: `attention_bias`, on all four
///   attention_bias  if that key is missing
struct family {
  std::string_view model_type;
  std::string_view architecture;
  count kv_heads;
  count head_dim;
  bias_rule bias;
  bool attention_bias;
  bool qk_norm;
  bool sinks;
  window_rule windows;
  count window;
  count max_window_layers;
  feed_forward_rule feed_forward;
};

// clang-format off
/// Source: configuration_<model_type>.py and modeling_<model_type>.py in huggingface/transformers.
inline constexpr std::array<family, 8> families{{
    {"llama", "LlamaForCausalLM", 0, 0, bias_rule::stated, false, false, false,
     window_rule::none, 0, 0, feed_forward_rule::dense},
    {"mistral", "MistralForCausalLM", 8, 0, bias_rule::none, false, false, false,
     window_rule::every_layer, 4096, 0, feed_forward_rule::dense},
    {"mixtral", "MixtralForCausalLM", 8, 0, bias_rule::none, false, false, false,
     window_rule::every_layer, 0, 0, feed_forward_rule::mixtral},
    {"qwen2", "Qwen2ForCausalLM", 32, 0, bias_rule::qkv, false, false, false,
     window_rule::later_layers, 4096, 28, feed_forward_rule::dense},
    {"qwen3", "Qwen3ForCausalLM", 32, 128, bias_rule::stated, false, true, false,
     window_rule::later_layers, 4096, 28, feed_forward_rule::dense},
    {"qwen3_moe", "Qwen3MoeForCausalLM", 4, 0, bias_rule::stated, false, true, false,
     window_rule::later_layers, 4096, 0, feed_forward_rule::qwen_moe},
    {"deepseek_v3", "DeepseekV3ForCausalLM", 0, 0, bias_rule::none, false, false, false,
     window_rule::none, 0, 0, feed_forward_rule::deepseek},
    {"gpt_oss", "GptOssForCausalLM", 8, 64, bias_rule::stated, true, false, true,
     window_rule::alternating, 128, 0, feed_forward_rule::gpt_oss},
}};
// clang-format on

/// The family that `model_type` names; null and a fault if it is not supported.
[[nodiscard]] inline const family* find_family(const fields& f) {
  const std::string model_type = f.word("model_type", "");
  std::string supported;
  for (const family& known : families) {
    if (known.model_type == model_type) return &known;
    supported += (supported.empty() ? "" : ", ") + std::string(known.model_type);
  }
  const json* found = f.find("model_type");
  f.report().fail(
      "$.model_type: " + (found == nullptr ? "missing" : shown(*found) + " is not supported") +
      "; supported: " + supported);
  return nullptr;
}

namespace detail {

inline constexpr range any_size{0, 1000000};
inline constexpr range any_layers{1, 1000};
inline constexpr range any_length{1, 1000000000};

/// A checkpoint of the family with another head (classification, embedding, drafting) is no
/// generator and has other weights.
inline void check_architecture(const fields& f, const family& known) {
  const std::vector<std::string> names = f.words("architectures");
  for (const std::string& name : names) {
    if (name == known.architecture) return;
  }
  if (!names.empty()) f.refuse("architectures", quoted({known.architecture}));
}

/// Keys that change what is computed in a way that nothing here prices.
inline void check_unpriced(const fields& f, const family& known) {
  for (const char* key : {"text_config", "vision_config", "audio_config", "index_topk",
                          "dual_chunk_attention_config", "attention_chunk_size"}) {
    if (f.find(key) != nullptr) f.refuse(key, "null: it changes the model in a way not priced");
  }
  (void)f.choice("hidden_act", {"silu", "swish"});
  if (known.feed_forward == feed_forward_rule::deepseek && f.flag("attention_bias", false)) {
    f.refuse("attention_bias", "false: biases of latent attention are not priced");
  }
}

inline count read_head_dim(const fields& f, const family& known, count hidden, count heads) {
  if (f.find("head_dim") != nullptr) return f.whole("head_dim");
  if (f.absent("head_dim") && known.head_dim > 0) return known.head_dim;
  if (hidden % heads != 0) {
    f.refuse("hidden_size", "a multiple of num_attention_heads (" + std::to_string(heads) +
                                "), since head_dim is missing");
  }
  return hidden / heads;
}

inline grouped_query_attention read_grouped_attention(const fields& f, const family& known,
                                                      count hidden) {
  grouped_query_attention a{};
  a.heads = f.whole("num_attention_heads");
  a.kv_heads = f.whole_or("num_key_value_heads", known.kv_heads == 0 ? a.heads : known.kv_heads,
                          a.heads, range{});
  if (a.heads % a.kv_heads != 0) {
    f.refuse("num_key_value_heads",
             "a divisor of num_attention_heads (" + std::to_string(a.heads) + ")");
  }
  a.head_dim = read_head_dim(f, known, hidden, a.heads);
  const bool stated =
      known.bias == bias_rule::stated && f.flag("attention_bias", known.attention_bias);
  a.qkv_bias = stated || known.bias == bias_rule::qkv;
  a.output_bias = stated;
  a.qk_norm = known.qk_norm;
  a.sinks = known.sinks;
  return a;
}

inline latent_attention read_latent_attention(const fields& f) {
  latent_attention a{};
  a.heads = f.whole("num_attention_heads");
  a.q_lora_rank = f.whole_or("q_lora_rank", 1536, 0, any_size);
  a.kv_lora_rank = f.whole("kv_lora_rank");
  a.qk_nope_head_dim = f.whole("qk_nope_head_dim");
  a.qk_rope_head_dim = f.whole("qk_rope_head_dim");
  a.v_head_dim = f.whole("v_head_dim");
  return a;
}

/// The window of those layers that have one; 0 if none has.
inline count read_window(const fields& f, const family& known) {
  const bool off =
      known.windows == window_rule::later_layers && !f.flag("use_sliding_window", false);
  return off ? 0 : f.whole_or("sliding_window", known.window, 0, any_length);
}

inline std::vector<count> stated_windows(const fields& f, count window, count layers) {
  const std::vector<std::string> types = f.words("layer_types");
  std::vector<count> result;
  for (const std::string& type : types) {
    const bool sliding = type == "sliding_attention";
    if (!sliding && type != "full_attention") {
      f.report().fail("$.layer_types[" + std::to_string(result.size()) +
                      "]: " + quoted({printable(type)}) +
                      "; allowed: " + quoted({"full_attention", "sliding_attention"}));
    }
    if (sliding && window == 0) f.refuse("sliding_window", "the window that layer_types calls for");
    result.push_back(sliding ? window : 0);
  }
  if (static_cast<count>(types.size()) != layers) {
    f.report().fail("$.layer_types: " + std::to_string(types.size()) +
                    " entries; allowed: one per layer (" + std::to_string(layers) + ")");
  }
  result.resize(static_cast<std::size_t>(layers));
  return result;
}

/// The window of each layer, 0 where it sees everything.
inline std::vector<count> read_windows(const fields& f, const family& known, count layers) {
  const count window = read_window(f, known);
  if (f.find("layer_types") != nullptr) return stated_windows(f, window, layers);
  const count first_later = f.whole_or("max_window_layers", known.max_window_layers, any_size);
  std::vector<count> result(static_cast<std::size_t>(layers));
  for (count i = 0; i < layers; ++i) {
    const bool has_window = known.windows == window_rule::every_layer ||
                            (known.windows == window_rule::later_layers && i >= first_later) ||
                            (known.windows == window_rule::alternating && i % 2 == 0);
    if (has_window) result[static_cast<std::size_t>(i)] = window;
  }
  return result;
}

}  // namespace detail

}  // namespace shardline::hf
