// SPDX-License-Identifier: BSL-1.0
/// The answer of a check: invalid inputs, violated rules with both figures, warnings.
#pragma once

#include "shardline/base/parts.hpp"
#include "shardline/check/rules.hpp"

namespace shardline {

/// A violated rule: `required` is what the layout asks for, `available` what there is. Where a
/// degree must divide a dimension, `required` is the degree and `available` the dimension. Units
/// are the rule's, unless given.
///   units   of both figures
struct violation {
  shardline::rule rule = rule::gpus;
  figure_units units{};
  integer required = 0;
  integer available = 0;

  constexpr violation() = default;
  constexpr violation(shardline::rule broken_rule, integer required_figure,
                      integer available_figure) noexcept
      : violation(broken_rule, required_figure, available_figure, text_of(broken_rule).units) {}
  constexpr violation(shardline::rule broken_rule, integer required_figure,
                      integer available_figure, const figure_units& units_of_both) noexcept
      : rule(broken_rule),
        units(units_of_both),
        required(required_figure),
        available(available_figure) {}

  template <class List>
  static constexpr void parts(List&& list) {
    list("rule", &violation::rule);
    list("required", &violation::required);
    list("available", &violation::available);
    list("units", &violation::units);
  }
};

/// A warning with the two figures it compares, in the order of its sentence.
struct warning_note {
  shardline::warning warning = warning::idle_gpus;
  integer first = 0;
  integer second = 0;

  template <class List>
  static constexpr void parts(List&& list) {
    list("warning", &warning_note::warning);
    list("first", &warning_note::first);
    list("second", &warning_note::second);
  }
};

/// The answer of check(): infeasible if an input is invalid or a rule is violated.
struct report {
  bounded<invalid_field, 8> invalid{};
  bounded<violation, rule_count> violations{};
  bounded<warning_note, warning_count> warnings{};

  /// What another says too.
  constexpr void add(const report& other) noexcept {
    invalid.append(other.invalid);
    violations.append(other.violations);
    warnings.append(other.warnings);
  }
  /// Whether no input is invalid and no rule is violated; warnings do not count.
  [[nodiscard]] constexpr bool feasible() const noexcept {
    return invalid.empty() && violations.empty();
  }
  /// The violation of rule `r`, or null.
  [[nodiscard]] constexpr const violation* find(rule r) const noexcept {
    for (const violation& v : violations) {
      if (v.rule == r) return &v;
    }
    return nullptr;
  }
  /// True when memory and time mean something: inputs are valid, the precision exists, and no stage
  /// is empty or missing. A layout that breaks other rules is priced with its shards rounded up.
  [[nodiscard]] constexpr bool priceable() const noexcept {
    return invalid.empty() && find(rule::precision) == nullptr && find(rule::layers) == nullptr &&
           find(rule::stages) == nullptr;
  }

  template <class List>
  static constexpr void parts(List&& list) {
    list("invalid", &report::invalid);
    list("violations", &report::violations);
    list("warnings", &report::warnings);
  }
};

namespace detail {

// Each rule is reported once, with the first figures that break it. What is seldom needed stands
// apart, out of the way of what always runs.
[[gnu::cold, gnu::noinline]] constexpr void add_violation(report& r, rule broken, integer required,
                                                          integer available,
                                                          const figure_units& units) noexcept {
  if (r.find(broken) != nullptr) return;
  r.violations.push_back({broken, required, available, units});
}
constexpr void require(report& r, rule broken, bool holds, integer required, integer available,
                       const figure_units& units) noexcept {
  if (!holds) add_violation(r, broken, required, available, units);
}
constexpr void require(report& r, rule broken, bool holds, integer required,
                       integer available) noexcept {
  if (!holds) add_violation(r, broken, required, available, text_of(broken).units);
}

[[gnu::cold, gnu::noinline]] constexpr void add_warning(report& r, warning w, integer first,
                                                        integer second) noexcept {
  for (const warning_note& note : r.warnings) {
    if (note.warning == w) return;
  }
  r.warnings.push_back({w, first, second});
}
constexpr void warn(report& r, warning w, bool applies, integer first, integer second) noexcept {
  if (applies) add_warning(r, w, first, second);
}

}  // namespace detail

}  // namespace shardline
