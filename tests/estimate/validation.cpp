// Every field has a range with both ends inside, and what lies outside is reported by the field's
// name. The ranges are written out here a second time: these are promises to users.
#include "shardline/estimate/validation.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

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

// A model whose two kinds of layer have every field there is.
model with(const grouped_query_attention& g, const latent_attention& l,
           const dense_feed_forward& dense, const mixture_of_experts& moe) {
  return {.name = "all fields",
          .hidden_size = 64,
          .vocab_size = 256,
          .layers = {{1, {g, dense}}, {1, {l, moe}}}};
}

// Ranks in two domains, so that both links are used.
inputs valid() {
  return {
      make_cluster(chip, 8), with(grouped, latent, {64}, experts()), {{2, 1, 2}, {2, 2, 1}}, {}};
}

bool reports(const bounded<invalid_field, 8>& found, field f) {
  for (const invalid_field& i : found) {
    if (i.field == f) return true;
  }
  return false;
}

bool reports(const inputs& i, field f) {
  return reports(validate(i.cluster, i.model, i.layout, i.workload).found, f);
}

count whole(double x) { return static_cast<count>(x); }

// Some values lie beyond an int, which a user's own assignment would cut off too.
int as_int(double x) { return static_cast<int>(std::fmin(std::fmax(x, -2e9), 2e9)); }

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
    {field::memory_fraction, "cluster.runtime.memory_fraction", 1e-6, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.memory_fraction = x; }},
    {field::reserve, "cluster.runtime.reserve [bytes]", 0, 1e15, real_number, any_number, [](inputs& i, double x) { i.cluster.runtime.reserve = bytes<>::from_value(x); }},
    {field::page_tokens, "cluster.runtime.page_tokens", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.cluster.runtime.page_tokens = whole(x); }},
    {field::mfu, "efficiency.mfu", 1e-6, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.efficiency.mfu = x; }},
    {field::bandwidth_share, "efficiency.bandwidth", 1e-6, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.efficiency.bandwidth = x; }},
    {field::link_share, "efficiency.link", 1e-6, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.efficiency.link = x; }},
    {field::launch, "efficiency.launch [s]", 0, 1, real_number, any_number, [](inputs& i, double x) { i.cluster.accelerator.efficiency.launch = seconds<>::from_value(x); }},
    {field::hidden_size, "model.hidden_size", 1, 1e7, counted, is_whole, [](inputs& i, double x) { i.model.hidden_size = whole(x); }},
    {field::vocab_size, "model.vocab_size", 0, 1e9, counted, is_whole, [](inputs& i, double x) { i.model.vocab_size = whole(x); }},
    {field::max_context, "model.max_context", 0, 1e9, counted, is_whole, [](inputs& i, double x) { i.model.max_context = whole(x); }},
    {field::scale_group, "model.weights.group_k and group_n", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.model.weights[weight_class::head].group_k = as_int(x); }},
    {field::scale_group, "model.weights.group_k and group_n", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.model.weights[weight_class::norm].group_n = as_int(x); }},
    {field::scale_bits, "model.weights.scale_bits and zero_bits", 0, 64, counted, is_whole, [](inputs& i, double x) { i.model.weights[weight_class::head].scale_bits = as_int(x); }},
    {field::scale_bits, "model.weights.scale_bits and zero_bits", 0, 64, counted, is_whole, [](inputs& i, double x) { i.model.weights[weight_class::router].zero_bits = as_int(x); }},
    {field::layers, "model.layers", 1, 1e4, counted, is_whole, [](inputs& i, double x) { i.model.layers = {{whole(x), {grouped, dense_feed_forward{64}}}}; }},
    {field::heads, "attention.heads", 1, 1e5, counted, is_whole, [](inputs& i, double x) { i.model = with({whole(x), 1, 16}, latent, {64}, experts()); }},
    {field::heads, "attention.heads", 1, 1e5, counted, is_whole, [](inputs& i, double x) { i.model = with(grouped, {whole(x), 32, 32, 16, 16, 16}, {64}, experts()); }},
    {field::kv_heads, "attention.kv_heads", 1, 1e5, counted, is_whole, [](inputs& i, double x) { i.model = with({whole(x), whole(x), 16}, latent, {64}, experts()); }},
    {field::head_dim, "attention.head_dim", 1, 1e5, counted, is_whole, [](inputs& i, double x) { i.model = with({8, 2, whole(x)}, latent, {64}, experts()); }},
    {field::head_dim, "attention.head_dim", 1, 1e5, counted, is_whole, [](inputs& i, double x) { i.model = with(grouped, {8, 32, 32, whole(x), 16, 16}, {64}, experts()); }},
    {field::head_dim, "attention.head_dim", 1, 1e5, counted, is_whole, [](inputs& i, double x) { i.model = with(grouped, {8, 32, 32, 16, whole(x), 16}, {64}, experts()); }},
    {field::head_dim, "attention.head_dim", 1, 1e5, counted, is_whole, [](inputs& i, double x) { i.model = with(grouped, {8, 32, 32, 16, 16, whole(x)}, {64}, experts()); }},
    {field::window, "attention.window", 0, 1e9, counted, is_whole, [](inputs& i, double x) { i.model = with({8, 2, 16, whole(x)}, latent, {64}, experts()); }},
    {field::q_lora_rank, "attention.q_lora_rank", 0, 1e6, counted, is_whole, [](inputs& i, double x) { i.model = with(grouped, {8, whole(x), 32, 16, 16, 16}, {64}, experts()); }},
    {field::kv_lora_rank, "attention.kv_lora_rank", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.model = with(grouped, {8, 32, whole(x), 16, 16, 16}, {64}, experts()); }},
    {field::feed_forward_width, "feed_forward.width", 1, 1e8, counted, is_whole, [](inputs& i, double x) { i.model = with(grouped, latent, {whole(x)}, experts()); }},
    {field::feed_forward_width, "feed_forward.width", 1, 1e8, counted, is_whole, [](inputs& i, double x) { auto f = experts(); f.width = whole(x); i.model = with(grouped, latent, {64}, f); }},
    {field::feed_forward_width, "feed_forward.width", 1, 1e8, counted, is_whole, [](inputs& i, double x) { auto f = experts(); f.shared_width = whole(x); i.model = with(grouped, latent, {64}, f); }},
    {field::experts, "feed_forward.experts", 1, 1e6, counted, is_whole, [](inputs& i, double x) { auto f = experts(); f.experts = whole(x); f.experts_per_token = 1; i.model = with(grouped, latent, {64}, f); }},
    {field::experts_per_token, "feed_forward.experts_per_token", 1, 1e6, counted, is_whole, [](inputs& i, double x) { auto f = experts(); f.experts = f.experts_per_token = whole(x); i.model = with(grouped, latent, {64}, f); }},
    {field::shared_experts, "feed_forward.shared_experts", 0, 1e4, counted, is_whole, [](inputs& i, double x) { auto f = experts(); f.shared_experts = whole(x); i.model = with(grouped, latent, {64}, f); }},
    {field::tp, "layout.attention.tp", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.attention.tp = whole(x); }},
    {field::cp, "layout.attention.cp", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.attention.cp = whole(x); }},
    {field::dp, "layout.attention.dp", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.attention.dp = whole(x); }},
    {field::etp, "layout.expert.etp", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.expert.etp = whole(x); }},
    {field::ep, "layout.expert.ep", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.expert.ep = whole(x); }},
    {field::edp, "layout.expert.edp", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.expert.edp = whole(x); }},
    {field::pp, "layout.pp", 1, 1e6, counted, is_whole, [](inputs& i, double x) { i.layout.pp = whole(x); }},
    {field::concurrency, "workload.concurrency", 1, 1e9, real_number, is_whole, [](inputs& i, double x) { i.workload.concurrency = x; }},
    {field::input, "workload.input [tokens]", 1, 1e9, real_number, is_whole, [](inputs& i, double x) { i.workload.input = tokens<>::from_value(x); }},
    {field::output, "workload.output [tokens]", 1, 1e9, real_number, is_whole, [](inputs& i, double x) { i.workload.output = tokens<>::from_value(x); }},
    {field::chunk, "workload.chunk [tokens]", 1, 1e9, real_number, is_whole, [](inputs& i, double x) { i.workload.chunk = tokens<>::from_value(x); }},
    {field::expert_imbalance, "workload.expert_imbalance", 1, 1e6, real_number, any_number, [](inputs& i, double x) { i.workload.expert_imbalance = x; }},
    {field::max_ttft, "workload.max_ttft [s]", 1e-9, 1e9, real_number, any_number, [](inputs& i, double x) { i.workload.max_ttft = seconds<>::from_value(x); }},
    {field::max_tpot, "workload.max_tpot [s]", 1e-9, 1e9, real_number, any_number, [](inputs& i, double x) { i.workload.max_tpot = seconds<>::from_value(x); }},
};
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
    CHECK(r.name == f.name);
    CHECK(r.lowest == f.lowest);
    CHECK(r.highest == f.highest);
    CHECK(r.whole == f.is_whole);
    covered[static_cast<std::size_t>(f.field)] = true;
  }
  // These two are not a user's to set: they are judged by what other fields add up to.
  covered[static_cast<std::size_t>(field::layer_kinds)] = true;
  covered[static_cast<std::size_t>(field::parameters)] = true;
  for (std::size_t i = 0; i < field_count; ++i) {
    CAPTURE(i);
    CHECK(covered[i]);
  }
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

