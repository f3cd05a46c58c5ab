// SPDX-License-Identifier: BSL-1.0
#include "shardline/fitted/experts.hpp"
#include "recorded_curves.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "../laws/random_inputs.hpp"
#include "shardline/base/dual.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/eigen/pack.hpp"
#include "shardline/engines/index.hpp"

using namespace shardline;
using namespace shardline::literals;
namespace curves = shardline::catalog::curves;

namespace {

constexpr fitted_accelerator<double> under(const accelerator& a,
                                           const by_format<expert_curve<>>& experts) noexcept {
  fitted f;
  f.experts = experts;
  return with_efficiency(a, f);
}

constexpr auto h100_vllm = under(catalog::h100_sxm, recorded::h100_vllm_experts);
constexpr auto h100_tensorrt = under(catalog::h100_sxm, recorded::h100_tensorrt_experts);
constexpr auto a100_vllm = under(catalog::a100_sxm, recorded::a100_vllm_experts);

// A layer's experts on one rank, gated.
struct layer_of_experts {
  weight_format format = formats::bf16;
  double rows = 0.0;
  double hit = 0.0;
  double tokens = 0.0;
  integer experts_per_token = 1;
  integer experts = 1;
  integer hidden = 0;
  integer width = 0;

  // All rows of the tokens that have one here.
  [[nodiscard]] constexpr double met() const noexcept {
    return (std::min)(rows, tokens) * static_cast<double>(experts_per_token);
  }
  template <class T = double>
  [[nodiscard]] constexpr grouped_gemm<T> up() const noexcept {
    return {{weight_class::routed_expert, format, hidden, 2 * width, experts},
            T(rows),
            T(hit),
            precision::bf16,
            T(met())};
  }
  template <class T = double>
  [[nodiscard]] constexpr grouped_gemm<T> down() const noexcept {
    return {{weight_class::routed_expert, format, width, hidden, experts},
            T(rows),
            T(hit),
            precision::bf16,
            T(met())};
  }
  template <class T = double>
  [[nodiscard]] constexpr expert_activation<T> activation() const noexcept {
    const T seen = T(tokens * static_cast<double>(experts_per_token));
    return {format, T(rows), T(tokens), seen, experts, hidden, 2 * width, width};
  }
};

template <class T>
constexpr T seconds_of(const fitted_accelerator<T>& a, const layer_of_experts& l) noexcept {
  return (time_of(a, l.up<T>()).total() + time_of(a, l.activation<T>()).total() +
          time_of(a, l.down<T>()).total())
      .value();
}

constexpr layer_of_experts documented{formats::bf16, 8192.0, 128.0, 1024.0, 8, 128, 2048, 768};

static_assert(time_of(h100_vllm, documented.up()).total().value() > 319e-6);
static_assert(time_of(h100_vllm, documented.activation()).total() < 61_us);

// What up, activation and down take by the Python model that the curves were fitted with, its
// blocks of rows replaced by these: typed in from there.
void check(const fitted_accelerator<double>& a, const layer_of_experts& l, double up,
           double activation, double down) {
  CHECK(time_of(a, l.up()).total().value() == doctest::Approx(up).epsilon(1e-12));
  CHECK(time_of(a, l.activation()).total().value() == doctest::Approx(activation).epsilon(1e-12));
  CHECK(time_of(a, l.down()).total().value() == doctest::Approx(down).epsilon(1e-12));
}

}  // namespace

TEST_CASE("routed experts take what the Python model says, in every format and engine") {
  check(h100_vllm, documented, 0.00031943725980803229, 6.061819831785075e-05,
        0.00015969565024262898);
  check(h100_vllm, {formats::bf16, 512.0, 60.5, 64.0, 8, 128, 2048, 768}, 0.00013139346473665987,
        1.9182387394865675e-05, 6.5640845606039917e-05);
  check(a100_vllm, {formats::bf16, 300.0, 16.0, 256.0, 8, 16, 4096, 1536}, 0.00032469329458844069,
        7.9205024211868565e-05, 0.00016225619790835106);
  check(h100_tensorrt, {formats::fp8, 3000.0, 30.0, 4096.0, 8, 32, 7168, 2048},
        0.00033101417707081089, 0.00017721831507104478, 0.0001654025375368149);
  check(h100_tensorrt, {formats::fp8_block, 33.0, 20.0, 64.0, 8, 64, 7168, 2048},
        0.00020073443226871035, 3.8916843042388054e-05, 0.00010019460149378242);
  check(h100_vllm, {formats::int4_g128, 100.0, 8.0, 50.0, 2, 8, 4096, 14336}, 0.0010765009470076682,
        5.3021873432835822e-05, 0.00053845235133584619);
  check(h100_tensorrt, {formats::mxfp4, 4096.0, 32.0, 1024.0, 4, 32, 2880, 2880},
        0.00051263712272476734, 0.00013742257122388059, 0.00025707870278732095);
}

