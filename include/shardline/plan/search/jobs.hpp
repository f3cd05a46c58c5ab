// SPDX-License-Identifier: BSL-1.0
/// Parts of a search on threads of their own. Opt-in: nothing else includes <thread>.
#pragma once

#include <cstddef>
#include <thread>
#include <vector>

#include "shardline/plan/search/run.hpp"

namespace shardline {

/// Calls run(part, job) -> found_points for each of `jobs` >= 1 parts of `part`, each on a thread
/// of its own, job 0 on the caller's. merged() makes the whole of them, which does not depend on
/// how many jobs there were. run is called from several threads at once and must not throw.
///   of 4 jobs: 4 parts   (tests/plan/search_space.cpp)
template <class Run>
[[nodiscard]] std::vector<found_points> in_jobs(search_part part, integer jobs, const Run& run) {
  std::vector<found_points> found(static_cast<std::size_t>(jobs));
  const auto job = [&](integer j) {
    found[static_cast<std::size_t>(j)] = run(part.part(j, jobs), j);
  };
  std::vector<std::thread> others;
  for (integer j = 1; j < jobs; ++j) others.emplace_back(job, j);
  job(0);
  for (std::thread& t : others) t.join();
  return found;
}

}  // namespace shardline
