// SPDX-License-Identifier: BSL-1.0
/// A deployment without its load, prepared once: what no load changes of each segment's ranks.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/describe/cluster.hpp"
#include "shardline/model/segments.hpp"
#include "shardline/policies/laws.hpp"
#include "shardline/prepare/entries.hpp"
#include "shardline/prepare/exchange_buffers.hpp"
#include "shardline/prepare/workspace.hpp"

namespace shardline {

/// What the memory of one cluster, model and layout is made of under any load. It refers to the
/// engine and the model, which must outlive it.
///   registered   to exchange experts' tokens, for good
///   segments   those that the deployment can have, in order
///   times   how often a step runs each segment, over all stages
///   kernels   that a step of prompts launches for each segment
///   sends   kinds of collectives over groups of ranks: each has a buffer
///   capacity   of one GPU
///   layers     of each kind, how many the model has
///   pipeline   of each segment, how many all stages have
///   weights    bytes of each segment on a rank
template <class T>
struct prepared_memory {
  // Not an aggregate, which g++ would clear as a whole.
  template <class Efficiency>
  constexpr prepared_memory(const basic_cluster<T, Efficiency>& on_cluster,
                            const shardline::model& of_model,
                            const shardline::layout& under_layout) noexcept
      : engine(on_cluster.runtime),
        capacity(on_cluster.accelerator.memory),
        model(of_model),
        layout(under_layout),
        ranks_per_domain(on_cluster.gpus_per_domain) {}

  const basic_runtime<T>& engine;
  bytes<T> capacity;
  const shardline::model& model;
  shardline::layout layout;
  integer ranks_per_domain;
  bytes<T> registered{};
  segment_map map{};
  kind_counts layers{};
  segment_counts pipeline{};
  segment_times times{};
  growing<unsigned char, segment::number> segments;
  routings routed;
  growing<prepared_message, max_messages> messages;
  growing<prepared_exchange, max_exchanges> exchanges;
  growing<buffer_key, max_sends> sends;
  std::array<double, segment::number> weights{};
  segment_counts kernels{};
  growing<prepared_cache, 2 * max_layer_kinds> caches;
  growing<prepared_peak<T>, max_prepared> peaks;
  growing<alike_stages, max_stage_kinds> stages;

  /// What stage `stage` of these segments holds: them, and with the last stage's head prediction
  /// layers where the deployment speculates. A step runs those apart from others: draft_time().
  [[nodiscard]] constexpr segment_counts held_by(integer stage, segment_counts n,
                                                 bool speculates) const noexcept {
    if (speculates && stage == layout.pp - 1) detail::add_prediction(n, map, model);
    return n;
  }
};

/// What estimates of one cluster, model and layout have in common: their memory, and laws of time.
///   send_laws           of each of `sends`, in bytes
///   exchange_laws       of each of `exchanges`
///   repeated_messages   without stages: all that a step sends
template <class T, class Efficiency>
struct prepared_layout : prepared_memory<T> {
  using scalar = T;

  constexpr prepared_layout(const basic_cluster<T, Efficiency>& on_cluster,
                            const shardline::model& of_model,
                            const shardline::layout& under_layout) noexcept
      : prepared_memory<T>(on_cluster, of_model, under_layout), cluster(on_cluster) {}

  const basic_cluster<T, Efficiency>& cluster;
  operator_laws<T, Efficiency> operators;
  growing<message_law<T>, max_sends> send_laws;
  growing<exchange_law<T>, max_exchanges> exchange_laws;
  growing<repeated_message<T>, max_messages> repeated_messages;
};

namespace detail {

// Laws that can work in how often a step runs each segment.
template <class Laws>
concept repeatable = requires(Laws& laws, const segment_times& times) {
  laws.repeat(times);
};

// Of memory alone: no law is made.
template <class T>
struct no_laws {
  template <class Shape>
  constexpr void add(const place_in_step&, const Shape&, double, std::size_t) const noexcept {}
  constexpr void send(const buffer_key&) const noexcept {}
  constexpr void exchange(const exchange_shape&, std::size_t) const noexcept {}
  constexpr void finish() const noexcept {}
};

// Makes laws of what is taken in.
template <class T, class Efficiency>
struct laws_of_layout {
  prepared_layout<T, Efficiency>& into;

