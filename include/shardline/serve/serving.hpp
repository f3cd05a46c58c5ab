/// Serving: the steady state of continuous batching, at a constant concurrency or a rate of
/// arrivals.
#pragma once

#include <limits>

#include "shardline/serve/arrivals.hpp"
#include "shardline/time/decode.hpp"
#include "shardline/time/prefill.hpp"

namespace shardline {

/// What users and operators of a loaded deployment see.
///   concurrency                     sequences in flight, waiting ones too; infinite where the queue
///                                   grows for ever
///   running                         of them, those that the engine works on
///   utilisation                     of its slots: running over the most that can; with a rate, the
///                                   rate over the largest that can be served, 1 or more where the
///                                   queue grows for ever
///   requests_per_s                  served over the whole deployment
///   waiting                         part of ttft before the prompt's first step: for a slot, behind
///                                   other prompts, and for the engine to notice; infinite where the
///                                   queue grows for ever
///   ttft                            time to first token, all waiting included; infinite likewise
///   tpot                            mean time per output token after the first
///   output_tokens_per_s             over the whole deployment
///   output_tokens_per_s_per_gpu     over its GPUs
///   total_tokens_per_s_per_gpu      prompt and output tokens
template <class T = double>
struct basic_serving {
  T concurrency = T(0.0);
  T running = T(0.0);
  T utilisation = T(0.0);
  request_rate<T> requests_per_s{};
  seconds<T> waiting{};
  seconds<T> ttft{};
  seconds<T> tpot{};
  token_rate<T> output_tokens_per_s{};
  token_rate<T> output_tokens_per_s_per_gpu{};
  token_rate<T> total_tokens_per_s_per_gpu{};

  /// Whether the queue ends, else concurrency, waiting and ttft are infinite; ends() is so lane by
  /// lane.
  [[nodiscard]] constexpr bool stable() const noexcept { return is_finite(value_of(ttft.value())); }
  [[nodiscard]] constexpr auto ends() const noexcept {
    return ttft.value() <= T((std::numeric_limits<double>::max)());
  }

  template <class List>
  static constexpr void parts(List&& list) {
    list("concurrency", &basic_serving::concurrency);
    list("running", &basic_serving::running);
    list("utilisation", &basic_serving::utilisation);
    list("requests_per_s", &basic_serving::requests_per_s);
    list("waiting", &basic_serving::waiting);
    list("ttft", &basic_serving::ttft);
    list("tpot", &basic_serving::tpot);
    list("output_tokens_per_s", &basic_serving::output_tokens_per_s);
    list("output_tokens_per_s_per_gpu", &basic_serving::output_tokens_per_s_per_gpu);
    list("total_tokens_per_s_per_gpu", &basic_serving::total_tokens_per_s_per_gpu);
  }
};
using serving_breakdown = basic_serving<>;

/// The step that carries a prompt of each replica in steady state, a mean one of its chunks: with a
/// chunk the other sequences of its batch decode in it, without one they wait.
template <class T>
[[nodiscard]] constexpr basic_step<T> admission_step(const layout& l,
                                                     const basic_workload<T>& w) noexcept {
  const T batches = pipeline_batches(l, w.concurrency);
  const T sequences = sequences_per_batch(l, w.concurrency, batches);
  basic_step<T> step = full_step(l, at_concurrency(w, sequences));
  const T mean = computed_tokens(w) / prefill_steps(w);
  step.parts[0].new_tokens = mean;
  step.parts[0].context = cached_tokens(w) + (computed_tokens(w) - mean) * T(0.5);
  if (!w.chunk) step.part_count = 1;
  return step;
}

/// Chunks of mean length that the token budget of a step has room for, one at least.
template <class T>
[[nodiscard]] constexpr T chunks_per_step(const basic_workload<T>& w) noexcept {
  if (!w.chunk) return T(1.0);
  const T mean = computed_tokens(w) / prefill_steps(w);
  return max(-round_up(-(w.chunk->value() / mean)), T(1.0));
}

/// The steps of steady state: with a prompt's chunk, with as many as there is room for, and with
/// none, of which `batches` go round.
template <class T, class Time = basic_time<T>>
struct steady_steps {
  pipeline_time<T, Time> admission{};
  seconds<T> full_pace{};
  pipeline_time<T, Time> generation{};
  T batches = T(1.0);

