// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/hf_config.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "hf_texts.hpp"
#include "shardline/catalog/models.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// Every family of the index, then every wrapper whose model_type is no family's too.
std::string not_supported() {
  std::string list;
  for (const hf::family* known : hf::all_families) list += ", " + std::string(known->model_type);
  for (const hf::wrapper* known : hf::all_wrappers) {
    if (hf::family_of(known->model_type) == nullptr) {
      list += ", " + std::string(known->model_type);
    }
  }
  return " is not supported; supported: " + list.substr(2);
}

}  // namespace

// ------------------------------------------------------------------------------- whole families

TEST_CASE("a plain Llama imports field by field") {
  const model m = imported(llama);
  CHECK(m.name.view() == "llama");
  CHECK(m.hidden_size == 64);
  CHECK(m.vocab_size == 1000);
  CHECK(m.max_context == 2048);
  CHECK(!m.tied_embeddings);
  CHECK(m.weights == uniform(formats::bf16));
  CHECK(m.activations == precision::bf16);
  CHECK(m.layers.size() == 3);
  CHECK(attention_at(m, 0) == grouped_query_attention{.heads = 4, .kv_heads = 2, .head_dim = 16});
  CHECK(std::get<dense_feed_forward>(layer_at(m, 0).feed_forward) ==
        dense_feed_forward{.width = 128});
}

TEST_CASE("Llama 3.1 70B equals the catalog's") {
  CHECK(same_but_name(imported(R"({"model_type": "llama", "torch_dtype": "bfloat16",
    "architectures": ["LlamaForCausalLM"], "hidden_size": 8192, "vocab_size": 128256,
    "num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8,
    "intermediate_size": 28672, "max_position_embeddings": 131072, "mlp_bias": false,
    "rope_scaling": {"factor": 8.0, "rope_type": "llama3"}, "eos_token_id": [128001, 128009]})"),
                      catalog::llama_3_1_70b));
}

TEST_CASE("Mixtral equals the catalog's") {
  CHECK(same_but_name(imported(R"({"model_type": "mixtral", "torch_dtype": "bfloat16",
    "hidden_size": 4096, "vocab_size": 32000, "num_hidden_layers": 32, "num_attention_heads": 32,
    "num_key_value_heads": 8, "intermediate_size": 14336, "num_local_experts": 8,
    "num_experts_per_tok": 2, "max_position_embeddings": 32768, "sliding_window": null})"),
                      catalog::mixtral_8x7b));
}

TEST_CASE("Qwen3 MoE equals the catalog's, in bf16 and in fp8 blocks") {
  constexpr std::string_view text = R"({"model_type": "qwen3_moe", "torch_dtype": "bfloat16",
    "hidden_size": 4096, "vocab_size": 151936, "num_hidden_layers": 94, "num_attention_heads": 64,
    "num_key_value_heads": 4, "head_dim": 128, "intermediate_size": 12288, "num_experts": 128,
    "moe_intermediate_size": 1536, "num_experts_per_tok": 8, "max_position_embeddings": 40960,
    "mlp_only_layers": [], "decoder_sparse_step": 1, "sliding_window": null,
    "use_sliding_window": false, "max_window_layers": 94})";
  CHECK(same_but_name(imported(text), catalog::qwen3_235b_a22b));

  // The fp8 repository lists every norm and router by layer, and the head.
  std::string list = "\"lm_head\"";
  for (int i = 0; i < 94; ++i) {
    const std::string layer = R"(, "model.layers.)" + std::to_string(i);
    for (const char* norm : {".input_layernorm", ".mlp.gate", ".post_attention_layernorm"}) {
      list.append(layer).append(norm).append(1, '"');
    }
  }
  model fp8 = catalog::qwen3_235b_a22b;
  fp8.weights = quantised(fp8.weights, formats::fp8_block);
  const import_result result =
      import_hf_config(quantised_by(text,
                                    "\"quant_method\": \"fp8\", \"weight_block_size\": [128, 128], "
                                    "\"modules_to_not_convert\": [" +
                                        list + "]"));
  REQUIRE(result.model.has_value());
  CHECK(same_but_name(*result.model, fp8));
  CHECK(result.notes.empty());
}

