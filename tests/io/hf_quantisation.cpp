// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/hf/weights/quantisation.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "hf_texts.hpp"

using namespace shardline;
using namespace hf_test;

TEST_CASE("each quantisation method gives its storage format") {
  const auto attention = [](std::string_view settings) {
    return imported(quantised_by(llama, settings)).weights[weight_class::attention];
  };
  CHECK(attention(R"("quant_method": "fp8")") == formats::fp8);
  CHECK(attention(R"("quant_method": "fp8", "weight_block_size": [64, 32])") ==
        weight_format{precision::fp8, precision::fp8, 32, 64, 32});
  CHECK(attention(R"("quant_method": "fbgemm_fp8")") == formats::fp8_channel);
  CHECK(attention(R"("quant_method": "gptq", "bits": 4, "group_size": 128)") == formats::int4_g128);
  CHECK(attention(R"("quant_method": "gptq", "bits": 8, "group_size": -1)") ==
        weight_format{precision::int8, precision::bf16, 0, 1, 16, 8});
  CHECK(attention(R"("quant_method": "awq", "bits": 4, "group_size": 64, "zero_point": false)") ==
        weight_format{precision::int4, precision::bf16, 64, 1, 16, 0});
  CHECK(attention(R"("quant_method": "modelopt", "quant_algo": "NVFP4")") == formats::nvfp4);
}

TEST_CASE("quantisation leaves embedding, norms, router and head as they were") {
  const model m = imported(quantised_by(qwen3_moe, R"("quant_method": "fp8")"));
  CHECK(m.weights == quantised(uniform(formats::bf16), formats::fp8));
}

TEST_CASE("compressed-tensors: type, bits and strategy of the weights") {
  const auto attention = [](std::string_view weights, std::string_view activations) {
    const std::string group = R"("quant_method": "compressed-tensors", "ignore": ["lm_head"],
      "config_groups": {"group_0": {"targets": ["Linear"], "weights": {)" +
                              std::string(weights) + R"(}, "input_activations": )" +
                              std::string(activations) + "}}";
    return imported(quantised_by(llama, group)).weights[weight_class::attention];
  };
  constexpr std::string_view fp8 = R"({"num_bits": 8, "type": "float"})";
  constexpr std::string_view int8 = R"({"num_bits": 8, "type": "int"})";
  CHECK(attention(R"("num_bits": 8, "type": "float", "strategy": "channel")", fp8) ==
        formats::fp8_channel);
  CHECK(attention(R"("num_bits": 8, "type": "float", "strategy": "tensor")", fp8) == formats::fp8);
  CHECK(attention(R"("num_bits": 8, "type": "float", "strategy": "block",
                     "block_structure": [128, 128])",
                  fp8) == formats::fp8_block);
  CHECK(attention(R"("num_bits": 8, "type": "int", "strategy": "channel")", int8) == formats::int8);
  CHECK(attention(R"("num_bits": 4, "type": "int", "strategy": "group", "group_size": 128,
                     "symmetric": false)",
                  "null") == formats::int4_g128);
  CHECK(attention(R"("num_bits": 8, "type": "float", "strategy": "tensor")", "null").math ==
        precision::bf16);
}

TEST_CASE("the head is quantised where the method covers it and the list does not name it") {
  constexpr std::string_view covered = R"("quant_method": "modelopt", "quant_algo": "FP8")";
  CHECK(imported(quantised_by(llama, covered)).weights[weight_class::head] == formats::fp8);
  const std::string listed = std::string(covered) + R"(, "exclude_modules": ["lm_head"])";
  CHECK(imported(quantised_by(llama, listed)).weights[weight_class::head] == formats::bf16);
  CHECK(imported(quantised_by(llama, R"("quant_method": "gptq", "bits": 4, "lm_head": true)"))
            .weights[weight_class::head] == formats::int4_g128);
}

