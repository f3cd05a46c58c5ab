/// Memory: what the fullest GPU of each stage must hold, part by part.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/estimate/budget.hpp"
#include "shardline/estimate/workspace.hpp"

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

  [[nodiscard]] constexpr bytes<T> total() const noexcept {
    return weights + kv_cache + state + activation + communication + reserve + withheld;
  }
  /// What does not depend on how many sequences there are and how long they are.
  [[nodiscard]] constexpr bytes<T> fixed() const noexcept {
    return weights + activation + communication + reserve + withheld;
  }
};
using memory_breakdown = basic_memory<>;

/// Length at which a sequence's cache is largest: input + output tokens.
template <class T>
[[nodiscard]] constexpr T full_length(const basic_workload<T>& w) noexcept {
  return w.input.value() + w.output.value();
}

/// Sequences of the fullest attention replica: ceil(concurrency / dp).
template <class T>
[[nodiscard]] constexpr T sequences_per_replica(const layout& l,
                                                const basic_workload<T>& w) noexcept {
  return round_up(w.concurrency / real<T>(l.attention.dp));
}

/// Tokens of a sequence in one page: of each of the dcp ranks that share its cache.
template <class T>
[[nodiscard]] constexpr count tokens_per_page(const basic_runtime<T>& r, const layout& l) noexcept {
  return r.page_tokens * l.dcp;
}

namespace detail {

// What stays on a rank (weights, one sequence's cache and state), the largest of what comes and
// goes, and the size of each buffer of the fold.
template <class T>
struct held_bytes {
  bytes<T> weights{};
  bytes<T> cache{};
  bytes<T> state{};
  bytes<T> largest{};
  std::array<bytes<T>, max_buffers> buffers{};

  constexpr void add(const held_bytes& block, count times, std::size_t buffer_count) noexcept {
    const T n = real<T>(times);
    weights = weights + block.weights * n;
    cache = cache + block.cache * n;
    state = state + block.state * n;
    largest = shardline::max(largest, block.largest);
    for (std::size_t i = 0; i < buffer_count; ++i) {
      buffers[i] = shardline::max(buffers[i], block.buffers[i]);
    }
  }
  [[nodiscard]] constexpr bytes<T> communication() const noexcept {
    bytes<T> sum{};
    for (const bytes<T>& size : buffers) sum = sum + size;
    return sum;
  }
};

// Prices each block of the pipeline once; a stage is a sum over blocks.
template <class T>
struct memory_fold {
  T length{};
  count page_tokens = 1;
  T logit_bytes{};
  std::array<held_bytes<T>, block::number> of_block{};
  bounded<buffer_key, max_buffers> keys{};
  held_bytes<T> held{};

  constexpr void start(std::size_t, count) noexcept { held = {}; }
  constexpr void finish(std::size_t b) noexcept { of_block[b] = held; }
  constexpr void operator()(const sequence_cache<T>& c) noexcept {
    held.cache = held.cache + c.resident(length, page_tokens);
    held.state = held.state + bytes<T>::from_value(T(c.state_bytes));
  }
  constexpr void operator()(const collective<T>& op) noexcept {
    bytes<T>& size = held.buffers[index_of(keys, {op.kind, op.group})];
    size = shardline::max(size, op.message);
  }
  template <class Operator>
  constexpr void operator()(const Operator& op) noexcept {
    held.largest = shardline::max(held.largest, workspace_of(op, logit_bytes));
    if constexpr (has_weight<Operator>) {
      if (op.weight.resident) {
        held.weights = held.weights + bytes<T>::from_value(T(op.weight.total_bytes()));
      }
    }
  }

  [[nodiscard]] constexpr held_bytes<T> of_stage(const block_counts& blocks) const noexcept {
    held_bytes<T> stage;
    for (std::size_t b = 0; b < block::number; ++b) {
      if (blocks[b] > 0) stage.add(of_block[b], blocks[b], keys.size());
    }
    return stage;
  }
};

// Adds what another step needs beside the same weights and caches: only the largest counts.
template <class T>
struct further_step {
  memory_fold<T>& fold;

