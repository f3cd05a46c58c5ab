// SPDX-License-Identifier: BSL-1.0
/// The words of a server's command, and the file that it reads.
#pragma once

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/io/launch/deployment.hpp"

namespace shardline {

/// Where a command runs, and how it says so there.
///   leader     the first node's address, and `host` its own; none where the manifest says it
///   rank       a number, or the name of a variable that has it: "LWS_WORKER_INDEX"
///   is_leader  on the first node
///   port       that it serves on
///   slot       of the servers on a node, from 0
///   devices    GPUs of the node that it may use: "0,1,2,3"; nothing: all
struct launch_node {
  std::string leader{};
  std::string host{};
  std::string rank = "0";
  bool is_leader = true;
  integer port = ports::vllm;
  integer slot = 0;
  std::string devices{};
};

namespace detail {

inline bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The whole number that a text begins with; 0 of none. std::stoll drags in what prints why it
// failed.
inline integer whole_of(std::string_view text) {
  integer n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

// `times` the node's number: "8", or "$((LWS_WORKER_INDEX*8))".
inline std::string multiple_of(const std::string& rank, integer times) {
  if (is_number(rank)) return std::to_string(whole_of(rank) * times);
  return times == 1 ? "$" + rank : "$((" + rank + "*" + std::to_string(times) + "))";
}

// An argument's value on this node.
inline std::string on_node(std::string value, const launch_node& at) {
  if (const std::size_t i = value.find("{leader}"); i != std::string::npos) {
    value.replace(i, 8, at.leader);
  }
  if (value == "{rank}") return multiple_of(at.rank, 1);
  if (value.starts_with("{rank*"))
    return multiple_of(at.rank, whole_of(std::string_view(value).substr(6)));
  return value;
}

// A word as a shell takes it: in single quotes where it has anything but plain characters and
// variables.
inline std::string quoted(const std::string& word) {
  constexpr std::string_view special = "{}\"' *?[]<>|&;()#~`\\";
  const bool variable = word.find('$') != std::string::npos;
  if (variable || word.find_first_of(special) == std::string::npos) return word;
  return "'" + word + "'";
}

inline std::vector<launch_argument> arguments_on(const launch_server& s, const launch_node& at) {
  std::vector<launch_argument> all = s.arguments;
  const auto& own = at.is_leader ? s.leader : s.worker;
  all.insert(all.end(), own.begin(), own.end());
  for (launch_argument& a : all) a.value = on_node(a.value, at);
  return all;
}

inline void add_argument(std::vector<std::string>& to, const launch_argument& a) {
  to.emplace_back(a.option->name);
  if (a.option->type != option_type::present) to.back() += " " + quoted(a.value);
}

}  // namespace detail

/// Where a pool's servers are asked for their caches: addresses and ports of vLLM's NIXL connector,
/// docs/features/nixl_connector_usage.md.
inline constexpr std::string_view side_channel_host = "VLLM_NIXL_SIDE_CHANNEL_HOST";
inline constexpr std::string_view side_channel_port = "VLLM_NIXL_SIDE_CHANNEL_PORT";

/// "CUDA_VISIBLE_DEVICES=0,1", "VLLM_PP_LAYER_PARTITION=30,31": what stands before a server's
/// command, GPUs by index from 0, and those of the dialect's options that are variables. Of a
/// server of pools also where the other pool asks it for caches, by the names above where the
/// dialect has them: its own node's address, which each data-parallel engine there listens on, and
/// from its second slot on a port, ports::side_channel + ports::side_channels_apart x slot.
///   the second server of a node: "VLLM_NIXL_SIDE_CHANNEL_PORT=5700"   (tests/io/launch/plan.cpp)
[[nodiscard]] inline std::vector<std::string> environment_of(const launch_plan& p,
                                                             const launch_server& s,
                                                             const launch_node& at) {
  std::vector<std::string> words;
  if (!at.devices.empty()) words.push_back("CUDA_VISIBLE_DEVICES=" + at.devices);
  for (const launch_argument& a : s.arguments) {
    if (a.option->place != option_place::environment) continue;
    words.push_back(std::string(a.option->name) + "=" + a.value);
  }
  if (s.role == pool_role::both) return words;
  // vLLM's own default, localhost, is only right of pools on one node: vllm/envs.py.
  if (!at.host.empty() && p.dialect->find(side_channel_host) != nullptr) {
    words.push_back(std::string(side_channel_host) + "=" + at.host);
  }
  if (at.slot > 0 && p.dialect->find(side_channel_port) != nullptr) {
    // A port for each data-parallel rank follows the first.
    const integer port = ports::side_channel + ports::side_channels_apart * at.slot;
    words.push_back(std::string(side_channel_port) + "=" + std::to_string(port));
  }
  return words;
}

/// "--tensor-parallel-size 8", ...: what stands behind a server's program and its checkpoint, each
/// number in the unit that the dialect has for its option.
///   (tests/io/launch/plan.cpp)
[[nodiscard]] inline std::vector<std::string> options_of(const launch_server& s,
                                                         const launch_node& at) {
  std::vector<std::string> words;
  for (const launch_argument& a : detail::arguments_on(s, at)) {
    if (a.option->place == option_place::command) detail::add_argument(words, a);
  }
  return words;
}

/// "vllm serve meta-llama/Llama-3.1-70B": the dialect's `program`, and the checkpoint where it has
/// no option of its own.   (tests/io/launch/plan.cpp)
[[nodiscard]] inline std::string program_of(const launch_plan& p) {
  std::string program(p.dialect->program);
  for (const launch_option& o : p.dialect->options) {
    if (o.field == launch_field::checkpoint) return program;
  }
  return program + " " + detail::quoted(p.checkpoint);
}

namespace detail {

// The key's last part below its first ones, which were written already where they are those of the
// key before it.
inline void add_key(std::string& text, std::string_view before, std::string_view key,
                    std::string_view value) {
  std::size_t from = 0;
  std::string indent;
  for (std::size_t dot = key.find('.'); dot != std::string_view::npos; dot = key.find('.', from)) {
    const std::string_view parents = key.substr(0, dot + 1);
    if (!before.starts_with(parents)) {
      text += indent + std::string(key.substr(from, dot - from)) + ":\n";
    }
    indent += "  ";
    from = dot + 1;
  }
  text += indent + std::string(key.substr(from)) + ": " + std::string(value) + "\n";
}

}  // namespace detail

/// The YAML that the program is told to read, each number in the unit that the dialect has for its
/// key; nothing where it reads none. Keys of one parent follow each other, in the order of the
/// table.
///   TensorRT-LLM at tp 8: "tensor_parallel_size: 8"   (tests/io/launch/plan.cpp)
[[nodiscard]] inline std::string file_of(const launch_plan& p, const launch_server& s) {
  std::string text;
  std::string_view before;
  for (const launch_option& o : p.dialect->options) {
    if (o.place != option_place::file) continue;
    for (const launch_argument& a : s.arguments) {
      if (a.option->name != o.name) continue;
      const bool list = o.type == option_type::wholes;
      detail::add_key(text, before, o.name, list ? "[" + a.value + "]" : a.value);
      before = o.name;
    }
  }
  return text;
}

}  // namespace shardline
