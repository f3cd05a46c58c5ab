// SPDX-License-Identifier: BSL-1.0
/// Memory of the fullest GPU of each pipeline stage against its capacity.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "markup.hpp"
#include "shardline/io/text.hpp"

namespace planner::page {

/// Stages in a row that hold the same: the details of the first, and the numbers of both ends.
struct alike {
  shardline::stage_memory of{};
  shardline::integer first = 0;
  shardline::integer last = 0;
  shardline::integer last_layer = 0;
};

namespace detail {

inline bool hold_the_same(const shardline::stage_memory& a, const shardline::stage_memory& b) {
  bool same = a.layers.number == b.layers.number;
  for_each_part(a.memory, b.memory,
                [&same](std::string_view, const auto& x, const auto& y) { same = same && x == y; });
  return same;
}

// One segment of a bar, `share` of its length.
inline std::string segment(std::string_view kind, double share, std::string_view title) {
  if (!(share > 0.0)) return {};
  return "<i" + in_class(kind) + attribute("title", title) +
         " style=\"width:" + drawn_percent(std::min(share, 1.0)) + "\"></i>";
}

inline std::string stage_text(const alike& a) {
  std::string text = "stage " + std::to_string(a.first);
  if (a.last > a.first) text = "stages " + std::to_string(a.first) + "-" + std::to_string(a.last);
  const shardline::item_range layers{a.of.layers.first, a.last_layer - a.of.layers.first + 1};
  return text + ", " + to_text("layer", layers);
}

// The parts of a GPU's memory, in the order in which they are added up, and their length if the
// longer of capacity and total is the whole bar.
inline std::string memory_bar(const shardline::memory_breakdown& m) {
  const double longest = std::max(m.capacity.value(), m.total().value());
  std::string bar;
  for_each_addend(m, [&](std::string_view name, const shardline::bytes<>& part) {
    bar += segment("m-" + std::string(name), part.value() / longest,
                   std::string(name) + " " + shardline::decimal_bytes(part.value()));
  });
  const std::string limit = "<b style=\"left:" + drawn_percent(m.capacity.value() / longest) +
                            "\" title=\"capacity\"></b>";
  return "<div class=\"bar\" aria-hidden=\"true\">" + bar + limit + "</div>";
}

}  // namespace detail

/// The stages of a layout that can be priced, equal neighbours together.
template <class Cluster>
[[nodiscard]] std::vector<alike> stages_of(const Cluster& cluster, const shardline::model& m,
                                           const shardline::layout& l,
                                           const shardline::workload& w) {
  std::vector<alike> all;
  for_each_stage(cluster, m, l, w, [&all](const shardline::stage_memory& s) {
    if (all.empty() || !detail::hold_the_same(all.back().of, s)) {
      all.push_back({s, s.stage, s.stage, s.layers.last()});
    }
    all.back().last = s.stage;
    all.back().last_layer = s.layers.last();
  });
  return all;
}

/// A bar and a row of figures for each.
[[nodiscard]] inline std::string memory_table(const std::vector<alike>& stages) {
  table t("Memory of the fullest GPU, by stage", "llrrr");
  t.head(std::vector<std::string>{"stage", "", "total", "capacity", "share"});
  for (const alike& a : stages) {
    const shardline::memory_breakdown& m = a.of.memory;
    const double total = m.total().value();
    const double capacity = m.capacity.value();
    t.add(std::vector<std::string>{detail::stage_text(a), detail::memory_bar(m),
                                   shardline::decimal_bytes(total),
                                   shardline::decimal_bytes(capacity),
                                   shardline::detail::share_of(total, capacity)},
          total > capacity ? in_class("over") : "");
  }
  return t.markup();
}

/// The parts of the fullest one, which is their legend too.
[[nodiscard]] inline std::string memory_parts(const shardline::memory_breakdown& m) {
  table t("Parts of the fullest stage", "lrrr");
  t.head(std::vector<std::string>{"part", "bytes", "", "share of capacity"});
  const double capacity = m.capacity.value();
  const auto add = [&](std::string_view name, double part) {
    const std::string swatch = "<i" + in_class("sw m-" + std::string(name)) + "></i>";
    std::string words(name);
    std::replace(words.begin(), words.end(), '_', ' ');
    t.add(std::vector<std::string>{swatch + words, shardline::decimal_bytes(part),
                                   shardline::binary_bytes(part),
                                   shardline::detail::share_of(part, capacity)});
  };
  for_each_addend(m, [&](std::string_view name, const shardline::bytes<>& part) {
    if (part.value() > 0.0) add(name, part.value());
  });
  add("total", m.total().value());
  add("capacity", capacity);
  return t.markup() + "<p>Room for " + shardline::in_full(m.kv_capacity.value()) +
         " tokens of KV cache.</p>";
}

}  // namespace planner::page
