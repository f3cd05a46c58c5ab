// SPDX-License-Identifier: BSL-1.0
#include "shardline/base/parts.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "shardline/base/units.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr std::array<std::string_view, 3> places{"first", "second", "not in the array"};

// A total of one file size and two indices, and a limit beside them.
struct disk {
  bytes<> files{};
  std::array<bytes<>, 2> indices{};
  bytes<> limit{};

  template <class List>
  static constexpr void addends(List&& list) {
    list("files", &disk::files);
    list_elements(list, &disk::indices, places);
  }
  template <class List>
  static constexpr void parts(List&& list) {
    addends(list);
    list("limit", &disk::limit);
  }
};

struct without_parts {
  int parts = 0;
};

constexpr disk some{3_GB, {2_GB, 1_GB}, 100_GB};

static_assert(has_parts<disk> && has_parts<const disk&> && has_addends<disk>);
static_assert(!has_parts<without_parts> && !has_parts<double> && !has_addends<without_parts>);
static_assert(sum_of_addends<bytes<>>(some) == 6_GB, "the limit is no addend");

}  // namespace

TEST_CASE("parts are visited by name, in order, the addends first") {
  std::vector<std::string> names;
  std::vector<double> figures;
  for_each_part(some, [&](std::string_view name, const bytes<>& part) {
    names.emplace_back(name);
    figures.push_back(part.value());
  });
  CHECK(names == std::vector<std::string>{"files", "first", "second", "limit"});
  CHECK(figures == std::vector<double>{3e9, 2e9, 1e9, 1e11});
  names.clear();
  for_each_addend(some, [&](std::string_view name, const bytes<>&) { names.emplace_back(name); });
  CHECK(names == std::vector<std::string>{"files", "first", "second"});
}

TEST_CASE("a visitor may change what it is shown, and read two results side by side") {
  disk twice = some;
  for_each_part(twice, [](std::string_view, bytes<>& part) { part = part * 2.0; });
  int parts = 0;
  for_each_part(twice, some, [&](std::string_view, const bytes<>& two, const bytes<>& one) {
    CHECK(two == one * 2.0);
    if (parts == 0) CHECK(two == 6_GB);
    ++parts;
  });
  CHECK(parts == 4);
  CHECK(sum_of_addends<bytes<>>(twice) == 12_GB);
}
