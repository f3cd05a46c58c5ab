// SPDX-License-Identifier: BSL-1.0
#include "shardline/base/alternative.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace shardline;

namespace {

struct first {};
struct second {
  int value = 0;
};
struct third {};
using any = std::variant<first, second, third>;

// Says which alternative it was called with, and how often.
struct seen {
  int& calls;
  std::string& name;
  constexpr void operator()(const first&) const { note("first"); }
  constexpr void operator()(const second& s) const { note(s.value == 7 ? "second, 7" : "second"); }
  constexpr void operator()(const third&) const { note("third"); }
  constexpr void note(const char* which) const {
    ++calls;
    name = which;
  }
};

std::string visited(const any& v) {
  int calls = 0;
  std::string name;
  visit_alternative(v, seen{calls, name});
  CHECK(calls == 1);
  return name;
}

}  // namespace

TEST_CASE("a function is called once, with the alternative that is held") {
  CHECK(visited(first{}) == "first");
  CHECK(visited(second{7}) == "second, 7");
  CHECK(visited(third{}) == "third");
  int calls = 0;
  visit_alternative(std::variant<int>(3), [&calls](int n) { calls += n; });
  CHECK(calls == 3);
}

namespace {

struct twice {
  int& result;
  constexpr void operator()(int n) const { result = 2 * n; }
  constexpr void operator()(double x) const { result = static_cast<int>(4.0 * x); }
};

constexpr int doubled(const std::variant<int, double>& v) {
  int result = 0;
  visit_alternative(v, twice{result});
  return result;
}
static_assert(equal_alternatives(std::variant<int, double>(21), std::variant<int, double>(21)) &&
              !equal_alternatives(std::variant<int, double>(21), std::variant<int, double>(10.5)));
static_assert(doubled(21) == 42 && doubled(10.5) == 42, "at compile time too");

}  // namespace

TEST_CASE("alternatives are equal where both the alternative and its value are") {
  using number = std::variant<int, long, double>;
  CHECK(equal_alternatives(number(7), number(7)));
  CHECK(!equal_alternatives(number(7), number(8)));
  CHECK(!equal_alternatives(number(7), number(7L)));
  CHECK(!equal_alternatives(number(7L), number(7)));
  CHECK(equal_alternatives(number(0.5), number(0.5)));
  static_assert(equal_alternatives(number(7L), number(7L)), "at compile time too");
}
