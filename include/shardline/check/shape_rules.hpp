/// The rules on how a layout divides the blocks of a layer.
#pragma once

#include <numeric>

#include "shardline/base/alternative.hpp"
#include "shardline/check/report.hpp"
#include "shardline/model/emission.hpp"

namespace shardline::detail {

// What a shard must be a multiple of: the block's output edge where it is the output of a matrix,
// the wider edge where it is also the input of the next one.
constexpr count output_edge(const weight_format& f) noexcept { return f.group_n; }
constexpr count wider_edge(const weight_format& f) noexcept {
  return f.group_k > f.group_n ? f.group_k : f.group_n;
}

// A rank's share of a dimension that `degree` ranks divide must be whole scale blocks. Engines
// refuse to load 8-bit block formats otherwise (vLLM, validate_fp8_block_shape), and pad 4-bit
// floating-point ones (vLLM rounds mxfp4 shards up).
constexpr void require_blocks(report& r, count degree, count shard, const weight_format& f,
                              count edge) noexcept {
  if (degree == 1 || edge <= 1) return;
  if (f.element == precision::fp4) {
    warn(r, warning::padded_blocks, !divides(edge, shard), edge, shard);
  } else {
    require(r, rule::quantisation_block, divides(edge, shard), edge, shard);
  }
}

// The same for a dimension that is split evenly; one that is not breaks another rule.
constexpr void require_even_blocks(report& r, count degree, count dimension, const weight_format& f,
                                   count edge) noexcept {
  if (divides(degree, dimension)) require_blocks(r, degree, share(dimension, degree, 0), f, edge);
}
// An inner width: output of the up projection, input of the down projection.
constexpr void require_inner_blocks(report& r, count degree, count width,
                                    const weight_format& f) noexcept {
  require_even_blocks(r, degree, width, f, wider_edge(f));
}

// Tensor-parallel ranks that hold the same keys and values, and can share their tokens out. Engines
// share no windows, which hold so few (vLLM refuses such models, as here). Layers without a growing
// cache do not mind (SGLang's dcp leaves them as they are; vLLM refuses such models too).
constexpr count cache_copies(const grouped_query_attention& a, count tp) noexcept {
  return a.window == 0 && a.kv_heads < tp ? tp / a.kv_heads : 1;
}
template <class Attention>
constexpr count cache_copies(const Attention&, count tp) noexcept {
  return tp;
}

// Copies of a model's cache: what every kind of layer can share.
struct copies_fold {
  count tp = 1;
  count copies = 1;
  template <class Attention>
  constexpr void operator()(const Attention& a) noexcept {
    copies = std::gcd(copies, cache_copies(a, tp));
  }
};
constexpr count cache_copies(const model& m, count tp) noexcept {
  copies_fold fold{tp, tp};
  for (const layer& kind : m.layers.kinds) visit_alternative(kind.attention, fold);
  return fold.copies;
}

template <class Attention>
constexpr void require_copies(report& r, const layout& l, const Attention& a) noexcept {
  const count copies = cache_copies(a, l.attention.tp);
  require(r, rule::cache_copies, divides(l.dcp, copies), l.dcp, copies);
}

constexpr void check_attention(const grouped_query_attention& a, const layer_formats& formats,
                               const layout& l, report& r) noexcept {
  const count tp = l.attention.tp;
  require(r, rule::attention_heads, divides(tp, a.heads), tp, a.heads);
  require(r, rule::kv_heads, divides(tp, a.kv_heads) || divides(a.kv_heads, tp), tp, a.kv_heads);
  require_copies(r, l, a);
  const weight_format& f = formats[weight_class::attention];
  require_inner_blocks(r, tp, a.heads * a.head_dim, f);
  require_blocks(r, tp, kv_heads_of_rank(a.kv_heads, tp, 0) * a.head_dim, f, output_edge(f));
  warn(r, warning::replicated_kv_heads, a.kv_heads * l.dcp < tp, a.kv_heads, tp);
}

constexpr void check_attention(const latent_attention& a, const layer_formats& formats,
                               const layout& l, report& r) noexcept {
  const count tp = l.attention.tp;
  require(r, rule::attention_heads, divides(tp, a.heads), tp, a.heads);
  require_copies(r, l, a);
  const weight_format& f = formats[weight_class::attention];
  const count edge = output_edge(f);
  require_even_blocks(r, tp, a.heads * (a.qk_nope_head_dim + a.qk_rope_head_dim), f, edge);
  require_even_blocks(r, tp, a.heads * (a.qk_nope_head_dim + a.v_head_dim), f, edge);
  require_inner_blocks(r, tp, a.heads * a.v_head_dim, f);
}

constexpr void check_attention(const linear_attention& a, const layer_formats& formats,
                               const layout& l, report& r) noexcept {
  const count tp = l.attention.tp;
  require(r, rule::attention_heads, divides(tp, a.key_heads), tp, a.key_heads);
  const weight_format& f = formats[weight_class::attention];
  require_even_blocks(r, tp, a.key_heads * a.key_head_dim, f, output_edge(f));
  require_inner_blocks(r, tp, a.value_heads * a.value_head_dim, f);
}

constexpr void check_attention(const state_space& a, const layer_formats& formats, const layout& l,
                               report& r) noexcept {
  const count tp = l.attention.tp;
  require(r, rule::attention_heads, divides(tp, a.heads), tp, a.heads);
  require(r, rule::kv_heads, divides(tp, a.groups) || divides(a.groups, tp), tp, a.groups);
  require_inner_blocks(r, tp, a.heads * a.head_dim, formats[weight_class::attention]);
  warn(r, warning::replicated_kv_heads, a.groups < tp, a.groups, tp);
}

constexpr void check_attention(const no_attention&, const layer_formats&, const layout&,
                               report&) noexcept {}

constexpr void check_feed_forward(const dense_feed_forward& f, const layer_formats& formats,
                                  const layout& l, report& r) noexcept {
  const count tp = l.attention.tp;
  require(r, rule::feed_forward_width, divides(tp, f.width), tp, f.width);
  require_inner_blocks(r, tp, f.width, formats[weight_class::dense_feed_forward]);
}

constexpr void check_feed_forward(const mixture_of_experts& f, const layer_formats& formats,
                                  const layout& l, report& r) noexcept {
  const count tp = l.attention.tp;
  const expert_mesh& mesh = l.expert;
  require(r, rule::expert_width, divides(mesh.etp, f.width), mesh.etp, f.width);
  require_inner_blocks(r, mesh.etp, f.width, formats[weight_class::routed_expert]);
  const count placed = f.experts + l.redundant_experts;
  require(r, rule::experts, mesh.ep <= placed, mesh.ep, placed);
  warn(r, warning::uneven_experts, !divides(mesh.ep, placed), placed, mesh.ep);
  if (f.shared_experts == 0) return;
  const count shared = f.shared_experts * f.shared_width;
  require(r, rule::feed_forward_width, divides(tp, shared), tp, shared);
  require_inner_blocks(r, tp, shared, formats[weight_class::shared_expert]);
}

constexpr void check_feed_forward(const no_feed_forward&, const layer_formats&, const layout&,
                                  report&) noexcept {}

struct layer_checker {
  layer_formats formats;
  const layout& l;
  report& r;

  template <class Kind>
  constexpr void operator()(const Kind& kind) const noexcept {
    if constexpr (requires { check_attention(kind, formats, l, r); }) {
      check_attention(kind, formats, l, r);
    } else {
      check_feed_forward(kind, formats, l, r);
    }
  }
};

constexpr void check_layer(const layer& kind, const model& m, const layout& l, report& r) noexcept {
  const layer_checker checker{formats_in(m, kind), l, r};
  visit_alternative(kind.attention, checker);
  visit_alternative(kind.feed_forward, checker);
}

}  // namespace shardline::detail