TEST_CASE("a KV cache scheme gives the cache's type") {
  CHECK(imported(quantised_by(llama, R"("quant_method": "fp8",
    "kv_cache_scheme": {"num_bits": 8, "type": "float"})"))
            .kv_cache == precision::fp8);
  CHECK(imported(quantised_by(llama, R"("quant_method": "fp8")")).kv_cache == precision::bf16);
}

TEST_CASE("hf_quant_config.json as the second text") {
  const model m = imported(llama, R"({"producer": {"name": "modelopt"}, "quantization":
    {"quant_algo": "FP8", "kv_cache_quant_algo": "FP8", "exclude_modules": ["lm_head"]}})");
  CHECK(m.weights == quantised(uniform(formats::bf16), formats::fp8));
  CHECK(m.kv_cache == precision::fp8);
  CHECK(
      contains(refusal(llama, R"({"quantization": {"quant_algo": "INT8_SQ"}})"),
               "hf_quant_config.json $.quantization.quant_algo: \"INT8_SQ\"; allowed: \"FP8\", "));
  CHECK(refusal(llama, "{}") == "hf_quant_config.json $.quantization: missing; allowed: an object");
  CHECK(refusal(llama, "{") ==
        "hf_quant_config.json $: the text ends inside a JSON value (byte 1 of 1)");
  CHECK(contains(refusal(quantised_by(llama, R"("quant_method": "fp8")"),
                         R"({"quantization": {"quant_algo": "FP8"}})"),
                 "$.quantization_config.quant_method: \"fp8\""));
}

TEST_CASE("a list of exceptions leaves out whole classes, by path, star and regular expression") {
  const auto weights = [](std::string_view list) {
    return imported(
               quantised_by(qwen3_moe, R"("quant_method": "fp8", "modules_to_not_convert": [)" +
                                           std::string(list) + "]"))
        .weights;
  };
  for (const std::string_view list :
       {R"("self_attn")", R"("model.layers.*.self_attn")", R"("re:.*self_attn.*")",
        R"("re:^model\\.layers\\..*_proj$", "mlp.gate")",
        R"("q_proj", "k_proj", "v_proj", "o_proj")"}) {
    CAPTURE(list);
    CHECK(weights(list)[weight_class::attention] == formats::bf16);
  }
  CHECK(weights(R"("re:.*mlp.gate$")")[weight_class::routed_expert] == formats::fp8);
  CHECK(weights(R"("gate")")[weight_class::routed_expert] == formats::fp8);
  CHECK(weights(R"("experts")")[weight_class::routed_expert] == formats::bf16);
  CHECK(weights(R"("experts")")[weight_class::attention] == formats::fp8);
}

TEST_CASE("an exception for some of the matrices that run as one is refused, by layer and name") {
  const auto fault = [](std::string_view entry) {
    return refusal(quantised_by(
        qwen3_moe,
        R"("quant_method": "fp8", "modules_to_not_convert": [")" + std::string(entry) + "\"]"));
  };
  CHECK(
      contains(fault("model.layers.4.mlp.experts.0.up_proj"),
               R"(stores 1 of 16 matrices of class "routed expert" in layer 4, which run as one, )"
               R"(in another format: "model.layers.4.mlp.experts.0.up_proj"; allowed)"));
  // Expert 7 is one of eight; of more than four names the rest are counted.
  CHECK(contains(
      fault("experts.7"),
      R"(stores 2 of 16 matrices of class "routed expert" in layer 0, which run as one, in another )"
      R"(format: "model.layers.0.mlp.experts.7.gate_proj", )"
      R"("model.layers.0.mlp.experts.7.up_proj"; allowed)"));
  CHECK(contains(fault("re:.*experts.(2|3|[6]).*"),
                 R"("model.layers.0.mlp.experts.3.up_proj" and 2 more; allowed)"));
  // Two of three: the third is apart.
  CHECK(contains(fault("re:.*(q|k)_proj"),
                 R"(stores 1 of 3 matrices of class "attention" in layer 0, which run as one, in )"
                 R"(another format: "model.layers.0.self_attn.v_proj"; allowed)"));
}

TEST_CASE("entries that name nothing are noted") {
  const import_result result = import_hf_config(quantised_by(
      llama,
      R"("quant_method": "fp8", "modules_to_not_convert": ["mm.norm", "lm_head", "mm.proj"])"));
  REQUIRE(result.model.has_value());
  CHECK(result.notes ==
        std::vector<std::string>{"$.quantization_config.modules_to_not_convert: 2 entries name no "
                                 "weight of this model, the first is \"mm.norm\""});
}

