// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/experts.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "../../fabric/recorded.hpp"
#include "../../laws/random_inputs.hpp"

using namespace shardline;
using namespace recording;

namespace {

// k different experts of a token, by drawing again what was drawn before.
void choose(laws::dice& d, std::vector<bool>& chosen, integer k) {
  std::vector<bool> of_token(chosen.size());
  for (integer i = 0; i < k;) {
    const auto e = static_cast<std::size_t>(d.whole(0, static_cast<integer>(chosen.size()) - 1));
    if (of_token[e]) continue;
    of_token[e] = true;
    chosen[e] = true;
    ++i;
  }
}

// Mean number of the first `local` experts that `tokens` tokens choose, over many trials.
double simulated_distinct(laws::dice& d, integer local, integer k, integer experts,
                          integer tokens) {
  constexpr int trials = 4000;
  integer seen = 0;
  for (int t = 0; t < trials; ++t) {
    std::vector<bool> chosen(static_cast<std::size_t>(experts));
    for (integer i = 0; i < tokens; ++i) choose(d, chosen, k);
    for (std::size_t e = 0; e < static_cast<std::size_t>(local); ++e) seen += chosen[e] ? 1 : 0;
  }
  return static_cast<double>(seen) / trials;
}

}  // namespace

TEST_CASE("distinct experts: the documented numbers, and the power they stand for") {
  CHECK(expected_distinct(8, 2, 8, 1.0) == doctest::Approx(2.0).epsilon(1e-14));
  CHECK(expected_distinct(8, 2, 8, 4.0) == doctest::Approx(5.46875).epsilon(1e-14));
  laws::dice d(91);
  for (int number = 0; number < 2000; ++number) {
    const integer experts = d.whole(2, 500);
    const integer k = d.whole(1, experts - 1);
    const integer local = d.whole(1, experts);
    const auto tokens = static_cast<double>(d.whole(1, 1000));
    const double missed =
        std::pow(1.0 - static_cast<double>(k) / static_cast<double>(experts), tokens);
    const double mean = static_cast<double>(local) * (1.0 - missed);
    CAPTURE(number);
    REQUIRE(expected_distinct(local, k, experts, tokens) ==
            doctest::Approx(mean < 1.0 ? 1.0 : mean).epsilon(1e-12));
  }
}

TEST_CASE("distinct experts are those of a simulation with random tokens") {
  laws::dice d(92);
  for (int number = 0; number < 30; ++number) {
    const integer experts = d.whole(2, 40);
    const integer k = d.whole(1, experts);
    const integer tokens = d.whole(1, 30);
    CAPTURE(experts);
    CAPTURE(k);
    CAPTURE(tokens);
    // 4000 trials of at most 40 experts: a standard error of at most 0.05.
    REQUIRE(expected_distinct(experts, k, experts, static_cast<double>(tokens)) ==
            doctest::Approx(simulated_distinct(d, experts, k, experts, tokens)).epsilon(0.02));
  }
}

TEST_CASE("no token needs no expert, one token at least one, and all experts are the most") {
  CHECK(expected_distinct(8, 2, 64, 0.0) == 0.0);
  CHECK(expected_distinct(1, 2, 64, 1.0) == 1.0);  // the rank that the step waits for has one
  CHECK(expected_distinct(8, 8, 8, 1.0) == 8.0);
  CHECK(expected_distinct(8, 8, 8, 0.0) == 0.0);
  CHECK(expected_distinct(4, 2, 64, 1e9) == doctest::Approx(4.0));
}

TEST_CASE("destinations of a token: the documented number, and a simulation") {
  CHECK(expected_destinations(8, 64) == doctest::Approx(7.576).epsilon(1e-4));
  CHECK(expected_destinations(1, 64) == doctest::Approx(1.0));
  CHECK(expected_destinations(8, 1) == 1.0);
  laws::dice d(93);
  constexpr int trials = 20000;
  integer ranks = 0;
  for (int t = 0; t < trials; ++t) {
    std::array<bool, 16> reached{};
    for (int i = 0; i < 6; ++i) reached[static_cast<std::size_t>(d.whole(0, 15))] = true;
    for (const bool r : reached) ranks += r ? 1 : 0;
  }
  CHECK(expected_destinations(6, 16) ==
        doctest::Approx(static_cast<double>(ranks) / trials).epsilon(0.01));
}

namespace {

// Hidden 16 in bf16: 32 bytes a token.
recorded experts_on(const layout& l, const mixture_of_experts& f, const basic_step<>& s) {
  model m;
  m.hidden_size = 16;
  const model_context e{m, l};
  return feeding_of(f, e, s);
}

constexpr mixture_of_experts of_sixteen{.experts = 16, .experts_per_token = 4, .width = 8};

constexpr layout expert_parallel(integer tp, integer dp, integer etp, integer ep,
                                 expert_dispatch dispatch) noexcept {
  return {{tp, 1, dp}, {etp, ep, 1}, 1, dispatch};
}

}  // namespace

