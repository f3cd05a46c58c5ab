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

/// Curves that no table of a chip and engine has, from the nearest that has them: another engine's on
/// the chip, or another format's kernel.
void fill_gaps(chip_curves& found);

/// The header of a chip's collectives: chips/b200_sxm_collectives.hpp.
std::string collectives_of(const std::string& gpu, const chip_curves& found);

/// "b200-sxm vllm" as a name in C++.
std::string identifier(std::string name);

/// The header of one chip and engine: chips/b200_sxm_vllm.hpp.
std::string header_of(const std::string& chip,
                      const std::map<std::string, curves_by_format>& curves);

}  // namespace accuracy
