// SPDX-License-Identifier: BSL-1.0
#include "shardline/memory/memory.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "../fail/small.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

// The tiny model of tests/fail/small.hpp, counted by hand in tests/fail/memory.cpp: 16 bytes of
// weights, 4 bytes of cache a token; a prompt of 15 tokens has 30 bytes of residual stream and a
// norm that moves 120.
basic_memory<> tiny_memory(const cluster& c, const workload& w) {
  return memory(c, small::tiny, layout{}, w);
}

cluster with_memory(double size) {
  cluster c = small::one;
  c.accelerator.memory = bytes<>::from_value(size);
  return c;
}

workload sequences(double concurrency, double input, double output) {
  workload w = small::tokens_of(input, output);
  w.concurrency = concurrency;
  return w;
}

}  // namespace

TEST_CASE("a sequence holds whole pages for input and output together") {
  // 4 bytes a token.
  const auto cache = [](double input, double output, integer page_tokens) {
    cluster c = small::one;
    c.runtime.page_tokens = page_tokens;
    return tiny_memory(c, small::tokens_of(input, output)).kv_cache.value();
  };
  CHECK(cache(15, 1, 16) == 16.0 * 4.0);
  CHECK(cache(15, 2, 16) == 32.0 * 4.0);
  CHECK(cache(15, 2, 1) == 17.0 * 4.0);
  CHECK(cache(1, 1, 1000) == 1000.0 * 4.0);
}

TEST_CASE("the parts of the smallest deployment, by hand") {
  const basic_memory<> m = tiny_memory(small::one, small::short_prompt);
  CHECK(m.weights.value() == 16.0);
  CHECK(m.kv_cache.value() == 64.0);
  CHECK(m.state.value() == 0.0);
  CHECK(m.activation.value() == 30.0 + 120.0);
  CHECK(m.communication.value() == 0.0);
  CHECK(m.reserve.value() == 0.0);
  CHECK(m.withheld.value() == 0.0);
  CHECK(m.fixed().value() == 16.0 + 150.0);
  CHECK(m.total().value() == 230.0);
}

TEST_CASE("total is the sum of seven parts, fixed of five") {
  basic_memory<> m;
  m.weights = 1_B;
  m.kv_cache = 2_B;
  m.state = 4_B;
  m.activation = 8_B;
  m.communication = 16_B;
  m.reserve = 32_B;
  m.withheld = 64_B;
  m.capacity = 1000_B;
  m.kv_capacity = 1000_tokens;
  CHECK(m.total() == 127_B);
  CHECK(m.fixed() == 121_B);
}

TEST_CASE("what the budget rule withholds and the engine reserves count towards the total") {
  cluster c = with_memory(1000.0);
  c.runtime.budget = fraction_of_total<>{0.25};
  c.runtime.reserve = 100_B;
  c.runtime.cuda_graphs = 20_B;
  c.runtime.communicators = 3_B;  // of a lone GPU: none
  const basic_memory<> m = tiny_memory(c, small::short_prompt);
  CHECK(m.capacity.value() == 1000.0);
  CHECK(m.reserve.value() == 120.0);
  CHECK(m.withheld.value() == 750.0 - 20.0);
  CHECK(m.total().value() == 230.0 + 120.0 + 730.0);
  // With a peer the communicators are there.
  const basic_memory<> two =
      memory(c, small::tiny, layout{{1, 1, 2}, {1, 1, 2}}, small::short_prompt);
  CHECK(two.reserve.value() == 123.0);
}

TEST_CASE("each replica caches its share of the sequences, rounded up") {
  const layout replicas{{1, 1, 4}, {1, 1, 4}};
  const auto cache = [&](double concurrency) {
    return memory(small::eight, small::tiny, replicas, sequences(concurrency, 15, 1))
        .kv_cache.value();
  };
  CHECK(cache(1) == 64.0);
  CHECK(cache(4) == 64.0);
  CHECK(cache(5) == 128.0);
  CHECK(cache(8) == 128.0);
}

