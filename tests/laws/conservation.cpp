// SPDX-License-Identifier: BSL-1.0
// Conservation: no weight is lost or invented by sharding, nor anything that a sequence keeps.
// Summed over every rank of a layout, the elements of each class are the model's, times the copies
// that the layout keeps, plus what the engine pads.
//
// The copies are derived here from what each matrix is, without share(), kv_heads_of_rank() or the
// operator list; bytes by the format of each layer. With R = dp cp replicas of tp tensor ranks
// each:
//   split by tp            R copies         queries, outputs, dense and shared widths, vocabulary,
//                                           recurrent heads with their gates and convolutions
//   key-value heads        R max(1, tp/kv)  once tp exceeds them, a head lies on several ranks; so
//                                           do state-space groups
//   replicated over tp     R tp             norms, routers, latent projections, biases of outputs,
//                                           learned positions
//   experts' matrices      edp              split by ep, then by etp; copies of experts are experts
//   their output biases    edp etp          every etp rank adds one, or keeps a zeroed one
#include <doctest/doctest.h>

#include "random_inputs.hpp"

namespace {

using laws::dice;
using laws::placed;
using laws::sl::integer;
namespace sl = laws::sl;
using sl::weight_class;

// Bytes that `n` elements of `stored` matrices take: a scale per group_k x group_n block, and what
// the format stores once per matrix.
double matrix_bytes(const sl::weight_format& f, integer n, integer stored) {
  const double own = static_cast<double>(n) * element_bytes(f.element) +
                     static_cast<double>(stored) * static_cast<double>(f.matrix_bits) / 8.0;
  if (f.scale_bits + f.zero_bits == 0) return own;
  const double blocks = static_cast<double>(n) / static_cast<double>(f.group_k * f.group_n);
  return own + blocks * static_cast<double>(f.scale_bits + f.zero_bits) / 8.0;
}

// Elements of one class over all ranks: matrices and vectors apart, for they differ in format.
//   in_matrices   bytes of the matrices, which differ in format from layer to layer
struct elements {
  std::array<integer, sl::weight_class_count> matrices{};
  std::array<double, sl::weight_class_count> in_matrices{};
  std::array<integer, sl::weight_class_count> vectors{};
  integer score_corrections = 0;  // stored in fp32 whatever the model's formats

  void add_matrix(weight_class c, integer n, integer pieces, const sl::weight_format& f) {
    matrices[static_cast<std::size_t>(c)] += n;
    in_matrices[static_cast<std::size_t>(c)] += matrix_bytes(f, n, pieces);
  }
  void add_vector(weight_class c, integer n) { vectors[static_cast<std::size_t>(c)] += n; }
  void add(weight_class c, integer n, double stored) {
    matrices[static_cast<std::size_t>(c)] += n;
    in_matrices[static_cast<std::size_t>(c)] += stored;
  }

  integer of(weight_class c) const {
    const auto i = static_cast<std::size_t>(c);
    return matrices[i] + vectors[i] + (c == weight_class::router ? score_corrections : 0);
  }
};

// Copies by how a weight is split, and what the engine rounds up to.
struct copies {
  integer split = 1;       // R
  integer replicated = 1;  // R tp: also the pieces of a matrix that tp splits
  integer experts = 1;     // edp
  integer expert_outputs = 1;
  integer tp = 1;
  integer etp = 1;
  integer redundant = 0;
  sl::shard_padding padding{};

