// SPDX-License-Identifier: BSL-1.0
/// The operators of a rank without the step: what is multiplied, read, sent and kept, as plain data
/// that no scalar enters, and what the size of each follows. With a step they are operators:
/// operator_of().
#pragma once

#include "shardline/work/expert_operators.hpp"
#include "shardline/work/mixing.hpp"
#include "shardline/work/routing/routing.hpp"
#include "shardline/work/step.hpp"

namespace shardline {

/// A multiplication by one stored matrix, of as many rows as `rows` says.
///   read_by_phase   prompts and decoding sequences run kernels of their own, each reads the matrix
struct gemm_shape {
  shardline::term term = term::head;
  shardline::weight weight{};
  step_extent rows = step_extent::tokens;
  precision activation = precision::bf16;
  bool read_by_phase = false;
};

/// A vector kernel that moves so many bytes for each token of the rank, read and written together.
///   width   values of a token that it produces
struct vector_shape {
  shardline::term term = term::norms;
  shardline::weight weight{};
  double bytes_per_token = 0.0;
  vector_kind kind = vector_kind::addition;
  integer width = 0;
};

/// Vectors read inside another operator.
struct fused_shape {
  shardline::term term = term::norms;
  shardline::weight weight{};
};

/// Logits of so many columns of the vocabulary, this rank's, a row for each of logit_rows.
struct logits_shape {
  integer columns = 0;
};

/// A collective whose message is so many bytes for each of `size`.
///   bytes_each              of its message, as collective counts it
///   beside_shared_experts   it may run while these are computed
struct collective_shape {
  collective_kind kind = collective_kind::all_reduce;
  rank_group group{};
  step_extent size = step_extent::tokens;
  double bytes_each = 0.0;
  bool beside_shared_experts = false;
};

/// How the routed experts of a layer lie: what the expert operators after it follow.
///   experts, experts_per_token   of the model, and of them taken by each token
///   redundant   copies of busy experts beside them
///   ep          ranks that share out both
///   local       experts of this rank
///   sent        tokens are sent to the ranks of their experts alone, not to the whole group
///   destinations   ranks that a token comes to, on average: expected_destinations() where it is
///                  sent, else all
struct routing_shape {
  integer experts = 1;
  integer experts_per_token = 1;
  integer redundant = 0;
  integer ep = 1;
  integer local = 1;
  bool sent = false;
  double destinations = 1.0;

  /// Experts that lie on the ranks, copies too.
  [[nodiscard]] constexpr integer placed() const noexcept { return experts + redundant; }
  friend constexpr bool operator==(const routing_shape&, const routing_shape&) noexcept = default;
};

/// A multiplication by the rank's experts of a layer.
struct grouped_gemm_shape {
  shardline::weight weight{};
  precision activation = precision::bf16;
};

/// The activation function between two of them: expert_activation without the step.
///   hidden, up, width   values of a row: outside, read and written; experts: on the rank
struct expert_activation_shape {
  weight_format format{};
  integer experts = 1;
  integer hidden = 0;
  integer up = 0;
  integer width = 0;
  precision activation = precision::bf16;
};

/// Tokens sent to the ranks of their experts, or back: routed_tokens without the step.
///   own_share   of its replica's new tokens that this rank sends
///   copies      of a token that are sent, one to each rank that its experts lie on
///   hidden, value_bytes     values of a token, and the bytes of each
///   beside_shared_experts   it may run while these are computed
struct exchange_shape {
  rank_group group{};
  expert_exchange by = expert_exchange::pairwise;
  bool results = false;
  integer experts_per_token = 1;
  integer experts = 1;
  integer destinations = 1;
  integer hidden = 0;
  double value_bytes = 2.0;
  double own_share = 1.0;
  double copies = 1.0;
  bool beside_shared_experts = false;
};

/// Copies of a token that are sent [1], on average, from 0 to the ranks of its group: the shape's
/// `copies`, derived from expected_destinations().
///   of a shape with copies 7.5: 7.5   (tests/work/shapes.cpp)
[[nodiscard]] constexpr double copies_of_token(const exchange_shape& x) noexcept {
  return x.copies;
}

/// Softmax attention of the part of a step in one phase: attention_core without the step.
///   heads, kv_heads   of this rank, of qk_dim and v_dim values; window: tokens seen, 0: all
struct attention_shape {
  shardline::phase phase = phase::decode;
  integer query_split = 1;
  integer cache_split = 1;
  integer heads = 0;
  integer kv_heads = 0;
  integer qk_dim = 0;
  integer v_dim = 0;
  integer window = 0;
  double bytes_per_token = 0.0;
  precision activation = precision::bf16;
  bool latent = false;
  integer latent_width = 0;
  integer tokens_per_key = 1;
  bool chosen = false;
};

/// A recurrence over the part of a step in one phase: recurrence without the step.
///   state_values, state_bytes   of one sequence, from 0, as the figures of a token are
struct recurrence_shape {
  recurrence_kind kind = recurrence_kind::state_space;
  shardline::phase phase = phase::decode;
  integer query_split = 1;
  integer flops_per_token = 0;
  integer values_per_token = 0;
  integer state_values = 0;
  double state_bytes = 0.0;
  precision activation = precision::bf16;
};

/// What the routed experts of a layer get in a step on the busiest rank.
///   imbalance   its rows over those of an even share
///   rows        routed rows
///   distinct    experts that are hit
///   tokens      that come to its kernels: the whole group's, or those with an expert here
///   rows_seen   that its kernels are handed
template <class T>
struct routed_extents {
  T imbalance = T(1.0);
  T rows = T(0.0);
  T distinct = T(0.0);
  T tokens = T(0.0);
  T rows_seen = T(0.0);

