#include "shardline/catalog/efficiencies.hpp"

#include <doctest/doctest.h>

#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/convention/vllm.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr workload chat{
    .concurrency = 64, .input = 1024_tokens, .output = 512_tokens, .chunk = 8192_tokens};

template <class Efficiency>
constexpr basic_estimate<> on(const basic_accelerator<double, Efficiency>& a, const model& m,
                              count tp, const workload& w = chat) {
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
        provenance::transferred);
}

// InferenceX (aiconfigurator 095f58a5, silicon_sample.csv), H200, fp8, 1024 tokens in and out, a
// mean of 0.9 of both, 64 requests at once: 16.07 ms per output token with tp 4.
TEST_CASE("a run that was measured: Llama-3.1-70B on 4 H200 under vLLM, to a tenth") {
  const model m = quantised(catalog::llama_3_1_70b, formats::fp8);
  workload w = chat;
  w.input = w.output = 922_tokens;
  const auto a = with_fitted(catalog::h200_sxm, kernel_engine::vllm_2025);
  CHECK(on(a, m, 4, w).serving.tpot.value() == doctest::Approx(16.07e-3).epsilon(0.1));
}

TEST_CASE("every model of the catalog is priced on every accelerator, by every engine's kernels") {
  for (const accelerator& a : catalog::accelerators) {
    CAPTURE(a.name);
    for (const kernel_engine e : {kernel_engine::vllm, kernel_engine::vllm_2025,
                                  kernel_engine::sglang, kernel_engine::tensorrt_llm}) {
      const auto fitted_a = with_fitted(a, e);
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
  CHECK(step.gemm[kernel_format::wide].launch == 0_s);
  CHECK(step.gemm[kernel_format::wide].compute ==
        doctest::Approx(0.92 * alone.gemm[kernel_format::wide].compute).epsilon(1e-12));
  CHECK(step.gemm[kernel_format::wide].throttle ==
        doctest::Approx(alone.gemm[kernel_format::wide].throttle).epsilon(1e-12));
  CHECK(alone.collectives.synchronise == 0_s);
  CHECK(step.collectives.synchronise == 7.6_us);
  CHECK(alone.host.step == 0_s);
  CHECK(step.host.step > 0_s);
  // A chip of a seventh of the arithmetic does not lose its clock to it.
  CHECK(with_fitted(catalog::h20).efficiency.gemm[kernel_format::wide].throttle == 0.0);
}

TEST_CASE("more concurrency never makes a round shorter, longer prompts never a first token") {
  laws::dice d(5001);
  const auto a = with_fitted(catalog::h100_sxm);
  for (int number = 0; number < 2000; ++number) {
    const model& m = *d.one_of(catalog::models);
    const count tp = count{1} << d.whole(0, 3);
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
    const count tp = count{1} << d.whole(0, 3);
    auto better = with_fitted(catalog::h100_sxm);
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
