// SPDX-License-Identifier: BSL-1.0
/// How a model's routers spread tokens, where nobody has counted.
#pragma once

#include "shardline/describe/routing.hpp"
#include "shardline/model/model.hpp"

namespace shardline {

/// Exponent of the distribution of experts' loads. Tables of expert kernels are made with 1.01
/// and 1.2 (aiconfigurator, `power_law_1.2`); runs of five models under three engines are each best
/// with 1.2 to 1.6 (bench/accuracy).
inline constexpr double usual_routing_exponent = 1.4;

/// A power law of exponent [1] 1.4 for any model with experts: what a router is kept even on in
/// training, by a loss or by a correction for each expert, is not what one batch brings. Even
/// without experts. Source: fitted to measured runs, bench/accuracy/README.md.
///   usual_routing(catalog::deepseek_v3).law == routing_law::power_law, exponent 1.4
///   (tests/model/usual_routing.cpp)
template <class T = double>
[[nodiscard]] constexpr basic_routing<T> usual_routing(const model& m) noexcept {
  if (!has_experts(m)) return {};
  return power_law_routing(T(usual_routing_exponent));
}

}  // namespace shardline
