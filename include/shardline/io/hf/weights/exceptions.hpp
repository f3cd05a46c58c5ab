/// Quantisation settings and their exceptions, put on a model: its weight classes, and the layers
/// that are stored otherwise.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/io/hf/weights/coverage.hpp"
#include "shardline/io/hf/weights/quantisation.hpp"
#include "shardline/model/model.hpp"

namespace shardline::hf {

namespace detail {

/// The classes that the method covers, before its exceptions.
inline weight_classes covered_classes(const quantisation& q, const model& m) {
  if (q.experts_only) return {weight_class::routed_expert};
  weight_classes covered = large_matrices;
  if (q.head && !m.tied_embeddings) covered.insert(weight_class::head);
  return covered;
}

/// Less those that are left out of every layer.
inline weight_classes quantised_classes(const quantisation& q, const coverage& found,
                                        const model& m) {
  weight_classes result = covered_classes(q, m);
  for (const weight_class c : all_weight_classes) {
    if (found.leaves_out(c)) result.erase({c});
  }
  return result;
}

inline std::string shown_names(const class_coverage& out) {
  std::string text;
  for (const std::string& name : out.names) text += (text.empty() ? "" : ", ") + quoted({name});
  const count more = out.left_out - static_cast<count>(out.names.size());
  return more > 0 ? text + " and " + std::to_string(more) + " more" : text;
}

inline std::string divided_text(const class_coverage& out, weight_class c, std::size_t layer) {
  return "leaves out " + std::to_string(out.left_out) + " of " + std::to_string(out.modules) +
         " matrices of class " + quoted({name(c)}) + " in layer " + std::to_string(layer) + ": " +
         shown_names(out) + "; allowed: all of a class in a layer, or none";
}

/// The matrices of a class in one layer have one format: an exception for some of them is a fault.
inline void refuse_divided(const quantisation& q, const coverage& found,
                           const weight_classes& quantised, diagnosis& d) {
  for (std::size_t i = 0; i < found.layers.size(); ++i) {
    for (const weight_class c : all_weight_classes) {
      const class_coverage& out = found.layers[i][c];
      if (!quantised.contains(c) || !out.divided()) continue;
      return d.fail(q.list_path + ": " + divided_text(out, c, i));
    }
  }
}

/// The exception of a layer of which `found` is left out.
inline format_exception exception_of(const place_coverage& found, const weight_classes& quantised,
                                     const weight_format& own) {
  format_exception result;
  for (const weight_class c : all_weight_classes) {
    if (quantised.contains(c) && found[c].whole()) result.classes.insert(c);
  }
  if (!result.classes.empty()) result.format = own;
  return result;
}

inline layer_stack with_exceptions(const layer_stack& layers, const coverage& found,
                                   const weight_classes& quantised, const weight_format& own) {
  layer_stack result;
  std::size_t i = 0;
  for (const layer_run& run : layers.runs) {
    layer l = layers.kinds[run.kind];
    for (count n = 0; n < run.layers; ++n, ++i) {
      l.exception = exception_of(found.layers[i], quantised, own);
      result.append(1, l);
    }
  }
  return result;
}

/// Small modules left out of layers whose attention is quantised; of no account elsewhere.
inline count minor_left_out(const coverage& found) {
  count sum = 0;
  for (const place_coverage& l : found.layers) {
    if (!l[weight_class::attention].whole()) sum += l.minor_left_out;
  }
  return sum;
}

inline void note_exceptions(const quantisation& q, const coverage& found,
                            const weight_classes& quantised, diagnosis& d) {
  if (!found.unmatched.empty()) {
    d.notes.push_back(found.unmatched.front().path + ": " + std::to_string(found.unmatched.size()) +
                      " entries name no weight of this model, the first is " +
                      quoted({printable(found.unmatched.front().text)}));
  }
  const count minor = minor_left_out(found);
  if (minor > 0 && quantised.contains(weight_class::attention)) {
    d.notes.push_back(q.list_path + ": leaves out " + std::to_string(minor) +
                      " small projections or convolutions, priced in the format of \"attention\"");
  }
}

}  // namespace detail

/// Puts the format on the weight classes that the method covers. What the exceptions leave out of
/// every layer is in the model's dtype everywhere, what they leave out of some layers is in it
/// there, and an exception for only some matrices of a class in one layer is a fault.
///   wrapped   the checkpoint holds the text model within another
inline void apply(const quantisation& q, const family& known, bool wrapped, model& m,
                  diagnosis& d) {
  m.kv_cache = q.kv_cache;
  const coverage found = match_modules(m, known, wrapped, q.left_out, d);
  if (q.experts_only && !has_experts(m)) {
    d.fail(q.path + ".quant_method: \"mxfp4\"; allowed: another, since the model has no experts");
  }
  const weight_format own = m.weights[weight_class::norm];
  const weight_classes quantised = detail::quantised_classes(q, found, m);
  for (const weight_class c : all_weight_classes) {
    if (quantised.contains(c)) m.weights[c] = q.format;
  }
  detail::refuse_divided(q, found, quantised, d);
  m.layers = detail::with_exceptions(m.layers, found, quantised, own);
  if (m.layers.kinds.overflowed || m.layers.runs.overflowed) {
    d.fail(q.list_path + ": leaves layers in more than " + std::to_string(max_layer_kinds) +
           " kinds or " + std::to_string(max_layer_runs) + " runs; allowed: no more than these");
  }
  detail::note_exceptions(q, found, quantised, d);
}

}  // namespace shardline::hf
