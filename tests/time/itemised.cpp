// SPDX-License-Identifier: BSL-1.0
#include "shardline/time/itemised.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/core.hpp"
#include "shardline/engines/vllm.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

// Adds up operators by line.
struct added_by_line {
  std::array<double, term_count> lines{};
  double all_reduces = 0.0;

  void add(term line, double seconds) { lines[static_cast<std::size_t>(line)] += seconds; }
  template <class Operator>
  void operator()(const place_in_step& at, double times, const Operator&,
                  const operator_time<double>& once) {
    add(at.line, times * once.total().value());
  }
  void operator()(const place_in_step& at, double times, const collective<double>& op,
                  const seconds<>& once) {
    if (op.kind == collective_kind::all_reduce) all_reduces += times;
    add(at.line, times * once.value());
  }
};

bool has_operators(std::size_t line) {
  const auto t = static_cast<term>(line);
  return t != term::draft && t != term::pipeline_bubble && t != term::host;
}
bool is_sent(std::size_t line) { return line >= operator_term_count && has_operators(line); }

// The largest difference of a line from its operators, over the whole time: of those that nothing
// can hide, or all.
double difference(const time_breakdown& t, const added_by_line& by, bool hides) {
  double most = 0.0;
  for (std::size_t i = 0; i < term_count; ++i) {
    if (!has_operators(i)) continue;
    const double left = t.terms[i].value() - by.lines[i];
    most = std::max(most, hides && is_sent(i) ? left : std::abs(left));
  }
  return most / t.total().value();
}

// The largest of random deployments under a policy.
template <class Efficiency>
double worst_difference(const Efficiency& policy, std::uint64_t seed, int number) {
  laws::dice d(seed);
  double most = 0.0;
  for (int i = 0; i < number; ++i) {
    const laws::deployed r = laws::random_deployment(d);
    const auto cluster = with_efficiency(r.cluster, policy);
    const prepared p(cluster, r.model, r.layout);
    if (!p.feasibility().priceable()) continue;
    const bool hides =
        r.cluster.runtime.two_batch_overlap || r.cluster.runtime.experts.overlap_shared;
    added_by_line decoding;
    for_each_operator_of_decode(p.parts(), r.workload, decoding);
    added_by_line reading;
    for_each_operator_of_prefill(p.parts(), r.workload, reading);
    most = std::max(most, difference(decode(p.parts(), r.workload), decoding, hides));
    most = std::max(most, difference(prefill(p.parts(), r.workload), reading, hides));
  }
  return most;
}

}  // namespace

TEST_CASE("operators of 2 x 600 random deployments add up to the lines of their breakdowns") {
  CHECK(worst_difference(constant{0.6, 0.8, 0.7, 3_us}, 61, 600) < 1e-12);
  CHECK(worst_difference(with_fitted(catalog::h100_sxm).efficiency, 62, 600) < 1e-12);
}

TEST_CASE("two all-reduces a layer, and one of the embedding") {
  const auto host = with_engine(make_cluster(with_fitted(catalog::h100_sxm), 8), engines::vllm);
  const layout flags = to_layout(vllm{.tp = 8});
  const workload chat{.concurrency = 64, .input = 2048_tokens, .output = 512_tokens};
  const prepared p(host, catalog::llama_3_1_70b, flags);
  added_by_line decoding;
  for_each_operator_of_decode(p.parts(), chat, decoding);
  CHECK(decoding.all_reduces == 161.0);
}

namespace {

// Calls, and how many operators they stand for.
struct operators_counted {
  int calls = 0;
  double operators = 0.0;
  template <class Place, class Operator, class Once>
  void operator()(const Place&, double times, const Operator&, const Once&) {
    ++calls;
    operators += times;
  }
};

}  // namespace

TEST_CASE("documented: operators of Llama-3.1-8B, and the steps of a prompt in chunks") {
  workload one{.concurrency = 1, .input = 2048_tokens, .output = 512_tokens};
  const cluster c = make_cluster(catalog::h100_sxm, 1);
  const auto p = prepare(c, catalog::llama_3_1_8b, layout{});
  operators_counted decoding;
  for_each_operator_of_decode(p, one, decoding);
  CHECK(decoding.calls == 12);
  CHECK(decoding.operators == 291.0);
  operators_counted again;
  for_each_operator(p, decode_step(1.0, 2304.0, 1.0), again);
  CHECK(again.operators == 291.0);
  one.chunk = 512_tokens;
  operators_counted reading;
  for_each_operator_of_prefill(p, one, reading);
  CHECK(reading.calls == 48);
  CHECK(reading.operators == 1164.0);
  int steps = 0;
  for_each_step_of_prefill(p, one, [&steps](const basic_step<double>& s, double passes) {
    CHECK(s.parts[0].new_tokens == 512.0);
    CHECK(passes == 1.0);
    ++steps;
  });
  CHECK(steps == 4);
  one.concurrency = 8.0;
  const auto batch = step_of_batch(layout{.pp = 2}, one);
  CHECK(batch.parts[0].sequences == 4.0);
  CHECK(batch.parts[0].context == 2304.0);
  CHECK_FALSE(runs_in_halves(p, batch));
}
