// SPDX-License-Identifier: BSL-1.0
// Question: what does one estimate cost, and how much of that is the price of being general?
//
// `twin_*` computes the totals that estimate() computes for one dense layout (memory, prefill,
// decode, serving) in raw doubles, written for that one case as a script would be. It must agree
// with the library to 1e-12 before anything is timed. The ratio of the two is printed as a counter;
// what the library does beyond the twin (checks of every rule, the breakdown by term, any model and
// layout) is in it. `allocations` counts operator new per estimate.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "measuring.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/shardline.hpp"

namespace {

using namespace shardline::literals;
using measuring::allocations;
using measuring::seconds_of;

constexpr shardline::constant efficiency{.mfu = 0.5, .bandwidth = 0.8};
constexpr shardline::workload load{.concurrency = 64, .input = 2048_tokens, .output = 512_tokens};

// ---- the raw twin: a dense grouped-query model under plain tensor parallelism ----

struct twin_input {
  double layers, hidden, heads, kv_heads, head_dim, width, vocab, tp;
  double flops, memory_rate, link, link_latency, memory_bytes, reserve;
  double concurrency, prompt, output;
};

struct twin_output {
  double memory, prefill, decode, ttft, tpot, output_rate;
};

double twin_all_reduce(const twin_input& in, double message) {
  const double n = in.tp;
  double hops = 0.0;
  for (double reach = 1.0; reach < n; reach *= 2.0) hops += 1.0;
  const double wire = message / in.link;
  const double ring = 2.0 * (n - 1.0) * in.link_latency + wire * 2.0 * (n - 1.0) / n;
  const double tree = 2.0 * hops * in.link_latency + wire * 2.0;
  const double one_shot = in.link_latency + wire * (n - 1.0);
  return std::fmin(std::fmin(ring, tree), one_shot);
}

double twin_gemm(const twin_input& in, double rows, double k, double n) {
  const double compute = 2.0 * rows * k * n / in.flops;
  const double memory = (k * n + rows * (k + n)) * 2.0 / in.memory_rate;
  return std::fmax(compute, memory);
}

// One step: `rows` new tokens in `sequences` sequences, `pairs` query-key pairs per sequence,
// `cached` tokens of cache touched per sequence.
double twin_step(const twin_input& in, double sequences, double rows, double pairs, double cached) {
  const double heads = in.heads / in.tp;
  const double kv = in.kv_heads / in.tp;
  const double width = in.width / in.tp;
  const double d = in.head_dim;
  const double norm = 4.0 * in.hidden * rows * 2.0 / in.memory_rate;
  const double reduce = twin_all_reduce(in, rows * in.hidden * 2.0);
  const double core_compute = sequences * pairs * 4.0 * heads * d / in.flops;
  const double core_memory =
      (rows * heads * 2.0 * d * 2.0 + sequences * cached * 2.0 * kv * d * 2.0) / in.memory_rate;
  const double layer =
      2.0 * norm + twin_gemm(in, rows, in.hidden, (heads + 2.0 * kv) * d) +
      2.0 * (heads + kv) * d * rows * 2.0 / in.memory_rate + std::fmax(core_compute, core_memory) +
      twin_gemm(in, rows, heads * d, in.hidden) + 2.0 * reduce +
      twin_gemm(in, rows, in.hidden, 2.0 * width) + 3.0 * width * rows * 2.0 / in.memory_rate +
      twin_gemm(in, rows, width, in.hidden);
  const double embedding = 2.0 * in.hidden * rows * 2.0 / in.memory_rate + reduce;
  const double logits = sequences * in.vocab * 2.0;
  const double head = norm + twin_gemm(in, sequences, in.hidden, in.vocab / in.tp) +
                      in.link_latency + logits / in.link * (in.tp - 1.0) / in.tp;
  return in.layers * layer + embedding + head;
}

double twin_memory(const twin_input& in) {
  const double heads = in.heads / in.tp;
  const double kv = in.kv_heads / in.tp;
  const double layer = in.hidden * (heads + 2.0 * kv) * in.head_dim +
                       heads * in.head_dim * in.hidden + 3.0 * in.hidden * in.width / in.tp +
                       2.0 * in.hidden;
  const double weights = 2.0 * (in.layers * layer + 2.0 * in.hidden * in.vocab / in.tp + in.hidden);
  const double length = std::ceil((in.prompt + in.output) / 16.0) * 16.0;
  const double cache = in.layers * in.concurrency * length * 2.0 * kv * in.head_dim * 2.0;
  const double rows = in.prompt + in.concurrency - 1.0;
  const double widest = std::fmax(in.hidden + 2.0 * in.width / in.tp, 4.0 * in.hidden);
  const double activation = rows * (in.hidden + widest) * 2.0;
  const double buffers = (rows * in.hidden + in.concurrency * in.vocab) * 2.0;
  return weights + cache + activation + buffers + in.reserve;
}

twin_output twin_estimate(const twin_input& in) {
  const double context = in.prompt + in.output / 2.0;
  twin_output out{};
  out.memory = twin_memory(in);
  out.prefill = twin_step(in, 1.0, in.prompt, in.prompt * (in.prompt + 1.0) / 2.0, in.prompt);
  out.decode = twin_step(in, in.concurrency, in.concurrency, context + 1.0, context + 1.0);
  const double after_first = out.prefill * (in.concurrency - 1.0) + out.decode * (in.output - 1.0);
  const double others = out.prefill * (in.concurrency - 1.0);
  const double decoding = out.decode * (in.output - 1.0);
  const double met = std::fmin(out.prefill * others / after_first, decoding) * 0.5;
  out.ttft = met + out.prefill;
  out.tpot = after_first / (in.output - 1.0);
  out.output_rate = in.concurrency * in.output / (out.ttft + after_first);
  return out;
}

twin_input twin_of_llama_70b_on_8_h100() {
  return {80.0,          8192.0,       64.0,         8.0,          128.0, 28672.0,
          128256.0,      8.0,          989e12 * 0.5, 3350e9 * 0.8, 450e9, 1.9e-6,
          85899345920.0, 1073741824.0, 64.0,         2048.0,       512.0};
}

// ---- the benchmarks ----

bool agree(double a, double b) { return std::fabs(a - b) <= 1e-12 * std::fabs(b); }

template <class Cluster>
bool same_totals(const Cluster& c, const shardline::model& m, const shardline::layout& l) {
  const auto e = shardline::estimate(c, m, l, load);
  const twin_output t = twin_estimate(twin_of_llama_70b_on_8_h100());
  return agree(e.memory.total().value(), t.memory) && agree(e.prefill.total().value(), t.prefill) &&
         agree(e.decode.total().value(), t.decode) && agree(e.serving.ttft.value(), t.ttft) &&
         agree(e.serving.tpot.value(), t.tpot) &&
         agree(e.serving.output_tokens_per_s.value(), t.output_rate);
}

template <class Cluster>
void time_estimate(benchmark::State& state, Cluster c, shardline::model m, shardline::layout l) {
  shardline::workload w = load;
  const long before = allocations;
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(c);
    benchmark::DoNotOptimize(m);
    benchmark::DoNotOptimize(l);
    benchmark::DoNotOptimize(w);
    auto e = shardline::estimate(c, m, l, w);
    benchmark::DoNotOptimize(e);
  }
  state.counters["allocations"] = benchmark::Counter(static_cast<double>(allocations - before),
                                                     benchmark::Counter::kAvgIterations);
}

