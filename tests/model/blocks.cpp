// SPDX-License-Identifier: BSL-1.0
#include "shardline/model/blocks.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "../fabric/recorded.hpp"
#include "../laws/random_inputs.hpp"
#include "shardline/catalog/models.hpp"

using namespace shardline;

namespace {

struct line {
  shardline::term term;
  integer times;
  friend bool operator==(const line&, const line&) = default;
};

// The lines of the breakdown in the order in which a rank runs them, and how often.
struct walk {
  std::vector<line> lines{};
  template <class Operator>
  void operator()(const Operator& o, integer times) {
    if constexpr (is_collective<Operator>) {
      add(term_of(o.kind), times);
    } else {
      add(o.term, times);
    }
  }
  void add(term t, integer times) {
    if (lines.empty() || lines.back() != line{t, times}) lines.push_back({t, times});
  }
};

// The head's multiplication and the message to the next stage.
struct ends {
  weight stored{};
  double rows = 0.0;
  collective<double> sent{};

  void operator()(const gemm<double>& g, integer) {
    if (g.term != term::head) return;
    stored = g.weight;
    rows = g.rows;
  }
  void operator()(const collective<double>& c, integer) {
    if (c.kind == collective_kind::send_recv) sent = c;
  }
  template <class Other>
  void operator()(const Other&, integer) {}
};

constexpr grouped_query_attention grouped{.heads = 4, .kv_heads = 4, .head_dim = 4};

model two_kinds() {
  return {
      .name = "two kinds",
      .hidden_size = 16,
      .vocab_size = 100,
      .layers = {
          {1, {grouped, dense_feed_forward{.width = 8}}},
          {5, {grouped, mixture_of_experts{.experts = 4, .experts_per_token = 1, .width = 8}}}}};
}

std::vector<line> walked(const model& m, const layout& l, integer stage) {
  walk w;
  for_each_operator(m, l, decode_step(8.0, 10.0, 1.0), stage, {}, w);
  return w.lines;
}

}  // namespace

TEST_CASE("a rank runs the embedding, its layers and the head, each kind of layer once, n times") {
  using enum term;
  const std::vector<line> expected{{embedding, 1},
                                   {all_reduce, 1},
                                   {norms, 1},
                                   {attention_projections, 1},
                                   {attention, 1},
                                   {attention_projections, 1},
                                   {all_reduce, 1},
                                   {norms, 1},
                                   {dense_feed_forward, 1},
                                   {all_reduce, 1},
                                   {norms, 5},
                                   {attention_projections, 5},
                                   {attention, 5},
                                   {attention_projections, 5},
                                   {all_reduce, 5},
                                   {norms, 5},
                                   {router, 5},
                                   {routed_experts, 5},
                                   {all_reduce, 5},
                                   {norms, 1},
                                   {head, 1},
                                   {all_gather, 1},
                                   {head, 1}};  // the logits, handed to the sampler
  CHECK(walked(two_kinds(), {{2, 1, 1}, {2, 1, 1}}, 0) == expected);
}

TEST_CASE("stages run their own layers and hand over; only the ends have embedding and head") {
  const layout three{{}, {}, 3};
  const auto counts_of = [&](integer stage, term t) {
    integer times = 0;
    for (const line& l : walked(two_kinds(), three, stage)) times += l.term == t ? l.times : 0;
    return times;
  };
  // 6 layers: {dense, routed}, {routed, routed}, {routed, routed}.
  CHECK(counts_of(0, term::embedding) == 1);
  CHECK(counts_of(0, term::dense_feed_forward) == 1);
  CHECK(counts_of(0, term::routed_experts) == 1);
  CHECK(counts_of(0, term::head) == 0);
  CHECK(counts_of(0, term::send_recv) == 1);
  CHECK(counts_of(1, term::embedding) == 0);
  CHECK(counts_of(1, term::dense_feed_forward) == 0);
  CHECK(counts_of(1, term::routed_experts) == 2);
  CHECK(counts_of(1, term::send_recv) == 1);
  CHECK(counts_of(2, term::routed_experts) == 2);
  CHECK(counts_of(2, term::head) == 1);
  CHECK(counts_of(2, term::send_recv) == 0);
}

