// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/shapes.hpp"

#include <doctest/doctest.h>

#include "../policies/law_by_law.hpp"

using namespace shardline;

namespace {

constexpr weight matrix{weight_class::head, formats::bf16, 10, 20};

// 2 prompts of 5 tokens after 30, with 4 sequences that decode after 100.
constexpr basic_step<> prompts = prefill_step(2.0, 5.0, 30.0, 1.0);
constexpr basic_step<> decoding = decode_step(4.0, 100.0, 1.0);
constexpr rank_step<double> mixed = rank_step_of(mixed_step(prompts, decoding), layout{});
constexpr rank_step<double> of_prompts = rank_step_of(prompts, layout{});

constexpr gemm_shape expansion{term::attention_projections, matrix, step_extent::expanded_tokens,
                               precision::bf16, true};
static_assert(operator_of(expansion, mixed).rows == 2.0 * 35.0 + 4.0);
static_assert(operator_of(expansion, mixed).matrices_read == 2.0, "by the kernels of both parts");
static_assert(operator_of(expansion, of_prompts).matrices_read == 1.0);

constexpr vector_shape norm{term::norms, {}, 40.0, vector_kind::norm, 10};
static_assert(operator_of(norm, mixed).traffic.value() == 14.0 * 40.0);
static_assert(operator_of(logits_shape{1000}, mixed).rows == 6.0,
              "the last token of each prompt, and every one that decodes");

constexpr collective_shape gathered{
    collective_kind::all_gather, {4, 1}, step_extent::prompt_context, 8.0};
static_assert(operator_of(gathered, mixed).message.value() == 60.0 * 8.0);

// 2 of 8 experts, shared out over 4 ranks.
constexpr routing_shape everywhere{.experts = 8, .experts_per_token = 2, .ep = 4, .local = 2};
constexpr routing_shape sent{.experts = 8,
                             .experts_per_token = 2,
                             .ep = 4,
                             .local = 2,
                             .sent = true,
                             .destinations = expected_destinations(2, 4)};

constexpr rank_step<double> group_of(double tokens, double imbalance = 1.0) noexcept {
  rank_step<double> s;
  s.group_tokens = tokens;
  s.expert_imbalance = imbalance;
  return s;
}
static_assert(routed_of(everywhere, group_of(100.0)).rows == 50.0);
static_assert(routed_of(everywhere, group_of(100.0)).tokens == 100.0);
static_assert(routed_of(everywhere, group_of(100.0)).rows_seen == 200.0);
static_assert(routed_of(everywhere, group_of(100.0, 1.5)).rows == 75.0);
static_assert(routed_of(everywhere, group_of(1.0)).rows == 1.0,
              "the busiest rank has a row as soon as there is a token");
static_assert(routed_of(everywhere, group_of(100.0, 1e6)).rows == 200.0,
              "and no more than both of its experts are sent");

}  // namespace

TEST_CASE("where tokens are sent a rank is handed its own rows alone") {
  // 2 draws from 4 ranks reach 4 (1 - (3/4)^2) = 1.75 of them.
  const auto x = routed_of(sent, group_of(100.0));
  CHECK(x.tokens == doctest::Approx(100.0 * 1.75 / 4.0).epsilon(1e-12).scale(0.0));
  CHECK(x.rows == 50.0);
  CHECK(x.rows_seen == 50.0);
}

TEST_CASE("what a rank is routed lies within what there is, and nothing comes of nothing") {
  laws::dice d(2108);
  for (int number = 0; number < 10000; ++number) {
    routing_shape r;
    r.ep = d.whole(1, 64);
    r.redundant = d.flip() ? 0 : d.whole(1, 9);
    r.experts = std::max<integer>(r.ep - r.redundant, 1) + d.whole(0, 300);
    r.experts_per_token = d.whole(1, r.experts);
    r.local = items_in_part(r.placed(), r.ep, 0);
    r.sent = d.flip();
    const bool even = d.flip();
    rank_step<double> s =
        group_of(std::floor(laws::log_between(d, 1.0, 1e6)), even ? d.between(1.0, 3.0) : 1.0);
    if (!even) s.routing = power_law_routing(d.between(0.0, 3.0));
    const auto x = routed_of(r, s);
    CAPTURE(number);
    REQUIRE(x.imbalance >= 1.0);
    REQUIRE(x.rows >= 1.0);
    REQUIRE(x.rows <= s.group_tokens * static_cast<double>(std::min(r.experts_per_token, r.local)));
    REQUIRE(x.distinct > 0.0);
    REQUIRE(x.distinct <= static_cast<double>(r.local) * (1.0 + 1e-12));
    REQUIRE(x.distinct <= x.rows);
    REQUIRE(x.tokens >= 1.0);
    REQUIRE(x.tokens <= s.group_tokens);
    REQUIRE(x.rows_seen >= x.rows * (1.0 - 1e-12));
    const auto none = routed_of(r, group_of(0.0));
    REQUIRE(none.rows == 0.0);
    REQUIRE(none.distinct == 0.0);
    REQUIRE(none.tokens == 0.0);
  }
}

namespace {

// How often each kind of operator came.
struct counted {
  int cores = 0;
  int recurrences = 0;
  int collectives = 0;
  int others = 0;
  void operator()(const attention_core<double>&) { ++cores; }
  void operator()(const recurrence<double>&) { ++recurrences; }
  void operator()(const collective<double>&) { ++collectives; }
  template <class Other>
  void operator()(const Other&) {
    ++others;
  }
};

counted handed_on(const rank_step<double>& s) {
  counted found;
  at_step<double, counted> sink{s, found};
  for (const phase p : both_phases) {
    attention_shape attention;
    recurrence_shape mixing;
    attention.phase = mixing.phase = p;
    sink(attention);
    sink(mixing);
  }
  for (const step_extent e :
       {step_extent::tokens, step_extent::prompt_context, step_extent::decode_tokens}) {
    sink(collective_shape{collective_kind::all_gather, {2, 1}, e, 1.0});
  }
  sink(norm);
  return found;
}

}  // namespace

