// SPDX-License-Identifier: BSL-1.0
// Everything that is held in place has room for the most that a deployment can ask of it: models
// with as many kinds and runs of layers as there can be, no two of which share anything, and layouts
// with as many groups of ranks as there can be. What did not fit would be left out of every price,
// so the prices are held against the plain list of operators besides.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "any/deployment.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"

namespace {

using laws::sl::integer;
namespace sl = laws::sl;

constexpr auto kinds = static_cast<integer>(sl::max_layer_kinds);
constexpr auto runs = static_cast<integer>(sl::max_layer_runs);

// Every option that adds an operator, in sizes that only kind `k` has.
sl::grouped_query_attention grouped(integer k) {
  return {.heads = 32,
          .kv_heads = 2,
          .head_dim = 64 + k,
          .window = 0,
          .qkv_bias = true,
          .output_bias = true,
          .qk_norm = sl::head_norm::all_heads,
          .sinks = true,
          .output_gate = true};
}
sl::grouped_query_attention windowed(integer k) {
  sl::grouped_query_attention a = grouped(k);
  a.kv_heads = 16;
  a.window = 100 + 1000 * k;
  return a;
}
sl::latent_attention latent(integer k) { return {32, 64 + k, 48 + k, 32, 16, 32}; }
sl::linear_attention linear(integer k) { return {16, 32, 24 + k, 32, 4}; }
sl::state_space recurrent(integer k) {
  return {.heads = 32,
          .head_dim = 40 + k,
          .groups = 16,
          .state_size = 32,
          .conv_kernel = 4,
          .conv_bias = true,
          .projection_bias = true};
}

sl::mixture_of_experts experts(integer k) {
  sl::mixture_of_experts f{.experts = 64 + k, .experts_per_token = 2 + k % 4, .width = 64 + 8 * k};
  f.shared_experts = 1;
  f.shared_width = 128;
  f.shared_gate = f.expert_bias = f.router_bias = f.correction_bias = true;
  return f;
}
sl::dense_feed_forward dense(integer k) {
  return {.width = 256 + 16 * k, .gated = true, .bias = true};
}

sl::attention_kind mixing(integer which, integer k) {
  switch (which) {
    case 0:
      return grouped(k);
    case 1:
      return windowed(k);
    case 2:
      return latent(k);
    case 3:
      return linear(k);
    default:
      return recurrent(k);
  }
}

// As many kinds of layers in as many runs as there can be: all with one way to mix tokens, or with
// every way in turn; all with experts, or every other one.
sl::model fullest(integer which, bool all_experts) {
  sl::model m{.name = "fullest"};
  m.hidden_size = 256;
  m.vocab_size = 4096;
  m.norm_bias = m.embedding_norm = true;
  m.positions = 8192;
  m.embedding_width = 64;
  m.mtp_layers = 2;
  m.weights = quantised(sl::uniform(sl::formats::bf16), sl::formats::fp8_channel);
  std::vector<sl::layer> all;
  for (integer k = 0; k < kinds; ++k) {
    sl::layer l;
    l.attention = mixing(which < 5 ? which : k % 5, k);
    if (all_experts || k % 2 == 0) {
      l.feed_forward = experts(k);
    } else {
      l.feed_forward = dense(k);
    }
    l.form = k % 2 == 0 ? sl::layer_form::sandwich : sl::layer_form::parallel_two_norms;
    all.push_back(l);
  }
  for (integer run = 0; run < runs; ++run) {
    m.layers.append(1 + run % 3, all[static_cast<std::size_t>(run % kinds)]);
  }
  return m;
}

std::vector<sl::layout> layouts(const sl::model& m) {
  constexpr auto sent = sl::expert_dispatch::all_to_all;
  constexpr auto gathered = sl::expert_dispatch::all_gather;
  std::vector<sl::layout> all{
      {{4, 2, 4}, {2, 8, 2}, 1, sent},      {{4, 2, 4}, {1, 16, 2}, 1, sent},
      {{4, 2, 4}, {8, 4, 1}, 1, sent},      {{4, 2, 4}, {2, 8, 2}, 1, gathered},
      {{4, 2, 4}, {4, 2, 4}, 1, gathered},  {{8, 2, 2}, {2, 8, 2}, 4, sent},
      {{8, 1, 4}, {1, 32, 1}, 16, gathered}};
  for (sl::layout& l : all) {
    bool shared = true;
    for (const sl::layer& k : m.layers.kinds) {
      shared = shared && !std::holds_alternative<sl::linear_attention>(k.attention);
      const auto* a = std::get_if<sl::grouped_query_attention>(&k.attention);
      shared = shared && (a == nullptr || a->window == 0);
    }
    if (shared) l.dcp = 2;
  }
  return all;
}

sl::runtime engine() {
  sl::runtime r;
  r.logit_bytes = 38.0;
  r.padding = {64, 1};
  return r;
}

sl::workload load() {
  sl::workload w;
  w.concurrency = 100.0;
  w.input = laws::tokens_of(3000);
  w.output = laws::tokens_of(200);
  w.chunk = laws::tokens_of(1000);
  w.speculation = {.draft_tokens = 2, .acceptance = 0.7};
  return w;
}

template <class Policy>
sl::basic_cluster<double, Policy> cluster_of(const Policy& policy, const sl::layout& l) {
  auto c = make_cluster(with_efficiency(sl::catalog::h100_sxm, policy), l.gpus());
  c.runtime = engine();
  return c;
}

// The first list of what was prepared that had no room for all of it; empty where all had.
template <class Prepared>
std::string overflowing(const Prepared& p) {
  if (p.routed.overflowed()) return "routed";
  if (p.messages.overflowed()) return "messages";
  if (p.exchanges.overflowed()) return "exchanges";
  if (p.sends.overflowed()) return "sends";
  if (p.caches.overflowed()) return "caches";
  if (p.peaks.overflowed()) return "peaks";
  if (p.stages.overflowed()) return "stages";
  if constexpr (requires { p.operators.overflowed(); }) {
    if (p.operators.overflowed()) return "operators";
    if (p.send_laws.overflowed()) return "send_laws";
    if (p.exchange_laws.overflowed()) return "exchange_laws";
  }
  return "";
}

// Seconds of every operator of a step, priced one by one.
struct time_of_each {
  const laws::cluster& c;
  double seconds = 0.0;

