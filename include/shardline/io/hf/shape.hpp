/// config.json to a model's shape: its layers in order, and the whole.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/io/hf/blocks/feed_forward.hpp"
#include "shardline/io/hf/blocks/recurrence.hpp"
#include "shardline/io/hf/blocks/windows.hpp"
#include "shardline/io/hf/source.hpp"
#include "shardline/io/hf/unpriced.hpp"
#include "shardline/model/model.hpp"

namespace shardline::hf {

namespace detail {

inline const char* layers_key(const fields& f) {
  return f.name_of({"num_hidden_layers", "n_layer"});
}

/// Layers whose mixers differ in what they see.
inline layer_stack read_seeing_layers(const fields& f, const family& known, count hidden,
                                      precision own, count layers) {
  grouped_query_attention attention = read_grouped_attention(f, known, hidden);
  linear_attention linear{};
  if (known.mixer == mixer_rule::hybrid) linear = read_linear_attention(f, own);
  const std::vector<sight> sights = read_sights(f, known, layers);
  const feed_forwards blocks = read_feed_forwards(f, known, layers);
  layer_stack stack;
  for (count i = 0; i < layers; ++i) {
    const sight& seen = sights[static_cast<std::size_t>(i)];
    attention.window = seen.window;
    attention.chunked = seen.chunked;
    stack.append(1, {seen.linear ? attention_kind(linear) : attention_kind(attention), blocks.of(i),
                     known.form});
  }
  return stack;
}

/// Layers that all have the same mixer.
inline layer_stack read_equal_layers(const fields& f, const family& known, count hidden,
                                     count layers) {
  for (const std::string& type : f.words("layer_types")) {
    if (type != "full_attention") f.refuse("layer_types", quoted({"full_attention"}) + " alone");
  }
  layer_form form = known.form;
  attention_kind attention;
  if (known.mixer == mixer_rule::latent) {
    attention = read_latent_attention(f);
  } else if (known.mixer == mixer_rule::falcon) {
    attention = read_falcon_attention(f, hidden);
    form = read_falcon_form(f);
  } else {
    attention = read_multi_head_attention(f, hidden);
  }
  const feed_forwards blocks = read_feed_forwards(f, known, layers);
  layer_stack stack;
  for (count i = 0; i < layers; ++i) stack.append(1, {attention, blocks.of(i), form});
  return stack;
}

/// One layer of Nemotron-H, by its letter: M a mixer, * attention, - a dense block, E experts.
inline layer layer_of_letter(const fields& f, const family& known, count hidden, precision own,
                             char letter) {
  if (letter == 'M') return {read_nemotron_mixer(f, own), no_feed_forward{}};
  if (letter == '*') return {read_grouped_attention(f, known, hidden), no_feed_forward{}};
  if (letter == '-') return {no_attention{}, read_nemotron_dense(f)};
  return {no_attention{}, read_nemotron_experts(f)};
}

struct letter_name {
  char letter;
  std::string_view name;
};
/// The same letters as `layers_block_type` spells them, in both of its spellings.
inline constexpr std::array<letter_name, 6> letter_names{{{'M', "mamba"},
                                                          {'M', "linear_attention"},
                                                          {'*', "attention"},
                                                          {'*', "full_attention"},
                                                          {'-', "mlp"},
                                                          {'E', "moe"}}};

inline std::string spelled_pattern(const fields& f, const char* key) {
  std::string pattern;
  for (const std::string& type : f.words(key)) {
    const std::size_t before = pattern.size();
    for (const letter_name& known : letter_names) {
      if (type == known.name) pattern += known.letter;
    }
    if (pattern.size() > before) continue;
    f.report().fail(f.path_of(key) + "[" + std::to_string(before) +
                    "]: " + quoted({printable(type)}) +
                    "; allowed: " + quoted({"mamba", "attention", "mlp", "moe"}));
    return {};
  }
  return pattern;
}

/// The letters of hybrid_override_pattern, or those of layers_block_type in its place.
inline std::string read_pattern(const fields& f) {
  const char* key = f.find("layers_block_type") != nullptr ? "layers_block_type" : "layer_types";
  if (f.find(key) != nullptr) return spelled_pattern(f, key);
  key = "hybrid_override_pattern";
  std::string pattern = f.word(key, "");
  if (pattern.empty()) f.refuse(key, R"(one of "M", "*", "-", "E" for each layer)");
  const std::size_t wrong = pattern.find_first_not_of("M*-E");
  if (wrong != std::string::npos) {
    f.report().fail(f.path_of(key) + "[" + std::to_string(wrong) +
                    "]: " + quoted({printable(pattern.substr(wrong, 1))}) +
                    "; allowed: " + quoted({"M", "*", "-", "E"}));
    return {};
  }
  return pattern;
}

inline layer_stack read_pattern_layers(const fields& f, const family& known, count hidden,
                                       precision own) {
  if (f.find("sliding_window") != nullptr) {
    f.refuse("sliding_window", "null: this family has no windows");
  }
  constexpr std::string_view letters = "M*-E";
  const std::string pattern = read_pattern(f);
  std::array<layer, letters.size()> layers{};
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (pattern.find(letters[i]) == std::string::npos) continue;
    layers[i] = layer_of_letter(f, known, hidden, own, letters[i]);
  }
  layer_stack stack;
  for (const char letter : pattern) stack.append(1, layers[letters.find(letter)]);
  const auto number = static_cast<count>(pattern.size());
  if (number < any_layers.least || number > any_layers.most) {
    f.report().fail(f.path() + ": a pattern of " + std::to_string(number) +
                    " layers; allowed:" + any_layers.text(""));
  }
  if (f.whole_or("num_hidden_layers", number, any_layers) != number) {
    f.refuse("num_hidden_layers", std::to_string(number) + ", the layers of the pattern");
  }
  return stack;
}

inline layer_stack read_mamba_layers(const fields& f, count hidden, precision own) {
  layer_stack stack;
  stack.append(f.whole(layers_key(f), any_layers),
               {read_mamba2_mixer(f, hidden, own), no_feed_forward{}});
  return stack;
}

inline layer_stack read_layers(const fields& f, const family& known, count hidden, precision own) {
  if (known.mixer == mixer_rule::pattern) return read_pattern_layers(f, known, hidden, own);
  if (known.mixer == mixer_rule::mamba) return read_mamba_layers(f, hidden, own);
  const count layers = f.whole(layers_key(f), any_layers);
  const bool seeing = known.mixer == mixer_rule::grouped || known.mixer == mixer_rule::hybrid;
  return seeing ? read_seeing_layers(f, known, hidden, own, layers)
                : read_equal_layers(f, known, hidden, layers);
}

// MiniMax counts modules, and use_mtp says whether there are any.
inline const char* mtp_key(const fields& f) {
  if (f.flag("use_mtp", false)) return "num_mtp_modules";
  return f.name_of({"num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_layers"});
}

/// Layers that only speculation loads. Nemotron-H's follow a pattern of their own, which a model
/// cannot hold.
inline count read_mtp_layers(const fields& f, const family& known) {
  const char* key = mtp_key(f);
  const count layers = f.whole_or(key, 0, field::mtp_layers);
  (void)f.whole_or("mtp_transformer_layers", 1, {1, 1});
  if (layers == 0) return 0;
  const std::string found = std::to_string(layers) + " multi-token-prediction layers are ";
  if (known.mixer == mixer_rule::pattern) {
    f.note(key, found + "neither counted nor loaded: they follow a pattern of their own");
    return 0;
  }
  f.note(key, found + "counted apart and not loaded");
  if (f.flag("mtp_use_dedicated_embeddings", false)) {
    f.note("mtp_use_dedicated_embeddings", "true; these embeddings are not counted");
  }
  return layers;
}

inline count read_vocabulary(const fields& f, const family& known) {
  constexpr range any_vocabulary = above_0(field::vocab_size);
  if (known.vocab_size == 0) return f.whole("vocab_size", any_vocabulary);
  return f.whole_or_noted("vocab_size", known.vocab_size, any_vocabulary);
}

inline count read_context(const fields& f, const family& known) {
  const char* key = f.name_of({"max_position_embeddings", "n_positions", "seq_length"});
  if (known.context == 0) return f.whole_or(key, 0, any_length);
  return f.whole_or_noted(key, known.context, any_length);
}

/// GPT-2 learns its positions, so their number is a size.
inline count read_positions(const fields& f, const family& known) {
  if (known.names != naming::gpt2) return 0;
  return f.whole(f.name_of({"n_positions", "max_position_embeddings"}), any_length);
}

}  // namespace detail

