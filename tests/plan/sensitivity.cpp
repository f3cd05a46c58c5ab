// SPDX-License-Identifier: BSL-1.0
#include "shardline/plan/sensitivity.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

constexpr workload load{
    .concurrency = 64, .input = 2048_tokens, .output = 512_tokens, .chunk = 8192_tokens};

std::array<double, 3> figures_of(const basic_estimate<>& e) {
  return {e.serving.ttft.value(), e.serving.tpot.value(), e.serving.output_tokens_per_s.value()};
}

// The slope by figure i from both sides.
template <class Cluster>
std::array<double, 3> central(const Cluster& c, const model& m, const layout& l, const workload& w,
                              std::size_t i) {
  constexpr double step = 1e-5;
  std::array<std::array<double, 3>, 2> ends{};
  double figure = 0.0;
  for (const int side : {0, 1}) {
    Cluster moved = c;
    for_each_hardware_figure(moved, [&](std::size_t k, auto& f) {
      if (k != i) return;
      figure = f.value();
      f = std::remove_reference_t<decltype(f)>::from_value(figure *
                                                           (side == 0 ? 1.0 - step : 1.0 + step));
    });
    ends[static_cast<std::size_t>(side)] = figures_of(estimate(moved, m, l, w));
  }
  std::array<double, 3> slope{};
  for (std::size_t k = 0; k < 3; ++k) slope[k] = (ends[1][k] - ends[0][k]) / (2.0 * step * figure);
  return slope;
}

template <class Cluster>
void equals_differences(const Cluster& c, const model& m, const layout& l, const workload& w) {
  const sensitivities s = sensitivities_of(c, m, l, w);
  REQUIRE(s.feasibility.feasible());
  const auto own = figures_of(estimate(c, m, l, w));
  const std::array<const sensitivity*, 3> all{&s.ttft, &s.tpot, &s.throughput};
  for (std::size_t i = 0; i < hardware_figures.size(); ++i) {
    double figure = 0.0;
    for_each_hardware_figure(c, [&](std::size_t k, const auto& f) {
      if (k == i) figure = f.value();
    });
    if (!(figure > 0.0)) continue;
    CAPTURE(hardware_figures[i].name);
    const auto slope = central(c, m, l, w, i);
    for (std::size_t k = 0; k < 3; ++k) {
      CHECK(all[k]->value == own[k]);
      // Per cent for per cent, so that figures of all sizes are held alike.
      CHECK(all[k]->elasticity[i] ==
            doctest::Approx(slope[k] * figure / own[k]).epsilon(1e-6).scale(1.0));
    }
  }
}

}  // namespace

TEST_CASE("derivatives equal central differences") {
  const auto h100 = with_engine(make_cluster(with_fitted(catalog::h100_sxm), 8), engines::vllm);
  const layout tp8{{8, 1, 1}, {8, 1, 1}};
  equals_differences(h100, catalog::llama_3_1_70b, tp8, load);
  const auto bare = with_engine(
      make_cluster(with_efficiency(catalog::h200_sxm, constant{.mfu = 0.5, .bandwidth = 0.8}), 16),
      engines::vllm);
  const layout ep16{{1, 1, 16}, {1, 16, 1}};
  equals_differences(bare, catalog::deepseek_v3, ep16, at_concurrency(load, 300.0));
  workload at_rate = load;
  at_rate.rate = 2_per_s;
  equals_differences(h100, catalog::llama_3_1_70b, tp8, at_rate);
}

TEST_CASE("where hardware chooses the kernels, what they become counts too") {
  // Between an H100's and an H200's memory, multipliers slower than either's.
  const auto on = [](const auto& chip) { return with_fitted(chip).efficiency; };
  const layout tp8{{8, 1, 1}, {8, 1, 1}};
  const auto of = [&](const accelerator& chip) {
    return with_engine(make_cluster(with_fitted(chip), 8), engines::vllm);
  };
  const auto h20 = of(catalog::h20);
  const sensitivities s = sensitivities_of(h20, catalog::llama_3_1_70b, tp8, load, on);
  const sensitivities held = sensitivities_of(h20, catalog::llama_3_1_70b, tp8, load);
  const auto own = figures_of(estimate(h20, catalog::llama_3_1_70b, tp8, load));
  const std::array<const sensitivity*, 3> all{&s.ttft, &s.tpot, &s.throughput};
  double most = 0.0;
  for (const std::size_t i : {std::size_t{2}, std::size_t{9}}) {  // peak.bf16 and memory_rate
    CAPTURE(hardware_figures[i].name);
    accelerator more = catalog::h20;
    if (i == 9) more.memory_rate *= 1.0 + 1e-5;
    if (i == 2) more.peak.bf16 *= 1.0 + 1e-5;
    const auto there = figures_of(estimate(of(more), catalog::llama_3_1_70b, tp8, load));
    for (std::size_t k = 0; k < 3; ++k) {
      CHECK(all[k]->value == own[k]);
      CHECK(all[k]->elasticity[i] ==
            doctest::Approx((there[k] / own[k] - 1.0) * 1e5).epsilon(1e-4).scale(1.0));
    }
    most = (std::max)(most, std::abs(s.tpot.elasticity[i] - held.tpot.elasticity[i]));
  }
  CHECK(most > 1e-3);
}

TEST_CASE("what bounds decoding is what it gains by") {
  const auto c = with_engine(make_cluster(with_fitted(catalog::h100_sxm), 8), engines::vllm);
  const sensitivities s =
      sensitivities_of(c, catalog::llama_3_1_70b, layout{{8, 1, 1}, {8, 1, 1}}, load);
  const auto at = [](std::string_view name) {
    for (std::size_t i = 0; i < hardware_figures.size(); ++i) {
      if (hardware_figures[i].name == name) return i;
    }
    return hardware_figures.size();
  };
  CHECK(s.tpot.elasticity[at("memory_rate")] < -0.2);
  CHECK(s.tpot.elasticity[at("peak.fp4")] == 0.0);
  CHECK(s.throughput.elasticity[at("memory_rate")] > 0.2);
}

TEST_CASE("documented: 15 figures of hardware, of which number 9 is the memory's rate") {
  cluster c = make_cluster(catalog::h100_sxm, 8);
  std::size_t visits = 0;
  for_each_hardware_figure(c, [&](std::size_t i, auto& figure) {
    CHECK(i == visits++);
    if (i == 9) CHECK(figure.value() == c.accelerator.memory_rate.value());
  });
  CHECK(visits == 15);
}
