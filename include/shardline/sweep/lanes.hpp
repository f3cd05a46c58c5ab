// SPDX-License-Identifier: BSL-1.0
/// N scalars at once, as many in a register as the processor has room for that is compiled for:
/// loads of one deployment priced side by side by the same formulas. Needs nothing beside g++ or
/// clang++.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "shardline/base/scalar.hpp"

namespace shardline {

namespace detail {

#ifdef __AVX__
inline constexpr std::size_t native_width = 4;
#else
inline constexpr std::size_t native_width = 2;
#endif

// A register of numbers, and what comparing two gives.
template <std::size_t Width>
struct registers;
template <>
struct registers<2> {
  using numbers = double __attribute__((vector_size(16)));
  using mask = std::int64_t __attribute__((vector_size(16)));
};
template <>
struct registers<4> {
  using numbers = double __attribute__((vector_size(32)));
  using mask = std::int64_t __attribute__((vector_size(32)));
};

}  // namespace detail

/// What comparing two `lanes` gives, for select().
template <std::size_t N, std::size_t Width>
struct lane_mask {
  using group = typename detail::registers<Width>::mask;
  group groups[N / Width];  // NOLINT(modernize-avoid-c-arrays): no function stands between
};

/// N doubles. Every lane has the bits that a double has in its place. Without a value where none is
/// given: lanes<4> x{} is 0.
///
/// Lanes share every decision that is not min, max or select, as those of a pack do: value_of() is
/// lane 0. Width follows from what the compiler may use (-mavx), so that objects compiled with and
/// without it can be linked.
///   lanes<4> x(1.0); x.set(2, 5.0): x[2] = 5, x[3] = 1   (tests/sweep/lanes.cpp)
template <std::size_t N, std::size_t Width = detail::native_width>
struct lanes {
  static_assert(N > 0 && N % Width == 0, "shardline: lanes fill whole registers");
  using group = typename detail::registers<Width>::numbers;
  using mask = lane_mask<N, Width>;
  using indices = std::make_index_sequence<N / Width>;

  group groups[N / Width];  // NOLINT(modernize-avoid-c-arrays): no function stands between

  lanes() = default;
  lanes(double all) noexcept  // NOLINT(google-explicit-constructor): the same in all
      : lanes(indices{}, [all](std::size_t) { return group{} + all; }) {}
  /// of(i) are lanes Width i, Width i + 1, ...
  template <class Of>
  [[nodiscard]] static lanes made(const Of& of) noexcept {
    return lanes(indices{}, of);
  }
  template <class Of>
  [[nodiscard]] static mask compared(const Of& of) noexcept {
    return compared(indices{}, of);
  }

  [[nodiscard]] double operator[](std::size_t lane) const noexcept {
    return groups[lane / Width][lane % Width];
  }
  /// Puts a value into one lane.
  void set(std::size_t lane, double value) noexcept { groups[lane / Width][lane % Width] = value; }

  friend lanes operator+(const lanes& a, const lanes& b) noexcept {
    return made([&](std::size_t i) { return a.groups[i] + b.groups[i]; });
  }
  friend lanes operator-(const lanes& a, const lanes& b) noexcept {
    return made([&](std::size_t i) { return a.groups[i] - b.groups[i]; });
  }
  friend lanes operator*(const lanes& a, const lanes& b) noexcept {
    return made([&](std::size_t i) { return a.groups[i] * b.groups[i]; });
  }
  friend lanes operator/(const lanes& a, const lanes& b) noexcept {
    return made([&](std::size_t i) { return a.groups[i] / b.groups[i]; });
  }
  friend lanes operator-(const lanes& a) noexcept {
    return made([&](std::size_t i) { return -a.groups[i]; });
  }
  lanes& operator+=(const lanes& b) noexcept { return *this = *this + b; }
  lanes& operator-=(const lanes& b) noexcept { return *this = *this - b; }
  lanes& operator*=(const lanes& b) noexcept { return *this = *this * b; }
  lanes& operator/=(const lanes& b) noexcept { return *this = *this / b; }

  friend mask operator<(const lanes& a, const lanes& b) noexcept {
    return compared([&](std::size_t i) { return a.groups[i] < b.groups[i]; });
  }
  friend mask operator<=(const lanes& a, const lanes& b) noexcept {
    return compared([&](std::size_t i) { return a.groups[i] <= b.groups[i]; });
  }
  friend mask operator>(const lanes& a, const lanes& b) noexcept { return b < a; }
  friend mask operator>=(const lanes& a, const lanes& b) noexcept { return b <= a; }