  // Of `heads` that are not split once there are fewer of them than ranks.
  integer of_few(integer heads) const { return split * (tp > heads ? tp / heads : 1); }
};

copies copies_of(const sl::layout& l, const sl::shard_padding& padding) {
  const integer replicas = l.attention.cp * l.attention.dp;
  return {replicas,
          replicas * l.attention.tp,
          l.expert.edp,
          l.expert.edp * l.expert.etp,
          l.attention.tp,
          l.expert.etp,
          l.redundant_experts,
          padding};
}

integer padded(integer n, integer to) { return (n + to - 1) / to * to; }

// A weight of one kind of attention over the tensor ranks of one replica.
struct spread_weight {
  weight_class of{};
  integer elements = 0;
  double stored_bytes = 0.0;
};

// Hears the weights of a kind, and how many ranks may hold copies of a head of keys and values.
struct weight_listener {
  std::vector<sl::weight> found{};
  template <class Shape>
  void operator()(const Shape& o) {
    if constexpr (requires { o.weight; }) found.push_back(o.weight);
  }
};
template <class Kind>
std::vector<sl::weight> weights_on(const sl::model& m, const sl::layout& l,
                                   const sl::format_exceptions& exceptions, const Kind& kind,
                                   integer rank) {
  weight_listener list;
  sl::sink_for sink(list);
  kind.emit(sl::model_context{m, l, {rank, 0, 0}}.within(exceptions), sink);
  return list.found;
}
struct copied_heads : sl::sharding_listener {
  bool& any;
  void copies_kv_heads(integer heads, integer) const { any = any || heads < layout.attention.tp; }
};

// What a kind multiplies by is the same on every rank, or shared out by heads or groups of them, of
// which each lies on as many ranks as any other; where fewer heads of keys and values than ranks are
// copied, a matrix that holds others too lies between the two.
template <class Kind>
std::vector<spread_weight> over_tensor_ranks(const sl::model& m, const sl::layout& l,
                                             const sl::format_exceptions& exceptions,
                                             const Kind& kind) {
  const integer tp = l.attention.tp;
  bool copied = false;
  kind.sharding(copied_heads{{l}, copied});
  const std::vector<sl::weight> whole = weights_on(m, {}, exceptions, kind, 0);
  std::vector<spread_weight> sum(whole.size());
  for (integer rank = 0; rank < tp; ++rank) {
    const std::vector<sl::weight> own = weights_on(m, l, exceptions, kind, rank);
    CHECK(own.size() == whole.size());
    if (own.size() != whole.size()) return {};
    for (std::size_t i = 0; i < own.size(); ++i) {
      sum[i].of = own[i].weight_class;
      sum[i].elements += own[i].elements();
      sum[i].stored_bytes += own[i].total_bytes();
    }
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const integer least = whole[i].elements();
    const integer found = sum[i].elements;
    const bool even = least == 0 ? found == 0 : found % least == 0 && tp % (found / least) == 0;
    CHECK((even || (copied && found > least && found < tp * least)));
  }
  return sum;
}

struct expectation {
  const sl::model& m;
  const sl::layout& on;
  copies n{};
  elements e{};
  sl::format_exceptions exceptions{};  // of the layer that is being added up

  sl::weight_format format(weight_class c) const {
    return sl::layer_formats{m.weights, exceptions}(c);
  }
  void add_matrix(weight_class c, integer elements_in_all, integer pieces) {
    e.add_matrix(c, elements_in_all, pieces, format(c));
  }

  void layer_norm() {
    if (m.bare_norms) return;
    e.add_vector(weight_class::norm, (m.norm_bias ? 2 : 1) * m.hidden_size * n.replicated);
  }

  // Queries (with their gates) and key-value heads are one matrix, outputs another.
  void attention(const sl::grouped_query_attention& a) {
    const integer h = m.hidden_size;
    const integer values = a.v_head_dim == 0 ? a.head_dim : a.v_head_dim;
    const integer q = a.heads * a.head_dim;
    const integer in = (a.output_gate ? 2 : 1) * q;
    const integer gates = (a.head_gate ? a.heads : 0) + a.heads * a.relative_rank;
    const bool has_keys = !a.reads_cache_of_another || a.idle_projections;
    const integer own_keys = has_keys ? a.kv_heads * a.head_dim : 0;
    const bool own_values = has_keys && !a.values_from_keys;
    const integer kv = own_keys + (own_values ? a.kv_heads * values : 0);
    const integer of_kv = n.of_few(a.kv_heads);
    constexpr auto c = weight_class::attention;
    const integer rank = a.q_lora_rank;
    const integer first = rank > 0 ? rank * n.replicated : in * n.split;
    add_matrix(c, h * (first + gates * n.split + kv * of_kv), n.replicated);
    if (rank > 0) {
      add_matrix(c, rank * in * n.split, n.replicated);
      e.add_vector(weight_class::norm, rank * n.replicated);
    }
    add_matrix(c, h * a.heads * values * n.split, n.replicated);
    if (a.qkv_bias) e.add_vector(c, first + kv * of_kv);
    if (a.output_bias) e.add_vector(c, h * n.replicated);
    if (a.sinks) e.add_vector(c, a.heads * n.split);
    e.add_vector(c, a.relative_rank * a.relative_reach * n.replicated);
    e.add_vector(
        c, a.conv_kernel * (a.kv_heads * (a.head_dim + values) * of_kv + 2 * h * n.replicated));
    constexpr auto gain = weight_class::norm;
    const integer normed = has_keys ? 2 : 1;
    if (a.qk_norm == sl::head_norm::per_head) {
      e.add_vector(gain, normed * a.head_dim * n.replicated);
    }
    if (a.qk_norm == sl::head_norm::per_head_biased) {
      e.add_vector(gain, 2 * normed * a.head_dim * n.replicated);
    }
    const bool of_all =
        a.qk_norm == sl::head_norm::all_heads || a.qk_norm == sl::head_norm::each_head;
    if (of_all) e.add_vector(gain, q * n.split + own_keys * of_kv);
  }