TEST_CASE("DeepSeek-V3 equals the catalog's, and its extra layer is noted") {
  const import_result result = import_hf_config(R"({"model_type": "deepseek_v3",
    "torch_dtype": "bfloat16", "hidden_size": 7168, "vocab_size": 129280, "num_hidden_layers": 61,
    "num_attention_heads": 128, "num_key_value_heads": 128, "q_lora_rank": 1536,
    "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
    "intermediate_size": 18432, "first_k_dense_replace": 3, "moe_layer_freq": 1,
    "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8,
    "moe_intermediate_size": 2048, "topk_method": "noaux_tc", "num_nextn_predict_layers": 1,
    "max_position_embeddings": 163840, "quantization_config": {"quant_method": "fp8",
    "fmt": "e4m3", "activation_scheme": "dynamic", "weight_block_size": [128, 128]}})");
  REQUIRE(result.model.has_value());
  CHECK(same_but_name(*result.model, catalog::deepseek_v3));
  REQUIRE(result.notes.size() == 1);
  CHECK(result.notes[0] ==
        "$.num_nextn_predict_layers: 1 multi-token-prediction layers are counted apart and not "
        "loaded");
}

TEST_CASE("gpt-oss equals the catalog's, with layer_types and without") {
  constexpr std::string_view text = R"({"model_type": "gpt_oss", "hidden_size": 2880,
    "vocab_size": 201088, "num_hidden_layers": 24, "num_attention_heads": 64,
    "num_key_value_heads": 8, "head_dim": 64, "intermediate_size": 2880, "num_local_experts": 32,
    "num_experts_per_tok": 4, "sliding_window": 128, "max_position_embeddings": 131072,
    "quantization_config": {"quant_method": "mxfp4", "modules_to_not_convert":
    ["model.layers.*.self_attn", "model.layers.*.mlp.router", "model.embed_tokens", "lm_head"]}})";
  const import_result result = import_hf_config(text);
  REQUIRE(result.model.has_value());
  CHECK(same_but_name(*result.model, catalog::gpt_oss_20b));
  CHECK(result.notes == std::vector<std::string>{"$.torch_dtype: missing; read as \"bfloat16\""});

  std::string types;
  for (int i = 0; i < 24; ++i) {
    types += i == 0 ? "" : ", ";
    types += i % 2 == 0 ? "\"sliding_attention\"" : "\"full_attention\"";
  }
  CHECK(same_but_name(imported(with(text, "\"layer_types\": [" + types + "]")),
                      catalog::gpt_oss_20b));
}

// ------------------------------------------------------------------ what single keys stand for

TEST_CASE("a missing head count for keys and values stands for the family's default") {
  const std::string missing = swapped(llama, "\"num_key_value_heads\": 2,", "");
  CHECK(attention_at(imported(missing), 0).kv_heads == 4);  // Llama: as many as heads
  const std::string null =
      swapped(llama, "\"num_key_value_heads\": 2", "\"num_key_value_heads\": null");
  CHECK(attention_at(imported(swapped(null, "llama", "mistral")), 0).kv_heads == 4);
  const std::string mistral = swapped(swapped(missing, "llama", "mistral"),
                                      "\"num_attention_heads\": 4", "\"num_attention_heads\": 16");
  CHECK(attention_at(imported(mistral), 0).kv_heads == 8);  // MistralConfig
}

TEST_CASE("a missing head_dim is hidden_size / heads, except where the family fixes it") {
  CHECK(attention_at(imported(with(llama, "\"head_dim\": 24")), 0).head_dim == 24);
  CHECK(attention_at(imported(with(llama, "\"head_dim\": null")), 0).head_dim == 16);
  CHECK(attention_at(imported(swapped(llama, "llama", "qwen3")), 0).head_dim == 128);
  CHECK(contains(refusal(swapped(llama, "\"hidden_size\": 64", "\"hidden_size\": 66")),
                 "$.hidden_size: 66; allowed: a multiple of num_attention_heads (4)"));
}

