// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "hf_texts.hpp"
#include "shardline/io/hf/families/minimax.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// Three dense layers, then 57 with experts that attend to blocks.
std::string marks() {
  std::string list = "0, 0, 0";
  for (int i = 3; i < 60; ++i) list += ", 1";
  return "[" + list + "]";
}

const std::string minimax_m3 = R"({"model_type": "minimax_m3_vl", "torch_dtype": "bfloat16",
  "architectures": ["MiniMaxM3SparseForConditionalGeneration"], "tie_word_embeddings": false,
  "vision_config": {"hidden_size": 1024}, "text_config": {"model_type": "minimax_m2",
  "hidden_size": 6144, "vocab_size": 200064, "num_hidden_layers": 60, "num_attention_heads": 64,
  "num_key_value_heads": 4, "head_dim": 128, "intermediate_size": 3072,
  "dense_intermediate_size": 12288, "shared_intermediate_size": 3072, "num_local_experts": 128,
  "num_experts_per_tok": 4, "n_shared_experts": 1, "use_routing_bias": true,
  "hidden_act": "swigluoai", "use_qk_norm": true, "qk_norm_type": "per_head", "rotary_dim": 64,
  "attention_output_gate": false, "moe_layer_freq": )" +
                               marks() + R"(, "sparse_attention_config": {
  "use_sparse_attention": true, "sparse_block_size": 128, "sparse_topk_blocks": 16,
  "sparse_num_index_heads": 4, "sparse_index_dim": 128, "sparse_init_block": 0,
  "sparse_local_block": 1, "sparse_disable_index_value": )" +
                               marks() + R"(, "sparse_attention_freq": )" + marks() + "}}}";

}  // namespace

TEST_CASE("MiniMax-M3: blocks of tokens chosen in 57 layers, experts beside a shared one") {
  const model m = imported(minimax_m3);
  // The safetensors files hold 427,040,140,160 with the vision tower and its projector.
  CHECK(parameters(m).total() == 426'174'572'928);
  CHECK(active_parameters(m) == 426'174'572'928 - integer{57} * 124 * 3 * 6144 * 3072);
  CHECK(kv_bytes_per_token(m).value() == 60.0 * 2 * 4 * 128 * 2 + 57.0 * 128 * 2);
  CHECK(std::get<block_sparse_attention>(layer_at(m, 3).attention) ==
        block_sparse_attention{.heads = 64,
                               .kv_heads = 4,
                               .head_dim = 128,
                               .qk_norm = head_norm::per_head,
                               .index_heads = 4,
                               .index_head_dim = 128,
                               .block_size = 128,
                               .topk_blocks = 16});
  CHECK(attention_at(m, 2).qk_norm == head_norm::per_head);
  CHECK(dense_at(m, 2).width == 12288);
  CHECK(experts_at(m, 3).shared_width == 3072);
}

TEST_CASE("MiniMax-M3's text model by names of its own, and what is refused of it") {
  const std::string own = swapped(minimax_m3, "\"minimax_m2\"", "\"minimax_m3\"");
  CHECK(imported(own) == imported(minimax_m3));
  CHECK(contains(refusal(swapped(minimax_m3, "\"minimax_m2\"", "\"llama\"")),
                 R"(allowed: "minimax_m3", "minimax_m2")"));
  CHECK(contains(refusal(swapped(minimax_m3, "[0, 0, 0, 1", "[0, 0, 1")),
                 "allowed: 0 or 1 for each layer (60)"));
  CHECK(contains(refusal(swapped(minimax_m3, R"("sparse_disable_index_value": [0, 0, 0, 1)",
                                 R"("sparse_disable_index_value": [0, 0, 0, 0)")),
                 "allowed: 1 in sparse layers"));
  CHECK(refusal(swapped(minimax_m3, R"("sparse_topk_blocks": 16)", R"("sparse_topk_blocks": 0)")) ==
        "$.text_config.sparse_attention_config.sparse_topk_blocks: 0; allowed: a whole number from "
        "1 to 1000000");
  CHECK(contains(refusal(swapped(minimax_m3, R"("attention_output_gate": false)",
                                 R"("attention_output_gate": true)")),
                 "attention_output_gate: true"));
}
