// SPDX-License-Identifier: BSL-1.0
// Guesses: how many tokens a step yields, and what making and checking them costs.
#include "shardline/time/speculation.hpp"

#include <doctest/doctest.h>

#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/estimate/estimate.hpp"
#include "shardline/memory/capacity.hpp"
#include "shardline/memory/stages.hpp"
#include "shardline/time/decode.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr speculation guesses(integer draft, double acceptance) noexcept {
  return {.draft_tokens = draft, .acceptance = acceptance};
}

constexpr layout on_one_host{{8, 1, 1}, {8, 1, 1}};

template <class Model>
seconds<> step_time(const Model& m, const workload& w) {
  return decode(make_cluster(catalog::h200_sxm, 8), m, on_one_host, w).total();
}

}  // namespace

TEST_CASE("tokens per step: the guesses up to the first wrong one, and one more") {
  CHECK(tokens_per_step(guesses(0, 0.9)) == 1.0);
  CHECK(tokens_per_step(guesses(3, 0.0)) == 1.0);
  CHECK(tokens_per_step(guesses(3, 0.5)) == 1.875);
  CHECK(tokens_per_step(guesses(3, 1.0)) == 4.0);
}

TEST_CASE("an accepted length says how often a guess is right") {
  constexpr double half = acceptance_of_length(1.875, 3);
  static_assert(half > 0.5 - 2e-16 && half < 0.5 + 2e-16);
  CHECK(acceptance_of_length(1.0, 5) == doctest::Approx(0.0).scale(1.0));
  CHECK(acceptance_of_length(6.0, 5) == 1.0);
  for (const integer k : {1, 2, 4, 8}) {
    for (double length = 1.1; length < static_cast<double>(k + 1); length += 0.37) {
      CAPTURE(k);
      CAPTURE(length);
      CHECK(tokens_per_step(guesses(k, acceptance_of_length(length, k))) ==
            doctest::Approx(length).epsilon(1e-14));
    }
  }
}

TEST_CASE("tokens per step are those of drawn guesses") {
  laws::dice d(3);
  constexpr int steps = 200000;
  int yielded = 0;
  for (int i = 0; i < steps; ++i) {
    int right = 0;
    while (right < 4 && d.unit() < 0.7) ++right;
    yielded += right + 1;
  }
  CHECK(tokens_per_step(guesses(4, 0.7)) == doctest::Approx(yielded / double{steps}).epsilon(0.01));
}

TEST_CASE("without draft tokens nothing is drafted and a step is as it was") {
  workload w;
  w.concurrency = 16.0;
  const seconds<> before = step_time(catalog::deepseek_v3, w);
  w.speculation = {.draft_tokens = 0, .acceptance = 0.9, .draft_time = 1_ms};
  CHECK(step_time(catalog::deepseek_v3, w) == before);
}

TEST_CASE("n-grams cost only their check; a draft of its own costs what it says") {
  workload w;
  w.concurrency = 16.0;
  w.speculation = guesses(3, 0.5);
  const auto c = make_cluster(catalog::h200_sxm, 8);
  CHECK(draft_time(c, catalog::llama_3_1_70b, on_one_host, w, 16.0).total() == 0_s);
  w.speculation.draft_time = 2_ms;
  const time_breakdown drafting = draft_time(c, catalog::llama_3_1_70b, on_one_host, w, 16.0);
  CHECK(drafting[term::draft].value() == doctest::Approx(0.006).epsilon(1e-15));
  CHECK(drafting.total() == drafting[term::draft]);
}

TEST_CASE("a prediction layer is one more layer, its projection and the head for each guess") {
  workload w;
  w.concurrency = 16.0;
  w.speculation = guesses(2, 0.8);
  const auto c = make_cluster(catalog::h200_sxm, 8);
  const time_breakdown two = draft_time(c, catalog::deepseek_v3, on_one_host, w, 16.0);
  w.speculation.draft_tokens = 1;
  const time_breakdown one = draft_time(c, catalog::deepseek_v3, on_one_host, w, 16.0);
  CHECK(two.total().value() == doctest::Approx(2.0 * one.total().value()).epsilon(1e-14));
  // 61 layers and a head take the step; a layer and a head are more than 1/61 of it, less than 1/5.
  workload plain;
  plain.concurrency = 16.0;
  const double step = step_time(catalog::deepseek_v3, plain).value();
  CHECK(one.total().value() > step / 61.0);
  CHECK(one.total().value() < step / 5.0);
}

TEST_CASE("checking more guesses never makes a step shorter") {
  laws::dice d(91);
  for (int number = 0; number < 300; ++number) {
    laws::deployed r = laws::random_deployment(d);
    r.workload.speculation.acceptance = 0.5;
    double before = 0.0;
    for (const integer draft : {0, 1, 2, 5, 16}) {
      r.workload.speculation.draft_tokens = draft;
      const time_breakdown t = decode(r.cluster, r.model, r.layout, r.workload);
      CAPTURE(number);
      CAPTURE(laws::describe(r));
      REQUIRE(t.total().value() >= before * (1.0 - 1e-12));
      before = t.total().value();
    }
  }
}