  void attention(const sl::latent_attention& a) {
    const integer h = m.hidden_size;
    const integer queries = a.heads * (a.qk_nope_head_dim + a.qk_rope_head_dim);
    const integer latent = a.kv_lora_rank + a.qk_rope_head_dim;
    const integer expanded = a.heads * (a.qk_nope_head_dim + a.v_head_dim);
    const integer query_input = a.q_lora_rank > 0 ? a.q_lora_rank : h;
    constexpr auto c = weight_class::attention;
    if (a.q_lora_rank > 0) add_matrix(c, h * a.q_lora_rank * n.replicated, n.replicated);
    add_matrix(c, h * latent * n.replicated, n.replicated);
    add_matrix(c, query_input * queries * n.split, n.replicated);
    add_matrix(c, a.kv_lora_rank * expanded * n.split, n.replicated);
    add_matrix(c, a.heads * a.v_head_dim * h * n.split, n.replicated);
    const integer gates =
        (a.output_gate ? a.heads * a.v_head_dim : 0) + (a.head_gate ? a.heads : 0);
    if (gates > 0) add_matrix(c, gates * h * n.split, n.replicated);
    const integer rotated = a.rope_norm ? a.qk_rope_head_dim : 0;
    e.add_vector(weight_class::norm, (a.q_lora_rank + a.kv_lora_rank + rotated) * n.replicated);
  }

  // Any other kind: see over_tensor_ranks.
  template <class Kind>
  void attention(const Kind& a) {
    for (const spread_weight& w : over_tensor_ranks(m, on, exceptions, a)) {
      e.add(w.of, w.elements * n.split, w.stored_bytes * static_cast<double>(n.split));
    }
  }

  // Per value head: a decay rate, its bias, and one column each for decay and write strength.
  void attention(const sl::linear_attention& a) {
    const integer h = m.hidden_size;
    const integer values = a.value_heads * a.value_head_dim;
    const integer convolved = 2 * a.key_heads * a.key_head_dim + values;
    constexpr auto c = weight_class::attention;
    add_matrix(c, h * (convolved + values) * n.split, n.replicated);
    add_matrix(c, h * 2 * a.value_heads * n.split, n.replicated);
    e.add_vector(c, convolved * a.conv_kernel * n.split);
    e.add_vector(c, 2 * a.value_heads * n.split);
    e.add_vector(weight_class::norm, a.value_head_dim * n.replicated);
    add_matrix(c, values * h * n.split, n.replicated);
  }

  // Per head: a decay rate, its bias, and a direct path; B and C per group.
  void attention(const sl::state_space& a) {
    const integer h = m.hidden_size;
    const integer inner = a.heads * a.head_dim;
    const integer shared = 2 * a.groups * a.state_size * n.of_few(a.groups);
    const integer projected = (2 * inner + a.heads) * n.split + shared;
    const integer convolved = inner * n.split + shared;
    constexpr auto c = weight_class::attention;
    add_matrix(c, h * projected, n.replicated);
    e.add_vector(c, convolved * a.conv_kernel);
    if (a.conv_bias) e.add_vector(c, convolved);
    e.add_vector(c, 3 * a.heads * n.split);
    if (a.gated_norm) e.add_vector(weight_class::norm, inner * n.split);
    add_matrix(c, inner * h * n.split, n.replicated);
    if (a.projection_bias) e.add_vector(c, projected + h * n.replicated);
  }

  void attention(const sl::no_attention&) {}

  // Up (and gate) and down of one dense block of this width.
  void dense(weight_class c, integer width, bool gated, bool bias) {
    const integer h = m.hidden_size;
    add_matrix(c, (gated ? 2 : 1) * h * width * n.split, n.replicated);
    add_matrix(c, h * width * n.split, n.replicated);
    if (bias) e.add_vector(c, (gated ? 2 : 1) * width * n.split + h * n.replicated);
  }

  void feed_forward(const sl::dense_feed_forward& f) {
    dense(weight_class::dense_feed_forward, f.width, f.gated, f.bias);
    e.add_vector(weight_class::dense_feed_forward, f.activation_values * n.replicated);
    if (f.output_bias && !f.bias) {
      e.add_vector(weight_class::dense_feed_forward, m.hidden_size * n.replicated);
    }
  }

  // The inner width of an expert over its etp shards, each rounded up where it is in MXFP4.
  integer stored_width(integer width) const {
    if (!is_mxfp4(format(weight_class::routed_expert))) return width;
    const integer longer = width % n.etp;
    return longer * padded(width / n.etp + 1, n.padding.mxfp4_width) +
           (n.etp - longer) * padded(width / n.etp, n.padding.mxfp4_width);
  }

