// SPDX-License-Identifier: BSL-1.0
// The smallest cluster, by an exhaustive look at every smaller one.
#include "shardline/plan/fewest.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "../fail/small.hpp"
#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

// What check() says of every layout of exactly `gpus` GPUs, the remainder of the stages in each of
// its places, the cache shared in every way, time aside: how many hold the workload, and the fewest
// bytes that the fullest GPU of any of them holds.
struct looked_at {
  int holding = 0;
  double fewest_bytes = 0.0;
};

looked_at look_at(cluster c, const model& m, workload w, integer gpus) {
  c.gpus = gpus;
  w.max_ttft.reset();
  w.max_tpot.reset();
  looked_at seen;
  for_each_layout(gpus, m, [&](layout l) {
    using enum stage_remainder;
    for (const stage_remainder r : {first, before_last, last}) {
      l.stages.remainder = r;
      for (l.dcp = 1; l.dcp <= l.attention.tp; ++l.dcp) {
        if (!check(c, m, l, w).feasible()) continue;
        const auto held = memory(c, m, l, w);
        const double bytes = (held.total() - held.withheld).value();
        if (seen.holding++ == 0 || bytes < seen.fewest_bytes) seen.fewest_bytes = bytes;
      }
    }
  });
  return seen;
}

struct needed {
  shardline::cluster cluster = small::eight;
  shardline::model model = small::dense;
  shardline::workload workload = small::short_prompt;

  std::optional<layout> fewest() const { return fewest_gpus(cluster, model, workload); }
};

// What a lone GPU would hold, an engine that uses all of it.
double bytes_on_one(const needed& n) {
  const auto held = memory(n.cluster, n.model, layout{}, n.workload);
  return (held.total() - held.withheld).value();
}

// The answer is right, and its exhaustive proof ends at `most` GPUs.
void check_by_search(const needed& n, integer most) {
  const std::optional<layout> found = n.fewest();
  const integer last = found ? found->gpus() - 1 : most;
  for (integer gpus = 1; gpus <= last; ++gpus) {
    CAPTURE(gpus);
    REQUIRE(look_at(n.cluster, n.model, n.workload, gpus).holding == 0);
  }
  if (!found) return;
  REQUIRE(found->gpus() <= most);
  const looked_at seen = look_at(n.cluster, n.model, n.workload, found->gpus());
  REQUIRE(seen.holding > 0);
  shardline::cluster c = n.cluster;
  c.gpus = found->gpus();
  const auto held = memory(c, n.model, *found, n.workload);
  REQUIRE(held.total() <= held.capacity);
  REQUIRE((held.total() - held.withheld).value() == seen.fewest_bytes);
}

}  // namespace

TEST_CASE("a workload that one GPU holds takes one GPU") {
  // tests/fail/memory.cpp counts 230 bytes.
  needed n{.cluster = small::one, .model = small::tiny};
  n.cluster.accelerator.memory = 230_B;
  CHECK(n.fewest() == layout{});
  n.cluster.accelerator.memory = 229_B;
  CHECK_FALSE(n.fewest().has_value());  // the cluster has no second one
}

TEST_CASE("sequences by hand: replicas of 454 bytes hold two of them each") {
  // As tests/memory/capacity.cpp counts: 6 + 224 n. The tiny model has one head, so dp is all
  // there is.
  needed n{.model = small::tiny};
  n.cluster.accelerator.memory = 454_B;
  n.cluster.gpus = 100;
  n.workload.concurrency = 7.0;
  CHECK(n.fewest() == layout{{1, 1, 4}, {1, 1, 4}});
  n.cluster.gpus = 4;
  CHECK(n.fewest() == layout{{1, 1, 4}, {1, 1, 4}});
  n.cluster.gpus = 3;
  CHECK_FALSE(n.fewest().has_value());
}

TEST_CASE("Llama 3.1 70B in bf16 takes two H100 of 80 GiB: 141 GB of weights, and 7 GB of cache") {
  const workload w{.concurrency = 8, .input = 2048_tokens, .output = 512_tokens};
  const auto found = fewest_gpus(make_cluster(catalog::h100_sxm, 8), catalog::llama_3_1_70b, w);
  REQUIRE(found.has_value());
  CHECK(found->gpus() == 2);
  CHECK(found->pp * found->attention.tp == 2);
  CHECK(fewest_gpus(make_cluster(catalog::h100_sxm, 1), catalog::llama_3_1_70b, w) == std::nullopt);
}

TEST_CASE("limits on time are not looked at") {
  needed n;
  n.workload.max_ttft = 1e-9_s;
  n.workload.max_tpot = 1e-9_s;
  REQUIRE_FALSE(check(n.cluster, n.model, layout{}, n.workload).feasible());
  CHECK(n.fewest() == layout{});
}

TEST_CASE("rules on shape are: a context that is too long fits nowhere") {
  needed n;
  n.model.max_context = 15;
  CHECK_FALSE(n.fewest().has_value());
  n.model.max_context = 16;
  CHECK(n.fewest().has_value());
}

