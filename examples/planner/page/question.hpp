// SPDX-License-Identifier: BSL-1.0
/// What a page is about, as plain data that a browser can be told too.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "../under_policy.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/shardline.hpp"

namespace planner::page {

/// Which times are estimated by: the engine whose fitted policy is taken, or a policy of shares.
/// Browsers are only told of the former: each policy is an estimator of its own to carry.
#if defined(__wasm__)
using times_of = std::variant<const shardline::engine_version*>;
#else
using times_of =
    std::variant<const shardline::engine_version*, shardline::datasheet, shardline::constant>;
#endif

/// Whether a browser can estimate under it.
[[nodiscard]] inline bool is_fitted(const times_of& t) { return t.index() == 0; }

/// A search.
///   cluster      with the engine that runs on it, its accelerator bare
///   efficiency   the policy it is estimated under
///   convention   that layouts are written in
///   engine       its name, or what it was taken to be
///   lines        what else is said of the inputs
///   top          layouts that are ranked
///   checkpoint   what an engine loads; nothing where --model does not name it
///   host_cache   a GPU's part of the hosts' memory for keys and values; 0: not said
///   words        options of the command line, each with what stands behind it, in their order
struct question {
  shardline::model model{};
  shardline::cluster cluster{};
  times_of efficiency{};
  shardline::workload workload{};
  std::string convention{};
  std::string engine{};
  std::vector<std::string> lines{};
  std::size_t top = 10;
  std::string checkpoint{};
  shardline::bytes<> host_cache{};
  std::vector<std::pair<std::string, std::string>> words{};
};

/// What stands behind an option of the search; nothing where it is not given.
[[nodiscard]] inline std::string word_of(const question& q, std::string_view option) {
  for (const auto& [name, value] : q.words) {
    if (name == option) return value;
  }
  return {};
}

/// What the engine does under a layout, as the command line's search has it: the tokens of a step
/// where they are the engine's own.
struct as_engine_does {
  const question& asked;

  template <class Cluster>
  void operator()(shardline::integer /*setting*/, const shardline::layout& l, const Cluster& c,
                  std::span<shardline::workload> loads) const {
    const auto own = engine_chunk(c.runtime, l);
    if (!word_of(asked, "--chunk").empty() || !own) return;
    for (shardline::workload& w : loads) w.chunk = own;
  }
};

/// visit(the cluster under the policy), whose result is returned.
template <class Visit>
auto visit_cluster(const question& q, const Visit& visit) {
  return visit_under(q.cluster, q.efficiency, visit);
}

}  // namespace planner::page
