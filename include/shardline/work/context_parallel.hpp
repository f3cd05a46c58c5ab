// SPDX-License-Identifier: BSL-1.0
/// How the ranks that share the tokens of a sequence come to its attention: cp ranks share the new
/// tokens of a prompt, dcp ranks the cached tokens of a decode step.
#pragma once

#include "shardline/work/block_context.hpp"

namespace shardline::detail {

/// Ranks that share the new tokens in this phase.
constexpr integer query_split(const block_context& e, phase p) noexcept {
  return p == phase::prefill ? e.layout.attention.cp : 1;
}

/// Ranks that share its cached tokens; a prompt gathers them first.
constexpr integer cache_split(const block_context& e, phase p) noexcept {
  return p == phase::decode ? e.layout.dcp : 1;
}

/// Keys and values that a prompt lacks: the new ones of the other cp ranks, and the cached ones of
/// the other dcp ranks. `bytes_per_token` is what one rank would keep of each token.
///   gathered = sequences new_tokens bytes_per_token;  sequences context bytes_per_token
constexpr void emit_context_gather(const block_context& e, phase p, double bytes_per_token,
                                   shape_sink& sink) {
  if (p == phase::decode) return;
  const attention_mesh& mesh = e.layout.attention;
  constexpr auto gather = collective_kind::all_gather;
  if (mesh.cp > 1) {
    const rank_group group{mesh.cp, mesh.tp};
    sink(collective_shape{gather, group, step_extent::prompt_tokens, bytes_per_token});
  }
  if (e.layout.dcp > 1) {
    const rank_group group{e.layout.dcp, 1};
    sink(collective_shape{gather, group, step_extent::prompt_context, bytes_per_token});
  }
}

/// Before a decode step over a shared cache: every dcp rank takes the queries of all of them.
///   gathered = sequences new_tokens dcp heads qk_dim activation
/// Source: vllm/v1/attention/backends (query all-gather over the DCP group).
constexpr void emit_query_gather(const block_context& e, phase p, integer heads, integer qk_dim,
                                 shape_sink& sink) {
  const integer split = cache_split(e, p);
  if (split == 1) return;
  sink(collective_shape{collective_kind::all_gather,
                        {split, 1},
                        step_extent::decode_tokens,
                        e.values_bytes(split * heads * qk_dim)});
}

/// After it: the ranks exchange the logarithms of their softmax sums (fp32), weight their partial
/// outputs by them, and scatter the sums back to the ranks that own the heads.
///   gathered = sequences new_tokens dcp (dcp heads) 4;  scattered = ... dcp heads v_dim activation
/// Source: vllm/attention/ops/common.py, cp_lse_ag_out_rs.
constexpr void emit_output_scatter(const block_context& e, phase p, integer heads, integer v_dim,
                                   shape_sink& sink) {
  const integer split = cache_split(e, p);
  if (split == 1) return;
  constexpr auto decoding = step_extent::decode_tokens;
  const double sums = element_bytes(precision::fp32) * real<double>(split * split * heads);
  sink(collective_shape{collective_kind::all_gather, {split, 1}, decoding, sums});
  sink(collective_shape{collective_kind::reduce_scatter,
                        {split, 1},
                        decoding,
                        e.values_bytes(split * heads * v_dim)});
}

}  // namespace shardline::detail
