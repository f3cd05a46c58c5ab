// SPDX-License-Identifier: BSL-1.0
/// Curves as bench_calibrate writes them into headers of chips/.
#pragma once

#include <map>
#include <string>

#include "shardline/curves/kernels.hpp"

namespace accuracy {

/// Initialisers of fitted curves by chip and engine ("b200-sxm vllm"), kind ("gemm") and format, each
/// with its error behind it.
struct chip_curve {
  std::string text{};
  std::string note{};
};
using curves_by_format = std::map<shardline::kernel_format, chip_curve>;
using chip_curves = std::map<std::string, std::map<std::string, curves_by_format>>;

/// The header that says which curve stands for each kernel and format of each engine on a chip:
/// chips/b200_sxm_kernels.hpp. What no table of an engine has is another engine's on the chip, or another
/// format's.
std::string kernels_of_chip(const std::string& gpu, const chip_curves& measured);

/// The header of a chip's collectives: chips/b200_sxm_collectives.hpp.
std::string collectives_of(const std::string& gpu, const chip_curves& found);

/// "b200-sxm vllm" as a name in C++.
std::string identifier(std::string name);

/// The header of what was measured of one engine on a chip: chips/b200_sxm_vllm.hpp.
std::string header_of(const std::string& chip,
                      const std::map<std::string, curves_by_format>& curves);

}  // namespace accuracy