  void feed_forward(const sl::mixture_of_experts& f) {
    const integer h = m.hidden_size;
    constexpr auto router = weight_class::router;
    const integer choices = f.experts + f.identity_experts;
    add_matrix(router, h * choices * n.replicated, n.replicated);
    if (f.router_bias) e.add_vector(router, choices * n.replicated);
    if (f.correction_bias) e.score_corrections += choices * n.replicated;
    if (f.shared_gate) e.add_vector(router, f.shared_experts * h * n.replicated);
    if (f.scaled_router) e.add_vector(router, (h + f.experts) * n.replicated);
    if (f.branch_norms) e.add_vector(weight_class::norm, 3 * h * n.replicated);
    const integer all = f.experts + n.redundant;
    const integer width = stored_width(f.width);
    const integer up = (f.gated ? 2 : 1) * width;
    const integer outer = f.latent_width == 0 ? h : f.latent_width;
    constexpr auto routed = weight_class::routed_expert;
    add_matrix(routed, all * up * outer * n.experts, all * n.expert_outputs);
    add_matrix(routed, all * width * outer * n.experts, all * n.expert_outputs);
    if (f.expert_bias) {
      e.add_vector(routed, all * up * n.experts);
      e.add_vector(routed, all * outer * n.expert_outputs);
    }
    constexpr auto shared = weight_class::shared_expert;
    for (int way = 0; way < (f.latent_width > 0 ? 2 : 0); ++way) {
      add_matrix(shared, h * f.latent_width * n.replicated, n.replicated);
    }
    if (f.latent_norm) e.add_vector(weight_class::norm, f.latent_width * n.replicated);
    if (f.shared_experts == 0) return;
    dense(weight_class::shared_expert, f.shared_experts * f.shared_width, f.gated, f.expert_bias);
  }

  void feed_forward(const sl::no_feed_forward&) {}

  void layer(const sl::layer& l) {
    // What stands alone has all around it in itself.
    const bool attends = !std::holds_alternative<sl::no_attention>(l.attention) &&
                         !std::holds_alternative<sl::ngram_memory>(l.attention);
    const bool feeds = !std::holds_alternative<sl::no_feed_forward>(l.feed_forward);
    int norms = (attends ? 1 : 0) + (feeds ? 1 : 0);
    if (is_sandwich(l.form)) norms *= 2;
    if (l.form == sl::layer_form::parallel) norms = 1;
    if (l.form == sl::layer_form::three_norms && feeds) ++norms;
    if (m.streams > 1 && m.streams_rank > 0) norms -= (attends ? 1 : 0) + (feeds ? 1 : 0);
    if (l.form == sl::layer_form::parallel && m.streams > 1 && m.streams_rank > 0) norms = 0;
    for (; norms > 0; --norms) layer_norm();
    for (int half = (attends ? 1 : 0) + (feeds ? 1 : 0); half > 0; --half) stream_mixing();
    if (attends) versions_before();
    if (feeds) versions_behind();
    exceptions = l.exceptions;
    std::visit([this](const auto& a) { attention(a); }, l.attention);
    std::visit([this](const auto& f) { feed_forward(f); }, l.feed_forward);
    if (feeds) layer_end(l);
    exceptions = {};
  }

  // In fp32, whatever the formats.
  void stream_mixing() {
    if (m.residual_blocks > 0) e.add_vector(weight_class::norm, 2 * m.hidden_size * n.replicated);
    if (m.streams == 1) return;
    if (m.streams_rank > 0) return gated_mixing(m.streams);
    const integer weights = (m.streams_apart ? 2 : 2 + m.streams) * m.streams;
    in_fp32((m.streams * m.hidden_size + 1) * weights + (m.streams_apart ? 2 : 3));
  }
  // Gains of each stream, a path to and from `streams_rank` values, and so many weights to inject by.
  void gated_mixing(integer injections) {
    const integer all = m.streams * m.hidden_size;
    e.add_vector(weight_class::norm, all * n.replicated);
    as_norms(all * (2 * m.streams_rank + injections), 1);
  }
  // Never quantised: router with its norm, coefficients, and the path beside attention.
  void versions_before() {
    const integer v = m.updates.versions;
    if (v == 1) return;
    const integer low = m.updates.low_rank;
    as_norms(m.hidden_size * (v + low) + low * m.hidden_size, low > 0 ? 2 : 1);
    e.add_vector(weight_class::norm,
                 (m.hidden_size + v * v * v + (low > 0 ? m.hidden_size : 0)) * n.replicated);
  }
  void versions_behind() {
    const integer v = m.updates.versions;
    if (v > 1) e.add_vector(weight_class::norm, (v * v + m.hidden_size) * n.replicated);
  }
  void as_norms(integer all, integer matrices) {
    e.add_matrix(weight_class::norm, all * n.replicated, matrices * n.replicated,
                 m.weights[weight_class::norm]);
  }
  void in_fp32(integer all) {
    e.add(weight_class::norm, all * n.replicated, 4.0 * static_cast<double>(all * n.replicated));
  }

  void layer_end(const sl::layer& l) {
    if (l.form == sl::layer_form::scaled_sandwich) e.add_vector(weight_class::norm, n.replicated);
    if (l.form == sl::layer_form::gated_blocks) e.add_vector(weight_class::norm, 2 * n.replicated);
    if (m.per_layer.width == 0) return;
    for (int way = 0; way < 2; ++way) {
      add_matrix(weight_class::dense_feed_forward, m.hidden_size * m.per_layer.width * n.replicated,
                 n.replicated);
    }
    layer_norm();
  }