TEST_CASE("biases and norms of attention follow the family") {
  const grouped_query_attention plain = attention_at(imported(llama), 0);
  CHECK(
      (!plain.qkv_bias && !plain.output_bias && plain.qk_norm == head_norm::none && !plain.sinks));
  const auto biased = attention_at(imported(with(llama, "\"attention_bias\": true")), 0);
  CHECK((biased.qkv_bias && biased.output_bias));
  const auto qwen2 = attention_at(imported(swapped(llama, "llama", "qwen2")), 0);
  CHECK((qwen2.qkv_bias && !qwen2.output_bias && qwen2.qk_norm == head_norm::none));
  const auto qwen3 = attention_at(imported(swapped(llama, "llama", "qwen3")), 0);
  CHECK((!qwen3.qkv_bias && qwen3.qk_norm == head_norm::per_head));
  const model mlp = imported(with(llama, "\"mlp_bias\": true"));
  CHECK(std::get<dense_feed_forward>(layer_at(mlp, 0).feed_forward).bias);
}

TEST_CASE("Mistral's window: 4096 where the key is missing, none where it is null") {
  const std::string mistral = swapped(llama, "llama", "mistral");
  CHECK(windows(imported(mistral)) == std::vector<integer>{4096, 4096, 4096});
  CHECK(windows(imported(with(mistral, "\"sliding_window\": null"))) == std::vector<integer>(3));
  CHECK(windows(imported(with(mistral, "\"sliding_window\": 16"))) ==
        std::vector<integer>{16, 16, 16});
}

TEST_CASE("Qwen's window holds from max_window_layers on, if it is used at all") {
  const std::string qwen =
      with(swapped(llama, "llama", "qwen2"), R"("sliding_window": 32, "max_window_layers": 2)");
  CHECK(windows(imported(qwen)) == std::vector<integer>(3));
  CHECK(windows(imported(with(qwen, "\"use_sliding_window\": true"))) ==
        std::vector<integer>{0, 0, 32});
}

TEST_CASE("layer_types decides where the window holds") {
  const std::string base = with(swapped(llama, "llama", "mistral"), "\"sliding_window\": 16");
  const std::string mixed =
      R"("layer_types": ["full_attention", "sliding_attention", "full_attention"])";
  CHECK(windows(imported(with(base, mixed))) == std::vector<integer>{0, 16, 0});
  CHECK(refusal(with(base, R"("layer_types": ["full_attention"])")) ==
        "$.layer_types: 1 entries; allowed: one per layer (3)");
  CHECK(refusal(with(base, R"("layer_types": ["full_attention", "linear_attention", "x"])")) ==
        "$.layer_types[1]: \"linear_attention\"; allowed: \"full_attention\", "
        "\"sliding_attention\"");
  CHECK(contains(refusal(with(llama, mixed)), "$.sliding_window: missing"));
}

TEST_CASE("Qwen MoE layers are dense where the step or the list says so") {
  using list = std::vector<bool>;
  CHECK(sparse(imported(qwen3_moe)) == list(6, true));
  CHECK(sparse(imported(with(qwen3_moe, "\"decoder_sparse_step\": 2"))) ==
        list{false, true, false, true, false, true});
  const model m = imported(with(qwen3_moe, "\"mlp_only_layers\": [0, 5]"));
  CHECK(sparse(m) == list{false, true, true, true, true, false});
  CHECK(std::get<dense_feed_forward>(layer_at(m, 0).feed_forward).width == 256);
  CHECK(std::get<mixture_of_experts>(layer_at(m, 1).feed_forward).width == 32);
  CHECK(refusal(with(qwen3_moe, "\"mlp_only_layers\": [6]")) ==
        "$.mlp_only_layers: [6]; allowed: layer numbers from 0 to 5");
}

TEST_CASE("DeepSeek layers are dense at first and by moe_layer_freq") {
  using list = std::vector<bool>;
  CHECK(sparse(imported(deepseek)) == list{false, false, true, true, true, true});
  CHECK(sparse(imported(with(deepseek, "\"moe_layer_freq\": 2"))) ==
        list{false, false, true, false, true, false});
}