TEST_CASE("quantisation that is not understood is refused by name") {
  const auto fault = [](std::string_view settings) {
    return refusal(quantised_by(llama, settings));
  };
  CHECK(contains(fault(R"("quant_method": "aqlm")"),
                 "$.quantization_config.quant_method: \"aqlm\"; allowed: \"fp8\""));
  CHECK(contains(fault(R"("bits": 4)"), "$.quantization_config.quant_method: missing"));
  CHECK(contains(fault(R"("quant_method": "gptq", "bits": 3)"), ".bits: 3; allowed: 4, 8"));
  CHECK(contains(fault(R"("quant_method": "gptq", "bits": 4, "group_size": 0)"), ".group_size: 0"));
  CHECK(contains(fault(R"("quant_method": "fp8", "weight_block_size": [128])"),
                 ".weight_block_size: [128]; allowed: two whole numbers"));
  CHECK(contains(fault(R"("quant_method": "fp8", "weight_block_size": [0, 128])"),
                 ".weight_block_size: [0,128]"));
  CHECK(contains(fault(R"("quant_method": "compressed-tensors")"), ".config_groups: missing"));
  CHECK(
      contains(fault(R"("quant_method": "mxfp4")"), ".quant_method: \"mxfp4\"; allowed: another"));
  CHECK(contains(refusal(with(llama, "\"quantization_config\": \"fp8\"")),
                 "$.quantization_config: \"fp8\"; allowed: an object"));
}

// ------------------------------------------------------------------- names of other checkpoints

namespace {

// A wrapped Llama 4 of two layers.
constexpr std::string_view llama4 = R"({"model_type": "llama4", "torch_dtype": "bfloat16",
  "text_config": {"hidden_size": 64, "vocab_size": 1000, "num_hidden_layers": 2,
  "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "intermediate_size": 32,
  "intermediate_size_mlp": 128, "num_local_experts": 4, "num_experts_per_tok": 1,
  "interleave_moe_layer_step": 2}})";

constexpr std::string_view small_qwen3_next =
    R"({"model_type": "qwen3_next", "torch_dtype": "bfloat16",
  "hidden_size": 64, "vocab_size": 1000, "num_hidden_layers": 4, "num_attention_heads": 4,
  "num_key_value_heads": 2, "head_dim": 16, "moe_intermediate_size": 32, "mamba_ssm_dtype": "auto",
  "shared_expert_intermediate_size": 32, "num_experts": 4, "num_experts_per_tok": 1,
  "linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 16,
  "linear_value_head_dim": 8, "num_nextn_predict_layers": 0})";

constexpr std::string_view small_nemotron =
    R"({"model_type": "nemotron_h", "torch_dtype": "bfloat16",
  "hidden_size": 64, "vocab_size": 1000, "hybrid_override_pattern": "M*-E",
  "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "intermediate_size": 128,
  "mamba_num_heads": 4, "mamba_head_dim": 16, "n_groups": 2, "ssm_state_size": 8,
  "mamba_ssm_cache_dtype": "float32", "n_routed_experts": 4, "num_experts_per_tok": 1,
  "moe_intermediate_size": 32, "moe_shared_expert_intermediate_size": 64})";

std::string excepting(std::string_view text, std::string_view list) {
  return quantised_by(
      text, R"("quant_method": "fp8", "modules_to_not_convert": [)" + std::string(list) + "]");
}

// The classes that stay in bf16, of those that fp8 covers.
std::vector<weight_class> kept(std::string_view text, std::string_view list) {
  const model m = imported(excepting(text, list));
  std::vector<weight_class> result;
  for (const weight_class c : {weight_class::attention, weight_class::routed_expert,
                               weight_class::shared_expert, weight_class::dense_feed_forward}) {
    if (m.weights[c] == formats::bf16) result.push_back(c);
  }
  return result;
}

using classes = std::vector<weight_class>;

}  // namespace

