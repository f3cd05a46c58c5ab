// SPDX-License-Identifier: BSL-1.0
// Every field has a range with both ends inside, and what lies outside is reported by the field's
// name. The ranges are written out here a second time: these are promises to users.
#include "shardline/check/validation.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/engines/vllm.hpp"
#include "shardline/estimate/estimate.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

struct inputs {
  basic_cluster<double, constant> cluster{};
  shardline::model model{};
  shardline::layout layout{};
  shardline::workload workload{};

  basic_estimate<> priced() const { return estimate(cluster, model, layout, workload); }
};

constexpr basic_accelerator<double, constant> chip{.name = "chip",
                                                   .peak = {.bf16 = 100_TFLOPS},
                                                   .memory = 1_TB,
                                                   .memory_rate = 1_TBps,
                                                   .scale_up = {100_GBps, 1_us},
                                                   .domain = 2,
                                                   .network = {10_GBps, 1_us},
                                                   .efficiency = {}};

constexpr grouped_query_attention grouped{.heads = 8, .kv_heads = 2, .head_dim = 16};
constexpr latent_attention latent{8, 32, 32, 16, 16, 16};

constexpr mixture_of_experts experts() noexcept {
  mixture_of_experts f{.experts = 4, .experts_per_token = 2, .width = 64};
  f.shared_experts = 1;
  f.shared_width = 64;
  return f;
}

constexpr linear_attention linear{
    .key_heads = 4, .value_heads = 8, .key_head_dim = 16, .value_head_dim = 16, .conv_kernel = 4};
constexpr state_space recurrent{
    .heads = 8, .head_dim = 16, .groups = 2, .state_size = 32, .conv_kernel = 4};

// What the kinds of layer are made of, one of each.
struct parts {
  grouped_query_attention grouped = ::grouped;
  latent_attention latent = ::latent;
  linear_attention linear = ::linear;
  state_space recurrent = ::recurrent;
  dense_feed_forward dense{.width = 64};
  mixture_of_experts moe = experts();
};

// A model whose four kinds of layer have every field there is.
model with(const parts& p) {
  return {.name = "all fields",
          .hidden_size = 64,
          .vocab_size = 256,
          .layers = {{1, {p.grouped, p.dense}},
                     {1, {p.latent, p.moe}},
                     {1, {p.linear, no_feed_forward{}}},
                     {1, {p.recurrent, no_feed_forward{}}}}};
}

// Ranks in two domains, so that both links are used.
inputs valid() { return {make_cluster(chip, 8), with({}), {{2, 1, 2}, {2, 2, 1}}, {}}; }

bool reports(const bounded<invalid_field, 8>& found, field f) {
  for (const invalid_field& i : found) {
    if (i.field == f) return true;
  }
  return false;
}

bool reports(const inputs& i, field f) {
  return reports(validate(i.cluster, i.model, i.layout, i.workload).found, f);
}

// The value that is reported for a field; -1 where there is none.
double value_of_error(const inputs& i, field f) {
  const field_errors errors = validate(i.cluster, i.model, i.layout, i.workload);
  for (const invalid_field& e : errors.found) {
    if (e.field == f) return e.value;
  }
  return -1.0;
}

integer whole(double x) { return static_cast<integer>(x); }

// Some values lie beyond an int, which a user's own assignment would cut off too.
int as_int(double x) { return static_cast<int>(std::fmin(std::fmax(x, -2e9), 2e9)); }

// Loads of the four experts, the first of which is given.
std::span<const double> with_first_load(double x) {
  static std::array<double, 4> loads{};
  loads = {x, 1.0, 2.0, 0.0};
  return loads;
}

// How to put a value into a field, and the range it must have there.
struct field_case {
  shardline::field field;
  std::string_view name;
  double lowest;
  double highest;
  bool counted;  // a 64-bit count, which no fraction or NaN can enter
  bool is_whole;
  void (*set)(inputs&, double);
};

constexpr bool counted = true;
constexpr bool real_number = false;
constexpr bool is_whole = true;
constexpr bool any_number = false;

