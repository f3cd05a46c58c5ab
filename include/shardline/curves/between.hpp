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

// Between two constants of which times are made: sizes that counts are held against are 1 or more,
// what times are divided by is above 0.
constexpr double mean(const constant_range& of, double from, double to, double share) noexcept {
  if (from == to) return from;
  if (of.lowest >= 1.0) return from * power(to / from, share);
  if (of.lowest > 0.0) return 1.0 / (1.0 / from + (1.0 / to - 1.0 / from) * share);
  return from + (to - from) * share;
}

// What is counted in products, as a quantity that times are linear in; and back.
template <class Curve>
constexpr void to_time(Curve& c) noexcept {
  if constexpr (requires { c.block_rows; }) c.block_rows /= c.compute;
  if constexpr (requires { c.softmax_values; }) c.softmax_values /= c.compute;
  if constexpr (requires { c.small_tile; }) c.small_tile *= c.compute;
}
template <class Curve>
constexpr void from_time(Curve& c) noexcept {
  if constexpr (requires { c.block_rows; }) c.block_rows *= c.compute;
  if constexpr (requires { c.softmax_values; }) c.softmax_values *= c.compute;
  if constexpr (requires { c.small_tile; }) c.small_tile /= c.compute;
}

}  // namespace detail

/// A curve between two of one kind, whose times lie between theirs wherever they are sums of these:
///   c = from + (to - from) share                    times, and how many or how often
///   c = 1 / (1 / from + (1 / to - 1 / from) share)  shares that they are divided by
///   c = from (to / from)^share                      sizes, which only say when
/// Rows and values that stand for the time of their products are taken as that time; what is no
/// number (flags) is that of `from`. share: 0 is `from`, 1 is `to`.
/// Assumes that both kernels are of one form, as those of one architecture are.
///   between(launch 4 us, launch 9 us, 0.5).launch == 6.5 us   (tests/curves/between.cpp)
template <class Curve>
[[nodiscard]] constexpr Curve between(Curve from, Curve to, double share) noexcept {
  detail::to_time(from);
  detail::to_time(to);
  std::array<double, detail::most_constants> of_to{};
  std::size_t place = 0;
  list_constants(to, [&](const constant_range&, std::string_view, const auto& figure) {
    of_to[place++] = detail::number_in(figure);
  });
  place = 0;
  list_constants(from, [&](const constant_range& of, std::string_view, auto& figure) {
    const double x = detail::mean(of, detail::number_in(figure), of_to[place++], share);
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(figure)>, double>) {
      figure = x;
    } else {
      figure = std::remove_cvref_t<decltype(figure)>::from_value(x);
    }
  });
  detail::from_time(from);
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
