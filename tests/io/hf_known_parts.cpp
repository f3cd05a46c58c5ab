// SPDX-License-Identifier: BSL-1.0
// Families of parts that are known: published values, and totals of the safetensors files on
// huggingface.co.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// `layers` entries, every `period`-th of them `last`.
std::string types(int layers, int period, std::string_view each, std::string_view last) {
  std::string list;
  for (int i = 1; i <= layers; ++i) {
    list += (i == 1 ? "\"" : ", \"") + std::string(i % period == 0 ? last : each) + "\"";
  }
  return R"("layer_types": [)" + list + "]";
}

const std::string exaone_4_32b = text_of("exaone4", "Exaone4ForCausalLM",
                                         R"("hidden_size": 5120, "num_hidden_layers": 64,
  "num_attention_heads": 40, "num_key_value_heads": 8, "head_dim": 128,
  "intermediate_size": 27392, "vocab_size": 102400, "sliding_window": 4096,
  "sliding_window_pattern": "LLLG", "tie_word_embeddings": false, )" +
                                             types(64, 4, "sliding_attention", "full_attention"));
const std::string exaone_3_5_7_8b =
    text_of("exaone", "ExaoneForCausalLM", R"("hidden_size": 4096, "num_layers": 32,
  "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336,
  "vocab_size": 102400, "activation_function": "silu", "tie_word_embeddings": false)");
const std::string dots_llm1 =
    text_of("dots1", "Dots1ForCausalLM", R"("hidden_size": 4096, "num_hidden_layers": 62,
  "num_attention_heads": 32, "num_key_value_heads": 32, "head_dim": 128,
  "intermediate_size": 10944, "moe_intermediate_size": 1408, "n_routed_experts": 128,
  "num_experts_per_tok": 6, "n_shared_experts": 2, "first_k_dense_replace": 1,
  "vocab_size": 152064, "attention_bias": false, "topk_method": "noaux_tc",
  "tie_word_embeddings": false)");
// The same of each of 32 layers.
std::string alike(std::string_view key, int value) {
  std::string list;
  for (int i = 0; i < 32; ++i) list += (i == 0 ? "" : ", ") + std::to_string(value);
  return "\"" + std::string(key) + "\": [" + list + "], ";
}

const std::string hunyuan_a13b = text_of("hunyuan_v1_moe", "HunYuanMoEV1ForCausalLM",
                                         R"("hidden_size": 4096,
  "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
  "attention_head_dim": 128, "intermediate_size": 3072, "num_experts": 64, )" +
                                             alike("moe_intermediate_size", 3072) +
                                             alike("moe_topk", 8) + alike("num_shared_expert", 1) +
                                             R"("use_mixed_mlp_moe": true,
  "use_qk_norm": true, "use_cla": false, "attention_bias": false, "mlp_bias": false,
  "vocab_size": 128167, "tie_word_embeddings": true)");
const std::string ling_mini_2 =
    text_of("bailing_moe_v2", "BailingMoeV2ForCausalLM", R"("hidden_size": 2048,
  "num_hidden_layers": 20, "num_attention_heads": 16, "num_key_value_heads": 4, "head_dim": 128,
  "intermediate_size": 5120, "moe_intermediate_size": 512, "num_experts": 256,
  "num_experts_per_tok": 8, "num_shared_experts": 1, "moe_shared_expert_intermediate_size": 512,
  "first_k_dense_replace": 1, "moe_router_enable_expert_bias": true, "use_qk_norm": true,
  "use_qkv_bias": false, "use_bias": false, "vocab_size": 157184, "num_nextn_predict_layers": 0,
  "tie_word_embeddings": false)");
