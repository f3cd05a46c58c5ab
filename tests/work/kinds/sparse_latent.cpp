// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/sparse_latent.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/model/parameters.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace recording;

namespace {

// Latents of 5 + 2 for 8 heads; an indexer of 4 heads of 3, which chooses 16 tokens.
constexpr sparse_latent_attention sparse{.heads = 8,
                                         .q_lora_rank = 6,
                                         .kv_lora_rank = 5,
                                         .qk_nope_head_dim = 3,
                                         .qk_rope_head_dim = 2,
                                         .v_head_dim = 7,
                                         .index_heads = 4,
                                         .index_head_dim = 3,
                                         .index_topk = 16};

constexpr sparse_latent_attention sharing(sparse_latent_attention a) noexcept {
  a.indexed = false;
  return a;
}

// As published.
constexpr sparse_latent_attention deepseek_v3_2{.heads = 128,
                                                .q_lora_rank = 1536,
                                                .kv_lora_rank = 512,
                                                .qk_nope_head_dim = 128,
                                                .qk_rope_head_dim = 64,
                                                .v_head_dim = 128,
                                                .index_heads = 64,
                                                .index_head_dim = 128,
                                                .index_topk = 2048};
static_assert(deepseek_v3_2.index_bytes() == 132.0);
static_assert(sharing(deepseek_v3_2).index_bytes() == 0.0);

constexpr sparse_latent_attention pooled(sparse_latent_attention a) noexcept {
  a.index_pool = 4;
  return a;
}
static_assert(pooled(deepseek_v3_2).index_bytes() == 33.0);

model of_layers(const layer& l, integer layers) {
  model m;
  m.name = "sparse";
  m.hidden_size = 7168;
  m.vocab_size = 129280;
  m.layers = {{layers, l}};
  m.weights = quantised(uniform(formats::bf16), formats::fp8_block);
  return m;
}

const attention_core<double>& attends(const recorded& r) { return r.cores.back(); }

}  // namespace

TEST_CASE("a gate, sinks and pools have weights of their own, and pools fewer scores") {
  const auto block = [](const sparse_latent_attention& a) {
    return block_of(a, tensor_parallel(2), decode_step(3.0, 100.0, 1.0));
  };
  sparse_latent_attention gated = sparse;
  gated.output_gate = gated.sinks = true;
  const integer gains =
      block(gated).stored(weight_class::attention) - block(sparse).stored(weight_class::attention);
  CHECK(gains == 16 * 4 * 7 + 4);  // four heads of 7 values, and a sink each
  sparse_latent_attention of_pools = sparse;
  of_pools.index_pool = 2;
  CHECK(block(of_pools).gemms.size() == block(sparse).gemms.size() + 1);
  CHECK(block(of_pools).stored(weight_class::norm) ==
        block(sparse).stored(weight_class::norm) + 2 * 3);
  CHECK(block(of_pools).cores[block(of_pools).cores.size() - 2].heads * 2 ==
        block(sparse).cores[block(sparse).cores.size() - 2].heads);
}

TEST_CASE("sparse latents: projections of latent attention, and an indexer's on every rank") {
  const recorded r = block_of(sparse, tensor_parallel(2), prefill_step(1.0, 10.0, 0.0, 1.0));
  REQUIRE(r.gemms.size() == 8);
  CHECK(shape(r.gemms[0].weight, 16, 6));           // queries' latent, on every rank
  CHECK(shape(r.gemms[1].weight, 6, 4 * 5));        // queries of 4 heads
  CHECK(shape(r.gemms[2].weight, 16, 7));           // latent and rotary key, on every rank
  CHECK(shape(r.gemms[3].weight, 6, 4 * 3));        // wq_b of all index heads
  CHECK(shape(r.gemms[4].weight, 16, 3));           // wk
  CHECK(shape(r.gemms[5].weight, 16, 4));           // weights_proj
  CHECK(shape(r.gemms[6].weight, 5, 4 * (3 + 7)));  // keys and values of 4 heads
  CHECK(shape(r.gemms[7].weight, 4 * 7, 16));
  // Gains and biases of the norm on index keys.
  CHECK(r.stored(weight_class::norm) == 6 + 5 + 2 * 3);
}

