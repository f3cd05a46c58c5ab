// SPDX-License-Identifier: BSL-1.0
/// The frontier as a chart and as a table: tokens/s per GPU over tokens/s per user.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "axes.hpp"
#include "points.hpp"
#include "shardline/io/text.hpp"

namespace planner::page {

using shardline::mesh_text;

/// The layout as its engine is told of it, or its degrees where no flags of the engine say it.
[[nodiscard]] inline std::string label_of(const question& q, const shardline::layout& l) {
  const std::string flags = shardline::flags_text(q.model, l, q.convention);
  return flags.empty() ? short_text(q.model, l) : flags;
}

/// "512 in flight"
[[nodiscard]] inline std::string load_text(double concurrency) {
  return shardline::detail::mean_number(concurrency) + " in flight";
}

namespace detail {

inline std::string figures_of(const point& p) {
  return shardline::short_number(p.per_gpu) + " tokens/s per GPU, " +
         shardline::short_number(p.per_user) + " per user; TTFT " + ttft_text(p.serving) +
         ", TPOT " + tpot_text(p.serving.tpot);
}

// Lines of what is shown beside the pointer.
inline std::string tip_of(const question& q, const point& p) {
  std::string tip = short_text(q.model, p.layout) + "\n";
  const std::string flags = shardline::flags_text(q.model, p.layout, q.convention);
  if (!flags.empty()) tip += flags + "\n";
  tip += load_text(p.concurrency) + "\n" + figures_of(p);
  const std::string band = to_text(p.tpot_band);
  if (!band.empty()) tip += " (" + band + ")";
  if (p.broken) tip += "\nrefused: " + to_text(*p.broken);
  return tip;
}

// What a click pins.
inline std::string pin_of(const point& p) {
  return attribute("data-layout", mesh_text(p.layout)) +
         attribute("data-load", shardline::in_full(p.concurrency));
}

inline std::string dot_at(const question& q, const frame& f, const point& p,
                          const std::string& radius) {
  return "<circle cx=\"" + f.left(p.per_user) + "\" cy=\"" + f.top(p.per_gpu) + "\" r=\"" + radius +
         "\"" + pin_of(p) + "><title>" + escaped(tip_of(q, p)) + "</title></circle>";
}

inline std::string link_at(const question& q, const frame& f, const point& p) {
  return element("a", " href=\"#pinned\"" + attribute("aria-label", tip_of(q, p)) + pin_of(p),
                 "<circle cx=\"" + f.left(p.per_user) + "\" cy=\"" + f.top(p.per_gpu) +
                     "\" r=\"6\"/>");  // its name is the tip too
}

// From the top left to the bottom right, and where eight in ten measurements of TPOT lie.
inline std::string frontier_paths(const frame& f, const std::vector<point>& frontier) {
  std::string line;
  std::string low;
  std::string high;
  for (const point& p : frontier) {
    line += (line.empty() ? "M" : "L") + f.in_path(p.per_user, p.per_gpu);
    low += (low.empty() ? "M" : "L") + f.in_path(1.0 / p.tpot_band.high.value(), p.per_gpu);
  }
  for (auto p = frontier.rbegin(); p != frontier.rend(); ++p) {
    high += "L" + f.in_path(1.0 / p->tpot_band.low.value(), p->per_gpu);
  }
  return "<path class=\"band\" d=\"" + low + high + "Z\"/><path class=\"front\" d=\"" + line +
         "\"/>";
}

inline frame frame_of(const answer& a) {
  frame f;
  f.x.high = 0.0;
  f.y.high = 0.0;
  for (const auto* points : {&a.frontier, &a.others}) {
    for (const point& p : *points) {
      f.x.high = std::max(f.x.high, p.per_user);
      f.y.high = std::max(f.y.high, p.per_gpu);
    }
  }
  if (a.frontier.empty()) {
    for (const point& p : a.refused) {
      f.x.high = std::max(f.x.high, p.per_user);
      f.y.high = std::max(f.y.high, p.per_gpu);
    }
  }
  f.x.high = f.x.high > 0.0 ? f.x.high * 1.06 : 1.0;
  f.y.high = f.y.high > 0.0 ? f.y.high * 1.06 : 1.0;
  f.x_title = "tokens/s per user (1 / TPOT)";
  f.y_title = "output tokens/s per GPU";
  return f;
}

}  // namespace detail

/// The chart. Points of the frontier are links that the keyboard reaches.
[[nodiscard]] inline std::string frontier_chart(const question& q, const answer& a) {
  const frame f = detail::frame_of(a);
  std::string refused;
  for (const point& p : a.refused) {
    if (f.x.holds(p.per_user) && f.y.holds(p.per_gpu)) refused += detail::dot_at(q, f, p, "3");
  }
  std::string others;
  for (const point& p : a.others) others += detail::dot_at(q, f, p, "3.5");
  std::string front;
  for (const point& p : a.frontier) front += detail::link_at(q, f, p);
  const std::string points = element("g", in_class("refused"), refused) +
                             element("g", in_class("others"), others) +
                             element("g", in_class("best"), front);
  return f.markup("Frontier: output tokens per second per GPU over tokens per second per user",
                  a.frontier.empty() ? "" : detail::frontier_paths(f, a.frontier), points, "");
}

/// A button that pins a layout at a load.
[[nodiscard]] inline std::string pin_button(const question& q, const shardline::layout& l,
                                            double load) {
  return element("button",
                 " type=\"button\" class=\"pin\"" + attribute("data-layout", mesh_text(l)) +
                     attribute("data-load", shardline::in_full(load)),
                 escaped(short_text(q.model, l)));
}

/// The same points as a table.
[[nodiscard]] inline std::string frontier_table(const question& q, const answer& a) {
  table t("Frontier: nothing serves more per GPU and per user at once", "lrrrrrl");
  t.head(std::vector<std::string>{"layout", "in flight", "out tok/s/GPU", "tok/s/user", "TTFT",
                                  "TPOT", "TPOT, band"});
  for (const point& p : a.frontier) {
    t.add(std::vector<std::string>{
        pin_button(q, p.layout, p.concurrency), shardline::detail::mean_number(p.concurrency),
        shardline::short_number(p.per_gpu), shardline::short_number(p.per_user),
        ttft_text(p.serving), tpot_text(p.serving.tpot), to_text(p.tpot_band)});
  }
  return t.markup();
}

/// The ranking at the load that was asked for, with the words of the search's own table.
[[nodiscard]] inline std::string ranking_table(const question& q, const answer& a) {
  table t("Ranking at " + load_text(q.workload.concurrency) + ", by output tokens/s per GPU",
          "rlrrrrll");
  t.head(std::vector<std::string>{"rank", "layout", "out tok/s/GPU", "TTFT", "TPOT",
                                  "memory / capacity", "decode bound",
                                  shardline::detail::framework_of(q.convention)});
  for (std::size_t i = 0; i < a.found.best.size(); ++i) {
    const shardline::candidate& c = a.found.best[i];
    auto row = shardline::detail::ranked_row<double>(i + 1, {&q.model, &c, q.convention});
    for (std::string& cell : row) cell = escaped(cell);
    row[1] = pin_button(q, c.layout, q.workload.concurrency);
    t.add(row);
  }
  return t.markup();
}

/// How many layouts each rule refused, and which of its kind came nearest with what figures.
[[nodiscard]] inline std::string refusals_table(const question& q, const answer& a) {
  table t("Refused layouts, by the first rule that each breaks", "rll");
  t.head(std::vector<std::string>{"layouts", "rule", "nearest to the frontier"});
  for (std::size_t i = 0; i < shardline::rule_count; ++i) {
    if (a.found.rejected[i] == 0) continue;
    const auto broken = static_cast<shardline::rule>(i);
    const auto near = std::find_if(a.refused.begin(), a.refused.end(),
                                   [&](const point& p) { return p.broken->rule == broken; });
    std::string example = "none can be priced";
    if (near != a.refused.end()) {
      example = label_of(q, near->layout) + ": " + shardline::detail::figures_of(*near->broken);
    }
    t.add(std::vector<std::string>{std::to_string(a.found.rejected[i]),
                                   escaped(shardline::text_of(broken).sentence), escaped(example)});
  }
  return t.markup();
}

}  // namespace planner::page
