// SPDX-License-Identifier: BSL-1.0
/// The busiest rank of an expert group where the experts' loads follow a power law.
#pragma once

#include "shardline/work/routing/busiest_rank.hpp"

namespace shardline {

namespace detail {

// Whether |u| is so small that a difference divided by it is better taken from its series.
template <class T>
constexpr auto nearly_zero(const T& u) noexcept {
  return u * u < T(1e-6);
}

// (e^u - 1) / u, 1 where u is 0.
template <class T>
constexpr T mean_exponential(const T& u) noexcept {
  const auto flat = nearly_zero(u);
  const T series = T(1.0) + u * (T(0.5) + u * (T(1.0) + u * T(0.25)) / T(6.0));
  return select(flat, series, (exponential(u) - T(1.0)) / select(flat, T(1.0), u));
}

// Integral of x^(q - 1) from low to high; ln(high / low) where q is 0.
template <class T>
constexpr T power_integral(const T& q, const T& low, const T& high) noexcept {
  const T width = natural_log(high / low);
  return exponential(q * natural_log(low)) * width * mean_exponential(q * width);
}
// The same from 1, to the same bits: 1 to any power is 1.
template <class T>
constexpr T power_integral_from_one(const T& q, const T& high) noexcept {
  const T width = natural_log(high);
  return width * mean_exponential(q * width);
}

// Loads of experts that are distributed as x^-exponent from 1 to `largest`; what all of them come
// to, and on average, is worked out once.
template <class T>
struct power_law {
  T exponent;
  T largest;
  T all = power_integral_from_one(T(1.0) - exponent, largest);
  T average = power_integral_from_one(T(2.0) - exponent, largest) / all;

