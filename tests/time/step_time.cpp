// SPDX-License-Identifier: BSL-1.0
#include "shardline/time/step_time.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/time/speculation.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

doctest::Approx about(double x) { return doctest::Approx(x).epsilon(1e-9); }

constexpr mixture_of_experts with_shared() noexcept {
  mixture_of_experts f{.experts = 64, .experts_per_token = 4, .width = 512};
  f.shared_experts = 1;
  f.shared_width = 512;
  return f;
}

// Layers of experts alone, between an embedding and a head.
constexpr model experts_of(integer layers) noexcept {
  return {.hidden_size = 1024,
          .vocab_size = 1000,
          .layers = {{layers, {grouped_query_attention{8, 8, 128}, with_shared()}}}};
}
constexpr layout replicas{{1, 1, 8}, {1, 8, 1}};

constexpr cluster slow_links(double rate) noexcept {
  cluster c = make_cluster(catalog::h100_sxm, 8);
  c.scale_up.rate = bandwidth<>::from_value(rate);
  return c;
}

double lines(const basic_time<>& t, term first, term last) {
  double sum = 0.0;
  for (auto i = static_cast<std::size_t>(first); i <= static_cast<std::size_t>(last); ++i) {
    sum += t.terms[i].value();
  }
  return sum;
}
// What layers compute and communicate: without embedding, head, bubble and host.
double computed(const basic_time<>& t) { return lines(t, term::norms, term::shared_experts); }
double communicated(const basic_time<>& t) { return lines(t, term::all_reduce, term::broadcast); }

void check_parts(const basic_time<>& t) {
  double bounds = 0.0;
  for (const seconds<>& b : t.bounds) {
    CHECK(b.value() >= 0.0);
    bounds += b.value();
  }
  for (const seconds<>& line : t.terms) CHECK(line.value() >= 0.0);
  CHECK(bounds == about(t.total().value()));
}

constexpr basic_time<> compiled() noexcept {
  cluster c = slow_links(1e11);
  c.runtime.two_batch_overlap = true;
  return time_of_step(c, experts_of(4), replicas, decode_step(512.0, 1000.0, 1.0)).sum;
}
constexpr basic_time<> at_compile_time = compiled();

}  // namespace

TEST_CASE("shared experts that run beside the dispatch take the longer of both times") {
  const model m = experts_of(4);
  for (const double rate : {1e9, 1e10, 1e11, 1e12}) {
    cluster c = slow_links(rate);
    for (const double sequences : {8.0, 512.0, 8192.0}) {
      const auto step = decode_step(sequences, 1000.0, 1.0);
      c.runtime.experts.overlap_shared = false;
      const basic_time<> apart = time_of_step(c, m, replicas, step).sum;
      c.runtime.experts.overlap_shared = true;
      const basic_time<> beside = time_of_step(c, m, replicas, step).sum;
      const double dispatch = 0.5 * apart[term::all_to_all].value();  // as much comes back
      const double shared = apart[term::shared_experts].value();
      CAPTURE(rate);
      CAPTURE(sequences);
      CHECK(beside[term::shared_experts] == apart[term::shared_experts]);
      CHECK(apart.total().value() - beside.total().value() == about(std::min(dispatch, shared)));
      check_parts(beside);
    }
  }
}

TEST_CASE("without a dispatch there is nothing for shared experts to run beside") {
  cluster c = slow_links(1e11);
  const layout tensor{{8, 1, 1}, {8, 1, 1}};
  const auto step = decode_step(64.0, 1000.0, 1.0);
  const seconds<> before = time_of_step(c, experts_of(4), tensor, step).sum.total();
  c.runtime.experts.overlap_shared = true;
  CHECK(time_of_step(c, experts_of(4), tensor, step).sum.total() == before);
}

TEST_CASE("a guess by a prediction layer hides its dispatch too, and sends the rest") {
  cluster c = slow_links(1e9);
  model m = experts_of(4);
  m.mtp_layers = 1;
  workload w;
  w.concurrency = 512.0;
  w.speculation = {1, 0.8, {}};
  const auto drafting = [&] {
    return draft_time(c, m, replicas, w, w.concurrency).total().value();
  };
  const double apart = drafting();
  c.runtime.experts.overlap_shared = true;
  CHECK(drafting() < apart);
  CHECK(drafting() > 0.9 * apart);
}

