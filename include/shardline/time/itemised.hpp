// SPDX-License-Identifier: BSL-1.0
/// A step operator by operator: what the lines of a breakdown are made of.
#pragma once

#include "shardline/time/decode.hpp"
#include "shardline/time/prefill.hpp"

namespace shardline {

namespace detail {

// The sink that prices operators one by one, each with how often a step runs its segment.
template <class T, class Efficiency, class Sink>
struct itemising {
  const basic_cluster<T, Efficiency>& cluster;
  Sink& sink;
  unsigned char segment = 0;
  T times = T(0.0);

  constexpr void operator()(const sequence_cache&) const noexcept {}
  constexpr void operator()(const logits<T>&) const noexcept {}
  constexpr void operator()(const collective<T>& op) const {
    sink(place_in_step{segment, term_of(op.kind)}, times, op, time_of(cluster, op));
  }
  template <class Operator>
  constexpr void operator()(const Operator& op) const {
    sink(place_in_step{segment, op.term}, times, op, time_of(cluster.accelerator, op));
  }
};

// The operators of the segments that run, in order.
template <class T, class Efficiency, class Sink>
constexpr void itemise(const prepared_layout<T, Efficiency>& p, const rank_step<T>& s,
                       const segment_times& times, Sink& sink) {
  const model_context e = model_context_under(p.engine, p.model, p.layout);
  itemising<T, Efficiency, Sink> priced{p.cluster, sink};
  at_step<T, itemising<T, Efficiency, Sink>> operators{s, priced};
  sink_for shapes(operators);
  for (std::size_t i = 0; i < segment::number; ++i) {
    if (!(times[i] > 0.0)) continue;
    priced.segment = static_cast<unsigned char>(i);
    priced.times = T(times[i]);
    emit_segment(e, p.map, i, shapes);
  }
}

// Hands on what an itemised step runs, each operator `passes` times as often.
template <class T, class Sink>
struct in_passes {
  Sink& sink;
  T passes;
  template <class Operator, class Time>
  constexpr void operator()(const place_in_step& at, const T& times, const Operator& op,
                            const Time& once) const {
    sink(at, times * passes, op, once);
  }
};

// Hands on a prompt's steps as prompt_fold adds them up.
template <class T, class Efficiency, class Visit>
struct steps_of_prompt {
  const prepared_layout<T, Efficiency>& prepared;
  const basic_workload<T>& workload;
  const Visit& each;
  bool first = true;

  constexpr void visit(const T& new_tokens, const T& context, const T& steps, bool) {
    const auto s = prompt_fold<T, Efficiency>::step(workload, new_tokens, context);
    each(s, passes_of(prepared.layout, time_of_step(prepared, s), steps, first));
    first = false;
  }
};

}  // namespace detail

/// Whether a step is run as two halves, one communicating while the other computes: where the
/// engine can (two_batch_overlap), and that is faster, as time_of_step() derives it.
///   a step of 1 sequence never is   (tests/time/step_time.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr bool runs_in_halves(const prepared_layout<T, Efficiency>& p,
                                            const basic_step<T>& s) noexcept {
  if (!p.cluster.runtime.two_batch_overlap) return false;
  const pipeline_time<T> whole = detail::in_one_batch(p, s);
  const pipeline_time<T> halves = detail::in_two_batches(p, rank_step_of(s, p.layout));
  return halves.sum.total() < whole.sum.total();
}

/// Every operator of the heaviest rank of each stage in a step, in the order in which they run:
///   sink(place, times, operator, once)
/// once is operator_time<T>, or seconds<T> of a collective; times [1] how often the step runs it
/// over all stages. For each line of time_of_step()
///   line = sum of times once.total()                                                       [s]
/// but for what is hidden: collectives beside shared experts, or beside the other half of a step
/// (two_batch_overlap). Draft, bubble and host have no operators. Assumes inputs that check()
/// accepts.
///   llama-3.1-70b, tp 8: 80 layers have 160 all-reduces, and one is of the embedding;
///   llama-3.1-8b on one GPU: 291 operators   (tests/time/itemised.cpp)
template <class T, class Efficiency, class Sink>
constexpr void for_each_operator(const prepared_layout<T, Efficiency>& p, const basic_step<T>& s,
                                 Sink& sink) {
  const rank_step<T> own = rank_step_of(s, p.layout);
  if (!runs_in_halves(p, s)) return detail::itemise(p, own, p.times, sink);
  constexpr double two = 2.0;
  detail::itemise(p, own, detail::repeated(p.times, 0.0, 1.0), sink);
  detail::itemise(p, larger_half(own), detail::repeated(p.times, two, 0.0), sink);
}

/// The step of decode() that each batch in the pipeline takes, the fullest of them:
/// generation_step() of sequences_per_batch().
///   pp 2, 8 sequences: 4 of them, each at 2304 tokens of 2048 + 512   (tests/time/itemised.cpp)
template <class T>
[[nodiscard]] constexpr basic_step<T> step_of_batch(const layout& l,
                                                    const basic_workload<T>& w) noexcept {
  const T batches = pipeline_batches(l, w.concurrency);
  return generation_step(sequences_per_batch(l, w.concurrency, batches), w);
}

/// for_each_operator() of it, for inputs that check() accepts.
///   Llama-3.1-8B on one H100: 12 calls, 291 operators in all   (tests/time/itemised.cpp)
template <class T, class Efficiency, class Sink>
constexpr void for_each_operator_of_decode(const prepared_layout<T, Efficiency>& p,
                                           const basic_workload<T>& w, Sink& sink) {
  for_each_operator(p, step_of_batch(p.layout, w), sink);
}

/// visit(step, passes) for each step of prefill(), one after the other; beyond 32 steps one stands
/// for several. passes [1] how many of the step's whole passes it takes: later ones follow in the
/// pipeline at the pace of its slowest stage. Derived as prefill() is.
///   2048 tokens in chunks of 512: 4 steps, 1 pass each   (tests/time/itemised.cpp)
template <class T, class Efficiency, class Visit>
constexpr void for_each_step_of_prefill(const prepared_layout<T, Efficiency>& p,
                                        const basic_workload<T>& w, const Visit& visit) {
  detail::steps_of_prompt<T, Efficiency, Visit> steps{p, w, visit};
  detail::for_each_chunk(w, steps);
}

/// for_each_operator() of all steps of prefill(), those of for_each_step_of_prefill(), for inputs
/// that check() accepts.
///   2048 tokens in chunks of 512, Llama-3.1-8B: 4 x 12 calls, 4 x 291 = 1164 operators
///   (tests/time/itemised.cpp)
template <class T, class Efficiency, class Sink>
constexpr void for_each_operator_of_prefill(const prepared_layout<T, Efficiency>& p,
                                            const basic_workload<T>& w, Sink& sink) {
  for_each_step_of_prefill(p, w, [&](const basic_step<T>& s, const T& passes) {
    detail::in_passes<T, Sink> often{sink, passes};
    for_each_operator(p, s, often);
  });
}

}  // namespace shardline
