// Serving by hand from invented step times: a prompt step of 3 s (of which the slowest stage 2 s),
// a decode step of 0.5 s. Powers of two and small numbers, so that sums are exact.
#include "shardline/estimate/serving.hpp"

#include <doctest/doctest.h>

#include "../laws/random_inputs.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

pipeline_time<double> prompt_step() {
  pipeline_time<double> t;
  t.sum.spend(term::attention, 3_s);
  t.slowest = 2_s;
  return t;
}

basic_time<> decode_cycle() {
  basic_time<> t;
  t.spend(term::attention, 0.5_s);
  return t;
}

workload load(double concurrency, double input, double output) {
  workload w;
  w.concurrency = concurrency;
  w.input = tokens<>::from_value(input);
  w.output = tokens<>::from_value(output);
  return w;
}

basic_serving<> served(const layout& l, const workload& w) {
  return serving(prompt_step(), decode_cycle(), l, w);
}

}  // namespace

TEST_CASE("one sequence alone: its prompt, then its tokens") {
  const auto s = served({}, load(1, 100, 9));
  CHECK(s.ttft == 3_s);
  CHECK(s.tpot == 0.5_s);
  CHECK(s.output_tokens_per_s.value() == 9.0 / (3.0 + 8.0 * 0.5));
}

TEST_CASE("without chunks the prompts of the others stop the decoding") {
  // 4 sequences: a cycle has 4 prompts, the first of 3 s and each further at the slowest stage's
  // 2 s, and 8 decode steps: 3 + 3 x 2 + 8 x 0.5 = 13 s, in which 4 x 9 tokens come out.
  const auto s = served({}, load(4, 100, 9));
  CHECK(s.ttft == 3_s);
  CHECK(s.tpot.value() == (13.0 - 3.0) / 8.0);
  CHECK(s.output_tokens_per_s.value() == 36.0 / 13.0);
  CHECK(s.output_tokens_per_s_per_gpu.value() == 36.0 / 13.0);
  CHECK(s.total_tokens_per_s_per_gpu.value() == 4.0 * 109.0 / 13.0);
}

TEST_CASE("replicas share the sequences: each turns over its own, all at once") {
  // 8 sequences on 2 replicas of 2 GPUs: each replica has 4, as above.
  const layout two_replicas{{2, 1, 2}, {2, 1, 2}};
  const auto s = served(two_replicas, load(8, 100, 9));
  CHECK(s.tpot.value() == (13.0 - 3.0) / 8.0);
  CHECK(s.output_tokens_per_s.value() == 72.0 / 13.0);
  CHECK(s.output_tokens_per_s_per_gpu.value() == 72.0 / 13.0 / 4.0);
}

TEST_CASE("with chunks the others decode while a prompt is read") {
  // 100 tokens in chunks of 50 are 2 steps. Of a cycle's prompts, the sequence itself waits for 2
  // steps (3 s through all stages, then 2 s more) and rides on 2 x 1 others' (2 x 2 s); 6 of its 8
  // further tokens need steps of their own: 5 + 4 + 6 x 0.5 = 12 s.
  workload w = load(2, 100, 9);
  w.chunk = 50_tokens;
  const auto s = served({}, w);
  CHECK(s.ttft == 5_s);
  CHECK(s.tpot.value() == (12.0 - 5.0) / 8.0);
  CHECK(s.output_tokens_per_s.value() == 18.0 / 12.0);
}

TEST_CASE("where prompts alone carry all tokens, no step is for decoding only") {
  // 100 chunks of 5 sequences: 400 steps carry the other 8 tokens, and the prompts are what limits.
  workload w = load(5, 100, 9);
  w.chunk = 1_tokens;
  const auto s = served({}, w);
  CHECK(s.ttft == 201_s);  // 3 s, and 99 more at the slowest stage's 2 s
  CHECK(s.tpot.value() == 400.0 * 2.0 / 8.0);
}

TEST_CASE("a prompt takes ceil(input / chunk) steps") {
  workload w = load(1, 100, 1);
  CHECK(prefill_steps(w) == 1.0);
  w.chunk = 50_tokens;
  CHECK(prefill_steps(w) == 2.0);
  w.chunk = 49_tokens;
  CHECK(prefill_steps(w) == 3.0);
  w.chunk = 1000_tokens;
  CHECK(prefill_steps(w) == 1.0);
}

TEST_CASE("with one output token there is none after the first: tpot is 0") {
  const auto s = served({}, load(4, 100, 1));
  CHECK(s.tpot == 0_s);
  CHECK(s.ttft == 3_s);
  CHECK(s.output_tokens_per_s.value() == 4.0 / 9.0);
}

TEST_CASE("a full step: one prompt per replica while there are sequences, the others decode") {
  const layout four_replicas{{1, 1, 4}, {1, 1, 4}};
  workload w = load(10, 100, 20);
  w.expert_imbalance = 1.5;
  auto step = full_step(four_replicas, w);
  REQUIRE(step.part_count == 2);
  CHECK(step.expert_imbalance == 1.5);
  CHECK(step.parts[0].phase == phase::prefill);
  CHECK(step.parts[0].sequences == 4.0);
  CHECK(step.parts[0].new_tokens == 100.0);
  CHECK(step.parts[0].context == 0.0);
  CHECK(step.parts[1].phase == phase::decode);
  CHECK(step.parts[1].sequences == 6.0);
  CHECK(step.parts[1].new_tokens == 1.0);
  CHECK(step.parts[1].context == 110.0);
  w.concurrency = 3.0;
  step = full_step(four_replicas, w);
  CHECK(step.parts[0].sequences == 3.0);
  CHECK(step.parts[1].sequences == 0.0);
  w.chunk = 20_tokens;
  step = full_step(four_replicas, w);
  CHECK(step.parts[0].new_tokens == 20.0);
  CHECK(step.parts[0].context == 40.0);  // chunks after 0, 20, 40, 60 and 80 tokens
}

TEST_CASE("prompts are admitted alone without chunks, with the decoding sequences otherwise") {
  workload w = load(10, 100, 20);
  CHECK(admission_step({}, w).part_count == 1);
  w.chunk = 50_tokens;
  CHECK(admission_step({}, w).part_count == 2);
}

TEST_CASE("serving from the inputs is serving from their step times") {
  laws::dice d(61);
  for (int number = 0; number < 200; ++number) {
    const laws::deployed r = laws::random_deployment(d);
    const auto admitted =
        time_of_step(r.cluster, r.model, r.layout, admission_step(r.layout, r.workload));
    const auto by_steps =
        serving(admitted, decode(r.cluster, r.model, r.layout, r.workload), r.layout, r.workload);
    const auto by_inputs = serving(r.cluster, r.model, r.layout, r.workload);
    CAPTURE(number);
    REQUIRE(by_inputs.ttft == by_steps.ttft);
    REQUIRE(by_inputs.tpot == by_steps.tpot);
    REQUIRE(by_inputs.output_tokens_per_s == by_steps.output_tokens_per_s);
  }
}
