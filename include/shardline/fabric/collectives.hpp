// SPDX-License-Identifier: BSL-1.0
/// The time of one collective: the fastest algorithm that the fabric offers, each alpha-beta.
/// Inside a domain by a switch, or on a torus (torus.hpp).
#pragma once

#include "shardline/describe/cluster.hpp"
#include "shardline/fabric/all_to_all.hpp"
#include "shardline/fabric/torus.hpp"
#include "shardline/kernels/roofline.hpp"

namespace shardline {

namespace detail {

// ceil(log2 n)
constexpr integer log2_ceil(integer n) noexcept {
  integer steps = 0;
  for (integer reach = 1; reach < n; reach *= 2) ++steps;
  return steps;
}

// n - 1 of n equal parts cross the link.
template <class T>
constexpr T crossing(integer n) noexcept {
  return real<T>(n - 1) / real<T>(n);
}

// So many hops of latency, and so many messages over one link.
template <class T>
constexpr message_line<T> over(const basic_link<T>& l, integer hops, const T& messages) noexcept {
  return {l.latency.value() * real<T>(hops), messages / l.rate.value()};
}

}  // namespace detail

/// All-reduce of V bytes over n ranks of one link, in seconds, none for one rank: the fastest of
///   ring      2 (n - 1) alpha + 2 V (n - 1) / n / B
///   tree      2 ceil(log2 n) alpha + 2 V / B          (double binary tree, both directions used)
///   one-shot  alpha + V (n - 1) / B                   (every rank reads every other's buffer)
/// Source: R. Thakur, R. Rabenseifner, W. Gropp, IJHPCA 19(1), 2005, sections 4.4 and 4.5; P.
/// Sanders, J. Speck, J. L. Traeff, "Two-tree algorithms", Parallel Computing 35, 2009.
/// Check: 1 GB over 8 ranks at 450 GB/s, alpha 0: ring 2 * 7/8 / 450 = 3.889 ms
/// (tests/fabric/collectives.cpp).
template <class T>
[[nodiscard]] constexpr message_lines<T> all_reduce_lines(const basic_link<T>& l,
                                                          integer n) noexcept {
  if (n <= 1) return only(message_line<T>{});
  message_lines<T> ways;
  ways.push_back(detail::over(l, 2 * (n - 1), T(2.0) * detail::crossing<T>(n)));
  ways.push_back(detail::over(l, 2 * detail::log2_ceil(n), T(2.0)));
  ways.push_back(detail::over(l, 1, real<T>(n - 1)));
  return ways;
}

/// All-gather (or reduce-scatter, its mirror) of V gathered bytes, in seconds, none for one rank:
/// the faster of
///   ring    (n - 1) alpha + V (n - 1) / n / B
///   direct  alpha + V (n - 1) / n / B, where every rank reaches every other at once
/// which on a switched fabric is the direct one. Source: Thakur et al. 2005, section 4.1.
///   8 MB over 8 ranks at 450 GB/s and 1 us: 16.56 us   (tests/fabric/collectives.cpp)
template <class T>
[[nodiscard]] constexpr message_line<T> all_gather_line(const basic_link<T>& l,
                                                        integer n) noexcept {
  return n <= 1 ? message_line<T>{} : detail::over(l, 1, detail::crossing<T>(n));
}

/// Broadcast of V bytes from one of n ranks, in seconds, none for one rank: pipelined along two
/// trees that share them out,
///   ceil(log2 n) alpha + V / B
/// Source: Sanders, Speck, Traeff 2009.
///   9 MB over 8 ranks at 450 GB/s and 1 us: 23 us   (tests/fabric/collectives.cpp)
template <class T>
[[nodiscard]] constexpr message_line<T> broadcast_line(const basic_link<T>& l, integer n) noexcept {
  return n <= 1 ? message_line<T>{} : detail::over(l, detail::log2_ceil(n), T(1.0));
}

/// Seconds of a send of V >= 0 bytes to one other rank: alpha + V / B.
///   10 MB at 10 GB/s and 5 us: 1.005 ms   (tests/static/worked_numbers.cpp)
template <class T>
[[nodiscard]] constexpr message_line<T> send_recv_line(const basic_link<T>& l) noexcept {
  return detail::over(l, 1, T(1.0));
}

/// The times [s] of these collectives for a message of V >= 0 bytes: the least of their lines; 0
/// where there is one rank.
///   0 for one rank: all_reduce_time({10 GB/s, 5 us}, 1, 1 MB) = 0
///   (tests/static/worked_numbers.cpp)
template <class T>
[[nodiscard]] constexpr seconds<T> all_reduce_time(const basic_link<T>& l, integer n,
                                                   const bytes<T>& message) noexcept {
  return seconds<T>::from_value(fastest(all_reduce_lines(l, n), message.value()));
}
template <class T>
[[nodiscard]] constexpr seconds<T> all_gather_time(const basic_link<T>& l, integer n,
                                                   const bytes<T>& message) noexcept {
  return seconds<T>::from_value(fastest(only(all_gather_line(l, n)), message.value()));
}
template <class T>
[[nodiscard]] constexpr seconds<T> broadcast_time(const basic_link<T>& l, integer n,
                                                  const bytes<T>& message) noexcept {
  return seconds<T>::from_value(fastest(only(broadcast_line(l, n)), message.value()));
}

namespace detail {

// A torus answers as a link does.
template <class T>
constexpr message_lines<T> all_reduce_lines(const torus_ranks<T>& r, integer) noexcept {
  return only(line_of(r.group, r.link, collective_kind::all_reduce));
}
template <class T>
constexpr message_line<T> all_gather_line(const torus_ranks<T>& r, integer) noexcept {
  return line_of(r.group, r.link, collective_kind::all_gather);
}
template <class T>
constexpr message_line<T> broadcast_line(const torus_ranks<T>& r, integer) noexcept {
  return line_of(r.group, r.link, collective_kind::broadcast);
}
template <class T>
constexpr message_line<T> send_recv_line(const torus_ranks<T>& r) noexcept {
  return line_of(r.group, r.link, collective_kind::send_recv);
}

// Inside each domain, then the shards of `local` ranks by each of the ways across.
template <class T>
constexpr message_lines<T> by_shards(const message_line<T>& inside, const message_lines<T>& across,
                                     integer local) noexcept {
  message_lines<T> ways;
  for (std::size_t i = 0; i < across.size(); ++i) {
    ways.push_back(inside + in_units_of(across[i], T(1.0) / real<T>(local)));
  }
  return ways;
}
template <class T>
constexpr message_lines<T> with(message_lines<T> ways, const message_lines<T>& others) noexcept {
  for (std::size_t i = 0; i < others.size(); ++i) ways.push_back(others[i]);
  return ways;
}

// Reduce-scatter inside each domain, all-reduce of the shards across, all-gather inside; or one
// flat all-reduce at the slower link. Each member has its own network port, so shards cross in
// parallel.
template <class T, class Near>
constexpr message_lines<T> all_reduce_across(const Near& near, const basic_link<T>& far,
                                             const placement& p, integer n) noexcept {
  const message_line<T> gathered = all_gather_line(near, p.local);
  return with(by_shards(gathered + gathered, all_reduce_lines(far, p.domains), p.local),
              all_reduce_lines(far, n));
}

// The shards of each domain cross the network, then spread inside; the two overlap in neither.
template <class T, class Near>
constexpr message_lines<T> all_gather_across(const Near& near, const basic_link<T>& far,
                                             const placement& p, integer n) noexcept {
  return with(
      by_shards(all_gather_line(near, p.local), only(all_gather_line(far, p.domains)), p.local),
      only(all_gather_line(far, n)));
}

// Scattered inside the first domain, its shards broadcast in parallel, gathered inside each.
template <class T, class Near>
constexpr message_lines<T> broadcast_across(const Near& near, const basic_link<T>& far,
                                            const placement& p, integer n) noexcept {
  const message_line<T> gathered = all_gather_line(near, p.local);
  return with(by_shards(gathered + gathered, only(broadcast_line(far, p.domains)), p.local),
              only(broadcast_line(far, n)));
}

// A collective by the links of its domain and those between domains; an all-to-all as of messages.
template <class T, class Near>
constexpr message_lines<T> lines_on_links(const Near& near, const basic_link<T>& far,
                                          const placement& p, collective_kind kind,
                                          integer n) noexcept {
  const bool together = p.domains == 1;
  switch (kind) {
    case collective_kind::all_reduce:
      return together ? all_reduce_lines(near, n) : all_reduce_across(near, far, p, n);
    case collective_kind::all_gather:
    case collective_kind::reduce_scatter:
      return together ? only(all_gather_line(near, n)) : all_gather_across(near, far, p, n);
    case collective_kind::all_to_all:
      return only(pairwise_line(near, far, p, n));
    case collective_kind::send_recv:
      return only(together ? send_recv_line(near) : send_recv_line(far));
    case collective_kind::broadcast:
      return together ? only(broadcast_line(near, n)) : broadcast_across(near, far, p, n);
  }
  return {};
}

// visit(near, far, placement): what a group has inside its domains and between them.
template <class T, class Visit>
[[gnu::cold, gnu::noinline]] constexpr auto on_torus(const basic_link<T>& near,
                                                     const basic_link<T>& far,
                                                     const torus_links& torus,
                                                     const rank_group& group, const placement& p,
                                                     const Visit& visit) noexcept {
  const torus_group inside = lay({p.local, group.stride}, torus);
  return visit(torus_ranks<T>{inside, link_of_torus(near, torus)}, far, p);
}
template <class T, class Visit>
constexpr auto on_fabric(const basic_link<T>& near, const basic_link<T>& far,
                         const torus_links& torus, const rank_group& group, integer gpus_per_domain,
                         const Visit& visit) noexcept {
  const placement p = place(group, gpus_per_domain);
  if (torus.dimensions() == 0) return visit(near, far, p);
  return on_torus(near, far, torus, group, p, visit);
}

template <class T>
constexpr basic_link<T> at_share(const basic_link<T>& l, const T& share) noexcept {
  return {l.rate * share, l.latency};
}

}  // namespace detail

/// Time [s] of a collective where its group lies: inside a scale-up domain over that link, across
/// domains by the faster of a hierarchical and a flat algorithm. Links are per GPU and direction
/// and reach link_share of their rate.
///   all-to-all   all_to_all.hpp
///   send-recv    alpha + V / B
/// Inside a domain that is a torus the times are those of torus.hpp, its links sharing the rate. A
/// message of 0 bytes is not sent. A lower bound of each: the bytes that must leave a rank over its
/// link's rate. Sources as above.
///   all-reduce of 8 MB over 8 ranks at 450 GB/s and 1 us: 41.56 us
///   (tests/fabric/collectives.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr message_lines<T> lines_of(const basic_cluster<T, Efficiency>& c,
                                                  collective_kind kind, const rank_group& group,
                                                  const T& share) noexcept {
  return detail::on_fabric(
      detail::at_share(c.scale_up, share), detail::at_share(c.network, share), c.accelerator.torus,
      group, c.gpus_per_domain,
      [&](const auto& near_link, const basic_link<T>& far_link, const placement& spread) {
        return detail::lines_on_links(near_link, far_link, spread, kind, group.size);
      });
}
template <class T, class Efficiency, class Tokens>
[[nodiscard]] constexpr exchange_ways<T> ways_of(const basic_cluster<T, Efficiency>& c,
                                                 const rank_group& group, const Tokens& x,
                                                 const T& share) noexcept {
  return detail::on_fabric(
      detail::at_share(c.scale_up, share), detail::at_share(c.network, share), c.accelerator.torus,
      group, c.gpus_per_domain,
      [&](const auto& near_link, const basic_link<T>& far_link, const placement& spread) {
        return exchange_ways_of(near_link, far_link, spread, group.size, x);
      });
}
template <class T, shares_policy<T> Efficiency>
[[nodiscard]] constexpr seconds<T> time_of(const basic_cluster<T, Efficiency>& c,
                                           const collective<T>& op) noexcept {
  const T share = link_share(c.accelerator.efficiency, op);
  const bool routed = op.kind == collective_kind::all_to_all && op.tokens.hidden > 0;
  const T time = routed ? fastest(ways_of(c, op.group, op.tokens, share), op.tokens)
                        : fastest(lines_of(c, op.kind, op.group, share), op.message.value());
  return seconds<T>::from_value(select(T(0.0) < op.message.value(), time, T(0.0)));
}

}  // namespace shardline
