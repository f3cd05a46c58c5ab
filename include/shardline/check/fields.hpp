// SPDX-License-Identifier: BSL-1.0
/// Inputs that cannot be priced: which field, its value, and what is allowed instead.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "shardline/base/bounded.hpp"
#include "shardline/base/field.hpp"
#include "shardline/base/fixed_string.hpp"
#include "shardline/curves/constants.hpp"
#include "shardline/model/kind_fields.hpp"

namespace shardline {

/// What a value must be: inside its field's range, or, where it is, what another field asks of it.
enum class condition : unsigned char {
  inside_its_range,
  none_unless_data_sheet,
  a_constant_inside_its_range,
  a_divisor_of_attention_heads,
  key_heads_that_divide_the_value_heads,
  at_most_all_experts,
  a_layer_of_something,
  classes_that_layers_have,
  none_without_experts,
  loads_for_each_expert,
  loads_not_all_0,
  one_beside_routing,
  zero_or_not_rarer,
  no_run_beside_a_rate,
  no_run_with_two_pools,
  a_token_to_decode,
  flags_that_are_taken
};
inline constexpr std::size_t condition_count = 17;

/// Whether a condition is that of a range: of a field or of a curve's constant.
///   true of inside_its_range, the first of 17; false of at_most_all_experts
///   (tests/check/validation.cpp)
[[nodiscard]] constexpr bool is_of_range(condition c) noexcept {
  return c == condition::inside_its_range || c == condition::a_constant_inside_its_range;
}

/// Requests per second: rarer than one in thirty years is a slip.
inline constexpr double rarest_rate = 1e-9;

/// A condition as a message prints it.
///   limited         the limit of the field at hand stands behind the sentence
///   same_for_all    or this figure does, if above 0
struct condition_text {
  std::string_view sentence{};
  bool limited = false;
  double same_for_all = 0.0;
};

namespace detail {
inline constexpr std::array<condition_text, condition_count> condition_texts{{
    {""},
    {"none of these; to price as the data sheet, the policy datasheet"},
    {"inside the range of the constant"},
    {"a divisor of attention.heads, which is ", true},
    {"key heads that divide the value heads, which are ", true},
    {"at most feed_forward.experts, which is ", true},
    {"layers with attention, a feed-forward block or both"},
    {"none of these, which are no layer's"},
    {"0 for a model without experts"},
    {"one for each expert, of which there are ", true},
    {"numbers of which one at least is above 0"},
    {"1 beside workload.routing"},
    {"0, or from ", false, rarest_rate},
    {"0 beside a rate"},
    {"0 with two pools"},
    {"from 2 with a pool that only decodes"},
    {"from 1; flags that their framework refuses make it 0, and refused() of them names the one"},
}};
}  // namespace detail

/// What a condition asks for in words, from the table above; empty where a range says it.
///   of zero_or_not_rarer: "0, or from ", then 1e-9 [1/s]   (tests/check/validation.cpp)
[[nodiscard]] constexpr const condition_text& text_of(condition c) noexcept {
  return detail::condition_texts[static_cast<std::size_t>(c)];
}

/// A field whose value is not what it must be.
///   unmet   the condition that it does not meet
///   limit   the figure that the condition compares it with, where it has one; of a constant of a
///           curve its place there
// Kept to 16 bytes: every estimate carries eight of them.
struct invalid_field {
  shardline::field field = field::gpus;
  condition unmet = condition::inside_its_range;
  std::int32_t limit = 0;
  double value = 0.0;

  constexpr invalid_field() = default;
  constexpr invalid_field(shardline::field of_field, double given_value,
                          condition unmet_condition = condition::inside_its_range,
                          std::int32_t its_limit = 0) noexcept
      : field(of_field), unmet(unmet_condition), limit(its_limit), value(given_value) {}

