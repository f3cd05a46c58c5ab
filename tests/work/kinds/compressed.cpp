// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/compressed.hpp"

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

// 8 heads of 4 in 2 groups; a window of 6, and one entry for 3 tokens beyond it.
constexpr compressed_attention whole{.heads = 8,
                                     .head_dim = 4,
                                     .q_lora_rank = 5,
                                     .output_groups = 2,
                                     .output_rank = 3,
                                     .window = 6,
                                     .tokens_per_key = 3};

constexpr compressed_attention windowed(compressed_attention a) noexcept {
  a.tokens_per_key = 0;
  return a;
}
constexpr compressed_attention choosing(compressed_attention a) noexcept {
  a.overlapping = true;
  a.index_topk = 2;
  a.index_heads = 7;
  a.index_head_dim = 2;
  return a;
}

// Of DeepSeek-V4-Flash, as published.
constexpr compressed_attention v4_flash{.heads = 64,
                                        .head_dim = 512,
                                        .q_lora_rank = 1024,
                                        .output_groups = 8,
                                        .output_rank = 1024,
                                        .window = 128,
                                        .tokens_per_key = 4,
                                        .overlapping = true,
                                        .index_topk = 512,
                                        .index_heads = 64,
                                        .index_head_dim = 128};
static_assert(v4_flash.index_bytes() == 33.0);

model of_layers(const compressed_attention& a, integer layers) {
  model m;
  m.name = "compressed";
  m.hidden_size = 4096;
  m.vocab_size = 129280;
  m.layers = {{layers, {a, dense_feed_forward{.width = 2048}}}};
  return m;
}

}  // namespace

