// SPDX-License-Identifier: BSL-1.0
/// What the benchmarks of speed share: a count of allocations, and seconds of a call. Include it in
/// one file of a program.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <new>

namespace measuring {

inline long allocations = 0;

/// Seconds per call, the least of several bursts: the machine's other work only ever adds.
template <class Call>
double seconds_of(const Call& call) {
  double least = 1.0;
  for (int burst = 0; burst < 50; ++burst) {
    constexpr int calls = 200;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) call();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    least = std::fmin(least, took.count() / calls);
  }
  return least;
}

}  // namespace measuring

// Not inlined, or g++ sees malloc on one side and delete on the other and warns of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++measuring::allocations;
  if (void* p = std::malloc(size)) return p;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }
