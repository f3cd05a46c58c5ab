// SPDX-License-Identifier: BSL-1.0
#include "shardline/chips/transfer.hpp"

#include <doctest/doctest.h>

#include <string_view>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/engines/index.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

std::string_view nearest_to(const accelerator& a) { return nearest(a).sheet->name.view(); }

static_assert(&nearest(catalog::h20) == &catalog::measured_h100_sxm);

const kernel_execution& of_vllm = engines::vllm.kernels;

}  // namespace

TEST_CASE("a measured chip runs its own kernels, as they were measured") {
  for (const measured_chip* m : catalog::measured_chips) {
    CAPTURE(m->sheet->name.view());
    CHECK(&nearest(*m->sheet) == m);
    const fitted there = transfer(*m, *m->sheet, of_vllm);
    for (std::size_t i = 0; i < kernel_format_count; ++i) {
      CHECK(there.gemm.of[i].compute == m->kernels(of_vllm).gemm.of[i].compute);
      CHECK(there.gemm.of[i].bandwidth == m->kernels(of_vllm).gemm.of[i].bandwidth);
    }
  }
}

TEST_CASE(
    "NVIDIA's hardware runs the newest kernels whose formats it has, of a memory like its own") {
  for (const accelerator& a : {catalog::h100_pcie, catalog::h20}) {
    CAPTURE(a.name.view());
    CHECK(nearest_to(a) == "h100-sxm");
  }
  for (const accelerator& a : {catalog::b300_sxm, catalog::gb200, catalog::gb300}) {
    CAPTURE(a.name.view());
    CHECK(nearest_to(a) == "b200-sxm");
  }
  accelerator graphics = catalog::l40s;
  graphics.memory_rate = 300_GBps;  // an L4's
  CHECK(nearest_to(graphics) == "l40s");
  graphics = catalog::rtx_pro_6000;
  graphics.memory_rate = 1792_GBps;  // a GeForce RTX 5090's
  CHECK(nearest_to(graphics) == "rtx-pro-6000");
  CHECK(nearest_to(catalog::a100_sxm_40) == "a100-sxm");
  accelerator without_fp8 = catalog::h200_sxm;
  without_fp8.peak.fp8 = {};
  CHECK(nearest_to(without_fp8) == "a100-sxm");
}

TEST_CASE("hardware of an unknown maker is taken for NVIDIA's") {
  CHECK(nearest_to(catalog::plan_400) == "h100-sxm");
  accelerator old = catalog::plan_400;
  old.peak.fp8 = {};
  CHECK(nearest_to(old) == "a100-sxm");
}

TEST_CASE("AMD's runs what was measured on AMD's; a maker's that was not, the oldest of all") {
  for (const accelerator& a : {catalog::mi300x, catalog::mi325x, catalog::mi355x}) {
    CHECK(nearest_to(a) == "mi300x");
  }
  accelerator older = catalog::mi300x;
  older.peak.fp8 = {};
  CHECK(nearest_to(older) == "mi210");
  for (const accelerator& a :
       {catalog::tpu_v5e, catalog::tpu_v5p, catalog::tpu_v6e, catalog::trainium2}) {
    CHECK(nearest_to(a) == "a100-sxm");
  }
}

TEST_CASE("shares weigh less where a maker's multiprocessors are slower, and keep elsewhere") {
  const auto share = [](const measured_chip& m, const accelerator& a) {
    return transfer(m, a, of_vllm).experts[kernel_format::wide].compute;
  };
  const measured_chip& h100 = catalog::measured_h100_sxm;
  const double own = share(h100, catalog::h100_sxm);
  const double slower = (148.0 / 78.0) / (989.0 / 132.0);
  CHECK(share(h100, catalog::h20) == doctest::Approx(1.0 / (1.0 + (1.0 / own - 1.0) * slower)));
  CHECK(share(h100, catalog::b200_sxm) == own);  // faster
  CHECK(share(h100, catalog::plan_400) == own);  // multiprocessors not known
  accelerator slow = catalog::trainium2;
  slow.multiprocessors = 1000;
  CHECK(share(h100, slow) == own);  // of another maker
  slow.vendor = vendor::nvidia;
  CHECK(share(h100, slow) > own);
}

TEST_CASE("times and shares of bytes carry over as they are") {
  const fitted here = catalog::measured_h100_sxm.kernels(of_vllm);
  const fitted there = transfer(catalog::measured_h100_sxm, catalog::h20, of_vllm);
  for (std::size_t i = 0; i < kernel_format_count; ++i) {
    CHECK(there.gemm.of[i].launch == here.gemm.of[i].launch);
    CHECK(there.gemm.of[i].bandwidth == here.gemm.of[i].bandwidth);
    CHECK(there.decode.of[i].bandwidth == here.decode.of[i].bandwidth);
  }
  CHECK(there.collectives.bulk_share == here.collectives.bulk_share);
}

TEST_CASE("watts are those measured on the chip itself") {
  CHECK(power_of(catalog::b200_sxm)->limit == 1000.0);
  CHECK(power_of(catalog::h200_sxm)->idle == 140.0);
  CHECK(power_of(catalog::h100_sxm) == nullptr);
  CHECK(power_of(catalog::gb200) == nullptr);
}
