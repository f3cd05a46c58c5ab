// SPDX-License-Identifier: BSL-1.0
/// Stage by stage: what the fullest GPU of one pipeline stage holds, in every detail.
#pragma once

#include <cstddef>
#include <type_traits>

#include "shardline/memory/memory.hpp"
#include "shardline/model/parameters.hpp"

namespace shardline {

/// The line of the operator that needs most bytes beside the residual stream, the first of equals.
///   Llama-3.1-8B: dense feed-forward, number 4 from 0   (tests/memory/stages.cpp)
template <class T>
[[nodiscard]] constexpr term peak_operator(const basic_workspace<T>& w) noexcept {
  std::size_t most = 0;
  for (std::size_t i = 1; i < operator_term_count; ++i) {
    if (value_of(w.peak[i].value()) > value_of(w.peak[most].value())) most = i;
  }
  return static_cast<term>(most);
}

/// The fullest GPU of one stage.
///   stage, layers   which of the pipeline, and which layers of the model it has
///   memory          its parts, as for_each_stage_memory() has them
///   workspace       activation and communication of `memory` by operator
///   weights         weights of `memory` by class
template <class T = double>
struct basic_stage_memory {
  integer stage = 0;
  item_range layers{};
  basic_memory<T> memory{};
  basic_workspace<T> workspace{};
  weight_totals weights{};

  template <class List>
  static constexpr void parts(List&& list) {
    list("stage", &basic_stage_memory::stage);
    list("layers", &basic_stage_memory::layers);
    list("memory", &basic_stage_memory::memory);
    list("workspace", &basic_stage_memory::workspace);
    list("weights", &basic_stage_memory::weights);
  }
};
using stage_memory = basic_stage_memory<>;

namespace detail {

// Adds workspace and weights by class to the memory of each stage, and hands them on.
template <class T, class Visit>
struct stage_details {
  const model_context& e;
  const rank_step<T>& reserved;
  const rank_step<T>& decoding;
  const T& logit_bytes;
  bool speculates = false;
  Visit& visit;

  constexpr void operator()(integer stage, const basic_memory<T>& held) {
    const shardline::model& m = e.model;
    const shardline::layout& l = e.layout;
    basic_stage_memory<T> s{stage, layers_of_stage(l, m.layers.size(), stage), held};
    const block_counts blocks = blocks_held(m, l, stage, speculates);
    workspace_fold<T> fold{logit_bytes};
    for_each_block(e, reserved, blocks, fold);
    if (l.dcp > 1) for_each_block(e, decoding, blocks, fold);
    s.workspace = fold.workspace;
    s.workspace.residual = residual(m, reserved);
    weight_fold weights{{}, e.padding};
    listing<weight_fold> list{weights};
    for_each_block(e, blocks, list);
    s.weights = weights.totals;
    visit(s);
  }
};

template <class T>
struct fullest_details {
  basic_stage_memory<T>& fullest;

  constexpr void operator()(const basic_stage_memory<T>& s) noexcept {
    const double most = value_of(fullest.memory.total().value());
    if (s.stage == 0 || most < value_of(s.memory.total().value())) fullest = s;
  }
};

}  // namespace detail

/// visit(stage) with a basic_stage_memory, in bytes and layers, for every pipeline stage, in order.
/// Assumes inputs that check() accepts, memory aside. Derived from for_each_stage_memory() and
/// for_each_block():
///   weights.total_bytes() == memory.weights, workspace.activation() == memory.activation,
///   workspace.communication() == memory.communication   (tests/memory/stages.cpp)
///   Llama-3.1-8B, pp 4: 4 stages of 8 layers   (tests/memory/stages.cpp)
template <class T, class Visit>
constexpr void for_each_stage(const prepared_memory<T>& p, const basic_workload<T>& w,
                              Visit&& visit) {
  const model_context e = model_context_under(p.engine, p.model, p.layout);
  const rank_step<T> reserved = reserved_step(p.engine, p.layout, w);
  const rank_step<T> decoding = reserved_decode_step(p.engine, p.layout, w);
  for_each_stage_memory(
      p, w,
      detail::stage_details<T, std::remove_reference_t<Visit>>{
          e, reserved, decoding, p.engine.logit_bytes, w.speculation.draft_tokens > 0, visit});
}
template <class T, class Efficiency, class Visit>
constexpr void for_each_stage(const basic_cluster<T, Efficiency>& c, const model& m,
                              const layout& l, const basic_workload<T>& w, Visit&& visit) {
  for_each_stage(prepare_memory(c, m, l), w, visit);
}

/// memory() in detail, in bytes and layers: the fullest GPU of the stage whose total is largest,
/// the first of equals, for inputs that check() accepts; its room for KV cache is the least of all
/// stages. Derived from for_each_stage().
///   Llama-3.1-8B on one H100, one sequence of 2048 + 512 tokens: stage 0, 17.66 GB
///   (tests/memory/stages.cpp)
template <class T>
[[nodiscard]] constexpr basic_stage_memory<T> fullest_stage(const prepared_memory<T>& p,
                                                            const basic_workload<T>& w) {
  basic_stage_memory<T> fullest;
  for_each_stage(p, w, detail::fullest_details<T>{fullest});
  fullest.memory.kv_capacity = memory(p, w).kv_capacity;
  return fullest;
}
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_stage_memory<T> fullest_stage(const basic_cluster<T, Efficiency>& c,
                                                            const model& m, const layout& l,
                                                            const basic_workload<T>& w) {
  return fullest_stage(prepare_memory(c, m, l), w);
}

}  // namespace shardline
