/// The time in which ranks exchange the tokens of routed experts under `fitted`, by kernels made
/// for that (DeepEP): one way, dispatch or combine, as its curve says.
#pragma once

#include "shardline/cost/busiest_rank.hpp"
#include "shardline/fitted/scale_up.hpp"

namespace shardline {

namespace detail {

// Tokens on their way between ranks that lie like this.
template <class T>
struct laid_exchange {
  const routed_tokens<T>& x;
  count ranks;
  placement at;

  [[nodiscard]] constexpr T hidden() const noexcept { return real<T>(x.hidden); }
  // Copies of a token, one to each rank that it goes to, and those that leave its rank.
  [[nodiscard]] constexpr T copies() const noexcept {
    return T(expected_destinations(x.experts_per_token, x.destinations));
  }
  [[nodiscard]] constexpr T copies_leaving_rank() const noexcept {
    return copies() * crossing<T>(ranks);
  }
};

// Copies that leave its domain, of those domains that the router lets it go to.
template <class T>
constexpr T copies_leaving_domain(const throughput_exchange_curve<T>& curve,
                                  const laid_exchange<T>& l) noexcept {
  const count domains = l.at.domains;
  const bool limited = curve.most_domains > 0 && curve.most_domains < domains;
  const count open = limited ? curve.most_domains : domains;
  return T(expected_destinations(l.x.experts_per_token, open)) * crossing<T>(domains);
}

// Seconds that the multiprocessors of the kernel take for a token.
template <class T>
constexpr T token_time(const throughput_exchange_curve<T>& curve,
                       const laid_exchange<T>& l) noexcept {
  const T token = curve.token.value() + curve.token_value * l.hidden();
  const T copy = curve.copy.value() + curve.copy_value * l.hidden();
  const T forwarding = l.at.domains > 1 ? curve.forwarding : T(1.0);
  return forwarding * (token + l.copies() * copy) / curve.multiprocessors;
}

template <class T>
constexpr T start_time(const throughput_exchange_curve<T>& curve,
                       const laid_exchange<T>& l) noexcept {
  const T here = curve.launch.value() + curve.copies_value * l.hidden() * square_root(l.copies());
  return l.at.domains > 1 ? here + curve.domain.value() * real<T>(l.at.domains) : here;
}

template <class T>
constexpr T start_time(const latency_exchange_curve<T>& curve, const laid_exchange<T>& l) noexcept {
  return curve.launch.value() + curve.expert.value() * (real<T>(l.x.experts) / real<T>(l.ranks)) +
         curve.value * l.hidden() + curve.doubling.value() * real<T>(log2_ceil(l.at.domains));
}

template <class T>
constexpr seconds<T> if_any(const T& tokens, const T& time) noexcept {
  return in_seconds(select(T(0.0) < tokens, time, T(0.0)));
}

}  // namespace detail

/// Throughput mode, t tokens of the busiest of n ranks in m domains; d(k, g) = g (1 - (1 - 1/g)^k)
/// destinations of a token's k experts, g of them in all, H values, row = value_bytes H bytes:
///   start = launch + copies_value H sqrt(d(k, g)) + (m > 1) domain m
///   units = t (token + token_value H + d(k, g) (copy + copy_value H)) / multiprocessors,
///           times forwarding where m > 1
///   link  = t d(k, g) (1 - 1/n) row / (link_share B)
///   ports = t d(k, min(m, most_domains)) (1 - 1/m) row / (network_share N)
///   time  = start + w + sqrt(fill w),  w = max(units, link, ports)
/// What tells the ranks how much they will receive is not in it: 30 to 100 us between domains.
/// Assumes experts drawn uniformly. No tokens take no time; more tokens, values or experts per
/// token never take less, nor does a slower link or network.
/// Check: dispatch of 4096 tokens of 7168 values in fp8 to 8 of 256 experts on 8 H100 by 20
/// multiprocessors: 531.7 us (tests/fitted/expert_exchange.cpp).
template <class T, class Efficiency>
[[nodiscard]] constexpr seconds<T> exchange_time(const basic_cluster<T, Efficiency>& c,
                                                 const throughput_exchange_curve<T>& curve,
                                                 const routed_tokens<T>& x,
                                                 const rank_group& g) noexcept {
  if (g.size <= 1) return {};
  const detail::laid_exchange<T> l{x, g.size, place(g, c.gpus_per_domain)};
  const T row = T(x.value_bytes) * l.hidden();
  T per_token = detail::token_time(curve, l);
  if (l.at.local > 1) {
    const T rate = c.scale_up.rate.value() * curve.link_share;
    per_token = max(per_token, l.copies_leaving_rank() * row / rate);
  }
  if (l.at.domains > 1) {
    const T rate = c.network.rate.value() * curve.network_share;
    per_token = max(per_token, detail::copies_leaving_domain(curve, l) * row / rate);
  }
  const T tokens = x.busiest(1.0);
  const T work = tokens * per_token;
  return detail::if_any(tokens, detail::start_time(curve, l) + detail::pipelined(work, curve.fill));
}

/// Low-latency mode: every token to every expert it goes to, no copies merged; p ranks in a domain,
/// E experts, row = value_bytes H + header bytes:
///   start  = launch + expert E / n + value H + doubling ceil(log2 m)
///   link   = t k (p - 1) / n row / (link_share B)
///   ports  = t k (n - p) / n row / (network_share N)
///   blocks = t block H / min(E, multiprocessors): a block serves one expert
///   time   = start + w + sqrt(fill w),  w = max(link, ports, blocks)
/// Assumes and promises as above. Check: dispatch of 128 tokens of 7168 values in fp8 to 8 of 256
/// experts on 16 H100 in two domains: 98.65 us (tests/fitted/expert_exchange.cpp).
template <class T, class Efficiency>
[[nodiscard]] constexpr seconds<T> exchange_time(const basic_cluster<T, Efficiency>& c,
                                                 const latency_exchange_curve<T>& curve,
                                                 const routed_tokens<T>& x,
                                                 const rank_group& g) noexcept {
  if (g.size <= 1) return {};
  const detail::laid_exchange<T> l{x, g.size, place(g, c.gpus_per_domain)};
  const count all = c.accelerator.multiprocessors;
  const count units = all > 0 ? all : detail::measured_multiprocessors;
  const T row = T(x.value_bytes) * l.hidden() + curve.header.value();
  const T part = real<T>(x.experts_per_token) * row / real<T>(l.ranks);
  T per_token = curve.block * l.hidden() / real<T>(x.experts < units ? x.experts : units);
  if (l.at.local > 1) {
    const T rate = c.scale_up.rate.value() * curve.link_share;
    per_token = max(per_token, real<T>(l.at.local - 1) * part / rate);
  }
  if (l.ranks > l.at.local) {
    const T rate = c.network.rate.value() * curve.network_share;
    per_token = max(per_token, real<T>(l.ranks - l.at.local) * part / rate);
  }
  const T tokens = x.busiest(1.0);
  const T work = tokens * per_token;
  return detail::if_any(tokens, detail::start_time(curve, l) + detail::pipelined(work, curve.fill));
}

/// The time of an all-to-all of tokens by what the engine uses for them, `pairwise` being that of
/// the library's: hierarchical kernels are DeepEP's in throughput mode. Inside a torus too: tokens
/// then go by the sum of a rank's links.
template <class T>
[[nodiscard]] constexpr seconds<T> exchange_time(const fitted_cluster<T>& c,
                                                 const collective<T>& op,
                                                 const seconds<T>& pairwise) noexcept {
  const routed_tokens<T>& x = op.tokens;
  if (x.by == expert_exchange::pairwise) return pairwise;
  const exchange_curves<T>& curves = c.accelerator.efficiency.exchange;
  const auto& throughput = x.results ? curves.throughput_combine : curves.throughput_dispatch;
  const auto& latency = x.results ? curves.latency_combine : curves.latency_dispatch;
  const seconds<T> staged = exchange_time(c, throughput, x, op.group);
  if (x.by == expert_exchange::hierarchical) return staged;
  const seconds<T> each = exchange_time(c, latency, x, op.group);
  if (x.by == expert_exchange::low_latency) return each;
  return shardline::min(shardline::min(pairwise, each), staged);
}

}  // namespace shardline
