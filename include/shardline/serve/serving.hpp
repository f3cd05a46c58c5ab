// SPDX-License-Identifier: BSL-1.0
/// Serving: the steady state of continuous batching, at a constant concurrency or a rate of
/// arrivals.
#pragma once

#include <limits>

#include "shardline/memory/capacity.hpp"
#include "shardline/serve/arrivals.hpp"
#include "shardline/serve/replica_step.hpp"
#include "shardline/serve/residual.hpp"
#include "shardline/time/decode.hpp"
#include "shardline/time/prefill.hpp"

namespace shardline {

/// What users and operators of a loaded deployment see.
///   concurrency                     sequences in flight, waiting ones too; infinite where the
///                                   queue grows for ever
///   running                         of them, those that the engine works on
///   utilisation                     of its slots: running over the most that can; with a rate, the
///                                   rate over the largest that can be served, 1 or more where the
///                                   queue grows for ever
///   requests_per_s                  served over the whole deployment
///   waiting                         part of ttft before the prompt's first step: for a slot,
///                                   behind other prompts, and for the engine to notice; infinite
///                                   where the queue grows for ever
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

/// What passes through one replica of a layout and workload that check() accepts, in tokens, steps
/// and sequences: derived from computed_tokens(), step_budget() and decode_rounds().
///   2048 tokens in, 512 out: a prompt of 2048, 511 decode steps   (tests/serve/serving.cpp)
template <class T>
[[nodiscard]] constexpr basic_turnover<T> turnover_of(const basic_runtime<T>& engine,
                                                      const layout& l, const basic_workload<T>& w,
                                                      const T& slots_in_all) noexcept {
  const T one(1.0);
  const T none(0.0);
  basic_turnover<T> load;
  load.prompt = computed_tokens(w);
  load.budget = step_budget(engine, w);
  // Whole prompts leave half of one empty on average.
  if (scheduler_of(engine, w) == scheduler::whole_prompts) {
    load.budget = max(load.budget - load.prompt * T(0.5), load.prompt);
  }
  load.checked = one + real<T>(w.speculation.draft_tokens);
  load.decode_steps = decode_rounds(w);
  load.in_stages = real<T>(most_batches(l));
  load.batches = min(load.in_stages, max(slots_in_all / real<T>(l.attention.dp), one));
  const T share = min(slots_in_all / max(w.num_prompts, one), one);
  load.run_share = select(none < w.num_prompts, share, none);
  load.spread = w.output_cv;
  load.unseen = (engine.receive_interval - one) * T(0.5);
  return load;
}

namespace detail {

// What so many requests per second bring, over all GPUs and for each.
template <class T>
constexpr void deliver(basic_serving<T>& s, const basic_workload<T>& w, const request_rate<T>& rate,
                       integer gpus) noexcept {
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

}  // namespace detail

/// Sequences in flight that the engine has taken up, at most, over all replicas.
///   admitted   the workload's, or as many as its step takes (step_sequences a replica)
///   running    of them, those that the memory holds at the length that the engine counts with,
///              input + output (1 + reserved) / 2 on average; one at least
template <class T>
struct running_sequences {
  T admitted = T(1.0);
  T running = T(1.0);
};

/// The same of a deployment that holds `held`; capacity, sequences_that_fit(), is only looked at
/// where it is exceeded.
///   Llama-3.1-8B on one H100, 400 sequences of 2048 + 512 tokens: 400 admitted, 201 running
///   (tests/serve/serving.cpp)
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
  const T counted = (T(1.0) + engine.reserved_output) * T(0.5);
  kept.output = tokens<T>::from_value(w.output.value() * counted);
  const T fitting = max(min(admitted, detail::fitting_sequences(p, kept)), T(1.0));
  return {admitted, select(none < lacking, fitting, admitted)};
}

namespace detail {

// What the last requests of a run leave empty, a share of all of its time: once none waits to be
// sent, the longest of what is left passes in steps of which the first are as `full` and the last
// as short as `alone`, over loaded ones, but `before` its first token, a share of a life, no
// sooner; what is left on average, of lives that began within `coming` of one, would have passed
// anyway.
template <class T>
struct last_requests {
  T coming{};
  T before{};
  T full{};
  T alone{};