// clang-format off
const std::vector<field_case> cases{
    {field::gpus, "cluster.gpus", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.cluster.gpus = whole(x); }},
    {field::gpus_per_domain, "cluster.gpus_per_domain", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.cluster.gpus_per_domain = whole(x); }},
    {field::memory, "accelerator.memory [bytes]", 1, 1e15, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.memory = bytes<>::from_value(x); }},
    {field::memory_rate, "accelerator.memory_rate [bytes/s]", 1, 1e21, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.memory_rate = bandwidth<>::from_value(x); }},
    {field::peak, "accelerator.peak [FLOP/s]", 0, 1e21, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.peak.fp32 = flop_rate<>::from_value(x); }},
    {field::peak, "accelerator.peak [FLOP/s]", 0, 1e21, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.peak.tf32 = flop_rate<>::from_value(x); }},
    {field::peak, "accelerator.peak [FLOP/s]", 0, 1e21, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.peak.bf16 = flop_rate<>::from_value(x); }},
    {field::peak, "accelerator.peak [FLOP/s]", 0, 1e21, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.peak.fp16 = flop_rate<>::from_value(x); }},
    {field::peak, "accelerator.peak [FLOP/s]", 0, 1e21, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.peak.fp8 = flop_rate<>::from_value(x); }},
    {field::peak, "accelerator.peak [FLOP/s]", 0, 1e21, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.peak.int8 = flop_rate<>::from_value(x); }},
    {field::peak, "accelerator.peak [FLOP/s]", 0, 1e21, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.peak.fp4 = flop_rate<>::from_value(x); }},
    {field::peak, "accelerator.peak [FLOP/s]", 0, 1e21, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.peak.int4 = flop_rate<>::from_value(x); }},
    {field::scale_up_rate, "cluster.scale_up.rate [bytes/s]", 1, 1e21, real_number, any_number, [](inputs& i, double x) { i.cluster.scale_up.rate = bandwidth<>::from_value(x); }},
    {field::scale_up_latency, "cluster.scale_up.latency [s]", 0, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.scale_up.latency = seconds<>::from_value(x); }},
    {field::network_rate, "cluster.network.rate [bytes/s]", 1, 1e21, real_number, any_number, [](inputs& i, double x) { i.cluster.network.rate = bandwidth<>::from_value(x); }},
    {field::network_latency, "cluster.network.latency [s]", 0, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.network.latency = seconds<>::from_value(x); }},
    {field::torus_axes, "accelerator.torus.axes", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.cluster.accelerator.torus.axes[1] = whole(x); }},
    {field::torus_ring, "accelerator.torus.ring", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.cluster.accelerator.torus.ring = whole(x); }},
    {field::budget_share, "cluster.runtime.budget share", 1e-6, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.budget = fraction_of_total<>{x}; }},
    {field::budget_share, "cluster.runtime.budget share", 1e-6, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.budget = fraction_of_free<>{x}; }},
    {field::budget_share, "cluster.runtime.budget share", 1e-6, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.budget = static_fraction<>{x}; }},
    {field::budget_share, "cluster.runtime.budget share", 1e-6, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.budget = derived_static<>{x}; }},
    {field::budget_bytes, "cluster.runtime.budget bytes [bytes]", 0, 1e15, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.budget = derived_static<>{.base = bytes<>::from_value(x)}; }},
    {field::budget_bytes, "cluster.runtime.budget bytes [bytes]", 0, 1e15, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.budget = derived_static<>{.per_token = bytes<>::from_value(x)}; }},
    {field::budget_bytes, "cluster.runtime.budget bytes [bytes]", 0, 1e15, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.budget = derived_static<>{.per_gpu = bytes<>::from_value(x)}; }},
    {field::budget_bytes, "cluster.runtime.budget bytes [bytes]", 0, 1e15, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.budget = derived_static<>{.per_sequence = bytes<>::from_value(x)}; }},
    {field::budget_bytes, "cluster.runtime.budget bytes [bytes]", 0, 1e15, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.budget = derived_static<>{.per_replica_sequence = bytes<>::from_value(x)}; }},
    {field::budget_bytes, "cluster.runtime.budget bytes [bytes]", 0, 1e15, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.budget = derived_static<>{.per_replica_sequence_above = bytes<>::from_value(x)}; }},
    {field::budget_bytes, "cluster.runtime.budget bytes [bytes]", 0, 1e15, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.budget = derived_static<>{.least = bytes<>::from_value(x)}; }},
    {field::budget_bytes, "cluster.runtime.budget bytes [bytes]", 0, 1e15, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.budget = derived_static<>{.least_from = bytes<>::from_value(x)}; }},
    {field::budget_count, "cluster.runtime.budget tokens or sequences", 0, 1e9, real_number, is_whole, [](inputs& i, double x) { i.cluster.runtime.budget = derived_static<>{.least_tokens = x}; }},
    {field::budget_count, "cluster.runtime.budget tokens or sequences", 0, 1e9, real_number, is_whole, [](inputs& i, double x) { i.cluster.runtime.budget = derived_static<>{.many_sequences = x}; }},
    {field::reserve, "cluster.runtime.reserve [bytes]", 0, 1e15, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.reserve = bytes<>::from_value(x); }},
    {field::communicators, "cluster.runtime.communicators [bytes]", 0, 1e15, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.communicators = bytes<>::from_value(x); }},
    {field::cuda_graphs, "cluster.runtime.cuda_graphs [bytes]", 0, 1e15, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.cuda_graphs = bytes<>::from_value(x); }},
    {field::page_tokens, "cluster.runtime.page_tokens [tokens]", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.cluster.runtime.page_tokens = whole(x); }},
    {field::step_tokens, "cluster.runtime.step_tokens [tokens]", 0, 1e9, real_number, is_whole, [](inputs& i, double x) { i.cluster.runtime.step_tokens = x; }},
    {field::step_sequences, "cluster.runtime.step_sequences", 0, 1e9, real_number, is_whole, [](inputs& i, double x) { i.cluster.runtime.step_sequences = x; }},
    {field::captured_sequences, "cluster.runtime.captured", 0, 1e9, real_number, is_whole, [](inputs& i, double x) { i.cluster.runtime.captured.below_four = x; }},
    {field::captured_sequences, "cluster.runtime.captured", 0, 1e9, real_number, is_whole, [](inputs& i, double x) { i.cluster.runtime.captured.from_four = x; }},
    {field::logit_bytes, "cluster.runtime.logit_bytes [bytes]", 0, 1e6, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.logit_bytes = x; }},
    {field::vocabulary_padding, "cluster.runtime.padding.vocabulary", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.cluster.runtime.padding.vocabulary = whole(x); }},
    {field::mxfp4_padding, "cluster.runtime.padding.mxfp4_width", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.cluster.runtime.padding.mxfp4_width = whole(x); }},
    {field::mxfp4_hidden_padding, "cluster.runtime.padding.mxfp4_hidden", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.cluster.runtime.padding.mxfp4_hidden = whole(x); }},
    {field::segment_padding, "cluster.runtime.padding.segment [bytes]", 1, 1e9, counted, is_whole, [](inputs& i, double x) { i.cluster.runtime.padding.segment = whole(x); }},
    {field::mfu, "efficiency.mfu", 1e-6, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.efficiency.mfu = x; }},
    {field::bandwidth_share, "efficiency.bandwidth", 1e-6, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.efficiency.bandwidth = x; }},
    {field::link_share, "efficiency.link", 1e-6, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.efficiency.link = x; }},
    {field::launch, "efficiency.launch [s]", 0, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.efficiency.launch = seconds<>::from_value(x); }},
    {field::hidden_size, "model.hidden_size", 1, 1e7, counted, is_whole, [](inputs& i, double x) { i.model.hidden_size = whole(x); }},
    {field::vocab_size, "model.vocab_size", 0, 1e9, counted, is_whole, [](inputs& i, double x) { i.model.vocab_size = whole(x); }},
    {field::positions, "model.positions", 0, 1e9, counted, is_whole, [](inputs& i, double x) { i.model.positions = whole(x); }},
    {field::extra_rows, "model.extra_rows", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.model.extra_rows = whole(x); }},
    {field::embedding_width, "model.embedding_width", 0, 1e7, counted, is_whole, [](inputs& i, double x) { i.model.embedding_width = whole(x); }},
    {field::streams, "model.streams", 1, 100, counted, is_whole, [](inputs& i, double x) { i.model.streams = whole(x); }},
    {field::streams_rank, "model.streams_rank", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.model.streams_rank = whole(x); }},
    {field::residual_blocks, "model.residual_blocks [layers]", 0, 1e4, counted, is_whole, [](inputs& i, double x) { i.model.residual_blocks = whole(x); }},
    {field::stream_versions, "model.updates.versions", 1, 16, counted, is_whole, [](inputs& i, double x) { i.model.updates.versions = whole(x); }},
    {field::low_rank_path, "model.updates.low_rank", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.model.updates.low_rank = whole(x); }},
    {field::layer_input_width, "model.per_layer.width", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.model.per_layer.width = whole(x); }},
    {field::layer_input_vocab_size, "model.per_layer.vocab_size", 0, 1e9, counted, is_whole, [](inputs& i, double x) { i.model.per_layer.vocab_size = whole(x); }},
    {field::mtp_layers, "model.mtp_layers", 0, 1e4, counted, is_whole, [](inputs& i, double x) { i.model.mtp_layers = whole(x); }},
    {field::max_context, "model.max_context [tokens]", 0, 1e9, counted, is_whole, [](inputs& i, double x) { i.model.max_context = whole(x); }},
    {field::scale_group, "model.weights.group_k and group_n", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.model.weights[weight_class::head].group_k = as_int(x); }},
    {field::scale_group, "model.weights.group_k and group_n", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.model.weights[weight_class::norm].group_n = as_int(x); }},
    {field::scale_bits, "model.weights.scale_bits, zero_bits and matrix_bits", 0, 64, counted, is_whole, [](inputs& i, double x) { i.model.weights[weight_class::head].scale_bits = as_int(x); }},
    {field::scale_bits, "model.weights.scale_bits, zero_bits and matrix_bits", 0, 64, counted, is_whole, [](inputs& i, double x) { i.model.weights[weight_class::router].zero_bits = as_int(x); }},
    {field::scale_bits, "model.weights.scale_bits, zero_bits and matrix_bits", 0, 64, counted, is_whole, [](inputs& i, double x) { i.model.weights[weight_class::embedding].matrix_bits = as_int(x); }},
    {field::exception_group, "layer.exceptions.format.group_k and group_n", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.model.layers.kinds[1].exceptions = {{{weight_class::attention}, {.group_k = as_int(x)}}}; }},
    {field::exception_group, "layer.exceptions.format.group_k and group_n", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.model.layers.kinds[1].exceptions = {{{weight_class::router}, {.group_n = as_int(x)}}}; }},
    {field::exception_bits, "layer.exceptions.format.scale_bits, zero_bits and matrix_bits", 0, 64, counted, is_whole, [](inputs& i, double x) { i.model.layers.kinds[0].exceptions = {{{weight_class::attention}, {.scale_bits = as_int(x)}}}; }},
    {field::exception_bits, "layer.exceptions.format.scale_bits, zero_bits and matrix_bits", 0, 64, counted, is_whole, [](inputs& i, double x) { i.model.layers.kinds[0].exceptions = {{{weight_class::attention}, {.zero_bits = as_int(x)}}}; }},
    {field::exception_bits, "layer.exceptions.format.scale_bits, zero_bits and matrix_bits", 0, 64, counted, is_whole, [](inputs& i, double x) { i.model.layers.kinds[0].exceptions = {{{weight_class::attention}, {.matrix_bits = as_int(x)}}}; }},
    {field::cache_group, "model.kv_cache.group", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.model.kv_cache.group = as_int(x); }},
    {field::cache_scale_bits, "model.kv_cache.scale_bits", 0, 64, counted, is_whole, [](inputs& i, double x) { i.model.kv_cache.scale_bits = as_int(x); }},
    {field::layers, "model.layers", 1, 1e4, counted, is_whole, [](inputs& i, double x) { i.model.layers = {{whole(x), {grouped, dense_feed_forward{64}}}}; }},
    {field::heads, "attention.heads", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.grouped.heads = whole(x); p.grouped.kv_heads = 1; i.model = with(p); }},
    {field::heads, "attention.heads", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.latent.heads = whole(x); i.model = with(p); }},
    {field::heads, "attention.heads", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.linear.key_heads = p.linear.value_heads = whole(x); i.model = with(p); }},
    {field::heads, "attention.heads", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.linear.key_heads = 1; p.linear.value_heads = whole(x); i.model = with(p); }},
    {field::heads, "attention.heads", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.recurrent.heads = whole(x); p.recurrent.groups = 1; i.model = with(p); }},
    {field::kv_heads, "attention.kv_heads", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.grouped.heads = p.grouped.kv_heads = whole(x); i.model = with(p); }},
    {field::head_dim, "attention.head_dim", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.grouped.head_dim = whole(x); i.model = with(p); }},
    {field::head_dim, "attention.head_dim", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.latent.qk_nope_head_dim = whole(x); i.model = with(p); }},
    {field::head_dim, "attention.head_dim", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.latent.qk_rope_head_dim = whole(x); i.model = with(p); }},
    {field::head_dim, "attention.head_dim", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.latent.v_head_dim = whole(x); i.model = with(p); }},
    {field::head_dim, "attention.head_dim", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.linear.key_head_dim = whole(x); i.model = with(p); }},
    {field::head_dim, "attention.head_dim", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.linear.value_head_dim = whole(x); i.model = with(p); }},
    {field::head_dim, "attention.head_dim", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.recurrent.head_dim = whole(x); i.model = with(p); }},
    {field::window, "attention.window [tokens]", 0, 1e9, counted, is_whole, [](inputs& i, double x) { parts p; p.grouped.window = whole(x); i.model = with(p); }},
    {field::q_lora_rank, "attention.q_lora_rank", 0, 1e6, counted, is_whole, [](inputs& i, double x) { parts p; p.latent.q_lora_rank = whole(x); i.model = with(p); }},
    {field::kv_lora_rank, "attention.kv_lora_rank", 1, 1e6, counted, is_whole, [](inputs& i, double x) { parts p; p.latent.kv_lora_rank = whole(x); i.model = with(p); }},
    {field::groups, "attention.groups", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.recurrent.heads = p.recurrent.groups = whole(x); i.model = with(p); }},
    {field::state_size, "attention.state_size", 1, 1e5, counted, is_whole, [](inputs& i, double x) { parts p; p.recurrent.state_size = whole(x); i.model = with(p); }},
    {field::conv_kernel, "attention.conv_kernel", 1, 1e3, counted, is_whole, [](inputs& i, double x) { parts p; p.linear.conv_kernel = whole(x); i.model = with(p); }},
    {field::conv_kernel, "attention.conv_kernel", 1, 1e3, counted, is_whole, [](inputs& i, double x) { parts p; p.recurrent.conv_kernel = whole(x); i.model = with(p); }},
    {field::feed_forward_width, "feed_forward.width", 1, 1e8, counted, is_whole, [](inputs& i, double x) { parts p; p.dense.width = whole(x); i.model = with(p); }},
    {field::feed_forward_width, "feed_forward.width", 1, 1e8, counted, is_whole, [](inputs& i, double x) { parts p; p.moe.width = whole(x); i.model = with(p); }},
    {field::feed_forward_width, "feed_forward.width", 1, 1e8, counted, is_whole, [](inputs& i, double x) { parts p; p.moe.shared_width = whole(x); i.model = with(p); }},
    {field::experts, "feed_forward.experts", 1, 1e6, counted, is_whole, [](inputs& i, double x) { parts p; p.moe.experts = whole(x); p.moe.experts_per_token = 1; i.model = with(p); }},
    {field::experts_per_token, "feed_forward.experts_per_token", 1, 1e6, counted, is_whole, [](inputs& i, double x) { parts p; p.moe.experts = p.moe.experts_per_token = whole(x); i.model = with(p); }},
    {field::shared_experts, "feed_forward.shared_experts", 0, 1e4, counted, is_whole, [](inputs& i, double x) { parts p; p.moe.shared_experts = whole(x); i.model = with(p); }},
    {field::tp, "layout.attention.tp", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.attention.tp = whole(x); }},
    {field::cp, "layout.attention.cp", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.attention.cp = whole(x); }},
    {field::dp, "layout.attention.dp", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.attention.dp = whole(x); }},
    {field::etp, "layout.expert.etp", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.expert.etp = whole(x); }},
    {field::ep, "layout.expert.ep", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.expert.ep = whole(x); }},
    {field::edp, "layout.expert.edp", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.expert.edp = whole(x); }},
    {field::pp, "layout.pp", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.pp = whole(x); }},
    {field::redundant_experts, "layout.redundant_experts", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.redundant_experts = whole(x); }},
    {field::dcp, "layout.dcp", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.dcp = whole(x); }},
    {field::reserved_output, "cluster.runtime.reserved_output", 0, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.reserved_output = x; }},
    {field::exchange_bytes, "cluster.runtime.buffers bytes [bytes]", 0, 1e15, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.buffers.across = bytes<>::from_value(x); }},
    {field::exchange_count, "cluster.runtime.buffers", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.cluster.runtime.buffers.tokens = whole(x); }},
    {field::receive_interval, "cluster.runtime.receive_interval", 1, 1e6, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.receive_interval = x; }},
    {field::microbatches, "layout.microbatches", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.microbatches = whole(x); }},
    {field::concurrency, "workload.concurrency", 1, 1e9, real_number, is_whole, [](inputs& i, double x) { i.workload.concurrency = x; }},
    {field::input, "workload.input [tokens]", 1, 1e9, real_number, is_whole, [](inputs& i, double x) { i.workload.input = tokens<>::from_value(x); }},
    {field::output, "workload.output [tokens]", 1, 1e9, real_number, is_whole, [](inputs& i, double x) { i.workload.output = tokens<>::from_value(x); }},
    {field::chunk, "workload.chunk [tokens]", 1, 1e9, real_number, is_whole, [](inputs& i, double x) { i.workload.chunk = tokens<>::from_value(x); }},
    {field::host_hit, "workload.host_cache.hit", 0, 1, real_number, any_number, [](inputs& i, double x) { i.workload.host_cache.hit = x; }},
    {field::host_rate, "workload.host_cache.rate [bytes/s]", 1, 1e21, real_number, any_number, [](inputs& i, double x) { i.workload.host_cache.rate = bandwidth<>::from_value(x); }},
    {field::prefix_hit, "workload.prefix_hit", 0, 1, real_number, any_number, [](inputs& i, double x) { i.workload.prefix_hit = x; }},
    {field::output_cv, "workload.output_cv", 0, 10, real_number, any_number, [](inputs& i, double x) { i.workload.output_cv = x; }},
    {field::rate, "workload.rate [requests/s]", 0, 1e9, real_number, any_number, [](inputs& i, double x) { i.workload.rate = request_rate<>::from_value(x); }},
    {field::num_prompts, "workload.num_prompts", 0, 1e9, real_number, is_whole, [](inputs& i, double x) { i.workload.num_prompts = x; }},
    {field::draft_tokens, "workload.speculation.draft_tokens [tokens]", 0, 64, counted, is_whole, [](inputs& i, double x) { i.workload.speculation.draft_tokens = whole(x); }},
    {field::acceptance, "workload.speculation.acceptance", 0, 1, real_number, any_number, [](inputs& i, double x) { i.workload.speculation.acceptance = x; }},
    {field::draft_time, "workload.speculation.draft_time [s]", 0, 1, real_number, any_number, [](inputs& i, double x) { i.workload.speculation.draft_time = seconds<>::from_value(x); }},
    {field::expert_imbalance, "workload.expert_imbalance", 1, 1e6, real_number, any_number, [](inputs& i, double x) { i.workload.expert_imbalance = x; }},
    {field::routing_exponent, "workload.routing.exponent", 0, 2, real_number, any_number, [](inputs& i, double x) { i.workload.routing = power_law_routing(x); }},
    {field::routing_loads, "workload.routing.loads", 0, 1e18, real_number, any_number, [](inputs& i, double x) { i.workload.routing = observed_routing(with_first_load(x)); }},
    {field::max_ttft, "workload.max_ttft [s]", 1e-9, 1e9, real_number, any_number, [](inputs& i, double x) { i.workload.max_ttft = seconds<>::from_value(x); }},
    {field::max_tpot, "workload.max_tpot [s]", 1e-9, 1e9, real_number, any_number, [](inputs& i, double x) { i.workload.max_tpot = seconds<>::from_value(x); }},
};

