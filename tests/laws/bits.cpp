// SPDX-License-Identifier: BSL-1.0
// The same call gives the same bits at compile time and at run time. A deployment's estimate is
// evaluated by the compiler, then again from copies that the optimiser cannot see through.
#include <doctest/doctest.h>

#include <string>

#include "figures.hpp"
#include "random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/index.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

// Out of the optimiser's sight: it can neither fold what follows nor reuse the compiler's result.
template <class T>
T opaque(const T& value) {
  T copy = value;
  T* volatile hidden = &copy;
  return *hidden;
}

// Figures without a short binary form everywhere, so that a rounding done twice would show.
template <class Efficiency>
constexpr basic_cluster<double, Efficiency> cluster_with(const Efficiency& efficiency,
                                                         integer gpus) noexcept {
  const basic_accelerator<double, Efficiency> a{.name = "h100-like",
                                                .peak = {.bf16 = 989_TFLOPS, .fp8 = 1979_TFLOPS},
                                                .memory = 80_GiB,
                                                .memory_rate = 3.35_TBps,
                                                .scale_up = {450_GBps, 1.9_us},
                                                .domain = 8,
                                                .network = {50_GBps, 5_us},
                                                .efficiency = efficiency};
  return make_cluster(a, gpus);
}

constexpr model plain{
    .name = "dense",
    .hidden_size = 5120,
    .vocab_size = 151936,
    .tied_embeddings = true,
    .layers = {{63,
                {grouped_query_attention{
                     .heads = 40, .kv_heads = 8, .head_dim = 128, .window = 4097, .qkv_bias = true},
                 dense_feed_forward{.width = 17408}}}},
    .weights = quantised(uniform(formats::bf16), formats::int4_g128)};

constexpr mixture_of_experts many_experts() noexcept {
  mixture_of_experts f{.experts = 250, .experts_per_token = 7, .width = 2048};
  f.shared_experts = 1;
  f.shared_width = 2048;
  return f;
}

constexpr latent_attention latents{128, 1536, 512, 128, 64, 128};
constexpr model sparse{
    .name = "sparse",
    .hidden_size = 7168,
    .vocab_size = 129281,
    .layers = {{3, {latents, dense_feed_forward{.width = 18432}}}, {58, {latents, many_experts()}}},
    .weights = quantised(uniform(formats::bf16), formats::fp8_block)};

// Every kind of mixing, feed-forward block and form, and every option that costs something.
constexpr grouped_query_attention gated{.heads = 16,
                                        .kv_heads = 2,
                                        .head_dim = 96,
                                        .window = 1999,
                                        .chunked = true,
                                        .qkv_bias = true,
                                        .output_bias = true,
                                        .qk_norm = head_norm::all_heads,
                                        .sinks = true,
                                        .output_gate = true};
constexpr linear_attention delta{8, 24, 112, 80, 4};
constexpr state_space mamba{.heads = 40,
                            .head_dim = 72,
                            .groups = 8,
                            .state_size = 120,
                            .conv_kernel = 4,
                            .projection_bias = true,
                            .state = precision::bf16};

constexpr mixture_of_experts gated_sharing() noexcept {
  mixture_of_experts f{.experts = 61, .experts_per_token = 6, .width = 1368};
  f.shared_experts = 1;
  f.shared_width = 2776;
  f.shared_gate = f.expert_bias = f.router_bias = f.correction_bias = true;
  return f;
}

constexpr weight_formats narrow() noexcept {
  weight_formats f = quantised(uniform(formats::bf16), formats::fp8_channel);
  f[weight_class::routed_expert] = formats::nvfp4;
  return f;
}

constexpr model hybrid{
    .name = "hybrid",
    .hidden_size = 3072,
    .vocab_size = 100277,
    .tied_embeddings = true,
    .norm_bias = true,
    .embedding_norm = true,
    .positions = 8191,
    .layers = layer_stack::repeat(
        3, {{2, {delta, gated_sharing(), layer_form::sandwich}},
            {1,
             {gated,
              gated_sharing(),
              layer_form::parallel_two_norms,
              {{{weight_class::attention, weight_class::shared_expert}, formats::bf16}}}},
            {2, {mamba, no_feed_forward{}}},
            {1, {no_attention{}, dense_feed_forward{.width = 8200, .bias = true}}},
            {1, {gated, dense_feed_forward{.width = 8200}, layer_form::parallel}}}),
    .mtp_layers = 1,
    .weights = narrow(),
    .kv_cache = {precision::fp8, 48, 32}};

constexpr workload load(double concurrency, double input, double output,
                        std::optional<tokens<>> chunk) noexcept {
  workload w;
  w.concurrency = concurrency;
  w.input = tokens<>::from_value(input);
  w.output = tokens<>::from_value(output);
  w.chunk = chunk;
  w.expert_imbalance = 1.1;
  return w;
}

