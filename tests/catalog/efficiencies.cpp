// SPDX-License-Identifier: BSL-1.0
#include "shardline/catalog/efficiencies.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr workload chat{
    .concurrency = 64, .input = 1024_tokens, .output = 512_tokens, .chunk = 8192_tokens};

template <class Efficiency>
constexpr basic_estimate<> on(const basic_accelerator<double, Efficiency>& a, const model& m,
                              integer tp, const workload& w = chat) {
  return estimate(make_cluster(a, tp), m, to_layout(vllm{.tp = tp}), w);
}

}  // namespace

static_assert(on(with_fitted(catalog::h100_sxm), catalog::llama_3_1_70b, 8).decode.total() > 10_ms);
static_assert(on(with_fitted(catalog::h100_sxm), catalog::llama_3_1_70b, 8).source ==
              provenance::measured);

TEST_CASE("figures of time say where they come from") {
  CHECK(on(catalog::h100_sxm, catalog::llama_3_1_8b, 1).source == provenance::datasheet);
  CHECK(on(with_fitted(catalog::a100_sxm), catalog::llama_3_1_8b, 1).source ==
        provenance::measured);
  CHECK(on(with_fitted(catalog::h200_sxm), catalog::llama_3_1_8b, 1).source ==
        provenance::measured);
  CHECK(on(with_fitted(catalog::gb200), catalog::llama_3_1_8b, 1).source ==
        provenance::transferred);
  CHECK(on(with_fitted(catalog::h100_sxm, engines::sglang), catalog::llama_3_1_8b, 1).source ==
        provenance::measured);
}

// InferenceX (aiconfigurator 095f58a5, silicon_sample.csv), H200, fp8, 1024 tokens in and out, a
// mean of 0.9 of both, 64 requests at once: 16.07 ms per output token with tp 4.
TEST_CASE("a run that was measured: Llama-3.1-70B on 4 H200 under vLLM, to a tenth") {
  model m = quantised(catalog::llama_3_1_70b, formats::fp8);
  m.kv_cache = precision::fp8;  // as its script sets it
  workload w = chat;
  w.input = w.output = 922_tokens;
  const auto a = with_fitted(catalog::h200_sxm);
  CHECK(on(a, m, 4, w).serving.tpot.value() == doctest::Approx(16.07e-3).epsilon(0.1).scale(0.0));
}

namespace {

// A step that decodes `sequences` of `context` tokens, in milliseconds.
template <class Efficiency>
double decoding(const basic_accelerator<double, Efficiency>& a, const model& m, integer tp,
                double sequences, double context) {
  const auto step = decode_step(sequences, context, 1.0);
  return time_of_step(make_cluster(a, tp), m, to_layout(vllm{.tp = tp}), step).sum.total().value() *
         1e3;
}

}  // namespace

// Splitwise (splitwise-sim 8f99e7dc, perf_model.csv), Llama-2-70B on A100: 512 tokens of prompt and
// 128 of output; 2 GPUs, 8 sequences 61.69 ms, 4 GPUs, 8 sequences 45.80 ms, 32 sequences 52.34 ms.
TEST_CASE("runs that were measured: vLLM of 2023, which waits for its host, to a twelfth") {
  const auto a = with_fitted(catalog::a100_sxm, engines::vllm_2023);
  const model& m = catalog::llama_2_70b;
  CHECK(decoding(a, m, 2, 8.0, 576.0) == doctest::Approx(61.69).epsilon(1.0 / 12.0));
  CHECK(decoding(a, m, 4, 8.0, 576.0) == doctest::Approx(45.80).epsilon(1.0 / 12.0));
  CHECK(decoding(a, m, 4, 32.0, 576.0) == doctest::Approx(52.34).epsilon(1.0 / 12.0));
}

// LMSYS's figure for an H20: Qwen3-8B in fp8, 64 sequences of 4096 tokens of prompt and 2048 of
// output, 2,682 tokens/s (tier C).
TEST_CASE("a run that was measured: little arithmetic and a fast memory, to a quarter") {
  const auto a = with_fitted(catalog::h20, engines::vllm_0_11);
  const model m = quantised(catalog::qwen3_8b, formats::fp8);
  CHECK(64e3 / decoding(a, m, 1, 64.0, 5120.0) == doctest::Approx(2682.0).epsilon(0.25));
}