  // Integral of x^moment over the part of the loads from low to high, of all of them 1.
  [[nodiscard]] constexpr T part(double moment, const T& low, const T& high) const noexcept {
    return power_integral(T(moment + 1.0) - exponent, low, high) / all;
  }
  // The same of the least loads up to `high`.
  [[nodiscard]] constexpr T least_part(double moment, const T& high) const noexcept {
    return power_integral_from_one(T(moment + 1.0) - exponent, high) / all;
  }
  [[nodiscard]] constexpr const T& mean() const noexcept { return average; }
  // Variance of a load over the square of its mean.
  [[nodiscard]] constexpr T relative_variance() const noexcept {
    return least_part(2.0, largest) / (mean() * mean()) - T(1.0);
  }
  // Experts hit, of one whose expected rows are `rows` times its load over the mean: all of those
  // that expect a row, and as many of the others as they expect rows.
  [[nodiscard]] constexpr T hit(const T& rows) const noexcept {
    const T one_row = min(max(mean() / rows, T(1.0)), largest);
    return part(0.0, one_row, largest) + rows * least_part(1.0, one_row) / mean();
  }
  // How many copies loads above `most` need beside the first: load / most - 1/2 on average, since
  // the last of them is half full.
  [[nodiscard]] constexpr T further_copies(const T& most) const noexcept {
    return part(1.0, most, largest) / most - T(0.5) * part(0.0, most, largest);
  }
  // By how much fewer they are for a greater `most`.
  [[nodiscard]] constexpr T fewer_copies(const T& most) const noexcept {
    const T density = exponential(-exponent * natural_log(most)) / all;
    return part(1.0, most, largest) / (most * most) + T(0.5) * density;
  }
  // The heaviest copy over the mean load, where so many copies for each expert go to the busiest:
  // Newton's method from the mean copy, which is too light, on a convex function.
  [[nodiscard]] constexpr T heaviest_copy(double redundant) const noexcept {
    T most = max(mean() / T(1.0 + redundant), T(1.0));
    for (int i = 0; i < 8; ++i) {
      const T missing = further_copies(most) - T(redundant);
      most = min(max(most + missing / fewer_copies(most), T(1.0)), largest);
    }
    return most / mean();
  }
};

// What an engine that balances ranks leaves: a rank that has the heaviest copy has at least that.
template <class T>
constexpr T balanced_excess(const power_law<T>& law, const basic_expert_group<T>& g) noexcept {
  const double all = real<double>(g.experts);
  const double of_rank = all * g.local() / real<double>(g.placed());  // in loads of an expert
  const T heaviest = law.heaviest_copy(real<double>(g.redundant) / all);
  return max(heaviest / T(of_rank) - T(1.0), T(0.0));
}

}  // namespace detail

/// How much busier the busiest expert of a deployment is than the least busy one, at most: batches
/// of many requests are no more uneven for being large, as routers are kept even on many in training.
inline constexpr double widest_loads = 60.0;

/// The busiest rank where experts' loads follow a power law: density ~ x^-exponent on [1, R],
/// R = max(60, tokens_share tokens), scaled to all routed rows, no expert beyond `tokens`. Tables of
/// kernels are measured with a tokens_share of 0.8, steps of a deployment have 0.
///   m = rows per expert on average, n = experts of a rank, v = relative variance of a load
///   deviation = 0.97 sqrt((v / n + 0.33 / (m n)) (1 - 1 / ep))      between ranks
///   excess    = deviation z + deviation^2 (z^2 - 1) / 3, z: of the largest of ep normal draws,
///               softly below min(ep, experts / k, 1 + 0.96 ep / k) - 1
///   imbalance = 1 + excess;   distinct = n E[min(1, rows of an expert)]
/// Where r redundant experts are held, and ranks balanced, v is gone and the heaviest copy stays:
///   heaviest  solves sum over loads x above it of (x / heaviest - 1/2) = r
///   excess    = sqrt((heaviest / mean of a rank - 1)^2 + (that of v = 0)^2), at most as without
/// Assumes 0 <= exponent <= 3, and loads that the balancer has foreseen. The constants are fitted
/// to a simulation of 1910 cases without copies (8 to 512 experts, ep 1 to 64, 1 to 8192 tokens,
/// exponents 0.6 to 1.9): rows within 11 % on average (19 % at 1 to 3 tokens, 6 % from 64 on),
/// experts within 7 %; worse where tokens k < experts, since the simulation draws from another law
/// there. With copies, one or two to a rank, rows are within 10 % on average of a balancer's. Not
/// monotone in ep.
/// Source of the law: how NVIDIA's aiconfigurator draws loads for its measurements
/// (collector/helper.py, commit 006afd78).
/// Check: 256 experts, 8 a token, ep 8, 1024 tokens, exponent 1.2: imbalance 1.488, 31.4 experts;
/// with 32 redundant ones 1.023; ep 64, 131072 tokens, exponent 1.4: 8.67, of a deployment 3.12
/// (tests/work/routing/routing.cpp).
template <class T>
[[nodiscard, gnu::cold, gnu::noinline]] constexpr basic_expert_load<T> power_law_load(
    const basic_expert_group<T>& some, const T& exponent, double tokens_share = 0.8) noexcept {
  basic_expert_group<T> g = some;
  g.tokens = max(g.tokens, T(1.0));  // a step without tokens has no rows to spread
  const detail::power_law<T> law{exponent, max(T(widest_loads), T(tokens_share) * g.tokens)};
  const double ep = real<double>(g.ep);
  const double k = real<double>(g.experts_per_token);
  const T sampled = T(0.33) / g.mean_rows();
  const T apart(1.0 - 1.0 / ep);
  const double most = min(min(ep, real<double>(g.placed()) / k), 1.0 + 0.96 * ep / k) - 1.0;
  const T between = (law.relative_variance() / T(g.local()) + sampled) * apart;
  T excess = detail::busiest_excess(T(0.97) * square_root(between), g.ep, most);
  if (g.redundant > 0) {
    const T by_chance = detail::busiest_excess(T(0.97) * square_root(sampled * apart), g.ep, most);
    excess = min(excess, detail::both_excesses(detail::balanced_excess(law, g), by_chance));
  }
  const T imbalance = detail::bounded_imbalance(g, excess);
  const T rows = imbalance * g.mean_rows();
  const T distinct = T(g.local()) * law.hit(rows / T(g.local()));
  return {imbalance, max(min(distinct, rows), T(1.0))};
}

}  // namespace shardline
