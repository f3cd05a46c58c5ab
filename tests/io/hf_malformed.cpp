// SPDX-License-Identifier: BSL-1.0
// Malformed configurations, made from sound ones by rule: cut short at every byte, every value
// exchanged for values of other kinds and sizes, every key left out or given twice. tests/fuzz
// looks for what no rule makes.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "../fuzz/check_import.hpp"
#include "hf_texts.hpp"

using namespace hf_test;
using nlohmann::json;

namespace {

constexpr std::string_view hybrid = R"({
  "model_type": "qwen3_5_moe", "vision_config": {"depth": 27}, "tie_word_embeddings": false,
  "text_config": {"model_type": "qwen3_5_moe_text", "dtype": "bfloat16", "hidden_size": 64,
  "vocab_size": 1000, "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2,
  "head_dim": 32, "full_attention_interval": 4, "attn_output_gate": true,
  "linear_conv_kernel_dim": 4, "linear_key_head_dim": 16, "linear_num_key_heads": 2,
  "linear_num_value_heads": 4, "linear_value_head_dim": 16, "mamba_ssm_dtype": "float32",
  "moe_intermediate_size": 32, "num_experts": 8, "num_experts_per_tok": 2,
  "shared_expert_intermediate_size": 32, "mtp_num_hidden_layers": 1, "hidden_act": "silu"}})";

constexpr std::string_view hybrid_experts = R"({
  "model_type": "nemotron_h", "torch_dtype": "bfloat16", "hidden_size": 64, "vocab_size": 1000,
  "num_hidden_layers": 4, "hybrid_override_pattern": "M-M*", "num_attention_heads": 4,
  "num_key_value_heads": 2, "attention_head_dim": 16, "intermediate_size": 128,
  "mamba_num_heads": 8, "mamba_head_dim": 16, "n_groups": 2, "ssm_state_size": 16,
  "conv_kernel": 4, "use_bias": false, "use_conv_bias": true, "mlp_bias": false,
  "attention_bias": false, "mlp_hidden_act": "relu2"})";

constexpr std::string_view quantised_deepseek = R"({
  "model_type": "deepseek_v3", "torch_dtype": "bfloat16", "hidden_size": 256, "vocab_size": 1000,
  "num_hidden_layers": 3, "num_attention_heads": 4, "q_lora_rank": 128, "kv_lora_rank": 128,
  "qk_nope_head_dim": 64, "qk_rope_head_dim": 64, "v_head_dim": 64, "intermediate_size": 256,
  "first_k_dense_replace": 1, "n_routed_experts": 8, "num_experts_per_tok": 2,
  "moe_intermediate_size": 128, "num_nextn_predict_layers": 1, "quantization_config": {
  "quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic",
  "weight_block_size": [128, 128], "modules_to_not_convert": ["lm_head"]}})";

constexpr std::array<std::string_view, 6> sound{llama,  qwen3_moe,      deepseek,
                                                hybrid, hybrid_experts, quantised_deepseek};

// Other kinds, both signs, fractions, both ends of 64 bits and beyond, and text that would break a
// terminal.
const std::vector<json>& wrong_values() {
  static const std::vector<json> values{nullptr,
                                        true,
                                        -1,
                                        0,
                                        1,
                                        2.5,
                                        1e300,
                                        9223372036854775807,
                                        18446744073709551615ULL,
                                        "",
                                        "x\n\x1b[31m",
                                        json::array(),
                                        json::array({json::array({1, nullptr})}),
                                        json::object(),
                                        json::object({{"num_bits", 8}})};
  return values;
}

// Every place in a document, objects and arrays among them.
void places_of(const json& value, const json::json_pointer& here,
               std::vector<json::json_pointer>& places) {
  if (!here.empty()) places.push_back(here);
  if (value.is_object()) {
    for (const auto& member : value.items()) places_of(member.value(), here / member.key(), places);
  }
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) places_of(value[i], here / i, places);
  }
}

}  // namespace

TEST_CASE("the texts are sound before they are spoilt") {
  for (const std::string_view text : sound) {
    CAPTURE(text);
    CHECK(import_hf_config(text).model.has_value());
    CHECK(fuzz::answers_well(text));
  }
}

TEST_CASE("cut short at any byte, a configuration is refused at its place and byte") {
  for (const std::string_view text : sound) {
    for (std::size_t length = 0; length < text.size(); ++length) {
      CAPTURE(text.substr(0, length));
      const import_result r = import_hf_config(text.substr(0, length));
      CHECK(!r);
      CHECK(r.error.starts_with("$"));
      CHECK(contains(r.error, " (byte " + std::to_string(length) + " of "));
    }
  }
}

TEST_CASE("a number that no double holds is refused by its path") {
  CHECK(refusal(R"({"model_type": "llama", "hidden_size": 1e400})") ==
        "$.hidden_size: 1e400; allowed: a number between -1.8e+308 and 1.8e+308");
  CHECK(refusal(R"({"model_type": "llama", "rope_scaling": {"long_factor": [1.0, -1e999]}})") ==
        "$.rope_scaling.long_factor[1]: -1e999; allowed: a number between -1.8e+308 and 1.8e+308");
}

TEST_CASE("any value exchanged for another is answered by a model or by one line") {
  int tried = 0;
  int refused = 0;
  for (const std::string_view text : sound) {
    const json document = json::parse(text);
    std::vector<json::json_pointer> places;
    places_of(document, json::json_pointer(), places);
    for (const json::json_pointer& place : places) {
      for (const json& value : wrong_values()) {
        json spoilt = document;
        spoilt[place] = value;
        const std::string changed = spoilt.dump();
        CAPTURE(changed);
        CHECK(fuzz::answers_well(changed));
        const import_result r = import_hf_config(changed);
        // Whatever is refused is refused at a place.
        if (!r) CHECK(r.error.starts_with("$"));
        refused += r ? 0 : 1;
        ++tried;
      }
    }
  }
  CHECK(tried > 1500);
  CHECK(refused * 2 > tried);  // most values fit one key only
}

TEST_CASE("any key left out, or given twice, is answered by a model or by one line") {
  for (const std::string_view text : sound) {
    const json document = json::parse(text);
    for (const auto& member : document.items()) {
      json without = document;
      without.erase(member.key());
      CAPTURE(member.key());
      CHECK(fuzz::answers_well(without.dump()));
      const std::string again = with(text, "\"" + member.key() + "\": " + member.value().dump());
      CHECK(refusal(again) == "$." + member.key() + ": the key is given twice; allowed: once");
    }
  }
}
