// SPDX-License-Identifier: BSL-1.0
/// Models from a JSON file: the fields of model/model.hpp and of the kinds of block (work/kinds/)
/// by their names there.
#pragma once

#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "shardline/catalog/models.hpp"
#include "shardline/check/validation.hpp"
#include "shardline/io/format_names.hpp"
#include "shardline/io/hf/reader.hpp"
#include "shardline/io/near_names.hpp"
#include "shardline/io/text/feasibility.hpp"

namespace shardline {

/// A number of a model that a file may say.
///   name       "hidden_size"; in a file objects within each other, {"updates": {"versions": 4}}
///   range      values that it may have
///   meaning    in a few words
///   exchange   its value, once it is set to *x where x is not null
struct model_figure {
  std::string_view name{};
  field_range range{};
  std::string_view meaning{};
  integer (*exchange)(model& m, const integer* x) = nullptr;
};

namespace detail {
template <class Figure>
constexpr integer exchanged_count(Figure& figure, const integer* x) {
  if (x != nullptr) figure = static_cast<Figure>(*x);
  return static_cast<integer>(figure);
}
inline constexpr field_range true_or_false{{}, "", figure_unit::none, 0.0, 1.0, true};

}  // namespace detail

/// Every number of a model outside of its layers, in the order of model/model.hpp.
inline constexpr std::array model_figures{
    model_figure{
        "hidden_size", range_of(field::hidden_size), "width of the residual stream",
        [](model& m, const integer* x) { return detail::exchanged_count(m.hidden_size, x); }},
    model_figure{
        "vocab_size", range_of(field::vocab_size), "rows of embedding and head",
        [](model& m, const integer* x) { return detail::exchanged_count(m.vocab_size, x); }},
    model_figure{
        "tied_embeddings", detail::true_or_false, "the head is the embedding",
        [](model& m, const integer* x) { return detail::exchanged_count(m.tied_embeddings, x); }},
    model_figure{
        "head_bias", detail::true_or_false, "the head has a bias",
        [](model& m, const integer* x) { return detail::exchanged_count(m.head_bias, x); }},
    model_figure{
        "norm_bias", detail::true_or_false, "norms have biases beside their gains",
        [](model& m, const integer* x) { return detail::exchanged_count(m.norm_bias, x); }},
    model_figure{
        "bare_norms", detail::true_or_false, "norms around the blocks have neither",
        [](model& m, const integer* x) { return detail::exchanged_count(m.bare_norms, x); }},
    model_figure{
        "embedding_norm", detail::true_or_false, "a norm follows the embedding",
        [](model& m, const integer* x) { return detail::exchanged_count(m.embedding_norm, x); }},
    model_figure{
        "no_last_norm", detail::true_or_false, "nothing is normed before the head",
        [](model& m, const integer* x) { return detail::exchanged_count(m.no_last_norm, x); }},
    model_figure{
        "embedding_width", range_of(field::embedding_width), "of the rows of embedding and head",
        [](model& m, const integer* x) { return detail::exchanged_count(m.embedding_width, x); }},
    model_figure{"streams", range_of(field::streams), "residual streams (hyper-connections)",
                 [](model& m, const integer* x) { return detail::exchanged_count(m.streams, x); }},
    model_figure{
        "streams_apart", detail::true_or_false, "no stream is mixed with another",
        [](model& m, const integer* x) { return detail::exchanged_count(m.streams_apart, x); }},
    model_figure{
        "streams_averaged", detail::true_or_false, "streams are averaged before the head",
        [](model& m, const integer* x) { return detail::exchanged_count(m.streams_averaged, x); }},
    model_figure{
        "streams_rank", range_of(field::streams_rank), "of the path that gates them, 0: none does",
        [](model& m, const integer* x) { return detail::exchanged_count(m.streams_rank, x); }},
    model_figure{
        "updates.versions", range_of(field::stream_versions), "of the stream, updated in turn",
        [](model& m, const integer* x) { return detail::exchanged_count(m.updates.versions, x); }},
    model_figure{
        "updates.low_rank", range_of(field::low_rank_path), "of the path beside attention",
        [](model& m, const integer* x) { return detail::exchanged_count(m.updates.low_rank, x); }},
    model_figure{
        "residual_blocks", range_of(field::residual_blocks), "layers whose sum is kept as a block",
        [](model& m, const integer* x) { return detail::exchanged_count(m.residual_blocks, x); }},
    model_figure{
        "per_layer.width", range_of(field::layer_input_width), "of an embedding for each layer",
        [](model& m, const integer* x) { return detail::exchanged_count(m.per_layer.width, x); }},
    model_figure{"per_layer.vocab_size", range_of(field::layer_input_vocab_size), "its rows",
                 [](model& m, const integer* x) {
                   return detail::exchanged_count(m.per_layer.vocab_size, x);
                 }},
    model_figure{
        "positions", range_of(field::positions), "rows of a learned position embedding",
        [](model& m, const integer* x) { return detail::exchanged_count(m.positions, x); }},
    model_figure{
        "extra_rows", range_of(field::extra_rows), "of the embedding, not of the head",
        [](model& m, const integer* x) { return detail::exchanged_count(m.extra_rows, x); }},
    model_figure{
        "mtp_layers", range_of(field::mtp_layers), "multi-token-prediction layers",
        [](model& m, const integer* x) { return detail::exchanged_count(m.mtp_layers, x); }},
    model_figure{
        "max_context", range_of(field::max_context), "longest sequence, 0: not known",
        [](model& m, const integer* x) { return detail::exchanged_count(m.max_context, x); }}};

/// How the blocks of a layer are put together, by name.
inline constexpr std::array<std::pair<std::string_view, layer_form>, 7> layer_form_names{
    {{"sequential", layer_form::sequential},
     {"sandwich", layer_form::sandwich},
     {"parallel", layer_form::parallel},
     {"parallel_two_norms", layer_form::parallel_two_norms},
     {"scaled_sandwich", layer_form::scaled_sandwich},
     {"three_norms", layer_form::three_norms},
     {"gated_blocks", layer_form::gated_blocks}}};

/// Norms of queries and keys, by name.
inline constexpr std::array<std::pair<std::string_view, head_norm>, 5> head_norm_names{
    {{"none", head_norm::none},
     {"per_head", head_norm::per_head},
     {"all_heads", head_norm::all_heads},
     {"each_head", head_norm::each_head},
     {"per_head_biased", head_norm::per_head_biased}}};

/// Elements of a state, of activations, by name.
inline constexpr std::array<std::pair<std::string_view, precision>, 3> element_names{
    {{"bf16", precision::bf16}, {"fp16", precision::fp16}, {"fp32", precision::fp32}}};

namespace detail {

// A word that is none of the names.
inline void refuse_name(const hf::fields& f, const char* key,
                        const std::vector<std::string_view>& names) {
  const std::string said = f.word(key, "");
  f.report().fail(f.path() + "." + key + ": " + hf::shown(said) + did_you_mean(said, names) +
                  "; allowed: " + listed_names(names));
}

// One of a table's values by its name; what it was where no key says.
template <class Table, class Value>
void read_named(const hf::fields& f, const char* key, const Table& table, Value& value) {
  if (f.find(key) == nullptr) return;
  const std::string said = f.word(key, "");
  std::vector<std::string_view> names;
  for (const auto& [name, one] : table) {
    if (name == said) return static_cast<void>(value = one);
    names.push_back(name);
  }
  refuse_name(f, key, names);
}

// A field that nothing has read is a fault, with the one that it may stand for.
inline void refuse_unread(const hf::fields& f, const std::vector<std::string_view>& known) {
  for (const auto& [key, value] : f.members().items()) {
    if (f.was_read(key)) continue;
    return f.report().fail(f.path() + "." + hf::printable(key) + did_you_mean(key, known) +
                           ": not known; allowed: " + listed_names(known));
  }
}

// Reads the fields of a kind, and hears their names.
template <class Kind>
struct kind_fields_reader {
  Kind& kind;
  const hf::fields& f;
  std::vector<std::string_view>& known;