  constexpr void start(std::size_t b, count) noexcept { fold.held = fold.of_block[b]; }
  constexpr void finish(std::size_t b) noexcept { fold.finish(b); }
  constexpr void operator()(const collective<T>& op) noexcept { fold(op); }
  template <class Operator>
  constexpr void operator()(const Operator& op) noexcept {
    fold.held.largest = shardline::max(fold.held.largest, workspace_of(op, fold.logit_bytes));
  }
};

// Whole sequences' worth of tokens, in whole pages, that fit beside everything else.
template <class T>
constexpr tokens<T> cache_that_fits(const basic_memory<T>& m, const T& cached_tokens,
                                    count page_tokens) noexcept {
  const bytes<T> free = shardline::max(m.capacity - m.fixed() - m.state, bytes<T>{});
  const T page = real<T>(page_tokens);
  const T none(0.0);
  const T held = m.kv_cache.value();
  // Nothing over a cache of nothing: g++ takes no constant that leaves its range on the way.
  const T share = select(none < held, free.value(), none) / max(held, T(1e-300));
  return tokens<T>::from_value(-round_up(-(share * cached_tokens / page)) * page);
}

template <class T, class Efficiency>
constexpr basic_memory<T> memory_of(const held_bytes<T>& held,
                                    const basic_cluster<T, Efficiency>& c, const emission<T>& e,
                                    const basic_workload<T>& w) noexcept {
  const layout& l = e.layout;
  const T sequences = sequences_per_replica(l, w);
  basic_memory<T> m;
  m.weights = held.weights;
  m.kv_cache = held.cache * sequences;
  m.state = held.state * sequences;
  m.activation = residual(e.model, e.step) + held.largest;
  m.communication = held.communication();
  m.capacity = c.accelerator.memory;
  const runtime_bytes<T> own =
      engine_bytes(c.runtime, m.capacity, l.gpus(), m.weights, m.activation + m.communication);
  m.reserve = own.reserve;
  m.withheld = own.withheld;
  m.kv_capacity = cache_that_fits(m, sequences * full_length(w), tokens_per_page(c.runtime, l));
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

template <class T>
struct fullest_stage {
  basic_memory<T> fullest{};
  constexpr void operator()(count stage, const basic_memory<T>& m) noexcept {
    fullest = stage == 0 ? m : fuller(fullest, m);
  }
};

}  // namespace detail

/// The operators of a rank in the step that memory is reserved for, shards padded as the engine
/// does.
template <class T, class Efficiency>
[[nodiscard]] constexpr emission<T> reserved_emission(const basic_cluster<T, Efficiency>& c,
                                                      const model& m, const layout& l,
                                                      const basic_workload<T>& w) noexcept {
  return emission_under(c.runtime, m, l, reserved_step(c.runtime, l, w));
}

/// The same in the largest decode step, for what only decode steps do: ranks that share a cache
/// exchange queries and outputs.
template <class T, class Efficiency>
[[nodiscard]] constexpr emission<T> reserved_decode_emission(const basic_cluster<T, Efficiency>& c,
                                                             const model& m, const layout& l,
                                                             const basic_workload<T>& w) noexcept {
  return emission_under(c.runtime, m, l, reserved_decode_step(c.runtime, l, w));
}

/// visit(stage, memory) for the fullest GPU of every pipeline stage, with every sequence at its
/// full length input + output. Ranks of a stage differ by remainders only, and rank 0 has them all.
///   weights + kv_cache + state + activation + communication + reserve + withheld <= capacity
/// Activations and buffers are those of reserved_step().
/// Assumes inputs that check() accepts.
template <class T, class Efficiency, class Visit>
constexpr void for_each_stage_memory(const basic_cluster<T, Efficiency>& c, const model& m,
                                     const layout& l, const basic_workload<T>& w, Visit&& visit) {
  const emission<T> e = reserved_emission(c, m, l, w);
  detail::memory_fold<T> fold{full_length(w), c.runtime.page_tokens, c.runtime.logit_bytes};
  const bool speculates = w.speculation.draft_tokens > 0;
  block_counts all = blocks_of_pipeline(m, l.pp);
  if (speculates) all[block::prediction] = m.mtp_layers;
  for_each_block(e, all, fold);
  if (l.dcp > 1) {
    detail::further_step<T> decoding{fold};
    for_each_block(reserved_decode_emission(c, m, l, w), all, decoding);
  }
  for (count i = 0; i < l.pp; ++i) {
    visit(i, detail::memory_of(fold.of_stage(blocks_held(m, l, i, speculates)), c, e, w));
  }
}

/// Memory of the fullest GPU of all stages; part by part by hand in tests/estimate/acceptance.cpp.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_memory<T> memory(const basic_cluster<T, Efficiency>& c,
                                               const model& m, const layout& l,
                                               const basic_workload<T>& w) noexcept {
  detail::fullest_stage<T> fold;
  for_each_stage_memory(c, m, l, w, fold);
  return fold.fullest;
}

}  // namespace shardline
