// SPDX-License-Identifier: BSL-1.0
/// Violated rules, warnings and invalid inputs as sentences with their figures.
#pragma once

#include <string>
#include <string_view>

#include "shardline/estimate/feasibility.hpp"
#include "shardline/io/text/units.hpp"

namespace shardline {

namespace detail {

using short_form = std::string (*)(double, int);

// "12.0 GB required, 11.0 GB available", with more digits where three do not tell them apart.
inline std::string two_figures(double required, double available, short_form in_units) {
  constexpr int most_digits = 15;
  int digits = 3;
  while (digits < most_digits && required != available &&
         in_units(required, digits) == in_units(available, digits)) {
    ++digits;
  }
  return in_units(required, digits) + " required, " + in_units(available, digits) + " available";
}

inline std::string two_counts(const violation& v, std::string_view unit = "") {
  return std::to_string(v.required) + std::string(unit) + " required, " +
         std::to_string(v.available) + std::string(unit) + " available";
}

inline std::string does_not_divide(const violation& v) {
  return std::to_string(v.required) + " does not divide " + std::to_string(v.available);
}

// Joins words and numbers: phrase("61", " layers in ", "4", " stages").
inline std::string phrase(integer first, std::string_view between, integer second,
                          std::string_view after) {
  return std::to_string(first) + std::string(between) + std::to_string(second) + std::string(after);
}

// Two times, the first of which may be of a queue that grows for ever.
inline std::string two_times(const violation& v) {
  constexpr double ns = 1e-9;
  const double available = static_cast<double>(v.available) * ns;
  if (v.rule == rule::ttft && v.required == largest_whole) {
    return "grows without end, " + short_seconds(available) + " available";
  }
  return two_figures(static_cast<double>(v.required) * ns, available, short_seconds);
}

inline std::string figures_of(const violation& v) {
  constexpr double per_megasecond = 1e-6;
  const auto required = static_cast<double>(v.required);
  const auto available = static_cast<double>(v.available);
  switch (v.rule) {
    case rule::gpus:
    case rule::layers:
    case rule::shared_layers:
    case rule::experts:
      return two_counts(v);
    case rule::context:
      return two_counts(v, " tokens");
    case rule::precision:
      return std::to_string(v.required) + " bits required, none available";
    case rule::meshes:
    case rule::stages:
      return phrase(v.required, " and ", v.available, "");
    case rule::kv_heads:
      return phrase(v.required, " and ", v.available, " do not");
    case rule::expert_replicas:
    case rule::attention_heads:
    case rule::cache_copies:
    case rule::feed_forward_width:
    case rule::expert_width:
    case rule::even_experts:
    case rule::quantisation_block:
      return does_not_divide(v);
    case rule::memory:
      return two_figures(required, available, decimal_bytes);
    case rule::ttft:
    case rule::tpot:
      return two_times(v);
    case rule::rate:
      return two_figures(required * per_megasecond, available * per_megasecond, requests_per_s);
  }
  return two_counts(v);
}

inline std::string figures_of(const warning_note& n) {
  switch (n.warning) {
    case warning::idle_gpus:
      return phrase(n.first, " of ", n.second, " used");
    case warning::tp_across_domains:
      return phrase(n.first, " ranks, domains of ", n.second, "");
    case warning::uneven_layers:
      return phrase(n.first, " layers, ", n.second, " stages");
    case warning::uneven_experts:
      return phrase(n.first, " experts, ", n.second, " ranks");
    case warning::padded_vocabulary:
      return phrase(n.first, " rows, tp ", n.second, "");
    case warning::replicated_kv_heads:
      return phrase(n.first, " heads, ", n.second, " ranks");
    case warning::idle_replicas:
      return counted(n.first, "sequence") + ", " + counted(n.second, "replica");
    case warning::padded_blocks:
      return phrase(n.first, " per block, ", n.second, " per shard");
    case warning::wider_math:
      return phrase(n.first, " bits, computed in ", n.second, "");
  }
  return phrase(n.first, ", ", n.second, "");
}

}  // namespace detail

/// "the layout needs more GPUs than the cluster has: 16384 required, 64 available": a violation's
/// sentence, text_of() its rule, and its figures with their units.   (tests/io/text.cpp)
[[nodiscard]] inline std::string to_text(const violation& v) {
  return std::string(text_of(v.rule).sentence) + ": " + detail::figures_of(v);
}

/// "layers do not divide into pipeline stages; some hold one more: 61 layers, 4 stages": a
/// warning's sentence, text_of(), and its figures with their units.   (tests/io/text.cpp)
[[nodiscard]] inline std::string to_text(const warning_note& n) {
  return std::string(text_of(n.warning).sentence) + ": " + detail::figures_of(n);
}

/// "layout.attention.tp: -3; allowed: a whole number from 1 to 1000000": an invalid field by
/// name_of(), its value, and what allowed_for() says, with its unit.   (tests/io/text.cpp)
[[nodiscard]] inline std::string to_text(const invalid_field& f) {
  return std::string(name_of(f).view()) + ": " + in_full(f.value) +
         "; allowed: " + std::string(allowed_for(f).view());
}

/// The verdict, and a line for each invalid input, violated rule and warning, figures with their
/// units.
///   without any: 1 line, "feasible"   (tests/io/documented.cpp)
[[nodiscard]] inline std::string to_text(const report& r) {
  std::string out = r.feasible() ? "feasible\n" : "infeasible\n";
  for (const invalid_field& f : r.invalid) out += "  invalid: " + to_text(f) + '\n';
  for (const violation& v : r.violations) out += "  violated: " + to_text(v) + '\n';
  for (const warning_note& n : r.warnings) out += "  warning: " + to_text(n) + '\n';
  return out;
}

}  // namespace shardline
