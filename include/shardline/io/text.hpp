// SPDX-License-Identifier: BSL-1.0
/// Human text of every public result. Needs nothing but the standard library: no iostream, no
/// locale.
///
///   to_text(x)     quantities, conventions' flags, violations, warnings, invalid inputs, memory of
///                  a GPU or a stage, time, serving, weights, engines, whole estimates
///   to_text(m, x)  layouts and searches, which read differently for a model m without experts
/// Estimates over dual or interval scalars print their value. For machines there is io/json.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// IWYU pragma: begin_exports
#include "shardline/io/text/engine.hpp"
#include "shardline/io/text/estimate.hpp"
#include "shardline/io/text/feasibility.hpp"
#include "shardline/io/text/layout.hpp"
#include "shardline/io/text/table.hpp"
#include "shardline/io/text/units.hpp"
// IWYU pragma: end_exports
#include "shardline/plan/search.hpp"

namespace shardline {

/// A candidate as a line of a ranking.
///   convention   whose flags the line ends with
///   said         what else is said of it, before its layout
template <class T = double>
struct basic_ranked_line {
  const shardline::model* model = nullptr;
  const basic_candidate<T>* candidate = nullptr;
  std::string_view convention = vllm::convention;
  std::vector<std::string> said{};
};

namespace detail {

template <class T>
std::vector<std::string> ranked_row(std::size_t rank, const basic_ranked_line<T>& line) {
  const basic_candidate<T>& c = *line.candidate;
  const basic_estimate<T>& e = c.estimate;
  std::vector<std::string> row{std::to_string(rank)};
  row.insert(row.end(), line.said.begin(), line.said.end());
  for (std::string& cell : std::array<std::string, 7>{
           short_text(*line.model, c.layout),
           short_number(value_of(e.serving.output_tokens_per_s_per_gpu.value())),
           ttft_text(e.serving), tpot_text(e.serving.tpot),
           decimal_bytes(value_of(e.memory.total().value())) + " / " +
               decimal_bytes(value_of(e.memory.capacity.value())),
           std::string(name(e.decode.bounded_by())),
           typed_text(*line.model, c.layout, line.convention)}) {
    row.push_back(std::move(cell));
  }
  return row;
}

// "vLLM", whose flags these are.
inline std::string framework_of(std::string_view convention) {
  std::string name;
  visit_convention(convention, [&]<class Flags>() { name = Flags::framework; });
  return name;
}

// The same of all lines; "flags" where they are of several.
template <class T>
std::string framework_of(std::span<const basic_ranked_line<T>> lines) {
  for (const basic_ranked_line<T>& line : lines) {
    if (line.convention != lines.front().convention) return "flags";
  }
  return lines.empty() ? "flags" : framework_of(lines.front().convention);
}

}  // namespace detail

/// The ranking as a table: what else is said of each under `heads`, layout, output tokens per
/// second per GPU, TTFT, TPOT, memory of the fullest GPU and its capacity, what bounds decode, and
/// the layout to type: in an engine's flags if they can express it, else as a mesh. Figures have
/// their units; without lines the text is empty.
///   Llama-3.1-8B on 4 H100: "1.89k" tokens/s of its first line, 1.31k of its second
///   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string ranking_text(std::span<const basic_ranked_line<T>> lines,
                                       const std::vector<std::string>& heads = {}) {
  text_table table("r" + std::string(heads.size(), 'r') + "lrrrrll");
  std::vector<std::string> head{"rank"};
  head.insert(head.end(), heads.begin(), heads.end());
  for (const char* name :
       {"layout", "out tok/s/GPU", "TTFT", "TPOT", "memory / capacity", "decode bound"}) {
    head.emplace_back(name);
  }
  head.push_back(detail::framework_of(lines));
  table.add(std::move(head));
  for (std::size_t i = 0; i < lines.size(); ++i) table.add(detail::ranked_row(i + 1, lines[i]));
  return table.text();
}
template <class T>
[[nodiscard]] std::string ranking_text(const model& m, const basic_search_result<T>& s,
                                       std::string_view convention = vllm::convention) {
  std::vector<basic_ranked_line<T>> lines;
  for (const basic_candidate<T>& c : s.best) lines.push_back({&m, &c, convention});
  return ranking_text(std::span<const basic_ranked_line<T>>(lines));
}

/// How many points, layouts or what `points` says they are, were tried, and how many each rule
/// rejected, in the order of the rules.
///   "10 layouts tried, 10 feasible"   (tests/io/documented.cpp)
[[nodiscard]] inline std::string counts_text(const search_counts& s,
                                             std::string_view points = "layouts") {
  std::string out = std::to_string(s.tried) + " " + std::string(points) + " tried, " +
                    std::to_string(s.feasible) + " feasible\n";
  text_table table("rl");
  for (std::size_t i = 0; i < rule_count; ++i) {
    if (s.rejected[i] == 0) continue;
    table.add({std::to_string(s.rejected[i]),
               "rejected: " + std::string(text_of(static_cast<rule>(i)).sentence)});
  }
  if (s.invalid > 0) table.add({std::to_string(s.invalid), "not judged: an input is invalid"});
  out += table.text("  ");
  for (const invalid_field& f : s.inputs) out += "  invalid: " + to_text(f) + '\n';
  return out;
}

/// What a search found: ranking_text() and counts_text(), figures with their units.
///   "10 layouts tried, 10 feasible" at its end   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string to_text(const model& m, const basic_search_result<T>& s,
                                  std::string_view convention = vllm::convention) {
  return (s.best.empty() ? "no feasible layout\n" : ranking_text(m, s, convention)) + '\n' +
         counts_text(s);
}

}  // namespace shardline
