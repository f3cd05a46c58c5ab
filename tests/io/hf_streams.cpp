// SPDX-License-Identifier: BSL-1.0
// Models of 2026 with several residual streams, and Ling 3: totals are those of the tensors that
// their published modelling code makes, added up by a program of its own.
#include <doctest/doctest.h>

#include <string>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// tencent/Hy4-preview: 770B, 49B of them active.
const std::string hy4 = R"({"architectures": ["HYV4ForCausalLM"], "model_type": "hy_v4",
  "dtype": "bfloat16", "vocab_size": 120832, "hidden_size": 6144, "intermediate_size": 18432,
  "moe_intermediate_size": 2048, "num_hidden_layers": 78, "num_attention_heads": 64,
  "num_key_value_heads": 64, "hidden_act": "silu", "max_position_embeddings": 1048576,
  "q_lora_rank": 2048, "kv_lora_rank": 512, "qk_nope_head_dim": 192, "qk_rope_head_dim": 64,
  "v_head_dim": 256, "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8,
  "index_topk": 2048, "index_head_dim": 128, "index_n_heads": 32, "hc_mult": 4,
  "gated_mla": true, "gating_type": "elementwise", "tie_word_embeddings": false})";

std::string glm_layers() {
  std::string types;
  for (int i = 0; i < 45; ++i) {
    const bool sparse = i % 4 == 3;
    types += std::string(i == 0 ? "" : ", ") +
             (sparse ? "\"deepseek_sparse_attention\"" : "\"linear_attention\"");
  }
  return types;
}

// zai-org/GLM-5.3-Flash.
const std::string glm5_flash = R"({"architectures": ["Glm5NextForConditionalGeneration"],
  "model_type": "glm5_next", "tie_word_embeddings": false, "vision_config": {"depth": 24},
  "text_config": {"model_type": "glm5_next_text", "dtype": "bfloat16", "vocab_size": 154880,
  "hidden_size": 4096, "intermediate_size": 12288, "num_hidden_layers": 45,
  "num_attention_heads": 64, "num_key_value_heads": 64, "first_k_dense_replace": 3,
  "moe_intermediate_size": 2048, "n_routed_experts": 288, "n_shared_experts": 1,
  "num_experts_per_tok": 8, "topk_method": "noaux_tc", "hc_mult": 4, "q_lora_rank": 1536,
  "kv_lora_rank": 512, "qk_nope_head_dim": 256, "qk_rope_head_dim": 0, "v_head_dim": 256,
  "index_n_heads": 32, "index_head_dim": 128, "index_topk": 2048, "index_kpool": 4,
  "num_nextn_predict_layers": 1, "linear_attn_config": {"num_heads": 64, "head_dim": 128,
  "short_conv_kernel_size": 4}, "layer_types": [)" +
                               glm_layers() + "]}}";

// Ling-3.0-tiny's sizes, which are Edge0-8B's.
const std::string ling3 = R"({"architectures": ["BailingMoeV3ForCausalLM"],
  "model_type": "bailing_hybrid", "dtype": "bfloat16", "first_k_dense_replace": 1,
  "gated_attention_proj_granularity_type": "head_wise", "head_dim": 128, "hidden_size": 1536,
  "intermediate_size": 4608, "kv_lora_rank": 512, "layer_group_size": 4,
  "max_position_embeddings": 131072, "moe_intermediate_size": 512,
  "moe_router_enable_expert_bias": true, "moe_shared_expert_intermediate_size": 512,
  "no_kda_lora": true, "num_attention_heads": 16, "num_experts": 128, "num_experts_per_tok": 8,
  "num_hidden_layers": 24, "num_key_value_heads": 16, "num_shared_experts": 1,
  "q_lora_rank": 256, "qk_head_dim": 192, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64,
  "short_conv_kernel_size": 4, "tie_word_embeddings": false, "use_bias": false,
  "use_mla_nope": false, "use_qk_norm": true, "use_qkv_bias": false, "v_head_dim": 128,
  "vocab_size": 157184})";

template <class Kind>
Kind attention_at(const model& m, integer i) {
  return std::get<Kind>(layer_at(m, i).attention);
}

}  // namespace

