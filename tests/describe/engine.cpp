#include "shardline/describe/engine.hpp"

#include <doctest/doctest.h>

#include "shardline/describe/cluster.hpp"

using namespace shardline;

namespace {

constexpr double gib = 1073741824.0;

double share_of(const runtime& r) {
  return std::visit([](const auto& rule) { return rule.share; }, r.budget);
}

}  // namespace

TEST_CASE("by default nothing is withheld, nothing padded, and 1 GiB kept for any engine") {
  constexpr runtime any;
  CHECK(std::holds_alternative<fraction_of_total<>>(any.budget));
  CHECK(share_of(any) == 1.0);
  CHECK(any.reserve.value() == gib);
  CHECK(any.communicators.value() == 0.0);
  CHECK(any.cuda_graphs.value() == 0.0);
  CHECK(any.page_tokens == 16);
  CHECK(any.step_tokens == 0.0);
  CHECK(any.padding == shard_padding{1, 1});
}

// The sources stand in the header; here is what a change of them would change.
TEST_CASE("every engine has its own rule for the cache, and figures for the rest") {
  CHECK(std::holds_alternative<fraction_of_total<>>(engines::vllm.budget));
  CHECK(share_of(engines::vllm) == 0.9);
  CHECK(engines::vllm.padding == shard_padding{64, 256});
  CHECK(std::holds_alternative<static_fraction<>>(engines::sglang.budget));
  CHECK(share_of(engines::sglang) == 0.88);
  CHECK(engines::sglang.page_tokens == 1);
  CHECK(std::holds_alternative<fraction_of_free<>>(engines::tensorrt_llm.budget));
  CHECK(share_of(engines::tensorrt_llm) == 0.9);
  CHECK(engines::tensorrt_llm.page_tokens == 32);
  for (const runtime* r : {&engines::vllm, &engines::sglang, &engines::tensorrt_llm}) {
    CHECK(r->reserve.value() > 0.1 * gib);
    CHECK(r->communicators.value() > 0.0);
    // The step is so many whole tokens for each of its sequences.
    CHECK(r->step_tokens == 8192.0);
    CHECK(round_up(r->step_tokens / r->step_sequences) == r->step_tokens / r->step_sequences);
    CHECK(r->logit_bytes >= 6.0);  // logits in bf16 and in fp32 at the least
  }
}

TEST_CASE("vLLM outside of its allocator: 0.13 GiB on one GPU, 0.54 GiB with peers") {
  const double alone = engines::vllm.reserve.value() / gib;
  CHECK(alone == doctest::Approx(0.13));
  CHECK(alone + engines::vllm.communicators.value() / gib == doctest::Approx(0.54));
}

TEST_CASE("an engine's figures are overridden one by one, and a cluster runs under it") {
  runtime mine = engines::vllm;
  mine.budget = fraction_of_total<>{0.8};
  cluster c;
  c.gpus = 8;
  const cluster served = with_engine(c, mine);
  CHECK(served.gpus == 8);
  CHECK(share_of(served.runtime) == 0.8);
  CHECK(served.runtime.padding == engines::vllm.padding);
  CHECK(share_of(c.runtime) == 1.0);
}
