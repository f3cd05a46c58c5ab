/// Are the inputs numbers that mean anything? Every field has one range, in one table.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/base/bounded.hpp"
#include "shardline/cost/parameters.hpp"
#include "shardline/describe/cluster.hpp"
#include "shardline/describe/workload.hpp"

namespace shardline {

/// The fields that a user fills in, by the name a message uses.
enum class field : unsigned char {
  gpus,
  gpus_per_domain,
  memory,
  memory_rate,
  peak,
  scale_up_rate,
  scale_up_latency,
  network_rate,
  network_latency,
  memory_fraction,
  reserve,
  page_tokens,
  mfu,
  bandwidth_share,
  link_share,
  launch,
  hidden_size,
  vocab_size,
  layers,
  layer_kinds,
  max_context,
  scale_group,
  scale_bits,
  heads,
  kv_heads,
  head_dim,
  window,
  q_lora_rank,
  kv_lora_rank,
  feed_forward_width,
  experts,
  experts_per_token,
  shared_experts,
  parameters,
  tp,
  cp,
  dp,
  etp,
  ep,
  edp,
  pp,
  concurrency,
  input,
  output,
  chunk,
  expert_imbalance,
  max_ttft,
  max_tpot
};
inline constexpr std::size_t field_count = 48;

/// The name of a field and the values it may have, both ends included. NaN is outside of any range.
struct field_range {
  std::string_view name{};
  double lowest = 0.0;
  double highest = 0.0;
  bool whole = false;
};

namespace detail {
inline constexpr double many = 1e9;
inline constexpr double fast = 1e21;
inline constexpr std::array<field_range, field_count> field_ranges{{
    {"cluster.gpus", 1.0, 1e6, true},
    {"cluster.gpus_per_domain", 1.0, 1e6, true},
    {"accelerator.memory [bytes]", 1.0, 1e15, false},
    {"accelerator.memory_rate [bytes/s]", 1.0, fast, false},
    {"accelerator.peak [FLOP/s]", 0.0, fast, false},
    {"cluster.scale_up.rate [bytes/s]", 1.0, fast, false},
    {"cluster.scale_up.latency [s]", 0.0, 1.0, false},
    {"cluster.network.rate [bytes/s]", 1.0, fast, false},
    {"cluster.network.latency [s]", 0.0, 1.0, false},
    {"cluster.runtime.memory_fraction", 1e-6, 1.0, false},
    {"cluster.runtime.reserve [bytes]", 0.0, 1e15, false},
    {"cluster.runtime.page_tokens", 1.0, 1e6, true},
    {"efficiency.mfu", 1e-6, 1.0, false},
    {"efficiency.bandwidth", 1e-6, 1.0, false},
    {"efficiency.link", 1e-6, 1.0, false},
    {"efficiency.launch [s]", 0.0, 1.0, false},
    {"model.hidden_size", 1.0, 1e7, true},
    {"model.vocab_size", 0.0, many, true},
    {"model.layers", 1.0, 1e4, true},
    {"model.layers (kinds and runs)", 0.0, 0.0, true},
    {"model.max_context", 0.0, many, true},
    {"model.weights.group_k and group_n", 0.0, 1e6, true},
    {"model.weights.scale_bits and zero_bits", 0.0, 64.0, true},
    {"attention.heads", 1.0, 1e5, true},
    {"attention.kv_heads", 1.0, 1e5, true},
    {"attention.head_dim", 1.0, 1e5, true},
    {"attention.window", 0.0, many, true},
    {"attention.q_lora_rank", 0.0, 1e6, true},
    {"attention.kv_lora_rank", 1.0, 1e6, true},
    {"feed_forward.width", 1.0, 1e8, true},
    {"feed_forward.experts", 1.0, 1e6, true},
    {"feed_forward.experts_per_token", 1.0, 1e6, true},
    {"feed_forward.shared_experts", 0.0, 1e4, true},
    {"model parameters in all", 1.0, 4e15, true},
    {"layout.attention.tp", 1.0, 1e6, true},
    {"layout.attention.cp", 1.0, 1e6, true},
    {"layout.attention.dp", 1.0, 1e6, true},
    {"layout.expert.etp", 1.0, 1e6, true},
    {"layout.expert.ep", 1.0, 1e6, true},
    {"layout.expert.edp", 1.0, 1e6, true},
    {"layout.pp", 1.0, 1e6, true},
    {"workload.concurrency", 1.0, many, true},
    {"workload.input [tokens]", 1.0, many, true},
    {"workload.output [tokens]", 1.0, many, true},
    {"workload.chunk [tokens]", 1.0, many, true},
    {"workload.expert_imbalance", 1.0, 1e6, false},
    {"workload.max_ttft [s]", 1e-9, many, false},
    {"workload.max_tpot [s]", 1e-9, many, false},
}};
}  // namespace detail

[[nodiscard]] constexpr const field_range& range_of(field f) noexcept {
  return detail::field_ranges[static_cast<std::size_t>(f)];
}

/// A field whose value is outside its range.
struct invalid_field {
  shardline::field field = field::gpus;
  double value = 0.0;
};

/// The first fields found to be outside their range, at most 8.
struct field_errors {
  bounded<invalid_field, 8> found{};

