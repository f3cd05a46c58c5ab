// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/mixing.hpp"

#include <doctest/doctest.h>

#include "../laws/random_inputs.hpp"

using namespace shardline;

namespace {

// Every query looks at itself and at what came before, at most `window` keys: counted one by one.
double pairs_one_by_one(integer new_tokens, integer context, integer window) {
  integer pairs = 0;
  for (integer query = context + 1; query <= context + new_tokens; ++query) {
    pairs += window == 0 || query < window ? query : window;
  }
  return static_cast<double>(pairs);
}

}  // namespace

TEST_CASE("attention pairs are those counted one by one, with and without a window") {
  laws::dice d(71);
  for (int number = 0; number < 5000; ++number) {
    const integer n = d.whole(0, 600);
    const integer context = d.whole(0, 600);
    const integer window = d.flip() ? 0 : d.whole(1, 900);
    CAPTURE(n);
    CAPTURE(context);
    CAPTURE(window);
    REQUIRE(attention_pairs(static_cast<double>(n), static_cast<double>(context), window) ==
            pairs_one_by_one(n, context, window));
  }
}

TEST_CASE("attention pairs: the documented numbers") {
  CHECK(attention_pairs(2048.0, 0.0, 0) == 2098176.0);
  CHECK(attention_pairs(1.0, 4095.0, 0) == 4096.0);
  CHECK(attention_pairs(1.0, 4095.0, 128) == 128.0);
}

TEST_CASE("chunks of a prompt look at as many pairs as the prompt at once") {
  laws::dice d(72);
  for (int number = 0; number < 1000; ++number) {
    const auto first = static_cast<double>(d.whole(1, 5000));
    const auto second = static_cast<double>(d.whole(1, 5000));
    const integer window = d.flip() ? 0 : d.whole(1, 6000);
    CAPTURE(number);
    REQUIRE(attention_pairs(first, 0.0, window) + attention_pairs(second, first, window) ==
            attention_pairs(first + second, 0.0, window));
  }
}

namespace {

// 3 sequences, 2 heads of 4 + 5 dims, 10 bytes of cache a token.
attention_core<double> core(double new_tokens, double context, integer window) {
  attention_core<double> a;
  a.sequences = 3.0;
  a.new_tokens = new_tokens;
  a.context = context;
  a.heads = 2;
  a.kv_heads = 1;
  a.qk_dim = 4;
  a.v_dim = 5;
  a.window = window;
  a.bytes_per_token = 10.0;
  return a;
}

}  // namespace

TEST_CASE("attention: scores and weighted values of every pair, of every head and sequence") {
  // 6 new tokens after 4: 5 + 6 + ... + 10 = 45 pairs; 3 sequences, 2 heads, 2 (4 + 5) FLOP a pair.
  const attention_core<double> a = core(6.0, 4.0, 0);
  CHECK(a.flops().value() == 45.0 * 3.0 * 2.0 * 2.0 * 9.0);
  // Queries and outputs of the new tokens, 2 bytes each; the cache of all 10 tokens.
  CHECK(a.activation_bytes().value() == 3.0 * 6.0 * 2.0 * 9.0 * 2.0);
  CHECK(a.cache_bytes().value() == 3.0 * 10.0 * 10.0);
  CHECK(a.bytes_moved().value() == 648.0 + 300.0);
}

TEST_CASE("attention in a window reads no more of the past than the window") {
  const attention_core<double> a = core(1.0, 100.0, 8);
  CHECK(a.flops().value() == 8.0 * 3.0 * 2.0 * 2.0 * 9.0);
  CHECK(a.cache_bytes().value() == 3.0 * 9.0 * 10.0);  // 8 kept, one written
}

TEST_CASE("context parallelism splits the queries of a prompt, and not the keys they look at") {
  attention_core<double> a = core(6.0, 4.0, 0);
  const double whole = a.flops().value();
  a.query_split = 2;
  CHECK(a.flops().value() == whole / 2.0);
  CHECK(a.activation_bytes().value() == 324.0);
  CHECK(a.cache_bytes().value() == 300.0);
}

TEST_CASE("decode context parallelism splits the keys that the queries of all its ranks look at") {
  attention_core<double> a = core(1.0, 99.0, 0);
  const double whole = a.flops().value();
  a.cache_split = 4;
  a.heads = 8;  // the 2 of each rank
  CHECK(a.flops().value() == whole);
  CHECK(a.activation_bytes().value() == 3.0 * 8.0 * 9.0 * 2.0);
  CHECK(a.cache_bytes().value() == 3.0 * 25.0 * 10.0);
}

namespace {

// 3 sequences, 7 FLOP and 11 values a token, 13 bytes of state.
recurrence<double> delta(double new_tokens, integer split) {
  recurrence<double> r;
  r.phase = phase::prefill;
  r.sequences = 3.0;
  r.new_tokens = new_tokens;
  r.query_split = split;
  r.flops_per_token = 7;
  r.values_per_token = 11;
  r.state_bytes = 13.0;
  return r;
}

}  // namespace

