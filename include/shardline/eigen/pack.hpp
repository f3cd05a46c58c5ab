// SPDX-License-Identifier: BSL-1.0
/// N scalars at once: a batch of what-ifs priced in SIMD by the same formulas.
/// Opt-in: needs Eigen >= 3.4. Not constexpr, since Eigen's arrays are not.
#pragma once

#include <Eigen/Core>

#include "shardline/base/scalar.hpp"

namespace shardline {

/// An eager wrapper over Eigen::Array<double, N, 1>: every operator returns a pack, so it may stand
/// inside a quantity (an Eigen expression there would dangle). Comparisons give a mask for
/// select().
///
/// Lanes share every decision that is not min, max or select: which precision is supported, into
/// how many chunks a prompt falls, whether an engine states its step, and everything in `report`:
/// validity and feasibility are those of lane 0, which is what value_of() is. The lanes must agree
/// on those, and be valid themselves. How many are in flight at a rate, and how many sequences the
/// memory holds, is each lane's own; what returns one whole number or one layout takes no pack.
/// Keep packs inside a function: Eigen's alignment depends on compiler flags, so a pack must not
/// cross the boundary between two libraries.
template <int N>
struct pack {
  using array = Eigen::Array<double, N, 1>;
  using mask = Eigen::Array<bool, N, 1>;

  array lanes = array::Zero();

  pack() = default;
  pack(double all) noexcept  // NOLINT(google-explicit-constructor): a constant is the same in all
      : lanes(array::Constant(all)) {}
  explicit pack(const array& values) noexcept : lanes(values) {}

  [[nodiscard]] double operator[](int lane) const noexcept { return lanes[lane]; }

  friend pack operator+(const pack& a, const pack& b) noexcept { return pack(a.lanes + b.lanes); }
  friend pack operator-(const pack& a, const pack& b) noexcept { return pack(a.lanes - b.lanes); }
  friend pack operator*(const pack& a, const pack& b) noexcept { return pack(a.lanes * b.lanes); }
  friend pack operator/(const pack& a, const pack& b) noexcept { return pack(a.lanes / b.lanes); }
  friend pack operator-(const pack& a) noexcept { return pack(-a.lanes); }
  pack& operator+=(const pack& b) noexcept { return *this = *this + b; }
  pack& operator-=(const pack& b) noexcept { return *this = *this - b; }
  pack& operator*=(const pack& b) noexcept { return *this = *this * b; }
  pack& operator/=(const pack& b) noexcept { return *this = *this / b; }

  friend mask operator<(const pack& a, const pack& b) noexcept { return a.lanes < b.lanes; }
  friend mask operator>(const pack& a, const pack& b) noexcept { return a.lanes > b.lanes; }
  friend mask operator<=(const pack& a, const pack& b) noexcept { return a.lanes <= b.lanes; }
  friend mask operator>=(const pack& a, const pack& b) noexcept { return a.lanes >= b.lanes; }
};

/// value_of() is lane 0, by which decisions that all lanes share are made; largest_of() is the
/// largest lane, is_finite() whether all are finite. The others go lane by lane, with the unit,
/// range and error of their namesakes in base/scalar.hpp.
///   of (1, 2, 3, 4): value_of 1, largest_of 4, is_finite; round_up(2.5) = 3, square_root(4) = 2,
///   exp_nonpositive(-1) = 0.36787944117144233, log_one_minus(0.5) = -0.6931471805599453,
///   exponential(1) = 2.718281828459045, natural_log(10) = 2.302585092994046
///   (tests/eigen/pack.cpp)
template <int N>
[[nodiscard]] double value_of(const pack<N>& x) noexcept {
  return x[0];
}
template <int N>
[[nodiscard]] pack<N> min(const pack<N>& a, const pack<N>& b) noexcept {
  return pack<N>(a.lanes.min(b.lanes));
}
template <int N>
[[nodiscard]] pack<N> max(const pack<N>& a, const pack<N>& b) noexcept {
  return pack<N>(a.lanes.max(b.lanes));
}
template <int N>
[[nodiscard]] pack<N> select(const typename pack<N>::mask& condition, const pack<N>& if_true,
                             const pack<N>& if_false) noexcept {
  return pack<N>(condition.select(if_true.lanes, if_false.lanes));
}
template <int N>
[[nodiscard]] double largest_of(const pack<N>& x) noexcept {
  return x.lanes.maxCoeff();
}
template <int N>
[[nodiscard]] pack<N> round_up(const pack<N>& x) noexcept {
  return pack<N>(x.lanes.ceil());
}
template <int N>
[[nodiscard]] pack<N> square_root(const pack<N>& x) noexcept {
  return pack<N>(x.lanes.sqrt());
}
// Lane by lane through the scalar functions, whose bits do not depend on the C library.
template <int N>
[[nodiscard]] pack<N> exp_nonpositive(const pack<N>& x) noexcept {
  return pack<N>(x.lanes.unaryExpr([](double lane) { return exp_nonpositive(lane); }));
}
template <int N>
[[nodiscard]] pack<N> log_one_minus(const pack<N>& x) noexcept {
  return pack<N>(x.lanes.unaryExpr([](double lane) { return log_one_minus(lane); }));
}
template <int N>
[[nodiscard]] pack<N> exponential(const pack<N>& x) noexcept {
  return pack<N>(x.lanes.unaryExpr([](double lane) { return exponential(lane); }));
}
template <int N>
[[nodiscard]] pack<N> natural_log(const pack<N>& x) noexcept {
  return pack<N>(x.lanes.unaryExpr([](double lane) { return natural_log(lane); }));
}
template <int N>
[[nodiscard]] bool is_finite(const pack<N>& x) noexcept {
  return x.lanes.isFinite().all();
}

}  // namespace shardline
