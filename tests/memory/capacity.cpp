// SPDX-License-Identifier: BSL-1.0
// The inverse of memory(), by memory() itself: what is answered fits, and one more does not.
#include "shardline/memory/capacity.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <numeric>
#include <optional>

#include "../fail/small.hpp"
#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

template <class Deployed>
bool fits(const Deployed& d) {
  const auto m = memory(d.cluster, d.model, d.layout, d.workload);
  return m.total() <= m.capacity;
}

template <class Deployed>
bool fits_with(Deployed d, integer concurrency) {
  d.workload.concurrency = static_cast<double>(concurrency);
  return fits(d);
}

template <class Deployed>
bool fits_as_long_as(Deployed d, integer length) {
  d.workload.input = laws::tokens_of(length) - d.workload.output;
  return fits(d);
}

template <class Deployed>
integer most_sequences(const Deployed& d) {
  return sequences_that_fit(d.cluster, d.model, d.layout, d.workload);
}

template <class Deployed>
integer longest(const Deployed& d) {
  return longest_context(d.cluster, d.model, d.layout, d.workload);
}

struct deployed {
  shardline::cluster cluster = small::one;
  shardline::model model = small::tiny;
  shardline::layout layout{};
  shardline::workload workload = small::short_prompt;
};

deployed tiny_in(double size) {
  deployed d;
  d.cluster.accelerator.memory = bytes<>::from_value(size);
  return d;
}

// Replicas come in whole expert groups: the step in which dp can grow, and the layout of a dp.
integer dp_step(const layout& l) {
  const integer experts = l.expert.etp * l.expert.ep;
  return experts / std::gcd(experts, l.attention.tp * l.attention.cp);
}
layout with_replicas(layout l, integer dp) {
  l.attention.dp = dp;
  l.expert.edp = l.attention.tp * l.attention.cp * dp / (l.expert.etp * l.expert.ep);
  return l;
}

// A random deployment whose memory is of the order of what it needs. A third have an engine's step
// that its sequences do not divide, or one that samples for the workload's sequences.
laws::deployed random_tight(laws::dice& d) {
  laws::deployed r = laws::random_deployment(d);
  const auto needed = memory(r.cluster, r.model, r.layout, r.workload);
  if (d.whole(0, 2) == 0) {
    r.cluster.runtime.step_tokens = static_cast<double>(d.whole(1, 9000));
    r.cluster.runtime.step_sequences = d.flip() ? 0.0 : static_cast<double>(d.whole(1, 2000));
  }
  const bytes<> own = r.cluster.runtime.reserve + r.cluster.runtime.cuda_graphs;
  r.cluster.accelerator.memory =
      own + (needed.total() - needed.withheld - own) * laws::log_between(d, 0.3, 30.0);
  return r;
}

// How often each kind of answer and of deployment occurred: a law is worth what it was tried on.
struct occurrences {
  int none = 0;
  int some = 0;
  int unlimited = 0;
  int stages = 0;
  int listed = 0;
  int context_parallel = 0;
  int replicas = 0;
  int own_step = 0;
  int windows = 0;
  int recurrent = 0;

  void note(const laws::deployed& r, integer answer) {
    ++(answer == 0 ? none : (answer == unbounded ? unlimited : some));
    stages += r.layout.pp > 1;
    listed += !r.layout.stages.listed.empty();
    context_parallel += r.layout.attention.cp > 1;
    replicas += r.layout.attention.dp > 1;
    own_step += r.cluster.runtime.step_tokens > 0.0;
    bool window = false;
    bool state = false;
    for (const layer& l : r.model.layers.kinds) {
      const auto* a = std::get_if<grouped_query_attention>(&l.attention);
      window = window || (a != nullptr && a->window > 0);
      state = state || std::holds_alternative<linear_attention>(l.attention) ||
              std::holds_alternative<state_space>(l.attention);
    }
    windows += window;
    recurrent += state;
  }
  void check_layouts(int fewest) const {
    for (const int seen :
         {stages, listed, context_parallel, replicas, own_step, windows, recurrent}) {
      CHECK(seen > fewest);
    }
  }
};

}  // namespace

// ---------------------------------------------------------------------------------- a stage's
// cache