TEST_CASE("a rank computes its experts' share of the group's rows") {
  // 32 tokens over 4 replicas, 4 experts each: 128 rows over 16 experts, 32 of them here.
  const auto r = experts_on(expert_parallel(1, 4, 1, 4, expert_dispatch::all_to_all), of_sixteen,
                            decode_step(32.0, 0.0, 1.0));
  REQUIRE(r.gemms.size() == 3);  // router, up and gate, down
  CHECK(r.fused.empty());
  CHECK(r.vectors.size() == 1);
  CHECK(r.gemms[0].rows == 8.0);
  CHECK(r.gemms[1].rows == 32.0);
  CHECK(r.gemms[1].weight.k == 16);
  CHECK(r.gemms[1].weight.n == 16);
  CHECK(r.gemms[1].weight.matrices == 4);
  CHECK(r.gemms[1].matrices_read == doctest::Approx(4.0 * (1.0 - std::pow(0.75, 32.0))));
  CHECK(r.gemms[2].weight.k == 8);
  CHECK(r.gemms[2].weight.n == 16);
}

TEST_CASE("the busiest rank has its rows times the imbalance, and no more than it can be sent") {
  const layout l = expert_parallel(1, 4, 1, 4, expert_dispatch::all_to_all);
  const auto rows = [&](double imbalance) {
    return experts_on(l, of_sixteen, decode_step(32.0, 0.0, imbalance)).gemms[1].rows;
  };
  CHECK(rows(1.5) == 48.0);
  CHECK(rows(4.0) == 128.0);
  CHECK(rows(100.0) == 128.0);  // every token chose 4 of the 4 experts here
}

TEST_CASE("without replicas to serve, experts only join the tensor-parallel sum") {
  const auto r = experts_on(expert_parallel(4, 1, 1, 4, expert_dispatch::all_to_all), of_sixteen,
                            decode_step(32.0, 0.0, 1.0));
  REQUIRE(r.collectives.size() == 1);
  CHECK(r.sends(collective_kind::all_reduce, {4, 1}, 32.0 * 32.0));
}

TEST_CASE("all-to-all sends each token to the ranks that hold its experts, and back") {
  // 8 tokens a rank, 32 bytes each, to 4 (1 - (3/4)^4) of 4 ranks.
  const double copies = 4.0 * (1.0 - std::pow(0.75, 4.0));
  const auto r = experts_on(expert_parallel(1, 4, 1, 4, expert_dispatch::all_to_all), of_sixteen,
                            decode_step(32.0, 0.0, 1.0));
  REQUIRE(r.collectives.size() == 2);
  CHECK(r.collectives[0].kind == collective_kind::all_to_all);
  CHECK(r.collectives[1].kind == collective_kind::all_to_all);
  CHECK(r.sends(collective_kind::all_to_all, {4, 1}, 8.0 * 32.0 * copies));
}

TEST_CASE("all-gather sends every token of the group to every rank of it, and scatters the sums") {
  const auto r = experts_on(expert_parallel(2, 4, 1, 8, expert_dispatch::all_gather), of_sixteen,
                            decode_step(32.0, 0.0, 1.0));
  REQUIRE(r.collectives.size() == 3);
  CHECK(r.sends(collective_kind::all_gather, {4, 2}, 32.0 * 32.0));
  CHECK(r.sends(collective_kind::reduce_scatter, {4, 2}, 32.0 * 32.0));
  CHECK(r.sends(collective_kind::all_reduce, {2, 1}, 8.0 * 32.0));
}

TEST_CASE("fewer expert shards than tensor ranks: those share what they dispatched") {
  const auto r = experts_on(expert_parallel(4, 2, 2, 4, expert_dispatch::all_to_all), of_sixteen,
                            decode_step(32.0, 0.0, 1.0));
  CHECK(r.sends(collective_kind::all_reduce, {2, 1}, 16.0 * 32.0));
  CHECK(r.sends(collective_kind::all_gather, {2, 2}, 16.0 * 32.0));
}

TEST_CASE("shared experts are one dense block as wide as all of them, split over tp") {
  mixture_of_experts f = of_sixteen;
  f.shared_experts = 2;
  f.shared_width = 12;
  const auto r = experts_on(expert_parallel(4, 1, 4, 1, expert_dispatch::all_to_all), f,
                            decode_step(32.0, 0.0, 1.0));
  bool up = false;
  bool down = false;
  for (const auto& g : r.gemms) {
    if (g.term != term::shared_experts) continue;
    up = up || (g.weight.k == 16 && g.weight.n == 2 * 6);
    down = down || (g.weight.k == 6 && g.weight.n == 16);
    CHECK(g.rows == 32.0);
  }
  CHECK(up);
  CHECK(down);
  CHECK(r.collectives.size() == 1);  // their sums join the experts'
}