  // A tied head is the embedding, unless they are on different stages: then each stage has a copy.
  void vocabulary(bool one_stage) {
    if (m.vocab_size == 0) return;
    const integer width = m.embedding_width > 0 ? m.embedding_width : m.hidden_size;
    const integer table = padded(m.vocab_size, n.padding.vocabulary) * width * n.split;
    const integer all_rows = padded(m.vocab_size + m.extra_rows, n.padding.vocabulary);
    constexpr auto embedding = weight_class::embedding;
    add_matrix(embedding, all_rows * width * n.split, n.replicated);
    if (m.embedding_width > 0) {
      add_matrix(embedding, m.hidden_size * width * n.replicated, n.replicated);
      add_matrix(weight_class::head, m.hidden_size * width * n.replicated, n.replicated);
    }
    if (m.positions > 0) {
      add_matrix(embedding, m.positions * m.hidden_size * n.replicated, n.replicated);
    }
    if (m.embedding_norm) layer_norm();
    if (m.per_layer.width > 0) {
      const integer all = m.per_layer.width * m.layers.size();
      const integer rows = padded(m.per_layer.vocab_size, n.padding.vocabulary);
      add_matrix(embedding, rows * all * n.split, n.replicated);
      add_matrix(embedding, m.hidden_size * all * n.split, n.replicated);
      e.add_vector(weight_class::norm, m.per_layer.width * n.replicated);
    }
    for (int end = 0; m.updates.versions > 1 && end < 2; ++end) {
      as_norms((m.updates.versions - 1) * m.hidden_size * m.hidden_size, 1);
    }
    const bool gated = m.streams > 1 && m.streams_rank > 0;
    if (!m.no_last_norm && !gated) layer_norm();  // before the head
    if (m.head_bias) {
      e.add_vector(weight_class::head, padded(m.vocab_size, n.padding.vocabulary) * n.split);
    }
    if (m.residual_blocks > 0) e.add_vector(weight_class::norm, 2 * m.hidden_size * n.replicated);
    if (gated && !m.streams_averaged) gated_mixing(0);
    if (m.streams > 1 && !m.streams_averaged && !gated) {
      in_fp32((m.streams * m.hidden_size + 1) * m.streams + 1);
    }
    if (!m.tied_embeddings) {
      add_matrix(weight_class::head, table, n.replicated);
    } else if (!one_stage) {
      add_matrix(embedding, table, n.replicated);
    }
  }
};

elements expected(const sl::model& m, const sl::layout& l, const sl::shard_padding& padding = {}) {
  expectation x{m, l, copies_of(l, padding), {}};
  for (const sl::layer_run& run : m.layers.runs) {
    for (integer i = 0; i < run.layers; ++i) x.layer(m.layers.kinds[run.kind]);
  }
  x.vocabulary(l.pp == 1);
  return x.e;
}

// Coordinates by the rank order of describe/layout.hpp: tp, cp, dp and etp, ep, edp, fastest first.
sl::rank_coordinates rank_of(integer in_stage, const sl::layout& l) {
  return {in_stage % l.attention.tp, in_stage % l.expert.etp,
          in_stage / l.expert.etp % l.expert.ep};
}

sl::weight_totals over_all_ranks(const sl::model& m, const sl::layout& l,
                                 const sl::shard_padding& padding) {
  sl::weight_totals sum;
  for (integer stage = 0; stage < l.pp; ++stage) {
    for (integer i = 0; i < l.attention.size(); ++i) {
      const sl::weight_totals one = weights_of_rank(m, l, stage, rank_of(i, l), padding);
      for (std::size_t c = 0; c < sl::weight_class_count; ++c) {
        sum.elements[c] += one.elements[c];
        sum.stored_bytes[c] += one.stored_bytes[c];
      }
    }
  }
  return sum;
}

double expected_bytes(const elements& e, const sl::model& m, weight_class c) {
  const auto i = static_cast<std::size_t>(c);
  // Vectors are stored as the norms are, score corrections in fp32.
  const double vectors =
      static_cast<double>(e.vectors[i]) * element_bytes(m.weights[weight_class::norm].element);
  const double corrections =
      c == weight_class::router ? 4.0 * static_cast<double>(e.score_corrections) : 0.0;
  return e.in_matrices[i] + vectors + corrections;
}

// True if all classes agree; the first that does not is reported.
bool conserved(const placed& p, const sl::shard_padding& padding = {}) {
  const elements want = expected(p.model, p.layout, padding);
  const sl::weight_totals have = over_all_ranks(p.model, p.layout, padding);
  for (std::size_t i = 0; i < sl::weight_class_count; ++i) {
    const auto c = static_cast<weight_class>(i);
    const double want_bytes = expected_bytes(want, p.model, c);
    CAPTURE(name(c));
    CHECK(have[c] == want.of(c));
    CHECK(have.stored_bytes[i] == want_bytes);
    if (have[c] != want.of(c) || have.stored_bytes[i] != want_bytes) return false;
  }
  return true;
}

// Matrices and biases of one routed expert.
integer one_expert(const sl::model& m, const sl::mixture_of_experts& f) {
  const integer up = (f.gated ? 2 : 1) * f.width;
  const integer outer = f.latent_width == 0 ? m.hidden_size : f.latent_width;
  return outer * (up + f.width) + (f.expert_bias ? up + outer : 0);
}

}  // namespace