TEST_CASE("the weights of index heads are stored as norms are, whatever attention is") {
  model m = sixteen_wide();
  m.weights[weight_class::attention] = formats::fp8_block;
  const recorded r = mixing_of(sparse, m, {}, decode_step(1.0, 5.0, 1.0));
  CHECK(r.gemms[3].weight.format == formats::fp8_block);
  CHECK(r.gemms[4].weight.format == formats::fp8_block);
  CHECK(r.gemms[5].weight.format == formats::bf16);
  // So an accelerator must multiply in that precision too.
  cluster c = make_cluster(catalog::h200_sxm, 8);
  c.accelerator.peak.fp32 = c.accelerator.peak.tf32 = {};
  model of_norms = of_layers({sparse, dense_feed_forward{.width = 24}}, 4);
  CHECK(check(c, of_norms, {}, workload{}).find(rule::precision) == nullptr);
  of_norms.weights[weight_class::norm] = formats::fp32;
  CHECK(check(c, of_norms, {}, workload{}).find(rule::precision) != nullptr);
}

TEST_CASE("an indexer scores all cached tokens in fp8; attention reads those that it chose") {
  const recorded r = block_of(sparse, {}, decode_step(2.0, 99.0, 1.0));
  REQUIRE(r.cores.size() == 2);
  CHECK(r.cores[0].flops().value() == 2.0 * 100.0 * 2.0 * 4.0 * 3.0);
  CHECK(r.cores[0].math() == precision::fp8);
  CHECK(r.cores[0].cache_bytes().value() == 2.0 * 100.0 * (3.0 + 4.0));
  CHECK_FALSE(r.cores[0].latent);
  CHECK(r.cores[1].flops().value() == 2.0 * 16.0 * 2.0 * 8.0 * (7.0 + 5.0));
  CHECK(r.cores[1].cache_bytes().value() == 2.0 * (16.0 + 1.0) * 14.0);
  CHECK(r.cores[1].latent);
  // What is kept is kept of every token.
  REQUIRE(r.caches.size() == 1);
  CHECK(r.caches[0].window == 0);
  CHECK(r.caches[0].bytes_per_token == 14.0 + 7.0);
}

TEST_CASE("a short sequence is read whole") {
  const recorded r = block_of(sparse, {}, decode_step(2.0, 9.0, 1.0));
  CHECK(attends(r).flops().value() == 2.0 * 10.0 * 2.0 * 8.0 * (7.0 + 5.0));
}

TEST_CASE("prompts attend to latents too, as one head that all share, and expand none") {
  const recorded r = block_of(sparse, {}, prefill_step(2.0, 10.0, 30.0, 1.0));
  CHECK(r.gemms[6].rows == 2.0 * 10.0);
  CHECK(attends(r).kv_heads == 1);
  CHECK(attends(r).qk_dim == 5 + 2);
  CHECK(attends(r).v_dim == 5);
  CHECK(attends(r).flops().value() == 2.0 * 10.0 * 16.0 * 2.0 * 8.0 * 12.0);
}

TEST_CASE("a layer that shares an indexer keeps latents alone, and scores nothing") {
  const recorded r = block_of(sharing(sparse), {}, decode_step(2.0, 99.0, 1.0));
  CHECK(r.gemms.size() == 5);
  REQUIRE(r.cores.size() == 1);
  CHECK(attends(r).window == 16);
  CHECK(r.caches[0].bytes_per_token == 14.0);
  CHECK(r.stored(weight_class::norm) == 6 + 5);
}

