// SPDX-License-Identifier: BSL-1.0
// How fast is a search, and how much does it hold? DeepSeek-V3 on H200 under vLLM, fitted: every
// layout of 512 GPUs under 64 concurrencies in 3 formats; every layout of 1 to 1250 GPUs, ten
// million, under one load. `bench_search [threads [share]]`: a share of the second, 1 in so many.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <numeric>
#include <span>
#include <vector>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/plan/search.hpp"
#include "shardline/plan/search/jobs.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double peak_megabytes() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1000.0;  // of KiB, nearly
}

std::vector<workload> loads_of(integer number) {
  std::vector<workload> loads;
  for (integer i = 1; i <= number; ++i) {
    loads.push_back({.concurrency = static_cast<double>(64 * i),
                     .input = 2048_tokens,
                     .output = 512_tokens,
                     .chunk = 8192_tokens});
  }
  return loads;
}

template <class Cluster>
void measure(const char* what, const Cluster& host, const std::vector<model>& formats,
             const std::vector<workload>& loads, const std::vector<integer>& gpus, integer jobs,
             integer share) {
  using setting = basic_setting<double, typename Cluster::efficiency_policy>;
  std::vector<setting> settings;
  for (const model& m : formats) settings.push_back({&host, &m, loads});
  const auto run = [&](search_part part, integer) {
    return search_space(std::span<const setting>(settings), std::span<const integer>(gpus),
                        search_terms<>{}, best_points(10), part);
  };
  using clock = std::chrono::steady_clock;
  const clock::time_point begin = clock::now();
  const double cpu = cpu_seconds();
  const auto parts = in_jobs(search_part{0, share}, jobs, run);
  const found_points found = merged(std::span<const found_points>(parts), best_points(10));
  const double used = cpu_seconds() - cpu;
  const double passed = std::chrono::duration<double>(clock::now() - begin).count();
  const auto tried = static_cast<double>(found.tried);
  std::printf(
      "%s: %.0f points, %.0f feasible, %.2f s of CPU, %.2f s with %d threads, "
      "%.2f M points/s of CPU, %.0f MB at most\n",
      what, tried, static_cast<double>(found.feasible), used, passed, static_cast<int>(jobs),
      tried / used * 1e-6, peak_megabytes());
}

}  // namespace

int main(int argc, char** argv) {
  const integer jobs = argc > 1 ? std::max(std::atoi(argv[1]), 1) : 2;
  const integer share = argc > 2 ? std::max(std::atoi(argv[2]), 1) : 1;
  const auto host = with_engine(make_cluster(with_fitted(catalog::h200_sxm), 1), engines::vllm);
  model fp8_cache = catalog::deepseek_v3;
  fp8_cache.kv_cache = precision::fp8;
  const std::vector<model> formats{catalog::deepseek_v3, fp8_cache,
                                   quantised(catalog::deepseek_v3, formats::nvfp4)};
  std::vector<integer> all(1250);
  std::iota(all.begin(), all.end(), 1);
  measure("512 GPUs, 64 concurrencies, 3 formats", host, formats, loads_of(64), {512}, jobs, 1);
  measure("1 to 1250 GPUs", host, {catalog::deepseek_v3}, loads_of(1), all, jobs, share);
}
