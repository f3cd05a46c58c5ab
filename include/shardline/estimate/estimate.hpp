/// Everything about one deployment in one call.
#pragma once

#include "shardline/estimate/band.hpp"
#include "shardline/estimate/feasibility.hpp"

namespace shardline {

/// The result of estimate(). Where `feasibility.priceable()` is false the figures are zero.
///   source    where the figures of time come from: data sheet, measurements, a transfer of them
///   memory    of the fullest GPU
///   prefill   one request alone
///   decode    one step at the concurrency and mean context
///   bands     of the latencies above and of serving's two
///   serving   steady state of continuous batching at the concurrency or the rate
template <class T = double>
struct basic_estimate {
  report feasibility{};
  provenance source = provenance::datasheet;
  basic_memory<T> memory{};
  basic_time<T> prefill{};
  basic_time<T> decode{};
  basic_serving<T> serving{};
  basic_bands<T> bands{};

  template <class List>
  static constexpr void parts(List&& list) {
    list("feasibility", &basic_estimate::feasibility);
    list("source", &basic_estimate::source);
    list("memory", &basic_estimate::memory);
    list("prefill", &basic_estimate::prefill);
    list("decode", &basic_estimate::decode);
    list("serving", &basic_estimate::serving);
    list("bands", &basic_estimate::bands);
  }
};

/// The bands of an estimate whose times are filled in. What waits is less sure than what runs: a
/// TTFT's waiting has the residual of queues, the rest of it that of a prompt; a TPOT has that of a
/// round of decoding. The band of a TTFT without end has none.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_bands<T> bands_of(const Efficiency& policy,
                                                const basic_estimate<T>& e) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  const basic_residuals<T> r = residuals_of<T>(policy);
  const basic_residual<T> of_prompt = relative_band(r, e.prefill);
  const basic_residual<T> of_round = relative_band(r, e.decode);
  const basic_serving<T>& s = e.serving;
  const seconds<T> none{};
  const seconds<T> prompt = select(s.ends(), s.ttft, none) - select(s.ends(), s.waiting, none);
  return {band_of(of_prompt, e.prefill.total()), band_of(of_round, e.decode.total()),
          detail::band_of_wait(r.queue, s.waiting) + band_of(of_prompt, prompt),
          band_of(of_round, s.tpot)};
}

/// check(), memory(), prefill(), decode(), serving() and bands_of() of one deployment, sharing
/// their work. Allocates nothing, throws nothing, and gives the same bits at compile time and at
/// run time, unless the compiler is told to fuse multiplications and additions (g++ -march with
/// FMA): then the last bits can differ, and -ffp-contract=off restores them.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_estimate<T> estimate(const basic_cluster<T, Efficiency>& c,
                                                   const model& m, const layout& l,
                                                   const basic_workload<T>& w) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  basic_estimate<T> e;
  e.source = source_of(c.accelerator.efficiency);
  e.feasibility = detail::check_shape(c, m, l, w);
  if (!e.feasibility.priceable()) return e;
  const prepared_layout<T, Efficiency> p = prepare(c, m, l);
  e.memory = memory(p, w);
  const steady_steps<T> steps = steps_of(p, w);
  // With one replica and no chunk, the step that carries a prompt is the prompt alone.
  const bool alone = l.attention.dp == 1 && !w.chunk;
  e.prefill = alone ? steps.admission.sum : prefill(p, w);
  e.decode = steps.decode();
  e.serving = detail::serving_of(p, w, e.memory, steps);
  e.bands = bands_of(c.accelerator.efficiency, e);
  detail::check_figures(e.memory, e.serving, w, e.feasibility);
  return e;
}

}  // namespace shardline
