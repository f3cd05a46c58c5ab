// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/step_trace.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/core.hpp"
#include "shardline/engines/vllm.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

using nlohmann::ordered_json;

// What Perfetto asks of a file: named processes and threads, complete events with their times, and
// on one thread none that begins before the last has ended.
void check_events(const ordered_json& trace) {
  std::set<int> named;
  std::map<std::pair<int, int>, double> ends;
  REQUIRE(trace["traceEvents"].is_array());
  for (const ordered_json& e : trace["traceEvents"]) {
    REQUIRE(e["name"].is_string());
    REQUIRE(e["pid"].is_number_integer());
    REQUIRE(e["tid"].is_number_integer());
    const int process = e["pid"].get<int>();
    if (e["ph"] == "M") {
      CHECK(e["args"]["name"].is_string());
      named.insert(process);
      continue;
    }
    REQUIRE(e["ph"] == "X");
    REQUIRE(e["ts"].is_number());
    REQUIRE(e["dur"].get<double>() > 0.0);
    CHECK(named.count(process) == 1);
    double& end = ends[{process, e["tid"].get<int>()}];
    CHECK(e["ts"].get<double>() >= end * (1.0 - 1e-12));
    end = e["ts"].get<double>() + e["dur"].get<double>();
  }
}

// When the last event of some processes ends, in seconds.
double end_of(const ordered_json& trace, int first, int last) {
  double end = 0.0;
  for (const ordered_json& e : trace["traceEvents"]) {
    const int process = e["pid"].get<int>();
    if (e["ph"] != "X" || process < first || process > last) continue;
    end = std::max(end, e["ts"].get<double>() + e["dur"].get<double>());
  }
  return end / 1e6;
}

int number_of(const ordered_json& trace, int process, const std::string& line) {
  int n = 0;
  for (const ordered_json& e : trace["traceEvents"]) {
    n += e["ph"] == "X" && e["pid"] == process && e["cat"] == line ? 1 : 0;
  }
  return n;
}

const auto traced_node =
    with_engine(make_cluster(with_fitted(catalog::h200_sxm), 8), engines::vllm);
constexpr workload long_chat{
    .concurrency = 64, .input = 20000_tokens, .output = 512_tokens, .chunk = 8192_tokens};

template <class Cluster>
void check_ends(const Cluster& cluster, const model& m, const layout& l, const workload& w) {
  const prepared p(cluster, m, l);
  REQUIRE(p.feasibility().priceable());
  const ordered_json trace = step_trace(p.parts(), w);
  check_events(trace);
  CHECK(end_of(trace, 1, 1) ==
        doctest::Approx(prefill(p.parts(), w).total().value()).epsilon(1e-9));
  CHECK(end_of(trace, 2, 2) == doctest::Approx(decode(p.parts(), w).total().value()).epsilon(1e-9));
}

}  // namespace

TEST_CASE("a trace ends when the prompt and the decode step do, and has every layer's operators") {
  const layout flags = to_layout(vllm{.tp = 8});
  check_ends(traced_node, catalog::llama_3_1_70b, flags, long_chat);
  const prepared p(traced_node, catalog::llama_3_1_70b, flags);
  const ordered_json trace = step_trace(p.parts(), long_chat);
  CHECK(number_of(trace, 2, "attention") == 80);
  CHECK(number_of(trace, 2, "all-reduce") == 161);
  CHECK(number_of(trace, 1, "all-reduce") == 3 * 161);  // three chunks
  CHECK(number_of(trace, 1, "host") == 3);
}

TEST_CASE("shared experts beside a dispatch, and guesses before a step") {
  auto overlapping = traced_node;
  overlapping.runtime.experts.overlap_shared = true;
  workload guessing = long_chat;
  guessing.speculation = {.draft_tokens = 2, .acceptance = 0.7};
  const layout flags = to_layout(vllm{.dp = 8, .expert_parallel = true, .all_to_all = true});
  check_ends(overlapping, catalog::deepseek_v3, flags, guessing);
  check_ends(traced_node, catalog::deepseek_v3, flags, guessing);
  const prepared p(overlapping, catalog::deepseek_v3, flags);
  CHECK(number_of(step_trace(p.parts(), guessing), 2, "draft") == 1);
}

TEST_CASE("a process for each stage, each behind the one before it") {
  const layout flags = to_layout(vllm{.tp = 2, .pp = 4});
  const prepared p(traced_node, catalog::llama_3_1_70b, flags);
  const ordered_json trace = step_trace(p.parts(), long_chat);
  check_events(trace);
  const basic_step<> step = step_of_batch(flags, long_chat);
  CHECK(end_of(trace, 5, 8) ==
        doctest::Approx(time_of_step(p.parts(), step).sum.total().value()).epsilon(1e-9));
  for (int stage = 5; stage < 8; ++stage) {
    CHECK(end_of(trace, stage, stage) < end_of(trace, stage + 1, stage + 1));
  }
  CHECK(number_of(trace, 5, "send-recv") == 1);
  CHECK(number_of(trace, 8, "send-recv") == 0);
}