TEST_CASE("over all ranks, each weight class has the model's elements and bytes times its copies") {
  dice d(20240611);
  for (int number = 0; number < 10000; ++number) {
    const placed p = laws::random_placed(d, 4, {});
    CAPTURE(number);
    CAPTURE(laws::describe(p.layout));
    CAPTURE(laws::describe(p.model));
    if (!conserved(p)) break;
  }
}

TEST_CASE("padding adds the rows and columns that round a shard up, and nothing else") {
  dice d(20240615);
  for (int number = 0; number < 5000; ++number) {
    placed p = laws::random_placed(d, 4, {});
    const sl::shard_padding padding{d.whole(1, 64), d.whole(1, 64)};
    if (d.flip()) p.model.weights[weight_class::routed_expert] = laws::formats_without_scales[4];
    for (sl::layer& l : p.model.layers.kinds) {
      for (sl::format_exception& e : l.exceptions) {
        if (d.flip()) e.format = laws::formats_without_scales[4];
      }
    }
    CAPTURE(number);
    CAPTURE(padding.vocabulary);
    CAPTURE(padding.mxfp4_width);
    CAPTURE(laws::describe(p.layout));
    CAPTURE(laws::describe(p.model));
    if (!conserved(p, padding)) break;
  }
}

TEST_CASE("scales are conserved too where every shard is a whole number of blocks") {
  constexpr std::array<sl::weight_format, 4> scaled{sl::formats::fp8_block, sl::formats::mxfp4,
                                                    sl::formats::nvfp4, sl::formats::int4_g128};
  dice d(20240612);
  for (int number = 0; number < 2000; ++number) {
    placed p = laws::random_placed(d, 3, {.block = 128, .even = true});
    p.model.weights = quantised(sl::uniform(sl::formats::bf16), d.one_of(scaled));
    for (sl::layer& l : p.model.layers.kinds) {
      l.exceptions = {{d.flip() ? sl::large_matrices : sl::weight_classes{},
                       d.flip() ? sl::formats::bf16 : d.one_of(scaled)}};
    }
    CAPTURE(number);
    CAPTURE(laws::describe(p.layout));
    CAPTURE(laws::describe(p.model));
    if (!conserved(p)) break;
  }
}

TEST_CASE("on one rank nothing is copied: the parameters are the model's, less experts not met") {
  dice d(20240613);
  for (int number = 0; number < 5000; ++number) {
    const sl::layout one{};
    const sl::model m = laws::random_model(d, one, {});
    CAPTURE(number);
    CAPTURE(laws::describe(m));
    const elements want = expected(m, one);
    const sl::weight_totals have = parameters(m);
    integer total = 0;
    for (std::size_t i = 0; i < sl::weight_class_count; ++i) {
      const auto c = static_cast<weight_class>(i);
      REQUIRE(have[c] == want.of(c));
      total += want.of(c);
    }
    REQUIRE(have.total() == total);
    integer idle = 0;
    for (const sl::layer_run& run : m.layers.runs) {
      const auto* f = std::get_if<sl::mixture_of_experts>(&m.layers.kinds[run.kind].feed_forward);
      if (f != nullptr)
        idle += run.layers * (f->experts - f->experts_per_token) * one_expert(m, *f);
      const auto* tables = std::get_if<sl::ngram_memory>(&m.layers.kinds[run.kind].attention);
      if (tables == nullptr || tables->rows <= tables->lookups) continue;
      idle += run.layers * (tables->rows - tables->lookups) * tables->row_width;
    }
    REQUIRE(active_parameters(m) == total - idle);
  }
}

TEST_CASE(
    "a prediction layer is the last layer again, three norms and a projection of two streams") {
  dice d(20240616);
  for (int number = 0; number < 2000; ++number) {
    sl::model m = laws::random_model(d, {}, {});
    m.mtp_layers = d.whole(0, 3);
    m.per_layer = {};  // its table has a part for each layer, but none for these
    sl::model longer = m;
    const sl::layer_run last = m.layers.runs[m.layers.runs.size() - 1];
    longer.layers.append(m.mtp_layers, m.layers.kinds[last.kind]);
    const integer streams = 2 * m.hidden_size * m.hidden_size;
    const integer norms = m.bare_norms ? 0 : 3 * (m.norm_bias ? 2 : 1) * m.hidden_size;
    CAPTURE(number);
    CAPTURE(laws::describe(m));
    REQUIRE(mtp_parameters(m).total() ==
            parameters(longer).total() - parameters(m).total() + m.mtp_layers * (streams + norms));
  }
}