  [[nodiscard]] constexpr Time decode() const noexcept {
    return pipeline_cycle(generation, batches);
  }
  [[nodiscard]] constexpr basic_slot_times<T> times() const noexcept {
    return {admission.sum.total(), admission.slowest, full_pace, decode().total(), batches};
  }
};

/// What passes through a slot, of which there are so many over all replicas.
///   prompts of 1024 tokens, chunk 8192: j = 8;  output 9, 2 tokens a step: g = 4
template <class T>
[[nodiscard]] constexpr basic_turnover<T> turnover_of(const basic_workload<T>& w,
                                                      const T& slots_in_all) noexcept {
  const T one(1.0);
  const T generated = w.output.value() - one;
  basic_turnover<T> load;
  load.chunked = w.chunk.has_value();
  load.chunks = prefill_steps(w);
  load.per_step = chunks_per_step(w);
  load.decode_steps = max(generated / tokens_per_step(w.speculation), min(generated, one));
  const T none(0.0);
  const T share = min(slots_in_all / max(w.num_prompts, one), one);
  load.run_share = select(none < w.num_prompts, share, none);
  return load;
}

namespace detail {

// Whether more than one chunk for each step has to be carried somewhere.
template <class T>
constexpr bool fills_steps(const layout& l, const basic_workload<T>& w, const T& batches) noexcept {
  const basic_turnover<T> load = turnover_of(w, w.concurrency);
  if (!(largest_of(load.per_step) > 1.0)) return false;
  const T others = w.concurrency / real<T>(l.attention.dp) - T(1.0);
  const T beyond = others * load.chunks - load.decode_steps * batches;
  return largest_of(w.rate.value()) > 0.0 || largest_of(beyond) > 0.0;
}

}  // namespace detail

/// The steps with all of the workload's sequences in flight. The step full of prompts is only
/// priced where there is one. Guesses are checked in every step of them, a prompt alone aside, which
/// they wait for.
template <class Time, class T, class Efficiency>
[[nodiscard]] constexpr steady_steps<T, Time> steps_priced_as(
    const prepared_layout<T, Efficiency>& p, const basic_workload<T>& w) noexcept {
  const layout& l = p.layout;
  static_assert(detail::complete_policy<Efficiency, T>::required);
  steady_steps<T, Time> s;
  s.batches = pipeline_batches(l, w.concurrency);
  const T sequences = sequences_per_batch(l, w.concurrency, s.batches);
  basic_step<T> admission = admission_step(l, w);
  const basic_time<T> drafting = draft_time(p, w, sequences);
  s.admission = step_priced_as<Time>(p, admission);
  s.generation =
      with_drafts(step_priced_as<Time>(p, generation_step(sequences, w)), w.speculation, drafting);
  if (w.chunk) s.admission = with_drafts(s.admission, w.speculation, drafting);
  s.full_pace = s.admission.slowest;
  if (!detail::fills_steps(l, w, s.batches)) return s;
  const T chunks = chunks_per_step(w);
  admission.parts[0].sequences = chunks * real<T>(l.attention.dp);
  const pipeline_time<T, Time> full =
      with_drafts(step_priced_as<Time>(p, admission), w.speculation, drafting);
  s.full_pace = select(T(1.0) < chunks, full.slowest, s.full_pace);
  return s;
}
template <class T, class Efficiency>
[[nodiscard]] constexpr steady_steps<T> steps_of(const prepared_layout<T, Efficiency>& p,
                                                 const basic_workload<T>& w) noexcept {
  return steps_priced_as<basic_time<T>>(p, w);
}

namespace detail {

// Step times with so many sequences in flight.
template <class T, class Efficiency>
struct times_in_flight {
  const prepared_layout<T, Efficiency>& prepared;
  const basic_workload<T>& workload;

