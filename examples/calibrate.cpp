// SPDX-License-Identifier: BSL-1.0
// Constants from measurements: of one kind of kernel, and of whole runs, on an accelerator for
// which the catalog has none. The measurements are made up: exact times of a B200 that multiplies
// at 0.60 of its peak, reads at 0.70 of its memory's rate and launches in 4 us, or serves at an MFU
// of 0.45 and 0.75 of its bandwidth, with 2 % of noise and a few times that are plainly wrong.
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/plan/calibration.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace shardline::literals;

struct gemm_row {
  double m;
  integer n, k;
  double us;
};
constexpr gemm_row gemm_table[]{
    {1, 6144, 4096, 15.1},      {1, 28672, 4096, 49.09},    {1, 4096, 14336, 29.54},
    {64, 6144, 4096, 14.91},    {64, 28672, 4096, 125.8},   {64, 4096, 14336, 29.69},
    {512, 6144, 4096, 30.74},   {512, 28672, 4096, 113.7},  {512, 4096, 14336, 67.34},
    {2048, 6144, 4096, 91.39},  {2048, 28672, 4096, 413.1}, {2048, 4096, 14336, 204.5},
    {8192, 6144, 4096, 355.3},  {8192, 28672, 4096, 4442},  {8192, 4096, 14336, 808.2},
    {16384, 6144, 4096, 704.9}, {16384, 28672, 4096, 3575}, {16384, 4096, 14336, 1684},
};

// Llama-3.1-70B on 8 of them, tp 8.
struct run_row {
  double concurrency, input, output, ttft_ms, tpot_ms;
};
constexpr run_row run_table[]{
    {1, 512, 256, 14.82, 3.258},   {1, 4096, 256, 105.8, 3.122},   {8, 512, 256, 15.37, 3.833},
    {8, 4096, 256, 130, 6.435},    {32, 512, 256, 51.9, 5.855},    {32, 4096, 256, 142.2, 17.55},
    {128, 512, 256, 18.52, 13.37}, {128, 4096, 256, 150.8, 62.49},
};

void print(const curve_report& r) {
  std::printf("%s: %zu times, they scatter by %.1f %%\n", r.curve.c_str(), r.timings.size(),
              100.0 * r.spread);
  for (const fitted_constant& c : r.constants) {
    std::printf("  %-10s %6.3f +- %.3f %s, at 95 %% from %.3f to %.3f\n", c.name.c_str(), c.value,
                c.deviation, c.unit.c_str(), c.low, c.high);
  }
  for (std::size_t i = 0; i < r.weights.size(); ++i) {
    if (r.weights[i] > 0.0) continue;
    std::printf("  time %zu was left out: predicted %.1f of it\n", r.timings[i],
                std::exp(r.residuals[i]));
  }
}

int main() {
  // [readme:begin calibrate_kernels]
  const auto start = with_fitted_kernels(catalog::b200_sxm);  // its kernels, as shipped
  std::vector<operator_timing> timings;
  for (const auto& [m, n, k, us] : gemm_table) {
    timings.push_back({gemm_kernel(m, n, k, formats::bf16), us * 1_us});
  }
  const policy_calibration<fitted> kernels = calibrate_operators(start, timings);
  for (const curve_report& curve : kernels.curves) print(curve);

  // The same accelerator with these constants, and as vLLM runs a model on it.
  const auto b200 = in_steps(with_efficiency(catalog::b200_sxm, kernels.policy));
  // [readme:end calibrate_kernels]
  std::printf("  its source: %s\n\n", std::string(name(kernels.curves.front().source)).c_str());

  // [readme:begin calibrate_runs]
  std::vector<measured_run> runs;
  for (const auto& [concurrency, input, output, ttft_ms, tpot_ms] : run_table) {
    measured_run r;
    r.cluster = make_cluster(catalog::b200_sxm, 8);
    r.model = catalog::llama_3_1_70b;
    r.layout = to_layout(vllm{.tp = 8});
    r.workload = {concurrency, input * 1_tokens, output * 1_tokens};
    r.ttft = ttft_ms * 1_ms;
    r.tpot = tpot_ms * 1_ms;
    runs.push_back(r);
  }
  const auto shares = calibrate_runs(constant{.mfu = 0.5, .bandwidth = 0.8}, runs);
  print(shares.curves.front());
  // [readme:end calibrate_runs]

  // Four timings, which scatter, are too few for three constants.
  const auto refused = calibrate_operators(start, {timings[0], timings[1], timings[2], timings[3]});
  std::printf("\n%s\n", refused.fault.c_str());

  const auto host = make_cluster(b200, 8);
  const auto e = estimate(host, runs.front().model, runs.front().layout, runs.front().workload);
  std::printf("\nTPOT of one sequence with the kernels found: %.1f ms (%s)\n",
              (e.serving.tpot / 1_ms).value(), std::string(name(e.source)).c_str());
}
