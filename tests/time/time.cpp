// SPDX-License-Identifier: BSL-1.0
#include "shardline/time/time.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string_view>

using namespace shardline;
using namespace shardline::literals;

namespace {

basic_time<> some_time() {
  basic_time<> t;
  t.spend(term::attention, 2_s);
  t.wait(bound::memory, 2_s);
  t.spend(term::all_reduce, 1_s);
  t.wait(bound::link, 1_s);
  return t;
}

}  // namespace

TEST_CASE("a time is the sum of its lines, and says what it waited for longest") {
  const basic_time<> t = some_time();
  CHECK(t.total() == 3_s);
  CHECK(t[term::attention] == 2_s);
  CHECK(t[term::head] == 0_s);
  CHECK(t[bound::link] == 1_s);
  CHECK(t.bounded_by() == bound::memory);
}

TEST_CASE("of equal bounds the first in order is named: compute, memory, link, launch") {
  basic_time<> t;
  CHECK(t.bounded_by() == bound::compute);
  t.wait(bound::launch, 1_s);
  CHECK(t.bounded_by() == bound::launch);
  t.wait(bound::memory, 1_s);
  CHECK(t.bounded_by() == bound::memory);
}

TEST_CASE("times add up line by line, as often as told") {
  basic_time<> t = some_time();
  t.add(some_time(), 2.0);
  CHECK(t.total() == 9_s);
  CHECK(t[term::all_reduce] == 3_s);
  CHECK(t[bound::memory] == 6_s);
}

TEST_CASE("every line and every bound has its own name") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < term_count; ++i) names.insert(name(static_cast<term>(i)));
  CHECK(names.size() == term_count);
  names.clear();
  for (std::size_t i = 0; i < bound_count; ++i) names.insert(name(static_cast<bound>(i)));
  CHECK(names.size() == bound_count);
}

static_assert(name(bound::link) == "link" && static_cast<int>(bound::link) == 2 &&
              bound_count == 4);
