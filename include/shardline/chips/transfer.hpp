// SPDX-License-Identifier: BSL-1.0
/// Which measured chip's kernels an accelerator is taken to run, and what becomes of them there: a
/// chip that is measured has its line here.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/chips/a100_sxm.hpp"
#include "shardline/chips/b200_sxm.hpp"
#include "shardline/chips/h100_sxm.hpp"
#include "shardline/chips/h200_sxm.hpp"
#include "shardline/chips/l40s.hpp"
#include "shardline/chips/measured.hpp"
#include "shardline/chips/mi210.hpp"
#include "shardline/chips/mi300x.hpp"
#include "shardline/chips/rtx_pro_6000.hpp"

namespace shardline {

namespace catalog {

/// Chips on which kernels were measured, a maker's oldest generation first.
inline constexpr std::array measured_chips{
    &measured_a100_sxm, &measured_l40s,         &measured_h100_sxm, &measured_h200_sxm,
    &measured_b200_sxm, &measured_rtx_pro_6000, &measured_mi210,    &measured_mi300x};

}  // namespace catalog

namespace detail {

// Hardware whose maker is not known is taken to run NVIDIA's kernels.
constexpr vendor maker(vendor v) noexcept { return v == vendor::unknown ? vendor::nvidia : v; }

template <class Old>
constexpr bool same_maker(const measured_chip& m,
                          const basic_accelerator<double, Old>& a) noexcept {
  return maker(m.sheet->vendor) == maker(a.vendor);
}

// A generation of kernels that multiplies 8-bit or 4-bit floats runs on hardware that does.
template <class Old>
constexpr bool runs_on(const measured_chip& m, const basic_accelerator<double, Old>& a) noexcept {
  for (const precision p : {precision::fp8, precision::fp4}) {
    if (has_peak(m.sheet->peak, p) && !has_peak(a.peak, p)) return false;
  }
  return true;
}

// How many of the formats that tell generations apart it multiplies in.
template <class T, class Efficiency>
constexpr int generation(const basic_accelerator<T, Efficiency>& a) noexcept {
  return (has_peak(a.peak, precision::fp8) ? 1 : 0) + (has_peak(a.peak, precision::fp4) ? 1 : 0);
}

// How many times as fast one memory is as the other, at least 1.
template <class Old>
constexpr double memory_distance(const measured_chip& m,
                                 const basic_accelerator<double, Old>& a) noexcept {
  const double ratio = m.sheet->memory_rate / a.memory_rate;
  return ratio < 1.0 ? 1.0 / ratio : ratio;
}

}  // namespace detail

/// The chip whose kernels `a` is taken to run: of its maker's measured ones whose number formats it
/// has the newest generation's, and of these the one whose memory is nearest in speed, for one
/// generation has boards of server and of graphics memory. Of a maker that none was measured of the
/// oldest chip of all: such hardware has no switch that reduces, nor the newer one's kernels.
///   nearest(catalog::h20).sheet->name == "h100-sxm", of 132 multiprocessors
///   nearest(catalog::gb200).sheet->name == "b200-sxm"   (tests/chips/transfer.cpp)
template <class Old>
[[nodiscard]] constexpr const measured_chip& nearest(
    const basic_accelerator<double, Old>& a) noexcept {
  const measured_chip* found = nullptr;
  for (const measured_chip* m : catalog::measured_chips) {
    if (!detail::same_maker(*m, a) || !detail::runs_on(*m, a)) continue;
    const int newer =
        found == nullptr ? 1 : detail::generation(*m->sheet) - detail::generation(*found->sheet);
    const bool nearer = found != nullptr && newer == 0 &&
                        detail::memory_distance(*m, a) < detail::memory_distance(*found, a);
    if (newer > 0 || nearer) found = m;
  }
  return found == nullptr ? *catalog::measured_chips.front() : *found;
}

namespace detail {

// FLOP/s of one multiprocessor where it runs kernels of this format.
template <class Old>
constexpr double multiplier_rate(const basic_accelerator<double, Old>& a,
                                 kernel_format f) noexcept {
  return a.peak[supported(a, measured_in(f))].value() / real<double>(a.multiprocessors);
}

// What becomes of a share of the peak where multiplying is slower, by a ratio under 1.
constexpr double slower_share(double share, double ratio) noexcept {
  return ratio < 1.0 ? 1.0 / (1.0 + (1.0 / share - 1.0) * ratio) : share;
}

// Kernels carried to other multipliers. Where those are slower, a multiprocessor at a time, what
// keeps kernels from the peak (instructions, exponentials, scales) takes the same time beside
// multiplications that take longer. Kernels for faster ones are written anew, and keep the share.
struct to_multipliers {
  by_format<double> ratios;  // of their rate over the measured ones', for each format's own

  template <class Curve>
  constexpr void operator()(kernel_format f, Curve& c) const noexcept {
    const double share = c.compute;
    c.compute = slower_share(share, ratios[f]);
    // Exponentials are taken in activations' precision, whatever keys are multiplied in.
    if constexpr (requires { c.softmax_values; }) {
      c.softmax_values *= c.compute / slower_share(share, ratios[kernel_format::wide]);
    }
  }
};

}  // namespace detail

/// The kernels of the chip `m` on `a`, as an engine's library has them. Shares of data sheet
/// figures carry over, and so do times; where multiprocessors of the same maker are slower at
/// multiplying, at r < 1 of the measured ones' peak each in a kernel's own precision
/// (measured_in()), a share s of the peak stands for a time beside multiplying, which carries over:
///   1 / (1 + (1 / s - 1) r)
/// So a higher peak never slows a kernel that multiplies in it and moves no other, and more
/// multiprocessors with each one's peak and memory rate kept slow none (at the same peaks of the
/// chip each of them is slower, and single blocks take longer).
/// H20: r 0.253 in 16 bits, so that an H100's 0.6674 is 0.888 there.
template <class Old>
[[nodiscard]] constexpr fitted transfer(const measured_chip& m,
                                        const basic_accelerator<double, Old>& a,
                                        const kernel_execution& e) noexcept {
  fitted f = m.kernels(e);
  if (!detail::same_maker(m, a) || a.multiprocessors < 1) return f;
  by_format<double> ratios;
  for (std::size_t i = 0; i < kernel_format_count; ++i) {
    const auto format = static_cast<kernel_format>(i);
    ratios[format] = detail::multiplier_rate(a, format) / detail::multiplier_rate(*m.sheet, format);
  }
  for_each_format(f, detail::to_multipliers{ratios});
  return f;
}

/// What an accelerator draws, as measured on it; null where its watts were not: no other chip's
/// stand for it, since a power limit is a product's.
///   power_of(catalog::b200_sxm)->limit == 1000.0   (tests/chips/transfer.cpp)
template <class Old>
[[nodiscard]] constexpr const power_curve* power_of(
    const basic_accelerator<double, Old>& a) noexcept {
  const measured_chip& m = nearest(a);
  return m.sheet->name == a.name ? m.power : nullptr;
}

}  // namespace shardline
