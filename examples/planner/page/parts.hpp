// SPDX-License-Identifier: BSL-1.0
/// The parts of a page that follow its inputs, each by the id of the element that it fills.
#pragma once

#include <string>
#include <string_view>

#include "details.hpp"
#include "frontier.hpp"

namespace planner::page {

/// The search as a command line.
[[nodiscard]] inline std::string search_command(const question& q) {
  std::string command = "shardline-plan search";
  for (const auto& [option, value] : q.words) {
    if (option != "--html") command += option_words(option, value);
  }
  return command;
}

namespace detail {

inline std::string inputs_markup(const question& q) {
  std::string lines;
  for (const std::string& line : q.lines) lines += text_in("li", line);
  lines += text_in("li", "engine: " + q.engine + " (" + to_text(q.cluster.runtime) + ")");
  return copied("search command", search_command(q)) + "<ul class=\"inputs\">" + lines + "</ul>";
}

inline std::string counts_markup(const answer& a) {
  return text_in("p", std::to_string(a.found.tried) + " layouts tried, " +
                          std::to_string(a.found.feasible) + " feasible. Drawn are " +
                          std::to_string(a.frontier.size()) + " on the frontier of all loads, " +
                          std::to_string(a.others.size()) + " others and " +
                          std::to_string(a.refused.size()) +
                          " refused, those that come nearest to it.");
}

}  // namespace detail

/// visit(id, markup) for each.
template <class Visit>
void for_each_part(const question& q, const answer& a, const Visit& visit) {
  visit("inputs", detail::inputs_markup(q));
  visit("frontier", frontier_chart(q, a));
  visit("counts", detail::counts_markup(a));
  visit("frontier-table", frontier_table(q, a));
  visit("ranking", a.found.best.empty() ? "<p>No feasible layout.</p>" : ranking_table(q, a));
  visit("refused", refusals_table(q, a));
}

}  // namespace planner::page
