// SPDX-License-Identifier: BSL-1.0
/// What comes nearest to a deployment that keeps every rule, where none does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "shardline/plan/search.hpp"

namespace shardline {

/// Whether more memory, time or length would mend a violation of this rule: memory, ttft, tpot,
/// rate and context. A degree that does not divide a dimension stays what it is.
///   true of 5 of the 20 rules   (tests/plan/near_miss.cpp)
[[nodiscard]] constexpr bool is_limit(rule r) noexcept {
  return r == rule::memory || r == rule::ttft || r == rule::tpot || r == rule::rate ||
         r == rule::context;
}

/// How far a deployment is from keeping every rule.
///   unmended   violations that no limit would mend (is_limit())
///   factor     what every limit would have to be multiplied by: the largest required / available
///              of the other violations, 1 without any
///   binding    the violation with that factor; the first unmended one where there is one
/// A time to first token that grows without end has no factor: that of the rate says how much too
/// fast requests arrive.
///   endless    a limit of time is broken by a queue without end, by which no factor is enough
///   88 GB of 80 GB, and 30 ms of 25 ms: factor 1.2, of the time   (tests/plan/near_miss.cpp)
struct nearness {
  integer unmended = 0;
  double factor = 1.0;
  violation binding{};
  bool endless = false;

  [[nodiscard]] friend constexpr bool operator<(const nearness& a, const nearness& b) noexcept {
    if (a.unmended != b.unmended) return a.unmended < b.unmended;
    return a.endless != b.endless ? b.endless : a.factor < b.factor;
  }
};

/// That of a report without invalid inputs; its factor [1], 1 or more, is the largest required /
/// available of the violations that a limit would mend (is_limit()).
///   88 GB of 80 GB: factor 1.1   (tests/plan/near_miss.cpp)
[[nodiscard]] constexpr nearness nearness_of(const report& r) noexcept {
  nearness n;
  for (const violation& v : r.violations) {
    if (!is_limit(v.rule)) {
      if (++n.unmended == 1) n.binding = v;
      continue;
    }
    if (v.rule == rule::ttft && v.required == detail::largest_whole) {
      n.endless = true;  // by the rate, whose violation is another
      continue;
    }
    const double factor = static_cast<double>(v.required) / static_cast<double>(v.available);
    if (!(factor > n.factor)) continue;
    n.factor = factor;
    if (n.unmended == 0) n.binding = v;
  }
  return n;
}

/// A deployment that breaks a rule: replicas of a layout, what is wrong with one of them, and how
/// wrong that is.
///   distance   how far off it is, by which they are ordered
struct near_miss {
  shardline::layout layout{};
  integer replicas = 1;
  report feasibility{};
  nearness distance{};

  /// GPUs of all replicas.
  [[nodiscard]] constexpr integer gpus() const noexcept { return replicas * layout.gpus(); }
};

/// The nearest of what it is offered, at most so many, of equals those offered first.
class miss_keeper {
 public:
  explicit miss_keeper(std::size_t most) : most_(most) {}

  /// Whether one that is at least so far would be kept.
  [[nodiscard]] bool wants(const nearness& at_least) const noexcept {
    return kept_.size() < most_ || (most_ > 0 && at_least < kept_.back().distance);
  }
  /// Keeps a layout and what its report says, where it is among the nearest.
  void offer(const layout& l, integer replicas, const report& r) {
    const near_miss found{l, replicas, r, nearness_of(r)};
    if (!wants(found.distance)) return;
    const auto is_nearer = [](const near_miss& a, const near_miss& b) {
      return a.distance < b.distance;
    };
    kept_.insert(std::upper_bound(kept_.begin(), kept_.end(), found, is_nearer), found);
    if (kept_.size() > most_) kept_.pop_back();
  }
  /// The nearest, in order; none are left.
  [[nodiscard]] std::vector<near_miss> take() { return std::move(kept_); }