TEST_CASE("DeepSeek's optional parts: query latent, shared experts, correction bias") {
  const model m = imported(swapped(deepseek, "\"q_lora_rank\": 24", "\"q_lora_rank\": null"));
  CHECK(std::get<latent_attention>(layer_at(m, 0).attention).q_lora_rank == 0);
  const auto experts = [](const model& of) {
    return std::get<mixture_of_experts>(layer_at(of, 5).feed_forward);
  };
  CHECK(experts(imported(deepseek)).shared_experts == 1);
  CHECK(experts(imported(deepseek)).shared_width == 32);
  CHECK(experts(imported(deepseek)).correction_bias);
  CHECK(!experts(imported(with(deepseek, "\"topk_method\": \"greedy\""))).correction_bias);
  const std::string none =
      swapped(deepseek, "\"n_shared_experts\": 1", "\"n_shared_experts\": null");
  CHECK(experts(imported(none)).shared_experts == 0);
  CHECK(experts(imported(none)).shared_width == 0);
}

TEST_CASE("dtype gives weights, activations and KV cache; tied embeddings are read") {
  const model half = imported(swapped(llama, "bfloat16", "float16"));
  CHECK(half.weights == uniform(formats::fp16));
  CHECK(half.activations == precision::fp16);
  CHECK(half.kv_cache == precision::fp16);
  // 32 bits are served in 16.
  const std::string single =
      swapped(llama, R"("torch_dtype": "bfloat16")", R"("dtype": "float32")");
  CHECK(imported(single) == imported(llama));
  CHECK(notes(single) == std::vector<std::string>{
                             "$.dtype: \"float32\"; read as \"bfloat16\", since engines serve such "
                             "models in 16 bits"});
  CHECK(imported(with(llama, "\"tie_word_embeddings\": true")).tied_embeddings);
  CHECK(contains(refusal(swapped(llama, "bfloat16", "int7")), "$.torch_dtype: \"int7\""));
}

// -------------------------------------------------------------------------------- what is refused

TEST_CASE("an unknown model_type is refused with the list of known ones") {
  CHECK(refusal(swapped(llama, "llama", "unheard_of")) ==
        "$.model_type: \"unheard_of\"" + not_supported());
  CHECK(contains(not_supported(),
                 "supported: llama, mistral, ministral3, ministral, mixtral, qwen2, "));
  CHECK(contains(not_supported(), ", mistral3, qwen3_vl, qwen3_vl_moe, qwen3_5, qwen3_5_moe"));
  CHECK(contains(refusal("{}"), "$.model_type: missing; supported: llama"));
  CHECK(contains(refusal(R"({"model_type": 7})"), "$.model_type: 7; allowed: a string"));
}

TEST_CASE("what changes the cost unpriced is refused by name") {
  CHECK(contains(refusal(with(llama, R"("hidden_act": "gelu")")), "$.hidden_act: \"gelu\""));
  CHECK(contains(refusal(with(llama, R"("architectures": ["LlamaForSequenceClassification"])")),
                 "$.architectures: [\"LlamaForSequenceClassification\"]; allowed: "
                 "\"LlamaForCausalLM\""));
  CHECK(refusal(with(llama, R"("index_topk": 2048)")) ==
        "$.index_topk: 2048; allowed: null: it changes the model in a way not priced");
  CHECK(refusal(with(llama, R"("num_kv_shared_layers": 10)")) ==
        "$.num_kv_shared_layers: 10; allowed: null: it changes the model in a way not priced");
  CHECK(imported(with(llama, R"("num_kv_shared_layers": 0, "moe_latent_size": null)")) ==
        imported(llama));
  CHECK(refusal(with(llama, R"("attention_chunk_size": 64)")) ==
        "$.attention_chunk_size: 64; allowed: null: this family has no chunks");
  CHECK(refusal(swapped(llama, "\"intermediate_size\": 128", "\"intermediate_size\": [128, 64]")) ==
        "$.intermediate_size: [128,64]; allowed: a whole number from 1 to 100000000");
  CHECK(refusal(with(qwen3_moe, R"("mlp_bias": true)")) ==
        "$.mlp_bias: true; allowed: false: this family has no such biases");
  CHECK(contains(refusal(with(deepseek, R"("attention_bias": true)")), "$.attention_bias: true"));
  CHECK(contains(refusal(with(deepseek, R"("topk_method": "hash")")), "$.topk_method: \"hash\""));
}

