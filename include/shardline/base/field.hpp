// SPDX-License-Identifier: BSL-1.0
/// The inputs that a user fills in: name, unit and range of each, once, as data.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shardline/base/bounded.hpp"
#include "shardline/base/fixed_string.hpp"
#include "shardline/base/integer.hpp"
#include "shardline/base/scalar.hpp"

namespace shardline {

/// The unit of a figure in a message, where its name does not say it.
enum class figure_unit : unsigned char {
  none,
  bytes,
  bytes_per_second,
  flops_per_second,
  seconds,
  nanoseconds,
  requests_per_second,
  requests_per_million_seconds,
  tokens,
  characters,
  bits,
  gpus,
  ranks,
  replicas,
  copies,
  heads,
  experts,
  layers,
  stages,
  elements
};
inline constexpr std::size_t figure_unit_count = 20;

namespace detail {
inline constexpr std::array<std::string_view, figure_unit_count> figure_unit_names{
    "",        "bytes",      "bytes/s",    "FLOP/s",
    "s",       "ns",         "requests/s", "requests in a million seconds",
    "tokens",  "characters", "bits",       "GPUs",
    "ranks",   "replicas",   "copies",     "heads",
    "experts", "layers",     "stages",     "elements"};
}  // namespace detail

/// The unit as messages say it, by its symbol or plural name; empty for `none`.
///   name(figure_unit::bytes_per_second) = "bytes/s"; there are 20   (tests/base/field.cpp)
[[nodiscard]] constexpr std::string_view name(figure_unit u) noexcept {
  return detail::figure_unit_names[static_cast<std::size_t>(u)];
}

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
  budget_bytes,
  budget_count,
  reserve,
  communicators,
  cuda_graphs,
  exchange_bytes,
  exchange_count,
  page_tokens,
  step_tokens,
  step_sequences,
  captured_sequences,
  logit_bytes,
  vocabulary_padding,
  mxfp4_padding,
  mxfp4_hidden_padding,
  segment_padding,
  reserved_output,
  receive_interval,
  mfu,
  bandwidth_share,
  link_share,
  launch,
  gemm_curves,
  attention_curves,
  expert_curves,
  recurrence_curves,
  elementwise_curves,
  collective_curves,
  exchange_curves,
  host_curve,
  gemm_constants,
  prefill_constants,
  decode_constants,
  sparse_constants,
  expert_constants,
  recurrence_constants,
  elementwise_constants,
  collective_constants,
  throughput_constants,
  latency_constants,
  host_constants,
  model_name,
  hidden_size,
  vocab_size,
  embedding_width,
  streams,
  streams_rank,
  stream_versions,
  low_rank_path,
  residual_blocks,
  layer_input_width,
  layer_input_vocab_size,
  positions,
  extra_rows,
  layers,
  layer_kinds,
  layer_runs,
  mtp_layers,
  max_context,
  scale_group,
  scale_bits,
  exceptions,
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
  host_hit,
  host_rate,
  output_cv,
  rate,
  num_prompts,
  draft_tokens,
  acceptance,
  draft_time,
  expert_imbalance,
  routing_exponent,
  routing_loads,
  max_ttft,
  max_tpot
};
inline constexpr std::size_t field_count = static_cast<std::size_t>(field::max_tpot) + 1;

/// Whether lowest <= value <= highest, all in one unit and -highest <= lowest, and value is whole
/// where it must be, highest then being below 2^63. By its bits (IEEE 754), of which those of NaN
/// are beyond any number's: under -ffast-math compilers take all comparisons to be of numbers.
///   is_between<true>(2, 1, 3), but not is_between<true>(2.5, 1, 3)   (tests/base/field.cpp)
template <bool Whole>
[[nodiscard]] constexpr bool is_between(double value, double lowest, double highest) noexcept {
  constexpr std::uint64_t all_but_sign = ~(std::uint64_t{1} << 63U);
  const std::uint64_t size = std::bit_cast<std::uint64_t>(value) & all_but_sign;
  const bool inside = size <= std::bit_cast<std::uint64_t>(highest) && value >= lowest;
  if constexpr (!Whole) return inside;
  return inside && static_cast<double>(static_cast<std::int64_t>(value)) == value;
}

