/// Can this layout exist? Every violated rule with both figures, warnings apart.
#pragma once

#include "shardline/estimate/memory.hpp"
#include "shardline/estimate/rules.hpp"
#include "shardline/estimate/serving.hpp"

namespace shardline {

/// A violated rule: `required` is what the layout asks for, `available` what there is. Where a
/// degree must divide a dimension, `required` is the degree and `available` the dimension.
struct violation {
  shardline::rule rule = rule::gpus;
  count required = 0;
  count available = 0;
};

/// A warning with the two figures it compares, in the order of its sentence.
struct warning_note {
  shardline::warning warning = warning::idle_gpus;
  count first = 0;
  count second = 0;
};

/// The answer of check(): infeasible if an input is invalid or a rule is violated.
struct report {
  bounded<invalid_field, 8> invalid{};
  bounded<violation, rule_count> violations{};
  bounded<warning_note, warning_count> warnings{};

  [[nodiscard]] constexpr bool feasible() const noexcept {
    return invalid.empty() && violations.empty();
  }
  /// The violation of rule `r`, or null.
  [[nodiscard]] constexpr const violation* find(rule r) const noexcept {
    for (const violation& v : violations) {
      if (v.rule == r) return &v;
    }
    return nullptr;
  }
  /// True when memory and time mean something: inputs are valid, the precision exists, and no stage
  /// is empty. A layout that breaks other rules is priced with its shards rounded up.
  [[nodiscard]] constexpr bool priceable() const noexcept {
    return invalid.empty() && find(rule::precision) == nullptr && find(rule::layers) == nullptr;
  }
};

namespace detail {

// Each rule is reported once, with the first figures that break it.
constexpr void require(report& r, rule broken, bool holds, count required,
                       count available) noexcept {
  if (!holds && r.find(broken) == nullptr) r.violations.push_back({broken, required, available});
}

constexpr void warn(report& r, warning w, bool applies, count first, count second) noexcept {
  if (!applies) return;
  for (const warning_note& note : r.warnings) {
    if (note.warning == w) return;
  }
  r.warnings.push_back({w, first, second});
}

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

constexpr void check_attention(const grouped_query_attention& a, const model& m, const layout& l,
                               report& r) noexcept {
  const count tp = l.attention.tp;
  require(r, rule::attention_heads, divides(tp, a.heads), tp, a.heads);
  require(r, rule::kv_heads, divides(tp, a.kv_heads) || divides(a.kv_heads, tp), tp, a.kv_heads);
  const weight_format& f = m.weights[weight_class::attention];
  require_inner_blocks(r, tp, a.heads * a.head_dim, f);
  require_blocks(r, tp, kv_heads_of_rank(a.kv_heads, tp, 0) * a.head_dim, f, output_edge(f));
  warn(r, warning::replicated_kv_heads, a.kv_heads < tp, a.kv_heads, tp);
}

constexpr void check_attention(const latent_attention& a, const model& m, const layout& l,
                               report& r) noexcept {
  const count tp = l.attention.tp;
  require(r, rule::attention_heads, divides(tp, a.heads), tp, a.heads);
  const weight_format& f = m.weights[weight_class::attention];
  const count edge = output_edge(f);
  require_even_blocks(r, tp, a.heads * (a.qk_nope_head_dim + a.qk_rope_head_dim), f, edge);
  require_even_blocks(r, tp, a.heads * (a.qk_nope_head_dim + a.v_head_dim), f, edge);
  require_inner_blocks(r, tp, a.heads * a.v_head_dim, f);
}

constexpr void check_feed_forward(const dense_feed_forward& f, const model& m, const layout& l,
                                  report& r) noexcept {
  const count tp = l.attention.tp;
  require(r, rule::feed_forward_width, divides(tp, f.width), tp, f.width);
  require_inner_blocks(r, tp, f.width, m.weights[weight_class::dense_feed_forward]);
}

constexpr void check_feed_forward(const mixture_of_experts& f, const model& m, const layout& l,
                                  report& r) noexcept {
  const count tp = l.attention.tp;
  const expert_mesh& mesh = l.expert;
  require(r, rule::expert_width, divides(mesh.etp, f.width), mesh.etp, f.width);
  require_inner_blocks(r, mesh.etp, f.width, m.weights[weight_class::routed_expert]);
  require(r, rule::experts, mesh.ep <= f.experts, mesh.ep, f.experts);
  warn(r, warning::uneven_experts, !divides(mesh.ep, f.experts), f.experts, mesh.ep);
  if (f.shared_experts == 0) return;
  const count shared = f.shared_experts * f.shared_width;
  require(r, rule::feed_forward_width, divides(tp, shared), tp, shared);
  require_inner_blocks(r, tp, shared, m.weights[weight_class::shared_expert]);
}

constexpr void check_layer(const layer& kind, const model& m, const layout& l, report& r) noexcept {
  if (std::holds_alternative<grouped_query_attention>(kind.attention)) {
    check_attention(std::get<grouped_query_attention>(kind.attention), m, l, r);
  } else {
    check_attention(std::get<latent_attention>(kind.attention), m, l, r);
  }
  if (std::holds_alternative<dense_feed_forward>(kind.feed_forward)) {
    check_feed_forward(std::get<dense_feed_forward>(kind.feed_forward), m, l, r);
  } else {
    check_feed_forward(std::get<mixture_of_experts>(kind.feed_forward), m, l, r);
  }
}

template <class T, class Efficiency>
constexpr void check_precision(const basic_accelerator<T, Efficiency>& a, precision math,
                               report& r) noexcept {
  const precision used = supported(a, math);
  const bool exists = has_peak(a.peak, used);
  require(r, rule::precision, exists, bits(math), 0);
  warn(r, warning::wider_math, exists && bits(used) > bits(math), bits(math), bits(used));
}

// Every class of weights that this model multiplies by.
template <class T, class Efficiency>
constexpr void check_precisions(const basic_accelerator<T, Efficiency>& a, const model& m,
                                report& r) noexcept {
  check_precision(a, m.activations, r);
  check_precision(a, m.weights[weight_class::attention].math, r);
  for (const layer& l : m.layers.kinds) {
    if (std::holds_alternative<dense_feed_forward>(l.feed_forward)) {
      check_precision(a, m.weights[weight_class::dense_feed_forward].math, r);
      continue;
    }
    check_precision(a, m.weights[weight_class::router].math, r);
    check_precision(a, m.weights[weight_class::routed_expert].math, r);
    if (std::get<mixture_of_experts>(l.feed_forward).shared_experts > 0) {
      check_precision(a, m.weights[weight_class::shared_expert].math, r);
    }
  }
  if (m.vocab_size == 0) return;
  const weight_class head = m.tied_embeddings ? weight_class::embedding : weight_class::head;
  check_precision(a, m.weights[head].math, r);
}

// The meshes against each other and the cluster.
template <class T, class Efficiency>
constexpr void check_geometry(const basic_cluster<T, Efficiency>& c, const model& m,
                              const layout& l, report& r) noexcept {
  const count replicas = saturating_product(l.attention.cp, l.attention.dp);
  const count layers = m.layers.size();
  require(r, rule::gpus, l.gpus() <= c.gpus, l.gpus(), c.gpus);
  require(r, rule::meshes, l.attention.size() == l.expert.size(), l.attention.size(),
          l.expert.size());
  require(r, rule::layers, l.pp <= layers, l.pp, layers);
  if (has_experts(m)) {
    require(r, rule::expert_replicas, divides(l.expert.edp, replicas), l.expert.edp, replicas);
  } else {
    require(r, rule::experts, l.expert.ep == 1, l.expert.ep, 0);
  }
  warn(r, warning::idle_gpus, l.gpus() < c.gpus, l.gpus(), c.gpus);
  warn(r, warning::tp_across_domains, l.attention.tp > c.gpus_per_domain, l.attention.tp,
       c.gpus_per_domain);
  warn(r, warning::uneven_layers, !divides(l.pp, layers), layers, l.pp);
  warn(r, warning::padded_vocabulary, !divides(l.attention.tp, m.vocab_size), m.vocab_size,
       l.attention.tp);
}

// A figure that exceeds another by a fraction must still do so in whole bytes and nanoseconds.
constexpr void require_within(report& r, rule broken, double required, double available) noexcept {
  require(r, broken, required <= available, rounded_up(required), rounded_down(available));
}

template <class T>
constexpr void require_time(report& r, rule slo, const seconds<T>& time,
                            const std::optional<seconds<T>>& allowed) noexcept {
  constexpr double ns = 1e9;
  if (allowed) require_within(r, slo, value_of(time.value()) * ns, value_of(allowed->value()) * ns);
}

// The rules that need no estimate.
template <class T, class Efficiency>
[[nodiscard]] constexpr report check_shape(const basic_cluster<T, Efficiency>& c, const model& m,
                                           const layout& l, const basic_workload<T>& w) noexcept {
  report r;
  r.invalid = validate(c, m, l, w).found;
  if (!r.invalid.empty()) return r;
  check_geometry(c, m, l, r);
  for (const layer& kind : m.layers.kinds) {
    check_layer(kind, m, l, r);
  }
  check_precisions(c.accelerator, m, r);
  const count length = rounded_up(w.input.value() + w.output.value());
  require(r, rule::context, m.max_context == 0 || length <= m.max_context, length, m.max_context);
  const count sequences = rounded_up(w.concurrency);
  warn(r, warning::idle_replicas, sequences < l.attention.dp, sequences, l.attention.dp);
  return r;
}

// The rules on what was estimated.
template <class T>
constexpr void check_figures(const basic_memory<T>& held, const basic_serving<T>& served,
                             const basic_workload<T>& w, report& r) noexcept {
  require_within(r, rule::memory, value_of(held.total().value()), value_of(held.capacity.value()));
  require_time(r, rule::ttft, served.ttft, w.max_ttft);
  require_time(r, rule::tpot, served.tpot, w.max_tpot);
}

}  // namespace detail

/// Every rule that the deployment violates, and warnings. Never throws.
/// The time rules compare serving()'s ttft and tpot and apply only where the workload sets them.
///   EP64 x TP16 x PP4 x DP4 on 64 GPUs violates rule::gpus, required 16384, available 64
/// Invalid inputs are listed in `invalid`; rules are then not tried, since figures mean nothing.
template <class T, class Efficiency>
[[nodiscard]] constexpr report check(const basic_cluster<T, Efficiency>& c, const model& m,
                                     const layout& l, const basic_workload<T>& w) noexcept {
  report r = detail::check_shape(c, m, l, w);
  if (!r.priceable()) return r;
  basic_serving<T> served;
  if (w.max_ttft || w.max_tpot) served = serving(c, m, l, w);
  detail::check_figures(memory(c, m, l, w), served, w, r);
  return r;
}

}  // namespace shardline
