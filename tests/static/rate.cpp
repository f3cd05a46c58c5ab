// SPDX-License-Identifier: BSL-1.0
// A rate of requests is priced as a constant expression by both compilers within their own limits
// (clang's is 2^20 steps): of many slots, with guesses, chunks and experts.
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/shardline.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

constexpr workload arriving(double concurrency, double rate) noexcept {
  workload w;
  w.concurrency = concurrency;
  w.input = 2048_tokens;
  w.output = 512_tokens;
  w.chunk = 8192_tokens;
  w.rate = request_rate<>::from_value(rate);
  w.speculation = {.draft_tokens = 3, .acceptance = 0.7};
  return w;
}

constexpr layout experts_on_64{{1, 1, 64}, {1, 64, 1}};
constexpr auto fitted_64 = make_cluster(with_fitted(catalog::h200_sxm, engines::vllm), 64);

constexpr bool served(double concurrency, double rate) noexcept {
  const auto e =
      estimate(fitted_64, catalog::deepseek_v3, experts_on_64, arriving(concurrency, rate));
  return e.serving.stable() && e.serving.utilisation > 0.0 &&
         e.serving.running < e.serving.concurrency * (1.0 + 1e-12);
}
static_assert(served(2.0, 0.01));
static_assert(served(512.0, 30.0));
static_assert(served(16384.0, 10.0));

constexpr auto beyond =
    estimate(fitted_64, catalog::deepseek_v3, experts_on_64, arriving(512.0, 1e6));
static_assert(!beyond.serving.stable() && beyond.feasibility.violations[0].rule == rule::rate);

}  // namespace
