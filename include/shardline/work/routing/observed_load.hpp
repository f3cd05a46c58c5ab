// SPDX-License-Identifier: BSL-1.0
/// The busiest rank of an expert group where it was observed how often each expert is chosen.
#pragma once

#include <cstddef>
#include <span>

#include "shardline/work/routing/busiest_rank.hpp"

namespace shardline {

namespace detail {

using expert_loads = std::span<const double>;

constexpr double sum_of(expert_loads loads) noexcept {
  double sum = 0.0;
  for (const double load : loads) sum += load;
  return sum;
}

// How the experts of a group share out its tokens.
struct shares {
  expert_loads loads{};
  double experts_per_token = 1.0;
  double all_loads = 1.0;
  double most_of_copy = 0.0;  // load that a copy carries at most; 0: one copy each

  // Share of the tokens that take an expert of this load.
  [[nodiscard]] constexpr double taken(double load) const noexcept {
    return min(experts_per_token * load / all_loads, 1.0);
  }
  [[nodiscard]] constexpr double copies(double load) const noexcept {
    return most_of_copy > 0.0 ? max(round_up(load / most_of_copy), 1.0) : 1.0;
  }
};

// Copies beyond the first that every load needs to be shared by none above `most`.
constexpr double further_copies(expert_loads loads, double most) noexcept {
  double further = 0.0;
  for (const double load : loads) further += max(round_up(load / most) - 1.0, 0.0);
  return further;
}

// The least load that the heaviest copy can have: between the mean of all copies and the heaviest
// expert, which needs none, to 1e-9 of that.
constexpr double heaviest_copy(expert_loads loads, double all_loads, integer redundant) noexcept {
  double enough = 0.0;
  for (const double load : loads) enough = max(enough, load);
  double too_few = all_loads / (real<double>(std::ssize(loads)) + real<double>(redundant));
  for (int i = 0; i < 30 && too_few < enough; ++i) {
    const double middle = 0.5 * (too_few + enough);
    double& end = further_copies(loads, middle) <= real<double>(redundant) ? enough : too_few;
    end = middle;
  }
  return enough;
}

// A rank, of each token: its rows on average, their variance, and which experts it has.
struct rank_load {
  double rows = 0.0;
  double variance = 0.0;
  item_range experts{};
};

template <class T>
constexpr rank_load load_of_rank(const shares& s, const basic_expert_group<T>& g,
                                 integer rank) noexcept {
  rank_load r{.experts = part_of(g.experts, g.ep, rank)};
  for (const double load : s.loads.subspan(static_cast<std::size_t>(r.experts.first),
                                           static_cast<std::size_t>(r.experts.number))) {
    const double taken = s.taken(load);
    r.rows += taken;
    r.variance += taken * (1.0 - taken);
  }
  return r;
}

// The busiest rank, and the mean variance of all.
template <class T>
constexpr rank_load busiest_as_placed(const shares& s, const basic_expert_group<T>& g) noexcept {
  rank_load busiest;
  double variance = 0.0;
  for (integer rank = 0; rank < g.ep; ++rank) {
    const rank_load r = load_of_rank(s, g, rank);
    if (r.rows > busiest.rows) busiest = r;
    variance += r.variance;
  }
  busiest.variance = variance / real<double>(g.ep);
  return busiest;
}

// The same where ranks are balanced: as all others, or the heaviest copy alone where it has more.
template <class T>
constexpr rank_load busiest_if_balanced(const shares& s, const basic_expert_group<T>& g) noexcept {
  const double ep = real<double>(g.ep);
  rank_load all{.experts = {0, g.experts}};
  double heaviest = 0.0;
  for (const double load : s.loads) {
    const double taken = s.taken(load);
    const double of_copy = taken / s.copies(load);
    all.rows += taken / ep;
    all.variance += taken * (1.0 - of_copy) / ep;
    heaviest = max(heaviest, of_copy);
  }
  all.rows = max(all.rows, heaviest);
  return all;
}

// Of these experts, copies that at least one of `tokens` tokens takes.
template <class T>
constexpr T experts_hit(const shares& s, const item_range& experts, const T& tokens) noexcept {
  T hit(0.0);
  for (const double load : s.loads.subspan(static_cast<std::size_t>(experts.first),
                                           static_cast<std::size_t>(experts.number))) {
    const double copies = s.copies(load);
    const double taken = s.taken(load) / copies;
    const T one = taken < 1.0 ? T(1.0) - exp_nonpositive(tokens * T(log_one_minus(taken)))
                              : min(tokens, T(1.0));
    hit = hit + T(copies) * one;
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
/// Where r redundant experts are held, ranks are balanced: copies are given so that the heaviest
/// carries as little as can be, no rank has more than the mean unless one copy does, and it hits as
/// many as the ranks do on average.
/// Assumes that a token's choices depend on the loads alone, and that ranks hold consecutive
/// experts (any order of `loads` is a placement); g.experts == loads.size(), loads >= 0, not all 0.
/// Exact for many tokens; from 16 on, rows and experts are within 2 % of a simulation on average,
/// at worst 7 %.
/// Check: loads 3, 1, 1, 1 on 2 ranks, 1 a token, 6e6 tokens: imbalance 4/3; with 2 redundant
/// experts 1 (tests/work/routing/routing.cpp).
template <class T>
[[nodiscard, gnu::cold, gnu::noinline]] constexpr basic_expert_load<T> observed_load(
    std::span<const double> loads, const basic_expert_group<T>& some) noexcept {
  basic_expert_group<T> g = some;
  g.tokens = max(g.tokens, T(1.0));  // a step without tokens has no rows to spread
  detail::shares s{loads, real<double>(g.experts_per_token), detail::sum_of(loads)};
  const bool balanced = g.redundant > 0;
  if (balanced) s.most_of_copy = detail::heaviest_copy(loads, s.all_loads, g.redundant);
  const detail::rank_load busiest =
      balanced ? detail::busiest_if_balanced(s, g) : detail::busiest_as_placed(s, g);
  const double mean = g.rows_of_token();
  const double apart = 1.0 - 1.0 / real<double>(g.ep);
  const T deviation = square_root(T(busiest.variance * apart) * g.tokens) / g.mean_rows();
  const T of_chance = detail::busiest_excess(deviation, g.ep, g.most_over_mean() - 1.0);
  const T of_loads(max(busiest.rows / mean - 1.0, 0.0));
  const T imbalance = detail::bounded_imbalance(g, detail::both_excesses(of_loads, of_chance));
  const T as_many_as = g.tokens * imbalance * T(mean / busiest.rows);
  const T hit = detail::experts_hit(s, busiest.experts, as_many_as);
  const T distinct = balanced ? hit * T(g.local() / real<double>(g.placed())) : hit;
  return {imbalance, max(min(distinct, imbalance * g.mean_rows()), T(1.0))};
}

}  // namespace shardline
