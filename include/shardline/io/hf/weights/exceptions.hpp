// SPDX-License-Identifier: BSL-1.0
/// Quantisation settings put on a model: its weight classes, and the layers and matrices that are
/// stored otherwise.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shardline/io/hf/weights/coverage.hpp"
#include "shardline/io/hf/weights/quantisation.hpp"
#include "shardline/model/model.hpp"

namespace shardline::hf {

namespace detail {

/// The classes that engines quantise; a tied head is the embedding, which they do not.
inline weight_classes quantisable_classes(const model& m) {
  weight_classes classes = large_matrices;
  if (!m.tied_embeddings) classes.insert(weight_class::head);
  return classes;
}

/// Puts formats on a model, as its matrices are stored.
struct format_setter {
  const quantisation& settings;
  const coverage& found;
  const std::string& path;
  weight_format own;
  model& m;
  diagnosis& d;

  [[nodiscard]] weight_format stored_in(const matrix_coverage& stored) const {
    return stored.front().format.value_or(own);
  }

  /// The quantised format that most matrices of the class are in, of several the first; its own
  /// where none is quantised; of a class that the model does not have what the settings say.
  [[nodiscard]] weight_format usual_format(weight_class c) const {
    std::vector<std::pair<weight_format, integer>> tally;
    bool present = false;
    const auto add = [&](const place_coverage& place) {
      for (const matrix_role r : all_matrix_roles) {
        present = present || !place.at(c, r).empty();
        if (place.at(c, r).empty() || !place.at(c, r).front().format) continue;
        const weight_format& format = *place.at(c, r).front().format;
        std::size_t i = 0;
        while (i < tally.size() && tally[i].first != format) ++i;
        if (i == tally.size()) tally.emplace_back(format, 0);
        ++tally[i].second;
      }
    };
    add(found.outside);
    for (const place_coverage& layer : found.layers) add(layer);
    if (!present && settings.covers.contains(c)) return settings.format.value_or(own);
    std::pair<weight_format, integer> most{own, 0};
    for (const auto& one : tally) {
      if (one.second > most.second) most = one;
    }
    return most.first;
  }

  /// Matrices that run as one have one format: a rule for some of them is a fault.
  void refuse_divided() const {
    for (std::size_t i = 0; i < found.layers.size(); ++i) {
      for (const weight_class c : all_weight_classes) {
        for (const matrix_role r : all_matrix_roles) {
          const matrix_coverage& stored = found.layers[i].at(c, r);
          if (stored.size() > 1) return d.fail(path + ": " + divided_text(stored, c, i));
        }
      }
    }
  }
  static std::string divided_text(const matrix_coverage& stored, weight_class c,
                                  std::size_t layer) {
    integer modules = 0;
    std::size_t fewest = 0;
    for (std::size_t i = 0; i < stored.size(); ++i) {
      modules += stored[i].modules;
      if (stored[i].modules < stored[fewest].modules) fewest = i;
    }
    const stored_modules& apart = stored[fewest];
    std::string names;
    for (const std::string& name : apart.names) {
      names += (names.empty() ? "" : ", ") + quoted({name});
    }
    const integer more = apart.modules - static_cast<integer>(apart.names.size());
    if (more > 0) names += " and " + std::to_string(more) + " more";
    return "stores " + std::to_string(apart.modules) + " of " + std::to_string(modules) +
           " matrices of class " + quoted({name(c)}) + " in layer " + std::to_string(layer) +
           ", which run as one, in another format: " + names + "; allowed: all of them, or none";
  }

  /// Roles of the class that a layer stores in other formats than the model says, by format.
  void add_exceptions(const place_coverage& layer, weight_class c,
                      std::vector<format_exception>& into) const {
    std::vector<format_exception> apart;
    bool as_model = false;
    for (const matrix_role r : all_matrix_roles) {
      if (layer.at(c, r).empty()) continue;
      const weight_format format = stored_in(layer.at(c, r));
      if (format == m.weights[c]) {
        as_model = true;
        continue;
      }
      std::size_t i = 0;
      while (i < apart.size() && apart[i].format != format) ++i;
      if (i == apart.size()) apart.push_back({{c}, format, {}});
      apart[i].roles.insert(r);
    }
    if (apart.size() == 1 && !as_model) apart[0].roles = every_role;
    for (const format_exception& e : apart) merge(e, c, into);
  }
  static void merge(const format_exception& e, weight_class c,
                    std::vector<format_exception>& into) {
    for (format_exception& same : into) {
      if (same.format != e.format || same.roles != e.roles) continue;
      same.classes.insert(c);
      return;
    }
    into.push_back(e);
  }

