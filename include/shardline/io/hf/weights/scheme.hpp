// SPDX-License-Identifier: BSL-1.0
/// What quantisation settings come to, whatever method wrote them: a format, the matrices that it
/// is of, and those that are stored otherwise; and the pieces that several methods write alike.
///
/// Embedding, norms and router keep the model's dtype whatever the settings say, and so does the
/// head unless they cover it: serving engines load them so.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/io/hf/reader.hpp"
#include "shardline/model/model.hpp"

namespace shardline::hf {

/// An entry of a list, where the list is, and what the modules that it names are stored in.
///   format   none: the model's own, as before quantisation
struct format_rule {
  std::string text{};
  std::string path{};
  std::optional<weight_format> format{};
};

/// What one quantisation method does.
///   format      of what is covered, where no rule names it; none: the model's own
///   covers      the classes that it is of
///   rules       in order: the first that names a module says what it is stored in
///   path        where the settings were found, and
///   list_path   the lists of rules, all of them
struct quantisation {
  std::optional<weight_format> format{};
  weight_classes covers = large_matrices;
  cache_format kv_cache{};
  std::string path{};
  std::string list_path{};
  std::vector<format_rule> rules{};
};

namespace detail {

inline constexpr range group_sizes = above_0(field::scale_group);

inline weight_format grouped(precision element, precision math, integer group_k, integer group_n,
                             int scale_bits, int zero_bits = 0) {
  return {element,    math,     static_cast<int>(group_k), static_cast<int>(group_n),
          scale_bits, zero_bits};
}

/// 8-bit floats in blocks of 32 along the inputs, each with an 8-bit exponent (OCP Microscaling
/// Formats v1.0, MXFP8).
inline weight_format mxfp8(precision math) { return grouped(precision::fp8, math, 32, 1, 8); }

/// Adds the entries of the list at `key`, and says where they are.
inline void add_rules(const fields& f, const char* key, const std::optional<weight_format>& format,
                      quantisation& q) {
  if (f.find(key) == nullptr) return;
  const std::string path = f.path_of(key);
  q.list_path += (q.list_path.empty() ? "" : " and ") + path;
  for (const std::string& entry : f.words(key)) q.rules.push_back({entry, path, format});
}

/// What the settings leave out, by whichever name they have for it.
inline void read_exceptions(const fields& f, quantisation& q) {
  for (const char* key : {"modules_to_not_convert", "ignored_layers", "ignore", "exclude_modules",
                          "exclude", "llm_int8_skip_modules"}) {
    add_rules(f, key, {}, q);
  }
}

/// [outputs, inputs] of a block; a fault where they are no sizes.
inline std::optional<std::array<integer, 2>> read_block(const fields& f, const char* key) {
  const auto sizes = f.whole_list(key, group_sizes, group_sizes.text("two whole numbers"));
  if (sizes && sizes->size() == 2) return std::array{(*sizes)[0], (*sizes)[1]};
  if (sizes) f.refuse(key, group_sizes.text("two whole numbers"));
  return {};
}

/// The length of a group along the inputs; -1 is a whole column.
inline integer read_group_size(const fields& f, integer fallback) {
  const integer size = f.whole_or("group_size", fallback, {-1, group_sizes.most});
  if (size == 0) f.refuse("group_size", group_sizes.text("-1, or a whole number"));
  return size < 0 ? 0 : size;
}

/// The members of each object within `key`: visit(fields, name).
template <class Visit>
void for_each_member(const fields& f, const char* key, const Visit& visit) {
  const json* members = f.object(key);
  if (members == nullptr) return;
  for (const auto& [name, value] : members->items()) {
    const std::string path = f.path_of(key) + "." + printable(name);
    if (!value.is_object()) {
      return f.report().fail(path + ": " + shown(value) + "; allowed: an object");
    }
    visit(fields(value, path, f.report()), name);
  }
}

inline bool is_eight_bit(const fields& f, const char* key, std::string_view type) {
  const json* object = f.object(key);
  if (object == nullptr) return false;
  const fields scheme(*object, f.path_of(key), f.report());
  return scheme.whole("num_bits") == 8 && scheme.word("type", "int") == type;
}

inline cache_format read_kv_scheme(const fields& f, precision fallback) {
  if (f.object("kv_cache_scheme") == nullptr) return fallback;
  if (is_eight_bit(f, "kv_cache_scheme", "float")) return precision::fp8;
  if (is_eight_bit(f, "kv_cache_scheme", "int")) return precision::int8;
  f.refuse("kv_cache_scheme", "8 bits, float or int");
  return fallback;
}

}  // namespace detail

}  // namespace shardline::hf
