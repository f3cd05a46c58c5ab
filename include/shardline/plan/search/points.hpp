// SPDX-License-Identifier: BSL-1.0
/// What a search has found: points by what they are ranked by, counts, and how parts of a search
/// become the whole.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "shardline/check/report.hpp"
#include "shardline/describe/layout.hpp"
#include "shardline/plan/frontier.hpp"

namespace shardline {

/// What points are put in order by, the least first: what the objective says of them, then output
/// tokens per second per GPU (negative), TPOT and TTFT in seconds, bytes of the fullest GPU.
using search_rank = std::array<double, 5>;

/// A feasible point of a search.
///   order           its place in the enumeration, from 0: of equal ranks the first is the better
///   setting, load   places in the settings that were searched, and in the loads of that one
struct found_point {
  search_rank rank{};
  integer order = 0;
  integer setting = 0;
  integer load = 0;
  shardline::layout layout{};

  [[nodiscard]] friend bool operator<(const found_point& a, const found_point& b) noexcept {
    return a.rank != b.rank ? a.rank < b.rank : a.order < b.order;
  }
};

/// Points by what became of them.
///   tried      points looked at = feasible + invalid + sum of rejected
///   feasible   points that violate no rule
///   invalid    points that could not be judged because an input is outside its range
///   inputs     the fields outside their range, of the first such point
///   rejected   infeasible points by the first rule, in the order of check(), that each violates
struct search_counts {
  integer tried = 0;
  integer feasible = 0;
  integer invalid = 0;
  bounded<invalid_field, 8> inputs{};
  std::array<integer, rule_count> rejected{};

  /// Points that a rule rejected.
  [[nodiscard]] integer rejected_by(rule r) const noexcept {
    return rejected[static_cast<std::size_t>(r)];
  }
  /// Counts so many points that a report rejects, by its first violation or as invalid.
  void reject(const report& r, integer points) noexcept {
    tried += points;
    if (r.invalid.empty()) {
      rejected[static_cast<std::size_t>(r.violations[0].rule)] += points;
      return;
    }
    if (invalid == 0) inputs = r.invalid;
    invalid += points;
  }
  /// Adds the counts of another part of the search.
  void add(const search_counts& other) noexcept {
    if (invalid == 0) inputs = other.inputs;
    tried += other.tried;
    feasible += other.feasible;
    invalid += other.invalid;
    for (std::size_t i = 0; i < rule_count; ++i) rejected[i] += other.rejected[i];
  }
};

/// What a search, or a part of one, has found.
struct found_points : search_counts {
  std::vector<found_point> best{};
};

/// Keeps the `most` best points of those it is offered, the best first.
class best_points {
 public:
  explicit best_points(std::size_t at_most) : most_(at_most) {}

  /// Whether a point of this rank and this place would be kept.
  [[nodiscard]] bool wants(const search_rank& r, integer order) const noexcept {
    if (kept_.size() < most_ || most_ == 0) return most_ > 0;
    const found_point& last = kept_.back();
    return r != last.rank ? r < last.rank : order < last.order;
  }
  /// Keeps a point where it is among the best.
  void keep(const found_point& p) {
    kept_.insert(std::upper_bound(kept_.begin(), kept_.end(), p), p);
    if (kept_.size() > most_) kept_.pop_back();
  }
  /// The best, in order; none are left.
  [[nodiscard]] std::vector<found_point> take() { return std::move(kept_); }

 private:
  std::size_t most_;
  std::vector<found_point> kept_{};
};

/// Keeps the points that no other beats both in tokens per second of a GPU and in time per output
/// token, the most tokens first; of equals the first. Holds about twice as many as there are.
class frontier_points {
 public:
  /// Any: what beats it may come later, and is looked for then.
  [[nodiscard]] static bool wants(const search_rank& /*r*/, integer /*order*/) noexcept {
    return true;
  }
  /// Keeps a point; those that others beat are dropped now and then.
  void keep(const found_point& p) {
    kept_.push_back(p);
    if (kept_.size() < full_) return;
    thin_out();
    full_ = 2 * kept_.size() + room;
  }
  /// What no other point beats, the most tokens first; none are left.
  [[nodiscard]] std::vector<found_point> take() {
    thin_out();
    return std::move(kept_);
  }

 private:
  static constexpr std::size_t room = 4096;

  void thin_out() {
    std::sort(kept_.begin(), kept_.end(),
              [](const found_point& a, const found_point& b) { return a.order < b.order; });
    std::vector<std::array<double, 2>> metrics;
    metrics.reserve(kept_.size());
    for (const found_point& p : kept_) metrics.push_back({-p.rank[1], -p.rank[2]});
    std::vector<found_point> best;
    for (const std::size_t i : frontier(std::span<const std::array<double, 2>>(metrics))) {
      best.push_back(kept_[i]);
    }
    kept_ = std::move(best);
  }

  std::vector<found_point> kept_{};
  std::size_t full_ = room;
};

/// The whole of a search from its parts, in whatever order: what `keep`, a keeper as above, keeps
/// of their points, and the sum of their counts. Where every part was kept by such a keeper it is,
/// point by point, what a search of the whole finds.
///   of parts that tried 6 and 4 points: 10   (tests/plan/search_space.cpp)
template <class Keeper>
[[nodiscard]] found_points merged(std::span<const found_points> parts, Keeper keep) {
  found_points whole;
  std::vector<found_point> all;
  for (const found_points& part : parts) {
    whole.add(part);
    all.insert(all.end(), part.best.begin(), part.best.end());
  }
  std::sort(all.begin(), all.end(),
            [](const found_point& a, const found_point& b) { return a.order < b.order; });
  for (const found_point& p : all) {
    if (keep.wants(p.rank, p.order)) keep.keep(p);
  }
  whole.best = keep.take();
  return whole;
}

}  // namespace shardline
