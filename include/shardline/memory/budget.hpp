// SPDX-License-Identifier: BSL-1.0
/// The engine's budget: what it reserves, and what its rule withholds from the KV cache.
#pragma once

#include "shardline/base/alternative.hpp"
#include "shardline/base/units.hpp"
#include "shardline/describe/engine.hpp"
#include "shardline/describe/layout.hpp"

namespace shardline {

/// What everything but KV cache and state takes, and the GPU's memory.
///   capacity    of the GPU
///   weights     held throughout
///   workspace   activations and buffers of the largest step
///   reserve     of the engine, without graphs
///   graphs      CUDA graphs
template <class T>
struct budget_inputs {
  bytes<T> capacity{};
  bytes<T> weights{};
  bytes<T> workspace{};
  bytes<T> reserve{};
  bytes<T> graphs{};

  /// Bytes of all but the cache.
  [[nodiscard]] constexpr bytes<T> used() const noexcept {
    return weights + workspace + reserve + graphs;
  }
};

/// Bytes that a budget rule keeps from the KV cache, >= 0:
///   fraction_of_total   (1 - share) capacity - graphs: the graphs use up part of what is left;
///                       (1 - share) capacity where they are inside
///   fraction_of_free    (1 - share) (capacity - used)
///   static_fraction     (1 - share) (capacity - reserve) - workspace - graphs
/// so that in each case KV budget = capacity - used - withheld.
///   fraction_of_total{0.9} of 80 GB with 0.4 GB of graphs withholds 7.6 GB (tests/memory/budget)
template <class T>
[[nodiscard]] constexpr bytes<T> withheld_bytes(const fraction_of_total<T>& rule,
                                                const budget_inputs<T>& in) noexcept {
  const bytes<T> outside = in.capacity * (T(1.0) - rule.share);
  return rule.graphs_inside ? outside : shardline::max(outside - in.graphs, bytes<T>{});
}
template <class T>
[[nodiscard]] constexpr bytes<T> withheld_bytes(const fraction_of_free<T>& rule,
                                                const budget_inputs<T>& in) noexcept {
  return shardline::max((in.capacity - in.used()) * (T(1.0) - rule.share), bytes<T>{});
}
template <class T>
[[nodiscard]] constexpr bytes<T> withheld_bytes(const static_fraction<T>& rule,
                                                const budget_inputs<T>& in) noexcept {
  const bytes<T> outside = (in.capacity - in.reserve) * (T(1.0) - rule.share);
  return shardline::max(outside - in.workspace - in.graphs, bytes<T>{});
}

/// The share [1] that derived_static comes to on a GPU of so many bytes, at most its `share`; the
/// formula and its source stand at derived_static (SGLang, server_args.py).
///   SGLang on eight H100 under tp 8: 512 + 1.5 x 8192 + 128 x 8 + 2 x 512 MiB of 81080: 0.817
///   (tests/memory/budget.cpp)
template <class T>
[[nodiscard]] constexpr static_fraction<T> share_of(const derived_static<T>& rule,
                                                    const basic_runtime<T>& r, const layout& l,
                                                    const bytes<T>& capacity) noexcept {
  const integer engines = independent_engines(l);
  const integer ranks = l.attention.size() / engines;
  const integer replicas = l.attention.dp / engines;
  const T sequences = r.captured.on(ranks);
  bytes<T> reserved = rule.base + rule.per_token * max(r.step_tokens, rule.least_tokens) +
                      rule.per_gpu * real<T>(ranks * l.pp) + rule.per_sequence * sequences;
  if (replicas > 1) {
    const T of_replicas = real<T>(replicas) * sequences;
    const T above = select(rule.many_sequences < sequences, of_replicas, T(0.0));
    reserved = reserved + rule.per_replica_sequence * of_replicas +
               rule.per_replica_sequence_above * above;
  }
  const auto large = rule.least_from.value() < capacity.value();
  const T held = select(large, max(reserved.value(), rule.least.value()), reserved.value());
  constexpr double thousand = 1000.0;
  const T left = max(capacity.value() - held, T(0.0)) / capacity.value();
  return {min(round_up(left * T(thousand) - T(0.5)) / T(thousand), rule.share)};
}

/// The engine's share of a GPU: what it reserves, and what its budget rule leaves unused.
///   reserve, withheld   of one GPU, neither negative
template <class T>
struct runtime_bytes {
  bytes<T> reserve{};
  bytes<T> withheld{};
};

namespace detail {

template <class T>
struct withholding {
  const basic_runtime<T>& engine;
  const layout& under;
  const budget_inputs<T>& inputs;
  bytes<T>& result;
  template <class Rule>
  constexpr void operator()(const Rule& rule) const noexcept {
    result = withheld_bytes(rule, inputs);
  }
  constexpr void operator()(const derived_static<T>& rule) const noexcept {
    result = withheld_bytes(share_of(rule, engine, under, inputs.capacity), inputs);
  }
};

}  // namespace detail

/// Reserve and withheld bytes of one GPU of a layout; communicators only count where there are
/// peers. The sources of the budget rules stand in describe/engine.hpp.
///   reserve  = reserve + communicators + cuda_graphs + registered, what is registered to exchange
///            experts' tokens (prepare/exchange_buffers.hpp)
///   withheld: what the budget rule leaves unused
///   the default engine on 80 GB: 1,073,741,824 bytes, and 0   (tests/memory/budget.cpp)
template <class T>
[[nodiscard]] constexpr runtime_bytes<T> engine_bytes(const basic_runtime<T>& r,
                                                      const bytes<T>& capacity, const layout& l,
                                                      const bytes<T>& weights,
                                                      const bytes<T>& workspace,
                                                      const bytes<T>& registered) noexcept {
  const bytes<T> own = has_peers(l) ? r.reserve + r.communicators : r.reserve;
  const bytes<T> reserve = own + registered;
  const budget_inputs<T> inputs{capacity, weights, workspace, reserve, r.cuda_graphs};
  bytes<T> withheld{};
  visit_alternative(r.budget, detail::withholding<T>{r, l, inputs, withheld});
  return {reserve + r.cuda_graphs, withheld};
}

}  // namespace shardline
