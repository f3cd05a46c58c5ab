// SPDX-License-Identifier: BSL-1.0
/// A sink that keeps the operators it is given, in order within each type.
#pragma once

#include <vector>

#include "shardline/model/blocks.hpp"

namespace recording {

namespace sl = shardline;

struct recorded {
  std::vector<sl::gemm<double>> gemms{};
  std::vector<sl::attention_core<double>> cores{};
  std::vector<sl::recurrence<double>> recurrences{};
  std::vector<sl::sequence_cache> caches{};
  std::vector<sl::elementwise<double>> vectors{};
  std::vector<sl::expert_activation<double>> activations{};
  std::vector<sl::weight> fused{};
  std::vector<sl::logits<double>> logits{};
  std::vector<sl::collective<double>> collectives{};
  std::vector<sl::term> lines{};  // of all of them; equal neighbours once

  void operator()(const sl::gemm<double>& g) { keep(gemms, g, g.term); }
  void operator()(const sl::grouped_gemm<double>& g) { keep(gemms, g.as_gemm(), g.term); }
  void operator()(const sl::expert_activation<double>& a) {
    vectors.push_back({a.term, {}, a.activation_bytes()});
    keep(activations, a, a.term);
  }
  void operator()(const sl::attention_core<double>& c) { keep(cores, c, c.term); }
  void operator()(const sl::recurrence<double>& r) { keep(recurrences, r, r.term); }
  void operator()(const sl::sequence_cache& c) { keep(caches, c, c.term); }
  void operator()(const sl::elementwise<double>& v) { keep(vectors, v, v.term); }
  void operator()(const sl::fused_vector<double>& v) { keep(fused, v.weight, v.term); }
  void operator()(const sl::logits<double>& l) { keep(logits, l, l.term); }
  void operator()(const sl::collective<double>& c) { keep(collectives, c, sl::term_of(c.kind)); }

  [[nodiscard]] bool sends(sl::collective_kind kind, sl::rank_group group, double message) const {
    for (const sl::collective<double>& c : collectives) {
      const double relative = c.message.value() / message;
      if (c.kind == kind && c.group.size == group.size && c.group.stride == group.stride &&
          relative > 1.0 - 1e-12 && relative < 1.0 + 1e-12) {
        return true;
      }
    }
    return false;
  }
  /// Elements of all weights of a class that are stored here.
  [[nodiscard]] sl::integer stored(sl::weight_class c) const {
    sl::integer n = 0;
    const auto add = [&n, c](const sl::weight& w) {
      if (w.weight_class == c && w.resident) n += w.elements();
    };
    for (const auto& g : gemms) add(g.weight);
    for (const auto& v : vectors) add(v.weight);
    for (const sl::weight& w : fused) add(w);
    return n;
  }
  /// FLOP of all matrix multiplications.
  [[nodiscard]] double multiplied() const {
    double sum = 0.0;
    for (const auto& g : gemms) sum += g.flops().value();
    return sum;
  }

 private:
  template <class Kept, class Operator>
  void keep(std::vector<Kept>& in, const Operator& op, sl::term t) {
    in.push_back(op);
    if (lines.empty() || lines.back() != t) lines.push_back(t);
  }
};

inline bool shape(const sl::weight& w, sl::integer k, sl::integer n) {
  return w.k == k && w.n == n;
}

inline sl::layout tensor_parallel(sl::integer tp) { return {{tp, 1, 1}, {tp, 1, 1}}; }

/// A model 16 wide, in bf16: 32 bytes a token.
inline sl::model sixteen_wide() {
  sl::model m;
  m.hidden_size = 16;
  return m;
}

/// The operators that emit(sink) emits, in a step.
template <class Emit>
recorded operators_of(const sl::model_context& e, const sl::basic_step<>& s, const Emit& emit) {
  const sl::rank_step<double> own = rank_step_of(s, e.layout);
  recorded found;
  sl::at_step<double, recorded> operators{own, found};
  sl::sink_for sink(operators);
  emit(sink);
  return found;
}

/// The operators of one token-mixing block of a model on rank `r`.
template <class Attention>
recorded mixing_of(const Attention& a, const sl::model& m, const sl::layout& l,
                   const sl::basic_step<>& s, const sl::rank_coordinates& r = {}) {
  const sl::model_context e{m, l, r};
  return operators_of(e, s, [&](auto& sink) { a.emit(e, sink); });
}
/// Those of one in a model 16 wide.
template <class Attention>
recorded block_of(const Attention& a, const sl::layout& l, const sl::basic_step<>& s) {
  return mixing_of(a, sixteen_wide(), l, s);
}
/// Those of one feed-forward block.
template <class FeedForward>
recorded feeding_of(const FeedForward& f, const sl::model_context& e, const sl::basic_step<>& s) {
  return operators_of(e, s, [&](auto& sink) { f.emit(e, sink); });
}

}  // namespace recording
