// SPDX-License-Identifier: BSL-1.0
/// The matrices of a dense block or of shared experts, and what lies between them.
#pragma once

#include "shardline/work/block_context.hpp"

namespace shardline::detail {

// Up (and gate), activation function, down: `width` is this rank's share of the inner width.
constexpr void emit_dense(term t, weight_class c, integer width, bool gated, bool bias,
                          const block_context& e, shape_sink& sink) {
  const integer hidden = e.hidden_size;
  const integer up = (gated ? 2 : 1) * width;
  sink(e.project(t, e.matrix(c, hidden, up)));
  if (bias) sink(fused_shape{t, e.vector(c, up)});
  sink(vector_shape{t, {}, e.values_bytes(up + width), vector_kind::activation, width});
  sink(e.project(t, e.matrix(c, matrix_role::output, width, hidden)));
  if (bias) sink(fused_shape{t, e.vector(c, hidden)});
}

}  // namespace shardline::detail
