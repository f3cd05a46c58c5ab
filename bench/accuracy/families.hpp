/// The kinds of measurements, each read from its files in the measured folder.
#pragma once

#include <string>
#include <vector>

#include "score.hpp"

namespace accuracy {

std::vector<family> gemm_families(const std::string& folder);
std::vector<family> attention_families(const std::string& folder);
std::vector<family> expert_families(const std::string& folder);
std::vector<family> collective_families(const std::string& folder);
std::vector<family> serving_families(const std::string& folder);

}  // namespace accuracy
