// SPDX-License-Identifier: BSL-1.0
#include "shardline/base/bounded.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <type_traits>

using namespace shardline;

TEST_CASE("values are held in order up to the capacity; one more is dropped, and said so") {
  bounded<int, 3> b;
  CHECK(b.empty());
  for (int i = 1; i <= 3; ++i) b.push_back(i * 10);
  CHECK(b.size() == 3);
  CHECK_FALSE(b.overflowed);
  b.push_back(40);
  CHECK(b.size() == 3);
  CHECK(b.overflowed);
  CHECK(b[0] == 10);
  CHECK(b[2] == 30);
  int sum = 0;
  for (const int x : b) sum += x;
  CHECK(sum == 60);
}

TEST_CASE("equality is of the values held, not of what lies in unused places") {
  bounded<int, 3> a;
  bounded<int, 3> b;
  a.items[2] = 7;
  CHECK(a == b);
  a.push_back(1);
  CHECK_FALSE(a == b);
  b.push_back(2);
  CHECK_FALSE(a == b);
  b[0] = 1;
  CHECK(a == b);
  b.overflowed = true;
  CHECK_FALSE(a == b);
}

namespace {

// Made from a number alone, and by nobody without one.
struct numbered {
  int number;
  constexpr explicit numbered(int of) noexcept : number(of) {}
};
static_assert(!std::is_default_constructible_v<numbered>);

constexpr growing<numbered, 4> three() noexcept {
  growing<numbered, 4> g;
  for (int i = 1; i <= 3; ++i) g.push_back(numbered(i * 10));
  return g;
}
constexpr growing<numbered, 4> constant_places = three();
static_assert(constant_places.size() == 3 && constant_places[2].number == 30);
static_assert(growing<numbered, 4>::capacity() == 4 && growing<numbered, 4>{}.empty());
static_assert(std::is_trivially_copyable_v<growing<numbered, 4>>);

// Says how many there are; what copies itself in a way of its own is no plain data.
struct told_apart {
  static inline int copies = 0;
  int value = 7;
  told_apart() = default;
  explicit told_apart(int of) : value(of) {}
  told_apart(const told_apart& other) : value(other.value) { ++copies; }
  told_apart& operator=(const told_apart&) = default;
  ~told_apart() = default;
};

}  // namespace

TEST_CASE("growing places are made when filled; one too many is dropped, and said so") {
  growing<numbered, 2> g;
  CHECK(g.empty());
  g.push_back(numbered(1));
  g.push_back(numbered(2));
  CHECK(g.size() == 2);
  CHECK_FALSE(g.overflowed());
  g.push_back(numbered(3));
  CHECK(g.size() == 2);
  CHECK(g.overflowed());
  g[0] = numbered(5);
  const growing<numbered, 2> copy = g;
  CHECK(copy[0].number == 5);
  CHECK(copy[1].number == 2);
  CHECK(copy.overflowed());
}

TEST_CASE("what copies itself in a way of its own is copied in that way, and made from the start") {
  growing<told_apart, 3> g;
  g.push_back(told_apart(1));
  CHECK(g[0].value == 1);
  told_apart::copies = 0;
  const growing<told_apart, 3> copy = g;
  CHECK(told_apart::copies == 3);
  CHECK(copy[0].value == 1);
  CHECK(copy.size() == 1);
}

TEST_CASE("a name is held in place, up to 95 characters of it, and its whole length") {
  CHECK(short_name("llama").view() == "llama");
  CHECK(short_name().view().empty());
  CHECK(short_name("a") == short_name(std::string_view("a")));
  CHECK_FALSE(short_name("a") == short_name("b"));
  const std::string longest(95, 'x');
  CHECK(short_name(longest).view() == longest);
  const short_name longer(longest + "y");
  CHECK(longer.view() == longest);
  CHECK(longer.length == 96);
  CHECK_FALSE(longer == short_name(longest));
}

TEST_CASE("others are appended with what they had no room for") {
  bounded<int, 3> a;
  a.push_back(1);
  bounded<int, 3> b;
  for (int i = 2; i < 4; ++i) b.push_back(i);
  bounded<int, 3> all = a;
  all.append(b);
  REQUIRE(all.size() == 3);
  CHECK(all[0] == 1);
  CHECK(all[2] == 3);
  CHECK_FALSE(all.overflowed);
  all.append(a);
  CHECK(all.size() == 3);
  CHECK(all.overflowed);
  bounded<int, 3> none;
  b.push_back(4);
  b.push_back(5);
  none.append(b);
  CHECK(none == b);
  CHECK(none.overflowed);
}