 private:
  std::size_t most_;
  std::vector<near_miss> kept_;
};

/// Is told of nothing that keeps every rule.
struct unasked {
  template <class Estimate>
  constexpr void operator()(const layout& /*l*/, integer /*replicas*/,
                            const Estimate& /*e*/) const noexcept {}
};

namespace detail {

// Prices what neither its shape nor its memory puts out of the running: a rule more that is broken
// only makes a miss wider.
template <class T, class Efficiency, class Deploy, class Also>
struct miss_scout {
  miss_keeper found;
  basic_cluster<T, Efficiency> cluster;
  const shardline::model& model;
  basic_workload<T> workload;
  const Deploy& deploy;
  Also& also;

  void look_at(const layout& l, integer replicas) {
    deploy(0, l, cluster, std::span<basic_workload<T>>(&workload, 1));
    basic_workload<T> share = workload;
    share.rate = workload.rate / T(static_cast<double>(replicas));
    report r = check_valid(cluster, model, l, share);
    if (!found.wants(nearness_of(r))) return;
    if (r.priceable()) {
      check_memory(memory(prepare_memory(cluster, model, l), share), r);
      if (!found.wants(nearness_of(r))) return;
      const prepared_layout<T, Efficiency> p = prepare(cluster, model, l);
      check_times(serving_of(p, share, memory(p, share)), share, r);
    }
    if (r.feasible()) return also(l, replicas, estimate(cluster, model, l, share));
    found.offer(l, replicas, r);
  }
};

}  // namespace detail

/// The infeasible layouts of all of the cluster's GPUs that are nearest to keeping the rules, the
/// nearest first, at most `most` of them; of equals the first of for_each_layout(). Assumes a
/// cluster, model and workload that validate() accepts. watch(looks) as in search(), deploy(0,
/// layout, cluster, loads) as in search_terms; also(layout, replicas, estimate) is told of those
/// that keep every rule.
/// Held against pricing every layout: tests/plan/near_miss.cpp.
template <single_case T, class Efficiency, class Watch = unwatched, class Deploy = as_described,
          class Also = unasked>
[[nodiscard]] std::vector<near_miss> near_misses(const basic_cluster<T, Efficiency>& c,
                                                 const model& m, const basic_workload<T>& w,
                                                 std::size_t most = 3, Watch&& watch = {},
                                                 const Deploy& deploy = {}, Also&& also = {}) {
  detail::miss_scout<T, Efficiency, Deploy, std::remove_reference_t<Also>> scout{
      miss_keeper(most), c, m, w, deploy, also};
  integer looks = 0;
  for_each_layout(c.gpus, m, [&](const layout& l) {
    watch(++looks);
    scout.look_at(l, 1);
  });
  return scout.found.take();
}

/// The same of replicas that share the workload's rate, as recommend() tries them on at most c.gpus
/// GPUs: of each layout as many replicas as there are GPUs for, since more have less to do each. In
/// the order of nearness, factors [1] as there; none where every layout works.
///   Llama-3.1-70B on one or two H100, 16 sequences: the nearest lacks a factor of 1.76 of memory
///   (tests/plan/near_miss.cpp)
template <single_case T, class Efficiency, class Watch = unwatched, class Deploy = as_described,
          class Also = unasked>
[[nodiscard]] std::vector<near_miss> near_recommendations(
    const basic_cluster<T, Efficiency>& c, const model& m, const basic_workload<T>& w,
    std::size_t most = 3, Watch&& watch = {}, const Deploy& deploy = {}, Also&& also = {}) {
  detail::miss_scout<T, Efficiency, Deploy, std::remove_reference_t<Also>> scout{
      miss_keeper(most), c, m, w, deploy, also};
  integer looks = 0;
  const bool at_rate = value_of(w.rate.value()) > 0.0;
  for (integer size = 1; size <= c.gpus; ++size) {
    scout.cluster.gpus = size;
    for_each_layout(size, m, [&](const layout& l) {
      watch(++looks);
      scout.look_at(l, at_rate ? c.gpus / size : 1);
    });
  }
  return scout.found.take();
}

}  // namespace shardline
