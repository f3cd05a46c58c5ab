/// How unevenly tokens fall on the ranks of an expert group: what the busiest rank gets, from the
/// law or the observation of how often each expert is chosen.
#pragma once

#include <cstddef>
#include <span>

#include "shardline/base/integer.hpp"
#include "shardline/base/scalar.hpp"

namespace shardline {

/// `experts` in consecutive parts on `ep` ranks, of which each of `tokens` tokens takes
/// `experts_per_token`.
struct expert_group {
  count experts = 1;
  count experts_per_token = 1;
  count ep = 1;
  double tokens = 1.0;

  [[nodiscard]] constexpr double routed_rows() const noexcept {
    return tokens * real<double>(experts_per_token);
  }
  /// Experts of the fullest rank, its rows where all experts get the same, and the most it can get.
  [[nodiscard]] constexpr double local() const noexcept {
    return real<double>(share(experts, ep, 0));
  }
  [[nodiscard]] constexpr double mean_rows() const noexcept {
    return routed_rows() * local() / real<double>(experts);
  }
  [[nodiscard]] constexpr double most_rows() const noexcept {
    return tokens * min(real<double>(experts_per_token), local());
  }
};

/// What the busiest rank of an expert group gets, on average over steps.
///   imbalance   its rows over those of an even share, as basic_workload::expert_imbalance
///   distinct    its experts that at least one token takes
struct expert_load {
  double imbalance = 1.0;
  double distinct = 1.0;
};

namespace detail {

// What the largest of `n` draws from a normal distribution exceeds its mean by, in standard
// deviations: a rational fit in log2 n, to 0.05 % from 2 to 1024.
constexpr double expected_maximum(count n) noexcept {
  const double l = natural_log(real<double>(n)) / (ln2_high + ln2_low);
  return l * (0.62836 + 0.0151553 * l) / (1.0 + 0.140153 * l);
}

// The excess of the busiest rank over the mean, relative to it: of loads that differ by `deviation`
// between ranks, a little skewed to the right as loads are, and softly below `most`.
constexpr double busiest_excess(double deviation, count ep, double most) noexcept {
  const double z = expected_maximum(ep);
  const double x = deviation * z + deviation * deviation * max(z * z - 1.0, 0.0) / 3.0;
  if (!(x > 0.0) || !(most > 0.0)) return 0.0;
  const double x2 = x * x;
  const double most2 = most * most;
  return x * most / square_root(square_root(x2 * x2 + most2 * most2));
}

// Integral of x^(q - 1) from low to high; ln(high / low) where q is 0.
constexpr double power_integral(double q, double low, double high) noexcept {
  const double width = natural_log(high / low);
  const double u = q * width;
  const bool nearly_flat = u < 1e-3 && u > -1e-3;
  const double mean =
      nearly_flat ? 1.0 + u * (0.5 + u * (1.0 + u * 0.25) / 6.0) : (exponential(u) - 1.0) / u;
  return power(low, q) * width * mean;
}

// Loads of experts that are distributed as x^-exponent from 1 to `largest`.
struct power_law {
  double exponent;
  double largest;

