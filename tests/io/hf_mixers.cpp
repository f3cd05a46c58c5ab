// SPDX-License-Identifier: BSL-1.0
// Families with mixers of their own kinds: short convolutions, Mamba's, and both side by side.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "hf_texts.hpp"
#include "shardline/io/hf/families/falcon_h1.hpp"
#include "shardline/io/hf/families/jamba.hpp"
#include "shardline/io/hf/families/lfm2.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// Published values, as far as they have a meaning; totals of the safetensors files on
// huggingface.co.
constexpr std::string_view lfm2_1_2b = R"({"model_type": "lfm2", "torch_dtype": "bfloat16",
  "architectures": ["Lfm2ForCausalLM"], "hidden_size": 2048, "vocab_size": 65536,
  "num_hidden_layers": 16, "num_attention_heads": 32, "num_key_value_heads": 8,
  "block_ff_dim": 12288, "block_auto_adjust_ff_dim": true, "block_multiple_of": 256,
  "block_ffn_dim_multiplier": 1.0, "conv_L_cache": 3, "conv_bias": false,
  "full_attn_idxs": [2, 5, 8, 10, 12, 14], "max_position_embeddings": 128000})";

constexpr std::string_view lfm2_8b = R"({"model_type": "lfm2_moe", "torch_dtype": "bfloat16",
  "architectures": ["Lfm2MoeForCausalLM"], "hidden_size": 2048, "vocab_size": 65536,
  "num_hidden_layers": 24, "num_attention_heads": 32, "num_key_value_heads": 8,
  "intermediate_size": 7168, "moe_intermediate_size": 1792, "num_experts": 32,
  "num_experts_per_tok": 4, "num_dense_layers": 2, "use_expert_bias": true, "conv_L_cache": 3,
  "conv_bias": false, "layer_types": ["conv", "conv", "full_attention", "conv", "conv", "conv",
  "full_attention", "conv", "conv", "conv", "full_attention", "conv", "conv", "conv",
  "full_attention", "conv", "conv", "conv", "full_attention", "conv", "conv", "full_attention",
  "conv", "conv"]})";

constexpr std::string_view jamba_v0_1 = R"({"model_type": "jamba", "torch_dtype": "bfloat16",
  "architectures": ["JambaForCausalLM"], "hidden_size": 4096, "vocab_size": 65536,
  "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
  "intermediate_size": 14336, "num_experts": 16, "num_experts_per_tok": 2,
  "attn_layer_period": 8, "attn_layer_offset": 4, "expert_layer_period": 2,
  "expert_layer_offset": 1, "mamba_d_state": 16, "mamba_d_conv": 4, "mamba_expand": 2,
  "mamba_dt_rank": 256, "mamba_conv_bias": true, "mamba_proj_bias": false,
  "tie_word_embeddings": false})";

constexpr std::string_view falcon_mamba_7b = R"({"model_type": "falcon_mamba",
  "torch_dtype": "bfloat16", "architectures": ["FalconMambaForCausalLM"], "hidden_size": 4096,
  "vocab_size": 65024, "num_hidden_layers": 64, "intermediate_size": 8192, "state_size": 16,
  "conv_kernel": 4, "time_step_rank": 256, "use_conv_bias": true, "use_bias": false,
  "tie_word_embeddings": false})";

constexpr std::string_view mamba_2_8b = R"({"model_type": "mamba", "torch_dtype": "float32",
  "architectures": ["MambaForCausalLM"], "hidden_size": 2560, "vocab_size": 50280,
  "num_hidden_layers": 64, "expand": 2, "state_size": 16, "conv_kernel": 4,
  "time_step_rank": "auto", "use_conv_bias": true, "use_bias": false})";

