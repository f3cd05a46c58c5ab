// SPDX-License-Identifier: BSL-1.0
#include "shardline/engines/engine.hpp"

#include <doctest/doctest.h>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/engines/index.hpp"

using namespace shardline;

namespace {

constexpr double gib = 1073741824.0;

double share_of(const runtime& r) {
  return std::visit([](const auto& rule) { return rule.share; }, r.budget);
}

}  // namespace

// The sources stand in the headers; here is what a change of them would change.
TEST_CASE("every engine has its own rule for the cache, and figures for the rest") {
  const runtime& vllm = engines::vllm_0_11.runtime;
  const runtime& sglang = engines::sglang_0_5.runtime;
  const runtime& tensorrt_llm = engines::tensorrt_llm_1_0.runtime;
  CHECK(std::holds_alternative<fraction_of_total<>>(vllm.budget));
  CHECK(share_of(vllm) == 0.9);
  CHECK(vllm.padding == shard_padding{64, 256});
  CHECK(std::holds_alternative<derived_static<>>(sglang.budget));
  CHECK(share_of(sglang) == 1.0);
  CHECK(sglang.page_tokens == 1);
  CHECK(std::holds_alternative<fraction_of_free<>>(tensorrt_llm.budget));
  CHECK(share_of(tensorrt_llm) == 0.9);
  CHECK(tensorrt_llm.page_tokens == 32);
  for (const engine_version* e : engines::all) {
    const runtime& r = e->runtime;
    CHECK(r.reserve.value() > 0.1 * gib);
    CHECK(r.communicators.value() > 0.0);
    // The step is so many whole tokens for each of its sequences.
    CHECK(r.step_tokens == 8192.0);
    CHECK(round_up(r.step_tokens / r.step_sequences) == r.step_tokens / r.step_sequences);
    CHECK(r.logit_bytes >= 6.0);  // logits in bf16 and in fp32 at the least
  }
}

TEST_CASE("vLLM outside of its allocator: 0.13 GiB on one GPU, 0.54 GiB with peers") {
  const runtime& r = engines::vllm_0_11.runtime;
  const double alone = r.reserve.value() / gib;
  CHECK(alone == doctest::Approx(0.13));
  CHECK(alone + r.communicators.value() / gib == doctest::Approx(0.54));
}

TEST_CASE("a version takes over what was not measured of it, and says from which") {
  // vLLM's start-up logs are of 0.11, its newest budget of 0.21, the rows of its host of 0.18.
  CHECK(engines::vllm_0_11.has_own_memory());
  CHECK_FALSE(engines::vllm_0_6.has_own_memory());
  CHECK(engines::vllm_0_6.memory_of.version == "vllm-0.11");
  CHECK(engines::vllm_0_21.kernels_of.version == "vllm-0.18");
  CHECK(engines::vllm_0_18.has_own_kernels());
  CHECK(share_of(engines::vllm_0_18.runtime) == 0.9);  // 0.92 from 0.21 on
  CHECK_FALSE(engines::vllm_0_21.has_own_kernels());
  CHECK(engines::vllm_0_21.has_kernels_of_engine());
  CHECK(engines::vllm_0_6.has_memory_of_engine());
  CHECK_FALSE(engines::fastertransformer.has_memory_of_engine());
  CHECK(engines::sglang_0_5.has_own_kernels());
  CHECK(engines::sglang_0_5.has_own_memory());
  for (const engine_version* e : engines::all) {
    CAPTURE(e->name);
    // Carried over are all figures or none.
    const engine_version* memory = find_engine(e->memory_of.version);
    const engine_version* kernels = find_engine(e->kernels_of.version);
    REQUIRE(memory != nullptr);
    REQUIRE(kernels != nullptr);
    CHECK(memory->has_own_memory());
    CHECK(kernels->has_own_kernels());
    CHECK(memory->memory_of.measured == e->memory_of.measured);
    CHECK(e->runtime.reserve == memory->runtime.reserve);
    CHECK(share_of(e->runtime) == share_of(memory->runtime));
    CHECK(e->kernels.host.step == kernels->kernels.host.step);
    CHECK_FALSE(e->memory_of.measured.empty());
    CHECK_FALSE(e->kernels_of.measured.empty());
  }
}

// EngineArgs.get_batch_defaults of vLLM; handle_gpu_memory_settings of SGLang.
TEST_CASE("an engine starts by the GPU: vLLM small on an A100, SGLang large on a B200") {
  const auto starts = [](const engine_version& e, const accelerator& a) {
    const runtime r = runtime_on(e, a);
    return std::array{r.step_tokens, r.step_sequences, r.captured.below_four, r.captured.from_four};
  };
  using figures = std::array<double, 4>;
  for (const engine_version* e : {&engines::vllm_0_11, &engines::vllm_0_18, &engines::vllm}) {
    CHECK(starts(*e, catalog::h100_sxm) == figures{8192, 1024});
    CHECK(starts(*e, catalog::h200_sxm) == figures{8192, 1024});
    CHECK(starts(*e, catalog::a100_sxm) == figures{2048, 256});
    CHECK(starts(*e, catalog::a100_sxm_40) == figures{2048, 256});
    CHECK(starts(*e, catalog::l40s) == figures{2048, 256});
  }
  // The first engine took 256 sequences anywhere.
  CHECK(starts(engines::vllm_0_6, catalog::h100_sxm) == figures{8192, 256});
  CHECK(starts(engines::vllm_2023, catalog::a100_sxm) == figures{8192, 256});
  CHECK(starts(engines::sglang, catalog::a100_sxm) == figures{8192, 2048, 256, 512});
  CHECK(starts(engines::sglang, catalog::h200_sxm) == figures{8192, 2048, 256, 512});
  CHECK(starts(engines::sglang, catalog::b200_sxm) == figures{16384, 2048, 512, 512});
  CHECK(starts(engines::sglang, catalog::mi300x) == figures{16384, 2048, 512, 512});
  CHECK(starts(engines::sglang, catalog::l40s) == figures{4096, 2048, 32, 160});
  CHECK(starts(engines::tensorrt_llm, catalog::a100_sxm) == figures{8192, 2048});
  const cluster small = with_engine(make_cluster(catalog::a100_sxm, 8), engines::vllm);
  CHECK(small.runtime.step_tokens == 2048.0);
}

TEST_CASE("a cluster runs under a version, its figures overridden one by one") {
  cluster c;
  c.gpus = 8;
  cluster served = with_engine(c, engines::vllm);
  CHECK(served.gpus == 8);
  CHECK(share_of(served.runtime) == 0.92);
  CHECK(served.runtime.padding == engines::vllm.runtime.padding);
  served.runtime.budget = fraction_of_total<>{0.8};
  CHECK(share_of(served.runtime) == 0.8);
  CHECK(share_of(engines::vllm.runtime) == 0.92);
}
