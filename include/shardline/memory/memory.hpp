// SPDX-License-Identifier: BSL-1.0
/// Memory: what the fullest GPU of each stage must hold, part by part.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/base/parts.hpp"
#include "shardline/memory/budget.hpp"
#include "shardline/prepare/prepared.hpp"

namespace shardline {

/// Bytes on one GPU; the seven parts sum to `total()` exactly.
///   weights         of the rank's share of its stage, scales and padding included
///   kv_cache        of its sequences at full length, in whole pages
///   state           of its sequences in linear-attention and state-space layers
///   activation      residual stream and the largest operator's inputs and outputs
///   communication   a buffer for each kind of collective and group of ranks
///   reserve         the engine's own, CUDA graphs included
///   withheld        what the engine's budget rule leaves unused
///   capacity        of the GPU
///   kv_capacity     tokens whose cache fits beside the other parts, sequences of the full length;
///                   0 where no layer has a growing cache
template <class T = double>
struct basic_memory {
  bytes<T> weights{};
  bytes<T> kv_cache{};
  bytes<T> state{};
  bytes<T> activation{};
  bytes<T> communication{};
  bytes<T> reserve{};
  bytes<T> withheld{};
  bytes<T> capacity{};
  tokens<T> kv_capacity{};

  /// Bytes = weights + ... + withheld, in that order.
  [[nodiscard]] constexpr bytes<T> total() const noexcept {
    return sum_of_addends<bytes<T>>(*this);
  }
  /// What does not depend on how many sequences there are and how long they are.
  [[nodiscard]] constexpr bytes<T> fixed() const noexcept {
    return weights + activation + communication + reserve + withheld;
  }

  template <class List>
  static constexpr void addends(List&& list) {
    list("weights", &basic_memory::weights);
    list("kv_cache", &basic_memory::kv_cache);
    list("state", &basic_memory::state);
    list("activation", &basic_memory::activation);
    list("communication", &basic_memory::communication);
    list("reserve", &basic_memory::reserve);
    list("withheld", &basic_memory::withheld);
  }
  template <class List>
  static constexpr void parts(List&& list) {
    addends(list);
    list("capacity", &basic_memory::capacity);
    list("kv_capacity", &basic_memory::kv_capacity);
  }
};
using memory_breakdown = basic_memory<>;

/// Length at which a sequence's cache is largest: input + output tokens, of which check() accepts
/// at least one each.
///   2048 tokens in, 512 out: 2560   (tests/static/worked_numbers.cpp)
template <class T>
[[nodiscard]] constexpr T full_length(const basic_workload<T>& w) noexcept {
  return w.input.value() + w.output.value();
}

/// Sequences of the fullest attention replica: ceil(concurrency / dp), at least one.
///   65 sequences, dp 8: 9   (tests/static/worked_numbers.cpp)
template <class T>
[[nodiscard]] constexpr T sequences_per_replica(const layout& l,
                                                const basic_workload<T>& w) noexcept {
  return round_up(w.concurrency / real<T>(l.attention.dp));
}

/// Tokens of a sequence in one page of each of the dcp ranks that share its cache: page_tokens dcp.
///   pages of 16 tokens, dcp 4: 64   (tests/static/worked_numbers.cpp)
template <class T>
[[nodiscard]] constexpr integer tokens_per_page(const basic_runtime<T>& r,
                                                const layout& l) noexcept {
  return r.page_tokens * l.dcp;
}

namespace detail {

// What stays on a rank (weights, one sequence's cache and state), the largest of what comes and
// goes, and the buffers of all collectives.
template <class T>
struct held_bytes {
  T weights = T(0.0);
  T cache = T(0.0);
  T state = T(0.0);
  T largest = T(0.0);
  T communication = T(0.0);
};

// The steps that memory is reserved for: that of prompts, and where ranks share the cache of a
// decode step the largest of those too, else none.
template <class T>
struct reserved_sizes {
  const step_sizes<T>& prompts;
  const step_sizes<T>* decoding = nullptr;