const std::array<field_case, 27> sums{{
    {field::accelerator_name, "accelerator.name [characters]", 0, 95, counted, is_whole, nullptr},
    {field::model_name, "model.name [characters]", 0, 95, counted, is_whole, nullptr},
    {field::gemm_curves, "efficiency.gemm (curves that say nothing)", 0, 0, counted, is_whole, nullptr},
    {field::attention_curves, "efficiency.prefill, decode, latent ones and sparse (curves that say nothing)", 0, 0, counted, is_whole, nullptr},
    {field::expert_curves, "efficiency.experts (curves that say nothing)", 0, 0, counted, is_whole, nullptr},
    {field::recurrence_curves, "efficiency.recurrences (curves that say nothing)", 0, 0, counted, is_whole, nullptr},
    {field::elementwise_curves, "efficiency.elementwise (curves that say nothing)", 0, 0, counted, is_whole, nullptr},
    {field::collective_curves, "efficiency.collectives (curves that say nothing)", 0, 0, counted, is_whole, nullptr},
    {field::exchange_curves, "efficiency.exchange (curves that say nothing)", 0, 0, counted, is_whole, nullptr},
    {field::host_curve, "efficiency.host (curves that say nothing)", 0, 0, counted, is_whole, nullptr},
    {field::gemm_constants, "efficiency.gemm", 0, 0, counted, is_whole, nullptr},
    {field::prefill_constants, "efficiency.prefill or latent_prefill", 0, 0, counted, is_whole, nullptr},
    {field::decode_constants, "efficiency.decode or latent_decode", 0, 0, counted, is_whole, nullptr},
    {field::sparse_constants, "efficiency.sparse or block_sparse", 0, 0, counted, is_whole, nullptr},
    {field::expert_constants, "efficiency.experts", 0, 0, counted, is_whole, nullptr},
    {field::recurrence_constants, "efficiency.recurrences", 0, 0, counted, is_whole, nullptr},
    {field::elementwise_constants, "efficiency.elementwise", 0, 0, counted, is_whole, nullptr},
    {field::collective_constants, "efficiency.collectives", 0, 0, counted, is_whole, nullptr},
    {field::throughput_constants, "efficiency.exchange.throughput_dispatch or throughput_combine", 0, 0, counted, is_whole, nullptr},
    {field::latency_constants, "efficiency.exchange.latency_dispatch or latency_combine", 0, 0, counted, is_whole, nullptr},
    {field::host_constants, "efficiency.host", 0, 0, counted, is_whole, nullptr},
    {field::layer_kinds, "model.layers, kinds", 0, 16, counted, is_whole, nullptr},
    {field::layer_runs, "model.layers, runs", 0, 160, counted, is_whole, nullptr},
    {field::exceptions, "layer.exceptions", 0, 3, counted, is_whole, nullptr},
    {field::exception_classes, "layer.exceptions.classes (embedding, norm, head)", 0, 0, counted, is_whole, nullptr},
    {field::parameters, "model parameters in all", 1, 4e15, counted, is_whole, nullptr},
    {field::listed_stages, "layout.stages.listed [stages]", 0, 64, counted, is_whole, nullptr},
}};
// clang-format on

