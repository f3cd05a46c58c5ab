// SPDX-License-Identifier: BSL-1.0
#include "shardline/plan/changes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/plan/near_miss.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

auto gpus_of(const engine_version& e, integer gpus) {
  const auto priced = with_efficiency(catalog::h100_sxm, constant{.mfu = 0.5, .bandwidth = 0.8});
  return with_engine(make_cluster(priced, gpus), e);
}

workload any_load(std::mt19937& random) {
  const auto any = [&](double low, double high) {
    return low * std::pow(high / low, std::uniform_real_distribution<double>()(random));
  };
  workload w{.concurrency = std::round(any(4, 300)),
             .input = tokens<>::from_value(std::round(any(64, 3000))),
             .output = tokens<>::from_value(std::round(any(8, 500))),
             .chunk = 2048_tokens};
  w.max_tpot = any(3, 20) * 1_ms;
  return w;
}

const change* find(const std::vector<change>& all, knob what) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const change& c) { return c.what == what; });
  return found == all.end() ? nullptr : &*found;
}

// The largest whole number below `own` that works, one after the other.
template <class Works>
double by_brute_force(double own, double least, const Works& works) {
  double n = std::ceil(own) - 1.0;
  while (n >= least && !works(n)) n -= 1.0;
  return n >= least ? n : 0.0;
}

template <class Cluster>
void are_the_smallest(const Cluster& c, const model& m, const layout& l, const workload& w) {
  const std::vector<change> all = changes_that_work(c, m, l, w);
  const auto same = [&](knob what, double own, const auto& with) {
    const double largest = by_brute_force(own, what == knob::output ? 2.0 : 1.0, [&](double n) {
      return estimate(c, m, l, with(n)).feasibility.feasible();
    });
    const change* found = find(all, what);
    CAPTURE(name(what));
    CHECK((found == nullptr ? 0.0 : found->to) == largest);
  };
  same(knob::concurrency, w.concurrency, [&](double n) {
    workload v = w;
    v.concurrency = n;
    return v;
  });
  same(knob::input, w.input.value(), [&](double n) {
    workload v = w;
    v.input = tokens<>::from_value(n);
    return v;
  });
  same(knob::output, w.output.value(), [&](double n) {
    workload v = w;
    v.output = tokens<>::from_value(n);
    return v;
  });
  CHECK(std::is_sorted(all.begin(), all.end(),
                       [](const change& a, const change& b) { return a.size() < b.size(); }));
}

}  // namespace

TEST_CASE("changes are the smallest that work") {
  std::mt19937 random(9);
  int looked_at = 0;
  for (int i = 0; i < 12; ++i) {
    CAPTURE(i);
    const workload w = any_load(random);
    const auto c = gpus_of(engines::vllm, 2);
    for (const near_miss& n : near_misses(c, catalog::llama_3_1_70b, w, 2)) {
      are_the_smallest(c, catalog::llama_3_1_70b, n.layout, w);
      ++looked_at;
    }
  }
  CHECK(looked_at > 10);
}

TEST_CASE("a format or a share is the first that works") {
  const workload w{
      .concurrency = 8, .input = 2048_tokens, .output = 512_tokens, .chunk = 8192_tokens};
  const layout one{{1, 1, 1}, {1, 1, 1}};
  // 141 GB of weights in bf16, 70 GB in fp8 beside the cache: fp8 does not fit, 4 bits do, of which nvfp4 has more with its scales.
  const auto all = changes_that_work(gpus_of(engines::vllm, 1), catalog::llama_3_1_70b, one, w);
  REQUIRE(find(all, knob::weights) != nullptr);
  CHECK(find(all, knob::weights)->format == "nvfp4");
  CHECK(find(all, knob::concurrency) == nullptr);
  const layout two{{2, 1, 1}, {2, 1, 1}};
  const auto halves = changes_that_work(gpus_of(engines::vllm, 2), catalog::llama_3_1_70b, two, w);
  REQUIRE(find(halves, knob::weights) != nullptr);
  CHECK(find(halves, knob::weights)->format == "fp8");
}