TEST_CASE("counts at the ends of 64 bits are refused, and not computed with") {
  // Under -fsanitize=undefined an overflow on the way to the refusal is an error of its own.
  constexpr std::array<count, 3> ends{(std::numeric_limits<count>::min)(), -3,
                                      (std::numeric_limits<count>::max)()};
  for (const count x : ends) {
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
    i.model = with({x, x, x, x}, {x, x, x, x, x, x}, {x}, {.experts = x, .experts_per_token = x});
    CHECK_FALSE(i.priced().feasibility.priceable());
  }
}

TEST_CASE("queries share key-value heads in equal groups") {
  inputs i = valid();
  i.model = with({8, 3, 16}, latent, {64}, experts());
  CHECK(reports(i, field::kv_heads));
  i.model = with({9, 3, 16}, latent, {64}, experts());
  CHECK_FALSE(reports(i, field::kv_heads));
}

TEST_CASE("a token cannot choose more experts than there are") {
  inputs i = valid();
  mixture_of_experts f = experts();
  f.experts_per_token = 5;
  i.model = with(grouped, latent, {64}, f);
  CHECK(reports(i, field::experts_per_token));
  f.experts_per_token = 4;
  i.model = with(grouped, latent, {64}, f);
  CHECK_FALSE(reports(i, field::experts_per_token));
}