TEST_CASE("Hy4: gated latents behind sinks, indexers that four layers share, streams apart") {
  const model m = imported(hy4);
  CHECK(total(m) == 769'907'408'797);
  CHECK(active_parameters(m) / 1'000'000'000 == 49);
  // 78 layers of 576 values, 21 of which keep an index of 132 bytes too.
  CHECK(cached(m) == 78 * 576 * 2.0 + 21 * 132);
  CHECK(m.streams == 4);
  CHECK(m.streams_apart);
  CHECK_FALSE(m.streams_averaged);
  const auto indexed = [&m](integer i) {
    return attention_at<sparse_latent_attention>(m, i).indexed;
  };
  for (const integer i : {0, 1, 5, 77}) CHECK(indexed(i));
  for (const integer i : {2, 3, 4, 6, 76}) CHECK_FALSE(indexed(i));
  CHECK(attention_at<sparse_latent_attention>(m, 0).output_gate);
  CHECK(attention_at<sparse_latent_attention>(m, 0).sinks);
  CHECK_FALSE(attention_at<sparse_latent_attention>(
                  imported(swapped(hy4, R"("gated_mla": true)", R"("gated_mla": false)")), 0)
                  .output_gate);
  CHECK(contains(refusal(swapped(hy4, "elementwise", "headwise")),
                 R"($.gating_type: "headwise"; allowed: "elementwise")"));
}

TEST_CASE("GLM-5.3-Flash: delta attention, latents without rotation, pools of index keys") {
  const model m = imported(glm5_flash);
  CHECK(total(m) == 313'326'811'966);
  // 11 layers of 512 values, and 132 bytes for each four tokens.
  CHECK(cached(m) == 11 * (512 * 2.0 + 132.0 / 4));
  CHECK(state_bytes_per_sequence(m).value() ==
        34 * (64 * 128.0 * 128 * 4 + 3 * 3 * 64 * 128 * 2.0));
  CHECK(m.streams_averaged);
  CHECK_FALSE(m.streams_apart);
  CHECK(attention_at<sparse_latent_attention>(m, 3).index_pool == 4);
  CHECK(attention_at<sparse_latent_attention>(m, 3).qk_rope_head_dim == 0);
  CHECK(attention_at<delta_attention>(m, 4) ==
        delta_attention{
            .heads = 64, .head_dim = 128, .conv_kernel = 4, .decay_rank = 128, .gate_rank = 128});
  CHECK(m.mtp_layers == 0);
  CHECK(contains(
      refusal(swapped(glm5_flash, R"("linear_attention", "deepseek)", R"("lightning", "deepseek)")),
      R"($.text_config.layer_types[2]: "lightning"; allowed: "linear_attention", )"));
}

TEST_CASE("Ling 3 goes by Ling 2.5's model_type: delta attention, and gates for whole heads") {
  const model m = imported(ling3);
  CHECK(total(m) == 7'893'392'800);
  CHECK(cached(m) == 6 * 576 * 2.0);
  CHECK(state_bytes_per_sequence(m).value() ==
        18 * (16 * 128.0 * 128 * 4 + 3 * 3 * 16 * 128 * 2.0));
  CHECK(attention_at<delta_attention>(m, 0).decay_rank == 0);
  CHECK(attention_at<delta_attention>(m, 0).gate_rank == 0);
  CHECK(attention_at<latent_attention>(m, 3).head_gate);
  CHECK(notes(ling3).empty());
  // A gate for each value, and layers behind the last whole group.
  const model each = imported(swapped(ling3, "head_wise", "element_wise"));
  CHECK(total(each) == total(m) + integer{6} * 1536 * 16 * 127);
  const model longer =
      imported(swapped(ling3, R"("num_hidden_layers": 24)", R"("num_hidden_layers": 26)"));
  CHECK(attention_at<latent_attention>(longer, 25).head_gate);
  CHECK(attention_at<latent_attention>(longer, 24).head_gate);
  CHECK(contains(refusal(swapped(ling3, R"("use_mla_nope": false)", R"("use_mla_nope": true)")),
                 "$.use_mla_nope: true; allowed: false"));
  // The same keys without its class's name are still its own.
  CHECK(imported(swapped(ling3, R"("architectures": ["BailingMoeV3ForCausalLM"],)", "")) == m);
}

TEST_CASE("what is not priced of 2026 is refused by what it is") {
  CHECK(contains(refusal(R"({"model_type": "bitnet"})"), "ternary weights"));
  CHECK(contains(refusal(R"({"model_type": "phi4flash"})"), "reads one layer's cache"));
  CHECK(contains(refusal(R"({"model_type": "jetmoe"})"), "experts of attention"));
}
