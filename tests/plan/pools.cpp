// SPDX-License-Identifier: BSL-1.0
#include "shardline/plan/pools.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <vector>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

auto gpus_for_pools(const accelerator& a) {
  return with_engine(make_cluster(with_efficiency(a, constant{.mfu = 0.5, .bandwidth = 0.8}), 1),
                     engines::vllm);
}

constexpr auto connecting(staged_caches stages) {
  return [stages](const model& m, const layout& p, const layout& d) {
    return cache_connects(stages, m, p, d);
  };
}
constexpr auto connects_any = connecting(staged_caches::any);

// Every pair of layouts in every number of instances; the best by the rule of size_pools().
template <class Cluster, class Better>
sized_pools by_pricing_each_pair(const Cluster& prefill, const Cluster& decode, const model& m,
                                 const workload& w, integer gpus, const Better& better,
                                 staged_caches stages = staged_caches::any) {
  sized_pools best;
  for (integer a = 1; a < gpus; ++a) {
    for (integer b = 1; a + b <= gpus; ++b) {
      for_each_layout(a, m, [&](const layout& p) {
        for_each_layout(b, m, [&](const layout& d) {
          if (!cache_connects(stages, m, p, d)) return;
          for (integer x = 1; x * a < gpus; ++x) {
            for (integer y = 1; x * a + y * b <= gpus; ++y) {
              basic_pool<double, constant> from{prefill, p, x};
              basic_pool<double, constant> to{decode, d, y};
              from.cluster.gpus = a;
              to.cluster.gpus = b;
              const sized_pools one{p, d, x, y, disaggregate(from, to, m, w)};
              if (!one.figures.feasible()) continue;
              if (best.prefill_instances == 0 || better(one, best)) best = one;
            }
          }
        });
      });
    }
  }
  return best;
}

integer gpus_of(const sized_pools& s) { return s.prefill_gpus() + s.decode_gpus(); }
double tokens_of(const sized_pools& s) { return s.figures.serving.output_tokens_per_s.value(); }

workload with_long_prompts() {
  return {.concurrency = 96, .input = 4096_tokens, .output = 256_tokens, .chunk = 8192_tokens};
}

template <class Cluster>
void serve_as_much_as_any(const Cluster& prefill, const Cluster& decode, const model& m,
                          integer gpus, staged_caches stages = staged_caches::any) {
  const auto more = [](const sized_pools& a, const sized_pools& b) {
    return tokens_of(a) > tokens_of(b);
  };
  for (const double output : {16.0, 256.0, 2048.0}) {
    for (const double concurrency : {6.0, 96.0, 1500.0}) {
      workload w = with_long_prompts();
      w.output = tokens<>::from_value(output);
      w.concurrency = concurrency;
      CAPTURE(output);
      CAPTURE(concurrency);
      const auto expected = by_pricing_each_pair(prefill, decode, m, w, gpus, more, stages);
      const auto found = size_pools(prefill, decode, m, w, gpus, connecting(stages), 3);
      REQUIRE_FALSE(found.empty());
      CHECK(gpus_of(found[0]) <= gpus);
      CHECK(tokens_of(found[0]) >= tokens_of(expected) * 0.99);
      CHECK(tokens_of(found[0]) <= tokens_of(expected));
    }
  }
}

TEST_CASE("pools serve as much as the best of every pair in every number, to one per cent") {
  const auto h100 = gpus_for_pools(catalog::h100_sxm);
  const auto h200 = gpus_for_pools(catalog::h200_sxm);
  serve_as_much_as_any(h100, h200, catalog::llama_3_1_8b, 6);
  serve_as_much_as_any(h200, h200, catalog::llama_3_1_70b, 8);
}

TEST_CASE("what connects to fewer of the other pool keeps no pair from being sized") {
  const auto h100 = gpus_for_pools(catalog::h100_sxm);
  serve_as_much_as_any(h100, h100, catalog::llama_3_1_8b, 6, staged_caches::one);
  serve_as_much_as_any(h100, h100, catalog::llama_3_1_70b, 8, staged_caches::one);
  serve_as_much_as_any(h100, h100, catalog::llama_3_1_70b, 8, staged_caches::same_or_one);
}

