/// Imports a model from the config.json of a Hugging Face repository. Needs nlohmann_json.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/describe/model.hpp"
#include "shardline/io/hf/quantisation.hpp"
#include "shardline/io/hf/shape.hpp"

namespace shardline {

/// A model, or one line that says why there is none.
///   error   "$.num_attention_heads: 0; allowed: a whole number from 1 to 1000000"; empty if there
///   is
///           a model
///   notes   what the text describes but the model does not price, and defaults that were assumed
struct import_result {
  std::optional<shardline::model> model{};
  std::string error{};
  std::vector<std::string> notes{};

  [[nodiscard]] explicit operator bool() const noexcept { return model.has_value(); }
};

namespace hf::detail {

/// Weights, activations and KV cache in the type that `dtype` (formerly `torch_dtype`) names.
inline void read_dtype(const fields& f, model& m) {
  const char* key = f.find("dtype") != nullptr ? "dtype" : "torch_dtype";
  const std::string type = f.word(key, "");
  if (type.empty()) {
    f.report().notes.emplace_back(R"($.torch_dtype: missing; read as "bfloat16")");
  } else if (type == "float16") {
    m.weights = uniform(formats::fp16);
    m.activations = m.kv_cache = precision::fp16;
  } else if (type == "float32") {
    m.weights = uniform(formats::fp32);
    m.activations = m.kv_cache = precision::fp32;
  } else if (type != "bfloat16") {
    f.refuse(key, R"("bfloat16", "float16", "float32")");
  }
}

inline void read_own_quantisation(const fields& f, const family& known, model& m) {
  const char* key =
      f.find("compression_config") != nullptr ? "compression_config" : "quantization_config";
  const json* object = f.object(key);
  if (object == nullptr) return;
  const fields settings(*object, f.path_of(key), f.report());
  apply(read_quantisation(settings, m.weights[weight_class::norm]), known, m, f.report());
}

/// hf_quant_config.json. Its faults carry its name, since its paths could be config.json's too.
inline void read_second_text(std::string_view text, const fields& f, const family& known,
                             model& m) {
  const json* own = f.object("quantization_config");
  if (own != nullptr) {
    const fields settings(*own, "$.quantization_config", f.report());
    if (!settings.word("quant_method", "").starts_with("modelopt")) {
      return settings.refuse("quant_method",
                             quoted({"modelopt"}) + ", beside an hf_quant_config.json");
    }
  }
  diagnosis d;
  const json document = parse_object(text, d);
  const fields outer(document, "$", d);
  if (!d.failed() && outer.object("quantization") == nullptr) {
    outer.refuse("quantization", "an object");
  }
  if (!d.failed()) {
    const fields settings(*outer.find("quantization"), "$.quantization", d);
    quantisation q;
    q.kv_cache = m.kv_cache;
    read_exceptions(settings, q);
    read_modelopt(settings, q);
    apply(q, known, m, d);
  }
  for (const std::string& note : d.notes)
    f.report().notes.push_back("hf_quant_config.json " + note);
  if (d.failed()) f.report().fail("hf_quant_config.json " + d.error);
}

inline model read_model(const fields& f, std::string_view quantisation_text) {
  const family* known = find_family(f);
  if (known == nullptr) return {};
  model m = read_shape(f, *known);
  read_dtype(f, m);
  if (f.report().failed()) return m;  // a list of modules needs a sound shape to be matched against
  if (quantisation_text.empty()) {
    read_own_quantisation(f, *known, m);
  } else {
    read_second_text(quantisation_text, f, *known, m);
  }
  return m;
}

}  // namespace hf::detail

/// The model that `json_text`, a config.json, describes; its name is the model_type, since a
/// config.json does not hold its repository's.
///   quantisation_text   the repository's hf_quant_config.json, if it has one
/// Supported: llama, mistral, mixtral, qwen2, qwen3, qwen3_moe, deepseek_v3, gpt_oss, with weights
/// as the quantisation settings say. Anything else is refused by name, as is every value out of
/// range, every key given twice and every setting that would change the cost without being priced.
/// Throws nothing but std::bad_alloc, and compiles without exceptions and RTTI.
[[nodiscard]] inline import_result import_hf_config(std::string_view json_text,
                                                    std::string_view quantisation_text = {}) {
  hf::diagnosis d;
  const hf::json document = hf::parse_object(json_text, d);
  std::optional<model> m;
  if (!d.failed()) m = hf::detail::read_model({document, "$", d}, quantisation_text);
  if (d.failed()) return {{}, std::move(d.error), {}};
  return {m, {}, std::move(d.notes)};
}

}  // namespace shardline
