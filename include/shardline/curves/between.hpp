// SPDX-License-Identifier: BSL-1.0
/// Curves between two that were measured.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "shardline/base/scalar.hpp"
#include "shardline/curves/constants.hpp"

namespace shardline {

namespace detail {

inline constexpr std::size_t most_constants = 64;  // of one curve

// The geometric mean of two positive numbers; the arithmetic one where one of them is 0.
constexpr double mean(double from, double to, double share) noexcept {
  if (from == to) return from;
  if (from > 0.0 && to > 0.0) return from * power(to / from, share);
  return from + (to - from) * share;
}

}  // namespace detail

/// A curve whose every constant c lies between those of two curves of one kind:
///   c = from (to / from)^share                (from + (to - from) share where one of them is 0)
/// share: 0 is `from`, 1 is `to`; what is no number (flags) is that of `from`.
/// Assumes that both kernels are of one form, as those of one architecture are.
///   between(launch 4 us, launch 9 us, 0.5).launch == 6 us   (tests/curves/between.cpp)
template <class Curve>
[[nodiscard]] constexpr Curve between(Curve from, const Curve& to, double share) noexcept {
  std::array<double, detail::most_constants> of_to{};
  std::size_t place = 0;
  list_constants(to, [&](const constant_range&, std::string_view, const auto& figure) {
    of_to[place++] = detail::number_in(figure);
  });
  place = 0;
  list_constants(from, [&](const constant_range&, std::string_view, auto& figure) {
    const double x = detail::mean(detail::number_in(figure), of_to[place++], share);
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(figure)>, double>) {
      figure = x;
    } else {
      figure = std::remove_cvref_t<decltype(figure)>::from_value(x);
    }
  });
  return from;
}

/// The same of each curve of kernels and of collectives; all else is that of `from`. share [1] from 0
/// to 1; each constant in its own unit, by the formula above.
///   of share 0 `from` itself, of share 1 the curves of `to` to 1e-14   (tests/curves/between.cpp)
[[nodiscard]] constexpr fitted between(fitted from, const fitted& to, double share) noexcept {
  const auto each = [share](auto& curves, const auto& others) {
    for (std::size_t i = 0; i < kernel_format_count; ++i) {
      curves.of[i] = between(curves.of[i], others.of[i], share);
    }
  };
  each(from.gemm, to.gemm);
  each(from.prefill, to.prefill);
  each(from.latent_prefill, to.latent_prefill);
  each(from.decode, to.decode);
  each(from.latent_decode, to.latent_decode);
  each(from.experts, to.experts);
  from.elementwise = between(from.elementwise, to.elementwise, share);
  from.collectives = between(from.collectives, to.collectives, share);
  return from;
}

}  // namespace shardline
