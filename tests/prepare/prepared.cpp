// SPDX-License-Identifier: BSL-1.0
#include "shardline/prepare/prepared.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../laws/figures.hpp"
#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/estimate/estimate.hpp"

using namespace shardline;

namespace consumer {
// Answers as `constant` does, but is asked operator by operator: see policies/laws.hpp.
struct own : constant {};
}  // namespace consumer

namespace {

// --------------------------------------------------------------- the most that a layer can be made of

constexpr mixture_of_experts all_options(integer experts, integer width) noexcept {
  mixture_of_experts f{.experts = experts, .experts_per_token = 2, .width = width};
  f.shared_experts = 1;
  f.shared_width = 64;
  f.shared_gate = f.expert_bias = f.router_bias = f.correction_bias = true;
  return f;
}

constexpr grouped_query_attention all_options(integer head_dim) noexcept {
  return {.heads = 16,
          .kv_heads = 1,
          .head_dim = head_dim,
          .qkv_bias = true,
          .output_bias = true,
          .qk_norm = head_norm::all_heads,
          .sinks = true,
          .output_gate = true};
}

// As many kinds of layers as there may be, of one kind of attention and with experts, no half of one
// like that of another, and everything around them.
template <class Attention>
model of_all_kinds(const Attention& attention) {
  model m;
  m.hidden_size = 64;
  m.vocab_size = 640;
  m.positions = 100;
  m.embedding_width = 32;
  m.norm_bias = m.embedding_norm = true;
  m.mtp_layers = 1;
  for (integer k = 1; k <= static_cast<integer>(max_layer_kinds); ++k) {
    m.layers.append(2, {attention(k), all_options(32 + k, 64 * k), layer_form::sandwich});
  }
  return m;
}

std::vector<model> largest_models() {
  const auto experts_behind = [](const auto& attention) { return of_all_kinds(attention); };
  return {experts_behind([](integer k) { return attention_kind{all_options(8 * k)}; }),
          experts_behind([](integer k) {
            return attention_kind{latent_attention{16, 8, 8 * k, 8, 8, 8}};
          }),
          experts_behind([](integer k) {
            return attention_kind{linear_attention{16, 16, 8 * k, 8, 4}};
          }),
          experts_behind([](integer k) {
            return attention_kind{state_space{.heads = 16,
                                              .head_dim = 8 * k,
                                              .groups = 1,
                                              .state_size = 8,
                                              .conv_kernel = 4,
                                              .conv_bias = true,
                                              .projection_bias = true}};
          })};
}

// Ranks for every collective: cp and dcp, experts over fewer shards than attention, two stages.
layout widest(expert_dispatch dispatch) {
  layout l{{8, 2, 2}, {2, 16, 1}};
  l.pp = 2;
  l.dcp = 2;
  l.dispatch = dispatch;
  return l;
}

template <class Efficiency>
prepared_layout<double, Efficiency> prepare_on(const Efficiency& policy, const model& m,
                                               const layout& l) {
  static basic_cluster<double, Efficiency> c;
  c = make_cluster(with_efficiency(catalog::h100_sxm, policy), l.gpus());
  const prepared_layout<double, Efficiency> p = prepare(c, m, l);
  CHECK_FALSE(p.operators.overflowed());
  CHECK_FALSE(p.routed.overflowed());
  CHECK_FALSE(p.messages.overflowed());
  CHECK_FALSE(p.exchanges.overflowed());
  CHECK_FALSE(p.sends.overflowed());
  CHECK_FALSE(p.send_laws.overflowed());
  CHECK_FALSE(p.exchange_laws.overflowed());
  CHECK_FALSE(p.caches.overflowed());
  CHECK_FALSE(p.peaks.overflowed());
  CHECK_FALSE(p.stages.overflowed());
  return p;
}

// ------------------------------------------------------------------------------------------- sums

double weights_of(const prepared_memory<double>& p) {
  double sum = 0.0;
  for (std::size_t s = 0; s < segment::number; ++s) {
    if (p.pipeline[s] > 0) sum += p.weights[s] * static_cast<double>(p.pipeline[s]);
  }
  return sum;
}

// ------------------------------------------------------------------------------------------ figures

using named_figures = std::vector<std::pair<std::string, double>>;

named_figures figures_of(const basic_estimate<>& e) {
  named_figures all;
  laws::for_each_figure(e, "", [&all](const std::string& path, const auto& figure) {
    all.emplace_back(path, static_cast<double>(figure));
  });
  return all;
}

// What a figure is a part of, or what others leave of: it is rounded as that is.
double whole_of(const std::string& path, const basic_estimate<>& e) {
  if (path.starts_with("prefill.")) return e.prefill.total().value();
  if (path.starts_with("decode.")) return e.decode.total().value();
  return path == "serving.waiting" ? e.serving.ttft.value() : 0.0;
}

using cluster_of_constant = basic_cluster<double, constant>;
static_assert(std::is_constructible_v<prepared<double, constant>, const cluster_of_constant&,
                                      const model&, const layout&>);
static_assert(!std::is_constructible_v<prepared<double, constant>, cluster_of_constant,
                                       const model&, const layout&> &&
                  !std::is_constructible_v<prepared<double, constant>, const cluster_of_constant&,
                                           model, const layout&>,
              "it refers to both, so that temporaries would be gone when a load comes");

}  // namespace

