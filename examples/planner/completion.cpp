// SPDX-License-Identifier: BSL-1.0
#include "completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "values.hpp"

namespace planner {

namespace {

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* one : app.get_subcommands({})) names.push_back(one->get_name());
  return names;
}

// Those with dashes: what stands by itself is not completed.
std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_name().starts_with("--")) names.push_back(option->get_name());
  }
  return names;
}

// A line of a case for each command, "estimate) ... ;;".
std::string cases_of(const CLI::App& app, std::string_view before, std::string_view after) {
  std::string text;
  for (const CLI::App* one : app.get_subcommands({})) {
    text += fmt::format("    {}) {}{}{} ;;\n", one->get_name(), before,
                        fmt::join(options_of(*one), " "), after);
  }
  return text;
}

std::string bash_text(const CLI::App& app) {
  return fmt::format(
      "_shardline_plan() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}}\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"{}\" -- \"$word\")\n"
      "    return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[1]}} in\n{}"
      "  esac\n"
      "}}\n"
      "complete -o default -F _shardline_plan shardline-plan\n",
      fmt::join(commands_of(app), " "),
      cases_of(app, "mapfile -t COMPREPLY < <(compgen -W \"", "\" -- \"$word\")"));
}

std::string zsh_text(const CLI::App& app) {
  return fmt::format(
      "#compdef shardline-plan\n"
      "if (( CURRENT == 2 )); then\n"
      "  compadd -- {}\n"
      "else\n"
      "  case $words[2] in\n{}"
      "  esac\n"
      "  _files\n"
      "fi\n",
      fmt::join(commands_of(app), " "), cases_of(app, "compadd -- ", ""));
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
      if (!option->get_name().starts_with("--")) continue;
      text += fmt::format(
          "complete -c shardline-plan -n '__fish_seen_subcommand_from {}' -l {}{} -d {}\n",
          one->get_name(), option->get_name().substr(2),
          option->get_expected_max() == 0 ? "" : " -r", fish_quoted(option->get_description()));
    }
  }
  return text;
}

}  // namespace

std::string completion_text(const CLI::App& app, std::string_view shell) {
  if (shell == "bash") return bash_text(app);
  if (shell == "zsh") return zsh_text(app);
  if (shell == "fish") return fish_text(app);
  refuse("shell", shell, "bash, zsh, fish");
}

}  // namespace planner
