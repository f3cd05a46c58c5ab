// SPDX-License-Identifier: BSL-1.0
#include "shardline/describe/engine.hpp"

#include <doctest/doctest.h>

#include "shardline/describe/cluster.hpp"

using namespace shardline;

namespace {

double share_of(const runtime& r) {
  return std::visit([](const auto& rule) { return rule.share; }, r.budget);
}

}  // namespace

TEST_CASE("by default nothing is withheld, nothing padded, and 1 GiB kept for any engine") {
  constexpr runtime any;
  CHECK(std::holds_alternative<fraction_of_total<>>(any.budget));
  CHECK(share_of(any) == 1.0);
  CHECK(any.reserve.value() == 1073741824.0);
  CHECK(any.communicators.value() == 0.0);
  CHECK(any.cuda_graphs.value() == 0.0);
  CHECK(any.page_tokens == 16);
  CHECK(any.step_tokens == 0.0);
  CHECK(any.padding == shard_padding{1, 1});
}

TEST_CASE("a cluster runs under an engine of one's own") {
  runtime mine;
  mine.budget = fraction_of_total<>{0.8};
  cluster c;
  c.gpus = 8;
  const cluster served = with_engine(c, mine);
  CHECK(served.gpus == 8);
  CHECK(share_of(served.runtime) == 0.8);
  CHECK(share_of(c.runtime) == 1.0);
}

TEST_CASE("a share is that of the engine's own rule; one that it works out is given then") {
  runtime sglang;
  sglang.budget = derived_static<>{};
  set_share(sglang, 0.8);
  REQUIRE(std::holds_alternative<static_fraction<>>(sglang.budget));
  CHECK(share_of(sglang) == 0.8);
  runtime free;
  free.budget = fraction_of_free<>{0.5};
  set_share(free, 0.8);
  REQUIRE(std::holds_alternative<fraction_of_free<>>(free.budget));
  CHECK(share_of(free) == 0.8);
}

static_assert(name(expert_exchange::low_latency) == "low-latency" &&
              static_cast<int>(expert_exchange::low_latency) == 2 &&
              static_cast<int>(expert_exchange::fastest) + 1 == 4);
static_assert(name(scheduler::prompts_first) == "prompts-first" &&
              static_cast<int>(scheduler::prompts_first) == 1 &&
              static_cast<int>(scheduler::whole_prompts) + 1 == 3);
