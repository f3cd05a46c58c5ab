// SPDX-License-Identifier: BSL-1.0
/// What is given in place of a config.json: what it is, and what to give; and Mistral's
/// params.json, read as the config.json that says the same.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "shardline/io/hf/parse.hpp"

namespace shardline::hf {

namespace detail {

// The first bytes of files that are no text of JSON.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 5> magics{
    {{"GGUF", "a GGUF of llama.cpp; allowed: the config.json of the model that it was made from"},
     {"\x1f\x8b", "compressed by gzip; allowed: the file as gunzip makes it"},
     {"PK\x03\x04", "a ZIP archive or a PyTorch checkpoint; allowed: the config.json in it"},
     {"\x89HDF", "an HDF5 file; allowed: the config.json of the model"},
     {"version https://git-lfs", "a pointer of Git LFS; allowed: the file that it stands for"}}};

/// A member that only another file of a repository has, and what that file is.
inline constexpr std::array<std::pair<const char*, std::string_view>, 14> other_members{
    {{"tokenizer_class", "a tokenizer_config.json"},
     {"added_tokens_decoder", "a tokenizer_config.json"},
     {"added_tokens", "a tokenizer.json"},
     {"weight_map", "an index of safetensors"},
     {"adapter_path", "the configuration of an adapter"},
     {"peft_type", "the configuration of an adapter"},
     {"image_processor_type", "a preprocessor_config.json"},
     {"_diffusers_version", "the configuration of a diffusion model"},
     {"do_sample", "a generation_config.json"},
     {"transformers_version", "a generation_config.json"},
     {"damp_percent", "a quantize_config.json of GPTQ"},
     {"pretrained_config", "the configuration of an engine of TensorRT-LLM"},
     {"mapping", "the configuration of a checkpoint of TensorRT-LLM"},
     {"schemaVersion", "a manifest of Ollama"}}};

// The keys of params.json that mean the same as those of config.json.
inline constexpr std::array<std::pair<const char*, const char*>, 8> params_keys{
    {{"dim", "hidden_size"},
     {"n_layers", "num_hidden_layers"},
     {"n_heads", "num_attention_heads"},
     {"n_kv_heads", "num_key_value_heads"},
     {"hidden_dim", "intermediate_size"},
     {"head_dim", "head_dim"},
     {"vocab_size", "vocab_size"},
     {"max_seq_len", "max_position_embeddings"}}};

// Keys of it that change neither shape nor cost.
inline constexpr std::array<std::string_view, 9> params_without_effect{
    "norm_eps", "rope_theta",      "use_biases",
    "causal",   "model_type",      "max_position_embeddings",
    "yarn",     "llama_4_scaling", "tied_embeddings"};

inline bool is_params(const json& document) {
  return !document.contains("model_type") && document.contains("dim") &&
         document.contains("n_layers") && document.contains("n_heads");
}

// Experts: {"num_experts": 8, "num_experts_per_tok": 2}.
inline void read_params_experts(const json& moe, json& config, diagnosis& d) {
  if (!moe.is_object()) return d.fail("$.moe: " + shown(moe) + "; allowed: an object");
  config["model_type"] = "mixtral";
  for (const auto& [key, value] : moe.items()) {
    if (key == "num_experts") {
      config["num_local_experts"] = value;
    } else if (key == "num_experts_per_tok") {
      config["num_experts_per_tok"] = value;
    } else {
      d.fail("$.moe." + printable(key) +
             ": not read; allowed: the config.json of the repository, which says it all");
    }
  }
}

}  // namespace detail

/// What a text is, and what to give in its place, where its first bytes say that it is no JSON.
[[nodiscard]] inline std::string_view other_file(std::string_view text) {
  for (const auto& [magic, what] : detail::magics) {
    if (text.starts_with(magic)) return what;
  }
  return {};
}

/// The same of a JSON object that is no model's configuration.
[[nodiscard]] inline std::string other_document(const json& document) {
  for (const char* key : {"model_type", "text_config", "thinker_config", "architectures"}) {
    if (document.contains(key)) return {};
  }
  for (const auto& [key, what] : detail::other_members) {
    if (document.contains(key)) {
      return std::string(what) + "; allowed: the config.json beside it";
    }
  }
  return {};
}

/// A config.json that says what a params.json does, as Mistral's own library reads it; the document
/// itself where it is none. Whatever else params.json says is refused, since it might change the
/// cost.
[[nodiscard]] inline json config_of(const json& document, diagnosis& d) {
  if (!detail::is_params(document)) return document;
  json config{{"model_type", "mistral"}, {"torch_dtype", "bfloat16"}, {"sliding_window", nullptr}};
  for (const auto& [key, value] : document.items()) {
    bool known = false;
    for (const auto& [own, same] : detail::params_keys) {
      if (key != own) continue;
      config[same] = value;
      known = true;
    }
    for (const std::string_view own : detail::params_without_effect) known = known || key == own;
    if (key == "sliding_window") {
      config[key] = value;
    } else if (key == "tied_embeddings") {
      config["tie_word_embeddings"] = value;
    } else if (key == "moe") {
      detail::read_params_experts(value, config, d);
    } else if (!known) {
      d.fail("$." + printable(key) +
             ": not read of a params.json; allowed: the config.json of the repository");
    }
  }
  d.notes.emplace_back("$: a params.json of Mistral's, read as the config.json that says the same");
  return config;
}

}  // namespace shardline::hf
