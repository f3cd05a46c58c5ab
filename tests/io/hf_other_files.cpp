// SPDX-License-Identifier: BSL-1.0
// What people give in place of a config.json.
#include "shardline/io/hf/other_files.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "hf_texts.hpp"

using namespace shardline;
using namespace hf_test;

TEST_CASE("a file that is none says what it is and what to give") {
  CHECK(refusal("GGUF\x03") ==
        "$: a GGUF of llama.cpp; allowed: the config.json of the model that it was made from");
  CHECK(refusal("\x1f\x8b\x08") == "$: compressed by gzip; allowed: the file as gunzip makes it");
  CHECK(contains(refusal("version https://git-lfs.github.com/spec/v1"), "a pointer of Git LFS"));
  CHECK(refusal(R"({"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>"})") ==
        "$: a tokenizer_config.json; allowed: the config.json beside it");
  CHECK(contains(refusal(R"({"metadata": {"total_size": 1}, "weight_map": {}})"),
                 "an index of safetensors"));
  CHECK(contains(refusal(R"({"peft_type": "LORA", "r": 16})"), "of an adapter"));
  CHECK(
      contains(refusal(R"({"do_sample": true, "eos_token_id": 2})"), "a generation_config.json;"));
  CHECK(
      contains(refusal(R"({"bits": 4, "damp_percent": 0.01})"), "a quantize_config.json of GPTQ"));
  CHECK(contains(refusal(R"({"architecture": "LlamaForCausalLM", "mapping": {"tp_size": 1}})"),
                 "a checkpoint of TensorRT-LLM"));
  CHECK(contains(refusal(R"({"schemaVersion": 2, "layers": []})"), "a manifest of Ollama"));
}

TEST_CASE("weights in MLX's formats are not taken for weights in 16 bits") {
  CHECK(contains(refusal(with(llama, R"("quantization": {"group_size": 64, "bits": 4})")),
                 "$.quantization: {\"bits\":4,\"group_size\":64}; allowed: null"));
  // Most write the same under the key of others.
  CHECK(contains(refusal(quantised_by(llama, R"("group_size": 64, "bits": 4, "mode": "affine")")),
                 "$.quantization_config.quant_method: missing; allowed: one that says how weights "
                 "are stored: bits and group_size alone are MLX's"));
}

TEST_CASE("Mistral's params.json is read as the config.json that says the same") {
  constexpr std::string_view params = R"({"dim": 64, "n_layers": 3, "n_heads": 4, "n_kv_heads": 2,
    "hidden_dim": 128, "head_dim": 16, "vocab_size": 1000, "norm_eps": 1e-05,
    "rope_theta": 1000000.0)";
  const std::string dense = std::string(params) + "}";
  const model m = imported(dense);
  CHECK(m == imported(R"({"model_type": "mistral", "torch_dtype": "bfloat16", "hidden_size": 64,
    "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
    "intermediate_size": 128, "vocab_size": 1000, "sliding_window": null})"));
  CHECK(notes(dense).size() >= 1);
  CHECK(contains(notes(dense)[0], "a params.json of Mistral's"));
  const model experts =
      imported(std::string(params) + R"(, "moe": {"num_experts": 8, "num_experts_per_tok": 2}})");
  CHECK(experts_at(experts, 0).experts == 8);
  CHECK(experts_at(experts, 0).experts_per_token == 2);
  CHECK(refusal(std::string(params) + R"(, "q_lora_rank": 16})") ==
        "$.q_lora_rank: not read of a params.json; allowed: the config.json of the repository");
}

TEST_CASE("a model_type that is nearly known is answered by the known one") {
  CHECK(contains(refusal(swapped(llama, "\"llama\"", "\"qwen3moe\"")),
                 "\"qwen3moe\" is not supported (did you mean qwen3_moe?); supported: llama"));
  CHECK(contains(refusal(swapped(llama, "\"llama\"", "\"unheard_of\"")),
                 "\"unheard_of\" is not supported; supp"));
}
