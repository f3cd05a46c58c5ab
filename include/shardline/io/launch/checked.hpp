// SPDX-License-Identifier: BSL-1.0
/// Whether the engine takes what is to be typed: its rules, evaluated on every node.
#pragma once

#include <array>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "shardline/base/alternative.hpp"
#include "shardline/io/launch/words.hpp"

namespace shardline {

/// What stands behind options by their names, and what is run: "heads", "layers", "prompt".
using said_options = std::map<std::string, std::string, std::less<>>;

/// What rules ask about the model and the load of a request: "heads" that the tensor-parallel size
/// has to divide in every layer, "layers", and "prompt", the tokens of the longest.
///   Llama-3.1-70B: 64 heads, 80 layers   (tests/io/launch/plan.cpp)
[[nodiscard]] inline said_options facts_of(const launch_request& r) {
  integer heads = 0;
  for (const layer& l : r.model.layers.kinds) {
    visit_alternative(l.attention, [&heads](const auto& kind) {
      if constexpr (requires { kind.heads; }) heads = std::gcd(heads, kind.heads);
    });
  }
  said_options facts{{"layers", std::to_string(r.model.layers.size())},
                     {"prompt", std::to_string(detail::rounded_down(r.workload.input.value()))}};
  if (heads > 0) facts.emplace("heads", std::to_string(heads));
  return facts;
}

/// The first rule that is broken, by broken_rule() of engines/launch/rule.hpp over the values as
/// typed; null where none is. Of what is run only what is known is asked.
///   --tensor-parallel-size 6 beside 64 heads   (tests/io/launch/plan.cpp)
[[nodiscard]] inline const launch_rule* broken_rule(const launch_dialect& d,
                                                    const said_options& said) {
  const auto find = [&said](std::string_view name) -> std::optional<std::string_view> {
    const auto found = said.find(name);
    if (found == said.end()) return std::nullopt;
    return std::string_view(found->second);
  };
  return broken_rule(d.rules, find);
}

namespace detail {

inline std::string_view words_of(rule_kind k) {
  static constexpr std::array<std::string_view, 12> words{
      "has to divide", "has to be a multiple of",
      "has to be",     "is at most",
      "is at least",   "is below",
      "lists",         "sums to",
      "needs several", "needs",
      "goes without",  "has to say"};
  return words[static_cast<std::size_t>(k)];
}

}  // namespace detail

/// "--tensor-parallel-size 6 has to divide heads 64": a rule with both figures as typed.
///   (tests/io/launch/plan.cpp)
[[nodiscard]] inline std::string to_text(const launch_rule& r, const said_options& said) {
  const auto with_value = [&said](std::string_view name) {
    const auto found = said.find(name);
    const std::string value = found == said.end() ? std::string("not given") : found->second;
    return std::string(name) + (value.empty() ? "" : " " + value);
  };
  std::string text = with_value(r.option) + " " + std::string(detail::words_of(r.kind));
  std::string others;
  for (const std::string_view name : r.of) {
    if (name.empty()) continue;
    others += others.empty() ? " " : " x ";
    others += r.kind == rule_kind::has_keys ? std::string(name) : with_value(name);
  }
  text += others;
  if (r.plus > 0.0) text += " + " + in_full(r.plus);
  if (!r.says.empty()) text += ", which says " + std::string(r.says);
  return text;
}

/// Why the engine would refuse one of the servers on one of its nodes, by broken_rule(); an empty
/// text where it takes all.
///   "--tensor-parallel-size 6 has to divide heads 64"   (tests/io/launch/plan.cpp)
[[nodiscard]] inline std::string refusal_of(const launch_plan& p, const launch_request& r) {
  const said_options facts = facts_of(r);
  for (const launch_server& s : p.servers) {
    for (integer rank = 0; rank < s.nodes; ++rank) {
      said_options said = facts;
      const launch_node at{.leader = "node", .rank = std::to_string(rank), .is_leader = rank == 0};
      for (const launch_argument& a : detail::arguments_on(s, at)) {
        said[std::string(a.option->name)] = a.value;
      }
      const launch_rule* broken = broken_rule(*p.dialect, said);
      if (broken != nullptr) return "refuses the options: " + to_text(*broken, said);
    }
  }
  return {};
}

}  // namespace shardline
