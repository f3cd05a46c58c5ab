// SPDX-License-Identifier: BSL-1.0
// Uniform in [0, 1), from the engine's bits: the same on every standard library.
#pragma once

#include <cstdint>
#include <random>

class unit_dice {
 public:
  explicit unit_dice(std::uint64_t seed) : engine_(seed) {}
  double operator()() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }

 private:
  std::mt19937_64 engine_;
};