TEST_CASE("modules of a wrapped model are named with each prefix that checkpoints use") {
  for (const std::string_view list :
       {R"("self_attn")", R"("model.layers.0.self_attn", "model.layers.1.self_attn")",
        R"("language_model.model.layers.0.self_attn", "language_model.model.layers.1.self_attn")",
        R"("model.language_model.layers.*.self_attn")", R"("re:.*self_attn", "re:vision_model.*")",
        R"("re:^language_model\\.model\\.layers\\..*\\.self_attn.*")"}) {
    CAPTURE(list);
    CHECK(kept(llama4, list) == classes{weight_class::attention});
  }
  CHECK(kept(llama4, R"("feed_forward.experts")") == classes{weight_class::routed_expert});
  CHECK(kept(llama4, R"("re:.*feed_forward.experts.(0|1|2|3).*")") ==
        classes{weight_class::routed_expert});
  CHECK(kept(llama4, R"("feed_forward.shared_expert", "feed_forward.router")") ==
        classes{weight_class::shared_expert});
  CHECK(kept(llama4, R"("re:.*feed_forward.(gate|up|down)_proj$")") ==
        classes{weight_class::dense_feed_forward});
}

TEST_CASE("entries for parts that are not loaded pass in silence") {
  CHECK(notes(excepting(llama4, R"("vision_model.model.layers.0.fc1", "multi_modal_projector")"))
            .empty());
  CHECK(notes(excepting(small_qwen3_next, R"("mtp.fc", "mtp.layers.0.mlp.gate", "model.visual")"))
            .empty());
  // The extra layer of DeepSeek-V3 is numbered after the last one.
  const std::string mtp = with(deepseek, R"("num_nextn_predict_layers": 1)");
  CHECK(notes(excepting(mtp, R"("model.layers.6.eh_proj")")).size() == 1);
  CHECK(notes(excepting(mtp, R"("model.layers.7.eh_proj")")).size() == 2);
}

TEST_CASE("small projections of linear attention may stay as they were, with a note") {
  const std::string_view list = R"("linear_attn.in_proj_ba", "linear_attn.conv1d", "mlp.gate",
    "mlp.shared_expert_gate", "lm_head")";
  CHECK(kept(small_qwen3_next, list).empty());
  CHECK(notes(excepting(small_qwen3_next, list)) ==
        std::vector<std::string>{
            "$.quantization_config.modules_to_not_convert: leaves out 6 small projections or "
            "convolutions, priced in the format of \"attention\""});
  CHECK(notes(excepting(small_qwen3_next, R"("linear_attn", "self_attn")")).empty());
  // Of no account in layers that are left out as a whole, as these three of four are.
  CHECK(notes(excepting(small_qwen3_next, R"("linear_attn")")).empty());
}

TEST_CASE("modules of other families go by their own names") {
  CHECK(kept(small_nemotron, R"("mixer.q_proj", "mixer.k_proj", "mixer.v_proj", "mixer.o_proj",
    "mixer.in_proj", "mixer.out_proj")") == classes{weight_class::attention});
  CHECK(kept(small_nemotron,
             R"("backbone.layers.3.mixer.experts", "backbone.layers.3.mixer.gate")") ==
        classes{weight_class::routed_expert});
  CHECK(kept(small_nemotron, R"("backbone.layers.2")") ==
        classes{weight_class::dense_feed_forward});
  constexpr std::string_view falcon = R"({"model_type": "falcon", "torch_dtype": "bfloat16",
    "hidden_size": 64, "vocab_size": 1000, "num_hidden_layers": 1, "num_attention_heads": 4})";
  CHECK(kept(falcon, R"("transformer.h.0.self_attention.query_key_value",
    "transformer.h.0.self_attention.dense")") == classes{weight_class::attention});
  CHECK(kept(falcon, R"("transformer.h.0.mlp.dense_h_to_4h", "mlp.dense_4h_to_h")") ==
        classes{weight_class::dense_feed_forward});
  const std::string phi = swapped(llama, "llama", "phi3");
  CHECK(kept(phi, R"("qkv_proj", "o_proj")") == classes{weight_class::attention});
  CHECK(kept(phi, R"("mlp.gate_up_proj", "mlp.down_proj")") ==
        classes{weight_class::dense_feed_forward});
}

