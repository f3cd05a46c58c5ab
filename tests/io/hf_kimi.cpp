// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/hf/families/kimi.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// Every fourth layer and the last attend to latents.
std::string delta_layers(int layers) {
  std::string delta;
  std::string full;
  for (int i = 1; i <= layers; ++i) {
    std::string& list = i % 4 == 0 || i == layers ? full : delta;
    list += (list.empty() ? "" : ", ") + std::to_string(i);
  }
  return R"("kda_layers": [)" + delta + R"(], "full_attn_layers": [)" + full + "]";
}

// Published values, as far as they have a meaning.
const std::string kimi_linear_48b = R"({"model_type": "kimi_linear", "dtype": "bfloat16",
  "architectures": ["KimiLinearForCausalLM"], "hidden_size": 2304, "vocab_size": 163840,
  "num_hidden_layers": 27, "num_attention_heads": 32, "num_key_value_heads": 32, "head_dim": 72,
  "intermediate_size": 9216, "moe_intermediate_size": 1024, "num_experts": 256,
  "num_experts_per_token": 8, "num_shared_experts": 1, "first_k_dense_replace": 1,
  "moe_layer_freq": 1, "kv_lora_rank": 512, "q_lora_rank": null, "qk_nope_head_dim": 128,
  "qk_rope_head_dim": 64, "v_head_dim": 128, "mla_use_nope": true, "hidden_act": "silu",
  "tie_word_embeddings": false, "num_nextn_predict_layers": 0, "linear_attn_config": {
  "head_dim": 128, "num_heads": 32, "short_conv_kernel_size": 4, )" +
                                    delta_layers(27) + "}}";

const std::string kimi_k3 = R"({"model_type": "kimi_k3", "dtype": "bfloat16",
  "architectures": ["KimiK3ForConditionalGeneration"], "tie_word_embeddings": false,
  "vision_config": {"vt_hidden_size": 1024}, "text_config": {"model_type": "kimi_linear",
  "architectures": ["KimiLinearForCausalLM"], "dtype": "bfloat16", "hidden_size": 7168,
  "vocab_size": 163840, "num_hidden_layers": 93, "num_attention_heads": 96,
  "num_key_value_heads": 96, "intermediate_size": 33792, "moe_intermediate_size": 3072,
  "num_experts": 896, "num_experts_per_token": 16, "num_shared_experts": 2,
  "first_k_dense_replace": 1, "moe_layer_freq": 1, "routed_expert_hidden_size": 3584,
  "latent_moe_use_norm": true, "kv_lora_rank": 512, "q_lora_rank": 1536, "qk_nope_head_dim": 128,
  "qk_rope_head_dim": 64, "v_head_dim": 128, "mla_use_nope": true, "mla_use_output_gate": true,
  "hidden_act": "situ", "attn_res_block_size": 12, "tie_word_embeddings": false,
  "quantization_config": {"quant_method": "compressed-tensors", "format": "mxfp4-pack-quantized",
  "config_groups": {"group_0": {"targets": ["Linear"], "input_activations": null, "weights":
  {"num_bits": 4, "type": "float", "strategy": "group", "group_size": 32, "symmetric": true}}},
  "ignore": ["re:.*self_attn.*", "re:.*shared_experts.*",
  "re:.*mlp\\.(gate|up|gate_up|down)_proj.*", "re:.*lm_head.*"]}, "linear_attn_config": {
  "head_dim": 128, "num_heads": 96, "short_conv_kernel_size": 4, "use_full_rank_gate": true, )" +
                            delta_layers(93) + "}}}";

delta_attention delta_at(const model& m, integer i) {
  return std::get<delta_attention>(layer_at(m, i).attention);
}

}  // namespace

TEST_CASE("Kimi-Linear-48B: delta attention in 20 layers, latents in 7, of which none is rotated") {
  const model m = imported(kimi_linear_48b);
  CHECK(parameters(m).total() == 49'122'681'728);  // of the safetensors files
  CHECK(active_parameters(m) == 49'122'681'728 - integer{26} * 248 * 3 * 2304 * 1024);
  CHECK(kv_bytes_per_token(m).value() == 7.0 * 576 * 2);
  // 32 heads of 128 x 128 in fp32, and three inputs of 3 x 4096 channels.
  CHECK(state_bytes_per_sequence(m).value() == 20.0 * (32.0 * 128 * 128 * 4 + 3 * 3 * 4096 * 2));
  CHECK(delta_at(m, 0) ==
        delta_attention{
            .heads = 32, .head_dim = 128, .conv_kernel = 4, .decay_rank = 128, .gate_rank = 128});
  CHECK(std::get<latent_attention>(layer_at(m, 26).attention).q_lora_rank == 0);
  CHECK(notes(kimi_linear_48b).empty());
}

TEST_CASE(
    "Kimi K3: with its vision tower and 32 more decays a layer, the checkpoint's parameters") {
  const model m = imported(kimi_k3);
  // The safetensors files hold 2,779,931,837,184: 447,358,976 of the tower and its projector, and
  // A_log as 128 values for 96 heads.
  CHECK(parameters(m).total() + 69 * 32 + 447'358'976 == 2'779'931'837'184);
  CHECK(active_parameters(m) == parameters(m).total() - integer{92} * 880 * 3 * 3584 * 3072);
  CHECK(kv_bytes_per_token(m).value() == 24.0 * 576 * 2);
  CHECK(m.residual_blocks == 12);
  CHECK(experts_at(m, 1).latent_width == 3584);
  CHECK(experts_at(m, 1).latent_norm);
  CHECK(std::get<latent_attention>(layer_at(m, 92).attention).output_gate);
  CHECK(delta_at(m, 0).gate_rank == 0);
  // Experts in MXFP4 and all else in bf16: the files' bytes, but for vectors of recurrences in fp32.
  const double in_fp32 = 69.0 * (3 * 12288 * 4 + 96 + 12288 + 128) * 2.0;
  CHECK(parameters(m).total_bytes().value() + in_fp32 + 69.0 * 32 * 4 == 1'559'965'606'912.0);
}

TEST_CASE("Kimi K2.5 is DeepSeek-V3 within another model") {
  const std::string text = std::string(R"({"model_type": "kimi_k25", "architectures":
    ["KimiK25ForConditionalGeneration"], "text_config": )") +
                           swapped(deepseek, "deepseek_v3", "kimi_k2") + "}";
  CHECK(same_but_name(imported(text), imported(deepseek)));
}

TEST_CASE("what is refused of delta attention") {
  CHECK(contains(refusal(swapped(kimi_linear_48b, "[1, 2", "[28, 2")),
                 "allowed: numbers of layers, 1 to 27"));
  CHECK(contains(refusal(swapped(kimi_linear_48b, "[4, 8", "[5, 8")),
                 "$.linear_attn_config.full_attn_layers"));
  CHECK(contains(refusal(swapped(kimi_linear_48b, "linear_attn_config", "linear_config")),
                 "$.linear_attn_config: missing; allowed: an object"));
  CHECK(refusal(swapped(kimi_linear_48b, R"("num_heads": 32)", R"("num_heads": 0)")) ==
        "$.linear_attn_config.num_heads: 0; allowed: a whole number from 1 to 100000");
}