namespace {

constexpr stage_cache two_rings() noexcept {
  stage_cache c;
  c.rings.push_back({10.0, 3});  // up to 3 pages of 10 bytes
  c.rings.push_back({1.0, 0});   // any number of 1 byte
  c.state_bytes = 7.0;
  c.page_tokens = 16;
  return c;
}
static_assert(two_rings().bytes_of(1) == 7.0 + 11.0);
static_assert(two_rings().bytes_of(16) == 7.0 + 11.0);
static_assert(two_rings().bytes_of(17) == 7.0 + 22.0);
static_assert(two_rings().bytes_of(48) == 7.0 + 33.0);
static_assert(two_rings().bytes_of(49) == 7.0 + 34.0);
static_assert(two_rings().length_within(6.0) == 0);
static_assert(two_rings().length_within(17.0) == 0);
static_assert(two_rings().length_within(18.0) == 16);
static_assert(two_rings().length_within(40.0) == 48);
static_assert(two_rings().length_within(40.5) == 48);
static_assert(two_rings().length_within(49.0) == 12 * 16);

}  // namespace

TEST_CASE("the longest sequence within a budget is the inverse of the bytes of a sequence") {
  laws::dice d(3201);
  int limited = 0;
  for (int number = 0; number < 2000; ++number) {
    stage_cache c;
    c.page_tokens = d.whole(1, 40);
    c.state_bytes = static_cast<double>(d.whole(0, 30));
    for (integer rings = d.whole(0, 5); rings > 0; --rings) {
      c.rings.push_back({static_cast<double>(d.whole(1, 20)) * 0.5, d.flip() ? 0 : d.whole(1, 12)});
    }
    const double budget = static_cast<double>(d.whole(0, 1200)) * 0.25;
    // One page after the other, until they cost more, or for ever if they cost nothing.
    integer pages = 0;
    while (pages < 1300 && c.bytes_of((pages + 1) * c.page_tokens) <= budget) ++pages;
    CAPTURE(number);
    const integer length = c.length_within(budget);
    if (pages == 1300) {
      REQUIRE(length >= unbounded);
      REQUIRE(length < unbounded + c.page_tokens);
    } else {
      ++limited;
      REQUIRE(length == pages * c.page_tokens);
    }
  }
  CHECK(limited > 1000);
  CHECK(limited < 1900);
}

TEST_CASE("a stage's cache is what memory() counts of a sequence") {
  laws::dice d(3202);
  for (int number = 0; number < 1000; ++number) {
    laws::deployed r = laws::random_deployment(d);
    r.workload.concurrency = 1.0;
    const integer length =
        static_cast<integer>(r.workload.input.value() + r.workload.output.value());
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    for_each_stage_memory(
        r.cluster, r.model, r.layout, r.workload, [&](integer stage, const basic_memory<>& held) {
          const double by_stage =
              cache_of_stage(r.cluster, r.model, r.layout, stage).bytes_of(length);
          REQUIRE(by_stage == doctest::Approx((held.kv_cache + held.state).value()).epsilon(1e-12));
        });
  }
}

// --------------------------------------------------------------------------------- sequences that
// fit

// tests/fail/memory.cpp counts the tiny model: 16 bytes of weights, a page of 64 for each sequence
// of 15 + 1 tokens, 10 bytes of activations for each token of the fullest step. All n prompts are
// read in it, up to 2048 tokens (whole_prompt_budget), which is 136 of them, beside n - 1 that decode:
//   n <= 136: 16 + 64 n + 10 (15 n + n - 1) = 6 + 224 n
//   beyond:   16 + 64 n + 10 (2048 + n - 1) = 20486 + 74 n
TEST_CASE("sequences by hand, activations growing with them") {
  CHECK(most_sequences(tiny_in(229.0)) == 0);
  CHECK(most_sequences(tiny_in(230.0)) == 1);
  CHECK(most_sequences(tiny_in(453.0)) == 1);
  CHECK(most_sequences(tiny_in(454.0)) == 2);
  CHECK(most_sequences(tiny_in(6.0 + 224.0 * 136.0)) == 136);
  CHECK(most_sequences(tiny_in(20486.0 + 74.0 * 137.0 - 1.0)) == 136);
  CHECK(most_sequences(tiny_in(20486.0 + 74.0 * 137.0)) == 137);
  CHECK(most_sequences(tiny_in(20486.0 + 74.0 * 1e6)) == 1000000);
  CHECK(most_sequences(tiny_in(20486.0 + 74.0 * 1e6 - 1.0)) == 999999);
  CHECK(most_sequences(tiny_in(1.0)) == 0);  // not even the weights
}

