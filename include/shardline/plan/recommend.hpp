// SPDX-License-Identifier: BSL-1.0
/// The fewest GPUs that keep promises at a rate of requests: equal replicas of one layout.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "shardline/plan/search.hpp"

namespace shardline {

/// What to run.
///   layout     of one replica
///   replicas   of them, among which requests are spread evenly
///   estimate   of one replica under its share of the requests
template <class T = double>
struct basic_recommendation {
  shardline::layout layout{};
  integer replicas = 0;
  basic_estimate<T> estimate{};

  /// GPUs of all replicas.
  [[nodiscard]] constexpr integer gpus() const noexcept { return replicas * layout.gpus(); }
};
using recommendation = basic_recommendation<>;

/// What was found.
///   found   none where the GPUs that there are keep no such promise
///   beyond  then the same of more GPUs, where such are asked about
///   tried   layouts of a replica looked at
///   inputs  the fields outside their range, if any; nothing is tried then
template <class T = double>
struct basic_recommended {
  std::optional<basic_recommendation<T>> found{};
  std::optional<basic_recommendation<T>> beyond{};
  integer tried = 0;
  bounded<invalid_field, 8> inputs{};
};
using recommended = basic_recommended<>;

namespace detail {

// Replicas of a layout that keep every rule as estimated, and what they are chosen by: GPUs, TPOT,
// TTFT; of equals the first that was looked at.
struct replica_offer {
  std::array<double, 3> rank{};
  integer order = 0;
  integer replicas = 0;
  shardline::layout layout{};

  // A heap has the best on top.
  [[nodiscard]] friend bool operator<(const replica_offer& a, const replica_offer& b) noexcept {
    return a.rank != b.rank ? b.rank < a.rank : b.order < a.order;
  }
};

// How many times as long as some request among others one may take that comes alone: by 1.04 per
// token and 1.06 to the first in 100,000 random deployments (tests/plan/recommend.cpp).
inline constexpr double most_by_request_alone = 1.25;

// Whether the times allowed are not out of reach under any share of the requests: by those of a
// request that comes alone.
template <class T, class Efficiency>
[[nodiscard]] bool may_be_in_time(const prepared_layout<T, Efficiency>& p, basic_workload<T> w,
                                  const basic_memory<T>& held) {
  if (!w.max_ttft && !w.max_tpot) return true;
  if (!(value_of(w.rate.value()) > 0.0)) return true;
  w.rate = request_rate<T>::from_value(T(rarest_rate));
  const basic_serving<T> alone = serving_of(p, w, held);
  const auto within = [](const seconds<T>& takes, const std::optional<seconds<T>>& allowed) {
    return !allowed ||
           value_of(takes.value()) <= most_by_request_alone * value_of(allowed->value());
  };
  return within(alone.ttft, w.max_ttft) && within(alone.tpot, w.max_tpot);
}

// Looks at layouts of ever larger replicas. Once some replicas are known to do, larger ones matter
// only where fewer GPUs, or as many that answer sooner, do too. What is to be accepted is asked
// about from the best on, so that nothing is that another is better than.
template <class T, class Efficiency, class Watch, class Accepts, class Deploy>
struct replica_judge {
  basic_cluster<T, Efficiency> cluster;
  const shardline::model& model;
  basic_workload<T> workload;
  Watch& watch;
  const Accepts& accepts;
  const Deploy& deploy;
  integer most = 0;
  basic_recommended<T> result{};
  std::array<double, 3> best{};
  std::vector<replica_offer> offers{};

  void operator()(const layout& l) {
    watch(++result.tried);
    deploy_on(l);
    // Most fail a rule on their shape, or do not hold the sequences, and are never prepared.
    report shape = check_valid(cluster, model, l, workload);
    if (!shape.feasible()) return;
    const basic_memory<T> held = memory(prepare_memory(cluster, model, l), full());
    check_memory(held, shape);
    if (!shape.feasible()) return;
    const prepared_layout<T, Efficiency> replica = prepare(cluster, model, l);
    if (!may_be_in_time(replica, workload, held)) return;
    offer(replica, result.tried, fewest_stable(replica, held));
  }
  // Every layout of replicas of so many GPUs.
  void of_size(integer gpus) {
    cluster.gpus = gpus;
    for_each_layout(gpus, model, *this);
    settle();
  }

