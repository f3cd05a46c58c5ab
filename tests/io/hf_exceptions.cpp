// SPDX-License-Identifier: BSL-1.0
// Checkpoints that leave some layers, or some kinds of layer, out of quantisation: lists as
// published, on small shapes and on one of full size.
#include "shardline/io/hf/weights/exceptions.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// Entries as JSON strings, with commas.
class entries {
 public:
  void add(const std::string& entry) { text_ += (text_.empty() ? "\"" : ", \"") + entry + '"'; }
  void add_layer(integer layer, std::initializer_list<std::string_view> rest,
                 std::string_view before = "model.layers.") {
    for (const std::string_view one : rest) {
      add(std::string(before) + std::to_string(layer) + '.' + std::string(one));
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_{};
};

// The second text, of Model Optimizer.
std::string model_optimizer(std::string_view algorithm, const std::string& excluded) {
  return R"({"producer": {"name": "modelopt"}, "quantization": {"quant_algo": ")" +
         std::string(algorithm) + R"(", "kv_cache_quant_algo": null, "exclude_modules": [)" +
         excluded + "]}}";
}

std::string without(std::string_view text, const std::string& list) {
  return quantised_by(text, R"("quant_method": "fp8", "modules_to_not_convert": [)" + list + "]");
}

// Which layers have the class in another format than the model says, by letter: x has, . has not.
std::string excepted(const model& m, weight_class c) {
  std::string result;
  for (integer i = 0; i < m.layers.size(); ++i) {
    bool apart = false;
    for (const format_exception& e : layer_at(m, i).exceptions) {
      apart = apart || (e.classes.contains(c) && e.roles == every_role);
    }
    result += apart ? 'x' : '.';
  }
  return result;
}

constexpr weight_class attention = weight_class::attention;
constexpr weight_class dense = weight_class::dense_feed_forward;
constexpr weight_class routed = weight_class::routed_expert;
constexpr weight_class shared = weight_class::shared_expert;

}  // namespace

TEST_CASE("Llama-3.1-405B-Instruct-FP8: no attention, and neither the first nor the last block") {
  constexpr std::string_view config = R"({"model_type": "llama", "torch_dtype": "bfloat16",
    "architectures": ["LlamaForCausalLM"], "hidden_size": 16384, "vocab_size": 128256,
    "num_hidden_layers": 126, "num_attention_heads": 128, "num_key_value_heads": 8,
    "intermediate_size": 53248, "max_position_embeddings": 131072,
    "tie_word_embeddings": false})";
  entries list;
  for (integer i = 0; i < 126; ++i) {
    if (i == 0 || i == 125) list.add_layer(i, {"mlp.down_proj", "mlp.gate_proj", "mlp.up_proj"});
    list.add_layer(
        i, {"self_attn.k_proj", "self_attn.o_proj", "self_attn.q_proj", "self_attn.v_proj"});
  }
  const std::string text =
      quantised_by(config, R"("quant_method": "fbgemm_fp8", "activation_scale_ub": 1200.0,
        "modules_to_not_convert": [)" +
                               list.text() + "]");
  const model m = imported(text);
  CHECK(notes(text).empty());
  CHECK(m.weights[attention] == formats::bf16);
  CHECK(m.weights[dense] == formats::fp8_channel);
  CHECK(m.weights[weight_class::head] == formats::bf16);
  CHECK(m.layers.kinds.size() == 2);
  REQUIRE(m.layers.runs.size() == 3);
  CHECK(m.layers.runs[1].layers == 124);
  CHECK(layer_at(m, 0).exceptions == format_exceptions{{{dense}, formats::bf16}});
  CHECK(layer_at(m, 1).exceptions == no_exceptions);
  CHECK(layer_at(m, 125) == layer_at(m, 0));
  // Three matrices of 16384 x 53248; in fp8 a scale for each of their columns.
  const double elements = 3.0 * 16384 * 53248;
  const double in_fp8 = elements + (2.0 * 53248 + 16384) * 4;
  CHECK(parameters(m).bytes_of(dense).value() == 2 * elements * 2 + 124 * in_fp8);
  CHECK(parameters(m).bytes_of(attention).value() ==
        126.0 * 2 * (2.0 * 16384 * 16384 + 2.0 * 16384 * 1024));
  CHECK(parameters(m).total() == 405853388800);
}

