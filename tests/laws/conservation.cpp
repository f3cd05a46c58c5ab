// Conservation: no weight is lost or invented by sharding. Summed over every rank of a layout, the
// elements of each class are the model's, times the copies that the layout keeps.
//
// The copies are derived here from what each matrix is, without share(), kv_heads_of_rank() or the
// operator list. With R = dp cp replicas of tp tensor ranks each:
//   split by tp            R copies         queries, outputs, dense and shared widths, vocabulary
//   key-value heads        R max(1, tp/kv)  once tp exceeds them, a head lies on several ranks
//   replicated over tp     R tp             norms, routers, latent projections, biases of outputs
//   experts' matrices      edp              split by ep, then by etp
//   their output biases    edp etp          every etp rank adds one, or keeps a zeroed one
#include <doctest/doctest.h>

#include "random_inputs.hpp"

namespace {

using laws::dice;
using laws::sl::count;
namespace sl = laws::sl;
using sl::weight_class;

// Elements of one class over all ranks: matrices and vectors apart, for they differ in format.
struct elements {
  std::array<count, sl::weight_class_count> matrices{};
  std::array<count, sl::weight_class_count> vectors{};
  count score_corrections = 0;  // stored in fp32 whatever the model's formats

  void add_matrix(weight_class c, count n) { matrices[static_cast<std::size_t>(c)] += n; }
  void add_vector(weight_class c, count n) { vectors[static_cast<std::size_t>(c)] += n; }