constexpr std::string_view falcon_h1_7b = R"({"model_type": "falcon_h1",
  "torch_dtype": "bfloat16", "architectures": ["FalconH1ForCausalLM"], "hidden_size": 3072,
  "vocab_size": 130049, "num_hidden_layers": 44, "num_attention_heads": 12,
  "num_key_value_heads": 2, "head_dim": 128, "intermediate_size": 12288, "mamba_d_ssm": 3072,
  "mamba_d_state": 256, "mamba_d_head": 128, "mamba_n_heads": 24, "mamba_n_groups": 1,
  "mamba_d_conv": 4, "mamba_expand": 2, "mamba_conv_bias": true, "mamba_proj_bias": false,
  "mamba_rms_norm": true, "attention_bias": false, "mlp_bias": false,
  "tie_word_embeddings": false})";

}  // namespace

TEST_CASE("LFM2: short convolutions keep two inputs, blocks are narrower than their key says") {
  const model m = imported(lfm2_1_2b);
  CHECK(total(m) == 1'170'340'608);
  CHECK(kv_bytes_per_token(m).value() == 6.0 * 2 * 512 * 2);
  CHECK(state_bytes_per_sequence(m).value() == 10.0 * 2 * 2048 * 2);
  CHECK(dense_at(m, 0).width == 8192);
  CHECK(std::get<short_convolution>(layer_at(m, 0).attention) ==
        short_convolution{.width = 2048, .conv_kernel = 3});
  CHECK(contains(refusal(swapped(lfm2_1_2b, R"("block_ffn_dim_multiplier": 1.0)",
                                 R"("block_ffn_dim_multiplier": 1.5)")),
                 "$.block_ffn_dim_multiplier: 1.5"));
}

TEST_CASE("LFM2 with experts in all but the first two layers") {
  const model m = imported(lfm2_8b);
  // Of the files in bf16; 704 corrections in fp32 are counted beside them.
  CHECK(total(m) == 8'339'929'856 + 22 * 32);
  CHECK(active_parameters(m) == total(m) - integer{22} * 28 * 3 * 2048 * 1792);
  CHECK(refusal(swapped(lfm2_8b, R"(["conv")", R"(["hyena")")) ==
        R"($.layer_types[0]: "hyena"; allowed: "conv", "full_attention")");
}

TEST_CASE("Jamba: attention in every eighth layer, experts in every second") {
  const model m = imported(jamba_v0_1);
  CHECK(total(m) == 51'570'323'328);
  CHECK(kv_bytes_per_token(m).value() == 4.0 * 2 * 1024 * 2);
  CHECK(state_bytes_per_sequence(m).value() == 28.0 * (8192.0 * 16 * 2 + 3.0 * 8192 * 2));
  CHECK(attention_at(m, 4).kv_heads == 8);
  CHECK(sparse(m)[1]);
  CHECK(!sparse(m)[0]);
  CHECK(std::get<selective_state>(layer_at(m, 0).attention).inner_norms);
}

TEST_CASE("Mamba and Falcon-Mamba: nothing but mixers") {
  CHECK(total(imported(falcon_mamba_7b)) == 7'272'665'088);
  CHECK(total(imported(mamba_2_8b)) == 2'768'345'600);
  CHECK(std::get<selective_state>(layer_at(imported(mamba_2_8b), 0).attention).step_rank == 160);
  CHECK(refusal(swapped(mamba_2_8b, R"("state_size": 16)", R"("state_size": 0)")) ==
        "$.state_size: 0; allowed: a whole number from 1 to 100000");
}

TEST_CASE("Falcon-H1: attention and a mixer in every layer") {
  const model m = imported(falcon_h1_7b);
  CHECK(total(m) == 7'585'654'880);
  CHECK(kv_bytes_per_token(m).value() == 44.0 * 2 * 256 * 2);
  CHECK(state_bytes_per_sequence(m).value() == 44.0 * 2 * (3072.0 * 256 + 3 * (3072 + 512)));
  CHECK(std::get<hybrid_heads>(layer_at(m, 0).attention).mixer_head_dim == 128);
  CHECK(refusal(swapped(falcon_h1_7b, R"("mamba_d_head": 128)", R"("mamba_d_head": 64)")) ==
        "$.mamba_d_head: 64; allowed: a whole number from 128 to 128");
}