  // The larger of both.
  template <class Figure>
  [[nodiscard]] constexpr T largest(const Figure& figure) const noexcept {
    const T one = figure(prompts);
    return decoding != nullptr ? max(one, figure(*decoding)) : one;
  }
};

template <class T>
[[gnu::noinline]] constexpr step_sizes<T> sizes_of_prompts(const prepared_memory<T>& p,
                                                           const basic_workload<T>& w) noexcept {
  return sizes_made<T>([&] { return reserved_step(p.engine, p.layout, w); }, p.routed);
}
template <class T>
[[gnu::noinline]] constexpr step_sizes<T> sizes_of_decoding(const prepared_memory<T>& p,
                                                            const basic_workload<T>& w) noexcept {
  return sizes_made<T>([&] { return reserved_decode_step(p.engine, p.layout, w); }, p.routed);
}
template <class T, class Use>
constexpr void with_reserved(const prepared_memory<T>& p, const basic_workload<T>& w,
                             const Use& use) {
  const step_sizes<T> prompts = sizes_of_prompts(p, w);
  if (p.layout.dcp == 1) return use(reserved_sizes<T>{prompts});
  const step_sizes<T> decoding = sizes_of_decoding(p, w);
  use(reserved_sizes<T>{prompts, &decoding});
}

// The largest message of each buffer in these segments, added up.
template <class T>
constexpr T buffer_bytes(const prepared_memory<T>& p, const segment_counts& n,
                         const reserved_sizes<T>& r) noexcept {
  std::array<T, max_sends> buffers;
  for (std::size_t i = 0; i < p.sends.size(); ++i) buffers[i] = T(0.0);
  for (std::size_t i = 0; i < p.messages.size(); ++i) {
    const prepared_message& m = p.messages[i];
    if (n[m.segment] == 0) continue;
    const T sent = r.largest([&](const step_sizes<T>& step_size) { return step_size[m.size]; });
    buffers[m.send] = max(buffers[m.send], sent * T(m.shape.bytes_each));
  }
  for (std::size_t i = 0; i < p.exchanges.size(); ++i) {
    const prepared_exchange& x = p.exchanges[i];
    if (n[x.segment] == 0) continue;
    buffers[x.send] = max(buffers[x.send], r.largest([&](const step_sizes<T>& step_size) {
      return operator_of(x.shape, step_size.step, routed_at(step_size, x.routing)).message.value();
    }));
  }
  T sum(0.0);
  for (std::size_t i = 0; i < p.sends.size(); ++i) sum = sum + buffers[i];
  return sum;
}

// What a rank holds that has so many of each segment, of sequences of `length` tokens.
template <class T>
constexpr held_bytes<T> held_by(const prepared_memory<T>& p, const segment_counts& n,
                                const reserved_sizes<T>& r, const T& length) noexcept {
  held_bytes<T> held;
  double weights = 0.0;
  double state = 0.0;
  for (std::size_t i = 0; i < p.segments.size(); ++i) {
    const std::size_t s = p.segments[i];
    weights += p.weights[s] * static_cast<double>(n[s]);
  }
  const T pages = round_up(length / real<T>(tokens_per_page(p.engine, p.layout)));
  for (std::size_t i = 0; i < p.caches.size(); ++i) {
    const prepared_cache& c = p.caches[i];
    const auto times = static_cast<double>(n[c.segment]);
    const T kept = c.ring_pages == 0 ? pages : min(pages, real<T>(c.ring_pages));
    held.cache = held.cache + kept * T(c.page_bytes * times);
    state += c.cache.state_bytes * times;
  }
  for (std::size_t i = 0; i < p.peaks.size(); ++i) {
    const prepared_peak<T>& peak = p.peaks[i];
    if (n[peak.segment] == 0) continue;
    const T most = r.largest([&](const step_sizes<T>& step_size) { return step_size[peak.size]; });
    held.largest = max(held.largest, most * peak.each);
  }
  held.weights = T(weights);
  held.state = T(state);
  held.communication = buffer_bytes(p, n, r);
  return held;
}

// Whole sequences' worth of tokens, in whole pages, that fit beside everything else.
template <class T>
constexpr tokens<T> cache_that_fits(const basic_memory<T>& m, const T& cached_tokens,
                                    integer page_tokens) noexcept {
  const bytes<T> free = shardline::max(m.capacity - m.fixed() - m.state, bytes<T>{});
  const T page = real<T>(page_tokens);
  const T none(0.0);
  const T held = m.kv_cache.value();
  // Nothing over a cache of nothing: g++ takes no constant that leaves its range on the way.
  const T share = select(none < held, free.value(), none) / max(held, T(1e-300));
  return tokens<T>::from_value(-round_up(-(share * cached_tokens / page)) * page);
}

template <class T>
constexpr basic_memory<T> memory_of(const prepared_memory<T>& p, const held_bytes<T>& held,
                                    const rank_step<T>& reserved,
                                    const basic_workload<T>& w) noexcept {
  const auto in_bytes = [](const T& held_count) { return bytes<T>::from_value(held_count); };
  const T sequences = sequences_per_replica(p.layout, w);
  basic_memory<T> m;
  m.weights = in_bytes(held.weights);
  m.kv_cache = in_bytes(held.cache * sequences);
  m.state = in_bytes(held.state * sequences);
  m.activation = residual(p.model, reserved) + in_bytes(held.largest);
  m.communication = in_bytes(held.communication);
  m.capacity = p.capacity;
  const runtime_bytes<T> own = engine_bytes(p.engine, m.capacity, p.layout, m.weights,
                                            m.activation + m.communication, p.registered);
  m.reserve = own.reserve;
  m.withheld = own.withheld;
  m.kv_capacity =
      cache_that_fits(m, sequences * full_length(w), tokens_per_page(p.engine, p.layout));
  return m;
}

template <class Condition, class T>
constexpr bytes<T> select_bytes(const Condition& condition, const bytes<T>& if_true,
                                const bytes<T>& if_false) noexcept {
  return bytes<T>::from_value(select(condition, if_true.value(), if_false.value()));
}

// The fuller of two stages; the cache capacity is the smaller of both.
template <class T>
constexpr basic_memory<T> fuller(const basic_memory<T>& a, const basic_memory<T>& b) noexcept {
  const auto b_is = a.total().value() < b.total().value();
  return {select_bytes(b_is, b.weights, a.weights),
          select_bytes(b_is, b.kv_cache, a.kv_cache),
          select_bytes(b_is, b.state, a.state),
          select_bytes(b_is, b.activation, a.activation),
          select_bytes(b_is, b.communication, a.communication),
          select_bytes(b_is, b.reserve, a.reserve),
          select_bytes(b_is, b.withheld, a.withheld),
          a.capacity,
          shardline::min(a.kv_capacity, b.kv_capacity)};
}

// visit(stages, memory) for all stages that are alike, in the order of the first of each.
template <class T, class Visit>
constexpr void for_each_alike(const prepared_memory<T>& p, const basic_workload<T>& w,
                              const Visit& visit) {
  const bool speculates = w.speculation.draft_tokens > 0;
  with_reserved(p, w, [&](const reserved_sizes<T>& reserved) {
    for (std::size_t next_run = 0; next_run < p.stages.size(); ++next_run) {
      const alike_stages& stage_run = p.stages[next_run];
      const segment_counts segments_held =
          p.held_by(stage_run.first, stage_run.segments, speculates);
      visit(stage_run, memory_of(p, held_by(p, segments_held, reserved, full_length(w)),
                                 reserved.prompts.step, w));
    }
  });
}

}  // namespace detail

/// visit(stage, memory) for the fullest GPU of every pipeline stage, numbered from 0, in bytes,
/// with every sequence at its full length input + output. Ranks of a stage differ by remainders
/// only, and rank 0 has them all.
///   weights + kv_cache + state + activation + communication + reserve + withheld <= capacity
/// Activations and buffers are those of reserved_step(), the rest follows from for_each_block(),
/// cache_of_stage() and engine_bytes().
/// Assumes inputs that check() accepts.
///   Llama-3.1-8B, pp 4: 4 stages   (tests/memory/memory.cpp)
template <class T, class Visit>
constexpr void for_each_stage_memory(const prepared_memory<T>& p, const basic_workload<T>& w,
                                     Visit&& visit) {
  const bool speculates = w.speculation.draft_tokens > 0;
  detail::with_reserved(p, w, [&](const detail::reserved_sizes<T>& reserved) {
    for (integer next_stage = 0; next_stage < p.layout.pp; ++next_stage) {
      const segment_counts segments_held = p.held_by(
          next_stage, segments_of_stage(p.map, p.model, p.layout, next_stage), speculates);
      visit(next_stage,
            detail::memory_of(p, detail::held_by(p, segments_held, reserved, full_length(w)),
                              reserved.prompts.step, w));
    }
  });
}
template <class T, class Efficiency, class Visit>
constexpr void for_each_stage_memory(const basic_cluster<T, Efficiency>& c, const model& m,
                                     const layout& l, const basic_workload<T>& w, Visit&& visit) {
  for_each_stage_memory(prepare_memory(c, m, l), w, visit);
}

/// Memory [bytes] of the fullest GPU of all stages, derived from for_each_stage_memory(), for
/// inputs that check() accepts; part by part by hand in tests/estimate/acceptance.cpp.
///   Llama-3.1-8B on one H100, one sequence of 2048 + 512 tokens: weights 16.06 GB, cache 0.336,
///   17.66 GB in all   (tests/memory/memory.cpp)
template <class T>
[[nodiscard]] constexpr basic_memory<T> memory(const prepared_memory<T>& p,
                                               const basic_workload<T>& w) noexcept {
  basic_memory<T> fullest;
  detail::for_each_alike(
      p, w, [&](const alike_stages& stage_run, const basic_memory<T>& stage_memory) {
        fullest = stage_run.first == 0 ? stage_memory : detail::fuller(fullest, stage_memory);
      });
  return fullest;
}
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_memory<T> memory(const basic_cluster<T, Efficiency>& c,
                                               const model& m, const layout& l,
                                               const basic_workload<T>& w) noexcept {
  return memory(prepare_memory(c, m, l), w);
}

}  // namespace shardline
