// SPDX-License-Identifier: BSL-1.0
/// The time of recurrences under `fitted`: convolutions, delta rules, state spaces.
#pragma once

#include "shardline/fitted/kernel.hpp"

namespace shardline {

/// Time of a recurrence over one part of a step, s sequences of n new tokens with so many values of
/// state each; 0 where there are none.
///   memory = bytes moved / (bandwidth memory_rate); of a prompt at all of the rate, a bound
///   decode = sqrt(launch^2 + memory^2): no launch is waited for once the memory is busy
///   prompt = launch + max(memory, n along + s values (n token + sequence) / multiprocessors)  [s]
/// A prompt goes through in chunks, whose products many multiprocessors share and whose states
/// follow one another; a sequence costs a chunk that is not full. More tokens or sequences never
/// take less, and no prompt is faster than the data sheet's peak and rate, no decode step than its
/// rate (of the few operations for each byte of state none is counted). Assumes sequences of one
/// length. Source of
/// the form: chunk_gated_delta_rule and fused_recurrent_gated_delta_rule of
/// fla-org/flash-linear-attention; constants fitted (chips/recurrences.hpp). Check:
/// tests/fitted/recurrence.cpp.
///   along             for each token of a sequence
///   token, sequence   of the whole chip for one more, and its memory's
///   token_memory, sequence_memory   seconds of memory, likewise
template <class T>
struct recurrence_law {
  shardline::phase phase = shardline::phase::decode;
  T launch = T(0.0);
  T along = T(0.0);
  T token = T(0.0);
  T sequence = T(0.0);
  T token_memory = T(0.0);
  T sequence_memory = T(0.0);

  [[nodiscard]] constexpr kernel_time<T> time(const T& sequences,
                                              const T& new_tokens) const noexcept {
    const T none(0.0);
    const T memory = sequences * (sequence_memory + new_tokens * token_memory);
    const bool decoding = phase == shardline::phase::decode;
    const T compute =
        decoding ? none : new_tokens * along + sequences * (sequence + new_tokens * token);
    const T started = decoding ? square_root(launch * launch + memory * memory) - memory : launch;
    return detail::unless_idle(sequences * new_tokens, {compute, memory, none, started});
  }
};

/// Seconds of a recurrence with the chip's own constants: recurrence_law, where the formula and its
/// source stand.
///   64 Ki sequences of 1024 values in fp32 at half of 3350 GB/s: 328.4 us
///   (tests/fitted/recurrence.cpp)
template <class T>
[[nodiscard]] constexpr recurrence_law<T> law_of(const fitted_accelerator<T>& a,
                                                 const recurrence_shape& o) noexcept {
  const recurrence_curve<T>& c = a.efficiency.recurrences[o.kind];
  const bool decoding = o.phase == phase::decode;
  const T per_byte = detail::seconds_per_byte(a, decoding ? c.bandwidth : T(1.0));
  const auto moved = [&o, &per_byte](double tokens) {
    const step_part<T> part{o.phase, T(1.0), T(tokens), T(0.0)};
    return operator_of(o, part).bytes_moved().value() * per_byte;
  };
  const T split = real<T>(o.query_split);
  const T values = real<T>(o.state_values) / detail::multiprocessors(a);
  const T least = real<T>(o.flops_per_token) / a.peak[supported(a, o.activation)].value();
  recurrence_law<T> law;
  law.phase = o.phase;
  law.launch = decoding ? c.launch.value() : c.prompt.value();
  law.along = c.along.value() / split;
  law.token = max(values * c.token, least) / split;
  law.sequence = values * c.sequence;
  law.sequence_memory = moved(0.0);
  law.token_memory = moved(1.0) - law.sequence_memory;
  return law;
}
template <class T>
[[nodiscard]] constexpr operator_time<T> time_of(const fitted_accelerator<T>& a,
                                                 const recurrence<T>& op) noexcept {
  const recurrence_shape shape{
      op.kind,         op.phase,       op.query_split, op.flops_per_token, op.values_per_token,
      op.state_values, op.state_bytes, op.activation};
  return with_units(law_of(a, shape).time(op.sequences, op.new_tokens));
}

}  // namespace shardline