TEST_CASE("a layout that connects to fewer of the other pool covers none that connects to more") {
  const layout two{{2, 1, 1}, {2, 1, 1}};
  const layout staged{{1, 1, 1}, {1, 1, 1}, 2};
  std::vector<detail::pool_option> readers{{staged, 2.0, {2.0, 2.0}}, {two, 1.0, {1.0, 1.0}}};
  std::vector<detail::pool_option> decoders{{two, 1.0, {1.0, 1.0}}, {staged, 2.0, {2.0, 2.0}}};
  const auto left = [&](staged_caches stages) {
    std::vector<detail::pool_option> reads = readers;
    std::vector<detail::pool_option> decodes = decoders;
    detail::keep_joined(reads, decodes, [stages](const layout& p, const layout& d) {
      return stages_connect(stages, p.pp, d.pp);
    });
    std::vector<integer> stages_of_both;
    for (const auto& o : reads) stages_of_both.push_back(o.layout.pp);
    for (const auto& o : decodes) stages_of_both.push_back(-o.layout.pp);
    return stages_of_both;
  };
  CHECK(left(staged_caches::any) == std::vector<integer>{2, -2});
  CHECK(left(staged_caches::one) == std::vector<integer>{1, -1});
  // To one stage from any, to two from two: what reads in two reaches all, what decodes in one.
  CHECK(left(staged_caches::same_or_one) == std::vector<integer>{2, -1, -2});
}

TEST_CASE("at a rate the fewest GPUs that keep the promises") {
  const auto h100 = gpus_for_pools(catalog::h100_sxm);
  const auto fewer = [](const sized_pools& a, const sized_pools& b) {
    return gpus_of(a) < gpus_of(b);
  };
  int kept = 0;
  for (const double rate : {0.5, 4.0, 9.0, 14.0}) {
    workload w = with_long_prompts();
    w.rate = request_rate<>::from_value(rate);
    w.max_ttft = 1_s;
    w.max_tpot = 20_ms;
    CAPTURE(rate);
    const auto expected = by_pricing_each_pair(h100, h100, catalog::llama_3_1_8b, w, 6, fewer);
    const auto found = size_pools(h100, h100, catalog::llama_3_1_8b, w, 6, connects_any);
    REQUIRE(found.empty() == (expected.prefill_instances == 0));
    if (found.empty()) continue;
    ++kept;
    CHECK(gpus_of(found[0]) == gpus_of(expected));
    CHECK(found[0].figures.serving.ttft <= 1_s);
    CHECK(found[0].figures.serving.tpot <= 20_ms);
  }
  CHECK(kept > 1);
}

TEST_CASE("more decoding takes more of the GPUs") {
  const auto h100 = gpus_for_pools(catalog::h100_sxm);
  double last = 1.0;
  for (const double output : {8.0, 128.0, 2048.0}) {
    workload w = with_long_prompts();
    w.output = tokens<>::from_value(output);
    const auto found = size_pools(h100, h100, catalog::llama_3_1_8b, w, 12, connects_any, 1);
    REQUIRE(found.size() == 1);
    const double reading = static_cast<double>(found[0].prefill_gpus()) / 12.0;
    CHECK(reading <= last);
    last = reading;
  }
  CHECK(last < 0.5);
}