TEST_CASE("rank 0 of the first stage that has a layer kind holds at least as much as any other") {
  // Remainders go to the first ranks, so that pricing rank 0 prices the heaviest.
  dice d(20240614);
  for (int number = 0; number < 500; ++number) {
    const placed p = laws::random_placed(d, 1, {});
    const sl::shard_padding padding{d.whole(1, 64), d.whole(1, 64)};
    const sl::weight_totals first = weights_of_rank(p.model, p.layout, 0, {}, padding);
    CAPTURE(number);
    CAPTURE(laws::describe(p.layout));
    CAPTURE(laws::describe(p.model));
    for (integer i = 1; i < p.layout.attention.size(); ++i) {
      const sl::rank_coordinates other_rank = rank_of(i, p.layout);
      const sl::weight_totals other = weights_of_rank(p.model, p.layout, 0, other_rank, padding);
      for (std::size_t c = 0; c < sl::weight_class_count; ++c) {
        REQUIRE(other.elements[c] <= first.elements[c]);
        REQUIRE(other.stored_bytes[c] <= first.stored_bytes[c]);
      }
    }
  }
}

namespace {

// What a sequence keeps, added up over operators: bytes per token, and bytes whatever the length.
struct kept {
  double per_token = 0.0;
  double state = 0.0;

  void operator()(const sl::sequence_cache& c, integer times) {
    per_token += static_cast<double>(times) * c.bytes_per_token;
    state += static_cast<double>(times) * c.state_bytes;
  }
  template <class Operator>
  void operator()(const Operator&, integer) {}
};

// Vectors as the cache stores them, by hand.
double vector_bytes(const sl::cache_format& f, integer values) {
  const double own = static_cast<double>(values * sl::bits(f.element)) / 8.0;
  if (f.scale_bits == 0) return own;
  const integer group = f.group == 0 ? values : f.group;
  return own + static_cast<double>((values + group - 1) / group * f.scale_bits) / 8.0;
}

// The same of one kind of attention on one tensor rank.
struct kept_by_kind : kept {
  using kept::operator();
  void operator()(const sl::sequence_cache& c) { kept::operator()(c, 1); }
  template <class Shape>
  void operator()(const Shape&) {}
  void add(const kept_by_kind& other) {
    per_token += other.per_token;
    state += other.state;
  }
};

template <class Kind>
kept_by_kind kept_on(const sl::model& m, const sl::layout& l, const Kind& kind, integer rank) {
  kept_by_kind found;
  sl::sink_for sink(found);
  kind.emit(sl::model_context{m, l, {rank, 0, 0}}, sink);
  return found;
}

struct kept_expectation {
  const sl::model& m;
  const sl::layout& l;
  copies n{};
  kept k{};

  void attention(const sl::grouped_query_attention& a) {
    const integer values = a.v_head_dim == 0 ? a.head_dim : a.v_head_dim;
    const integer convolved = a.kv_heads * n.of_few(a.kv_heads) * (a.head_dim + values) +
                              2 * m.hidden_size * n.replicated;
    if (a.conv_kernel > 0) state_and_inputs(0, sl::precision::bf16, convolved, a.conv_kernel);
    if (a.reads_cache_of_another) return;
    k.per_token += static_cast<double>(a.kv_heads * n.of_few(a.kv_heads)) *
                   (vector_bytes(m.kv_cache, a.head_dim) + vector_bytes(m.kv_cache, values));
  }
  void attention(const sl::latent_attention& a) {
    k.per_token += static_cast<double>(n.replicated) *
                   vector_bytes(m.kv_cache, a.kv_lora_rank + a.qk_rope_head_dim);
  }
  // Any other kind: a cache or state is whole on each rank, or shared out with the heads.
  template <class Kind>
  void attention(const Kind& a) {
    const kept_by_kind whole = kept_on(m, {}, a, 0);
    kept_by_kind sum;
    for (integer rank = 0; rank < l.attention.tp; ++rank) sum.add(kept_on(m, l, a, rank));
    CHECK(sum.per_token * (1.0 + 1e-13) >= whole.per_token);
    CHECK(sum.per_token <= whole.per_token * static_cast<double>(l.attention.tp) * (1.0 + 1e-13));
    CHECK(sum.state >= whole.state);
    CHECK(sum.state <= whole.state * static_cast<double>(l.attention.tp));
    k.per_token += sum.per_token * static_cast<double>(n.split);
    k.state += sum.state * static_cast<double>(n.split);
  }
  void attention(const sl::linear_attention& a) {
    const integer state = a.value_heads * a.key_head_dim * a.value_head_dim;
    const integer convolved = 2 * a.key_heads * a.key_head_dim + a.value_heads * a.value_head_dim;
    state_and_inputs(state, a.state, convolved * n.split, a.conv_kernel);
  }
  void attention(const sl::state_space& a) {
    const integer inner = a.heads * a.head_dim;
    const integer shared = 2 * a.groups * a.state_size * n.of_few(a.groups);
    state_and_inputs(inner * a.state_size, a.state, inner * n.split + shared, a.conv_kernel);
  }
  void attention(const sl::no_attention&) {}

