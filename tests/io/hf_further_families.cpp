// SPDX-License-Identifier: BSL-1.0
// Families counted anew from the tensors that their published modelling code makes: totals were
// worked out by a program of its own, and GPT-Neo's, CodeGen's, VaultGemma's and nanochat's are
// those that huggingface.co shows.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

struct counted_model {
  std::string_view name;
  integer parameters;
  std::string_view text;
};

const std::vector<counted_model> counted_models{
    {"step3", 316'294'538'240,
     R"({"architectures": ["Step3VLForConditionalGeneration"], "model_type": "step3_vl",
"text_config": {"architectures": ["Step3TextForCausalLM"], "hidden_size": 7168,
"intermediate_size": 18432, "num_attention_heads": 64, "num_attention_groups": 1,
"num_hidden_layers": 61, "max_seq_len": 65536, "vocab_size": 128815,
"moe_intermediate_size": 5120, "moe_num_experts": 48, "moe_top_k": 3, "share_expert_dim":
5120, "share_q_dim": 2048, "head_dim": 256, "moe_layers_enum":
"4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59"}})"},
    {"aria", 24'869'091'840,
     R"({"architectures": ["AriaForConditionalGeneration"], "model_type": "aria", "vision_config":
{"model_type": "idefics3_vision"}, "text_config": {"model_type": "aria_text", "hidden_size": 2560,
"intermediate_size": 1664, "moe_num_experts": 64, "moe_topk": 6, "moe_num_shared_experts": 2,
"num_attention_heads": 20, "num_hidden_layers": 28, "num_key_value_heads": 20, "vocab_size":
100352, "max_position_embeddings": 65536, "torch_dtype": "bfloat16"}})"},
    {"openPangu-Ultra-MoE", 719'093'767'680,
     R"({"architectures": ["PanguUltraMoEForCausalLM"], "model_type": "pangu_ultra_moe",
"torch_dtype": "bfloat16", "attention_kv_lora_dim": 512, "attention_q_lora_dim": 1536,
"attention_qk_dim": 128, "attention_qk_rope_dim": 64, "attention_v_dim": 128,
"num_dense_layers": 3, "hidden_act": "silu", "hidden_size": 7680, "intermediate_size": 18432,
"max_position_embeddings": 131072, "moe_intermediate_size": 2048, "num_routed_experts": 256,
"num_shared_experts": 1, "num_attention_heads": 128, "num_experts_per_tok": 8,
"num_hidden_layers": 61, "num_key_value_heads": 128, "sandwich_norm": true,
"tie_word_embeddings": false, "vocab_size": 153600})"},
    {"mllama", 9'775'192'080,
     R"({"architectures": ["MllamaForConditionalGeneration"], "model_type": "mllama",
"text_config": {"model_type": "mllama_text_model", "torch_dtype": "bfloat16",
"cross_attention_layers": [3, 8, 13, 18, 23, 28, 33, 38], "hidden_size": 4096,
"hidden_act": "silu", "intermediate_size": 14336, "num_attention_heads": 32,
"num_hidden_layers": 40, "num_key_value_heads": 8, "vocab_size": 128256,
"max_position_embeddings": 131072, "tie_word_embeddings": false}})"},
    {"molmo", 7'616'075'264,
     R"({"architectures": ["MolmoForCausalLM"], "model_type": "molmo", "embedding_size": 152064,
"attention_layer_norm": false, "hidden_size": 3584, "intermediate_size": 37888,
"layer_norm_type": "rms", "norm_after": false, "num_attention_heads": 28,
"num_hidden_layers": 28, "num_key_value_heads": 4, "qkv_bias": true, "vocab_size": 152064,
"tie_word_embeddings": false, "weight_tying": false, "max_position_embeddings": 4096})"},
    {"axk1", 518'983'070'976,
     R"({"architectures": ["AXK1ForCausalLM"], "model_type": "AXK1", "attention_bias": false,
"first_k_dense_replace": 1, "hidden_act": "silu", "hidden_size": 7168, "intermediate_size":
18432, "kv_lora_rank": 512, "max_position_embeddings": 131072, "moe_intermediate_size":
2048, "n_routed_experts": 192, "n_shared_experts": 1, "num_attention_heads": 64,
"num_experts_per_tok": 8, "num_hidden_layers": 61, "num_key_value_heads": 64,
"num_nextn_predict_layers": 1, "q_lora_rank": 1536, "qk_nope_head_dim": 128,
"qk_rope_head_dim": 64, "tie_word_embeddings": false, "topk_method": "noaux_tc",
"v_head_dim": 128, "vocab_size": 163840})"},
    {"glm_ocr", 673'285'632,
     R"({"architectures": ["GlmOcrForConditionalGeneration"], "model_type": "glm_ocr",
"text_config": {"model_type": "glm_ocr_text", "attention_bias": false, "head_dim": 128,
"hidden_act": "silu", "hidden_size": 1536, "intermediate_size": 4608,
"max_position_embeddings": 131072, "num_attention_heads": 16, "num_hidden_layers": 16,
"num_key_value_heads": 8, "num_nextn_predict_layers": 1, "tie_word_embeddings": false,
"vocab_size": 59392}, "tie_word_embeddings": false})"},
    {"smolvlm", 409'252'800,
     R"({"architectures": ["SmolVLMForConditionalGeneration"], "model_type": "smolvlm",
"text_config": {"architectures": ["VLlama3ForCausalLM"], "model_type": "llama",
"hidden_size": 960, "intermediate_size": 2560, "num_hidden_layers": 32,
"num_attention_heads": 15, "num_key_value_heads": 5, "vocab_size": 49280, "head_dim": 64,
"max_position_embeddings": 8192}, "tie_word_embeddings": false, "vocab_size": 49280})"},
    {"persimmon", 9'397'175'296,
     R"({"architectures": ["PersimmonForCausalLM"], "model_type": "persimmon", "hidden_act":
"relu2", "hidden_size": 4096, "intermediate_size": 16384, "max_position_embeddings": 16384,
"num_attention_heads": 64, "num_hidden_layers": 36, "qk_layernorm": true,
"tie_word_embeddings": false, "vocab_size": 262144})"},
    {"fuyu", 9'397'175'296,
     R"({"architectures": ["FuyuForCausalLM"], "model_type": "fuyu", "hidden_act": "relu2",
"hidden_size": 4096, "intermediate_size": 16384, "max_position_embeddings": 16384,
"num_attention_heads": 64, "num_hidden_layers": 36, "qk_layernorm": true, "patch_size": 30,
"image_size": 300, "num_channels": 3, "tie_word_embeddings": false, "vocab_size": 262144,
"text_config": {"architectures": ["PersimmonForCausalLM"], "model_type": "persimmon",
"hidden_act": "relu2", "hidden_size": 4096, "intermediate_size": 16384,
"num_attention_heads": 64, "num_hidden_layers": 36, "qk_layernorm": true, "vocab_size":
262144, "max_position_embeddings": 16384}})"},
    {"jais13b", 13'020'811'920,
     R"({"architectures": ["JAISLMHeadModel"], "model_type": "jais", "activation_function":
"swiglu", "n_embd": 5120, "n_head": 40, "n_inner": 13653, "n_layer": 40, "n_positions":
2048, "position_embedding_type": "alibi", "vocab_size": 84992})"},
    {"plamo13b", 11'054'822'400,
     R"({"architectures": ["PlamoForCausalLM"], "model_type": "plamo", "hidden_size": 5120,
"intermediate_size": 13312, "max_position_embeddings": 4096, "n_shared_head": 8,
"num_attention_heads": 40, "num_hidden_layers": 40, "tie_word_embeddings": false,
"vocab_size": 50432})"},
    {"arctic", 236'688'220'160,
     R"({"architectures": ["ArcticForCausalLM"], "model_type": "arctic", "hidden_act": "silu",
"hidden_size": 7168, "intermediate_size": 4864, "max_position_embeddings": 4096,
"moe_layer_frequency": 2, "num_attention_heads": 56, "num_experts_per_tok": 2,
"num_hidden_layers": 35, "num_key_value_heads": 8, "num_local_experts": 128,
"tie_word_embeddings": false, "use_residual": true, "vocab_size": 32000})"},
    {"telechat2_7b", 7'617'351'680,
     R"({"architectures": ["TeleChat2ForCausalLM"], "model_type": "telechat", "ffn_hidden_size":
12288, "hidden_size": 4096, "n_head": 32, "n_layer": 30, "num_key_value_heads": 32,
"embed_layernorm": false, "vocab_size": 131072, "hidden_act": "silu", "seq_length": 8192,
"tie_word_embeddings": false})"},
    {"gpt_neo", 125'198'592,
     R"({"architectures": ["GPTNeoForCausalLM"], "model_type": "gpt_neo", "activation_function":
"gelu_new", "attention_layers": ["global", "local", "global", "local", "global", "local",
"global", "local", "global", "local", "global", "local"], "hidden_size": 768,
"max_position_embeddings": 2048, "num_heads": 12, "num_layers": 12, "vocab_size": 50257,
"window_size": 256})"},
    {"codegen", 356'712'448,
     R"({"architectures": ["CodeGenForCausalLM"], "model_type": "codegen", "activation_function":
"gelu_new", "n_embd": 1024, "n_head": 16, "n_layer": 20, "n_positions": 2048,
"tie_word_embeddings": false, "vocab_size": 51200})"},
    {"vaultgemma", 1'038'741'120,
     R"({"architectures": ["VaultGemmaForCausalLM"], "model_type": "vaultgemma", "attention_bias":
false, "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh", "hidden_size": 1152,
"intermediate_size": 6912, "layer_types": ["sliding_attention", "full_attention",
"sliding_attention", "full_attention", "sliding_attention", "full_attention",
"sliding_attention", "full_attention", "sliding_attention", "full_attention",
"sliding_attention", "full_attention", "sliding_attention", "full_attention",
"sliding_attention", "full_attention", "sliding_attention", "full_attention",
"sliding_attention", "full_attention", "sliding_attention", "full_attention",
"sliding_attention", "full_attention", "sliding_attention", "full_attention"],
"max_position_embeddings": 1024, "num_attention_heads": 4, "num_hidden_layers": 26,
"num_key_value_heads": 4, "sliding_window": 512, "vocab_size": 256000})"},
    {"nanochat", 560'988'160,
     R"({"architectures": ["NanoChatForCausalLM"], "model_type": "nanochat", "hidden_size": 1280,
"intermediate_size": 5120, "num_hidden_layers": 20, "num_attention_heads": 10,
"num_key_value_heads": 10, "vocab_size": 65536, "hidden_act": "relu2",
"max_position_embeddings": 2048})"},
    {"decilm7b", 7'019'433'984,
     R"({"architectures": ["DeciLMForCausalLM"], "model_type": "deci",
"num_key_value_heads_per_layer": [4, 4, 4, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], "hidden_size": 4096, "num_hidden_layers": 32,
"num_attention_heads": 32, "intermediate_size": 14336, "vocab_size": 32000, "hidden_act":
"silu", "tie_word_embeddings": false, "max_position_embeddings": 32768})"},
    {"stablelm_epoch", 2'795'443'200,
     R"({"architectures": ["StableLMEpochForCausalLM"], "model_type": "stablelm_epoch",
"use_qkv_bias": false, "hidden_size": 2560, "num_hidden_layers": 32, "num_attention_heads":
32, "num_key_value_heads": 32, "intermediate_size": 6912, "vocab_size": 50304, "hidden_act":
"silu", "tie_word_embeddings": false, "max_position_embeddings": 32768})"},
    {"yi_old", 7'241'732'096,
     R"({"architectures": ["YiForCausalLM"], "model_type": "Yi", "hidden_size": 4096,
"num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
"intermediate_size": 14336, "vocab_size": 32000, "hidden_act": "silu",
"tie_word_embeddings": false, "max_position_embeddings": 32768})"},
    {"skywork13", 13'854'113'280,
     R"({"architectures": ["SkyworkForCausalLM"], "model_type": "skywork", "hidden_size": 4608,
"num_hidden_layers": 52, "num_attention_heads": 36, "num_key_value_heads": 36,
"intermediate_size": 12288, "vocab_size": 65519, "hidden_act": "silu",
"tie_word_embeddings": false, "max_position_embeddings": 32768})"},
    {"ouro", 1'434'650'624,
     R"({"architectures": ["OuroForCausalLM"], "model_type": "ouro", "hidden_size": 2048,
"head_dim": 128, "hidden_act": "silu", "intermediate_size": 5632, "max_position_embeddings": 65536,
"max_window_layers": 28, "num_attention_heads": 16, "num_hidden_layers": 24,
"num_key_value_heads": 16, "sliding_window": null, "total_ut_steps": 4, "use_sliding_window": false,
"tie_word_embeddings": false, "vocab_size": 49152})"},
    {"phi3small", 7'392'272'384,
     R"({"architectures": ["Phi3SmallForCausalLM"], "model_type": "phi3small", "attention_bias":
false, "blocksparse_num_local_blocks": 16, "blocksparse_vert_stride": 8,
"dense_attention_every_n_layers": 2, "ff_dim_multiplier": null, "ff_intermediate_size": 14336,
"hidden_act": "gegelu", "hidden_size": 4096, "max_position_embeddings": 8192,
"num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8,
"vocab_size": 100352})"},
    {"plamo2", 1'291'441'920,
     R"({"architectures": ["Plamo2ForCausalLM"], "model_type": "plamo2", "hidden_size": 2048,
"num_hidden_layers": 16, "num_attention_heads": 16, "num_key_value_heads": 1,
"hidden_size_per_head": 128, "attention_window_size": 2048, "full_attention_idx": [1, 5],
"mamba_d_state": 64, "mamba_d_conv": 4, "mamba_num_heads": 32, "mamba_step": 2,
"mamba_chunk_size": 256, "mamba_enabled": true, "intermediate_size": 8192, "vocab_size": 100000,
"max_position_embeddings": 10485760, "tie_word_embeddings": true, "rms_norm_eps": 1e-06})"},
    {"plamo3", 3'225'165'824,
     R"({"architectures": ["Plamo3ForCausalLM"], "model_type": "plamo3", "hidden_size": 4096,
"num_hidden_layers": 16, "window_size": 2048, "sliding_window_pattern": 8, "num_attention_heads":
32, "num_key_value_heads": 4, "intermediate_size": 12288, "vocab_size": 50048,
"interleaved_sliding_window": [2048, null]})"},
    {"granite_swa", 2'144'463'840,
     R"({"architectures": ["GraniteSWAForCausalLM"], "model_type": "granite_swa",
"hidden_act": "silu", "hidden_size": 2560, "intermediate_size": 8192, "num_attention_heads": 20,
"num_hidden_layers": 24, "num_key_value_heads": 4, "sliding_window": 128, "vocab_size": 100352})"},
    {"granitemoe_swa", 3'024'889'632,
     R"({"architectures": ["GraniteMoeSWAForCausalLM"], "model_type": "granitemoe_swa",
"hidden_act": "silu", "hidden_size": 1536, "intermediate_size": 512, "num_attention_heads": 12,
"num_hidden_layers": 24, "num_key_value_heads": 4, "num_local_experts": 48,
"num_experts_per_tok": 8, "vocab_size": 100352, "tie_word_embeddings": true, "layer_types":
["full_attention", "sliding_attention", "full_attention", "sliding_attention", "full_attention",
"sliding_attention", "full_attention", "sliding_attention", "full_attention", "sliding_attention",
"full_attention", "sliding_attention", "full_attention", "sliding_attention", "full_attention",
"sliding_attention", "full_attention", "sliding_attention", "full_attention", "sliding_attention",
"full_attention", "sliding_attention", "full_attention", "sliding_attention"]})"},
    {"param2moe", 13'304'984'064,
     R"({"architectures": ["Param2MoEForCausalLM"], "model_type": "param2moe", "hidden_size": 2048,
"num_hidden_layers": 21, "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128,
"intermediate_size": 9216, "moe_intermediate_size": 1536, "num_experts": 64,
"num_experts_per_tok": 6, "num_shared_experts": 2, "moe_shared_expert_intermediate_size": 3072,
"first_k_dense_replace": 1, "use_qk_norm": true, "vocab_size": 128008})"},
    {"pangu_embedded", 8'030'887'936,
     R"({"architectures": ["PanguEmbeddedForCausalLM"], "model_type": "PanguEmbedded", "bias": true,
"hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 12800, "num_attention_heads": 32,
"num_hidden_layers": 34, "num_key_value_heads": 8, "max_position_embeddings": 32768,
"tie_word_embeddings": false, "vocab_size": 153376})"},
    {"telechat3", 40'266'110'976,
     R"({"architectures": ["TeleChat3ForCausalLM"], "model_type": "telechat3", "hidden_size": 6144,
"intermediate_size": 24576, "num_attention_heads": 48, "num_hidden_layers": 64, "head_dim": 128,
"num_key_value_heads": 48, "hidden_act": "silu", "vocab_size": 131072})"}};

