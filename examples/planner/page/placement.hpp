// SPDX-License-Identifier: BSL-1.0
/// Where everything lies: the rank map as a grid, and the deployment graph as boxes and arrows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "markup.hpp"
#include "shardline/io/dot.hpp"
#include "shardline/io/rank_map.hpp"

namespace planner::page {

/// GPUs that one cell of a map stands for, so that there are at most 64 cells: all of one stage.
[[nodiscard]] inline shardline::integer gpus_per_cell(const shardline::layout& l) {
  constexpr shardline::integer most_cells = 64;
  shardline::integer per_cell = 1;
  const shardline::integer ranks = l.attention.size();
  while (per_cell < ranks && (l.gpus() / per_cell > most_cells || ranks % per_cell != 0)) {
    ++per_cell;
  }
  return per_cell;
}

/// A cell for each GPU, or for so many in a row, with the line of the rank map, coloured by stage.
[[nodiscard]] inline std::string rank_grid(const shardline::model& m, const shardline::layout& l) {
  const shardline::integer per_cell = gpus_per_cell(l);
  std::string cells;
  for (shardline::integer first = 0; first < l.gpus(); first += per_cell) {
    const std::string line = to_text(share_of_gpus(m, l, first, per_cell), l);
    const std::size_t colon = line.find(':');
    const shardline::integer stage = first / l.attention.size();
    cells += "<li" + in_class("s" + std::to_string(stage % 6)) + "><b>" +
             escaped(line.substr(0, colon)) + "</b> " + escaped(line.substr(colon + 2)) + "</li>";
  }
  return "<ol class=\"map\">" + cells + "</ol>";
}

namespace detail {

// A line of a graph's text that is a box, with the words of its label.
struct box {
  std::string shape{};
  std::vector<std::string> words{};
  std::string comes_by{};  // what the dashed edge to it is labelled
};

// Boxes between two borders: of a stage, or of the host.
struct boxes {
  std::string title{};
  std::vector<box> inside{};
};

// What stands behind `name="` or `name=` in a line, up to what ends it.
inline std::string value_in(std::string_view line, std::string_view name, char end) {
  const std::size_t at = line.find(name);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + name.size();
  return std::string(line.substr(begin, line.find(end, begin) - begin));
}

// The parts of a label of Graphviz, between its line ends.
inline std::vector<std::string> words_of(std::string label) {
  std::vector<std::string> words;
  for (std::size_t end = label.find("\\n"); end != std::string::npos; end = label.find("\\n")) {
    words.push_back(label.substr(0, end));
    label.erase(0, end + 2);
  }
  words.push_back(std::move(label));
  return words;
}

// Reads what to_dot() writes: its boxes in order, each entered from the one before it.
class graph_reader {
 public:
  explicit graph_reader(std::string_view dot) {
    groups_.emplace_back();
    while (!dot.empty()) {
      const std::size_t end = std::min(dot.find('\n'), dot.size());
      read(dot.substr(0, end));
      dot.remove_prefix(std::min(end + 1, dot.size()));
    }
  }
  [[nodiscard]] const std::vector<boxes>& groups() const { return groups_; }

 private:
  void read(std::string_view line) {
    const std::size_t text = std::min(line.find_first_not_of(' '), line.size());
    if (line.substr(text) == "}" && inside_) {
      inside_ = false;
      groups_.emplace_back();
    } else if (line.find("subgraph") != std::string_view::npos) {
      inside_ = true;
      groups_.emplace_back();
    } else if (line.substr(text).starts_with("label=")) {
      groups_.back().title = value_in(line, "label=\"", '"');
    } else if (line.find(" -> ") != std::string_view::npos) {
      read_edge(line);
    } else if (line.substr(text).starts_with("n") &&
               line.find("shape=") != std::string_view::npos) {
      places_.emplace_back(groups_.size() - 1, groups_.back().inside.size());
      groups_.back().inside.push_back(
          {value_in(line, "shape=", ','), words_of(value_in(line, "label=\"", '"')), {}});
    }
  }
  // Edges are in the order of the boxes that they lead to.
  void read_edge(std::string_view line) {
    const auto& [group, place] = places_[++edges_];
    groups_[group].inside[place].comes_by = value_in(line, "label=\"", '"');
  }

  std::vector<boxes> groups_{};
  std::vector<std::pair<std::size_t, std::size_t>> places_{};
  std::size_t edges_ = 0;
  bool inside_ = false;
};

inline std::string lines_of(const std::vector<std::string>& words, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < std::min(most, words.size()); ++i) {
    out += i == 0 ? escaped(words[i]) : "<small>" + escaped(words[i]) + "</small>";
  }
  return out;
}

// A box, and before it the arrow that leads there. In a stage its GPUs stand in the title.
inline std::string box_markup(const box& b, bool in_stage) {
  const std::string by =
      b.comes_by.empty() ? "" : "<li class=\"sent\">" + lines_of(words_of(b.comes_by), 2) + "</li>";
  return by + "<li" + in_class(b.shape) + ">" + lines_of(b.words, in_stage ? 1 : 2) + "</li>";
}

inline std::string group_markup(const boxes& g, const std::string& title) {
  if (g.inside.empty()) return {};
  std::string inside;
  for (const box& b : g.inside) inside += box_markup(b, !g.title.empty());
  return "<li><h5>" + escaped(title) + "</h5><ol>" + inside + "</ol></li>";
}

// What is drawn of a stage, without which GPUs and layers it has.
inline std::string body_of(const boxes& g) {
  std::string all;
  for (const box& b : g.inside) all += box_markup(b, !g.title.empty());
  return all;
}

}  // namespace detail

/// The graph that to_dot() writes, stage by stage; stages in a row that run the same are drawn once.
[[nodiscard]] inline std::string graph_markup(std::string_view dot) {
  const detail::graph_reader read(dot);
  const std::vector<detail::boxes>& groups = read.groups();
  std::string out;
  for (std::size_t i = 0; i < groups.size();) {
    std::size_t next = i + 1;
    const std::string body = detail::body_of(groups[i]);
    std::size_t last = i;
    // Between stages lies an empty group.
    while (!groups[i].title.empty() && next < groups.size() &&
           (groups[next].inside.empty() || detail::body_of(groups[next]) == body)) {
      if (!groups[next].inside.empty()) last = next;
      ++next;
    }
    std::string title = groups[i].title;
    if (last > i) title += "; alike up to " + groups[last].title;
    out += detail::group_markup(groups[i], title);
    i = last + 1;
  }
  return "<ol class=\"graph\">" + out + "</ol>";
}

}  // namespace planner::page
