/// shardline-plan: what a layout holds, costs and delivers, and which layouts are best.
/// Exits 0 with a feasible layout, 2 without one, 64 (sysexits.h EX_USAGE) with a refused input.
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "options.hpp"
#include "report.hpp"
#include "shardline/io/hf/reader.hpp"

namespace {

// Character by character: printable() would cut a long path short. Whatever a line repeats of the
// command line or of a file, it stays one line and moves no cursor.
int refused(std::string_view line) {
  std::string shown;
  for (std::size_t i = 0; i < line.size(); ++i)
    shown += shardline::hf::printable(line.substr(i, 1));
  std::fprintf(stderr, "shardline-plan: %s\n", shown.c_str());
  constexpr int bad_usage = 64;
  return bad_usage;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int infeasible = 2;
  try {
    const auto options = planner::read_options(argc, argv);
    return !options || planner::run(*options) ? 0 : infeasible;
  } catch (const planner::bad_input& input) {
    return refused(input.line);
  } catch (const std::exception& failure) {
    return refused(failure.what());
  } catch (...) {
    return refused("failed for a reason that has no name");
  }
}
