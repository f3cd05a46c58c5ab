// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/hf/families/mimo.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// MiMo-V2-Flash's published values: the first layer and every sixth see everything, the others 128
// tokens; all but the first have experts.
std::string mimo_v2_flash() {
  std::string pattern;
  std::string sparse;
  for (int i = 0; i < 48; ++i) {
    const bool full = i == 0 || i % 6 == 5;
    pattern += std::string(i == 0 ? "" : ",") + (full ? "0" : "1");
    sparse += std::string(i == 0 ? "0" : ",1");
  }
  return R"({"model_type": "mimo_v2_flash", "architectures": ["MiMoV2FlashForCausalLM"],
  "torch_dtype": "bfloat16", "num_hidden_layers": 48, "hidden_size": 4096,
  "num_attention_heads": 64, "num_key_value_heads": 4, "head_dim": 192, "v_head_dim": 128,
  "intermediate_size": 16384, "vocab_size": 152576, "sliding_window": 128,
  "sliding_window_size": 128, "attention_chunk_size": 128, "swa_num_attention_heads": 64,
  "swa_num_key_value_heads": 8, "swa_head_dim": 192, "swa_v_head_dim": 128,
  "moe_intermediate_size": 2048, "n_routed_experts": 256, "num_experts_per_tok": 8,
  "topk_method": "noaux_tc", "attention_bias": false, "add_swa_attention_sink_bias": true,
  "add_full_attention_sink_bias": false, "tie_word_embeddings": false,
  "hybrid_layer_pattern": [)" +
         pattern + R"(], "moe_layer_freq": [)" + sparse + "]}";
}

}  // namespace

TEST_CASE("MiMo-V2-Flash: heads, sinks and windows by kind of layer, values narrower than keys") {
  const model m = imported(mimo_v2_flash());
  CHECK(parameters(m).total() == 308'778'780'864);  // 309 B are published
  CHECK(active_parameters(m) == 308'778'780'864 - integer{47} * 248 * 3 * 4096 * 2048);
  // 9 full layers of 4 heads of 192 + 128, 39 with windows of 8 such heads.
  CHECK(kv_bytes_per_token(m).value() == 23'040.0 + 199'680.0);
  CHECK(attention_at(m, 0) ==
        grouped_query_attention{.heads = 64, .kv_heads = 4, .head_dim = 192, .v_head_dim = 128});
  CHECK(attention_at(m, 1) == grouped_query_attention{.heads = 64,
                                                      .kv_heads = 8,
                                                      .head_dim = 192,
                                                      .window = 128,
                                                      .sinks = true,
                                                      .v_head_dim = 128});
  CHECK(!sparse(m)[0]);
  CHECK(experts_at(m, 1).correction_bias);
  CHECK(notes(mimo_v2_flash()).empty());
}

TEST_CASE("MiMo-V2 by the other name, and what is refused of it") {
  const std::string text = mimo_v2_flash();
  const std::string v2 =
      swapped(swapped(text, "mimo_v2_flash", "mimo_v2"), "MiMoV2Flash", "MiMoV2");
  CHECK(same_but_name(imported(v2), imported(text)));
  CHECK(contains(refusal(swapped(text, R"("moe_layer_freq": [0,1)", R"("moe_layer_freq": [2,1)")),
                 "allowed: 0 or 1 for each layer (48)"));
  CHECK(contains(
      refusal(swapped(text, R"("hybrid_layer_pattern": [0,)", R"("hybrid_layer_pattern": [)")),
      "$.hybrid_layer_pattern: ["));
  CHECK(refusal(swapped(text, R"("attention_chunk_size": 128)", R"("attention_chunk_size": 64)")) ==
        "$.attention_chunk_size: 64; allowed: a whole number from 128 to 128");
  CHECK(refusal(
            swapped(text, R"("swa_num_key_value_heads": 8)", R"("swa_num_key_value_heads": 7)")) ==
        "$.swa_num_key_value_heads: 7; allowed: a divisor of swa_num_attention_heads (64)");
  CHECK(contains(refusal(with(text, R"("n_shared_experts": 1)")), "$.n_shared_experts: 1"));
}
