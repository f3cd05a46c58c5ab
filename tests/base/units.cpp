// SPDX-License-Identifier: BSL-1.0
#include "shardline/base/units.hpp"

#include <doctest/doctest.h>

#include "shardline/base/dual.hpp"

using namespace shardline;
using namespace shardline::literals;

TEST_CASE("GB is 10^9 bytes and GiB is 2^30") {
  CHECK((1_GB).value() == 1e9);
  CHECK((1_GiB).value() == 1073741824.0);
  CHECK(1_GB != 1_GiB);
  CHECK((80_GiB - 80_GB).value() == 5899345920.0);
}

TEST_CASE("every literal is its power of ten or two") {
  CHECK((3_B).value() == 3.0);
  CHECK((3_KB).value() == 3e3);
  CHECK((3_MB).value() == 3e6);
  CHECK((3_TB).value() == 3e12);
  CHECK((3_KiB).value() == 3072.0);
  CHECK((3_MiB).value() == 3145728.0);
  CHECK((1.5_MB).value() == 1.5e6);
  CHECK((1.5_GB).value() == 1.5e9);
  CHECK((1.5_MiB).value() == 1572864.0);
  CHECK((1.5_GiB).value() == 1610612736.0);
  CHECK((450_GBps).value() == 450e9);
  CHECK((1.5_GBps).value() == 1.5e9);
  CHECK((2_TBps).value() == 2e12);
  CHECK((3.35_TBps).value() == 3.35e12);
  CHECK((400_Gbps).value() == 50e9);
  CHECK((1.6_Tbps).value() == 200e9);
  CHECK((2_Tbps).value() == 250e9);
  CHECK((12.5_Gbps).value() == 1.5625e9);
  CHECK((1.5_TB).value() == 1.5e12);
  CHECK((1.5_KB).value() == 1.5e3);
  CHECK((1.5_KiB).value() == 1536.0);
  CHECK((2_TiB).value() == 2199023255552.0);
  CHECK((1.5_TiB).value() == 1649267441664.0);
  CHECK((2_PFLOPS).value() == 2e15);
  CHECK((1.98_PFLOPS).value() == 1.98e15);
  CHECK((500_ns).value() == 5e-7);
  CHECK((2.5_ns).value() == 2.5e-9);
  CHECK((3_per_s).value() == 3.0);
  CHECK((2.5_per_s).value() == 2.5);
  CHECK((989_TFLOPS).value() == 989e12);
  CHECK((494.5_TFLOPS).value() == 494.5e12);
  CHECK((2_s).value() == 2.0);
  CHECK((2.5_s).value() == 2.5);
  CHECK((2_ms).value() == 2e-3);
  CHECK((2.5_ms).value() == 2.5e-3);
  CHECK((2_us).value() == 2e-6);
  CHECK((1.5_us).value() == 1.5e-6);
  CHECK((2048_tokens).value() == 2048.0);
}

TEST_CASE("quotients and products have the unit that paper gives them") {
  const seconds<> t = 6_GB / 3_GBps;
  CHECK(t == 2_s);
  const bytes<> b = 3_GBps * 2_s;
  CHECK(b == 6_GB);
  const seconds<> computed = flops<>::from_value(1e12) / 2_TFLOPS;
  CHECK(computed == 0.5_s);
  const token_rate<> r = 10_tokens / 2_s;
  CHECK(r.value() == 5.0);
  const bytes<> cache = bytes_per_token<>::from_value(512.0) * 3_tokens;
  CHECK(cache == 1536_B);
}

TEST_CASE("a plain number of any type scales a quantity, from either side") {
  CHECK(3_GB * 2 == 6_GB);
  CHECK(2 * 3_GB == 6_GB);
  CHECK(3_GB * 2.0 == 6_GB);
  CHECK(2U * 3_GB == 6_GB);
  CHECK(3_GB * 2ULL == 6_GB);
  CHECK(2.0F * 3_GB == 6_GB);
  CHECK(6_GB / 2 == 3_GB);
  CHECK(6_GB / 2U == 3_GB);
  CHECK(6_GB / 2.0 == 3_GB);
}

TEST_CASE("a plain number scales a quantity of another scalar") {
  const auto x = bytes<dual<1>>::from_value(dual<1>::input(3.0, 0));
  CHECK((x * 2).value().value == 6.0);
  CHECK((2.0 * x).value().slope[0] == 2.0);
  CHECK((x / 2).value().slope[0] == 0.5);
}

TEST_CASE("quantities are added to, taken from and scaled in place") {
  bytes<> sum = 1_GB;
  sum += 2_GB;
  CHECK(sum == 3_GB);
  sum -= 1_GB;
  CHECK(sum == 2_GB);
  sum *= 3;
  CHECK(sum == 6_GB);
  sum /= 4.0;
  CHECK(sum == 1.5_GB);
  CHECK(-sum == 0.5_GB - 2_GB);
}

TEST_CASE("min and max of quantities are of their values") {
  CHECK(shardline::min(1_GB, 1_GiB) == 1_GB);
  CHECK(shardline::max(1_GB, 1_GiB) == 1_GiB);
}

TEST_CASE("a catalog figure enters a dual calculation as a constant") {
  const auto x = cast<dual<2>>(3_GB);
  CHECK(x.value().value == 3e9);
  CHECK(x.value().slope[0] == 0.0);
}