TEST_CASE("a window keeps the pages that it can touch, before and after it is full") {
  const auto cache = [](integer window, bool chunked, integer page_tokens) {
    const grouped_query_attention a{
        .heads = 1, .kv_heads = 1, .head_dim = 1, .window = window, .chunked = chunked};
    const model m = small::with_layers(1, 1, a, dense_feed_forward{.width = 1, .gated = false});
    cluster c = small::one;
    c.runtime.page_tokens = page_tokens;
    return memory(c, m, layout{}, small::tokens_of(40, 8)).kv_cache.value() / 4.0;
  };
  CHECK(cache(0, false, 16) == 48.0);
  CHECK(cache(10, false, 1) == 10.0);
  CHECK(cache(10, false, 16) == 32.0);  // tokens 8-17 lie on two pages
  CHECK(cache(17, false, 16) == 32.0);  // 17 never on three
  CHECK(cache(18, false, 16) == 48.0);  // 15-32 on three
  CHECK(cache(16, true, 16) == 16.0);   // chunks begin on pages
  CHECK(cache(16, false, 16) == 32.0);
  CHECK(cache(12, true, 16) == 32.0);  // tokens 12-23, the second chunk, on two pages
  CHECK(cache(4, true, 16) == 16.0);   // 4 divides 16: no chunk lies on two
  CHECK(cache(48, false, 16) == 48.0);
  CHECK(cache(1000, false, 16) == 48.0);
}

TEST_CASE("cached vectors with scales, per head and token") {
  // 2 key-value heads of 20 values, one token in a page of its own: 4 vectors.
  const auto per_token = [](const cache_format& stored) {
    model m = small::with_layers(40, 1,
                                 grouped_query_attention{.heads = 2, .kv_heads = 2, .head_dim = 20},
                                 dense_feed_forward{8});
    m.kv_cache = stored;
    cluster c = small::one;
    c.runtime.page_tokens = 1;
    return memory(c, m, layout{}, small::tokens_of(1, 1)).kv_cache.value() / 2.0;
  };
  CHECK(per_token(precision::bf16) == 4.0 * 40.0);
  CHECK(per_token(precision::fp8) == 4.0 * 20.0);
  CHECK(per_token(cache_formats::fp8_head) == 4.0 * (20.0 + 4.0));  // an fp32 scale each
  CHECK(per_token(cache_formats::nvfp4) == 4.0 * (10.0 + 2.0));     // blocks of 16 and of 4
}

TEST_CASE("a latent cache lies on every tensor-parallel rank in full") {
  // 6 + 2 values of 2 bytes, 16 tokens, 2 layers.
  const model m =
      small::with_layers(8, 2, latent_attention{8, 0, 6, 2, 2, 2}, dense_feed_forward{.width = 8});
  const auto cache = [&](integer tp) {
    return memory(small::eight, m, small::tensor_parallel(tp), small::short_prompt)
        .kv_cache.value();
  };
  CHECK(cache(1) == 8.0 * 2.0 * 16.0 * 2.0);
  CHECK(cache(8) == cache(1));
}

TEST_CASE("key-value heads are split over tp and replicated once there are none left to split") {
  const model m =
      small::with_layers(8, 1, grouped_query_attention{.heads = 8, .kv_heads = 2, .head_dim = 4},
                         dense_feed_forward{.width = 8});
  const auto cache = [&](integer tp) {
    return memory(small::eight, m, small::tensor_parallel(tp), small::short_prompt)
        .kv_cache.value();
  };
  CHECK(cache(1) == 2.0 * 2.0 * 4.0 * 2.0 * 16.0);
  CHECK(cache(2) == cache(1) / 2.0);
  CHECK(cache(8) == cache(1) / 2.0);
}

