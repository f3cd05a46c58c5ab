// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/hf/families/index.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "hf_texts.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// Published values, as far as they have a meaning. Totals are those of the safetensors files on
// huggingface.co, their multimodal parts taken off.
constexpr std::string_view qwen2_moe = R"({"model_type": "qwen2_moe", "torch_dtype": "bfloat16",
  "architectures": ["Qwen2MoeForCausalLM"], "hidden_size": 2048, "vocab_size": 151936,
  "num_hidden_layers": 24, "num_attention_heads": 16, "num_key_value_heads": 16,
  "intermediate_size": 5632, "moe_intermediate_size": 1408,
  "shared_expert_intermediate_size": 5632, "num_experts": 60, "num_experts_per_tok": 4,
  "decoder_sparse_step": 1, "sliding_window": 32768, "max_window_layers": 21,
  "use_sliding_window": false})";

constexpr std::string_view deepseek_v2_lite = R"({"model_type": "deepseek_v2",
  "torch_dtype": "bfloat16", "hidden_size": 2048, "vocab_size": 102400, "num_hidden_layers": 27,
  "num_attention_heads": 16, "num_key_value_heads": 16, "q_lora_rank": null, "kv_lora_rank": 512,
  "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128, "intermediate_size": 10944,
  "first_k_dense_replace": 1, "moe_layer_freq": 1, "n_routed_experts": 64, "n_shared_experts": 2,
  "num_experts_per_tok": 6, "moe_intermediate_size": 1408, "topk_method": "greedy",
  "aux_loss_alpha": 0.001, "seq_aux": true, "attention_bias": false})";

constexpr std::string_view glm_4_5 = R"({"model_type": "glm4_moe", "torch_dtype": "bfloat16",
  "architectures": ["Glm4MoeForCausalLM"], "hidden_size": 5120, "vocab_size": 151552,
  "num_hidden_layers": 92, "num_attention_heads": 96, "num_key_value_heads": 8, "head_dim": 128,
  "intermediate_size": 12288, "moe_intermediate_size": 1536, "n_routed_experts": 160,
  "n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 3,
  "attention_bias": true, "use_qk_norm": true, "num_nextn_predict_layers": 1,
  "partial_rotary_factor": 0.5, "n_group": 1, "topk_group": 1,
  "max_position_embeddings": 131072})";

constexpr std::string_view glm_4_7_flash = R"({"model_type": "glm4_moe_lite", "dtype": "bfloat16",
  "architectures": ["Glm4MoeLiteForCausalLM"], "hidden_size": 2048, "vocab_size": 154880,
  "num_hidden_layers": 47, "num_attention_heads": 20, "num_key_value_heads": 20,
  "q_lora_rank": 768, "kv_lora_rank": 512, "qk_nope_head_dim": 192, "qk_rope_head_dim": 64,
  "v_head_dim": 256, "intermediate_size": 10240, "moe_intermediate_size": 1536,
  "n_routed_experts": 64, "n_shared_experts": 1, "num_experts_per_tok": 4,
  "first_k_dense_replace": 1, "num_nextn_predict_layers": 1, "topk_method": "noaux_tc",
  "partial_rotary_factor": 1.0, "n_group": 1, "topk_group": 1, "tie_word_embeddings": false})";

constexpr std::string_view minimax = R"({"model_type": "minimax_m2", "dtype": "bfloat16",
  "hidden_size": 3072, "vocab_size": 200064, "num_hidden_layers": 62, "num_attention_heads": 48,
  "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 1536, "num_local_experts": 256,
  "num_experts_per_tok": 8, "rotary_dim": 64, "use_qk_norm": true, "qk_norm_type": "per_layer",
  "use_routing_bias": true, "use_mtp": true, "num_mtp_modules": 3, "mtp_transformer_layers": 1,
  "shared_intermediate_size": 0, "attn_type_list": [1, 1, 1], "max_position_embeddings": 196608,
  "quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128],
  "modules_to_not_convert": ["gate", "e_score_correction_bias", "lm_head"]}})";

