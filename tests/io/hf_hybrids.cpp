// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/hf/blocks/recurrence.hpp"

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

constexpr std::string_view qwen3_next = R"({"model_type": "qwen3_next", "torch_dtype": "bfloat16",
  "architectures": ["Qwen3NextForCausalLM"], "hidden_size": 2048, "vocab_size": 151936,
  "num_hidden_layers": 48, "num_attention_heads": 16, "num_key_value_heads": 2, "head_dim": 256,
  "intermediate_size": 5120, "moe_intermediate_size": 512, "shared_expert_intermediate_size": 512,
  "num_experts": 512, "num_experts_per_tok": 10, "full_attention_interval": 4,
  "linear_num_key_heads": 16, "linear_num_value_heads": 32, "linear_key_head_dim": 128,
  "linear_value_head_dim": 128, "linear_conv_kernel_dim": 4})";

// Four layers of a made-up size, each second one full attention.
constexpr std::string_view qwen3_5 = R"({"model_type": "qwen3_5", "tie_word_embeddings": true,
  "architectures": ["Qwen3_5ForConditionalGeneration"], "text_config": {"dtype": "bfloat16",
  "model_type": "qwen3_5_text", "hidden_size": 64, "vocab_size": 100, "num_hidden_layers": 4,
  "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 32, "intermediate_size": 96,
  "layer_types": ["linear_attention", "full_attention", "linear_attention", "full_attention"],
  "linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 16,
  "linear_value_head_dim": 8, "linear_conv_kernel_dim": 4, "attn_output_gate": true,
  "mamba_ssm_dtype": "float32", "mtp_num_hidden_layers": 0}})";

constexpr std::string_view nemotron_h_8b = R"({"model_type": "nemotron_h",
  "torch_dtype": "bfloat16", "architectures": ["NemotronHForCausalLM"], "hidden_size": 4096,
  "vocab_size": 131072, "num_hidden_layers": 52,
  "hybrid_override_pattern": "M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-",
  "num_attention_heads": 32, "num_key_value_heads": 8, "attention_head_dim": 128,
  "intermediate_size": 21504, "mamba_num_heads": 128, "mamba_head_dim": 64, "n_groups": 8,
  "ssm_state_size": 128, "conv_kernel": 4, "use_conv_bias": true, "use_bias": false,
  "mamba_proj_bias": false, "mlp_bias": false, "attention_bias": false,
  "mlp_hidden_act": "relu2", "mamba_hidden_act": "silu", "expand": 2, "chunk_size": 128,
  "max_position_embeddings": 8192})";

constexpr std::string_view nemotron_3_nano = R"({"model_type": "nemotron_h",
  "torch_dtype": "bfloat16", "hidden_size": 2688, "vocab_size": 131072, "num_hidden_layers": 52,
  "hybrid_override_pattern": "MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME",
  "num_attention_heads": 32, "num_key_value_heads": 2, "head_dim": 128,
  "intermediate_size": 1856, "mamba_num_heads": 64, "mamba_head_dim": 64, "n_groups": 8,
  "ssm_state_size": 128, "conv_kernel": 4, "mlp_hidden_act": "relu2", "n_routed_experts": 128,
  "n_shared_experts": 1, "num_experts_per_tok": 6, "moe_intermediate_size": 1856,
  "moe_shared_expert_intermediate_size": 3712, "mamba_ssm_cache_dtype": "float32"})";

constexpr std::string_view nemotron_3_super = R"({"model_type": "nemotron_h",
  "dtype": "bfloat16", "architectures": ["NemotronHForCausalLM"], "hidden_size": 4096,
  "vocab_size": 131072, "num_hidden_layers": 88, "hybrid_override_pattern":
  "MEMEMEM*EMEMEMEM*EMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEM*EMEMEMEME",
  "num_attention_heads": 32, "num_key_value_heads": 2, "head_dim": 128,
  "intermediate_size": 2688, "mamba_num_heads": 128, "mamba_head_dim": 64, "n_groups": 8,
  "ssm_state_size": 128, "conv_kernel": 4, "expand": 2, "chunk_size": 128, "use_bias": false,
  "mamba_proj_bias": false, "mlp_bias": false, "mlp_hidden_act": "relu2",
  "mamba_ssm_cache_dtype": "float32", "n_routed_experts": 512, "n_shared_experts": 1,
  "num_experts_per_tok": 22, "moe_intermediate_size": 2688, "moe_latent_size": 1024,
  "moe_shared_expert_intermediate_size": 5376, "num_nextn_predict_layers": 1,
  "mtp_hybrid_override_pattern": "*E", "n_group": 1, "topk_group": 1,
  "time_step_limit": [0.0, Infinity], "sliding_window": null})";

