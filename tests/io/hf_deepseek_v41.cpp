// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/hf/families/deepseek_v41.hpp"

#include <doctest/doctest.h>

#include <string>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// deepseek-ai/DeepSeek-V4.1-Flash; the last ratios are those of its prediction layers.
std::string v41_flash() {
  std::string ratios = "0, 0";
  for (int i = 0; i < 18; ++i) ratios += ", 2";
  for (int i = 0; i < 20; ++i) ratios += ", 1";
  return R"({"architectures": ["DeepseekV41ForCausalLM"], "model_type": "deepseek_v41",
  "dtype": "bfloat16", "quantization_config": {"quant_method": "fp8",
  "activation_scheme": "dynamic", "weight_block_size": [32, 32], "scale_fmt": "ue8m0",
  "expert_dtype": "fp4"}, "text_config": {"model_type": "deepseek_v41_text",
  "vocab_size": 129280, "hidden_size": 5120, "moe_intermediate_size": 2304,
  "num_hidden_layers": 40, "num_attention_heads": 64, "num_key_value_heads": 1,
  "head_dim": 512, "qk_rope_head_dim": 64, "q_lora_rank": 1280, "o_lora_rank": 1024,
  "o_groups": 8, "hidden_act": "silu", "attention_bias": false,
  "max_position_embeddings": 1048576, "n_routed_experts": 384, "n_shared_experts": 1,
  "num_experts_per_tok": 6, "topk_method": "noaux_tc", "sliding_window": 128,
  "kv_source_layer_ids": [2, 8, 14, 20], "index_source_layer_ids": [2, 8, 14, 20, 24, 28, 32, 36],
  "index_n_heads": 32, "index_head_dim": 128, "index_topk": 512, "candidate_topk_blocks": 2048,
  "candidate_block_size": 8, "hc_mult": 4, "engram_layer_ids": [1, 14],
  "engram_num_embeddings": [384006168, 384016682], "engram_max_ngram_size": 4,
  "engram_vocab_size": 16000000, "engram_n_heads": 8, "engram_head_dim": 256,
  "engram_compressed_vocab_size": 99092, "num_nextn_predict_layers": 3,
  "dspark_n_routed_experts": 128, "compress_ratios": [)" +
         ratios + R"(, 0, 0, 0]}, "vision_config": {"num_hidden_layers": 32}})";
}

compressed_attention v41_attention(const model& m, integer i) {
  // A memory of n-grams stands before each of the layers 1 and 14.
  return std::get<compressed_attention>(
      layer_at(m, i + (i >= 1 ? 1 : 0) + (i >= 14 ? 1 : 0)).attention);
}

constexpr integer wide = 5120;
constexpr integer values = 64 * 512;
constexpr integer an_expert = 3 * wide * 2304;
constexpr integer rows = 384006168 + 384016682;

// Values in blocks of 32 by 32, each with an exponent of a byte.
constexpr double blocks(integer k, integer n) {
  return static_cast<double>(k * n + k / 32 * (n / 32));
}

}  // namespace