constexpr std::string_view gemma_2_27b = R"({"model_type": "gemma2", "torch_dtype": "bfloat16",
  "hidden_size": 4608, "vocab_size": 256000, "num_hidden_layers": 46, "num_attention_heads": 32,
  "num_key_value_heads": 16, "head_dim": 128, "intermediate_size": 36864, "sliding_window": 4096,
  "hidden_act": "gelu_pytorch_tanh", "hidden_activation": "gelu_pytorch_tanh",
  "attn_logit_softcapping": 50.0, "query_pre_attn_scalar": 144})";

constexpr std::string_view gemma_3_4b = R"({"model_type": "gemma3", "torch_dtype": "bfloat16",
  "architectures": ["Gemma3ForConditionalGeneration"], "mm_tokens_per_image": 256,
  "text_config": {"model_type": "gemma3_text", "hidden_size": 2560, "intermediate_size": 10240,
  "num_hidden_layers": 34, "sliding_window": 1024, "rope_scaling": {"factor": 8.0}},
  "vision_config": {"model_type": "siglip_vision_model", "hidden_size": 1152}})";

constexpr std::string_view phi_3_mini = R"({"model_type": "phi3", "torch_dtype": "bfloat16",
  "hidden_size": 3072, "vocab_size": 32064, "num_hidden_layers": 32, "num_attention_heads": 32,
  "num_key_value_heads": 32, "intermediate_size": 8192, "sliding_window": 2047,
  "attention_bias": false, "original_max_position_embeddings": 4096})";

constexpr std::string_view maverick = R"({"model_type": "llama4",
  "architectures": ["Llama4ForConditionalGeneration"], "text_config": {"model_type": "llama4_text",
  "torch_dtype": "bfloat16", "hidden_size": 5120, "vocab_size": 202048, "num_hidden_layers": 48,
  "num_attention_heads": 40, "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 8192,
  "intermediate_size_mlp": 16384, "num_local_experts": 128, "num_experts_per_tok": 1,
  "interleave_moe_layer_step": 2, "attention_chunk_size": 8192, "use_qk_norm": false,
  "attention_bias": false}})";

constexpr std::string_view falcon_7b = R"({"model_type": "falcon", "torch_dtype": "bfloat16",
  "hidden_size": 4544, "vocab_size": 65024, "num_hidden_layers": 32, "num_attention_heads": 71,
  "num_kv_heads": 71, "multi_query": true, "parallel_attn": true,
  "new_decoder_architecture": false, "bias": false, "alibi": false, "activation": "gelu",
  "max_position_embeddings": 2048})";

constexpr std::string_view falcon_40b = R"({"model_type": "falcon", "torch_dtype": "bfloat16",
  "hidden_size": 8192, "vocab_size": 65024, "n_layer": 60, "n_head": 128, "n_head_kv": 8,
  "parallel_attn": true, "new_decoder_architecture": true, "bias": false, "alibi": false,
  "max_position_embeddings": 2048})";

constexpr std::string_view gpt2 = R"({"model_type": "gpt2", "torch_dtype": "float32",
  "architectures": ["GPT2LMHeadModel"], "activation_function": "gelu_new", "n_ctx": 1024,
  "n_embd": 768, "n_head": 12, "n_layer": 12, "n_positions": 1024, "n_inner": null,
  "vocab_size": 50257})";

constexpr std::string_view bloom = R"({"model_type": "bloom", "torch_dtype": "bfloat16",
  "n_embed": 14336, "n_layer": 70, "num_attention_heads": 112, "n_inner": null,
  "vocab_size": 250880, "seq_length": 2048})";

}  // namespace

// ------------------------------------------------------------------------------------------- Qwen

