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
#include "shardline/curves/between.hpp"

namespace shardline {

namespace catalog {

/// Chips on which kernels were measured: a maker's oldest generation first, of one generation those
/// of servers first, of one architecture the slowest memory first.
inline constexpr std::array measured_chips{
    &measured_a100_sxm, &measured_h100_sxm,     &measured_h200_sxm, &measured_l40s,
    &measured_b200_sxm, &measured_rtx_pro_6000, &measured_mi210,    &measured_mi300x};

}  // namespace catalog

/// The measured chips between which an accelerator's kernels lie.
///   slower, faster   of one architecture, by their memories' rates; the same chip where one stands
///                    for all
///   share            of the faster one, 0 to 1
struct measured_neighbours {
  const measured_chip* slower = nullptr;
  const measured_chip* faster = nullptr;
  double share = 0.0;
};

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

// The chip of its own architecture whose memory is slowest, or the newest generation's for servers
// that it can stand for.
template <class Old>
constexpr const measured_chip& first_alike(const basic_accelerator<double, Old>& a) noexcept {
  const measured_chip* found = nullptr;
  for (const measured_chip* m : catalog::measured_chips) {
    if (!same_maker(*m, a) || !runs_on(*m, a)) continue;
    const bool own =
        a.architecture != architecture::unknown && m->sheet->architecture == a.architecture;
    if (own) return *m;
    if (found == nullptr || generation(*m->sheet) > generation(*found->sheet)) found = m;
  }
  return found == nullptr ? *catalog::measured_chips.front() : *found;
}

// Of the same kernels: those of its generation where no architecture is said.
constexpr bool alike(const measured_chip& m, const measured_chip& other) noexcept {
  return &m == &other || (m.sheet->architecture == other.sheet->architecture &&
                          m.sheet->architecture != architecture::unknown);
}

}  // namespace detail

/// The measured chips whose kernels `a` is taken to run: its maker's of its own architecture, which
/// no figure of it changes. Where that is not known or was not measured, the newest generation's of
/// servers whose number formats it has. Of several of one architecture (H100, H200) its kernels lie
/// between the two whose memories' rates are next to its own:
///   share = log(rate / slower rate) / log(faster rate / slower rate)
/// Of a maker that none was measured of the oldest chip of all: such hardware has no switch that
/// reduces, nor the newer one's kernels.
///   neighbours(catalog::h20): H100 and H200, share 0.493   (tests/chips/transfer.cpp)
template <class Old>
[[nodiscard]] constexpr measured_neighbours neighbours(
    const basic_accelerator<double, Old>& a) noexcept {
  const measured_chip* const first = &detail::first_alike(a);
  measured_neighbours found{first, first, 0.0};
  for (const measured_chip* m : catalog::measured_chips) {
    if (!detail::alike(*m, *first) || found.faster->sheet->memory_rate >= a.memory_rate) continue;
    found = {found.faster, m, 0.0};
  }
  const double from = found.slower->sheet->memory_rate.value();
  const double to = found.faster->sheet->memory_rate.value();
  if (to > from) {
    const double share = natural_log(a.memory_rate.value() / from) / natural_log(to / from);
    found.share = min(max(share, 0.0), 1.0);
  }
  return found;
}

/// The one of them that is nearer, the faster where share is 0.5 or more.
///   nearest(catalog::h20).sheet->name == "h100-sxm", of 132 multiprocessors
///   nearest(catalog::gb200).sheet->name == "b200-sxm"   (tests/chips/transfer.cpp)
template <class Old>
[[nodiscard]] constexpr const measured_chip& nearest(
    const basic_accelerator<double, Old>& a) noexcept {
  const measured_neighbours n = neighbours(a);
  return n.share < 0.5 ? *n.slower : *n.faster;
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
    // Chosen tokens and widened keys are multiplied in activations' precision, whatever is kept.
    if constexpr (curve_of<Curve, sparse_curve>) f = kernel_format::wide;
    if constexpr (requires { c.widening; }) f = c.widening > 0.0 ? kernel_format::wide : f;
    c.compute = slower_share(share, ratios[f]);
    // Exponentials are taken in activations' precision, whatever keys are multiplied in.
    if constexpr (requires { c.softmax_values; }) {
      c.softmax_values *= c.compute / slower_share(share, ratios[kernel_format::wide]);
    }
    // Small tiles fall short of the peak by more time than large ones.
    if constexpr (requires { c.small_tile; }) {
      c.small_tile = slower_share(share * c.small_tile, ratios[f]) / c.compute;
    }
    // What a block costs beside its rows is a time that was measured in rows.
    if constexpr (requires { c.block_rows; }) {
      c.block_rows *= min(ratios[f], 1.0) * c.compute / share;
    }
  }
};

