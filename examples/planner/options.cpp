// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "commands.hpp"
#include "completion.hpp"
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

// ", an option of estimate and fit": the other commands that have it; nothing where none has.
std::string owners_text(const CLI::App& app, const std::string& name) {
  std::vector<std::string> owners;
  for (const CLI::App* one : app.get_subcommands({})) {
    if (one->get_option_no_throw(name) != nullptr) owners.push_back(one->get_name());
  }
  if (owners.empty()) return {};
  const std::string last = owners.back();
  owners.pop_back();
  const std::string others = fmt::format("{}", fmt::join(owners, ", "));
  return ", an option of " + others + (others.empty() ? "" : " and ") + last;
}

[[noreturn]] void refuse_unknown(const CLI::App& app, const CLI::App& of) {
  const std::vector<std::string> unknown = app.remaining(true);
  const std::string name = unknown.empty() ? "" : unknown.front();
  if (!name.starts_with("-") && of.get_name() == "batch") {
    refuse("argument of batch", name, "none: its lines come from standard input");
  }
  std::vector<std::string> known;
  for (const CLI::Option* option : of.get_options()) known.push_back(option->get_name());
  refuse("option of " + of.get_name(), name + owners_text(app, name), names_of_options(of), known);
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

options read_list(const CLI::App& of) {
  options o;
  o.task = task::list;
  o.listed = of.get_name();
  o.form = form_of(words_of(of));
  o.json = o.form != output_form::text;
  return o;
}

options read_command(const CLI::App& of) {
  using reader = options (*)(const words&);
  static const std::map<std::string, reader> readers{{"estimate", read_estimate},
                                                     {"search", read_search},
                                                     {"merge", read_merge},
                                                     {"pools", read_pools},
                                                     {"recommend", read_recommend},
                                                     {"launch", read_launch},
                                                     {"compare", read_compare},
                                                     {"explain", read_explain},
                                                     {"sensitivity", read_sensitivity},
                                                     {"fit", read_fit},
                                                     {"batch", [](const words&) {
                                                        options o;
                                                        o.task = task::batch;
                                                        return o;
                                                      }}};
  const auto found = readers.find(of.get_name());
  return found == readers.end() ? read_list(of) : found->second(words_of(of));
}

}  // namespace

std::optional<options> read_options(int argc, char** argv) {
  CLI::App app("What a parallel layout of a large language model holds, costs and delivers");
  add_subcommands(app);
  app.set_version_flag("--version", fmt::format("shardline-plan {}.{}.{}", SHARDLINE_VERSION_MAJOR,
                                                SHARDLINE_VERSION_MINOR, SHARDLINE_VERSION_PATCH));
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
  if (of.get_name() == "completion") {
    write(completion_text(app, words_of(of).given("shell").value_or("")));
    return std::nullopt;
  }
  return read_command(of);
}

estimate_reader::estimate_reader() {
  CLI::App app;
  add_subcommands(app);
  for (const CLI::Option* option : app.get_subcommand("estimate")->get_options()) {
    const std::string name = option->get_name();
    if (name == "--help" || name == "--json" || name == "--csv" || name == "--md") continue;
    known_.push_back({name, option->get_description(), option->get_required(),
                      option->get_expected_max() == 0, repeats(name)});
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
