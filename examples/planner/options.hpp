/// The command line of shardline-plan as data.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shardline/shardline.hpp"

namespace planner {

/// Each alternative is a policy of its own type: std::visit picks the estimator made for it.
using efficiency = std::variant<shardline::datasheet, shardline::constant>;

/// What to do, and with what.
///   layout          of an estimate; none for a search
///   assumption      which efficiency was taken, and whether the user chose it
///   notes           what a configuration file says that is not priced
struct options {
  shardline::model model{};
  shardline::cluster cluster{};
  planner::efficiency efficiency{};
  shardline::workload workload{};
  std::optional<shardline::layout> layout{};
  std::size_t top = 10;
  bool json = false;
  std::string assumption{};
  std::vector<std::string> notes{};
};

/// A command line that is refused: one line for the user.
struct bad_input {
  std::string line;
};

/// Reads the command line; none where it asked for help, which is then printed.
/// Throws bad_input.
std::optional<options> read_options(int argc, char** argv);

}  // namespace planner
