#include "shardline/estimate/memory.hpp"

#include <doctest/doctest.h>

#include "../fail/small.hpp"

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
  CHECK(paged_length(small::tokens_of(15, 1), 16) == 16.0);
  CHECK(paged_length(small::tokens_of(15, 2), 16) == 32.0);
  CHECK(paged_length(small::tokens_of(15, 2), 1) == 17.0);
  CHECK(paged_length(small::tokens_of(1, 1), 1000) == 1000.0);
}

TEST_CASE("the five parts of the smallest deployment, by hand") {
  const basic_memory<> m = tiny_memory(small::one, small::short_prompt);
  CHECK(m.weights.value() == 16.0);
  CHECK(m.kv_cache.value() == 64.0);
  CHECK(m.activation.value() == 30.0 + 120.0);
  CHECK(m.communication.value() == 0.0);
  CHECK(m.reserve.value() == 0.0);
  CHECK(m.total().value() == 230.0);
}

TEST_CASE("the engine fills a share of the memory, and takes a reserve of it") {
  cluster c = with_memory(1000.0);
  c.runtime.memory_fraction = 0.25;
  c.runtime.reserve = 100_B;
  const basic_memory<> m = tiny_memory(c, small::short_prompt);
  CHECK(m.capacity.value() == 250.0);
  CHECK(m.total().value() == 330.0);
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

TEST_CASE("a window caps what a sequence caches, before and after the window is full") {
  const auto cache = [](count window) {
    model m = small::with_layers(
        1, 1, grouped_query_attention{.heads = 1, .kv_heads = 1, .head_dim = 1, .window = window},
        dense_feed_forward{.width = 1, .gated = false});
    return memory(small::one, m, layout{}, small::tokens_of(40, 8)).kv_cache.value();
  };
  CHECK(cache(0) == 48.0 * 4.0);
  CHECK(cache(10) == 10.0 * 4.0);
  CHECK(cache(48) == 48.0 * 4.0);
  CHECK(cache(1000) == 48.0 * 4.0);
}

TEST_CASE("a latent cache lies on every tensor-parallel rank in full") {
  // 6 + 2 values of 2 bytes, 16 tokens, 2 layers.
  const model m =
      small::with_layers(8, 2, latent_attention{8, 0, 6, 2, 2, 2}, dense_feed_forward{.width = 8});
  const auto cache = [&](count tp) {
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
  const auto cache = [&](count tp) {
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
    "activations are those of the fullest step: a prompt per replica, and all others decoding") {
  // 15 new tokens and 9 more sequences: 24 tokens. Largest operator: a norm, 8 bytes a token.
  const basic_memory<> m = tiny_memory(small::one, sequences(10, 15, 1));
  CHECK(m.activation.value() == 24.0 * 2.0 + 24.0 * 8.0);
  workload chunked = sequences(10, 15, 1);
  chunked.chunk = 5_tokens;
  CHECK(tiny_memory(small::one, chunked).activation.value() == 14.0 * 2.0 + 14.0 * 8.0);
}

TEST_CASE("the communication buffer is the largest message of any collective") {
  // tp 2: the residual stream of 15 tokens, 2 bytes each, is summed; logits of one sequence are
  // gathered, 100 values.
  model m = small::with_layers(1, 1, grouped_query_attention{2, 2, 1}, dense_feed_forward{2});
  const auto buffer = [&] {
    return memory(small::eight, m, small::tensor_parallel(2), small::short_prompt)
        .communication.value();
  };
  CHECK(buffer() == 30.0);
  m.vocab_size = 100;
  CHECK(buffer() == 200.0);
}