  void state_and_inputs(integer state, sl::precision of_state, integer inputs,
                        integer conv_kernel) {
    k.state += static_cast<double>(state * n.split) * element_bytes(of_state) +
               static_cast<double>(inputs * (conv_kernel - 1)) * element_bytes(m.activations);
  }
};

// Whether anything is kept of a window alone.
struct windowed {
  bool any = false;
  void operator()(const sl::sequence_cache& c, integer) { any = any || c.window > 0; }
  template <class Operator>
  void operator()(const Operator&, integer) {}
};

kept expected_kept(const sl::model& m, const sl::layout& l) {
  kept_expectation x{m, l, copies_of(l, {}), {}};
  for (const sl::layer_run& run : m.layers.runs) {
    for (integer i = 0; i < run.layers; ++i) {
      std::visit([&x](const auto& a) { x.attention(a); }, m.layers.kinds[run.kind].attention);
    }
  }
  return x.k;
}

kept kept_over_all_ranks(const sl::model& m, const sl::layout& l) {
  kept sum;
  for (integer stage = 0; stage < l.pp; ++stage) {
    for (integer i = 0; i < l.attention.size(); ++i) {
      for_each_operator(m, l, sl::decode_step(1.0, 0.0, 1.0), stage, rank_of(i, l), sum);
    }
  }
  return sum;
}

}  // namespace

TEST_CASE("over all ranks, a sequence keeps the model's cache and state times the copies of each") {
  dice d(20240617);
  for (int number = 0; number < 10000; ++number) {
    const placed p = laws::random_placed(d, 4, {});
    const kept want = expected_kept(p.model, p.layout);
    const kept have = kept_over_all_ranks(p.model, p.layout);
    CAPTURE(number);
    CAPTURE(laws::describe(p.layout));
    CAPTURE(laws::describe(p.model));
    // Entries that several tokens share have bytes in fractions.
    REQUIRE(have.per_token == doctest::Approx(want.per_token).epsilon(1e-13));
    REQUIRE(have.state == want.state);
    const kept alone = expected_kept(p.model, {});
    REQUIRE(kv_bytes_per_token(p.model).value() == doctest::Approx(alone.per_token).epsilon(1e-13));
    REQUIRE(state_bytes_per_sequence(p.model).value() == alone.state);
  }
}

TEST_CASE("the memory of all stages holds all weights, pages and state of rank 0's share") {
  dice d(20240618);
  for (int number = 0; number < 3000; ++number) {
    const laws::deployed r = laws::random_deployment(d);
    const sl::runtime& engine = r.cluster.runtime;
    double cache = 0.0;
    double state = 0.0;
    for_each_stage_memory(
        r.cluster, r.model, r.layout, r.workload, [&](integer stage, const sl::basic_memory<>& m) {
          cache += m.kv_cache.value();
          state += m.state.value();
          const auto own = weights_of_rank(r.model, r.layout, stage, {}, engine.padding);
          CHECK(m.weights.value() == doctest::Approx(own.total_bytes().value()).epsilon(1e-13));
        });
    // Heads are drawn as multiples of tp, so every rank keeps as much as any other.
    const auto sequences =
        std::ceil(r.workload.concurrency / static_cast<double>(r.layout.attention.dp));
    const auto ranks = static_cast<double>(r.layout.attention.size());
    const kept want = expected_kept(r.model, r.layout);
    const double length = r.workload.input.value() + r.workload.output.value();
    const auto page = static_cast<double>(engine.page_tokens);
    const auto sharing = static_cast<double>(r.layout.dcp);
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    REQUIRE(state * ranks == doctest::Approx(want.state * sequences).epsilon(1e-13));
    // Windows keep less than the whole length, and nothing keeps more than whole pages of it, or of
    // each rank's share of it.
    const double whole_pages = std::ceil(length / (page * sharing)) * page;
    REQUIRE(cache * ranks <= want.per_token * whole_pages * sequences * (1.0 + 1e-13));
    sl::model unwindowed = r.model;
    for (sl::layer& l : unwindowed.layers.kinds) {
      if (auto* a = std::get_if<sl::grouped_query_attention>(&l.attention)) a->window = 0;
      if (auto* a = std::get_if<sl::latent_attention>(&l.attention)) a->window = 0;
    }
    windowed caches;
    for_each_operator(unwindowed, {}, sl::decode_step(1.0, 0.0, 1.0), 0, {}, caches);
    if (caches.any) continue;
    cache = 0.0;
    for_each_stage_memory(
        r.cluster, unwindowed, r.layout, r.workload,
        [&](integer, const sl::basic_memory<>& m) { cache += m.kv_cache.value(); });
    REQUIRE(cache * ranks ==
            doctest::Approx(want.per_token * whole_pages * sequences).epsilon(1e-13));
  }
}
