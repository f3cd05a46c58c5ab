// SPDX-License-Identifier: BSL-1.0
/// Everything about one layout at one load.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frontier.hpp"
#include "launch.hpp"
#include "operators.hpp"
#include "placement.hpp"
#include "stages.hpp"

namespace planner::page {

/// A word of a command line, in quotes where a shell would read more into it.
[[nodiscard]] inline std::string shell_word(std::string_view word) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=,.:/+";
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) {
    return std::string(word);
  }
  std::string quoted_word = "'";
  for (const char c : word) quoted_word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted_word + "'";
}

/// " --gpus 8", or an option that is there without a value, whose value is known as "true".
[[nodiscard]] inline std::string option_words(const std::string& option, const std::string& value) {
  return " " + option + (value.empty() || value == "true" ? "" : " " + shell_word(value));
}

/// The command that prints the same figures: the options of the search, and the layout.
[[nodiscard]] inline std::string estimate_command(const question& q, const shardline::layout& l,
                                                  double load) {
  std::string command = "shardline-plan estimate";
  for (const auto& [option, value] : q.words) {
    const bool of_search = option == "--top" || option == "--html" || option == "--frontier";
    if (!of_search && option != "--concurrency") command += option_words(option, value);
  }
  return command + " --concurrency " + shardline::in_full(load) + " --layout " +
         shell_word(typed_text(q.model, l, q.convention));
}

namespace detail {

inline std::string copied(std::string_view what, std::string_view text) {
  return "<div class=\"copied\"><pre tabindex=\"0\"" + attribute("aria-label", what) + "><code>" +
         escaped(text) + "</code></pre><button type=\"button\" class=\"copy\"" +
         attribute("aria-label", "Copy " + std::string(what)) + ">Copy</button></div>";
}

// What starts a layout that can run, or why there is nothing to type.
inline std::string launch_markup(const question& q, const shardline::layout& l,
                                 const shardline::workload& w, const shardline::report& r) {
  if (!r.feasible()) return "";
  const launch_text text = launch_of(q, l, w);
  if (!text.why_not.empty()) return "<p>" + escaped(text.why_not) + "</p>";
  return copied("launch commands", text.commands);
}

// The layout in every engine's flags, or why an engine has none.
inline std::string flags_table(const question& q, const shardline::layout& l) {
  table t("The layout in each convention", "ll");
  t.head(std::vector<std::string>{"convention", "flags, or why there are none"});
  shardline::for_each_convention([&]<class Flags>() {
    t.add(std::vector<std::string>{escaped(Flags::framework),
                                   escaped(to_text(Flags::of(q.model, l)))});
  });
  return t.markup();
}

inline std::string figure(std::string_view name, const std::string& value,
                          const std::string& beside) {
  const std::string more = beside.empty() ? "" : "<small>" + escaped(beside) + "</small>";
  return "<div><dt>" + escaped(name) + "</dt><dd>" + escaped(value) + more + "</dd></div>";
}

// "-" where answers are of one token, which no rate is of.
inline std::string per_user_text(const shardline::basic_serving<>& s) {
  const double tpot = s.tpot.value();
  return tpot > 0.0 ? shardline::short_number(1.0 / tpot) + " tokens/s" : "-";
}

inline std::string key_figures(const shardline::basic_estimate<>& e) {
  const auto& s = e.serving;
  return "<dl class=\"key\">" +
         figure("output per GPU", to_text(s.output_tokens_per_s_per_gpu), "") +
         figure("per user", per_user_text(s), "") +
         figure("time to first token", ttft_text(s), s.stable() ? to_text(e.bands.ttft) : "") +
         figure("time per output token", tpot_text(s.tpot), to_text(e.bands.tpot)) +
         figure("memory of the fullest GPU", shardline::decimal_bytes(e.memory.total().value()),
                "of " + shardline::decimal_bytes(e.memory.capacity.value())) +
         figure("output", to_text(s.output_tokens_per_s), "") + "</dl>";
}

inline std::string verdict(const shardline::report& r) {
  std::string lines;
  for (const shardline::violation& v : r.violations) {
    lines += "<li class=\"broken\">refused: " + escaped(to_text(v)) + "</li>";
  }
  for (const shardline::warning_note& n : r.warnings) {
    lines += "<li>warning: " + escaped(to_text(n)) + "</li>";
  }
  return lines.empty() ? "" : "<ul class=\"verdict\">" + lines + "</ul>";
}

inline std::string block(std::string_view title, const std::string& content,
                         std::string_view classes = "") {
  return element("div", in_class("card " + std::string(classes)), text_in("h4", title) + content);
}

inline std::string banded(std::string_view what, const shardline::band& b) {
  const std::string range = to_text(b);
  return std::string(what) + (range.empty() ? "" : ", " + range);
}

template <class Cluster>
std::string charts(const question& q, const Cluster& cluster, const shardline::layout& l,
                   const shardline::workload& w, const shardline::basic_estimate<>& e) {
  const auto stages = stages_of(cluster, q.model, l, w);
  auto points = roof_points(work_of_prefill(q.model, l, cluster.runtime, w), e.prefill, false);
  for (roof_point& p :
       roof_points(work_of_decode(q.model, l, cluster.runtime, w), e.decode, true)) {
    points.push_back(std::move(p));
  }
  const std::string dot = to_dot(q.model, l, shardline::generation_step(w.concurrency, w));
  return block("Memory", memory_table(stages) + memory_parts(e.memory)) +
         block("Roofline", roofline(cluster.accelerator, points)) +
         block("Prefill", time_table(banded("One request alone", e.bands.prefill), e.prefill)) +
         block("Decode",
               time_table(banded("One step of all sequences", e.bands.decode), e.decode)) +
         block("Rank map", rank_grid(q.model, l), "wide") +
         block("Deployment graph, of one decode step", graph_markup(dot), "wide");
}

}  // namespace detail

/// The section of a layout, heading and all. Of one that cannot be priced, why.
[[nodiscard]] inline std::string details_of(const question& q, const shardline::layout& l,
                                            double load) {
  shardline::workload w = q.workload;
  w.concurrency = load;
  const std::string content = visit_cluster(q, [&](auto cluster) {
    as_engine_does{q}(0, l, cluster, std::span(&w, 1));
    const shardline::basic_estimate<> e = estimate(cluster, q.model, l, w);
    const std::string verdict = detail::verdict(e.feasibility);
    if (!e.feasibility.priceable()) return verdict;
    const std::string flags = shardline::flags_text(q.model, l, q.convention);
    return detail::key_figures(e) + verdict +
           detail::block("Launch",
                         detail::launch_markup(q, l, w, e.feasibility) +
                             (flags.empty() ? "" : detail::copied("layout", flags)) +
                             detail::copied("command", estimate_command(q, l, load)) +
                             detail::flags_table(q, l),
                         "wide") +
           detail::charts(q, cluster, l, w, e);
  });
  return element("section",
                 in_class("layout") + attribute("data-layout", mesh_text(l)) +
                     attribute("data-load", shardline::in_full(load)) +
                     attribute("aria-label", short_text(q.model, l)),
                 text_in("h3", short_text(q.model, l) + ", " + load_text(load)) +
                     element("div", in_class("cards"), content));
}

}  // namespace planner::page
