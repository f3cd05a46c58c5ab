// SPDX-License-Identifier: BSL-1.0
/// Prefill and decode on GPUs of their own: what two pools of instances deliver together.
#pragma once

#include <utility>

#include "shardline/estimate/feasibility.hpp"
#include "shardline/serve/pools.hpp"
#include "shardline/time/band.hpp"

namespace shardline {

/// What both pools together deliver.
///   prefill, decode       feasibility of an instance of each
///   source                where the figures of time come from
///   serving               users' view; per GPU over the GPUs of both pools. `running` are decoding
///   bands                 of a prompt in the prefill pool, a round in the decode pool, ttft, tpot
///   transfer              of one prompt's cache, part of ttft
///   prefill_rate          requests per second that the prefill pool serves at most, and
///   decode_rate           the decode pool, all its slots full: the pools match where both
///                         are equal
template <class T = double>
struct basic_disaggregated {
  report prefill{};
  report decode{};
  provenance source = provenance::datasheet;
  basic_serving<T> serving{};
  basic_bands<T> bands{};
  seconds<T> transfer{};
  request_rate<T> prefill_rate{};
  request_rate<T> decode_rate{};

  /// Whether both pools keep every rule.
  [[nodiscard]] constexpr bool feasible() const noexcept {
    return prefill.feasible() && decode.feasible();
  }

  template <class List>
  static constexpr void parts(List&& list) {
    list("prefill", &basic_disaggregated::prefill);
    list("decode", &basic_disaggregated::decode);
    list("source", &basic_disaggregated::source);
    list("serving", &basic_disaggregated::serving);
    list("bands", &basic_disaggregated::bands);
    list("transfer", &basic_disaggregated::transfer);
    list("prefill_rate", &basic_disaggregated::prefill_rate);
    list("decode_rate", &basic_disaggregated::decode_rate);
  }
};
using disaggregated = basic_disaggregated<>;

namespace detail {

// Both pools, and what is asked of them.
template <class T, class Efficiency>
struct matched_pools {
  const prefill_station<T>& prefill;
  const decode_station<T, Efficiency>& decode;
  using lanes = decltype(std::declval<T>() < std::declval<T>());  // true in some

  seconds<T> transfer{};
  T wanted{};  // requests per second, or sequences in flight
  lanes at_rate{};