  template <class Shape>
  constexpr void add(const place_in_step& at, const Shape& o, double matrix,
                     std::size_t routing) const noexcept {
    into.operators.add(into.cluster.accelerator, at, o, matrix, routing);
  }
  constexpr void send(const buffer_key& key) const noexcept {
    if constexpr (sends_by_laws<T, Efficiency>) {
      into.send_laws.append([&] { return law_of(into.cluster, key.kind, key.group); });
    }
  }
  constexpr void exchange(const exchange_shape& o, std::size_t by) const noexcept {
    if constexpr (sends_by_laws<T, Efficiency>) {
      into.exchange_laws.append([&] { return law_of(into.cluster, o, into.send_laws[by]); });
    }
  }
  // Without stages nobody asks for one of each segment, only for all that a step runs.
  constexpr void finish() const noexcept {
    if (into.layout.pp > 1) return;
    if constexpr (repeatable<operator_laws<T, Efficiency>>) into.operators.repeat(into.times);
    for (std::size_t i = 0; i < into.messages.size(); ++i) {
      const prepared_message& m = into.messages[i];
      const double n = into.times[m.segment];
      if (m.as_before) {
        into.repeated_messages[into.repeated_messages.size() - 1].times += n;
      } else {
        into.repeated_messages.push_back({m.size, m.send, m.shape.kind, T(m.shape.bytes_each), n});
      }
    }
  }
};

// Takes in the shapes of one segment after the other.
template <class T, class Laws>
struct preparing {
  prepared_memory<T>& into;
  Laws laws;
  unsigned char segment = 0;
  unsigned char routing = 0;
  // Where the segment's peaks begin.
  std::size_t first_peak = 0;

  constexpr void start(std::size_t s) noexcept {
    segment = static_cast<unsigned char>(s);
    first_peak = into.peaks.size();
  }
  constexpr void operator()(const routing_shape& r) noexcept {
    std::size_t i = 0;
    while (i < into.routed.size() && !(into.routed[i].shape == r)) ++i;
    if (i == into.routed.size()) into.routed.push_back(prepared_of(r));
    routing = static_cast<unsigned char>(i);
  }
  constexpr void operator()(const sequence_cache& c) noexcept {
    const integer page = into.engine.page_tokens;
    const integer ring = c.window == 0 ? 0 : c.ring_pages(page);
    into.caches.push_back({segment, c, c.page_bytes(page), ring});
  }
  constexpr void operator()(const logits_shape& o) noexcept {
    const T row = real<T>(o.columns) * into.engine.logit_bytes;
    need(step_size::of(step_extent::logit_rows), row);
  }
  constexpr void operator()(const collective_shape& o) noexcept {
    prepared_message m{segment, step_size::of(o.size), send(o.kind, o.group), false, o};
    if (!into.messages.empty()) m.as_before = m.like(into.messages[into.messages.size() - 1]);
    into.messages.push_back(m);
    ++into.kernels[segment];
  }
  constexpr void operator()(const exchange_shape& o) noexcept {
    const unsigned char by = send(collective_kind::all_to_all, o.group);
    into.exchanges.push_back({segment, routing, by, o});
    ++into.kernels[segment];
    laws.exchange(o, by);
  }
  constexpr void operator()(const fused_shape& o) noexcept { take(o, o.term, step_size::none); }
  constexpr void operator()(const gemm_shape& o) noexcept {
    take(o, o.term, step_size::of(o.rows));
  }
  constexpr void operator()(const vector_shape& o) noexcept {
    take(o, o.term, step_size::of(step_extent::tokens));
  }
  constexpr void operator()(const grouped_gemm_shape& o) noexcept {
    take(o, term::routed_experts, step_size::of(step_size::routed::rows, routing));
  }
  constexpr void operator()(const expert_activation_shape& o) noexcept {
    take(o, term::routed_experts, step_size::of(step_size::routed::rows, routing));
  }
  constexpr void operator()(const attention_shape& o) noexcept { take_in_phase(o); }
  constexpr void operator()(const recurrence_shape& o) noexcept { take_in_phase(o); }