TEST_CASE("Qwen1.5-MoE: a shared expert of its own width, weighed by a gate") {
  const model m = imported(qwen2_moe);
  CHECK(total(m) == 14'315'784'192);
  CHECK(attention_at(m, 0).qkv_bias);
  CHECK(!attention_at(m, 0).output_bias);
  CHECK(experts_at(m, 0) == mixture_of_experts{.experts = 60,
                                               .experts_per_token = 4,
                                               .width = 1408,
                                               .shared_experts = 1,
                                               .shared_width = 5632,
                                               .shared_gate = true});
  CHECK(!attention_at(imported(with(qwen2_moe, R"("qkv_bias": false)")), 0).qkv_bias);
  CHECK(sparse(imported(with(qwen2_moe, R"("mlp_only_layers": [0])")))[0] == false);
}

TEST_CASE("a window of Qwen2-MoE must say which layers have it") {
  CHECK(refusal(swapped(qwen2_moe, R"("use_sliding_window": false)",
                        R"("use_sliding_window": true)")) ==
        "$.use_sliding_window: true; allowed: false, or layer_types that say which layers slide");
}

// --------------------------------------------------------------------------------------- DeepSeek

TEST_CASE("DeepSeek-V2 and its Lite: no correction bias, a query latent or none") {
  const model lite = imported(deepseek_v2_lite);
  CHECK(total(lite) == 15'706'484'224);
  CHECK(std::get<latent_attention>(layer_at(lite, 0).attention).q_lora_rank == 0);
  CHECK(experts_at(lite, 1).shared_experts == 2);
  CHECK(!experts_at(lite, 1).correction_bias);

  const model m = imported(R"({"model_type": "deepseek_v2", "torch_dtype": "bfloat16",
    "hidden_size": 5120, "vocab_size": 102400, "num_hidden_layers": 60,
    "num_attention_heads": 128, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64, "v_head_dim": 128, "intermediate_size": 12288,
    "first_k_dense_replace": 1, "n_routed_experts": 160, "n_shared_experts": 2,
    "num_experts_per_tok": 6, "moe_intermediate_size": 1536,
    "topk_method": "group_limited_greedy", "n_group": 8})");
  CHECK(total(m) == 235'741'434'880);
}

TEST_CASE("latent attention sees everything in every layer") {
  CHECK(refusal(with(deepseek_v2_lite, R"("layer_types": ["sliding_attention"])")) ==
        "$.layer_types: [\"sliding_attention\"]; allowed: \"full_attention\" alone");
}

TEST_CASE("DeepSeek-V2's shared experts must be stated, null meaning none") {
  CHECK(refusal(swapped(deepseek_v2_lite, R"("n_shared_experts": 2,)", "")) ==
        "$.n_shared_experts: missing; allowed: a whole number from 0 to 10000");
  const model none = imported(
      swapped(deepseek_v2_lite, R"("n_shared_experts": 2)", R"("n_shared_experts": null)"));
  CHECK(experts_at(none, 1).shared_experts == 0);
}

TEST_CASE("Kimi K2 equals the catalog's") {
  const model m = imported(R"({"model_type": "kimi_k2", "torch_dtype": "bfloat16",
    "architectures": ["DeepseekV3ForCausalLM"], "hidden_size": 7168, "vocab_size": 163840,
    "num_hidden_layers": 61, "num_attention_heads": 64, "num_key_value_heads": 64,
    "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64,
    "v_head_dim": 128, "intermediate_size": 18432, "first_k_dense_replace": 1,
    "moe_layer_freq": 1, "n_routed_experts": 384, "n_shared_experts": 1, "num_experts_per_tok": 8,
    "moe_intermediate_size": 2048, "topk_method": "noaux_tc", "num_nextn_predict_layers": 0,
    "max_position_embeddings": 131072, "quantization_config": {"quant_method": "fp8",
    "weight_block_size": [128, 128]}})");
  CHECK(total(m) == 1'026'408'232'448);
  CHECK(same_but_name(m, catalog::kimi_k2));
}

// ------------------------------------------------------------------------------ GLM, MiniMax, Phi

TEST_CASE("GLM-4.7-Flash: latent attention, and experts as GLM-4.5 has them") {
  const model m = imported(glm_4_7_flash);
  // With two copies of embedding and head, the total of its files: 31,221,488,576.
  CHECK(total(m) == 29'943'393'920);
  CHECK(mtp_parameters(m).total() == 643'706'176);
  CHECK(total(m) + mtp_parameters(m).total() + 2 * 154880 * 2048 == 31'221'488'576);
  CHECK(kv_bytes_per_token(m).value() == 54144.0);
}

TEST_CASE("GLM-4.5 equals the catalog's; its extra layer is counted apart") {
  const model m = imported(glm_4_5);
  CHECK(same_but_name(m, catalog::glm_4_5));
  CHECK(total(m) == 352'797'829'024);
  // The checkpoint's 358,337,791,296 hold copies of embedding and head for the extra layer.
  CHECK(total(m) + mtp_parameters(m).total() + 2 * 151552 * 5120 == 358'337'791'296);
  CHECK(notes(glm_4_5) ==
        std::vector<std::string>{"$.num_nextn_predict_layers: 1 multi-token-prediction layers are "
                                 "counted apart and not loaded"});
  const std::string plain = swapped(glm_4_5, R"("use_qk_norm": true,)", "");
  CHECK(attention_at(imported(plain), 0).qk_norm == head_norm::none);
}

TEST_CASE("MiniMax-M2: norms over all heads, a correction bias, modules of extra layers") {
  const model m = imported(minimax);
  CHECK(total(m) == 228'689'764'864);
  CHECK(attention_at(m, 0).qk_norm == head_norm::all_heads);
  CHECK(experts_at(m, 0).correction_bias);
  // Three are named by the key; the index of MiniMax-M2.5's checkpoint has no tensor of theirs.
  CHECK(m.mtp_layers == 0);
  CHECK(contains(notes(minimax).front(),
                 "$.num_mtp_modules: 3 multi-token-prediction layers are neither counted"));
  CHECK(same_but_name(m, catalog::minimax_m2_5));
  CHECK(refusal(swapped(minimax, R"("shared_intermediate_size": 0)",
                        R"("shared_intermediate_size": 64)")) ==
        "$.shared_intermediate_size: 64; allowed: a whole number from 0 to 0");
  CHECK(refusal(swapped(minimax, "[1, 1, 1]", "[1, 0, 1]")) ==
        "$.attn_type_list: [1,0,1]; allowed: a list of 1: other attention is not priced");
  CHECK(refusal(swapped(minimax, "per_layer", "per_head")) ==
        "$.qk_norm_type: \"per_head\"; allowed: \"per_layer\"");
}

TEST_CASE("Phi-3-mini: the window holds in every layer") {
  const model m = imported(phi_3_mini);
  CHECK(total(m) == 3'821'079'552);
  CHECK(attention_at(m, 0).window == 2047);
  CHECK(m.layers.kinds.size() == 1);
  CHECK(refusal(swapped(phi_3_mini, R"("attention_bias": false)", R"("attention_bias": true)")) ==
        "$.attention_bias: true; allowed: false: this family has no such biases");
}

// ------------------------------------------------------------------------------------------ Gemma

TEST_CASE("Gemma 2: four norms a layer, even layers slide, the head is the embedding") {
  const model m = imported(gemma_2_27b);
  CHECK(total(m) == 27'227'128'320);
  CHECK(m.tied_embeddings);
  CHECK(layer_at(m, 0).form == layer_form::sandwich);
  CHECK(attention_at(m, 0) ==
        grouped_query_attention{.heads = 32, .kv_heads = 16, .head_dim = 128, .window = 4096});
  CHECK(attention_at(m, 1).window == 0);
  CHECK(dense_at(m, 0) == dense_feed_forward{.width = 36864});
  CHECK(!imported(with(gemma_2_27b, R"("tie_word_embeddings": false)")).tied_embeddings);
  CHECK(refusal(swapped(gemma_2_27b, R"("hidden_activation": "gelu_pytorch_tanh")",
                        R"("hidden_activation": "relu")")) ==
        "$.hidden_activation: \"relu\"; allowed: \"gelu_pytorch_tanh\"");
}

TEST_CASE("Gemma 3 4B: what the published text_config leaves out is its class's") {
  const model m = imported(gemma_3_4b);
  CHECK(m.name.view() == "gemma3");
  CHECK(total(m) == 3'880'263'168);  // 4,300,079,472 less 419,816,304 of tower and projector
  CHECK(m.vocab_size == 262208);
  CHECK(m.max_context == 131072);
  CHECK(m.tied_embeddings);
  CHECK(attention_at(m, 0) == grouped_query_attention{.heads = 8,
                                                      .kv_heads = 4,
                                                      .head_dim = 256,
                                                      .window = 1024,
                                                      .qk_norm = head_norm::per_head});
  for (integer i = 0; i < 34; ++i) CHECK(attention_at(m, i).window == (i % 6 == 5 ? 0 : 1024));
  CHECK(notes(gemma_3_4b) ==
        std::vector<std::string>{"$.text_config.vocab_size: missing; read as 262208",
                                 "$.text_config.max_position_embeddings: missing; read as 131072",
                                 "$.text_config.num_attention_heads: missing; read as 8",
                                 "$.text_config.num_key_value_heads: missing; read as 4",
                                 "$.text_config.head_dim: missing; read as 256",
                                 "$.vision_config: the vision tower is not priced"});
}

TEST_CASE("Gemma 3 27B") {
  const model m = imported(R"({"model_type": "gemma3", "torch_dtype": "bfloat16", "text_config":
    {"model_type": "gemma3_text", "hidden_size": 5376, "intermediate_size": 21504,
    "num_hidden_layers": 62, "num_attention_heads": 32, "num_key_value_heads": 16,
    "head_dim": 128, "sliding_window": 1024}})");
  CHECK(total(m) == 27'009'346'304);  // 27,432,406,640 less 423,060,336 of tower and projector
}

// ---------------------------------------------------------------------------------------- Llama 4

TEST_CASE("Llama 4 Maverick: every other layer has experts, every fourth sees everything") {
  const model m = imported(maverick);
  CHECK(total(m) == 400'711'848'960);  // 401,583,781,376 less 871,932,416 of tower and projector
  CHECK(m.name.view() == "llama4");
  CHECK(dense_at(m, 0) == dense_feed_forward{.width = 16384});
  CHECK(experts_at(m, 1) == mixture_of_experts{.experts = 128,
                                               .experts_per_token = 1,
                                               .width = 8192,
                                               .shared_experts = 1,
                                               .shared_width = 8192});
  CHECK(attention_at(m, 0) ==
        grouped_query_attention{
            .heads = 40, .kv_heads = 8, .head_dim = 128, .window = 8192, .chunked = true});
  CHECK(attention_at(m, 3) == grouped_query_attention{.heads = 40, .kv_heads = 8, .head_dim = 128});
}

TEST_CASE("Llama 4: lists of layers in place of steps") {
  const std::string small = swapped(maverick, R"("num_hidden_layers": 48)",
                                    R"("num_hidden_layers": 4, "no_rope_layers": [0, 1, 1, 0],
                                    "moe_layers": [2])");
  CHECK(windows(imported(small)) == std::vector<integer>{0, 8192, 8192, 0});
  CHECK(sparse(imported(small)) == std::vector<bool>{false, false, true, false});
  CHECK(windows(imported(swapped(small, "[0, 1, 1, 0]", "[]"))) ==
        std::vector<integer>{8192, 8192, 8192, 0});
  CHECK(refusal(swapped(small, "[0, 1, 1, 0]", "[0, 1]")) ==
        "$.text_config.no_rope_layers: [0,1]; allowed: 0 or 1 for each layer (4)");
  CHECK(refusal(swapped(small, "[2]", "[4]")) ==
        "$.text_config.moe_layers: [4]; allowed: layer numbers from 0 to 3");
  CHECK(refusal(
            swapped(small, R"("attention_chunk_size": 8192)", R"("attention_chunk_size": null)")) ==
        "$.text_config.attention_chunk_size: null; allowed: a length, since some layers see no "
        "further");
  const std::string typed =
      swapped(small, "\"moe_layers\": [2]",
              R"("layer_types": ["chunked_attention", "full_attention", "full_attention", "x"])");
  CHECK(refusal(typed) ==
        "$.text_config.layer_types[3]: \"x\"; allowed: \"full_attention\", \"chunked_attention\"");
}

// ------------------------------------------------------------------------------------------ Falcon

TEST_CASE("Falcon-7B equals the catalog's: one key-value head, one norm") {
  const model m = imported(falcon_7b);
  CHECK(total(m) == 6'921'720'704);
  CHECK(same_but_name(m, catalog::falcon_7b));
}

TEST_CASE("Falcon-40B equals the catalog's: grouped heads, a norm for each block") {
  const model m = imported(falcon_40b);
  // Per layer 8192 (8192 + 1024) + 8192^2 + 8 8192^2 + 4 8192, 60 times; 65024 8192; 2 8192.
  CHECK(total(m) == 60 * integer{679'510'016} + 532'676'608 + 16'384);
  CHECK(same_but_name(m, catalog::falcon_40b));
  CHECK(layer_at(imported(with(falcon_40b, R"("num_ln_in_parallel_attn": 1)")), 0).form ==
        layer_form::parallel);
  CHECK(refusal(swapped(falcon_40b, R"("n_head_kv": 8)", R"("n_head_kv": 7)")) ==
        "$.n_head_kv: 7; allowed: a divisor of n_head (128)");
  CHECK(refusal(with(falcon_40b, R"("num_kv_heads": 4)")) ==
        "$.n_head_kv: 8; allowed: 4, as in $.num_kv_heads");
}

TEST_CASE("Falcon-RW-1B: sequential blocks with biases and as many key-value heads as heads") {
  const model m = imported(R"({"model_type": "falcon", "torch_dtype": "bfloat16",
    "hidden_size": 2048, "vocab_size": 50304, "num_hidden_layers": 24, "num_attention_heads": 32,
    "multi_query": false, "parallel_attn": false, "new_decoder_architecture": false, "bias": true,
    "alibi": true})");
  CHECK(total(m) == 1'311'625'216);
  CHECK(layer_at(m, 0).form == layer_form::sequential);
  CHECK(attention_at(m, 0) ==
        grouped_query_attention{
            .heads = 32, .kv_heads = 32, .head_dim = 64, .qkv_bias = true, .output_bias = true});
}

// ----------------------------------------------------------------------------------- GPT-2, Bloom

TEST_CASE("GPT-2: learned positions, biases everywhere") {
  const model m = imported(gpt2);
  CHECK(total(m) == 124'439'808);
  CHECK(m.positions == 1024);
  CHECK(m.max_context == 1024);
  CHECK(m.norm_bias);
  CHECK(dense_at(m, 0) == dense_feed_forward{.width = 3072, .gated = false, .bias = true});
  const std::string xl =
      swapped(swapped(swapped(gpt2, "768", "1600"), R"("n_head": 12)", R"("n_head": 25)"),
              R"("n_layer": 12)", R"("n_layer": 48)");
  CHECK(total(imported(xl)) == 1'557'611'200);
  CHECK(refusal(swapped(gpt2, R"("n_head": 12)", R"("n_head": 13)")) ==
        "$.n_embd: 768; allowed: a multiple of n_head (13), since head_dim is missing");
  CHECK(refusal(with(gpt2, R"("hidden_size": 64)")) ==
        "$.n_embd: 768; allowed: 64, as in $.hidden_size");
  CHECK(refusal(with(gpt2, R"("add_cross_attention": true)")) ==
        "$.add_cross_attention: true; allowed: null: it changes the model in a way not priced");
}

TEST_CASE("Bloom: a norm after the embedding") {
  const model m = imported(bloom);
  CHECK(total(m) == 176'247'271'424);
  CHECK(m.embedding_norm);
  CHECK(m.max_context == 2048);
  CHECK(m.positions == 0);
}

// ------------------------------------------------------------------------------- text_config

TEST_CASE("Mistral Small 3.2: a mistral within mistral3") {
  const model m = imported(R"({"model_type": "mistral3", "torch_dtype": "bfloat16",
    "architectures": ["Mistral3ForConditionalGeneration"], "text_config": {"hidden_size": 5120,
    "vocab_size": 131072, "num_hidden_layers": 40, "num_attention_heads": 32,
    "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 32768,
    "sliding_window": null, "model_type": "mistral"}, "vision_config": {"hidden_size": 1024}})");
  CHECK(total(m) == 23'572'403'200);
}

TEST_CASE("a wrapper that is not known is priced as its text_config, with a note") {
  const std::string text = R"({"model_type": "llava", "text_config": )" + std::string(llama) + "}";
  CHECK(imported(text) == imported(llama));
  CHECK(notes(text) ==
        std::vector<std::string>{
            "$.model_type: \"llava\" is not known; its text_config is priced, as llama"});
}

TEST_CASE("text_config and what surrounds it must fit together") {
  CHECK(refusal(R"({"model_type": "llama4"})") == "$.text_config: missing; allowed: an object");
  CHECK(refusal(R"({"model_type": "llama4", "text_config": 4})") ==
        "$.text_config: 4; allowed: an object");
  CHECK(contains(refusal(R"({"model_type": "x", "text_config": {"model_type": "t6"}})"),
                 "$.text_config.model_type: \"t6\" is not supported; supported: llama, "));
  CHECK(contains(refusal(R"({"text_config": {"model_type": "llama"}})"),
                 "$.model_type: missing; supported: llama, "));
  CHECK(refusal(swapped(maverick, "llama4_text", "llama")) ==
        "$.text_config.model_type: \"llama\"; allowed: \"llama4_text\"");
  CHECK(contains(refusal(with(llama, R"("text_config": {"model_type": "llama"})")),
                 "allowed: null, since llama is a text model itself"));
  CHECK(refusal(swapped(maverick, "Llama4ForConditionalGeneration", "Llama4Draft")) ==
        "$.architectures: [\"Llama4Draft\"]; allowed: \"Llama4ForConditionalGeneration\"");
  CHECK(refusal(swapped(maverick, R"("hidden_size": 5120,)", "")) ==
        "$.text_config.hidden_size: missing; allowed: a whole number from 1 to 10000000");
}

TEST_CASE("dtype, tied embeddings and quantisation may stand inside or outside") {
  const auto wrapped = [](std::string_view inside, std::string_view outside) {
    const std::string text = with(swapped(llama, R"("torch_dtype": "bfloat16",)", ""), inside);
    return R"({"model_type": "llava", "text_config": )" + text + ", " + std::string(outside) + "}";
  };
  const std::string tied = R"("tie_word_embeddings": true)";
  CHECK(imported(wrapped(tied, R"("x": 0)")).tied_embeddings);
  CHECK(imported(wrapped(R"("x": 0)", tied)).tied_embeddings);
  CHECK(refusal(wrapped(tied, R"("tie_word_embeddings": false)")) ==
        "$.text_config.tie_word_embeddings: true; allowed: false, as in $.tie_word_embeddings");
  const std::string half = R"("dtype": "float16")";
  CHECK(imported(wrapped(half, R"("x": 0)")).activations == precision::fp16);
  CHECK(imported(wrapped(R"("x": 0)", half)).activations == precision::fp16);
  CHECK(refusal(wrapped(R"("x": 0)", R"("dtype": "int7")")) ==
        "$.dtype: \"int7\"; allowed: \"bfloat16\", \"float16\", \"float32\"");
  const std::string fp8 = R"("quantization_config": {"quant_method": "fp8"})";
  CHECK(imported(wrapped(fp8, half)).weights[weight_class::attention] == formats::fp8);
  CHECK(imported(wrapped(half, fp8)).weights[weight_class::attention] == formats::fp8);
  CHECK(refusal(wrapped(fp8, fp8)) ==
        "$.quantization_config: {\"quant_method\":\"fp8\"}; allowed: null, beside "
        "$.text_config.quantization_config");
}

TEST_CASE("a size that nothing reads is noted") {
  CHECK(notes(with(llama, R"("squeezed_size": 12, "rotary_dim": 8, "other": 3)")) ==
        std::vector<std::string>{"$.squeezed_size: 12 is not known, and read as without effect"});
}
