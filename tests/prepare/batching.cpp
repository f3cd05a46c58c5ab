// SPDX-License-Identifier: BSL-1.0
// From a workload to steps, by hand.
#include "shardline/prepare/batching.hpp"

#include <doctest/doctest.h>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/engines/index.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

workload load(double concurrency, double input, double output) {
  workload w;
  w.concurrency = concurrency;
  w.input = tokens<>::from_value(input);
  w.output = tokens<>::from_value(output);
  return w;
}

}  // namespace

TEST_CASE("tokens that hosts hold are a share of what the prefix cache does not") {
  workload w;
  w.input = tokens<>::from_value(1000.0);
  w.prefix_hit = 0.5;
  w.host_cache.hit = 0.4;
  CHECK(copied_tokens(w) == 200.0);
  CHECK(cached_tokens(w) == 700.0);
  w.host_cache.hit = 1.0;
  CHECK(cached_tokens(w) == 999.0);
  w.prefix_hit = 0.0;
  CHECK(copied_tokens(w) == 999.0);
  w.host_cache.hit = 0.0;
  CHECK(copied_tokens(w) == 0.0);
}

TEST_CASE("a prompt takes ceil(computed tokens / chunk) steps") {
  workload w = load(1, 100, 1);
  CHECK(prefill_steps(w) == 1.0);
  w.chunk = 50_tokens;
  CHECK(prefill_steps(w) == 2.0);
  w.chunk = 49_tokens;
  CHECK(prefill_steps(w) == 3.0);
  w.chunk = 1000_tokens;
  CHECK(prefill_steps(w) == 1.0);
  w.chunk = 49_tokens;
  w.prefix_hit = 0.5;
  CHECK(prefill_steps(w) == 2.0);
}

TEST_CASE("a prefix hit leaves the rest of the prompt, its last token at least") {
  workload w = load(1, 1000, 1);
  CHECK(cached_tokens(w) == 0.0);
  CHECK(computed_tokens(w) == 1000.0);
  w.prefix_hit = 0.5;
  CHECK(cached_tokens(w) == 500.0);
  w.prefix_hit = 0.3;  // 299.99999999999994 in binary
  CHECK(cached_tokens(w) == 300.0);
  w.prefix_hit = 1.0;
  CHECK(cached_tokens(w) == 999.0);
  CHECK(computed_tokens(w) == 1.0);
}

TEST_CASE(
    "a full step: as many prompts per replica as its budget has room for, the others decode") {
  const layout four_replicas{{1, 1, 4}, {1, 1, 4}};
  workload w = load(10, 3000, 20);
  w.expert_imbalance = 1.5;
  auto step = full_step({}, four_replicas, w);
  REQUIRE(step.part_count == 2);
  CHECK(step.expert_imbalance == 1.5);
  CHECK(step.parts[0].phase == phase::prefill);
  CHECK(step.parts[0].sequences == 4.0);
  CHECK(step.parts[0].new_tokens == 3000.0);
  CHECK(step.parts[0].context == 0.0);
  CHECK(step.parts[1].phase == phase::decode);
  CHECK(step.parts[1].sequences == 6.0);
  CHECK(step.parts[1].new_tokens == 1.0);
  CHECK(step.parts[1].context == 3010.0);
  w.concurrency = 3.0;
  step = full_step({}, four_replicas, w);
  CHECK(step.parts[0].sequences == 3.0);
  CHECK(step.parts[1].sequences == 0.0);
  w.chunk = 600_tokens;
  step = full_step({}, four_replicas, w);
  CHECK(step.parts[0].new_tokens == 600.0);
  CHECK(step.parts[0].context == 1200.0);  // after 0, 600, 1200, 1800 and 2400 tokens
  w.prefix_hit = 0.6;
  step = full_step({}, four_replicas, w);
  CHECK(step.parts[0].new_tokens == 600.0);
  CHECK(step.parts[0].context == 2100.0);  // after 1800 and 2400 tokens
}

TEST_CASE("short prompts are read together, as far as the budget goes and there are sequences") {
  workload w = load(10, 1024, 20);
  w.chunk = 8192_tokens;
  CHECK(full_step({}, {}, w).parts[0].new_tokens == 8192.0);
  CHECK(full_step({}, {}, w).parts[1].sequences == 9.0);
  w.chunk.reset();  // whole prompts, up to 2048 tokens of them
  CHECK(full_step({}, {}, w).parts[0].new_tokens == 2048.0);
  w.concurrency = 1.0;
  CHECK(full_step({}, {}, w).parts[0].new_tokens == 1024.0);
}