TEST_CASE(
    "pools run as an engine does under their layouts: the load's steps are the reading one's") {
  const auto h200 = gpus_for_pools(catalog::h200_sxm);
  workload w = with_long_prompts();
  w.output = 64_tokens;
  const auto chunk_of = [](const layout& l) {
    return tokens<>::from_value(1000.0 * static_cast<double>(l.gpus()));
  };
  const auto deploy = [&](integer, const layout& l, const auto&, std::span<workload> loads) {
    for (workload& load : loads) load.chunk = chunk_of(l);
  };
  const auto found = size_pools(h200, h200, catalog::gpt_oss_120b, w, 4, connects_any, 10,
                                unwatched{}, nullptr, deploy);
  CHECK(found.size() == 10);
  using pool = basic_pool<double, constant>;
  for (const sized_pools& p : found) {
    auto reads = h200;
    auto decodes = h200;
    reads.gpus = p.prefill.gpus();
    decodes.gpus = p.decode.gpus();
    w.chunk = chunk_of(p.prefill);
    const auto again =
        disaggregate(pool{reads, p.prefill, p.prefill_instances},
                     pool{decodes, p.decode, p.decode_instances}, catalog::gpt_oss_120b, w);
    CHECK(again.serving.output_tokens_per_s == p.figures.serving.output_tokens_per_s);
    CHECK(again.serving.ttft == p.figures.serving.ttft);
  }
}

TEST_CASE("where a cache can go") {
  const layout two{{2, 1, 1}, {2, 1, 1}};
  const layout four{{4, 1, 1}, {4, 1, 1}};
  const layout split{{2, 2, 1}, {2, 1, 2}};
  CHECK(cache_connects(staged_caches::any, catalog::llama_3_1_8b, two, four));
  CHECK_FALSE(cache_connects(staged_caches::any, catalog::llama_3_1_8b, four, two));
  CHECK(cache_connects(staged_caches::any, catalog::llama_3_1_8b, split, four));
  CHECK_FALSE(cache_connects(staged_caches::any, catalog::llama_3_1_8b, two, split));
  CHECK(cache_connects(staged_caches::any, catalog::deepseek_v3, four, two));
  CHECK_FALSE(cache_connects(staged_caches::any, catalog::nemotron_h_8b, two, four));
  CHECK(cache_connects(staged_caches::any, catalog::nemotron_h_8b, two, two));
}

TEST_CASE("between which pipeline stages a cache can go") {
  const auto staged = [](integer pp) { return layout{{2, 1, 1}, {2, 1, 1}, pp}; };
  const auto connects = [&staged](const engine_version& e, integer from, integer to) {
    return cache_connects(e.stages, catalog::llama_3_1_8b, staged(from), staged(to));
  };
  for (const engine_version* e : engines::vllm_versions) {
    CAPTURE(e->name);
    CHECK(connects(*e, 1, 1));
    CHECK_FALSE(connects(*e, 2, 1));
    CHECK_FALSE(connects(*e, 1, 2));
    CHECK_FALSE(connects(*e, 2, 2));
  }
  CHECK(connects(engines::sglang, 2, 1));
  CHECK(connects(engines::sglang, 2, 2));
  CHECK_FALSE(connects(engines::sglang, 2, 4));
  CHECK_FALSE(connects(engines::sglang, 1, 2));
  CHECK(connects(engines::tensorrt_llm, 1, 2));
  CHECK(connects(engines::tensorrt_llm, 2, 4));
}

}  // namespace

TEST_CASE("documented: a cache of 8 heads goes to as many ranks or a multiple") {
  const auto ranks = [](integer tp) { return layout{{tp, 1, 1}, {tp, 1, 1}}; };
  CHECK(cache_connects(staged_caches::any, catalog::llama_3_1_8b, ranks(2), ranks(4)));
  CHECK_FALSE(cache_connects(staged_caches::any, catalog::llama_3_1_8b, ranks(4), ranks(2)));
  const layout two_stages{{2, 1, 1}, {2, 1, 1}, 2};
  CHECK_FALSE(cache_connects(staged_caches::one, catalog::llama_3_1_8b, two_stages, ranks(2)));
  CHECK(stages_connect(staged_caches::same_or_one, 2, 2));
  CHECK(stages_connect(staged_caches::same_or_one, 2, 1));
  CHECK_FALSE(stages_connect(staged_caches::same_or_one, 2, 4));
}
