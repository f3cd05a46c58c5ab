// SPDX-License-Identifier: BSL-1.0
/// An accelerator: peaks per precision, memory, bandwidth, its links, and how much of them is
/// reached.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/base/bounded.hpp"
#include "shardline/base/fwd.hpp"
#include "shardline/base/integer.hpp"
#include "shardline/base/precision.hpp"
#include "shardline/base/units.hpp"
#include "shardline/describe/efficiency.hpp"

namespace shardline {

/// Dense peak of each precision; zero (anything below 1 FLOP/s) where the hardware has none.
template <class T = double>
struct basic_peaks {
  flop_rate<T> fp32{};
  flop_rate<T> tf32{};
  flop_rate<T> bf16{};
  flop_rate<T> fp16{};
  flop_rate<T> fp8{};
  flop_rate<T> int8{};
  flop_rate<T> fp4{};
  flop_rate<T> int4{};

  [[nodiscard]] constexpr const flop_rate<T>& operator[](precision p) const noexcept {
    return this->*in_order[static_cast<std::size_t>(p)];
  }

 private:
  // Indexed rather than switched on: which precision comes next is what a branch predictor misses.
  static constexpr std::array<flop_rate<T> basic_peaks::*, precision_count> in_order{
      &basic_peaks::fp32, &basic_peaks::tf32, &basic_peaks::bf16, &basic_peaks::fp16,
      &basic_peaks::fp8,  &basic_peaks::int8, &basic_peaks::fp4,  &basic_peaks::int4};
};

/// One GPU's connection: bytes per second in one direction, all its ports together (several NICs
/// per GPU are one link of their sum), and the time before the first byte; on a torus, of a hop.
///   rate, latency   of one direction, in bytes per second and seconds
template <class T = double>
struct basic_link {
  bandwidth<T> rate{};
  seconds<T> latency{};
};

/// Links inside a scale-up domain without a switch: from each accelerator to its neighbours, one
/// each way along up to three axes, which share its scale-up rate.
///   axes   their lengths in a whole domain; 1: no such axis; all 1: a switch, or links to all
///   ring   an axis is closed to a ring where it has a multiple of so many; 1: any
struct torus_links {
  std::array<integer, 3> axes{1, 1, 1};
  integer ring = 1;
  friend constexpr bool operator==(const torus_links&, const torus_links&) noexcept = default;

  /// 0 where a switch joins all.
  [[nodiscard]] constexpr integer dimensions() const noexcept {
    return (axes[0] > 1 ? 1 : 0) + (axes[1] > 1 ? 1 : 0) + (axes[2] > 1 ? 1 : 0);
  }
};

/// Who makes it, and so whose kernels and libraries run on it.
enum class vendor : unsigned char { unknown, nvidia, amd, google, amazon, intel };

/// Whose instructions its multiprocessors run, and so which of a maker's kernels. Boards of one
/// architecture differ in clocks, multiprocessors and memory.
///   unknown              the newest of its maker's servers that multiply in its formats
///   ampere, ada, hopper  compute capability 8.0 and 8.6, 8.9, 9.0
///   blackwell            10.x, of servers;   blackwell_graphics   12.x
enum class architecture : unsigned char {
  unknown,
  ampere,
  ada,
  hopper,
  blackwell,
  blackwell_graphics
};

/// One accelerator.
///   name          up to 95 characters, held in place
///   vendor        who makes it
///   architecture  whose instructions it runs: which measured chip's kernels, under fitted
///   peak          dense FLOP/s per precision
///   memory        bytes an application can use
///   memory_rate   bytes per second of that memory
///   scale_up      link to the others of its scale-up domain (NVLink, Infinity Fabric, ICI)
///   domain        accelerators in one scale-up domain, as usually built; in domains of 1 the
///                 scale-up link is never used
///   mesh          scale_up is the sum of links to each other accelerator of the domain: of n ranks
///                 each reaches (n - 1) / (domain - 1) of it; read by the policy fitted
///   network       this accelerator's share of the network between domains
///   multiprocessors    units that run blocks of a kernel (SMs, CUs, cores); 0: not known
///   last_level_cache   bytes of the cache they share; 0: not known
///   torus         how those of a domain are linked; the default is a switch
///   efficiency    policy: datasheet, constant, fitted
template <class T = double, class Efficiency = datasheet>
struct basic_accelerator {
  using scalar = T;
  using efficiency_policy = Efficiency;

  short_name name{};
  shardline::vendor vendor = shardline::vendor::unknown;
  shardline::architecture architecture = shardline::architecture::unknown;
  basic_peaks<T> peak{};
  bytes<T> memory{};
  bandwidth<T> memory_rate{};
  basic_link<T> scale_up{};
  integer domain = 1;
  bool mesh = false;
  basic_link<T> network{};
  integer multiprocessors = 0;
  bytes<T> last_level_cache{};
  torus_links torus{};
  Efficiency efficiency{};
};
using accelerator = basic_accelerator<>;

/// The same hardware under another efficiency policy: a copy of `a`, save its `efficiency`.
///   with_efficiency(catalog::h100_sxm, constant{.mfu = 0.5, .bandwidth = 0.8}): mfu 0.5
///   (tests/static/worked_numbers.cpp)
template <class T, class Old, class New>
[[nodiscard]] constexpr basic_accelerator<T, New> with_efficiency(
    const basic_accelerator<T, Old>& a, const New& efficiency) noexcept {
  return {a.name,     a.vendor,  a.architecture, a.peak,    a.memory,          a.memory_rate,
          a.scale_up, a.domain,  a.mesh,         a.network, a.multiprocessors, a.last_level_cache,
          a.torus,    efficiency};
}

namespace detail {

// The next type to multiply in where the hardware lacks one: weights are widened on the fly.
constexpr precision wider(precision p) noexcept {
  switch (p) {
    case precision::fp4:
    case precision::fp8:
    case precision::int8:
    case precision::int4:
      return precision::bf16;
    case precision::bf16:
      return precision::fp16;
    case precision::fp16:
      return precision::tf32;
    default:
      return precision::fp32;
  }
}

template <class T>
constexpr bool has_peak(const basic_peaks<T>& peaks, precision p) noexcept {
  return value_of(peaks[p].value()) >= 1.0;
}

// Of a type without a peak.
template <class T>
constexpr precision wider_with_peak(const basic_peaks<T>& peaks, precision p) noexcept {
  while (p != precision::fp32 && !has_peak(peaks, p)) {
    if (p == precision::fp16 && has_peak(peaks, precision::bf16)) return precision::bf16;
    p = wider(p);
  }
  return p;
}

}  // namespace detail

/// The precision in which `a` multiplies operands of type `p`: p itself where it has a peak (of
/// 1 FLOP/s or more), else the next wider type that has one, to which engines widen weights inside
/// a kernel (fp4, fp8, int8 and int4 -> bf16 -> fp16 -> tf32 -> fp32; fp16 also falls back to bf16,
/// of the same width). If none has, fp32, whose peak is then zero. Source: weight-only kernels of
/// vLLM (Marlin) and TensorRT-LLM (weight-only GEMM), which widen so.
///   supported(catalog::a100_sxm, precision::fp8) == precision::bf16, 8 bits in 16
///   (tests/describe/accelerator.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr precision supported(const basic_accelerator<T, Efficiency>& a,
                                            precision p) noexcept {
  return detail::has_peak(a.peak, p) ? p : detail::wider_with_peak(a.peak, p);
}

}  // namespace shardline
