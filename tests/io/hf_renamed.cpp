// SPDX-License-Identifier: BSL-1.0
// Families whose mathematics is another's: by other names, or with a key of their own.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// Published values, as far as they have a meaning; totals of the safetensors files on
// huggingface.co, their vision parts taken off.
constexpr std::string_view qwen3_vl_8b = R"({"model_type": "qwen3_vl",
  "architectures": ["Qwen3VLForConditionalGeneration"], "tie_word_embeddings": false,
  "text_config": {"model_type": "qwen3_vl_text", "dtype": "bfloat16", "hidden_size": 4096,
  "vocab_size": 151936, "num_hidden_layers": 36, "num_attention_heads": 32,
  "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 12288, "attention_bias": false,
  "max_position_embeddings": 262144}})";

constexpr std::string_view qwen3_vl_30b = R"({"model_type": "qwen3_vl_moe",
  "architectures": ["Qwen3VLMoeForConditionalGeneration"], "tie_word_embeddings": false,
  "text_config": {"model_type": "qwen3_vl_moe_text", "dtype": "bfloat16", "hidden_size": 2048,
  "vocab_size": 151936, "num_hidden_layers": 48, "num_attention_heads": 32,
  "num_key_value_heads": 4, "head_dim": 128, "intermediate_size": 6144,
  "moe_intermediate_size": 768, "num_experts": 128, "num_experts_per_tok": 8,
  "decoder_sparse_step": 1, "mlp_only_layers": []}})";

constexpr std::string_view qwen2_5_vl_7b = R"({"model_type": "qwen2_5_vl",
  "architectures": ["Qwen2_5_VLForConditionalGeneration"], "torch_dtype": "bfloat16",
  "hidden_size": 3584, "vocab_size": 152064, "num_hidden_layers": 28, "num_attention_heads": 28,
  "num_key_value_heads": 4, "intermediate_size": 18944, "use_sliding_window": false,
  "sliding_window": 32768, "max_window_layers": 28, "tie_word_embeddings": false})";

constexpr std::string_view qwen2_5_vl_text = R"({"model_type": "qwen2_5_vl",
  "architectures": ["Qwen2_5_VLForConditionalGeneration"], "text_config":
  {"model_type": "qwen2_5_vl_text", "torch_dtype": "bfloat16",
  "architectures": ["Qwen2_5_VLForConditionalGeneration"], "hidden_size": 3584,
  "vocab_size": 152064, "num_hidden_layers": 28, "num_attention_heads": 28,
  "num_key_value_heads": 4, "intermediate_size": 18944}})";

constexpr std::string_view mimo_7b = R"({"model_type": "mimo", "torch_dtype": "bfloat16",
  "architectures": ["MiMoForCausalLM"], "hidden_size": 4096, "vocab_size": 151680,
  "num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128,
  "intermediate_size": 11008, "attention_bias": true, "num_nextn_predict_layers": 1,
  "use_sliding_window": false, "max_window_layers": 32, "tie_word_embeddings": false})";

constexpr std::string_view seed_oss_36b = R"({"model_type": "seed_oss",
  "architectures": ["SeedOssForCausalLM"], "torch_dtype": "bfloat16", "hidden_size": 5120,
  "vocab_size": 155136, "num_hidden_layers": 64, "num_attention_heads": 80,
  "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 27648, "attention_bias": true,
  "attention_out_bias": false, "tie_word_embeddings": false})";

// Ministral-3-8B: huggingface.co/mistralai/Ministral-3-8B-Base-2512.
constexpr std::string_view ministral_3_8b = R"({"model_type": "mistral3", "dtype": "bfloat16",
  "architectures": ["Mistral3ForConditionalGeneration"], "text_config":
  {"model_type": "ministral3", "hidden_size": 4096, "vocab_size": 131072,
  "num_hidden_layers": 34, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128,
  "intermediate_size": 14336, "sliding_window": null}})";

}  // namespace