TEST_CASE("a group in a regular expression stands for each of its parts") {
  // As Kimi-K2-Thinking lists what its int4 leaves out.
  CHECK(kept(deepseek, R"("re:.*self_attn.*", "re:.*shared_experts.*",
    "re:.*mlp\\.(gate|up|gate_up|down)_proj.*")") == classes{weight_class::attention,
                                                             weight_class::shared_expert,
                                                             weight_class::dense_feed_forward});
  for (const std::string_view entry : {"re:(a", "re:a)", "re:a{2,1}", "re:(?<=a)b", "re:*a"}) {
    CAPTURE(entry);
    CHECK(refusal(excepting(llama, '"' + std::string(entry) + '"')) ==
          "$.quantization_config.modules_to_not_convert: \"" + std::string(entry) +
              "\"; allowed: " + std::string(hf::readable_entries));
  }
}

TEST_CASE("expressions are bounded in their steps") {
  const auto alternatives = [](int n) {
    std::string group = "(a0";
    for (int i = 1; i < n; ++i) group += "|a" + std::to_string(i);
    return group + ")";
  };
  const auto verdict = [&](const std::string& expression) {
    return import_hf_config(excepting(llama, "\"re:" + expression + "\"")).error;
  };
  CHECK(verdict(alternatives(100) + "." + alternatives(100)).empty());
  for (const std::string& expression : {alternatives(1025), alternatives(100000)}) {
    CHECK(contains(verdict(expression), "a regular expression without references"));
  }
}

TEST_CASE("an entry that is neither name nor expression is refused where it stands") {
  for (const std::string_view entry :
       {"", " ", ".", "..", "model.layers.[01].mlp", "model.layers.{0,1}", "a b", "re:", "re:^$"}) {
    CAPTURE(entry);
    CHECK(contains(refusal(excepting(llama, '"' + std::string(entry) + '"')),
                   "$.quantization_config.modules_to_not_convert: \"" + std::string(entry) +
                       "\"; allowed: names with * and ?"));
  }
}

TEST_CASE("lists of single experts are bounded") {
  const std::string huge =
      swapped(swapped(qwen3_moe, R"("num_experts": 8)", R"("num_experts": 1000000)"),
              R"("num_experts_per_tok": 2)", R"("num_experts_per_tok": 2)");
  CHECK(refusal(excepting(huge, R"("experts.7")")) ==
        "$.quantization_config.modules_to_not_convert: names single experts; allowed: whole layers "
        "of them, in a model of so many");
}

TEST_CASE("AMD Quark: one setting for all, others by pattern, exclusions, 8-bit caches") {
  constexpr std::string_view fp4 = R"({"dtype": "fp4", "qscheme": "per_group", "group_size": 32,
    "scale_format": "e8m0", "is_dynamic": false})";
  constexpr std::string_view fp8 = R"({"dtype": "fp8_e4m3", "qscheme": "per_tensor"})";
  const auto quark = [](const std::string& global, const std::string& more) {
    return R"("quant_method": "quark", "global_quant_config": )" + global + more;
  };
  const std::string inputs = R"(, "input_tensors": )" + std::string(fp4);
  const std::string mxfp4 = R"({"weight": )" + std::string(fp4) + inputs + "}";
  constexpr weight_format in_fp4{precision::fp4, precision::fp4, 32, 1, 8};
  const model m = imported(quantised_by(
      deepseek, quark(mxfp4, R"(, "exclude": ["lm_head", "re:.*self_attn.*", "*mlp.gate"],
        "kv_cache_quant_config": {"*kv_b_proj": {"output_tensors": )" +
                                 std::string(fp8) + "}}")));
  CHECK(m.weights[weight_class::routed_expert] == in_fp4);
  CHECK(m.weights[weight_class::dense_feed_forward] == in_fp4);
  CHECK(m.weights[weight_class::attention] == formats::bf16);
  CHECK(m.weights[weight_class::head] == formats::bf16);
  CHECK(m.kv_cache == precision::fp8);
  // Weights alone, in groups; attention in 8 bits with its inputs.
  const model mixed = imported(quantised_by(
      llama, quark(R"({"weight": )" + std::string(fp4) + "}",
                   R"(, "layer_quant_config": {"*self_attn*": {"weight": )" + std::string(fp8) +
                       R"(, "input_tensors": )" + std::string(fp8) + "}}")));
  CHECK(mixed.weights[weight_class::dense_feed_forward] == formats::mxfp4);
  CHECK(mixed.weights[weight_class::attention] == formats::fp8);
  CHECK(mixed.weights[weight_class::head] == formats::mxfp4);
  CHECK(contains(refusal(quantised_by(llama, quark(R"({"weight": {"dtype": "fp6_e2m3"}})", ""))),
                 R"(.global_quant_config.weight.dtype: "fp6_e2m3"; allowed: "fp4")"));
  CHECK(
      contains(refusal(quantised_by(
                   llama, quark(mxfp4, R"(, "layer_quant_config": {"*nothing*": )" + mxfp4 + "}"))),
               R"(.layer_quant_config: "*nothing*"; allowed: what names a matrix)"));
}

