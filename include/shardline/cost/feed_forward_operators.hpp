/// The feed-forward block of one layer on one rank, as operators: dense, or a mixture of experts
/// with its dispatch. The only place that knows how they are built and sharded. The norm before it
/// belongs to the layer, the sum after it to the block.
#pragma once

#include <optional>

#include "shardline/cost/emission.hpp"
#include "shardline/cost/expert_operators.hpp"
#include "shardline/cost/routing.hpp"

namespace shardline {

namespace detail {

// Up (and gate), activation function, down: `width` is this rank's share of the inner width.
template <class T, class Sink>
constexpr void emit_dense(term t, weight_class c, count width, bool gated, bool bias,
                          const emission<T>& e, Sink& sink) {
  const count hidden = e.model.hidden_size;
  const count up = (gated ? 2 : 1) * width;
  sink(e.project(t, e.matrix(c, hidden, up)));
  if (bias) sink(fused_vector<T>{t, e.vector(c, up)});
  sink(elementwise<T>{t, {}, e.traffic(up + width), vector_kind::activation, width});
  sink(e.project(t, e.matrix(c, width, hidden)));
  if (bias) sink(fused_vector<T>{t, e.vector(c, hidden)});
}

}  // namespace detail

/// up, activation, down, all-reduce.
template <class T, class Sink>
constexpr void emit_feed_forward(const dense_feed_forward& f, const emission<T>& e, Sink& sink) {
  detail::emit_dense(term::dense_feed_forward, weight_class::dense_feed_forward,
                     share(f.width, e.layout.attention.tp, e.rank.tp), f.gated, f.bias, e, sink);
  detail::emit_tensor_reduction(e, sink);
}

namespace detail {

// Experts that the ep ranks share out: the model's, and the layout's copies of busy ones.
constexpr count placed_experts(const mixture_of_experts& f, const layout& l) noexcept {
  return f.experts + l.redundant_experts;
}

// This rank's share of an expert's inner width, padded as the engine pads 4-bit shards.
template <class T>
constexpr count expert_width(const mixture_of_experts& f, const emission<T>& e) noexcept {
  const count width = share(f.width, e.layout.expert.etp, e.rank.etp);
  if (e.formats[weight_class::routed_expert].element != precision::fp4) return width;
  return ceil_div(width, e.padding.fp4_width) * e.padding.fp4_width;
}

template <class T>
constexpr basic_expert_load<T> busiest_rank(const mixture_of_experts& f,
                                            const emission<T>& e) noexcept {
  const basic_expert_group<T> group{f.experts, f.experts_per_token, e.layout.expert.ep,
                                    e.step.group_tokens, e.layout.redundant_experts};
  return shardline::busiest_rank(e.step.routing, group, e.step.expert_imbalance);
}

// Routed rows on this rank: its share of group_tokens k, times the imbalance; at least one row once
// there is a token, at most what its experts can be sent.
template <class T>
constexpr T routed_rows(const mixture_of_experts& f, const emission<T>& e, count local,
                        const T& imbalance) noexcept {
  const T tokens = e.step.group_tokens;
  const double mean = static_cast<double>(f.experts_per_token) * static_cast<double>(local) /
                      static_cast<double>(placed_experts(f, e.layout));
  const count most = f.experts_per_token < local ? f.experts_per_token : local;
  const T busiest = max(tokens * T(mean) * imbalance, min(T(1.0), tokens));
  return min(busiest, tokens * real<T>(most));
}

// Whether tokens are sent to the ranks of their experts alone, rather than to the whole group.
constexpr bool sends_to_experts(const layout& l) noexcept {
  return replicas_per_expert_group(l) > 1 && l.expert.ep > 1 &&
         l.dispatch == expert_dispatch::all_to_all;
}

// Tokens that come to the busiest rank's kernels: the whole group's, or those with an expert here.
template <class T>
constexpr T tokens_seen(const mixture_of_experts& f, const emission<T>& e,
                        const T& imbalance) noexcept {
  const T all = e.step.group_tokens;
  if (!sends_to_experts(e.layout)) return all;
  const count ep = e.layout.expert.ep;
  const T sent = T(expected_destinations(f.experts_per_token, ep) / real<double>(ep));
  return min(max(all * sent * imbalance, T(1.0)), all);
}

// Rows that its kernels are handed: with every token all of its rows, wherever their experts are;
// with those that were sent here the rank's own, as exchanges sort them out.
template <class T>
constexpr T rows_seen(const mixture_of_experts& f, const emission<T>& e, const T& own) noexcept {
  if (sends_to_experts(e.layout)) return own;
  return e.step.group_tokens * real<T>(f.experts_per_token);
}

template <class T, class Sink>
constexpr void emit_routed_experts(const mixture_of_experts& f, const emission<T>& e,
                                   const basic_expert_load<T>& busiest, Sink& sink) {
  const count placed = placed_experts(f, e.layout);
  const count local = share(placed, e.layout.expert.ep, e.rank.ep);
  const count width = expert_width(f, e);
  const count hidden = e.model.hidden_size;
  const count up = (f.gated ? 2 : 1) * width;
  const T rows = routed_rows(f, e, local, busiest.imbalance);
  // Ranks differ by an expert where ep does not divide them, and the busiest is the fullest.
  const double of_fullest =
      real<double>(local) / real<double>(share(placed, e.layout.expert.ep, 0));
  const T distinct = min(busiest.distinct * T(of_fullest), rows);
  constexpr auto t = term::routed_experts;
  constexpr auto c = weight_class::routed_expert;
  const precision activation = e.model.activations;
  sink(grouped_gemm<T>{e.matrix(c, hidden, up, local), rows, distinct, activation});
  if (f.expert_bias) sink(fused_vector<T>{t, e.vector(c, up, local)});
  sink(expert_activation<T>{e.formats[c], rows, tokens_seen(f, e, busiest.imbalance),
                            rows_seen(f, e, rows), local, hidden, up, width, activation});
  sink(grouped_gemm<T>{e.matrix(c, width, hidden, local), rows, distinct, activation});
  if (f.expert_bias) sink(fused_vector<T>{t, e.vector(c, hidden, local)});
}

// Tokens that the busiest rank sends to its ep group, or takes from it: of both ways the one with
// more. A rank that holds its replica's tokens alone (fewer sequences than replicas) sends them
// all: own tokens, split between the tp ranks that hold them too, or copied to etp shards; with all
// replicas at work that is group_tokens / ep, and so many come back but for the imbalance.
template <class T>
constexpr routed_tokens<T> dispatched(const mixture_of_experts& f, const emission<T>& e,
                                      const T& imbalance) noexcept {
  const expert_mesh& mesh = e.layout.expert;
  const T own = e.step.own_tokens * (real<T>(mesh.etp) / real<T>(e.layout.attention.tp));
  const T all = e.step.group_tokens;
  const T mean = all / real<T>(mesh.ep);
  return {.by = e.experts.exchange,
          .sent = max(own, mean),
          .received = mean * imbalance,
          .all = all,
          .experts_per_token = f.experts_per_token,
          .experts = placed_experts(f, e.layout),
          .destinations = mesh.ep,
          .hidden = e.model.hidden_size,
          .value_bytes = wire_bytes(e.experts.dispatch.value_or(e.model.activations))};
}

// The ranks that one rank exchanges tokens with: its ep group, which the tp ranks of a replica
// share out; or, where experts are split wider than attention, one rank of every replica of the
// group.
constexpr rank_group dispatch_group(const layout& l) noexcept {
  const count tp = l.attention.tp;
  if (l.expert.etp > tp) return {replicas_per_expert_group(l), tp};
  return {l.expert.ep, l.expert.etp};
}

// An all-to-all of routed tokens; all of a token's copies to one rank are one.
template <class T>
constexpr collective<T> exchange_of(const routed_tokens<T>& x, const layout& l) noexcept {
  const double copies = expected_destinations(x.experts_per_token, x.destinations);
  return {collective_kind::all_to_all, dispatch_group(l), x.copied(copies), x};
}

// All tokens of the group on each of its ranks, in this precision.
template <class T>
constexpr collective<T> gathering(collective_kind kind, const emission<T>& e,
                                  const std::optional<precision>& p) noexcept {
  const rank_group group{replicas_per_expert_group(e.layout), e.layout.attention.tp};
  const double value = wire_bytes(p.value_or(e.model.activations));
  const double token = real<double>(e.model.hidden_size) * value;
  return {kind, group, bytes<T>::from_value(e.step.group_tokens * T(token))};
}

// Tokens to the experts, when the expert group spans several attention replicas.
template <class T, class Sink>
constexpr void emit_dispatch(const mixture_of_experts& f, const emission<T>& e,
                             const basic_expert_load<T>& busiest, Sink& sink) {
  // In one replica every rank of the group holds the tokens already.
  if (replicas_per_expert_group(e.layout) == 1) return;
  collective<T> op = sends_to_experts(e.layout)
                         ? exchange_of(dispatched(f, e, busiest.imbalance), e.layout)
                         : gathering(collective_kind::all_gather, e, e.experts.dispatch);
  op.beside_shared_experts = e.experts.overlap_shared;
  sink(op);
}

// Expert outputs back to the tokens' ranks, summed over everything that was split.
template <class T, class Sink>
constexpr void emit_combine(const mixture_of_experts& f, const emission<T>& e,
                            const basic_expert_load<T>& busiest, Sink& sink) {
  if (replicas_per_expert_group(e.layout) == 1) return emit_tensor_reduction(e, sink);
  if (!sends_to_experts(e.layout)) {
    sink(gathering(collective_kind::reduce_scatter, e, e.experts.combine));
    return emit_tensor_reduction(e, sink);
  }
  routed_tokens<T> results = dispatched(f, e, busiest.imbalance);
  results.results = true;
  results.value_bytes = wire_bytes(e.experts.combine.value_or(e.model.activations));
  sink(exchange_of(results, e.layout));
  const count tp = e.layout.attention.tp;
  const count etp = e.layout.expert.etp;
  const count summed = etp < tp ? etp : tp;
  const bytes<T> own = e.traffic(e.model.hidden_size);
  if (summed > 1) sink(collective<T>{collective_kind::all_reduce, {summed, 1}, own});
  // Fewer expert shards than tensor ranks: those shared out the dispatch and share its result.
  if (tp > summed) {
    sink(collective<T>{collective_kind::all_gather, {tp / summed, summed}, own});
  }
}

// Shared experts are dense blocks split over tp. Their partial sums join the experts' all-reduce,
// except where the experts' results come back complete and there is none to join.
template <class T, class Sink>
constexpr void emit_shared_experts(const mixture_of_experts& f, const emission<T>& e, Sink& sink) {
  if (f.shared_experts == 0) return;
  const count width = share(f.shared_experts * f.shared_width, e.layout.attention.tp, e.rank.tp);
  emit_dense(term::shared_experts, weight_class::shared_expert, width, f.gated, f.expert_bias, e,
             sink);
  const bool complete = sends_to_experts(e.layout) && e.layout.expert.etp < e.layout.attention.tp;
  if (complete) emit_tensor_reduction(e, sink);
}

}  // namespace detail

/// router, dispatch, routed and shared experts, combine.
/// Dispatch and combine carry activations in the precision that the engine states for them.
template <class T, class Sink>
constexpr void emit_feed_forward(const mixture_of_experts& f, const emission<T>& e, Sink& sink) {
  constexpr auto router = weight_class::router;
  sink(e.project(term::router, e.matrix(router, e.model.hidden_size, f.experts)));
  if (f.router_bias) sink(fused_vector<T>{term::router, e.vector(router, f.experts)});
  if (f.correction_bias) {
    sink(fused_vector<T>{term::router, {router, formats::fp32, 1, f.experts}});
  }
  if (f.shared_gate) sink(fused_vector<T>{term::router, e.vector(router, e.model.hidden_size)});
  const basic_expert_load<T> busiest = detail::busiest_rank(f, e);
  detail::emit_dispatch(f, e, busiest, sink);
  detail::emit_routed_experts(f, e, busiest, sink);
  detail::emit_shared_experts(f, e, sink);
  detail::emit_combine(f, e, busiest, sink);
}

/// A layer without a feed-forward block does nothing here.
template <class T, class Sink>
constexpr void emit_feed_forward(const no_feed_forward&, const emission<T>&, Sink&) noexcept {}

}  // namespace shardline