TEST_CASE("a decode step writes its state after each of its tokens, a convolution's inputs once") {
  recurrence<double> drafts = delta(4.0, 1);
  drafts.phase = phase::decode;
  CHECK(drafts.bytes_moved().value() == 3.0 * 4.0 * 22.0 + 3.0 * 5.0 * 13.0);
  drafts.kind = recurrence_kind::convolution;
  CHECK(drafts.bytes_moved().value() == 3.0 * 4.0 * 22.0 + 3.0 * 2.0 * 13.0);
}

TEST_CASE("a recurrence costs the same for every token, and moves its state once") {
  CHECK(delta(10.0, 1).flops().value() == 3.0 * 10.0 * 7.0);
  CHECK(delta(10.0, 1).activation_bytes().value() == 3.0 * 10.0 * 11.0 * 2.0);
  CHECK(delta(10.0, 1).bytes_moved().value() == 660.0 + 3.0 * 2.0 * 13.0);
  CHECK(delta(1.0, 1).bytes_moved().value() == 66.0 + 78.0);
  CHECK(delta(10.0, 1).math() == precision::bf16);
  CHECK(delta(10.0, 1).kernels() == 1.0);
}

TEST_CASE("context parallelism splits the tokens of a recurrence, and not its state") {
  CHECK(delta(10.0, 2).flops().value() == 105.0);
  CHECK(delta(10.0, 2).activation_bytes().value() == 330.0);
  CHECK(delta(10.0, 2).bytes_moved().value() == 330.0 + 78.0);
}

namespace {

// The most pages that hold a token still needed, over all lengths up to `length`: those of the
// window that ends with the newest token, or of the chunk that has it.
integer pages_touched(integer length, integer window, bool chunked, integer page) {
  integer most = 0;
  for (integer newest = 0; newest < length; ++newest) {
    integer oldest = 0;
    if (window > 0 && chunked) oldest = newest / window * window;
    if (window > 0 && !chunked && newest >= window) oldest = newest - window + 1;
    const integer touched = newest / page - oldest / page + 1;
    most = touched > most ? touched : most;
  }
  return most;
}

}  // namespace

TEST_CASE("pages are those that a sequence touches at its worst length, one by one") {
  laws::dice d(73);
  for (int number = 0; number < 3000; ++number) {
    const integer window = d.whole(0, 3) == 0 ? 0 : d.whole(1, 150);
    const integer page = d.whole(1, 40);
    const bool chunked = d.flip();
    const sequence_cache c{1.0, window, chunked};
    // Long enough for a chunk to start wherever it can.
    const integer longest = window * page + window + 200;
    const integer length = d.whole(1, longest < 2000 ? longest : 2000);
    CAPTURE(window);
    CAPTURE(page);
    CAPTURE(chunked);
    CAPTURE(length);
    const auto pages = static_cast<integer>(c.pages(static_cast<double>(length), page));
    const integer touched = pages_touched(length, window, chunked, page);
    REQUIRE(pages >= touched);  // no token that is still needed is ever lost
    if (!chunked || window == 0 || is_divisor(page, window)) REQUIRE(pages == touched);
    if (window > 0) {
      // And a chunk that need not end with a page takes what its worst start takes, no more.
      REQUIRE(c.ring_pages(page) == pages_touched(longest, window, chunked, page));
    }
  }
}

TEST_CASE(
    "pages hold what must be kept, and never become fewer as a sequence or its window grows") {
  laws::dice d(74);
  for (int number = 0; number < 20000; ++number) {
    const integer page = d.whole(1, 2000);
    const integer length = d.whole(1, 10000000);
    const integer window = d.whole(1, 20000000);
    const bool chunked = d.flip();
    const auto pages = [&](integer tokens, integer kept) {
      const sequence_cache c{1.0, kept, chunked};
      return static_cast<integer>(c.pages(static_cast<double>(tokens), page));
    };
    CAPTURE(page);
    CAPTURE(length);
    CAPTURE(window);
    CAPTURE(chunked);
    REQUIRE(pages(length, 0) * page >= length);
    REQUIRE((pages(length, 0) - 1) * page < length);
    REQUIRE(pages(length, window) * page >= (window < length ? window : length));
    REQUIRE(pages(length, window) <= pages(length, 0));
    REQUIRE(pages(length, window) <= pages(length + 1, window));
    REQUIRE(pages(length, window) <= pages(length + d.whole(1, 1000000), window));
    REQUIRE(pages(length, window) <= pages(length, window * d.whole(1, 5)));
    if (!chunked) REQUIRE(pages(length, window) <= pages(length, window + d.whole(1, 1000000)));
  }
}

static_assert(has_flops<attention_core<double>> && !has_weight<attention_core<double>>);
static_assert(has_flops<recurrence<double>> && !has_weight<recurrence<double>>);
static_assert(!has_flops<sequence_cache> && !has_weight<sequence_cache>);
static_assert(is_attention_core<attention_core<double>> && !is_attention_core<gemm<double>>);
static_assert(!is_attention_core<recurrence<double>>);
static_assert(is_sequence_cache<sequence_cache> && !is_sequence_cache<gemm<double>>);
