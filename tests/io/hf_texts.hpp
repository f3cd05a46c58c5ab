// SPDX-License-Identifier: BSL-1.0
// Small configurations, and how the tests of the importer read and change them.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "contains.hpp"
#include "shardline/io/hf_config.hpp"
#include "shardline/model/parameters.hpp"

namespace hf_test {

using namespace shardline;

// A small Llama: every key here has a meaning, and each test changes one.
inline constexpr std::string_view llama = R"({
  "model_type": "llama", "torch_dtype": "bfloat16", "hidden_size": 64, "vocab_size": 1000,
  "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
  "intermediate_size": 128, "max_position_embeddings": 2048})";

inline constexpr std::string_view qwen3_moe = R"({
  "model_type": "qwen3_moe", "torch_dtype": "bfloat16", "hidden_size": 64, "vocab_size": 1000,
  "num_hidden_layers": 6, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 32,
  "intermediate_size": 256, "moe_intermediate_size": 32, "num_experts": 8,
  "num_experts_per_tok": 2})";

inline constexpr std::string_view deepseek = R"({
  "model_type": "deepseek_v3", "torch_dtype": "bfloat16", "hidden_size": 64, "vocab_size": 1000,
  "num_hidden_layers": 6, "num_attention_heads": 4, "q_lora_rank": 24, "kv_lora_rank": 16,
  "qk_nope_head_dim": 8, "qk_rope_head_dim": 4, "v_head_dim": 8, "intermediate_size": 128,
  "first_k_dense_replace": 2, "n_routed_experts": 8, "n_shared_experts": 1,
  "num_experts_per_tok": 2, "moe_intermediate_size": 32})";

// `text` with `more`, the text of further members, put last.
inline std::string with(std::string_view text, std::string_view more) {
  std::string result(text.substr(0, text.rfind('}')));
  return result + ", " + std::string(more) + "}";
}

// `text` with `from` replaced by `to`.
inline std::string swapped(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  const std::size_t at = result.find(from);
  REQUIRE(at != std::string::npos);
  return result.replace(at, from.size(), to);
}

inline std::string quantised_by(std::string_view text, std::string_view settings) {
  return with(text, "\"quantization_config\": {" + std::string(settings) + "}");
}

inline model imported(std::string_view text, std::string_view second = {}) {
  const import_result result = import_hf_config(text, second);
  CAPTURE(result.error);
  REQUIRE(result.model.has_value());
  CHECK(result.error.empty());
  return *result.model;
}

inline std::string refusal(std::string_view text, std::string_view second = {}) {
  const import_result result = import_hf_config(text, second);
  CHECK(!result);
  CHECK(!result.error.empty());
  CHECK(result.error.find('\n') == std::string::npos);
  return result.error;
}

inline integer total(const model& m) { return parameters(m).total(); }
inline double cached(const model& m) { return kv_bytes_per_token(m).value(); }

// {"model_type": type, "architectures": [its class], "torch_dtype": "bfloat16", ...}
inline std::string text_of(std::string_view type, std::string_view its_class,
                           std::string_view rest) {
  return R"({"torch_dtype": "bfloat16", "model_type": ")" + std::string(type) +
         R"(", "architectures": [")" + std::string(its_class) + R"("], )" + std::string(rest) + "}";
}

inline const layer& layer_at(const model& m, integer i) {
  integer end = 0;
  for (const layer_run& run : m.layers.runs) {
    end += run.layers;
    if (i < end) return m.layers.kinds[run.kind];
  }
  REQUIRE(i < end);
  return m.layers.kinds[0];
}

inline grouped_query_attention attention_at(const model& m, integer i) {
  return std::get<grouped_query_attention>(layer_at(m, i).attention);
}

inline mixture_of_experts experts_at(const model& m, integer i) {
  return std::get<mixture_of_experts>(layer_at(m, i).feed_forward);
}

inline dense_feed_forward dense_at(const model& m, integer i) {
  return std::get<dense_feed_forward>(layer_at(m, i).feed_forward);
}

inline std::vector<integer> windows(const model& m) {
  std::vector<integer> result;
  for (integer i = 0; i < m.layers.size(); ++i) result.push_back(attention_at(m, i).window);
  return result;
}

inline std::vector<bool> sparse(const model& m) {
  std::vector<bool> result;
  for (integer i = 0; i < m.layers.size(); ++i) {
    result.push_back(std::holds_alternative<mixture_of_experts>(layer_at(m, i).feed_forward));
  }
  return result;
}

// The notes on importing `text`, which must succeed.
inline std::vector<std::string> notes(std::string_view text, std::string_view second = {}) {
  const import_result result = import_hf_config(text, second);
  CAPTURE(result.error);
  REQUIRE(result.model.has_value());
  return result.notes;
}

inline bool same_but_name(model a, const model& b) {
  a.name = b.name;
  return a == b;
}

}  // namespace hf_test
