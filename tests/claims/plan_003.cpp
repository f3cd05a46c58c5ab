// SPDX-License-Identifier: BSL-1.0
// Plan 003, EP64_TP2 on 128 GPUs in FP8: what it claims, and what its inputs give.
#include <doctest/doctest.h>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/model/rank_map.hpp"
#include "shardline/shardline.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

constexpr model shape = catalog::plan_003;
constexpr auto cluster = make_cluster(catalog::plan_400, 128);
constexpr layout ranks = to_layout(product{.ep = 64, .tp = 2});
constexpr workload batch{.concurrency = 128, .input = 1024_tokens, .output = 1_tokens};
constexpr weight_totals held = weights_of_rank(shape, ranks, 0, rank_coordinates{});

static_assert(require_feasible<cluster, shape, ranks, batch>);
static_assert(ranks.gpus() == 128);

// "1 expert per GPU per layer": one half of one; the other half is on the next GPU.
constexpr rank_share one = share_of_gpu(shape, ranks, 0);
constexpr rank_share next = share_of_gpu(shape, ranks, 1);
static_assert(one.experts == item_range{0, 1} && next.experts == one.experts);
static_assert(one.expert_shards.first == 0 && next.expert_shards.first == 1);
// "64 modules", "2 GPUs per module".
static_assert(ranks.expert.ep == 64 && ranks.expert.etp == 2);

// "Activations: 64.00 MB": 128 x 1024 tokens x 1024 bytes / 2 = 64 MiB, the residual stream of the
// whole batch over TP2. A GPU computes 2 sequences of it: 2 x 1024 x 1024 bytes = 2 MiB.
static_assert(batch.concurrency * batch.input.value() * static_cast<double>(shape.hidden_size) *
                  element_bytes(shape.activations) / static_cast<double>(ranks.attention.tp) ==
              (64_MiB).value());
static_assert(rank_step_of(prefill_step(128.0, 1024.0, 0.0, 1.0), ranks).tokens == 2048.0);

// "Expert Weights: 64.00 MB": 16 layers x 2 x 1024 x 2048 bytes is 64 MiB before TP2, 32 MiB after.
static_assert(held.bytes_of(weight_class::routed_expert) == 32_MiB);
// "Attention Weights: 1.00 MB": 16 layers x 4 x 1024^2 bytes / 2 = 32 MiB.
static_assert(held.bytes_of(weight_class::attention) == 32_MiB);

// "129.00 MB (0.197%)": 129 MiB of 64 GiB are 0.19684 %.
static_assert(1_MiB + 64_MiB + 64_MiB == 129_MiB);
static_assert(129_MiB / 64_GiB > 0.0019650 && 129_MiB / 64_GiB < 0.0019749);

// Not in the plan: 2 x 1024 bytes x 16 layers a token, 128 x 1024 tokens, 4 GiB in all.
static_assert(kv_bytes_per_token(shape) * (batch.input * batch.concurrency) == 4_GiB);
// A GPU has 2 sequences of 1,040 tokens (65 pages) and half of the heads.
static_assert(memory(cluster, shape, ranks, batch).kv_cache == 2 * 1040 * 16 * 1024 * 1_B);

TEST_CASE("plan 003: 0.02 % of the peak is tens of thousands of tokens a second at most") {
  // A token of a 1024-token prompt meets, in 16 layers, 4 x 1024^2 attention, 65,536 router and one
  // expert's 2 x 1024 x 2048 parameters, and 1,025 / 2 keys of 1,024 columns, scores and values.
  model m = shape;
  for (layer& l : m.layers.kinds)
    std::get_if<mixture_of_experts>(&l.feed_forward)->experts_per_token = 1;
  double flop = 0.0;
  for_each_operator(m, layout{}, prefill_step(1.0, 1024.0, 0.0, 1.0), 0, rank_coordinates{},
                    [&flop](const auto& op, integer times) {
                      if constexpr (has_flops<decltype(op)>) {
                        flop += op.flops().value() * static_cast<double>(times);
                      }
                    });
  const double weights = 4194304.0 + 65536.0 + 4194304.0;
  const double per_token = 16.0 * 2.0 * (weights + 1025.0 / 2.0 * 1024.0 * 2.0);
  CHECK(flop / 1024.0 == doctest::Approx(per_token));
  // 128 GPUs x 400 TFLOP/s x 0.0002 = 10.24 TFLOP/s: 33,671 tokens a second.
  CHECK(128 * 400e12 * 0.0002 / per_token == doctest::Approx(33671.0).epsilon(1e-4));
}

TEST_CASE("plan 003: every GPU holds the same") {
  for (integer etp = 0; etp < 2; ++etp) {
    for (integer ep = 0; ep < 64; ++ep) {
      CHECK(weights_of_rank(shape, ranks, 0, rank_coordinates{etp, etp, ep}).total_bytes() ==
            held.total_bytes());
    }
  }
}

}  // namespace