const std::string ernie_21b =
    text_of("ernie4_5_moe", "Ernie4_5_MoeForCausalLM", R"("hidden_size": 2560,
  "num_hidden_layers": 28, "num_attention_heads": 20, "num_key_value_heads": 4,
  "intermediate_size": 12288, "moe_intermediate_size": 1536, "moe_num_experts": 64, "moe_k": 6,
  "moe_num_shared_experts": 2, "moe_layer_start_index": 1, "moe_layer_end_index": 29,
  "moe_layer_interval": 1, "use_bias": false, "vocab_size": 103424,
  "tie_word_embeddings": true)");
const std::string starcoder2_3b =
    text_of("starcoder2", "Starcoder2ForCausalLM", R"("hidden_size": 3072,
  "num_hidden_layers": 30, "num_attention_heads": 24, "num_key_value_heads": 2,
  "intermediate_size": 12288, "vocab_size": 49152, "use_bias": true, "sliding_window": 4096,
  "hidden_act": "gelu_pytorch_tanh")");
const std::string starcoder =
    text_of("gpt_bigcode", "GPTBigCodeForCausalLM", R"("n_embd": 6144, "n_layer": 40,
  "n_head": 48, "n_inner": 24576, "n_positions": 8192, "vocab_size": 49152, "multi_query": true,
  "activation_function": "gelu")");
const std::string internlm_2_5_7b =
    text_of("internlm2", "InternLM2ForCausalLM", R"("hidden_size": 4096,
  "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
  "intermediate_size": 14336, "vocab_size": 92544, "bias": false,
  "tie_word_embeddings": false)");
const std::string internlm_3_8b =
    text_of("internlm3", "InternLM3ForCausalLM", R"("hidden_size": 4096,
  "num_hidden_layers": 48, "num_attention_heads": 32, "num_key_value_heads": 2, "head_dim": 128,
  "intermediate_size": 10240, "vocab_size": 128512, "bias": false, "qkv_bias": false,
  "tie_word_embeddings": false)");
const std::string glm_4_9b =
    text_of("chatglm", "ChatGLMForConditionalGeneration", R"("hidden_size": 4096,
  "num_layers": 40, "num_attention_heads": 32, "multi_query_attention": true,
  "multi_query_group_num": 2, "kv_channels": 128, "ffn_hidden_size": 13696,
  "padded_vocab_size": 151552, "vocab_size": 151552, "add_qkv_bias": true,
  "add_bias_linear": false, "rmsnorm": true, "post_layer_norm": true, "seq_length": 131072,
  "tie_word_embeddings": false)");
const std::string glm_4_32b =
    text_of("glm4", "Glm4ForCausalLM", R"("hidden_size": 6144, "num_hidden_layers": 61,
  "num_attention_heads": 48, "num_key_value_heads": 2, "head_dim": 128,
  "intermediate_size": 23040, "vocab_size": 151552, "attention_bias": false,
  "tie_word_embeddings": false)");
const std::string grok_2 =
    text_of("git", "Grok1ForCausalLM", R"("hidden_size": 8192, "num_hidden_layers": 64,
  "num_attention_heads": 64, "num_key_value_heads": 8, "head_dim": 128,
  "intermediate_size": 32768, "moe_intermediate_size": 16384, "num_local_experts": 8,
  "num_experts_per_tok": 2, "residual_moe": true, "vocab_size": 131072,
  "max_position_embeddings": 131072, "tie_word_embeddings": false)");
const std::string dbrx =
    text_of("dbrx", "DbrxForCausalLM", R"("d_model": 6144, "n_layers": 40, "n_heads": 48,
  "max_seq_len": 32768, "vocab_size": 100352, "attn_config": {"kv_n_heads": 8, "clip_qkv": 8},
  "ffn_config": {"ffn_hidden_size": 10752, "moe_num_experts": 16, "moe_top_k": 4},
  "tie_word_embeddings": false)");
const std::string mpt_7b =
    text_of("mpt", "MPTForCausalLM", R"("d_model": 4096, "n_layers": 32, "n_heads": 32,
  "max_seq_len": 2048, "vocab_size": 50432, "expansion_ratio": 4, "no_bias": true,
  "attn_config": {"attn_type": "multihead_attention", "alibi": true, "qk_ln": false})");