TEST_CASE("there is a place for everything of the largest models, under every sort of laws") {
  for (const model& m : largest_models()) {
    REQUIRE(m.layers.kinds.size() == max_layer_kinds);
    for (const expert_dispatch by : {expert_dispatch::all_to_all, expert_dispatch::all_gather}) {
      const layout l = widest(by);
      CAPTURE(laws::describe(m));
      CAPTURE(laws::describe(l));
      prepare_on(constant{}, m, l);
      prepare_on(consumer::own{}, m, l);
      prepare_on(with_fitted(catalog::h100_sxm).efficiency, m, l);
    }
  }
}

TEST_CASE("what the largest of them sends") {
  const model m = largest_models()[0];
  const auto sent = prepare_on(constant{}, m, widest(expert_dispatch::all_to_all));
  // Of each half with attention 7: the norms' sums, prompts' new and cached tokens, queries, softmax
  // sums, outputs, tp; of each with experts 2 back among the ranks of a replica and the shared experts' sum; ends 3.
  CHECK(sent.messages.size() == 16 * (7 + 3) + 3);
  CHECK(sent.exchanges.size() == 32);
  // All-reduce over tp and over shards of experts; all-gather over tp, cp, dcp and ranks that share
  // a dispatch; reduce-scatter over dcp; all-to-all; hand-over.
  CHECK(sent.sends.size() == 9);
  const auto gathered = prepare_on(constant{}, m, widest(expert_dispatch::all_gather));
  CHECK(gathered.messages.size() == 16 * (7 + 3) + 3);
  CHECK(gathered.exchanges.empty());
  CHECK(gathered.sends.size() == 8);
  CHECK(gathered.sends.size() <= max_buffers);
}

TEST_CASE(
    "equal messages are priced once where there are no stages, and as often as they are sent") {
  const auto p = prepare_on(constant{}, catalog::llama_3_1_70b, {{8, 1, 1}, {8, 1, 1}});
  // Embedding, attention, feed-forward, and the gathered logits.
  REQUIRE(p.messages.size() == 4);
  CHECK_FALSE(p.messages[0].as_before);
  CHECK(p.messages[1].as_before);
  CHECK(p.messages[2].as_before);
  CHECK_FALSE(p.messages[3].as_before);
  REQUIRE(p.repeated_messages.size() == 2);
  CHECK(p.repeated_messages[0].kind == collective_kind::all_reduce);
  CHECK(p.repeated_messages[0].times == 161.0);
  CHECK(p.repeated_messages[0].bytes_each == 2.0 * 8192.0);
  CHECK(p.repeated_messages[1].kind == collective_kind::all_gather);
  CHECK(p.repeated_messages[1].times == 1.0);
  const auto staged = prepare_on(constant{}, catalog::llama_3_1_70b, {{8, 1, 1}, {8, 1, 1}, 2});
  CHECK(staged.repeated_messages.empty());
}

