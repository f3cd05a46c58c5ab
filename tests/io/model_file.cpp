// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/model_file.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;

namespace {

using hf_test::swapped;

constexpr std::string_view llama_8b = R"({"name": "mine", "hidden_size": 4096,
  "vocab_size": 128256, "max_context": 131072, "layers": [{"layers": 32,
  "attention": {"kind": "grouped_query", "heads": 32, "kv_heads": 8, "head_dim": 128},
  "feed_forward": {"kind": "dense", "width": 14336}}]})";

model read_file(std::string_view text) {
  const model_result r = read_model(text);
  CAPTURE(r.error);
  REQUIRE(r.error.empty());
  return r.of;
}

std::string refusal_of_file(std::string_view text) {
  const model_result r = read_model(text);
  CHECK_FALSE(r.error.empty());
  return r.error;
}

}  // namespace

TEST_CASE("a file that says what the catalog does is the catalog's model") {
  model m = read_file(llama_8b);
  CHECK(m.name.view() == "mine");
  m.name = catalog::llama_3_1_8b.name;
  CHECK(m == catalog::llama_3_1_8b);
  CHECK(parameters(m).total() == 8'030'261'248);
}

TEST_CASE("a catalog model with some fields of its own, in other formats") {
  const model m = read_file(R"({"like": "llama-3.1-8b", "name": "longer", "tied_embeddings": true,
    "weights": "fp8", "kv_cache": "fp8"})");
  CHECK(m.layers == catalog::llama_3_1_8b.layers);
  CHECK(m.tied_embeddings);
  CHECK(m.weights[weight_class::attention] == formats::fp8);
  CHECK(m.weights[weight_class::norm] == formats::bf16);
  CHECK(m.kv_cache == cache_format(precision::fp8));
  CHECK(read_file(R"({"like": "llama-3.1-8b"})") == catalog::llama_3_1_8b);
  CHECK(read_file(R"({"like": "llama-3.1-8b", "activations": "fp16"})").kv_cache ==
        cache_format(precision::fp16));
}

TEST_CASE("patterns of layers, kinds with flags, states and norms by name") {
  const model m = read_file(R"({"name": "hybrid", "hidden_size": 512, "vocab_size": 1000,
    "updates": {"versions": 2}, "layers": [
    {"repeat": 3, "of": [
      {"layers": 2, "attention": {"kind": "gated_delta_rule", "key_heads": 2, "value_heads": 4,
       "key_head_dim": 32, "value_head_dim": 32, "conv_kernel": 4, "state": "bf16"},
       "feed_forward": {"kind": "experts", "experts": 8, "experts_per_token": 2, "width": 64,
       "shared_gate": true, "shared_experts": 1, "shared_width": 32}},
      {"attention": {"kind": "grouped_query", "heads": 8, "kv_heads": 2, "head_dim": 64,
       "qk_norm": "per_head", "output_gate": true}, "form": "sandwich", "weights_of_another": true}]}]})");
  CHECK(m.layers.size() == 9);
  CHECK(m.layers.runs.size() == 6);
  CHECK(m.updates.versions == 2);
  const auto& linear = std::get<linear_attention>(m.layers.kinds[0].attention);
  CHECK(linear.state == precision::bf16);
  CHECK(std::get<mixture_of_experts>(m.layers.kinds[0].feed_forward).shared_gate);
  const auto& full = std::get<grouped_query_attention>(m.layers.kinds[1].attention);
  CHECK(full.qk_norm == head_norm::per_head);
  CHECK(full.output_gate);
  CHECK(m.layers.kinds[1].form == layer_form::sandwich);
  CHECK(m.layers.kinds[1].weights_of_another);
  CHECK_FALSE(m.layers.kinds[0].weights_of_another);
  CHECK(std::holds_alternative<no_feed_forward>(m.layers.kinds[1].feed_forward));
}

TEST_CASE("every kind is read by its name, and says of an unknown field which it has") {
  const auto named = []<std::size_t... I>(std::index_sequence<I...>) {
    const auto one = [](std::string_view name) {
      const std::string fault =
          refusal_of_file(R"({"name": "x", "hidden_size": 8, "layers": [{"attention": {"kind": ")" +
                          std::string(name) + R"(", "nothing": 1}}]})");
      CHECK(fault.find("$.layers[0].attention.nothing") == 0);
      CHECK(fault.find(": not known; allowed: kind") != std::string::npos);
    };
    (one(std::variant_alternative_t<I, attention_kind>::kind_name), ...);
  };
  named(std::make_index_sequence<std::variant_size_v<attention_kind>>{});
}

TEST_CASE("what is wrong is named by its path") {
  CHECK(refusal_of_file("[]") == "$: []; allowed: an object");
  CHECK(refusal_of_file(R"({"name": "x"})") == "$.layers: missing; allowed: an array of layers");
  CHECK(refusal_of_file(R"({"layers": []})") ==
        "$.name: missing; allowed: a string of 1 to 95 characters");
  CHECK(refusal_of_file(R"({"name": "x", "layers": []})") ==
        "$.layers: []; allowed: an array of layers");
  CHECK(refusal_of_file(swapped(llama_8b, R"("heads": 32)", R"("heads": 0)")) ==
        "$.layers[0].attention.heads: 0; allowed: a whole number from 1 to 100000");
  CHECK(refusal_of_file(swapped(llama_8b, R"("heads": 32)", R"("head": 32)"))
            .find("$.layers[0].attention.head (did you mean heads?): not known; allowed: kind, "
                  "heads") == 0);
  CHECK(refusal_of_file(swapped(llama_8b, "grouped_query", "grouped"))
            .find(R"($.layers[0].attention.kind: "grouped"; allowed: grouped_query, latent, )") ==
        0);
  CHECK(refusal_of_file(swapped(llama_8b, R"("vocab_size")", R"("vocabulary")"))
            .find("$.vocabulary: not known; allowed: name, like, ") == 0);
  CHECK(
      refusal_of_file(
          swapped(llama_8b, R"("name": "mine")", R"("name": "mine", "weights": "fp5")")) ==
      R"($.weights: "fp5" (did you mean fp8?); allowed: fp32, bf16, fp16, fp8, int8, int4, mxfp4, nvfp4)");
  CHECK(refusal_of_file(R"({"like": "llama-3.1-8"})")
            .find("$.like: \"llama-3.1-8\" (did you mean llama-3.1-8b?); allowed: llama-2-7b, ") ==
        0);
  CHECK(refusal_of_file(
            swapped(llama_8b, R"("name": "mine")", R"("name": "mine", "updates": {"x": 1})"))
            .find("$.updates.x: not known; allowed: versions, low_rank") == 0);
  // Read well, but no model: heads that do not share keys in equal groups.
  CHECK(refusal_of_file(swapped(llama_8b, R"("kv_heads": 8)", R"("kv_heads": 7)"))
            .find("$: attention.kv_heads: 7") == 0);
}
