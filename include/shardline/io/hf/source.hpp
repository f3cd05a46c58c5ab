// SPDX-License-Identifier: BSL-1.0
/// Where a config.json describes the language model: in itself, or in its `text_config`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shardline/io/hf/families/index.hpp"
#include "shardline/io/hf/out_of_scope.hpp"
#include "shardline/io/near_names.hpp"

namespace shardline::hf {

/// The members that describe the language model, and those of the whole text, which are the same
/// unless there is a `text_config`.
struct source {
  const fields& text;
  const fields& whole;

  [[nodiscard]] bool wrapped() const noexcept { return &text != &whole; }
  [[nodiscard]] diagnosis& report() const { return whole.report(); }
  /// The members that have the key, the text model's own first.
  [[nodiscard]] const fields& having(const char* key) const {
    return text.find(key) == nullptr ? whole : text;
  }
};

namespace detail {

inline void refuse_type(const fields& f) {
  const json* found = f.find("model_type");
  const std::string type = f.word("model_type", "");
  if (const std::string_view what = out_of_scope(type); !what.empty()) {
    return f.report().fail(f.path_of("model_type") + ": " + quoted({type}) + " is " +
                           std::string(what));
  }
  std::vector<std::string_view> known;
  known.reserve(all_families.size());
  for (const family* one : all_families) known.push_back(one->model_type);
  const std::string near = type.empty() ? type : did_you_mean(type, known);
  f.report().fail(f.path_of("model_type") + ": " +
                  (found == nullptr ? "missing" : shown(*found) + " is not supported" + near) +
                  "; supported: " + supported_types());
}

/// A checkpoint of the family with another head (classification, embedding, drafting) is no
/// generator and has other weights.
inline void check_architecture(const fields& f, std::string_view expected,
                               std::string_view other = {}) {
  const std::vector<std::string> names = f.words("architectures");
  for (const std::string& name : names) {
    if (name == expected || (!other.empty() && name == other)) return;
  }
  if (!names.empty()) f.refuse("architectures", quoted({expected}));
}

/// Within a wrapper, whose own class was checked, text models carry classes of their training (a
/// "VLlama3ForCausalLM" in SmolVLM): engines go by the model_type there.
inline void check_text_class(const source& s, const family& known) {
  const std::vector<std::string> names = s.text.words("architectures");
  const bool generates = names.empty() || names.front().ends_with("ForCausalLM");
  const bool own = names.empty() || names.front() == known.architecture ||
                   names.front() == known.other_architecture;
  if (!s.wrapped() || own || !generates) {
    return check_architecture(s.text, known.architecture, known.other_architecture);
  }
  s.text.note("architectures", quoted({printable(names.front())}) + " is read as " +
                                   quoted({known.model_type}) + ", its model_type");
}

/// The one family of the text model's `architectures`; none if they fit no family, or several.
inline const family* family_by_architecture(const fields& text) {
  const family* found = nullptr;
  for (const std::string& name : text.words("architectures")) {
    for (const family* known : all_families) {
      if (name != known->architecture && name != known->other_architecture) continue;
      if (found != nullptr) return nullptr;
      found = known;
    }
  }
  return found;
}

/// What the text model calls itself; where it does not, what its wrapper or its class says.
inline std::string read_text_type(const source& s, const wrapper* around) {
  if (around != nullptr) return s.text.word("model_type", around->text_type);
  std::string type = s.text.word("model_type", "");
  const family* by_class = family_by_architecture(s.text);
  if (!type.empty() || by_class == nullptr) return type;
  s.text.note("model_type", "missing; read as " + quoted({by_class->model_type}) +
                                ", whose class is " + quoted({by_class->architecture}));
  return std::string(by_class->model_type);
}

// What the text model of a wrapper may call itself.
inline std::string types_of(const wrapper& around) {
  std::string types = quoted({around.text_type});
  for (const std::string_view other : around.other_types) {
    if (!other.empty()) types += ", " + quoted({other});
  }
  return types;
}

inline const family* find_wrapped(const source& s, const std::string& outer_type) {
  const wrapper* around = wrapper_of(outer_type);
  if (around == nullptr && family_of(outer_type) != nullptr) {
    s.whole.refuse("text_config", "null, since " + outer_type + " is a text model itself");
  }
  const std::string type = read_text_type(s, around);
  const bool misnamed = around != nullptr && around->misnamed && type == around->other_types[0];
  const family* known = family_of(misnamed ? around->text_type : type);
  if (known == nullptr || outer_type.empty()) {
    refuse_type(outer_type.empty() ? s.whole : s.text);
  } else if (around == nullptr) {
    s.whole.note("model_type", quoted({printable(outer_type)}) +
                                   " is not known; its text_config is priced, as " + type);
  } else if (!around->holds(type)) {
    s.text.refuse("model_type", types_of(*around));
  }
  if (around != nullptr) {
    check_architecture(s.whole, around->architecture, around->other_architecture);
  }
  return known;
}

}  // namespace detail

/// The family whose class `architectures` names where the model_type is none that is known, or one
/// of another class: engines go by the class too.
namespace detail {

inline const family* family_by_class(const source& s, const std::string& type) {
  const family* by_type = family_of(type);
  const family* by_class = family_by_architecture(s.text);
  if (by_class == nullptr || wrapper_of(type) != nullptr || type.empty()) return by_type;
  for (const std::string& name : s.text.words("architectures")) {
    const bool own = by_type != nullptr &&
                     (name == by_type->architecture || name == by_type->other_architecture);
    if (own) return by_type;
  }
  s.text.note("model_type", quoted({printable(type)}) + " is read as " +
                                quoted({by_class->model_type}) + ", whose class is named");
  return by_class;
}

}  // namespace detail

/// The family of the language model; null and a fault if it is not supported.
[[nodiscard]] inline const family* find_family(const source& s) {
  const std::string type = s.whole.word("model_type", "");
  const family* known =
      s.wrapped() ? detail::find_wrapped(s, type) : detail::family_by_class(s, type);
  if (known == nullptr && wrapper_of(type) != nullptr && !s.wrapped()) {
    s.whole.refuse("text_config", "an object");
  } else if (known == nullptr) {
    detail::refuse_type(s.whole);
  } else {
    detail::check_text_class(s, *known);
  }
  return known;
}

/// Whether the head is the embedding. The key may stand inside, outside, or on both sides if they
/// agree.
[[nodiscard]] inline bool read_tied(const source& s, const family& known) {
  constexpr const char* key = "tie_word_embeddings";
  const bool tied = s.having(key).flag(key, known.tied);
  if (s.whole.flag(key, tied) != tied) {
    s.text.refuse(key, std::string(tied ? "false" : "true") + ", as in " + s.whole.path_of(key));
  }
  return tied;
}

}  // namespace shardline::hf