const std::string stablelm_2_1_6b =
    text_of("stablelm", "StableLmForCausalLM", R"("hidden_size": 2048,
  "num_hidden_layers": 24, "num_attention_heads": 32, "num_key_value_heads": 32,
  "intermediate_size": 5632, "vocab_size": 100352, "use_qkv_bias": true,
  "tie_word_embeddings": false)");
const std::string command_r =
    text_of("cohere", "CohereForCausalLM", R"("hidden_size": 8192, "num_hidden_layers": 40,
  "num_attention_heads": 64, "num_key_value_heads": 64, "intermediate_size": 22528,
  "vocab_size": 256000, "use_qk_norm": false)");
const std::string command_r_plus =
    text_of("cohere", "CohereForCausalLM", R"("hidden_size": 12288, "num_hidden_layers": 64,
  "num_attention_heads": 96, "num_key_value_heads": 8, "intermediate_size": 33792,
  "vocab_size": 256000, "use_qk_norm": true)");
const std::string phi_2 =
    text_of("phi", "PhiForCausalLM", R"("hidden_size": 2560, "num_hidden_layers": 32,
  "num_attention_heads": 32, "num_key_value_heads": 32, "intermediate_size": 10240,
  "vocab_size": 51200, "hidden_act": "gelu_new", "tie_word_embeddings": false)");
const std::string phi_3_5_moe =
    text_of("phimoe", "PhiMoEForCausalLM", R"("hidden_size": 4096, "num_hidden_layers": 32,
  "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 6400,
  "num_local_experts": 16, "num_experts_per_tok": 2, "vocab_size": 32064,
  "attention_bias": true, "sliding_window": 131072, "lm_head_bias": true,
  "tie_word_embeddings": false)");
const std::string olmoe_7b =
    text_of("olmoe", "OlmoeForCausalLM", R"("hidden_size": 2048, "num_hidden_layers": 16,
  "num_attention_heads": 16, "num_key_value_heads": 16, "intermediate_size": 1024,
  "num_experts": 64, "num_experts_per_tok": 8, "vocab_size": 50304,
  "tie_word_embeddings": false)");
const std::string nemotron_4_340b =
    text_of("nemotron", "NemotronForCausalLM", R"("hidden_size": 18432,
  "num_hidden_layers": 96, "num_attention_heads": 96, "num_key_value_heads": 8,
  "head_dim": 192, "intermediate_size": 73728, "vocab_size": 256000, "hidden_act": "relu2",
  "tie_word_embeddings": false)");
const std::string mistral_large_3 =
    text_of("mistral", "MistralLarge3ForCausalLM", R"("hidden_size": 7168,
  "num_hidden_layers": 61, "num_attention_heads": 128, "q_lora_rank": 1536,
  "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
  "intermediate_size": 16384, "moe_intermediate_size": 4096, "n_routed_experts": 128,
  "num_experts_per_tok": 4, "n_shared_experts": 1, "first_k_dense_replace": 3,
  "topk_method": "greedy", "vocab_size": 131072, "tie_word_embeddings": false)");

const std::string qwen_7b =
    text_of("qwen", "QWenLMHeadModel", R"("hidden_size": 4096, "num_hidden_layers": 32,
  "num_attention_heads": 32, "intermediate_size": 22016, "kv_channels": 128,
  "vocab_size": 151936, "no_bias": true, "tie_word_embeddings": false)");
const std::string deepseek_moe_16b =
    text_of("deepseek", "DeepseekForCausalLM", R"("hidden_size": 2048, "num_hidden_layers": 28,
  "num_attention_heads": 16, "num_key_value_heads": 16, "intermediate_size": 10944,
  "moe_intermediate_size": 1408, "n_routed_experts": 64, "n_shared_experts": 2,
  "num_experts_per_tok": 6, "first_k_dense_replace": 1, "moe_layer_freq": 1,
  "vocab_size": 102400, "attention_bias": false, "tie_word_embeddings": false)");