TEST_CASE("stages that are alike are all stages, and fit their places however layers are mixed") {
  laws::dice d(2301);
  std::size_t most = 0;
  for (int number = 0; number < 300; ++number) {
    model m;
    const integer kinds = d.whole(1, static_cast<integer>(max_layer_kinds));
    const integer runs =
        d.flip() ? d.whole(1, 9) : d.whole(1, static_cast<integer>(max_layer_runs));
    for (integer i = 0; i < runs; ++i) {
      m.layers.append(d.flip() ? 1 : d.whole(1, 12),
                      {all_options(8 * d.whole(1, kinds)), dense_feed_forward{.width = 64}});
    }
    REQUIRE_FALSE(m.layers.runs.overflowed);
    layout l;
    l.pp = d.whole(1, m.layers.size());
    l.stages.remainder = d.flip() ? stage_remainder::first : stage_remainder::before_last;
    if (l.pp <= 64) laws::list_stages(d, l, m.layers.size());
    const cluster c = make_cluster(catalog::h100_sxm, l.gpus());
    const prepared_memory<double> p = prepare_memory(c, m, l);
    CAPTURE(number);
    REQUIRE_FALSE(p.stages.overflowed());
    most = std::max(most, p.stages.size());
    segment_counts all{};
    integer stages = 0;
    integer kernels = 0;
    for (std::size_t i = 0; i < p.stages.size(); ++i) {
      const alike_stages& a = p.stages[i];
      REQUIRE(a.segments == segments_of_stage(p.map, m, l, a.first));
      for (std::size_t s = 0; s < segment::number; ++s) {
        all[s] += a.segments[s] * static_cast<std::int32_t>(a.times);
      }
      stages += a.times;
      kernels += a.kernels * a.times;
    }
    REQUIRE(all == p.pipeline);
    REQUIRE(stages == l.pp);
    REQUIRE(kernels == detail::kernels_of(p, p.pipeline));
    REQUIRE(kernels > m.layers.size());
  }
  CHECK(most > max_layer_runs / 4);
}

TEST_CASE("a step of prompts launches each kernel of its layers, collectives among them") {
  // Two norms, four multiplications, rotary embedding, attention and activation a layer, and beside
  // them embedding, norm and head; over two ranks two all-reduces a layer, one for the embedding and
  // an all-gather of the logits.
  const auto kernels = [](integer tp) {
    const layout l{{tp, 1, 1}, {tp, 1, 1}};
    const cluster c = make_cluster(catalog::h100_sxm, tp);
    return prepare_memory(c, catalog::llama_3_1_8b, l).stages[0].kernels;
  };
  CHECK(kernels(1) == 32 * 9 + 3);
  CHECK(kernels(2) == kernels(1) + 32 * 2 + 2);
}

TEST_CASE("one copy of a model holds its parameters, its cache and its prediction layers") {
  for (const model* m : catalog::models) {
    const cluster c = make_cluster(catalog::h100_sxm, 1);
    const layout whole;
    const prepared_memory<double> p = prepare_memory(c, *m, whole);
    CAPTURE(m->name.view());
    CHECK(weights_of(p) == doctest::Approx(parameters(*m).total_bytes().value()).epsilon(1e-12));
    double per_token = 0.0;
    double state = 0.0;
    for (std::size_t i = 0; i < p.caches.size(); ++i) {
      const auto layers = static_cast<double>(p.pipeline[p.caches[i].segment]);
      per_token += layers * p.caches[i].cache.bytes_per_token;
      state += layers * p.caches[i].cache.state_bytes;
    }
    CHECK(per_token == doctest::Approx(kv_bytes_per_token(*m).value()).epsilon(1e-12));
    CHECK(state == doctest::Approx(state_bytes_per_sequence(*m).value()).epsilon(1e-12));
    if (m->mtp_layers == 0) continue;
    const double of_one =
        mtp_parameters(*m).total_bytes().value() / static_cast<double>(m->mtp_layers);
    CHECK(p.weights[segment::prediction] + p.weights[last_layer(p.map, p.model).mixing] +
              p.weights[last_layer(p.map, p.model).feed_forward] ==
          doctest::Approx(of_one).epsilon(1e-12));
  }
}

