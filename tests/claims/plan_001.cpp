// SPDX-License-Identifier: BSL-1.0
// Plan 001, TP4 EP8 PP2 on 64 GPUs: what it claims, and what its inputs give.
#include <doctest/doctest.h>

#include <type_traits>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/model/rank_map.hpp"
#include "shardline/shardline.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

constexpr model shape = catalog::plan_001;
constexpr auto gpu = with_efficiency(catalog::plan_400, constant{.bandwidth = 0.8});
constexpr auto cluster = make_cluster(gpu, 64, 4);
constexpr layout ranks = to_layout(product{.ep = 8, .tp = 4, .pp = 2});
constexpr workload batch{.concurrency = 128, .input = 10240_tokens, .output = 1_tokens};
constexpr rank_share first = share_of_gpu(shape, ranks, 0);
constexpr weight_totals held = weights_of_rank(shape, ranks, 0, rank_coordinates{});
constexpr weight_totals all = parameters(shape);

static_assert(require_feasible<cluster, shape, ranks, batch>);

// "4 x 8 x 2 = 64 GPUs".
static_assert(ranks.gpus() == 64);

// "16 heads / 4 = 4 heads per GPU", "512 / 4 = 128 per GPU".
constexpr attention_core<double> attention = [] {
  attention_core<double> found;
  for_each_operator(shape, ranks, decode_step(1.0, 0.0, 1.0), 0, rank_coordinates{},
                    [&](auto& op, integer) {
                      if constexpr (is_attention_core<std::remove_cvref_t<decltype(op)>>)
                        found = op;
                    });
  return found;
}();
static_assert(attention.heads == 4);
static_assert(attention.heads * attention.qk_dim == 128);

// "16 experts across 8 GPUs (2 experts per GPU)", "8 layers per pipeline stage".
static_assert(first.experts.number == 2);
static_assert(first.layers.number == 8);

// "EP Groups 0-3 (32 GPUs)" a stage: 32 / 8 = 4. "TP Groups 0-1": 32 / 4 = 8 groups, not 2.
static_assert(ranks.attention.size() == 32);
static_assert(ranks.attention.size() / ranks.expert.ep == 4);
static_assert(ranks.attention.size() / ranks.attention.tp == 8);

// "1.44TB/s": 1.8 TB/s x 80 %.
static_assert(gpu.memory_rate * gpu.efficiency.bandwidth == 1.44_TBps);

