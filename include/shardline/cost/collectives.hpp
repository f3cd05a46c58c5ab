/// The time of one collective: the fastest algorithm that the fabric offers, each alpha-beta.
/// Inside a domain by a switch, or on a torus (torus.hpp).
#pragma once

#include "shardline/cost/all_to_all.hpp"
#include "shardline/cost/roofline.hpp"
#include "shardline/cost/torus.hpp"
#include "shardline/describe/cluster.hpp"

namespace shardline {

namespace detail {

// ceil(log2 n)
constexpr count log2_ceil(count n) noexcept {
  count steps = 0;
  for (count reach = 1; reach < n; reach *= 2) ++steps;
  return steps;
}

// n - 1 of n equal parts cross the link.
template <class T>
constexpr T crossing(count n) noexcept {
  return real<T>(n - 1) / real<T>(n);
}

template <class T>
constexpr seconds<T> latency(const basic_link<T>& l, count hops) noexcept {
  return l.latency * real<T>(hops);
}

}  // namespace detail

/// All-reduce of V bytes over n ranks of one link, the fastest of
///   ring      2 (n - 1) alpha + 2 V (n - 1) / n / B
///   tree      2 ceil(log2 n) alpha + 2 V / B          (double binary tree, both directions used)
///   one-shot  alpha + V (n - 1) / B                   (every rank reads every other's buffer)
/// Source: R. Thakur, R. Rabenseifner, W. Gropp, IJHPCA 19(1), 2005, sections 4.4 and 4.5;
/// P. Sanders, J. Speck, J. L. Traeff, "Two-tree algorithms", Parallel Computing 35, 2009.
/// Check: 1 GB over 8 ranks at 450 GB/s, alpha 0: ring 2 * 7/8 / 450 = 3.889 ms.
template <class T>
[[nodiscard]] constexpr seconds<T> all_reduce_time(const basic_link<T>& l, count n,
                                                   const bytes<T>& message) noexcept {
  if (n <= 1) return {};
  const seconds<T> wire = message / l.rate;
  const seconds<T> ring =
      detail::latency(l, 2 * (n - 1)) + wire * (T(2.0) * detail::crossing<T>(n));
  const seconds<T> tree = detail::latency(l, 2 * detail::log2_ceil(n)) + wire * T(2.0);
  const seconds<T> one_shot = detail::latency(l, 1) + wire * real<T>(n - 1);
  return shardline::min(shardline::min(ring, tree), one_shot);
}

/// All-gather (or reduce-scatter, its mirror) of V gathered bytes: the faster of
///   ring    (n - 1) alpha + V (n - 1) / n / B
///   direct  alpha + V (n - 1) / n / B, where every rank reaches every other at once
/// so the direct one, on a switched fabric. Source: Thakur et al. 2005, section 4.1.
template <class T>
[[nodiscard]] constexpr seconds<T> all_gather_time(const basic_link<T>& l, count n,
                                                   const bytes<T>& message) noexcept {
  if (n <= 1) return {};
  return detail::latency(l, 1) + message / l.rate * detail::crossing<T>(n);
}

/// Broadcast of V bytes from one of n ranks, pipelined along two trees that share them out:
///   ceil(log2 n) alpha + V / B
/// Source: Sanders, Speck, Traeff 2009.
template <class T>
[[nodiscard]] constexpr seconds<T> broadcast_time(const basic_link<T>& l, count n,
                                                  const bytes<T>& message) noexcept {
  if (n <= 1) return {};
  return detail::latency(l, detail::log2_ceil(n)) + message / l.rate;
}

namespace detail {

// A torus answers as a link does.
template <class T>
constexpr seconds<T> all_reduce_time(const torus_ranks<T>& r, count,
                                     const bytes<T>& message) noexcept {
  return time_of(r.group, r.link, collective_kind::all_reduce, message);
}
template <class T>
constexpr seconds<T> all_gather_time(const torus_ranks<T>& r, count,
                                     const bytes<T>& message) noexcept {
  return time_of(r.group, r.link, collective_kind::all_gather, message);
}
template <class T>
constexpr seconds<T> broadcast_time(const torus_ranks<T>& r, count,
                                    const bytes<T>& message) noexcept {
  return time_of(r.group, r.link, collective_kind::broadcast, message);
}
template <class T>
constexpr seconds<T> send_recv_time(const torus_ranks<T>& r, const bytes<T>& message) noexcept {
  return time_of(r.group, r.link, collective_kind::send_recv, message);
}
template <class T>
constexpr seconds<T> send_recv_time(const basic_link<T>& l, const bytes<T>& message) noexcept {
  return l.latency + message / l.rate;
}

// Reduce-scatter inside each domain, all-reduce of the shards across, all-gather inside; or one
// flat all-reduce at the slower link. Each member has its own network port, so shards cross in
// parallel.
template <class T, class Near>
constexpr seconds<T> all_reduce_across(const Near& near, const basic_link<T>& far,
                                       const placement& p, count n,
                                       const bytes<T>& message) noexcept {
  const seconds<T> inside = all_gather_time(near, p.local, message) * T(2.0);
  const seconds<T> across = all_reduce_time(far, p.domains, message / real<T>(p.local));
  return shardline::min(inside + across, all_reduce_time(far, n, message));
}

// The shards of each domain cross the network, then spread inside; the two overlap in neither.
template <class T, class Near>
constexpr seconds<T> all_gather_across(const Near& near, const basic_link<T>& far,
                                       const placement& p, count n,
                                       const bytes<T>& message) noexcept {
  const seconds<T> across = all_gather_time(far, p.domains, message / real<T>(p.local));
  const seconds<T> inside = all_gather_time(near, p.local, message);
  return shardline::min(inside + across, all_gather_time(far, n, message));
}

// Scattered inside the first domain, its shards broadcast in parallel, gathered inside each.
template <class T, class Near>
constexpr seconds<T> broadcast_across(const Near& near, const basic_link<T>& far,
                                      const placement& p, count n,
                                      const bytes<T>& message) noexcept {
  const seconds<T> inside = all_gather_time(near, p.local, message) * T(2.0);
  const seconds<T> across = broadcast_time(far, p.domains, message / real<T>(p.local));
  return shardline::min(inside + across, broadcast_time(far, n, message));
}

// A collective that carries something, by the links of its domain and those between domains.
template <class T, class Near>
constexpr seconds<T> time_on_links(const Near& near, const basic_link<T>& far, const placement& p,
                                   const collective<T>& op) noexcept {
  const count n = op.group.size;
  const bool together = p.domains == 1;
  switch (op.kind) {
    case collective_kind::all_reduce:
      return together ? all_reduce_time(near, n, op.message)
                      : all_reduce_across(near, far, p, n, op.message);
    case collective_kind::all_gather:
    case collective_kind::reduce_scatter:
      return together ? all_gather_time(near, n, op.message)
                      : all_gather_across(near, far, p, n, op.message);
    case collective_kind::all_to_all:
      return exchange_time(near, far, p, op);
    case collective_kind::send_recv:
      return together ? send_recv_time(near, op.message) : send_recv_time(far, op.message);
    case collective_kind::broadcast:
      return together ? broadcast_time(near, n, op.message)
                      : broadcast_across(near, far, p, n, op.message);
  }
  return {};
}

template <class T, class Efficiency>
constexpr seconds<T> time_of_message(const basic_cluster<T, Efficiency>& c,
                                     const collective<T>& op) noexcept {
  const T share = link_share(c.accelerator.efficiency, op);
  const basic_link<T> near{c.scale_up.rate * share, c.scale_up.latency};
  const basic_link<T> far{c.network.rate * share, c.network.latency};
  const placement p = place(op.group, c.gpus_per_domain);
  const torus_links& torus = c.accelerator.torus;
  if (torus.dimensions() == 0) return time_on_links(near, far, p, op);
  const torus_group inside = lay({p.local, op.group.stride}, torus);
  return time_on_links(torus_ranks<T>{inside, link_of_torus(near, torus)}, far, p, op);
}

}  // namespace detail

/// Time of a collective where its group lies: inside a scale-up domain over that link, across
/// domains by the faster of a hierarchical and a flat algorithm. Links are per GPU and direction
/// and reach link_share of their rate.
///   all-to-all   all_to_all.hpp
///   send-recv    alpha + V / B
/// Inside a domain that is a torus the times are those of torus.hpp, its links sharing the rate.
/// A message of 0 bytes is not sent.
/// A lower bound of each: the bytes that must leave a rank over its link's rate.
template <class T, shares_policy<T> Efficiency>
[[nodiscard]] constexpr seconds<T> time_of(const basic_cluster<T, Efficiency>& c,
                                           const collective<T>& op) noexcept {
  const T time = detail::time_of_message(c, op).value();
  return seconds<T>::from_value(select(T(0.0) < op.message.value(), time, T(0.0)));
}

}  // namespace shardline