TEST_CASE("engines differ by how they launch kernels, and by the kernels of their time") {
  const auto of = [](const engine_version& e) {
    return with_fitted(catalog::a100_sxm, e).efficiency;
  };
  const auto graphs = of(engines::vllm);
  const auto eager = of(engines::vllm_2023);
  const auto old = of(engines::fastertransformer);
  CHECK(graphs.host.graphs);
  CHECK_FALSE(eager.host.graphs);
  CHECK(graphs.elementwise.launch > 0_s);
  CHECK(eager.elementwise.launch > graphs.elementwise.launch);
  CHECK(graphs.elementwise.norm == 0.0);
  CHECK(eager.elementwise.norm > 0.0);
  CHECK(old.elementwise.norm == 0.0);
  CHECK(graphs.elementwise.walk == eager.elementwise.walk);
  CHECK(graphs.collectives.drift == 0_s);
  CHECK(old.collectives.drift > 0_s);
  CHECK(old.prefill[kernel_format::wide].row > 0_s);
  CHECK(of(engines::tensorrt_llm_0_5).decode[kernel_format::wide].per_query_head);
  CHECK_FALSE(of(engines::tensorrt_llm).decode[kernel_format::wide].per_query_head);
  CHECK(old.gemm[kernel_format::wide].bandwidth > graphs.gemm[kernel_format::wide].bandwidth);
}

TEST_CASE("what keeps kernels from the peak weighs less where multiplying itself is slower") {
  const auto of = [](const accelerator& a) { return with_fitted_kernels(a).efficiency; };
  const auto share = [&](const accelerator& a) {
    return of(a).experts[kernel_format::wide].compute;
  };
  const double measured = share(catalog::h100_sxm);
  CHECK(share(catalog::gb200) == share(catalog::b200_sxm));
  // 148 TFLOP/s by 78 multiprocessors, to 989 by 132.
  const double slower = (148.0 / 78.0) / (989.0 / 132.0);
  accelerator h20 = catalog::h20;
  h20.memory_rate = catalog::h100_sxm.memory_rate;  // at its own its kernels are in part an H200's
  CHECK(share(h20) == doctest::Approx(1.0 / (1.0 + (1.0 / measured - 1.0) * slower)));
  CHECK(share(catalog::a100_sxm_40) == share(catalog::a100_sxm));
}

TEST_CASE("a higher peak, its kernels transferred anew, never makes a prompt slower") {
  for (const engine_version* e : engines::all) {
    auto before = seconds<>::from_value(1e9);
    for (int tenth = 1; tenth <= 30; ++tenth) {
      accelerator a = catalog::h100_sxm;
      a.peak.bf16 = a.peak.bf16 * (0.1 * tenth);
      const auto now = on(with_fitted(a, *e), catalog::llama_3_1_8b, 1).prefill.total();
      CAPTURE(tenth);
      CHECK(now <= before * (1.0 + 1e-12));
      before = now;
    }
  }
}

TEST_CASE("other vendors' hardware has no switch that reduces, and AMD's its own multiplications") {
  const auto of = [](const accelerator& a) { return with_fitted(a).efficiency; };
  CHECK(of(catalog::h200_sxm).collectives.switch_share > 0.0);
  CHECK(of(catalog::mi300x).collectives.switch_share == 0.0);
  CHECK(of(catalog::tpu_v6e).collectives.switch_share == 0.0);
  CHECK(of(catalog::mi300x).gemm[kernel_format::narrow].bandwidth == 0.6);
  CHECK(of(catalog::mi325x).gemm[kernel_format::narrow].bandwidth == 0.6);
  CHECK(of(catalog::mi300x).source == provenance::measured);
  CHECK(of(catalog::mi355x).source == provenance::transferred);
  CHECK(with_fitted(catalog::mi300x, engines::sglang).efficiency.source == provenance::transferred);
}

TEST_CASE("an MI300X multiplies at seven times the rate that vLLM of 2024 ran it at") {
  const auto share = [](const engine_version& e) {
    return with_fitted_kernels(catalog::mi300x, e).efficiency.gemm[kernel_format::wide].compute;
  };
  CHECK(share(engines::vllm) > 7.0 * share(engines::vllm_2024_rocm));
  CHECK(share(engines::vllm_2024) == share(engines::vllm));
}

TEST_CASE("every model of the catalog is priced on every accelerator, by every engine's kernels") {
  for (const accelerator& a : catalog::accelerators) {
    CAPTURE(a.name.view());
    for (const engine_version* e : engines::all) {
      const auto fitted_a = with_fitted(a, *e);
      for (const model* m : catalog::models) {
        CAPTURE(m->name.view());
        const auto bound = on(a, *m, 1);
        const auto priced = on(fitted_a, *m, 1);
        if (!bound.feasibility.priceable()) continue;
        CHECK(is_finite(priced.decode.total().value()));
        CHECK(is_finite(priced.prefill.total().value()));
        // The compute and memory of every operator are bounded by the data sheet.
        CHECK(priced.decode.total() >= bound.decode.total() * (1.0 - 1e-9));
        CHECK(priced.prefill.total() >= bound.prefill.total() * (1.0 - 1e-9));
      }
    }
  }
}

