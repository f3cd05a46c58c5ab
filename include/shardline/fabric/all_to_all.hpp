// SPDX-License-Identifier: BSL-1.0
/// The time of an all-to-all: of any messages, or of tokens on the way to the ranks of their
/// experts and back, by what the engine uses for them.
#pragma once

#include "shardline/fabric/message_lines.hpp"
#include "shardline/fabric/placement.hpp"
#include "shardline/fabric/torus.hpp"
#include "shardline/work/routing/busiest_rank.hpp"

namespace shardline {

/// Copies of a token that are sent [1], one to each rank that its experts lie on, at least 1:
/// expected_destinations(experts_per_token, destinations).
///   8 experts on 64 ranks: 7.576   (tests/fabric/all_to_all.cpp)
template <class T>
[[nodiscard]] constexpr double copies_of_token(const routed_tokens<T>& x) noexcept {
  return expected_destinations(x.experts_per_token, x.destinations);
}

/// One way to carry routed tokens, per copy of a token: so many copies of each pass by its line,
/// and others by what is its floor.
///   copies, floor_copies   of a token, from 0
template <class T>
struct exchange_way {
  message_line<T> line{};
  double copies = 1.0;
  double floor_copies = 1.0;

  [[nodiscard]] constexpr T time(const routed_tokens<T>& x) const noexcept {
    const T copied = x.busiest(copies);
    const T root = value_of(line.root) > 0.0 ? square_root(copied) : T(0.0);
    const T beside = line.floor_start + line.floor_each * x.busiest(floor_copies);
    return max(line.start + line.each * copied + line.root * root, beside);
  }
};
template <class T>
using exchange_ways = growing<exchange_way<T>, max_message_lines>;

/// Seconds that these tokens take by the fastest of the ways, at least one: the least of their
/// time().
///   of pairwise 96.9 us, low-latency 100 us, hierarchical 75 us: 75 us
///   (tests/fabric/all_to_all.cpp)
template <class T>
[[nodiscard]] constexpr T fastest(const exchange_ways<T>& ways,
                                  const routed_tokens<T>& x) noexcept {
  T least = ways[0].time(x);
  for (std::size_t i = 1; i < ways.size(); ++i) least = min(least, ways[i].time(x));
  return least;
}

namespace detail {

// 1/n of the message goes to each of `ranks` ranks.
template <class T>
constexpr message_line<T> to_each(const basic_link<T>& l, integer ranks, integer n) noexcept {
  if (ranks == 0) return {};
  return {l.latency.value(), real<T>(ranks) / real<T>(n) / l.rate.value()};
}
// The torus carries what its own ranks and the sender itself get.
template <class T>
constexpr message_line<T> to_each(const torus_ranks<T>& r, integer ranks, integer n) noexcept {
  return in_units_of(line_of(r.group, r.link, collective_kind::all_to_all),
                     real<T>(ranks + 1) / real<T>(n));
}

// Two lines at the same time, by different links.
template <class T>
constexpr message_line<T> beside(const message_line<T>& a, const message_line<T>& b) noexcept {
  return {a.start, a.each, a.root, b.start, b.each};
}

// What stays in the domain and what leaves it use different links at the same time.
template <class T, class Near>
constexpr message_line<T> pairwise_line(const Near& near, const basic_link<T>& far,
                                        const placement& p, integer n) noexcept {
  return beside(to_each(near, p.local - 1, n), to_each(far, n - p.local, n));
}

// Domains that tokens go to: of all that have destinations.
constexpr integer open_domains(const placement& p, integer destinations) noexcept {
  return p.domains < destinations ? p.domains : destinations;
}

// A copy to each domain, passed on inside while the next one comes.
template <class T, class Near>
constexpr exchange_way<T> hierarchical_way(const Near& near, const basic_link<T>& far,
                                           const placement& p, integer experts_per_token,
                                           integer destinations, double copies,
                                           const T& token) noexcept {
  const message_line<T> both =
      beside(to_each(near, p.local - 1, p.local), to_each(far, p.domains - 1, p.domains));
  return {in_units_of(both, token), copies,
          expected_destinations(experts_per_token, open_domains(p, destinations))};
}

}  // namespace detail

/// Time of an all-to-all over n ranks, p of them in each of m domains: links of B bytes/s inside
/// and N between, alpha each their latency. t tokens of H values of b bytes leave the busiest rank
/// or come to it, as routed_tokens::busiest() counts them, each for k experts on g ranks, on
/// d(g) = g (1 - (1 - 1/g)^k) of them.
///   pairwise       max(alpha + V (p - 1) / n / B, alpha + V (n - p) / n / N),  V = t d(g) H b
///   low-latency    the same with V = t k H b
///   hierarchical   max(alpha + V (p - 1) / p / B, alpha + t d(m) H b (m - 1) / m / N)
///   fastest        the fastest of the three
/// An all-to-all of other messages is pairwise. Inside a torus the first parts are torus.hpp's.
/// What tells ranks how much they will receive, which low-latency kernels spare, is not in it: by
/// bytes and latencies alone these never win. Assumes that a hierarchical exchange passes tokens on
/// while others arrive, experts drawn uniformly.
/// Source of the kinds: DeepSeek-V3, arXiv 2412.19437, section 3.2.2, and DeepEP.
/// Check: 1000 tokens of 1000 values of 1 byte to 2 experts on 16 ranks in 2 domains, 100 and 10
/// GB/s, no latency: pairwise 96.9 us, low-latency 100 us, hierarchical 75 us
/// (tests/fabric/all_to_all.cpp).
/// `x` says what carries how many experts' tokens of which size: routed_tokens or exchange_shape.
template <class T, class Near, class Tokens>
[[nodiscard]] constexpr exchange_ways<T> exchange_ways_of(const Near& near,
                                                          const basic_link<T>& far,
                                                          const placement& p, integer n,
                                                          const Tokens& x) noexcept {
  const integer k = x.experts_per_token;
  const bool any = x.by == expert_exchange::fastest;
  const double copies = copies_of_token(x);
  const T token(real<double>(x.hidden) * x.value_bytes);
  const message_line<T> pairs = in_units_of(detail::pairwise_line(near, far, p, n), token);
  exchange_ways<T> ways;
  if (any || x.by == expert_exchange::pairwise) {
    ways.push_back({pairs, copies, copies});
  }
  if (any || x.by == expert_exchange::low_latency) {
    ways.push_back({pairs, real<double>(k), real<double>(k)});
  }
  if (any || x.by == expert_exchange::hierarchical) {
    ways.push_back(detail::hierarchical_way(near, far, p, k, x.destinations, copies, token));
  }
  return ways;
}

}  // namespace shardline
