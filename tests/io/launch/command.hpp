// SPDX-License-Identifier: BSL-1.0
/// What was printed, read again as the engine's argument parser would: against the table alone.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/engines/launch/index.hpp"
#include "shardline/io/launch/checked.hpp"

namespace launch_tests {

using namespace shardline;

/// Options by name, with what stands behind them.
using parsed = std::map<std::string, std::string, std::less<>>;

/// Words of a shell's command; what stands in single quotes is one.
inline std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (!quoted && (c == ' ' || c == '\n' || c == '\\')) {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

inline bool is_whole(const std::string& text, double least, double most) {
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() &&
         static_cast<double>(value) >= least && static_cast<double>(value) <= most;
}

inline bool accepts(const launch_option& o, const std::string& value) {
  switch (o.type) {
    case option_type::whole:
      return is_whole(value, o.least, o.most);
    case option_type::real:
      return std::stod(value) >= o.least && std::stod(value) <= o.most;
    case option_type::present:
      return value.empty();
    case option_type::truth:
      return value == "true" || value == "false";
    case option_type::word:
      return std::find(o.choices.begin(), o.choices.end(), value) != o.choices.end();
    case option_type::text:
      return !value.empty();
    case option_type::wholes: {
      const auto list = nlohmann::json::parse(value.front() == '[' ? value : "[" + value + "]");
      return !list.empty() && std::all_of(list.begin(), list.end(),
                                          [](const auto& n) { return n.is_number_integer(); });
    }
    case option_type::json:
      return nlohmann::json::parse(value, nullptr, false).is_object();
  }
  return false;
}

inline void take(parsed& to, const launch_dialect& d, option_place place, const std::string& name,
                 const std::string& value) {
  const launch_option* o = d.find(name);
  CAPTURE(name);
  CAPTURE(value);
  REQUIRE(o != nullptr);
  CHECK(o->place == place);
  CHECK(accepts(*o, value));
  CHECK(to.emplace(name, value).second);
}

/// One command, "NAME=value program checkpoint --option value ...".
inline parsed parse_command(const launch_dialect& d, std::string_view command) {
  parsed found;
  const std::vector<std::string> words = words_of(command);
  std::size_t i = 0;
  for (; words[i].find('=') != std::string::npos; ++i) {
    const std::size_t equals = words[i].find('=');
    const std::string variable = words[i].substr(0, equals);
    if (variable == "CUDA_VISIBLE_DEVICES") continue;
    take(found, d, option_place::environment, variable, words[i].substr(equals + 1));
  }
  while (i < words.size() && !words[i].starts_with("--")) ++i;
  while (i < words.size()) {
    const std::string name = words[i++];
    const launch_option* o = d.find(name);
    CAPTURE(name);
    REQUIRE(o != nullptr);
    take(found, d, option_place::command, name,
         o->type == option_type::present ? "" : words.at(i++));
  }
  return found;
}

/// Keys of two levels and three, "kv_cache_config.dtype".
inline parsed parse_file(const launch_dialect& d, std::string_view yaml) {
  parsed found;
  std::vector<std::string> parents;
  for (std::size_t from = 0; from < yaml.size();) {
    const std::size_t end = yaml.find('\n', from);
    const std::string_view line = yaml.substr(from, end - from);
    from = end + 1;
    const std::size_t indent = line.find_first_not_of(' ') / 2;
    const std::size_t colon = line.find(": ");
    REQUIRE(indent <= parents.size());
    parents.resize(indent);
    if (colon == std::string_view::npos) {
      parents.emplace_back(line.substr(indent * 2, line.size() - indent * 2 - 1));
      continue;
    }
    std::string name;
    for (const std::string& p : parents) name += p + ".";
    name += line.substr(indent * 2, colon - indent * 2);
    take(found, d, option_place::file, name, std::string(line.substr(colon + 2)));
  }
  return found;
}

/// What was read keeps every rule of the engine's, with what is known of the model and the load.
inline void keeps_rules(const launch_dialect& d, const parsed& options,
                        const shardline::said_options& facts) {
  shardline::said_options said = facts;
  said.insert(options.begin(), options.end());
  const shardline::launch_rule* broken = shardline::broken_rule(d, said);
  INFO((broken == nullptr ? std::string() : to_text(*broken, said)));
  CHECK(broken == nullptr);
}

/// The commands of a text of a shell: lines that end in a backslash go on.
inline std::vector<std::string> commands_in(std::string_view shell, std::string_view program) {
  std::vector<std::string> commands;
  for (std::size_t at = shell.find(program); at != std::string_view::npos;
       at = shell.find(program, at + 1)) {
    const std::size_t line = shell.rfind('\n', at) + 1;
    std::size_t end = shell.find('\n', at);
    while (end != std::string_view::npos && shell[end - 1] == '\\') end = shell.find('\n', end + 1);
    commands.emplace_back(shell.substr(line, end - line));
  }
  return commands;
}

}  // namespace launch_tests
