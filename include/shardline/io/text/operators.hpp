// SPDX-License-Identifier: BSL-1.0
/// The time of one operator as an equation with its numbers: "2 x 64 x 8192 x 1280 FLOP / (989
/// TFLOP/s x 0.71) + 1.2 us unhidden + 2.1 us launch".
#pragma once

#include <array>
#include <string>

#include "shardline/io/text/units.hpp"
#include "shardline/policies/policy.hpp"
#include "shardline/time/time.hpp"

namespace shardline {

/// An operator's time, so that seconds = amount / (rate share) + exposed + fixed.
///   label     what runs, without the step's size: "8192 x 1280, fp8"
///   work      the amount, spelled out with its numbers
///   by        what the amount waits for: compute, memory or link; or launch where `fixed` is more
///             than all the rest
///   amount    FLOP of compute, else bytes: of memory those moved, of a link those of the message
///   rate      the data sheet's FLOP/s or B/s; of a link what the message reaches
///   share     of the rate that is reached; of a link 1
///   exposed   s: of the shorter bound, and of a kernel's last blocks
///   fixed     s: launches; of a collective what it takes for an empty message
struct operator_equation {
  std::string label{};
  std::string work{};
  bound by = bound::memory;
  double amount = 0.0;
  double rate = 0.0;
  double share = 1.0;
  double exposed = 0.0;
  double fixed = 0.0;