std::vector<double> outside(const field_case& f) {
  if (f.counted) return {f.lowest - 1.0, f.highest + 1.0, -1e9, 1e18};
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> values{std::nextafter(f.lowest, -infinity),
                             std::nextafter(f.highest, infinity),
                             std::numeric_limits<double>::quiet_NaN(), infinity, -infinity};
  if (f.is_whole) values.insert(values.end(), {f.lowest + 0.5, f.highest - 0.5});
  return values;
}

bool all_zero(const basic_time<>& t) {
  for (const seconds<>& s : t.terms) {
    if (s.value() != 0.0) return false;
  }
  for (const seconds<>& s : t.bounds) {
    if (s.value() != 0.0) return false;
  }
  return true;
}

bool all_zero(const basic_serving<>& s) {
  return s.concurrency == 0.0 && s.ttft.value() == 0.0 && s.tpot.value() == 0.0 &&
         s.output_tokens_per_s.value() == 0.0 && s.output_tokens_per_s_per_gpu.value() == 0.0 &&
         s.total_tokens_per_s_per_gpu.value() == 0.0;
}

bool all_zero(const basic_estimate<>& e) {
  return e.memory.total().value() == 0.0 && e.memory.capacity.value() == 0.0 &&
         e.memory.kv_capacity.value() == 0.0 && all_zero(e.prefill) && all_zero(e.decode) &&
         all_zero(e.serving);
}

}  // namespace