const std::string gpt_j =
    text_of("gptj", "GPTJForCausalLM", R"("n_embd": 4096, "n_layer": 28, "n_head": 16,
  "n_inner": null, "n_positions": 2048, "rotary_dim": 64, "vocab_size": 50400,
  "activation_function": "gelu_new", "tie_word_embeddings": false)");
const std::string minicpm3_4b =
    text_of("minicpm3", "MiniCPM3ForCausalLM", R"("hidden_size": 2560, "num_hidden_layers": 62,
  "num_attention_heads": 40, "num_key_value_heads": 40, "q_lora_rank": 768,
  "kv_lora_rank": 256, "qk_nope_head_dim": 64, "qk_rope_head_dim": 32,
  "intermediate_size": 6400, "vocab_size": 73448)");

}  // namespace

TEST_CASE("families of known parts have the parameters of their checkpoints") {
  CHECK(total(imported(exaone_4_32b)) == 32'003'216'384);
  CHECK(total(imported(exaone_3_5_7_8b)) == 7'818'448'896);
  CHECK(total(imported(dots_llm1)) == 142'774'381'696);
  CHECK(total(imported(hunyuan_a13b)) == 80'393'183'232);
  CHECK(total(imported(ling_mini_2)) == 16'255'643'392);
  CHECK(total(imported(starcoder2_3b)) == 3'030'371'328);
  CHECK(total(imported(starcoder)) == 15'517'456'384);
  CHECK(total(imported(internlm_2_5_7b)) == 7'737'708'544);
  CHECK(total(imported(internlm_3_8b)) == 8'804'241'408);
  CHECK(total(imported(glm_4_9b)) == 9'399'951'360);
  CHECK(total(imported(glm_4_32b)) == 32'566'081'536);
  CHECK(total(imported(grok_2)) == 269'515'497'472);
  CHECK(total(imported(dbrx)) == 131'596'523'520);
  CHECK(total(imported(mpt_7b)) == 6'649'286'656);
  CHECK(total(imported(stablelm_2_1_6b)) == 1'644'515'328);
  CHECK(total(imported(command_r)) == 34'980'831'232);
  CHECK(total(imported(command_r_plus)) == 103'810'674'688);
  CHECK(total(imported(phi_2)) == 2'779'683'840);
  CHECK(total(imported(phi_3_5_moe)) == 41'873'153'344);
  CHECK(total(imported(olmoe_7b)) == 6'919'161'856);
  CHECK(total(imported(qwen_7b)) == 7'721'324'544);
  CHECK(total(imported(deepseek_moe_16b)) == 16'375'728'128);
  CHECK(total(imported(gpt_j)) == 6'050'882'784);
}

// Announced as 340 B, 673 B, 21 B and 4 B: counted from their matrices.
TEST_CASE("Nemotron-4, Mistral Large 3, ERNIE 4.5 and MiniCPM3, by their matrices") {
  const integer e = 2560;
  const integer attending = 2 * e * e + 2 * e * 512 + 2 * e;
  const integer experts = 66 * 3 * e * 1536 + e * 64 + 64;
  CHECK(total(imported(ernie_21b)) ==
        28 * attending + 3 * e * 12288 + 27 * experts + 103424 * e + e);
  const integer low_rank = e * 768 + 768 + 768 * 40 * 96 + e * 288 + 256 + 256 * 40 * 128;
  const integer latent = low_rank + 40 * 64 * e + 3 * e * 6400 + 2 * e;
  CHECK(total(imported(minicpm3_4b)) == 62 * latent + 73448 * e + e);
  const integer h = 18432;
  const integer nemotron = 96 * (2 * h * h + 2 * h * 8 * 192 + 2 * h * 73728 + 4 * h);
  CHECK(total(imported(nemotron_4_340b)) == nemotron + 2 * 256000 * h + 2 * h);
  const std::string as_v3 = swapped(swapped(mistral_large_3, "\"mistral\"", "\"deepseek_v3\""),
                                    "MistralLarge3", "DeepseekV3");
  CHECK(same_but_name(imported(mistral_large_3), imported(as_v3)));
  CHECK(total(imported(mistral_large_3)) == 673'421'089'792);
}

TEST_CASE("a class decides where the model_type is another's, or nobody's") {
  CHECK(notes(grok_2).front() == R"($.model_type: "git" is read as "grok", whose class is named)");
  CHECK(imported(mistral_large_3).name.view() == "mistral_large_3");
  CHECK(contains(refusal(swapped(grok_2, "Grok1ForCausalLM", "GitForCausalLM")),
                 R"($.model_type: "git" is not supported)"));
}

TEST_CASE("what their layers see, cache and route") {
  CHECK(cached(imported(exaone_4_32b)) == 64.0 * 2 * 1024 * 2);
  CHECK(attention_at(imported(exaone_4_32b), 0).window == 4096);
  CHECK(attention_at(imported(exaone_4_32b), 3).window == 0);
  CHECK(experts_at(imported(dots_llm1), 1).shared_experts == 2);
  CHECK(experts_at(imported(hunyuan_a13b), 0).experts_per_token == 8);
  CHECK(experts_at(imported(ling_mini_2), 1).correction_bias);
  CHECK(experts_at(imported(ernie_21b), 1).shared_width == 1536);
  CHECK(!sparse(imported(ernie_21b))[0]);
  CHECK(attention_at(imported(starcoder), 0).kv_heads == 1);
  CHECK(attention_at(imported(command_r_plus), 0).qk_norm == head_norm::each_head);
  CHECK(experts_at(imported(grok_2), 0).shared_width == 32768);
  CHECK(imported(grok_2).layers.kinds[0].form == layer_form::sandwich);
  CHECK(imported(phi_2).head_bias);
}

TEST_CASE("what would change their figures unread is refused") {
  CHECK(contains(refusal(swapped(hunyuan_a13b, R"("use_cla": false)", R"("use_cla": true)")),
                 "$.use_cla: true"));
  CHECK(contains(refusal(swapped(hunyuan_a13b, R"("moe_topk": [8, )", R"("moe_topk": [7, )")),
                 "$.moe_topk"));
  CHECK(contains(refusal(swapped(ernie_21b, R"("use_bias": false)", R"("use_bias": true)")),
                 "$.use_bias: true"));
  CHECK(contains(refusal(swapped(mpt_7b, R"("no_bias": true)", R"("no_bias": false)")),
                 "$.no_bias: false"));
  CHECK(contains(refusal(swapped(mpt_7b, R"("qk_ln": false)", R"("qk_ln": true)")),
                 "$.attn_config.qk_ln: true"));
  CHECK(contains(refusal(swapped(mpt_7b, R"("alibi": true)", R"("alibi": false)")),
                 "$.learned_pos_emb"));
  CHECK(contains(refusal(swapped(qwen_7b, "22016", "22017")), "allowed: an even number"));
  CHECK(contains(
      refusal(swapped(glm_4_9b, R"("vocab_size": 151552, "add)", R"("vocab_size": 151551, "add)")),
      "$.padded_vocab_size: 151552"));
  CHECK(contains(refusal(swapped(dbrx, R"("kv_n_heads": 8)", R"("kv_n_heads": 7)")),
                 "$.attn_config.kv_n_heads: 7"));
  CHECK(contains(refusal(swapped(glm_4_9b, R"("rmsnorm": true)", R"("rmsnorm": false)")),
                 "$.rmsnorm: false"));
}