TEST_CASE("the stages of any layout hold the weights that are listed for its heaviest ranks") {
  laws::dice d(2302);
  for (int number = 0; number < 500; ++number) {
    const laws::placed placed = laws::random_placed(d, 4, {});
    const laws::cluster c = laws::random_cluster(d, placed.layout);
    const prepared_memory<double> p = prepare_memory(c, placed.model, placed.layout);
    double listed = 0.0;
    for (integer stage = 0; stage < placed.layout.pp; ++stage) {
      listed += weights_of_rank(placed.model, placed.layout, stage, {}, c.runtime.padding)
                    .total_bytes()
                    .value();
    }
    CAPTURE(number);
    CAPTURE(laws::describe(placed.model));
    REQUIRE(weights_of(p) == doctest::Approx(listed).epsilon(1e-12).scale(0.0));
  }
}

TEST_CASE("a policy that is asked operator by operator gives the estimate of one with laws") {
  laws::dice d(2303);
  for (int number = 0; number < 300; ++number) {
    const laws::deployed r = laws::random_deployment(d);
    const basic_estimate<> e = estimate(r.cluster, r.model, r.layout, r.workload);
    const named_figures by_laws = figures_of(e);
    basic_cluster<double, consumer::own> c;
    c.accelerator =
        with_efficiency(r.cluster.accelerator, consumer::own{r.cluster.accelerator.efficiency});
    c.gpus = r.cluster.gpus;
    c.gpus_per_domain = r.cluster.gpus_per_domain;
    c.scale_up = r.cluster.scale_up;
    c.network = r.cluster.network;
    c.runtime = r.cluster.runtime;
    const auto one_by_one = figures_of(estimate(c, r.model, r.layout, r.workload));
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    REQUIRE(by_laws.size() == one_by_one.size());
    for (std::size_t i = 0; i < by_laws.size(); ++i) {
      CAPTURE(by_laws[i].first);
      const double figure = by_laws[i].second;
      const double rounding = 1e-12 * std::max(std::abs(figure), whole_of(by_laws[i].first, e));
      REQUIRE(std::abs(one_by_one[i].second - figure) <= rounding);
    }
  }
}

TEST_CASE("prepared once, any number of loads give the bits of estimate()") {
  laws::dice d(2304);
  for (int number = 0; number < 200; ++number) {
    const laws::deployed r = laws::random_deployment(d);
    const prepared p(r.cluster, r.model, r.layout);
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    for (int load = 0; load < 4; ++load) {
      workload w = laws::random_workload(d);
      if (d.flip()) w.rate = request_rate<>::from_value(laws::log_between(d, 1e-2, 1e3));
      if (d.whole(0, 9) == 0) w.concurrency = 0.0;  // which is refused
      const auto fresh = estimate(r.cluster, r.model, r.layout, w);
      REQUIRE(laws::first_difference(p(w), fresh) == "");
    }
  }
}

TEST_CASE("documented numbers of what is prepared") {
  const cluster c = make_cluster(catalog::h100_sxm, 1);
  const workload one{.concurrency = 1, .input = 2048_tokens, .output = 512_tokens};
  CHECK(prepare(c, catalog::llama_3_1_8b, layout{}).segments.size() == 4);
  CHECK(memory(prepare_memory(c, catalog::llama_3_1_8b, layout{}), one).total() / 1_GB ==
        doctest::Approx(17.66).scale(0.0).epsilon(3e-4));
}
