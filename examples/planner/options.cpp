// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "commands.hpp"
#include "output.hpp"
#include "reading.hpp"
#include "values.hpp"

namespace planner {

namespace {

// What the command line has behind the options of its subcommand.
words words_of(const CLI::App& of) {
  words found;
  for (const CLI::Option* option : of.get_options()) {
    for (const std::string& text : option->results()) found.add(option->get_name(), text);
  }
  return found;
}

std::string one_line(std::string text) {
  for (char& c : text) c = c == '\n' ? ' ' : c;
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

std::string names_of_options(const CLI::App& of) {
  std::string names;
  for (const CLI::Option* option : of.get_options()) {
    names += (names.empty() ? "" : ", ") + option->get_name();
  }
  return names;
}

[[noreturn]] void refuse_unknown(const CLI::App& app, const CLI::App& of) {
  const std::vector<std::string> unknown = app.remaining(true);
  std::string name = unknown.empty() ? "" : unknown.front();
  if (name == "--layout") name += ", an option of estimate and fit";
  if (name == "--top") name += ", an option of search";
  static const std::set<std::string> of_one{"--prefill-gpus", "--decode-gpus", "--microbatches",
                                            "--simulate", "--trace"};
  if (of_one.count(name) > 0) name += ", an option of estimate";
  static const std::set<std::string> timed{
      "--efficiency",       "--rate",        "--num-prompts",     "--max-ttft",
      "--max-tpot",         "--expert-skew", "--expert-exchange", "--dispatch",
      "--expert-imbalance", "--combine",     "--overlap-shared",  "--two-batch-overlap"};
  if (timed.count(name) > 0) name += ", an option of estimate and search";
  std::vector<std::string> known;
  for (const CLI::Option* option : of.get_options()) known.push_back(option->get_name());
  refuse("option of " + of.get_name(), name, names_of_options(of), known);
}

// The last word is an option that wants a value: `what` starts with its name and a colon.
void refuse_cut_off(const CLI::App& of, const std::string& what) {
  const std::string name = what.substr(0, what.find(':'));
  const CLI::Option* option = of.get_option_no_throw(name);
  if (option != nullptr) refuse(name, "", option->get_description());
}

// The first option that must be given and is not.
void refuse_missing(const CLI::App& of) {
  for (const CLI::Option* option : of.get_options()) {
    if (option->get_required() && option->count() == 0) {
      refuse(option->get_name(), "nothing given", option->get_description());
    }
  }
}

[[noreturn]] void refuse_syntax(const CLI::App& app, const std::string& first,
                                const CLI::ParseError& e) {
  if (app.get_subcommands().empty()) {
    std::vector<std::string> names;
    for (const CLI::App* one : app.get_subcommands({})) names.push_back(one->get_name());
    refuse("subcommand", first, fmt::format("{}", fmt::join(names, ", ")), names);
  }
  const CLI::App& of = *app.get_subcommands().front();
  if (dynamic_cast<const CLI::ExtrasError*>(&e) != nullptr) refuse_unknown(app, of);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&e) != nullptr) refuse_cut_off(of, e.what());
  if (dynamic_cast<const CLI::RequiredError*>(&e) != nullptr) refuse_missing(of);
  throw bad_input{one_line(e.what())};
}

}  // namespace

std::optional<options> read_options(int argc, char** argv) {
  CLI::App app("What a parallel layout of a large language model holds, costs and delivers");
  add_subcommands(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() != 0) refuse_syntax(app, argc > 1 ? argv[1] : "", e);
    std::ostringstream help;
    app.exit(e, help, help);
    write(help.str());
    return std::nullopt;
  }
  const CLI::App& of = *app.get_subcommands().front();
  if (of.get_name() == "batch") {
    options o;
    o.task = task::batch;
    return o;
  }
  if (of.get_option_no_throw("--model") == nullptr) {
    options o;
    o.task = task::list;
    o.listed = of.get_name();
    o.json = words_of(of).flag("--json");
    return o;
  }
  if (of.get_name() == "search") return read_search(words_of(of));
  return of.get_name() == "fit" ? read_fit(words_of(of)) : read_estimate(words_of(of));
}

estimate_reader::estimate_reader() {
  CLI::App app;
  add_subcommands(app);
  for (const CLI::Option* option : app.get_subcommand("estimate")->get_options()) {
    const std::string name = option->get_name();
    if (name == "--help" || name == "--json") continue;
    known_.push_back(
        {name, option->get_description(), option->get_required(), option->get_expected_max() == 0});
  }
}

options estimate_reader::read(const words& of) const {
  for (const known_option& k : known_) {
    if (k.required && !of.given(k.name)) refuse(k.name, "nothing given", k.description);
  }
  return read_estimate(of);
}

const known_option* estimate_reader::find(std::string_view name) const {
  for (const known_option& k : known_) {
    if (k.name == name) return &k;
  }
  return nullptr;
}

std::vector<std::string> estimate_reader::all_names() const {
  std::vector<std::string> names;
  for (const known_option& k : known_) names.push_back(k.name.substr(2));
  return names;
}

std::string estimate_reader::names() const {
  return fmt::format("{}", fmt::join(all_names(), ", "));
}

}  // namespace planner
