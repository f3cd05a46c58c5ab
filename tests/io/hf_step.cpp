// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/hf/families/step.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// Step-3.5-Flash's published values: every fourth layer, from the first on, sees everything; all but
// the first three have experts. layer_types goes on with three prediction layers.
std::string step_3_5_flash() {
  std::string types;
  std::string sparse;
  for (int i = 0; i < 48; ++i) {
    types += std::string(i == 0 ? "" : ", ") +
             (i % 4 == 0 ? R"("full_attention")" : R"("sliding_attention")");
    if (i >= 3 && i < 45) sparse += (i == 3 ? "" : ",") + std::to_string(i);
  }
  return R"({"model_type": "step3p5", "architectures": ["Step3p5ForCausalLM"],
  "torch_dtype": "bfloat16", "hidden_size": 4096, "vocab_size": 128896, "num_hidden_layers": 45,
  "num_attention_heads": 64, "num_attention_groups": 8, "head_dim": 128, "att_impl_type": "GQA",
  "attention_other_setting": {"attention_type": "sliding_attention", "num_attention_heads": 96,
  "num_attention_groups": 8, "head_dim": 128}, "use_head_wise_attn_gate": true,
  "sliding_window": 512, "intermediate_size": 11264, "moe_intermediate_size": 1280,
  "moe_num_experts": 288, "moe_top_k": 8, "share_expert_dim": 1280, "use_moe_router_bias": true,
  "num_nextn_predict_layers": 3, "tie_word_embeddings": false, "moe_layers_enum": ")" +
         sparse + R"(", "layer_types": [)" + types + "]}";
}

}  // namespace

TEST_CASE("Step-3.5-Flash: a gate per head, more heads where a layer has a window") {
  const model m = imported(step_3_5_flash());
  // By the modules of vllm/model_executor/models/step3p5.py; 196 B are announced.
  const integer h = 4096;
  const auto attention = [](integer heads) {
    return 2 * h * heads * 128 + 2 * h * 1024 + h * heads + 2 * 128 + 2 * h;
  };
  const integer experts = 289 * 3 * h * 1280 + h * 288 + 288;
  CHECK(parameters(m).total() == 12 * attention(64) + 33 * attention(96) + 3 * 3 * h * 11264 +
                                     42 * experts + 2 * 128896 * h + h);
  CHECK(parameters(m).total() / 1'000'000'000 == 196);
  CHECK(active_parameters(m) == parameters(m).total() - integer{42} * 280 * 3 * 4096 * 1280);
  CHECK(kv_bytes_per_token(m).value() == 45.0 * 2 * 1024 * 2);
  CHECK(attention_at(m, 0).window == 0);
  CHECK(attention_at(m, 1) == grouped_query_attention{.heads = 96,
                                                      .kv_heads = 8,
                                                      .head_dim = 128,
                                                      .window = 512,
                                                      .qk_norm = head_norm::per_head,
                                                      .head_gate = true});
  CHECK(!sparse(m)[2]);
  CHECK(sparse(m)[3]);
}

TEST_CASE("what is refused of Step-3.5") {
  const std::string text = step_3_5_flash();
  CHECK(contains(refusal(swapped(text, R"("moe_layers_enum": "3,)", R"("moe_layers_enum": "x,)")),
                 "$.moe_layers_enum"));
  CHECK(contains(refusal(swapped(text, R"("att_impl_type": "GQA")", R"("att_impl_type": "MFA")")),
                 R"($.att_impl_type: "MFA"; allowed: "GQA")"));
  CHECK(contains(refusal(swapped(text, R"("num_hidden_layers": 45)", R"("num_hidden_layers": 49)")),
                 "allowed: one for each layer (49)"));
  CHECK(refusal(swapped(text, R"("num_attention_groups": 8, "head_dim": 128}, )",
                        R"("num_attention_groups": 7, "head_dim": 128}, )")) ==
        "$.attention_other_setting.num_attention_groups: 7; allowed: a divisor of "
        "num_attention_heads (96)");
}
