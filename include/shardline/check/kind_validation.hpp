// SPDX-License-Identifier: BSL-1.0
/// The fields of a kind of block held to their ranges, and to what they ask of each other.
#pragma once

#include <cstddef>
#include <variant>

#include "shardline/base/alternative.hpp"
#include "shardline/check/fields.hpp"
#include "shardline/model/model.hpp"

namespace shardline::detail {

// Whether `divisor` divides `n`, or is outside its own range, which is reported already.
constexpr bool is_divisor(integer divisor, integer n) noexcept {
  return divisor < 1 || n % divisor == 0;
}

// Hears the fields of one kind, and its conditions.
template <class Kind>
struct kind_validator {
  const Kind& kind;
  field_errors& errors;

  template <class Range>
  constexpr void operator()(const char*, Range range, integer Kind::*member) const noexcept {
    within(range, kind.*member);
  }
  template <class Value>
  constexpr void operator()(const char*, Value Kind::*) const noexcept {}

  template <class Range>
  constexpr void within(Range range, integer value) const noexcept {
    errors.template expect_of_kind<Kind>(range, value);
  }
  template <class Range>
  constexpr void divides_heads(Range, integer divisor, integer heads) const noexcept {
    errors.template require<field_of<Kind>(Range{})>(
        is_divisor(divisor, heads), condition::a_divisor_of_attention_heads, divisor, heads);
  }
  template <class Range>
  constexpr void divides_value_heads(Range, integer divisor, integer heads) const noexcept {
    errors.template require<field_of<Kind>(Range{})>(
        is_divisor(divisor, heads), condition::key_heads_that_divide_the_value_heads, divisor,
        heads);
  }
  template <class Range>
  constexpr void at_most_experts(Range, integer taken, integer all) const noexcept {
    errors.template require<field_of<Kind>(Range{})>(taken <= all, condition::at_most_all_experts,
                                                     taken, all);
  }
};

struct any_kind_validator {
  field_errors& errors;
  template <class Kind>
  constexpr void operator()(const Kind& kind) const noexcept {
    const kind_validator<Kind> hearing{kind, errors};
    Kind::fields(hearing);
    kind.conditions(hearing);
  }
};

template <class Variant>
constexpr void validate_kind(const Variant& kind, field_errors& errors) noexcept {
  visit_alternative(kind, any_kind_validator{errors});
}

}  // namespace shardline::detail
