// SPDX-License-Identifier: BSL-1.0
/// Several versions of the residual stream, of which each layer works on one and predicts the
/// others, and a narrow path beside attention.
#pragma once

#include "shardline/model/model_context.hpp"

namespace shardline::detail {

// Both matrices of a path lie on every rank, as do those that mix the versions; none is quantised.
inline constexpr weight_class versions_class = weight_class::norm;

// Stored as norms are, multiplied like activations.
constexpr weight unquantised(const model_context& e, integer k, integer n) noexcept {
  weight_format f = e.formats.of_model[weight_class::norm];
  f.math = e.activations;
  return {versions_class, f, k, n};
}

/// Before the block of a layer that mixes tokens: a router's norm and product, by which n versions
/// are mixed to n; and the path beside attention, in and out of `low_rank` values, normed.
/// Source: Gemma3nTextAltUp.predict and Gemma3nTextLaurelBlock of modeling_gemma3n.py,
/// huggingface/transformers (4.57).
constexpr void emit_versions_before(const model_context& e, shape_sink& sink) {
  const alternating_updates& own = e.model.updates;
  if (own.versions == 1) return;
  const integer n = own.versions;
  const integer h = e.hidden_size;
  sink(gemm_shape{term::norms, unquantised(e, h, n + own.low_rank), step_extent::tokens,
                  e.activations});
  sink(fused_shape{term::norms, e.vector(versions_class, h + n * n * n)});
  sink(vector_shape{term::norms, {}, e.values_bytes(2 * n * h), vector_kind::norm, n * h});
  if (own.low_rank == 0) return;
  sink(
      gemm_shape{term::norms, unquantised(e, own.low_rank, h), step_extent::tokens, e.activations});
  sink(vector_shape{term::norms, e.vector(versions_class, h), e.values_bytes(3 * h),
                    vector_kind::norm, h});
}

/// Behind the layer: the same router again, by which what one version learned corrects all, and a
/// scale of the one.
constexpr void emit_versions_behind(const model_context& e, shape_sink& sink) {
  const integer n = e.model.updates.versions;
  if (n == 1) return;
  const integer h = e.hidden_size;
  weight router = unquantised(e, h, n);
  router.resident = false;  // held already
  sink(gemm_shape{term::norms, router, step_extent::tokens, e.activations});
  sink(fused_shape{term::norms, e.vector(versions_class, n * n + h)});
  sink(vector_shape{term::norms, {}, e.values_bytes(2 * n * h), vector_kind::norm, n * h});
}

/// The versions from the embedding, or one stream of them before the head: a square product each.
constexpr void emit_versions_end(const model_context& e, step_extent rows, shape_sink& sink) {
  const integer others = e.model.updates.versions - 1;
  if (others == 0) return;
  const integer h = e.hidden_size;
  sink(gemm_shape{term::norms, unquantised(e, h, others * h), rows, e.activations});
  sink(vector_shape{term::norms, {}, e.values_bytes(2 * (others + 1) * h), vector_kind::norm, h});
}

}  // namespace shardline::detail