void estimate_dense(benchmark::State& state) {
  time_estimate(state,
                shardline::make_cluster(
                    shardline::with_efficiency(shardline::catalog::h100_sxm, efficiency), 8),
                shardline::catalog::llama_3_1_70b, shardline::to_layout(shardline::vllm{.tp = 8}));
}
BENCHMARK(estimate_dense)->Name("estimate/llama-3.1-70b tp=8");

void estimate_pipeline(benchmark::State& state) {
  time_estimate(state,
                shardline::make_cluster(
                    shardline::with_efficiency(shardline::catalog::h100_sxm, efficiency), 16),
                shardline::catalog::llama_3_1_70b,
                shardline::to_layout(shardline::vllm{.tp = 4, .pp = 4}));
}
BENCHMARK(estimate_pipeline)->Name("estimate/llama-3.1-70b tp=4 pp=4");

void estimate_experts(benchmark::State& state) {
  time_estimate(state,
                shardline::make_cluster(
                    shardline::with_efficiency(shardline::catalog::h200_sxm, efficiency), 64),
                shardline::catalog::deepseek_v3,
                shardline::to_layout(shardline::product{.ep = 64}));
}
BENCHMARK(estimate_experts)->Name("estimate/deepseek-v3 ep=64");

// The same as the first, by the fitted policy and by `constant`.
void fitted_ratio(benchmark::State& state) {
  auto plain = shardline::make_cluster(
      shardline::with_efficiency(shardline::catalog::h100_sxm, efficiency), 8);
  auto fitted = shardline::make_cluster(shardline::with_fitted(shardline::catalog::h100_sxm), 8);
  shardline::model m = shardline::catalog::llama_3_1_70b;
  shardline::layout l = shardline::to_layout(shardline::vllm{.tp = 8});
  shardline::workload w = load;
  const auto price = [&](auto& cluster) {
    return seconds_of([&] {
      benchmark::DoNotOptimize(cluster);
      benchmark::DoNotOptimize(m);
      benchmark::DoNotOptimize(l);
      benchmark::DoNotOptimize(w);
      auto e = shardline::estimate(cluster, m, l, w);
      benchmark::DoNotOptimize(e);
    });
  };
  double by_constant = 0.0;
  double by_fitted = 0.0;
  for ([[maybe_unused]] auto _ : state) {
    by_constant = price(plain);
    by_fitted = price(fitted);
  }
  state.counters["fitted_ns"] = by_fitted * 1e9;
  state.counters["constant_ns"] = by_constant * 1e9;
  state.counters["ratio"] = by_fitted / by_constant;
}
BENCHMARK(fitted_ratio)->Name("fitted : constant")->Iterations(1);

