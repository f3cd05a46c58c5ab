#include "shardline/base/bounded.hpp"

#include <doctest/doctest.h>

#include <string>

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
