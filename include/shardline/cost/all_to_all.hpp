/// The time of an all-to-all: of any messages, or of tokens on the way to the ranks of their
/// experts and back, by what the engine uses for them.
#pragma once

#include "shardline/cost/busiest_rank.hpp"
#include "shardline/cost/placement.hpp"
#include "shardline/cost/torus.hpp"

namespace shardline {

namespace detail {

// 1/n of the message goes to each of `ranks` ranks.
template <class T>
constexpr seconds<T> send_to_each(const basic_link<T>& l, count ranks, count n,
                                  const bytes<T>& message) noexcept {
  if (ranks == 0) return {};
  return l.latency + message / l.rate * (real<T>(ranks) / real<T>(n));
}
// The torus carries what its own ranks and the sender itself get.
template <class T>
constexpr seconds<T> send_to_each(const torus_ranks<T>& r, count ranks, count n,
                                  const bytes<T>& message) noexcept {
  return time_of(r.group, r.link, collective_kind::all_to_all,
                 message * (real<T>(ranks + 1) / real<T>(n)));
}

// What stays in the domain and what leaves it use different links at the same time.
template <class T, class Near>
constexpr seconds<T> pairwise_time(const Near& near, const basic_link<T>& far, const placement& p,
                                   count n, const bytes<T>& message) noexcept {
  return shardline::max(send_to_each(near, p.local - 1, n, message),
                        send_to_each(far, n - p.local, n, message));
}

// Domains that tokens go to: of all that have destinations.
constexpr count open_domains(const placement& p, count destinations) noexcept {
  return p.domains < destinations ? p.domains : destinations;
}

// A copy to each domain, passed on inside while the next one comes.
template <class T, class Near>
constexpr seconds<T> hierarchical_time(const Near& near, const basic_link<T>& far,
                                       const placement& p, const routed_tokens<T>& x) noexcept {
  const count domains = open_domains(p, x.destinations);
  const bytes<T> leaving = x.copied(expected_destinations(x.experts_per_token, domains));
  const bytes<T> spread = x.copied(expected_destinations(x.experts_per_token, x.destinations));
  const seconds<T> inside = send_to_each(near, p.local - 1, p.local, spread);
  return shardline::max(send_to_each(far, p.domains - 1, p.domains, leaving), inside);
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
/// (tests/cost/all_to_all.cpp).
template <class T, class Near>
[[nodiscard]] constexpr seconds<T> exchange_time(const Near& near, const basic_link<T>& far,
                                                 const placement& p,
                                                 const collective<T>& op) noexcept {
  const routed_tokens<T>& x = op.tokens;
  const count n = op.group.size;
  const seconds<T> pairwise = detail::pairwise_time(near, far, p, n, op.message);
  if (x.by == expert_exchange::pairwise) return pairwise;
  const seconds<T> each =
      detail::pairwise_time(near, far, p, n, x.copied(real<double>(x.experts_per_token)));
  if (x.by == expert_exchange::low_latency) return each;
  const seconds<T> staged = detail::hierarchical_time(near, far, p, x);
  if (x.by == expert_exchange::hierarchical) return staged;
  return shardline::min(shardline::min(pairwise, each), staged);
}

}  // namespace shardline
