// SPDX-License-Identifier: BSL-1.0
#include "parts.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "values.hpp"

namespace planner {

namespace {

using nlohmann::ordered_json;
using shardline::found_point;
using shardline::integer;

std::string version() {
  return fmt::format("{}.{}.{}", SHARDLINE_VERSION_MAJOR, SHARDLINE_VERSION_MINOR,
                     SHARDLINE_VERSION_PATCH);
}

[[noreturn]] void refuse_file(const std::string& path, std::string_view what) {
  refuse("files", fmt::format("{}: {}", path, what),
         "files that search --part of this version wrote");
}

// What a search visits has no other degrees.
std::array<integer, 8> degrees_of(const shardline::layout& l) {
  return {l.attention.tp, l.attention.cp, l.attention.dp, l.expert.etp,
          l.expert.ep,    l.expert.edp,   l.pp,           static_cast<integer>(l.dispatch)};
}

shardline::layout layout_of(const std::array<integer, 8>& d) {
  return {
      {d[0], d[1], d[2]},
      {d[3], d[4], d[5]},
      d[6],
      d[7] == 0 ? shardline::expert_dispatch::all_to_all : shardline::expert_dispatch::all_gather};
}

ordered_json json_of(const found_point& p) {
  return {{"rank", p.rank},
          {"order", p.order},
          {"setting", p.setting},
          {"load", p.load},
          {"layout", degrees_of(p.layout)}};
}

found_point point_in(const ordered_json& j) {
  found_point p;
  p.rank = j.at("rank").get<shardline::search_rank>();
  p.order = j.at("order").get<integer>();
  p.setting = j.at("setting").get<integer>();
  p.load = j.at("load").get<integer>();
  p.layout = layout_of(j.at("layout").get<std::array<integer, 8>>());
  return p;
}

using question = std::vector<std::pair<std::string, std::string>>;

question question_of(const options& o) {
  question asked;
  for (const auto& item : o.given) {
    if (item.first != "--part" && item.first != "--jobs") asked.push_back(item);
  }
  return asked;
}

// One file.
struct part_read {
  std::string of_version{};
  shardline::search_part part{};
  question asked{};
  shardline::found_points found{};
};

part_read part_in(const ordered_json& j) {
  part_read p;
  p.of_version = j.at("version").get<std::string>();
  p.part = {j.at("part").get<integer>(), j.at("parts").get<integer>()};
  p.asked = j.at("question").get<question>();
  p.found.tried = j.at("tried").get<integer>();
  p.found.feasible = j.at("feasible").get<integer>();
  p.found.rejected = j.at("rejected").get<std::array<integer, shardline::rule_count>>();
  for (const ordered_json& point : j.at("points")) p.found.best.push_back(point_in(point));
  return p;
}

part_read part_at(const std::string& path) {
  std::ifstream file(path);
  if (!file) refuse_file(path, "cannot be read");
  try {
    return part_in(ordered_json::parse(file));
  } catch (const nlohmann::json::exception&) {
    refuse_file(path, "is no part of a search");
  }
}

void refuse_missing_parts(const std::vector<bool>& there) {
  for (std::size_t i = 0; i < there.size(); ++i) {
    if (there[i]) continue;
    refuse("files", fmt::format("part {} of {} is missing", i, there.size()),
           "all parts of one search");
  }
}

}  // namespace

std::string part_text(const options& o, const shardline::found_points& found) {
  ordered_json points = ordered_json::array();
  for (const found_point& p : found.best) points.push_back(json_of(p));
  const ordered_json all{{"version", version()},       {"part", o.search.part->index},
                         {"parts", o.search.part->of}, {"question", question_of(o)},
                         {"tried", found.tried},       {"feasible", found.feasible},
                         {"rejected", found.rejected}, {"points", points}};
  return all.dump();
}

parts_read read_parts(const std::vector<std::string>& paths) {
  parts_read all;
  question asked;
  std::vector<bool> there;
  for (const std::string& path : paths) {
    part_read p = part_at(path);
    if (p.of_version != version()) refuse_file(path, "is of version " + p.of_version);
    const bool is_part = p.part.of >= 1 && p.part.index >= 0 && p.part.index < p.part.of;
    if (!is_part) refuse_file(path, "is no part of a search");
    if (there.empty()) {
      asked = p.asked;
      there.resize(static_cast<std::size_t>(p.part.of));
    }
    if (p.asked != asked || static_cast<std::size_t>(p.part.of) != there.size()) {
      refuse_file(path, "is a part of another search than " + paths.front());
    }
    const auto place = static_cast<std::size_t>(p.part.index);
    if (there[place]) refuse_file(path, fmt::format("is part {} once more", p.part.index));
    there[place] = true;
    all.found.push_back(std::move(p.found));
  }
  refuse_missing_parts(there);
  for (auto& [option, text] : asked) all.question.add(option, text);
  return all;
}

}  // namespace planner
