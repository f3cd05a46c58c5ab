// SPDX-License-Identifier: BSL-1.0
#include "shardline/fitted/gemm.hpp"
#include "recorded_curves.hpp"

#include <doctest/doctest.h>

#include "../laws/random_inputs.hpp"
#include "shardline/base/dual.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/eigen/pack.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr fitted hopper = [] {
  fitted f;
  f.gemm[kernel_format::wide] = recorded::gemm_h100_wide;
  f.gemm[kernel_format::narrow] = recorded::gemm_h100_narrow_vllm;
  f.gemm[kernel_format::narrow_block] = recorded::gemm_h100_block_vllm;
  for (const auto format :
       {kernel_format::four_bit, kernel_format::four_bit_float, kernel_format::four_bit_math}) {
    f.gemm[format] = recorded::gemm_h100_wide;
  }
  return f;
}();
constexpr fitted ampere = [] {
  fitted f;
  for (gemm_curve<>& c : f.gemm.of) c = recorded::gemm_a100_wide;
  return f;
}();
constexpr auto h100_vllm_gemm = with_efficiency(catalog::h100_sxm, hopper);
constexpr auto a100_vllm_gemm = with_efficiency(catalog::a100_sxm, ampere);

template <class T = double>
constexpr gemm<T> multiplication(const T& rows, integer k, integer n,
                                 const weight_format& f = formats::bf16) {
  return {term::head, {weight_class::attention, f, k, n, 1}, rows, T(1.0), precision::bf16};
}

template <class Accelerator>
double microseconds(const Accelerator& a, const gemm<double>& op) {
  return time_of(a, op).total().value() * 1e6;
}

static_assert(time_of(h100_vllm_gemm, multiplication(16.0, 4096, 1024)).total() > 7_us);

}  // namespace

// The figures are those of an independent program (Python) of the same formula and constants.
TEST_CASE("bf16 on Hopper, from one row to thousands: split, memory, waves, throttling") {
  const auto us = [](double rows, integer k, integer n) {
    return microseconds(h100_vllm_gemm, multiplication(rows, k, n));
  };
  CHECK(us(1.0, 4096, 1024) == doctest::Approx(7.473054713736742).epsilon(1e-12));
  CHECK(us(16.0, 4096, 28672) == doctest::Approx(84.98766609518134).epsilon(1e-12));
  CHECK(us(100.0, 4096, 28672) == doctest::Approx(88.29942354599598).epsilon(1e-12));
  CHECK(us(4096.0, 4096, 28672) == doctest::Approx(1249.6137239914588).epsilon(1e-12));
}

TEST_CASE("bf16 on Ampere, whose small tiles are cheaper with fewer rows") {
  const auto us = [](double rows, integer k, integer n) {
    return microseconds(a100_vllm_gemm, multiplication(rows, k, n));
  };
  CHECK(us(1.0, 4096, 1024) == doctest::Approx(10.521575270869064).epsilon(1e-12));
  CHECK(us(48.0, 8192, 10240) == doctest::Approx(119.02161527143485).epsilon(1e-12));
  CHECK(us(4096.0, 4096, 28672) == doctest::Approx(3393.6341913251886).epsilon(1e-12));
}

namespace {

// Within a few orders of magnitude of what models multiply.
gemm<double> random_multiplication(laws::dice& d) {
  constexpr std::array<weight_format, 4> drawn{formats::bf16, formats::fp8, formats::fp8_block,
                                               formats::int4_g128};
  return multiplication(std::round(laws::log_between(d, 1.0, 60000.0)),
                        static_cast<integer>(laws::log_between(d, 64.0, 30000.0)),
                        static_cast<integer>(laws::log_between(d, 64.0, 80000.0)), d.one_of(drawn));
}

constexpr double no_shorter = 1.0 - 1e-12;

template <class Accelerator>
double seconds_of(const Accelerator& a, const gemm<double>& op) {
  return time_of(a, op).total().value();
}

}  // namespace

TEST_CASE("one row more moves a multiplication by no more than its share of the rows") {
  laws::dice d(4103);
  for (int number = 0; number < 50000; ++number) {
    const gemm<double> op = random_multiplication(d);
    gemm<double> more = op;
    more.rows += 1.0;
    CAPTURE(op.rows);
    CAPTURE(op.weight.k);
    CAPTURE(op.weight.n);
    const double share = 1.0 + 1.5 / op.rows;  // waves of twice as many tiles: half a tile more
    REQUIRE(seconds_of(h100_vllm_gemm, more) <= seconds_of(h100_vllm_gemm, op) * share);
    REQUIRE(seconds_of(a100_vllm_gemm, more) <= seconds_of(a100_vllm_gemm, op) * share);
  }
}

TEST_CASE("fp8 quantises its inputs; in blocks the inner dimension is never split") {
  constexpr weight_format plain{precision::fp8, precision::fp8};
  constexpr weight_format block{precision::fp8, precision::fp8, 128, 128};
  const auto us = [](double rows, integer k, integer n, const weight_format& f) {
    return microseconds(h100_vllm_gemm, multiplication(rows, k, n, f));
  };
  CHECK(us(1.0, 4096, 1024, plain) == doctest::Approx(8.043727712245868).epsilon(1e-12));
  CHECK(us(256.0, 8192, 10240, plain) == doctest::Approx(43.576344015436376).epsilon(1e-12));
  CHECK(us(4096.0, 4096, 28672, plain) == doctest::Approx(685.9173831080245).epsilon(1e-12));
  CHECK(us(1.0, 4096, 1024, block) == doctest::Approx(20.00818641241058).epsilon(1e-12));
  CHECK(us(256.0, 8192, 10240, block) == doctest::Approx(51.64007087850501).epsilon(1e-12));
  CHECK(us(4096.0, 4096, 28672, block) == doctest::Approx(890.2267829182613).epsilon(1e-12));
}