TEST_CASE("shared experts need a sum of their own where the experts' results come complete") {
  mixture_of_experts f = of_sixteen;
  f.shared_experts = 1;
  f.shared_width = 8;
  const auto step = decode_step(32.0, 0.0, 1.0);
  const layout complete = expert_parallel(2, 2, 1, 4, expert_dispatch::all_to_all);
  CHECK(experts_on(complete, f, step).sends(collective_kind::all_reduce, {2, 1}, 16.0 * 32.0));
  CHECK_FALSE(experts_on(complete, of_sixteen, step)
                  .sends(collective_kind::all_reduce, {2, 1}, 16.0 * 32.0));
}

TEST_CASE("copies of experts spread the same rows over more experts") {
  layout l = expert_parallel(1, 4, 1, 4, expert_dispatch::all_to_all);
  l.redundant_experts = 16;  // 32 over 4 ranks: 8 each, of the same 128 rows
  const auto r = experts_on(l, of_sixteen, decode_step(32.0, 0.0, 1.0));
  CHECK(r.gemms[0].weight.n == 16);  // the router knows 16
  CHECK(r.gemms[1].weight.matrices == 8);
  CHECK(r.gemms[1].rows == 32.0);
  // A token takes 4 of 32 now.
  CHECK(r.gemms[1].matrices_read ==
        doctest::Approx(8.0 * (1.0 - std::pow(1.0 - 4.0 / 32.0, 32.0))));
}

TEST_CASE("experts in 4 bits are padded on each rank; their rows are as wide as their weights") {
  model m = sixteen_wide();
  m.weights[weight_class::routed_expert] = formats::mxfp4;
  const layout l = expert_parallel(2, 1, 2, 1, expert_dispatch::all_to_all);
  const model_context e{m, l, {}, {1, 32}};
  const recorded r =
      feeding_of(mixture_of_experts{.experts = 4, .experts_per_token = 1, .width = 66}, e,
                 decode_step(3.0, 0.0, 1.0));
  CHECK(shape(r.gemms[1].weight, 16, 2 * 64));  // 33 of 66
  CHECK(shape(r.gemms[2].weight, 64, 16));
}

TEST_CASE("a gate of shared experts is a vector of the router's") {
  mixture_of_experts f = of_sixteen;
  f.shared_experts = 1;
  f.shared_width = 8;
  f.shared_gate = true;
  const auto r = experts_on(layout{}, f, decode_step(1.0, 0.0, 1.0));
  REQUIRE(r.fused.size() == 1);
  CHECK(shape(r.fused[0], 1, 16));
  CHECK(r.fused[0].weight_class == weight_class::router);
}

TEST_CASE(
    "experts in a narrower space: a token is projected to it, sent in it, and projected back") {
  constexpr mixture_of_experts latent{.experts = 8,
                                      .experts_per_token = 2,
                                      .width = 6,
                                      .gated = false,
                                      .shared_experts = 1,
                                      .shared_width = 12,
                                      .latent_width = 4};
  const model m = sixteen_wide();
  layout l{{1, 1, 2}, {1, 2, 1}};
  l.dispatch = expert_dispatch::all_to_all;
  const recorded r = feeding_of(latent, model_context{m, l}, decode_step(4.0, 10.0, 1.0));
  REQUIRE(r.gemms.size() == 7);
  CHECK(shape(r.gemms[0].weight, 16, 8));  // the router reads the whole token
  CHECK(shape(r.gemms[1].weight, 16, 4));
  CHECK(shape(r.gemms[2].weight, 4, 6));
  CHECK(r.gemms[2].weight.matrices == 4);
  CHECK(shape(r.gemms[3].weight, 6, 4));
  CHECK(shape(r.gemms[4].weight, 16, 12));
  CHECK(shape(r.gemms[5].weight, 12, 16));
  CHECK(shape(r.gemms[6].weight, 4, 16));
  CHECK(r.gemms[6].rows == 2.0);
  REQUIRE(r.collectives.size() == 2);
  CHECK(r.collectives[0].tokens.hidden == 4);
  CHECK(r.collectives[1].tokens.hidden == 4);
  // Of one replica only the sum over tp is left, as wide as the model.
  const recorded one =
      feeding_of(latent, model_context{m, tensor_parallel(2)}, decode_step(4.0, 10.0, 1.0));
  REQUIRE(one.collectives.size() == 1);
  CHECK(one.collectives[0].message.value() == 4.0 * 16.0 * 2.0);
}

TEST_CASE("a scaled router and norms around both branches are vectors of the block") {
  constexpr mixture_of_experts normed{.experts = 8,
                                      .experts_per_token = 2,
                                      .width = 6,
                                      .shared_experts = 1,
                                      .shared_width = 12,
                                      .scaled_router = true,
                                      .branch_norms = true};
  const model m = sixteen_wide();
  const recorded r = feeding_of(normed, model_context{m, layout{}}, decode_step(4.0, 10.0, 1.0));
  CHECK(r.stored(weight_class::norm) == 3 * 16);
  CHECK(r.stored(weight_class::router) == 16 * 8 + 16 + 8);
}