TEST_CASE("a budget is the chunk; whole prompts have one of their own, and are never cut") {
  runtime engine;
  workload w = load(1, 100, 1);
  CHECK(scheduler_of(engine, w) == scheduler::whole_prompts);
  CHECK(step_budget(engine, w) == whole_prompt_budget);
  w.input = 5000_tokens;
  CHECK(step_budget(engine, w) == 5000.0);
  w.chunk = 512_tokens;
  CHECK(scheduler_of(engine, w) == scheduler::chunked);
  CHECK(step_budget(engine, w) == 512.0);
  engine.schedule = scheduler::prompts_first;
  CHECK(scheduler_of(engine, w) == scheduler::prompts_first);
  CHECK(step_budget(engine, w) == 512.0);
  engine.schedule = scheduler::whole_prompts;
  CHECK(step_budget(engine, w) == 5000.0);
}

TEST_CASE("an engine's own budget is what a load's chunk is where nothing is said") {
  const runtime vllm = runtime_on(engines::vllm, catalog::h100_sxm);
  CHECK(engine_chunk(vllm, layout{}) == 8192_tokens);
  CHECK(engine_chunk(runtime_on(engines::vllm, catalog::l40s), layout{}) == 2048_tokens);
  runtime sglang = engines::sglang.runtime;
  sglang.step_tokens = 8192.0;
  const layout replicas{{1, 1, 8}, {1, 8, 1}};
  CHECK(engine_chunk(sglang, replicas) == 1024_tokens);
  sglang.step_tokens = 100.0;
  CHECK(engine_chunk(sglang, replicas) == 13_tokens);
  CHECK_FALSE(engine_chunk(runtime{}, layout{}).has_value());
}

TEST_CASE("who is in flight has a long answer more often than a short one") {
  workload w = load(1, 1000, 100);
  CHECK(mean_context(w) == 1050.0);
  w.output_cv = 1.0;
  CHECK(mean_context(w) == 1100.0);
}

TEST_CASE("guesses are checked beside the token that a step owes") {
  workload w = load(10, 3000, 20);
  w.speculation.draft_tokens = 3;
  const auto step = generation_step(10.0, w);
  CHECK(step.parts[0].new_tokens == 4.0);
  CHECK(rank_step_of(step, {}).tokens == 40.0);
  CHECK(rank_step_of(step, {}).logit_rows == 40.0);
  CHECK(full_step({}, {}, w).parts[1].new_tokens == 4.0);
  CHECK(rank_step_of(full_step({}, {}, w), {}).logit_rows == 37.0);  // one of the prompt
}

TEST_CASE("stages share as many batches as the layout says, or one each") {
  layout l{{1, 1, 1}, {1, 1, 1}, 4};
  CHECK(pipeline_batches(l, 100.0) == 4.0);
  CHECK(pipeline_batches(l, 3.0) == 3.0);
  l.microbatches = 8;
  CHECK(pipeline_batches(l, 100.0) == 8.0);
  CHECK(pipeline_batches(l, 3.0) == 3.0);
  l.pp = 1;
  CHECK(pipeline_batches(l, 100.0) == 1.0);
}

TEST_CASE("documented numbers of batches and reserved steps") {
  layout l{.attention = {1, 1, 4}, .expert = {1, 1, 4}, .pp = 2};
  CHECK(sequences_per_batch(l, 5.0, 2.0) == 4.0);
  workload w = load(4096, 1000, 100);
  w.max_ttft = 1_s;
  CHECK(at_concurrency(w, 7.0).concurrency == 7.0);
  CHECK_FALSE(at_concurrency(w, 7.0).max_ttft.has_value());
  CHECK(at_concurrency(w, 7.0).input == w.input);
  CHECK(reserved_decode_step(engines::vllm.runtime, {}, w).tokens == 1024.0);
  CHECK(reserved_decode_step(engines::vllm.runtime, {}, at_concurrency(w, 7.0)).tokens == 1024.0);
  CHECK(reserved_decode_step(runtime{}, {}, at_concurrency(w, 7.0)).tokens == 7.0);
}