TEST_CASE("cp ranks gather index keys with the latents; no ranks share out the cache") {
  const recorded r = block_of(sparse, {{2, 4, 1}, {2, 4, 1}}, prefill_step(3.0, 100.0, 50.0, 1.0));
  REQUIRE(r.collectives.size() == 1);
  CHECK(r.collectives[0].message.value() == 3.0 * 100.0 * 21.0);
  const model m = of_layers({deepseek_v3_2, dense_feed_forward{.width = 18432}}, 4);
  const cluster c = make_cluster(catalog::h200_sxm, 8);
  layout l = tensor_parallel(8);
  CHECK(check(c, m, l, workload{}).feasible());
  l.dcp = 2;
  REQUIRE(check(c, m, l, workload{}).find(rule::cache_copies) != nullptr);
  CHECK(check(c, m, l, workload{}).find(rule::cache_copies)->available == 1);
}

TEST_CASE("the indexer of DeepSeek-V3.2 has 13,959,424 parameters and 132 bytes a token") {
  const layer with{deepseek_v3_2, dense_feed_forward{.width = 18432}};
  layer without = with;
  without.attention = deepseek_v3_2.latents();
  const auto more = [&](auto figure) {
    return figure(of_layers(with, 61)) - figure(of_layers(without, 61));
  };
  // wq_b 1536 x 8192, wk 7168 x 128, weights_proj 7168 x 64, k_norm 2 x 128: of the checkpoint.
  CHECK(more([](const model& m) { return parameters(m).total(); }) == 61 * 13'959'424);
  CHECK(more([](const model& m) { return kv_bytes_per_token(m).value(); }) == 61.0 * 132.0);
  // Scales of 128 x 128 blocks: 64 x 12 and 1 x 56 in fp32; weights_proj has none.
  CHECK(more([](const model& m) { return parameters(m).total_bytes().value(); }) ==
        61.0 * (12'582'912.0 + 917'504.0 + 2.0 * (458'752.0 + 256.0) + 4.0 * (768.0 + 56.0)));
}

TEST_CASE("beyond the tokens that are chosen, a longer context only costs its scores") {
  const auto price = [](const auto& c, const sparse_latent_attention& a, double context) {
    const model m = of_layers({a, dense_feed_forward{.width = 18432}}, 4);
    return time_of_step(c, m, tensor_parallel(8), decode_step(64.0, context, 1.0))
        .sum[term::attention]
        .value();
  };
  const auto judge = [&](const auto& c) {
    CHECK(price(c, deepseek_v3_2, 8191.0) > price(c, deepseek_v3_2, 4095.0) * 1.01);
    CHECK(price(c, sharing(deepseek_v3_2), 8191.0) ==
          doctest::Approx(price(c, sharing(deepseek_v3_2), 4095.0)).epsilon(1e-12).scale(0.0));
    // The same where kernels pad what is chosen.
    CHECK(price(c, sharing(deepseek_v3_2), 4095.0) >= price(c, sharing(deepseek_v3_2), 1023.0));
    // Scores are 132 bytes and 16,384 FLOP a token, attention to latents 1,152 and 278,528.
    CHECK(price(c, deepseek_v3_2, 65535.0) < price(c, deepseek_v3_2, 2047.0) * 20.0);
  };
  const auto sheet = make_cluster(catalog::h200_sxm, 8);
  CHECK(price(sheet, sharing(deepseek_v3_2), 4095.0) >
        price(sheet, sharing(deepseek_v3_2), 1023.0));
  judge(sheet);
  judge(with_engine(make_cluster(with_fitted(catalog::h200_sxm, engines::vllm), 8), engines::vllm));
}

TEST_CASE("the range of index_topk is the kind's own, and messages name it") {
  const auto faults = [](integer topk) {
    sparse_latent_attention a = deepseek_v3_2;
    a.index_topk = topk;
    return validate(of_layers({a, dense_feed_forward{.width = 18432}}, 4)).found;
  };
  CHECK(faults(1).empty());
  REQUIRE(faults(0).size() == 1);
  CHECK(name_of(faults(0)[0]).view() == "attention.index_topk [tokens]");
  CHECK(allowed_for(faults(0)[0]).view() == "a whole number from 1 to 1000000000");
  CHECK(faults(1'000'000'000).empty());
  CHECK(faults(1'000'000'001).size() == 1);
}