  template <class Operator>
  void operator()(const Operator& o, integer times) {
    if constexpr (sl::is_collective<Operator>) {
      seconds += static_cast<double>(times) * time_of(c, o).value();
    } else if constexpr (requires { o.kernels(); }) {
      seconds += static_cast<double>(times) * time_of(c.accelerator, o).total().value();
    }
  }
};

// Calls check(model, layout) for all of them.
template <class Check>
void for_all_fullest(const Check& check) {
  for (integer which = 0; which < 6; ++which) {
    for (const bool all_experts : {true, false}) {
      const sl::model m = fullest(which, all_experts);
      REQUIRE(validate(m).found.empty());
      REQUIRE(static_cast<integer>(m.layers.kinds.size()) == kinds);
      REQUIRE(static_cast<integer>(m.layers.runs.size()) == runs);
      for (const sl::layout& l : layouts(m)) {
        CAPTURE(which);
        CAPTURE(all_experts);
        CAPTURE(laws::describe(l));
        check(m, l);
      }
    }
  }
}

}  // namespace

TEST_CASE("what is prepared of the fullest deployment has room, whatever the policy") {
  for_all_fullest([](const sl::model& m, const sl::layout& l) {
    CHECK(overflowing(prepare(cluster_of(sl::datasheet{}, l), m, l)) == "");
    CHECK(overflowing(prepare(cluster_of(sl::constant{0.5, 0.8, 0.7, {}}, l), m, l)) == "");
    const sl::fitted kernels = with_fitted(sl::catalog::h100_sxm).efficiency;
    CHECK(overflowing(prepare(cluster_of(kernels, l), m, l)) == "");
  });
}

TEST_CASE("a step of the fullest deployment is the sum of its operators, priced one by one") {
  const sl::basic_step<> mixed =
      mixed_step(sl::prefill_step(4.0, 700.0, 300.0, 1.0), sl::decode_step(60.0, 2000.0, 1.0));
  for_all_fullest([&](const sl::model& m, const sl::layout& l) {
    const laws::cluster c = cluster_of(sl::constant{0.5, 0.8, 0.7, {}}, l);
    time_of_each each{c};
    for (integer stage = 0; stage < l.pp; ++stage) {
      for_each_operator(m, l, mixed, stage, {}, each, c.runtime.padding);
    }
    CHECK(time_of_step(c, m, l, mixed).sum.total().value() ==
          doctest::Approx(each.seconds).epsilon(1e-11).scale(0.0));
  });
}

TEST_CASE("the fullest stage holds every weight, buffer and cache, and no list is cut") {
  for_all_fullest([](const sl::model& m, const sl::layout& l) {
    const laws::cluster c = cluster_of(sl::constant{0.5, 0.8, 0.7, {}}, l);
    for_each_stage(c, m, l, load(), [&](const sl::basic_stage_memory<>& s) {
      CHECK_FALSE(s.workspace.keys.overflowed);
      CHECK(s.workspace.communication() == s.memory.communication);
      CHECK(s.workspace.activation() == s.memory.activation);
      CHECK(s.weights.total_bytes().value() ==
            doctest::Approx(s.memory.weights.value()).epsilon(1e-12).scale(0.0));
      const sl::stage_cache kept = cache_of_stage(c, m, l, s.stage, true);
      CHECK_FALSE(kept.rings.overflowed());
      const double each = kept.bytes_of(integer{3200});
      const double sequences = sequences_per_replica(l, load());
      CHECK((s.memory.kv_cache + s.memory.state).value() ==
            doctest::Approx(each * sequences).epsilon(1e-12).scale(0.0));
    });
  });
}

TEST_CASE("stages that are alike are found, however many there are, and none is lost") {
  for (const integer pp : {1, 2, 3, 7, 64, 100, 159, 160, 161, 250, 319, 320}) {
    for (const auto remainder : {sl::stage_remainder::first, sl::stage_remainder::before_last,
                                 sl::stage_remainder::last}) {
      const sl::model m = fullest(5, false);
      sl::layout l{{1, 1, 1}, {1, 1, 1}, pp};
      l.stages.remainder = remainder;
      if (pp > m.layers.size()) continue;
      const auto p = prepare_memory(cluster_of(sl::datasheet{}, l), m, l);
      CAPTURE(pp);
      CHECK(overflowing(p) == "");
      integer stages = 0;
      integer layers = 0;
      for (std::size_t i = 0; i < p.stages.size(); ++i) {
        stages += p.stages[i].times;
        for (const integer of_kind : p.stages[i].kinds) layers += p.stages[i].times * of_kind;
      }
      CHECK(stages == pp);
      CHECK(layers == m.layers.size());
    }
  }
}