TEST_CASE("a step's kernels are those of the benchmark, less launches, plus the host") {
  const auto alone = with_fitted_kernels(catalog::h100_sxm).efficiency;
  const auto step = with_fitted(catalog::h100_sxm).efficiency;
  CHECK(alone.looped);
  CHECK_FALSE(step.looped);
  CHECK(alone.gemm[kernel_format::wide].launch > 0_s);
  CHECK(step.gemm[kernel_format::wide].launch ==
        alone.gemm[kernel_format::wide].launch * engines::vllm.kernels.launches);
  CHECK(step.gemm[kernel_format::wide].compute ==
        doctest::Approx(0.92 * alone.gemm[kernel_format::wide].compute).epsilon(1e-12));
  CHECK(step.gemm[kernel_format::wide].throttle ==
        doctest::Approx(alone.gemm[kernel_format::wide].throttle).epsilon(1e-12));
  CHECK(alone.collectives.synchronise == 0_s);
  CHECK(step.collectives.synchronise == engines::vllm.kernels.synchronise);
  CHECK(alone.host.step == 0_s);
  CHECK(step.host.step > 0_s);
  // A chip of a seventh of the arithmetic does not lose its clock to it.
  CHECK(with_fitted(catalog::h20).efficiency.gemm[kernel_format::wide].throttle == 0.0);
}

TEST_CASE("more concurrency never makes a round shorter, longer prompts never a first token") {
  laws::dice d(5001);
  for (int number = 0; number < 2000; ++number) {
    const auto a = with_fitted(catalog::h100_sxm, *d.one_of(engines::all));
    const model& m = *d.one_of(catalog::models);
    const integer tp = integer{1} << d.whole(0, 3);
    workload w;
    w.concurrency = static_cast<double>(d.whole(1, 500));
    w.input = laws::tokens_of(d.whole(1, 8000));
    w.output = laws::tokens_of(d.whole(1, 2000));
    const auto c = make_cluster(a, tp);
    const layout l = to_layout(vllm{.tp = tp});
    workload more = w;
    CAPTURE(m.name.view());
    CAPTURE(tp);
    CAPTURE(w.concurrency);
    CAPTURE(w.input.value());
    more.concurrency = w.concurrency + static_cast<double>(d.whole(1, 100));
    REQUIRE(decode(c, m, l, more).total() >= decode(c, m, l, w).total() * (1.0 - 1e-9));
    more = w;
    more.input = w.input + laws::tokens_of(d.whole(1, 2000));
    REQUIRE(prefill(c, m, l, more).total() >= prefill(c, m, l, w).total() * (1.0 - 1e-9));
    REQUIRE(decode(c, m, l, more).total() >= decode(c, m, l, w).total() * (1.0 - 1e-9));
  }
}

TEST_CASE("a faster memory, link or peak never makes anything slower") {
  laws::dice d(5002);
  for (int number = 0; number < 2000; ++number) {
    const model& m = *d.one_of(catalog::models);
    const integer tp = integer{1} << d.whole(0, 3);
    auto better = with_fitted(catalog::h100_sxm, *d.one_of(engines::all));
    const auto c = make_cluster(better, tp);
    const double factor = d.between(1.0, 3.0);
    auto faster_cluster = c;
    switch (d.whole(0, 2)) {
      case 0:
        faster_cluster.accelerator.memory_rate = c.accelerator.memory_rate * factor;
        break;
      case 1:
        faster_cluster.scale_up.rate = c.scale_up.rate * factor;
        break;
      default:
        faster_cluster.accelerator.peak.bf16 = c.accelerator.peak.bf16 * factor;
        faster_cluster.accelerator.peak.fp8 = c.accelerator.peak.fp8 * factor;
    }
    workload w;
    w.concurrency = static_cast<double>(d.whole(1, 500));
    w.input = laws::tokens_of(d.whole(1, 8000));
    w.output = laws::tokens_of(d.whole(1, 2000));
    const layout l = to_layout(vllm{.tp = tp});
    CAPTURE(m.name.view());
    CAPTURE(tp);
    REQUIRE(decode(faster_cluster, m, l, w).total() <= decode(c, m, l, w).total() * (1.0 + 1e-9));
    REQUIRE(prefill(faster_cluster, m, l, w).total() <= prefill(c, m, l, w).total() * (1.0 + 1e-9));
  }
}

