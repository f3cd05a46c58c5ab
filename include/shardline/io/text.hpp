// SPDX-License-Identifier: BSL-1.0
/// Human text of every public result. Needs nothing but the standard library: no iostream, no
/// locale.
///
///   to_text(x)     quantities, conventions' flags, violations, warnings, invalid inputs, memory of
///                  a GPU or a stage, time, serving, weights, engines, whole estimates
///   to_text(m, x)  layouts and searches, which read differently for a model m without experts
/// Estimates over dual or interval scalars print their value. For machines there is io/json.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
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

namespace detail {

template <class T>
std::vector<std::string> ranked_row(const model& m, std::size_t rank, const basic_candidate<T>& c,
                                    std::string_view convention) {
  const basic_estimate<T>& e = c.estimate;
  const std::string flags = flags_text(m, c.layout, convention);
  return {std::to_string(rank),
          short_text(m, c.layout),
          short_number(value_of(e.serving.output_tokens_per_s_per_gpu.value())),
          to_text(e.serving.ttft),
          to_text(e.serving.tpot),
          decimal_bytes(value_of(e.memory.total().value())) + " / " +
              decimal_bytes(value_of(e.memory.capacity.value())),
          std::string(name(e.decode.bounded_by())),
          flags.empty() ? "-" : flags};
}

// "vLLM", whose flags these are.
inline std::string framework_of(std::string_view convention) {
  std::string name;
  visit_convention(convention, [&]<class Flags>() { name = Flags::framework; });
  return name;
}

}  // namespace detail

/// The ranking as a table: layout, output tokens per second per GPU, TTFT, TPOT, memory of the
/// fullest GPU and its capacity, what bounds decode, an engine's flags if it can express the
/// layout.
template <class T>
[[nodiscard]] std::string ranking_text(const model& m, const basic_search_result<T>& s,
                                       std::string_view convention = vllm::convention) {
  text_table table("rlrrrrll");
  table.add({"rank", "layout", "out tok/s/GPU", "TTFT", "TPOT", "memory / capacity", "decode bound",
             detail::framework_of(convention)});
  for (std::size_t i = 0; i < s.best.size(); ++i) {
    table.add(detail::ranked_row(m, i + 1, s.best[i], convention));
  }
  return table.text();
}

/// How many layouts were tried, and how many each rule rejected, in the order of the rules.
template <class T>
[[nodiscard]] std::string counts_text(const basic_search_result<T>& s) {
  std::string out =
      std::to_string(s.tried) + " layouts tried, " + std::to_string(s.feasible) + " feasible\n";
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

/// Ranking and counts.
template <class T>
[[nodiscard]] std::string to_text(const model& m, const basic_search_result<T>& s,
                                  std::string_view convention = vllm::convention) {
  return (s.best.empty() ? "no feasible layout\n" : ranking_text(m, s, convention)) + '\n' +
         counts_text(s);
}

}  // namespace shardline
