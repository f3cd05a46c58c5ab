// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/hf/families/gemma4.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "hf_texts.hpp"
#include "shardline/check/validation.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// Published values; every sixth layer sees everything, in E2B every fifth.
std::string gemma4(std::string_view settings, int layers, int period) {
  std::string types;
  for (int i = 1; i <= layers; ++i) {
    types += std::string(i == 1 ? "" : ", ") +
             (i % period == 0 ? R"("full_attention")" : R"("sliding_attention")");
  }
  return R"({"model_type": "gemma4", "architectures": ["Gemma4ForConditionalGeneration"],
  "dtype": "bfloat16", "text_config": {"model_type": "gemma4_text", "dtype": "bfloat16",
  "hidden_activation": "gelu_pytorch_tanh", "head_dim": 256, "global_head_dim": 512,
  "vocab_size": 262144, "vocab_size_per_layer_input": 262144, "tie_word_embeddings": true,
  "num_hidden_layers": )" +
         std::to_string(layers) + ", \"layer_types\": [" + types + "], " + std::string(settings) +
         "}}";
}

const std::string gemma_4_31b = gemma4(R"("hidden_size": 5376, "intermediate_size": 21504,
  "num_attention_heads": 32, "num_key_value_heads": 16, "num_global_key_value_heads": 4,
  "attention_k_eq_v": true, "enable_moe_block": false, "moe_intermediate_size": 704,
  "hidden_size_per_layer_input": 0, "num_kv_shared_layers": 0, "sliding_window": 1024,
  "use_bidirectional_attention": "vision", "use_double_wide_mlp": false)",
                                       60, 6);

const std::string gemma_4_26b = gemma4(R"("hidden_size": 2816, "intermediate_size": 2112,
  "num_attention_heads": 16, "num_key_value_heads": 8, "num_global_key_value_heads": 2,
  "attention_k_eq_v": true, "enable_moe_block": true, "moe_intermediate_size": 704,
  "num_experts": 128, "top_k_experts": 8, "hidden_size_per_layer_input": 0,
  "num_kv_shared_layers": 0, "sliding_window": 1024, "use_bidirectional_attention": "vision")",
                                       30, 6);

const std::string gemma_4_e2b = gemma4(R"("hidden_size": 1536, "intermediate_size": 6144,
  "num_attention_heads": 8, "num_key_value_heads": 1, "num_global_key_value_heads": null,
  "attention_k_eq_v": false, "enable_moe_block": false, "hidden_size_per_layer_input": 256,
  "num_kv_shared_layers": 20, "sliding_window": 512, "use_double_wide_mlp": true)",
                                       35, 5);

}  // namespace

TEST_CASE("Gemma 4 31B: wider heads and fewer of keys where a layer sees everything") {
  const model m = imported(gemma_4_31b);
  // With 575,743,536 of its vision tower this is the checkpoint's 62,546,177,752 bytes in bf16.
  CHECK(total(m) == 30'697'345'340);
  CHECK(active_parameters(m) == 30'697'345'340);
  CHECK(kv_bytes_per_token(m).value() == 81'920.0 + 819'200.0);
  CHECK(attention_at(m, 5) == grouped_query_attention{.heads = 32,
                                                      .kv_heads = 4,
                                                      .head_dim = 512,
                                                      .qk_norm = head_norm::per_head,
                                                      .values_from_keys = true});
  CHECK(attention_at(m, 0) == grouped_query_attention{.heads = 32,
                                                      .kv_heads = 16,
                                                      .head_dim = 256,
                                                      .window = 1024,
                                                      .qk_norm = head_norm::per_head});
  CHECK(m.per_layer.width == 0);
  CHECK(m.layers.kinds[0].form == layer_form::scaled_sandwich);
  CHECK(validate(m).found.empty());
}

TEST_CASE("Gemma 4 26B-A4B: experts beside the dense block, which all tokens take") {
  const model m = imported(gemma_4_26b);
  CHECK(total(m) == 25'233'141'790);
  CHECK(active_parameters(m) == 25'233'141'790 - integer{30} * 120 * 3 * 2816 * 704);
  CHECK(kv_bytes_per_token(m).value() == 20'480.0 + 204'800.0);
  CHECK(experts_at(m, 0) == mixture_of_experts{.experts = 128,
                                               .experts_per_token = 8,
                                               .width = 704,
                                               .shared_experts = 1,
                                               .shared_width = 2112,
                                               .scaled_router = true,
                                               .branch_norms = true});
}

TEST_CASE("Gemma 4 E2B: an embedding for each layer, and 20 layers that read others' caches") {
  const model m = imported(gemma_4_e2b);
  // By the modules of the class. Attention of 15 layers with keys and values of their own (12 of
  // width 256, 3 of 512) and 20 without (16 and 4); blocks twice as wide in these.
  const integer h = 1536;
  const auto own = [](integer d) { return 2 * h * 8 * d + 2 * h * d + 2 * d; };
  const auto reading = [](integer d) { return 2 * h * 8 * d + d; };
  const integer attention = 12 * own(256) + 3 * own(512) + 16 * reading(256) + 4 * reading(512);
  const integer blocks = (15 + 2 * 20) * 3 * h * 6144;
  const integer tables = 262144 * h + integer{262144} * 35 * 256;
  const integer inputs = h * 35 * 256 + 256 + 35 * (2 * h * 256 + h);
  CHECK(total(m) == attention + blocks + tables + inputs + 35 * (4 * h + 1) + h);
  CHECK(total(m) == 4'628'569'379);
  CHECK(kv_bytes_per_token(m).value() == 12.0 * 2 * 256 * 2 + 3.0 * 2 * 512 * 2);
  CHECK(attention_at(m, 34).reads_cache_of_another);
  CHECK(!attention_at(m, 14).reads_cache_of_another);
  CHECK(dense_at(m, 15).width == 12288);
  CHECK(m.per_layer == layer_inputs{256, 262144});
}

TEST_CASE("keys of Gemma 4 that are refused") {
  CHECK(refusal(swapped(gemma_4_31b, R"("vision")", R"("all")")) ==
        R"($.text_config.use_bidirectional_attention: "all"; allowed: "vision")");
  CHECK(refusal(swapped(gemma_4_31b, R"("num_kv_shared_layers": 0)",
                        R"("num_kv_shared_layers": 60)")) ==
        "$.text_config.num_kv_shared_layers: 60; allowed: a whole number from 0 to 59");
  CHECK(refusal(swapped(gemma_4_31b, R"("num_global_key_value_heads": 4)",
                        R"("num_global_key_value_heads": 5)")) ==
        "$.text_config.num_global_key_value_heads: 5; allowed: a divisor of num_attention_heads "
        "(32)");
  CHECK(contains(refusal(swapped(gemma_4_26b, R"("top_k_experts": 8)", R"("top_k_experts": 129)")),
                 "$.text_config.top_k_experts: 129; allowed: a whole number from 1 to 128"));
  CHECK(contains(refusal(with(llama, R"("hidden_size_per_layer_input": 256)")),
                 "$.hidden_size_per_layer_input: 256"));
}

TEST_CASE("per-layer embeddings are held to their ranges") {
  model m = imported(gemma_4_e2b);
  m.per_layer.width = -1;
  REQUIRE(!validate(m).found.empty());
  CHECK(name_of(validate(m).found[0]).view() == "model.per_layer.width");
}