TEST_CASE("one row of one expert waits for one block to pass over the matrix") {
  const layer_of_experts one{formats::bf16, 1.0, 1.0, 1.0, 1, 64, 4096, 64};
  const operator_time<double> t = time_of(h100_vllm, one.up());
  CHECK(t.total().value() == doctest::Approx(2.0 * 4096.0 * 2e-9).epsilon(1e-2));
  CHECK(t.exposed > t.memory);
  CHECK(t.launch == 0_s);
}

TEST_CASE("launches are paid once a layer, and once more for each expert where engines do") {
  layer_of_experts none{formats::bf16, 0.0, 0.0, 0.0, 8, 128, 2048, 768};
  CHECK(time_of(h100_vllm, none.activation()).total() == 16.42_us);
  const double all = time_of(h100_tensorrt, none.activation()).total().value();
  none.experts = 64;
  CHECK(all - time_of(h100_tensorrt, none.activation()).total().value() ==
        doctest::Approx(64.0 * 0.04919e-6));
}

TEST_CASE("rows of other ranks cost passes where kernels touch them, and no multiplication") {
  layer_of_experts here{formats::bf16, 1000.0, 16.0, 125.0, 8, 16, 2048, 768};
  layer_of_experts elsewhere = here;
  elsewhere.tokens = 8.0 * here.tokens;
  CHECK(time_of(h100_vllm, here.up()).total() == time_of(h100_vllm, elsewhere.up()).total());
  const double touched = time_of(h100_vllm, elsewhere.activation()).memory.value();
  const double own = time_of(h100_vllm, here.activation()).memory.value();
  CHECK(touched == doctest::Approx(8.0 * own));
  CHECK(time_of(h100_tensorrt, elsewhere.activation()).memory.value() <
        1.5 * time_of(h100_tensorrt, here.activation()).memory.value());
}

TEST_CASE("kernels that multiply all rows of a token take as long on any rank that it comes to") {
  expert_curve<> c = recorded::h100_vllm_experts[kernel_format::wide];
  const auto up = [&](double products, double rows) {
    c.foreign_products = products;
    by_format<expert_curve<>> all;
    all.of.fill(c);
    const layer_of_experts l{formats::bf16, rows, 32.0, 8192.0, 8, 32, 6144, 2048};
    return time_of(under(catalog::h100_sxm, all), l.up()).total().value();
  };
  // 8192 tokens with one of their 8 rows here, as with all 8; half of them as with 4.5.
  CHECK(up(1.0, 8192.0) == doctest::Approx(up(0.0, 65536.0)));
  CHECK(up(0.5, 8192.0) == doctest::Approx(up(0.0, 8192.0 + 0.5 * 57344.0)));
  CHECK(up(1.0, 65536.0) == up(0.0, 65536.0));
}

TEST_CASE("SGLang 0.5.10 multiplies them: 18.2 ms for 8192 tokens of 8 experts, 32 of 256 here") {
  const auto a = with_fitted_kernels(catalog::h200_sxm, *find_engine("sglang"));
  const layer_of_experts l{formats::bf16, 8192.0, 32.0, 8192.0, 8, 32, 6144, 2048};
  CHECK(seconds_of(a, l) == doctest::Approx(18.185e-3).epsilon(0.12));
}

namespace {

constexpr std::array<weight_format, 6> all_formats{formats::bf16,      formats::fp8,
                                                   formats::fp8_block, formats::int4_g128,
                                                   formats::mxfp4,     formats::nvfp4};

fitted_accelerator<double> random_accelerator(laws::dice& d) {
  const std::array<by_format<expert_curve<>>, 4> engines{
      recorded::h100_vllm_experts, recorded::h100_tensorrt_experts, recorded::a100_vllm_experts,
      recorded::pooled_experts};
  const accelerator& chip = d.flip() ? catalog::h100_sxm : catalog::a100_sxm;
  fitted_accelerator<double> a = under(chip, d.one_of(engines));
  for (expert_curve<>& c : a.efficiency.experts.of) {
    c.sorting = d.between(0.0, 60.0) * 1_us;
    c.sorted_tokens = d.between(1.0, 512.0);
    c.foreign_products = d.flip() ? d.unit() : 0.0;
  }
  a.memory_rate = a.memory_rate * d.between(0.2, 4.0);
  a.peak.bf16 = a.peak.bf16 * d.between(0.2, 4.0);
  return a;
}

layer_of_experts random_layer_of_experts(laws::dice& d) {
  layer_of_experts l;
  l.format = d.one_of(all_formats);
  l.experts = d.whole(1, 300);
  l.experts_per_token = d.whole(1, 10);
  l.hidden = 128 * d.whole(1, 60);
  l.width = 128 * d.whole(1, 120);
  l.tokens = std::floor(std::exp2(15.0 * d.unit()));
  const double routed = l.tokens * static_cast<double>(l.experts_per_token);
  l.rows = std::max(1.0, routed * d.unit());
  l.hit = 1.0 + (std::min(l.rows, static_cast<double>(l.experts)) - 1.0) * d.unit();
  return l;
}

}  // namespace