  template <class List>
  static constexpr void parts(List&& list) {
    list("field", &invalid_field::field);
    list("value", &invalid_field::value);
    list("unmet", &invalid_field::unmet);
    list("limit", &invalid_field::limit);
  }
};

/// What values it may have, in the unit that the range names: the range of the field, or of the
/// constant of a curve, whose place stands in `limit`: range_of_any() and constant_of().
///   of workload.input: 1 to 1,000,000,000 tokens   (tests/check/validation.cpp)
[[nodiscard]] constexpr field_range range_of(const invalid_field& f) noexcept {
  field_range r = range_of_any(f.field);
  if (f.unmet != condition::a_constant_inside_its_range) return r;
  const constant_range own = constant_of(f.field, f.limit).range;
  return {f.field, r.name, own.unit, own.lowest, own.highest};
}

/// The field's name with its unit, where the name does not say it, both from range_of().
///   of an input of 0: "workload.input [tokens]", 23 letters;  of a constant of a curve:
///   "efficiency.gemm: launch [s]"   (tests/check/validation.cpp)
[[nodiscard]] constexpr text_line name_of(const invalid_field& f) noexcept {
  const field_range r = range_of(f);
  text_line line;
  line.add(r.name);
  if (f.unmet == condition::a_constant_inside_its_range) {
    line.add(": ").add(constant_of(f.field, f.limit).name);
  }
  return r.unit == figure_unit::none ? line : line.add(" [").add(name(r.unit)).add(']');
}

/// What is allowed instead, in the unit of the name: range_of() in words, or what else the
/// condition asks for, text_of().
///   of tp = 0: "a whole number from 1 to 1000000"   (tests/check/validation.cpp)
[[nodiscard]] constexpr text_line allowed_for(const invalid_field& f) noexcept {
  if (is_of_range(f.unmet)) return allowed_in(range_of(f));
  const condition_text& text = text_of(f.unmet);
  text_line line;
  line.add(text.sentence);
  if (text.limited) line.add(integer{f.limit});
  if (text.same_for_all > 0.0) line.add(text.same_for_all);
  return line;
}

namespace detail {

template <class... Count>
constexpr integer smallest(integer least, Count... others) noexcept {
  ((least = others < least ? others : least), ...);
  return least;
}

}  // namespace detail

/// The first fields found to be invalid, at most 8, each value of a field once.
struct field_errors {
  bounded<invalid_field, 8> found{};

  /// Notes the value, in its unit, where it lies outside the range of the field.
  template <field Field>
  constexpr void expect(double value) noexcept {
    constexpr field_range range = range_of(Field);
    constexpr double lowest = range.lowest;
    constexpr double highest = range.highest;
    if constexpr (!range.whole && lowest >= 0.0) {
      if (constant_range{lowest, highest}.surely_contains(value)) return;
    }
    if (!is_between<range.whole>(value, lowest, highest)) note({Field, value});
  }
  template <field Field>
  constexpr void expect(integer value) noexcept {
    constexpr integer lowest = lowest_count(Field);
    constexpr integer highest = highest_count(Field);
    if (value < lowest || value > highest) note({Field, real<double>(value)});
  }
  /// Counts of fields whose ranges begin alike, in order. What each is above its least has no bit
  /// that all of them together have not: where these are no more than the smallest range, no count
  /// is outside its own.
  template <field First, field... Further, class... Count>
  constexpr void expect_alike(integer first, Count... further) noexcept {
    constexpr integer lowest = lowest_count(First);
    static_assert(((lowest_count(Further) == lowest) && ...));
    constexpr integer highest = detail::smallest(highest_count(First), highest_count(Further)...);
    const auto above = [](integer of_field) {
      return static_cast<std::uint64_t>(of_field) - static_cast<std::uint64_t>(lowest);
    };
    if ((above(first) | ... | above(further)) <= above(highest)) return;
    expect<First>(first);
    (expect<Further>(integer{further}), ...);
  }
  /// A number of a kind of block.
  template <class Kind, class Range>
  constexpr void expect_of_kind(Range range, integer value) noexcept {
    constexpr auto lowest = static_cast<integer>(range_of(Range{}).lowest);
    constexpr auto highest = static_cast<integer>(range_of(Range{}).highest);
    if (value < lowest || value > highest) note({field_of<Kind>(range), real<double>(value)});
  }
  /// All constants of a curve.
  template <class Curve>
  constexpr void expect_constants(field of, const Curve& curve) noexcept {
    // Counted without a branch: every estimate asks this of hundreds of constants.
    integer outside = 0;
    list_constants(curve, [&](const constant_range& r, std::string_view, const auto& figure) {
      outside += r.surely_contains(detail::number_in(figure)) ? 0 : 1;
    });
    if (outside == 0) return;
    std::int32_t place = 0;
    list_constants(curve, [&](const constant_range& r, std::string_view, const auto& figure) {
      const double value = detail::number_in(figure);
      if (!r.contains(value)) note({of, value, condition::a_constant_inside_its_range, place});
      ++place;
    });
  }
  /// A condition beyond the field's own range.
  template <field Field>
  constexpr void require(bool met, condition what, double value) noexcept {
    if (!met) note({Field, value, what});
  }
  /// One with a limit, another field. A limit beyond 32 bits is outside that field's range, which
  /// is noted already, and asks for nothing.
  template <field Field>
  constexpr void require(bool met, condition what, integer value, integer limit) noexcept {
    constexpr integer most = (std::numeric_limits<std::int32_t>::max)();
    if (met || limit < 0 || limit > most) return;
    note({Field, real<double>(value), what, static_cast<std::int32_t>(limit)});
  }

 private:
  [[gnu::cold, gnu::noinline]] constexpr void note(const invalid_field& f) noexcept {
    for (const invalid_field& known : found) {
      const bool other =
          f.unmet == condition::a_constant_inside_its_range && known.limit != f.limit;
      const bool same = known.field == f.field && known.unmet == f.unmet && !other;
      if (same && known.value == f.value) return;
    }
    found.push_back(f);
  }
};

}  // namespace shardline
