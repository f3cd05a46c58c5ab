/// The time in which ranks exchange the tokens of routed experts, by kernels of their own (DeepEP):
/// one way, dispatch or combine, as the curve says. No operator is priced by these yet.
#pragma once

#include "shardline/cost/feed_forward_operators.hpp"
#include "shardline/fitted/scale_up.hpp"

namespace shardline {

/// Who exchanges what. A token of `hidden` values goes to experts_per_token of `experts`, which lie
/// on `ranks` ranks in whole domains of ranks_per_domain.
///   multiprocessors   that the throughput kernel is given (DeepEP: 20 unless told otherwise)
struct expert_exchange {
  count hidden = 0;
  count experts_per_token = 1;
  count experts = 1;
  count ranks = 1;
  count ranks_per_domain = 1;
  count multiprocessors = 20;
};

namespace detail {

constexpr count domains_of(const expert_exchange& x) noexcept {
  return ceil_div(x.ranks, x.ranks_per_domain);
}

// Copies of a token that leave its rank: one for each other rank that it goes to.
template <class T>
constexpr T copies_leaving_rank(const expert_exchange& x) noexcept {
  return T(expected_destinations(x.experts_per_token, x.ranks)) * crossing<T>(x.ranks);
}

// Copies that leave its domain, of those domains that the router lets it go to.
template <class T>
constexpr T copies_leaving_domain(const throughput_exchange_curve<T>& curve,
                                  const expert_exchange& x) noexcept {
  const count domains = domains_of(x);
  const bool limited = curve.most_domains > 0 && curve.most_domains < domains;
  const count open = limited ? curve.most_domains : domains;
  return T(expected_destinations(x.experts_per_token, open)) * crossing<T>(domains);
}

// Seconds that the multiprocessors of the kernel take for a token.
template <class T>
constexpr T token_time(const throughput_exchange_curve<T>& curve,
                       const expert_exchange& x) noexcept {
  const T copies = T(expected_destinations(x.experts_per_token, x.ranks));
  const T hidden = real<T>(x.hidden);
  const T token = curve.token.value() + curve.token_value * hidden;
  const T copy = curve.copy.value() + curve.copy_value * hidden;
  const T forwarding = domains_of(x) > 1 ? curve.forwarding : T(1.0);
  return forwarding * (token + copies * copy) / real<T>(x.multiprocessors);
}

template <class T>
constexpr T start_time(const throughput_exchange_curve<T>& curve,
                       const expert_exchange& x) noexcept {
  const double copies = expected_destinations(x.experts_per_token, x.ranks);
  const T here =
      curve.launch.value() + curve.copies_value * real<T>(x.hidden) * T(square_root(copies));
  const count domains = domains_of(x);
  return domains > 1 ? here + curve.domain.value() * real<T>(domains) : here;
}

template <class T>
constexpr T start_time(const latency_exchange_curve<T>& curve, const expert_exchange& x) noexcept {
  return curve.launch.value() + curve.expert.value() * (real<T>(x.experts) / real<T>(x.ranks)) +
         curve.value * real<T>(x.hidden) +
         curve.doubling.value() * real<T>(log2_ceil(domains_of(x)));
}

template <class T>
constexpr seconds<T> if_any(const T& tokens, const T& time) noexcept {
  return in_seconds(select(T(0.0) < tokens, time, T(0.0)));
}

}  // namespace detail

/// Throughput mode, `tokens` per rank; d(k, g) = g (1 - (1 - 1/g)^k) ranks or domains that a token
/// goes to, n ranks in m domains, k experts per token, H values, row = value_bytes H bytes:
///   start = launch + copies_value H sqrt(d(k, n)) + (m > 1) domain m
///   units = tokens (token + token_value H + d(k, n) (copy + copy_value H)) / multiprocessors,
///           times forwarding where m > 1
///   link  = tokens d(k, n) (1 - 1/n) row / (link_share B)
///   ports = tokens d(k, min(m, most_domains)) (1 - 1/m) row / (network_share N)
///   time  = start + w + sqrt(fill w),  w = max(units, link, ports)
/// What tells the ranks how much they will receive is not in it: 30 to 100 us between domains.
/// Assumes experts drawn uniformly, all ranks with as many tokens. No tokens take no time; more
/// tokens, values or experts per token never take less, nor does a slower link or network.
/// Check: dispatch of 4096 tokens of 7168 values to 8 of 256 experts on 8 H100 by 20
/// multiprocessors: 531.7 us (tests/fitted/expert_exchange.cpp).
template <class T, class Efficiency>
[[nodiscard]] constexpr seconds<T> exchange_time(const basic_cluster<T, Efficiency>& c,
                                                 const throughput_exchange_curve<T>& curve,
                                                 const expert_exchange& x,
                                                 const T& tokens) noexcept {
  if (x.ranks <= 1) return {};
  const T row = curve.value_bytes * real<T>(x.hidden);
  const T link =
      detail::copies_leaving_rank<T>(x) * row / (c.scale_up.rate.value() * curve.link_share);
  T per_token = max(detail::token_time(curve, x), link);
  if (detail::domains_of(x) > 1) {
    const T leaving = detail::copies_leaving_domain(curve, x) * row;
    per_token = max(per_token, leaving / (c.network.rate.value() * curve.network_share));
  }
  const T work = tokens * per_token;
  return detail::if_any(tokens, detail::start_time(curve, x) + detail::pipelined(work, curve.fill));
}

/// Low-latency mode: every token to every expert it goes to, no copies merged; d ranks in a domain,
/// E experts, row = value_bytes H + header bytes:
///   start  = launch + expert E / n + value H + doubling ceil(log2 m)
///   link   = tokens k (d - 1) / n row / (link_share B)
///   ports  = tokens k (n - d) / n row / (network_share N)
///   blocks = tokens block H / min(E, multiprocessors): a block serves one expert
///   time   = start + w + sqrt(fill w),  w = max(link, ports, blocks)
/// Assumes and promises as above. Check: dispatch of 128 tokens of 7168 values to 8 of 256 experts
/// on 16 H100 in two domains: 98.65 us (tests/fitted/expert_exchange.cpp).
template <class T, class Efficiency>
[[nodiscard]] constexpr seconds<T> exchange_time(const basic_cluster<T, Efficiency>& c,
                                                 const latency_exchange_curve<T>& curve,
                                                 const expert_exchange& x,
                                                 const T& tokens) noexcept {
  if (x.ranks <= 1) return {};
  const count all = c.accelerator.multiprocessors;
  const count units = all > 0 ? all : detail::measured_multiprocessors;
  const count near = x.ranks < x.ranks_per_domain ? x.ranks : x.ranks_per_domain;
  const T hidden = real<T>(x.hidden);
  const T row = curve.value_bytes * hidden + curve.header.value();
  const T part = real<T>(x.experts_per_token) * row / real<T>(x.ranks);
  T per_token = curve.block * hidden / real<T>(x.experts < units ? x.experts : units);
  if (near > 1) {
    const T rate = c.scale_up.rate.value() * curve.link_share;
    per_token = max(per_token, real<T>(near - 1) * part / rate);
  }
  if (x.ranks > near) {
    const T rate = c.network.rate.value() * curve.network_share;
    per_token = max(per_token, real<T>(x.ranks - near) * part / rate);
  }
  const T work = tokens * per_token;
  return detail::if_any(tokens, detail::start_time(curve, x) + detail::pipelined(work, curve.fill));
}

}  // namespace shardline