  /// All rows of the tokens that have one here, each row taken to be another token's.
  [[nodiscard]] constexpr T rows_met() const noexcept {
    return min(rows * (rows_seen / max(tokens, T(1.0))), rows_seen);
  }
};

/// A routing with all that does not depend on the step worked in.
///   of_token     rows of this rank for each token of the group, on average, and at most
///   of_fullest   its experts over those of the fullest rank
///   reached      share of the group's tokens that come to a rank, where they are sent
///   choice       the chance that a token takes an expert
struct prepared_routing {
  routing_shape shape{};
  double of_token = 1.0;
  double most_of_token = 1.0;
  double of_fullest = 1.0;
  double reached = 1.0;
  detail::uniform_choice choice{};
};

/// A routing with what no step changes worked in: rows of a rank for each token =
/// experts_per_token local / experts placed.
///   256 experts, 8 of a token, over 32 ranks: 0.25 rows of a rank for each token
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr prepared_routing prepared_of(const routing_shape& r) noexcept {
  const double k = real<double>(r.experts_per_token);
  const double local = real<double>(r.local);
  const integer fullest = items_in_part(r.placed(), r.ep, 0);
  const double ep = real<double>(r.ep);
  return {.shape = r,
          .of_token = k * local / real<double>(r.placed()),
          .most_of_token = min(k, local),
          .of_fullest = local / real<double>(fullest),
          .reached = r.destinations / ep,
          .choice = detail::choice_of(fullest, r.experts_per_token, r.placed())};
}

/// What the busiest rank gets, in rows, experts and tokens. Rows: its share of group_tokens k,
/// times the imbalance [1]; at least one once there is a token, at most what its experts can be
/// sent. With every token a kernel is handed all of its rows, wherever their experts are; with
/// those that were sent here the rank's own, as exchanges sort them out. Ranks differ by an expert
/// where ep does not divide them, and the busiest is the fullest. Derivation: rows = tokens k local
/// / experts (prepared_of()), experts = busiest_rank() of work/routing/.
///   256 experts, 8 of a token, 8 on this rank, 64 tokens in the group: 16 rows, 6.95 experts
///   (tests/work/shapes.cpp)
template <class T>
[[nodiscard]] constexpr routed_extents<T> routed_of(const prepared_routing& r,
                                                    const rank_step<T>& s) noexcept {
  const routing_shape& of = r.shape;
  const T all = s.group_tokens;
  const basic_expert_group<T> group{of.experts, of.experts_per_token, of.ep, all, of.redundant};
  const basic_expert_load<T> busiest =
      detail::busiest_rank(s.routing, group, s.expert_imbalance, r.choice);
  const T even = all * T(r.of_token) * busiest.imbalance;
  routed_extents<T> x;
  x.imbalance = busiest.imbalance;
  x.rows = min(max(even, min(T(1.0), all)), all * T(r.most_of_token));
  x.distinct = min(busiest.distinct * T(r.of_fullest), x.rows);
  x.tokens = all;
  x.rows_seen = all * real<T>(of.experts_per_token);
  if (!of.sent) return x;
  x.tokens = min(max(all * T(r.reached) * busiest.imbalance, T(1.0)), all);
  x.rows_seen = x.rows;
  return x;
}
/// The same of a routing that is not prepared: routed_of(prepared_of(r), s).
///   of the same: 16 rows   (tests/work/shapes.cpp)
template <class T>
[[nodiscard]] constexpr routed_extents<T> routed_of(const routing_shape& r,
                                                    const rank_step<T>& s) noexcept {
  return routed_of(prepared_of(r), s);
}

/// The operator of a shape in a step; those of experts need what their layer's routing gives them.
template <class T>
[[nodiscard]] constexpr gemm<T> operator_of(const gemm_shape& o, const rank_step<T>& s) noexcept {
  const T read = o.read_by_phase ? T(static_cast<double>(s.part_count)) : T(1.0);
  return {o.term, o.weight, extent_of(s, o.rows), read, o.activation};
}
template <class T>
[[nodiscard]] constexpr elementwise<T> operator_of(const vector_shape& o,
                                                   const rank_step<T>& s) noexcept {
  const auto traffic = bytes<T>::from_value(s.tokens * T(o.bytes_per_token));
  return {o.term, o.weight, traffic, o.kind, o.width};
}
template <class T>
[[nodiscard]] constexpr fused_vector<T> operator_of(const fused_shape& o,
                                                    const rank_step<T>&) noexcept {
  return {o.term, o.weight};
}
template <class T>
[[nodiscard]] constexpr logits<T> operator_of(const logits_shape& o,
                                              const rank_step<T>& s) noexcept {
  return {s.logit_rows, o.columns};
}
template <class T>
[[nodiscard]] constexpr collective<T> operator_of(const collective_shape& o,
                                                  const rank_step<T>& s) noexcept {
  const auto message = bytes<T>::from_value(extent_of(s, o.size) * T(o.bytes_each));
  return {o.kind, o.group, message, {}, o.beside_shared_experts};
}
template <class T>
[[nodiscard]] constexpr grouped_gemm<T> operator_of(const grouped_gemm_shape& o,
                                                    const routed_extents<T>& x) noexcept {
  return {o.weight, x.rows, x.distinct, o.activation, x.rows_met()};
}
template <class T>
[[nodiscard]] constexpr expert_activation<T> operator_of(const expert_activation_shape& o,
                                                         const routed_extents<T>& x) noexcept {
  return {o.format, x.rows, x.tokens, x.rows_seen, o.experts,
          o.hidden, o.up,   o.width,  o.activation};
}

/// Tokens that the busiest rank sends to its ep group, or takes from it: of both ways the one with
/// more. A rank that holds its replica's tokens alone (fewer sequences than replicas) sends them
/// all; with all replicas at work that is group_tokens / ep, and so many come back but for the
/// imbalance. All of a token's copies to one rank are one.
template <class T>
[[nodiscard]] constexpr collective<T> operator_of(const exchange_shape& o, const rank_step<T>& s,
                                                  const routed_extents<T>& x) noexcept {
  const T mean = s.group_tokens / real<T>(o.destinations);
  const routed_tokens<T> routed{.by = o.by,
                                .results = o.results,
                                .sent = max(s.own_tokens * T(o.own_share), mean),
                                .received = mean * x.imbalance,
                                .all = s.group_tokens,
                                .experts_per_token = o.experts_per_token,
                                .experts = o.experts,
                                .destinations = o.destinations,
                                .hidden = o.hidden,
                                .value_bytes = o.value_bytes};
  return {collective_kind::all_to_all, o.group, routed.copied(o.copies), routed,
          o.beside_shared_experts};
}
template <class T>
[[nodiscard]] constexpr attention_core<T> operator_of(const attention_shape& o,
                                                      const step_part<T>& part) noexcept {
  return {o.phase,          part.sequences,    part.new_tokens, part.context, o.query_split,
          o.cache_split,    o.heads,           o.kv_heads,      o.qk_dim,     o.v_dim,
          o.window,         o.bytes_per_token, o.activation,    o.latent,     o.latent_width,
          o.tokens_per_key, o.chosen};
}
template <class T>
[[nodiscard]] constexpr recurrence<T> operator_of(const recurrence_shape& o,
                                                  const step_part<T>& part) noexcept {
  return {o.kind,        o.phase,           part.sequences,     part.new_tokens,
          o.query_split, o.flops_per_token, o.values_per_token, o.state_values,
          o.state_bytes, o.activation};
}

/// Bytes of workspace that an operator of a shape takes for each of what its size follows: inputs
/// and outputs of a row or token, activation_bytes() of one; a fused vector takes none.
///   a product of 4096 by 1024 in bf16: 8192 + 2048 = 10,240 bytes a row   (tests/work/shapes.cpp)
[[nodiscard]] constexpr double workspace_each(const gemm_shape& o) noexcept {
  return gemm<double>{o.term, o.weight, 1.0, 0.0, o.activation}.activation_bytes().value();
}
[[nodiscard]] constexpr double workspace_each(const grouped_gemm_shape& o) noexcept {
  return grouped_gemm<double>{o.weight, 1.0, 0.0, o.activation}.activation_bytes().value();
}
[[nodiscard]] constexpr double workspace_each(const vector_shape& o) noexcept {
  return o.bytes_per_token;
}
[[nodiscard]] constexpr double workspace_each(const fused_shape&) noexcept { return 0.0; }
[[nodiscard]] constexpr double workspace_each(const expert_activation_shape& o) noexcept {
  return operator_of(o, routed_extents<double>{.rows = 1.0}).activation_bytes().value();
}
[[nodiscard]] constexpr double workspace_each(const attention_shape& o) noexcept {
  return operator_of(o, step_part<double>{o.phase, 1.0, 1.0, 0.0}).activation_bytes().value();
}
[[nodiscard]] constexpr double workspace_each(const recurrence_shape& o) noexcept {
  return operator_of(o, step_part<double>{o.phase, 1.0, 1.0, 0.0}).activation_bytes().value();
}

/// Kernels that an engine launches for an operator of a shape.
///   multiplication   one, and one that quantises its inputs where these have a scale for each
///                    block
///   experts          beside their two multiplications the choice of experts, two that sort tokens
///                    by expert, the activation function and the sum; two that quantise inputs of
///                    8 bits or fewer
///   recurrence       of a prompt, in chunks: gates, norms of queries and keys, decay within a
///                    chunk, its products, its triangular system, weights, states, outputs; of a
///                    decode step and of a convolution one
/// Source: topk.py and fused_moe_triton of sgl-project/sglang, chunk_gated_delta_rule of
/// fla-org/flash-linear-attention. Check: tests/work/shapes.cpp.
[[nodiscard]] constexpr int kernels_of(const gemm_shape& o) noexcept {
  return bits(o.weight.format.math) <= 8 && o.weight.format.group_k > 1 ? 2 : 1;
}
[[nodiscard]] constexpr int kernels_of(const grouped_gemm_shape&) noexcept { return 1; }
[[nodiscard]] constexpr int kernels_of(const expert_activation_shape& o) noexcept {
  return bits(o.format.math) <= 8 ? 7 : 5;
}
[[nodiscard]] constexpr int kernels_of(const recurrence_shape& o) noexcept {
  return o.phase == phase::prefill && o.kind != recurrence_kind::convolution ? 8 : 1;
}
[[nodiscard]] constexpr int kernels_of(const fused_shape&) noexcept { return 0; }
[[nodiscard]] constexpr int kernels_of(const vector_shape&) noexcept { return 1; }
[[nodiscard]] constexpr int kernels_of(const attention_shape&) noexcept { return 1; }

/// The sink that turns the shapes it is given into the operators of a step, in order, and hands
/// them on. What belongs to a phase that the step does not have is left out.
template <class T, class Sink>
struct at_step {
  const rank_step<T>& step;
  Sink& sink;
  routed_extents<T> routed{};