std::string_view text_named(std::string_view name) {
  for (const counted_model& one : counted_models) {
    if (one.name == name) return one.text;
  }
  return {};
}

// The windows of the kinds of layer, in the order in which they come.
std::vector<integer> reach_of(const model& m) {
  std::vector<integer> windows;
  for (const layer& l : m.layers.kinds) {
    windows.push_back(std::get<grouped_query_attention>(l.attention).window);
  }
  return windows;
}

}  // namespace

TEST_CASE("further families have the parameters that their code makes") {
  for (const counted_model& one : counted_models) {
    CAPTURE(one.name);
    CHECK(parameters(imported(one.text)).total() == one.parameters);
  }
}

TEST_CASE("further families cache and reach what their code does") {
  const auto cached = [](std::string_view name) {
    return kv_bytes_per_token(imported(text_named(name))).value();
  };
  CHECK(cached("step3") == 61 * 2 * 256 * 2);
  CHECK(cached("mllama") == 32 * 2 * 8 * 128 * 2);  // of 40 layers, 8 of which see images
  CHECK(cached("plamo13b") == 40 * 2 * 5 * 128 * 2);
  CHECK(cached("decilm7b") == (4 * 4 + 28) * 2 * 128 * 2);
  CHECK(cached("ouro") == 4 * 24 * 2 * 16 * 128 * 2);  // of each pass through the layers
  CHECK(active_parameters(imported(text_named("ouro"))) == 1'434'650'624);
  CHECK(cached("plamo2") == 8 * 2 * 1 * 128 * 2);
  CHECK(state_bytes_per_sequence(imported(text_named("plamo2"))).value() ==
        8 * 2.0 * (4096 * 64 + 3 * 4096));
  CHECK(cached("plamo3") == 16 * 2 * 4 * 128 * 2);
  CHECK(reach_of(imported(text_named("plamo3"))) == std::vector<integer>{2048, 0});
  CHECK(reach_of(imported(text_named("granite_swa"))) == std::vector<integer>{0, 128});
  CHECK(reach_of(imported(text_named("granitemoe_swa"))) == std::vector<integer>{0, 128});
  const model neo = imported(text_named("gpt_neo"));
  const auto windows = [&neo](std::size_t kind) {
    return std::get<grouped_query_attention>(neo.layers.kinds[kind].attention).window;
  };
  CHECK(windows(0) == 0);
  CHECK(windows(1) == 256);
  CHECK(active_parameters(imported(text_named("step3"))) < 40'000'000'000);
}

TEST_CASE("a text model within a wrapper may have its trainer's class, another head may not") {
  const std::string other = swapped(text_named("smolvlm"), "VLlama3ForCausalLM", "LlamaForReward");
  CHECK(
      contains(import_hf_config(other).error, "$.text_config.architectures: [\"LlamaForReward\"]"));
}

TEST_CASE("decoders that are not priced are refused by what they are") {
  const auto refusal = [](std::string_view type) {
    return import_hf_config(R"({"model_type": ")" + std::string(type) + R"("})").error;
  };
  CHECK(contains(refusal("zamba2"), "\"zamba2\" is a decoder whose layers share weights"));
  CHECK(contains(refusal("cogvlm2"), "a decoder with layers for images alone"));
  CHECK(contains(refusal("rwkv7"), "a recurrent decoder"));
  CHECK(contains(refusal("llada"), "a diffusion model"));
  CHECK(contains(refusal("voxtral_realtime_text"), "whose norms a small network of the delay"));
}

TEST_CASE("heads are normed with biases where the code has LayerNorms for them") {
  // Phi-2 with norms of heads: gains and biases of queries and keys, 80 wide, in each of 32 layers.
  const std::string phi = text_of("phi", "PhiForCausalLM", R"("hidden_size": 2560,
  "num_hidden_layers": 32, "num_attention_heads": 32, "intermediate_size": 10240,
  "vocab_size": 51200, "hidden_act": "gelu_new")");
  const integer without = parameters(imported(phi)).total();
  CHECK(parameters(imported(with(phi, R"("qk_layernorm": true)"))).total() ==
        without + 32 * 4 * 80);
  // StableLM 2: a gain for each value of each head.
  const std::string stable = text_of("stablelm", "StableLmForCausalLM", R"("hidden_size": 2048,
  "num_hidden_layers": 24, "num_attention_heads": 32, "num_key_value_heads": 8,
  "intermediate_size": 5632, "vocab_size": 100352)");
  CHECK(parameters(imported(with(stable, R"("qk_layernorm": true)"))).total() ==
        parameters(imported(stable)).total() + 24 * (32 + 8) * 64);
}

TEST_CASE("torchao and HQQ store what their settings say") {
  const auto bytes_of = [](std::string_view settings) {
    return imported(quantised_by(llama, settings)).weights[weight_class::attention];
  };
  const weight_format int4 = bytes_of(
      R"("quant_method": "torchao", "quant_type": {"default": {"_type": "Int4WeightOnlyConfig",
      "_data": {"group_size": 64}}})");
  CHECK(int4.element == precision::int4);
  CHECK(int4.group_k == 64);
  CHECK(int4.scale_bits == 16);
  CHECK(int4.zero_bits == 16);
  CHECK(bytes_of(R"("quant_method": "torchao", "quant_type": "int8_weight_only")").element ==
        precision::int8);
  const weight_format hqq = bytes_of(R"("quant_method": "hqq", "quant_config": {
      "weight_quant_params": {"nbits": 4, "group_size": 32}})");
  CHECK(hqq.element == precision::int4);
  CHECK(hqq.group_k == 32);
  const auto fault = [](std::string_view settings) {
    return import_hf_config(quantised_by(llama, settings)).error;
  };
  CHECK(contains(fault(R"("quant_method": "torchao", "quant_type": "int3")"),
                 "$.quantization_config.quant_type: \"int3\"; allowed"));
  CHECK(contains(fault(R"("quant_method": "hqq", "quant_config": {
      "weight_quant_params": {"nbits": 3}})"),
                 "nbits: 3; allowed"));
  CHECK(contains(fault(R"("quant_method": "hqq")"), "quant_config"));
}