TEST_CASE("Qwen3-Next in NVFP4: linear attention is left out, full attention is not") {
  constexpr std::string_view config = R"({"model_type": "qwen3_next", "torch_dtype": "bfloat16",
    "hidden_size": 64, "vocab_size": 1000, "num_hidden_layers": 8, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 16, "moe_intermediate_size": 32,
    "shared_expert_intermediate_size": 32, "num_experts": 4, "num_experts_per_tok": 1,
    "linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 16,
    "linear_value_head_dim": 8, "mamba_ssm_dtype": "auto"})";
  entries list;
  for (integer i = 0; i < 8; ++i) {
    list.add_layer(i, {"mlp.gate", "mlp.shared_expert_gate"});
    if (i % 4 == 3) continue;
    list.add_layer(i, {"linear_attn.conv1d", "linear_attn.in_proj_ba", "linear_attn.in_proj_qkvz",
                       "linear_attn.out_proj"});
  }
  list.add("lm_head");
  const std::string second = model_optimizer("NVFP4", list.text());
  const model m = imported(config, second);
  REQUIRE(notes(config, second).size() == 1);
  CHECK(contains(notes(config, second)[0], "multi-token-prediction"));
  CHECK(m.weights == quantised(uniform(formats::bf16), formats::nvfp4));
  CHECK(excepted(m, attention) == "xxx.xxx.");
  CHECK(excepted(m, routed) == "........");
  CHECK(m.layers.kinds.size() == 2);
  CHECK(layer_at(m, 0).exceptions == format_exceptions{{{attention}, formats::bf16}});
  CHECK(m == imported(config, model_optimizer("NVFP4", R"("*linear_attn*", "lm_head")")));
}

TEST_CASE("Qwen3.5 in NVFP4: the same by the names of a wrapped model") {
  constexpr std::string_view config = R"({"model_type": "qwen3_5", "tie_word_embeddings": true,
    "text_config": {"dtype": "bfloat16", "model_type": "qwen3_5_text", "hidden_size": 64,
    "vocab_size": 100, "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2,
    "head_dim": 32, "intermediate_size": 96, "layer_types": ["linear_attention",
    "full_attention", "linear_attention", "full_attention"], "linear_num_key_heads": 2,
    "linear_num_value_heads": 4, "linear_key_head_dim": 16, "linear_value_head_dim": 8,
    "linear_conv_kernel_dim": 4, "attn_output_gate": true, "mamba_ssm_dtype": "float32"}})";
  const std::string settings = R"("quant_method": "compressed-tensors", "config_groups":
    {"group_0": {"targets": ["Linear"], "weights": {"num_bits": 4, "type": "float",
    "strategy": "tensor_group", "group_size": 16}, "input_activations": {"num_bits": 4,
    "type": "float"}}}, "ignore": [)";
  const model m = imported(
      quantised_by(config, settings + R"("re:.*linear_attn.*", "re:.*visual.*", "lm_head"])"));
  CHECK(m.weights[attention] == formats::nvfp4);
  CHECK(m.weights[dense] == formats::nvfp4);
  CHECK(excepted(m, attention) == "x.x.");
  CHECK(m == imported(quantised_by(config, settings +
                                               R"("model.language_model.layers.0.linear_attn",
    "model.language_model.layers.2.linear_attn", "lm_head"])")));
  // Another kind of layer, by its other name.
  CHECK(excepted(imported(quantised_by(config, settings + R"("self_attn"])")), attention) ==
        ".x.x");
}

