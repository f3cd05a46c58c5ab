// SPDX-License-Identifier: BSL-1.0
#include "shardline/describe/in_scalar.hpp"

#include <doctest/doctest.h>

#include "shardline/base/dual.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

using slope = dual<1>;

constexpr auto node = make_cluster(catalog::h100_sxm, 8);
constexpr auto with_slopes = in_scalar<slope>(node);
static_assert(std::is_same_v<decltype(with_slopes), const basic_cluster<slope, datasheet>>);
static_assert(with_slopes.gpus == 8 && with_slopes.accelerator.name == node.accelerator.name);
static_assert(with_slopes.accelerator.memory.value().value == node.accelerator.memory.value());

// Three members, one of them an array.
template <class T>
struct shape {
  T length{};
  std::array<seconds<T>, 2> times{};
  bool open = false;
};
static_assert(detail::member_count<shape<double>>() == 3);
static_assert(detail::member_count<collective_curve<>>() == 38);

}  // namespace

TEST_CASE("members of the scalar are converted, others are copied") {
  const shape<slope> s = in_scalar<slope>(shape<double>{2.0, {3_s, 4_s}, true});
  CHECK(s.length.value == 2.0);
  CHECK(s.times[1].value().value == 4.0);
  CHECK(s.open);
}

TEST_CASE("an engine's budget rule stays the rule it is") {
  const auto engine = in_scalar<slope>(engines::vllm.runtime);
  REQUIRE(engine.budget.index() == engines::vllm.runtime.budget.index());
  CHECK(engine.page_tokens == engines::vllm.runtime.page_tokens);
  CHECK(engine.experts == engines::vllm.runtime.experts);
}

TEST_CASE("a fitted policy prices the same in duals as in plain numbers") {
  const auto plain = make_cluster(with_fitted(catalog::h100_sxm), 8);
  const auto dual_cluster = in_scalar<slope>(plain);
  const layout tp8{.attention = {.tp = 8}, .expert = {.etp = 8}};
  basic_workload<slope> w;
  w.concurrency = 64.0;
  const auto in_plain = estimate(plain, catalog::llama_3_1_70b, tp8, workload{.concurrency = 64.0});
  const auto in_duals = estimate(dual_cluster, catalog::llama_3_1_70b, tp8, w);
  CHECK(in_duals.serving.ttft.value().value == in_plain.serving.ttft.value());
  CHECK(in_duals.bands.tpot.high.value().value == in_plain.bands.tpot.high.value());
  CHECK(in_duals.memory.total().value().value == in_plain.memory.total().value());
}