constexpr constant usual{0.47, 0.83, 0.71, 2.9_us};

template <class Efficiency>
struct described {
  basic_cluster<double, Efficiency> cluster;
  shardline::model model;
  shardline::layout layout;
  shardline::workload workload;
};

template <class Efficiency>
constexpr basic_estimate<> estimate_of(const described<Efficiency>& d) noexcept {
  return estimate(d.cluster, d.model, d.layout, d.workload);
}

constexpr described<datasheet> one_node{
    cluster_with(datasheet{}, 8), plain, {{8, 1, 1}, {8, 1, 1}}, load(61, 2047, 513, {})};
constexpr described<constant> pipelined{
    cluster_with(usual, 24), plain, {{8, 1, 1}, {8, 1, 1}, 3}, load(37, 3001, 127, 512_tokens)};
constexpr described<constant> wide{
    cluster_with(usual, 64), sparse, {{4, 1, 16}, {1, 64, 1}}, load(997, 4001, 1009, 2048_tokens)};
constexpr described<datasheet> split_prompt{cluster_with(datasheet{}, 32),
                                            sparse,
                                            {{4, 2, 2}, {2, 4, 2}, 2, expert_dispatch::all_gather},
                                            load(100, 9000, 300, {})};
constexpr described<constant> infeasible{
    cluster_with(usual, 4), sparse, {{8, 1, 1}, {1, 8, 1}}, load(3000, 9000, 3000, {})};

// Under an engine of each budget rule; copies of experts, stages that are listed or longer at the
// end.
template <class Efficiency>
constexpr basic_cluster<double, Efficiency> served_by(const runtime& engine,
                                                      const Efficiency& efficiency) noexcept {
  return with_engine(cluster_with(efficiency, 32), engine);
}
constexpr stage_split listed(std::initializer_list<std::uint16_t> layers) noexcept {
  stage_split split;
  for (const std::uint16_t own : layers) split.listed.push_back(own);
  return split;
}
constexpr layout copied{{4, 1, 4}, {2, 8, 1}, 2, expert_dispatch::all_to_all, listed({8, 13}), 7};
constexpr layout longer_last{
    {2, 2, 2}, {1, 4, 2}, 4, expert_dispatch::all_gather, {stage_remainder::last, {}}};
constexpr layout longer_before{
    {8, 1, 1}, {4, 2, 1}, 4, expert_dispatch::all_to_all, {stage_remainder::before_last, {}}};
constexpr described<constant> by_vllm{served_by(engines::vllm.runtime, usual), hybrid, copied,
                                      load(91, 3001, 333, 700_tokens)};
constexpr described<datasheet> by_sglang{served_by(engines::sglang.runtime, datasheet{}), hybrid,
                                         longer_last, load(53, 1999, 77, {})};
constexpr described<constant> by_tensorrt{served_by(engines::tensorrt_llm.runtime, usual), hybrid,
                                          longer_before, load(17, 5003, 555, {})};

constexpr basic_estimate<> by_vllm_compiled = estimate_of(by_vllm);
constexpr basic_estimate<> by_sglang_compiled = estimate_of(by_sglang);
constexpr basic_estimate<> by_tensorrt_compiled = estimate_of(by_tensorrt);
static_assert(by_vllm_compiled.feasibility.priceable() &&
                  by_sglang_compiled.feasibility.priceable() &&
                  by_tensorrt_compiled.feasibility.priceable(),
              "every kind is priced at compile time");
static_assert(by_vllm_compiled.memory.withheld.value() > 0.0 &&
                  by_vllm_compiled.memory.state.value() > 0.0,
              "with what the engine withholds, and state");

// Clients, caches, guesses and routing; the policy with a formula for each kind of operator.
constexpr std::array<double, 250> loads = [] {
  std::array<double, 250> chosen{};
  for (std::size_t i = 0; i < chosen.size(); ++i)
    chosen[i] = 1.0 + 0.37 * static_cast<double>(i % 7);
  return chosen;
}();

constexpr workload cached(workload w, double hit) noexcept {
  w.prefix_hit = hit;
  w.output_cv = 0.4;
  w.expert_imbalance = 1.0;
  return w;
}
constexpr workload at_rate(workload w, double requests) noexcept {
  w.rate = request_rate<>::from_value(requests);
  w.speculation = {.draft_tokens = 3, .acceptance = 0.71, .draft_time = 0.3_us};
  w.routing = power_law_routing(1.1);
  return w;
}
constexpr workload in_a_run(workload w, double prompts) noexcept {
  w.num_prompts = prompts;
  w.speculation = {.draft_tokens = 2, .acceptance = 0.83};
  w.routing = observed_routing(loads);
  w.max_ttft = 1.7_us;
  w.max_tpot = 0.1_us;
  return w;
}

