// SPDX-License-Identifier: BSL-1.0
/// The kinds of measurements, each read from its files in the measured folder.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "chip_curves.hpp"
#include "score.hpp"

namespace accuracy {

/// Kernels: cross-validated over shapes.
struct scores {
  std::vector<score_table> shapes{};
};

scores gemm_scores(const std::string& folder);
scores attention_scores(const std::string& folder);
scores expert_scores(const std::string& folder);
scores recurrence_scores(const std::string& folder);
scores module_scores(const std::string& folder);
scores collective_scores(const std::string& folder);

/// The constants that the same rows say, as the catalog's headers state them.
void add_gemm_curves(const std::string& folder, chip_curves& found);
void add_attention_curves(const std::string& folder, chip_curves& found);
void add_expert_curves(const std::string& folder, chip_curves& found);
void add_collective_curves(const std::string& folder, chip_curves& found);

/// The headers of recurrences, chips/recurrences.hpp, and of attention to chosen tokens,
/// chips/sparse.hpp.
std::string recurrences_header(const std::string& folder);
std::string sparse_header(const std::string& folder);

/// Whole runs of many sources, by the constants that are shipped; runs.hpp has the others.
std::vector<score_table> end_to_end_tables(const std::string& folder);

}  // namespace accuracy
