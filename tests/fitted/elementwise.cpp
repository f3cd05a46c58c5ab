// SPDX-License-Identifier: BSL-1.0
#include "shardline/fitted/elementwise.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr std::array kinds{vector_kind::addition, vector_kind::norm, vector_kind::activation,
                           vector_kind::rotary, vector_kind::lookup};

constexpr auto policy(const elementwise_curve<>& curve) {
  fitted f;
  f.elementwise = curve;
  return f;
}
constexpr auto a100 = with_efficiency(catalog::a100_sxm, policy(catalog::curves::elementwise_a100));
constexpr auto h100 = with_efficiency(catalog::h100_sxm, policy(catalog::curves::elementwise_h100));

// Rows of `width` values in bf16, so many of them read or written for each that is produced.
constexpr elementwise<double> over(vector_kind kind, double rows, integer width, double passes) {
  const double traffic = rows * real<double>(width) * 2.0 * passes;
  return {term::norms, {}, bytes<>::from_value(traffic), kind, width};
}
constexpr operator_time<double> moving(vector_kind kind, double traffic, integer width = 0) {
  return time_of(h100,
                 elementwise<double>{term::norms, {}, bytes<>::from_value(traffic), kind, width});
}
double microseconds(vector_kind kind, double rows, integer width, double passes) {
  return time_of(a100, over(kind, rows, width, passes)).total().value() * 1e6;
}

static_assert(moving(vector_kind::addition, 0.0).total() == 2.01_us);

}  // namespace

TEST_CASE("a vector kernel: launch and walk, memory and registers, the largest softly") {
  // The norm of 4096 rows of 8192 values: 134 MB, of which a multiprocessor moves 4.96 a cycle.
  const double traffic = 4096.0 * 8192.0 * 4.0;
  const double fixed = 2.01e-6 + 8192.0 * 4.44e-10;
  const double memory = traffic / (0.885 * 2039e9);
  const double through = traffic / (108 * 4.96 * 1.41e9);
  const operator_time<double> t = time_of(a100, over(vector_kind::norm, 4096.0, 8192, 2.0));
  CHECK(t.total().value() ==
        doctest::Approx(std::sqrt(fixed * fixed + memory * memory + through * through))
            .epsilon(1e-14));
  CHECK(t.memory.value() == doctest::Approx(memory).epsilon(1e-14));
  CHECK(t.compute.value() == 0.0);
}

// Typed in from the fit's own program in Python, elem_time() with the constants that it shipped.
TEST_CASE("kinds of kernels as the fit has them, on an A100") {
  CHECK(microseconds(vector_kind::norm, 4096.0, 8192, 2.0) ==
        doctest::Approx(192.720235).epsilon(1e-6));
  CHECK(microseconds(vector_kind::activation, 512.0, 28672, 3.0) ==
        doctest::Approx(88.324669).epsilon(1e-6));
  CHECK(microseconds(vector_kind::rotary, 1024.0, 9216, 2.0) ==
        doctest::Approx(42.702786).epsilon(1e-6));
  CHECK(microseconds(vector_kind::addition, 1024.0, 8192, 3.0) ==
        doctest::Approx(27.964394).epsilon(1e-6));
  CHECK(microseconds(vector_kind::lookup, 256.0, 8192, 2.0) ==
        doctest::Approx(25.325426).epsilon(1e-6));
}

TEST_CASE("only a kernel with a block to a row waits for the row's width") {
  for (const vector_kind kind : kinds) {
    const bool waits = moving(kind, 1e6, 8192).total() > moving(kind, 1e6).total();
    CHECK(waits == (kind != vector_kind::addition && kind != vector_kind::lookup));
  }
}

TEST_CASE("more bytes never take less time, and none less than the memory takes") {
  laws::dice d(4201);
  for (int number = 0; number < 20000; ++number) {
    const double traffic = laws::log_between(d, 1.0, 1e11);
    const vector_kind kind = d.one_of(kinds);
    const integer width = d.whole(0, 100000);
    const operator_time<double> t = moving(kind, traffic, width);
    REQUIRE(moving(kind, traffic * d.between(1.0, 2.0), width).total() >= t.total());
    REQUIRE(moving(kind, traffic, width + d.whole(0, 1000)).total() >= t.total());
    REQUIRE(t.total().value() >= traffic / 3350e9);
    REQUIRE(t.total().value() >= 2.01e-6 * (1.0 - 1e-15));
    REQUIRE(t.launch.value() >= 0.0);
  }
}

TEST_CASE("what another kernel reads along costs its bytes and no launch") {
  const weight w{weight_class::attention, formats::bf16, 1, 1000000};
  const operator_time<double> t = time_of(h100, fused_vector<double>{term::attention, w});
  CHECK(t.total().value() == doctest::Approx(2e6 / (0.885 * 3350e9)).epsilon(1e-14));
  CHECK(t.total() / 1_us == doctest::Approx(0.6746).scale(0.0).epsilon(1e-4));
}

TEST_CASE("documented: the norm of 4096 rows of 8192 values takes 192.72 us on an A100") {
  const elementwise<double> op = over(vector_kind::norm, 4096.0, 8192, 2.0);
  CHECK(time_of(a100, op).total() / 1_us == doctest::Approx(192.72).scale(0.0).epsilon(2e-6));
  vector_shape each{};
  each.bytes_per_token = 8192.0 * 4.0;
  each.kind = vector_kind::norm;
  each.width = 8192;
  CHECK(law_of(a100, each).time(4096.0).total() * 1e6 ==
        doctest::Approx(192.72).scale(0.0).epsilon(2e-6));
}
