// SPDX-License-Identifier: BSL-1.0
/// How far measurements were from the fitted policy: residuals by chip, engine and kind of
/// operator.
///
/// Tenth and ninetieth percentile of measured over predicted time, each row predicted by constants
/// fitted without its shape (bench_accuracy, column "8 in 10", November 2026): of a kind all
/// formats and phases together; an end that the prediction itself lies beyond is 1. A step is made
/// of many shapes, whose errors are in part each other's: `step` is what whole runs need beyond the
/// kinds for eight in ten of them to lie inside.
#pragma once

#include <array>
#include <string_view>

#include "shardline/chips/measured.hpp"
#include "shardline/curves/residuals.hpp"
#include "shardline/engines/engine.hpp"

namespace shardline::catalog::curves {

/// Of an engine's kernels on a chip.
struct kernel_residuals {
  residual_range gemm{};
  residual_range attention{};
  residual_range experts{};
  residual_range collectives{};
};

/// Of a chip: kernels of vLLM, SGLang and TensorRT-LLM there.
struct chip_residuals {
  std::string_view chip{};
  std::array<kernel_residuals, 3> of{};
};

/// Of chips whose kernels were measured.
inline constexpr std::array residuals_by_chip{
    chip_residuals{"a100-sxm",
                   {{{{0.89, 1.12}, {0.71, 3.32}, {0.78, 1.27}, {0.94, 1.07}},
                     {{0.87, 1.17}, {0.83, 1.19}, {0.73, 1.51}, {0.95, 1.07}},
                     {{0.86, 1.13}, {0.86, 1.15}, {0.84, 1.16}, {0.89, 1.41}}}}},
    chip_residuals{"h100-sxm",
                   {{{{0.88, 1.19}, {0.85, 1.17}, {0.87, 1.20}, {0.91, 1.08}},
                     {{0.87, 1.20}, {0.83, 1.19}, {0.70, 1.57}, {0.98, 1.05}},
                     {{0.91, 1.12}, {0.86, 1.22}, {0.81, 1.32}, {0.96, 1.09}}}}},
    chip_residuals{"h200-sxm",
                   {{{{0.85, 1.18}, {0.82, 1.30}, {0.86, 1.22}, {0.93, 1.05}},
                     {{0.84, 1.25}, {0.81, 1.19}, {0.70, 1.62}, {0.97, 1.06}},
                     {{0.90, 1.11}, {0.86, 1.17}, {0.78, 1.32}, {0.93, 1.07}}}}},
    chip_residuals{"b200-sxm",
                   {{{{0.87, 1.16}, {0.84, 1.18}, {0.82, 1.46}, {0.49, 1.25}},
                     {{0.87, 1.26}, {0.85, 1.24}, {0.70, 1.47}, {0.85, 1.68}},
                     {{0.85, 1.17}, {0.87, 1.17}, {0.71, 1.51}, {0.92, 1.25}}}}},
    chip_residuals{"l40s",
                   {{{{0.81, 1.20}, {0.81, 1.19}, {0.63, 1.17}, {0.47, 11.1}},
                     {{0.78, 1.33}, {0.71, 1.28}, {0.62, 1.51}, {0.37, 10.2}},
                     {{0.82, 1.21}, {0.69, 1.52}, {0.53, 1.34}, {0.36, 9.95}}}}},
    chip_residuals{"rtx-pro-6000",
                   {{{{0.70, 1.72}, {0.67, 1.25}, {0.82, 1.16}, {1.00, 2.41}},
                     {{0.83, 1.19}, {0.70, 1.38}, {0.76, 1.29}, {1.00, 2.40}},
                     {{0.78, 1.24}, {0.80, 1.22}, {0.83, 1.20}, {1.00, 2.52}}}}}};

/// Of a chip that only whole runs measured (MI300X), and of an A100's kernels on an MI210.
inline constexpr kernel_residuals by_whole_runs{{0.75, 1.35}, {0.6, 1.8}, {0.6, 1.8}, {0.6, 1.8}};

/// How far from what was measured a policy is.
///   measured   the chip, under an engine whose kernels were
///   near       another chip of its maker that multiplies in the same formats, or an engine that
///              was not measured there
///   far        any other
enum class transfer_distance : unsigned char { measured, near, far };

namespace detail {

// So many times as far from 1, either way.
constexpr residual_range widened(const residual_range& r, double times) noexcept {
  return {max(1.0 + (r.low - 1.0) * times, 0.05), 1.0 + (r.high - 1.0) * times};
}

constexpr const kernel_residuals& measured_residuals(std::string_view chip,
                                                     kernel_library library) noexcept {
  for (const chip_residuals& c : residuals_by_chip) {
    if (c.chip != chip) continue;
    return shardline::detail::of_library(library, c.of[0], c.of[1], c.of[2]);
  }
  return by_whole_runs;
}

}  // namespace detail

/// The residuals, ratios [1], of a chip's kernels that were carried over so far:
///   elementwise  norms and activation functions of Vidur's tables
///   host         not measured by itself: taken as wide as the vector kernels
///   kinds        near: one and a half times as wide, far: two and a half times: taken, not
///                measured
///   step, queue  so that seven to nine in ten of each family of runs lie inside: of serving.csv's
///                tokens and first tokens 89 % of those not set apart (hosts and launches were
///                fitted to them too), of MLPerf's 81 %, of Argonne's 76 %
///   of a chip of which none was measured, near: 1.5 times as wide   (tests/chips/residuals.cpp)
[[nodiscard]] constexpr residual_ranges residuals_at(std::string_view chip, kernel_library library,
                                                     transfer_distance distance) noexcept {
  const kernel_residuals& k = detail::measured_residuals(chip, library);
  const bool own = distance == transfer_distance::measured;
  const double times = own ? 1.0 : distance == transfer_distance::near ? 1.5 : 2.5;
  return {.gemm = detail::widened(k.gemm, times),
          .attention = detail::widened(k.attention, times),
          .experts = detail::widened(k.experts, times),
          .elementwise = detail::widened({0.85, 1.15}, times),
          .collectives = detail::widened(k.collectives, times),
          .host = detail::widened({0.85, 1.15}, times),
          .step = detail::widened({0.94, 1.08}, times),
          .queue = detail::widened({0.75, 2.1}, times)};
}

}  // namespace shardline::catalog::curves
