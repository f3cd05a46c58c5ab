// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/block_sparse.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace recording;

namespace {

// 8 heads over 2; an indexer of 2 heads of 3, which chooses 4 blocks of 5 tokens.
constexpr block_sparse_attention blocks{.heads = 8,
                                        .kv_heads = 2,
                                        .head_dim = 4,
                                        .qk_norm = head_norm::per_head,
                                        .index_heads = 2,
                                        .index_head_dim = 3,
                                        .block_size = 5,
                                        .topk_blocks = 4};

}  // namespace

TEST_CASE("block-sparse attention: projections of grouped queries, and an indexer's") {
  const recorded r = block_of(blocks, tensor_parallel(2), decode_step(2.0, 99.0, 1.0));
  REQUIRE(r.gemms.size() == 4);
  CHECK(shape(r.gemms[0].weight, 16, (4 + 2) * 4));
  CHECK(shape(r.gemms[1].weight, 16, 1 * 3));  // one index head of the rank
  CHECK(shape(r.gemms[2].weight, 16, 3));      // the one index key, on every rank
  CHECK(shape(r.gemms[3].weight, 4 * 4, 16));
  CHECK(r.stored(weight_class::norm) == 2 * 4 + 2 * 3);
}

TEST_CASE("an indexer scores all tokens; attention reads those of the blocks that it chose") {
  const recorded r = block_of(blocks, {}, decode_step(2.0, 99.0, 1.0));
  REQUIRE(r.cores.size() == 2);
  CHECK(r.cores[0].flops().value() == 2.0 * 100.0 * 2.0 * 2.0 * 3.0);
  CHECK(r.cores[0].cache_bytes().value() == 2.0 * 100.0 * 3.0 * 2.0);
  CHECK(r.cores[1].flops().value() == 2.0 * 20.0 * 2.0 * 8.0 * 8.0);
  CHECK(r.cores[1].cache_bytes().value() == 2.0 * 21.0 * 2.0 * 2.0 * 4.0 * 2.0);
  REQUIRE(r.caches.size() == 1);
  CHECK(r.caches[0].window == 0);
  CHECK(r.caches[0].bytes_per_token == 2.0 * 2.0 * 4.0 * 2.0 + 3.0 * 2.0);
}

TEST_CASE("index keys of a block kept as one: a key for four tokens, scored as often less") {
  block_sparse_attention pooled = blocks;
  pooled.index_heads = 4;
  pooled.index_pool = 4;
  pooled.output_gate = true;
  const recorded r = block_of(pooled, {}, decode_step(2.0, 99.0, 1.0));
  CHECK(shape(r.gemms[0].weight, 16, (2 * 8 + 4) * 4));  // queries and their gates, keys, values
  REQUIRE(r.cores.size() == 2);
  CHECK(r.cores[0].flops().value() == 2.0 * 100.0 * 2.0 * 1.0 * 3.0);
  CHECK(r.caches[0].bytes_per_token == 2.0 * 2.0 * 4.0 * 2.0 + 3.0 * 2.0 / 4.0);
}

TEST_CASE("no ranks share out the cache, and ranges are the kind's own") {
  model m = sixteen_wide();
  m.name = "blocks";
  m.vocab_size = 100;
  m.layers = {{2, {blocks, dense_feed_forward{.width = 32}}}};
  const cluster c = make_cluster(catalog::h200_sxm, 8);
  layout l = tensor_parallel(4);
  CHECK(check(c, m, l, workload{}).feasible());
  l.dcp = 2;
  CHECK(check(c, m, l, workload{}).find(rule::cache_copies) != nullptr);
  block_sparse_attention a = blocks;
  a.topk_blocks = 0;
  m.layers = {{2, {a, dense_feed_forward{.width = 32}}}};
  REQUIRE(validate(m).found.size() == 1);
  CHECK(name_of(validate(m).found[0]).view() == "attention.topk_blocks");
}

TEST_CASE("beyond the chosen blocks a longer context only costs its scores") {
  model m = sixteen_wide();
  block_sparse_attention a = blocks;
  m.layers = {{4, {a, dense_feed_forward{.width = 32}}}};
  const auto price = [&](const auto& c, double context) {
    return time_of_step(c, m, {}, decode_step(64.0, context, 1.0)).sum[term::attention].value();
  };
  const auto c =
      with_engine(make_cluster(with_fitted(catalog::h200_sxm, engines::vllm), 8), engines::vllm);
  const double more = price(c, 1e5) - price(c, 1e4);
  CHECK(more > 0.0);
  grouped_query_attention all = a.grouped();
  m.layers = {{4, {all, dense_feed_forward{.width = 32}}}};
  CHECK(more < price(c, 1e5) - price(c, 1e4));
}
