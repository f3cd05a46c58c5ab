/// One replica under one load, by the scheduler of its engine.
#pragma once

#include "shardline/describe/engine.hpp"
#include "shardline/serve/sojourn.hpp"

namespace shardline {

/// Steps and lives of a replica.
///   times      how long its steps take (sojourn.hpp)
///   load       what passes through it
///   schedule   how its engine shares steps out
template <class T, class Times>
struct loaded_replica {
  const Times& times;
  const basic_turnover<T>& load;
  scheduler schedule = scheduler::chunked;

  [[nodiscard]] constexpr bool chunked() const noexcept { return schedule == scheduler::chunked; }

  /// Where so many slots are always full, at about so many seconds a step.
  [[nodiscard]] constexpr basic_step_mix<T> full(const T& slots, const T& step) const noexcept {
    const T entry = times.entry(step, min(slots - T(1.0), T(1.0))) / step;
    if (chunked()) return chunked_steps(load, slots, entry);
    return steps_apart(load, slots, slots / max(load.decoding_steps() + entry, T(1.0)));
  }
  /// Where prompts come at random to so many slots: so many a second, so many in a decoding step,
  /// while steps that read some take so long.
  [[nodiscard]] constexpr basic_step_mix<T> at_random(const T& slots, const T& rate,
                                                      const T& prompts,
                                                      const T& reading) const noexcept {
    if (!chunked()) return steps_apart(load, slots, prompts);
    return chunked_at_random(load, rate * reading, prompts * load.decode_steps);
  }
  [[nodiscard]] constexpr basic_mix_seconds<T> seconds_of(const basic_step_mix<T>& s,
                                                          const T& others) const noexcept {
    return chunked() ? chunked_seconds(times, load, s, others)
                     : seconds_apart(times, load, s, others);
  }
  [[nodiscard]] constexpr basic_sojourn<T> life(const basic_step_mix<T>& s,
                                                const basic_company<T>& c) const noexcept {
    return chunked() ? chunked_life(times, load, s, c) : life_apart(times, load, s, c);
  }
  /// Among so many slots that are always full, in these steps.
  [[nodiscard]] constexpr basic_sojourn<T> full_life(const basic_step_mix<T>& s,
                                                     const T& slots) const noexcept {
    const T one(1.0);
    // All that come together find nobody else that keeps the engine busy.
    const T together = s.beside / max(slots - one, one);
    const T square = together * together;
    const T company = min(slots - one, one) * (one - square * square * square * square);
    const T busy = company * (one - load.run_share);
    return life(s, {detail::share_of_others(slots), slots, busy});
  }
};

}  // namespace shardline