/// The name of a field, the unit of its values, and the values in it that it may have, both ends
/// included; `whole`: whole numbers alone.
struct field_range {
  shardline::field field = field::gpus;
  std::string_view name{};
  figure_unit unit = figure_unit::none;
  double lowest = 0.0;
  double highest = 0.0;
  bool whole = false;

  /// Whether a value, in `unit`, is one of them: tp may be 8, not 0 (tests/base/field.cpp).
  [[nodiscard]] constexpr bool contains(double value) const noexcept {
    return whole ? is_between<true>(value, lowest, highest)
                 : is_between<false>(value, lowest, highest);
  }
};

namespace detail {

inline constexpr double many = 1e9;
inline constexpr double fast = 1e21;
inline constexpr double longest_name = short_name::most;
// How many there may be of what must not be.
constexpr field_range none_of(field f, std::string_view name) noexcept {
  return {f, name, figure_unit::none, 0.0, 0.0, true};
}
inline constexpr std::array<field_range, field_count> field_ranges{{
    {field::gpus, "cluster.gpus", figure_unit::none, 1.0, 1e6, true},
    {field::gpus_per_domain, "cluster.gpus_per_domain", figure_unit::none, 1.0, 1e6, true},
    {field::accelerator_name, "accelerator.name", figure_unit::characters, 0.0, longest_name, true},
    {field::memory, "accelerator.memory", figure_unit::bytes, 1.0, 1e15, false},
    {field::memory_rate, "accelerator.memory_rate", figure_unit::bytes_per_second, 1.0, fast,
     false},
    {field::peak, "accelerator.peak", figure_unit::flops_per_second, 0.0, fast, false},
    {field::scale_up_rate, "cluster.scale_up.rate", figure_unit::bytes_per_second, 1.0, fast,
     false},
    {field::scale_up_latency, "cluster.scale_up.latency", figure_unit::seconds, 0.0, 1.0, false},
    {field::network_rate, "cluster.network.rate", figure_unit::bytes_per_second, 1.0, fast, false},
    {field::network_latency, "cluster.network.latency", figure_unit::seconds, 0.0, 1.0, false},
    {field::torus_axes, "accelerator.torus.axes", figure_unit::none, 1.0, 1e6, true},
    {field::torus_ring, "accelerator.torus.ring", figure_unit::none, 1.0, 1e6, true},
    {field::budget_share, "cluster.runtime.budget share", figure_unit::none, 1e-6, 1.0, false},
    {field::budget_bytes, "cluster.runtime.budget bytes", figure_unit::bytes, 0.0, 1e15, false},
    {field::budget_count, "cluster.runtime.budget tokens or sequences", figure_unit::none, 0.0,
     many, true},
    {field::reserve, "cluster.runtime.reserve", figure_unit::bytes, 0.0, 1e15, false},
    {field::communicators, "cluster.runtime.communicators", figure_unit::bytes, 0.0, 1e15, false},
    {field::cuda_graphs, "cluster.runtime.cuda_graphs", figure_unit::bytes, 0.0, 1e15, false},
    {field::exchange_bytes, "cluster.runtime.buffers bytes", figure_unit::bytes, 0.0, 1e15, false},
    {field::exchange_count, "cluster.runtime.buffers", figure_unit::none, 0.0, 1e6, true},
    {field::page_tokens, "cluster.runtime.page_tokens", figure_unit::tokens, 1.0, 1e6, true},
    {field::step_tokens, "cluster.runtime.step_tokens", figure_unit::tokens, 0.0, many, true},
    {field::step_sequences, "cluster.runtime.step_sequences", figure_unit::none, 0.0, many, true},
    {field::captured_sequences, "cluster.runtime.captured", figure_unit::none, 0.0, many, true},
    {field::logit_bytes, "cluster.runtime.logit_bytes", figure_unit::bytes, 0.0, 1e6, false},
    {field::vocabulary_padding, "cluster.runtime.padding.vocabulary", figure_unit::none, 1.0, 1e6,
     true},
    {field::mxfp4_padding, "cluster.runtime.padding.mxfp4_width", figure_unit::none, 1.0, 1e6,
     true},
    {field::mxfp4_hidden_padding, "cluster.runtime.padding.mxfp4_hidden", figure_unit::none, 1.0,
     1e6, true},
    {field::segment_padding, "cluster.runtime.padding.segment", figure_unit::bytes, 1.0, 1e9, true},
    {field::reserved_output, "cluster.runtime.reserved_output", figure_unit::none, 0.0, 1.0, false},
    {field::receive_interval, "cluster.runtime.receive_interval", figure_unit::none, 1.0, 1e6,
     false},
    {field::mfu, "efficiency.mfu", figure_unit::none, 1e-6, 1.0, false},
    {field::bandwidth_share, "efficiency.bandwidth", figure_unit::none, 1e-6, 1.0, false},
    {field::link_share, "efficiency.link", figure_unit::none, 1e-6, 1.0, false},
    {field::launch, "efficiency.launch", figure_unit::seconds, 0.0, 1.0, false},
    none_of(field::gemm_curves, "efficiency.gemm (curves that say nothing)"),
    none_of(field::attention_curves,
            "efficiency.prefill, decode, latent ones and sparse (curves that say nothing)"),
    none_of(field::expert_curves, "efficiency.experts (curves that say nothing)"),
    none_of(field::recurrence_curves, "efficiency.recurrences (curves that say nothing)"),
    none_of(field::elementwise_curves, "efficiency.elementwise (curves that say nothing)"),
    none_of(field::collective_curves, "efficiency.collectives (curves that say nothing)"),
    none_of(field::exchange_curves, "efficiency.exchange (curves that say nothing)"),
    none_of(field::host_curve, "efficiency.host (curves that say nothing)"),
    none_of(field::gemm_constants, "efficiency.gemm"),
    none_of(field::prefill_constants, "efficiency.prefill or latent_prefill"),
    none_of(field::decode_constants, "efficiency.decode or latent_decode"),
    none_of(field::sparse_constants, "efficiency.sparse or block_sparse"),
    none_of(field::expert_constants, "efficiency.experts"),
    none_of(field::recurrence_constants, "efficiency.recurrences"),
    none_of(field::elementwise_constants, "efficiency.elementwise"),
    none_of(field::collective_constants, "efficiency.collectives"),
    none_of(field::throughput_constants,
            "efficiency.exchange.throughput_dispatch or throughput_combine"),
    none_of(field::latency_constants, "efficiency.exchange.latency_dispatch or latency_combine"),
    none_of(field::host_constants, "efficiency.host"),
    {field::model_name, "model.name", figure_unit::characters, 0.0, longest_name, true},
    {field::hidden_size, "model.hidden_size", figure_unit::none, 1.0, 1e7, true},
    {field::vocab_size, "model.vocab_size", figure_unit::none, 0.0, many, true},
    {field::embedding_width, "model.embedding_width", figure_unit::none, 0.0, 1e7, true},
    {field::streams, "model.streams", figure_unit::none, 1.0, 100.0, true},
    {field::streams_rank, "model.streams_rank", figure_unit::none, 0.0, 1e6, true},
    {field::stream_versions, "model.updates.versions", figure_unit::none, 1.0, 16.0, true},
    {field::low_rank_path, "model.updates.low_rank", figure_unit::none, 0.0, 1e6, true},
    {field::residual_blocks, "model.residual_blocks", figure_unit::layers, 0.0, 1e4, true},
    {field::layer_input_width, "model.per_layer.width", figure_unit::none, 0.0, 1e6, true},
    {field::layer_input_vocab_size, "model.per_layer.vocab_size", figure_unit::none, 0.0, many,
     true},
    {field::positions, "model.positions", figure_unit::none, 0.0, many, true},
    {field::extra_rows, "model.extra_rows", figure_unit::none, 0.0, 1e6, true},
    {field::layers, "model.layers", figure_unit::none, 1.0, 1e4, true},
    {field::layer_kinds, "model.layers, kinds", figure_unit::none, 0.0, 16.0, true},
    {field::layer_runs, "model.layers, runs", figure_unit::none, 0.0, 160.0, true},
    {field::mtp_layers, "model.mtp_layers", figure_unit::none, 0.0, 1e4, true},
    {field::max_context, "model.max_context", figure_unit::tokens, 0.0, many, true},
    {field::scale_group, "model.weights.group_k and group_n", figure_unit::none, 0.0, 1e6, true},
    {field::scale_bits, "model.weights.scale_bits, zero_bits and matrix_bits", figure_unit::none,
     0.0, 64.0, true},
    {field::exceptions, "layer.exceptions", figure_unit::none, 0.0, 3.0, true},
    none_of(field::exception_classes, "layer.exceptions.classes (embedding, norm, head)"),
    {field::exception_group, "layer.exceptions.format.group_k and group_n", figure_unit::none, 0.0,
     1e6, true},
    {field::exception_bits, "layer.exceptions.format.scale_bits, zero_bits and matrix_bits",
     figure_unit::none, 0.0, 64.0, true},
    {field::cache_group, "model.kv_cache.group", figure_unit::none, 0.0, 1e6, true},
    {field::cache_scale_bits, "model.kv_cache.scale_bits", figure_unit::none, 0.0, 64.0, true},
    {field::heads, "attention.heads", figure_unit::none, 1.0, 1e5, true},
    {field::kv_heads, "attention.kv_heads", figure_unit::none, 1.0, 1e5, true},
    {field::head_dim, "attention.head_dim", figure_unit::none, 1.0, 1e5, true},
    {field::window, "attention.window", figure_unit::tokens, 0.0, many, true},
    {field::q_lora_rank, "attention.q_lora_rank", figure_unit::none, 0.0, 1e6, true},
    {field::kv_lora_rank, "attention.kv_lora_rank", figure_unit::none, 1.0, 1e6, true},
    {field::groups, "attention.groups", figure_unit::none, 1.0, 1e5, true},
    {field::state_size, "attention.state_size", figure_unit::none, 1.0, 1e5, true},
    {field::conv_kernel, "attention.conv_kernel", figure_unit::none, 1.0, 1e3, true},
    {field::feed_forward_width, "feed_forward.width", figure_unit::none, 1.0, 1e8, true},
    {field::experts, "feed_forward.experts", figure_unit::none, 1.0, 1e6, true},
    {field::experts_per_token, "feed_forward.experts_per_token", figure_unit::none, 1.0, 1e6, true},
    {field::shared_experts, "feed_forward.shared_experts", figure_unit::none, 0.0, 1e4, true},
    {field::parameters, "model parameters in all", figure_unit::none, 1.0, 4e15, true},
    {field::tp, "layout.attention.tp", figure_unit::none, 1.0, 1e6, true},
    {field::cp, "layout.attention.cp", figure_unit::none, 1.0, 1e6, true},
    {field::dp, "layout.attention.dp", figure_unit::none, 1.0, 1e6, true},
    {field::etp, "layout.expert.etp", figure_unit::none, 1.0, 1e6, true},
    {field::ep, "layout.expert.ep", figure_unit::none, 1.0, 1e6, true},
    {field::edp, "layout.expert.edp", figure_unit::none, 1.0, 1e6, true},
    {field::pp, "layout.pp", figure_unit::none, 1.0, 1e6, true},
    {field::listed_stages, "layout.stages.listed", figure_unit::stages, 0.0, 64.0, true},
    {field::redundant_experts, "layout.redundant_experts", figure_unit::none, 0.0, 1e6, true},
    {field::dcp, "layout.dcp", figure_unit::none, 1.0, 1e6, true},
    {field::microbatches, "layout.microbatches", figure_unit::none, 0.0, 1e6, true},
    {field::concurrency, "workload.concurrency", figure_unit::none, 1.0, many, true},
    {field::input, "workload.input", figure_unit::tokens, 1.0, many, true},
    {field::output, "workload.output", figure_unit::tokens, 1.0, many, true},
    {field::chunk, "workload.chunk", figure_unit::tokens, 1.0, many, true},
    {field::prefix_hit, "workload.prefix_hit", figure_unit::none, 0.0, 1.0, false},
    {field::host_hit, "workload.host_cache.hit", figure_unit::none, 0.0, 1.0, false},
    {field::host_rate, "workload.host_cache.rate", figure_unit::bytes_per_second, 1.0, fast, false},
    {field::output_cv, "workload.output_cv", figure_unit::none, 0.0, 10.0, false},
    {field::rate, "workload.rate", figure_unit::requests_per_second, 0.0, many, false},
    {field::num_prompts, "workload.num_prompts", figure_unit::none, 0.0, many, true},
    {field::draft_tokens, "workload.speculation.draft_tokens", figure_unit::tokens, 0.0, 64.0,
     true},
    {field::acceptance, "workload.speculation.acceptance", figure_unit::none, 0.0, 1.0, false},
    {field::draft_time, "workload.speculation.draft_time", figure_unit::seconds, 0.0, 1.0, false},
    {field::expert_imbalance, "workload.expert_imbalance", figure_unit::none, 1.0, 1e6, false},
    {field::routing_exponent, "workload.routing.exponent", figure_unit::none, 0.0, 2.0, false},
    {field::routing_loads, "workload.routing.loads", figure_unit::none, 0.0, 1e18, false},
    {field::max_ttft, "workload.max_ttft", figure_unit::seconds, 1e-9, many, false},
    {field::max_tpot, "workload.max_tpot", figure_unit::seconds, 1e-9, many, false},
}};

// Every row stands where its field's number says.
constexpr bool in_order(const std::array<field_range, field_count>& ranges) noexcept {
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (ranges[i].field != static_cast<field>(i)) return false;
  }
  return true;
}
static_assert(in_order(field_ranges), "shardline: the table of fields is not in their order");

}  // namespace detail

/// What a field may be, in the unit that the range names. The ranges are this library's own choice:
/// wide enough for any machine, narrow enough for a wrong unit to show.
///   range_of(field::tp) = 1 to 1,000,000   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr const field_range& range_of(field f) noexcept {
  return detail::field_ranges[static_cast<std::size_t>(f)];
}

/// What a field may have, as a message says it, both ends in the range's unit.
///   allowed_in(range_of(field::tp)).view() == "a whole number from 1 to 1000000"
[[nodiscard]] constexpr text_line allowed_in(const field_range& r) noexcept {
  text_line line;
  line.add(r.whole ? "a whole number from " : "a number from ").add(r.lowest);
  return line.add(" to ").add(r.highest);
}

/// The ends of range_of(f) as whole numbers, for fields that are counts.
///   lowest_count(field::tp) = 1, highest_count(field::tp) = 1000000   (tests/base/field.cpp)
[[nodiscard]] constexpr integer lowest_count(field f) noexcept {
  return static_cast<integer>(range_of(f).lowest);
}
[[nodiscard]] constexpr integer highest_count(field f) noexcept {
  return static_cast<integer>(range_of(f).highest);
}

}  // namespace shardline