 private:
  // All offers of one size, the best first, until one is accepted.
  void settle() {
    while (!offers.empty()) {
      std::pop_heap(offers.begin(), offers.end());
      const replica_offer o = offers.back();
      offers.pop_back();
      if (result.found && !(o.rank < best)) break;
      deploy_on(o.layout);
      const prepared_layout<T, Efficiency> replica = prepare(cluster, model, o.layout);
      const basic_workload<T> share = share_of(o.replicas);
      if (accepts(replica, share)) {
        keep(o, estimate(cluster, model, o.layout, share));
      } else {
        offer(replica, o.order, o.replicas + 1);
      }
    }
    offers.clear();
  }
  void deploy_on(const layout& l) {
    deploy(0, l, cluster, std::span<basic_workload<T>>(&workload, 1));
  }
  // The load that keeps all slots full, and no limit on times.
  [[nodiscard]] basic_workload<T> full() const {
    basic_workload<T> w = workload;
    w.rate = {};
    w.max_ttft.reset();
    w.max_tpot.reset();
    return w;
  }
  [[nodiscard]] basic_workload<T> share_of(integer n) const {
    basic_workload<T> share = workload;
    share.rate = workload.rate / T(static_cast<double>(n));
    return share;
  }
  // The fewest replicas from `n` on that keep every rule, if they would improve on what there is.
  void offer(const prepared_layout<T, Efficiency>& replica, integer order, integer n) {
    const bool at_rate = value_of(workload.rate.value()) > 0.0;
    const layout& l = replica.layout;
    for (; n * l.gpus() <= (at_rate ? most : l.gpus()); ++n) {
      const basic_workload<T> share = share_of(n);
      if (at_rate && value_of(share.rate.value()) < rarest_rate) return;
      const basic_memory<T> held = memory(replica, share);
      const basic_serving<T> served = serving_of(replica, share, held);
      report broken;
      check_figures(held, served, share, broken);
      if (!broken.feasible()) continue;
      const auto rank = rank_of(l, n, served);
      if (result.found && !(rank < best)) return;
      offers.push_back({rank, order, n, l});
      std::push_heap(offers.begin(), offers.end());
      return;
    }
  }
  // With fewer, requests come faster than full slots serve them.
  [[nodiscard]] integer fewest_stable(const prepared_layout<T, Efficiency>& replica,
                                      const basic_memory<T>& held) const {
    const basic_serving<T> most_served = serving_of(replica, full(), held);
    const double fewest = value_of((workload.rate / most_served.requests_per_s).value());
    if (!(fewest < static_cast<double>(most))) return most + 1;
    return fewest < 1.0 ? 1 : static_cast<integer>(fewest);
  }
  [[nodiscard]] static std::array<double, 3> rank_of(const layout& l, integer n,
                                                     const basic_serving<T>& s) {
    return {static_cast<double>(n * l.gpus()), value_of(s.tpot.value()), value_of(s.ttft.value())};
  }
  void keep(const replica_offer& o, const basic_estimate<T>& e) {
    result.found = basic_recommendation<T>{o.layout, o.replicas, e};
    best = o.rank;
    most = o.replicas * o.layout.gpus();
  }
};

}  // namespace detail

/// The fewest of the cluster's GPUs that serve the workload's rate within its max_ttft and
/// max_tpot: n replicas of one layout, each with rate / n and at most `concurrency` in flight; of
/// as many GPUs the one with the shorter time per output token, then to first token. Replicas of up
/// to c.gpus GPUs are tried, every layout of them (for_each_layout()), each with as few replicas as
/// keep the promises. watch(tried) is told how many layouts were looked at.
/// Held against every layout in every number of replicas, for Llama-3.1-8B on 12 GPUs and
/// Mixtral-8x7B on 8 (tests/plan/recommend.cpp).
/// accepts(prepared_layout, share of the workload) may ask more than the estimate of a replica
/// says, such as a simulation (simulation_keeps_promises); where it does not accept one, the next
/// number of replicas is tried. deploy(0, layout, cluster, loads) is that of search_terms.
/// Without a rate one replica that keeps the limits is looked for. Errors: `inputs`.
///   beyond   where none of those will do, more and larger replicas are tried, on up to so many
///            GPUs in all; larger ones of whole nodes where the cluster is
template <single_case T, class Efficiency, class Watch = unwatched, class Accepts = as_estimated,
          class Deploy = as_described>
[[nodiscard]] basic_recommended<T> recommend(const basic_cluster<T, Efficiency>& c, const model& m,
                                             const basic_workload<T>& w, Watch&& watch = {},
                                             const Accepts& accepts = {}, const Deploy& deploy = {},
                                             integer beyond = 0) {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  detail::replica_judge<T, Efficiency, std::remove_reference_t<Watch>, Accepts, Deploy> judge{
      c, m, w, watch, accepts, deploy, std::max(c.gpus, beyond)};
  judge.result.inputs = validate(c, m, layout{}, w).found;
  if (!judge.result.inputs.empty()) return judge.result;
  for (integer size = 1; size <= std::min(judge.most, c.gpus); ++size) judge.of_size(size);
  const integer step = is_divisor(c.gpus_per_domain, c.gpus) ? c.gpus_per_domain : 1;
  for (integer size = c.gpus + step; size <= judge.most; size += step) judge.of_size(size);
  if (judge.result.found && judge.result.found->gpus() > c.gpus) {
    std::swap(judge.result.found, judge.result.beyond);
  }
  return judge.result;
}

}  // namespace shardline
