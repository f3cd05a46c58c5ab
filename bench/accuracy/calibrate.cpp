// SPDX-License-Identifier: BSL-1.0
// The catalog's constants of kernels and collectives, fitted anew.
//
// bench_calibrate <folder> [<headers>]: writes the curves of each chip and engine, and of each chip's
// collectives, as the headers that chips/ has of them into the folder <headers>, else to standard
// output; clang-format gives them their form.
// bench_calibrate <folder> runs [<study>]: what engines' launches, ranks and hosts take, fitted to whole runs.
#include <cstdio>
#include <exception>
#include <fstream>
#include <set>
#include <string>

#include "families.hpp"
#include "refit.hpp"

namespace {

void write(const std::string& folder, const std::string& name, const std::string& text) {
  if (folder.empty()) {
    std::printf("%s\n", text.c_str());
    return;
  }
  std::ofstream(folder + "/" + name + ".hpp") << text;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace accuracy;
  const bool runs = argc > 2 && std::string(argv[2]) == "runs";
  if (argc < 2 || argc > (runs ? 4 : 3)) {
    std::fprintf(stderr,
                 "usage: %s <folder of measurements> [runs [<study>] | <folder for headers>]\n",
                 argv[0]);
    return 64;
  }
  try {
    if (runs) {
      print_refit(argv[1], argc == 4 ? argv[3] : "");
      return 0;
    }
    const std::string headers = argc == 3 ? argv[2] : "";
    chip_curves found;
    add_gemm_curves(argv[1], found);
    add_attention_curves(argv[1], found);
    add_expert_curves(argv[1], found);
    add_collective_curves(argv[1], found);
    write(headers, "recurrences", recurrences_header(argv[1]));
    write(headers, "sparse", sparse_header(argv[1]));
    std::set<std::string> gpus;
    for (const auto& [chip, curves] : found) {
      gpus.insert(chip.substr(0, chip.find(' ')));
      if (curves.count("gemm") > 0) write(headers, identifier(chip), header_of(chip, curves));
    }
    for (const std::string& gpu : gpus) {
      write(headers, identifier(gpu) + "_kernels", kernels_of_chip(gpu, found));
      write(headers, identifier(gpu) + "_collectives", collectives_of(gpu, found));
    }
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
  return 0;
}