 private:
  [[nodiscard]] static constexpr unsigned char tokens_in(phase p) noexcept {
    return step_size::of(p == phase::prefill ? step_extent::prompt_tokens
                                             : step_extent::decode_tokens);
  }
  // Of kernels that a step has for prompts and for decoding sequences one is counted.
  template <class Shape>
  constexpr void take_in_phase(const Shape& o) noexcept {
    take(o, term::attention, tokens_in(o.phase));
    if (o.phase == phase::decode) into.kernels[segment] -= kernels_of(o);
  }
  template <class Shape>
  constexpr void take(const Shape& o, term line, unsigned char size) noexcept {
    into.kernels[segment] += kernels_of(o);
    double matrix = 0.0;
    if constexpr (has_weight<Shape>) {
      matrix = o.weight.matrix_bytes();
      const double stored = static_cast<double>(o.weight.matrices) * matrix;
      if (o.weight.resident) into.weights[segment] += into.engine.padding.held(stored);
      if constexpr (std::is_same_v<Shape, fused_shape>) matrix = stored;
    }
    laws.add({segment, line}, o, matrix, routing);
    need(size, T(workspace_each(o)));
  }
  constexpr void need(unsigned char size, const T& each) noexcept {
    if (!(value_of(each) > 0.0)) return;
    std::size_t i = first_peak;
    while (i < into.peaks.size() && into.peaks[i].size != size) ++i;
    if (i == into.peaks.size()) return into.peaks.push_back({segment, size, each});
    T& most = into.peaks[i].each;
    most = max(most, each);
  }
  // The place of what sends such messages, where it is put if it is new.
  constexpr unsigned char send(collective_kind kind, const rank_group& group) noexcept {
    const buffer_key key{kind, group};
    std::size_t i = 0;
    while (i < into.sends.size() && !(into.sends[i] == key)) ++i;
    if (i == into.sends.size()) {
      into.sends.push_back(key);
      laws.send(key);
    }
    return static_cast<unsigned char>(i);
  }
};

constexpr bool alike(const alike_stages& s, const segment_counts& segments,
                     const kind_counts& kinds) noexcept {
  return s.segments == segments && s.kinds == kinds;
}

template <class T>
constexpr integer kernels_of(const prepared_memory<T>& p, const segment_counts& n) noexcept {
  integer kernels = 0;
  for (std::size_t i = 0; i < p.segments.size(); ++i) {
    const std::size_t s = p.segments[i];
    kernels += integer{n[s]} * integer{p.kernels[s]};
  }
  return kernels;
}

template <class T>
constexpr void put_stages(prepared_memory<T>& p) noexcept {
  if (p.layout.pp == 1) {
    return p.stages.append([&p] {
      return alike_stages{p.pipeline, p.layers, kernels_of(p, p.pipeline), 0, 1};
    });
  }
  integer layers = 0;
  for (const integer of_kind : p.layers) layers += of_kind;
  for (integer stage = 0; stage < p.layout.pp; ++stage) {
    const segment_counts own = segments_of_stage(p.map, p.model, p.layout, stage);
    std::size_t i = 0;
    const item_range range = layers_of_stage(p.layout, layers, stage);
    const kind_counts kinds = p.model.layers.counts(range.first, range.number);
    const bool last = stage == p.layout.pp - 1;
    while (i < p.stages.size() && (last || !alike(p.stages[i], own, kinds))) ++i;
    if (i == p.stages.size()) p.stages.push_back({own, kinds, kernels_of(p, own), stage, 0});
    ++p.stages[i].times;
  }
}

// Every segment once, and what stages have of each.
template <class T, class Laws>
constexpr void fill(prepared_memory<T>& p, const Laws& laws) noexcept {
  const model& m = p.model;
  p.registered = cast<T>(exchange_buffer_bytes(m, p.layout, p.ranks_per_domain,
                                               p.engine.experts.exchange, p.engine.buffers));
  p.map = segments_of(m);
  p.layers = m.layers.counts();
  p.pipeline = segments_of_model(p.map, p.layers, m);
  p.pipeline[segment::hand_over] = static_cast<std::int32_t>(p.layout.pp - 1);
  p.times = times_of(p.pipeline);
  preparing<T, Laws> prepares{p, laws};
  sink_for sink(prepares);
  const model_context e = model_context_under(p.engine, m, p.layout);
  for (std::size_t s = 0; s < segment::number; s = segment::next(s, p.map.kinds)) {
    const bool predicts = s == segment::prediction && m.mtp_layers > 0;
    if (p.pipeline[s] == 0 && !predicts) continue;
    p.segments.push_back(static_cast<unsigned char>(s));
    prepares.start(s);
    emit_segment(e, p.map, s, sink);
  }
  laws.finish();
  put_stages(p);
}

}  // namespace detail

/// Prepares a cluster, model and layout that check() accepts, or their memory alone: bytes, and
/// laws of time [s], policies/laws.hpp.
///   Llama-3.1-8B on one H100: 4 segments, 17.66 GB under one sequence of 2048 + 512 tokens
///   (tests/prepare/prepared.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr prepared_layout<T, Efficiency> prepare(
    const basic_cluster<T, Efficiency>& c, const model& m, const layout& l) noexcept {
  prepared_layout<T, Efficiency> p(c, m, l);
  detail::fill(p, detail::laws_of_layout<T, Efficiency>{p});
  return p;
}
template <class T, class Efficiency>
[[nodiscard]] constexpr prepared_memory<T> prepare_memory(const basic_cluster<T, Efficiency>& c,
                                                          const model& m,
                                                          const layout& l) noexcept {
  prepared_memory<T> p(c, m, l);
  detail::fill(p, detail::no_laws<T>{});
  return p;
}

}  // namespace shardline