TEST_CASE("the inputs that the cases change are valid, and priced") {
  const basic_estimate<> e = valid().priced();
  CHECK(e.feasibility.feasible());
  CHECK_FALSE(all_zero(e));
}

TEST_CASE("every field has the range and the name that are promised") {
  std::array<bool, field_count> covered{};
  for (const field_case& f : cases) {
    CAPTURE(f.name);
    const field_range r = range_of(f.field);
    CHECK(name_of({f.field, 0.0}).view() == f.name);
    CHECK(r.lowest == f.lowest);
    CHECK(r.highest == f.highest);
    CHECK(r.whole == f.is_whole);
    covered[static_cast<std::size_t>(f.field)] = true;
  }
  // Others are no number that a user sets: they are judged by what others add up to, and have test
  // cases of their own below, those of curves in tests/fitted/policy.cpp and
  // tests/curves/constants.cpp.
  for (const field_case& f : sums) {
    CAPTURE(f.name);
    const field_range r = range_of(f.field);
    CHECK(name_of({f.field, 0.0}).view() == f.name);
    CHECK(r.lowest == f.lowest);
    CHECK(r.highest == f.highest);
    CHECK(r.whole);
    covered[static_cast<std::size_t>(f.field)] = true;
  }
  for (std::size_t i = 0; i < field_count; ++i) {
    CAPTURE(i);
    CHECK(covered[i]);
  }
}

TEST_CASE("a name of more than 95 characters is refused, not cut") {
  inputs i = valid();
  i.model.name = std::string(95, 'm');
  i.cluster.accelerator.name = std::string(95, 'a');
  CHECK(i.priced().feasibility.feasible());
  i.model.name = std::string(96, 'm');
  REQUIRE(i.priced().feasibility.invalid.size() == 1);
  CHECK(i.priced().feasibility.invalid[0].field == field::model_name);
  CHECK(i.priced().feasibility.invalid[0].value == 96.0);
  CHECK(reports(validate(i.model).found, field::model_name));
  i.cluster.accelerator.name = std::string(200, 'a');
  REQUIRE(i.priced().feasibility.invalid.size() == 2);
  CHECK(reports(i, field::accelerator_name));
}

