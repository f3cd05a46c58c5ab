// The catalog's constants of kernels and collectives, fitted anew.
//
// bench_calibrate <folder>: prints for each curve of chips/ its constants with their
// standard errors beside the shipped ones, its error in the fit and cross-validated, and the
// initialiser to be pasted there.
#include <cstdio>
#include <exception>
#include <string>

#include "families.hpp"

int main(int argc, char** argv) {
  using namespace accuracy;
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s <folder of measurements>\n", argv[0]);
    return 64;
  }
  try {
    for (const auto constants :
         {&gemm_constants, &attention_constants, &expert_constants, &collective_constants}) {
      std::printf("%s", constants(argv[1]).c_str());
      std::fflush(stdout);
    }
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
  return 0;
}