TEST_CASE("no smaller cluster holds it, and of this one's layouts none leaves more room") {
  laws::dice d(3301);
  int none = 0;
  int several = 0;
  for (int number = 0; number < 150; ++number) {
    needed n{.model = d.flip() ? small::dense : small::routed};
    n.model.vocab_size = d.flip() ? 0 : 48;
    n.model.tied_embeddings = d.flip();
    n.cluster.gpus = d.whole(1, 24);
    n.cluster.runtime = laws::random_runtime(d);
    n.cluster.runtime.reserve = bytes<>::from_value(d.between(0.0, 1000.0));
    n.cluster.runtime.communicators = bytes<>::from_value(d.between(0.0, 300.0));
    n.cluster.runtime.cuda_graphs = {};
    if (n.cluster.runtime.step_tokens > 40.0) n.cluster.runtime.step_tokens = 0.0;
    n.workload = small::tokens_of(static_cast<double>(d.whole(1, 60)), 4.0);
    n.workload.concurrency = static_cast<double>(d.whole(1, 40));
    n.cluster.accelerator.memory = bytes<>::from_value(1e12);
    n.cluster.accelerator.memory =
        bytes<>::from_value(bytes_on_one(n) * laws::log_between(d, 0.05, 1.5));
    const std::optional<layout> found = n.fewest();
    none += !found;
    several += found && found->gpus() > 2;
    CAPTURE(number);
    check_by_search(n, n.cluster.gpus);
  }
  CHECK(none > 10);
  CHECK(several > 10);
}

TEST_CASE("no smaller cluster holds it, for any small model") {
  laws::dice d(3302);
  int none = 0;
  int several = 0;
  for (int number = 0; number < 60; ++number) {
    const laws::deployed r = laws::random_deployment(d);
    needed n;
    n.model = r.model;
    n.workload = r.workload;
    n.cluster.gpus = d.whole(1, 16);
    n.cluster.runtime.step_tokens = r.cluster.runtime.step_tokens;
    n.cluster.runtime.step_sequences = r.cluster.runtime.step_sequences;
    n.cluster.accelerator = small::chip;
    n.cluster.accelerator.peak = r.cluster.accelerator.peak;
    n.cluster.accelerator.memory = bytes<>::from_value(1e15);
    n.cluster.accelerator.memory =
        bytes<>::from_value(bytes_on_one(n) * laws::log_between(d, 0.1, 1.5));
    const std::optional<layout> found = n.fewest();
    none += !found;
    several += found && found->gpus() > 1;
    CAPTURE(number);
    CAPTURE(laws::describe(n.model));
    check_by_search(n, n.cluster.gpus);
  }
  CHECK(none > 5);
  CHECK(several > 5);
}

TEST_CASE("one GPU less than the fewest holds nothing, as many as wanted change nothing") {
  for (const double concurrency : {1.0, 100.0, 400.0}) {
    needed n{.cluster = make_cluster(catalog::h100_sxm, 64), .model = catalog::mixtral_8x7b};
    n.workload = workload{.concurrency = concurrency, .input = 2048_tokens, .output = 512_tokens};
    const std::optional<layout> found = n.fewest();
    REQUIRE(found.has_value());
    n.cluster.gpus = found->gpus() - 1;
    if (n.cluster.gpus > 0) CHECK_FALSE(n.fewest().has_value());
    n.cluster.gpus = found->gpus();
    CHECK(n.fewest() == found);
    n.cluster.gpus = 100000;
    CHECK(n.fewest() == found);
  }
}

TEST_CASE("a million GPUs are not looked at one by one") {
  struct question {
    const shardline::model& model;
    double concurrency;
    tokens<> input;
    std::optional<integer> gpus;
    integer most_looks;
  };
  const model& routed = catalog::deepseek_v3;
  const model& dense = catalog::llama_3_1_70b;
  for (const question& q : {question{routed, 3e4, 100000_tokens, 3072, 120000},
                            question{routed, 1e9, 100000_tokens, std::nullopt, 1000},
                            question{dense, 1e6, 100000_tokens, 458240, 50000},
                            question{dense, 1e9, 2048_tokens, std::nullopt, 1000}}) {
    const auto c = make_cluster(catalog::h100_sxm, 1000000);
    const workload w{.concurrency = q.concurrency, .input = q.input, .output = 512_tokens};
    integer looks = 0;
    const auto found = fewest_gpus(c, q.model, w, [&looks](integer n) {
      CHECK(n == looks + 1);
      looks = n;
    });
    CAPTURE(q.model.name.view());
    CAPTURE(q.concurrency);
    CHECK(found.has_value() == q.gpus.has_value());
    if (found && q.gpus) CHECK(found->gpus() == *q.gpus);
    CHECK(looks <= q.most_looks);
    CHECK(looks > 0);
  }
}

TEST_CASE(
    "a prompt too long for a rank's activations is shared out, over no more ranks than it takes") {
  needed n;
  n.cluster = make_cluster(catalog::h100_sxm, 1000);
  n.model = catalog::llama_4_scout;
  n.workload = workload{.concurrency = 1, .input = 1000000_tokens, .output = 512_tokens};
  const std::optional<layout> found = n.fewest();
  REQUIRE(found.has_value());
  CHECK(found->attention.cp > 1);
  for (integer gpus = 1; gpus < found->gpus(); ++gpus) {
    CAPTURE(gpus);
    CHECK(look_at(n.cluster, n.model, n.workload, gpus).holding == 0);
  }
}

TEST_CASE("documented: Llama-3.1-70B and 16 sequences take 2 H100") {
  const workload w{.concurrency = 16, .input = 2048_tokens, .output = 512_tokens};
  const auto least = fewest_gpus(make_cluster(catalog::h100_sxm, 64), catalog::llama_3_1_70b, w);
  REQUIRE(least.has_value());
  CHECK(least->gpus() == 2);
}