TEST_CASE("the least of several lengths is the longest context") {
  CHECK(imported(with(llama, R"("seq_length": 1024)")).max_context == 1024);
  CHECK(imported(with(llama, R"("seq_length": 8192)")).max_context == 2048);
}

TEST_CASE("Qwen2.5-Omni's thinker is read under the class of its published file") {
  const std::string text = R"({"model_type": "qwen2_5_omni", "architectures": ["Qwen2_5OmniModel"],
  "thinker_config": {"model_type": "qwen2_5_omni_thinker",
  "architectures": ["Qwen2OmniNaViTThinkerForConditionalGeneration"],
  "text_config": {"model_type": "qwen2_5_omni_text", "torch_dtype": "bfloat16",
  "hidden_size": 3584, "num_hidden_layers": 28, "num_attention_heads": 28,
  "num_key_value_heads": 4, "intermediate_size": 18944, "vocab_size": 152064}}})";
  CHECK(parameters(imported(text)).total() == 7'615'616'512);
  CHECK(contains(import_hf_config(swapped(text, "NaViTThinker", "Talker")).error, "architectures"));
}

TEST_CASE("Qwen3-ASR: the text model of its thinker, Qwen3-1.7B, by neither name nor class") {
  const std::string text = R"({"model_type": "qwen3_asr",
  "architectures": ["Qwen3ASRForConditionalGeneration"], "thinker_config": {"dtype": "bfloat16",
  "audio_config": {"model_type": "qwen3_asr_audio_encoder"}, "text_config": {
  "hidden_size": 2048, "num_hidden_layers": 28, "num_attention_heads": 16,
  "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 6144, "vocab_size": 151936,
  "tie_word_embeddings": true}}})";
  CHECK(parameters(imported(text)).total() == 1'720'574'976);
  CHECK(contains(import_hf_config(swapped(text, "2048", "0")).error,
                 "$.thinker_config.text_config.hidden_size: 0"));
}