TEST_CASE("DeepSeek-V4.1-Flash: its parameters, tensor by tensor") {
  const model m = imported(v41_flash());
  // Queries through 1280 values, one key, 64 sinks, the output by 8 groups through 1024 each.
  constexpr integer attends =
      1280 * wide + 1280 + values * 1280 + 512 * wide + 512 + 64 + 8192 * 4096 + wide * 8192;
  constexpr integer feeds = 385 * an_expert + 384 * wide + 384;
  constexpr integer mixes = 2 * (24 * 4 * wide + 24 + 3);
  // Four layers make entries, three of two tokens with gates; they have the indexer's keys too.
  constexpr integer entries = 4 * (512 * wide + 512) + 3 * 512 * wide + 4 * (128 * 512 + 128);
  constexpr integer choices = 8 * (4096 * 1280 + 32 * wide);
  constexpr integer memories = rows * 256 + 2 * (5 * wide * 24 * 256 + 2 * 4 * wide);
  CHECK(parameters(m).total() == 40 * (attends + feeds + mixes + 2 * wide) + entries + choices +
                                     memories + 2 * 129280 * wide + wide);
  CHECK(parameters(m).total() == 748'494'669'424);
  // 552 billion are published without the memories, of which a token takes 16 as it is written.
  CHECK(static_cast<double>(parameters(m).total() - memories) * 1e-9 ==
        doctest::Approx(552.0).epsilon(0.001));
  CHECK(static_cast<double>(active_parameters(m)) * 1e-9 == doctest::Approx(16.8).epsilon(0.01));
}

TEST_CASE("DeepSeek-V4.1-Flash: its bytes, in blocks of three sizes") {
  const model m = imported(v41_flash());
  const double expert = static_cast<double>(an_expert);
  const double attends = blocks(1280, wide) + blocks(values, 1280) + blocks(512, wide) +
                         blocks(8192, 4096) + blocks(wide, 8192) + 2.0 * 1280 + 2.0 * 512 +
                         4.0 * 64;
  const double feeds =
      384.0 * (expert / 2 + expert / 32) + 3.0 * blocks(2304, wide) + 384.0 * (2 * wide + 4);
  const double mixes = 2.0 * 4.0 * (24 * 4 * wide + 24 + 3);
  const double entries = 2.0 * (4 * (512 * wide + 512) + 3 * 512 * wide + 4 * (128 * 512 + 128));
  const double choices = 8.0 * (blocks(4096, 1280) + 2.0 * 32 * wide);
  const double memories = static_cast<double>(rows) * (256 + 8) +
                          2.0 * (blocks(5 * wide, 24 * 256) + 2.0 * 2 * 4 * wide);
  CHECK(parameters(m).total_bytes().value() == 40 * (attends + feeds + mixes + 4.0 * wide) +
                                                   entries + choices + memories +
                                                   2.0 * (2 * 129280 * wide + wide));
}

TEST_CASE("DeepSeek-V4.1-Flash: which layers make entries, choose among them, or read them") {
  const model m = imported(v41_flash());
  CHECK(m.layers.size() == 42);
  CHECK(std::holds_alternative<ngram_memory>(layer_at(m, 1).attention));
  CHECK(std::holds_alternative<ngram_memory>(layer_at(m, 15).attention));
  for (const integer i : {0, 1}) CHECK(!v41_attention(m, i).compresses());
  for (const integer i : {2, 8, 14, 20}) CHECK(v41_attention(m, i).keeps_entries());
  for (const integer i : {3, 13, 21, 39}) {
    CHECK(v41_attention(m, i).reads_entries_of_another);
    CHECK(!v41_attention(m, i).indexed());
  }
  for (const integer i : {24, 36}) CHECK(v41_attention(m, i).indexed());
  CHECK(v41_attention(m, 19).tokens_per_key == 2);
  CHECK(v41_attention(m, 20).tokens_per_key == 1);
  // 40 windows, and of every token two and a half entries of 512 values with an index key each.
  CHECK(cached(m) == 40 * 1024.0 + 2.5 * (1024.0 + 132.0));
  CHECK(notes(v41_flash()).size() == 4);
}

TEST_CASE("what is refused of DeepSeek-V4.1") {
  const std::string text = v41_flash();
  CHECK(contains(refusal(swapped(text, "[2, 8, 14, 20],", "[3, 8, 14, 20],")),
                 "$.text_config.kv_source_layer_ids"));
  CHECK(contains(refusal(swapped(text, "[2, 8, 14, 20],", "[2, 8, 14],")),
                 "$.text_config.kv_source_layer_ids"));
  CHECK(contains(refusal(swapped(text, "[2, 8, 14, 20],", "[2, 8, 14, 40],")), "from 0 to 39"));
  CHECK(contains(refusal(swapped(text, "[1, 14]", "[1]")), "$.text_config.engram_num_embeddings"));
  CHECK(contains(refusal(swapped(text, "0, 0, 0]}", "0, 0]}")), "$.text_config.compress_ratios"));
  CHECK(contains(refusal(swapped(text, "\"expert_dtype\": \"fp4\"", "\"expert_dtype\": \"int4\"")),
                 "$.quantization_config.expert_dtype: \"int4\""));
}
