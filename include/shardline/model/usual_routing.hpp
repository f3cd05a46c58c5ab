// SPDX-License-Identifier: BSL-1.0
/// How a model's routers spread tokens, where nobody has counted.
#pragma once

#include <variant>

#include "shardline/describe/routing.hpp"
#include "shardline/model/model.hpp"

namespace shardline {

/// Exponent of a router that is kept even in training by a loss alone: the usual one of benchmarks
/// of expert kernels (aiconfigurator's tables, `power_law_1.01`).
inline constexpr double usual_routing_exponent = 1.01;

/// Even where a correction for each expert keeps a router so while it is trained (correction_bias:
/// DeepSeek-V3, "Auxiliary-Loss-Free Load Balancing"), and without experts; else a power law.
/// With it gpt-oss-120b, Qwen3-235B and Qwen3.5 took as long as measured at 16 to 128 sequences,
/// where even routing has all experts read: 10 to 50 % less (bench/accuracy, chosen with these in
/// sight).
///   usual_routing(catalog::deepseek_v3).law == routing_law::even   (tests/model/usual_routing.cpp)
template <class T = double>
[[nodiscard]] constexpr basic_routing<T> usual_routing(const model& m) noexcept {
  bool uneven = false;
  for (const layer& l : m.layers.kinds) {
    if (!has_experts(l)) continue;
    std::visit(
        [&uneven]<class Kind>(const Kind& kind) {
          if constexpr (requires { kind.correction_bias; }) uneven |= !kind.correction_bias;
        },
        l.feed_forward);
  }
  return uneven ? power_law_routing(T(usual_routing_exponent)) : basic_routing<T>{};
}

}  // namespace shardline
