// SPDX-License-Identifier: BSL-1.0
/// shardline-plan: what a layout holds, costs and delivers, and which layouts are best.
/// Exits 0 with a feasible layout, 2 without one, 64 (sysexits.h EX_USAGE) with a refused input, 74
/// (EX_IOERR) where its output cannot be written.
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "options.hpp"
#include "output.hpp"
#include "report.hpp"
#include "shardline/io/hf/reader.hpp"

namespace {

constexpr int bad_usage = 64;
constexpr int bad_output = 74;

// Character by character: printable() would cut a long path short. Whatever a line repeats of the
// command line or of a file, it stays one line and moves no cursor.
int failed(std::string_view line, int status) {
  std::string shown;
  for (std::size_t i = 0; i < line.size(); ++i)
    shown += shardline::hf::printable(line.substr(i, 1));
  std::fprintf(stderr, "shardline-plan: %s\n", shown.c_str());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int infeasible = 2;
  planner::expect_closed_pipes();
  try {
    const auto options = planner::read_options(argc, argv);
    const bool found = !options || planner::run(*options);
    planner::finish_output();
    return found ? 0 : infeasible;
  } catch (const planner::unwritten& output) {
    return failed(output.line, bad_output);
  } catch (const planner::bad_input& input) {
    return failed(input.line, bad_usage);
  } catch (const std::exception& failure) {
    return failed(failure.what(), bad_usage);
  } catch (...) {
    return failed("failed for a reason that has no name", bad_usage);
  }
}
