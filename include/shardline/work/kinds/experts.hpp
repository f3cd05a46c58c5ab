// SPDX-License-Identifier: BSL-1.0
/// Experts that a router chooses for each token, and those that every token takes, with the
/// dispatch of tokens to their ranks.
#pragma once

#include <optional>

#include "shardline/work/dense_matrices.hpp"
#include "shardline/work/kind.hpp"

namespace shardline {

/// A router over `experts` of which each token takes `experts_per_token`.
///   width               inner width of one routed expert
///   shared_experts      experts that every token takes, each shared_width wide
///   shared_gate         a projection to a scalar for each shared expert, which weighs it
///                       (Qwen2-MoE, Inkling)
///   expert_bias         biases on the expert matrices (gpt-oss)
///   router_bias         bias of the router's projection (gpt-oss)
///   correction_bias     fp32 score correction per expert, used to choose only (DeepSeek-V3)
///   identity_experts    further choices of the router that hand a token back as it came and take
///                       neither weights nor time (LongCat-Flash); experts_per_token counts the
///                       others alone
///   even_shares         engines' code of the model has as many experts on each rank (DeepSeek-V4;
///                       other models' first ranks may hold one more)
///   latent_width        routed experts work in a space of this width, to which all of a token is
///                       projected before its dispatch and from which it is projected after
///                       (LatentMoE: Nemotron 3 Super, Kimi K3); 0: as wide as the model
///   latent_norm         a norm of what comes back, in that space (Kimi K3)
///   scaled_router       the router has a norm of its own with gains, and a scale per expert
///   branch_norms        a norm before the routed experts and one behind each branch, theirs and
///                       that of the shared ones (both: Gemma 4, whose shared expert is the layer's
///                       dense block)
///   gated               three matrices an expert, not two
struct mixture_of_experts {
  static constexpr std::string_view kind_name{"experts"};

  integer experts = 0;
  integer experts_per_token = 0;
  integer width = 0;
  bool gated = true;
  integer shared_experts = 0;
  integer shared_width = 0;
  bool shared_gate = false;
  bool expert_bias = false;
  bool router_bias = false;
  bool correction_bias = false;
  integer latent_width = 0;
  bool latent_norm = false;
  bool scaled_router = false;
  bool branch_norms = false;
  integer identity_experts = 0;
  bool even_shares = false;

  static constexpr field_range identity_range{
      {}, "feed_forward.identity_experts", figure_unit::none, 0.0, 1e6, true};
  static constexpr field_range latent_range{
      {}, "feed_forward.latent_width", figure_unit::none, 0.0, 1e7, true};

  /// Width of what routed experts read and write.
  [[nodiscard]] constexpr integer routed_width(integer hidden_size) const noexcept {
    return latent_width == 0 ? hidden_size : latent_width;
  }

  static constexpr bool sums_at_end = false;

  friend constexpr bool operator==(const mixture_of_experts&,
                                   const mixture_of_experts&) noexcept = default;

  template <class List>
  static constexpr void fields(List&& list) {
    using self = mixture_of_experts;
    list("experts", as<field::experts>, &self::experts);
    list("experts_per_token", as<field::experts_per_token>, &self::experts_per_token);
    list("width", as<field::feed_forward_width>, &self::width);
    list("gated", &self::gated);
    list("shared_experts", as<field::shared_experts>, &self::shared_experts);
    list("shared_width", &self::shared_width);
    list("shared_gate", &self::shared_gate);
    list("expert_bias", &self::expert_bias);
    list("router_bias", &self::router_bias);
    list("correction_bias", &self::correction_bias);
    list("latent_width", as_own<latent_range>, &self::latent_width);
    list("latent_norm", &self::latent_norm);
    list("scaled_router", &self::scaled_router);
    list("branch_norms", &self::branch_norms);
    list("identity_experts", as_own<identity_range>, &self::identity_experts);
    list("even_shares", &self::even_shares);
  }
  template <class Listener>
  constexpr void conditions(Listener&& asked) const {
    asked.at_most_experts(as<field::experts_per_token>, experts_per_token, experts);
    if (shared_experts > 0) asked.within(as<field::feed_forward_width>, shared_width);
  }
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    rules.expert_width(width);
    rules.expert_inner(weight_class::routed_expert, width);
    rules.experts(experts);
    if (even_shares) rules.even_experts(experts);
    if (shared_experts == 0) return;
    rules.width(shared_experts * shared_width);
    rules.inner(weight_class::shared_expert, shared_experts * shared_width);
  }
  [[nodiscard]] constexpr integer cache_copies(integer tp) const noexcept { return tp; }
  template <class List>
  constexpr void matrices(List&& list) const {
    list(weight_class::router);
    list(weight_class::routed_expert);
    if (shared_experts > 0 || latent_width > 0) list(weight_class::shared_expert);
  }
  template <class List>
  constexpr void modules(List&& list) const {
    list.router();
    list.routed(experts);
    if (latent_width > 0) list.latent_experts();
    if (shared_experts > 0) list.shared();
  }
  constexpr void emit(const block_context& e, shape_sink& sink) const;
};