TEST_CASE("the fullest stage is the one that counts, whichever it is") {
  // Vocabulary 100 of width 1: embedding 100 elements, head 100 and a norm; 3 layers over 2 stages
  // make 2 and 1, of 8 elements each. Stage 0: 16 + 100 = 116, stage 1: 8 + 101 = 109.
  model m = small::tiny;
  m.vocab_size = 100;
  m.layers = {{3, m.layers.kinds[0]}};
  const layout two_stages{{}, {}, 2};
  const basic_memory<> uneven = memory(small::eight, m, two_stages, small::short_prompt);
  CHECK(uneven.weights.value() == 116.0 * 2.0);
  CHECK(uneven.kv_cache.value() == 2.0 * 64.0);
  // With 4 layers both hold 2, and the last stage's norm decides.
  m.layers = {{4, m.layers.kinds[0]}};
  CHECK(memory(small::eight, m, two_stages, small::short_prompt).weights.value() == 117.0 * 2.0);
}

TEST_CASE("the stage whose layer is not quantised holds more") {
  // Of 8 elements, 2 norms in bf16, and q, k, v, o, up and down in one byte each: 10 bytes, or 14
  // with attention in bf16.
  model m = small::tiny;
  m.weights = quantised(m.weights, {precision::fp8, precision::fp8});
  layer unquantised = m.layers.kinds[0];
  unquantised.exceptions = {{{weight_class::attention}, formats::bf16}};
  m.layers.append(1, unquantised);
  CHECK(memory(small::eight, m, {}, small::short_prompt).weights.value() == 24.0);
  std::vector<double> weights;
  for_each_stage_memory(
      small::eight, m, {{}, {}, 2}, small::short_prompt,
      [&](integer, const basic_memory<>& held) { weights.push_back(held.weights.value()); });
  CHECK(weights == std::vector<double>{10.0, 14.0});
}

TEST_CASE("pages that fit: exactly as many as are free") {
  // 230 bytes with one page of 64; each further 64 bytes of memory hold one more page of 16 tokens.
  const auto fits = [](double size) {
    return tiny_memory(with_memory(size), small::short_prompt).kv_capacity.value();
  };
  CHECK(fits(166.0) == 0.0);
  CHECK(fits(229.0) == 0.0);
  CHECK(fits(230.0) == 16.0);
  CHECK(fits(293.0) == 16.0);
  CHECK(fits(294.0) == 32.0);
  CHECK(fits(166.0 + 64.0 * 1000.0) == 16000.0);
  CHECK(fits(10.0) == 0.0);  // not even the weights: no tokens, and not fewer than none
}

TEST_CASE(
    "activations are those of the fullest step: prompts read together, and all others decoding") {
  // Ten prompts of 15 tokens and 9 more sequences: 159 tokens. Residual stream 2 bytes a token;
  // largest operator: a norm, 8.
  const basic_memory<> m = tiny_memory(small::one, sequences(10, 15, 1));
  CHECK(m.activation.value() == 159.0 * 2.0 + 159.0 * 8.0);
  workload chunked = sequences(10, 15, 1);
  chunked.chunk = 5_tokens;  // the budget of a step, whatever it is shared out to
  CHECK(tiny_memory(small::one, chunked).activation.value() == 14.0 * 2.0 + 14.0 * 8.0);
}

TEST_CASE("dcp ranks each keep their share of a latent cache, in pages they fill together") {
  // DeepSeek-V3: 61 layers of 576 values of 2 bytes, the same on 8 ranks, or on 8 times the pages.
  const cluster c = make_cluster(catalog::h200_sxm, 8);
  const auto held = [&c](integer dcp, double length) {
    workload w = small::tokens_of(length - 1, 1);
    w.concurrency = 3;
    return memory(c, catalog::deepseek_v3, to_layout(vllm{.tp = 8, .dcp = dcp}), w);
  };
  constexpr double page = 16.0 * 576.0 * 2.0 * 61.0;
  CHECK(held(1, 4096).kv_cache.value() == 3.0 * 256.0 * page);
  CHECK(held(8, 4096).kv_cache.value() == 3.0 * 32.0 * page);
  CHECK(held(8, 4097).kv_cache.value() == 3.0 * 33.0 * page);
  CHECK(held(8, 1).kv_cache.value() == 3.0 * page);
  // Eight times the tokens fit in the same bytes, in pages of 128.
  const double alone = held(1, 4096).kv_capacity.value();
  const double shared = held(8, 4096).kv_capacity.value();
  CHECK(shared == doctest::Approx(8.0 * alone).epsilon(0.001));
  CHECK(std::fmod(shared, 128.0) == 0.0);
}

