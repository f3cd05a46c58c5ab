// SPDX-License-Identifier: BSL-1.0
/// The energy of a step, and of a token that is read or written.
#pragma once

#include "shardline/curves/power.hpp"
#include "shardline/kernels/datasheet.hpp"
#include "shardline/time/decode.hpp"
#include "shardline/time/prefill.hpp"

namespace shardline {

/// Joules of all GPUs for one token, and what that is made of.
///   joules      per token
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

namespace detail {

// Of so many tokens together, in seconds of which the data sheet alone has `least`.
template <class T>
constexpr basic_token_energy<T> energy_of(const basic_power_curve<T>& power, const T& seconds,
                                          const basic_time<T>& least, integer gpus,
                                          const T& tokens_of_all) noexcept {
  basic_token_energy<T> e;
  e.watts = watts(power, seconds, least[bound::memory].value(), least[bound::compute].value());
  e.joules = e.watts * seconds * real<T>(gpus) / tokens_of_all;
  e.low = e.joules * T(1.0 - power.error);
  e.high = e.joules * T(1.0 + power.error);
  return e;
}

}  // namespace detail

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
  return detail::energy_of(power, seconds, least, l.gpus(),
                           w.concurrency * tokens_per_step(w.speculation));
}

/// Energy of a prompt per token of it, on the cluster's GPUs at this power.
///   t        = prefill of one request under the cluster's policy
///   watts    as of decode_energy()
///   joules   = watts t GPUs / (dp pp) / tokens of the prompt    [W s = J]
/// Assumes that every replica and every pipeline stage has a prompt to read at the same time, one
/// by itself, and that all ranks draw what the heaviest does; tokens that a cache holds count as
/// read. For inputs that check() accepts.
/// Check: Llama-3.1-70B in fp8 on one B200, 1024 tokens: tests/time/energy.cpp.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_token_energy<T> prompt_energy(const basic_cluster<T, Efficiency>& c,
                                                            const basic_power_curve<T>& power,
                                                            const model& m, const layout& l,
                                                            const basic_workload<T>& w) noexcept {
  const basic_cluster<T, datasheet> bare = with_efficiency(c, datasheet{});
  const basic_time<T> least = prefill(bare, m, l, w);
  const T seconds = prefill(c, m, l, w).total().value();
  return detail::energy_of(power, seconds, least, l.gpus(),
                           real<T>(l.attention.dp * l.pp) * w.input.value());
}

}  // namespace shardline
