// SPDX-License-Identifier: BSL-1.0
/// Everything about one deployment in one call.
#pragma once

#include "shardline/estimate/feasibility.hpp"
#include "shardline/time/band.hpp"

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

/// The bands [s] of an estimate whose times are filled in, by band_of() of time/band.hpp, where the
/// derivation stands. What waits is less sure than what runs: a TTFT's waiting has the residual of
/// queues, the rest of it that of a prompt; a TPOT has that of a round of decoding. At a rate that
/// is a share u of what can be served, waiting grows by (1 - u) / (1 - l u) where steps take l
/// times as long: from l u = 1 on the band has no end. That of a TTFT without end has none either;
/// under a policy without residuals low = high = the time.
///   Llama-3.1-8B, one H100 by its data sheet, 2048 tokens in, 512 out: TPOT 4.57 to 4.57 ms
///   (tests/estimate/feasibility.cpp)
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
          detail::band_of_wait(r.queue, s.waiting, s.utilisation, of_round) +
              band_of(of_prompt, prompt),
          band_of(of_round, s.tpot)};
}

namespace detail {

// Puts the figures of a load into an estimate whose inputs are priceable and whose feasibility says
// what the rules without figures say. What does not fit is priced too.
template <class T, class Efficiency>
constexpr void put_figures(basic_estimate<T>& e, const prepared_layout<T, Efficiency>& p,
                           const basic_workload<T>& w) noexcept {
  e.memory = memory(p, w);
  check_memory(e.memory, e.feasibility);
  e.prefill = prefill(p, w);
  e.decode = decode(p, w);
  e.serving = serving_of(p, w, e.memory, e.prefill.total(), e.decode.total());
  e.bands = bands_of(p.cluster.accelerator.efficiency, e);
  check_times(e.serving, w, e.feasibility);
}

}  // namespace detail

/// A cluster, model and layout, prepared once for any number of loads: what no load changes is
/// validated, sharded and turned into laws here, and a load costs a fraction of estimate().
///   const prepared p(cluster, model, layout);
///   for (...) best = p(workload).serving ...
/// It refers to the cluster and the model, which must outlive it: temporaries do not compile.
template <class T, class Efficiency>
class prepared {
  using cluster_type = basic_cluster<T, Efficiency>;

 public:
  constexpr prepared(const cluster_type& on_cluster, const model& of_model,
                     const layout& under_layout) noexcept
      : parts_(on_cluster, of_model, under_layout),
        rules_(detail::report_on(on_cluster, of_model, under_layout)) {
    static_assert(detail::complete_policy<Efficiency, T>::required);
    if (rules_.priceable()) detail::fill(parts_, detail::laws_of_layout<T, Efficiency>{parts_});
  }
  prepared(const cluster_type&&, const model&, const layout&) = delete;
  prepared(const cluster_type&, const model&&, const layout&) = delete;
  prepared(const cluster_type&&, const model&&, const layout&) = delete;

  /// estimate() of the three and a workload: the same bits.
  [[nodiscard]] constexpr basic_estimate<T> operator()(const basic_workload<T>& w) const noexcept {
    basic_estimate<T> e;
    e.source = source_of(parts_.cluster.accelerator.efficiency);
    e.feasibility.add(rules_);
    detail::add_load(e.feasibility, parts_.cluster, parts_.model, parts_.layout, w);
    if (e.feasibility.priceable()) detail::put_figures(e, parts_, w);
    return e;
  }
  /// What is known of every load: invalid inputs and rules that the layout breaks.
  [[nodiscard]] constexpr const report& feasibility() const noexcept { return rules_; }
  /// For memory(), prefill(), decode(), serving(), sequences_that_fit() and time_of_step(), where
  /// feasibility().priceable().
  [[nodiscard]] constexpr const prepared_layout<T, Efficiency>& parts() const noexcept {
    return parts_;
  }

 private:
  prepared_layout<T, Efficiency> parts_;
  report rules_;
};

/// check(), memory() [bytes], prefill() [s], decode() [s], serving() [s, 1/s] and bands_of() [s] of
/// one deployment, sharing their work; the derivation of each stands at that function. Where an
/// input is invalid or a stage is empty (feasibility.priceable() is false) figures are 0. Allocates
/// nothing, throws nothing, and gives the same bits at compile time and at run time, unless the
/// compiler is told to fuse multiplications and additions (g++ -march with FMA): then the last bits
/// can differ, and -ffp-contract=off restores them. For more loads than one of the same cluster,
/// model and layout: prepared.
///   Llama-3.1-8B, one H100 by its data sheet, one sequence, 2048 tokens in, 512 out: 17.66 GB of
///   85.02, TTFT 33.7 ms, TPOT 4.57 ms, 215.9 tokens/s   (tests/estimate/feasibility.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_estimate<T> estimate(const basic_cluster<T, Efficiency>& c,
                                                   const model& m, const layout& l,
                                                   const basic_workload<T>& w) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  return prepared<T, Efficiency>(c, m, l)(w);
}

}  // namespace shardline