// Real lengths: what grows by blocks of keys is written without them.
TEST_CASE("a step is continuous in the length of what its sequences have cached") {
  laws::dice d(5003);
  for (int number = 0; number < 2000; ++number) {
    const auto a = with_fitted(d.one_of(catalog::accelerators), *d.one_of(engines::all));
    const model& m = *d.one_of(catalog::models);
    const double sequences = static_cast<double>(d.whole(1, 500));
    const double context = laws::log_between(d, 1.0, 1e5);
    const double before = decoding(a, m, 1, sequences, context);
    if (!is_finite(before)) continue;  // tensor parallelism of 1: a peak of zero
    CAPTURE(m.name.view());
    CAPTURE(context);
    REQUIRE(decoding(a, m, 1, sequences, context * (1.0 + 1e-9)) - before <= 1e-7 * before);
  }
}

// Sequences and prompts come whole, and kernels round them up to tiles and waves of tiles. From 8
// sequences and 128 tokens on (below, a second token may read twice as many experts) the largest
// step found is 34 % on A100 and H100, Qwen3-32B's 129th sequence, a third tile of 64 rows; and 76
// % where arithmetic is short, Falcon-40B's 65th sequence on an H20, a second tile.
TEST_CASE("one more sequence, or token of a prompt, adds a wave at most") {
  laws::dice d(5004);
  const std::array measured{catalog::a100_sxm, catalog::h100_sxm};
  for (int number = 0; number < 4000; ++number) {
    const bool here = d.flip();
    const double most = here ? 1.5 : 2.0;
    const accelerator& bare = here ? d.one_of(measured) : d.one_of(catalog::accelerators);
    const auto a = with_fitted(bare, *d.one_of(engines::all));
    const model& m = *d.one_of(catalog::models);
    const integer tp = integer{1} << d.whole(0, 3);
    const double sequences = static_cast<double>(d.whole(8, 500));
    const double context = static_cast<double>(d.whole(1, 30000));
    CAPTURE(m.name.view());
    CAPTURE(a.name.view());
    CAPTURE(tp);
    CAPTURE(sequences);
    const double before = decoding(a, m, tp, sequences, context);
    if (is_finite(before)) REQUIRE(decoding(a, m, tp, sequences + 1.0, context) <= most * before);
    const double prompt = static_cast<double>(d.whole(128, 9000));
    const auto taking = [&](double tokens) {
      const auto step = prefill_step(1.0, tokens, 0.0, 1.0);
      const layout l = to_layout(vllm{.tp = tp});
      return time_of_step(make_cluster(a, tp), m, l, step).sum.total().value();
    };
    CAPTURE(prompt);
    if (is_finite(taking(prompt))) REQUIRE(taking(prompt + 1.0) <= most * taking(prompt));
  }
}

// Without a switch that adds up, 2 (n - 1) / n of the message go through each link; with one,
// (n + 1) / n. On a torus the links of all axes together.
TEST_CASE("no all-reduce is faster than its bytes over the links, on any accelerator or engine") {
  for (const accelerator& bare : catalog::accelerators) {
    for (const engine_version* e : engines::all) {
      const auto c = make_cluster(with_fitted(bare, *e), 8);
      CAPTURE(bare.name.view());
      for (double n = 2.0; n <= 8.0; n *= 2.0) {
        if (n > static_cast<double>(bare.domain)) break;
        const double rounds = std::min(2.0 * (n - 1.0) / n, (n + 1.0) / n);
        for (double message = 1024.0; message <= 1e9; message *= 8.0) {
          const collective<double> op{collective_kind::all_reduce,
                                      {static_cast<integer>(n), 1},
                                      bytes<>::from_value(message)};
          REQUIRE(time_of(c, op).value() >= rounds * message / bare.scale_up.rate.value());
        }
      }
    }
  }
}