/// The shape that the source describes, weights, activations and KV cache in `own`. After a fault
/// the result means nothing.
[[nodiscard]] inline model read_shape(const source& s, const family& known, const model& own) {
  const fields& f = s.text;
  check_unpriced(f, known);
  detail::check_activation(f, known.activation);
  model m = own;
  const wrapper* around = wrapper_of(s.whole.word("model_type", ""));
  m.name = around == nullptr ? known.model_type : around->model_type;
  m.hidden_size = detail::read_hidden_size(f);
  m.vocab_size = detail::read_vocabulary(f, known);
  m.tied_embeddings = read_tied(s, known);
  m.norm_bias = known.norm_bias;
  m.embedding_norm = known.embedding_norm;
  m.positions = detail::read_positions(f, known);
  m.max_context = detail::read_context(f, known);
  m.layers = detail::read_layers(f, known, m.hidden_size, own.activations);
  if (m.layers.runs.overflowed || m.layers.kinds.overflowed) {
    f.refuse(detail::layers_key(f),
             "layers that change kind at most " + std::to_string(max_layer_runs - 1) + " times");
  }
  m.mtp_layers = detail::read_mtp_layers(f, known);
  note_encoders(s);
  if (!s.report().failed()) note_unread(f);
  return m;
}

}  // namespace shardline::hf