TEST_CASE("counts that are looked at together are told apart where one is outside") {
  field_errors errors;
  errors.expect_alike<field::tp, field::pp, field::dp>(1, 1000000, 524288 + 262144);
  CHECK(errors.found.empty());
  errors.expect_alike<field::tp, field::pp, field::dp>(0, 1000000, 1000001);
  REQUIRE(errors.found.size() == 2);
  CHECK(errors.found[0].field == field::tp);
  CHECK(errors.found[0].value == 0.0);
  CHECK(errors.found[1].field == field::dp);
  CHECK(errors.found[1].value == 1000001.0);
  // The narrowest of the ranges decides when each is looked at by itself.
  field_errors mixed;
  mixed.expect_alike<field::scale_group, field::scale_bits>(1000000, 64);
  CHECK(mixed.found.empty());
  mixed.expect_alike<field::scale_group, field::scale_bits>(65, 65);
  REQUIRE(mixed.found.size() == 1);
  CHECK(mixed.found[0].field == field::scale_bits);
}

TEST_CASE("both ends of a range are inside it") {
  for (const field_case& f : cases) {
    for (const double x : {f.lowest, f.highest}) {
      inputs i = valid();
      f.set(i, x);
      CAPTURE(f.name);
      CAPTURE(x);
      CHECK_FALSE(reports(i, f.field));
    }
  }
}

TEST_CASE("what lies outside is reported by its field, and estimate() prices nothing") {
  for (const field_case& f : cases) {
    for (const double x : outside(f)) {
      inputs i = valid();
      f.set(i, x);
      CAPTURE(f.name);
      CAPTURE(x);
      CHECK(reports(i, f.field));
      const basic_estimate<> e = i.priced();
      CHECK(reports(e.feasibility.invalid, f.field));
      CHECK_FALSE(e.feasibility.feasible());
      CHECK_FALSE(e.feasibility.priceable());
      CHECK(all_zero(e));
    }
  }
}

TEST_CASE("the value that is reported is the one that was given") {
  inputs i = valid();
  i.workload.input = tokens<>::from_value(0.5);
  const auto found = validate(i.cluster, i.model, i.layout, i.workload).found;
  REQUIRE(found.size() == 1);
  CHECK(found[0].value == 0.5);
}

TEST_CASE("loads of experts are refused where they are not the model's, or all 0") {
  static constexpr std::array<double, 5> loads{1.0, 2.0, 3.0, 4.0, 5.0};
  static constexpr std::array<double, 4> zeros{};
  inputs i = valid();
  i.workload.routing = observed_routing(loads);
  CHECK(reports(i, field::routing_loads));
  i.workload.routing = observed_routing(zeros);
  CHECK(reports(i, field::routing_loads));
  i.workload.routing = observed_routing({});
  CHECK(reports(i, field::routing_loads));
  i.workload.routing = observed_routing(std::span(loads).first(4));
  CHECK_FALSE(reports(i, field::routing_loads));
  CHECK(i.priced().feasibility.feasible());
}

TEST_CASE("an imbalance is stated in place of a law of routing, not beside it") {
  inputs i = valid();
  i.workload.expert_imbalance = 1.5;
  CHECK_FALSE(reports(i, field::expert_imbalance));
  i.workload.routing = power_law_routing(1.0);
  for (const double x : {std::nextafter(1.0, 2.0), 1.5, 1e6}) {
    i.workload.expert_imbalance = x;
    const auto found = validate(i.cluster, i.model, i.layout, i.workload).found;
    REQUIRE(found.size() == 1);
    CHECK(found[0].field == field::expert_imbalance);
    CHECK(found[0].unmet == condition::one_beside_routing);
    CHECK(found[0].value == x);
  }
  i.workload.expert_imbalance = 1.0;
  CHECK_FALSE(reports(i, field::expert_imbalance));
}

TEST_CASE("what another field asks for is told from the field's own range, with the figure") {
  inputs i = valid();
  i.model = with({.grouped = {8, 3, 16}});
  const auto divisor = validate(i.model).found;
  REQUIRE(divisor.size() == 1);
  CHECK(divisor[0].unmet == condition::a_divisor_of_attention_heads);
  CHECK(divisor[0].limit == 8);
  CHECK(allowed_for(divisor[0]).view() == "a divisor of attention.heads, which is 8");
  mixture_of_experts f = experts();
  f.experts_per_token = 5;
  i.model = with({.moe = f});
  const auto chosen = validate(i.model).found;
  REQUIRE(chosen.size() == 1);
  CHECK(allowed_for(chosen[0]).view() == "at most feed_forward.experts, which is 4");
  i = valid();
  i.layout.pp = 0;
  const auto outside = validate(i.cluster, i.model, i.layout, i.workload).found;
  REQUIRE(outside.size() == 1);
  CHECK(outside[0].unmet == condition::inside_its_range);
  CHECK(allowed_for(outside[0]).view() == "a whole number from 1 to 1000000");
}

TEST_CASE("flags that their framework refuses make a layout that says so") {
  inputs i = valid();
  i.layout = to_layout(vllm{.tp = 8, .dcp = 3});
  const auto refused = validate(i.cluster, i.model, i.layout, i.workload).found;
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].field == field::tp);
  CHECK(allowed_for(refused[0]).view() ==
        "from 1; flags that their framework refuses make it 0, and refused() of them names the "
        "one");
  CHECK(vllm{.tp = 8, .dcp = 3}.refused().key == "dcp");
}

TEST_CASE("every condition has a sentence of its own") {
  std::set<std::string_view> sentences;
  for (std::size_t i = 0; i < condition_count; ++i) {
    CHECK(sentences.insert(text_of(static_cast<condition>(i)).sentence).second);
  }
  CHECK(text_of(condition::inside_its_range).sentence.empty());
  CHECK(text_of(condition::a_token_to_decode).sentence == "from 2 with a pool that only decodes");
}

TEST_CASE("counts at the ends of 64 bits are refused, and not computed with") {
  // Under -fsanitize=undefined an overflow on the way to the refusal is an error of its own.
  constexpr std::array<integer, 3> ends{(std::numeric_limits<integer>::min)(), -3,
                                        (std::numeric_limits<integer>::max)()};
  for (const integer x : ends) {
    inputs i = valid();
    i.layout = {{x, x, x}, {x, x, x}, x};
    i.cluster.gpus = x;
    i.cluster.gpus_per_domain = x;
    i.cluster.runtime.page_tokens = x;
    CAPTURE(x);
    CHECK_FALSE(i.priced().feasibility.priceable());
    i = valid();
    i.layout.attention = {x, 2, 2};
    CHECK_FALSE(i.priced().feasibility.priceable());
    i = valid();
    i.model.hidden_size = x;
    i.model.vocab_size = x;
    i.model.max_context = x;
    CHECK_FALSE(i.priced().feasibility.priceable());
    i = valid();
    i.model.layers = {{x, {grouped, dense_feed_forward{x}}}, {x, {latent, dense_feed_forward{x}}}};
    CHECK_FALSE(i.priced().feasibility.priceable());
    i = valid();
    i.model = with({{x, x, x, x},
                    {x, x, x, x, x, x},
                    {x, x, x, x, x},
                    {x, x, x, x, x},
                    {x},
                    {.experts = x, .experts_per_token = x}});
    CHECK_FALSE(i.priced().feasibility.priceable());
    i = valid();
    i.layout.redundant_experts = x;
    i.model.mtp_layers = x;
    i.model.positions = x;
    i.cluster.runtime.padding = {x, x};
    CHECK_FALSE(i.priced().feasibility.priceable());
  }
}