  template <class Range>
  void operator()(const char* name, Range range, integer Kind::*member) const {
    const field_range& r = range_of(range);
    number(name, member, {static_cast<integer>(r.lowest), static_cast<integer>(r.highest)});
  }
  void operator()(const char* name, integer Kind::*member) const {
    number(name, member, {0, highest_count(field::feed_forward_width)});
  }
  void operator()(const char* name, bool Kind::*member) const {
    known.emplace_back(name);
    kind.*member = f.flag(name, kind.*member);
  }
  void operator()(const char* name, precision Kind::*member) const {
    known.emplace_back(name);
    read_named(f, name, element_names, kind.*member);
  }
  void operator()(const char* name, head_norm Kind::*member) const {
    known.emplace_back(name);
    read_named(f, name, head_norm_names, kind.*member);
  }

 private:
  void number(const char* name, integer Kind::*member, hf::range range) const {
    known.emplace_back(name);
    kind.*member = f.whole_or(name, kind.*member, range);
  }
};

template <class Variant, std::size_t... I>
std::string kind_names(std::index_sequence<I...>) {
  std::string names;
  ((names += (I == 0 ? "" : ", ") + std::string(std::variant_alternative_t<I, Variant>::kind_name)),
   ...);
  return names;
}
template <class Variant>
std::string kind_names() {
  return kind_names<Variant>(std::make_index_sequence<std::variant_size_v<Variant>>{});
}

// The kind that the object's "kind" names, with the fields that it says.
template <class Variant, std::size_t I = 0>
Variant read_kind(const hf::fields& f) {
  if constexpr (I == std::variant_size_v<Variant>) {
    f.refuse("kind", kind_names<Variant>());
    return {};
  } else {
    using kind = std::variant_alternative_t<I, Variant>;
    if (f.word("kind", "") != kind::kind_name) return read_kind<Variant, I + 1>(f);
    kind read{};
    std::vector<std::string_view> known{"kind"};
    kind::fields(kind_fields_reader<kind>{read, f, known});
    refuse_unread(f, known);
    return read;
  }
}

// A half of a layer; none where no key says.
template <class Variant, class None>
Variant read_half(const hf::fields& f, const char* key) {
  const hf::json* object = f.object(key);
  if (object == nullptr) return None{};
  return read_kind<Variant>(hf::fields(*object, f.path_of(key), f.report()));
}

inline void read_stack(const hf::json& list, const std::string& path, hf::diagnosis& d, bool inside,
                       layer_stack& stack);

// {"layers": 3, "attention": {...}, "feed_forward": {...}}, or {"repeat": 6, "of": [...]}.
inline void read_item(const hf::fields& f, bool inside, layer_stack& stack) {
  const hf::json* of = f.find("of");
  if (of != nullptr && !inside) {
    layer_stack pattern;
    const integer times = f.whole("repeat", field::layers);
    read_stack(*of, f.path_of("of"), f.report(), true, pattern);
    refuse_unread(f, {"repeat", "of"});
    for (integer i = 0; i < times && !f.report().failed() && !stack.runs.overflowed; ++i) {
      for (const layer_run& run : pattern.runs) stack.append(run.layers, pattern.kinds[run.kind]);
    }
    return;
  }
  layer l;
  const integer layers = f.whole_or("layers", 1, field::layers);
  l.attention = read_half<attention_kind, no_attention>(f, "attention");
  l.feed_forward = read_half<feed_forward_kind, no_feed_forward>(f, "feed_forward");
  read_named(f, "form", layer_form_names, l.form);
  l.weights_of_another = f.flag("weights_of_another", false);
  refuse_unread(
      f, {"layers", "attention", "feed_forward", "form", "weights_of_another", "repeat", "of"});
  if (!f.report().failed()) stack.append(layers, l);
}

inline void read_stack(const hf::json& list, const std::string& path, hf::diagnosis& d, bool inside,
                       layer_stack& stack) {
  if (!list.is_array() || list.empty()) {
    return d.fail(path + ": " + hf::shown(list) + "; allowed: an array of layers");
  }
  for (std::size_t i = 0; i < list.size() && !d.failed(); ++i) {
    const std::string at = path + "[" + std::to_string(i) + "]";
    if (!list[i].is_object()) {
      return d.fail(at + ": " + hf::shown(list[i]) + "; allowed: an object");
    }
    read_item(hf::fields(list[i], at, d), inside, stack);
  }
}

// What the catalog's model that "like" names is; one of nothing where it is not said.
inline model read_like_model(const hf::fields& f) {
  if (f.find("like") == nullptr) return {};
  const std::string name = f.word("like", "");
  if (const model* known = catalog::find_model(name); known != nullptr) return *known;
  std::vector<std::string_view> names;
  names.reserve(std::size(catalog::models));
  for (const model* m : catalog::models) names.push_back(m->name.view());
  refuse_name(f, "like", names);
  return {};
}

inline integer read_figure(const hf::fields& f, const char* key, const model_figure& figure,
                           integer before) {
  if (figure.range.highest <= 1.0) return f.flag(key, before != 0) ? 1 : 0;
  return f.whole_or(
      key, before,
      {static_cast<integer>(figure.range.lowest), static_cast<integer>(figure.range.highest)});
}

// Numbers of the model, those of an object within under its name.
inline void read_figures(const hf::fields& f, model& m) {
  std::vector<std::string_view> known{"name",     "like",   "weights", "activations",
                                      "kv_cache", "layers", "updates", "per_layer"};
  for (const model_figure& figure : model_figures) {
    const std::size_t dot = figure.name.find('.');
    const std::string outer(figure.name.substr(0, dot));
    const integer before = figure.exchange(m, nullptr);
    integer now = before;
    if (dot == std::string_view::npos) {
      known.push_back(figure.name);
      now = read_figure(f, outer.c_str(), figure, before);
    } else if (const hf::json* object = f.object(outer.c_str()); object != nullptr) {
      const std::string inner(figure.name.substr(dot + 1));
      now = read_figure(hf::fields(*object, f.path_of(outer), f.report()), inner.c_str(), figure,
                        before);
    }
    if (!f.report().failed()) (void)figure.exchange(m, &now);
  }
  refuse_unread(f, known);
}

// Objects within hold nothing but their two numbers.
inline void refuse_unread_within(const hf::fields& f, const char* key,
                                 const std::vector<std::string_view>& known) {
  const hf::json* object = f.object(key);
  if (object == nullptr) return;
  const hf::fields inner(*object, f.path_of(key), f.report());
  for (const std::string_view one : known) (void)inner.find(std::string(one).c_str());
  refuse_unread(inner, known);
}

inline void read_formats(const hf::fields& f, model& m) {
  const precision before = m.activations;
  read_named(f, "activations", element_names, m.activations);
  if (m.activations != before || f.find("like") == nullptr) {
    m.weights = uniform(m.activations == precision::fp32   ? formats::fp32
                        : m.activations == precision::fp16 ? formats::fp16
                                                           : formats::bf16);
    m.kv_cache = m.activations;
  }
  if (f.find("weights") != nullptr) {
    weight_format large{};
    read_named(f, "weights", weight_format_names, large);
    m.weights = quantised(m.weights, large);
  }
  read_named(f, "kv_cache", cache_format_names, m.kv_cache);
}

inline model read_model_members(const hf::fields& f) {
  model m = read_like_model(f);
  const std::string name = f.word("name", m.name.view());
  if (name.empty() || name.size() > short_name::most) {
    f.refuse("name", "a string of 1 to 95 characters");
  } else {
    m.name = name;
  }
  read_formats(f, m);
  if (const hf::json* layers = f.find("layers"); layers != nullptr) {
    m.layers = {};
    read_stack(*layers, f.path_of("layers"), f.report(), false, m.layers);
  } else if (f.find("like") == nullptr) {
    f.refuse("layers", "an array of layers");
  }
  read_figures(f, m);
  refuse_unread_within(f, "updates", {"versions", "low_rank"});
  refuse_unread_within(f, "per_layer", {"width", "vocab_size"});
  return m;
}

}  // namespace detail

/// A model, or one line that says why there is none.
struct model_result {
  model of{};
  std::string error{};
};

/// The model that a JSON text describes: "name", "like" (a model of the catalog, whose fields hold
/// where the text gives none), model_figures, "layers" in order, "activations", "weights" (of the
/// large matrices) and "kv_cache". Whatever is not known is refused by its path, and a model that
/// cannot be is refused by its field.
///   {"name": "mine", "hidden_size": 4096, "vocab_size": 128256, "layers": [{"layers": 32,
///    "attention": {"kind": "grouped_query", "heads": 32, "kv_heads": 8, "head_dim": 128},
///    "feed_forward": {"kind": "dense", "width": 14336}}]}
/// is Llama 3.1 8B.   (tests/io/model_file.cpp)
[[nodiscard]] inline model_result read_model(std::string_view text) {
  hf::diagnosis d;
  model_result result;
  const hf::json document = hf::parse_object(text, d);
  if (!d.failed()) result.of = detail::read_model_members(hf::fields(document, "$", d));
  if (!d.failed()) {
    const auto found = validate(result.of).found;
    if (!found.empty()) d.fail("$: " + to_text(found[0]));
  }
  result.error = d.error;
  return result;
}

}  // namespace shardline