TEST_CASE("each kind of collective has a buffer of its largest message") {
  // tp 2: the residual stream of 15 tokens, 2 bytes each, is summed; logits of one sequence are
  // gathered, 100 values.
  model m = small::with_layers(1, 1, grouped_query_attention{2, 2, 1}, dense_feed_forward{2});
  const auto buffer = [&] {
    return memory(small::eight, m, small::tensor_parallel(2), small::short_prompt)
        .communication.value();
  };
  CHECK(buffer() == 30.0);
  m.vocab_size = 100;
  CHECK(buffer() == 30.0 + 200.0);
}

namespace {

std::vector<basic_memory<>> stages_of(const cluster& c, const model& m, const layout& l,
                                      const workload& w) {
  std::vector<basic_memory<>> stages;
  for_each_stage_memory(c, m, l, w, [&stages](integer stage, const basic_memory<>& held) {
    CHECK(stage == static_cast<integer>(stages.size()));
    stages.push_back(held);
  });
  return stages;
}

std::vector<double> weights_of(const std::vector<basic_memory<>>& stages) {
  std::vector<double> weights;
  for (const basic_memory<>& s : stages) weights.push_back(s.weights.value());
  return weights;
}

model tiny_layers(integer layers) {
  model m = small::tiny;
  m.layers = {{layers, m.layers.kinds[0]}};
  return m;
}

layout pipeline(std::initializer_list<std::uint16_t> listed) {
  layout l{{}, {}, static_cast<integer>(listed.size())};
  for (const std::uint16_t own : listed) l.stages.listed.push_back(own);
  return l;
}

}  // namespace

TEST_CASE("stages as listed: each holds its own layers and caches, 16 bytes and 64 a layer") {
  const auto stages =
      stages_of(small::eight, tiny_layers(7), pipeline({1, 4, 2}), small::short_prompt);
  CHECK(weights_of(stages) == std::vector<double>{16.0, 64.0, 32.0});
  REQUIRE(stages.size() == 3);
  CHECK(stages[0].kv_cache.value() == 64.0);
  CHECK(stages[1].kv_cache.value() == 4.0 * 64.0);
  CHECK(stages[2].kv_cache.value() == 2.0 * 64.0);
  // All but the last hand 15 tokens of 2 bytes on.
  CHECK(stages[0].communication.value() == 30.0);
  CHECK(stages[1].communication.value() == 30.0);
  CHECK(stages[2].communication.value() == 0.0);
}

TEST_CASE("seven layers over three stages, by each rule for the remainder") {
  const auto layers = [](stage_remainder r) {
    layout l{{}, {}, 3};
    l.stages.remainder = r;
    return weights_of(stages_of(small::eight, tiny_layers(7), l, small::short_prompt));
  };
  CHECK(layers(stage_remainder::first) == std::vector<double>{48.0, 32.0, 32.0});
  CHECK(layers(stage_remainder::before_last) == std::vector<double>{32.0, 48.0, 32.0});
  CHECK(layers(stage_remainder::last) == std::vector<double>{32.0, 32.0, 48.0});
}

TEST_CASE("a tied head is stored once, or once more on the last stage of several") {
  // Vocabulary 100 of width 1 in 2 bytes: embedding 200, head 200, and a norm of 1 before it.
  model m = tiny_layers(2);
  m.vocab_size = 100;
  const auto weights = [&m](integer pp) {
    return weights_of(stages_of(small::eight, m, {{}, {}, pp}, small::short_prompt));
  };
  CHECK(weights(1) == std::vector<double>{32.0 + 200.0 + 2.0 + 200.0});
  CHECK(weights(2) == std::vector<double>{16.0 + 200.0, 16.0 + 2.0 + 200.0});
  m.tied_embeddings = true;
  CHECK(weights(1) == std::vector<double>{32.0 + 200.0 + 2.0});
  CHECK(weights(2) == std::vector<double>{16.0 + 200.0, 16.0 + 2.0 + 200.0});
}

