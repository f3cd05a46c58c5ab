// SPDX-License-Identifier: BSL-1.0
#include "shardline/fitted/kernel.hpp"

#include <doctest/doctest.h>

#include "shardline/catalog/accelerators.hpp"

using namespace shardline;
using namespace shardline::literals;

static_assert(kernel_of(formats::bf16) == kernel_format::wide);
static_assert(kernel_of(formats::fp32) == kernel_format::wide);
static_assert(kernel_of(formats::fp8) == kernel_format::narrow);
static_assert(kernel_of(formats::fp8_channel) == kernel_format::narrow);
static_assert(kernel_of(formats::int8) == kernel_format::narrow);
static_assert(kernel_of(formats::fp8_block) == kernel_format::narrow_block);
static_assert(kernel_of(formats::fp8_group) == kernel_format::narrow_block);
static_assert(kernel_of(formats::mxfp4) == kernel_format::four_bit_float);
static_assert(kernel_of(formats::int4_g128) == kernel_format::four_bit);
static_assert(kernel_of(formats::nvfp4) == kernel_format::four_bit_math);
static_assert(kernel_of_cache(2.0) == kernel_format::wide);
static_assert(kernel_of_cache(1.0) == kernel_format::narrow);
static_assert(kernel_of_cache(1.03125) == kernel_format::narrow);  // with a scale per head

TEST_CASE("the faster of two ways keeps its own parts") {
  const kernel_time<double> a{1.0, 2.0, 3.0, 4.0};  // 9
  const kernel_time<double> b{8.0, 1.0, 0.0, 0.0};  // 8
  for (const kernel_time<double>& t : {faster(a, b), faster(b, a)}) {
    CHECK(t.compute == 8.0);
    CHECK(t.memory == 1.0);
    CHECK(t.exposed == 0.0);
    CHECK(t.launch == 0.0);
  }
}

TEST_CASE("an accelerator whose multiprocessors are not known has an H100's") {
  auto a = with_efficiency(catalog::h100_sxm, fitted{});
  CHECK(detail::multiprocessors(a) == 132.0);
  a.multiprocessors = 7;
  CHECK(detail::multiprocessors(a) == 7.0);
  a.multiprocessors = 0;
  CHECK(detail::multiprocessors(a) == 132.0);
  CHECK(detail::seconds_per_flop(a, precision::bf16, 0.5) ==
        doctest::Approx(132.0 / 989e12 / 0.5).epsilon(1e-15));
  CHECK(detail::seconds_per_byte(a, 0.5) == doctest::Approx(2.0 / 3350e9).epsilon(1e-15));
}