constexpr basic_cluster<double, fitted> measured(const accelerator& a, integer gpus,
                                                 const engine_version& e) noexcept {
  return make_cluster(with_fitted(a, e), gpus);
}
constexpr described<constant> arriving{cluster_with(usual, 8),
                                       plain,
                                       {{8, 1, 1}, {8, 1, 1}},
                                       at_rate(cached(load(9, 1999, 57, 513_tokens), 0.37), 1.3)};
constexpr described<fitted> running{
    measured(catalog::h100_sxm, 64, engines::vllm),
    sparse,
    {{4, 1, 16}, {1, 64, 1}},
    in_a_run(cached(load(499, 3001, 257, 1024_tokens), 0.21), 1499)};
constexpr described<fitted> transferred{measured(catalog::mi325x, 8, engines::tensorrt_llm),
                                        plain,
                                        {{4, 1, 2}, {4, 1, 2}},
                                        at_rate(cached(load(7, 517, 33, {}), 0.0), 0.9)};
constexpr basic_estimate<> arriving_compiled = estimate_of(arriving);
constexpr basic_estimate<> running_compiled = estimate_of(running);
constexpr basic_estimate<> transferred_compiled = estimate_of(transferred);
static_assert(arriving_compiled.feasibility.priceable() && arriving_compiled.serving.stable() &&
                  arriving_compiled.serving.utilisation > 0.0,
              "at a rate that can be served");
static_assert(running_compiled.feasibility.violations.size() == 2, "both limits of time");
static_assert(running_compiled.source == provenance::measured &&
                  running_compiled.bands.ttft.low < running_compiled.bands.ttft.high,
              "with its bands");
static_assert(transferred_compiled.source == provenance::transferred &&
                  transferred_compiled.serving.stable(),
              "kernels measured elsewhere");

constexpr basic_pool<double, constant> prompts{cluster_with(usual, 8), {{4, 1, 2}, {4, 1, 2}}, 2};
constexpr basic_pool<double, constant> tokens_pool{
    cluster_with(usual, 8), {{8, 1, 1}, {8, 1, 1}}, 3};
constexpr basic_disaggregated<> two_pools(const basic_pool<double, constant>& from,
                                          const basic_pool<double, constant>& to) noexcept {
  return disaggregate(from, to, plain, cached(load(70, 1501, 119, {}), 0.17));
}
constexpr basic_disaggregated<> pools_compiled = two_pools(prompts, tokens_pool);
static_assert(pools_compiled.prefill.priceable() &&
              pools_compiled.serving.requests_per_s.value() > 0.0);

constexpr basic_estimate<> one_node_compiled = estimate_of(one_node);
constexpr basic_estimate<> pipelined_compiled = estimate_of(pipelined);
constexpr basic_estimate<> wide_compiled = estimate_of(wide);
constexpr basic_estimate<> split_prompt_compiled = estimate_of(split_prompt);
constexpr basic_estimate<> infeasible_compiled = estimate_of(infeasible);

static_assert(infeasible_compiled.feasibility.violations.size() == 2, "GPUs and memory");

template <class Efficiency>
void check_same(const basic_estimate<>& compiled, const described<Efficiency>& d) {
  CHECK(laws::first_difference(compiled, estimate_of(opaque(d))) == "");
}

}  // namespace

TEST_CASE("an estimate has the same bits at compile time and at run time") {
  check_same(one_node_compiled, one_node);
  check_same(pipelined_compiled, pipelined);
  check_same(wide_compiled, wide);
  check_same(split_prompt_compiled, split_prompt);
  check_same(infeasible_compiled, infeasible);
  check_same(by_vllm_compiled, by_vllm);
  check_same(by_sglang_compiled, by_sglang);
  check_same(by_tensorrt_compiled, by_tensorrt);
  check_same(arriving_compiled, arriving);
  check_same(running_compiled, running);
  check_same(transferred_compiled, transferred);
  CHECK(laws::first_difference(pools_compiled, two_pools(opaque(prompts), opaque(tokens_pool))) ==
        "");
}

TEST_CASE("estimate() gives the bits of memory(), prefill(), decode() and serving(), one by one") {
  laws::dice d(21);
  for (int number = 0; number < 1000; ++number) {
    const laws::deployed r = laws::random_deployment(d);
    const basic_estimate<> e = estimate(r.cluster, r.model, r.layout, r.workload);
    basic_estimate<> parts;
    parts.feasibility = check(r.cluster, r.model, r.layout, r.workload);
    parts.source = source_of(r.cluster.accelerator.efficiency);
    parts.memory = memory(r.cluster, r.model, r.layout, r.workload);
    parts.prefill = prefill(r.cluster, r.model, r.layout, r.workload);
    parts.decode = decode(r.cluster, r.model, r.layout, r.workload);
    parts.serving = serving(r.cluster, r.model, r.layout, r.workload);
    parts.bands = bands_of(r.cluster.accelerator.efficiency, parts);
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    REQUIRE(laws::first_difference(e, parts) == "");
  }
}