  [[nodiscard]] constexpr basic_slot_times<T> operator()(const T& sequences) const noexcept {
    return steps_priced_as<basic_total_time<T>>(prepared, at_concurrency(workload, sequences))
        .times();
  }
  [[nodiscard]] constexpr seconds<T> entry(const basic_slot_times<T>& t,
                                           const T& busy) const noexcept {
    return admission_time(prepared.cluster.accelerator.efficiency, t.decode, busy);
  }
};

// What so many requests per second bring, over all GPUs and for each.
template <class T>
constexpr void deliver(basic_serving<T>& s, const basic_workload<T>& w, const request_rate<T>& rate,
                       count gpus) noexcept {
  s.requests_per_s = rate;
  s.output_tokens_per_s = w.output * rate;
  s.output_tokens_per_s_per_gpu = s.output_tokens_per_s / real<T>(gpus);
  s.total_tokens_per_s_per_gpu = (w.input + w.output) * rate / real<T>(gpus);
}

// Figures of a deployment from those of a sequence: waiting for a slot, then living in it.
template <class T>
constexpr basic_serving<T> served(const layout& l, const basic_workload<T>& w,
                                  const seconds<T>& wait, const basic_sojourn<T>& life,
                                  const request_rate<T>& rate) noexcept {
  basic_serving<T> s;
  s.waiting = wait + life.queue;
  s.ttft = s.waiting + life.prompt;
  s.tpot = life.generation / max(w.output.value() - T(1.0), T(1.0));
  deliver(s, w, rate, l.gpus());
  return s;
}

// A sequence's life among always full slots, and how often one begins.
template <class T, class Times>
constexpr basic_sojourn<T> life_in_slots(const Times& times, const basic_slot_times<T>& t,
                                         const basic_turnover<T>& load, const T& slots) noexcept {
  basic_sojourn<T> life = sojourn_of(t, load, slots);
  life.queue = life.queue + entry_among(times, t, slots, T(1.0) - load.run_share);
  return life;
}

}  // namespace detail

/// Sequences in flight that the engine has taken up, at most, over all replicas.
///   admitted   the workload's, or as many as its step takes (step_sequences a replica)
///   running    of them, those that the memory holds: at full length where the engine sets that
///              aside, else at the mean one, input + output / 2; one at least
template <class T>
struct running_sequences {
  T admitted = T(1.0);
  T running = T(1.0);
};

/// The same of a deployment that holds `held`; capacity is only looked at where it is exceeded.
template <class T, class Efficiency>
[[nodiscard]] constexpr running_sequences<T> running_of(const prepared_layout<T, Efficiency>& p,
                                                        const basic_workload<T>& w,
                                                        const basic_memory<T>& held) noexcept {
  const basic_runtime<T>& engine = p.cluster.runtime;
  const T none(0.0);
  T admitted = select(none < w.num_prompts, min(w.concurrency, w.num_prompts), w.concurrency);
  const T by_engine = engine.step_sequences * real<T>(p.layout.attention.dp);
  admitted = select(none < by_engine, min(admitted, by_engine), admitted);
  const T lacking = held.total().value() - held.capacity.value();
  if (!(largest_of(lacking) > 0.0)) return {admitted, admitted};
  basic_workload<T> kept = at_concurrency(w, w.concurrency);
  const T half = round_up(w.output.value() * T(0.5));
  kept.output = tokens<T>::from_value(select(engine.queued_share < T(1.0), half, w.output.value()));
  const T fitting = max(min(admitted, detail::fitting_sequences(p, kept)), T(1.0));
  return {admitted, select(none < lacking, fitting, admitted)};
}

namespace detail {

// Every sequence that ends is followed by the next: slots are always full, and what they do not
// take waits for as many lives as are before it. `queued` of the wait for memory is before the
// prompt.
template <class T, class Times>
constexpr basic_serving<T> serving_at_concurrency(const Times& times, const basic_slot_times<T>& t,
                                                  const layout& l, const basic_workload<T>& w,
                                                  const running_sequences<T>& most,
                                                  const T& queued) noexcept {
  const T one(1.0);
  const T running = most.running;
  const T slots = max(running / real<T>(l.attention.dp), one);
  basic_sojourn<T> life = life_in_slots(times, t, turnover_of(w, running), slots);
  const auto rate = request_rate<T>::from_value(running / life.total().value());
  const seconds<T> for_memory = life.total() * (most.admitted / running - one);
  const T between = (one - queued) * min(w.output.value() - one, one);  // none without tokens
  life.queue = life.queue + for_memory * (one - between);
  life.generation = life.generation + for_memory * between;
  const T asked = select(T(0.0) < w.num_prompts, min(w.concurrency, w.num_prompts), w.concurrency);
  const seconds<T> wait = life.total() * (asked / most.admitted - one);
  basic_serving<T> s = served(l, w, wait, life, rate);
  s.concurrency = asked;
  s.running = running;
  s.utilisation = one;
  return s;
}

// What has no end where the queue has none.
template <class Condition, class T>
constexpr void without_end(basic_serving<T>& s, const Condition& stable) noexcept {
  const T never = endless<T>();
  const auto no_time = seconds<T>::from_value(never);
  s.concurrency = select(stable, s.concurrency, never);
  s.waiting = select(stable, s.waiting, no_time);
  s.ttft = select(stable, s.ttft, no_time);
}

// Requests arrive at random, and share out over the replicas.
template <class T, class Times>
constexpr basic_serving<T> serving_at_rate(const Times& times, const basic_slot_times<T>& t,
                                           const layout& l, const basic_workload<T>& w,
                                           const T& running) noexcept {
  basic_turnover<T> load = turnover_of(w, running);
  load.run_share = T(0.0);  // a rate has neither a first round nor a last
  const basic_arrivals<T> a =
      arrivals_of(times, t, load, w.rate, shared_slots(running, l.attention.dp));
  const auto stable = a.utilisation < T(1.0);
  const seconds<T> wait = select(stable, a.wait, seconds<T>{});
  const request_rate<T> rate = w.rate / max(a.utilisation, T(1.0));
  basic_serving<T> s = served(l, w, wait, a.life, rate);
  s.concurrency = rate.value() * (wait + a.life.total()).value();
  s.running = a.in_flight;
  s.utilisation = a.utilisation;
  without_end(s, stable);
  return s;
}

template <class Condition, class T>
constexpr basic_serving<T> pick(const Condition& first, const basic_serving<T>& a,
                                const basic_serving<T>& b) noexcept {
  return {select(first, a.concurrency, b.concurrency),
          select(first, a.running, b.running),
          select(first, a.utilisation, b.utilisation),
          select(first, a.requests_per_s, b.requests_per_s),
          select(first, a.waiting, b.waiting),
          select(first, a.ttft, b.ttft),
          select(first, a.tpot, b.tpot),
          select(first, a.output_tokens_per_s, b.output_tokens_per_s),
          select(first, a.output_tokens_per_s_per_gpu, b.output_tokens_per_s_per_gpu),
          select(first, a.total_tokens_per_s_per_gpu, b.total_tokens_per_s_per_gpu)};
}

// `t`: the steps with `most` in flight. Lanes with a rate may stand beside lanes with none.
template <class T, class Efficiency>
constexpr basic_serving<T> serving_among(const times_in_flight<T, Efficiency>& times,
                                         const basic_slot_times<T>& t,
                                         const running_sequences<T>& most) noexcept {
  const layout& l = times.prepared.layout;
  const basic_workload<T>& w = times.workload;
  const T& queued = times.prepared.cluster.runtime.queued_share;
  const T rate = w.rate.value();
  if (!(largest_of(rate) > 0.0)) return serving_at_concurrency(times, t, l, w, most, queued);
  const basic_serving<T> at_rate = serving_at_rate(times, t, l, w, most.running);
  if (!(largest_of(-rate) >= 0.0)) return at_rate;
  return pick(T(0.0) < rate, at_rate, serving_at_concurrency(times, t, l, w, most, queued));
}

// `full`: the steps with all of the workload's sequences in flight.
template <class T, class Time, class Efficiency>
constexpr basic_serving<T> serving_of(const prepared_layout<T, Efficiency>& p,
                                      const basic_workload<T>& w, const basic_memory<T>& held,
                                      const steady_steps<T, Time>& full) noexcept {
  const running_sequences<T> most = running_of(p, w, held);
  const times_in_flight<T, Efficiency> times{p, w};
  if (!(largest_of(w.concurrency - most.running) > 0.0)) {
    return serving_among(times, full.times(), most);
  }
  return serving_among(times, times(most.running), most);
}

}  // namespace detail

/// Steady state of continuous batching.
///
/// At a constant concurrency each replica has so many slots, always full, as it runs sequences at
/// once (running_of()); life in them is sojourn_of(), with the time that the engine takes to notice
/// a request (admission_time()). Sequences that find no slot wait,
///   (admitted / running - 1) life for memory, queued_share of it before the prompt, the rest
///   between tokens; (concurrency / admitted - 1) of all that for the engine to take them up
///   requests_per_s = running / life
/// so that Little's law holds exactly: concurrency = requests_per_s (ttft + (output - 1) tpot).
/// With a rate requests arrive at random, see arrivals.hpp; `concurrency` bounds how many run at
/// once, and requests_per_s is the rate, or the most that can be served where that is less: then
/// utilisation is 1 or more, rule::rate is violated, and ttft, waiting and concurrency are infinite,
/// since the queue grows for ever.
/// ttft is the zero-queue one where concurrency is 1: the engine notices, the prompt is computed.
/// With output 1 there is no token after the first and tpot is 0. Assumes inputs that check()
/// accepts, memory aside; all sequences have the mean length.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_serving<T> serving(const prepared_layout<T, Efficiency>& p,
                                                 const basic_workload<T>& w) noexcept {
  return detail::serving_of(p, w, memory(p, w), steps_priced_as<basic_total_time<T>>(p, w));
}
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_serving<T> serving(const basic_cluster<T, Efficiency>& c,
                                                 const model& m, const layout& l,
                                                 const basic_workload<T>& w) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  return serving(prepare(c, m, l), w);
}

}  // namespace shardline
