#include "shardline/cost/blocks.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "../laws/random_inputs.hpp"

using namespace shardline;

namespace {

struct line {
  shardline::term term;
  count times;
  friend bool operator==(const line&, const line&) = default;
};

// The lines of the breakdown in the order in which a rank runs them.
struct walk {
  std::vector<line> lines{};
  template <class Operator>
  void operator()(const Operator& o, count times) {
    if constexpr (is_collective<Operator>) {
      add(term_of(o.kind), times);
    } else {
      add(o.term, times);
    }
  }
  void add(term t, count times) {
    if (lines.empty() || lines.back() != line{t, times}) lines.push_back({t, times});
  }
};

// The head's multiplication and the message to the next stage.
struct ends {
  weight stored{};
  double rows = 0.0;
  collective<double> sent{};

  void operator()(const gemm<double>& g, count) {
    if (g.term != term::head) return;
    stored = g.weight;
    rows = g.rows;
  }
  void operator()(const collective<double>& c, count) {
    if (c.kind == collective_kind::send_recv) sent = c;
  }
  template <class Other>
  void operator()(const Other&, count) {}
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

std::vector<line> walked(const model& m, const layout& l, count stage) {
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
                                   {all_gather, 1}};
  CHECK(walked(two_kinds(), {{2, 1, 1}, {2, 1, 1}}, 0) == expected);
}

TEST_CASE("stages run their own layers and hand over; only the ends have embedding and head") {
  const layout three{{}, {}, 3};
  const auto counts_of = [&](count stage, term t) {
    count times = 0;
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
  const block_counts blocks = blocks_of_stage(m, 1, 0);
  CHECK(blocks[block::embedding] == 0);
  CHECK(blocks[block::head] == 0);
  CHECK(walked(m, {}, 0).front().term == term::norms);
  CHECK(walked(m, {}, 0).back().term == term::routed_experts);
}

TEST_CASE("the blocks of all stages are the pipeline's") {
  laws::dice d(101);
  for (int number = 0; number < 1000; ++number) {
    const layout l = laws::random_layout(d, 6);
    const model m = laws::random_model(d, l, {});
    block_counts sum{};
    for (count stage = 0; stage < l.pp; ++stage) {
      const block_counts own = blocks_of_stage(m, l.pp, stage);
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