TEST_CASE("sequences by hand, under an engine's own step: 16 + 150 + 64 n") {
  const auto most = [](double size) {
    deployed d = tiny_in(size);
    d.cluster.runtime.step_tokens = 15.0;
    d.cluster.runtime.step_sequences = 1.0;
    d.workload.concurrency = 77.0;  // not looked at
    return most_sequences(d);
  };
  CHECK(most(229.0) == 0);
  CHECK(most(230.0) == 1);
  CHECK(most(293.0) == 1);
  CHECK(most(294.0) == 2);
  CHECK(most(166.0 + 64.0 * 12345.0) == 12345);
}

TEST_CASE("sequences by hand, on replicas that hold a page each") {
  deployed d = tiny_in(229.0);
  d.cluster.gpus = 8;
  d.layout = {{1, 1, 3}, {1, 1, 3}};
  CHECK(most_sequences(d) == 0);
  d.cluster.accelerator.memory = 453_B;
  CHECK(most_sequences(d) == 3);
  d.cluster.accelerator.memory = 454_B;
  CHECK(most_sequences(d) == 6);
}

TEST_CASE("sequences by hand: the stage with most layers decides") {
  // Stages of 1 and 3 layers: 3 (16 + 64 n) + 10 (16 n - 1) = 38 + 352 n on the second.
  deployed d = tiny_in(0.0);
  d.cluster.gpus = 2;
  d.model.layers = {{4, d.model.layers.kinds[0]}};
  d.layout.pp = 2;
  d.layout.stages.listed.push_back(1);
  d.layout.stages.listed.push_back(3);
  d.cluster.accelerator.memory = bytes<>::from_value(38.0 + 352.0 * 50.0);
  CHECK(most_sequences(d) == 50);
  d.cluster.accelerator.memory = bytes<>::from_value(38.0 + 352.0 * 50.0 - 1.0);
  CHECK(most_sequences(d) == 49);
}

TEST_CASE("Llama 3.1 8B on an H100 under vLLM, by hand") {
  // 0.9 of 79.18 GiB, in whole MiB, less 8,030,261,248 parameters in 2 bytes, the residual stream of 8192 tokens of
  // 4096 values, the sampler's 1024 x 128256 logits of 38 bytes and 0.13 GiB of reserve. Cached are
  // 2 x 8 x 128 x 2 bytes in 32 layers. Sequences of 2048 + 512 tokens are 160 pages of 16.
  const double budget = 0.9 * 81080.0 * 1048576.0 - 2.0 * 8030261248.0 - 8192.0 * 4096.0 * 2.0 -
                        1024.0 * 128256.0 * 38.0 - 0.13 * 1073741824.0;
  const double per_token = 2.0 * 8.0 * 128.0 * 2.0 * 32.0;
  const auto gpu = with_engine(make_cluster(catalog::h100_sxm, 1), engines::vllm_0_11);
  workload w = small::tokens_of(2048, 512);
  CHECK(sequences_that_fit(gpu, catalog::llama_3_1_8b, layout{}, w) ==
        static_cast<integer>(budget / (160.0 * 16.0 * per_token)));
  w.concurrency = 3.0;
  CHECK(longest_context(gpu, catalog::llama_3_1_8b, layout{}, w) ==
        static_cast<integer>(budget / (3.0 * 16.0 * per_token)) * 16);
}

TEST_CASE("the sequences that fit do, and one more does not, for any deployment") {
  laws::dice d(3203);
  occurrences seen;
  for (int number = 0; number < 6000; ++number) {
    const laws::deployed r = random_tight(d);
    const integer most = most_sequences(r);
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    CAPTURE(most);
    seen.note(r, most);
    REQUIRE(most >= 0);
    REQUIRE(most <= unbounded);
    if (most > 0) {
      REQUIRE(fits_with(r, most));
      REQUIRE(fits_with(r, d.whole(1, most)));
    }
    if (most < unbounded) {
      REQUIRE_FALSE(fits_with(r, most + 1));
      REQUIRE_FALSE(fits_with(r, most + d.whole(1, 2 * most + 10)));
    }
  }
  CHECK(seen.none > 500);
  CHECK(seen.some > 3000);
  CHECK(seen.unlimited < 300);  // models that have states alone
  seen.check_layouts(500);
}