TEST_CASE("MXFP8: 8 bits with an exponent for 32") {
  constexpr weight_format expected{precision::fp8, precision::fp8, 32, 1, 8};
  for (const std::string_view settings :
       {R"("quant_method": "mxfp8")", R"("quant_method": "fp8", "weight_block_size": [1, 32])",
        R"("quant_method": "modelopt", "quant_algo": "MXFP8")",
        R"("quant_method": "compressed-tensors", "config_groups": {"group_0": {"targets":
          ["Linear"], "weights": {"num_bits": 8, "type": "float", "strategy": "group",
          "group_size": 32, "scale_dtype": "torch.uint8"}, "input_activations": {"num_bits": 8,
          "type": "float"}}})"}) {
    CAPTURE(settings);
    CHECK(imported(quantised_by(llama, settings)).weights[weight_class::attention] == expected);
  }
  // 64 x 128: 8192 bytes and 2 x 128 exponents.
  CHECK(expected.matrix_bytes(64, 128) == 8192 + 256);
}

TEST_CASE("Model Optimizer's MIXED_PRECISION: an algorithm for each module, none for the others") {
  std::string layers;
  for (int i = 0; i < 3; ++i) {
    const std::string at = "\"model.layers." + std::to_string(i);
    for (const char* name : {"gate_proj", "up_proj", "down_proj"}) {
      layers += at + ".mlp." + name + R"(": {"quant_algo": "NVFP4", "group_size": 16}, )";
    }
    layers += at + R"(.self_attn.qkv_proj": {"quant_algo": "FP8"}, )";
  }
  layers += R"("model.layers.1.self_attn.o_proj": {"quant_algo": "FP8"})";
  const model m = imported(llama, R"({"quantization": {"quant_algo": "MIXED_PRECISION",
    "kv_cache_quant_algo": "FP8", "quantized_layers": {)" +
                                      layers + "}}}");
  CHECK(m.weights[weight_class::dense_feed_forward] == formats::nvfp4);
  CHECK(m.weights[weight_class::attention] == formats::fp8);
  CHECK(m.weights[weight_class::head] == formats::bf16);
  CHECK(m.kv_cache == precision::fp8);
  const format_exception output{{weight_class::attention}, formats::bf16, {matrix_role::output}};
  CHECK(layer_at(m, 0).exceptions == format_exceptions{output});
  CHECK(layer_at(m, 1).exceptions == no_exceptions);
  CHECK(contains(refusal(llama, R"({"quantization": {"quant_algo": "MIXED_PRECISION"}})"),
                 "quantized_layers: missing; allowed: an object"));
  CHECK(contains(refusal(llama, R"({"quantization": {"quant_algo": "MIXED_PRECISION",
    "quantized_layers": {"model.layers.9.mlp": {"quant_algo": "FP8"}}}})"),
                 "\"model.layers.9.mlp\"; allowed: what names a matrix of this model"));
}