TEST_CASE("queries share key-value heads in equal groups") {
  inputs i = valid();
  i.model = with({.grouped = {8, 3, 16}});
  CHECK(reports(i, field::kv_heads));
  i.model = with({.grouped = {9, 3, 16}});
  CHECK_FALSE(reports(i, field::kv_heads));
}

TEST_CASE("value heads of linear attention share keys in equal groups") {
  inputs i = valid();
  i.model = with({.linear = {4, 6, 16, 16, 4}});
  CHECK(reports(i, field::heads));
  i.model = with({.linear = {8, 4, 16, 16, 4}});
  CHECK(reports(i, field::heads));
  i.model = with({.linear = {3, 6, 16, 16, 4}});
  CHECK_FALSE(reports(i, field::heads));
}

TEST_CASE("state-space heads share their input and output vectors in equal groups") {
  inputs i = valid();
  i.model = with({.recurrent = {8, 16, 3, 32, 4}});
  CHECK(reports(i, field::groups));
  i.model = with({.recurrent = {9, 16, 3, 32, 4}});
  CHECK_FALSE(reports(i, field::groups));
}

TEST_CASE("a layer of nothing is a mistake, one without either block is not") {
  inputs i = valid();
  i.model.layers.append(1, {no_attention{}, dense_feed_forward{64}});
  CHECK(validate(i.model).found.empty());
  i.model.layers.append(1, {no_attention{}, no_feed_forward{}});
  CHECK(reports(i, field::layers));
  CHECK(all_zero(i.priced()));
}

TEST_CASE("copies of experts that a model does not have are a mistake") {
  inputs i = valid();
  i.layout.redundant_experts = 2;
  CHECK_FALSE(reports(i, field::redundant_experts));
  i.model.layers = {{2, {grouped, dense_feed_forward{64}}}};
  i.layout.expert = {4, 1, 1};
  const auto found = validate(i.cluster, i.model, i.layout, i.workload).found;
  REQUIRE(found.size() == 1);
  CHECK(found[0].field == field::redundant_experts);
  CHECK(found[0].value == 2.0);
  i.layout.redundant_experts = 0;
  CHECK_FALSE(reports(i, field::redundant_experts));
}

TEST_CASE("64 stages can be listed, and what is dropped of more is reported") {
  inputs i = valid();
  i.model.layers = {{64, {grouped, dense_feed_forward{64}}}};
  i.layout = {{}, {}, 64};
  i.cluster.gpus = 64;
  for (int stage = 0; stage < 64; ++stage) i.layout.stages.listed.push_back(1);
  CHECK(validate(i.cluster, i.model, i.layout, i.workload).found.empty());
  CHECK(i.priced().feasibility.feasible());
  i.layout.stages.listed.push_back(1);
  const auto found = validate(i.cluster, i.model, i.layout, i.workload).found;
  REQUIRE(found.size() == 1);
  CHECK(found[0].field == field::listed_stages);
  CHECK(found[0].value == 65.0);
  CHECK(all_zero(i.priced()));
}

TEST_CASE("a token cannot choose more experts than there are") {
  inputs i = valid();
  mixture_of_experts f = experts();
  f.experts_per_token = 5;
  i.model = with({.moe = f});
  CHECK(reports(i, field::experts_per_token));
  f.experts_per_token = 4;
  i.model = with({.moe = f});
  CHECK_FALSE(reports(i, field::experts_per_token));
}

TEST_CASE("more kinds of layer, or runs of them, than are stored are reported") {
  inputs i = valid();
  for (integer n = 0; n < 16; ++n) {
    i.model.layers.append(1, {grouped, dense_feed_forward{100 + n}});
  }
  CHECK(value_of_error(i, field::layer_kinds) == 17.0);  // four that were there and sixteen more
  CHECK_FALSE(reports(i, field::layer_runs));

  i = valid();
  const layer wide{grouped, dense_feed_forward{128}};
  const layer narrow{grouped, dense_feed_forward{64}};
  i.model.layers = layer_stack::repeat(80, {{1, wide}, {1, narrow}});
  CHECK_FALSE(reports(i, field::layer_runs));
  i.model.layers = layer_stack::repeat(81, {{1, wide}, {1, narrow}});
  CHECK(value_of_error(i, field::layer_runs) == 161.0);
}

TEST_CASE("an exception for what no layer has is reported; for what this one lacks it is none") {
  inputs i = valid();
  format_exceptions& of_layer = i.model.layers.kinds[0].exceptions;
  of_layer = {{layer_matrices, formats::fp8}};
  CHECK(validate(i.model).found.empty());
  for (const weight_class c : {weight_class::embedding, weight_class::norm, weight_class::head}) {
    CAPTURE(name(c));
    of_layer = {{{weight_class::attention, c}, formats::fp8}};
    const auto found = validate(i.model).found;
    REQUIRE(found.size() == 1);
    CHECK(found[0].field == field::exception_classes);
    CHECK(found[0].value == 1.0);
  }
  // There is room for three.
  of_layer = {};
  for (const weight_format& f : {formats::fp8, formats::nvfp4, formats::bf16}) {
    of_layer.push_back({{weight_class::attention}, f, {matrix_role::input}});
  }
  CHECK(validate(i.model).found.empty());
  of_layer.push_back({{weight_class::attention}, formats::int8, {matrix_role::output}});
  CHECK(value_of_error(i, field::exceptions) == 4.0);
  // Without classes the format means nothing.
  of_layer = {{{}, {.group_k = -1}}};
  CHECK(validate(i.model).found.empty());
}