constexpr std::string_view codestral = R"({"model_type": "mamba2", "torch_dtype": "bfloat16",
  "architectures": ["Mamba2ForCausalLM"], "hidden_size": 4096, "vocab_size": 32768,
  "num_hidden_layers": 64, "num_heads": 128, "head_dim": 64, "n_groups": 8, "state_size": 128,
  "expand": 2, "conv_kernel": 4, "use_bias": false, "use_conv_bias": true, "hidden_act": "silu",
  "tie_word_embeddings": false, "chunk_size": 256, "time_step_rank": 256})";

}  // namespace

// ------------------------------------------------------------------------ Qwen3-Next and Qwen3.5

TEST_CASE("Qwen3-Next-80B: its checkpoint's parameters are the model's and the extra layer's") {
  const model m = imported(qwen3_next);
  CHECK(total(m) == 79'674'391'296);
  CHECK(total(m) + mtp_parameters(m).total() == 81'324'862'720);
  CHECK(std::get<linear_attention>(layer_at(m, 0).attention) ==
        linear_attention{.key_heads = 16,
                         .value_heads = 32,
                         .key_head_dim = 128,
                         .value_head_dim = 128,
                         .conv_kernel = 4});
  CHECK(attention_at(m, 3) == grouped_query_attention{.heads = 16,
                                                      .kv_heads = 2,
                                                      .head_dim = 256,
                                                      .qk_norm = head_norm::per_head,
                                                      .output_gate = true});
  CHECK(experts_at(m, 0).shared_gate);
  CHECK(notes(qwen3_next) ==
        std::vector<std::string>{
            "$.mamba_ssm_dtype: missing; the recurrent state is read as fp32",
            "$.num_nextn_predict_layers: 1 multi-token-prediction layers are counted apart and not "
            "loaded: published checkpoints hold them"});
  CHECK(mtp_parameters(m).total() == 1'650'471'424);
}

TEST_CASE("Qwen3.5 35B-A3B equals the catalog's") {
  const model m = imported(R"({"model_type": "qwen3_5_moe", "tie_word_embeddings": false,
    "text_config": {"attn_output_gate": true, "dtype": "bfloat16", "full_attention_interval": 4,
    "head_dim": 256, "hidden_size": 2048, "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128,
    "linear_num_key_heads": 16, "linear_num_value_heads": 32, "linear_value_head_dim": 128,
    "max_position_embeddings": 262144, "mlp_only_layers": [], "model_type": "qwen3_5_moe_text",
    "moe_intermediate_size": 512, "mtp_num_hidden_layers": 1, "num_attention_heads": 16,
    "num_experts": 256, "num_experts_per_tok": 8, "num_hidden_layers": 40,
    "num_key_value_heads": 2, "shared_expert_intermediate_size": 512, "vocab_size": 248320,
    "mamba_ssm_dtype": "float32"}, "vision_config": {"depth": 27}})");
  // Per layer: 256 experts of 3 2048 512, a router, a shared expert and its gate, two norms:
  // 805,306,368 + 524,288 + 3,145,728 + 2,048 + 4,096 = 808,982,528. Linear attention (30 layers):
  // 2048 (8192 + 4096 + 64) + 8192 4 + 64 + 128 + 4096 2048 = 33,718,464. Full attention (10):
  // 2048 (8192 + 1024) + 512 + 4096 2048 = 27,263,488. Twice 248320 2048, and a norm.
  CHECK(total(m) == 40 * integer{808'982'528} + 30 * integer{33'718'464} +
                        10 * integer{27'263'488} + integer{1'017'118'720} + 2'048);
  CHECK(m.mtp_layers == 1);
  CHECK(same_but_name(m, catalog::qwen3_5_35b_a3b));
}

TEST_CASE("a dense Qwen3.5, by hand") {
  const model m = imported(qwen3_5);
  // Linear attention: 64 (96 + 32 + 8) inputs, convolution 96 4, decay and bias 2 4, norm 8,
  // output 32 64: 11,152. Full attention: 64 (2 128 + 2 64) + 2 32 + 128 64 = 32,832. Each layer
  // 3 64 96 + 2 64 = 18,560 more; embedding 6,400; last norm 64.
  CHECK(total(m) == 2 * 11'152 + 2 * 32'832 + 4 * 18'560 + 6'400 + 64);
  CHECK(m.name.view() == "qwen3_5");
  CHECK(m.tied_embeddings);
  CHECK(m.mtp_layers == 0);
}

TEST_CASE("keys of the hybrids: state, gate, extra layers, kinds of layers") {
  const auto changed = [](std::string_view from, std::string_view to) {
    return swapped(qwen3_5, from, to);
  };
  const auto state = [](const model& m) {
    return std::get<linear_attention>(layer_at(m, 0).attention).state;
  };
  CHECK(state(imported(changed(R"("float32")", R"("bfloat16")"))) == precision::bf16);
  CHECK(state(imported(changed(R"("float32")", R"("auto")"))) == precision::bf16);
  CHECK(refusal(changed(R"("float32")", R"("int8")")) ==
        "$.text_config.mamba_ssm_dtype: \"int8\"; allowed: \"bfloat16\", \"float16\", \"float32\"");
  CHECK(!attention_at(
             imported(changed(R"("attn_output_gate": true)", R"("attn_output_gate": false)")), 1)
             .output_gate);
  CHECK(imported(changed(R"("mtp_num_hidden_layers": 0)", R"("mtp_num_hidden_layers": 2)"))
            .mtp_layers == 2);
  CHECK(refusal(changed(R"(["linear_attention")", R"(["sliding_attention")")) ==
        "$.text_config.layer_types[0]: \"sliding_attention\"; allowed: \"full_attention\", "
        "\"linear_attention\"");
  CHECK(refusal(changed(R"("linear_num_value_heads": 4)", R"("linear_num_value_heads": 3)")) ==
        "$.text_config.linear_num_value_heads: 3; allowed: a multiple of linear_num_key_heads (2)");
  CHECK(refusal(changed(R"("linear_conv_kernel_dim": 4)", R"("linear_conv_kernel_dim": 4.5)")) ==
        "$.text_config.linear_conv_kernel_dim: 4.5; allowed: a whole number from 1 to 1000");
}

// ------------------------------------------------------------------------------------ Nemotron-H

TEST_CASE("Nemotron-H-8B equals the catalog's: each letter is a layer with one block") {
  const model m = imported(nemotron_h_8b);
  // Mixer (24): 4096 (2 8192 + 2 8 128 + 128) + (8192 + 2048) 5 + 3 128 + 8192 + 8192 4096 + 4096
  // = 109,640,064. Attention (4): 4096 (4096 + 2048) + 4096^2 + 4096 = 41,947,136. Dense (24):
  // 2 4096 21504 + 4096 = 176,164,864. Twice 131072 4096, and a norm.
  CHECK(total(m) == 24 * integer{109'640'064} + 4 * integer{41'947'136} +
                        24 * integer{176'164'864} + integer{1'073'741'824} + 4'096);
  CHECK(same_but_name(m, catalog::nemotron_h_8b));
}

TEST_CASE("Nemotron 3 Nano: experts of two matrices beside a wider shared one") {
  const model m = imported(nemotron_3_nano);
  CHECK(total(m) == 31'577'940'288);
  CHECK(experts_at(m, 1) == mixture_of_experts{.experts = 128,
                                               .experts_per_token = 6,
                                               .width = 1856,
                                               .gated = false,
                                               .shared_experts = 1,
                                               .shared_width = 3712,
                                               .correction_bias = true});
  CHECK(std::holds_alternative<no_attention>(layer_at(m, 1).attention));
  CHECK(std::holds_alternative<no_feed_forward>(layer_at(m, 0).feed_forward));
  CHECK(notes(nemotron_3_nano).empty());
}

// NVIDIA-Nemotron-3-Super-120B-A12B, of which 120.6 B parameters are published; active parameters
// are those of 22 of 512 experts in each of 40 layers.
TEST_CASE("Nemotron 3 Super: experts in a space of 1024") {
  const model m = imported(nemotron_3_super);
  CHECK(total(m) == 120'668'707'840);
  CHECK(active_parameters(m) == 120'668'707'840 - integer{40} * 490 * 2 * 1024 * 2688);
  CHECK(kv_bytes_per_token(m).value() == 8192.0);
  // 40 mixers of 128 heads x 64 x 128 in fp32, and three inputs of 8192 + 2 8 128 channels.
  CHECK(state_bytes_per_sequence(m).value() == 40.0 * (128.0 * 64 * 128 * 4 + 3 * 10240 * 2));
  CHECK(experts_at(m, 1).latent_width == 1024);
  CHECK(experts_at(m, 1).shared_width == 5376);
  CHECK(refusal(
            swapped(nemotron_3_super, R"("moe_latent_size": 1024)", R"("moe_latent_size": -1)")) ==
        "$.moe_latent_size: -1; allowed: a whole number from 0 to 100000000");
}

TEST_CASE("the pattern of Nemotron-H: letters, words, and their number") {
  const auto pattern = [](std::string_view letters, std::string_view layers) {
    const std::string text =
        swapped(nemotron_3_nano, "MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME", letters);
    return swapped(text, R"("num_hidden_layers": 52)",
                   R"("num_hidden_layers": )" + std::string(layers));
  };
  CHECK(imported(pattern("M-E*", "4")).layers.kinds.size() == 4);
  CHECK(refusal(pattern("MEX*", "4")) ==
        "$.hybrid_override_pattern[2]: \"X\"; allowed: \"M\", \"*\", \"-\", \"E\"");
  CHECK(refusal(pattern("ME\\u00e9", "3")) ==
        "$.hybrid_override_pattern[2]: \"?\"; allowed: \"M\", \"*\", \"-\", \"E\"");
  CHECK(
      refusal(pattern("", "4")) ==
      "$.hybrid_override_pattern: \"\"; allowed: one of \"M\", \"*\", \"-\", \"E\" for each layer");
  CHECK(refusal(pattern("ME*E", "5")) ==
        "$.num_hidden_layers: 5; allowed: 4, the layers of the pattern");
  CHECK(refusal(pattern(std::string(20000, 'M'), "null")) ==
        "$: a pattern of 20000 layers; allowed: from 1 to 10000");
  CHECK(refusal(with(pattern("M", "null"), R"("layers_block_type": [])")) ==
        "$: a pattern of 0 layers; allowed: from 1 to 10000");
  const std::string words = swapped(pattern("M-E*", "4"), R"("hybrid_override_pattern": "M-E*")",
                                    R"("layers_block_type": ["mamba", "mlp", "moe", "attention"])");
  CHECK(imported(words) == imported(pattern("M-E*", "4")));
  CHECK(refusal(swapped(words, "\"moe\"", "\"hyena\"")) ==
        "$.layers_block_type[2]: \"hyena\"; allowed: \"mamba\", \"attention\", \"mlp\", \"moe\"");
}

TEST_CASE("keys of Nemotron-H that change its cost") {
  const auto changed = [](std::string_view from, std::string_view to) {
    return swapped(nemotron_h_8b, from, to);
  };
  const model biased = imported(changed(R"("use_bias": false,
  "mamba_proj_bias": false)",
                                        R"("use_bias": true)"));
  CHECK(std::get<state_space>(layer_at(biased, 0).attention).projection_bias);
  CHECK(dense_at(imported(changed(R"("mlp_bias": false)", R"("mlp_bias": true)")), 1).bias);
  CHECK(refusal(changed(R"("use_bias": false)", R"("use_bias": true)")) ==
        "$.mamba_proj_bias: false; allowed: true, as in $.use_bias");
  CHECK(refusal(changed(R"("mlp_hidden_act": "relu2")", R"("mlp_hidden_act": "silu")")) ==
        "$.mlp_hidden_act: \"silu\"; allowed: \"relu2\"");
  CHECK(refusal(changed(R"("n_groups": 8)", R"("n_groups": 7)")) ==
        "$.n_groups: 7; allowed: a divisor of the number of heads (128)");
  CHECK(refusal(with(nemotron_3_nano, R"("mlp_bias": true)")) ==
        "$.mlp_bias: true; allowed: false: biases of experts are not priced");
  CHECK(refusal(swapped(nemotron_3_nano, R"("n_shared_experts": 1)", R"("n_shared_experts": 2)")) ==
        "$.n_shared_experts: 2; allowed: a whole number from 1 to 1");
  const std::string mtp = with(
      nemotron_3_nano, R"("num_nextn_predict_layers": 1, "mtp_hybrid_override_pattern": "*E")");
  CHECK(imported(mtp).mtp_layers == 0);
  CHECK(notes(mtp) ==
        std::vector<std::string>{"$.num_nextn_predict_layers: 1 multi-token-prediction layers are "
                                 "neither counted nor loaded: they follow a pattern of their own"});
}

// --------------------------------------------------------------------------------------- Mamba-2

TEST_CASE("Mamba-Codestral-7B: nothing but mixers") {
  const model m = imported(codestral);
  CHECK(total(m) == 7'285'403'648);
  CHECK(std::get<state_space>(layer_at(m, 0).attention) == state_space{.heads = 128,
                                                                       .head_dim = 64,
                                                                       .groups = 8,
                                                                       .state_size = 128,
                                                                       .conv_kernel = 4,
                                                                       .state = precision::bf16});
  CHECK(m.layers.kinds.size() == 1);
  CHECK(refusal(swapped(codestral, R"("num_heads": 128)", R"("num_heads": 64)")) ==
        "$.num_heads: 64; allowed: expand hidden_size / head_dim (8192 / 64)");
  CHECK(refusal(swapped(codestral, R"("num_heads": 128)", R"("num_heads": -128)")) ==
        "$.num_heads: -128; allowed: a whole number from 1 to 100000");
  CHECK(refusal(swapped(codestral, R"("state_size": 128)", R"("state_size": 1e300)")) ==
        "$.state_size: 1e+300; allowed: a whole number from 1 to 100000");
}
