// SPDX-License-Identifier: BSL-1.0
/// Can this layout exist? Every violated rule with both figures, warnings apart.
#pragma once

#include "shardline/check/shape_rules.hpp"
#include "shardline/memory/memory.hpp"
#include "shardline/serve/serving.hpp"

namespace shardline {

namespace detail {

template <class T, class Efficiency>
constexpr void check_precision(const basic_accelerator<T, Efficiency>& a, precision math,
                               report& r) noexcept {
  if (has_peak(a.peak, math)) return;
  const precision used = supported(a, math);
  const bool exists = has_peak(a.peak, used);
  require(r, rule::precision, exists, bits(math), 0);
  warn(r, warning::wider_math, exists && bits(used) > bits(math), bits(math), bits(used));
}

// Every class of weights that this model multiplies by.
template <class T, class Efficiency>
constexpr void check_precisions(const basic_accelerator<T, Efficiency>& a, const model& m,
                                report& r) noexcept {
  check_precision(a, m.activations, r);
  for (const layer& l : m.layers.kinds) {
    const auto multiplied_by = [&](weight_class of_kind) {
      matrix_roles of_model = every_role;
      for (const format_exception& exempt : l.exceptions) {
        if (!exempt.classes.contains(of_kind)) continue;
        check_precision(a, exempt.format.math, r);
        of_model.erase(exempt.roles);
      }
      if (!of_model.empty()) check_precision(a, m.weights[of_kind].math, r);
    };
    const auto by_kind = [&](const auto& of_layer) { of_layer.matrices(multiplied_by); };
    visit_alternative(l.attention, by_kind);
    visit_alternative(l.feed_forward, by_kind);
    if (m.per_layer.width > 0) multiplied_by(weight_class::dense_feed_forward);
  }
  const bool multiplied = m.per_layer.width > 0 || m.embedding_width > 0;
  if (multiplied) check_precision(a, m.weights[weight_class::embedding].math, r);
  if (m.vocab_size == 0) return;
  const weight_class head = m.tied_embeddings ? weight_class::embedding : weight_class::head;
  check_precision(a, m.weights[head].math, r);
  // What leads to narrower rows is of the head's class, whether or not the rows are.
  if (m.embedding_width > 0) check_precision(a, m.weights[weight_class::head].math, r);
}

// Listed stages: pp of them, none empty, every layer once.
constexpr void check_stages(const layout& l, integer layers, report& r) noexcept {
  const auto& listed = l.stages.listed;
  if (listed.empty()) return;
  const auto stages = static_cast<integer>(listed.size());
  require(r, rule::stages, stages == l.pp, l.pp, stages);
  integer held = 0;
  integer without_layers = 0;
  for (const std::uint16_t own : listed) {
    held += own;
    if (own == 0) ++without_layers;
  }
  require(r, rule::stages, without_layers == 0, stages, stages - without_layers);
  require(r, rule::stages, held == layers, layers, held,
          {figure_unit::layers, figure_unit::layers});
}

// The meshes against each other and the cluster.
template <class T, class Efficiency>
constexpr void check_geometry(const basic_cluster<T, Efficiency>& c, const model& m,
                              const layout& l, report& r) noexcept {
  const integer replicas = saturating_product(l.attention.cp, l.attention.dp);
  const integer layers = m.layers.size();
  const integer ranks = l.attention.size();
  const integer gpus = saturating_product(ranks, l.pp);
  require(r, rule::gpus, gpus <= c.gpus, gpus, c.gpus);
  require(r, rule::meshes, ranks == l.expert.size(), ranks, l.expert.size());
  require(r, rule::cache_copies, is_divisor(l.dcp, l.attention.tp), l.dcp, l.attention.tp,
          {figure_unit::ranks, figure_unit::ranks});
  require(r, rule::layers, l.pp <= layers, l.pp, layers);
  require(r, rule::shared_layers, l.pp == 1 || !shares_weights(m), l.pp, 1);
  if (has_experts(m)) {
    require(r, rule::expert_replicas, is_divisor(l.expert.edp, replicas), l.expert.edp, replicas);
  } else {
    require(r, rule::experts, l.expert.ep == 1, l.expert.ep, 0);
  }
  warn(r, warning::idle_gpus, gpus < c.gpus, gpus, c.gpus);
  warn(r, warning::tp_across_domains, l.attention.tp > c.gpus_per_domain, l.attention.tp,
       c.gpus_per_domain);
  check_stages(l, layers, r);
  warn(r, warning::uneven_layers, l.stages.listed.empty() && !is_divisor(l.pp, layers), layers,
       l.pp);
  warn(r, warning::padded_vocabulary, !is_divisor(l.attention.tp, m.vocab_size), m.vocab_size,
       l.attention.tp);
}

// A figure that exceeds another by a fraction must still do so in whole bytes and nanoseconds.
constexpr void require_within(report& r, rule broken, double required, double available) noexcept {
  if (required <= available) return;
  require(r, broken, false, rounded_up(required), rounded_down(available));
}

template <class T>
constexpr void require_time(report& r, rule slo, const seconds<T>& time,
                            const std::optional<seconds<T>>& allowed) noexcept {
  constexpr double ns = 1e9;
  if (allowed) require_within(r, slo, value_of(time.value()) * ns, value_of(allowed->value()) * ns);
}

// The rules that need neither a load nor an estimate.
template <class T, class Efficiency>
constexpr void check_layout(const basic_cluster<T, Efficiency>& c, const model& m, const layout& l,
                            report& r) noexcept {
  check_geometry(c, m, l, r);
  for (const layer& kind : m.layers.kinds) {
    check_layer(kind, m, l, r);
  }
  check_precisions(c.accelerator, m, r);
}

// Those of a load that need no estimate. A prediction layer's projection is of the head's class,
// whether or not the model has a head, or one of its own.
template <class T, class Efficiency>
constexpr void check_load(const basic_cluster<T, Efficiency>& c, const model& m, const layout& l,
                          const basic_workload<T>& w, report& r) noexcept {
  if (guesses_by_prediction(m, w.speculation)) {
    check_precision(c.accelerator, m.weights[weight_class::head].math, r);
  }
  const integer length = rounded_up(w.input.value() + w.output.value());
  require(r, rule::context, m.max_context == 0 || length <= m.max_context, length, m.max_context);
  const integer sequences = rounded_up(w.concurrency);
  warn(r, warning::idle_replicas, sequences < l.attention.dp, sequences, l.attention.dp);
}

// Inputs and rules of all but the load; where an input is invalid rules are not tried.
template <class T, class Efficiency>
[[nodiscard]] constexpr report report_on(const basic_cluster<T, Efficiency>& c, const model& m,
                                         const layout& l) noexcept {
  report r;
  r.invalid = validate(c, m, l).found;
  if (r.invalid.empty()) check_layout(c, m, l, r);
  return r;
}

// The rules that need no estimate, on inputs that are valid.
template <class T, class Efficiency>
[[nodiscard]] constexpr report check_valid(const basic_cluster<T, Efficiency>& c, const model& m,
                                           const layout& l, const basic_workload<T>& w) noexcept {
  report r;
  check_layout(c, m, l, r);
  check_load(c, m, l, w, r);
  return r;
}

// Adds a load's inputs and rules to what report_on() says without.
template <class T, class Efficiency>
constexpr void add_load(report& r, const basic_cluster<T, Efficiency>& c, const model& m,
                        const layout& l, const basic_workload<T>& w) noexcept {
  const field_errors of_load = validate(m, w);
  if (r.invalid.empty() && of_load.found.empty()) return check_load(c, m, l, w, r);
  report invalid;
  invalid.invalid = r.invalid;
  for (const invalid_field& f : of_load.found) invalid.invalid.push_back(f);
  r = invalid;
}

// All rules that need no estimate.
template <class T, class Efficiency>
[[nodiscard]] constexpr report check_shape(const basic_cluster<T, Efficiency>& c, const model& m,
                                           const layout& l, const basic_workload<T>& w) noexcept {
  report r = report_on(c, m, l);
  add_load(r, c, m, l, w);
  return r;
}

// The rules on what was estimated: memory, and times.
template <class T>
constexpr void check_memory(const basic_memory<T>& held, report& r) noexcept {
  require_within(r, rule::memory, value_of(held.total().value()), value_of(held.capacity.value()));
}
template <class T>
constexpr void check_times(const basic_serving<T>& served, const basic_workload<T>& w,
                           report& r) noexcept {
  require_time(r, rule::ttft, served.ttft, w.max_ttft);
  require_time(r, rule::tpot, served.tpot, w.max_tpot);
  if (served.stable()) return;
  constexpr double million_s = 1e6;
  require(r, rule::rate, false, rounded_up(value_of(w.rate.value()) * million_s),
          rounded_down(value_of(served.requests_per_s.value()) * million_s));
}
template <class T>
constexpr void check_figures(const basic_memory<T>& held, const basic_serving<T>& served,
                             const basic_workload<T>& w, report& r) noexcept {
  check_memory(held, r);
  check_times(served, w, r);
}

// Whether any rule is on times.
template <class T>
constexpr bool limits_times(const basic_workload<T>& w) noexcept {
  return w.max_ttft || w.max_tpot || value_of(w.rate.value()) > 0.0;
}

// check() of a workload that does not.
template <class T, class Efficiency>
constexpr report check_without_times(const basic_cluster<T, Efficiency>& c, const model& m,
                                     const layout& l, const basic_workload<T>& w) noexcept {
  static_assert(complete_policy<Efficiency, T>::required);
  report r = check_shape(c, m, l, w);
  if (r.priceable()) check_memory(memory(prepare_memory(c, m, l), w), r);
  return r;
}

}  // namespace detail

/// Every rule that the deployment violates, with both figures in the units that rules.hpp names,
/// and warnings; empty where there are none. Never throws. The time rules compare serving()'s ttft
/// and tpot and apply only where the workload sets them, as rule::rate does where it sets a rate.
/// Invalid inputs are listed in `invalid`; rules are then not tried, since figures mean nothing.
/// Source of the rules: the enumeration in check/rules.hpp.
///   EP64 x TP16 x PP4 x DP4 on 64 GPUs violates rule::gpus, required 16384, available 64
///   (tests/estimate/feasibility.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr report check(const basic_cluster<T, Efficiency>& c, const model& m,
                                     const layout& l, const basic_workload<T>& w) noexcept {
  if (!detail::limits_times(w)) return detail::check_without_times(c, m, l, w);
  report r = detail::check_shape(c, m, l, w);
  if (!r.priceable()) return r;
  const prepared_layout<T, Efficiency> p = prepare(c, m, l);
  const basic_memory<T> held = memory(p, w);
  detail::check_figures(held, detail::serving_of(p, w, held), w, r);
  return r;
}

}  // namespace shardline