// "~20GB for weights" of 10B parameters in FP16.
static_assert(formats::fp16.matrix_bytes(10'000'000'000, 1) == 20e9);

// "10B": 16 x (4 x 512^2 attention + 16 x 2 x 512 x 1024 experts + 512 x 16 router) = 285,343,744.
// Norms, two of 512 in each layer, come on top; the plan has no vocabulary.
static_assert(all.total() - all[weight_class::norm] == 285343744);
static_assert(all[weight_class::norm] == 16 * 2 * 512);
static_assert(all[weight_class::embedding] == 0 && all[weight_class::head] == 0);

// "Attention Weights: 16GB": 8 layers x 4 x 512^2 / 4 x 2 bytes = 4 MiB.
static_assert(held.bytes_of(weight_class::attention) == 4_MiB);
// "Expert Weights: 8GB": 8 layers x 2 experts x 2 x 512 x 1024 / 4 x 2 bytes = 8 MiB.
static_assert(held.bytes_of(weight_class::routed_expert) == 8_MiB);

// "56GB (87.5% of 64GB)" is the sum of four claims; what the inputs take is below 2 GB, of which
// 1 GiB is the engine's reserve. KV cache: 16 sequences x 10,256 tokens (a page of 16 for the one
// generated) x 8 layers x 2 x 128 x 2 bytes = 672,137,216 bytes.
static_assert((16_GB + 8_GB + 24_GB + 8_GB) / 64_GB == 0.875);
constexpr auto used = memory(cluster, shape, ranks, batch);
static_assert(used.kv_cache == 672137216_B);
static_assert(used.total() < 2_GB);

constexpr tokens<> batch_tokens = batch.input * batch.concurrency;
constexpr double ttft_in_ms = 8500.0;

constexpr bool about(double x, double expected, double tolerance) {
  return expected - tolerance <= x && x <= expected + tolerance;
}

// "0.53s" a layer: 8.5 s / 16.
static_assert(about(8.5 / 16.0, 0.53, 0.005) && shape.layers.size() == 16);

// "8,000 tokens/ms": 128 x 10,240 tokens in 8.5 s are 154 a millisecond in all, 2.41 per GPU.
static_assert(about(batch_tokens.value() / ttft_in_ms, 154.0, 0.5));
static_assert(about(batch_tokens.value() / ttft_in_ms / 64.0, 2.41, 0.005));
static_assert(125 * ranks.gpus() == 8000);

// "~100ms for 128 sequences": 1,310,720 tokens at 8,000 a millisecond are 163.84 ms.
static_assert(batch_tokens.value() / 8000.0 == 163.84);

// What the plan leaves open: experts per token (1 to 16) and which link joins nodes.
constexpr model taking(integer k) {
  model m = shape;
  for (layer& l : m.layers.kinds)
    std::get_if<mixture_of_experts>(&l.feed_forward)->experts_per_token = k;
  return m;
}

pipeline_time<double> pass(integer k, const bandwidth<>& between_nodes) {
  auto c = cluster;
  c.network.rate = between_nodes;
  return time_of_step(c, taking(k), ranks, prefill_step(128.0, 10240.0, 0.0, 1.0));
}

// At most: all-to-alls alone, each token to all 8 expert ranks, 7 of 8 of them across, over PCIe:
// 16 layers x 2 x 16 x 10,240 tokens x 1 KiB x 8 (1 - (7/8)^16) x 7/8 / 32 GB/s = 1.04 s.
TEST_CASE("plan 001: TTFT is far below 8.5 s and 10 s, whatever is left open") {
  for (const integer k : {1, 2, 16}) {
    for (const bandwidth<>& link : {32_GBps, 100_GBps}) {
      CHECK(pass(k, link).sum.total() > 100_ms);
      CHECK(pass(k, link).sum.total() < 1.3_s);
    }
  }
  const double copies = expected_destinations(16, 8);
  const double across = 16 * 2 * 16 * 10240 * 1024.0 * copies * 7.0 / 8.0 / 32e9;
  CHECK(about(across, 1.04, 0.005));
  CHECK(about(pass(16, 32_GBps).sum[term::all_to_all].value(), across, 1e-3));
}

TEST_CASE("plan 001: 100 tokens/ms per GPU depends on what is left open") {
  const auto per_gpu = [](const pipeline_time<double>& t) {
    return batch_tokens.value() / (t.slowest / 1_ms).value() / 64.0;
  };
  CHECK(per_gpu(pass(1, 100_GBps)) > 100.0);
  CHECK(per_gpu(pass(16, 32_GBps)) < 100.0);
}

TEST_CASE("plan 001: communication is the most of the time, not 15 %") {
  for (const integer k : {1, 16}) {
    for (const bandwidth<>& link : {32_GBps, 100_GBps}) {
      const auto t = pass(k, link).sum;
      CHECK(t[bound::link] > t.total() * 0.5);
    }
  }
}

// A rank's 163,840 tokens meet, in 8 layers, 4 x 512^2 / 4 attention, 512 x 16 router and k expert
// rows of 2 x 512 x 1024 / 4 x 8 / 8 parameters, and 10,241 / 2 keys on average in each of 128
// columns.
TEST_CASE("plan 001: compute and bandwidth are used far below 92 % and 75 %") {
  for (const integer k : {1, 16}) {
    double flop = 0.0;
    double moved = 0.0;
    for_each_operator(taking(k), ranks, prefill_step(128.0, 10240.0, 0.0, 1.0), 0,
                      rank_coordinates{}, [&](const auto& op, integer times) {
                        using operation = std::remove_cvref_t<decltype(op)>;
                        const auto n = static_cast<double>(times);
                        if constexpr (has_flops<operation>) flop += n * op.flops().value();
                        if constexpr (!is_collective<operation> && requires { op.bytes_moved(); }) {
                          moved += n * op.bytes_moved().value();
                        }
                      });
    const double rows = 163840.0;
    const double weights = 262144.0 + 8192.0 + static_cast<double>(k) * 262144.0;
    const double keys = 10241.0 / 2.0 * 128.0 * 2.0;
    CHECK(flop == doctest::Approx(8.0 * rows * 2.0 * (weights + keys)));
    const double seconds = pass(k, 100_GBps).slowest.value();
    CHECK(flop / (400e12 * seconds) < 0.25);
    CHECK(moved / (1.8e12 * seconds) < 0.25);
  }
}

TEST_CASE("plan 001: every GPU holds the same weights, so sigma is 0") {
  for (integer stage = 0; stage < ranks.pp; ++stage) {
    for (integer etp = 0; etp < ranks.expert.etp; ++etp) {
      for (integer ep = 0; ep < ranks.expert.ep; ++ep) {
        const weight_totals own =
            weights_of_rank(shape, ranks, stage, rank_coordinates{etp, etp, ep});
        CHECK(own.total_bytes() == held.total_bytes());
      }
    }
  }
}

}  // namespace