TEST_CASE("the fullest stage need not be the one that holds fewest tokens") {
  // Stage 0 has weights, stage 1 all of the cache: of 2 layers the first only has a wide block. In
  // bytes: 2 (1 + 100 + 100), and 2 (1 + 4) with a cache of 4 a token.
  model m = small::tiny;
  m.layers = {{1, {no_attention{}, dense_feed_forward{.width = 100, .gated = false}}},
              {1, {grouped_query_attention{1, 1, 1}, no_feed_forward{}}}};
  cluster c = small::eight;
  c.accelerator.memory = 1000_B;
  const layout two{{}, {}, 2};
  const auto stages = stages_of(c, m, two, small::short_prompt);
  REQUIRE(stages.size() == 2);
  CHECK(stages[0].weights.value() == 402.0);
  CHECK(stages[1].weights.value() == 10.0);
  CHECK(stages[0].kv_cache.value() == 0.0);
  CHECK(stages[1].kv_cache.value() == 64.0);
  const basic_memory<> fullest = memory(c, m, two, small::short_prompt);
  CHECK(fullest.weights.value() == 402.0);
  // Stage 1 has 1000 - 10 - 30 residual - 120 norm = 840 bytes left for pages of 64: 13 of them.
  CHECK(stages[1].kv_capacity.value() == 13.0 * 16.0);
}

TEST_CASE("a vocabulary is padded before tp splits it, and logits are those of the vocabulary") {
  // Hidden 1, 2 bytes: embedding and head of the same rows, a norm, and a layer of 16 bytes (tp 1).
  model m = small::tiny;
  m.vocab_size = 130;
  cluster c = small::eight;
  c.runtime.padding.vocabulary = 64;
  c.runtime.logit_bytes = 1000.0;
  const basic_memory<> alone = memory(c, m, layout{}, small::short_prompt);
  CHECK(alone.weights.value() == 16.0 + 2.0 + 2.0 * 192.0 * 2.0);
  CHECK(alone.activation.value() == 30.0 + 130.0 * 1000.0);
  // tp 3: 192 / 3 = 64 rows each (130 / 3 would be 44), tp 5: 39.
  for (const integer tp : {3, 5}) {
    model split = small::with_layers(1, 1, grouped_query_attention{tp, 1, 1},
                                     dense_feed_forward{.width = tp, .gated = false});
    split.vocab_size = 130;
    // q, k, v, o, up, down of one column or row each, two norms, and the last norm.
    const double rows = tp == 3 ? 64.0 : 39.0;
    CAPTURE(tp);
    CHECK(memory(c, split, small::tensor_parallel(tp), small::short_prompt).weights.value() ==
          16.0 + 2.0 + 2.0 * rows * 2.0);
  }
}

TEST_CASE("4-bit expert shards are padded, others are not") {
  // One layer, hidden 64, 2 experts of width 96, gated. In bf16: attention 64 x 3 + 64, norms 128,
  // router 128. mxfp4: half a byte a value and one for every 32 inputs.
  model m =
      small::with_layers(64, 1, grouped_query_attention{1, 1, 1},
                         mixture_of_experts{.experts = 2, .experts_per_token = 1, .width = 96});
  const auto experts = [&m](integer etp, integer to) {
    cluster c = small::eight;
    c.runtime.padding.mxfp4_width = to;
    const basic_memory<> held = memory(c, m, {{1, 1, etp}, {etp, 1, 1}}, small::short_prompt);
    return held.weights.value() - (256.0 + 128.0 + 128.0) * 2.0;
  };
  // up 64 x 2 w, scales 2 x 2 w; down w x 64, scales ceil(w / 32) x 64.
  const auto by_hand = [](double w) {
    return 2.0 *
           (64.0 * 2.0 * w / 2.0 + 2.0 * 2.0 * w + w * 64.0 / 2.0 + std::ceil(w / 32.0) * 64.0);
  };
  m.weights[weight_class::routed_expert] = formats::mxfp4;
  CHECK(experts(1, 1) == by_hand(96.0));
  CHECK(experts(1, 64) == by_hand(128.0));
  CHECK(experts(1, 256) == by_hand(256.0));
  CHECK(experts(2, 1) == by_hand(48.0));
  CHECK(experts(2, 64) == by_hand(64.0));
  m.weights[weight_class::routed_expert] = formats::bf16;
  CHECK(experts(2, 64) == 2.0 * 3.0 * 64.0 * 48.0 * 2.0);
}

