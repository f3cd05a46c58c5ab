// SPDX-License-Identifier: BSL-1.0
/// What the busiest rank of an expert group gets: the quantities that every law of routing answers
/// in, and the law of even routing.
#pragma once

#include "shardline/base/integer.hpp"
#include "shardline/base/scalar.hpp"

namespace shardline {

namespace detail {

// The experts of a rank, of all of which each token takes some.
//   missed   ln(1 - k / E), of the chance that a token takes a given one not; all: it takes all
struct uniform_choice {
  double local = 1.0;
  double missed = 0.0;
  bool all = false;
};
constexpr uniform_choice choice_of(integer local, integer k, integer experts) noexcept {
  if (k >= experts) return {real<double>(local), 0.0, true};
  return {real<double>(local), log_one_minus(real<double>(k) / real<double>(experts)), false};
}
template <class T>
constexpr T distinct_of(const uniform_choice& c, const T& tokens) noexcept {
  const T local(c.local);
  if (c.all) return local * min(tokens, T(1.0));
  const T missed = exp_nonpositive(tokens * T(c.missed));
  return max(local * (T(1.0) - missed), min(T(1.0), tokens));
}

}  // namespace detail

/// Experts of an expert group that at least one of `tokens` tokens chooses, of the `local` ones on
/// this rank, when each token takes k of E uniformly:
///   distinct = local (1 - (1 - k / E)^tokens)
/// at least one once there is a token, since the step waits for the busiest rank.
///   expected_distinct(8, 2, 8, 1) = 2;  expected_distinct(8, 2, 8, 4) = 5.46875
template <class T>
[[nodiscard]] constexpr T expected_distinct(integer local, integer k, integer experts,
                                            T tokens) noexcept {
  return detail::distinct_of(detail::choice_of(local, k, experts), tokens);
}

/// Expected number of ranks of a group of ep >= 1 that a token's k >= 1 experts lie on, which are
/// k uniform draws of one rank each: ep (1 - (1 - 1/ep)^k).
///   expected_destinations(8, 64) = 7.576   (tests/work/routing/routing.cpp)
[[nodiscard]] constexpr double expected_destinations(integer k, integer ep) noexcept {
  return expected_distinct(ep, 1, ep, real<double>(k));  // k draws of one rank each
}

/// `experts` and `redundant` copies of busy ones in consecutive parts on `ep` ranks, of which each
/// of `tokens` tokens takes `experts_per_token`. An engine that holds copies also places them: it
/// balances ranks by how busy experts have been (EPLB).
template <class T = double>
struct basic_expert_group {
  integer experts = 1;
  integer experts_per_token = 1;
  integer ep = 1;
  T tokens = T(1.0);
  integer redundant = 0;

  /// Experts that lie on the ranks, copies too.
  [[nodiscard]] constexpr integer placed() const noexcept { return experts + redundant; }
  /// Rows of all tokens: each is routed as often as it takes experts.
  [[nodiscard]] constexpr T routed_rows() const noexcept {
    return tokens * real<T>(experts_per_token);
  }
  /// Experts of the fullest rank, its rows where all experts get the same, and the most it can get,
  /// over that.
  [[nodiscard]] constexpr double local() const noexcept {
    return real<double>(items_in_part(placed(), ep, 0));
  }
  /// Rows of the fullest rank where all experts get the same.
  [[nodiscard]] constexpr T mean_rows() const noexcept { return tokens * T(rows_of_token()); }
  /// The most rows that a rank can get, over mean_rows().
  [[nodiscard]] constexpr double most_over_mean() const noexcept {
    return min(real<double>(experts_per_token), local()) / rows_of_token();
  }
  /// Rows of the fullest rank for each token, on average.
  [[nodiscard]] constexpr double rows_of_token() const noexcept {
    return real<double>(experts_per_token) * local() / real<double>(placed());
  }
};
using expert_group = basic_expert_group<>;

/// What the busiest rank of an expert group gets, on average over steps.
///   imbalance   its rows over those of an even share, as basic_workload::expert_imbalance
///   distinct    its experts that at least one token takes
template <class T = double>
struct basic_expert_load {
  T imbalance = T(1.0);
  T distinct = T(1.0);
};
using expert_load = basic_expert_load<>;

namespace detail {

// What the largest of `n` draws from a normal distribution exceeds its mean by, in standard
// deviations: a rational fit in log2 n, to 0.05 % from 2 to 1024.
constexpr double expected_maximum(integer n) noexcept {
  const double l = natural_log(real<double>(n)) / (ln2_high + ln2_low);
  return l * (0.62836 + 0.0151553 * l) / (1.0 + 0.140153 * l);
}

// The excess of the busiest rank over the mean, relative to it: of loads that differ by `deviation`
// between ranks, a little skewed to the right as loads are, and softly below `most`.
template <class T>
constexpr T busiest_excess(const T& deviation, integer ep, double most) noexcept {
  if (!(most > 0.0)) return T(0.0);
  const double z = expected_maximum(ep);
  const T x = deviation * T(z) + deviation * deviation * T(max(z * z - 1.0, 0.0) / 3.0);
  const T x2 = x * x;
  const T most2 = T(most * most);
  return x * T(most) / square_root(square_root(x2 * x2 + most2 * most2));
}

// Two independent causes of excess together, in parts of the mean.
template <class T>
constexpr T both_excesses(const T& one, const T& other) noexcept {
  return square_root(one * one + other * other);
}

// At least one row, and no more than can come.
template <class T>
constexpr T bounded_imbalance(const basic_expert_group<T>& g, const T& excess) noexcept {
  return min(max(T(1.0) + excess, T(1.0) / g.mean_rows()), T(g.most_over_mean()));
}

}  // namespace detail

}  // namespace shardline
