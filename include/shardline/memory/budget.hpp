/// The engine's budget: what it reserves, and what its rule withholds from the KV cache.
#pragma once

#include "shardline/base/alternative.hpp"
#include "shardline/base/units.hpp"
#include "shardline/describe/engine.hpp"

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

  [[nodiscard]] constexpr bytes<T> used() const noexcept {
    return weights + workspace + reserve + graphs;
  }
};

/// Bytes that a budget rule keeps from the KV cache, >= 0:
///   fraction_of_total   (1 - share) capacity - graphs: the graphs use up part of what is left
///   fraction_of_free    (1 - share) (capacity - used)
///   static_fraction     (1 - share) capacity - workspace - reserve - graphs
/// so that in each case KV budget = capacity - used - withheld.
///   fraction_of_total{0.9} of 80 GB with 0.4 GB of graphs withholds 7.6 GB (tests/estimate/budget)
template <class T>
[[nodiscard]] constexpr bytes<T> withheld_bytes(const fraction_of_total<T>& rule,
                                                const budget_inputs<T>& in) noexcept {
  const bytes<T> outside = in.capacity * (T(1.0) - rule.share);
  return shardline::max(outside - in.graphs, bytes<T>{});
}
template <class T>
[[nodiscard]] constexpr bytes<T> withheld_bytes(const fraction_of_free<T>& rule,
                                                const budget_inputs<T>& in) noexcept {
  return shardline::max((in.capacity - in.used()) * (T(1.0) - rule.share), bytes<T>{});
}
template <class T>
[[nodiscard]] constexpr bytes<T> withheld_bytes(const static_fraction<T>& rule,
                                                const budget_inputs<T>& in) noexcept {
  const bytes<T> outside = in.capacity * (T(1.0) - rule.share);
  return shardline::max(outside - (in.used() - in.weights), bytes<T>{});
}

/// The engine's share of a GPU: what it reserves, and what its budget rule leaves unused.
template <class T>
struct runtime_bytes {
  bytes<T> reserve{};
  bytes<T> withheld{};
};

namespace detail {

template <class T>
struct withholding {
  const budget_inputs<T>& inputs;
  bytes<T>& result;
  template <class Rule>
  constexpr void operator()(const Rule& rule) const noexcept {
    result = withheld_bytes(rule, inputs);
  }
};

}  // namespace detail

/// Reserve and withheld bytes of one GPU of a layout of `gpus`; communicators only count where
/// there are peers.
template <class T>
[[nodiscard]] constexpr runtime_bytes<T> engine_bytes(const basic_runtime<T>& r,
                                                      const bytes<T>& capacity, count gpus,
                                                      const bytes<T>& weights,
                                                      const bytes<T>& workspace) noexcept {
  const bytes<T> reserve = gpus > 1 ? r.reserve + r.communicators : r.reserve;
  const budget_inputs<T> inputs{capacity, weights, workspace, reserve, r.cuda_graphs};
  bytes<T> withheld{};
  visit_alternative(r.budget, detail::withholding<T>{inputs, withheld});
  return {reserve + r.cuda_graphs, withheld};
}

}  // namespace shardline