TEST_CASE("two batches: layers take twice the longer of a half's two times, and fill once") {
  const model m = experts_of(6);
  for (const double rate : {1e10, 3e10, 1e11}) {
    cluster c = slow_links(rate);
    c.scale_up.latency = {};
    const double sequences = 65536.0;
    const basic_time<> half =
        time_of_step(c, m, replicas, decode_step(0.5 * sequences, 1000.0, 1.0)).sum;
    const auto step = decode_step(sequences, 1000.0, 1.0);
    const basic_time<> whole = time_of_step(c, m, replicas, step).sum;
    c.runtime.two_batch_overlap = true;
    const basic_time<> two = time_of_step(c, m, replicas, step).sum;
    // The norm before the head runs on the whole batch: on the halves it takes as long.
    const double before_head = whole[term::norms].value() / 13.0;
    const double compute = 2.0 * computed(half) - before_head;
    const double sent = 2.0 * communicated(half);
    const double fill = std::min(compute, sent) / 12.0;
    const double rest = whole[term::embedding].value() + whole[term::head].value() + before_head;
    CAPTURE(rate);
    CHECK(two.total().value() == about(std::max(compute, sent) + fill + rest));
    CHECK(two[term::pipeline_bubble].value() == about(fill));
    CHECK(communicated(two) == about(std::max(sent - compute, 0.0)));
    check_parts(two);
  }
}

TEST_CASE("a step is split only where that pays: one token, or nothing to send, is left whole") {
  cluster c = slow_links(1e11);
  const layout one{};
  const auto alone = decode_step(1.0, 1000.0, 1.0);
  const auto many = decode_step(64.0, 1000.0, 1.0);
  const seconds<> token = time_of_step(c, experts_of(4), replicas, alone).sum.total();
  const seconds<> gpu = time_of_step(c, experts_of(4), one, many).sum.total();
  c.runtime.two_batch_overlap = true;
  CHECK(time_of_step(c, experts_of(4), replicas, alone).sum.total() == token);
  CHECK(time_of_step(c, experts_of(4), one, many).sum.total() == gpu);
}

TEST_CASE("a lone prompt is split by its tokens, each half with the mean context of both") {
  const rank_step<double> whole = rank_step_of(prefill_step(1.0, 1000.0, 200.0, 1.0), layout{});
  const rank_step<double> half = larger_half(whole);
  CHECK(half.parts[0].sequences == 1.0);
  CHECK(half.parts[0].new_tokens == 500.0);
  CHECK(half.parts[0].context == 450.0);
  CHECK(half.tokens == 500.0);
  const rank_step<double> several =
      larger_half(rank_step_of(decode_step(5.0, 200.0, 1.0), layout{}));
  CHECK(several.parts[0].sequences == 3.0);
  CHECK(several.parts[0].context == 200.0);
  CHECK(several.tokens == 3.0);
}

namespace {

template <class Efficiency>
void check_overlap(const basic_accelerator<double, Efficiency>& a, std::uint64_t seed) {
  laws::dice d(seed);
  int split = 0;
  for (int number = 0; number < 300; ++number) {
    const integer dp = integer{1} << d.whole(0, 4);
    const integer tp = integer{1} << d.whole(0, 2);
    layout l{{tp, 1, dp}, {1, tp * dp, 1}, d.whole(1, 3)};
    l.dispatch = d.flip() ? expert_dispatch::all_to_all : expert_dispatch::all_gather;
    auto c = make_cluster(a, l.gpus());
    c.runtime.experts.exchange = d.flip() ? expert_exchange::pairwise : expert_exchange::fastest;
    c.scale_up.rate = bandwidth<>::from_value(laws::log_between(d, 1e9, 1e12));
    const model m = experts_of(d.whole(3, 12));
    // Whole halves on every rank.
    const double half = static_cast<double>(dp * d.whole(1, 300));
    const auto step_of = [&](double sequences) {
      return d.flip() ? decode_step(sequences, 1000.0, 1.0)
                      : prefill_step(sequences, 64.0, 0.0, 1.0);
    };
    const auto step = step_of(2.0 * half);
    auto of_half = step;
    of_half.parts[0].sequences = half;
    const basic_time<> halves = time_of_step(c, m, l, of_half).sum;
    const pipeline_time<double> off = time_of_step(c, m, l, step);
    c.runtime.two_batch_overlap = true;
    const pipeline_time<double> on = time_of_step(c, m, l, step);
    CAPTURE(number);
    REQUIRE(on.sum.total() <= off.sum.total());
    // It runs whole, or is bound by what both halves compute, and send, in their layers: norms of
    // the head, and what embedding, head and hand-over send, may belong to the whole.
    const double compute = 2.0 * (computed(halves) - halves[term::norms].value());
    const double of_whole = halves[term::send_recv].value() + halves[term::all_gather].value();
    const double in_tensor_group = tp > 1 ? halves[term::all_reduce].value() : 0.0;
    const double sent = 2.0 * (communicated(halves) - of_whole - in_tensor_group);
    const double total = on.sum.total().value() * (1.0 + 1e-9);
    if (on.sum.total() < off.sum.total()) {
      ++split;
      REQUIRE(total >= compute);
      REQUIRE(total >= sent);
    }
    REQUIRE(on.slowest.value() <= on.sum.total().value() * (1.0 + 1e-12));
    check_parts(on.sum);
  }
  CHECK(split > 50);
}

}  // namespace

