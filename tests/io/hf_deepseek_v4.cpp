// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/hf/families/deepseek_v4.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// DeepSeek-V4-Flash's published values; the last ratio is that of its prediction layer.
std::string v4_flash() {
  std::string ratios = "0, 0";
  for (int i = 0; i < 20; ++i) ratios += ", 4, 128";
  return R"({"model_type": "deepseek_v4", "architectures": ["DeepseekV4ForCausalLM"],
  "torch_dtype": "bfloat16", "expert_dtype": "fp4", "hc_mult": 4, "head_dim": 512,
  "hidden_act": "silu", "hidden_size": 4096, "index_head_dim": 128, "index_n_heads": 64,
  "index_topk": 512, "max_position_embeddings": 1048576, "moe_intermediate_size": 2048,
  "n_routed_experts": 256, "n_shared_experts": 1, "num_attention_heads": 64,
  "num_experts_per_tok": 6, "num_hidden_layers": 43, "num_hash_layers": 3,
  "num_key_value_heads": 1, "num_nextn_predict_layers": 1, "o_groups": 8, "o_lora_rank": 1024,
  "q_lora_rank": 1024, "qk_rope_head_dim": 64, "sliding_window": 128, "topk_method": "noaux_tc",
  "vocab_size": 129280, "tie_word_embeddings": false, "quantization_config": {
  "activation_scheme": "dynamic", "fmt": "e4m3", "quant_method": "fp8", "scale_fmt": "ue8m0",
  "weight_block_size": [128, 128]}, "compress_ratios": [)" +
         ratios + ", 4, 0]}";
}

compressed_attention compressed_at(const model& m, integer i) {
  return std::get<compressed_attention>(layer_at(m, i).attention);
}

}  // namespace

