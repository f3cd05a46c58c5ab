// SPDX-License-Identifier: BSL-1.0
/// Axes of a chart: where a figure lies, and where marks are set. A chart is a box whose marks lie at
/// shares of its width and height, so that it fits any screen while its text keeps its size.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "markup.hpp"
#include "shardline/base/scalar.hpp"

namespace planner::page {

struct mark {
  double at = 0.0;
  std::string text{};
};

/// "0.5", "12.5", "2.15k"
[[nodiscard]] inline std::string plain_mark(double x) {
  return x < 1000.0 ? shardline::significant(x, x < 1.0 ? 1 : 3) : shardline::short_number(x);
}

/// From `low` to `high`, evenly or, where `by_powers`, by powers of ten.
///   shown   the text of a mark
struct axis {
  double low = 0.0;
  double high = 1.0;
  bool by_powers = false;
  std::string (*shown)(double) = plain_mark;

  /// 0 at its beginning, 1 at its end.
  [[nodiscard]] double share(double x) const {
    if (!by_powers) return (x - low) / (high - low);
    return shardline::natural_log(x / low) / shardline::natural_log(high / low);
  }
  [[nodiscard]] bool holds(double x) const { return x >= low && x <= high; }
};

/// The largest of 1, 2 and 5 times a power of ten that is no more than x > 0.
[[nodiscard]] inline double round_step(double x) {
  double power = 1.0;
  while (power * 10.0 <= x) power *= 10.0;
  while (power > x) power /= 10.0;
  return x >= 5.0 * power ? 5.0 * power : (x >= 2.0 * power ? 2.0 * power : power);
}

/// Four to nine marks at round figures of an even axis, one at each power of ten of the other kind.
[[nodiscard]] inline std::vector<mark> marks_of(const axis& a) {
  std::vector<mark> marks;
  if (a.by_powers) {
    double x = 1.0;
    while (x < a.low) x *= 10.0;
    while (x / 10.0 >= a.low) x /= 10.0;
    for (; x <= a.high; x *= 10.0) marks.push_back({a.share(x), a.shown(x)});
    return marks;
  }
  const double step = round_step((a.high - a.low) / 4.0);
  for (int i = 0; a.low + step * i <= a.high; ++i) {
    const double x = a.low + step * i;
    marks.push_back({a.share(x), a.shown(x)});
  }
  return marks;
}

/// The frame around what is drawn: grid, marks and titles of both axes.
struct frame {
  axis x{};
  axis y{};
  std::string x_title{};
  std::string y_title{};

  [[nodiscard]] std::string left(double value) const { return drawn_percent(x.share(value)); }
  [[nodiscard]] std::string top(double value) const { return drawn_percent(1.0 - y.share(value)); }
  /// "x,y" in the thousandths of the box that paths are drawn in.
  [[nodiscard]] std::string in_path(double of_x, double of_y) const {
    return drawn(1000.0 * x.share(of_x)) + "," + drawn(1000.0 * (1.0 - y.share(of_y)));
  }

  /// `paths` are drawn in thousandths of the box, `marks` at shares of it.
  [[nodiscard]] std::string markup(std::string_view label, const std::string& paths,
                                   const std::string& points, const std::string& notes) const {
    std::string grid;
    std::string texts;
    for (const mark& m : marks_of(x)) {
      const std::string at = drawn_percent(m.at);
      grid += "<line x1=\"" + at + "\" x2=\"" + at + "\" y2=\"100%\"/>";
      texts += "<span class=\"xm\" style=\"left:" + at + "\">" + m.text + "</span>";
    }
    for (const mark& m : marks_of(y)) {
      const std::string at = drawn_percent(1.0 - m.at);
      grid += "<line x2=\"100%\" y1=\"" + at + "\" y2=\"" + at + "\"/>";
      texts += "<span class=\"ym\" style=\"top:" + at + "\">" + m.text + "</span>";
    }
    const std::string svg =
        "<svg role=\"group\"" + attribute("aria-label", label) + "><g class=\"grid\">" + grid +
        "</g><svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" class=\"paths\">" + paths +
        "</svg>" + points + "</svg>";
    return "<div class=\"chart\"><div class=\"yt\">" + escaped(y_title) +
           "</div><div class=\"plot\">" + svg + "<div aria-hidden=\"true\">" + texts + notes +
           "</div></div><div class=\"xt\">" + escaped(x_title) + "</div></div>";
  }
};

}  // namespace planner::page