TEST_CASE("what belongs to a part that a step does not have is left out") {
  const counted both = handed_on(mixed);
  CHECK(both.cores == 2);
  CHECK(both.recurrences == 2);
  CHECK(both.collectives == 3);
  CHECK(both.others == 1);
  const counted alone = handed_on(of_prompts);
  CHECK(alone.cores == 1);
  CHECK(alone.recurrences == 1);
  CHECK(alone.collectives == 2);
  CHECK(alone.others == 1);
}

namespace {

// Compares workspace_each() with what the operator needs of one row, token or sequence more.
struct workspace_compared {
  int compared = 0;

  void operator()(const routing_shape&) const {}
  void operator()(const sequence_cache&) const {}
  void operator()(const logits_shape&) const {}
  void operator()(const collective_shape&) const {}
  void operator()(const exchange_shape&) const {}
  void operator()(const gemm_shape& o) {
    check(o, 7.0, [&](auto s) { return operator_of(o, s); });
  }
  void operator()(const vector_shape& o) {
    check(o, 7.0, [&](auto s) { return operator_of(o, s); });
  }
  void operator()(const fused_shape& o) {
    check(o, 7.0, [&](auto s) { return operator_of(o, s); });
  }
  void operator()(const grouped_gemm_shape& o) {
    check(o, 7.0, [&](auto) { return operator_of(o, routed_extents<double>{1.0, 7.0, 2.0}); });
  }
  void operator()(const expert_activation_shape& o) {
    check(o, 7.0, [&](auto) { return operator_of(o, routed_extents<double>{1.0, 7.0, 2.0}); });
  }
  void operator()(const attention_shape& o) { of_part(o); }
  void operator()(const recurrence_shape& o) { of_part(o); }

 private:
  // In a step of 7 tokens, all of which every extent counts.
  template <class Shape, class Operator>
  void check(const Shape& o, double rows, const Operator& in) {
    rank_step<double> s;
    s.tokens = s.logit_rows = s.group_tokens = rows;
    s.part_count = 1;
    s.parts[0] = {phase::decode, rows, 1.0, 90.0};
    const double needed = in(s).activation_bytes().value();
    REQUIRE(law_by_law::relative_difference(workspace_each(o) * rows, needed) <= 1e-13);
    ++compared;
  }
  template <class Shape>
  void of_part(const Shape& o) {
    const step_part<double> part{o.phase, 3.0, 5.0, 90.0};
    check(o, 15.0, [&](auto) { return operator_of(o, part); });
  }
};

}  // namespace

TEST_CASE("workspace grows with a shape's size by what its operator holds of each") {
  laws::dice d(2109);
  workspace_compared sink;
  for (int number = 0; number < 300; ++number) {
    laws::placed p = laws::random_placed(d, 4, {});
    p.layout.attention.cp = 1;  // whose ranks hold a part of each token
    CAPTURE(number);
    CAPTURE(laws::describe(p.model));
    law_by_law::for_each_segment(model_context{p.model, p.layout}, sink);
  }
  CHECK(sink.compared > 5000);
}

namespace {

// Kernels of two matrices of experts and what lies around them.
constexpr int kernels_of_experts(const weight_format& f) {
  const weight up{weight_class::routed_expert, f, 64, 128, 8};
  return 2 * kernels_of(grouped_gemm_shape{up}) + kernels_of(expert_activation_shape{f, 8});
}
constexpr gemm_shape multiplication_in(const weight_format& f) {
  return {term::head, {weight_class::head, f, 10, 20}};
}

}  // namespace

TEST_CASE("engines launch more kernels for experts, blocks of 8 bits and recurrences") {
  CHECK(kernels_of(multiplication_in(formats::bf16)) == 1);
  CHECK(kernels_of(multiplication_in(formats::fp8)) == 1);
  CHECK(kernels_of(multiplication_in(formats::fp8_block)) == 2);
  CHECK(kernels_of(multiplication_in(formats::nvfp4)) == 2);
  CHECK(kernels_of(multiplication_in(formats::int4_g128)) == 1);
  CHECK(kernels_of_experts(formats::bf16) == 7);
  CHECK(kernels_of_experts(formats::mxfp4) == 7);
  CHECK(kernels_of_experts(formats::fp8_block) == 9);
  CHECK(kernels_of(recurrence_shape{.phase = phase::prefill}) == 8);
  CHECK(kernels_of(recurrence_shape{.phase = phase::decode}) == 1);
  CHECK(kernels_of(recurrence_shape{recurrence_kind::convolution, phase::prefill}) == 1);
  CHECK(kernels_of(fused_shape{}) == 0);
}

TEST_CASE("documented numbers of shapes") {
  exchange_shape sent{};
  sent.copies = 7.5;
  CHECK(copies_of_token(sent) == 7.5);
  const routing_shape deepseek{.experts = 256, .experts_per_token = 8, .ep = 32, .local = 8};
  rank_step<double> s;
  s.group_tokens = 64.0;
  CHECK(routed_of(deepseek, s).rows == 16.0);
  CHECK(routed_of(prepared_of(deepseek), s).rows == 16.0);
  CHECK(routed_of(deepseek, s).distinct == doctest::Approx(6.95).scale(0.0).epsilon(4e-4));
  gemm_shape product{};
  product.weight = {weight_class::attention, formats::bf16, 4096, 1024, 1, true};
  CHECK(workspace_each(product) == 10240.0);
}