TEST_CASE("every narrower format that options name is tried, the wider before the narrower") {
  double weights = parameters(catalog::llama_3_1_8b).total_bytes().value();
  for (const detail::named_weights& n : detail::narrower_weights) {
    CAPTURE(n.name);
    const model narrower = quantised(catalog::llama_3_1_8b, n.format);
    const double held = parameters(narrower).total_bytes().value();
    CHECK(held <= 1.01 * weights);  // of as many bits, a column's scale apart
    weights = held;
  }
  double cache = 3.0;
  for (const detail::named_cache& n : detail::narrower_caches) {
    CAPTURE(n.name);
    CHECK(n.format.bytes(128) / 128.0 <= cache);
    cache = n.format.bytes(128) / 128.0;
  }
}

TEST_CASE("a change is asked what its deployment is, and larger ones likewise") {
  const workload w{
      .concurrency = 8, .input = 2048_tokens, .output = 512_tokens, .chunk = 8192_tokens};
  const layout one{{1, 1, 1}, {1, 1, 1}};
  const auto c = gpus_of(engines::vllm, 1);
  const auto never = [](const auto&, const workload&) { return false; };
  CHECK(changes_that_work(c, catalog::llama_3_1_70b, one, w, never).empty());
  const search_terms<most_tokens_per_gpu, decltype(never)> terms{{}, never, {}};
  CHECK_FALSE(more_gpus(c, catalog::llama_3_1_70b, w, 4, terms).has_value());
  CHECK(more_gpus(c, catalog::llama_3_1_70b, w, 4).has_value());
}

TEST_CASE("more of the memory, where that is what is missing") {
  auto c = gpus_of(engines::vllm, 2);
  set_share(c.runtime, 0.5);
  const workload w{.concurrency = 4, .input = 256_tokens, .output = 32_tokens, .chunk = 256_tokens};
  const model m = quantised(catalog::llama_3_1_70b, formats::fp8);
  const layout two{{2, 1, 1}, {2, 1, 1}};
  const auto all = changes_that_work(c, m, two, w);
  const change* share = find(all, knob::memory_share);
  REQUIRE(share != nullptr);
  CHECK(share->from == 0.5);
  set_share(c.runtime, share->to);
  CHECK(estimate(c, m, two, w).feasibility.feasible());
  set_share(c.runtime, share->to - 0.01);
  CHECK_FALSE(estimate(c, m, two, w).feasibility.feasible());
}

TEST_CASE("SGLang's share is the one that it works out") {
  const auto c = gpus_of(engines::sglang, 2);
  const layout two{{2, 1, 1}, {2, 1, 1}};
  const workload w{
      .concurrency = 4, .input = 256_tokens, .output = 32_tokens, .chunk = 8192_tokens};
  const auto all = changes_that_work(c, quantised(catalog::llama_3_1_70b, formats::fp8), two,
                                     at_concurrency(w, 4000.0));
  for (const change& one : all) {
    if (one.what != knob::memory_share) continue;
    CHECK(one.from < 0.9);
    CHECK(one.from > 0.5);
  }
  CHECK(find(all, knob::concurrency) != nullptr);
}

TEST_CASE("more GPUs are the fewest on which some layout works") {
  const workload w{
      .concurrency = 8, .input = 2048_tokens, .output = 512_tokens, .chunk = 8192_tokens};
  const auto c = gpus_of(engines::vllm, 1);
  const std::optional<layout> found = more_gpus(c, catalog::llama_3_1_70b, w, 8);
  REQUIRE(found.has_value());
  for (integer gpus = 2; gpus < found->gpus(); ++gpus) {
    CHECK(search(gpus_of(engines::vllm, gpus), catalog::llama_3_1_70b, w, 1).feasible == 0);
  }
  CHECK(search(gpus_of(engines::vllm, found->gpus()), catalog::llama_3_1_70b, w, 1).feasible > 0);
  CHECK_FALSE(more_gpus(c, catalog::llama_3_1_405b, w, 4).has_value());
}

static_assert(name(knob::memory_share) == "memory-fraction" &&
              static_cast<int>(knob::memory_share) + 1 == 3 &&
              static_cast<int>(knob::output) + 1 == 6);

TEST_CASE("documented: what lets Llama-3.1-70B onto H100s by their data sheet") {
  const workload w{.concurrency = 16, .input = 2048_tokens, .output = 512_tokens};
  const cluster one = make_cluster(catalog::h100_sxm, 1);
  const auto changes = changes_that_work(one, catalog::llama_3_1_70b, layout{}, w);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].what == knob::weights);
  CHECK(changes[0].format == "nvfp4");
  const auto more = more_gpus(one, catalog::llama_3_1_70b, w, 8);
  REQUIRE(more.has_value());
  CHECK(more->gpus() == 2);
}