TEST_CASE("what can be priced with guesses is priced in numbers") {
  laws::dice d(77);
  integer priced = 0;
  for (int number = 0; number < 4000; ++number) {
    laws::deployed r = laws::random_deployment(d);
    r.model.mtp_layers = d.whole(0, 2);
    r.workload.speculation = guesses(d.whole(1, 5), d.unit());
    auto& peak = r.cluster.accelerator.peak;  // the widest are what hardware lacks
    for (flop_rate<>* wide : {&peak.fp32, &peak.tf32}) {
      if (d.flip()) *wide = {};
    }
    const auto e = estimate(r.cluster, r.model, r.layout, r.workload);
    if (!e.feasibility.priceable()) continue;
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    ++priced;
    REQUIRE(is_finite(e.decode.total().value()));
    REQUIRE(is_finite(e.serving.tpot.value()));
    REQUIRE(is_finite(e.bands.decode.high.value()));
  }
  CHECK(priced > 2000);
}

TEST_CASE("a guess launches the kernels of a head where the model has one") {
  model m = catalog::deepseek_v3;
  workload w;
  w.speculation = guesses(1, 0.8);
  const auto c = make_cluster(with_efficiency(catalog::h200_sxm, constant{.launch = 1_ms}), 8);
  m.vocab_size = 1;
  const seconds<> with_head = draft_time(c, m, on_one_host, w, 16.0).total();
  m.vocab_size = 0;
  const seconds<> without = draft_time(c, m, on_one_host, w, 16.0).total();
  CHECK(without > 1_ms);
  CHECK(with_head - without >= 2_ms);  // the norm and the head
}

TEST_CASE("a deployment that speculates holds the prediction layer, its cache and nothing else") {
  // On one rank of 8: MLA replicates its latent projections, shares heads, experts and widths.
  workload w;
  w.concurrency = 16.0;
  const auto c = with_engine(make_cluster(catalog::h200_sxm, 8), engines::vllm);
  const auto plain = memory(c, catalog::deepseek_v3, on_one_host, w);
  w.speculation = guesses(1, 0.8);
  const auto more = memory(c, catalog::deepseek_v3, on_one_host, w);
  const double layer = (more.weights - plain.weights).value();
  const double all = mtp_parameters(catalog::deepseek_v3).total_bytes().value();
  CHECK(layer > all / 8.0);
  CHECK(layer < all / 5.0);
  CHECK(more.kv_cache.value() / plain.kv_cache.value() == doctest::Approx(62.0 / 61.0));
  CHECK(more.activation == plain.activation);
  // A model without prediction layers holds nothing more.
  const auto llama = memory(c, catalog::llama_3_1_70b, on_one_host, w);
  w.speculation = {};
  CHECK(llama.total() == memory(c, catalog::llama_3_1_70b, on_one_host, w).total());
}

TEST_CASE("capacity and stages count what a deployment that speculates holds") {
  laws::dice d(92);
  for (int number = 0; number < 300; ++number) {
    laws::deployed r = laws::random_deployment(d);
    r.model.mtp_layers = d.whole(1, 3);
    r.workload.speculation = guesses(2, 0.5);
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    const integer fitting = sequences_that_fit(r.cluster, r.model, r.layout, r.workload);
    const auto fits = [&](integer n) {
      const workload w = at_concurrency(r.workload, static_cast<double>(n));
      const auto held = memory(r.cluster, r.model, r.layout, w);
      return held.total() <= held.capacity;
    };
    if (fitting > 0 && fitting < 1000000000) {
      REQUIRE(fits(fitting));
      REQUIRE_FALSE(fits(fitting + 1));
    }
    for_each_stage(r.cluster, r.model, r.layout, r.workload, [&](const stage_memory& s) {
      REQUIRE(s.weights.total_bytes().value() ==
              doctest::Approx(s.memory.weights.value()).epsilon(1e-12));
      REQUIRE(s.workspace.activation() == s.memory.activation);
      REQUIRE(s.workspace.communication() == s.memory.communication);
    });
  }
}

TEST_CASE("documented: who guesses, and what guesses add to a step") {
  workload nine{.output = 9_tokens};
  nine.speculation = guesses(1, 1.0);
  CHECK(decode_rounds(nine) == 4.0);
  CHECK(guesses_by_prediction(catalog::deepseek_v3, guesses(1, 0.8)));
  speculation timed = guesses(1, 0.8);
  timed.draft_time = 2_ms;
  CHECK_FALSE(guesses_by_prediction(catalog::deepseek_v3, timed));
  CHECK_FALSE(guesses_by_prediction(catalog::llama_3_1_70b, guesses(1, 0.8)));
  pipeline_time<double> step;
  step.sum.spend(term::attention, 5_s);
  step.slowest = 2_s;
  time_breakdown drafting;
  drafting.spend(term::draft, 1_s);
  const auto drafted = with_drafts(step, timed, drafting);
  CHECK(drafted.sum.total() == 6_s);
  CHECK(drafted.slowest == 3_s);
  CHECK(with_drafts(step, guesses(0, 0.0), drafting).sum.total() == 5_s);
}