  constexpr void start(std::size_t block, integer times) { sink.start(block, times); }
  constexpr void finish(std::size_t block) { sink.finish(block); }
  constexpr void operator()(const routing_shape& r) noexcept { routed = routed_of(r, step); }
  constexpr void operator()(const sequence_cache& c) { sink(c); }
  constexpr void operator()(const attention_shape& o) { in_its_phase(o); }
  constexpr void operator()(const recurrence_shape& o) { in_its_phase(o); }
  constexpr void operator()(const grouped_gemm_shape& o) { sink(operator_of(o, routed)); }
  constexpr void operator()(const expert_activation_shape& o) { sink(operator_of(o, routed)); }
  constexpr void operator()(const exchange_shape& o) { sink(operator_of(o, step, routed)); }
  constexpr void operator()(const collective_shape& o) {
    for (const phase p : both_phases) {
      if (belongs_to(o.size, p) && part_in(step, p) == nullptr) return;
    }
    sink(operator_of(o, step));
  }
  template <class Shape>
  constexpr void operator()(const Shape& o) {
    sink(operator_of(o, step));
  }

 private:
  template <class Shape>
  constexpr void in_its_phase(const Shape& o) {
    if (const step_part<T>* part = part_in(step, o.phase)) sink(operator_of(o, *part));
  }
};

}  // namespace shardline
