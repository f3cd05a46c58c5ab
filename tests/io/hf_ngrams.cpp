// SPDX-License-Identifier: BSL-1.0
// Models of 2026 with tables of hashed n-grams, and one with experts for images alone: totals are
// added up from the tensors that their published modelling code makes.
#include <doctest/doctest.h>

#include <string>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// Qwen/Qwen3.8-Flash-Next: 180B with its encoder and prediction layer.
const std::string qwen4 = R"({"architectures": ["Qwen4ExpForConditionalGeneration"],
  "model_type": "qwen4_exp", "tie_word_embeddings": false, "vision_config": {"depth": 27},
  "text_config": {"model_type": "qwen4_exp_text", "dtype": "bfloat16", "hidden_size": 2560,
  "num_hidden_layers": 48, "hc_count": 4, "hc_lowrank": 320, "num_attention_heads": 24,
  "num_key_value_heads": 2, "head_dim": 256, "linear_num_key_heads": 16,
  "linear_num_value_heads": 48, "linear_key_head_dim": 128, "linear_value_head_dim": 128,
  "linear_conv_kernel_dim": 4, "indexer_n_heads": 4, "indexer_kv_heads": 1,
  "indexer_head_dim": 128, "indexer_budget": 2048, "indexer_compress_ratio": 4,
  "ple_layer_ids": [2], "ple_embed_dim": 2560, "ple_conv_kernel_size": 4, "ngram_size": 3,
  "heads_per_ngram": 8, "ngram_vocab_size_base": 20000000,
  "make_ngram_vocab_size_divisible_by": 128, "split_ngram_parts": 128, "vocab_size": 248320,
  "num_experts": 512, "num_experts_per_tok": 10, "moe_intermediate_size": 640,
  "shared_expert_intermediate_size": 640, "norm_topk_prob": true, "hidden_act": "silu",
  "output_gate_type": "sigmoid", "attention_bias": false, "tie_word_embeddings": false,
  "full_attention_interval": 4, "mamba_ssm_dtype": "float32", "mtp_num_hidden_layers": 1,
  "mtp_use_dedicated_embeddings": false, "max_position_embeddings": 262144}})";

// meituan-longcat/LongCat-Flash-Lite: 68.5B, of which 31.4B are tables.
const std::string longcat_lite = R"({"architectures": ["LongcatFlashNgramForCausalLM"],
  "model_type": "longcat_flash_ngram", "torch_dtype": "bfloat16", "attention_bias": false,
  "hidden_size": 3072, "num_layers": 14, "num_hidden_layers": 28, "num_attention_heads": 32,
  "ffn_hidden_size": 6144, "expert_ffn_hidden_size": 1024, "n_routed_experts": 256,
  "zero_expert_num": 128, "zero_expert_type": "identity", "moe_topk": 12, "q_lora_rank": 1536,
  "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
  "vocab_size": 131072, "max_position_embeddings": 327680, "ngram_vocab_size_ratio": 78,
  "emb_split_num": 4, "emb_neighbor_num": 4, "router_bias": false})";

// baidu/ERNIE-4.5-VL-28B-A3B-PT.
const std::string ernie_vl = R"({"architectures": ["Ernie4_5_VLMoeForConditionalGeneration"],
  "model_type": "ernie4_5_moe_vl", "torch_dtype": "bfloat16", "hidden_act": "silu",
  "hidden_size": 2560, "intermediate_size": 12288, "max_position_embeddings": 131072,
  "num_attention_heads": 20, "num_key_value_heads": 4, "num_hidden_layers": 28,
  "vocab_size": 103424, "tie_word_embeddings": true, "moe_num_experts": [64, 64], "moe_k": 6,
  "moe_intermediate_size": [1536, 512], "moe_layer_start_index": [1, 1],
  "moe_layer_end_index": [29, 28], "moe_layer_interval": 1, "moe_num_shared_experts": 2,
  "moe_use_aux_free": true, "use_bias": false, "rope_3d": true, "freq_allocation": 20,
  "vision_config": {"depth": 32, "embed_dim": 1280}})";