TEST_CASE("a model without a vocabulary has neither embedding nor head nor final norm") {
  model m = two_kinds();
  m.vocab_size = 0;
  const block_counts blocks = blocks_of_stage(m, layout{}, 0);
  CHECK(blocks[block::embedding] == 0);
  CHECK(blocks[block::head] == 0);
  CHECK(walked(m, {}, 0).front().term == term::norms);
  CHECK(walked(m, {}, 0).back().term == term::routed_experts);
}

TEST_CASE("the blocks of all stages are the pipeline's") {
  laws::dice d(101);
  for (int number = 0; number < 1000; ++number) {
    const laws::placed p = laws::random_placed(d, 6, {});
    const layout& l = p.layout;
    const model& m = p.model;
    block_counts sum{};
    for (integer stage = 0; stage < l.pp; ++stage) {
      const block_counts own = blocks_of_stage(m, l, stage);
      for (std::size_t b = 0; b < block::number; ++b) sum[b] += own[b];
    }
    CAPTURE(number);
    REQUIRE(sum == blocks_of_pipeline(m, l.pp));
  }
}

TEST_CASE("the head multiplies one row per sequence; tied, it reads what the embedding stores") {
  model m = two_kinds();
  m.tied_embeddings = true;
  ends head;
  for_each_operator(m, layout{}, prefill_step(3.0, 50.0, 0.0, 1.0), 0, {}, head);
  CHECK(head.rows == 3.0);
  CHECK(head.stored.k == 16);
  CHECK(head.stored.n == 100);
  CHECK_FALSE(head.stored.resident);
  CHECK(head.stored.weight_class == weight_class::embedding);
  for_each_operator(m, layout{{}, {}, 2}, decode_step(3.0, 50.0, 1.0), 1, {}, head);
  CHECK(head.stored.resident);
}

TEST_CASE("a stage hands its residual stream to the rank a whole stage further on") {
  ends hand_over;
  const layout l{{2, 1, 3}, {2, 1, 3}, 2};
  for_each_operator(two_kinds(), l, decode_step(30.0, 10.0, 1.0), 0, {}, hand_over);
  CHECK(hand_over.sent.group.size == 2);
  CHECK(hand_over.sent.group.stride == 6);
  CHECK(hand_over.sent.message.value() == 10.0 * 16.0 * 2.0);
}

TEST_CASE("a stage runs the layers that it is listed with, or the remainder's rule gives it") {
  const auto routed = [](const stage_split& split, integer stage) {
    layout l{{}, {}, 3};
    l.stages = split;
    return blocks_of_stage(two_kinds(), l, stage)[block::first_layer + 1];
  };
  // 6 layers, the first of them dense: all rules agree on 2, 2, 2.
  for (const auto rule :
       {stage_remainder::first, stage_remainder::before_last, stage_remainder::last}) {
    CHECK(routed({rule, {}}, 0) == 1);
    CHECK(routed({rule, {}}, 2) == 2);
  }
  stage_split listed;
  for (const int own : {1, 4, 1}) listed.listed.push_back(static_cast<std::uint16_t>(own));
  CHECK(routed(listed, 0) == 0);
  CHECK(routed(listed, 1) == 4);
  CHECK(routed(listed, 2) == 1);
}

namespace {

// Hidden 16, 2 tensor ranks, one token.
recording::recorded layer_of(const layer& l, const model& m = recording::sixteen_wide(),
                             const layout& on = recording::tensor_parallel(2)) {
  const model_context e{m, on};
  const recording::recorded r = recording::operators_of(
      e, decode_step(1.0, 10.0, 1.0), [&](auto& sink) { detail::emit_layer(l, e, sink); });
  return r;
}

constexpr dense_feed_forward dense{.width = 8};
constexpr mixture_of_experts routed{.experts = 4, .experts_per_token = 1, .width = 8};

std::size_t sums(const recording::recorded& r) {
  std::size_t n = 0;
  for (const auto& c : r.collectives) n += c.kind == collective_kind::all_reduce ? 1 : 0;
  return n;
}

}  // namespace