  template <field Field>
  constexpr void expect(double value) noexcept {
    constexpr field_range r = range_of(Field);
    const bool inside = value >= r.lowest && value <= r.highest;  // false for NaN
    if (!inside || (r.whole && round_up(value) != value)) found.push_back({Field, value});
  }
  template <field Field>
  constexpr void expect(count value) noexcept {
    constexpr auto lowest = static_cast<count>(range_of(Field).lowest);
    constexpr auto highest = static_cast<count>(range_of(Field).highest);
    if (value < lowest || value > highest) found.push_back({Field, real<double>(value)});
  }
};

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

template <class T>
constexpr void validate(const basic_peaks<T>& peaks, field_errors& errors) noexcept {
  for (std::size_t i = 0; i < precision_count; ++i) {
    errors.expect<field::peak>(value_of(peaks[static_cast<precision>(i)].value()));
  }
}

// A link is checked where the layout can reach it: a lone domain needs no network.
template <class T, class Efficiency>
constexpr void validate(const basic_cluster<T, Efficiency>& c, count ranks,
                        field_errors& errors) noexcept {
  const auto& a = c.accelerator;
  errors.expect<field::gpus>(c.gpus);
  errors.expect<field::gpus_per_domain>(c.gpus_per_domain);
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
  errors.expect<field::memory_fraction>(value_of(c.runtime.memory_fraction));
  errors.expect<field::reserve>(value_of(c.runtime.reserve.value()));
  errors.expect<field::page_tokens>(c.runtime.page_tokens);
  validate_efficiency(a.efficiency, errors);
}

constexpr void validate(const grouped_query_attention& a, field_errors& errors) noexcept {
  errors.expect<field::heads>(a.heads);
  errors.expect<field::kv_heads>(a.kv_heads);
  errors.expect<field::head_dim>(a.head_dim);
  errors.expect<field::window>(a.window);
  // Queries share key-value heads in equal groups.
  if (a.kv_heads > 0 && a.heads % a.kv_heads != 0) {
    errors.found.push_back({field::kv_heads, static_cast<double>(a.kv_heads)});
  }
}

constexpr void validate(const latent_attention& a, field_errors& errors) noexcept {
  errors.expect<field::heads>(a.heads);
  errors.expect<field::q_lora_rank>(a.q_lora_rank);
  errors.expect<field::kv_lora_rank>(a.kv_lora_rank);
  errors.expect<field::head_dim>(a.qk_nope_head_dim);
  errors.expect<field::head_dim>(a.qk_rope_head_dim);
  errors.expect<field::head_dim>(a.v_head_dim);
}

constexpr void validate(const dense_feed_forward& f, field_errors& errors) noexcept {
  errors.expect<field::feed_forward_width>(f.width);
}

constexpr void validate(const mixture_of_experts& f, field_errors& errors) noexcept {
  errors.expect<field::experts>(f.experts);
  errors.expect<field::experts_per_token>(f.experts_per_token);
  if (f.experts_per_token > f.experts) {
    errors.found.push_back({field::experts_per_token, static_cast<double>(f.experts_per_token)});
  }
  errors.expect<field::feed_forward_width>(f.width);
  errors.expect<field::shared_experts>(f.shared_experts);
  if (f.shared_experts > 0) errors.expect<field::feed_forward_width>(f.shared_width);
}

// In floating point, so that a total beyond 64 bits is found rather than overflown.
struct approximate_parameters {
  double total = 0.0;
  template <class Operator>
  constexpr void operator()(const Operator& o, count times) noexcept {
    if constexpr (has_weight<Operator>) {
      total += real<double>(times) * real<double>(o.weight.matrices) * real<double>(o.weight.k) *
               real<double>(o.weight.n);
    }
  }
};

constexpr void validate(const layer& l, field_errors& errors) noexcept {
  if (std::holds_alternative<grouped_query_attention>(l.attention)) {
    validate(std::get<grouped_query_attention>(l.attention), errors);
  } else {
    validate(std::get<latent_attention>(l.attention), errors);
  }
  if (std::holds_alternative<dense_feed_forward>(l.feed_forward)) {
    validate(std::get<dense_feed_forward>(l.feed_forward), errors);
  } else {
    validate(std::get<mixture_of_experts>(l.feed_forward), errors);
  }
}

constexpr void validate(const weight_formats& formats, field_errors& errors) noexcept {
  for (const weight_format& f : formats.of) {
    errors.expect<field::scale_group>(count{f.group_k});
    errors.expect<field::scale_group>(count{f.group_n});
    errors.expect<field::scale_bits>(count{f.scale_bits});
    errors.expect<field::scale_bits>(count{f.zero_bits});
  }
}

constexpr void validate(const model& m, field_errors& errors) noexcept {
  errors.expect<field::hidden_size>(m.hidden_size);
  errors.expect<field::vocab_size>(m.vocab_size);
  errors.expect<field::max_context>(m.max_context);
  validate(m.weights, errors);
  errors.expect<field::layers>(m.layers.size());
  for (const layer_run& run : m.layers.runs) errors.expect<field::layers>(run.layers);
  if (m.layers.kinds.overflowed || m.layers.runs.overflowed) {
    errors.found.push_back({field::layer_kinds, static_cast<double>(m.layers.kinds.size())});
  }
  for (const layer& l : m.layers.kinds) validate(l, errors);
  if (!errors.found.empty()) return;
  approximate_parameters fold;
  for_each_operator(m, layout{}, decode_step(0.0, 0.0, 1.0), 0, rank{}, fold);
  errors.expect<field::parameters>(fold.total);
}

constexpr void validate(const layout& l, field_errors& errors) noexcept {
  errors.expect<field::tp>(l.attention.tp);
  errors.expect<field::cp>(l.attention.cp);
  errors.expect<field::dp>(l.attention.dp);
  errors.expect<field::etp>(l.expert.etp);
  errors.expect<field::ep>(l.expert.ep);
  errors.expect<field::edp>(l.expert.edp);
  errors.expect<field::pp>(l.pp);
}

template <class T>
constexpr void validate(const basic_workload<T>& w, field_errors& errors) noexcept {
  errors.expect<field::concurrency>(value_of(w.concurrency));
  errors.expect<field::input>(value_of(w.input.value()));
  errors.expect<field::output>(value_of(w.output.value()));
  errors.expect<field::expert_imbalance>(value_of(w.expert_imbalance));
  if (w.chunk) errors.expect<field::chunk>(value_of(w.chunk->value()));
  if (w.max_ttft) errors.expect<field::max_ttft>(value_of(w.max_ttft->value()));
  if (w.max_tpot) errors.expect<field::max_tpot>(value_of(w.max_tpot->value()));
}

}  // namespace detail

/// The fields of a model alone that are outside their range.
[[nodiscard]] constexpr field_errors validate(const model& m) noexcept {
  field_errors errors;
  detail::validate(m, errors);
  return errors;
}

/// The fields of all four inputs that are outside their range; empty if all can be priced.
template <class T, class Efficiency>
[[nodiscard]] constexpr field_errors validate(const basic_cluster<T, Efficiency>& c, const model& m,
                                              const layout& l,
                                              const basic_workload<T>& w) noexcept {
  field_errors errors;
  detail::validate(l, errors);
  // A layout whose meshes disagree is priced too, with the groups of both.
  const count expert_ranks = saturating_product(l.expert.size(), l.pp);
  detail::validate(c, l.gpus() < expert_ranks ? expert_ranks : l.gpus(), errors);
  detail::validate(m, errors);
  detail::validate(w, errors);
  return errors;
}

}  // namespace shardline
