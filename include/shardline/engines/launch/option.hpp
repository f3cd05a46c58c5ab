// SPDX-License-Identifier: BSL-1.0
/// What an engine's program takes on its command line, in its environment and in its files, as
/// data.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "shardline/engines/launch/rule.hpp"

namespace shardline {

/// What an option says.
///   degree   of the layout; the convention's flag whose `option` or `setting` it is (flags.hpp)
///   prompt_split   that the ranks which a degree gives prompts split them, and how
///   the others   a number that was priced, or where what was priced is to run
enum class launch_field : unsigned char {
  degree,
  prompt_split,
  checkpoint,
  max_sequences,
  step_tokens,
  context,
  memory_fraction,
  page_tokens,
  cache_format,
  offloaded_cache,
  quantisation,
  guesses,
  prefix_cache,
  chunked_prefill,
  cuda_graphs,
  adapters,
  adapter_rank,
  expert_backend,
  expert_balance,
  expert_wire,
  batch_overlap,
  nodes,
  address,
  pool
};

/// Where an option stands.
///   environment   NAME=value before the program
///   file          a key of the YAML that the program is told to read, "." between nested ones
enum class option_place : unsigned char { command, environment, file };

/// What stands behind it.
///   whole    a whole number from `least` to `most`
///   real     a number likewise
///   present  nothing: an option that is there or not
///   truth    true or false
///   word     one of `choices`
///   text     anything that is not empty
///   wholes   whole numbers with commas between them
///   json     an object
enum class option_type : unsigned char { whole, real, present, truth, word, text, wholes, json };

/// An option of one program.
///   name   "--max-num-seqs", "VLLM_PP_LAYER_PARTITION", "kv_cache_config.dtype"
///   field         what it says
///   choices       the words that it may be
///   least, most   of a number, both included
struct launch_option {
  launch_field field{};
  std::string_view name{};
  option_type type = option_type::whole;
  option_place place = option_place::command;
  std::span<const std::string_view> choices{};
  double least = 1.0;
  double most = 1e9;
};

/// Two lists of options or of rules as one, First + Second rows, the second's behind the first's.
///   joined({1, 2}, {3}) = {1, 2, 3}   (tests/engines/launch_rules.cpp)
template <class Row, std::size_t First, std::size_t Second>
[[nodiscard]] constexpr std::array<Row, First + Second> joined(
    const std::array<Row, First>& first, const std::array<Row, Second>& second) noexcept {
  std::array<Row, First + Second> all{};
  std::copy(second.begin(), second.end(), std::copy(first.begin(), first.end(), all.begin()));
  return all;
}

/// How the versions of an engine that take these options are started.
///   versions   by their names, "vllm-0.21"
///   program    what is typed before the options; the checkpoint follows where it has no option
///   rules      what it asks of them beside their types
struct launch_dialect {
  std::string_view engine{};
  std::span<const std::string_view> versions{};
  std::string_view program{};
  std::span<const launch_option> options{};
  std::span<const launch_rule> rules{};

  /// The option of this name; null where there is none.
  [[nodiscard]] constexpr const launch_option* find(std::string_view name) const noexcept {
    for (const launch_option& o : options) {
      if (o.name == name) return &o;
    }
    return nullptr;
  }
  /// Whether this version is among those that it is of.
  [[nodiscard]] constexpr bool is_of(std::string_view version) const noexcept {
    for (const std::string_view v : versions) {
      if (v == version) return true;
    }
    return false;
  }
};

}  // namespace shardline
