// SPDX-License-Identifier: BSL-1.0
#include "shardline/estimate/cost.hpp"

#include <doctest/doctest.h>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/estimate/estimate.hpp"

using namespace shardline;
using namespace shardline::literals;

TEST_CASE("the worked number of the header") {
  serving_breakdown s;
  s.output_tokens_per_s = token_rate<>::from_value(2450.0);
  s.total_tokens_per_s_per_gpu = token_rate<>::from_value(1531.25);
  const token_cost c = cost_of(s, 8, 2.5);
  CHECK(c.per_hour == 20.0);
  CHECK(c.per_million_output == doctest::Approx(2.2676).epsilon(1e-4));
  CHECK(c.per_million == doctest::Approx(2.2676 / 5.0).epsilon(1e-4));
}

TEST_CASE("an hour's tokens cost an hour's GPUs") {
  const auto c = make_cluster(catalog::h100_sxm, 8);
  const workload chat{.concurrency = 64, .input = 2048_tokens, .output = 512_tokens};
  const auto e = estimate(c, catalog::llama_3_1_70b, layout{{8, 1, 1}, {8, 1, 1}}, chat);
  const token_cost cost = cost_of(e.serving, 8, 3.0);
  const double millions = e.serving.output_tokens_per_s.value() * 3600.0 / 1e6;
  CHECK(cost.per_million_output * millions == doctest::Approx(24.0));
  CHECK(cost.per_million * millions * 5.0 == doctest::Approx(24.0));
  CHECK(cost_of(e.serving, 8, 6.0).per_million == doctest::Approx(2.0 * cost.per_million));
}