TEST_CASE("compressed-tensors with several groups: targets by name before all linear layers") {
  const auto group = [](const std::string& targets, const std::string& weights) {
    return R"({"targets": [)" + targets + R"(], "weights": {)" + weights +
           R"(}, "input_activations": {"num_bits": 8, "type": "float"}})";
  };
  const std::string fp8 = R"("num_bits": 8, "type": "float", "strategy": "channel")";
  const std::string int4 = R"("num_bits": 4, "type": "int", "strategy": "group", "group_size": 32)";
  const auto settings = [&](const std::string& groups) {
    return R"("quant_method": "compressed-tensors", "ignore": ["lm_head"], "config_groups": {)" +
           groups + "}";
  };
  const model m =
      imported(quantised_by(qwen3_moe, settings("\"a\": " + group(R"("re:.*experts.*")", int4) +
                                                ", \"b\": " + group(R"("Linear")", fp8))));
  CHECK(m.weights[weight_class::attention] == formats::fp8_channel);
  CHECK(m.weights[weight_class::routed_expert].element == precision::int4);
  CHECK(m.weights[weight_class::routed_expert].group_k == 32);
  const model experts_alone = imported(
      quantised_by(qwen3_moe, settings("\"a\": " + group(R"("re:.*experts.*down_proj")", int4))));
  CHECK(experts_alone.weights[weight_class::attention] == formats::bf16);
  CHECK(layer_at(experts_alone, 0).exceptions ==
        format_exceptions{{{weight_class::routed_expert}, formats::bf16, {matrix_role::input}}});
  CHECK(contains(refusal(quantised_by(llama, settings("\"a\": " + group(R"("Linear")", fp8) +
                                                      ", \"b\": " + group(R"("Linear")", int4)))),
                 R"(.targets: ["Linear"]; allowed: "Linear" in one group alone)"));
}