  // Integral of x^moment over the part of the loads from low to high, of all of them 1.
  [[nodiscard]] constexpr double part(double moment, double low, double high) const noexcept {
    return power_integral(moment + 1.0 - exponent, low, high) /
           power_integral(1.0 - exponent, 1.0, largest);
  }
  [[nodiscard]] constexpr double mean() const noexcept { return part(1.0, 1.0, largest); }
  // Variance of a load over the square of its mean.
  [[nodiscard]] constexpr double relative_variance() const noexcept {
    return part(2.0, 1.0, largest) / (mean() * mean()) - 1.0;
  }
  // Experts hit, of one whose expected rows are `rows` times its load over the mean: all of those
  // that expect a row, and as many of the others as they expect rows.
  [[nodiscard]] constexpr double hit(double rows) const noexcept {
    const double one_row = min(max(mean() / rows, 1.0), largest);
    return part(0.0, one_row, largest) + rows * part(1.0, 1.0, one_row) / mean();
  }
};

}  // namespace detail

/// The busiest rank where experts' loads follow a power law: density ~ x^-exponent on [1, R],
/// R = max(60, 0.8 tokens), scaled to all routed rows, no expert beyond `tokens`.
///   m = rows per expert on average, n = experts of a rank, v = relative variance of a load
///   deviation = 0.97 sqrt((v / n + 0.33 / (m n)) (1 - 1 / ep))      between ranks
///   excess    = deviation z + deviation^2 (z^2 - 1) / 3, z: of the largest of ep normal draws,
///               softly below min(ep, experts / k, 1 + 0.96 ep / k) - 1
///   imbalance = 1 + excess;   distinct = n E[min(1, rows of an expert)]
/// Assumes 0 <= exponent <= 3. Its constants are fitted to a simulation of 1910 cases (8 to 512
/// experts, ep 1 to 64, 1 to 8192 tokens, exponents 0.6 to 1.9): rows within 11 % on average (19 %
/// at 1 to 3 tokens, 6 % from 64 on), experts within 7 %; worse where tokens k < experts, since the
/// simulation draws from another law there. Not monotone in ep.
/// Source of the law: how NVIDIA's aiconfigurator draws loads for its measurements
/// (collector/helper.py, commit 006afd78).
/// Check: 256 experts, 8 a token, ep 8, 1024 tokens, exponent 1.2: imbalance 1.488, 31.4 experts
/// (tests/cost/routing.cpp).
[[nodiscard]] constexpr expert_load power_law_load(const expert_group& g,
                                                   double exponent) noexcept {
  const detail::power_law law{exponent, max(60.0, 0.8 * g.tokens)};
  const double ep = real<double>(g.ep);
  const double k = real<double>(g.experts_per_token);
  const double sampled = 0.33 / g.mean_rows();
  const double between = (law.relative_variance() / g.local() + sampled) * (1.0 - 1.0 / ep);
  const double most = min(min(ep, real<double>(g.experts) / k), 1.0 + 0.96 * ep / k) - 1.0;
  const double excess = detail::busiest_excess(0.97 * square_root(between), g.ep, most);
  const double rows = min(max(g.mean_rows() * (1.0 + excess), 1.0), g.most_rows());
  const double distinct = g.local() * law.hit(rows / g.local());
  return {rows / g.mean_rows(), max(min(distinct, rows), 1.0)};
}

namespace detail {

// One rank under observed loads: rows on average, their variance, and which experts it has.
struct rank_load {
  double rows = 0.0;
  double variance = 0.0;
  item_range experts{};
};

// Share of the tokens that take an expert of this load.
constexpr double share_taken(const expert_group& g, double load, double all_loads) noexcept {
  return min(real<double>(g.experts_per_token) * load / all_loads, 1.0);
}

constexpr rank_load load_of_rank(std::span<const double> loads, const expert_group& g,
                                 double all_loads, count rank) noexcept {
  rank_load r{.experts = part_of(g.experts, g.ep, rank)};
  for (const double load : loads.subspan(static_cast<std::size_t>(r.experts.first),
                                         static_cast<std::size_t>(r.experts.number))) {
    const double taken = share_taken(g, load, all_loads);
    r.rows += g.tokens * taken;
    r.variance += g.tokens * taken * (1.0 - taken);
  }
  return r;
}

// Experts of a rank that at least one of `tokens` tokens takes.
constexpr double experts_hit(std::span<const double> loads, const expert_group& g, double all_loads,
                             const item_range& experts, double tokens) noexcept {
  double hit = 0.0;
  for (const double load : loads.subspan(static_cast<std::size_t>(experts.first),
                                         static_cast<std::size_t>(experts.number))) {
    const double taken = share_taken(g, load, all_loads);
    hit += taken < 1.0 ? 1.0 - exp_nonpositive(tokens * log_one_minus(taken)) : min(tokens, 1.0);
  }
  return hit;
}

}  // namespace detail

/// The busiest rank where `loads` says how often each expert is chosen, in any unit: tokens that
/// each got in some steps, or equal numbers for even routing.
///   excess of loads   largest of a rank over the mean - 1
///   excess of chance  of ep equal ranks whose rows vary from step to step as choices by chance do
///   imbalance         1 + sqrt(excess of loads^2 + excess of chance^2), at most all tokens
///   distinct          sum over that rank's experts of 1 - (1 - share of tokens)^tokens
/// Assumes that a token's choices depend on the loads alone, and that ranks hold consecutive
/// experts (any order of `loads` is a placement); g.experts == loads.size(), loads >= 0, not all 0.
/// Exact for many tokens; from 16 on, rows and experts are within 2 % of a simulation on average,
/// at worst 7 %.
/// Check: loads 3, 1, 1, 1 on 2 ranks, 1 a token, 6e6 tokens: imbalance 4/3
/// (tests/cost/routing.cpp).
[[nodiscard]] constexpr expert_load observed_load(std::span<const double> loads,
                                                  const expert_group& g) noexcept {
  double all_loads = 0.0;
  for (const double load : loads) all_loads += load;
  detail::rank_load busiest;
  double variance = 0.0;
  for (count rank = 0; rank < g.ep; ++rank) {
    const detail::rank_load r = detail::load_of_rank(loads, g, all_loads, rank);
    if (r.rows > busiest.rows) busiest = r;
    variance += r.variance / real<double>(g.ep);
  }
  const double ep = real<double>(g.ep);
  const double mean = g.mean_rows();
  const double most = g.most_rows() / mean - 1.0;
  const double deviation = square_root(variance * (1.0 - 1.0 / ep)) / mean;
  const double of_chance = detail::busiest_excess(deviation, g.ep, most);
  const double of_loads = max(busiest.rows / mean - 1.0, 0.0);
  const double excess = square_root(of_loads * of_loads + of_chance * of_chance);
  const double rows = min(max(mean * (1.0 + excess), 1.0), g.most_rows());
  const double as_many_as = g.tokens * rows / busiest.rows;
  const double distinct = detail::experts_hit(loads, g, all_loads, busiest.experts, as_many_as);
  return {rows / mean, max(min(distinct, rows), 1.0)};
}

}  // namespace shardline
