// SPDX-License-Identifier: BSL-1.0
/// What an engine's own program adds to a step under `fitted`.
#pragma once

#include "shardline/curves/fitted.hpp"
#include "shardline/work/step.hpp"

namespace shardline {

/// Time that a step takes beyond the accelerator's `busy` seconds, b decoding sequences on a
/// replica:
///   beside = replay + replay_sequence b, where the step replays a CUDA graph
///          = kernel kernels, where they are launched one by one: it has prompts, or the engine
///            has no graphs
///   time   = max(beside - busy - ahead, 0) + step + sequence b + small_kernels kernels,
///            ahead = the step's, of a host that runs ahead
/// Seconds; a step without sequences takes none. Assumes that the host prepares a step while the
/// accelerator works, and learns its result after it. Fitted end to end, engine by engine:
/// engines/.
template <class T>
[[nodiscard]] constexpr seconds<T> host_time(const basic_fitted<T>& policy, const rank_step<T>& s,
                                             integer kernels, const seconds<T>& busy) noexcept {
  const host_curve<T>& h = policy.host;
  T decoding(0.0);
  T prompts(0.0);
  for (std::size_t i = 0; i < s.part_count; ++i) {
    T& number = s.parts[i].phase == phase::decode ? decoding : prompts;
    number = number + s.parts[i].sequences;
  }
  const T none(0.0);
  const T replayed = h.replay.value() + h.replay_sequence.value() * decoding;
  const T all = real<T>(kernels);
  const T launched = h.kernel.value() * all;
  const T beside = h.graphs ? select(none < prompts, launched, replayed) : launched;
  const T after = h.step.value() + h.sequence.value() * decoding + h.small_kernels.value() * all;
  const T ahead = h.runs_ahead ? s.ahead : none;
  const T time = max(beside - busy.value() - ahead, none) + after;
  return seconds<T>::from_value(select(none < decoding + prompts, time, none));
}

/// What passes before a request's first step: the front end's own time, and where the engine is
/// busy (a share `busy` of the time) the steps that pass until the request is in one.
///   admission + admission_steps step busy                                                    [s]
/// busy [1] is from 0 to 1. Constants fitted to measured TTFT under load, engine by engine:
/// engines/.
///   3.3 ms, 3 steps of 10 ms, busy half of the time: 18.3 ms   (tests/fitted/host.cpp)
template <class T>
[[nodiscard]] constexpr seconds<T> admission_time(const basic_fitted<T>& policy,
                                                  const seconds<T>& step, const T& busy) noexcept {
  const host_curve<T>& h = policy.host;
  return h.admission + step * (h.admission_steps * busy);
}

}  // namespace shardline