// The fastest link of a chip that has none but its host's: PCIe 5 x16. NVLink begins at 200 GB/s.
inline constexpr double host_link = 64e9;

template <class T, class Efficiency>
constexpr bool linked_by_host(const basic_accelerator<T, Efficiency>& a) noexcept {
  const double rate = a.scale_up.rate.value();
  return a.domain > 1 && rate > 0.0 && rate <= host_link;
}

// The measured chip whose collectives run there: its neighbour, unless that has NVLink where it has
// the host's links alone, as the measured chip has whose links' rate is nearest.
template <class Old>
constexpr const measured_chip& linked_alike(const measured_chip& neighbour,
                                            const basic_accelerator<double, Old>& a) noexcept {
  if (!linked_by_host(a) || linked_by_host(*neighbour.sheet)) return neighbour;
  const measured_chip* found = nullptr;
  double least = 0.0;
  for (const measured_chip* m : catalog::measured_chips) {
    if (!same_maker(*m, a) || !linked_by_host(*m->sheet)) continue;
    const double times = m->sheet->scale_up.rate.value() / a.scale_up.rate.value();
    const double apart = max(times, 1.0 / times);
    if (found == nullptr || apart < least) {
      found = m;
      least = apart;
    }
  }
  return found == nullptr ? neighbour : *found;
}

}  // namespace detail

/// The kernels of the measured chip `m` on `a`, as an engine's library has them. Shares of data
/// sheet figures carry over, and so do times; where multiprocessors of the same maker are slower at
/// multiplying, at r < 1 of the measured ones' peak each in a kernel's own precision
/// (measured_in()), a share s of the peak stands for a time beside multiplying, which carries over:
///   s' = 1 / (1 + (1 / s - 1) r)
/// likewise that of small tiles; and what a block of experts costs beside its rows, which is
/// counted in rows, becomes r s' / s times as many. So a higher peak never slows a kernel that
/// multiplies in it and moves no other, and more multiprocessors with each one's peak and memory
/// rate kept slow none (at the same peaks of the chip each of them is slower, and single blocks
/// take longer).
/// H20: r 0.253 in 16 bits, so that an H100's 0.6674 is 0.888 there.
/// Collectives are those of a chip with such links: where the host's (PCIe) are all that `a` has,
/// of the measured chip without NVLink whose links' rate is nearest, whichever its architecture.
template <class Old>
[[nodiscard]] constexpr fitted transfer(const measured_chip& m,
                                        const basic_accelerator<double, Old>& a,
                                        const kernel_execution& e) noexcept {
  fitted f = m.kernels(e);
  const measured_chip& linked = detail::linked_alike(m, a);
  if (&linked != &m) f.collectives = linked.kernels(e).collectives;
  if (!detail::same_maker(m, a) || a.multiprocessors < 1) return f;
  by_format<double> ratios;
  for (std::size_t i = 0; i < kernel_format_count; ++i) {
    const auto format = static_cast<kernel_format>(i);
    ratios[format] = detail::multiplier_rate(a, format) / detail::multiplier_rate(*m.sheet, format);
  }
  for_each_format(f, detail::to_multipliers{ratios});
  return f;
}

/// The same between two measured chips, each curve between() theirs by the share of neighbours():
/// no figure of `a` moves a kernel from one chip's to the other's in a jump.
///   on an H20 between an H100's and an H200's: share 0.493   (tests/chips/transfer.cpp)
template <class Old>
[[nodiscard]] constexpr fitted transfer(const measured_neighbours& n,
                                        const basic_accelerator<double, Old>& a,
                                        const kernel_execution& e) noexcept {
  if (n.share <= 0.0) return transfer(*n.slower, a, e);
  if (n.share >= 1.0) return transfer(*n.faster, a, e);
  return between(transfer(*n.slower, a, e), transfer(*n.faster, a, e), n.share);
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