namespace detail {

// Experts that the ep ranks share out: the model's, and the layout's copies of busy ones.
constexpr integer placed_experts(const mixture_of_experts& f, const layout& l) noexcept {
  return f.experts + l.redundant_experts;
}

// This rank's share of an expert's inner width, padded as the engine pads shards in MXFP4.
constexpr integer expert_width(const mixture_of_experts& f, const block_context& e) noexcept {
  const integer width = items_in_part(f.width, e.layout.expert.etp, e.rank.etp);
  if (!is_mxfp4(e.formats(weight_class::routed_expert))) return width;
  return ceil_div(width, e.padding.mxfp4_width) * e.padding.mxfp4_width;
}

// Whether tokens are sent to the ranks of their experts alone, rather than to the whole group.
constexpr bool sends_to_experts(const layout& l) noexcept {
  return replicas_per_expert_group(l) > 1 && l.expert.ep > 1 &&
         l.dispatch == expert_dispatch::all_to_all;
}

// What its experts read and write of a token, padded likewise.
constexpr integer expert_hidden(const block_context& e, integer hidden) noexcept {
  if (!is_mxfp4(e.formats(weight_class::routed_expert))) return hidden;
  return ceil_div(hidden, e.padding.mxfp4_hidden) * e.padding.mxfp4_hidden;
}

constexpr routing_shape routing_of(const mixture_of_experts& f, const block_context& e) noexcept {
  const integer placed = placed_experts(f, e.layout);
  const integer ep = e.layout.expert.ep;
  const bool sent = sends_to_experts(e.layout);
  return {.experts = f.experts,
          .experts_per_token = f.experts_per_token,
          .redundant = e.layout.redundant_experts,
          .ep = ep,
          .local = items_in_part(placed, ep, e.rank.ep),
          .sent = sent,
          .destinations = sent ? expected_destinations(f.experts_per_token, ep) : real<double>(ep)};
}

constexpr void emit_routed_experts(const mixture_of_experts& f, const block_context& e,
                                   shape_sink& sink) {
  const integer local = items_in_part(placed_experts(f, e.layout), e.layout.expert.ep, e.rank.ep);
  const integer width = expert_width(f, e);
  const integer hidden = expert_hidden(e, f.routed_width(e.hidden_size));
  const integer up = (f.gated ? 2 : 1) * width;
  constexpr auto t = term::routed_experts;
  constexpr auto c = weight_class::routed_expert;
  const precision activation = e.activations;
  sink(grouped_gemm_shape{e.matrix(c, hidden, up, local), activation});
  if (f.expert_bias) sink(fused_shape{t, e.vector(c, up, local)});
  sink(expert_activation_shape{e.formats(c), local, hidden, up, width, activation});
  sink(grouped_gemm_shape{e.matrix(c, width, hidden, local, matrix_role::output), activation});
  if (f.expert_bias) sink(fused_shape{t, e.vector(c, hidden, local)});
}

// The ranks that one rank exchanges tokens with: its ep group, which the tp ranks of a replica
// share out; or, where experts are split wider than attention, one rank of every replica of the
// group.
constexpr rank_group dispatch_group(const layout& l) noexcept {
  const integer tp = l.attention.tp;
  if (l.expert.etp > tp) return {replicas_per_expert_group(l), tp};
  return {l.expert.ep, l.expert.etp};
}

// Tokens to their experts in this precision. Where fewer shards than tensor ranks hold the experts,
// the tp ranks of a replica split what they send; where more do, it is copied to each.
constexpr exchange_shape exchange_of(const routing_shape& routed, integer width,
                                     const block_context& e,
                                     const std::optional<precision>& p) noexcept {
  const layout& l = e.layout;
  return {.group = dispatch_group(l),
          .by = e.experts.exchange,
          .experts_per_token = routed.experts_per_token,
          .experts = routed.placed(),
          .destinations = routed.ep,
          .hidden = width,
          .value_bytes = wire_bytes(p.value_or(e.activations)),
          .own_share = real<double>(l.expert.etp) / real<double>(l.attention.tp),
          .copies = routed.destinations};
}

// All tokens of the group on each of its ranks, in this precision.
constexpr collective_shape gathering(collective_kind kind, integer width, const block_context& e,
                                     const std::optional<precision>& p) noexcept {
  const rank_group group{replicas_per_expert_group(e.layout), e.layout.attention.tp};
  const double value = wire_bytes(p.value_or(e.activations));
  return {kind, group, step_extent::group_tokens, real<double>(width) * value};
}

// Tokens to the experts, when the expert group spans several attention replicas.
constexpr void emit_dispatch(const routing_shape& routed, integer width, const block_context& e,
                             shape_sink& sink) {
  // In one replica every rank of the group holds the tokens already.
  if (replicas_per_expert_group(e.layout) == 1) return;
  const auto send = [&](auto sent_shape) {
    sent_shape.beside_shared_experts = e.experts.overlap_shared;
    sink(sent_shape);
  };
  if (routed.sent) {
    send(exchange_of(routed, width, e, e.experts.dispatch));
  } else {
    send(gathering(collective_kind::all_gather, width, e, e.experts.dispatch));
  }
}

// Expert outputs back to the tokens' ranks, summed over everything that was split.
constexpr void emit_combine(const routing_shape& routed, integer width, const block_context& e,
                            shape_sink& sink) {
  if (replicas_per_expert_group(e.layout) == 1) return emit_tensor_reduction(e, sink);
  if (!routed.sent) {
    sink(gathering(collective_kind::reduce_scatter, width, e, e.experts.combine));
    return emit_tensor_reduction(e, sink);
  }
  exchange_shape results = exchange_of(routed, width, e, e.experts.combine);
  results.results = true;
  sink(results);
  const integer tp = e.layout.attention.tp;
  const integer etp = e.layout.expert.etp;
  const integer summed = etp < tp ? etp : tp;
  if (summed > 1) sink(e.send(collective_kind::all_reduce, {summed, 1}, width));
  // Fewer expert shards than tensor ranks: those shared out the dispatch and share its result.
  if (tp > summed) sink(e.send(collective_kind::all_gather, {tp / summed, summed}, width));
}

// Shared experts are dense blocks split over tp. Their partial sums join the experts' all-reduce,
// except where the experts' results come back complete and there is none to join.
constexpr void emit_shared_experts(const mixture_of_experts& f, const block_context& e,
                                   shape_sink& sink) {
  if (f.shared_experts == 0) return;
  const integer width =
      items_in_part(f.shared_experts * f.shared_width, e.layout.attention.tp, e.rank.tp);
  emit_dense(term::shared_experts, weight_class::shared_expert, width, f.gated, f.expert_bias, e,
             sink);
  const bool complete = sends_to_experts(e.layout) && e.layout.expert.etp < e.layout.attention.tp;
  if (complete) emit_tensor_reduction(e, sink);
}

// Scores of all experts, and what they are corrected and scaled by.
constexpr void emit_router(const mixture_of_experts& f, const block_context& e, shape_sink& sink) {
  constexpr auto router = weight_class::router;
  if (f.scaled_router) {
    sink(vector_shape{term::router, e.vector(router, e.hidden_size + f.experts),
                      e.values_bytes(2 * e.hidden_size), vector_kind::norm, e.hidden_size});
  }
  const integer choices = f.experts + f.identity_experts;
  sink(e.project(term::router, e.matrix(router, e.hidden_size, choices)));
  if (f.router_bias) sink(fused_shape{term::router, e.vector(router, choices)});
  if (f.correction_bias) {
    sink(fused_shape{term::router, {router, formats::fp32, 1, choices, 1, e.stored}});
  }
  if (f.shared_gate) {
    sink(fused_shape{term::router, e.vector(router, f.shared_experts * e.hidden_size)});
  }
}

// A norm within the block: reads a row and writes it.
constexpr void emit_branch_norms(const mixture_of_experts& f, const block_context& e, integer norms,
                                 shape_sink& sink) {
  for (integer i = 0; i < (f.branch_norms ? norms : 0); ++i) {
    sink(vector_shape{term::norms, e.vector(weight_class::norm, e.hidden_size),
                      e.values_bytes(2 * e.hidden_size), vector_kind::norm, e.hidden_size});
  }
}

// Of all of a token, on every rank: to the space of the routed experts, or back.
constexpr void emit_latent_projection(const mixture_of_experts& f, const block_context& e,
                                      bool back, shape_sink& sink) {
  if (f.latent_width == 0) return;
  const integer in = back ? f.latent_width : e.hidden_size;
  const integer out = back ? e.hidden_size : f.latent_width;
  if (back && f.latent_norm) {
    sink(vector_shape{term::norms, e.vector(weight_class::norm, in), e.values_bytes(2 * in),
                      vector_kind::norm, in});
  }
  sink(e.project(term::shared_experts, e.matrix(weight_class::shared_expert, in, out)));
}

}  // namespace detail

/// router, dispatch, routed and shared experts, combine.
/// Dispatch and combine carry activations in the precision that the engine states for them, as wide
/// as the experts' space. Source of the order around latents: class NemotronHMoE of
/// vllm/model_executor/models/nemotron_h.py.
constexpr void mixture_of_experts::emit(const block_context& e, shape_sink& sink) const {
  const integer sent_width = routed_width(e.hidden_size);
  detail::emit_router(*this, e, sink);
  const routing_shape routed = detail::routing_of(*this, e);
  sink(routed);
  detail::emit_branch_norms(*this, e, 1, sink);
  detail::emit_latent_projection(*this, e, false, sink);
  detail::emit_dispatch(routed, sent_width, e, sink);
  detail::emit_routed_experts(*this, e, sink);
  detail::emit_shared_experts(*this, e, sink);
  detail::emit_latent_projection(*this, e, true, sink);
  detail::emit_combine(routed, sent_width, e, sink);
  detail::emit_branch_norms(*this, e, 2, sink);
}

}  // namespace shardline
