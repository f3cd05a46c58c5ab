// SPDX-License-Identifier: BSL-1.0
#include "shardline/serve/replica_step.hpp"

#include <doctest/doctest.h>

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr layout replicas_of(integer dp) { return {{1, 1, dp}, {1, 1, dp}}; }

workload prompts_of_1000(double concurrency) {
  workload w{.input = 1000_tokens, .output = 10_tokens};
  w.concurrency = concurrency;
  return w;
}

}  // namespace

TEST_CASE("as many replicas are busy as there are sequences for, one at least") {
  CHECK(replicas_in_use(replicas_of(8), 5.0) == 5.0);
  CHECK(replicas_in_use(replicas_of(8), 20.0) == 8.0);
  CHECK(replicas_in_use(replicas_of(8), 0.0) == 1.0);
}

TEST_CASE("prompts of a step are whole as far as they go, else a mean part of one") {
  const workload w = prompts_of_1000(8.0);
  const replica_step<double> several = step_with_prompts(w, 2500.0);
  CHECK(several.parts == 2.5);
  CHECK(several.part_tokens == 1000.0);
  CHECK(several.part_context == 0.0);
  const replica_step<double> part = step_with_prompts(w, 250.0);
  CHECK(part.parts == 1.0);
  CHECK(part.part_tokens == 250.0);
  CHECK(part.part_context == 375.0);
}

TEST_CASE("steps differ from their mean by prompts of which there is one each at least") {
  const workload w = prompts_of_1000(8.0);
  const auto share = [&](double tokens, double decoding, double budget) {
    return uneven_share(step_with_prompts(w, tokens), 1000.0, decoding, budget);
  };
  CHECK(share(1500.0, 500.0, 4000.0) == 0.25);
  CHECK(share(1500.0, 500.0, 2300.0) == doctest::Approx(0.15).epsilon(1e-12));
  // One prompt each, full steps, and parts: from none to as far above the mean.
  CHECK(share(1000.0, 500.0, 4000.0) == 0.0);
  CHECK(share(1500.0, 500.0, 2000.0) == 0.0);
  CHECK(share(250.0, 0.0, 4000.0) == 1.0);
  CHECK(step_of(replica_step<double>{.uneven = 0.25}, replicas_of(1), w).uneven == 0.25);
}

TEST_CASE("all replicas in use do as much at once") {
  const workload w = prompts_of_1000(4.0);
  const basic_step<double> step = step_of(step_with_prompts(w, 2500.0), replicas_of(4), w);
  CHECK(step.part_count == 1);
  CHECK(step.parts[0].sequences == 10.0);
  CHECK(step.parts[0].new_tokens == 1000.0);
  CHECK(step.replicas == 4.0);
}
