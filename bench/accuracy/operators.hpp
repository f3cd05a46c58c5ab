// SPDX-License-Identifier: BSL-1.0
/// The tables of operators/<chip>/: which chips and engines were measured, and which of an engine's
/// versions stands for it.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "policies.hpp"
#include "table.hpp"

namespace accuracy {

/// Folders of operators/, as the catalog names their chips, and whether they are scored beside each
/// other or, of workstation boards, apart.
struct measured_folder {
  const char* folder;
  const shardline::accelerator& gpu;
};
inline constexpr std::array<measured_folder, 6> measured_folders{
    {{"a100_sxm", shardline::catalog::a100_sxm},
     {"h100_sxm", shardline::catalog::h100_sxm},
     {"h200_sxm", shardline::catalog::h200_sxm},
     {"b200_sxm", shardline::catalog::b200_sxm},
     {"l40s", shardline::catalog::l40s},
     {"rtx_pro_6000_server", shardline::catalog::rtx_pro_6000}}};

/// Whether a version is the one that the shipped constants are of: the newest of an engine whose
/// kernels a table has, and those before it with the same kernels. vLLM 0.14's fp8 multiplications
/// take twice the time of 0.19's; TensorRT-LLM 1.0 and 1.2 run other expert kernels than 1.3, but on an
/// L40S all of its latent attention is of 1.0.
inline bool is_current(const std::string& gpu, const std::string& engine,
                       const std::string& version) {
  if (gpu == "a100-sxm") return true;
  if (engine == "vllm") return version != "0.14.0";
  if (engine == "trtllm") return version.starts_with("1.3") || gpu == "l40s";
  return true;
}

/// visit(kernels, row, is_current) for each row of `name`.csv of each chip that has one; its first
/// two columns are engine and version.
template <std::size_t N, class Visit>
void for_each_row(const std::string& folder, const std::string& name,
                  const std::array<const char*, N>& columns, const Visit& visit) {
  for (const measured_folder& of : measured_folders) {
    const std::string file = folder + "/operators/" + of.folder + "/" + name + ".csv";
    if (!std::filesystem::exists(file)) continue;
    std::map<std::string, std::shared_ptr<const kernels>> known;
    table<N> rows(file, columns);
    while (rows.next()) {
      auto& k = known[rows.word(0)];
      if (k == nullptr) k = kernels_of(of.gpu, rows.word(0));
      visit(k, rows, is_current(k->gpu(), rows.word(0), rows.word(1)));
    }
  }
}

}  // namespace accuracy