TEST_CASE("GPTQ's rules by module, and its lists of the only ones that are quantised") {
  const auto gptq = [](const std::string& more) {
    return R"("quant_method": "gptq", "bits": 4, "group_size": 128, )" + more;
  };
  const model m = imported(quantised_by(
      qwen3_moe, gptq(R"("dynamic": {"-:.*attn.*": {}, "+:.*\\.5\\..*experts.*": {"bits": 8,
        "group_size": 32}, "-:.*mtp.*": {}})")));
  CHECK(m.weights[weight_class::attention] == formats::bf16);
  CHECK(m.weights[weight_class::routed_expert] == formats::int4_g128);
  REQUIRE(layer_at(m, 5).exceptions.size() == 1);
  CHECK(layer_at(m, 5).exceptions[0].format.element == precision::int8);
  CHECK(layer_at(m, 5).exceptions[0].format.group_k == 32);
  const model listed = imported(
      quantised_by(llama, gptq(R"("modules_in_block_to_quantize": [["mlp.gate_proj", "mlp.up_proj"],
        ["self_attn"]])")));
  CHECK(listed.weights[weight_class::attention] == formats::int4_g128);
  CHECK(listed.weights[weight_class::dense_feed_forward] == formats::int4_g128);
  CHECK(layer_at(listed, 0).exceptions ==
        format_exceptions{
            {{weight_class::dense_feed_forward}, formats::bf16, {matrix_role::output}}});
}

TEST_CASE("AutoRound and bitsandbytes") {
  const model rounded = imported(quantised_by(
      llama, R"("quant_method": "auto-round", "bits": 4, "group_size": 128, "sym": true,
        "extra_config": {"model.layers.1.self_attn": {"bits": 16}}, "data_type": "int")"));
  CHECK(rounded.weights[weight_class::attention] ==
        weight_format{precision::int4, precision::bf16, 128, 1, 16});
  CHECK(layer_at(rounded, 1).exceptions ==
        format_exceptions{{{weight_class::attention}, formats::bf16}});
  const model four =
      imported(quantised_by(llama, R"("quant_method": "bitsandbytes", "load_in_4bit": true,
        "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": true,
        "llm_int8_skip_modules": ["lm_head", "model.layers.0.mlp"])"));
  CHECK(four.weights[weight_class::attention] ==
        weight_format{precision::int4, precision::bf16, 64, 1, 8});
  CHECK(layer_at(four, 0).exceptions ==
        format_exceptions{{{weight_class::dense_feed_forward}, formats::bf16}});
  CHECK(imported(quantised_by(llama, R"("quant_method": "bitsandbytes", "load_in_8bit": true)"))
            .weights[weight_class::attention] == formats::int8);
  CHECK(contains(refusal(quantised_by(llama, R"("quant_method": "bitsandbytes")")),
                 ".load_in_4bit: missing; allowed: true, or load_in_8bit"));
}

TEST_CASE("settings without a method are read as the only method's that writes them") {
  const std::string text = quantised_by(llama, R"("quant_algo": "FP8", "ignore": ["lm_head"])");
  CHECK(imported(text).weights[weight_class::attention] == formats::fp8);
  CHECK(notes(text) == std::vector<std::string>{
                           "$.quantization_config.quant_method: missing; read as \"modelopt\""});
  // Model Optimizer's own file as a member.
  const std::string within =
      quantised_by(llama, R"("producer": {"name": "modelopt"}, "quantization": {"quant_algo":
        "NVFP4", "kv_cache_quant_algo": "FP8", "exclude_modules": ["lm_head"]})");
  CHECK(imported(within).weights[weight_class::attention] == formats::nvfp4);
  CHECK(imported(within).kv_cache == precision::fp8);
}

TEST_CASE("Model Optimizer's and compressed-tensors' 4-bit formats") {
  const model m = imported(llama, R"({"quantization": {"quant_algo": "NVFP4",
    "kv_cache_quant_algo": "NVFP4", "group_size": 16, "exclude_modules": ["lm_head"]}})");
  CHECK(m.weights[weight_class::attention] == formats::nvfp4);
  CHECK(m.kv_cache == cache_formats::nvfp4);
  CHECK(imported(quantised_by(llama, R"("quant_method": "compressed-tensors",
    "config_groups": {"group_0": {"targets": ["Linear"], "weights": {"num_bits": 4,
    "type": "float", "strategy": "tensor_group", "group_size": 16},
    "input_activations": {"num_bits": 4, "type": "float"}}}, "ignore": ["lm_head"])"))
            .weights[weight_class::attention] == formats::nvfp4);
  CHECK(imported(quantised_by(llama, R"("quant_method": "fp8",
    "kv_cache_scheme": {"num_bits": 8, "type": "int"})"))
            .kv_cache == precision::int8);
}

TEST_CASE("AutoRound's floats, and SGLang's methods by their own names") {
  const auto attention_of = [](std::string_view settings) {
    return imported(quantised_by(llama, settings)).weights[weight_class::attention];
  };
  CHECK(attention_of(R"("quant_method": "auto-round", "bits": 4, "act_bits": 4,
    "data_type": "nv_fp", "group_size": 16)") == formats::nvfp4);
  CHECK(attention_of(R"("quant_method": "auto-round", "bits": 4, "data_type": "mx_fp",
    "group_size": 32)") == formats::mxfp4);
  CHECK(attention_of(R"("quant_method": "auto-round", "bits": 8, "act_bits": 8,
    "data_type": "mx_fp", "group_size": 32)") ==
        weight_format{precision::fp8, precision::fp8, 32, 1, 8});
  CHECK(contains(refusal(quantised_by(llama, R"("quant_method": "auto-round", "bits": 8,
    "data_type": "nv_fp")")),
                 ".bits: 8; allowed: 4"));
  CHECK(contains(refusal(quantised_by(llama, R"("quant_method": "auto-round", "bits": 4,
    "data_type": "nv_fp", "group_size": 32)")),
                 ".group_size: 32; allowed: a whole number from 16 to 16"));
  CHECK(attention_of(R"("quant_method": "w8a8_int8")") == formats::int8);
  CHECK(attention_of(R"("quant_method": "w8a8_fp8")") == formats::fp8_channel);
  CHECK(attention_of(R"("quant_method": "blockwise_int8", "weight_block_size": [128, 128],
    "activation_scheme": "dynamic")") ==
        weight_format{precision::int8, precision::int8, 128, 128, 32});
  CHECK(contains(refusal(quantised_by(llama, R"("quant_method": "blockwise_int8")")),
                 ".weight_block_size: missing"));
  CHECK(attention_of(R"("quant_method": "modelopt", "quant_algo": "W4A8_AWQ")") ==
        weight_format{precision::int4, precision::fp8, 128, 1, 16});
}