TEST_CASE("more work never takes less time, a faster accelerator never more") {
  laws::dice d(141);
  for (int number = 0; number < 20000; ++number) {
    const fitted_accelerator<double> a = random_accelerator(d);
    const layer_of_experts l = random_layer_of_experts(d);
    const double least = seconds_of(a, l) * (1.0 - 1e-12);
    CAPTURE(number);
    layer_of_experts more = l;
    more.rows *= 1.0 + d.unit();
    REQUIRE(seconds_of(a, more) >= least);
    more = l;
    more.hit *= 1.0 + d.unit();
    REQUIRE(seconds_of(a, more) >= least);
    more = l;
    more.tokens += 1.0 + 1000.0 * d.unit();
    REQUIRE(seconds_of(a, more) >= least);
    more = l;
    more.hidden += 128;
    REQUIRE(seconds_of(a, more) >= least);
    more = l;
    more.width += 128;
    REQUIRE(seconds_of(a, more) >= least);
    fitted_accelerator<double> slower = a;
    slower.memory_rate = a.memory_rate / (1.0 + d.unit());
    REQUIRE(seconds_of(slower, l) >= least);
    slower = a;
    slower.peak.bf16 = a.peak.bf16 / (1.0 + d.unit());
    slower.peak.fp8 = a.peak.fp8 / (1.0 + d.unit());
    REQUIRE(seconds_of(slower, l) >= least);
  }
}

TEST_CASE("no operator of routed experts is faster than the data sheet") {
  laws::dice d(142);
  for (int number = 0; number < 20000; ++number) {
    const fitted_accelerator<double> a = random_accelerator(d);
    const auto best = with_efficiency(a, datasheet{});
    const layer_of_experts l = random_layer_of_experts(d);
    CAPTURE(number);
    const double all_but_rounding = 1.0 - 1e-12;
    REQUIRE(time_of(a, l.up()).total().value() >=
            time_of(best, l.up()).total().value() * all_but_rounding);
    REQUIRE(time_of(a, l.down()).total().value() >=
            time_of(best, l.down()).total().value() * all_but_rounding);
    REQUIRE(time_of(a, l.activation()).total().value() >=
            time_of(best, l.activation()).total().value() * all_but_rounding);
    REQUIRE(time_of(a, l.up()).exposed.value() >= 0.0);
  }
}

TEST_CASE("time has no steps in rows and experts hit") {
  laws::dice d(143);
  for (int number = 0; number < 5000; ++number) {
    const fitted_accelerator<double> a = random_accelerator(d);
    layer_of_experts l = random_layer_of_experts(d);
    const double before = seconds_of(a, l);
    CAPTURE(number);
    l.rows *= 1.0 + 1e-6;
    REQUIRE(seconds_of(a, l) <= before * (1.0 + 2e-6));
    l.hit *= 1.0 + 1e-6;
    REQUIRE(seconds_of(a, l) <= before * (1.0 + 4e-6));
  }
}

namespace {

// The accelerator in another scalar, all lanes alike but for what the caller changes.
template <class T>
fitted_accelerator<T> over(const fitted_accelerator<double>& a) {
  fitted_accelerator<T> b;
  b.peak.bf16 = cast<T>(a.peak.bf16);
  b.peak.fp8 = cast<T>(a.peak.fp8);
  b.memory_rate = cast<T>(a.memory_rate);
  for (std::size_t f = 0; f < kernel_format_count; ++f) {
    const expert_curve<>& c = a.efficiency.experts.of[f];
    b.efficiency.experts.of[f] = {T(c.compute),          T(c.bandwidth),
                                  cast<T>(c.launch),     cast<T>(c.per_expert),
                                  cast<T>(c.sorting),    T(c.sorted_tokens),
                                  T(c.block_rows),       T(c.walk),
                                  T(c.passes),           T(c.foreign_rows),
                                  T(c.foreign_products), {T(c.tiles[0]), T(c.tiles[1])}};
  }
  return b;
}

}  // namespace