constexpr integer h = 2560;
constexpr integer all_streams = 4 * h;
// Gains of the streams, the path of 320 values, and what injects.
constexpr integer mixed = all_streams + 2 * all_streams * 320;
constexpr integer injected = all_streams * 4;
// 48 value heads of 128, 16 key heads: one projection each for q k v, z, b and a.
constexpr integer convolved = 2 * 16 * 128 + 48 * 128;
constexpr integer linear_layer =
    h * (convolved + 48 * 128) + h * 2 * 48 + convolved * 4 + 2 * 48 + 128 + 48 * 128 * h;
// Queries and their gates, keys, values, the norms of a head; an indexer of 4 queries and a key.
constexpr integer sparse_layer =
    h * (2 * 24 + 2 * 2) * 256 + 24 * 256 * h + 2 * 256 + h * (4 + 1) * 128 + 2 * 128;
constexpr integer experts = h * 512 + 512 * 3 * h * 640 + 3 * h * 640 + h;
// The first 16 primes from 20,000,000 on, from a sieve of its own.
constexpr integer table_rows = 320001536;

}  // namespace

TEST_CASE(
    "Qwen4: linear and sparse attention, gated streams, and a memory before the second layer") {
  const model m = imported(qwen4);
  const integer memory =
      table_rows * 160 + h * h + h * all_streams + 3 * all_streams + 4 * all_streams;
  CHECK(total(m) == 2 * 248320 * h + 36 * linear_layer + 12 * sparse_layer +
                        48 * (experts + 2 * (mixed + injected)) + mixed + memory);
  CHECK(active_parameters(m) == total(m) - 48 * (512 - 10) * 3 * h * 640 - (table_rows - 16) * 160);
  // Keys and values of 12 layers, and an index key for each 4 tokens.
  CHECK(kv_bytes_per_token(m).value() == 12.0 * (2.0 * 2.0 * 256.0 * 2.0 + 128.0 * 2.0 / 4.0));
  const double delta = 48.0 * 128.0 * 128.0 * 4.0 + 3.0 * 10240.0 * 2.0;
  CHECK(state_bytes_per_sequence(m).value() == 36.0 * delta + 9.0 * 4.0 * 2560.0 * 2.0);
  CHECK(m.streams == 4);
  CHECK(m.streams_rank == 320);
  CHECK(m.layers.size() == 49);
  CHECK(is_apart(m.layers.kinds[m.layers.runs[1].kind]));
}

TEST_CASE("Qwen4's tables in 8 bits, where a key says so, and without them") {
  const double wide = parameters(imported(qwen4)).total_bytes().value();
  const model narrow = imported(swapped(
      qwen4, "\"ngram_size\": 3", R"("ple_embedding_dtype": "float8_e4m3fn", "ngram_size": 3)"));
  CHECK(wide - parameters(narrow).total_bytes().value() ==
        static_cast<double>(table_rows * 160) - 4.0);  // one scale
  CHECK(imported(swapped(qwen4, "[2]", "[]")).layers.size() == 48);
  CHECK(contains(refusal(swapped(qwen4, "[2]", "[2, 5]")),
                 "$.text_config.ple_layer_ids: [2,5]; allowed: one number of a layer"));
  CHECK(contains(refusal(swapped(qwen4, "\"indexer_budget\": 2048", "\"indexer_budget\": 2049")),
                 "$.text_config.indexer_budget: 2049; allowed: a multiple of"));
  CHECK(contains(refusal(swapped(qwen4, "\"ple_embed_dim\": 2560", "\"ple_embed_dim\": 2561")),
                 "$.text_config.ple_embed_dim: 2561; allowed: a multiple of the hashes (16)"));
}

TEST_CASE("lists of modules count Qwen4's layers as its checkpoint does, without the memory") {
  const std::string quantised =
      swapped(qwen4, R"("vision_config")",
              R"("quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128],
      "modules_to_not_convert": ["model.layers.3.self_attn"]}, "vision_config")");
  const model m = imported(quantised);
  // Layer 3 of the checkpoint, the first that attends, is the fifth of ours.
  integer at = 0;
  for (const layer_run& run : m.layers.runs) {
    for (integer i = 0; i < run.layers; ++i, ++at) {
      const bool kept = !m.layers.kinds[run.kind].exceptions.empty();
      CHECK(kept == (at == 4));
    }
  }
}

