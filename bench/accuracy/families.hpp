/// The kinds of measurements, each read from its files in the measured folder.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "score.hpp"

namespace accuracy {

/// Kernels: cross-validated over shapes, and carried from one accelerator to the other.
struct scores {
  std::vector<score_table> shapes{};
  std::vector<family> carried{};
};

scores gemm_scores(const std::string& folder);
scores attention_scores(const std::string& folder);
scores expert_scores(const std::string& folder);
scores collective_scores(const std::string& folder);

/// The constants that the same rows say, as the catalog's headers state them.
std::string gemm_constants(const std::string& folder);
std::string attention_constants(const std::string& folder);
std::string expert_constants(const std::string& folder);
std::string collective_constants(const std::string& folder);

/// Whole runs, by the constants that are shipped.
score_table tpot_table(const std::string& folder);
score_table ttft_table(const std::string& folder);
score_table static_batch_table(const std::string& folder);
std::vector<score_table> end_to_end_tables(const std::string& folder);

}  // namespace accuracy
