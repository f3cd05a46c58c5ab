// SPDX-License-Identifier: BSL-1.0
#include "shardline/plan/frontier.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <random>
#include <span>
#include <vector>

namespace {

using shardline::frontier;

template <std::size_t N>
using points = std::vector<std::array<double, N>>;

template <std::size_t N>
std::vector<std::size_t> frontier_of(const points<N>& p) {
  return frontier<N>(std::span<const std::array<double, N>>(p));
}

// Every pair: a point falls where another is no worse in every metric, and better in one or earlier.
template <std::size_t N>
bool stands(const points<N>& all, std::size_t i) {
  for (std::size_t j = 0; j < all.size(); ++j) {
    bool no_worse = true;
    for (std::size_t k = 0; k < N; ++k) no_worse = no_worse && all[j][k] >= all[i][k];
    if (no_worse && (all[j] != all[i] || j < i)) return false;
  }
  return true;
}

template <std::size_t N>
void equals_every_pair(unsigned seed) {
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    // Few values, so that metrics tie often.
    std::uniform_int_distribution<int> value(0, 1 + round % 9);
    points<N> all(static_cast<std::size_t>(1 + round % 40));
    for (auto& p : all) {
      for (double& x : p) x = value(random);
    }
    std::vector<std::size_t> expected;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (stands(all, i)) expected.push_back(i);
    }
    std::vector<std::size_t> found = frontier_of(all);
    for (std::size_t i = 1; i < found.size(); ++i) CHECK(all[found[i]] < all[found[i - 1]]);
    std::sort(found.begin(), found.end());
    CHECK(found == expected);
  }
}

TEST_CASE("a frontier is that of comparing every pair") {
  equals_every_pair<2>(1);
  equals_every_pair<3>(2);
}

TEST_CASE("of equal points the earliest stands, the best in the first metric first") {
  const points<2> all{{3, 1}, {2, 2}, {1, 3}, {1, 1}, {2, 2}};
  CHECK(frontier_of(all) == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("a metric that is not a number is on no frontier") {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const points<3> all{{none, 9, 9}, {1, 1, 1}, {9, none, 9}};
  CHECK(frontier_of(all) == std::vector<std::size_t>{1});
  CHECK(frontier_of(points<2>{}).empty());
}

}  // namespace