TEST_CASE("Nemotron-H in FP8: some mixers and attention layers are left out") {
  constexpr std::string_view config = R"({"model_type": "nemotron_h", "torch_dtype": "bfloat16",
    "hidden_size": 64, "vocab_size": 1000, "hybrid_override_pattern": "MEM*-MEM*E",
    "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "intermediate_size": 128,
    "mamba_num_heads": 4, "mamba_head_dim": 16, "n_groups": 2, "ssm_state_size": 8,
    "mamba_ssm_cache_dtype": "float32", "n_routed_experts": 4, "num_experts_per_tok": 1,
    "moe_intermediate_size": 32, "n_shared_experts": 1,
    "moe_shared_expert_intermediate_size": 64})";
  entries list;
  for (const integer mixer : {0, 2, 5, 7})
    list.add_layer(mixer, {"mixer.conv1d"}, "backbone.layers.");
  for (const integer mixer : {2, 7}) {
    list.add_layer(mixer, {"mixer.in_proj", "mixer.out_proj"}, "backbone.layers.");
  }
  list.add_layer(8, {"mixer.q_proj", "mixer.k_proj", "mixer.v_proj", "mixer.o_proj"},
                 "backbone.layers.");
  list.add("lm_head");
  const std::string second = model_optimizer("FP8", list.text());
  const model m = imported(config, second);
  CHECK(m.weights == quantised(uniform(formats::bf16), formats::fp8));
  CHECK(excepted(m, attention) == "..x....xx.");
  for (const weight_class c : {dense, routed, shared}) CHECK(excepted(m, c) == "..........");
  CHECK(m.layers.kinds.size() == 6);
  // The convolutions of the two mixers that are quantised; the others go with theirs.
  CHECK(notes(config, second) ==
        std::vector<std::string>{
            "hf_quant_config.json $.quantization.exclude_modules: leaves out 2 small projections "
            "or convolutions, priced in the format of \"attention\""});
}