TEST_CASE("gpt-oss-20b under vLLM holds the weights that it logs") {
  // 24 layers, hidden 2880. In bf16, 2 bytes each: 64 query and 2 x 8 key-value heads of 64 are
  // 5120 columns with a bias, 64 sinks, an output of 4096 x 2880 with a bias, two norms, a router
  // to 32 with a bias. In mxfp4, width 2880 padded to 3072: 32 experts of 2880 x 6144 (90 scales a
  // column) and 3072 x 2880 (96), biases in bf16. Vocabulary 201088, a multiple of 64 as it is.
  const double attention = 2880.0 * 5120 + 5120 + 64 + 4096.0 * 2880 + 2880;
  const double rest = 2.0 * 2880 + 2880.0 * 32 + 32;
  const double expert =
      2880.0 * 6144 / 2 + 90.0 * 6144 + 3072.0 * 2880 / 2 + 96.0 * 2880 + (6144.0 + 2880) * 2;
  const double vocabulary = (2.0 * 201088 * 2880 + 2880) * 2;
  const double by_hand = 24.0 * ((attention + rest) * 2 + 32.0 * expert) + vocabulary;

  const cluster c = with_engine(make_cluster(catalog::h100_sxm, 1), engines::vllm);
  const double held =
      memory(c, catalog::gpt_oss_20b, layout{}, small::short_prompt).weights.value();
  CHECK(held == by_hand);
  // vLLM 0.11: 13.47 GiB (measured/memory_logs.csv, llmd-gpt-oss-20b-tp1).
  CHECK(std::fabs(held / 1073741824.0 / 13.47 - 1.0) < 0.005);
  // Without the padding it would be 12.8: more than 0.5 % off.
  const cluster plain = make_cluster(catalog::h100_sxm, 1);
  CHECK(memory(plain, catalog::gpt_oss_20b, layout{}, small::short_prompt).weights.value() <
        0.96 * held);
}

TEST_CASE("the state of a hybrid is per sequence, whatever its length, and split over tp") {
  // Linear attention, tp 2: 1 key head of 3, 2 value heads of 5, so 2 x 3 x 5 values of state in
  // fp32, and 3 inputs of 2 x 3 + 2 x 5 channels in bf16. State space, tp 2: 2 heads of 3 values, 7
  // of state each, one group (of one, replicated): 2 x 3 x 7 in bf16, 1 input of 6 + 2 x 7
  // channels.
  const linear_attention delta{
      .key_heads = 2, .value_heads = 4, .key_head_dim = 3, .value_head_dim = 5, .conv_kernel = 4};
  const state_space mamba{.heads = 4,
                          .head_dim = 3,
                          .groups = 1,
                          .state_size = 7,
                          .conv_kernel = 2,
                          .state = precision::bf16};
  model m = small::tiny;
  m.layers = {{3, {delta, no_feed_forward{}}},
              {2, {mamba, no_feed_forward{}}},
              {1, {grouped_query_attention{2, 2, 1}, no_feed_forward{}}}};
  const double of_delta = 30.0 * 4.0 + 3.0 * 16.0 * 2.0;
  const double of_mamba = 42.0 * 2.0 + 1.0 * 20.0 * 2.0;
  const auto held = [&m](const layout& l, double concurrency, double input) {
    return memory(small::eight, m, l, sequences(concurrency, input, 1));
  };
  const layout tp2 = small::tensor_parallel(2);
  CHECK(held(tp2, 1, 15).state.value() == 3.0 * of_delta + 2.0 * of_mamba);
  CHECK(held(tp2, 1, 1500).state.value() == 3.0 * of_delta + 2.0 * of_mamba);
  CHECK(held(tp2, 7, 15).state.value() == 7.0 * (3.0 * of_delta + 2.0 * of_mamba));
  CHECK(held(tp2, 7, 15).kv_cache.value() == 7.0 * 64.0);
  // Over replicas as over sequences: ceil(7 / 4) = 2.
  CHECK(held({{2, 1, 4}, {2, 1, 4}}, 7, 15).state.value() ==
        2.0 * (3.0 * of_delta + 2.0 * of_mamba));
  // Per stage: 3 linear layers, then the others.
  const auto stages = stages_of(small::eight, m, {{2, 1, 1}, {2, 1, 1}, 2}, sequences(1, 15, 1));
  REQUIRE(stages.size() == 2);
  CHECK(stages[0].state.value() == 3.0 * of_delta);
  CHECK(stages[0].kv_cache.value() == 0.0);
  CHECK(stages[1].state.value() == 2.0 * of_mamba);
  CHECK(stages[1].kv_cache.value() == 64.0);
}