TEST_CASE("each number out of range is refused with its path and range") {
  const auto heads = [](std::string_view value) {
    return refusal(swapped(llama, "\"num_attention_heads\": 4",
                           "\"num_attention_heads\": " + std::string(value)));
  };
  constexpr std::string_view allowed = "; allowed: a whole number from 1 to 100000";
  for (const std::string_view value :
       {"0", "-4", "100001", "4.5", "\"4\"", "true", "[4]", "1e+300", "9223372036854775808",
        "-9223372036854775808", "18446744073709551615"}) {
    CAPTURE(value);
    CHECK(heads(value) == "$.num_attention_heads: " + std::string(value) + std::string(allowed));
  }
  CHECK(heads("null") == "$.num_attention_heads: null" + std::string(allowed));
  CHECK(heads("NaN") == "$.num_attention_heads: NaN" + std::string(allowed));
  CHECK(heads("-Infinity") == "$.num_attention_heads: -Infinity" + std::string(allowed));
  CHECK(contains(heads("1e999"), "$.num_attention_heads: 1e999; allowed: "));
  CHECK(contains(heads("0x10"), "not valid JSON"));
  CHECK(refusal(swapped(llama, "\"num_attention_heads\": 4,", "")) ==
        "$.num_attention_heads: missing" + std::string(allowed));
}

TEST_CASE("4.0 is a whole number") {
  const model m =
      imported(swapped(llama, "\"num_attention_heads\": 4", "\"num_attention_heads\": 4.0"));
  CHECK(m == imported(llama));
}

TEST_CASE("every required key is asked for by name") {
  for (const char* key : {"hidden_size", "vocab_size", "num_hidden_layers", "num_attention_heads",
                          "intermediate_size"}) {
    const std::string text = swapped(llama, key, "nothing");
    CHECK(contains(refusal(text), "$." + std::string(key) + ": missing; allowed: a whole number"));
  }
  for (const char* key : {"kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim",
                          "n_routed_experts", "num_experts_per_tok", "moe_intermediate_size"}) {
    const std::string text = swapped(deepseek, std::string("\"") + key, "\"nothing");
    CHECK(contains(refusal(text), "$." + std::string(key) + ": missing"));
  }
}

TEST_CASE("counts that contradict each other are refused") {
  CHECK(refusal(swapped(llama, "\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3")) ==
        "$.num_key_value_heads: 3; allowed: a divisor of num_attention_heads (4)");
  CHECK(refusal(swapped(qwen3_moe, "\"num_experts_per_tok\": 2", "\"num_experts_per_tok\": 9")) ==
        "$.num_experts_per_tok: 9; allowed: a whole number from 1 to 8");
}

TEST_CASE("wrong types are refused with the path") {
  CHECK(refusal(with(llama, R"("tie_word_embeddings": "yes")")) ==
        "$.tie_word_embeddings: \"yes\"; allowed: true or false");
  CHECK(contains(refusal(with(llama, R"("hidden_act": 3)")), "$.hidden_act: 3; allowed: a string"));
  CHECK(contains(refusal(with(llama, R"("architectures": "x")")), "allowed: an array of strings"));
  CHECK(contains(refusal(with(llama, R"("architectures": [1])")), "allowed: an array of strings"));
  CHECK(contains(refusal(with(llama, R"("layer_types": {"a": 1})")), "an array of strings"));
}

TEST_CASE("layers that alternate too often for the model are refused") {
  std::string text = swapped(qwen3_moe, "\"num_hidden_layers\": 6", "\"num_hidden_layers\": 400");
  CHECK(imported(text).layers.size() == 400);
  CHECK(contains(refusal(with(text, "\"decoder_sparse_step\": 2")), "$.num_hidden_layers: 400"));
}

// --------------------------------------------------------------------------------- malformed text

