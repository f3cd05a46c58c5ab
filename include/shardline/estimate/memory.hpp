/// Memory: what the fullest GPU must hold, and how many tokens of KV cache fit beside it.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/cost/blocks.hpp"
#include "shardline/describe/cluster.hpp"
#include "shardline/estimate/batching.hpp"

namespace shardline {

/// Bytes on the fullest GPU; the five parts sum to `total()` exactly.
///   weights         of the rank's share of its stage, scales included
///   kv_cache        of its sequences at full length, in whole pages
///   activation      residual stream and the largest operator's inputs and outputs
///   communication   the largest collective's buffer
///   reserve         the engine's own
///   capacity        memory x memory_fraction
///   kv_capacity     tokens whose cache fits beside the other parts, sequences of the full length
template <class T = double>
struct basic_memory {
  bytes<T> weights{};
  bytes<T> kv_cache{};
  bytes<T> activation{};
  bytes<T> communication{};
  bytes<T> reserve{};
  bytes<T> capacity{};
  tokens<T> kv_capacity{};

  [[nodiscard]] constexpr bytes<T> total() const noexcept {
    return weights + kv_cache + activation + communication + reserve;
  }
};
using memory_breakdown = basic_memory<>;

/// Length at which a sequence's cache is largest, in whole pages: it holds input + output tokens.
template <class T>
[[nodiscard]] constexpr T paged_length(const basic_workload<T>& w, count page_tokens) noexcept {
  const T page = real<T>(page_tokens);
  return round_up((w.input.value() + w.output.value()) / page) * page;
}

namespace detail {

// What stays (weights, cache) and the largest of what comes and goes (activations, buffers).
template <class T>
struct held_bytes {
  bytes<T> weights{};
  bytes<T> kv_cache{};
  bytes<T> activation{};
  bytes<T> buffer{};

  constexpr void add(const held_bytes& block, count times) noexcept {
    weights = weights + block.weights * real<T>(times);
    kv_cache = kv_cache + block.kv_cache * real<T>(times);
    activation = shardline::max(activation, block.activation);
    buffer = shardline::max(buffer, block.buffer);
  }
};

template <class T>
struct memory_fold {
  T cached_length{};
  std::array<held_bytes<T>, block::number> of_block{};
  held_bytes<T> held{};

  constexpr void start(std::size_t, count) noexcept { held = {}; }
  constexpr void finish(std::size_t b) noexcept { of_block[b] = held; }
  constexpr void operator()(const collective<T>& op) noexcept {
    held.buffer = shardline::max(held.buffer, op.message);
  }
  template <class Operator>
  constexpr void operator()(const Operator& op) noexcept {
    held.activation = shardline::max(held.activation, op.activation_bytes());
    if constexpr (has_weight<Operator>) {
      if (op.weight.resident) {
        held.weights = held.weights + bytes<T>::from_value(T(op.weight.total_bytes()));
      }
    }
    if constexpr (is_attention_core<Operator>) {
      held.kv_cache = held.kv_cache + op.resident_cache(cached_length);
    }
  }

  [[nodiscard]] constexpr held_bytes<T> of_stage(const block_counts& blocks) const noexcept {
    held_bytes<T> stage;
    for (std::size_t b = 0; b < block::number; ++b) {
      if (blocks[b] > 0) stage.add(of_block[b], blocks[b]);
    }
    return stage;
  }
};

// The residual stream of every token of the step, held while its operators run.
template <class T>
constexpr bytes<T> residual(const model& m, const rank_step<T>& s) noexcept {
  const double row = static_cast<double>(m.hidden_size) * element_bytes(m.activations);
  return bytes<T>::from_value(s.tokens * T(row));
}

// The tokens, in whole pages, that fit into what the rest leaves free.
template <class T>
constexpr tokens<T> cache_that_fits(const basic_memory<T>& used, const T& cached_tokens,
                                    count page_tokens) noexcept {
  const bytes<T> free = shardline::max(used.capacity - (used.total() - used.kv_cache), bytes<T>{});
  const T page = real<T>(page_tokens);
  const T pages = free / used.kv_cache * cached_tokens / page;
  return tokens<T>::from_value(-round_up(-pages) * page);
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
          select_bytes(b_is, b.activation, a.activation),
          select_bytes(b_is, b.communication, a.communication),
          a.reserve,
          a.capacity,
          shardline::min(a.kv_capacity, b.kv_capacity)};
}

}  // namespace detail

/// Memory of the fullest GPU with every sequence at its full length input + output.
///   weights + kv_cache + activation + communication + reserve  <=  memory memory_fraction
/// Activations and buffers are those of full_step(): one prompt step and all decoding at once.
/// Source of the activation peak (residual stream + the largest operator): the serving engines'
/// warm-up, as hf-mem models it.
/// Assumes inputs that check() accepts.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_memory<T> memory(const basic_cluster<T, Efficiency>& c,
                                               const model& m, const layout& l,
                                               const basic_workload<T>& w) noexcept {
  const T length = paged_length(w, c.runtime.page_tokens);
  const T sequences = round_up(w.concurrency / real<T>(l.attention.dp));
  const emission<T> e{m, l, {}, localise(full_step(l, w), l)};
  detail::memory_fold<T> fold{length};
  for_each_block(e, blocks_of_pipeline(m, l.pp), fold);
  basic_memory<T> fullest{};
  for (count i = 0; i < l.pp; ++i) {
    const detail::held_bytes<T> held = fold.of_stage(blocks_of_stage(m, l.pp, i));
    basic_memory<T> stage{held.weights,
                          held.kv_cache,
                          held.activation + detail::residual(m, e.step),
                          held.buffer,
                          c.runtime.reserve,
                          c.accelerator.memory * c.runtime.memory_fraction,
                          {}};
    stage.kv_capacity = detail::cache_that_fits(stage, sequences * length, c.runtime.page_tokens);
    fullest = i == 0 ? stage : detail::fuller(fullest, stage);
  }
  return fullest;
}

}  // namespace shardline