void estimate_twin(benchmark::State& state) {
  twin_input in = twin_of_llama_70b_on_8_h100();
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(in);
    auto out = twin_estimate(in);
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(estimate_twin)->Name("raw twin/llama-3.1-70b tp=8");

void ratio(benchmark::State& state) {
  auto c = shardline::make_cluster(
      shardline::with_efficiency(shardline::catalog::h100_sxm, efficiency), 8);
  shardline::model m = shardline::catalog::llama_3_1_70b;
  shardline::layout l = shardline::to_layout(shardline::vllm{.tp = 8});
  shardline::workload w = load;
  twin_input in = twin_of_llama_70b_on_8_h100();
  if (!same_totals(c, m, l)) {
    std::fputs("the raw twin and the library disagree\n", stderr);
    std::exit(EXIT_FAILURE);
  }
  double library = 0.0;
  double twin = 0.0;
  for ([[maybe_unused]] auto _ : state) {
    library = seconds_of([&] {
      benchmark::DoNotOptimize(c);
      benchmark::DoNotOptimize(m);
      benchmark::DoNotOptimize(l);
      benchmark::DoNotOptimize(w);
      auto e = shardline::estimate(c, m, l, w);
      benchmark::DoNotOptimize(e);
    });
    twin = seconds_of([&] {
      benchmark::DoNotOptimize(in);
      auto out = twin_estimate(in);
      benchmark::DoNotOptimize(out);
    });
  }
  state.counters["estimate_ns"] = library * 1e9;
  state.counters["twin_ns"] = twin * 1e9;
  state.counters["ratio"] = library / twin;
}
BENCHMARK(ratio)->Name("estimate : raw twin")->Iterations(1);

}  // namespace
