// SPDX-License-Identifier: BSL-1.0
#include "shardline/kernels/roofline.hpp"

#include <doctest/doctest.h>

#include "shardline/kernels/constant.hpp"
#include "shardline/kernels/datasheet.hpp"
#include "shardline/kernels/kernel_time.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr accelerator chip{
    .name = "chip", .peak = {.bf16 = 989_TFLOPS, .fp8 = 1979_TFLOPS}, .memory_rate = 3350_GBps};

gemm<double> square(double rows, const weight_format& f) {
  return {term::head, {weight_class::head, f, 4096, 4096}, rows};
}

}  // namespace

TEST_CASE("4096 rows of a 4096 x 4096 bf16 gemm take 139 us at 989 TFLOP/s") {
  const auto t = time_of(chip, square(4096.0, formats::bf16));
  CHECK(t.compute.value() == doctest::Approx(137438953472.0 / 989e12).epsilon(1e-15));
  CHECK(t.compute.value() == doctest::Approx(138.97e-6).epsilon(1e-4));
  // 3 x 32 MiB at 3.35 TB/s are 30 us: bound by compute.
  CHECK(t.memory.value() == doctest::Approx(100663296.0 / 3350e9).epsilon(1e-15));
  CHECK(t.total() == t.compute);
}

TEST_CASE("one row of it waits for the weights") {
  const auto t = time_of(chip, square(1.0, formats::bf16));
  CHECK(t.memory.value() == doctest::Approx((33554432.0 + 16384.0) / 3350e9).epsilon(1e-15));
  CHECK(t.total() == t.memory);
}

TEST_CASE("each precision has its own peak, and a missing one is widened") {
  CHECK(time_of(chip, square(4096.0, formats::fp8)).compute.value() ==
        doctest::Approx(137438953472.0 / 1979e12).epsilon(1e-15));
  CHECK(time_of(chip, square(4096.0, formats::nvfp4)).compute.value() ==
        doctest::Approx(137438953472.0 / 989e12).epsilon(1e-15));
  CHECK(time_of(chip, square(4096.0, formats::int4_g128)).compute.value() ==
        doctest::Approx(137438953472.0 / 989e12).epsilon(1e-15));
}

TEST_CASE("efficiency divides: half the peak is twice the time; launches add to each kernel") {
  const auto usual =
      with_efficiency(chip, constant{.mfu = 0.5, .bandwidth = 0.25, .link = 1.0, .launch = 3_us});
  const auto best = time_of(chip, square(4096.0, formats::bf16));
  const auto real = time_of(usual, square(4096.0, formats::bf16));
  CHECK(real.compute.value() == doctest::Approx(best.compute.value() * 2.0));
  CHECK(real.memory.value() == doctest::Approx(best.memory.value() * 4.0));
  CHECK(real.launch == 3_us);
  CHECK(best.launch == 0_s);
  CHECK(real.total() == real.compute + real.launch);
}

TEST_CASE("vector kernels have no compute bound; vectors read in another kernel no launch") {
  const auto usual =
      with_efficiency(chip, constant{.mfu = 1.0, .bandwidth = 1.0, .link = 1.0, .launch = 3_us});
  const elementwise<double> e{term::norms, {}, 3350_GB};
  CHECK(time_of(usual, e).compute == 0_s);
  CHECK(time_of(usual, e).memory == 1_s);
  CHECK(time_of(usual, e).launch == 3_us);
  const fused_vector<double> v{term::norms, {weight_class::norm, formats::bf16, 1, 1675}};
  CHECK(time_of(usual, v).memory.value() == doctest::Approx(1e-9));
  CHECK(time_of(usual, v).launch == 0_s);
}

namespace {

constexpr constant shares{.mfu = 0.5, .bandwidth = 0.25, .link = 0.75, .launch = 3_us};
constexpr gemm<double> any_operator{};
constexpr collective<double> any_collective{};
constexpr rank_step<double> any_step{};

static_assert(compute_share<double>(datasheet{}, any_operator) == 1.0 &&
              memory_share<double>(datasheet{}, any_operator) == 1.0 &&
              link_share<double>(datasheet{}, any_collective) == 1.0);
static_assert(launch_time<double>(datasheet{}) == 0_s &&
              host_time<double>(datasheet{}, any_step, 32, 1_s) == 0_s &&
              admission_time<double>(datasheet{}, 1_s, 1.0) == 0_s);
static_assert(residuals_of<double>(datasheet{}).step.low == 1.0 &&
              source_of(datasheet{}) == provenance::datasheet);
static_assert(compute_share(shares, any_operator) == 0.5 &&
              memory_share(shares, any_operator) == 0.25 &&
              link_share(shares, any_collective) == 0.75 && launch_time(shares) == 3_us);
static_assert(host_time(shares, any_step, 32, 1_s) == 0_s &&
              admission_time(shares, 1_s, 1.0) == 0_s);
static_assert(residuals_of(shares).step.high == 1.0 && source_of(shares) == provenance::constant);
static_assert(plain(operator_time<double>{.memory = 2_s}).memory == 2.0 &&
              with_units(kernel_time<double>{.memory = 2.0}).memory == 2_s);

}  // namespace