TEST_CASE("a window alone: queries through a latent, one key, the output in groups of heads") {
  const recorded r = block_of(windowed(whole), tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  REQUIRE(r.gemms.size() == 5);
  CHECK(shape(r.gemms[0].weight, 16, 5));      // the queries' latent, on every rank
  CHECK(shape(r.gemms[1].weight, 5, 4 * 4));   // 4 heads
  CHECK(shape(r.gemms[2].weight, 16, 4));      // the one key, on every rank
  CHECK(shape(r.gemms[3].weight, 4 * 4, 3));   // one group of 4 heads to 3 values
  CHECK(shape(r.gemms[4].weight, 1 * 3, 16));  // and from there to the stream
  REQUIRE(r.caches.size() == 1);
  CHECK(r.caches[0].bytes_per_token == 4.0 * 2.0);
  CHECK(r.caches[0].window == 6);
  REQUIRE(r.cores.size() == 1);
  CHECK(r.cores[0].flops().value() == 3.0 * 6.0 * 2.0 * 4.0 * (4.0 + 4.0));
  CHECK(r.cores[0].cache_bytes().value() == 3.0 * (6.0 + 1.0) * 8.0);
  CHECK(r.fused[0].format == formats::fp32);  // sinks
  CHECK(shape(r.fused[0], 1, 4));
}

TEST_CASE("entries for several tokens: a compressor, a cache that grows by a part of an entry") {
  const recorded r = block_of(whole, {}, decode_step(3.0, 29.0, 1.0));
  REQUIRE(r.gemms.size() == 6);
  CHECK(shape(r.gemms[3].weight, 16, 2 * 4));  // parts and gates
  CHECK(shape(r.fused[0], 1, 3 * 4));          // a bias for each position
  REQUIRE(r.caches.size() == 2);
  CHECK(r.caches[1].window == 0);
  CHECK(r.caches[1].bytes_per_token == doctest::Approx(8.0 / 3.0));
  CHECK(r.caches[1].state_bytes == 3.0 * 2.0 * 4.0 * 4.0);  // 3 parts and gates in fp32
  REQUIRE(r.cores.size() == 2);
  // 10 entries of 30 tokens, all of them.
  CHECK(r.cores[1].flops().value() == doctest::Approx(3.0 * 10.0 * 2.0 * 8.0 * 8.0));
  CHECK(r.cores[1].cache_bytes().value() == doctest::Approx(3.0 * 10.0 * 8.0));
}

TEST_CASE("an indexer chooses entries, by keys that are compressed likewise") {
  const recorded r = block_of(choosing(whole), {}, decode_step(3.0, 29.0, 1.0));
  REQUIRE(r.gemms.size() == 9);
  CHECK(shape(r.gemms[3].weight, 16, 2 * 8));  // each token is a part of two entries
  CHECK(shape(r.gemms[4].weight, 5, 7 * 2));
  CHECK(shape(r.gemms[5].weight, 16, 7));
  CHECK(shape(r.gemms[6].weight, 16, 2 * 4));
  CHECK(r.caches[1].bytes_per_token == doctest::Approx((8.0 + 6.0) / 3.0));
  CHECK(r.caches[1].state_bytes == 6.0 * 2.0 * (8.0 + 4.0) * 4.0);
  REQUIRE(r.cores.size() == 3);
  CHECK(r.cores[1].flops().value() == doctest::Approx(3.0 * 10.0 * 2.0 * 7.0 * 2.0));
  CHECK(r.cores[1].math() == precision::fp8);
  CHECK(r.cores[2].flops().value() == doctest::Approx(3.0 * 2.0 * 2.0 * 8.0 * 8.0));
}

TEST_CASE(
    "plain entries: no bias by position, of one token no gate, and keys that are made of them") {
  compressed_attention plain = choosing(whole);
  plain.overlapping = false;
  plain.plain_entries = true;
  const recorded r = block_of(plain, {}, decode_step(3.0, 29.0, 1.0));
  REQUIRE(r.gemms.size() == 9);
  CHECK(shape(r.gemms[3].weight, 16, 2 * 4));  // an entry's part and its gate
  CHECK(shape(r.gemms[6].weight, 4, 2));       // the indexer's key
  CHECK(r.fused.size() == 1);                  // sinks alone
  CHECK(r.caches[1].bytes_per_token == doctest::Approx((8.0 + 6.0) / 3.0));
  CHECK(r.caches[1].state_bytes == 3.0 * 2.0 * 4.0 * 4.0);
  plain.tokens_per_key = 1;
  const recorded each = block_of(plain, {}, decode_step(3.0, 29.0, 1.0));
  CHECK(shape(each.gemms[3].weight, 16, 4));
  CHECK(each.caches[1].bytes_per_token == 8.0 + 6.0);
  CHECK(each.caches[1].state_bytes == 0.0);
}

TEST_CASE("entries of another layer: attended to, chosen here or there, and never kept twice") {
  compressed_attention reads = choosing(whole);
  reads.overlapping = false;
  reads.plain_entries = reads.reads_entries_of_another = true;
  const recorded r = block_of(reads, {}, decode_step(3.0, 29.0, 1.0));
  REQUIRE(r.gemms.size() == 7);  // no compressor, no keys
  CHECK(shape(r.gemms[3].weight, 5, 7 * 2));
  CHECK(shape(r.gemms[4].weight, 16, 7));
  CHECK(r.caches.size() == 1);  // the window
  REQUIRE(r.cores.size() == 3);
  // 10 entries of 30 tokens, of which 2 are chosen, as where they are this layer's own.
  compressed_attention own = reads;
  own.reads_entries_of_another = false;
  const recorded makes = block_of(own, {}, decode_step(3.0, 29.0, 1.0));
  for (const std::size_t i : {1U, 2U}) {
    CHECK(r.cores[i].cache_bytes().value() == makes.cores[i].cache_bytes().value());
    CHECK(r.cores[i].flops().value() == makes.cores[i].flops().value());
  }
  reads.chosen_by_another = true;
  const recorded chosen = block_of(reads, {}, decode_step(3.0, 29.0, 1.0));
  CHECK(chosen.gemms.size() == 5);
  CHECK(chosen.caches.size() == 1);
  REQUIRE(chosen.cores.size() == 2);
  CHECK(chosen.cores[1].flops().value() == r.cores[2].flops().value());
  CHECK(chosen.cores[1].cache_bytes().value() == r.cores[2].cache_bytes().value());
}

TEST_CASE("compressors are stored as norms are, whatever attention is") {
  model m = sixteen_wide();
  m.weights[weight_class::attention] = formats::fp8_block;
  const recorded r = mixing_of(choosing(whole), m, {}, decode_step(1.0, 5.0, 1.0));
  for (const std::size_t kept : {3U, 5U, 6U}) CHECK(r.gemms[kept].weight.format == formats::bf16);
  for (const std::size_t narrow : {0U, 1U, 2U, 4U, 7U, 8U}) {
    CHECK(r.gemms[narrow].weight.format == formats::fp8_block);
  }
}

TEST_CASE("DeepSeek-V4-Flash's caches: 1,024 bytes in the window, an entry of 256 and 33 a token") {
  CHECK(kv_bytes_per_token(of_layers(v4_flash, 1)).value() == 1024.0 + 256.0 + 33.0);
  CHECK(kv_bytes_per_token(of_layers(windowed(v4_flash), 3)).value() == 3.0 * 1024.0);
  // 8 tokens of two parts and two gates each, of 512 and of 128.
  CHECK(state_bytes_per_sequence(of_layers(v4_flash, 1)).value() == 8.0 * 4 * (512 + 128) * 4);
  const auto kept = [](double length) {
    const model m = of_layers(v4_flash, 2);
    const cluster c = with_engine(make_cluster(catalog::h200_sxm, 8), engines::vllm);
    return cache_of_stage(c, m, tensor_parallel(8), 0).bytes_of(length);
  };
  CHECK(kept(65536.0) - kept(32768.0) == 2.0 * 32768.0 * 289.0);
}

TEST_CASE("beyond the window and the chosen entries, a longer context only costs its scores") {
  const auto price = [](const auto& c, const compressed_attention& a, double context) {
    return time_of_step(c, of_layers(a, 4), tensor_parallel(8), decode_step(64.0, context, 1.0))
        .sum[term::attention]
        .value();
  };
  const auto judge = [&](const auto& c) {
    CHECK(price(c, windowed(v4_flash), 65535.0) ==
          doctest::Approx(price(c, windowed(v4_flash), 8191.0)).epsilon(1e-12).scale(0.0));
    CHECK(price(c, v4_flash, 65535.0) > price(c, v4_flash, 8191.0));
    CHECK(price(c, v4_flash, 65535.0) < price(c, v4_flash, 8191.0) * 8.0);
    compressed_attention heavy = v4_flash;
    heavy.index_topk = 0;
    heavy.tokens_per_key = 128;
    CHECK(price(c, heavy, 8191.0) < price(c, v4_flash, 8191.0));
  };
  judge(make_cluster(catalog::h200_sxm, 8));
  judge(with_engine(make_cluster(with_fitted(catalog::h200_sxm, engines::vllm), 8), engines::vllm));
}

TEST_CASE("groups of heads are whole on a rank, and no ranks share out the cache") {
  const model m = of_layers(v4_flash, 4);
  const cluster c = make_cluster(catalog::h200_sxm, 16);
  CHECK(check(c, m, tensor_parallel(8), workload{}).feasible());
  CHECK(check(c, m, tensor_parallel(16), workload{}).find(rule::attention_heads) != nullptr);
  layout shared = tensor_parallel(8);
  shared.dcp = 2;
  CHECK(check(c, m, shared, workload{}).find(rule::cache_copies) != nullptr);
}

TEST_CASE("ranges of the kind's own") {
  const auto faults = [](compressed_attention a) { return validate(of_layers(a, 4)).found; };
  compressed_attention a = v4_flash;
  a.window = 0;
  REQUIRE(faults(a).size() == 1);
  CHECK(name_of(faults(a)[0]).view() == "attention.window [tokens]");
  a = v4_flash;
  a.output_groups = 7;
  REQUIRE(faults(a).size() == 1);
  CHECK(name_of(faults(a)[0]).view() == "attention.groups");
  a = v4_flash;
  a.tokens_per_key = -1;
  CHECK(name_of(faults(a)[0]).view() == "attention.tokens_per_key [tokens]");
  CHECK(faults(v4_flash).empty());
}

TEST_CASE("hyper-connections: a projection of all streams around each block, and before the head") {
  model m = of_layers(v4_flash, 3);
  const integer before = parameters(m).total();
  m.streams = 4;
  const integer mixing = 4 * 4096 * 24 + 24 + 3;
  CHECK(parameters(m).total() - before == 3 * 2 * mixing + 4 * 4096 * 4 + 4 + 1);
  CHECK(parameters(m).bytes_of(weight_class::norm).value() >
        4.0 * static_cast<double>(3 * 2 * mixing));
  m.streams = 0;
  REQUIRE(validate(m).found.size() == 1);
  CHECK(name_of(validate(m).found[0]).view() == "model.streams");
}
