// SPDX-License-Identifier: BSL-1.0
/// The time of attention under `fitted`: of prompts and of decode steps, over keys and values or
/// over latents.
#pragma once

#include "shardline/fitted/attention/chosen.hpp"
#include "shardline/fitted/attention/decode.hpp"
#include "shardline/fitted/attention/prefill.hpp"

namespace shardline {

/// Time [s] of softmax attention of one part of any step; 0 where there are no sequences.
///
/// A prompt: blocks of 128 queries (nq = ceil(new / 128) to a head), one multiprocessor each.
///   keys    = nq (context + 64 (nq + 1)), that the blocks of a head see; fewer with a window
///   key     = 2 rows ((qk + v) u + softmax_values u16), seconds a key; u = multiprocessors /
///             (compute peak): seconds per FLOP of one of them, u16 the same at the activations'
///   longest = (context + 128 nq) key + block
///   compute = max(longest, sequences heads (keys key + nq block) / multiprocessors + tail longest)
///   memory  = bytes moved / (bandwidth memory_rate)
///   time    = launch + max(compute, memory) + exposed min(compute, memory) + passes ...
/// A decode step: units = sequences kv_heads ceil(new heads / kv_heads / 64), each with `length`
/// keys (within the window), that up to `splits` multiprocessors share.
///   walked  = max(length clip(units / multiprocessors, 1 / splits, 1), min(length, 128))
///   lone    = walked max(read, multiply), seconds that a multiprocessor takes for a key
///   shared  = max(compute, memory) + exposed min(compute, memory) + tail lone
///   time    = launch + reduction clip(min(splits, length / 128) - 1, 0, 1) + max(lone, shared)
///             + block blocks + passes ...;  blocks per multiprocessor, at most one per 128 keys
///             + sequences length values widening / multiprocessors, where a kernel before it
///             widens the cache, which it then reads and multiplies in the precision of activations
/// Of a latent cache a prompt sees keys and values per head in the precision of activations, a
/// decode step one head whose values are a part of its keys. Narrow caches are multiplied in fp8
/// where it has a peak. `looped`: a part of the cache is found in the last-level cache.
/// More sequences, tokens, heads, context or window never take less time; more bandwidth or peak
/// never more. Never faster than the data sheet's roofline in the precision multiplied in, but for
/// what `looped` finds in the cache. Ranks that share a prompt have blocks from all over it.
/// Source of the form: blocks of queries as in T. Dao, "FlashAttention-2" (2023), section 3, split
/// keys as in T. Dao et al., "Flash-Decoding" (2023); shares and times fitted
/// (chips/curves.hpp).
///   H100, vLLM, 32 heads of 128 over 8, bf16: a prompt of 2048 takes 78.8 us, one more token of
///   64 sequences of 4096 takes 365.0 us (tests/fitted/attention/attention.cpp)
template <class T>
[[nodiscard]] constexpr prompt_law<T> prompt_law_of(const fitted_accelerator<T>& a,
                                                    const attention_shape& o) noexcept {
  const auto& curves = o.latent ? a.efficiency.latent_prefill : a.efficiency.prefill;
  return detail::prompt_law_of(a, curves[detail::cache_kernel(o)], o);
}
template <class T>
[[nodiscard]] constexpr decode_law<T> decode_law_of(const fitted_accelerator<T>& a,
                                                    const attention_shape& o) noexcept {
  const auto& curves = o.latent ? a.efficiency.latent_decode : a.efficiency.decode;
  return detail::decode_law_of(a, curves[detail::cache_kernel(o)], o);
}
template <class T>
[[nodiscard]] constexpr operator_time<T> time_of(const fitted_accelerator<T>& a,
                                                 const attention_core<T>& op) noexcept {
  const attention_shape shape = detail::shape_of(op);
  const step_part<T> part = detail::part_of(op);
  if (runs_chosen(a, shape)) return with_units(chosen_law_of(a, shape).time(part));
  return with_units(op.phase == phase::prefill ? prompt_law_of(a, shape).time(part)
                                               : decode_law_of(a, shape).time(part));
}

}  // namespace shardline
