/// shardline-plan: what a layout holds, costs and delivers, and which layouts are best.
/// Exits 0 with a feasible layout, 2 without one, 64 (sysexits.h EX_USAGE) with a refused input.
#include <cstdio>
#include <exception>

#include "options.hpp"
#include "report.hpp"

int main(int argc, char** argv) {
  constexpr int infeasible = 2;
  constexpr int bad_usage = 64;
  try {
    const auto options = planner::read_options(argc, argv);
    return !options || planner::run(*options) ? 0 : infeasible;
  } catch (const planner::bad_input& refused) {
    std::fprintf(stderr, "shardline-plan: %s\n", refused.line.c_str());
    return bad_usage;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "shardline-plan: %s\n", failure.what());
    return 1;
  }
}
