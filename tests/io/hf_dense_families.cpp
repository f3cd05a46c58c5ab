// SPDX-License-Identifier: BSL-1.0
// Families without experts beside Llama's: where their norms stand, what their layers see.
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
// huggingface.co.
constexpr std::string_view olmo_3_7b = R"({"model_type": "olmo3", "torch_dtype": "bfloat16",
  "architectures": ["Olmo3ForCausalLM"], "hidden_size": 4096, "vocab_size": 100278,
  "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32,
  "intermediate_size": 11008, "sliding_window": 4096, "attention_bias": false,
  "max_position_embeddings": 8192, "tie_word_embeddings": false})";

constexpr std::string_view olmo_3_32b = R"({"model_type": "olmo3", "torch_dtype": "bfloat16",
  "architectures": ["Olmo3ForCausalLM"], "hidden_size": 5120, "vocab_size": 100278,
  "num_hidden_layers": 64, "num_attention_heads": 40, "num_key_value_heads": 8,
  "intermediate_size": 27648, "sliding_window": 4096, "attention_bias": false,
  "max_position_embeddings": 8192, "tie_word_embeddings": false})";

constexpr std::string_view smollm3_3b = R"({"model_type": "smollm3", "torch_dtype": "bfloat16",
  "architectures": ["SmolLM3ForCausalLM"], "hidden_size": 2048, "vocab_size": 128256,
  "num_hidden_layers": 36, "num_attention_heads": 16, "num_key_value_heads": 4,
  "intermediate_size": 11008, "attention_bias": false, "mlp_bias": false,
  "max_window_layers": 28, "no_rope_layer_interval": 4, "sliding_window": null,
  "use_sliding_window": false})";

constexpr std::string_view command_r7b = R"({"model_type": "cohere2", "torch_dtype": "bfloat16",
  "architectures": ["Cohere2ForCausalLM"], "hidden_size": 4096, "vocab_size": 256000,
  "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128,
  "intermediate_size": 14336, "sliding_window": 4096, "sliding_window_pattern": 4,
  "attention_bias": false})";

constexpr std::string_view gemma_7b = R"({"model_type": "gemma", "torch_dtype": "bfloat16",
  "architectures": ["GemmaForCausalLM"], "hidden_size": 3072, "vocab_size": 256000,
  "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 16,
  "head_dim": 256, "intermediate_size": 24576, "hidden_act": "gelu"})";

constexpr std::string_view opt_125m = R"({"model_type": "opt", "torch_dtype": "float16",
  "architectures": ["OPTForCausalLM"], "hidden_size": 768, "vocab_size": 50272,
  "num_hidden_layers": 12, "num_attention_heads": 12, "ffn_dim": 3072,
  "word_embed_proj_dim": 768, "do_layer_norm_before": true, "activation_function": "relu",
  "max_position_embeddings": 2048})";

constexpr std::string_view pythia_6_9b = R"({"model_type": "gpt_neox", "torch_dtype": "float16",
  "architectures": ["GPTNeoXForCausalLM"], "hidden_size": 4096, "vocab_size": 50432,
  "num_hidden_layers": 32, "num_attention_heads": 32, "intermediate_size": 16384,
  "hidden_act": "gelu", "use_parallel_residual": true, "rotary_pct": 0.25,
  "max_position_embeddings": 2048, "tie_word_embeddings": false})";

}  // namespace

