// SPDX-License-Identifier: BSL-1.0
/// Are the inputs numbers that mean anything? Every field is held to its range, and to what other
/// fields ask of it.
#pragma once

#include <span>

#include "shardline/base/alternative.hpp"
#include "shardline/check/kind_validation.hpp"
#include "shardline/curves/fitted.hpp"
#include "shardline/describe/cluster.hpp"
#include "shardline/describe/workload.hpp"
#include "shardline/model/segments.hpp"

namespace shardline {

namespace detail {

// A policy of someone else's has no fields here; its author vouches for its shares.
template <class Policy>
constexpr void validate_efficiency(const Policy&, field_errors&) noexcept {}

template <class T>
constexpr void validate_efficiency(const basic_constant<T>& c, field_errors& errors) noexcept {
  errors.expect<field::mfu>(value_of(c.mfu));
  errors.expect<field::bandwidth_share>(value_of(c.bandwidth));
  errors.expect<field::link_share>(value_of(c.link));
  errors.expect<field::launch>(value_of(c.launch.value()));
}

// How many curves of a kind say nothing.
template <class... Curve>
constexpr integer empty(const Curve&... curves) noexcept {
  return (integer{0} + ... + (says_nothing(curves) ? 1 : 0));
}
template <class Key, class... Curve>
constexpr integer empty(const curves_by<Curve, Key>&... curves) noexcept {
  integer number = 0;
  for (std::size_t i = 0; i < key_count<Key>; ++i) number += empty(curves.of[i]...);
  return number;
}
template <field Field>
constexpr void require_curves(integer empty_ones, field_errors& errors) noexcept {
  errors.require<Field>(empty_ones == 0, condition::none_unless_data_sheet,
                        real<double>(empty_ones));
}

// To price as the data sheet is what `datasheet` is for.
template <class T>
constexpr void validate_efficiency(const basic_fitted<T>& f, field_errors& errors) noexcept {
  for_each_curve(f, [&errors](field of, const auto& curve) { errors.expect_constants(of, curve); });
  const exchange_curves<T>& x = f.exchange;
  require_curves<field::gemm_curves>(empty(f.gemm), errors);
  require_curves<field::attention_curves>(empty(f.prefill, f.latent_prefill) +
                                              empty(f.decode, f.latent_decode) +
                                              empty(f.sparse, f.block_sparse),
                                          errors);
  require_curves<field::expert_curves>(empty(f.experts), errors);
  require_curves<field::recurrence_curves>(empty(f.recurrences), errors);
  require_curves<field::elementwise_curves>(empty(f.elementwise), errors);
  require_curves<field::collective_curves>(empty(f.collectives), errors);
  require_curves<field::exchange_curves>(
      empty(x.throughput_dispatch, x.throughput_combine, x.latency_dispatch, x.latency_combine),
      errors);
  require_curves<field::host_curve>(empty(f.host), errors);
}

template <class T>
constexpr void validate(const basic_peaks<T>& peaks, field_errors& errors) noexcept {
  for (std::size_t i = 0; i < precision_count; ++i) {
    errors.expect<field::peak>(value_of(peaks[static_cast<precision>(i)].value()));
  }
}

struct budget_validator {
  field_errors& errors;
  template <class Rule>
  constexpr void operator()(const Rule& rule) const noexcept {
    errors.expect<field::budget_share>(value_of(rule.share));
  }
  template <class T>
  constexpr void operator()(const derived_static<T>& rule) const noexcept {
    errors.expect<field::budget_share>(value_of(rule.share));
    for (const bytes<T>& held :
         {rule.base, rule.per_token, rule.per_gpu, rule.per_sequence, rule.per_replica_sequence,
          rule.per_replica_sequence_above, rule.least, rule.least_from}) {
      errors.expect<field::budget_bytes>(value_of(held.value()));
    }
    errors.expect<field::budget_count>(value_of(rule.least_tokens));
    errors.expect<field::budget_count>(value_of(rule.many_sequences));
  }
};

template <class T>
constexpr void validate(const basic_runtime<T>& r, field_errors& errors) noexcept {
  visit_alternative(r.budget, budget_validator{errors});
  errors.expect<field::reserve>(value_of(r.reserve.value()));
  errors.expect<field::communicators>(value_of(r.communicators.value()));
  errors.expect<field::cuda_graphs>(value_of(r.cuda_graphs.value()));
  errors.expect<field::exchange_bytes>(value_of(r.buffers.inside.value()));
  errors.expect<field::exchange_bytes>(value_of(r.buffers.across.value()));
  errors.expect<field::exchange_count>(r.buffers.value_bytes);
  errors.expect<field::exchange_count>(r.buffers.tokens);
  errors.expect<field::page_tokens>(r.page_tokens);
  errors.expect<field::step_tokens>(value_of(r.step_tokens));
  errors.expect<field::step_sequences>(value_of(r.step_sequences));
  errors.expect<field::captured_sequences>(value_of(r.captured.below_four));
  errors.expect<field::captured_sequences>(value_of(r.captured.from_four));
  errors.expect<field::logit_bytes>(value_of(r.logit_bytes));
  errors.expect<field::vocabulary_padding>(r.padding.vocabulary);
  errors.expect<field::mxfp4_padding>(r.padding.mxfp4_width);
  errors.expect<field::mxfp4_hidden_padding>(r.padding.mxfp4_hidden);
  errors.expect<field::segment_padding>(r.padding.segment);
  errors.expect<field::reserved_output>(value_of(r.reserved_output));
  errors.expect<field::receive_interval>(value_of(r.receive_interval));
}

// A link is checked where the layout can reach it: a lone domain needs no network.
template <class T, class Efficiency>
constexpr void validate(const basic_cluster<T, Efficiency>& c, integer ranks,
                        field_errors& errors) noexcept {
  const auto& a = c.accelerator;
  errors.expect<field::gpus>(c.gpus);
  errors.expect<field::gpus_per_domain>(c.gpus_per_domain);
  errors.expect<field::accelerator_name>(static_cast<integer>(a.name.length));
  errors.expect<field::memory>(value_of(a.memory.value()));
  errors.expect<field::memory_rate>(value_of(a.memory_rate.value()));
  validate(a.peak, errors);
  if (c.gpus_per_domain > 1 && ranks > 1) {
    errors.expect<field::scale_up_rate>(value_of(c.scale_up.rate.value()));
  }
  errors.expect<field::scale_up_latency>(value_of(c.scale_up.latency.value()));
  if (ranks > c.gpus_per_domain) {
    errors.expect<field::network_rate>(value_of(c.network.rate.value()));
  }
  errors.expect<field::network_latency>(value_of(c.network.latency.value()));
  for (const integer axis : a.torus.axes) errors.expect<field::torus_axes>(axis);
  errors.expect<field::torus_ring>(a.torus.ring);
  validate(c.runtime, errors);
  validate_efficiency(a.efficiency, errors);
}

// In floating point, so that a total beyond 64 bits is found rather than overflown.
struct approximate_parameters {
  double total = 0.0;
  double times = 1.0;
  template <class Operator>
  constexpr void operator()(const Operator& o) noexcept {
    if constexpr (has_weight<Operator>) {
      total += times * real<double>(o.weight.matrices) * real<double>(o.weight.k) *
               real<double>(o.weight.n);
    }
  }
};

constexpr double approximate_parameters_of(const model_context& e) noexcept {
  const model& m = e.model;
  approximate_parameters sum;
  sink_for sink(sum);
  if (m.vocab_size > 0) {
    emit_embedding(e, sink);
    emit_head(e, true, sink);
  }
  kind_counts layers = m.layers.counts();
  layers[m.layers.runs[m.layers.runs.size() - 1].kind] += m.mtp_layers;
  for (std::size_t k = 0; k < m.layers.kinds.size(); ++k) {
    sum.times = real<double>(layers[k]);
    emit_layer(m.layers.kinds[k], e, sink);
  }
  if (m.mtp_layers == 0) return sum.total;
  sum.times = real<double>(m.mtp_layers);
  emit_prediction_ends(e, sink);
  return sum.total;
}

template <field Group, field Bits>
constexpr void validate(const weight_format& f, field_errors& errors) noexcept {
  errors.expect_alike<Group, Group>(f.group_k, f.group_n);
  errors.expect_alike<Bits, Bits, Bits>(f.scale_bits, f.zero_bits, f.matrix_bits);
}

// An exception for a class of which no layer has matrices would change nothing.
constexpr void validate(const format_exception& e, field_errors& errors) noexcept {
  if (e.empty()) return;
  weight_classes others = e.classes;
  others.erase(layer_matrices);
  errors.require<field::exception_classes>(others.empty(), condition::classes_that_layers_have,
                                           real<double>(others.size()));
  validate<field::exception_group, field::exception_bits>(e.format, errors);
}

// How many there were to hold: what did not fit is one more, however many it was.
template <class T, std::size_t Capacity>
constexpr integer number_given(const bounded<T, Capacity>& held) noexcept {
  return static_cast<integer>(held.size()) + (held.overflowed ? 1 : 0);
}

// A layer of nothing is a mistake.
constexpr void validate(const layer& l, field_errors& errors) noexcept {
  validate_kind(l.attention, errors);
  validate_kind(l.feed_forward, errors);
  errors.expect<field::exceptions>(number_given(l.exceptions));
  for (const format_exception& e : l.exceptions) validate(e, errors);
  errors.require<field::layers>(!std::holds_alternative<no_attention>(l.attention) ||
                                    !std::holds_alternative<no_feed_forward>(l.feed_forward),
                                condition::a_layer_of_something, 0.0);
}

// Copies of experts and padding hold parameters too: those of layout and engine, once in range.
constexpr void validate(const model& m, integer redundant_experts, const shard_padding& padding,
                        field_errors& errors) noexcept {
  errors.expect<field::model_name>(static_cast<integer>(m.name.length));
  errors.expect<field::hidden_size>(m.hidden_size);
  errors.expect_alike<field::vocab_size, field::max_context, field::positions>(
      m.vocab_size, m.max_context, m.positions);
  errors.expect<field::embedding_width>(m.embedding_width);
  errors.expect<field::streams>(m.streams);
  errors.expect<field::streams_rank>(m.streams_rank);
  errors.expect<field::stream_versions>(m.updates.versions);
  errors.expect<field::low_rank_path>(m.updates.low_rank);
  errors.expect<field::residual_blocks>(m.residual_blocks);
  errors.expect<field::layer_input_width>(m.per_layer.width);
  errors.expect<field::layer_input_vocab_size>(m.per_layer.vocab_size);
  errors.expect<field::extra_rows>(m.extra_rows);
  errors.expect<field::mtp_layers>(m.mtp_layers);
  errors.expect<field::cache_group>(integer{m.kv_cache.group});
  errors.expect<field::cache_scale_bits>(integer{m.kv_cache.scale_bits});
  for (const weight_format& f : m.weights.of) {
    validate<field::scale_group, field::scale_bits>(f, errors);
  }
  errors.expect<field::layers>(m.layers.size());
  for (const layer_run& run : m.layers.runs) errors.expect<field::layers>(run.layers);
  errors.expect<field::layer_kinds>(number_given(m.layers.kinds));
  errors.expect<field::layer_runs>(number_given(m.layers.runs));
  for (const layer& l : m.layers.kinds) validate(l, errors);
  if (!errors.found.empty()) return;
  layout whole{};
  whole.redundant_experts = redundant_experts;
  errors.expect<field::parameters>(approximate_parameters_of({m, whole, {}, padding}));
}

constexpr void validate(const layout& l, field_errors& errors) noexcept {
  if (l.attention.tp == 0 && l == no_ranks) {
    return errors.require<field::tp>(false, condition::flags_that_are_taken, 0.0);
  }
  errors
      .expect_alike<field::tp, field::cp, field::dp, field::etp, field::ep, field::edp, field::pp>(
          l.attention.tp, l.attention.cp, l.attention.dp, l.expert.etp, l.expert.ep, l.expert.edp,
          l.pp);
  errors.expect<field::redundant_experts>(l.redundant_experts);
  errors.expect<field::dcp>(l.dcp);
  errors.expect<field::microbatches>(l.microbatches);
  errors.expect<field::listed_stages>(number_given(l.stages.listed));
}

constexpr void validate_loads(std::span<const double> loads, field_errors& errors) noexcept {
  double all = 0.0;
  for (const double load : loads) {
    errors.expect<field::routing_loads>(load);
    all += load;
  }
  errors.require<field::routing_loads>(all > 0.0, condition::loads_not_all_0, all);
}

// Loads are of as many experts as each layer with experts has.
constexpr void validate_loads(std::span<const double> loads, const model& m,
                              field_errors& errors) noexcept {
  for (const layer& l : m.layers.kinds) {
    if (!has_experts(l)) continue;
    const integer all = experts_of(l).experts;
    errors.require<field::routing_loads>(all == std::ssize(loads), condition::loads_for_each_expert,
                                         std::ssize(loads), all);
  }
}

template <class T>
constexpr void validate(const basic_routing<T>& r, const model& m, field_errors& errors) noexcept {
  errors.expect<field::routing_exponent>(value_of(r.exponent));
  if (r.law != routing_law::observed) return;
  validate_loads(r.loads, errors);
  validate_loads(r.loads, m, errors);
}

template <class T>
constexpr void validate(const basic_workload<T>& w, field_errors& errors) noexcept {
  errors.expect<field::concurrency>(value_of(w.concurrency));
  errors.expect<field::input>(value_of(w.input.value()));
  errors.expect<field::output>(value_of(w.output.value()));
  errors.expect<field::expert_imbalance>(value_of(w.expert_imbalance));
  errors.expect<field::prefix_hit>(value_of(w.prefix_hit));
  errors.expect<field::host_hit>(value_of(w.host_cache.hit));
  errors.expect<field::host_rate>(value_of(w.host_cache.rate.value()));
  errors.expect<field::output_cv>(value_of(w.output_cv));
  errors.expect<field::rate>(value_of(w.rate.value()));
  // A run that ends has no steady rate.
  const double rate = value_of(w.rate.value());
  const double prompts = value_of(w.num_prompts);
  errors.require<field::rate>(!(rate > 0.0 && rate < rarest_rate), condition::zero_or_not_rarer,
                              rate);
  errors.expect<field::num_prompts>(prompts);
  errors.require<field::num_prompts>(!(rate > 0.0 && prompts > 0.0),
                                     condition::no_run_beside_a_rate, prompts);
  errors.expect<field::draft_tokens>(w.speculation.draft_tokens);
  errors.expect<field::acceptance>(value_of(w.speculation.acceptance));
  errors.expect<field::draft_time>(value_of(w.speculation.draft_time.value()));
  if (w.routing.law != routing_law::even) {
    const double imbalance = value_of(w.expert_imbalance);
    errors.require<field::expert_imbalance>(!(imbalance < 1.0) && !(imbalance > 1.0),
                                            condition::one_beside_routing, imbalance);
  }
  if (w.chunk) errors.expect<field::chunk>(value_of(w.chunk->value()));
  if (w.max_ttft) errors.expect<field::max_ttft>(value_of(w.max_ttft->value()));
  if (w.max_tpot) errors.expect<field::max_tpot>(value_of(w.max_tpot->value()));
}

}  // namespace detail

/// The fields of a model alone that are not what they must be by the ranges of base/field.hpp and
/// of kinds, and by what fields ask of each other: each with its value, in the unit of its
/// range_of(), and what it must be. At most 8, and empty where all are right.
///   of hidden_size 0: one, of value 0, allowed from 1 to 10,000,000   (tests/check/validation.cpp)
[[nodiscard]] constexpr field_errors validate(const model& m) noexcept {
  field_errors errors;
  detail::validate(m, 0, {}, errors);
  return errors;
}

/// The same of a layout, cluster and model, found in that order; empty where all can be priced.
///   of tp 0: layout.attention.tp, of value 0, allowed from 1 to 1,000,000
///   (tests/check/validation.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr field_errors validate(const basic_cluster<T, Efficiency>& c, const model& m,
                                              const layout& l) noexcept {
  field_errors errors;
  detail::validate(l, errors);
  // A layout whose meshes disagree is priced too, with the groups of both.
  const integer expert_ranks = saturating_product(l.expert.size(), l.pp);
  detail::validate(c, l.gpus() < expert_ranks ? expert_ranks : l.gpus(), errors);
  const bool sane = errors.found.empty();
  detail::validate(m, sane ? l.redundant_experts : 0, sane ? c.runtime.padding : shard_padding{},
                   errors);
  errors.require<field::redundant_experts>(l.redundant_experts <= 0 || has_experts(m),
                                           condition::none_without_experts,
                                           real<double>(l.redundant_experts));
  return errors;
}

/// The same of a workload, and of its routing beside that model's experts.
///   of an input of 0 tokens: workload.input, allowed from 1 to 1,000,000,000
///   (tests/check/validation.cpp)
template <class T>
[[nodiscard]] constexpr field_errors validate(const model& m, const basic_workload<T>& w) noexcept {
  field_errors errors;
  detail::validate(w, errors);
  detail::validate(w.routing, m, errors);
  return errors;
}

/// Those of all four inputs, at most 8: of validate(c, m, l), then of validate(m, w). Empty if all
/// can be priced.
///   of tp 0 and an input of 0 tokens: 2 fields   (tests/check/validation.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr field_errors validate(const basic_cluster<T, Efficiency>& c, const model& m,
                                              const layout& l,
                                              const basic_workload<T>& w) noexcept {
  field_errors errors = validate(c, m, l);
  for (const invalid_field& f : validate(m, w).found) errors.found.push_back(f);
  return errors;
}

}  // namespace shardline