TEST_CASE("a model may have 4e15 parameters, which no 64-bit total overflows, and not one more") {
  // Two layers, hidden h = 1e7: two matrices of h x w each, one head of one value (q, k, v, o: 4 h)
  // and two norms (2 h): 2 (2e7 w + 6e7), 4e15 where w = 1e8 - 3.
  const dense_feed_forward wide{.width = 99999997, .gated = false};
  grouped_query_attention narrow{1, 1, 1};
  inputs i = valid();
  i.layout = {};
  i.model.hidden_size = 10000000;
  i.model.vocab_size = 0;
  i.model.layers = {{2, {narrow, wide}}};
  CHECK(parameters(i.model).total() == 4000000000000000);
  CHECK_FALSE(reports(i, field::parameters));
  const layer without_sink{narrow, wide};
  narrow.sinks = true;  // one logit for its one head
  i.model.layers = {{1, {narrow, wide}}, {1, without_sink}};
  CHECK(parameters(i.model).total() == 4000000000000001);
  const auto found = validate(i.cluster, i.model, i.layout, i.workload).found;
  REQUIRE(found.size() == 1);
  CHECK(found[0].field == field::parameters);
  CHECK(found[0].value == 4000000000000001.0);
  CHECK(all_zero(i.priced()));
}

TEST_CASE("copies of experts count towards the parameters that a layout may have") {
  // 1e5 experts of 2 x 1e5 x 1e5 parameters are 2e15; 1e5 copies make it 4e15, with the router and
  // the rest over it.
  inputs i = valid();
  i.model.hidden_size = 100000;
  i.model.vocab_size = 0;
  mixture_of_experts f{.experts = 100000, .experts_per_token = 1, .width = 100000};
  f.gated = false;
  i.model.layers = {{1, {grouped_query_attention{1, 1, 1}, f}}};
  i.layout = {};
  CHECK_FALSE(reports(i, field::parameters));
  i.layout.redundant_experts = 99000;
  CHECK_FALSE(reports(i, field::parameters));
  i.layout.redundant_experts = 100000;
  CHECK(reports(i, field::parameters));
}

TEST_CASE("prediction layers count towards the parameters that a model may have") {
  // Hidden h = 1e7: a layer of 2e7 x 9e7 = 1.8e15 and little else, each prediction layer as much
  // and 2 h^2 = 2e14: 3.8e15 with one, 5.8e15 with two.
  inputs i = valid();
  i.layout = {};
  i.model.hidden_size = 10000000;
  i.model.vocab_size = 0;
  i.model.layers = {{1, {grouped_query_attention{1, 1, 1}, dense_feed_forward{90000000, false}}}};
  i.model.mtp_layers = 1;
  CHECK_FALSE(reports(i, field::parameters));
  i.model.mtp_layers = 2;
  CHECK(reports(i, field::parameters));
  CHECK(all_zero(i.priced()));
}

TEST_CASE("so does what an engine pads") {
  // 3 x 1e6 values for each expert of width 1, or 3e12 where that is padded to 1e6: 1000 of them
  // are 3e15, 2000 are 6e15.
  inputs i = valid();
  i.layout = {};
  i.model.hidden_size = 1000000;
  i.model.weights[weight_class::routed_expert] = formats::mxfp4;
  mixture_of_experts f{.experts = 2000, .experts_per_token = 1, .width = 1};
  i.model.layers = {{1, {grouped_query_attention{1, 1, 1}, f}}};
  CHECK_FALSE(reports(i, field::parameters));
  i.cluster.runtime.padding.mxfp4_width = 1000000;
  CHECK(reports(i, field::parameters));
  f.experts = 1000;
  i.model.layers = {{1, {grouped_query_attention{1, 1, 1}, f}}};
  CHECK_FALSE(reports(i, field::parameters));
}

TEST_CASE("a link that the layout cannot reach need not exist") {
  inputs i = valid();
  i.cluster.network.rate = {};
  CHECK(reports(i, field::network_rate));
  i.layout = {{2, 1, 1}, {2, 1, 1}};  // one domain
  CHECK_FALSE(reports(i, field::network_rate));
  i.cluster.scale_up.rate = {};
  CHECK(reports(i, field::scale_up_rate));
  i.layout = {};
  CHECK_FALSE(reports(i, field::scale_up_rate));
}

TEST_CASE("eight invalid fields are listed, and the rest counted as overflow") {
  inputs i = valid();
  i.layout = {{0, 0, 0}, {0, 0, 0}, 0};
  i.workload.concurrency = 0.0;
  i.workload.input = {};
  i.workload.output = {};
  const auto found = validate(i.cluster, i.model, i.layout, i.workload).found;
  CHECK(found.size() == 8);
  CHECK(found.overflowed);
}

TEST_CASE("a model can be validated alone") {
  CHECK(validate(valid().model).found.empty());
  model m = valid().model;
  m.hidden_size = 0;
  CHECK(reports(validate(m).found, field::hidden_size));
}

TEST_CASE("the documented numbers of what is allowed instead") {
  const auto only = [](const field_errors& errors) {
    REQUIRE(errors.found.size() == 1);
    return errors.found[0];
  };
  model thin = with({});
  thin.hidden_size = 0;
  const invalid_field hidden = only(validate(thin));
  CHECK(hidden.field == field::hidden_size);
  CHECK(range_of(hidden).highest == 10000000.0);
  inputs none = valid();
  none.layout.attention.tp = 0;
  const invalid_field tp = only(validate(none.cluster, none.model, none.layout));
  CHECK(name_of(tp).view() == "layout.attention.tp");
  CHECK(tp.value == 0.0);
  CHECK(allowed_for(tp).view() == "a whole number from 1 to 1000000");
  none.workload.input = 0_tokens;
  const invalid_field input = only(validate(none.model, none.workload));
  CHECK(name_of(input).view() == "workload.input [tokens]");
  CHECK(name_of(input).view().size() == 23);
  CHECK(range_of(input).lowest == 1.0);
  CHECK(range_of(input).highest == 1000000000.0);
  CHECK(validate(none.cluster, none.model, none.layout, none.workload).found.size() == 2);
  CHECK(is_of_range(condition::inside_its_range));
  CHECK_FALSE(is_of_range(condition::at_most_all_experts));
  CHECK(condition_count == 17);
  CHECK(text_of(condition::zero_or_not_rarer).sentence == "0, or from ");
  CHECK(text_of(condition::zero_or_not_rarer).same_for_all == 1e-9);
  CHECK(name_of({field::gemm_constants, 2.0, condition::a_constant_inside_its_range, 0})
            .view()
            .starts_with("efficiency.gemm: "));
}