  // With so many sequences decoding on each instance, each for so long.
  struct state {
    T sequences{};
    seconds<T> generation{};
    T rate{};
    seconds<T> queue{};
    seconds<T> ttft{};
  };
  [[nodiscard]] constexpr state with(const T& sequences,
                                     const seconds<T>& generation) const noexcept {
    state s{sequences, generation};
    s.rate = decode.rate(sequences, generation);
    // Of a constant concurrency, a request waits for the others alone.
    const T one(1.0);
    const T others = select(at_rate, one, one - one / max(wanted, one));
    s.queue = prefill.entry + prefill.wait(s.rate * others);
    s.ttft = s.queue + prefill.own + transfer;
    return s;
  }
  [[nodiscard]] constexpr state at(const T& sequences) const noexcept {
    return with(sequences, decode.life(max(sequences, T(1.0))));
  }
  template <class Condition>
  [[nodiscard]] static constexpr state pick(const Condition& first, const state& a,
                                            const state& b) noexcept {
    return {select(first, a.sequences, b.sequences), select(first, a.generation, b.generation),
            select(first, a.rate, b.rate), select(first, a.queue, b.queue),
            select(first, a.ttft, b.ttft)};
  }
  [[nodiscard]] constexpr T figure(const state& s) const noexcept {
    return select(at_rate, s.rate, s.rate * (s.ttft + s.generation).value());
  }
  // Whether n still serve less than what is wanted.
  [[nodiscard]] constexpr auto operator()(const T& n) const noexcept {
    return figure(at(n)) < wanted;
  }
};

// A point on the way from one number of sequences to the next.
template <class Pools, class State, class T>
constexpr State between(const Pools& pools, const State& a, const State& b, const T& way) noexcept {
  return pools.with(a.sequences + (b.sequences - a.sequences) * way,
                    a.generation + (b.generation - a.generation) * way);
}

// Where between `low` and `high` the figure is the wanted one: halved, since it bends where the
// prefill pool is full, then one step of Newton's, which carries slopes of T.
template <class T, class Pools, class State>
constexpr State meeting_point(const Pools& pools, const State& low, const State& high) noexcept {
  T below(0.0);
  T above(1.0);
  for (int halving = 0; halving < 40; ++halving) {
    const T middle = (below + above) * T(0.5);
    const auto less = pools.figure(between(pools, low, high, middle)) < pools.wanted;
    below = select(less, middle, below);
    above = select(less, above, middle);
  }
  const T at_below = pools.figure(between(pools, low, high, below));
  const T at_above = pools.figure(between(pools, low, high, above));
  const T rise = at_above - at_below;
  const auto rises = T(0.0) < rise;
  const T slope = select(rises, rise / (above - below), T(1.0));
  const T step = select(rises, (pools.wanted - at_below) / slope, T(0.0));
  return between(pools, low, high, below + step);
}

// The pools' state with at most `most` sequences on each decode instance.
template <class T, class Pools>
constexpr auto settled(const Pools& pools, const T& most) noexcept {
  const T below = largest_that_fits(T(1.0), most, pools);
  const auto low = pools.at(below);
  if (!(largest_of(most - below) > 0.0)) return low;
  const auto met = meeting_point<T>(pools, low, pools.at(below + T(1.0)));
  return pools.pick(below < most, met, low);
}

// Sequences that an instance can decode at once, by its memory and its engine; one at least.
template <class T, class Efficiency>
constexpr T decode_slots(const prepared_layout<T, Efficiency>& p,
                         const basic_workload<T>& w) noexcept {
  const basic_runtime<T>& engine = p.cluster.runtime;
  const T by_engine = engine.step_sequences * real<T>(p.layout.attention.dp);
  const T slots = fitting_sequences(p, decode_load(w, T(1.0)));
  return max(select(T(0.0) < by_engine, min(slots, by_engine), slots), T(1.0));
}

template <class T, class Efficiency>
constexpr void check_pools(const basic_pool<T, Efficiency>& prefill,
                           const basic_pool<T, Efficiency>& decode, const model& m,
                           const basic_workload<T>& w, basic_disaggregated<T>& found) noexcept {
  found.prefill = check_shape(prefill.cluster, m, prefill.layout, w);
  found.decode = check_shape(decode.cluster, m, decode.layout, w);
  // A run that ends is not priced with two pools.
  if (value_of(w.num_prompts) > 0.0 && found.decode.invalid.empty()) {
    found.decode.invalid.push_back(
        {field::num_prompts, value_of(w.num_prompts), condition::no_run_with_two_pools});
  }
  // One token needs no decode instance.
  if (!(value_of(w.output.value()) > 1.0)) {
    found.decode.invalid.push_back(
        {field::output, value_of(w.output.value()), condition::a_token_to_decode});
  }
}

// Users' figures of a state, of which `slower` per second can be served.
template <class T, class State>
constexpr basic_serving<T> served(const State& s, const basic_workload<T>& w,
                                  const request_rate<T>& slower, integer instances,
                                  integer gpus) noexcept {
  const seconds<T> none{};
  const auto at_rate = T(0.0) < w.rate.value();
  const auto rate = shardline::min(request_rate<T>::from_value(s.rate), slower);
  const seconds<T> life = s.ttft + s.generation;
  const auto kept = seconds<T>::from_value(w.concurrency / rate.value());
  // Of a constant concurrency, what finds no decode slot waits for one.
  const seconds<T> wait = select(at_rate, none, shardline::max(kept - life, none));
  basic_serving<T> f;
  f.concurrency = rate.value() * (life + wait).value();
  f.running = s.sequences * real<T>(instances);
  f.utilisation = select(at_rate, w.rate, rate).value() / slower.value();
  f.waiting = s.queue + wait;
  f.ttft = s.ttft + wait;
  f.tpot = s.generation / (w.output.value() - T(1.0));
  deliver(f, w, rate, gpus);
  without_end(f, w.rate.value() < slower.value());
  return f;
}

// A pool's times have the band of its own policy, and what is sent that of collectives.
template <class T, class Efficiency>
constexpr basic_bands<T> bands_of_pools(const prefill_station<T>& prompts,
                                        const decode_station<T, Efficiency>& tokens,
                                        const basic_residuals<T>& of_prompts, const T& sequences,
                                        const basic_disaggregated<T>& d) noexcept {
  const basic_residuals<T> of_tokens = residuals_of<T>(tokens.pool.cluster.accelerator.efficiency);
  const basic_time<T> round = tokens.round(max(sequences, T(1.0)));
  const basic_residual<T> of_round = relative_band(of_tokens, round);
  const basic_residual<T> of_prompt = relative_band(of_prompts, prompts.step);
  const basic_band<T> prompt = band_of(of_prompt, prompts.own);
  const auto at_rate = T(0.0) < tokens.workload.rate.value();
  const T busy = select(at_rate, d.serving.utilisation, T(0.0));
  return {prompt, band_of(of_round, round.total()),
          band_of_wait(of_prompts.queue, d.serving.waiting, busy, of_prompt) + prompt +
              band_of(of_tokens.collectives, d.transfer),
          band_of(of_round, d.serving.tpot)};
}

// The rules on what was estimated, each pool's memory with what it holds.
template <class T, class Efficiency>
constexpr void check_pool(const prepared_layout<T, Efficiency>& p, const basic_workload<T>& load,
                          const basic_serving<T>& served, const basic_workload<T>& limits,
                          report& r) noexcept {
  check_figures(memory(p, load), served, limits, r);
}

}  // namespace detail

/// Two pools in steady state. Prompts go to the first free replica of the prefill pool, their cache
/// over the network to a decode instance, where they only decode:
///   ttft  = admission_time + wait + prompt alone + transfer_time
///   wait  = wait_for_slot() of one of the prefill pool's replicas
///   tpot  = generation / (output - 1), generation of decode() with n sequences on an instance
/// At a constant concurrency n is such that Little's law holds, requests_per_s (ttft + (output - 1)
/// tpot) = concurrency; at a rate such that instances n / generation is the rate, whatever the
/// concurrency. n is at most what an instance's memory and engine take; beyond, sequences wait with
/// their prompt done, and a rate violates rule::rate and makes ttft infinite. Utilisation is the
/// rate over what the slower pool can serve. Prefix hits count in the prefill pool. A prompt's
/// cache is sent when all of it is there; layer by layer it would be hidden in part. Sequences are
/// spread evenly.
/// Returns no figures where either pool cannot be priced, and output 1, which needs no second pool,
/// is refused. Source of the form: DistServe, Zhong et al., OSDI 2024, arXiv 2401.09670, section 3.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_disaggregated<T> disaggregate(
    const basic_pool<T, Efficiency>& prefill, const basic_pool<T, Efficiency>& decode,
    const model& m, const basic_workload<T>& w) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  basic_disaggregated<T> found;
  found.source = less_sure(source_of(prefill.cluster.accelerator.efficiency),
                           source_of(decode.cluster.accelerator.efficiency));
  detail::check_pools(prefill, decode, m, w, found);
  if (!found.prefill.priceable() || !found.decode.priceable()) return found;
  const prepared_layout<T, Efficiency> reads = prepare(prefill.cluster, m, prefill.layout);
  const prepared_layout<T, Efficiency> decodes = prepare(decode.cluster, m, decode.layout);
  const detail::prefill_station<T> prompts = detail::station_of(prefill, reads, w);
  const detail::decode_station<T, Efficiency> tokens{decode, decodes, w};
  const T slots = detail::decode_slots(decodes, w);
  found.transfer = detail::transfer_to(decode, decodes, prefill.layout, w);
  found.prefill_rate = request_rate<T>::from_value(prompts.most());
  found.decode_rate = request_rate<T>::from_value(tokens.rate(slots, tokens.life(slots)));
  const request_rate<T> slower = shardline::min(found.prefill_rate, found.decode_rate);
  const auto at_rate = T(0.0) < w.rate.value();
  const T wanted = select(at_rate, shardline::min(w.rate, slower).value(), w.concurrency);
  const detail::matched_pools<T, Efficiency> pools{prompts, tokens, found.transfer, wanted,
                                                   at_rate};
  const auto s = detail::settled<T>(pools, round_down(slots));
  found.serving = detail::served(s, w, slower, decode.instances, prefill.gpus() + decode.gpus());
  const auto residuals = residuals_of<T>(prefill.cluster.accelerator.efficiency);
  found.bands = detail::bands_of_pools(prompts, tokens, residuals, s.sequences, found);
  const T held = round_up(max(s.sequences, T(1.0)));
  detail::check_pool(reads, prefill_load(prefill.layout, w), found.serving, w, found.prefill);
  detail::check_pool(decodes, decode_load(w, held), found.serving, w, found.decode);
  return found;
}

}  // namespace shardline