  [[nodiscard]] constexpr T empty(const basic_turnover<T>& load, const T& slots) const noexcept {
    const T one(1.0);
    const T spread = load.spread * (one - before);
    const T mean = mean_residual(spread) + (one - coming) * T(0.5);
    const T found = longest_residual(slots, spread);
    const T longest = found + max(one - found, T(0.0)) * (one - coming);
    const T pace = alone + (full - alone) * min(mean / longest, one);
    const T passes = longest * pace + before * min(longest, one) * (one - pace);
    return load.run_share * max(passes - mean, T(0.0)) * min(slots - one, one);
  }
};

// Sequences that wait between two of their tokens, over those that run, where the cache is full: of
// an engine that sets aside no room for outputs.
//   0.7 (1 - reserved) (output / (input + output))^2, found by simulation: what one that ends
//   leaves is taken up by (input + output) / input prompts, of which one can stay
template <class T>
constexpr T preempted(const basic_runtime<T>& engine, const basic_workload<T>& w) noexcept {
  const T further = w.output.value() - T(1.0);
  const T share = further / (w.input.value() + further);
  return share * share * (T(1.0) - engine.reserved_output) * T(0.7);
}

template <class T, class Times>
constexpr basic_serving<T> serving_at_concurrency(const Times& times, const layout& l,
                                                  const basic_workload<T>& w,
                                                  const running_sequences<T>& most,
                                                  const T& round) noexcept {
  const T one(1.0);
  const T running = most.running;
  const T slots = max(running / real<T>(l.attention.dp), one);
  const basic_runtime<T>& engine = times.clock.prepared.cluster.runtime;
  const basic_turnover<T> load = turnover_of(engine, l, w, running);
  const loaded_replica<T, Times> replica{times, load, scheduler_of(engine, w)};
  const basic_step_mix<T> steps = replica.full(slots, round / load.batches);
  basic_sojourn<T> life = replica.full_life(steps, slots);
  T end(0.0);
  if (largest_of(load.run_share) > 0.0) {
    const T loaded = life.generation.value() / max(load.decode_steps, one);
    const auto over = [&](const T& of_round) { return min(of_round / max(loaded, T(1e-30)), one); };
    const seconds<T> whole = life.total() + life.early;
    const T before = one - life.generation / whole;
    const T alone = over(times.decode(one).latency);
    const T coming = max(steps.coming - steps.prompts / slots, T(0.0));
    end = last_requests<T>{coming, before, over(round), alone}.empty(load, slots) *
          (whole / life.total());
  }
  life = life.no_shorter(one + end);
  const auto rate = request_rate<T>::from_value(running / life.total().value() / (one + end));
  const seconds<T> for_memory = life.total() * (most.admitted / running - one);
  const seconds<T> between = shardline::min(for_memory, life.total() * preempted(engine, w));
  life.queue = life.queue + (for_memory - between);
  life.generation = life.generation + between;
  const T asked = select(T(0.0) < w.num_prompts, min(w.concurrency, w.num_prompts), w.concurrency);
  const seconds<T> wait = life.total() * (asked / most.admitted - one);
  basic_serving<T> s = served(l, w, wait, life, rate);
  s.concurrency = asked / (one + end);
  s.running = running / (one + end);
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
constexpr basic_serving<T> serving_at_rate(const Times& times, const layout& l,
                                           const basic_workload<T>& w, const T& running,
                                           const T& round) noexcept {
  const basic_runtime<T>& engine = times.clock.prepared.cluster.runtime;
  basic_turnover<T> load = turnover_of(engine, l, w, running);
  load.run_share = T(0.0);  // a rate has neither a first round nor a last
  const loaded_replica<T, Times> replica{times, load, scheduler_of(engine, w)};
  const T slots = max(running / real<T>(l.attention.dp), T(1.0));
  const T replicas = running / slots;
  const basic_arrivals<T> a = arrivals_of(replica, w.rate / replicas, slots, round / load.batches);
  const auto stable = a.utilisation < T(1.0);
  const seconds<T> wait = select(stable, a.wait, seconds<T>{});
  const request_rate<T> rate = w.rate / max(a.utilisation, T(1.0));
  basic_serving<T> s = served(l, w, wait, a.life, rate);
  s.concurrency = rate.value() * (wait + a.life.total()).value();
  s.running = min(a.in_flight * replicas, running);
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

// Of a prompt of several steps as others read theirs: every replica in use has one.
template <class T, class Efficiency>
constexpr seconds<T> own_prompt_seconds(const prepared_layout<T, Efficiency>& p,
                                        const basic_workload<T>& w,
                                        const seconds<T>& alone) noexcept {
  const T one(1.0);
  const T replicas = replicas_in_use(p.layout, w.concurrency);
  const T steps = prefill_steps(w);
  if (!(largest_of(replicas) > 1.0 && largest_of(steps) > 1.0)) return alone;
  const T together = prompt_in_steps(p, w, replicas).total().value();
  const T own = select(one < replicas, select(one < steps, together, alone.value()), alone.value());
  return seconds<T>::from_value(own);
}

// `full`: seconds of a round of decoding with all of the workload's sequences.
template <class T, class Efficiency>
constexpr basic_serving<T> serving_of(const prepared_layout<T, Efficiency>& p,
                                      const basic_workload<T>& w, const basic_memory<T>& held,
                                      const seconds<T>& alone, const seconds<T>& full) noexcept {
  const running_sequences<T> most = running_of(p, w, held);
  const mean_times<T, Efficiency> times{{p, w}, own_prompt_seconds(p, w, alone).value()};
  const T rate = w.rate.value();
  const T round = full.value();
  if (!(largest_of(rate) > 0.0)) return serving_at_concurrency(times, p.layout, w, most, round);
  // Lanes that have no rate, which are not picked, get one: none of theirs may be no number.
  basic_workload<T> arriving = w;
  arriving.rate = request_rate<T>::from_value(select(T(0.0) < rate, rate, T(1.0)));
  const basic_serving<T> at_rate = serving_at_rate(times, p.layout, arriving, most.running, round);
  if (!(largest_of(-rate) >= 0.0)) return at_rate;
  return pick(T(0.0) < rate, at_rate, serving_at_concurrency(times, p.layout, w, most, round));
}
template <class T, class Efficiency>
constexpr basic_serving<T> serving_of(const prepared_layout<T, Efficiency>& p,
                                      const basic_workload<T>& w,
                                      const basic_memory<T>& held) noexcept {
  const seconds<T> round = decode_priced_as<basic_total_time<T>>(p, w).total();
  return serving_of(p, w, held, prefill_seconds(p, w), round);
}

}  // namespace detail

/// Steady state of continuous batching, by the engine's scheduler and its token budget.
///
/// At a constant concurrency each replica has so many slots, always full, as it runs sequences at
/// once (running_of()). How many of its steps carry prompts, and how many tokens of them, follows
/// from the tokens alone (steady_state.hpp); what a request lives through in such steps, from their
/// seconds (sojourn.hpp): until the engine notices it, until its prompt's turn, its prompt, its
/// rounds. Only sequences with a first token decode. What finds no slot waits for one, in lives,
///   (admitted / running - 1) for memory, before its prompt; of that as much between two tokens as
///   preempted() says; (concurrency / admitted - 1) of all that for the engine to take them up
///   requests_per_s = running / life
/// so that Little's law holds exactly: concurrency = requests_per_s (ttft + (output - 1) tpot). In
/// a run of num_prompts the last ones leave slots empty, and concurrency is the mean over all of
/// it. With a rate requests arrive at random, see arrivals.hpp; `concurrency` bounds how many run
/// at once, and requests_per_s is the rate, or the most that can be served where that is less: then
/// utilisation is 1 or more, rule::rate is violated, and ttft, waiting and concurrency are
/// infinite, since the queue grows for ever.
/// ttft is the zero-queue one where concurrency is 1: the engine notices, the prompt is computed.
/// With output 1 there is no token after the first and tpot is 0. Assumes inputs that check()
/// accepts, memory aside; prompts of one length. What preempted sequences read again is not priced.
/// Held against plan/simulation.hpp, which goes through every step: tests/plan/simulation.cpp.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_serving<T> serving(const prepared_layout<T, Efficiency>& p,
                                                 const basic_workload<T>& w) noexcept {
  return detail::serving_of(p, w, memory(p, w));
}
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_serving<T> serving(const basic_cluster<T, Efficiency>& c,
                                                 const model& m, const layout& l,
                                                 const basic_workload<T>& w) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  return serving(prepare(c, m, l), w);
}

}  // namespace shardline
