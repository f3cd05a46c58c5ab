// SPDX-License-Identifier: BSL-1.0
/// Random numbers for the laws. One seed, one sequence: a failing case is found again by its number.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "shardline/base/integer.hpp"

namespace laws {

namespace sl = shardline;
using sl::count;

/// Draws by plain arithmetic on the engine's bits: the standard distributions differ between
/// libraries, and a case number should mean the same case everywhere. For that, no two draws may be
/// arguments of one call: compilers evaluate those in different orders (in braces it is left to
/// right).
class dice {
 public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}

  count whole(count low, count high) {
    const auto span = static_cast<std::uint64_t>(high - low + 1);
    return low + static_cast<count>(engine_() % span);
  }
  bool flip() { return whole(0, 1) == 1; }
  double unit() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }
  double between(double low, double high) { return low + (high - low) * unit(); }

  template <class Choices>
  auto one_of(const Choices& from) {
    return from[static_cast<std::size_t>(whole(0, static_cast<count>(from.size()) - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

inline std::vector<count> divisors(count n) {
  std::vector<count> found;
  for (count i = 1; i <= n; ++i) {
    if (n % i == 0) found.push_back(i);
  }
  return found;
}

}  // namespace laws
