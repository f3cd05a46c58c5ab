/// The command line of shardline-plan as data.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/engine.hpp"
#include "shardline/shardline.hpp"

namespace planner {

/// Each alternative is a policy of its own type, or the engine whose fitted one is taken:
/// std::visit picks the estimator made for it.
using efficiency =
    std::variant<shardline::datasheet, shardline::constant, const shardline::engine_version*>;

enum class task : unsigned char { estimate, search, fit };

/// What to do, and with what.
///   cluster         with the engine that runs on it
///   layout          of an estimate or a fit; default for a search
///   prefill_gpus, decode_gpus   of an estimate with two pools of that layout; 0: prompts and
///   tokens
///                   share the cluster
///   assumption      which efficiency was taken, and whether the user chose it; of a fit: nothing
///   engine          the version that runs, none where only what any engine takes is reserved; and
///                   how it came to be taken: ", assumed because ..." or nothing
///   notes           what a configuration file says that is not priced
struct options {
  planner::task task = planner::task::estimate;
  shardline::model model{};
  shardline::cluster cluster{};
  planner::efficiency efficiency{};
  shardline::workload workload{};
  shardline::layout layout{};
  shardline::count prefill_gpus = 0;
  shardline::count decode_gpus = 0;
  std::size_t top = 10;
  bool json = false;
  std::string assumption{};
  const shardline::engine_version* engine = nullptr;
  std::string engine_assumption{};
  std::vector<std::string> notes{};
};

/// A command line that is refused: one line for the user.
struct bad_input {
  std::string line;
};

/// Reads the command line; none where it asked for help, which is then printed.
/// Throws bad_input, or unwritten where the help cannot be printed.
std::optional<options> read_options(int argc, char** argv);

}  // namespace planner