  /// amount / (rate share) + exposed + fixed [s]; no division where there is no amount.
  [[nodiscard]] double seconds() const {
    return (amount > 0.0 ? amount / (rate * share) : 0.0) + exposed + fixed;
  }
};

namespace detail {

inline std::string flop_rate_text(double x) {
  static constexpr std::array<prefix, 4> prefixes{
      {{1.0, " FLOP/s"}, {1e9, " GFLOP/s"}, {1e12, " TFLOP/s"}, {1e15, " PFLOP/s"}}};
  return scaled(x, prefixes);
}

// "64 x 8192 x 1280": rows in full where they are whole.
template <class... Factor>
std::string product_text(Factor... factors) {
  std::string text;
  const auto add = [&text](double x) {
    text += (text.empty() ? "" : " x ") + (round_up(x) == x ? in_full(x) : significant(x, 4));
  };
  (add(static_cast<double>(factors)), ...);
  return text;
}

// " / 8" where something is shared out.
inline std::string divided_text(integer by) { return by > 1 ? " / " + std::to_string(by) : ""; }

inline std::string vector_text(vector_kind k) {
  static constexpr std::array<std::string_view, 5> names{"addition", "norm", "activation", "rotary",
                                                         "lookup"};
  return std::string(names[static_cast<std::size_t>(k)]);
}

template <class T>
std::string matrix_text(const weight& w, const T&) {
  return product_text(w.k, w.n) + ", " + std::string(name(w.format.element));
}

// What an operator is called beside its line, without the step's size.
template <class T>
std::string label_of(const gemm<T>& op) {
  return matrix_text(op.weight, op.rows);
}
template <class T>
std::string label_of(const grouped_gemm<T>& op) {
  return matrix_text(op.weight, op.rows) + ", grouped";
}
template <class T>
std::string label_of(const elementwise<T>& op) {
  return vector_text(op.kind) + (op.width > 0 ? " of " + std::to_string(op.width) : "");
}
template <class T>
std::string label_of(const fused_vector<T>& op) {
  return "vectors of " + std::to_string(op.weight.n);
}
template <class T>
std::string label_of(const expert_activation<T>& op) {
  return "activation of " + std::to_string(op.width);
}
template <class T>
std::string label_of(const attention_core<T>& op) {
  return std::string(op.phase == phase::prefill ? "prompts" : "decoding") + ", " +
         std::to_string(op.heads) + " heads" +
         (op.window > 0 ? ", window " + std::to_string(op.window) : "");
}
inline std::string recurrence_text(recurrence_kind k) {
  static constexpr std::array<std::string_view, recurrence_kind_count> names{
      "convolution", "delta rule", "delta attention", "state space"};
  return std::string(names[static_cast<std::size_t>(k)]);
}
template <class T>
std::string label_of(const recurrence<T>& op) {
  return recurrence_text(op.kind) + (op.phase == phase::prefill ? ", prompts" : ", decoding");
}
template <class T>
std::string label_of(const collective<T>& op) {
  std::string ranks = std::to_string(op.group.size) + " ranks";
  if (op.tokens.hidden == 0) return ranks;
  return ranks + (op.tokens.results ? ", results of experts" : ", tokens to experts");
}

// FLOP with their numbers.
template <class T>
std::string flops_text(const gemm<T>& op) {
  return product_text(2, value_of(op.rows), op.weight.k, op.weight.n);
}
template <class T>
std::string flops_text(const grouped_gemm<T>& op) {
  return flops_text(op.as_gemm());
}
template <class T>
std::string flops_text(const attention_core<T>& op) {
  const double pairs = value_of(attention_pairs(op.new_tokens, op.context, op.window));
  return product_text(2, value_of(op.sequences), pairs, op.heads, op.qk_dim + op.v_dim) +
         divided_text(op.query_split * op.cache_split * op.tokens_per_key);
}
template <class T>
std::string flops_text(const recurrence<T>& op) {
  return product_text(value_of(op.sequences), value_of(op.new_tokens), op.flops_per_token) +
         divided_text(op.query_split);
}

// "21.0 MB weights + 1.31 MB activations", what there is of either.
inline std::string sum_text(double first, const char* of_first, double second,
                            const char* of_second) {
  std::string text;
  if (first > 0.0) text = decimal_bytes(first) + " " + of_first;
  if (second > 0.0) text += (text.empty() ? "" : " + ") + decimal_bytes(second) + " " + of_second;
  return first > 0.0 && second > 0.0 ? "(" + text + ")" : text;
}
template <class Operator>
std::string bytes_text(const Operator& op) {
  const double activations = value_of(op.activation_bytes().value());
  const double rest = value_of(op.bytes_moved().value()) - activations;
  if constexpr (requires { op.cache_bytes(); }) {
    return sum_text(rest, "KV cache", activations, "activations");
  } else if constexpr (requires { op.state_bytes; }) {
    return sum_text(rest, "state", activations, "activations");
  } else {
    return sum_text(rest, "weights", activations, "activations");
  }
}

// The amount that takes so long, at the rate that the data sheet has for it.
inline void set_amount(operator_equation& e, double amount, double rate, double seconds) {
  e.amount = amount;
  e.rate = rate;
  e.share = amount > 0.0 && seconds > 0.0 ? amount / (rate * seconds) : 1.0;
  if (!(seconds > 0.0)) e.amount = 0.0;
}

}  // namespace detail

/// The equation of an operator that takes `once`, in FLOP, bytes and seconds. Its larger bound
/// stands alone: a kernel that both bound alike waits for memory.
///   512 rows of 7168 x 2048 in fp8 under datasheet, 1979 TFLOP/s: 2 x 512 x 7168 x 2048 FLOP,
///   share 1, 7.60 us   (tests/io/operators.cpp)
template <class T, class Efficiency, class Operator>
[[nodiscard]] operator_equation equation_of(const basic_accelerator<T, Efficiency>& a,
                                            const Operator& op, const operator_time<T>& once) {
  operator_equation e;
  e.label = detail::label_of(op);
  e.exposed = value_of(once.exposed.value());
  e.fixed = value_of(once.launch.value());
  const double compute = value_of(once.compute.value());
  const double memory = value_of(once.memory.value());
  bool by_compute = false;
  if constexpr (has_flops<Operator>) {
    by_compute = memory < compute;
    if (by_compute) {
      const double peak = value_of(a.peak[supported(a, op.math())].value());
      e.work = detail::flops_text(op) + " FLOP";
      detail::set_amount(e, value_of(op.flops().value()), peak, compute);
    }
  }
  if (!by_compute) {
    e.work = detail::bytes_text(op);
    detail::set_amount(e, value_of(op.bytes_moved().value()), value_of(a.memory_rate.value()),
                       memory);
  }
  e.by = by_compute ? bound::compute : bound::memory;
  if (e.fixed > max(compute, memory) + e.exposed) e.by = bound::launch;
  return e;
}

/// The same of a collective: what an empty message takes [s], and the rate [bytes/s] that the rest
/// is sent at, message / (time - that).
///   all-reduce of 1 MB among 8 at 450 GB/s and 1 us, 10.44 us: 1 us, and 105.9 GB/s
///   (tests/io/operators.cpp)
template <class T, class Efficiency>
[[nodiscard]] operator_equation equation_of(const basic_cluster<T, Efficiency>& c,
                                            const collective<T>& op, const seconds<T>& once) {
  constexpr double next_to_nothing = 1e-9;
  const T least(next_to_nothing);
  collective<T> empty = op;
  empty.message = op.message * least;
  empty.tokens.sent = op.tokens.sent * least;
  empty.tokens.received = op.tokens.received * least;
  empty.tokens.all = op.tokens.all * least;
  operator_equation e;
  e.label = detail::label_of(op);
  e.by = bound::link;
  e.amount = value_of(op.message.value());
  e.work = decimal_bytes(e.amount);
  const double all = value_of(once.value());
  e.fixed = min(value_of(time_of(c, empty).value()), all);
  const double sending = all - e.fixed;
  e.rate = sending > 0.0 ? e.amount / sending : 0.0;
  if (!(sending > 0.0)) e.amount = 0.0;
  return e;
}

/// An equation in one line, both sides, figures with their units.
///   512 rows of 7168 x 2048 in fp8: "... = 7.60 us"   (tests/io/operators.cpp)
[[nodiscard]] inline std::string to_text(const operator_equation& e) {
  std::string text;
  const auto add = [&text](const std::string& summand) {
    text += (text.empty() ? "" : " + ") + summand;
  };
  const bool by_link = e.by == bound::link;
  if (by_link && e.fixed > 0.0) add(short_seconds(e.fixed) + " latency");
  const bool of_flops = e.work.ends_with("FLOP");
  const std::string rate = of_flops ? detail::flop_rate_text(e.rate) : decimal_bytes(e.rate) + "/s";
  if (by_link && e.amount > 0.0) add(e.work + " / " + rate);
  if (!by_link && e.amount > 0.0) {
    add(e.work + " / (" + rate + " x " + significant(e.share) + ")");
  }
  if (e.exposed > 0.0) add(short_seconds(e.exposed) + " unhidden");
  if (!by_link && e.fixed > 0.0) add(short_seconds(e.fixed) + " launch");
  return text.empty() ? "0 s" : text;
}

}  // namespace shardline
