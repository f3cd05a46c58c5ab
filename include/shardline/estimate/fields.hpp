/// Inputs that cannot be priced: which field, its value, and what is allowed instead.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/base/bounded.hpp"
#include "shardline/base/field.hpp"
#include "shardline/base/fixed_string.hpp"

namespace shardline {

/// What a value must be: inside its field's range, or, where it is, what another field asks of it.
enum class condition : unsigned char {
  inside_its_range,
  none_unless_data_sheet,
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
  a_token_to_decode
};
inline constexpr std::size_t condition_count = 15;

/// A condition as a message prints it, before its limit where it has one.
struct condition_text {
  std::string_view sentence{};
  bool limited = false;
};

namespace detail {
inline constexpr std::array<condition_text, condition_count> condition_texts{{
    {"", false},
    {"none of these; to price as the data sheet, the policy datasheet", false},
    {"a divisor of attention.heads, which is ", true},
    {"key heads that divide the value heads, which are ", true},
    {"at most feed_forward.experts, which is ", true},
    {"layers with attention, a feed-forward block or both", false},
    {"none of these, which are no layer's", false},
    {"0 for a model without experts", false},
    {"one for each expert, of which there are ", true},
    {"numbers of which one at least is above 0", false},
    {"1 beside workload.routing", false},
    {"0, or from ", true},
    {"0 beside a rate", false},
    {"0 with two pools", false},
    {"from 2 with a pool that only decodes", false},
}};
}  // namespace detail

[[nodiscard]] constexpr const condition_text& text_of(condition c) noexcept {
  return detail::condition_texts[static_cast<std::size_t>(c)];
}

/// A field whose value is not what it must be.
///   unmet   the condition that it does not meet
///   limit   the figure that the condition compares it with, where it has one
struct invalid_field {
  shardline::field field = field::gpus;
  double value = 0.0;
  condition unmet = condition::inside_its_range;
  double limit = 0.0;

  template <class List>
  static constexpr void parts(List&& list) {
    list("field", &invalid_field::field);
    list("value", &invalid_field::value);
    list("unmet", &invalid_field::unmet);
    list("limit", &invalid_field::limit);
  }
};

/// "workload.input [tokens]"
[[nodiscard]] constexpr text_line name_of(const invalid_field& f) noexcept {
  const field_range& r = range_of(f.field);
  text_line line;
  line.add(r.name);
  return r.unit == figure_unit::none ? line : line.add(" [").add(name(r.unit)).add(']');
}

/// "a whole number from 1 to 1000000", or what else the condition asks for.
[[nodiscard]] constexpr text_line allowed_for(const invalid_field& f) noexcept {
  if (f.unmet == condition::inside_its_range) return allowed_in(range_of(f.field));
  const condition_text& text = text_of(f.unmet);
  text_line line;
  line.add(text.sentence);
  return text.limited ? line.add(f.limit) : line;
}

/// The first fields found to be invalid, at most 8, each value of a field once.
struct field_errors {
  bounded<invalid_field, 8> found{};

  template <field Field>
  constexpr void expect(double value) noexcept {
    constexpr field_range r = range_of(Field);
    if (!r.contains(value)) note({Field, value});
  }
  template <field Field>
  constexpr void expect(count value) noexcept {
    if (value < lowest_count(Field) || value > highest_count(Field)) {
      note({Field, real<double>(value)});
    }
  }
  /// A condition beyond the field's own range.
  template <field Field>
  constexpr void require(bool met, condition what, double value, double limit = 0.0) noexcept {
    if (!met) note({Field, value, what, limit});
  }

 private:
  constexpr void note(const invalid_field& f) noexcept {
    for (const invalid_field& known : found) {
      if (known.field == f.field && known.unmet == f.unmet && known.value == f.value) return;
    }
    found.push_back(f);
  }
};

}  // namespace shardline