TEST_CASE("a layer multiplies in its own formats") {
  model m = recording::sixteen_wide();
  m.weights = quantised(uniform(formats::bf16), formats::fp8);
  layer l{grouped_query_attention{8, 2, 4}, dense};
  const auto math = [&](std::size_t i) { return layer_of(l, m).gemms[i].math(); };
  REQUIRE(layer_of(l, m).gemms.size() == 4);  // qkv, output, up, down
  for (std::size_t i = 0; i < 4; ++i) CHECK(math(i) == precision::fp8);
  l.exceptions = {{{weight_class::attention}, formats::bf16}};
  CHECK(math(0) == precision::bf16);
  CHECK(math(1) == precision::bf16);
  CHECK(math(2) == precision::fp8);
  CHECK(math(3) == precision::fp8);
}

TEST_CASE("forms of a layer: where the norms and the sums over ranks are") {
  using enum term;
  const std::vector<term> attending{attention_projections, attention, attention_projections};
  const auto in_order = [&](std::vector<term> first, std::vector<term> second,
                            const std::vector<term>& last) {
    first.insert(first.end(), attending.begin(), attending.end());
    first.insert(first.end(), second.begin(), second.end());
    first.insert(first.end(), last.begin(), last.end());
    return first;
  };
  CHECK(layer_of({grouped, dense, layer_form::sequential}).lines ==
        in_order({norms}, {all_reduce, norms}, {dense_feed_forward, all_reduce}));
  CHECK(layer_of({grouped, dense, layer_form::sandwich}).lines ==
        in_order({norms}, {all_reduce, norms}, {dense_feed_forward, all_reduce, norms}));
  // Both partial outputs are there when the second is summed.
  CHECK(layer_of({grouped, dense, layer_form::parallel}).lines ==
        in_order({norms}, {}, {dense_feed_forward, all_reduce}));
  CHECK(layer_of({grouped, dense, layer_form::parallel_two_norms}).lines ==
        in_order({norms}, {norms}, {dense_feed_forward, all_reduce}));
}

TEST_CASE("forms of a layer: norms and sums by number") {
  const auto norm_of = [](const layer& l) { return layer_of(l).stored(weight_class::norm) / 16; };
  CHECK(norm_of({grouped, dense, layer_form::sequential}) == 2);
  CHECK(norm_of({grouped, dense, layer_form::sandwich}) == 4);
  CHECK(norm_of({grouped, dense, layer_form::parallel}) == 1);
  CHECK(norm_of({grouped, dense, layer_form::parallel_two_norms}) == 2);
  CHECK(sums(layer_of({grouped, dense, layer_form::sequential})) == 2);
  CHECK(sums(layer_of({grouped, dense, layer_form::sandwich})) == 2);
  CHECK(sums(layer_of({grouped, dense, layer_form::parallel})) == 1);
  CHECK(sums(layer_of({grouped, dense, layer_form::parallel_two_norms})) == 1);
  // Experts may be on other ranks than the block beside them, which is summed on its own then.
  CHECK(sums(layer_of({grouped, routed, layer_form::parallel})) == 2);
}

TEST_CASE("a layer with one block has its norms and its sum only, whatever its form") {
  for (const layer_form form : {layer_form::sequential, layer_form::parallel,
                                layer_form::parallel_two_norms, layer_form::sandwich}) {
    const integer norms_of_block = form == layer_form::sandwich ? 2 : 1;
    for (const layer& l :
         {layer{grouped, no_feed_forward{}, form}, layer{no_attention{}, dense, form}}) {
      CAPTURE(static_cast<int>(form));
      CHECK(layer_of(l).stored(weight_class::norm) == 16 * norms_of_block);
      CHECK(sums(layer_of(l)) == 1);
    }
  }
}