TEST_CASE("four lanes are four cases, bit for bit") {
  using scalar = pack<4>;
  laws::dice d(144);
  for (int number = 0; number < 500; ++number) {
    const fitted_accelerator<double> a = random_accelerator(d);
    const layer_of_experts l = random_layer_of_experts(d);
    Eigen::Array<double, 4, 1> rows;
    Eigen::Array<double, 4, 1> hit;
    for (int lane = 0; lane < 4; ++lane) {
      rows[lane] = std::max(1.0, 2.0 * l.rows * d.unit());
      hit[lane] = std::min(rows[lane], 2.0 * l.hit * d.unit());
    }
    grouped_gemm<scalar> up = l.up<scalar>();
    up.rows = scalar(rows);
    up.matrices_read = scalar(hit);
    up.rows_met = min(up.rows, scalar(l.tokens)) * scalar(static_cast<double>(l.experts_per_token));
    expert_activation<scalar> activation = l.activation<scalar>();
    activation.rows = scalar(rows);
    const fitted_accelerator<scalar> packed = over<scalar>(a);
    const scalar of_up = time_of(packed, up).total().value();
    const scalar of_activation = time_of(packed, activation).total().value();
    for (int lane = 0; lane < 4; ++lane) {
      layer_of_experts alone = l;
      alone.rows = rows[lane];
      alone.hit = hit[lane];
      CAPTURE(number);
      REQUIRE(of_up[lane] == time_of(a, alone.up()).total().value());
      REQUIRE(of_activation[lane] == time_of(a, alone.activation()).total().value());
    }
  }
}

TEST_CASE("the derivative by the memory rate is that of finite differences") {
  using scalar = dual<1>;
  laws::dice d(145);
  for (int number = 0; number < 500; ++number) {
    const fitted_accelerator<double> a = random_accelerator(d);
    const layer_of_experts l = random_layer_of_experts(d);
    fitted_accelerator<scalar> with_slope = over<scalar>(a);
    const double rate = a.memory_rate.value();
    with_slope.memory_rate = bandwidth<scalar>::from_value(scalar::input(rate, 0));
    const scalar time = seconds_of(with_slope, l);
    fitted_accelerator<double> above = a;
    fitted_accelerator<double> below = a;
    above.memory_rate = bandwidth<>::from_value(rate * (1.0 + 1e-6));
    below.memory_rate = bandwidth<>::from_value(rate * (1.0 - 1e-6));
    const double slope = (seconds_of(above, l) - seconds_of(below, l)) / (2e-6 * rate);
    CAPTURE(number);
    REQUIRE(time.value == seconds_of(a, l));
    REQUIRE(time.slope[0] * rate / time.value ==
            doctest::Approx(slope * rate / time.value).epsilon(1e-4));
  }
}

TEST_CASE("sorting tokens by expert shows with their number, and no more beyond some") {
  fitted_accelerator<double> a = under(catalog::h100_sxm, recorded::h100_vllm_experts);
  const auto launch = [&a](double tokens) {
    const expert_activation<double> one{formats::bf16, 1.0, tokens, 1.0, 128, 2048, 1536, 768};
    return time_of(a, one).launch.value();
  };
  const double alone = launch(1.0);
  for (expert_curve<>& c : a.efficiency.experts.of) {
    c.sorting = 32_us;
    c.sorted_tokens = 64.0;
  }
  CHECK(launch(1.0) - alone == doctest::Approx(0.5e-6).scale(0.0));
  CHECK(launch(64.0) - alone == doctest::Approx(32e-6).scale(0.0));
  CHECK(launch(640.0) - alone == doctest::Approx(32e-6).scale(0.0));
}

TEST_CASE("documented: laws of routed experts have their operators' times") {
  const grouped_gemm<double> up = documented.up();
  const auto multiplied =
      law_of(h100_vllm, grouped_gemm_shape{up.weight, up.activation}, up.weight.matrix_bytes());
  CHECK(multiplied.time(up.rows, up.matrices_read).total() * 1e6 ==
        doctest::Approx(319.44).scale(0.0).epsilon(2e-5));
  CHECK(time_of(h100_vllm, documented.activation()).total() / 1_us ==
        doctest::Approx(60.62).scale(0.0).epsilon(5e-5));
}