TEST_CASE("weights that are widened are multiplied as wide ones, and take fewer bytes to read") {
  for (const weight_format& f : {formats::fp8, formats::fp8_block, formats::nvfp4}) {
    for (const double rows : {1.0, 64.0, 300.0, 4096.0}) {
      CAPTURE(rows);
      CHECK(microseconds(a100_vllm_gemm, multiplication(rows, 8192, 1280, f)) <=
            microseconds(a100_vllm_gemm, multiplication(rows, 8192, 1280)));
    }
  }
}

TEST_CASE("more rows, columns or inner values never take less time") {
  laws::dice d(4101);
  for (int number = 0; number < 100000; ++number) {
    const gemm<double> op = random_multiplication(d);
    gemm<double> more = op;
    switch (d.whole(0, 2)) {
      case 0:
        more.rows = std::round(more.rows * d.between(1.0, 3.0) + 1.0);
        break;
      case 1:
        more.weight.k += d.whole(1, 3000);
        break;
      default:
        more.weight.n += d.whole(1, 3000);
    }
    CAPTURE(op.rows);
    CAPTURE(op.weight.k);
    CAPTURE(op.weight.n);
    REQUIRE(seconds_of(h100_vllm_gemm, more) >= seconds_of(h100_vllm_gemm, op) * no_shorter);
    REQUIRE(seconds_of(a100_vllm_gemm, more) >= seconds_of(a100_vllm_gemm, op) * no_shorter);
  }
}

TEST_CASE("more bandwidth or a higher peak never take more, and no roofline is beaten") {
  laws::dice d(4102);
  const auto bare = catalog::h100_sxm;
  for (int number = 0; number < 50000; ++number) {
    const gemm<double> op = random_multiplication(d);
    auto better = h100_vllm_gemm;
    const double factor = d.between(1.0, 4.0);
    if (d.flip()) {
      better.memory_rate = better.memory_rate * factor;
    } else {
      better.peak.bf16 = better.peak.bf16 * factor;
      better.peak.fp8 = better.peak.fp8 * factor;
    }
    REQUIRE(seconds_of(better, op) <= seconds_of(h100_vllm_gemm, op) / no_shorter);
    const operator_time<double> t = time_of(h100_vllm_gemm, op);
    const operator_time<double> bound = time_of(bare, op);
    REQUIRE(t.compute >= bound.compute * no_shorter);
    REQUIRE(t.memory >= bound.memory * no_shorter);
    REQUIRE(is_finite(t.total().value()));
  }
}

TEST_CASE("no rows are no steps along the inner dimension: the weights are read all the same") {
  const operator_time<double> t = time_of(h100_vllm_gemm, multiplication(0.0, 4096, 1024));
  CHECK(t.compute.value() == 0.0);
  CHECK(t.memory > 0_us);
}

TEST_CASE("the same in SIMD, lane by lane, and with slopes") {
  using four = pack<4>;
  const auto h100s = [] {
    basic_accelerator<four, basic_fitted<four>> a;
    a.peak.bf16 = flop_rate<four>::from_value(four(989e12));
    a.memory_rate = bandwidth<four>::from_value(four(3350e9));
    a.multiprocessors = 132;
    gemm_curve<four>& c = a.efficiency.gemm[kernel_format::wide];
    c = {four(0.9014), four(0.9697), four(0.9880), four(0.0), four(0.3704), four(0.2316)};
    c.launch = seconds<four>::from_value(four(2.364e-6));
    c.reduction = seconds<four>::from_value(four(1.993e-6));
    return a;
  }();
  four rows(0.0);
  for (int lane = 0; lane < 4; ++lane) rows.lanes[lane] = 1.0 + 700.0 * lane;
  const auto times = time_of(h100s, multiplication(rows, 4096, 14336)).total().value();
  for (int lane = 0; lane < 4; ++lane) {
    CHECK(times[lane] ==
          doctest::Approx(seconds_of(h100_vllm_gemm, multiplication(rows[lane], 4096, 14336)))
              .epsilon(1e-14));
  }
  using slope = dual<1>;
  basic_accelerator<slope, basic_fitted<slope>> a;
  a.peak.bf16 = flop_rate<slope>::from_value(slope(989e12));
  a.memory_rate = bandwidth<slope>::from_value(slope::input(3350e9, 0));
  a.multiprocessors = 132;
  a.efficiency.gemm[kernel_format::wide].bandwidth = slope(0.9014);
  const slope t = time_of(a, multiplication(slope(1.0), 8192, 28672)).total().value();
  // Bound by memory: 1 % more bandwidth is 1 % less time, of what the memory takes.
  CHECK(t.slope[0] * 3350e9 ==
        doctest::Approx(-8192.0 * 28672.0 * 2.0 / (3350e9 * 0.9014)).epsilon(0.01));
}

TEST_CASE("documented: 16 rows of 4096 x 28672 take 84.988 us on an H100") {
  const gemm<double> op = multiplication(16.0, 4096, 28672);
  const auto law = law_of(h100_vllm_gemm, gemm_shape{op.term, op.weight}, op.weight.matrix_bytes());
  CHECK(law.time(16.0, 1.0).total() * 1e6 == doctest::Approx(84.988).scale(0.0).epsilon(5e-6));
}
