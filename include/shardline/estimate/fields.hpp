/// The fields that a user fills in, and the range of each, in one table.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/base/bounded.hpp"
#include "shardline/base/integer.hpp"
#include "shardline/base/scalar.hpp"

namespace shardline {

/// The fields that a user fills in, by the name a message uses.
enum class field : unsigned char {
  gpus,
  gpus_per_domain,
  accelerator_name,
  memory,
  memory_rate,
  peak,
  scale_up_rate,
  scale_up_latency,
  network_rate,
  network_latency,
  torus_axes,
  torus_ring,
  budget_share,
  reserve,
  communicators,
  cuda_graphs,
  page_tokens,
  step_tokens,
  step_sequences,
  logit_bytes,
  vocabulary_padding,
  fp4_padding,
  queued_share,
  mfu,
  bandwidth_share,
  link_share,
  launch,
  model_name,
  hidden_size,
  vocab_size,
  positions,
  layers,
  layer_kinds,
  mtp_layers,
  max_context,
  scale_group,
  scale_bits,
  exception_classes,
  exception_group,
  exception_bits,
  cache_group,
  cache_scale_bits,
  heads,
  kv_heads,
  head_dim,
  window,
  q_lora_rank,
  kv_lora_rank,
  groups,
  state_size,
  conv_kernel,
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
  listed_stages,
  redundant_experts,
  dcp,
  microbatches,
  concurrency,
  input,
  output,
  chunk,
  prefix_hit,
  rate,
  num_prompts,
  draft_tokens,
  acceptance,
  draft_time,
  expert_imbalance,
  routing_exponent,
  routing_loads,
  two_skews,
  max_ttft,
  max_tpot
};
inline constexpr std::size_t field_count = static_cast<std::size_t>(field::max_tpot) + 1;

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
inline constexpr double longest_name = short_name::most;
inline constexpr std::array<field_range, field_count> field_ranges{{
    {"cluster.gpus", 1.0, 1e6, true},
    {"cluster.gpus_per_domain", 1.0, 1e6, true},
    {"accelerator.name [characters]", 0.0, longest_name, true},
    {"accelerator.memory [bytes]", 1.0, 1e15, false},
    {"accelerator.memory_rate [bytes/s]", 1.0, fast, false},
    {"accelerator.peak [FLOP/s]", 0.0, fast, false},
    {"cluster.scale_up.rate [bytes/s]", 1.0, fast, false},
    {"cluster.scale_up.latency [s]", 0.0, 1.0, false},
    {"cluster.network.rate [bytes/s]", 1.0, fast, false},
    {"cluster.network.latency [s]", 0.0, 1.0, false},
    {"accelerator.torus.axes", 1.0, 1e6, true},
    {"accelerator.torus.ring", 1.0, 1e6, true},
    {"cluster.runtime.budget share", 1e-6, 1.0, false},
    {"cluster.runtime.reserve [bytes]", 0.0, 1e15, false},
    {"cluster.runtime.communicators [bytes]", 0.0, 1e15, false},
    {"cluster.runtime.cuda_graphs [bytes]", 0.0, 1e15, false},
    {"cluster.runtime.page_tokens", 1.0, 1e6, true},
    {"cluster.runtime.step_tokens", 0.0, many, true},
    {"cluster.runtime.step_sequences", 0.0, many, true},
    {"cluster.runtime.logit_bytes", 0.0, 1e6, false},
    {"cluster.runtime.padding.vocabulary", 1.0, 1e6, true},
    {"cluster.runtime.padding.fp4_width", 1.0, 1e6, true},
    {"cluster.runtime.queued_share", 0.0, 1.0, false},
    {"efficiency.mfu", 1e-6, 1.0, false},
    {"efficiency.bandwidth", 1e-6, 1.0, false},
    {"efficiency.link", 1e-6, 1.0, false},
    {"efficiency.launch [s]", 0.0, 1.0, false},
    {"model.name [characters]", 0.0, longest_name, true},
    {"model.hidden_size", 1.0, 1e7, true},
    {"model.vocab_size", 0.0, many, true},
    {"model.positions", 0.0, many, true},
    {"model.layers", 1.0, 1e4, true},
    {"model.layers (kinds and runs)", 0.0, 0.0, true},
    {"model.mtp_layers", 0.0, 1e4, true},
    {"model.max_context", 0.0, many, true},
    {"model.weights.group_k and group_n", 0.0, 1e6, true},
    {"model.weights.scale_bits, zero_bits and matrix_bits", 0.0, 64.0, true},
    {"layer.exception.classes (embedding, norm, head)", 0.0, 0.0, true},
    {"layer.exception.format.group_k and group_n", 0.0, 1e6, true},
    {"layer.exception.format.scale_bits, zero_bits and matrix_bits", 0.0, 64.0, true},
    {"model.kv_cache.group", 0.0, 1e6, true},
    {"model.kv_cache.scale_bits", 0.0, 64.0, true},
    {"attention.heads", 1.0, 1e5, true},
    {"attention.kv_heads", 1.0, 1e5, true},
    {"attention.head_dim", 1.0, 1e5, true},
    {"attention.window", 0.0, many, true},
    {"attention.q_lora_rank", 0.0, 1e6, true},
    {"attention.kv_lora_rank", 1.0, 1e6, true},
    {"attention.groups", 1.0, 1e5, true},
    {"attention.state_size", 1.0, 1e5, true},
    {"attention.conv_kernel", 1.0, 1e3, true},
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
    {"layout.stages.listed (at most 64 stages)", 0.0, 64.0, true},
    {"layout.redundant_experts", 0.0, 1e6, true},
    {"layout.dcp", 1.0, 1e6, true},
    {"layout.microbatches", 0.0, 1e6, true},
    {"workload.concurrency", 1.0, many, true},
    {"workload.input [tokens]", 1.0, many, true},
    {"workload.output [tokens]", 1.0, many, true},
    {"workload.chunk [tokens]", 1.0, many, true},
    {"workload.prefix_hit", 0.0, 1.0, false},
    {"workload.rate [requests/s]", 0.0, many, false},
    {"workload.num_prompts", 0.0, many, true},
    {"workload.speculation.draft_tokens", 0.0, 64.0, true},
    {"workload.speculation.acceptance", 0.0, 1.0, false},
    {"workload.speculation.draft_time [s]", 0.0, 1.0, false},
    {"workload.expert_imbalance", 1.0, 1e6, false},
    {"workload.routing.exponent", 0.0, 3.0, false},
    {"workload.routing.loads (one for each expert, not all 0)", 0.0, 1e18, false},
    {"workload.expert_imbalance (beside workload.routing)", 1.0, 1.0, false},
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

}  // namespace shardline