TEST_CASE("the workload's own concurrency does not change how many fit") {
  laws::dice d(3204);
  for (int number = 0; number < 500; ++number) {
    laws::deployed r = random_tight(d);
    const integer most = most_sequences(r);
    r.workload.concurrency = static_cast<double>(d.whole(1, 100000));
    CAPTURE(number);
    REQUIRE(most_sequences(r) == most);
  }
}

TEST_CASE("a model that keeps nothing of a sequence is bounded by its activations alone") {
  // Weights 2 (1 + 2) = 6 bytes; 10 a token: 6 + 10 (2048 + n - 1) from 137 sequences on.
  deployed d = tiny_in(20476.0 + 10.0 * 1000.0);
  d.model.layers = {{1, {no_attention{}, dense_feed_forward{.width = 1, .gated = false}}}};
  CHECK(most_sequences(d) == 1000);
  // Under an engine's step nothing grows.
  d.cluster.runtime.step_tokens = 15.0;
  d.cluster.runtime.step_sequences = 1.0;
  CHECK(most_sequences(d) == unbounded);
  CHECK(longest(d) == unbounded);
}

// ---------------------------------------------------------------------------------- longest
// context

// 16 + 64 ceil(L / 16) + 10 (L - 1) for a prompt of L - 1 tokens and one more.
TEST_CASE("contexts by hand, activations growing with the prompt") {
  CHECK(longest(tiny_in(89.0)) == 0);  // 2 tokens take 16 + 64 + 10
  CHECK(longest(tiny_in(90.0)) == 2);
  CHECK(longest(tiny_in(99.0)) == 2);
  CHECK(longest(tiny_in(100.0)) == 3);
  CHECK(longest(tiny_in(230.0)) == 16);
  CHECK(longest(tiny_in(303.0)) == 16);  // a second page: 16 + 128 + 160 = 304
  CHECK(longest(tiny_in(304.0)) == 17);
  CHECK(longest(tiny_in(16.0 + 64.0 * 1000.0 + 10.0 * 15999.0)) == 16000);
}

TEST_CASE("contexts by hand, in chunks of 5 tokens: whole pages") {
  const auto most = [](double size, double sequences) {
    deployed d = tiny_in(size);
    d.workload.chunk = 5_tokens;
    d.workload.concurrency = sequences;
    return longest(d);
  };
  // Up to 6 tokens as above; beyond, 16 + 64 pages + 50.
  CHECK(most(129.0, 1.0) == 5);
  CHECK(most(130.0, 1.0) == 16);
  CHECK(most(193.0, 1.0) == 16);
  CHECK(most(194.0, 1.0) == 32);
  // Three sequences: 16 + 3 x 64 pages + 70.
  CHECK(most(86.0 + 192.0 * 7.0, 3.0) == 7 * 16);
  CHECK(most(85.0 + 192.0 * 7.0, 3.0) == 6 * 16);
}

TEST_CASE("the longest context fits, and one token more does not, for any deployment") {
  laws::dice d(3205);
  occurrences seen;
  for (int number = 0; number < 6000; ++number) {
    const laws::deployed r = random_tight(d);
    const integer output = static_cast<integer>(r.workload.output.value());
    const integer length = longest(r);
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    CAPTURE(length);
    seen.note(r, length);
    REQUIRE(length <= unbounded);
    if (length == 0) {
      REQUIRE_FALSE(fits_as_long_as(r, output + 1));
      continue;
    }
    REQUIRE(length > output);
    REQUIRE(fits_as_long_as(r, length));
    REQUIRE(fits_as_long_as(r, output + d.whole(1, length - output)));
    if (length == unbounded) continue;
    REQUIRE_FALSE(fits_as_long_as(r, length + 1));
    REQUIRE_FALSE(fits_as_long_as(r, length + d.whole(1, 10000)));
  }
  CHECK(seen.none > 500);
  CHECK(seen.some > 3000);
  CHECK(seen.unlimited > 100);
  seen.check_layouts(500);
}

