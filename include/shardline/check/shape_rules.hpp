// SPDX-License-Identifier: BSL-1.0
/// The rules on how a layout divides the blocks of a layer.
#pragma once

#include <numeric>

#include "shardline/base/alternative.hpp"
#include "shardline/check/report.hpp"
#include "shardline/model/model_context.hpp"

namespace shardline::detail {

// What a shard must be a multiple of where it is the output of a matrix.
constexpr integer output_edge(const weight_format& f) noexcept { return f.group_n; }

// A rank's share of a dimension that `degree` ranks divide must be whole scale blocks. Engines
// refuse to load 8-bit block formats otherwise (vLLM, validate_fp8_block_shape), and pad 4-bit
// floating-point ones (vLLM rounds mxfp4 shards up).
constexpr void require_blocks(report& r, integer degree, integer shard, const weight_format& f,
                              integer edge) noexcept {
  if (degree == 1 || edge <= 1) return;
  if (f.element == precision::fp4) {
    warn(r, warning::padded_blocks, !is_divisor(edge, shard), edge, shard);
  } else {
    require(r, rule::quantisation_block, is_divisor(edge, shard), edge, shard);
  }
}

// The same for a dimension that is split evenly; one that is not breaks another rule.
[[gnu::noinline]] constexpr void require_even_blocks(report& r, integer degree, integer dimension,
                                                     const weight_format& f,
                                                     integer edge) noexcept {
  if (is_divisor(degree, dimension))
    require_blocks(r, degree, items_in_part(dimension, degree, 0), f, edge);
}
// An inner width: output of the up projection, input of the down projection. The wider edge binds.
constexpr void require_inner_blocks(report& r, integer degree, integer width,
                                    const weight_format& up, const weight_format& down) noexcept {
  if (down.group_k > up.group_n) {
    require_even_blocks(r, degree, width, down, down.group_k);
  } else {
    require_even_blocks(r, degree, width, up, output_edge(up));
  }
}

// The ranks that can share a model's cache out: those that hold the same of every kind of layer.
struct copies_fold {
  integer tp = 1;
  integer copies = 1;
  template <class Attention>
  constexpr void operator()(const Attention& a) noexcept {
    copies = std::gcd(copies, a.cache_copies(tp));
  }
};
constexpr integer cache_copies(const model& m, integer tp) noexcept {
  copies_fold fold{tp, tp};
  for (const layer& l : m.layers.kinds) visit_alternative(l.attention, fold);
  return fold.copies;
}

// Judges what a layout does to the dimensions of a kind of block.
struct shape_rules {
  const shardline::layout& layout;
  layer_formats formats;
  report& r;

  constexpr void heads(integer n) const noexcept {
    require(r, rule::attention_heads, is_divisor(tp(), n), tp(), n);
  }
  constexpr void kv_heads(integer n) const noexcept {
    require(r, rule::kv_heads, is_divisor(tp(), n) || is_divisor(n, tp()), tp(), n);
  }
  constexpr void copies_kv_heads(integer n, integer sharing) const noexcept {
    warn(r, warning::replicated_kv_heads, n * sharing < tp(), n, tp());
  }
  constexpr void shares_cache(integer copies) const noexcept {
    require(r, rule::cache_copies, is_divisor(layout.dcp, copies), layout.dcp, copies);
  }
  constexpr void width(integer n) const noexcept {
    require(r, rule::feed_forward_width, is_divisor(tp(), n), tp(), n);
  }
  constexpr void output(weight_class c, integer n,
                        matrix_role role = matrix_role::input) const noexcept {
    require_even_blocks(r, tp(), n, formats(c, role), output_edge(formats(c, role)));
  }
  constexpr void output_of_rank(weight_class c, integer n) const noexcept {
    require_blocks(r, tp(), n, formats(c), output_edge(formats(c)));
  }
  constexpr void inner(weight_class c, integer n) const noexcept {
    require_inner_blocks(r, tp(), n, formats(c), formats(c, matrix_role::output));
  }
  constexpr void experts(integer n) const noexcept {
    const integer ep = layout.expert.ep;
    const integer placed = n + layout.redundant_experts;
    require(r, rule::experts, ep <= placed, ep, placed);
    warn(r, warning::uneven_experts, !is_divisor(ep, placed), placed, ep);
  }
  constexpr void even_experts(integer n) const noexcept {
    const integer ep = layout.expert.ep;
    const integer placed = n + layout.redundant_experts;
    require(r, rule::even_experts, is_divisor(ep, placed), ep, placed);
  }
  constexpr void expert_width(integer n) const noexcept {
    const integer etp = layout.expert.etp;
    require(r, rule::expert_width, is_divisor(etp, n), etp, n);
  }
  constexpr void expert_inner(weight_class c, integer n) const noexcept {
    require_inner_blocks(r, layout.expert.etp, n, formats(c), formats(c, matrix_role::output));
  }

 private:
  [[nodiscard]] constexpr integer tp() const noexcept { return layout.attention.tp; }
};

struct layer_checker {
  const shape_rules& rules;
  template <class Kind>
  constexpr void operator()(const Kind& k) const noexcept {
    k.sharding(rules);
  }
};

constexpr void check_layer(const layer& l, const model& m, const layout& on, report& r) noexcept {
  const shape_rules rules{on, formats_in(m, l), r};
  const layer_checker checker{rules};
  visit_alternative(l.attention, checker);
  visit_alternative(l.feed_forward, checker);
}

}  // namespace shardline::detail
