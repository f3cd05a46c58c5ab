// SPDX-License-Identifier: BSL-1.0
/// How evenly a router spreads tokens over experts.
#pragma once

#include <span>

#include "shardline/base/scalar.hpp"

namespace shardline {

///   even        every expert is chosen as often as any other, and ranks get equal numbers of
///               tokens
///   power_law   loads of experts are distributed as x^-exponent: work/routing/power_law.hpp
///   observed    it was counted how often each expert is chosen: work/routing/observed_load.hpp
enum class routing_law : unsigned char { even, power_law, observed };

/// A law of routing, and its figures.
///   exponent   of the power law, from 0 to 2, up to which the busiest rank's share rises (beyond,
///              loads crowd at the least: 2 + x would be as uneven as 2 - x). Even 0 is not even
///              routing: all loads between the least and the greatest are then as frequent.
///              Measurements of expert kernels take 1.01 to 1.2 for usual skew.
///   loads      how often each expert is chosen, in any unit, in the order in which ranks hold
///              them, the same in every layer. The numbers belong to the caller and must outlive
///              the workload; where they are constexpr, so is the estimate.
template <class T = double>
struct basic_routing {
  routing_law law = routing_law::even;
  T exponent = T(0.0);
  std::span<const double> loads{};
};

/// Loads of experts are distributed as x^-exponent, exponent [1] from 0 to 2; check() refuses
/// others. Derivation: work/routing/power_law.hpp.
///   power_law_routing(1.2).exponent = 1.2   (tests/static/worked_numbers.cpp)
template <class T>
[[nodiscard]] constexpr basic_routing<T> power_law_routing(const T& exponent) noexcept {
  return {routing_law::power_law, exponent, {}};
}

/// Loads of experts as they were seen, in any unit: only their shares count. One for each expert,
/// none below 0 and not all 0 (check() refuses others), and they must outlive it. Derivation:
/// work/routing/observed_load.hpp.
///   observed_routing(loads) of {1, 3}: 2 loads, exponent 0   (tests/static/worked_numbers.cpp)
template <class T = double>
[[nodiscard]] constexpr basic_routing<T> observed_routing(std::span<const double> loads) noexcept {
  return {routing_law::observed, T(0.0), loads};
}

}  // namespace shardline
