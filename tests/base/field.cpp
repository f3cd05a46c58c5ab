// SPDX-License-Identifier: BSL-1.0
#include "shardline/base/field.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <set>
#include <string_view>

using namespace shardline;

namespace {

static_assert(lowest_count(field::tp) == 1 && highest_count(field::tp) == 1000000,
              "the ends of a range of counts, as counts");
static_assert(allowed_in(range_of(field::tp)).view() == "a whole number from 1 to 1000000",
              "and as a message says them");
static_assert(is_between<true>(2.0, 1.0, 3.0) && !is_between<true>(2.5, 1.0, 3.0) &&
                  is_between<false>(2.5, 1.0, 3.0),
              "whole where it must be");
static_assert(figure_unit_count == 20);
static_assert(allowed_in(range_of(field::mfu)).view() == "a number from 1e-06 to 1",
              "of numbers too");

}  // namespace

TEST_CASE("every field has a name of its own, and a range with something in it") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < field_count; ++i) {
    const field_range& r = range_of(static_cast<field>(i));
    CAPTURE(r.name);
    CHECK(r.field == static_cast<field>(i));
    CHECK(names.insert(r.name).second);
    CHECK(r.lowest <= r.highest);
    CHECK(r.contains(r.lowest));
    CHECK(r.contains(r.highest));
  }
}

TEST_CASE("a range holds its ends and what is between, whole where the field is") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const field_range& share = range_of(field::mfu);
  CHECK(share.contains(0.5));
  CHECK_FALSE(share.contains(0.0));
  CHECK_FALSE(share.contains(50.0));
  const field_range& tokens = range_of(field::input);
  CHECK(tokens.contains(2.0));
  CHECK_FALSE(tokens.contains(2.5));
  for (const double x : {infinity, -infinity, std::numeric_limits<double>::quiet_NaN()}) {
    CAPTURE(x);
    CHECK_FALSE(share.contains(x));
    CHECK_FALSE(tokens.contains(x));
  }
}

TEST_CASE("every unit has a name of its own") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < figure_unit_count; ++i) {
    CHECK(names.insert(name(static_cast<figure_unit>(i))).second);
  }
  CHECK(name(figure_unit::none).empty());
  CHECK(name(figure_unit::bytes_per_second) == "bytes/s");
  CHECK(name(figure_unit::elements) == "elements");
}
