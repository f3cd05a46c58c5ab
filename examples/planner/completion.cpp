// SPDX-License-Identifier: BSL-1.0
#include "completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "values.hpp"

namespace planner {

namespace {

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* one : app.get_subcommands({})) names.push_back(one->get_name());
  return names;
}

bool has_dashes(const CLI::Option& option) { return option.get_name().starts_with("--"); }

// What may stand behind a command: options, and the words of what stands by itself.
std::vector<std::string> words_behind(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (has_dashes(*option)) {
      names.push_back(option->get_name());
    } else {
      for (std::string& word : values_of(option->get_name())) names.push_back(std::move(word));
    }
  }
  return names;
}

// Options of any command that something stands behind, with the words that it may be; none of
// numbers, and of what may be a path too.
std::map<std::string, std::vector<std::string>> valued_options(const CLI::App& app) {
  std::map<std::string, std::vector<std::string>> options;
  for (const CLI::App* one : app.get_subcommands({})) {
    for (const CLI::Option* option : one->get_options()) {
      if (!has_dashes(*option) || option->get_expected_max() == 0) continue;
      options[option->get_name()] = values_of(option->get_name());
    }
  }
  return options;
}

// A line of a case for each option that takes words, and one for all others that take a value.
std::string cases_of_values(const CLI::App& app, std::string_view before, std::string_view after,
                            std::string_view anything) {
  std::string text;
  std::vector<std::string> others;
  for (const auto& [option, values] : valued_options(app)) {
    if (values.empty()) {
      others.push_back(option);
    } else {
      text += fmt::format("    {}) {}{}{} ;;\n", option, before, fmt::join(values, " "), after);
    }
  }
  return text + fmt::format("    {}) {} ;;\n", fmt::join(others, "|"), anything);
}

// A line of a case for each command, "estimate) ... ;;".
std::string cases_of(const CLI::App& app, std::string_view before, std::string_view after) {
  std::string text;
  for (const CLI::App* one : app.get_subcommands({})) {
    text += fmt::format("    {}) {}{}{} ;;\n", one->get_name(), before,
                        fmt::join(words_behind(*one), " "), after);
  }
  return text;
}

std::string bash_text(const CLI::App& app) {
  constexpr std::string_view before = "mapfile -t COMPREPLY < <(compgen -W \"";
  constexpr std::string_view after = R"(" -- "$word"))";
  return fmt::format(
      "_shardline_plan() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}}\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"{}\" -- \"$word\")\n"
      "    return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[COMP_CWORD - 1]}} in\n{}"
      "    *) case ${{COMP_WORDS[1]}} in\n{}"
      "  esac ;;\n"
      "  esac\n"
      "}}\n"
      "complete -o default -F _shardline_plan shardline-plan\n",
      fmt::join(commands_of(app), " "), cases_of_values(app, before, after, "COMPREPLY=()"),
      cases_of(app, before, after));
}

std::string zsh_text(const CLI::App& app) {
  return fmt::format(
      "#compdef shardline-plan\n"
      "if (( CURRENT == 2 )); then\n"
      "  compadd -- {}\n"
      "else\n"
      "  case $words[CURRENT-1] in\n{}"
      "    *) case $words[2] in\n{}"
      "  esac ;;\n"
      "  esac\n"
      "  _files\n"
      "fi\n",
      fmt::join(commands_of(app), " "), cases_of_values(app, "compadd -- ", "", ":"),
      cases_of(app, "compadd -- ", ""));
}

// In single quotes, where only they and backslashes are special.
std::string fish_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string fish_text(const CLI::App& app) {
  std::string text;
  for (const CLI::App* one : app.get_subcommands({})) {
    text += fmt::format("complete -c shardline-plan -n __fish_use_subcommand -a {} -d {}\n",
                        one->get_name(), fish_quoted(one->get_description()));
  }
  for (const CLI::App* one : app.get_subcommands({})) {
    for (const CLI::Option* option : one->get_options()) {
      const std::string values = fmt::format("{}", fmt::join(values_of(option->get_name()), " "));
      const std::string behind = values.empty() ? "" : fmt::format(" -a '{}'", values);
      const std::string command = fmt::format(
          "complete -c shardline-plan -n '__fish_seen_subcommand_from {}'", one->get_name());
      if (!has_dashes(*option)) {
        if (!values.empty()) text += command + behind + "\n";
        continue;
      }
      text += fmt::format("{} -l {}{}{} -d {}\n", command, option->get_name().substr(2),
                          option->get_expected_max() == 0 ? "" : " -r", behind,
                          fish_quoted(option->get_description()));
    }
  }
  return text;
}

}  // namespace

std::string completion_text(const CLI::App& app, std::string_view shell) {
  if (shell == "bash") return bash_text(app);
  if (shell == "zsh") return zsh_text(app);
  if (shell == "fish") return fish_text(app);
  refuse("shell", shell, fmt::format("{}", fmt::join(shells, ", ")));
}

}  // namespace planner