TEST_CASE("Qwen3-VL's text models are Qwen3-8B and Qwen3-30B-A3B") {
  const model dense = imported(qwen3_vl_8b);
  CHECK(total(dense) == 8'190'735'360);
  CHECK(kv_bytes_per_token(dense).value() == 147456.0);
  const model m = imported(qwen3_vl_30b);
  CHECK(total(m) == 30'532'122'624);
  CHECK(kv_bytes_per_token(m).value() == 98304.0);
  // LLaVA-OneVision-1.5 8B has the same text model: Qwen3-8B's.
  std::string llava = swapped(qwen3_vl_8b, "\"qwen3_vl\"", "\"llavaonevision1_5\"");
  llava = swapped(llava, "Qwen3VLFor", "LLaVAOneVision1_5_For");
  llava = swapped(llava, "qwen3_vl_text", "LLaVAOneVision1_5_text");
  CHECK(same_but_name(imported(llava), dense));
}

TEST_CASE("Qwen2.5-VL: Qwen2.5-7B beside the vision tower or within text_config") {
  const model m = imported(qwen2_5_vl_7b);
  CHECK(total(m) == 7'615'616'512);
  CHECK(kv_bytes_per_token(m).value() == 57344.0);
  CHECK(attention_at(m, 0).qkv_bias);
  CHECK(imported(qwen2_5_vl_text) == m);
  CHECK(contains(refusal(swapped(qwen2_5_vl_text, "qwen2_5_vl_text", "qwen2")),
                 "allowed: \"qwen2_5_vl_text\""));
  std::string older = swapped(qwen2_5_vl_7b, "qwen2_5_vl", "qwen2_vl");
  older = swapped(older, "Qwen2_5_VLFor", "Qwen2VLFor");
  CHECK(same_but_name(imported(older), m));
}

TEST_CASE("MiMo-7B: Qwen2 with a prediction layer, 7,833,409,536 parameters in all") {
  const model m = imported(mimo_7b);
  CHECK(total(m) == 7'622'619'136);
  CHECK(mtp_parameters(m).total() == 7'833'409'536 - 7'622'619'136);
  CHECK(kv_bytes_per_token(m).value() == 147456.0);
}

TEST_CASE("Seed-OSS-36B: biases on the inputs, and on the output by a key of its own") {
  const model m = imported(seed_oss_36b);
  CHECK(total(m) == 36'151'104'512);
  CHECK(kv_bytes_per_token(m).value() == 262144.0);
  CHECK(attention_at(m, 0).qkv_bias);
  CHECK(!attention_at(m, 0).output_bias);
  const std::string biased =
      swapped(seed_oss_36b, R"("attention_out_bias": false)", R"("attention_out_bias": true)");
  CHECK(total(imported(biased)) == 36'151'104'512 + 64 * 5120);
}

TEST_CASE("Ministral 3 within mistral3, without a window; heads of 128 if nothing else is said") {
  const model m = imported(ministral_3_8b);
  const integer layer = 2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336 + 2 * 4096;
  CHECK(total(m) == 2 * 131072 * 4096 + 34 * layer + 4096);
  CHECK(kv_bytes_per_token(m).value() == 2.0 * 2.0 * 34.0 * 1024.0);
  CHECK(windows(m)[0] == 0);
  CHECK(imported(swapped(ministral_3_8b, R"("head_dim": 128,)", "")) == m);
  CHECK(contains(refusal(swapped(ministral_3_8b, "\"ministral3\"", "\"llama\"")),
                 R"(allowed: "mistral", "ministral3")"));
}

TEST_CASE("a text_config without model_type is read by its class, if one family has that") {
  const std::string nameless =
      swapped(llama, R"("model_type": "llama")", R"("architectures": ["LlamaForCausalLM"])");
  const std::string text = R"({"model_type": "llava", "text_config": )" + nameless + "}";
  CHECK(imported(text) == imported(llama));
  CHECK(notes(text)[0] ==
        "$.text_config.model_type: missing; read as \"llama\", whose class is "
        "\"LlamaForCausalLM\"");
  CHECK(contains(refusal(swapped(text, "LlamaForCausalLM", "LlamaModel")),
                 "$.text_config.model_type: missing"));
  // DeepSeek-V3 and Kimi-K2 have one class.
  CHECK(contains(refusal(swapped(text, "LlamaForCausalLM", "DeepseekV3ForCausalLM")),
                 "$.text_config.model_type: missing"));
}

TEST_CASE("Qwen3-Omni: the text model of its thinker, Qwen3-30B-A3B with 128 tokens more") {
  std::string thinker =
      swapped(swapped(qwen3_vl_30b, "\"qwen3_vl_moe\"", "\"qwen3_omni_moe_thinker\""),
              "qwen3_vl_moe_text", "qwen3_omni_moe_text");
  thinker =
      swapped(swapped(thinker, "151936", "152064"), "Qwen3VLMoeFor", "Qwen3OmniMoeThinkerFor");
  const std::string text = R"({"model_type": "qwen3_omni_moe", "architectures":
    ["Qwen3OmniMoeForConditionalGeneration"], "talker_config": {}, "thinker_config": )" +
                           thinker + "}";
  CHECK(total(imported(text)) == 30'532'122'624 + 2 * 128 * 2048);
  CHECK(notes(text)[0] == "$.talker_config: the model that speaks is not priced");
  CHECK(contains(refusal(with(text, R"("quantization_config": {"quant_method": "fp8"})")),
                 "$.quantization_config: "));
  CHECK(contains(refusal(swapped(text, "152064", "0")),
                 "$.thinker_config.text_config.vocab_size: 0"));
  CHECK(contains(refusal(swapped(text, "\"qwen3_omni_moe\"", "\"qwen9_omni\"")),
                 "$.model_type: \"qwen9_omni\"; allowed: \"qwen3_omni_moe\""));
}
