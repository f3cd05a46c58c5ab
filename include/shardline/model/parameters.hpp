// SPDX-License-Identifier: BSL-1.0
/// Parameters and stored bytes of weights, by class: the fold of the operator list over `weight`.
#pragma once

#include <array>

#include "shardline/model/blocks.hpp"

namespace shardline {

/// Elements and bytes of each weight class.
struct weight_totals {
  std::array<integer, weight_class_count> elements{};
  std::array<double, weight_class_count> stored_bytes{};

  /// Parameters of all classes.
  [[nodiscard]] constexpr integer total() const noexcept {
    integer sum = 0;
    for (const integer n : elements) sum += n;
    return sum;
  }
  [[nodiscard]] constexpr integer operator[](weight_class c) const noexcept {
    return elements[static_cast<std::size_t>(c)];
  }
  /// Stored bytes of one class, scales included.
  [[nodiscard]] constexpr bytes<> bytes_of(weight_class c) const noexcept {
    return bytes<>::from_value(stored_bytes[static_cast<std::size_t>(c)]);
  }
  /// Stored bytes of all classes.
  [[nodiscard]] constexpr bytes<> total_bytes() const noexcept {
    double sum = 0.0;
    for (const double b : stored_bytes) sum += b;
    return bytes<>::from_value(sum);
  }
  /// Adds so many times a weight, its tensors padded as the engine holds them.
  constexpr void add(const weight& w, integer times, const shard_padding& padding = {}) noexcept {
    const auto i = static_cast<std::size_t>(w.weight_class);
    elements[i] += times * w.elements();
    stored_bytes[i] += static_cast<double>(times) * padding.held(w.total_bytes());
  }

