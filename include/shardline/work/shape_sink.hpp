// SPDX-License-Identifier: BSL-1.0
/// What takes in the shapes that blocks emit. It is one type, so that the operators of every kind
/// of block are compiled once, however many things are worked out from them.
#pragma once

#include "shardline/work/shapes.hpp"

namespace shardline {

/// Takes in shapes in the order in which a rank runs them: sink(shape). What is to be worked out of
/// them is a structure with an operator() for each, or a template of one, and sink_for<> of it.
class shape_sink {
 public:
  constexpr virtual void operator()(const routing_shape&) = 0;
  constexpr virtual void operator()(const sequence_cache&) = 0;
  constexpr virtual void operator()(const logits_shape&) = 0;
  constexpr virtual void operator()(const collective_shape&) = 0;
  constexpr virtual void operator()(const exchange_shape&) = 0;
  constexpr virtual void operator()(const fused_shape&) = 0;
  constexpr virtual void operator()(const gemm_shape&) = 0;
  constexpr virtual void operator()(const vector_shape&) = 0;
  constexpr virtual void operator()(const grouped_gemm_shape&) = 0;
  constexpr virtual void operator()(const expert_activation_shape&) = 0;
  constexpr virtual void operator()(const attention_shape&) = 0;
  constexpr virtual void operator()(const recurrence_shape&) = 0;

 protected:
  constexpr shape_sink() noexcept = default;
  shape_sink(const shape_sink&) = default;
  shape_sink& operator=(const shape_sink&) = default;
  constexpr ~shape_sink() = default;
};

/// The sink that hands every shape to `fold`, which must outlive it.
///   sink_for sink(fold);  emit_layer(l, e, sink);
template <class Fold>
class sink_for final : public shape_sink {
 public:
  constexpr explicit sink_for(Fold& hands_to) noexcept : fold_(hands_to) {}

  constexpr void operator()(const routing_shape& o) override { fold_(o); }
  constexpr void operator()(const sequence_cache& o) override { fold_(o); }
  constexpr void operator()(const logits_shape& o) override { fold_(o); }
  constexpr void operator()(const collective_shape& o) override { fold_(o); }
  constexpr void operator()(const exchange_shape& o) override { fold_(o); }
  constexpr void operator()(const fused_shape& o) override { fold_(o); }
  constexpr void operator()(const gemm_shape& o) override { fold_(o); }
  constexpr void operator()(const vector_shape& o) override { fold_(o); }
  constexpr void operator()(const grouped_gemm_shape& o) override { fold_(o); }
  constexpr void operator()(const expert_activation_shape& o) override { fold_(o); }
  constexpr void operator()(const attention_shape& o) override { fold_(o); }
  constexpr void operator()(const recurrence_shape& o) override { fold_(o); }

 private:
  Fold& fold_;
};

}  // namespace shardline
