// SPDX-License-Identifier: BSL-1.0
#include "shardline/describe/accelerator.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shardline/describe/cluster.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr std::array<precision, precision_count> all{
    precision::fp32, precision::tf32, precision::bf16, precision::fp16,
    precision::fp8,  precision::int8, precision::fp4,  precision::int4};

// An accelerator whose only peaks are these.
accelerator with(std::initializer_list<precision> peaks) {
  accelerator a;
  const flop_rate<> some = 1_TFLOPS;
  for (const precision p : peaks) {
    switch (p) {
      case precision::fp32:
        a.peak.fp32 = some;
        break;
      case precision::tf32:
        a.peak.tf32 = some;
        break;
      case precision::bf16:
        a.peak.bf16 = some;
        break;
      case precision::fp16:
        a.peak.fp16 = some;
        break;
      case precision::fp8:
        a.peak.fp8 = some;
        break;
      case precision::int8:
        a.peak.int8 = some;
        break;
      case precision::fp4:
        a.peak.fp4 = some;
        break;
      case precision::int4:
        a.peak.int4 = some;
        break;
    }
  }
  return a;
}

}  // namespace

TEST_CASE("each precision has the peak of its name") {
  const basic_peaks<> p{.fp32 = 1_TFLOPS,
                        .tf32 = 2_TFLOPS,
                        .bf16 = 3_TFLOPS,
                        .fp16 = 4_TFLOPS,
                        .fp8 = 5_TFLOPS,
                        .int8 = 6_TFLOPS,
                        .fp4 = 7_TFLOPS,
                        .int4 = 8_TFLOPS};
  for (std::size_t i = 0; i < precision_count; ++i) {
    CHECK(p[all[i]].value() == (static_cast<double>(i) + 1.0) * 1e12);
  }
}

TEST_CASE("what the hardware has is used as it is") {
  for (const precision p : all) CHECK(supported(with({p}), p) == p);
}

TEST_CASE("what it lacks is widened: fp4 and fp8 to bf16, and on to fp16, tf32, fp32") {
  using enum precision;
  CHECK(supported(with({fp8, bf16}), fp4) == bf16);
  CHECK(supported(with({bf16}), fp4) == bf16);
  CHECK(supported(with({bf16}), fp8) == bf16);
  CHECK(supported(with({fp16}), fp8) == fp16);
  CHECK(supported(with({fp16}), bf16) == fp16);
  CHECK(supported(with({tf32}), bf16) == tf32);
  CHECK(supported(with({fp32}), fp4) == fp32);
  CHECK(supported(with({fp32}), tf32) == fp32);
}

TEST_CASE("integers are widened to bf16, not to another integer or to fp8") {
  using enum precision;
  CHECK(supported(with({fp8, int8, bf16}), int4) == bf16);
  CHECK(supported(with({fp8, bf16}), int8) == bf16);
}

TEST_CASE("fp16 and bf16, of the same width, stand in for one another") {
  using enum precision;
  CHECK(supported(with({bf16}), fp16) == bf16);
  CHECK(supported(with({fp16}), bf16) == fp16);
  CHECK(supported(with({bf16, tf32}), fp16) == bf16);
}

TEST_CASE("nothing is narrowed: the chain ends at fp32, peak or not") {
  using enum precision;
  CHECK(supported(with({fp8}), bf16) == fp32);
  CHECK(supported(with({bf16}), tf32) == fp32);
  CHECK(supported(with({}), fp4) == fp32);
}

TEST_CASE("an accelerator owns its name: the text that it was given may go") {
  accelerator a;
  {
    std::string text = "read from a file, and longer than any small buffer";
    a.name = text;
    text.assign(text.size(), '?');
  }
  CHECK(a.name.view() == "read from a file, and longer than any small buffer");
  const auto named = [] { return accelerator{.name = std::string("temporary") + " text"}; };
  CHECK(named().name == "temporary text");
}

TEST_CASE("another efficiency is the same hardware otherwise") {
  accelerator a = with({precision::bf16});
  a.name = "name";
  a.memory = 1_GB;
  a.memory_rate = 2_GBps;
  a.scale_up = {3_GBps, 4_us};
  a.domain = 5;
  a.network = {6_GBps, 7_us};
  const auto b =
      with_efficiency(a, constant{.mfu = 0.25, .bandwidth = 0.5, .link = 0.75, .launch = {}});
  CHECK(b.name == a.name);
  CHECK(b.peak.bf16 == a.peak.bf16);
  CHECK(b.memory == a.memory);
  CHECK(b.memory_rate == a.memory_rate);
  CHECK(b.scale_up.rate == a.scale_up.rate);
  CHECK(b.scale_up.latency == a.scale_up.latency);
  CHECK(b.domain == a.domain);
  CHECK(b.network.rate == a.network.rate);
  CHECK(b.network.latency == a.network.latency);
  CHECK(b.efficiency.mfu == 0.25);
}

TEST_CASE("a cluster takes domain and links from the data sheet, or another domain size") {
  accelerator a;
  a.scale_up = {3_GBps, 4_us};
  a.domain = 5;
  a.network = {6_GBps, 7_us};
  const cluster c = make_cluster(a, 20);
  CHECK(c.gpus == 20);
  CHECK(c.gpus_per_domain == 5);
  CHECK(c.scale_up.rate == 3_GBps);
  CHECK(c.network.latency == 7_us);
  CHECK(make_cluster(a, 20, 10).gpus_per_domain == 10);
}

static_assert(name(provenance::datasheet) == "datasheet" &&
              name(provenance::datasheet).size() == 9);
static_assert(static_cast<int>(provenance::transferred) == 2 &&
              static_cast<int>(provenance::measured) == 3);
static_assert(less_sure(provenance::transferred, provenance::measured) == provenance::transferred);
static_assert(less_sure(provenance::measured, provenance::datasheet) == provenance::datasheet);
static_assert(bits(precision::fp8) == 8 && bits(precision::bf16) == 16);