TEST_CASE("DeepSeek in NVFP4: attention of some layers, and the dense layers") {
  // Layers 0 and 1 are dense, 2 to 5 have experts.
  const model attention_kept =
      imported(deepseek,
               model_optimizer("NVFP4", R"("model.layers.0.self_attn*", "model.layers.1.self_attn*",
        "model.layers.5.self_attn*", "lm_head")"));
  CHECK(attention_kept.weights == quantised(uniform(formats::bf16), formats::nvfp4));
  CHECK(excepted(attention_kept, attention) == "xx...x");
  CHECK(attention_kept.layers.kinds.size() == 3);

  const model dense_kept = imported(
      deepseek, model_optimizer("NVFP4", R"("model.layers.0.mlp*", "model.layers.0.self_attn*",
        "model.layers.5.mlp.shared_experts*", "model.layers.4.mlp.experts*", "lm_head")"));
  CHECK(layer_at(dense_kept, 0).exceptions ==
        format_exceptions{{{attention, dense}, formats::bf16}});
  CHECK(layer_at(dense_kept, 1).exceptions == no_exceptions);
  CHECK(layer_at(dense_kept, 4).exceptions == format_exceptions{{{routed}, formats::bf16}});
  CHECK(layer_at(dense_kept, 5).exceptions == format_exceptions{{{shared}, formats::bf16}});

  // Every layer that has the class: the model's format says it all.
  const model all_dense = imported(
      deepseek, model_optimizer("NVFP4", R"("model.layers.0.mlp*", "model.layers.1.mlp*")"));
  CHECK(all_dense.weights[dense] == formats::bf16);
  CHECK(all_dense.layers.kinds.size() == 2);
  CHECK(excepted(all_dense, dense) == "......");
}

TEST_CASE("what is left out is in the model's dtype") {
  const std::string half = swapped(llama, "bfloat16", "float16");
  const model m = imported(without(half, R"("model.layers.1")"));
  CHECK(layer_at(m, 1).exceptions == format_exceptions{{{attention, dense}, formats::fp16}});
  CHECK(excepted(m, attention) == ".x.");
}

TEST_CASE("layer 1 is not layer 10") {
  const std::string eleven =
      swapped(llama, R"("num_hidden_layers": 3)", R"("num_hidden_layers": 11)");
  CHECK(excepted(imported(without(eleven, R"("model.layers.1.self_attn")")), attention) ==
        ".x.........");
}

TEST_CASE("experts in mxfp4 may be left out of some layers too") {
  const std::string settings = R"("quant_method": "mxfp4", "modules_to_not_convert": [)";
  const model m = imported(quantised_by(
      qwen3_moe, settings + R"("model.layers.5.mlp.experts", "self_attn", "lm_head"])"));
  CHECK(m.weights[routed] == formats::mxfp4);
  CHECK(m.weights[attention] == formats::bf16);
  CHECK(excepted(m, routed) == ".....x");
  CHECK(excepted(m, attention) == "......");  // which the method does not cover anyway
  CHECK(imported(quantised_by(qwen3_moe, settings + R"("o_proj"])")).layers.kinds.size() == 1);
}

TEST_CASE("matrices that run as one are left out together, or it is refused") {
  CHECK(refusal(llama, model_optimizer("FP8", R"("model.layers.2.mlp.gate_proj",
          "model.layers.0.self_attn")")) ==
        "hf_quant_config.json $.quantization.exclude_modules: stores 1 of 2 matrices of class "
        "\"dense feed-forward\" in layer 2, which run as one, in another format: "
        "\"model.layers.2.mlp.gate_proj\"; allowed: all of them, or none");
  CHECK(contains(refusal(llama, model_optimizer("FP8", R"("model.layers.1.self_attn.k_proj")")),
                 "stores 1 of 3 matrices of class \"attention\" in layer 1"));
}

TEST_CASE("single matrices may be left out: those that run apart") {
  constexpr weight_class c = weight_class::attention;
  const model m =
      imported(without(deepseek, R"("model.layers.3.self_attn.kv_b_proj", "q_b_proj")"));
  CHECK(m.weights[c] == formats::fp8);
  const format_exception queries{{c}, formats::bf16, {matrix_role::query}};
  const format_exception both{{c}, formats::bf16, {matrix_role::query, matrix_role::key_value}};
  CHECK(layer_at(m, 2).exceptions == format_exceptions{queries});
  CHECK(layer_at(m, 3).exceptions == format_exceptions{both});
  // One scale in fp32 for each of the matrices that are in fp8: of 24 x 48 queries, of 16 x 64
  // keys and values, of 64 x 24, 64 x 20 and 32 x 64 the others.
  const double others = 64.0 * 24 + 64 * 20 + 32 * 64 + 3 * 4;
  const double in_all = 6 * (others + 2.0 * 24 * 48) + 5 * (16.0 * 64 + 4) + 2.0 * 16 * 64;
  CHECK(parameters(m).bytes_of(c).value() == in_all);
}

TEST_CASE("DeepSeek-V3.1 in NVFP4: of attention the output alone is quantised") {
  // As nvidia/DeepSeek-V3.1-NVFP4 lists it.
  entries list;
  for (integer i = 0; i < 6; ++i) {
    list.add_layer(i, {"self_attn.q_a_proj*", "self_attn.q_b_proj*", "self_attn.kv_b_proj*",
                       "self_attn.kv_a_proj_with_mqa*"});
  }
  list.add("lm_head");
  const std::string second = model_optimizer("NVFP4", list.text());
  const model m = imported(deepseek, second);
  CHECK(notes(deepseek, second).empty());
  CHECK(m.weights[attention] == formats::nvfp4);
  CHECK(m.layers.kinds.size() == 2);
  REQUIRE(layer_at(m, 4).exceptions.size() == 1);
  const format_exception& kept = layer_at(m, 4).exceptions[0];
  CHECK(kept.format == formats::bf16);
  for (const matrix_role r : {matrix_role::query_latent, matrix_role::query, matrix_role::kv_latent,
                              matrix_role::key_value}) {
    CHECK(kept.is_of(attention, r));
  }
  CHECK_FALSE(kept.is_of(attention, matrix_role::output));
}

TEST_CASE("lists that make more kinds of layer or more runs than a model has are refused") {
  constexpr std::string_view more =
      "$.quantization_config.modules_to_not_convert: leaves layers in more than 16 kinds or 160 "
      "runs; allowed: no more than these";
  // Eighteen layers with experts, of which four matrices are left out or not, and two dense ones.
  const std::string twenty =
      swapped(deepseek, R"("num_hidden_layers": 6)", R"("num_hidden_layers": 20)");
  entries list;
  for (integer i = 2; i < 16; ++i) {
    if (i % 2 == 1) list.add_layer(i, {"self_attn.o_proj"});
    if (i / 2 % 2 == 1) list.add_layer(i, {"mlp.experts"});
    if (i / 4 % 2 == 1) list.add_layer(i, {"mlp.shared_experts"});
    if (i / 8 % 2 == 1) list.add_layer(i, {"self_attn.q_b_proj"});
  }
  CHECK(imported(without(twenty, list.text())).layers.kinds.size() == 16);
  list.add_layer(17, {"self_attn.o_proj"});
  CHECK(refusal(without(twenty, list.text())) == more);

  const std::string many =
      swapped(llama, R"("num_hidden_layers": 3)", R"("num_hidden_layers": 161)");
  entries odd;
  for (integer i = 1; i < 160; i += 2) odd.add_layer(i, {"self_attn"});
  CHECK(refusal(without(many, odd.text())) == more);
  const std::string fewer =
      swapped(llama, R"("num_hidden_layers": 3)", R"("num_hidden_layers": 160)");
  CHECK(imported(without(fewer, odd.text())).layers.runs.size() == 160);
}

TEST_CASE("each of two lists answers for its own entries") {
  const auto lists = [](std::string_view first, std::string_view second) {
    return quantised_by(llama, R"("quant_method": "fp8", "modules_to_not_convert": [)" +
                                   std::string(first) + R"(], "ignored_layers": [)" +
                                   std::string(second) + "]");
  };
  CHECK(contains(refusal(lists(R"("re:(")", R"("lm_head")")),
                 "$.quantization_config.modules_to_not_convert: \"re:(\""));
  CHECK(contains(refusal(lists(R"("lm_head")", R"("re:(")")),
                 "$.quantization_config.ignored_layers: \"re:(\""));
  const import_result noted = import_hf_config(lists(R"("nowhere")", R"("lm_head")"));
  REQUIRE(noted.notes.size() == 1);
  CHECK(contains(noted.notes[0], "$.quantization_config.modules_to_not_convert: 1 entries"));
}

TEST_CASE("a list that names every expert of every layer is read at once") {
  std::string list;
  for (int l = 2; l < 6; ++l) {
    for (int e = 0; e < 8; ++e) {
      list += (list.empty() ? "\"model.layers." : ", \"model.layers.") + std::to_string(l) +
              ".mlp.experts." + std::to_string(e) + "\"";
    }
  }
  const model m = imported(
      quantised_by(deepseek, R"("quant_method": "fp8", "modules_to_not_convert": [)" + list + "]"));
  CHECK(m.weights[weight_class::routed_expert] == formats::bf16);
  CHECK(m.weights[weight_class::attention] == formats::fp8);
  // Entries with stars are tried one by one, and so are bounded.
  std::string stars;
  for (int i = 0; i < 1025; ++i) {
    stars += (stars.empty() ? "\"a*" : ", \"a*") + std::to_string(i) + "\"";
  }
  CHECK(contains(
      refusal(quantised_by(llama,
                           R"("quant_method": "fp8", "modules_to_not_convert": [)" + stars + "]")),
      "$.quantization_config.modules_to_not_convert: entries with * ? or re: beyond 1024"));
}
