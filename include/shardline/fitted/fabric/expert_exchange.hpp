// SPDX-License-Identifier: BSL-1.0
/// The time in which ranks exchange the tokens of routed experts under `fitted`, by kernels made
/// for that (DeepEP): one way, dispatch or combine, as its curve says.
#pragma once

#include "shardline/fitted/fabric/scale_up.hpp"
#include "shardline/work/routing/busiest_rank.hpp"

namespace shardline {

namespace detail {

// Tokens on their way between ranks that lie like this.
template <class T>
struct laid_exchange {
  integer experts_per_token;
  integer experts;
  integer values;
  double value_bytes;
  double copies_of_each;
  integer ranks;
  placement at;

  [[nodiscard]] constexpr T hidden() const noexcept { return real<T>(values); }
  // Copies of a token, one to each rank that it goes to, and those that leave its rank.
  [[nodiscard]] constexpr T copies() const noexcept { return T(copies_of_each); }
  [[nodiscard]] constexpr T copies_leaving_rank() const noexcept {
    return copies() * crossing<T>(ranks);
  }
};

// Copies that leave its domain, of those domains that the router lets it go to.
template <class T>
constexpr T copies_leaving_domain(const throughput_exchange_curve<T>& curve,
                                  const laid_exchange<T>& l) noexcept {
  const integer domains = l.at.domains;
  const bool limited = curve.most_domains > 0 && curve.most_domains < domains;
  const integer open = limited ? curve.most_domains : domains;
  return T(expected_destinations(l.experts_per_token, open)) * crossing<T>(domains);
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
  return curve.launch.value() + curve.expert.value() * (real<T>(l.experts) / real<T>(l.ranks)) +
         curve.value * l.hidden() + curve.doubling.value() * real<T>(log2_ceil(l.at.domains));
}

// The same of routed_tokens or an exchange_shape.
template <class T, class Efficiency, class Tokens>
constexpr laid_exchange<T> laid(const basic_cluster<T, Efficiency>& c, const rank_group& g,
                                const Tokens& x) noexcept {
  return {
      x.experts_per_token,        x.experts, x.hidden, x.value_bytes, copies_of_token(x), g.size,
      place(g, c.gpus_per_domain)};
}

// A start, and so many seconds for each token.
template <class T>
constexpr exchange_way<T> by_token(const T& start, const T& per_token,
                                   const seconds<T>& fill) noexcept {
  return {pipelined_line(start, per_token, fill), 1.0, 1.0};
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
/// multiprocessors: 531.7 us (tests/fitted/fabric/expert_exchange.cpp).
template <class T, class Efficiency, class Tokens>
[[nodiscard]] constexpr exchange_way<T> exchange_way_of(const basic_cluster<T, Efficiency>& c,
                                                        const throughput_exchange_curve<T>& curve,
                                                        const Tokens& x,
                                                        const rank_group& g) noexcept {
  const detail::laid_exchange<T> l = detail::laid(c, g, x);
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
  return detail::by_token(detail::start_time(curve, l), per_token, curve.fill);
}

/// Low-latency mode: every token to every expert it goes to, no copies merged; p ranks in a domain,
/// E experts, row = value_bytes H + header bytes:
///   start  = launch + expert E / n + value H + doubling ceil(log2 m)
///   link   = t k (p - 1) / n row / (link_share B)
///   ports  = t k (n - p) / n row / (network_share N)
///   blocks = t block H / min(E, multiprocessors): a block serves one expert
///   time   = start + w + sqrt(fill w),  w = max(link, ports, blocks)
/// Assumes and promises as above. Check: dispatch of 128 tokens of 7168 values in fp8 to 8 of 256
/// experts on 16 H100 in two domains: 98.65 us (tests/fitted/fabric/expert_exchange.cpp).
template <class T, class Efficiency, class Tokens>
[[nodiscard]] constexpr exchange_way<T> exchange_way_of(const basic_cluster<T, Efficiency>& c,
                                                        const latency_exchange_curve<T>& curve,
                                                        const Tokens& x,
                                                        const rank_group& g) noexcept {
  const detail::laid_exchange<T> l = detail::laid(c, g, x);
  const integer all = c.accelerator.multiprocessors;
  const integer units = all > 0 ? all : detail::measured_multiprocessors;
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
  return detail::by_token(detail::start_time(curve, l), per_token, curve.fill);
}

/// Seconds that the exchange of these tokens takes by one of these curves: the exchange_law of that
/// way; 0 where the group has one rank or there are no tokens.
///   4096 tokens of 7168 values in fp8 to 8 of 256 experts on 8 H100: 531.7 us
///   (tests/fitted/fabric/expert_exchange.cpp)
template <class T, class Efficiency, class Curve>
[[nodiscard]] constexpr seconds<T> exchange_time(const basic_cluster<T, Efficiency>& c,
                                                 const Curve& curve, const routed_tokens<T>& x,
                                                 const rank_group& g) noexcept {
  if (g.size <= 1) return {};
  const exchange_law<T> law{only(exchange_way_of(c, curve, x, g)), T(0.0)};
  return detail::in_seconds(law.time(x));
}

/// The ways of an all-to-all of tokens, times in seconds, by what the engine uses for them (vLLM's
/// --all2all-backend, SGLang's --moe-a2a-backend and --deepep-mode), `pairwise` being those of the
/// library's per byte: hierarchical kernels are DeepEP's in throughput mode. Also where the group
/// lies inside a torus: tokens then go by the sum of a rank's links.
///   hierarchical, the dispatch above: 531.7 us   (tests/fitted/fabric/expert_exchange.cpp)
template <class T, class Tokens>
[[nodiscard]] constexpr exchange_ways<T> exchange_ways_of(
    const fitted_cluster<T>& c, const rank_group& group, const Tokens& x,
    const message_lines<T>& pairwise) noexcept {
  const exchange_curves<T>& curves = c.accelerator.efficiency.exchange;
  const auto& throughput = x.results ? curves.throughput_combine : curves.throughput_dispatch;
  const auto& latency = x.results ? curves.latency_combine : curves.latency_dispatch;
  const bool any = x.by == expert_exchange::fastest;
  const T token(real<double>(x.hidden) * x.value_bytes);
  const double copies = copies_of_token(x);
  exchange_ways<T> ways;
  if (any || x.by == expert_exchange::pairwise) {
    for (std::size_t i = 0; i < pairwise.size(); ++i) {
      ways.push_back({in_units_of(pairwise[i], token), copies, copies});
    }
  }
  if (any || x.by == expert_exchange::hierarchical) {
    ways.push_back(exchange_way_of(c, throughput, x, group));
  }
  if (any || x.by == expert_exchange::low_latency) {
    ways.push_back(exchange_way_of(c, latency, x, group));
  }
  return ways;
}

}  // namespace shardline
