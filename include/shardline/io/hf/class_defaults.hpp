// SPDX-License-Identifier: BSL-1.0
/// Sizes that a text_config leaves out because the configuration class of its model_type has them:
/// published models of images and sound do so, and their text models are then of those sizes.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "shardline/io/hf/parse.hpp"

namespace shardline::hf {

namespace detail {

struct class_sizes {
  std::string_view model_type{};
  integer hidden_size = 0;
  integer intermediate_size = 0;
  integer num_hidden_layers = 0;
  integer num_attention_heads = 0;
  integer vocab_size = 0;
};

// Source: configuration_<model_type>.py of huggingface/transformers (4.57).
inline constexpr std::array<class_sizes, 6> sizes_of_classes{
    {{"llama", 4096, 11008, 32, 32, 32000},
     {"mistral", 4096, 14336, 32, 32, 32000},
     {"qwen2", 4096, 22016, 32, 32, 151936},
     {"gemma", 3072, 24576, 28, 16, 256000},
     {"gemma2", 2304, 9216, 26, 8, 256000},
     {"phi3", 3072, 8192, 32, 32, 32064}}};

inline void complete(json& text, const char* key, integer size, const std::string& path,
                     diagnosis& d) {
  if (text.contains(key)) return;
  text[key] = size;
  d.notes.push_back(path + "." + key + ": missing; read as " + std::to_string(size) +
                    ", as its class does");
}

}  // namespace detail

/// The members of a text_config, completed by its class's sizes. Each is noted.
[[nodiscard]] inline json completed(json text, const std::string& path, diagnosis& d) {
  const auto type = text.find("model_type");
  for (const detail::class_sizes& known : detail::sizes_of_classes) {
    if (type == text.end() || *type != std::string(known.model_type)) continue;
    detail::complete(text, "hidden_size", known.hidden_size, path, d);
    detail::complete(text, "intermediate_size", known.intermediate_size, path, d);
    detail::complete(text, "num_hidden_layers", known.num_hidden_layers, path, d);
    detail::complete(text, "num_attention_heads", known.num_attention_heads, path, d);
    detail::complete(text, "vocab_size", known.vocab_size, path, d);
    break;
  }
  return text;
}

}  // namespace shardline::hf
