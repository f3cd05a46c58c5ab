// SPDX-License-Identifier: BSL-1.0
/// Pareto frontier: of many points, those that no other is at least as good as in every respect.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <set>
#include <span>
#include <vector>

#include "shardline/base/fwd.hpp"

namespace shardline {

namespace detail {

// Whether a point of two further metrics is behind one that has been seen; those that stand are
// kept as a staircase: the third metric falls as the second rises.
class staircase {
 public:
  // False where a point seen earlier is no worse in both. Metrics are better when larger.
  bool add(double second, double third) {
    auto after = steps_.lower_bound({second, third});
    // The first of those no worse in the second metric has the best third of them.
    if (after != steps_.end() && after->third >= third) return false;
    auto from = after;
    while (from != steps_.begin() && std::prev(from)->third <= third) --from;
    if (after != steps_.end() && !(second < after->second)) ++after;
    steps_.insert(steps_.erase(from, after), {second, third});
    return true;
  }

 private:
  struct step {
    double second;
    double third;
    friend bool operator<(const step& a, const step& b) noexcept { return a.second < b.second; }
  };
  std::set<step> steps_{};
};

}  // namespace detail

/// The places, in `points`, of those on the frontier, the best in the first metric first; of points
/// that are equal in every metric the earliest. Metrics are better when larger: give -TTFT for
/// TTFT. Exact, O(n log n); a point with a metric that is not a number is on no frontier.
///   {(3, 1), (2, 2), (1, 3), (1, 1), (2, 2)} -> places 0, 1, 2   (tests/plan/frontier.cpp)
template <std::size_t Metrics>
requires(Metrics == 2 || Metrics == 3) [[nodiscard]] std::vector<std::size_t> frontier(
    std::span<const std::array<double, Metrics>> points) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto is_number = [](double metric) { return metric <= 0.0 || metric > 0.0; };
    if (std::all_of(points[i].begin(), points[i].end(), is_number)) order.push_back(i);
  }
  // The better ones first, so that what could be ahead of a point has been seen before it.
  std::stable_sort(order.begin(), order.end(), [&](std::size_t this_one, std::size_t that_one) {
    return points[that_one] < points[this_one];
  });
  detail::staircase seen;
  std::vector<std::size_t> kept;
  for (const std::size_t i : order) {
    const std::array<double, Metrics>& p = points[i];
    if (seen.add(p[1], p[Metrics - 1])) kept.push_back(i);
  }
  return kept;
}

}  // namespace shardline