TEST_CASE("state is not part of what pages can take") {
  // Two sequences with 12 bytes of state and 64 of cache each, a state-space layer (1 head of 1
  // value, 3 of state in fp32, no convolution inputs) and an attention layer.
  model m = small::tiny;
  const state_space s{.heads = 1, .head_dim = 1, .groups = 1, .state_size = 3, .conv_kernel = 1};
  m.layers = {{1, {s, no_feed_forward{}}},
              {1, {grouped_query_attention{1, 1, 1}, no_feed_forward{}}}};
  cluster c = small::one;
  const basic_memory<> first = memory(c, m, layout{}, sequences(2, 15, 1));
  CHECK(first.state.value() == 24.0);
  c.accelerator.memory = first.fixed() + bytes<>::from_value(24.0 + 5.0 * 64.0 + 63.0);
  CHECK(memory(c, m, layout{}, sequences(2, 15, 1)).kv_capacity.value() == 5.0 * 16.0);
}

TEST_CASE("copies of experts are weights of the ranks that share them out") {
  // Hidden 16, 4 experts of 3 x 16 x 6 values, in 2 layers and 2 bytes.
  const auto experts = [](integer ep, integer redundant) {
    layout l{{1, 1, ep}, {1, ep, 1}};
    l.redundant_experts = redundant;
    const double with_them =
        memory(small::eight, small::routed, l, small::short_prompt).weights.value();
    const double attention = 16.0 * (8 + 1 + 1) * 2 + 16.0 * 16;
    const double others = 2.0 * (attention + 2.0 * 16 + 16.0 * 4) * 2.0;
    return (with_them - others) / (2.0 * 3.0 * 16.0 * 6.0 * 2.0);
  };
  CHECK(experts(1, 0) == 4.0);
  CHECK(experts(2, 0) == 2.0);
  CHECK(experts(2, 2) == 3.0);
  CHECK(experts(3, 2) == 2.0);
  CHECK(experts(4, 1) == 2.0);  // 5 over 4
  CHECK(experts(8, 4) == 1.0);
}

TEST_CASE("documented: memory of Llama-3.1-8B on an H100") {
  const workload w{.concurrency = 1, .input = 2048_tokens, .output = 512_tokens};
  const auto held = memory(make_cluster(catalog::h100_sxm, 1), catalog::llama_3_1_8b, layout{}, w);
  CHECK(held.weights / 1_GB == doctest::Approx(16.06).scale(0.0).epsilon(3e-4));
  CHECK(held.kv_cache / 1_GB == doctest::Approx(0.336).scale(0.0).epsilon(1.5e-3));
  CHECK(held.total() / 1_GB == doctest::Approx(17.66).scale(0.0).epsilon(3e-4));
  int stages = 0;
  for_each_stage_memory(make_cluster(catalog::h100_sxm, 4), catalog::llama_3_1_8b, layout{.pp = 4},
                        w, [&stages](integer, const basic_memory<>&) { ++stages; });
  CHECK(stages == 4);
}