TEST_CASE("OLMo 3: one norm over all heads, every fourth layer sees everything") {
  const model m = imported(olmo_3_7b);
  CHECK(total(m) == 7'298'011'136);
  CHECK(kv_bytes_per_token(m).value() == 524288.0);
  CHECK(attention_at(m, 0).qk_norm == head_norm::all_heads);
  const std::vector<integer> seen = windows(m);
  CHECK(std::vector<integer>(seen.begin(), seen.begin() + 5) ==
        std::vector<integer>{4096, 4096, 4096, 0, 4096});
  const model wider = imported(olmo_3_32b);
  CHECK(total(wider) == 32'233'522'176);
  CHECK(kv_bytes_per_token(wider).value() == 262144.0);
}

TEST_CASE("OLMo 2 is OLMo 3 without windows") {
  const std::string older = swapped(swapped(olmo_3_7b, "olmo3", "olmo2"), "Olmo3", "Olmo2");
  const model m = imported(older);
  CHECK(total(m) == 7'298'011'136);
  CHECK(windows(m) == std::vector<integer>(32));
  // OLMo-2-1124-7B has 74 tokens more.
  CHECK(total(imported(swapped(older, "100278", "100352"))) == 7'298'617'344);
}

TEST_CASE("SmolLM3-3B: a tied Llama whose window must say which layers have it") {
  const model m = imported(smollm3_3b);
  CHECK(total(m) == 3'075'098'624);
  CHECK(kv_bytes_per_token(m).value() == 36.0 * 2.0 * 2.0 * 512.0);
  CHECK(contains(refusal(swapped(smollm3_3b, R"("use_sliding_window": false)",
                                 R"("use_sliding_window": true)")),
                 "$.use_sliding_window: true"));
}

TEST_CASE("Command R7B: both blocks read one norm without a bias") {
  const model m = imported(command_r7b);
  const integer layer = 2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336 + 4096;
  CHECK(total(m) == 256000 * 4096 + 32 * layer + 4096);
  CHECK(total(m) == 8'028'033'024);
  CHECK(layer_at(m, 0).form == layer_form::parallel);
  CHECK(windows(m)[2] == 4096);
  CHECK(windows(m)[3] == 0);
  CHECK(imported(swapped(command_r7b, R"("sliding_window_pattern": 4,)", "")) == m);
}

TEST_CASE("Gemma 7B: no second norms, and gelu by either key") {
  const model m = imported(gemma_7b);
  CHECK(total(m) == 8'537'680'896);
  CHECK(kv_bytes_per_token(m).value() == 458752.0);
  CHECK(dense_at(m, 0).gated);
  CHECK(imported(with(gemma_7b, R"("hidden_activation": "gelu_pytorch_tanh")")) == m);
  CHECK(contains(refusal(with(gemma_7b, R"("hidden_activation": "relu")")),
                 "$.hidden_activation: \"relu\""));
}

TEST_CASE("OPT-350M: narrower rows of embedding and head, and no norm before it") {
  const model m = imported(R"({"model_type": "opt", "torch_dtype": "float16",
  "architectures": ["OPTForCausalLM"], "hidden_size": 1024, "vocab_size": 50272,
  "num_hidden_layers": 24, "num_attention_heads": 16, "ffn_dim": 4096,
  "word_embed_proj_dim": 512, "do_layer_norm_before": false, "_remove_final_layer_norm": false,
  "activation_function": "relu", "max_position_embeddings": 2048})");
  CHECK(total(m) == 331'196'416);  // as its page says
  CHECK(kv_bytes_per_token(m).value() == 24 * 2 * 1024 * 2.0);
  CHECK(imported(with(opt_125m, R"("_remove_final_layer_norm": true)")).no_last_norm);
  CHECK_FALSE(imported(opt_125m).no_last_norm);
  CHECK(imported(opt_125m).embedding_width == 0);
}

TEST_CASE("OPT-125M: two positions more than its context, and no other form of OPT") {
  const model m = imported(opt_125m);
  CHECK(total(m) == 125'239'296);
  CHECK(kv_bytes_per_token(m).value() == 36864.0);
  CHECK(m.positions == 2050);
  CHECK(m.max_context == 2048);
  CHECK(contains(refusal(with(opt_125m, R"("enable_bias": false)")), "$.enable_bias: false"));
}

TEST_CASE("Pythia-6.9B: blocks side by side with a norm each, or one after the other") {
  const model m = imported(pythia_6_9b);
  CHECK(total(m) == 6'857'302'016);
  CHECK(layer_at(m, 0).form == layer_form::parallel_two_norms);
  const model in_turn = imported(swapped(pythia_6_9b, R"("use_parallel_residual": true)",
                                         R"("use_parallel_residual": false)"));
  CHECK(layer_at(in_turn, 0).form == layer_form::sequential);
  CHECK(total(in_turn) == total(m));
  // Without biases of attention: three for the inputs and one for the output, 4096 each.
  CHECK(total(imported(with(pythia_6_9b, R"("attention_bias": false)"))) ==
        6'857'302'016 - 32 * 4 * 4096);
}