 private:
  template <std::size_t... I, class Of>
  lanes(std::index_sequence<I...>, const Of& of_group) noexcept : groups{of_group(I)...} {}
  template <std::size_t... I, class Of>
  static mask compared(std::index_sequence<I...>, const Of& of) noexcept {
    return {{of(I)...}};
  }
};

/// value_of() is lane 0, by which decisions that all lanes share are made. min() and max() are the
/// smaller and the larger, lane by lane, as base/scalar.hpp has them.
///   of (2, 7) and (5, 1): value_of 2, min (2, 1), max (5, 7)   (tests/sweep/lanes.cpp)
template <std::size_t N, std::size_t W>
[[nodiscard]] double value_of(const lanes<N, W>& x) noexcept {
  return x[0];
}
template <std::size_t N, std::size_t W>
[[nodiscard]] lanes<N, W> min(const lanes<N, W>& a, const lanes<N, W>& b) noexcept {
  return lanes<N, W>::made(
      [&](std::size_t i) { return b.groups[i] < a.groups[i] ? b.groups[i] : a.groups[i]; });
}
template <std::size_t N, std::size_t W>
[[nodiscard]] lanes<N, W> max(const lanes<N, W>& a, const lanes<N, W>& b) noexcept {
  return lanes<N, W>::made(
      [&](std::size_t i) { return a.groups[i] < b.groups[i] ? b.groups[i] : a.groups[i]; });
}

namespace detail {

// By their bits: compilers compare anew where they are asked for one number or the other.
template <class Mask, class Numbers>
Numbers either(const Mask& first, const Numbers& a, const Numbers& b) noexcept {
  return std::bit_cast<Numbers>((first & std::bit_cast<Mask>(a)) |
                                (~first & std::bit_cast<Mask>(b)));
}

// round_up() of each: below 2^52 a sum with 2^52 is rounded to a whole number.
template <std::size_t W>
typename registers<W>::numbers group_rounded_up(const typename registers<W>::numbers& x) noexcept {
  using numbers = typename registers<W>::numbers;
  using mask = typename registers<W>::mask;
  constexpr double whole_above = 4503599627370496.0;
  const numbers one = numbers{} + 1.0;
  const numbers size = std::bit_cast<numbers>(std::bit_cast<mask>(x) & INT64_MAX);
  const mask sign = std::bit_cast<mask>(x) & INT64_MIN;
  const numbers rounded = (size + whole_above) - whole_above;
  const numbers nearest = std::bit_cast<numbers>(std::bit_cast<mask>(rounded) | sign);
  const numbers whole = nearest + std::bit_cast<numbers>(std::bit_cast<mask>(one) & (nearest < x));
  return either(size < whole_above, whole, x);
}

template <std::size_t N, std::size_t W, class Function>
lanes<N, W> lane_by_lane(const lanes<N, W>& x, const Function& f) noexcept {
  return lanes<N, W>::made([&](std::size_t i) {
    typename lanes<N, W>::group each{};
    for (std::size_t lane = 0; lane < W; ++lane) each[lane] = f(x.groups[i][lane]);
    return each;
  });
}

}  // namespace detail

/// largest_of() is the largest lane, is_finite() whether all are finite. The others go lane by
/// lane, with the unit, range and error of their namesakes in base/scalar.hpp.
///   select((2, 7) < (5, 1), ...) takes the second of lane 1; largest_of((2, 7)) = 7;
///   round_up(2.1) = 3, square_root(4) = 2, exp_nonpositive(-1) = 0.36787944117144233,
///   log_one_minus(0.5) = -0.6931471805599453, exponential(1) = 2.718281828459045,
///   natural_log(10) = 2.302585092994046   (tests/sweep/lanes.cpp)
template <std::size_t N, std::size_t W>
[[nodiscard]] lanes<N, W> select(const lane_mask<N, W>& condition, const lanes<N, W>& if_true,
                                 const lanes<N, W>& if_false) noexcept {
  return lanes<N, W>::made([&](std::size_t i) {
    return detail::either(condition.groups[i], if_true.groups[i], if_false.groups[i]);
  });
}
template <std::size_t N, std::size_t W>
[[nodiscard]] double largest_of(const lanes<N, W>& x) noexcept {
  double largest = x[0];
  for (std::size_t i = 1; i < N; ++i) largest = max(largest, x[i]);
  return largest;
}
template <std::size_t N, std::size_t W>
[[nodiscard]] lanes<N, W> round_up(const lanes<N, W>& x) noexcept {
#ifdef __FAST_MATH__  // which may take the sum for the number
  return detail::lane_by_lane(x, [](double lane) { return round_up(lane); });
#else
  return lanes<N, W>::made([&](std::size_t i) { return detail::group_rounded_up<W>(x.groups[i]); });
#endif
}
template <std::size_t N, std::size_t W>
[[nodiscard]] lanes<N, W> square_root(const lanes<N, W>& x) noexcept {
  return detail::lane_by_lane(x, [](double lane) { return square_root(lane); });
}
template <std::size_t N, std::size_t W>
[[nodiscard]] lanes<N, W> exp_nonpositive(const lanes<N, W>& x) noexcept {
  return detail::lane_by_lane(x, [](double lane) { return exp_nonpositive(lane); });
}
template <std::size_t N, std::size_t W>
[[nodiscard]] lanes<N, W> log_one_minus(const lanes<N, W>& x) noexcept {
  return detail::lane_by_lane(x, [](double lane) { return log_one_minus(lane); });
}
template <std::size_t N, std::size_t W>
[[nodiscard]] lanes<N, W> exponential(const lanes<N, W>& x) noexcept {
  return detail::lane_by_lane(x, [](double lane) { return exponential(lane); });
}
template <std::size_t N, std::size_t W>
[[nodiscard]] lanes<N, W> natural_log(const lanes<N, W>& x) noexcept {
  return detail::lane_by_lane(x, [](double lane) { return natural_log(lane); });
}
template <std::size_t N, std::size_t W>
[[nodiscard]] bool is_finite(const lanes<N, W>& x) noexcept {
  for (std::size_t i = 0; i < N; ++i) {
    if (!is_finite(x[i])) return false;
  }
  return true;
}

}  // namespace shardline
