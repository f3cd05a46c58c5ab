// SPDX-License-Identifier: BSL-1.0
/// Constants that no table of kernels says: what engines' launches, ranks and hosts take, and the
/// kernels of chips that only whole runs were measured on.
#pragma once

#include <string>
#include <vector>

#include "runs.hpp"
#include "solvers.hpp"

namespace accuracy {

/// A version whose constants are tried, and its kernels on a chip.
struct tried {
  shardline::engine_version engine{};
  shardline::fitted kernels{};
};

/// A constant of an engine's runs: where its search starts, its range, and where it stands.
struct run_constant {
  shardline::unknown of{};
  void (*put)(tried&, double) = nullptr;
};

/// Runs that share constants.
struct run_study {
  std::string name{};
  std::vector<run_constant> constants{};
  std::vector<whole_run> rows{};
};

/// The studies of all engines, from the measurements in a folder.
std::vector<run_study> run_studies(const std::string& folder);

/// What a row takes with these constants, in seconds.
double seconds_with(const run_study& s, const std::vector<double>& values, const whole_run& row);

/// Which rows stay together when some are left out: those of a model, or of a chip.
enum class left_out : unsigned char { model, chip };

/// Mean errors; -1: there are no such rows, or no groups to leave out.
struct errors_of_runs {
  double first_tokens = -1.0;
  double others = -1.0;
};

/// Of the rows of each group by constants fitted to the others.
errors_of_runs error_of_left_out(const run_study& s, left_out by);

/// Prints the constants of each study as shipped and as fitted, with their errors, and the rows' mean
/// error with both and with constants fitted without their model or chip. `only`: of studies whose name
/// has it.
void print_refit(const std::string& folder, const std::string& only);

}  // namespace accuracy