TEST_CASE(
    "DeepSeek-V4-Flash: its bytes, with the prediction layer and tables, are the checkpoint's") {
  const model m = imported(v4_flash());
  // Of the prediction layer: attention to the window, experts, two projections of streams in fp8,
  // five norms, and what mixes streams around its blocks and behind them.
  model one = m;
  const compressed_attention windowed = compressed_at(m, 0);
  one.layers = {{1, {windowed, experts_at(m, 42)}}};
  const auto bytes = [](const model& of) { return parameters(of).total_bytes().value(); };
  const double h = 4096.0;
  const double ends = 2.0 * (h * h + 32.0 * 32.0) + 3.0 * h * 2.0;
  const double vocabulary = 2.0 * 129280.0 * h * 2.0;
  const double prediction = bytes(one) - vocabulary - h * 2.0 + ends;
  const double tables = 3.0 * 129280.0 * 6.0 * 8.0;
  CHECK(bytes(m) + prediction + tables == 159'609'485'896.0);
  // 284 B are published.
  CHECK(parameters(m).total() == 284'332'240'471);
  CHECK(active_parameters(m) == 284'332'240'471 - integer{43} * 250 * 3 * 4096 * 2048);
}

TEST_CASE("DeepSeek-V4-Flash: what each layer caches, by its ratio") {
  const model m = imported(v4_flash());
  CHECK(!compressed_at(m, 1).compresses());
  CHECK(compressed_at(m, 2).tokens_per_key == 4);
  CHECK(compressed_at(m, 2).index_topk == 512);
  CHECK(compressed_at(m, 3).tokens_per_key == 128);
  CHECK(!compressed_at(m, 3).indexed());
  CHECK(!compressed_at(m, 3).overlapping);
  // 43 windows, 21 layers of an entry for 4 tokens and an index key, 20 of one for 128.
  CHECK(kv_bytes_per_token(m).value() ==
        43.0 * 1024.0 + 21.0 * (1024.0 + 132.0) / 4.0 + 20.0 * 1024.0 / 128.0);
  CHECK(!experts_at(m, 2).correction_bias);
  CHECK(experts_at(m, 3).correction_bias);
  CHECK(experts_at(m, 3).even_shares);
  CHECK(m.streams == 4);
  CHECK(m.weights[weight_class::routed_expert].element == precision::fp4);
  CHECK(m.weights[weight_class::attention].scale_bits == 8);
}

// As RedHatAI/DeepSeek-V4-Flash-NVFP4-FP8 has them.
TEST_CASE("DeepSeek-V4's matrices by the names that engines and libraries have for them") {
  std::string text = v4_flash();
  const std::size_t at = text.find(R"("quantization_config")");
  text.replace(at, text.find("}, ", at) + 3 - at, R"("quantization_config": {
  "quant_method": "compressed-tensors", "format": "mixed-precision", "ignore": [],
  "config_groups": {"group_0": {"format": "float-quantized",
  "targets": ["re:.*attn.*(fused_wqa_wkv|wq_b|wo_a|wo_b)$"], "weights": {"num_bits": 8,
  "type": "float", "strategy": "block", "block_structure": [128, 128]}, "input_activations":
  {"num_bits": 8, "type": "float", "strategy": "group", "group_size": 128, "dynamic": true}},
  "group_1": {"format": "nvfp4-pack-quantized", "targets": ["re:.*ffn.*(gate|up|down)_proj$"],
  "weights": {"num_bits": 4, "type": "float", "strategy": "tensor_group", "group_size": 16},
  "input_activations": {"num_bits": 4, "type": "float"}}}}, )");
  const model m = imported(text);
  CHECK(m.weights[weight_class::routed_expert] == formats::nvfp4);
  CHECK(m.weights[weight_class::shared_expert] == formats::nvfp4);
  CHECK(m.weights[weight_class::attention].element == precision::fp8);
  for (const layer& l : m.layers.kinds) CHECK(l.exceptions.empty());
  // Of three matrices the second is the last: it writes the block's output.
  const std::string part = swapped(text, R"("ignore": [])", R"("ignore": ["re:.*experts.*w2$"])");
  CHECK(layer_at(imported(part), 5)
            .exceptions[0]
            .is_of(weight_class::routed_expert, matrix_role::output));
}

TEST_CASE("DeepSeek-V4 without quantisation settings is not silently of 16 bits") {
  std::string text = v4_flash();
  const std::size_t at = text.find(R"("quantization_config")");
  text.erase(at, text.find("}, ", at) + 3 - at);
  CHECK(
      refusal(text) ==
      "$.quantization_config: missing; allowed: an object, or the hf_quant_config.json beside the "
      "file: expert_dtype says \"fp4\" and not how it is scaled");
  const std::string second = R"({"quantization": {"quant_algo": "NVFP4", "group_size": 16}})";
  CHECK(imported(text, second).weights[weight_class::routed_expert] == formats::nvfp4);
  const std::string unsaid = swapped(text, R"("expert_dtype": "fp4",)", "");
  CHECK(imported(unsaid).weights[weight_class::routed_expert].element == precision::bf16);
  const std::vector<std::string> said = notes(unsaid);
  CHECK(std::any_of(said.begin(), said.end(), [](const std::string& note) {
    return contains(note, "$.quantization_config: missing; experts are read in");
  }));
}

TEST_CASE("what is refused of DeepSeek-V4") {
  const std::string text = v4_flash();
  CHECK(contains(refusal(swapped(text, "4, 0]", "5, 0]")),
                 "allowed: 0, 4 or 128 for each layer (43)"));
  CHECK(contains(refusal(swapped(text, "4, 0]", "4]}")), "$"));
  CHECK(refusal(swapped(text, R"("o_groups": 8)", R"("o_groups": 7)")) ==
        "$.o_groups: 7; allowed: a divisor of num_attention_heads (64)");
  CHECK(refusal(swapped(text, R"("num_key_value_heads": 1)", R"("num_key_value_heads": 2)")) ==
        "$.num_key_value_heads: 2; allowed: a whole number from 1 to 1");
  CHECK(refusal(swapped(text, R"("expert_dtype": "fp4")", R"("expert_dtype": "int4")")) ==
        R"($.expert_dtype: "int4"; allowed: "fp8", "fp4")");
  CHECK(refusal(swapped(text, R"("hc_mult": 4)", R"("hc_mult": 101)")) ==
        "$.hc_mult: 101; allowed: a whole number from 1 to 100");
  CHECK(contains(refusal(with(llama, R"("hc_mult": 4)")), "$.hc_mult: 4"));
}