  template <class List>
  static constexpr void parts(List&& list) {
    list("elements", &weight_totals::elements);
    list("stored_bytes", &weight_totals::stored_bytes);
  }
};

namespace detail {

// Adds up resident weights, as the engine's allocator holds them.
struct weight_fold {
  weight_totals totals{};
  shard_padding padding{};
  template <class Operator>
  constexpr void operator()(const Operator& o, integer times) noexcept {
    if constexpr (has_weight<Operator>) {
      if (o.weight.resident) totals.add(o.weight, times, padding);
    }
  }
  template <class Operator>
  constexpr void operator()(const Operator& o) noexcept {
    (*this)(o, 1);
  }
};

// Adds up what a sequence keeps: per token, and whatever its length.
struct cache_fold {
  double bytes_per_token = 0.0;
  double state_bytes = 0.0;
  template <class Operator>
  constexpr void operator()(const Operator& o, integer times) noexcept {
    if constexpr (is_sequence_cache<Operator>) {
      bytes_per_token += real<double>(times) * o.bytes_per_token;
      state_bytes += real<double>(times) * o.state_bytes;
    }
  }
};

// Values of a layer's tables that a token does not look up.
constexpr integer unread_values(const layer& l) noexcept {
  integer unread = 0;
  visit_alternative(l.attention, [&unread]<class Kind>(const Kind& kind) {
    if constexpr (stands_alone<Kind>) unread = kind.unread_values();
  });
  return unread;
}

// Every operator of the prediction layers that holds weights: fold(operator, times).
template <class Fold>
constexpr void for_each_mtp_operator(const model& m, Fold& fold) {
  if (m.mtp_layers == 0 || m.layers.runs.empty()) return;
  const layout whole{};
  const model_context e{m, whole};
  listing<Fold> list{fold, m.mtp_layers};
  sink_for sink(list);
  emit_prediction_layer(e, sink);
}

}  // namespace detail

/// Weights that rank `r` of pipeline stage `stage` holds, counts and bytes by class, its shards
/// padded as the engine does: the sum over for_each_block(). For a layout that check() accepts.
///   llama_3_1_8b, tp 8, rank 0: 1,004,015,616 parameters   (tests/model/parameters.cpp)
[[nodiscard]] constexpr weight_totals weights_of_rank(const model& m, const layout& l,
                                                      integer stage, const rank_coordinates& r,
                                                      const shard_padding& padding = {}) noexcept {
  detail::weight_fold fold{{}, padding};
  detail::listing<detail::weight_fold> list{fold};
  for_each_block(model_context{m, l, r, padding}, blocks_of_stage(m, l, stage), list);
  return fold.totals;
}

/// Parameters of a model by class, counts and bytes, every norm, bias and router counted, a tied
/// head once: weights_of_rank() of one GPU.
///   parameters(catalog::llama_3_1_8b).total() = 8,030,261,248   (tests/model/parameters.cpp)
[[nodiscard]] constexpr weight_totals parameters(const model& m) noexcept {
  return weights_of_rank(m, layout{}, 0, rank_coordinates{});
}

/// Parameters of the multi-token-prediction layers, counts and bytes by class, which parameters()
/// leaves out; none where the model has no such layer. Each is a layer like the model's last, a
/// projection of two residual streams to one, and three norms:
///   mtp_layers (layer + 2 h^2 + 3 h norms)
/// Embedding and head are the model's own; checkpoints that hold copies have 2 vocab_size h more.
/// Source: DeepSeek-V3, arXiv 2412.19437, section 2.2.
///   mtp_parameters(catalog::deepseek_v3).total() = 11,610,068,224   (tests/model/parameters.cpp)
[[nodiscard]] constexpr weight_totals mtp_parameters(const model& m) noexcept {
  detail::weight_fold fold;
  detail::for_each_mtp_operator(m, fold);
  return fold.totals;
}

/// Parameters one token meets: routed experts count k of E, tables of n-grams the rows that it
/// looks up, everything else in full.
///   active_parameters(catalog::mixtral_8x7b) = 12,879,925,248
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr integer active_parameters(const model& m) noexcept {
  const layout whole{};
  const model_context e{m, whole};
  const kind_counts layers = m.layers.counts(0, m.layers.size());
  integer active = parameters(m).total();
  for (std::size_t kind = 0; kind < m.layers.kinds.size(); ++kind) {
    const layer& l = m.layers.kinds[kind];
    active -= layers[kind] * detail::unread_values(l);
    const routed_experts routed = experts_of(l);
    if (routed.experts == 0) continue;
    detail::weight_fold of_layer;
    sink_for sink(of_layer);
    detail::emit_layer(l, e, sink);
    const integer per_expert = of_layer.totals[weight_class::routed_expert] / routed.experts;
    active -= layers[kind] * per_expert * (routed.experts - routed.experts_per_token);
  }
  return active;
}

/// Bytes of KV cache that one more token of one sequence takes, over all layers and ranks of one
/// copy of the model, while it is inside every window.
///   kv_bytes_per_token(catalog::llama_3_1_70b) = 327,680;  deepseek_v3 = 70,272
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr bytes_per_token<> kv_bytes_per_token(const model& m) noexcept {
  detail::cache_fold fold;
  detail::listing<detail::cache_fold> list{fold};
  const layout whole{};
  for_each_block(model_context{m, whole}, blocks_of_stage(m, whole, 0), list);
  return bytes_per_token<>::from_value(fold.bytes_per_token);
}

/// Bytes that the linear-attention and state-space layers keep of one sequence, whatever its
/// length, over all layers and ranks of one copy of the model; 0 where there are none. What each
/// keeps stands at its kind (work/kinds/gated_delta_rule.hpp, state_space.hpp and others).
///   llama_3_1_70b: 0 bytes   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr bytes<> state_bytes_per_sequence(const model& m) noexcept {
  detail::cache_fold fold;
  detail::listing<detail::cache_fold> list{fold};
  const layout whole{};
  for_each_block(model_context{m, whole}, blocks_of_stage(m, whole, 0), list);
  return bytes<>::from_value(fold.state_bytes);
}

}  // namespace shardline