TEST_CASE("with sliding windows alone, length has no bound once the windows are full") {
  // A window of 100 in pages of 16 touches ceil(99 / 16) + 1 = 8 pages. Prompts in chunks of 5:
  // 16 + 50 + 64 x 8.
  const auto in = [](double size, integer page_tokens) {
    deployed d = tiny_in(size);
    d.cluster.runtime.page_tokens = page_tokens;
    d.workload.chunk = 5_tokens;
    d.model.layers = {
        {1,
         {grouped_query_attention{.heads = 1, .kv_heads = 1, .head_dim = 1, .window = 100},
          dense_feed_forward{.width = 1, .gated = false}}}};
    return longest(d);
  };
  CHECK(in(66.0 + 64.0 * 8.0 - 1.0, 16) == 7 * 16);
  CHECK(in(66.0 + 64.0 * 8.0, 16) == unbounded);
  // Whether or not the page divides that bound: 4 bytes a token, 100 tokens and then some.
  for (const integer page : {1, 3, 7, 48, 99, 101}) {
    CAPTURE(page);
    CHECK(in(66.0 + 4.0 * 300.0, page) == unbounded);
  }
}

TEST_CASE("with recurrent layers alone, length has no bound, and sequences fill what is free") {
  // A head of one value, 3 of state in fp32: 12 bytes. Weights: in 1 x (1 + 1 + 6 + 1), convolution
  // of 7 channels with its bias, 3 vectors, gain, out, norm: 9 + 14 + 3 + 1 + 1 + 1 = 29 values.
  deployed d = tiny_in(0.0);
  const state_space s{.heads = 1, .head_dim = 1, .groups = 1, .state_size = 3, .conv_kernel = 1};
  d.model.layers = {{1, {s, no_feed_forward{}}}};
  d.cluster.runtime.step_tokens = 1.0;
  d.cluster.runtime.step_sequences = 1.0;
  // One token: residual 2, and the convolution's 7 in and 7 out.
  const double fixed = 58.0 + 2.0 + 28.0;
  for (const integer n : {1, 2, 1000}) {
    d.cluster.accelerator.memory = bytes<>::from_value(fixed + 12.0 * static_cast<double>(n));
    CAPTURE(n);
    CHECK(most_sequences(d) == n);
    CHECK(longest(d) == unbounded);
    d.workload.concurrency = static_cast<double>(n + 1);
    CHECK(longest(d) == 0);
    d.workload.concurrency = 1.0;
  }
  d.cluster.accelerator.memory = bytes<>::from_value(fixed + 11.0);
  CHECK(most_sequences(d) == 0);
  CHECK(longest(d) == 0);
}

// ---------------------------------------------------------------------------------- fewest
// replicas

TEST_CASE("replicas by hand: a GPU of 453 bytes holds one sequence, of 454 two") {
  const auto fewest = [](double size, double concurrency) {
    deployed d = tiny_in(size);
    d.workload.concurrency = concurrency;
    return fewest_replicas(d.cluster, d.model, d.layout, d.workload);
  };
  CHECK_FALSE(fewest(229.0, 1.0).has_value());
  CHECK(fewest(453.0, 1.0) == layout{});
  CHECK(fewest(453.0, 2.0) == layout{{1, 1, 2}, {1, 1, 2}});
  CHECK(fewest(454.0, 2.0) == layout{});
  CHECK(fewest(454.0, 7.0) == layout{{1, 1, 4}, {1, 1, 4}});
  CHECK(fewest(453.0, 1e6) == layout{{1, 1, 1000000}, {1, 1, 1000000}});
}

TEST_CASE("replicas come in whole expert groups") {
  // tp 2, experts over 3: three replicas for two groups.
  deployed d{.cluster = small::eight, .model = small::routed, .layout = {{2, 1, 3}, {1, 3, 2}}};
  d.workload.concurrency = 1.0;
  CHECK(fewest_replicas(d.cluster, d.model, d.layout, d.workload) == d.layout);
  // Memory for 4 sequences on a replica: 30 replicas of them are 10 steps, and so are 28.
  d.cluster.runtime.step_tokens = 16.0;
  d.cluster.runtime.step_sequences = 1.0;
  const auto one = memory(d.cluster, d.model, d.layout, d.workload);
  d.cluster.accelerator.memory = one.fixed() + one.kv_cache * 4.5;
  for (const double concurrency : {120.0, 117.0, 109.0}) {
    d.workload.concurrency = concurrency;
    CHECK(fewest_replicas(d.cluster, d.model, d.layout, d.workload) ==
          layout{{2, 1, 30}, {1, 3, 20}});
  }
  d.workload.concurrency = 121.0;
  CHECK(fewest_replicas(d.cluster, d.model, d.layout, d.workload) ==
        layout{{2, 1, 33}, {1, 3, 22}});
}