TEST_CASE("two batches are never slower than one, nor faster than what they compute or send") {
  check_overlap(catalog::h100_sxm, 241);
  check_overlap(with_efficiency(catalog::h100_sxm, constant{.mfu = 0.4, .launch = 3_us}), 242);
  check_overlap(with_fitted(catalog::h100_sxm), 243);
}

TEST_CASE("a step in two batches has the same bits at compile time and at run time") {
  const basic_time<> run = compiled();
  for (std::size_t i = 0; i < term_count; ++i) CHECK(at_compile_time.terms[i] == run.terms[i]);
}

TEST_CASE("the total alone has the bits of the breakdown's, stage by stage too") {
  for (const integer pp : {1, 2, 3}) {
    layout l = replicas;
    l.pp = pp;
    cluster c = slow_links(1e10);
    c.gpus = 8 * pp;
    const model m = experts_of(7);
    const auto p = prepare(c, m, l);
    for (const auto& step :
         {decode_step(24.0, 500.0, 1.0), prefill_step(8.0, 300.0, 20.0, 1.0),
          mixed_step(prefill_step(8.0, 300.0, 20.0, 1.0), decode_step(24.0, 500.0, 1.0, {}))}) {
      const auto whole = time_of_step(p, step);
      const auto total = total_of_step(p, step);
      CHECK(total.sum.total().value() == whole.sum.total().value());
      CHECK(total.slowest.value() == whole.slowest.value());
    }
  }
}

TEST_CASE("the total of a step that overlaps is its breakdown's") {
  const model m = experts_of(4);
  for (const bool two_batches : {false, true}) {
    cluster c = slow_links(1e10);
    c.runtime.experts.overlap_shared = true;
    c.runtime.two_batch_overlap = two_batches;
    const auto p = prepare(c, m, replicas);
    const auto step = decode_step(64.0, 500.0, 1.0);
    const auto total = total_of_step(p, step);
    CHECK(total.sum.total().value() == time_of_step(p, step).sum.total().value());
    CHECK(total.slowest.value() == time_of_step(p, step).slowest.value());
  }
}

TEST_CASE("documented: a step of Llama-3.1-8B on an H100 by its data sheet") {
  const cluster c = make_cluster(catalog::h100_sxm, 1);
  const auto p = prepare(c, catalog::llama_3_1_8b, layout{});
  const auto step = decode_step(1.0, 2304.0, 1.0);
  const double total = time_of_step(p, step).sum.total() / 1_ms;
  CHECK(total == doctest::Approx(4.57).scale(0.0).epsilon(1.1e-3));
  CHECK(total_of_step(p, step).sum.total() / 1_ms == total);
  CHECK(step_priced_as<basic_total_time<double>>(p, step).sum.total() / 1_ms == total);
}

TEST_CASE("documented: how far a host is ahead that launches a step faster than it runs") {
  auto c = make_cluster(with_fitted(catalog::h100_sxm), 1);
  c.accelerator.efficiency.host = {.runs_ahead = true};
  const auto kernels =
      static_cast<double>(prepare(c, catalog::llama_3_1_8b, layout{}).stages[0].kernels);
  c.accelerator.efficiency.host.kernel = seconds<>::from_value(66e-3 / kernels);
  const auto p = prepare(c, catalog::llama_3_1_8b, layout{});
  const auto s = rank_step_of(prefill_step(1.0, 8192.0, 0.0, 1.0), layout{});
  CHECK(host_lead(p, s, 0.1, 1.0, 0.0) == doctest::Approx(0.034).epsilon(1e-9));
  CHECK(host_lead(p, s, 0.1, 3.0, 0.0) == doctest::Approx(0.1).epsilon(1e-9));
  CHECK(host_lead(p, s, 0.1, 1.0, 0.05) == doctest::Approx(0.084).epsilon(1e-9));
  CHECK(host_lead(p, s, 0.05, 4.0, 0.01) == 0.0);
}
