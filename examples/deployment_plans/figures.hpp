// SPDX-License-Identifier: BSL-1.0
// Figures that several plans are asked for, each a fold over the library's operator list or map.
#pragma once

#include <cmath>
#include <initializer_list>
#include <type_traits>

#include "claim.hpp"
#include "shardline/model/rank_map.hpp"
#include "shardline/shardline.hpp"

namespace plans {

using namespace shardline;
using namespace shardline::literals;

// How many units a quantity is.
template <class Quantity>
[[nodiscard]] constexpr double in(const Quantity& unit, const Quantity& q) noexcept {
  return q.value() / unit.value();
}

// A share in percent.
[[nodiscard]] constexpr double percent(double part, double whole) noexcept {
  return 100.0 * part / whole;
}

// Wherever the plan is silent on how many experts a token takes, it may be any number of them.
[[nodiscard]] constexpr model with_experts_per_token(model m, integer k) noexcept {
  for (layer& l : m.layers.kinds) {
    if (auto* moe = std::get_if<mixture_of_experts>(&l.feed_forward)) moe->experts_per_token = k;
  }
  return m;
}

[[nodiscard]] constexpr model gated(model m) noexcept {
  for (layer& l : m.layers.kinds) {
    if (auto* moe = std::get_if<mixture_of_experts>(&l.feed_forward)) moe->gated = true;
  }
  return m;
}

// Routed experts of one layer.
[[nodiscard]] constexpr integer experts_per_layer(const model& m) noexcept {
  return experts_of(m).experts;
}

// The range of `figure_of` as each token takes from one to all of the experts.
template <class Function>
[[nodiscard]] constexpr figure over_experts_per_token(const model& m, Function&& figure_of) {
  const integer all = experts_per_layer(m);
  return hull(figure_of(with_experts_per_token(m, 1)), figure_of(with_experts_per_token(m, all)));
}

// Routed experts of all layers.
[[nodiscard]] constexpr integer expert_instances(const model& m) noexcept {
  return m.layers.size() * experts_per_layer(m);
}

// Routed experts that a GPU holds all or a part of, over its layers.
[[nodiscard]] constexpr integer experts_on(const rank_share& s) noexcept {
  return s.experts.number * s.layers.number;
}

// Operations and bytes of memory traffic of one rank of stage 0 in one step.
struct work {
  double flop = 0.0;
  double bytes = 0.0;
};

[[nodiscard]] constexpr work work_of(const model& m, const layout& l, const basic_step<>& s) {
  work sum;
  for_each_operator(m, l, s, 0, rank_coordinates{}, [&sum](const auto& op, integer times) {
    using operation = std::remove_cvref_t<decltype(op)>;
    if constexpr (has_flops<operation>) sum.flop += op.flops().value() * real<double>(times);
    if constexpr (!is_collective<operation> && !is_sequence_cache<operation>) {
      sum.bytes += op.bytes_moved().value() * real<double>(times);
    }
  });
  return sum;
}

// Operations of the whole model per token of a prefill, on no layout at all.
[[nodiscard]] constexpr double flop_per_token(const model& m, double sequence) {
  return work_of(m, layout{}, prefill_step(1.0, sequence, 0.0, 1.0)).flop / sequence;
}

// Collectives of one kind that a rank of `stage` takes part in, in one pass.
[[nodiscard]] constexpr integer collectives(const model& m, const layout& l, integer stage,
                                            std::initializer_list<collective_kind> kinds) {
  integer found = 0;
  for_each_operator(m, l, prefill_step(1.0, 1.0, 0.0, 1.0), stage, rank_coordinates{},
                    [&](const auto& op, integer times) {
                      if constexpr (is_collective<std::remove_cvref_t<decltype(op)>>) {
                        for (const collective_kind kind : kinds) {
                          found += op.kind == kind ? times : 0;
                        }
                      }
                    });
  return found;
}

// The same over all stages: what one pass of the model starts.
[[nodiscard]] constexpr integer collectives(const model& m, const layout& l,
                                            std::initializer_list<collective_kind> kinds) {
  integer found = 0;
  for (integer stage = 0; stage < l.pp; ++stage) found += collectives(m, l, stage, kinds);
  return found;
}

// The first attention operator of a rank of stage 0: its heads and their width.
[[nodiscard]] constexpr attention_core<double> attention_of(const model& m, const layout& l) {
  attention_core<double> first;
  for_each_operator(m, l, decode_step(1.0, 0.0, 1.0), 0, rank_coordinates{},
                    [&](const auto& op, integer) {
                      if constexpr (is_attention_core<std::remove_cvref_t<decltype(op)>>)
                        first = op;
                    });
  return first;
}

// Standard deviation, as a share of the mean, of what `figure_of(share)` says of each GPU.
template <class Function>
[[nodiscard]] double deviation_over_gpus(const model& m, const layout& l, Function&& figure_of) {
  const auto mean_of = [&](auto&& f) {
    double sum = 0.0;
    for (integer gpu = 0; gpu < l.gpus(); ++gpu) sum += f(figure_of(share_of_gpu(m, l, gpu)));
    return sum / real<double>(l.gpus());
  };
  const double mean = mean_of([](double x) { return x; });
  return std::sqrt(mean_of([mean](double x) { return (x - mean) * (x - mean); })) / mean;
}

// Weights of the GPU that holds this share.
[[nodiscard]] constexpr bytes<> weights_of(const model& m, const layout& l, const rank_share& s) {
  const integer stage = s.gpus.first / l.attention.size();
  const rank_coordinates r{s.tensor_shards.first, s.expert_shards.first,
                           s.gpus.first % l.attention.size() / l.expert.etp % l.expert.ep};
  return weights_of_rank(m, l, stage, r).total_bytes();
}

}  // namespace plans
