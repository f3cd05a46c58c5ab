// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/hf/families/sparse_latent.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// Published values, as far as they have a meaning.
constexpr std::string_view deepseek_v3_2 = R"({"model_type": "deepseek_v32",
  "architectures": ["DeepseekV32ForCausalLM"], "torch_dtype": "bfloat16", "hidden_size": 7168,
  "vocab_size": 129280, "num_hidden_layers": 61, "num_attention_heads": 128,
  "num_key_value_heads": 128, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128,
  "qk_rope_head_dim": 64, "v_head_dim": 128, "index_head_dim": 128, "index_n_heads": 64,
  "index_topk": 2048, "intermediate_size": 18432, "moe_intermediate_size": 2048,
  "first_k_dense_replace": 3, "moe_layer_freq": 1, "n_routed_experts": 256, "n_shared_experts": 1,
  "num_experts_per_tok": 8, "num_nextn_predict_layers": 1, "topk_method": "noaux_tc",
  "tie_word_embeddings": false, "attention_bias": false})";

constexpr std::string_view glm_5 = R"({"model_type": "glm_moe_dsa",
  "architectures": ["GlmMoeDsaForCausalLM"], "dtype": "bfloat16", "hidden_size": 6144,
  "vocab_size": 154880, "num_hidden_layers": 78, "num_attention_heads": 64,
  "num_key_value_heads": 64, "head_dim": 64, "q_lora_rank": 2048, "kv_lora_rank": 512,
  "qk_head_dim": 256, "qk_nope_head_dim": 192, "qk_rope_head_dim": 64, "v_head_dim": 256,
  "index_head_dim": 128, "index_n_heads": 32, "index_topk": 2048, "intermediate_size": 12288,
  "moe_intermediate_size": 2048, "first_k_dense_replace": 3, "moe_layer_freq": 1,
  "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8,
  "num_nextn_predict_layers": 1, "topk_method": "noaux_tc", "tie_word_embeddings": false})";

constexpr std::string_view fp8 =
    R"("quant_method": "fp8", "fmt": "e4m3", "weight_block_size": [128, 128])";

// GLM-5.2: the first three layers have an indexer, and from the seventh on every fourth.
std::string glm_types(integer layers) {
  std::string list;
  for (integer i = 0; i < layers; ++i) {
    const bool full = i < 3 || (i >= 6 && (i - 6) % 4 == 0);
    list += std::string(i == 0 ? "" : ", ") + (full ? R"("full")" : R"("shared")");
  }
  return R"("indexer_types": [)" + list + "]";
}

sparse_latent_attention sparse_at(const model& m, integer i) {
  return std::get<sparse_latent_attention>(layer_at(m, i).attention);
}

}  // namespace

