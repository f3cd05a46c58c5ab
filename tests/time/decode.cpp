// SPDX-License-Identifier: BSL-1.0
#include "shardline/time/decode.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "../laws/random_inputs.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

pipeline_time<double> stages(double sum, double slowest) {
  pipeline_time<double> t;
  t.sum.spend(term::attention, seconds<>::from_value(sum));
  t.sum.wait(bound::memory, seconds<>::from_value(sum));
  t.slowest = seconds<>::from_value(slowest);
  return t;
}

layout pipeline(integer dp, integer pp) { return {{1, 1, dp}, {1, 1, dp}, pp}; }

}  // namespace

TEST_CASE("a batch waits while the slowest stage serves the others, and no longer") {
  // Stages of 1, 2 and 1 seconds. Two batches: each is served within the round. Three batches: the
  // slowest stage works 6 seconds on them, 2 more than a batch is on its way.
  const auto two = pipeline_cycle(stages(4.0, 2.0), 2.0);
  CHECK(two.total() == 4_s);
  CHECK(two[term::pipeline_bubble] == 0_s);
  const auto three = pipeline_cycle(stages(4.0, 2.0), 3.0);
  CHECK(three.total() == 6_s);
  CHECK(three[term::pipeline_bubble] == 2_s);
  CHECK(three[term::attention] == 4_s);
  CHECK(three[bound::link] == 2_s);
  CHECK(three[bound::memory] == 4_s);
}

TEST_CASE("batches in a pipeline: one per stage, as far as there are sequences for them") {
  CHECK(pipeline_batches(pipeline(1, 1), 100.0) == 1.0);
  CHECK(pipeline_batches(pipeline(1, 4), 1.0) == 1.0);
  CHECK(pipeline_batches(pipeline(1, 4), 3.0) == 3.0);
  CHECK(pipeline_batches(pipeline(1, 4), 100.0) == 4.0);
  CHECK(pipeline_batches(pipeline(4, 4), 8.0) == 2.0);
  CHECK(pipeline_batches(pipeline(4, 4), 9.0) == 3.0);
}

TEST_CASE("a token is priced half-way through the output") {
  workload w;
  w.input = 100_tokens;
  w.output = 51_tokens;
  CHECK(mean_context(w) == 125.5);
}

TEST_CASE("without stages a decode step is the step of all sequences, and has no bubble") {
  laws::dice d(51);
  for (int number = 0; number < 300; ++number) {
    laws::deployed r = laws::random_deployment(d);
    r.layout.pp = 1;
    r.cluster.runtime.two_batch_overlap = false;  // the first half is no bubble of stages
    const workload& w = r.workload;
    const auto t = decode(r.cluster, r.model, r.layout, w);
    const double context = w.input.value() + w.output.value() / 2.0;
    const auto step = decode_step(w.concurrency, context, w.expert_imbalance);
    CAPTURE(number);
    REQUIRE(t.total() == time_of_step(r.cluster, r.model, r.layout, step).sum.total());
    REQUIRE(t[term::pipeline_bubble] == 0_s);
  }
}

TEST_CASE("with stages a round takes the longer of a batch's way and the slowest stage's work") {
  laws::dice d(52);
  for (int number = 0; number < 300; ++number) {
    laws::deployed r = laws::random_deployment(d);
    const workload& w = r.workload;
    const double per_replica =
        std::ceil(w.concurrency / static_cast<double>(r.layout.attention.dp));
    const double batches = std::min(static_cast<double>(r.layout.pp), per_replica);
    // The fullest batch has ceil(per replica / batches) sequences of each replica.
    const double fullest = std::min(w.concurrency, std::ceil(per_replica / batches) *
                                                       static_cast<double>(r.layout.attention.dp));
    const auto step =
        decode_step(fullest, w.input.value() + w.output.value() / 2.0, w.expert_imbalance);
    const auto one = time_of_step(r.cluster, r.model, r.layout, step);
    const double round = std::max(one.sum.total().value(), batches * one.slowest.value());
    CAPTURE(number);
    REQUIRE(decode(r.cluster, r.model, r.layout, w).total().value() ==
            doctest::Approx(round).epsilon(1e-12));
  }
}

TEST_CASE("one sequence goes through its stages without waiting") {
  laws::dice d(53);
  for (int number = 0; number < 100; ++number) {
    laws::deployed r = laws::random_deployment(d);
    r.workload.concurrency = 1.0;
    REQUIRE(decode(r.cluster, r.model, r.layout, r.workload)[term::pipeline_bubble] == 0_s);
  }
}

TEST_CASE("documented: a token of Llama-3.1-8B on an H100 by its data sheet") {
  const workload one{.concurrency = 1, .input = 2048_tokens, .output = 512_tokens};
  const cluster c = make_cluster(catalog::h100_sxm, 1);
  const auto p = prepare(c, catalog::llama_3_1_8b, layout{});
  const double total = decode_priced_as<basic_total_time<double>>(p, one).total() / 1_ms;
  CHECK(total == doctest::Approx(4.57).scale(0.0).epsilon(1.1e-3));
  CHECK(decode(p, one).total() / 1_ms == total);
}
