// SPDX-License-Identifier: BSL-1.0
// Plan 002, EP64-TP8-PP2-DP2 on 2048 GPUs: what it claims, and what its inputs give.
#include <doctest/doctest.h>

#include <array>
#include <type_traits>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/model/rank_map.hpp"
#include "shardline/shardline.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

constexpr model shape = catalog::plan_002;
constexpr auto gpu = with_efficiency(catalog::plan_400, constant{.mfu = 0.6, .bandwidth = 0.8});
constexpr auto cluster = make_cluster(gpu, 2048);
constexpr layout ranks = to_layout(product{.ep = 64, .tp = 8, .pp = 2, .dp = 2});
constexpr workload longest{.concurrency = 128, .input = 10240_tokens, .output = 1_tokens};
constexpr rank_share first = share_of_gpu(shape, ranks, 0);
constexpr weight_totals held = weights_of_rank(shape, ranks, 0, rank_coordinates{});

static_assert(require_feasible<cluster, shape, ranks, longest>);

// "64 x 8 x 2 x 2 = 2048 GPUs", "1.0 experts per GPU", "8.0 layers per stage".
static_assert(ranks.gpus() == 2048);
static_assert(first.experts.number == 1);
static_assert(first.layers.number == 8);

// "64 per GPU": 128 sequences over 2 copies of the experts. Attention has 64 x 2 replicas.
static_assert(longest.concurrency / static_cast<double>(ranks.expert.edp) == 64.0);
static_assert(ranks.attention.dp == 128);

// "30B x 2 bytes = 60GB".
static_assert(formats::fp16.matrix_bytes(30'000'000'000, 1) == 60e9);

// "30B": 16 x (4 x 1024^2 attention + 64 x 2 x 1024 x 2048 experts + 1024 x 64 router)
// = 4,363,124,736; with three matrices per expert 16 x 64 x 1024 x 2048 = 2,147,483,648 more.
constexpr integer matrices(const model& m) {
  const weight_totals totals = parameters(m);
  return totals.total() - totals[weight_class::norm];
}
constexpr model gated = [] {
  model m = shape;
  for (layer& l : m.layers.kinds) std::get_if<mixture_of_experts>(&l.feed_forward)->gated = true;
  return m;
}();
static_assert(matrices(shape) == 4363124736);
static_assert(matrices(gated) == 6510608384);

// "29.3 MB", "0.046%": 60 GB / 2048 = 29.296875 MB, 0.0458 % of 64 GB.
static_assert(60e9 / static_cast<double>(ranks.gpus()) == 29.296875e6);
static_assert(29.296875e6 / 64e9 > 0.000455 && 29.296875e6 / 64e9 < 0.000465);
// What lies on a GPU: 8 layers x 2 bytes x (4 x 1024^2 / 8 attention + 2 x 1024 x 2048 / 8 expert
// + 65,536 router + 2,048 norms) = 17,858,560 bytes, and a KV cache of one sequence, 10,256 tokens
// in pages x 8 layers x 2 x 2 heads x 64 x 2 bytes = 42,008,576 bytes.
static_assert(held.total_bytes() == 17858560_B);
constexpr auto used = memory(cluster, shape, ranks, longest);
static_assert(used.kv_cache == 42008576_B);
static_assert(used.total() - used.reserve > 0.003 * gpu.memory);
// Copies: attention on EP x DP replicas, experts on DP.
static_assert(ranks.attention.dp == 128 && ranks.expert.edp == 2);

constexpr integer collectives(integer stage, collective_kind kind) {
  integer found = 0;
  for_each_operator(shape, ranks, prefill_step(128.0, 128.0, 0.0, 1.0), stage, rank_coordinates{},
                    [&](const auto& op, integer times) {
                      if constexpr (is_collective<std::remove_cvref_t<decltype(op)>>) {
                        if (op.kind == kind) found += times;
                      }
                    });
  return found;
}

// "128 + 16 + 1 = 145". Two all-to-alls in each of 16 layers are 32, 16 on each stage. TP8 sums
// attention and experts once each in every layer: 32, 16 on each stage. One hand-over.
static_assert(collectives(0, collective_kind::all_to_all) == 16);
static_assert(collectives(1, collective_kind::all_to_all) == 16);
static_assert(collectives(0, collective_kind::all_reduce) == 16);
static_assert(collectives(1, collective_kind::all_reduce) == 16);
static_assert(collectives(0, collective_kind::send_recv) == 1);
static_assert(collectives(1, collective_kind::send_recv) == 0);
static_assert(collectives(0, collective_kind::all_gather) == 0);
static_assert(collectives(0, collective_kind::reduce_scatter) == 0);

// What the plan leaves open: experts per token (1 to 64) and the length within 128-10240.
struct reading {
  model shape{};
  tokens<> length{};
};

constexpr model taking(integer k) {
  model m = shape;
  for (layer& l : m.layers.kinds) {
    std::get_if<mixture_of_experts>(&l.feed_forward)->experts_per_token = k;
  }
  return m;
}

const std::array<reading, 4> readings{
    reading{taking(1), 128_tokens}, reading{taking(1), 10240_tokens},
    reading{taking(64), 128_tokens}, reading{taking(64), 10240_tokens}};

pipeline_time<double> prefill_of(const reading& r, const product& degrees) {
  return time_of_step(cluster, r.shape, to_layout(degrees),
                      prefill_step(128.0, r.length.value(), 0.0, 1.0));
}

double decode_of(const reading& r, const product& degrees) {
  const workload w{.concurrency = 128, .input = r.length, .output = 1_tokens};
  return decode(cluster, r.shape, to_layout(degrees), w).total().value();
}

constexpr product full{.ep = 64, .tp = 8, .pp = 2, .dp = 2};
constexpr product one_stage{.ep = 64, .tp = 8, .pp = 1, .dp = 2};
constexpr product one_replica{.ep = 64, .tp = 8, .pp = 2, .dp = 1};

TEST_CASE("plan 002: prefill and decode are both priced") {
  for (const reading& r : readings) {
    CHECK(prefill_of(r, full).sum.total() > 0.1_ms);
    CHECK(prefill_of(r, full).sum.total() < 1_s);
    CHECK(decode_of(r, full) > 1e-4);
    CHECK(decode_of(r, full) < 1e-3);
  }
}

TEST_CASE("plan 002: a second stage takes no time off a pass, it adds a hand-over") {
  for (const reading& r : readings) {
    CHECK(prefill_of(r, one_stage).sum.total() < prefill_of(r, full).sum.total());
    CHECK(decode_of(r, one_stage) < decode_of(r, full));
  }
}

TEST_CASE("plan 002: a second stage or replica doubles prefill throughput, to the digit claimed") {
  for (const reading& r : readings) {
    const double pace = prefill_of(r, full).slowest.value();
    for (const product& half : {one_stage, one_replica}) {
      CHECK(prefill_of(r, half).slowest.value() / pace > 1.5);
      CHECK(prefill_of(r, half).slowest.value() / pace < 2.0);
    }
  }
}

TEST_CASE("plan 002: at 128 sequences a second replica does nothing for decode throughput") {
  for (const reading& r : readings) {
    CHECK(decode_of(r, one_replica) / decode_of(r, full) < 1.05);
  }
}

}  // namespace
