// SPDX-License-Identifier: BSL-1.0
/// LoRA adapters: what the slots that an engine keeps for them take of a GPU.
#pragma once

#include "shardline/model/blocks.hpp"

namespace shardline {

/// Slots of adapters, and the largest rank that one may have (vLLM --max-loras, --max-lora-rank;
/// SGLang --max-loras-per-batch, --max-lora-rank).
struct adapter_slots {
  integer slots = 0;
  integer rank = 16;
};

namespace detail {

// Adds up k + n of every dense matrix of layers that adapters go beside.
struct adapter_fold {
  integer edges = 0;
  template <class Operator>
  constexpr void operator()(const Operator& o, integer times) noexcept {
    if constexpr (has_weight<Operator>) {
      constexpr weight_classes adapted{weight_class::attention, weight_class::dense_feed_forward};
      const bool matrix = o.weight.k > 1 && adapted.contains(o.weight.weight_class);
      if (matrix) edges += times * o.weight.matrices * (o.weight.k + o.weight.n);
    }
  }
  template <class Operator>
  constexpr void operator()(const Operator& o) noexcept {
    (*this)(o, 1);
  }
};

}  // namespace detail

/// Bytes that the slots take on a rank of `stage`: for each k x n matrix of attention and dense
/// blocks, as the layout shards it, rank x k and rank x n values of the activations' type:
///   slots rank (k + n) bytes, summed; engines allocate them at start-up, used or not
/// Llama-3.1-8B, 4 slots of rank 16: 4 x 16 x 2 B x 32 x (4096 + 6144 + 4096 + 4096 + 4096 + 28672
/// + 14336 + 4096) = 285,212,672 B (tests/memory/adapters.cpp).
/// For a layout that check() accepts, 0 <= stage < pp. Source: create_lora_weights() of
/// vllm/lora/layers/base_linear.py.
[[nodiscard]] constexpr bytes<> adapter_bytes(const model& m, const layout& l, integer stage,
                                              const adapter_slots& a) noexcept {
  detail::adapter_fold fold;
  detail::listing<detail::adapter_fold> list{fold};
  for_each_block(model_context{m, l}, blocks_of_stage(m, l, stage), list);
  return bytes<>::from_value(real<double>(a.slots) * real<double>(a.rank) *
                             real<double>(fold.edges) * element_bytes(m.activations));
}

}  // namespace shardline
