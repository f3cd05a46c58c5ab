// SPDX-License-Identifier: BSL-1.0
/// What a search tries beside layouts: options with lists behind them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "options.hpp"
#include "words.hpp"

namespace planner {

/// Options with what stands behind each: "--weights", "fp8".
using said_options = std::vector<std::pair<std::string, std::string>>;

/// One way to run the model, and what is tried on it.
///   own    the options of its first load
///   loads  one for each of load_lists' combinations
///   said   what it has of each list of its own
struct space_setting {
  options own{};
  std::vector<shardline::workload> loads{};
  said_options said{};
};

/// All that is tried.
///   settings   every combination of the lists of accelerators, engines and formats
///   loads      what the loads of every setting have of the other lists
///   gpus       numbers of them
///   lists      options with more than one value, "--concurrency", in the order of the columns
struct search_space {
  std::vector<space_setting> settings{};
  std::vector<said_options> loads{};
  std::vector<shardline::integer> gpus{};
  said_options lists{};

  [[nodiscard]] bool is_single() const { return lists.empty(); }
};

/// Of what something has of each option, that of the space's lists alone; and as text, ", with
/// --weights fp8", nothing where there is none.
said_options of_lists(const search_space& space, said_options said);
std::string with_text(const said_options& said);

/// Whether a search takes a list behind this option.
bool takes_list(std::string_view option);

/// Whether a recommendation does: accelerators, engines, formats, and prices of accelerators.
bool takes_list_of_settings(std::string_view option);

/// The values of a list "16,64,256", of a range of whole numbers "8..64", "64..4096:64" in steps or
/// "8..64:x2" in powers, or of both, in their order. A single value that is neither stands for
/// itself. Throws bad_input.
std::vector<std::string> values_in(const std::string& option, const std::string& text);

/// The first of every list, with what else is given.
words first_of_lists(const words& of);

/// The same of the lists of settings alone: accelerators, engines, formats.
words first_setting_of(const words& of);

/// Every combination, each read as a command line of its own. Throws bad_input.
search_space read_space(const words& of);

}  // namespace planner