TEST_CASE("DeepSeek-V3.2: latent attention with an indexer in every layer") {
  const model m = imported(deepseek_v3_2);
  // With the two copies of embedding and head that the prediction layer's file holds, and a scale
  // for each 128 x 128 block of 41,540,496 matrices and 51,088 of indexers, this is the total of
  // huggingface.co/deepseek-ai/DeepSeek-V3.2: 685,396,921,376.
  CHECK(parameters(m).total() == 671'877'944'064);
  CHECK(mtp_parameters(m).total() == 11'624'027'648);
  CHECK(671'877'944'064 + 11'624'027'648 + 2 * 129280 * 7168 + 41'540'496 + 51'088 ==
        685'396'921'376);
  CHECK(kv_bytes_per_token(m).value() == 70272.0 + 61.0 * 132.0);
  CHECK(sparse_at(m, 0).index_topk == 2048);
  CHECK(sparse_at(m, 60) == sparse_at(m, 0));
  CHECK(!sparse(m)[2]);
  CHECK(sparse(m)[3]);
}

TEST_CASE("in fp8 the indexer has 51,088 scales more than DeepSeek-V3, its small matrix none") {
  const model m = imported(quantised_by(deepseek_v3_2, fp8));
  const auto attention_bytes = [](const model& of) {
    return parameters(of).bytes_of(weight_class::attention).value() +
           mtp_parameters(of).bytes_of(weight_class::attention).value();
  };
  model dense = m;
  for (layer& l : dense.layers.kinds) {
    l.attention = std::get<sparse_latent_attention>(l.attention).latents();
  }
  const double elements = 62.0 * (1536.0 * 8192.0 + 7168.0 * 128.0 + 2.0 * 7168.0 * 64.0);
  CHECK(attention_bytes(m) - attention_bytes(dense) == elements + 4.0 * 51'088.0);
}

TEST_CASE("GLM-5: values wider than keys without rotary, an indexer in every layer") {
  const model m = imported(glm_5);
  CHECK(parameters(m).total() == 743'911'218'432);
  CHECK(mtp_parameters(m).total() == 9'952'920'576);
  CHECK(kv_bytes_per_token(m).value() == 89856.0 + 78.0 * 132.0);
  CHECK(sparse_at(m, 0).v_head_dim == 256);
  CHECK(sparse_at(m, 0).index_heads == 32);
}

TEST_CASE("GLM-5.2: 21 of 78 layers have an indexer, and others share it") {
  const model m = imported(with(glm_5, glm_types(78)));
  integer indexers = 0;
  for (integer i = 0; i < 78; ++i) indexers += sparse_at(m, i).indexed ? 1 : 0;
  CHECK(indexers == 21);
  CHECK(sparse_at(m, 2).indexed);
  CHECK(!sparse_at(m, 3).indexed);
  CHECK(sparse_at(m, 6).indexed);
  CHECK(kv_bytes_per_token(m).value() == 89856.0 + 21.0 * 132.0);
  // wq_b, wk, weights_proj and k_norm of 57 layers less.
  const integer indexer = 2048 * 32 * 128 + 6144 * 128 + 6144 * 32 + 2 * 128;
  CHECK(parameters(m).total() == 743'911'218'432 - 57 * indexer);
  const std::vector<std::string> said = notes(with(glm_5, glm_types(78)));
  bool noted = false;
  for (const std::string& note : said) noted = noted || contains(note, "without an indexer");
  CHECK(noted);
}

TEST_CASE("indexers that cannot be told are refused") {
  CHECK(refusal(with(glm_5, R"("indexer_types": ["shared"])")) ==
        R"($.indexer_types[0]: "shared"; allowed: "full")");
  CHECK(contains(refusal(with(glm_5, R"("indexer_types": ["full", "half"])")),
                 R"($.indexer_types[1]: "half"; allowed: "full", "shared")"));
  CHECK(contains(refusal(with(glm_5, R"("indexer_types": ["full"])")),
                 "allowed: one for each layer (78)"));
  CHECK(refusal(with(glm_5, R"("index_topk_freq": 4)")) ==
        "$.index_topk_freq: 4; allowed: 1, or indexer_types that say which layers have an indexer");
  CHECK(contains(refusal(swapped(glm_5, R"("qk_head_dim": 256)", R"("qk_head_dim": 255)")),
                 "$.qk_head_dim: 255"));
  CHECK(contains(refusal(swapped(glm_5, R"("q_lora_rank": 2048)", R"("q_lora_rank": null)")),
                 "$.q_lora_rank: null; allowed: a width above 0"));
  CHECK(refusal(swapped(glm_5, R"("index_topk": 2048)", R"("index_topk": 0)")) ==
        "$.index_topk: 0; allowed: a whole number from 1 to 1000000000");
}

TEST_CASE("types of blocks must be what the other keys say") {
  const model m = imported(with(glm_5, R"("mlp_layer_types": ["dense", "dense", "dense"])"));
  CHECK(parameters(m).total() == 743'911'218'432);
  CHECK(contains(refusal(with(glm_5, R"("mlp_layer_types": ["dense", "sparse"])")),
                 R"($.mlp_layer_types[1]: "sparse"; allowed: "dense")"));
}

TEST_CASE("a list of modules may leave an indexer's out of quantisation") {
  const std::string settings =
      std::string(fp8) + R"(, "modules_to_not_convert": ["indexer.weights_proj"])";
  CHECK(imported(quantised_by(deepseek_v3_2, settings)) ==
        imported(quantised_by(deepseek_v3_2, fp8)));
}

TEST_CASE("other families are refused with an indexer") {
  CHECK(contains(refusal(with(deepseek, R"("index_topk": 2048)")), "$.index_topk: 2048"));
}
