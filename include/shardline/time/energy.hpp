// SPDX-License-Identifier: BSL-1.0
/// The energy of a step, and of an output token.
#pragma once

#include "shardline/curves/power.hpp"
#include "shardline/kernels/datasheet.hpp"
#include "shardline/time/decode.hpp"

namespace shardline {

/// Joules of all GPUs for one output token, and what that is made of.
///   joules      per output token
///   watts       of one GPU in the mean of the step
///   low, high   ends of the range that `error` of the power leaves, either way
template <class T = double>
struct basic_token_energy {
  T joules = T(0.0);
  T watts = T(0.0);
  T low = T(0.0);
  T high = T(0.0);
};
using token_energy = basic_token_energy<>;

/// Energy of a decode step per token that it gives, on the cluster's GPUs at this power.
///   t        = decode step under the cluster's policy
///   m, c     = the seconds of the same step that the data sheet alone has bound by memory and by
///              compute
///   watts    = min(limit, idle + memory m / t + compute c / t)
///   joules   = watts t GPUs / tokens of the step            [W s = J]
/// Assumes that all ranks draw what the heaviest does, and steps of decoding alone: prompts come on
/// top. What hosts, switches and fans draw is not in it. For inputs that check() accepts.
/// Check: Llama-3.1-70B in fp8 on one B200, 64 sequences: tests/time/energy.cpp.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_token_energy<T> decode_energy(const basic_cluster<T, Efficiency>& c,
                                                            const basic_power_curve<T>& power,
                                                            const model& m, const layout& l,
                                                            const basic_workload<T>& w) noexcept {
  const basic_cluster<T, datasheet> bare = with_efficiency(c, datasheet{});
  const basic_time<T> least = decode(bare, m, l, w);
  const T seconds = decode(c, m, l, w).total().value();
  basic_token_energy<T> e;
  e.watts = watts(power, seconds, least[bound::memory].value(), least[bound::compute].value());
  e.joules =
      e.watts * seconds * real<T>(l.gpus()) / (w.concurrency * tokens_per_step(w.speculation));
  e.low = e.joules * T(1.0 - power.error);
  e.high = e.joules * T(1.0 + power.error);
  return e;
}

}  // namespace shardline
