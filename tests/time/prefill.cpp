// SPDX-License-Identifier: BSL-1.0
#include "shardline/time/prefill.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

pipeline_time<double> chunk_time(const laws::deployed& r, double tokens, double context) {
  return time_of_step(r.cluster, r.model, r.layout,
                      prefill_step(1.0, tokens, context, r.workload.expert_imbalance));
}

// Every chunk priced by itself: the first passes all stages, each later one adds the slowest.
double chunk_by_chunk(const laws::deployed& r) {
  const double input = r.workload.input.value();
  const double chunk = r.workload.chunk ? r.workload.chunk->value() : input;
  double time = 0.0;
  for (double done = 0.0; done < input; done += chunk) {
    const auto t = chunk_time(r, std::min(chunk, input - done), done);
    time += done == 0.0 || r.layout.pp == 1 ? t.sum.total().value() : t.slowest.value();
  }
  return time;
}

double prefill_of(const laws::deployed& r) {
  return prefill(r.cluster, r.model, r.layout, r.workload).total().value();
}

// A random deployment whose prompt is that many whole chunks and, half of the time, some tokens.
laws::deployed with_chunks(laws::dice& d, integer fewest, integer most) {
  laws::deployed r = laws::random_deployment(d);
  const integer chunk = d.whole(2, 300);
  const integer chunks = d.whole(fewest, most);
  const integer rest = d.flip() ? d.whole(1, chunk - 1) : 0;
  r.workload.chunk = laws::tokens_of(chunk);
  r.workload.input = laws::tokens_of(chunks * chunk + rest);
  return r;
}

}  // namespace

TEST_CASE("without chunks a prompt is one step of all its tokens and no context") {
  laws::dice d(41);
  for (int number = 0; number < 200; ++number) {
    laws::deployed r = laws::random_deployment(d);
    r.workload.chunk = {};
    CAPTURE(number);
    REQUIRE(prefill_of(r) == chunk_time(r, r.workload.input.value(), 0.0).sum.total().value());
    // A chunk that is not shorter than the prompt is no chunk.
    laws::deployed same = r;
    same.workload.chunk = r.workload.input + laws::tokens_of(d.whole(0, 100));
    REQUIRE(prefill_of(same) == prefill_of(r));
  }
}

TEST_CASE(
    "up to 32 whole chunks and a remainder are priced one by one, each after those before it") {
  laws::dice d(42);
  for (int number = 0; number < 400; ++number) {
    const laws::deployed r = with_chunks(d, 1, 32);
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    REQUIRE(prefill_of(r) == doctest::Approx(chunk_by_chunk(r)).epsilon(1e-12));
  }
}

TEST_CASE("more than 32 chunks stand for one another to better than 1 in 200") {
  laws::dice d(43);
  for (int number = 0; number < 300; ++number) {
    const laws::deployed r = with_chunks(d, 33, 400);
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    REQUIRE(prefill_of(r) == doctest::Approx(chunk_by_chunk(r)).epsilon(0.005).scale(0.0));
  }
}

TEST_CASE("one token more never shortens a prompt, however many chunks stand for one another") {
  laws::dice d(46);
  for (int number = 0; number < 800; ++number) {
    laws::deployed r = with_chunks(d, 33, 400);
    // What fills the last chunk, and what begins another.
    for (const double rest : {-1.0, 0.0}) {
      const double whole = std::floor(r.workload.input.value() / r.workload.chunk->value());
      r.workload.input = r.workload.chunk.value() * whole + tokens<>::from_value(rest);
      const double shorter = prefill_of(r);
      r.workload.input += 1_tokens;
      CAPTURE(number);
      CAPTURE(rest);
      CAPTURE(laws::describe(r));
      REQUIRE(prefill_of(r) >= shorter * (1.0 - 1e-12));
    }
  }
}

TEST_CASE("chunks of a prompt cost more than the prompt at once: weights are read for each") {
  laws::dice d(44);
  for (int number = 0; number < 200; ++number) {
    laws::deployed r = with_chunks(d, 2, 32);
    r.layout.pp = 1;  // with stages, chunks overlap
    const double chunked = prefill_of(r);
    r.workload.chunk = {};
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    // Routed experts aside, whose count per chunk is an expectation of its own.
    if (has_experts(r.model)) continue;
    REQUIRE(chunked >= prefill_of(r) * (1.0 - 1e-12));
  }
}

TEST_CASE("prefill is of one request alone: concurrency and output do not matter") {
  laws::dice d(45);
  for (int number = 0; number < 100; ++number) {
    laws::deployed r = laws::random_deployment(d);
    const double alone = prefill_of(r);
    r.workload.concurrency *= 7.0;
    r.workload.output = 9999_tokens;
    REQUIRE(prefill_of(r) == alone);
  }
}

TEST_CASE("documented: a prompt of Llama-3.1-8B on an H100 by its data sheet") {
  const workload one{.concurrency = 1, .input = 2048_tokens, .output = 512_tokens};
  const cluster c = make_cluster(catalog::h100_sxm, 1);
  const auto p = prepare(c, catalog::llama_3_1_8b, layout{});
  CHECK(prefill_seconds(p, one) / 1_ms == doctest::Approx(33.7).scale(0.0).epsilon(1.5e-3));
  CHECK(prefill(p, one).total() == prefill_seconds(p, one));
}

// SGLang launches a prompt's 885 kernels in 66 ms, which a full chunk of 355 hides, and a chunk of
// one token does not, unless it is launched while the one before runs.
TEST_CASE("a last chunk of one token is launched while the chunk before it runs") {
  const layout on_eight{{8, 1, 1}, {8, 1, 1}};
  const auto time = [&](const engine_version& engine, double input) {
    const auto c = with_engine(make_cluster(with_fitted(catalog::h100_sxm, engine), 8), engine);
    workload w{.input = tokens<>::from_value(input), .chunk = 8192_tokens};
    return prefill(prepare(c, catalog::llama_3_1_70b, on_eight), w).total().value();
  };
  for (const engine_version* e : {&engines::sglang_0_5, &engines::tensorrt_llm_1_0}) {
    const double full = time(*e, 8192.0);
    CAPTURE(e->name);
    CHECK(time(*e, 8193.0) > full);
    CHECK(time(*e, 8193.0) < full + 0.02);
    CHECK(time(*e, 1.0) > 0.04);  // alone it takes as long as its launches
  }
  // An engine that waits for one step before it begins with the next shows them.
  const engine_version waiting = eager(engines::vllm_0_11);
  CHECK(time(waiting, 8193.0) > time(waiting, 8192.0) + 0.03);
}
