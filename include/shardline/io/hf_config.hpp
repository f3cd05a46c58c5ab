// SPDX-License-Identifier: BSL-1.0
/// Imports a model from the config.json of a Hugging Face repository. Needs nlohmann_json.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/io/hf/class_defaults.hpp"
#include "shardline/io/hf/other_files.hpp"
#include "shardline/io/hf/shape.hpp"
#include "shardline/io/hf/weights/exceptions.hpp"
#include "shardline/model/model.hpp"

namespace shardline {

/// A model, or one line that says why there is none.
///   error   "$.num_attention_heads: 0; allowed: a whole number from 1 to 1000000";
///           empty if there is a model
///   notes   what the text describes but the model does not price, and defaults that were assumed
struct import_result {
  std::optional<shardline::model> model{};
  std::string error{};
  std::vector<std::string> notes{};

  [[nodiscard]] explicit operator bool() const noexcept { return model.has_value(); }
};

namespace hf::detail {

/// A model without layers, its weights, activations and KV cache in the type that `dtype`
/// (formerly `torch_dtype`) names, but for 32 bits: engines serve these in 16 (vLLM's
/// _resolve_auto_dtype, SGLang's get_dtype).
inline model read_dtype(const source& s) {
  model m{};
  const char* key = s.having("dtype").find("dtype") != nullptr ? "dtype" : "torch_dtype";
  const fields& f = s.having(key);
  const std::string type = f.word(key, "");
  if (type.empty()) f.note(key, R"(missing; read as "bfloat16")");
  const std::optional<precision> named = dtype_named(type.empty() ? "bfloat16" : type);
  if (!named) f.refuse(key, all_dtypes);
  m.activations = named.value_or(precision::bf16);
  if (m.activations == precision::fp32) {
    f.note(key, R"("float32"; read as "bfloat16", since engines serve such models in 16 bits)");
    m.activations = precision::bf16;
  }
  m.kv_cache = m.activations;
  if (m.activations == precision::fp16) m.weights = uniform(formats::fp16);
  return m;
}

inline const char* quantisation_key(const source& s) {
  constexpr const char* newer = "quantization_config";
  constexpr const char* older = "compression_config";
  return s.having(older).find(older) != nullptr ? older : newer;
}

/// MLX says how weights are stored under a key of its own.
inline void refuse_mlx(const source& s) {
  constexpr const char* key = "quantization";
  if (s.whole.object(key) == nullptr) return;
  s.whole.refuse(key, "null, or quantization_config: MLX's formats are served by no engine here");
}

/// The settings may stand inside or outside, not on both sides.
inline void read_own_quantisation(const source& s, const family& known, model& m) {
  const char* key = quantisation_key(s);
  const fields& f = s.having(key);
  const json* object = f.object(key);
  if (object == nullptr) return refuse_mlx(s);
  if (s.wrapped() && &f == &s.text && s.whole.find(key) != nullptr) {
    return s.whole.refuse(key, "null, beside " + s.text.path_of(key));
  }
  const fields settings(*object, f.path_of(key), f.report());
  const weight_format own = m.weights[weight_class::norm];
  // Model Optimizer's own file, put into config.json as it is.
  const char* within = "quantization";
  if (const json* inner = settings.object(within); inner != nullptr) {
    const fields of_optimizer(*inner, settings.path_of(within), f.report());
    return apply(read_quantisation(of_optimizer, own), known, s.wrapped(), m, f.report());
  }
  apply(read_quantisation(settings, own), known, s.wrapped(), m, f.report());
}

/// hf_quant_config.json, whose faults are reported to `d`.
inline void read_modelopt_text(std::string_view text, const source& s, const family& known,
                               model& m, diagnosis& d) {
  const json document = parse_object(text, d);
  if (d.failed()) return;
  const fields outer(document, "$", d);
  const json* object = outer.object("quantization");
  if (object == nullptr) return outer.refuse("quantization", "an object");
  const fields settings(*object, "$.quantization", d);
  quantisation q;
  q.path = settings.path();
  q.kv_cache = m.kv_cache;
  read_exceptions(settings, q);
  read_modelopt(settings, m.activations, q);
  apply(q, known, s.wrapped(), m, d);
}

/// Its faults carry its name, since its paths could be config.json's too.
inline void read_second_text(std::string_view text, const source& s, const family& known,
                             model& m) {
  const char* key = quantisation_key(s);
  const fields& f = s.having(key);
  if (const json* own = f.object(key); own != nullptr) {
    const fields settings(*own, f.path_of(key), f.report());
    if (!settings.word("quant_method", "modelopt").starts_with("modelopt")) {
      return settings.refuse("quant_method",
                             quoted({"modelopt"}) + ", beside an hf_quant_config.json");
    }
  }
  diagnosis d;
  read_modelopt_text(text, s, known, m, d);
  for (const std::string& note : d.notes) {
    s.report().notes.push_back("hf_quant_config.json " + note);
  }
  if (d.failed()) s.report().fail("hf_quant_config.json " + d.error);
}

inline model read_model(const source& s, std::string_view quantisation_text) {
  const family* known = find_family(s);
  if (known == nullptr || s.report().failed()) return {};
  model m = read_shape(s, *known, read_dtype(s));
  // A list of modules needs a sound shape to be matched against.
  if (s.report().failed()) return m;
  if (quantisation_text.empty()) {
    read_own_quantisation(s, *known, m);
  } else {
    read_second_text(quantisation_text, s, *known, m);
  }
  if (known->own_formats != nullptr && !s.report().failed()) {
    known->own_formats(s.having("quantization_config"), m);
  }
  return m;
}

inline model read_members(const fields& whole, std::string_view quantisation_text, diagnosis& d) {
  const char* key = whole.name_of({"text_config", "llm_config", "language_config"});
  const json* inner = whole.object(key);
  if (inner == nullptr) return read_model({whole, whole}, quantisation_text);
  const json members = completed(*inner, whole.path_of(key), d);
  const fields text(members, whole.path_of(key), d);
  return read_model({text, whole}, quantisation_text);
}

/// Qwen2.5-Omni and Qwen3-Omni: the model that reads and writes text, within another that also
/// speaks; and Qwen3-ASR, whose does not say what it is. Module names begin with "thinker.", so
/// settings outside could not be matched.
inline model read_thinker(const fields& outer, const json& thinker, std::string_view second,
                          diagnosis& d) {
  const std::string type =
      outer.choice("model_type", {"qwen3_omni_moe", "qwen2_5_omni", "qwen3_asr"});
  const bool only_hears = type == "qwen3_asr";
  if (only_hears) {
    check_architecture(outer, "Qwen3ASRForConditionalGeneration");
  } else {
    check_architecture(outer, "Qwen3OmniMoeForConditionalGeneration", "Qwen2_5OmniModel");
  }
  if (outer.find("quantization_config") != nullptr || !second.empty()) {
    outer.refuse("quantization_config", "null: that of a model within thinker_config is not read");
  }
  if (outer.find("talker_config") != nullptr) {
    outer.note("talker_config", "the model that speaks is not priced");
  }
  json inner = thinker;
  if (only_hears) inner["model_type"] = "qwen3_asr_thinker";
  const fields members(inner, outer.path_of("thinker_config"), d);
  return read_members(members, "", d);
}

inline model read_document(const json& document, std::string_view quantisation_text, diagnosis& d) {
  const fields whole(document, "$", d);
  const json* thinker = whole.object("thinker_config");
  if (thinker == nullptr) return read_members(whole, quantisation_text, d);
  return read_thinker(whole, *thinker, quantisation_text, d);
}

}  // namespace hf::detail

/// The model that `json_text`, a config.json, describes; its name is the model_type, since a
/// config.json does not hold its repository's.
///   quantisation_text   the repository's hf_quant_config.json, if it has one
/// Supported: the model types in io/hf/families/index.hpp, as they are or as the `text_config` of a
/// multimodal model, whose encoders are noted and left out; weights as the quantisation settings
/// say. Mistral's params.json is read too, where it says no more than a config.json would. Anything
/// else is refused by name, as is every value out of range, every key given twice and
/// every setting that would change the cost without being priced.
/// Throws nothing but std::bad_alloc, and compiles without exceptions and RTTI.
/// Source of each family: its modelling code, named in io/hf/families/.
///   Llama-3.1-8B's: 8,030,261,248 parameters   (tests/io/documented.cpp)
[[nodiscard]] inline import_result import_hf_config(std::string_view json_text,
                                                    std::string_view quantisation_text = {}) {
  hf::diagnosis d;
  if (const std::string_view other = hf::other_file(json_text); !other.empty()) {
    return {{}, "$: " + std::string(other), {}};
  }
  hf::json document = hf::parse_object(json_text, d);
  if (!d.failed()) {
    if (const std::string other = hf::other_document(document); !other.empty()) {
      d.fail("$: " + other);
    }
    document = hf::config_of(document, d);
  }
  std::optional<model> m;
  if (!d.failed()) m = hf::detail::read_document(document, quantisation_text, d);
  if (d.failed()) return {{}, std::move(d.error), {}};
  return {m, {}, std::move(d.notes)};
}

}  // namespace shardline