  count of(weight_class c) const {
    const auto i = static_cast<std::size_t>(c);
    return matrices[i] + vectors[i] + (c == weight_class::router ? score_corrections : 0);
  }
};

// Copies by how a weight is split.
struct copies {
  count split = 1;       // R
  count replicated = 1;  // R tp
  count experts = 1;     // edp
  count expert_outputs = 1;
  count tp = 1;
};

copies copies_of(const sl::layout& l) {
  const count replicas = l.attention.cp * l.attention.dp;
  return {replicas, replicas * l.attention.tp, l.expert.edp, l.expert.edp * l.expert.etp,
          l.attention.tp};
}

void expect(elements& e, const sl::grouped_query_attention& a, count h, const copies& n) {
  const count kv_copies = n.split * (n.tp > a.kv_heads ? n.tp / a.kv_heads : 1);
  const count q = a.heads * a.head_dim;
  const count kv = 2 * a.kv_heads * a.head_dim;
  constexpr auto attention = weight_class::attention;
  e.add_matrix(attention, 2 * h * q * n.split + h * kv * kv_copies);
  if (a.qkv_bias) e.add_vector(attention, q * n.split + kv * kv_copies);
  if (a.output_bias) e.add_vector(attention, h * n.replicated);
  if (a.sinks) e.add_vector(attention, a.heads * n.split);
  e.add_vector(weight_class::norm, h * n.replicated);
  if (a.qk_norm) e.add_vector(weight_class::norm, 2 * a.head_dim * n.replicated);
}

void expect(elements& e, const sl::latent_attention& a, count h, const copies& n) {
  const count queries = a.heads * (a.qk_nope_head_dim + a.qk_rope_head_dim);
  const count latent = a.kv_lora_rank + a.qk_rope_head_dim;
  const count expanded = a.heads * (a.qk_nope_head_dim + a.v_head_dim);
  const count query_input = a.q_lora_rank > 0 ? a.q_lora_rank : h;
  constexpr auto attention = weight_class::attention;
  e.add_matrix(attention, h * (latent + a.q_lora_rank) * n.replicated);
  e.add_matrix(attention, query_input * queries * n.split);
  e.add_matrix(attention, a.kv_lora_rank * expanded * n.split);
  e.add_matrix(attention, a.heads * a.v_head_dim * h * n.split);
  e.add_vector(weight_class::norm, (h + a.q_lora_rank + a.kv_lora_rank) * n.replicated);
}

// Up (and gate) and down of one dense block of this width.
void expect_dense(elements& e, weight_class c, count h, count width, bool gated, bool bias,
                  const copies& n) {
  e.add_matrix(c, (gated ? 3 : 2) * h * width * n.split);
  if (bias) e.add_vector(c, (gated ? 2 : 1) * width * n.split + h * n.replicated);
}

void expect(elements& e, const sl::dense_feed_forward& f, count h, const copies& n) {
  e.add_vector(weight_class::norm, h * n.replicated);
  expect_dense(e, weight_class::dense_feed_forward, h, f.width, f.gated, f.bias, n);
}

void expect(elements& e, const sl::mixture_of_experts& f, count h, const copies& n) {
  e.add_vector(weight_class::norm, h * n.replicated);
  e.add_matrix(weight_class::router, h * f.experts * n.replicated);
  if (f.router_bias) e.add_vector(weight_class::router, f.experts * n.replicated);
  if (f.correction_bias) e.score_corrections += f.experts * n.replicated;
  constexpr auto routed = weight_class::routed_expert;
  e.add_matrix(routed, f.experts * (f.gated ? 3 : 2) * h * f.width * n.experts);
  if (f.expert_bias) {
    e.add_vector(routed, f.experts * (f.gated ? 2 : 1) * f.width * n.experts);
    e.add_vector(routed, f.experts * h * n.expert_outputs);
  }
  if (f.shared_experts == 0) return;
  expect_dense(e, weight_class::shared_expert, h, f.shared_experts * f.shared_width, f.gated,
               f.expert_bias, n);
}

// A tied head is the embedding, unless they are on different stages: then each stage has a copy.
void expect_vocabulary(elements& e, const sl::model& m, const sl::layout& l, const copies& n) {
  if (m.vocab_size == 0) return;
  const count table = m.vocab_size * m.hidden_size * n.split;
  e.add_matrix(weight_class::embedding, table);
  e.add_vector(weight_class::norm, m.hidden_size * n.replicated);
  if (!m.tied_embeddings) {
    e.add_matrix(weight_class::head, table);
  } else if (l.pp > 1) {
    e.add_matrix(weight_class::embedding, table);
  }
}

elements expected(const sl::model& m, const sl::layout& l) {
  const copies n = copies_of(l);
  elements e;
  for (const sl::layer_run& run : m.layers.runs) {
    const sl::layer& kind = m.layers.kinds[run.kind];
    for (count i = 0; i < run.layers; ++i) {
      std::visit([&](const auto& a) { expect(e, a, m.hidden_size, n); }, kind.attention);
      std::visit([&](const auto& f) { expect(e, f, m.hidden_size, n); }, kind.feed_forward);
    }
  }
  expect_vocabulary(e, m, l, n);
  return e;
}

// Coordinates by the rank order of describe/layout.hpp: tp, cp, dp and etp, ep, edp, fastest first.
sl::rank rank_of(count in_stage, const sl::layout& l) {
  return {in_stage % l.attention.tp, in_stage % l.expert.etp,
          in_stage / l.expert.etp % l.expert.ep};
}

sl::weight_totals over_all_ranks(const sl::model& m, const sl::layout& l) {
  sl::weight_totals sum;
  for (count stage = 0; stage < l.pp; ++stage) {
    for (count i = 0; i < l.attention.size(); ++i) {
      const sl::weight_totals one = weights_of_rank(m, l, stage, rank_of(i, l));
      for (std::size_t c = 0; c < sl::weight_class_count; ++c) {
        sum.elements[c] += one.elements[c];
        sum.stored_bytes[c] += one.stored_bytes[c];
      }
    }
  }
  return sum;
}

// Bytes that `n` elements of matrices take, with scales: one per group_k x group_n block.
double matrix_bytes(const sl::weight_format& f, count n) {
  const double own = static_cast<double>(n) * element_bytes(f.element);
  if (f.scale_bits + f.zero_bits == 0) return own;
  const double blocks = static_cast<double>(n) / static_cast<double>(f.group_k * f.group_n);
  return own + blocks * static_cast<double>(f.scale_bits + f.zero_bits) / 8.0;
}

double expected_bytes(const elements& e, const sl::model& m, weight_class c) {
  const auto i = static_cast<std::size_t>(c);
  // Vectors are stored as the norms are, score corrections in fp32.
  const double vectors =
      static_cast<double>(e.vectors[i]) * element_bytes(m.weights[weight_class::norm].element);
  const double corrections =
      c == weight_class::router ? 4.0 * static_cast<double>(e.score_corrections) : 0.0;
  return matrix_bytes(m.weights[c], e.matrices[i]) + vectors + corrections;
}

// True if all classes agree; the first that does not is reported.
bool conserved(const sl::model& m, const sl::layout& l) {
  const elements want = expected(m, l);
  const sl::weight_totals have = over_all_ranks(m, l);
  for (std::size_t i = 0; i < sl::weight_class_count; ++i) {
    const auto c = static_cast<weight_class>(i);
    CAPTURE(name(c));
    CHECK(have[c] == want.of(c));
    CHECK(have.stored_bytes[i] == expected_bytes(want, m, c));
    if (have[c] != want.of(c) || have.stored_bytes[i] != expected_bytes(want, m, c)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("over all ranks, each weight class has the model's elements and bytes times its copies") {
  dice d(20240611);
  for (int number = 0; number < 10000; ++number) {
    const sl::layout l = laws::random_layout(d, 4);
    const sl::model m = laws::random_model(d, l, {});
    CAPTURE(number);
    CAPTURE(laws::describe(l));
    CAPTURE(laws::describe(m));
    if (!conserved(m, l)) break;
  }
}

TEST_CASE("scales are conserved too where every shard is a whole number of blocks") {
  constexpr std::array<sl::weight_format, 4> scaled{sl::formats::fp8_block, sl::formats::mxfp4,
                                                    sl::formats::nvfp4, sl::formats::int4_g128};
  dice d(20240612);
  for (int number = 0; number < 2000; ++number) {
    const sl::layout l = laws::random_layout(d, 3);
    sl::model m = laws::random_model(d, l, {.block = 128, .even = true});
    m.weights = quantised(sl::uniform(sl::formats::bf16), d.one_of(scaled));
    CAPTURE(number);
    CAPTURE(laws::describe(l));
    CAPTURE(laws::describe(m));
    if (!conserved(m, l)) break;
  }
}

TEST_CASE("on one rank nothing is copied: the parameters are the model's") {
  dice d(20240613);
  for (int number = 0; number < 2000; ++number) {
    const sl::layout one{};
    const sl::model m = laws::random_model(d, one, {});
    CAPTURE(number);
    CAPTURE(laws::describe(m));
    const elements want = expected(m, one);
    count total = 0;
    for (std::size_t i = 0; i < sl::weight_class_count; ++i) {
      total += want.of(static_cast<weight_class>(i));
    }
    REQUIRE(parameters(m).total() == total);
  }
}

TEST_CASE("rank 0 of the first stage that has a layer kind holds at least as much as any other") {
  // Remainders go to the first ranks, so that pricing rank 0 prices the heaviest.
  dice d(20240614);
  for (int number = 0; number < 500; ++number) {
    const sl::layout l = laws::random_layout(d, 1);
    const sl::model m = laws::random_model(d, l, {});
    const sl::weight_totals first = weights_of_rank(m, l, 0, {});
    CAPTURE(number);
    CAPTURE(laws::describe(l));
    CAPTURE(laws::describe(m));
    for (count i = 1; i < l.attention.size(); ++i) {
      const sl::weight_totals other = weights_of_rank(m, l, 0, rank_of(i, l));
      for (std::size_t c = 0; c < sl::weight_class_count; ++c) {
        REQUIRE(other.elements[c] <= first.elements[c]);
      }
    }
  }
}
