// SPDX-License-Identifier: BSL-1.0
#include "shardline/fitted/policy.hpp"

#include <doctest/doctest.h>

#include "shardline/base/dual.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/estimate/require.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

using slope = dual<1>;

static_assert(efficiency_policy<fitted, double> && efficiency_policy<basic_fitted<slope>, slope>);
static_assert(!efficiency_policy<fitted, slope>,
              "constants of another scalar than the cluster's do not become a data sheet");

// An operator that has no formula under `fitted` yet.
template <class T>
struct new_operator {
  constexpr shardline::flops<T> flops() const noexcept { return {}; }
  constexpr precision math() const noexcept { return precision::bf16; }
  constexpr bytes<T> bytes_moved() const noexcept { return {}; }
  constexpr T kernels() const noexcept { return T(1.0); }
};
static_assert(prices_operator<constant, new_operator<double>, double>, "the roofline takes any");
static_assert(!prices_operator<fitted, new_operator<double>, double>,
              "the roofline does not stand in for a formula that is missing");

constexpr auto chip = with_fitted(catalog::h100_sxm);
constexpr layout tp1{};
constexpr workload load{};

bool reports(const report& r, field f) {
  for (const invalid_field& i : r.invalid) {
    if (i.field == f) return true;
  }
  return false;
}

// What estimate() says of a policy.
report judged(const fitted& policy) {
  return estimate(make_cluster(with_efficiency(chip, policy), 1), catalog::llama_3_1_8b, tp1, load)
      .feasibility;
}

constexpr cluster bare = make_cluster(catalog::h100_sxm, 1);
constexpr auto empty = make_cluster(with_efficiency(catalog::h100_sxm, fitted{}), 1);
static_assert(is_feasible<bare, catalog::llama_3_1_8b, tp1, load>);
static_assert(!is_feasible<empty, catalog::llama_3_1_8b, tp1, load>,
              "curves that say nothing would price as the data sheet");

}  // namespace

TEST_CASE("fitted answers with its residuals and its source") {
  fitted f;
  f.residuals.step = {0.5, 2.0};
  f.source = provenance::measured;
  CHECK(residuals_of<double>(f).step.low == 0.5);
  CHECK(residuals_of<double>(f).step.high == 2.0);
  CHECK(source_of(f) == provenance::measured);
  CHECK(static_cast<int>(source_of(f)) == 3);
  CHECK(estimate(make_cluster(chip, 1), catalog::llama_3_1_8b, tp1, load).source ==
        provenance::measured);
}

TEST_CASE("curves that say nothing are refused, kind by kind") {
  CHECK(judged(chip.efficiency).feasible());
  const report all = judged(fitted{});
  CHECK_FALSE(all.priceable());
  CHECK(all.invalid.size() == 8);
  fitted f = chip.efficiency;
  const auto without = [&f](auto& curve) {
    curve = {};
    const report r = judged(f);
    f = chip.efficiency;
    CHECK(r.invalid.size() == 1);
    return r;
  };
  for (auto& curve : f.gemm.of) CHECK(reports(without(curve), field::gemm_curves));
  for (auto* curves : {&f.prefill, &f.latent_prefill}) {
    for (auto& curve : curves->of) CHECK(reports(without(curve), field::attention_curves));
  }
  for (auto* curves : {&f.decode, &f.latent_decode}) {
    for (auto& curve : curves->of) CHECK(reports(without(curve), field::attention_curves));
  }
  for (auto* curves : {&f.sparse, &f.block_sparse}) {
    for (auto& curve : curves->of) CHECK(reports(without(curve), field::attention_curves));
  }
  for (auto& curve : f.experts.of) CHECK(reports(without(curve), field::expert_curves));
  for (auto& curve : f.recurrences.of) CHECK(reports(without(curve), field::recurrence_curves));
  CHECK(reports(without(f.elementwise), field::elementwise_curves));
  CHECK(reports(without(f.collectives), field::collective_curves));
  CHECK(reports(without(f.exchange.throughput_dispatch), field::exchange_curves));
  CHECK(reports(without(f.exchange.throughput_combine), field::exchange_curves));
  CHECK(reports(without(f.exchange.latency_dispatch), field::exchange_curves));
  CHECK(reports(without(f.exchange.latency_combine), field::exchange_curves));
  CHECK(reports(without(f.host), field::host_curve));
}

TEST_CASE("the curves of a benchmark's loop are no engine's: they have no host") {
  const report r = judged(with_fitted_kernels(catalog::h100_sxm).efficiency);
  CHECK(r.invalid.size() == 1);
  CHECK(reports(r, field::host_curve));
}

TEST_CASE("every accelerator and engine of the catalog has all curves") {
  for (const accelerator& a : catalog::accelerators) {
    for (const engine_version* e : engines::all) {
      CAPTURE(a.name.view());
      CAPTURE(e->name);
      CHECK(judged(with_fitted(a, *e).efficiency).priceable());
    }
  }
}
