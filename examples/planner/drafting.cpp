// SPDX-License-Identifier: BSL-1.0
#include "drafting.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <vector>

#include "shardline/catalog/acceptance.hpp"
#include "values.hpp"

namespace planner {

namespace {

using shardline::field;

// "mtp:3": what guesses, nothing where it has no name, and how many tokens; 0 where it is not said.
struct drafted {
  std::string method{};
  shardline::integer tokens = 0;
};

// Each once, by the name that --draft takes.
std::vector<std::string> known_methods() {
  std::vector<std::string> methods{"mtp"};
  for (const auto& s : shardline::catalog::speculators) {
    const std::string method(s.method);
    if (std::find(methods.begin(), methods.end(), method) == methods.end()) {
      methods.push_back(method);
    }
  }
  return methods;
}

drafted draft_in(const std::string& text) {
  const bool named = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0;
  if (!named) return {"", whole_number("--draft", text, field::draft_tokens)};
  const std::size_t colon = std::min(text.find(':'), text.size());
  drafted d{text.substr(0, colon)};
  const std::vector<std::string> methods = known_methods();
  if (std::find(methods.begin(), methods.end(), d.method) == methods.end()) {
    refuse(
        "--draft", text,
        fmt::format("a whole number from 0 to 64, or one of {} with \":\" and a number behind it",
                    fmt::join(methods, ", ")));
  }
  if (colon < text.size()) {
    d.tokens = whole_number("--draft", text.substr(colon + 1), field::draft_tokens);
  }
  return d;
}

std::string known_speculators() {
  std::string known;
  for (const auto& s : shardline::catalog::speculators) {
    const std::string one = fmt::format("{} of {}", s.method, s.model);
    if (known.find(one) == std::string::npos) known += (known.empty() ? "" : ", ") + one;
  }
  return known;
}

// The prediction layers are as many as engines guess by default; any other method has a model of its
// own, whose time has to be said.
drafted read_draft(const words& of, const shardline::model& m, const std::string& text) {
  drafted d = draft_in(text);
  if (d.method.empty()) return d;
  const bool own = d.method == "mtp";
  if (own && m.mtp_layers == 0) {
    refuse("--draft", text, "mtp only with a model that has prediction layers");
  }
  if (own && d.tokens == 0) d.tokens = m.mtp_layers;
  if (d.tokens == 0) refuse("--draft", text, "with a number of tokens: " + d.method + ":3");
  if (!own && !of.given("--draft-time")) {
    refuse("--draft", text, "with --draft-time, what one guess of the whole batch takes");
  }
  return d;
}

// "1, 3, 5": numbers of guesses whose accepted length was published.
std::string published_numbers(const shardline::catalog::accepted_lengths& s) {
  std::vector<std::size_t> numbers;
  for (std::size_t k = 1; k <= s.lengths.size(); ++k) {
    if (s.lengths[k - 1] > 0.0) numbers.push_back(k);
  }
  return fmt::format("{}", fmt::join(numbers, ", "));
}

double published_acceptance(const shardline::model& m, const drafted& d, const std::string& text) {
  const auto* found = shardline::catalog::find_speculator(m.name.view(), d.method);
  if (found == nullptr) {
    refuse("--draft", fmt::format("{} of {}", text, m.name.view()),
           "with --acceptance, or as published: " + known_speculators());
  }
  if (found->of(d.tokens) == 0.0) {
    refuse("--draft", text,
           fmt::format("with --acceptance, or as many tokens as are published of {}: {} ({})",
                       found->model, published_numbers(*found), found->source));
  }
  return shardline::acceptance_of_length(found->of(d.tokens), d.tokens);
}

double read_acceptance(const words& of, const shardline::model& m, const drafted& d) {
  if (const auto text = of.given("--acceptance")) {
    return fraction("--acceptance", *text, field::acceptance);
  }
  if (!d.method.empty()) return published_acceptance(m, d, of.given("--draft").value_or(""));
  const shardline::text_line allowed = allowed_in(range_of(field::acceptance));
  refuse("--acceptance", "", std::string(allowed.view()) + ", since --draft is given");
}

}  // namespace

shardline::speculation read_speculation(const words& of, const shardline::model& m) {
  shardline::speculation s;
  const std::optional<std::string> draft = of.given("--draft");
  const std::optional<std::string> acceptance = of.given("--acceptance");
  const std::optional<std::string> time = of.given("--draft-time");
  if (!draft && acceptance) refuse("--acceptance", *acceptance, "only with --draft");
  if (!draft && time) refuse("--draft-time", *time, "only with --draft");
  if (!draft || *draft == "0") return s;
  const drafted d = read_draft(of, m, *draft);
  s.draft_tokens = d.tokens;
  s.acceptance = read_acceptance(of, m, d);
  if (time) s.draft_time = duration("--draft-time", *time, field::draft_time);
  if (time && s.draft_time == shardline::seconds<>{}) {
    refuse("--draft-time", *time, "a time above 0, or none for the prediction layer's");
  }
  return s;
}

}  // namespace planner
