// SPDX-License-Identifier: BSL-1.0
#include "shardline/curves/constants.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/estimate/estimate.hpp"
#include "shardline/io/text/feasibility.hpp"

namespace {

using namespace shardline;

template <class Curve>
constexpr std::size_t constants_in() {
  std::size_t n = 0;
  list_constants(Curve{}, [&n](const auto&...) { ++n; });
  return n;
}
// Every number is listed: what is left of the structure are `flags`, eight bytes each with what pads
// them.
template <class Curve>
constexpr bool all_listed(std::size_t flags = 0) {
  return sizeof(Curve) == (constants_in<Curve>() + flags) * sizeof(double);
}
static_assert(all_listed<gemm_curve<>>());
static_assert(all_listed<prefill_curve<>>());
static_assert(all_listed<decode_curve<>>(2));
static_assert(all_listed<expert_curve<>>());
static_assert(all_listed<sparse_curve<>>(1));
static_assert(all_listed<recurrence_curve<>>());
static_assert(all_listed<elementwise_curve<>>());
static_assert(all_listed<collective_curve<>>(1));
static_assert(all_listed<throughput_exchange_curve<>>());
static_assert(all_listed<latency_exchange_curve<>>());
static_assert(all_listed<host_curve<>>(2));
static_assert(constant_of(field::gemm_constants, 6).name == "launch");
static_assert(constants_in<gemm_curve<>>() == 14 && constants_in<host_curve<>>() == 8);
static_assert(constant_at(gemm_curve<>{}, 6).name == "launch" &&
              constant_at(gemm_curve<>{}, 6).range.highest == 1.0 &&
              constant_at(gemm_curve<>{}, 14).name.empty());
static_assert(measured_in(kernel_format::narrow) == precision::fp8 &&
              bits(measured_in(kernel_format::narrow)) == 8);

constexpr int curves_visited() {
  int n = 0;
  for_each_curve(fitted{}, [&n](field, const auto&) { ++n; });
  return n;
}
constexpr int formats_visited() {
  fitted f;
  int n = 0;
  for_each_format(f, [&n](kernel_format, auto&) { ++n; });
  return n;
}
constexpr int kernels_visited() {
  fitted f;
  int n = 0;
  for_each_kernel(f, [&n](auto&) { ++n; });
  return n;
}
static_assert(curves_visited() == 59 && formats_visited() == 48 && kernels_visited() == 53);

constexpr gemm_curve<> launched() {
  gemm_curve<> c;
  c.launch = seconds<>::from_value(3e-6);
  return c;
}
static_assert(says_nothing(gemm_curve<>{}) && !says_nothing(launched()));

const auto chip = with_fitted(catalog::h100_sxm, engines::vllm);

report judged(const fitted& f) {
  auto of_chip = chip;
  of_chip.efficiency = f;
  return check(make_cluster(of_chip, 8), catalog::llama_3_1_8b, layout{}, workload{});
}

// The first refusal with this policy, as a line.
std::string refusal(const fitted& f) {
  const report r = judged(f);
  return r.invalid.empty() ? "" : to_text(r.invalid[0]);
}

// Hands over constant `place` of a curve to be changed.
template <class Curve>
void set_constant(Curve& curve, std::int32_t place, double value) {
  list_constants(curve, [&](const constant_range&, std::string_view, const auto& figure) {
    if (place-- != 0) return;
    using type = std::remove_cvref_t<decltype(figure)>;
    if constexpr (std::is_same_v<type, double>) {
      const_cast<double&>(figure) = value;  // of `curve`, which is no constant itself
    } else {
      const_cast<type&>(figure) = type::from_value(value);
    }
  });
}

}  // namespace

TEST_CASE("a constant out of its range is refused by its name, its value and what is allowed") {
  fitted f = chip.efficiency;
  f.gemm[kernel_format::narrow].bandwidth = 1.5;
  CHECK(refusal(f) == "efficiency.gemm: bandwidth: 1.5; allowed: a number from 1e-06 to 1");
  f = chip.efficiency;
  f.collectives.hop = seconds<>::from_value(-1e-6);
  CHECK(refusal(f) == "efficiency.collectives: hop [s]: -1e-06; allowed: a number from 0 to 1");
  f = chip.efficiency;
  f.latent_decode[kernel_format::wide].splits = 0.0;
  CHECK(refusal(f) ==
        "efficiency.decode or latent_decode: splits: 0; allowed: a number from 1 to 1000000");
  f = chip.efficiency;
  f.host.kernel = seconds<>::from_value(2.0);
  CHECK(refusal(f) == "efficiency.host: kernel [s]: 2; allowed: a number from 0 to 1");
  f.host.step = f.host.kernel;
  CHECK(judged(f).invalid.size() == 2);
  CHECK_FALSE(judged(f).priceable());
}

TEST_CASE("every constant of every curve is held to its range, beyond both ends and for NaN") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::set<std::string> names;
  const auto hold = [&](auto& curve) {
    const auto kept = curve;
    for (std::int32_t place = 0; !constant_at(kept, place).name.empty(); ++place) {
      const named_constant of_place = constant_at(kept, place);
      const constant_range& r = of_place.range;
      CAPTURE(of_place.name);
      for (const double value : {std::nextafter(r.lowest, -infinity), r.highest * 1.01, infinity,
                                 std::numeric_limits<double>::quiet_NaN()}) {
        set_constant(curve, place, value);
        CAPTURE(value);
        fitted f = chip.efficiency;
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(curve)>, gemm_curve<>>) {
          f.gemm.of[1] = curve;
        } else if constexpr (std::is_same_v<std::remove_cvref_t<decltype(curve)>, host_curve<>>) {
          f.host = curve;
        } else {
          f.collectives = curve;
        }
        CHECK(refusal(f).find(": " + std::string(of_place.name)) != std::string::npos);
        curve = kept;
      }
      names.insert(std::string(of_place.name));
    }
  };
  fitted f = chip.efficiency;
  hold(f.gemm.of[1]);
  hold(f.collectives);
  hold(f.host);
  CHECK(names.size() > 50);
}

TEST_CASE("what is shipped is inside") {
  for (const accelerator& a : catalog::accelerators) {
    for (const engine_version* e : engines::all) {
      CAPTURE(a.name.view());
      CAPTURE(e->name);
      CHECK(refusal(with_fitted(a, *e).efficiency) == "");
    }
  }
}