TEST_CASE("without experts replicas come one by one, however the expert mesh is written") {
  deployed d{.cluster = small::eight, .model = small::dense};
  d.workload.concurrency = 1.0;
  d.layout = {{1, 1, 8}, {8, 1, 1}};  // as to_layout(vllm{.dp = 8}) has it
  CHECK(fewest_replicas(d.cluster, d.model, d.layout, d.workload) == layout{});
}

TEST_CASE("the fewest replicas hold the workload, no smaller number does, and none if none does") {
  laws::dice d(3206);
  int none = 0;
  int more = 0;
  for (int number = 0; number < 4000; ++number) {
    laws::deployed r = random_tight(d);
    // Without experts their mesh means nothing, and replicas come one by one.
    const attention_mesh& a = r.layout.attention;
    if (!has_experts(r.model)) r.layout.expert = {a.tp * a.cp, 1, a.dp};
    const integer step = dp_step(r.layout);
    const auto holds = [&r](integer dp) {
      laws::deployed scaled = r;
      scaled.layout = with_replicas(r.layout, dp);
      return fits(scaled);
    };
    const std::optional<layout> found = fewest_replicas(r.cluster, r.model, r.layout, r.workload);
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    if (!found) {
      ++none;
      for (integer steps = 1; steps <= 310; ++steps) REQUIRE_FALSE(holds(steps * step));
      continue;
    }
    const integer dp = found->attention.dp;
    CAPTURE(dp);
    REQUIRE(dp % step == 0);
    REQUIRE(*found == with_replicas(r.layout, dp));
    REQUIRE(found->attention.size() == found->expert.size());
    REQUIRE(holds(dp));
    for (integer fewer = dp - step; fewer >= 1; fewer -= step) REQUIRE_FALSE(holds(fewer));
    more += dp > step;
  }
  CHECK(none > 200);
  CHECK(more > 250);
}

// ----------------------------------------------------------------------------- constant
// expressions

namespace {

constexpr auto node = with_engine(make_cluster(catalog::h100_sxm, 8), engines::vllm);
constexpr layout tp8{{8, 1, 1}, {8, 1, 1}};
constexpr workload chat{.concurrency = 64, .input = 2048_tokens, .output = 512_tokens};
constexpr integer chats = sequences_that_fit(node, catalog::llama_3_1_70b, tp8, chat);
constexpr integer context = longest_context(node, catalog::llama_3_1_70b, tp8, chat);
static_assert(chats > 64 && context > 2560 && context % 16 == 0);
static_assert(fewest_replicas(node, catalog::llama_3_1_70b, tp8, chat).has_value());

constexpr workload at(double concurrency, double length) {
  workload w = chat;
  w.concurrency = concurrency;
  w.input = tokens<>::from_value(length) - w.output;
  return w;
}
constexpr bool holds(const workload& w) {
  const auto m = memory(node, catalog::llama_3_1_70b, tp8, w);
  return m.total() <= m.capacity;
}
static_assert(holds(at(static_cast<double>(chats), 2560.0)));
static_assert(!holds(at(static_cast<double>(chats + 1), 2560.0)));
static_assert(holds(at(64.0, static_cast<double>(context))));
static_assert(!holds(at(64.0, static_cast<double>(context + 1))));

}  // namespace

// ---------------------------------------------------------------------------------------- extremes

namespace {

// 10^15 parameters: 100 layers of 10^13, 1000 experts of 3 x 10^5 x 33333 each.
model enormous() {
  mixture_of_experts f{.experts = 1000, .experts_per_token = 8, .width = 33333};
  model m = small::with_layers(
      100000, 100, grouped_query_attention{.heads = 1000, .kv_heads = 8, .head_dim = 128}, f);
  m.vocab_size = 1000000;
  return m;
}

// Within a second, which is a thousand times what it should take.
template <class F>
auto at_once(const F& f) {
  const auto start = std::chrono::steady_clock::now();
  const auto answer = f();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
  return answer;
}

}  // namespace

