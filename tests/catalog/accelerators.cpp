// SPDX-License-Identifier: BSL-1.0
#include "shardline/catalog/accelerators.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace shardline;
using namespace shardline::literals;

static_assert(catalog::find_accelerator("h100-sxm")->memory_rate == 3350_GBps);
static_assert(catalog::find_accelerator("H100-SXM") == catalog::find_accelerator("h100-sxm"));
static_assert(catalog::find_accelerator("h100") == nullptr);
static_assert(catalog::find_accelerator("") == nullptr);

// Figures that other sources quote, independent of the header's spelling of them.
static_assert(catalog::a100_sxm.peak.bf16.value() == 312e12, "NVIDIA A100 data sheet");
static_assert(catalog::h100_sxm.peak.fp8.value() == 1979e12, "NVIDIA H100 data sheet, dense");
static_assert(catalog::h100_sxm.memory.value() == 81080.0 * 1048576.0, "vLLM's logs: 79.18 GiB");
static_assert(catalog::h200_sxm.memory.value() == 143155.0 * 1048576.0, "PyTorch: 139.80 GiB");
static_assert(catalog::mi300x.memory.value() == 196291.0 * 1048576.0, "PyTorch: 191.69 GiB");
static_assert(catalog::h100_sxm.network.rate == 50_GBps, "400 Gbit/s is 50 GB/s");
static_assert(catalog::gb200.domain == 72);
static_assert(catalog::gb300.memory.value() == 283136.0 * 1048576.0, "PyTorch: 276.50 GiB");
static_assert(catalog::gb300.network.rate == 100_GBps, "800 Gbit/s is 100 GB/s");
static_assert(catalog::tpu_v5e.peak.int8 == 394_TFLOPS);
static_assert(catalog::rtx_4090.memory.value() == 25250627584.0, "PyTorch: 23.52 GiB");
static_assert(catalog::rtx_5090.peak.fp4 / 8.0 == catalog::rtx_5090.peak.bf16);
static_assert(catalog::h800.scale_up.rate + catalog::h800.scale_up.rate == 400_GBps);
static_assert(catalog::tpu_v7.memory.value() == 192.0 * 1073741824.0, "Google: 192 GiB");
static_assert(catalog::trainium3.memory.value() == 144.0 * 1073741824.0, "Amazon: 144 GiB");

// A TPU v5e has no fp8: such weights are multiplied in bf16.
static_assert(supported(catalog::tpu_v5e, precision::fp8) == precision::bf16);
static_assert(supported(catalog::a100_sxm, precision::fp8) == precision::bf16);
static_assert(supported(catalog::h100_sxm, precision::fp4) == precision::bf16);
static_assert(supported(catalog::b200_sxm, precision::fp4) == precision::fp4);

TEST_CASE("the catalog has exactly the documented names, in order") {
  constexpr std::array<std::string_view, 35> names{
      "a100-sxm-40", "a100-sxm",     "h100-sxm", "h100-pcie", "h100-nvl",  "h200-sxm", "h200-nvl",
      "h800",        "h20",          "gh200",    "b200-sxm",  "b300-sxm",  "gb200",    "gb300",
      "gb10",        "l40s",         "l4",       "a10g",      "a40",       "rtx-3090", "rtx-4090",
      "rtx-5090",    "rtx-pro-6000", "mi300x",   "mi325x",    "mi350x",    "mi355x",   "tpu-v5e",
      "tpu-v5p",     "tpu-v6e",      "tpu-v7",   "trainium2", "trainium3", "gaudi3",   "plan-400"};
  REQUIRE(catalog::accelerators.size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(catalog::accelerators[i].name == names[i]);
}

TEST_CASE("every accelerator is found by its name and by no other") {
  for (const accelerator& a : catalog::accelerators) {
    CHECK(catalog::find_accelerator(a.name.view()) == &a);
  }
}

TEST_CASE("every accelerator can multiply in bf16, and has memory, links and a domain") {
  for (const accelerator& a : catalog::accelerators) {
    CAPTURE(a.name.view());
    CHECK(a.peak.bf16 > 60_TFLOPS);
    CHECK(a.memory > 10_GB);
    CHECK(a.memory_rate > 250_GBps);
    CHECK(a.scale_up.rate >= 25_GBps);
    CHECK(a.network.rate > 3_GBps);
    CHECK(a.network.latency > a.scale_up.latency);
    CHECK(a.domain >= 1);
  }
}

TEST_CASE("a torus has as many accelerators as its domain, in whole rings") {
  for (const accelerator& a : catalog::accelerators) {
    CAPTURE(a.name.view());
    const auto& axes = a.torus.axes;
    // Trainium3 has switches.
    const bool on_a_torus = a.name.view().starts_with("tpu") || a.name == "trainium2";
    CHECK((a.torus.dimensions() > 0) == on_a_torus);
    if (a.torus.dimensions() == 0) continue;
    CHECK(axes[0] * axes[1] * axes[2] == a.domain);
    for (const integer axis : axes) CHECK((axis == 1 || axis % a.torus.ring == 0));
    CHECK(a.scale_up.latency < catalog::scale_up_latency);  // of a hop, not of a collective
  }
  // One link of a v5e carries 45 to 50 GB/s each way, of a v5p twice that.
  CHECK(catalog::tpu_v5e.scale_up.rate / 4.0 == 50_GBps);
  CHECK(catalog::tpu_v5p.scale_up.rate / 6.0 == 100_GBps);
}

// A slip by a factor of two (sparsity, both directions of a link, bits for bytes) breaks one of
// these.
TEST_CASE("narrower types are never slower, links never faster than memory") {
  for (const accelerator& a : catalog::accelerators) {
    CAPTURE(a.name.view());
    for (const precision p : {precision::fp8, precision::int8, precision::fp4}) {
      CAPTURE(name(p));
      const bool has_peak = a.peak[p].value() > 0.0;
      CHECK((!has_peak || a.peak[p] >= a.peak.bf16));
      CHECK((!has_peak || a.peak[p].value() <= 8.1 * a.peak.bf16.value()));
    }
    CHECK(a.scale_up.rate < a.memory_rate);
  }
}

TEST_CASE("the plans' device multiplies fp8, fp16 and bf16 alike") {
  for (const precision p : {precision::fp8, precision::fp16, precision::bf16}) {
    CHECK(catalog::plan_400.peak[p] == 400_TFLOPS);
  }
  CHECK(catalog::plan_400.memory == 64_GB);
  CHECK(catalog::plan_400.memory_rate == 1.8_TBps);
  CHECK(catalog::plan_400.scale_up.rate == 400_GBps);
  CHECK(catalog::plan_400.network.rate == 100_GBps);
  CHECK(catalog::plan_400.domain == 8);
}
