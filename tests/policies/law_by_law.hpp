// SPDX-License-Identifier: BSL-1.0
/// The law of a shape beside its operator: what both say of the same step. And all shapes of a rank.
#pragma once

#include <algorithm>
#include <cmath>

#include "../laws/random_inputs.hpp"
#include "shardline/model/segments.hpp"
#include "shardline/policies/laws.hpp"

namespace law_by_law {

namespace sl = shardline;
using sl::integer;

inline void add(sl::kernel_time<double>& sum, const sl::kernel_time<double>& t) {
  sum.compute += t.compute;
  sum.memory += t.memory;
  sum.exposed += t.exposed;
  sum.launch += t.launch;
}

/// A fold that wants everything and adds it up.
struct added_up {
  sl::kernel_time<double> sum{};
  int kernels = 0;

  static bool wants(std::size_t, std::size_t) { return true; }
  static bool wants_fixed() { return true; }
  void operator()(const sl::place_in_step&, const sl::kernel_time<double>& t) {
    add(sum, t);
    ++kernels;
  }
  void pass(const sl::place_in_step&, double memory, double launch) {
    add(sum, {0.0, memory, 0.0, launch});
    ++kernels;
  }
  void operator()(sl::term, const sl::kernel_time<double>& t) {
    add(sum, t);
    ++kernels;
  }
  void pass(sl::term, double memory, double launch) {
    add(sum, {0.0, memory, 0.0, launch});
    ++kernels;
  }
};

/// Adds up what operators take on an accelerator.
template <class Efficiency>
struct timed {
  const sl::basic_accelerator<double, Efficiency>& accelerator;
  sl::kernel_time<double> sum{};

  template <class Operator>
  void operator()(const Operator& op) {
    add(sum, plain(time_of(accelerator, op)));
  }
};

inline double relative_difference(double a, double b) {
  const double size = std::max(std::abs(a), std::abs(b));
  return size > 0.0 ? std::abs(a - b) / size : 0.0;
}

/// The largest of all four parts.
inline double relative_difference(const sl::kernel_time<double>& a,
                                  const sl::kernel_time<double>& b) {
  return std::max(
      {relative_difference(a.compute, b.compute), relative_difference(a.memory, b.memory),
       relative_difference(a.exposed, b.exposed), relative_difference(a.launch, b.launch)});
}

/// The same of the whole time: a part may be what another leaves of it, and so round coarser.
inline double difference_of_whole(const sl::kernel_time<double>& a,
                                  const sl::kernel_time<double>& b) {
  const double whole = std::max(a.total(), b.total());
  const double most = std::max({std::abs(a.compute - b.compute), std::abs(a.memory - b.memory),
                                std::abs(a.exposed - b.exposed), std::abs(a.launch - b.launch)});
  return whole > 0.0 ? most / whole : most;
}

template <class Shape>
double read_at_once(const Shape& o) {
  if constexpr (std::is_same_v<Shape, sl::fused_shape>) {
    return o.weight.total_bytes();
  } else if constexpr (sl::has_weight<Shape>) {
    return o.weight.matrix_bytes();
  } else {
    return 0.0;
  }
}

/// A sink that compares: visit(shape, time by its law, time of its operator), of shapes of kernels.
template <class Laws, class Efficiency, class Visit>
struct comparing {
  const sl::basic_accelerator<double, Efficiency>& accelerator;
  const sl::rank_step<double>& step;
  const Visit& visit;
  sl::routing_shape routing{};

  void operator()(const sl::routing_shape& r) { routing = r; }
  void operator()(const sl::sequence_cache&) const {}
  void operator()(const sl::logits_shape&) const {}
  void operator()(const sl::collective_shape&) const {}
  void operator()(const sl::exchange_shape&) const {}
  template <class Shape>
  void operator()(const Shape& o) const {
    Laws laws;
    laws.add(accelerator, {}, o, read_at_once(o), 0);
    sl::routings routings;
    routings.push_back(prepared_of(routing));
    added_up by_law;
    laws.price(sizes_of(step, routings), by_law);
    timed<Efficiency> by_operator{accelerator};
    sl::at_step<double, timed<Efficiency>> operators{step, by_operator, routed_of(routing, step)};
    operators(o);
    visit(o, by_law.sum, by_operator.sum);
  }
};

/// A prompt's, a decode or a mixed step.
inline sl::basic_step<> random_step(laws::dice& d) {
  const auto any = [&d](double most) { return std::floor(laws::log_between(d, 1.0, most)); };
  const double imbalance = d.flip() ? 1.0 : d.between(1.0, 3.0);
  const auto routing =
      d.flip() ? sl::basic_routing<>{} : sl::power_law_routing(d.between(0.0, 3.0));
  const double even = routing.law == sl::routing_law::even ? imbalance : 1.0;
  const double cached = d.flip() ? 0.0 : any(1e5);
  const auto prompts = sl::prefill_step(any(9.0), any(1e4), cached, even, routing);
  const auto decoding = sl::decode_step(any(1e3), any(1e5), even, routing);
  switch (d.whole(0, 2)) {
    case 0:
      return prompts;
    case 1:
      return decoding;
    default:
      return mixed_step(prompts, decoding);
  }
}

/// Hands on the shapes of each segment that a model has, and of a prediction layer's ends:
/// visit(segment) before those of each.
template <class Sink, class Visit>
void for_each_segment(const sl::model_context& e, Sink& sink, const Visit& visit) {
  const sl::segment_map map = segments_of(e.model);
  sl::sink_for shapes(sink);
  for (std::size_t s = 0; s < sl::segment::number; ++s) {
    if (sl::segment::is_half(s) && map.present[s] == 0) continue;
    visit(s);
    sl::detail::emit_segment(e, map, s, shapes);
  }
}
template <class Sink>
void for_each_segment(const sl::model_context& e, Sink& sink) {
  for_each_segment(e, sink, [](std::size_t) {});
}

/// visit(shape, by law, by operator) for every kernel of a rank in a step.
template <class Laws, class Efficiency, class Visit>
void compare_all(const sl::basic_accelerator<double, Efficiency>& a, const sl::model_context& e,
                 const sl::basic_step<>& s, const Visit& visit) {
  const sl::rank_step<double> own = rank_step_of(s, e.layout);
  comparing<Laws, Efficiency, Visit> sink{a, own, visit};
  for_each_segment(e, sink);
}

}  // namespace law_by_law