TEST_CASE("10^15 parameters, 10^7 tokens, 10^6 GPUs: exact, at once, and never negative") {
  deployed d{.model = enormous()};
  CHECK(parameters(d.model).total() > 999000000000000);
  const auto in = [&d](double size, const layout& l, const runtime& engine) {
    d.cluster = with_engine(make_cluster(small::chip, 1000000), engine);
    d.cluster.accelerator.memory = bytes<>::from_value(size);
    d.layout = l;
  };
  const layout whole{};
  const layout wide{{8, 1, 1250}, {1, 1000, 10}, 100};
  REQUIRE(wide.gpus() == 1000000);
  for (const runtime& engine :
       {runtime{}, engines::vllm.runtime, engines::sglang.runtime, engines::tensorrt_llm.runtime}) {
    for (const layout& l : {whole, wide}) {
      for (const double size : {1.0, 8e10, 1e12, 1e15}) {
        in(size, l, engine);
        d.workload = small::tokens_of(1e7, 1);
        d.workload.concurrency = 1e9;
        CAPTURE(size);
        CAPTURE(l.gpus());
        REQUIRE(validate(d.cluster, d.model, d.layout, d.workload).found.empty());
        const integer most = at_once([&] { return most_sequences(d); });
        CHECK(most >= 0);
        if (most > 0) CHECK(fits_with(d, most));
        if (most < unbounded) CHECK_FALSE(fits_with(d, most + 1));
        for (const double concurrency : {1.0, 1e6, 1e9}) {
          d.workload.concurrency = concurrency;
          const integer length = at_once([&] { return longest(d); });
          CHECK(length >= 0);
          if (length > 0) CHECK(fits_as_long_as(d, length));
          if (length < unbounded) CHECK_FALSE(fits_as_long_as(d, length + 1));
          const auto found =
              at_once([&] { return fewest_replicas(d.cluster, d.model, d.layout, d.workload); });
          if (found) {
            deployed scaled = d;
            scaled.layout = *found;
            CHECK(fits(scaled));
            CHECK(found->attention.dp > 0);
          }
        }
      }
    }
  }
  // They are not all nothing: a hundredth of a stage on 80 GB is 10^10 values, 20 GB.
  in(8e10, wide, runtime{});
  d.workload = small::tokens_of(1e5, 1);
  d.workload.chunk = 1024_tokens;
  CHECK(most_sequences(d) > 0);
  CHECK(longest(d) > 10000000);
}

TEST_CASE("the longest output that there can be leaves room for a prompt, or is refused") {
  deployed d = tiny_in(1e15);
  d.workload.output = tokens<>::from_value(1e9 - 1.0);
  CHECK(longest(d) == unbounded);
  d.cluster.accelerator.memory = 1_GB;
  CHECK(longest(d) == 0);
}

TEST_CASE("the smallest element, the largest memory and page: the least rounding can matter") {
  // 4-bit cache of one value per head: 1 byte a token; 10^15 bytes, pages of 10^6.
  deployed d = tiny_in(1e15);
  d.model.kv_cache = precision::fp4;
  d.cluster.runtime.step_tokens = 1.0;
  d.cluster.runtime.step_sequences = 1.0;
  for (const integer page : {1, 7, 1000000}) {
    d.cluster.runtime.page_tokens = page;
    for (const double length : {2.0, 1e5, 1e7, 1e9}) {
      d.workload = small::tokens_of(length - 1.0, 1.0);
      const integer most = most_sequences(d);
      CAPTURE(page);
      CAPTURE(length);
      CHECK(fits_with(d, most));
      if (most < unbounded) CHECK_FALSE(fits_with(d, most + 1));
    }
    for (const double concurrency : {1.0, 999983.0, 1e8}) {
      d.workload = small::tokens_of(1.0, 1.0);
      d.workload.concurrency = concurrency;
      const integer length = longest(d);
      CAPTURE(page);
      CAPTURE(concurrency);
      CHECK(fits_as_long_as(d, length));
      if (length < unbounded) CHECK_FALSE(fits_as_long_as(d, length + 1));
    }
  }
}

TEST_CASE("documented: what an H100 holds of Llama-3.1-8B") {
  const model& m = catalog::llama_3_1_8b;
  workload w{.concurrency = 1, .input = 2048_tokens, .output = 512_tokens};
  const cluster one = make_cluster(catalog::h100_sxm, 1);
  CHECK(sequences_that_fit(one, m, layout{}, w) == 201);
  CHECK(longest_context(one, m, layout{}, w) == 301540);
  CHECK(cache_of_stage(one, m, layout{}, 0).bytes_of(integer{2560}) == 335544320.0);
  w.concurrency = 1000;
  const auto fewest = fewest_replicas(make_cluster(catalog::h100_sxm, 64), m, layout{}, w);
  REQUIRE(fewest.has_value());
  CHECK(fewest->attention.dp == 5);
}