  [[nodiscard]] format_exceptions exceptions_of(std::size_t layer) const {
    std::vector<format_exception> all;
    for (const weight_class c : all_weight_classes) {
      if (layer_matrices.contains(c)) add_exceptions(found.layers[layer], c, all);
    }
    format_exceptions result;
    for (const format_exception& e : all) result.push_back(e);
    if (result.overflowed) {
      d.fail(path + ": leaves layer " + std::to_string(layer) +
             " with more than 3 formats beside those of its classes; allowed: no more than these");
    }
    return result;
  }

  [[nodiscard]] layer_stack layers() const {
    layer_stack result;
    std::size_t i = 0;
    for (const layer_run& run : m.layers.runs) {
      layer l = m.layers.kinds[run.kind];
      for (integer n = 0; n < run.layers; ++n, ++i) {
        l.exceptions = exceptions_of(i);
        result.append(1, l);
      }
    }
    return result;
  }
};

inline bool quantises_attention(const place_coverage& layer) {
  for (const matrix_role r : all_matrix_roles) {
    const matrix_coverage& stored = layer.at(weight_class::attention, r);
    if (!stored.empty() && stored.front().format) return true;
  }
  return false;
}

/// Small modules left out of layers whose attention is quantised; of no account elsewhere.
inline integer minor_left_out(const coverage& found) {
  integer sum = 0;
  for (const place_coverage& l : found.layers) {
    if (quantises_attention(l)) sum += l.minor_left_out;
  }
  return sum;
}

// What a rule leaves as it is may be absent; what it gives a format of its own must be priced.
inline void report_unmatched(const coverage& found, diagnosis& d) {
  for (const format_rule& rule : found.unmatched) {
    if (!rule.format) continue;
    d.fail(rule.path + ": " + quoted({printable(rule.text)}) +
           "; allowed: what names a matrix of this model");
  }
  if (found.unmatched.empty()) return;
  d.notes.push_back(found.unmatched.front().path + ": " + std::to_string(found.unmatched.size()) +
                    " entries name no weight of this model, the first is " +
                    quoted({printable(found.unmatched.front().text)}));
}

}  // namespace detail

/// Puts the formats of the settings on the matrices of a model. A class is in the format that most
/// of its matrices are quantised in; layers whose matrices are in others make exceptions.
///   wrapped   the checkpoint holds the text model within another
inline void apply(const quantisation& q, const family& known, bool wrapped, model& m,
                  diagnosis& d) {
  m.kv_cache = q.kv_cache;
  const weight_classes quantisable = detail::quantisable_classes(m);
  const coverage found = match_modules(m, known, wrapped, q, quantisable, d);
  const weight_classes experts{weight_class::routed_expert};
  if (q.covers == experts && !has_experts(m)) {
    d.fail(q.path + ".quant_method: \"mxfp4\"; allowed: another, since the model has no experts");
  }
  if (d.failed()) return;
  const std::string& path = q.list_path.empty() ? q.path : q.list_path;
  const detail::format_setter set{q, found, path, m.weights[weight_class::norm], m, d};
  set.refuse_divided();
  for (const weight_class c : all_weight_classes) {
    if (quantisable.contains(c)) m.weights[c] = set.usual_format(c);
  }
  m.layers = set.layers();
  if (m.layers.kinds.overflowed || m.layers.runs.overflowed) {
    d.fail(path + ": leaves layers in more than " + std::to_string(max_layer_kinds) + " kinds or " +
           std::to_string(max_layer_runs) + " runs; allowed: no more than these");
  }
  detail::report_unmatched(found, d);
  const integer minor = detail::minor_left_out(found);
  if (minor > 0) {
    d.notes.push_back(path + ": leaves out " + std::to_string(minor) +
                      " small projections or convolutions, priced in the format of \"attention\"");
  }
}

}  // namespace shardline::hf