TEST_CASE("LongCat-Flash-Lite: LongCat-Flash, and twelve tables of hashed n-grams") {
  const model m = imported(longcat_lite);
  const model without = imported(swapped(
      swapped(longcat_lite, "longcat_flash_ngram", "longcat_flash"), "FlashNgramFor", "FlashFor"));
  const integer rows = 12 * 78 * 131072 + 144;
  CHECK(total(m) - total(without) == rows * 256 + 3072 * 3072);
  CHECK(total(m) == 68562465024);
  CHECK(active_parameters(m) - active_parameters(without) == 12 * 256 + 3072 * 3072);
  CHECK(kv_bytes_per_token(m).value() == kv_bytes_per_token(without).value());
}

TEST_CASE("ERNIE 4.5 VL: the text model of ERNIE 4.5, experts for images in a note") {
  const model m = imported(ernie_vl);
  constexpr integer attention = h * (20 + 2 * 4) * 128 + 20 * 128 * h;
  constexpr integer sparse = 64 * h + 64 + (64 + 2) * 3 * h * 1536;
  CHECK(total(m) == 103424 * h + 28 * (attention + 2 * h) + 3 * h * 12288 + 27 * sparse + h);
  CHECK(active_parameters(m) == total(m) - 27 * 58 * 3 * h * 1536);
  const import_result read = import_hf_config(ernie_vl);
  // 27 x 64 x (3 x 512 h + h + 1)
  CHECK(contains(read.notes[0],
                 "64 experts of each of 27 layers are for images alone, 6.799 "
                 "billion parameters with their routers: not priced"));
  CHECK(contains(refusal(swapped(ernie_vl, "[1, 1]", "[1, 2]")),
                 "$.moe_layer_start_index: [1,2]; allowed: experts of text and of images in"));
  CHECK(contains(refusal(swapped(ernie_vl, "[64, 64]", "[64]")), "$.moe_num_experts: [64]"));
}

namespace {

// upstage/Solar-Open2-250B.
const std::string solar_open2 = R"({"architectures": ["SolarOpen2ForCausalLM"],
  "model_type": "solar_open2", "dtype": "bfloat16", "vocab_size": 196608, "hidden_size": 4096,
  "intermediate_size": 10240, "num_hidden_layers": 48, "num_attention_heads": 64,
  "head_dim": 128, "num_key_value_heads": 8, "hidden_act": "silu",
  "max_position_embeddings": 1048576, "moe_intermediate_size": 1280, "num_experts_per_tok": 8,
  "n_shared_experts": 1, "n_routed_experts": 320, "first_k_dense_replace": 0, "gqa_interval": 3,
  "use_gqa_gate": true, "use_qk_norm": false, "linear_attn_config": {"short_conv_kernel_size": 4,
  "head_dim": 128, "num_heads": 64, "num_kv_heads": null}, "kda_use_full_proj": false,
  "tie_word_embeddings": false})";

// allenai/Molmo2-8B.
const std::string molmo2_8b = R"({"architectures": ["Molmo2ForConditionalGeneration"],
  "model_type": "molmo2", "dtype": "bfloat16", "tie_word_embeddings": false,
  "text_config": {"model_type": "molmo2_text", "hidden_size": 4096, "intermediate_size": 12288,
  "num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128,
  "vocab_size": 151936, "additional_vocab_size": 128, "qkv_bias": false, "use_qk_norm": true,
  "qk_norm_type": "qwen3", "norm_after": false, "hidden_act": "silu",
  "max_position_embeddings": 36864}})";

// A pattern of Nemotron 3's kinds of layer, experts of two widths.
const std::string puzzle = R"({"architectures": ["NemotronHPuzzleForCausalLM"],
  "model_type": "nemotron_h_puzzle", "torch_dtype": "bfloat16", "hidden_size": 4096,
  "num_hidden_layers": null, "num_attention_heads": 32, "num_key_value_heads": 2,
  "head_dim": 128, "n_routed_experts": 512, "n_shared_experts": 1, "moe_latent_size": 1024,
  "moe_shared_expert_intermediate_size": 5376, "vocab_size": 131072, "mamba_num_heads": 128,
  "mamba_head_dim": 64, "n_groups": 8, "ssm_state_size": 128, "conv_kernel": 4,
  "mlp_hidden_act": "relu2", "mamba_ssm_dtype": "float32", "block_configs": [
  {"block_type": "mamba"},
  {"block_type": "moe", "moe_intermediate_size": 1280, "num_experts_per_tok": 4},
  {"block_type": "attention"}, {"block_type": "mamba"},
  {"block_type": "moe", "moe_intermediate_size": 2688, "num_experts_per_tok": 22}],
  "tie_word_embeddings": false})";

}  // namespace