TEST_CASE("every kind of mixing is summed over tensor ranks") {
  CHECK(sums(layer_of({latent_attention{4, 0, 4, 2, 2, 2}, no_feed_forward{}})) == 1);
  CHECK(sums(layer_of({linear_attention{2, 2, 4, 4, 4}, no_feed_forward{}})) == 1);
  CHECK(sums(layer_of({state_space{.heads = 4, .head_dim = 2, .state_size = 2, .conv_kernel = 2},
                       no_feed_forward{}})) == 1);
}

TEST_CASE("embedding: the rank's rows, their sum, then learned positions and a norm of their own") {
  model m = recording::sixteen_wide();
  m.vocab_size = 101;
  const layout l = recording::tensor_parallel(2);
  const auto emitted = [&] {
    const model_context e{m, l, {1, 1, 0}, {64, 1}};
    const recording::recorded r = recording::operators_of(
        e, decode_step(3.0, 0.0, 1.0), [&](auto& sink) { detail::emit_embedding(e, sink); });
    return r;
  };
  using enum term;
  CHECK(emitted().lines == std::vector<term>{embedding, all_reduce});
  CHECK(emitted().stored(weight_class::embedding) == 64 * 16);  // 101 rows are 128 in two halves
  CHECK(emitted().sends(collective_kind::all_reduce, {2, 1}, 3.0 * 32.0));
  m.positions = 33;
  m.embedding_norm = m.norm_bias = true;
  CHECK(emitted().lines == std::vector<term>{embedding, all_reduce, embedding, norms});
  CHECK(emitted().stored(weight_class::embedding) == 64 * 16 + 33 * 16);  // positions on every rank
  CHECK(emitted().stored(weight_class::norm) == 2 * 16);
  CHECK(emitted().vectors[1].traffic.value() == 3.0 * 3.0 * 32.0);
}

TEST_CASE("the head's logits are gathered, and handed on whole, one row per sequence") {
  model m = recording::sixteen_wide();
  m.vocab_size = 101;
  const layout l = recording::tensor_parallel(2);
  const model_context e{m, l, {}, {64, 1}};
  const recording::recorded r = recording::operators_of(
      e, prefill_step(3.0, 50.0, 0.0, 1.0), [&](auto& sink) { detail::emit_head(e, true, sink); });
  CHECK(recording::shape(r.gemms[0].weight, 16, 64));
  CHECK(r.sends(collective_kind::all_gather, {2, 1}, 3.0 * 101.0 * 2.0));
  REQUIRE(r.logits.size() == 1);
  CHECK(r.logits[0].rows == 3.0);
  CHECK(r.logits[0].columns == 101);
}

namespace {

struct blocks_started {
  int calls = 0;
  void start(std::size_t, integer) { ++calls; }
  void finish(std::size_t) {}
  template <class Shape>
  void operator()(const Shape&) {}
};

}  // namespace

TEST_CASE("documented: blocks and operators of Llama-3.1-8B") {
  const model& m = catalog::llama_3_1_8b;
  const block_counts whole = blocks_of_stage(m, layout{}, 0);
  CHECK(whole[block::embedding] == 1);
  CHECK(whole[block::first_layer] == 32);
  CHECK(whole[block::head] == 1);
  block_counts stages = blocks_of_pipeline(m, 4);
  CHECK(stages[block::hand_over] == 3);
  stages[block::hand_over] = 0;
  CHECK(stages == whole);
  blocks_started blocks;
  const layout one{};
  for_each_block(model_context{m, one}, whole, blocks);
  CHECK(blocks.calls == 3);
  int calls = 0;
  integer operators = 0;
  auto sink = [&](const auto&, integer times) {
    ++calls;
    operators += times;
  };
  for_each_operator(m, one, decode_step(1.0, 2304.0, 1.0), 0, {}, sink);
  CHECK(calls == 14);
  CHECK(operators == 324);
}
