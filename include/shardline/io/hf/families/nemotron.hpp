// SPDX-License-Identifier: BSL-1.0
/// Nemotron-H: layers of one half each, by a pattern of letters.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

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
    .shared = "mixer.shared_experts.",
    .latent = "mixer.",
    .latents = {"fc1_latent_proj", "fc2_latent_proj"}};

/// Nemotron-H, whose class keeps the state in fp32. Of `use_bias` and `mamba_proj_bias` some
/// releases read one and some the other.
inline state_space read_nemotron_mixer(const fields& f, precision own) {
  state_space s{};
  s.heads = f.whole("mamba_num_heads", any_heads);
  s.head_dim = f.whole("mamba_head_dim", any_heads);
  s.groups = f.whole(f.name_of({"n_groups", "mamba_n_groups"}), any_heads);
  s.state_size = f.whole("ssm_state_size", any_heads);
  s.conv_kernel = f.whole_or(f.name_of({"conv_kernel", "mamba_d_conv"}), 4, any_kernel);
  s.conv_bias = f.flag(f.name_of({"use_conv_bias", "mamba_conv_bias"}), true);
  s.projection_bias = f.flag(f.name_of({"use_bias", "mamba_proj_bias"}), false);
  s.state = read_state_type(f, precision::fp32, own);
  (void)f.choice("mamba_hidden_act", {"silu"});
  check_groups(f, s);
  return s;
}

/// Nemotron-H: two matrices, squared ReLU, one shared expert of its own width; in Nemotron 3 Super
/// and Ultra routed experts work in a narrower space.
inline mixture_of_experts read_nemotron_experts(const fields& f) {
  mixture_of_experts moe = read_experts(f, f.name_of({"n_routed_experts", "num_local_experts"}),
                                        "moe_intermediate_size");
  moe.gated = false;
  moe.shared_experts = f.whole_or("n_shared_experts", 1, {1, 1});
  moe.shared_width = f.whole("moe_shared_expert_intermediate_size", any_width);
  moe.correction_bias = true;
  moe.latent_width = f.whole_or("moe_latent_size", 0, {0, any_width.most});
  if (f.flag("mlp_bias", false)) f.refuse("mlp_bias", "false: biases of experts are not priced");
  return moe;
}

inline dense_feed_forward read_nemotron_dense(const fields& f) {
  return {f.whole("intermediate_size", any_width), false, f.flag("mlp_bias", false)};
}

/// One layer of Nemotron-H, by its letter: M a mixer, * attention, - a dense block, E experts.
inline layer layer_of_letter(const fields& f, const family& known, integer hidden, precision own,
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

inline layer_stack read_pattern_layers(const fields& f, const family& known, integer hidden,
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
  const auto number = static_cast<integer>(pattern.size());
  if (number < any_layers.least || number > any_layers.most) {
    f.report().fail(f.path() + ": a pattern of " + std::to_string(number) +
                    " layers; allowed:" + any_layers.text(""));
  }
  if (f.whole_or("num_hidden_layers", number, any_layers) != number) {
    f.refuse("num_hidden_layers", std::to_string(number) + ", the layers of the pattern");
  }
  return stack;
}

/// The experts of one layer: what its own object does not say is the model's.
inline mixture_of_experts read_puzzle_experts(const fields& f, const json& block,
                                              const std::string& path) {
  json members = f.members();
  members.update(block);
  const fields of(members, path, f.report());
  mixture_of_experts experts = read_nemotron_experts(of);
  for (const auto& [key, value] : f.members().items()) {
    if (of.was_read(key)) (void)f.find(key.c_str());
  }
  return experts;
}

/// Layers of experts that differ in width and in how many a token takes: an object for each layer
/// says its own (Nemotron 3, after a search by puzzle pieces).
inline layer_stack read_puzzle_layers(const fields& f, const family& known, integer hidden,
                                      precision own) {
  constexpr const char* key = "block_configs";
  layer_stack stack;
  const json* blocks = f.find(key);
  if (blocks == nullptr || !blocks->is_array() || blocks->empty() ||
      static_cast<integer>(blocks->size()) > any_layers.most) {
    f.refuse(key, "an object for each layer");
    return stack;
  }
  const auto number = static_cast<integer>(blocks->size());
  (void)f.whole_or("num_hidden_layers", number, {number, number});
  std::array<std::optional<layer>, 128> known_layers{};  // by letter
  for (std::size_t i = 0; i < blocks->size() && !f.report().failed(); ++i) {
    const std::string path = f.path_of(key) + "[" + std::to_string(i) + "]";
    const json empty = json::object();
    const json& block = (*blocks)[i].is_object() ? (*blocks)[i] : empty;
    const std::string type = fields(block, path, f.report())
                                 .choice("block_type", {"", "moe", "mamba", "attention", "mlp"});
    if (type.empty()) f.refuse(key, "an object with a block_type for each layer");
    char letter = 'E';
    for (const letter_name& name : letter_names) {
      if (type == name.name) letter = name.letter;
    }
    std::optional<layer>& alike = known_layers[static_cast<std::size_t>(letter)];
    if (letter == 'E') alike = layer{no_attention{}, read_puzzle_experts(f, block, path)};
    if (!alike) alike = layer_of_letter(f, known, hidden, own, letter);
    stack.append(1, *alike);
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family nemotron_h{.model_type = "nemotron_h",
                                   .architecture = "NemotronHForCausalLM",
                                   .layers = detail::read_pattern_layers,
                                   .kv_heads = 8,
                                   .head_dim = 128,
                                   .bias = bias_rule::stated,
                                   .mlp_bias = true,
                                   .activation = activation_rule::relu2,
                                   .prediction = prediction_rule::patterned,
                                   .names = &detail::nemotron_names,
                                   .priced = {"moe_latent_size"}};

constexpr family make_nemotron_h_puzzle() noexcept {
  family f = renamed(nemotron_h, "nemotron_h_puzzle", "NemotronHPuzzleForCausalLM");
  f.layers = detail::read_puzzle_layers;
  f.priced = {"moe_latent_size", "block_configs"};
  return f;
}
inline constexpr family nemotron_h_puzzle = make_nemotron_h_puzzle();

}  // namespace families

}  // namespace shardline::hf
