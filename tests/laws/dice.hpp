// SPDX-License-Identifier: BSL-1.0
/// Random numbers for the laws. One seed, one sequence: a failing case is found again by its number.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/base/integer.hpp"

namespace laws {

namespace sl = shardline;
using sl::integer;

/// Draws by plain arithmetic on the engine's bits: the standard distributions differ between
/// libraries, and a case number should mean the same case everywhere. For that, no two draws may be
/// arguments of one call: compilers evaluate those in different orders (in braces it is left to
/// right).
class dice {
 public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}

  integer whole(integer low, integer high) {
    const auto span = static_cast<std::uint64_t>(high - low + 1);
    return low + static_cast<integer>(engine_() % span);
  }
  bool flip() { return whole(0, 1) == 1; }
  double unit() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }
  double between(double low, double high) { return low + (high - low) * unit(); }

  template <class Choices>
  auto one_of(const Choices& from) {
    return from[static_cast<std::size_t>(whole(0, static_cast<integer>(from.size()) - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

/// How many deployments a law is tried on: so many, or what SHARDLINE_LAW_CASES says (from 1 to
/// 100000000), as .github/CONTRIBUTING.md shows.
inline int cases(int usual) {
  const char* asked = std::getenv("SHARDLINE_LAW_CASES");
  if (asked == nullptr) return usual;
  const std::string_view text(asked);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && number >= 1 && number <= 100000000) return number;
  throw std::invalid_argument("SHARDLINE_LAW_CASES: '" + std::string(text) +
                              "' is not a number from 1 to 100000000");
}

inline std::vector<integer> divisors(integer n) {
  std::vector<integer> found;
  for (integer i = 1; i <= n; ++i) {
    if (n % i == 0) found.push_back(i);
  }
  return found;
}

}  // namespace laws
