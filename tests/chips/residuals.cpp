// SPDX-License-Identifier: BSL-1.0
#include "shardline/chips/residuals.hpp"

#include <doctest/doctest.h>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/index.hpp"

using namespace shardline;
using catalog::curves::residuals_at;
using catalog::curves::transfer_distance;

namespace {

constexpr std::array kinds{&residual_ranges::gemm,    &residual_ranges::attention,
                           &residual_ranges::experts, &residual_ranges::collectives,
                           &residual_ranges::host,    &residual_ranges::step};

residual_ranges of(const accelerator& a, const engine_version& e) {
  return with_fitted(a, e).efficiency.residuals;
}

}  // namespace

TEST_CASE("each chip and engine has residuals of its own, and every range holds the prediction") {
  for (const auto& chip : catalog::curves::residuals_by_chip) {
    CAPTURE(chip.chip);
    for (const kernel_library l :
         {kernel_library::vllm, kernel_library::sglang, kernel_library::tensorrt_llm}) {
      const residual_ranges r = residuals_at(chip.chip, l, transfer_distance::measured);
      for (const auto kind : kinds) {
        CHECK((r.*kind).low <= 1.0);
        CHECK((r.*kind).low > 0.0);
        CHECK((r.*kind).high >= 1.0);
      }
    }
  }
  CHECK(of(catalog::h100_sxm, engines::vllm).gemm.low == 0.88);
  CHECK(of(catalog::h100_sxm, engines::tensorrt_llm).gemm.low == 0.91);
  CHECK(of(catalog::b200_sxm, engines::sglang).experts.high == 1.47);
}

TEST_CASE("the farther constants are carried, the wider their ranges") {
  const residual_ranges own = of(catalog::h100_sxm, engines::vllm);
  const residual_ranges near = of(catalog::h20, engines::vllm);
  const residual_ranges far = of(catalog::plan_400, engines::vllm);
  for (const auto kind : kinds) {
    CHECK((near.*kind).low < (own.*kind).low);
    CHECK((near.*kind).high > (own.*kind).high);
  }
  CHECK(near.gemm.high == doctest::Approx(1.0 + 1.5 * (own.gemm.high - 1.0)));
  // A GB300 runs a B200's kernels; a TPU those of an A100, of another maker.
  const residual_ranges tpu = of(catalog::tpu_v6e, engines::vllm);
  CHECK(tpu.gemm.high == doctest::Approx(1.0 + 2.5 * 0.12));
  CHECK(of(catalog::gb300, engines::vllm).gemm.high == doctest::Approx(1.0 + 1.5 * 0.16));
  CHECK(of(catalog::mi300x, engines::vllm).gemm.high == 1.35);
  CHECK(of(catalog::mi355x, engines::vllm).gemm.high > 1.35);
  CHECK(far.gemm.high >= near.gemm.high);
}