TEST_CASE("Solar Open 2: each fourth layer attends behind a gate, the others keep a state") {
  const model m = imported(solar_open2);
  constexpr integer wide = 4096;
  constexpr integer values = 64 * 128;
  constexpr integer of_experts = 320 * wide + 320 + 321 * 3 * wide * 1280;
  constexpr integer attends = wide * (2 * 64 + 2 * 8) * 128 + values * wide;
  constexpr integer decays = 3 * wide * values + 2 * (wide * 128 + 128 * values) + wide * 64 +
                             3 * values * 4 + 64 + values + 128 + values * wide;
  CHECK(parameters(m).total() ==
        2 * 196608 * wide + 12 * attends + 36 * decays + 48 * (of_experts + 2 * wide) + wide);
  CHECK(parameters(m).total() == 250287810304);
  CHECK(kv_bytes_per_token(m).value() == 12.0 * 2.0 * 8.0 * 128.0 * 2.0);
  CHECK(imported(swapped(solar_open2, "\"gqa_interval\": 3", "\"gqa_layers\": [0, 4, 47]"))
            .layers.counts()[0] == 3);
  CHECK(contains(refusal(swapped(solar_open2, "\"num_kv_heads\": null", "\"num_kv_heads\": 8")),
                 "$.linear_attn_config.num_kv_heads: 8; allowed: a whole number from 64 to 64"));
}

TEST_CASE(
    "Molmo 2: Qwen3's blocks, rows for images beside the vocabulary; Step 1: groups of heads") {
  const model m = imported(molmo2_8b);
  constexpr integer wide = 4096;
  constexpr integer layer =
      wide * (32 + 2 * 8) * 128 + wide * wide + 2 * 128 + 3 * wide * 12288 + 2 * wide;
  CHECK(parameters(m).total() == (2 * 151936 + 128) * wide + 36 * layer + wide);
  const model step = imported(text_of("step1", "Step1ForCausalLM", R"("hidden_size": 4096,
      "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32,
      "num_attention_groups": 8, "vocab_size": 128256, "tie_word_embeddings": false)"));
  CHECK(parameters(step).total() == 8030261248);  // Llama-3.1-8B's sizes
  CHECK(kv_bytes_per_token(step).value() == 131072.0);
}

TEST_CASE("Nemotron 3 by puzzle pieces: layers of experts of their own width and number") {
  const model m = imported(puzzle);
  CHECK(m.layers.size() == 5);
  CHECK(m.layers.kinds.size() == 4);
  constexpr integer shared = 4096 * 512 + 512 + 2 * 4096 * 1024 + 2 * 4096 * 5376 + 4096;
  const auto of_layer = [](integer width) { return shared + 512 * 2 * 1024 * width; };
  const integer attends = 4096 * (32 + 2 * 2) * 128 + 4096 * 4096 + 4096;
  constexpr integer inner = 128 * 64;
  constexpr integer convolved = inner + 2 * 8 * 128;
  constexpr integer mixes =
      4096 * (inner + convolved + 128) + convolved * 5 + 3 * 128 + inner + inner * 4096 + 4096;
  CHECK(parameters(m).total() ==
        2 * 131072 * 4096 + 4096 + 2 * mixes + attends + of_layer(1280) + of_layer(2688));
  CHECK(active_parameters(m) ==
        parameters(m).total() - integer{508} * 2 * 1024 * 1280 - integer{490} * 2 * 1024 * 2688);
  CHECK(import_hf_config(puzzle).notes.empty());
  CHECK(contains(refusal(swapped(puzzle, "\"attention\"", "\"mover\"")),
                 "$.block_configs[2].block_type: \"mover\"; allowed:"));
  CHECK(
      contains(refusal(swapped(puzzle, "{\"block_type\": \"mamba\"},", "7,")), "$.block_configs"));
}