TEST_CASE("only kernels in a loop beat the memory, where its last-level cache holds their data") {
  laws::dice d(5005);
  for (int number = 0; number < 20000; ++number) {
    const accelerator& bare = d.one_of(catalog::accelerators);
    const engine_version& e = *d.one_of(engines::all);
    const auto step = with_fitted(bare, e);
    const auto loop = with_fitted_kernels(bare, e);
    const integer kv = integer{1} << d.whole(0, 4);
    const double bytes_of_cache = laws::log_between(d, 1e4, 1e10);
    const double sequences = static_cast<double>(d.whole(1, 64));
    attention_core<double> op{phase::decode, sequences, 1.0, 0.0, 1, 1, kv * 4, kv, 128, 128};
    op.bytes_per_token = static_cast<double>(kv) * 512.0;
    op.context = bytes_of_cache / sequences / op.bytes_per_token;
    const double memory = op.bytes_moved().value() / bare.memory_rate.value();
    CAPTURE(bare.name.view());
    CAPTURE(bytes_of_cache);
    REQUIRE(time_of(step, op).total().value() >= memory * (1.0 - 1e-12));
    const bool beats = time_of(loop, op).total().value() < memory * (1.0 - 1e-12);
    if (beats) REQUIRE(op.bytes_moved().value() <= 2.0 * bare.last_level_cache.value());
    const gemm<double> g{
        term::head,
        {weight_class::head, formats::bf16, d.whole(64, 20000), d.whole(64, 20000)},
        static_cast<double>(d.whole(1, 5000))};
    const double read = g.bytes_moved().value() / bare.memory_rate.value();
    REQUIRE(time_of(step, g).total().value() >= read * (1.0 - 1e-12));
    const bool found = time_of(loop, g).total().value() < read * (1.0 - 1e-12);
    if (found) REQUIRE(g.bytes_moved().value() <= 2.0 * bare.last_level_cache.value());
  }
}

TEST_CASE("a step reads pages of a cache at 0.85 of the memory's rate, a benchmark's loop faster") {
  const kernel_format narrow = kernel_format::narrow;
  const auto loop = with_fitted_kernels(catalog::h200_sxm, engines::tensorrt_llm).efficiency;
  const auto step = with_fitted(catalog::h200_sxm, engines::tensorrt_llm).efficiency;
  CHECK(loop.decode[narrow].bandwidth == 1.0);
  CHECK(step.decode[narrow].bandwidth == 0.85);
  CHECK(step.gemm[narrow].bandwidth == loop.gemm[narrow].bandwidth);
  const auto slow = with_fitted(catalog::h200_sxm, engines::vllm).efficiency.decode[narrow];
  CHECK(slow.bandwidth < 0.85);
}

TEST_CASE("an engine's all-reduce stands beside the library's collectives of its own chip") {
  const auto of = [](const accelerator& a, const engine_version& e) {
    return with_fitted_kernels(a, e).efficiency.collectives;
  };
  for (const accelerator* a : {&catalog::a100_sxm, &catalog::h100_sxm, &catalog::b200_sxm}) {
    const auto library = of(*a, engines::vllm_2023);  // has none of its own
    const auto own = of(*a, engines::vllm);
    CHECK(library.engine_most == 0_B);
    CHECK(own.engine_most > 0_B);
    CHECK(own.bulk_share == library.bulk_share);
    CHECK(own.hop_bulk == library.hop_bulk);
    CHECK(own.switch_share == library.switch_share);
  }
  CHECK(of(catalog::b200_sxm, engines::vllm).hop_bulk !=
        of(catalog::h100_sxm, engines::vllm).hop_bulk);
}

TEST_CASE("engines that run another's kernels have its curves") {
  const auto of = [](const accelerator& a, const engine_version& e) {
    return with_fitted_kernels(a, e).efficiency;
  };
  const fitted b200 = of(catalog::b200_sxm, engines::tensorrt_llm);
  const auto narrow = kernel_format::narrow;
  CHECK(of(catalog::b200_sxm, engines::vllm).gemm[narrow].compute == b200.gemm[narrow].compute);
  // A prompt's latents are expanded by head, whatever the engine.
  const auto wide = kernel_format::wide;
  const fitted h100 = of(catalog::h100_sxm, engines::tensorrt_llm);
  for (const engine_version* e : {&engines::sglang, &engines::vllm}) {
    const fitted f = of(catalog::h100_sxm, *e);
    CHECK(f.latent_prefill[wide].compute == h100.latent_prefill[wide].compute);
    CHECK(f.latent_decode[wide].bandwidth != h100.latent_decode[wide].bandwidth);
  }
}

static_assert(with_fitted_kernels(catalog::h100_sxm).efficiency.looped &&
              static_cast<int>(with_fitted_kernels(catalog::h100_sxm).efficiency.source) == 3);
static_assert(!in_steps(with_fitted_kernels(catalog::h100_sxm)).efficiency.looped &&
              nearest(catalog::h100_sxm).sustained <= 1.0);