TEST_CASE("the text is truncated anywhere: one line that says where") {
  for (std::size_t length = 0; length + 1 < llama.size(); ++length) {
    const std::string message = refusal(llama.substr(0, length));
    CAPTURE(message);
    CHECK(message.starts_with("$"));
    CHECK(contains(message, ": the text ends inside a JSON value (byte "));
  }
  CHECK(refusal("") == "$: the text ends inside a JSON value (byte 0 of 0)");
  CHECK(refusal("{\"a\": 1,") == "$: the text ends inside a JSON value (byte 8 of 8)");
  CHECK(refusal("{\"a\": \"b") == "$.a: the text ends inside a JSON value (byte 8 of 8)");
  CHECK(refusal("{\"a\": {\"b\": [1, ") ==
        "$.a.b[1]: the text ends inside a JSON value (byte 16 of 16)");
}

TEST_CASE("text that is not JSON, or not an object") {
  CHECK(contains(refusal("hello"), "not valid JSON"));
  CHECK(contains(refusal(std::string(llama) + "x"), "not valid JSON"));
  CHECK(contains(refusal(std::string(llama) + std::string(llama)), "not valid JSON"));
  CHECK(contains(refusal("{'a': 1}"), "$: not valid JSON (byte 2 of 8)"));
  CHECK(contains(refusal("{\"a\": 1 /* no comments */}"), "not valid JSON"));
  CHECK(contains(refusal("{\"a\": \"\xff\"}"), "not valid JSON"));
  CHECK(refusal(std::string_view("{\"a\": 1\0}", 9)) == "$: not valid JSON (byte 8 of 9)");
  CHECK(contains(refusal(std::string(llama) + std::string("\0{", 2)), "not valid JSON"));
  CHECK(refusal("[1, 2]") == "$: [1,2]; allowed: an object");
  CHECK(refusal("null") == "$: null; allowed: an object");
  CHECK(refusal("17") == "$: 17; allowed: an object");
}

TEST_CASE("a key given twice is refused, at any depth") {
  CHECK(refusal(with(llama, "\"hidden_size\": 64")) ==
        "$.hidden_size: the key is given twice; allowed: once");
  CHECK(refusal(R"({"a": [0, {"b": {"c": 1, "d": 2, "c": 3}}]})") ==
        "$.a[1].b.c: the key is given twice; allowed: once");
  // Written with an escape it is the same key.
  CHECK(refusal(R"({"ab": 1, "a\u0062": 2})") == "$.ab: the key is given twice; allowed: once");
  // The same key in two objects is no repetition.
  CHECK(imported(with(llama, R"("x": {"hidden_size": 1}, "y": [{"a": 1}, {"a": 2}])")) ==
        imported(llama));
}

TEST_CASE("nesting is bounded, and depth alone cannot exhaust the stack") {
  const auto nested = [](std::size_t depth) {
    return with(llama, "\"x\": " + std::string(depth, '[') + std::string(depth, ']'));
  };
  CHECK(imported(nested(63)) == imported(llama));
  CHECK(refusal(nested(64)) == "$: nested deeper than 64 levels; allowed: no deeper");
  CHECK(refusal(std::string(1000000, '[')) ==
        "$: nested deeper than 64 levels; allowed: no deeper");
}

TEST_CASE("a byte order mark is passed over") {
  CHECK(imported("\xef\xbb\xbf" + std::string(llama)) == imported(llama));
}

TEST_CASE("unicode is carried, and never printed raw") {
  CHECK(imported(with(llama, R"("название": "模型 \ud83d\ude00")")) == imported(llama));
  CHECK(refusal(swapped(llama, "\"llama\"", "\"\\u001b[31mllama\\n\"")) ==
        "$.model_type: \"\\u001b[31mllama\\n\"" + not_supported());
  const std::string message = refusal(R"({"é": 1, "é": 2})");
  for (const char c : message) CHECK((c >= ' ' && c <= '~'));
}

TEST_CASE("a long value is cut short in the message") {
  const std::string message =
      refusal(with(llama, R"("hidden_act": ")" + std::string(10000, 'x') + '"'));
  CHECK(message.size() < 200);
  CHECK(contains(message, R"(xxx...; allowed: "silu")"));
}
