// SPDX-License-Identifier: BSL-1.0
/// How long a request waits for what the hosts' memory holds of its prompt.
#pragma once

#include "shardline/memory/stage_cache.hpp"

namespace shardline {

/// Seconds until the keys and values of a prompt's copied tokens are on the GPUs. Each GPU has its
/// own part copied over its own link, the one that holds most of all stages last; others go on
/// meanwhile, and requests are not kept from each other.
///   copy_seconds = cache of copied_tokens(w) on the fullest GPU / host_cache.rate
///   llama-3.1-70b at tp 8, 10,000 tokens at 50e9 B/s: 10,000 x 40,960 B: 8.2 ms
///   (tests/serve/copying.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr T copy_seconds(const prepared_layout<T, Efficiency>& p,
                                       const basic_workload<T>& w) noexcept {
  T most(0.0);
  if (!(largest_of(w.host_cache.hit) > 0.0)) return most;
  const T copied = copied_tokens(w);
  for (integer stage = 0; stage < p.layout.pp; ++stage) {
    most = max(most, cache_of_stage(p, stage).bytes_of(copied));
  }
  return most / w.host_cache.rate.value();
}

}  // namespace shardline
