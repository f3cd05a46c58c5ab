// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/hf/families/granite.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// Four of 40 layers attend.
std::string granite_4_small() {
  std::string types;
  for (int i = 0; i < 40; ++i) {
    types += std::string(i == 0 ? "" : ", ") + (i % 10 == 5 ? R"("attention")" : R"("mamba")");
  }
  return R"({"model_type": "granitemoehybrid", "architectures": ["GraniteMoeHybridForCausalLM"],
  "torch_dtype": "bfloat16", "hidden_size": 4096, "intermediate_size": 768, "mamba_d_conv": 4,
  "mamba_d_head": 64, "mamba_d_state": 128, "mamba_expand": 2, "mamba_n_groups": 1,
  "mamba_n_heads": 128, "num_attention_heads": 32, "num_experts_per_tok": 10,
  "num_hidden_layers": 40, "num_key_value_heads": 8, "num_local_experts": 72,
  "shared_intermediate_size": 1536, "tie_word_embeddings": true, "vocab_size": 100352,
  "layer_types": [)" +
         types + "]}";
}

// A made-up Bamba of four layers.
constexpr std::string_view bamba = R"({"model_type": "bamba", "torch_dtype": "bfloat16",
  "architectures": ["BambaForCausalLM"], "hidden_size": 64, "vocab_size": 1000,
  "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2,
  "intermediate_size": 96, "mamba_n_heads": 8, "mamba_d_state": 16, "mamba_n_groups": 2,
  "attn_layer_indices": [2]})";

constexpr std::string_view granite_3_moe = R"({"model_type": "granitemoe",
  "architectures": ["GraniteMoeForCausalLM"], "torch_dtype": "bfloat16", "hidden_size": 1536,
  "vocab_size": 49155, "num_hidden_layers": 32, "num_attention_heads": 24,
  "num_key_value_heads": 8, "intermediate_size": 512, "num_local_experts": 40,
  "num_experts_per_tok": 8, "attention_bias": false, "tie_word_embeddings": true})";

}  // namespace

TEST_CASE("Granite 4 Small: Mamba-2 mixers, four layers that attend, experts in all") {
  const model m = imported(granite_4_small());
  CHECK(parameters(m).total() == 32'207'337'984);  // of the safetensors files
  CHECK(active_parameters(m) == 32'207'337'984 - integer{40} * 62 * 3 * 4096 * 768);
  CHECK(kv_bytes_per_token(m).value() == 16'384.0);
  // 36 mixers of 128 heads x 64 x 128 in bf16, and three inputs of 8192 + 2 128 channels.
  CHECK(state_bytes_per_sequence(m).value() == 36.0 * 2 * (128.0 * 64 * 128 + 3 * 8448));
  CHECK(experts_at(m, 0) == mixture_of_experts{.experts = 72,
                                               .experts_per_token = 10,
                                               .width = 768,
                                               .shared_experts = 1,
                                               .shared_width = 1536});
  CHECK(attention_at(m, 5).head_dim == 128);
}

TEST_CASE("Granite without experts has its shared block alone") {
  const std::string micro =
      swapped(granite_4_small(), R"("num_local_experts": 72)", R"("num_local_experts": 0)");
  CHECK(dense_at(imported(micro), 0).width == 1536);
}

TEST_CASE("Granite 3 MoE, and Granite as Llama") {
  // huggingface.co/ibm-granite/granite-3.1-3b-a800m-base: 3.3 B; here by its matrices.
  const integer layer =
      2 * 1536 * 1536 + 2 * 1536 * 512 + 40 * 3 * 1536 * 512 + 1536 * 40 + 2 * 1536;
  CHECK(parameters(imported(granite_3_moe)).total() == 32 * layer + 49155 * 1536 + 1536);
  const std::string granite = swapped(swapped(llama, "llama", "granite"), "\"torch_dtype\"",
                                      R"("architectures": ["GraniteForCausalLM"], "torch_dtype")");
  CHECK(same_but_name(imported(granite), imported(llama)));
}

TEST_CASE("Bamba: mixers where attn_layer_indices does not say otherwise") {
  const model m = imported(bamba);
  CHECK(std::get<state_space>(layer_at(m, 0).attention) == state_space{.heads = 8,
                                                                       .head_dim = 16,
                                                                       .groups = 2,
                                                                       .state_size = 16,
                                                                       .conv_kernel = 4,
                                                                       .state = precision::bf16});
  CHECK(attention_at(m, 2).kv_heads == 2);
}

TEST_CASE("what is refused of mixers and layers") {
  const std::string small = granite_4_small();
  CHECK(refusal(swapped(small, R"("mamba_d_head": 64)", R"("mamba_d_head": 32)")) ==
        "$.mamba_d_head: 32; allowed: a whole number from 64 to 64");
  CHECK(refusal(swapped(small, R"("mamba_n_heads": 128)", R"("mamba_n_heads": 127)")) ==
        "$.mamba_n_heads: 127; allowed: a divisor of the mixer's width (8192)");
  CHECK(refusal(swapped(small, R"("mamba_n_groups": 1)", R"("mamba_n_groups": 3)")) ==
        "$.mamba_n_groups: 3; allowed: a divisor of mamba_n_heads (128)");
  CHECK(refusal(swapped(small, R"(["mamba")", R"(["hyena")")) ==
        R"($.layer_types[0]: "hyena"; allowed: "mamba", "attention")");
  CHECK(contains(refusal(swapped(small, R"(["mamba", )", "[")), "one for each layer (40)"));
  CHECK(contains(refusal(swapped(bamba, "[2]", "[4]")), "layer numbers from 0 to 3"));
}