TEST_CASE("more kinds of layer, or runs of them, than are stored are reported") {
  inputs i = valid();
  for (count n = 0; n < 8; ++n) {
    i.model.layers.append(1, {grouped, dense_feed_forward{100 + n}});
  }
  CHECK(reports(i, field::layer_kinds));  // two that were there and eight more

  i = valid();
  const layer wide{grouped, dense_feed_forward{128}};
  const layer narrow{grouped, dense_feed_forward{64}};
  i.model.layers = layer_stack::repeat(80, {{1, wide}, {1, narrow}});
  CHECK_FALSE(reports(i, field::layer_kinds));
  i.model.layers = layer_stack::repeat(81, {{1, wide}, {1, narrow}});
  CHECK(reports(i, field::layer_kinds));
}

TEST_CASE("a model may have 4e15 parameters, which no 64-bit total overflows, and not more") {
  // One dense layer of h x w in three matrices, h = 1e7: 3e7 w, and little else.
  const auto with_width = [](count w) {
    inputs i = valid();
    i.model.hidden_size = 10000000;
    i.model.vocab_size = 0;
    i.model.layers = {{1, {grouped, dense_feed_forward{w}}}};
    return i;
  };
  CHECK_FALSE(reports(with_width(100000000), field::parameters));  // 3e15
  inputs i = with_width(100000000);
  i.model.layers.append(1, {grouped, dense_feed_forward{50000000}});
  CHECK(reports(i, field::parameters));  // 4.5e15
  CHECK(parameters(i.model).total() > 4500000000000000);
  CHECK(all_zero(i.priced()));
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
