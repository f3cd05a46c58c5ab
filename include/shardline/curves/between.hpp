// SPDX-License-Identifier: BSL-1.0
/// Curves between two that were measured.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "shardline/base/scalar.hpp"
#include "shardline/curves/constants.hpp"

namespace shardline {

namespace detail {

inline constexpr std::size_t most_constants = 64;  // of one curve

// Between two constants: a power law of what the share is the logarithm of; where one is 0, none of
// it and all.
constexpr double mean(double from, double to, double share) noexcept {
  if (from == to) return from;
  if (from > 0.0 && to > 0.0) return from * power(to / from, share);
  return from + (to - from) * share;
}

}  // namespace detail

/// A curve between two of one kind, each constant by itself:
///   c = from (to / from)^share        where both are above 0
///   c = from + (to - from) share      where one is 0
/// The share being that of a rate's logarithm, a constant is a power of the rate: a kernel that
/// takes so many bytes a second on both chips does between them, and what is no slower on the chip
/// of more is slower nowhere between. What is no number (flags) is that of `from`. share: 0 is
/// `from`, 1 is `to`.
/// Assumes that both kernels are of one form, as those of one architecture are.
///   between(launch 4 us, launch 9 us, 0.5).launch == 6 us   (tests/curves/between.cpp)
template <class Curve>
[[nodiscard]] constexpr Curve between(Curve from, Curve to, double share) noexcept {
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

/// The same of each curve of kernels and of collectives, constant by constant; all else is that of
/// `from`. share [1] is from 0 to 1.
///   of share 0 `from` itself, of share 1 the curves of `to` to 1e-14   (tests/curves/between.cpp)
[[nodiscard]] constexpr fitted between(fitted from, const fitted& to, double share) noexcept {
  const auto each = [share](auto& curves, const auto& others) {
    for (std::size_t i = 0; i < curves.of.size(); ++i) {
      curves.of[i] = between(curves.of[i], others.of[i], share);
    }
  };
  each(from.gemm, to.gemm);
  each(from.prefill, to.prefill);
  each(from.latent_prefill, to.latent_prefill);
  each(from.decode, to.decode);
  each(from.latent_decode, to.latent_decode);
  each(from.sparse, to.sparse);
  each(from.block_sparse, to.block_sparse);
  each(from.experts, to.experts);
  each(from.recurrences, to.recurrences);
  from.elementwise = between(from.elementwise, to.elementwise, share);
  from.collectives = between(from.collectives, to.collectives, share);
  return from;
}

}  // namespace shardline
