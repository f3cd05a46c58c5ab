// SPDX-License-Identifier: BSL-1.0
/// The operators of a rank under a policy whose shares are the same for every load, prepared for
/// any step: each is a roof over a few sizes of the step.
#pragma once

#include "shardline/describe/accelerator.hpp"
#include "shardline/kernels/kernel_time.hpp"
#include "shardline/model/segments.hpp"
#include "shardline/model/sizes.hpp"
#include "shardline/work/kind.hpp"

namespace shardline {

/// Operators of a rank at most: those of the halves of its layers, and at its ends 9
/// multiplications (head, prediction, per-layer embedding, two of streams, versions, narrow rows on
/// both ends) and 9 + 6 vector kernels.
///                                                                     (tests/prepare/prepared.cpp)
inline constexpr std::size_t max_gemms =
    (most_of_mixing.gemms + most_of_feed_forward.gemms) * max_layer_kinds + 9;
inline constexpr std::size_t max_vectors =
    (most_of_mixing.vectors + most_of_feed_forward.vectors) * max_layer_kinds + 15;
inline constexpr std::size_t max_attentions = most_of_mixing.attentions * max_layer_kinds;
inline constexpr std::size_t max_prepared =
    (most_of_mixing.all() + most_of_feed_forward.all()) * max_layer_kinds + 24;

/// A kernel whose work is proportional to its rows, but for what it reads once:
///   compute = rows compute;  memory = reads fixed + rows each;  launch = runs launch      [s]
/// rows, reads and runs are numbers of sizes.
template <class T>
struct roof {
  place_in_step at{};
  unsigned char rows = step_size::none;
  unsigned char reads = step_size::none;
  unsigned char runs = step_size::none;
  T compute = T(0.0);
  T fixed = T(0.0);
  T each = T(0.0);
  T launch = T(0.0);

  /// What a step of these sizes takes, in seconds.
  [[nodiscard]] constexpr kernel_time<T> time(const T& of_rows, const T& of_reads,
                                              const T& of_runs) const noexcept {
    return {of_rows * compute, of_reads * fixed + of_rows * each, T(0.0), of_runs * launch};
  }
  [[nodiscard]] constexpr kernel_time<T> time(const step_sizes<T>& s) const noexcept {
    return time(s[rows], s[reads], s[runs]);
  }
  /// The same so many times.
  [[nodiscard]] constexpr roof repeated(const T& n) const noexcept {
    return {at, rows, reads, runs, compute * n, fixed * n, each * n, launch * n};
  }
};

/// Kernels of one segment and line that only move bytes, together:
///   memory = rows each + fixed                                                             [s]
template <class T>
struct passing {
  place_in_step at{};
  unsigned char rows = step_size::none;
  T each = T(0.0);
  T fixed = T(0.0);
  T launch = T(0.0);

  /// Seconds, without the launches.
  [[nodiscard]] constexpr T memory(const step_sizes<T>& s) const noexcept {
    return s[rows] * each + fixed;
  }
  /// The same so many times.
  [[nodiscard]] constexpr passing repeated(const T& n) const noexcept {
    return {at, rows, each * n, fixed * n, launch * n};
  }
  /// Another, n times, of the same rows.
  constexpr void add(const passing& k, const T& n) noexcept {
    each = each + k.each * n;
    fixed = fixed + k.fixed * n;
    launch = launch + k.launch * n;
  }
};

/// Those of a rank: one for each segment, line and size.
template <class T>
class passings {
 public:
  constexpr passings() noexcept {}  // NOLINT(modernize-use-equals-default): makes no places

  /// With one that is there already of its segment, line and size; else behind the others.
  constexpr void add(const passing<T>& k) noexcept {
    for (std::size_t i = all_.size(); i > 0; --i) {
      passing<T>& with = all_[i - 1];
      if (with.at.segment != k.at.segment) break;
      const bool same_rows = with.rows == k.rows || k.rows == step_size::none;
      if (with.at.line != k.at.line || !same_rows) continue;
      return with.add(k, T(1.0));
    }
    all_.push_back(k);
  }
  /// All of `others`, each as often as its segment runs: one for each line and size.
  constexpr void add_repeated(const passings& others, const segment_times& times) noexcept {
    for (std::size_t i = 0; i < others.all_.size(); ++i) {
      const passing<T>& k = others.all_[i];
      const T n(times[k.at.segment]);
      std::size_t place = 0;
      while (place < all_.size() &&
             !(all_[place].at.line == k.at.line && all_[place].rows == k.rows))
        ++place;
      if (place == all_.size()) {
        all_.push_back(k.repeated(n));
      } else {
        all_[place].add(k, n);
      }
    }
  }
  /// fold.pass(line, memory, launch) for each.
  template <class Fold>
  constexpr void price_repeated(const step_sizes<T>& s, Fold& fold) const noexcept {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const passing<T>& k = all_[i];
      fold.pass(k.at.line, k.memory(s), k.launch);
    }
  }
  /// fold.pass(place, memory, launch) for each in the segments that the fold wants.
  template <class Fold>
  constexpr void price(const step_sizes<T>& s, Fold& fold) const noexcept {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const passing<T>& k = all_[i];
      if (fold.wants(k.at.segment, k.rows)) fold.pass(k.at, k.memory(s), k.launch);
    }
  }
  /// Whether kernels came that it has no place for.
  [[nodiscard]] constexpr bool overflowed() const noexcept { return all_.overflowed(); }

 private:
  growing<passing<T>, max_prepared> all_;
};

/// The step size, as an index, that attention in this phase depends on: the cached tokens of
/// prompts, the new tokens of decoding sequences.
///   of decode: step_size::of(step_extent::decode_tokens) = 13   (tests/kernels/roof_laws.cpp)
[[nodiscard]] constexpr unsigned char size_of_attention(phase p) noexcept {
  return step_size::of(p == phase::prefill ? step_extent::prompt_context
                                           : step_extent::decode_tokens);
}

/// Softmax attention of one part of a step, s sequences of n new tokens after c cached ones:
///   compute = s pairs per_pair;  memory = s n query + s (min(c, window) + n) key           [s]
template <class T>
struct attention_roof {
  place_in_step at{};
  shardline::phase phase = phase::decode;
  integer window = 0;
  T per_pair = T(0.0);
  T query = T(0.0);
  T key = T(0.0);
  T launch = T(0.0);

  /// What its attention takes in a step, in seconds.
  [[nodiscard]] constexpr kernel_time<T> time(const step_part<T>& p) const noexcept {
    const T kept = window == 0 ? p.context : min(p.context, real<T>(window));
    const T pairs = attention_pairs(p.new_tokens, p.context, window);
    const T none(0.0);
    return {p.sequences * pairs * per_pair,
            p.sequences * (p.new_tokens * query + (kept + p.new_tokens) * key), none,
            select(none < p.sequences, launch, none)};
  }
  /// The same so many times.
  [[nodiscard]] constexpr attention_roof repeated(const T& n) const noexcept {
    return {at, phase, window, per_pair * n, query * n, key * n, launch * n};
  }
};

/// Those operators, and their times in a step. What one row, token or pair takes, and what is read
/// once, is asked of the roofline: the formulas stand there. `matrix` is in bytes, of the matrix or
/// vectors that an operator reads.
template <class T>
class roof_laws {
 public:
  constexpr roof_laws() noexcept {}  // NOLINT(modernize-use-equals-default): makes no places

  template <class Efficiency>
  constexpr void add(const basic_accelerator<T, Efficiency>& a, const place_in_step& at,
                     const gemm_shape& o, double matrix, std::size_t) noexcept {
    const gemm<T> row{o.term, o.weight, T(1.0), T(0.0), o.activation};
    const std::size_t reads = o.read_by_phase ? step_size::phases : step_size::one;
    put(multiplied(a, row, matrix), at, step_size::of(o.rows), reads, step_size::one);
  }
  template <class Efficiency>
  constexpr void add(const basic_accelerator<T, Efficiency>& a, const place_in_step& at,
                     const grouped_gemm_shape& o, double matrix, std::size_t routing) noexcept {
    const grouped_gemm<T> row{o.weight, T(1.0), T(0.0), o.activation};
    put(multiplied(a, row, matrix), at, step_size::of(step_size::routed::rows, routing),
        step_size::of(step_size::routed::distinct, routing), step_size::one);
  }
  template <class Efficiency>
  constexpr void add(const basic_accelerator<T, Efficiency>& a, const place_in_step& at,
                     const vector_shape& o, double, std::size_t) noexcept {
    const auto traffic = bytes<T>::from_value(T(o.bytes_per_token));
    const elementwise<T> row{o.term, o.weight, traffic, o.kind, o.width};
    pass(passed(a, row), at, step_size::of(step_extent::tokens));
  }
  template <class Efficiency>
  constexpr void add(const basic_accelerator<T, Efficiency>& a, const place_in_step& at,
                     const expert_activation_shape& o, double, std::size_t routing) noexcept {
    routed_extents<T> one;
    one.rows = T(1.0);
    pass(passed(a, operator_of(o, one)), at, step_size::of(step_size::routed::rows, routing));
  }
  template <class Efficiency>
  constexpr void add(const basic_accelerator<T, Efficiency>& a, const place_in_step& at,
                     const fused_shape& o, double vectors, std::size_t) noexcept {
    roof<T> r;
    r.fixed = seconds_of(a, fused_vector<T>{o.term, o.weight}, vectors);
    pass(r, at, step_size::none);
  }
  template <class Efficiency>
  constexpr void add(const basic_accelerator<T, Efficiency>& a, const place_in_step& at,
                     const recurrence_shape& o, double, std::size_t,
                     step_size::of_phase launched = step_size::of_phase::runs) noexcept {
    // One sequence without a new token, and what one does besides.
    const auto of_tokens = [&o](double so_many) {
      return operator_of(o, step_part<T>{o.phase, T(1.0), T(so_many), T(0.0)});
    };
    roof<T> r = passed(a, of_tokens(1.0));
    r.fixed = plain(time_of(a, of_tokens(0.0))).memory;
    r.each = r.each - r.fixed;
    const step_extent tokens =
        o.phase == phase::prefill ? step_extent::prompt_tokens : step_extent::decode_tokens;
    put(r, at, step_size::of(tokens), step_size::of(step_size::of_phase::sequences, o.phase),
        step_size::of(launched, o.phase));
  }
  // One sequence with one new token and nothing cached: one pair, one query, one key.
  template <class Efficiency>
  constexpr void add(const basic_accelerator<T, Efficiency>& a, const place_in_step& at,
                     const attention_shape& o, double, std::size_t) noexcept {
    const attention_core<T> one = operator_of(o, step_part<T>{o.phase, T(1.0), T(1.0), T(0.0)});
    const seconds<T> pair = detail::compute_time(a, one, one.flops());
    const seconds<T> query = detail::memory_time(a, one, one.activation_bytes());
    const seconds<T> key = detail::memory_time(a, one, one.cache_bytes());
    const seconds<T> launch = launch_time<T>(a.efficiency) * one.kernels();
    attentions_.push_back(
        {at, o.phase, o.window, pair.value(), query.value(), key.value(), launch.value()});
  }

  /// fold(place, kernel_time) for each of them in the segments that the fold wants.
  template <class Fold>
  constexpr void price(const step_sizes<T>& s, Fold& fold) const noexcept {
    for (std::size_t i = 0; i < roofs_.size(); ++i) {
      const roof<T>& r = roofs_[i];
      if (fold.wants(r.at.segment, r.rows)) fold(r.at, r.time(s));
    }
    if (fold.wants_fixed()) passings_.price(s, fold);
    for (std::size_t i = 0; i < attentions_.size(); ++i) {
      const attention_roof<T>& r = attentions_[i];
      const step_part<T>* part = part_in(s.step, r.phase);
      if (part == nullptr) continue;
      if (fold.wants(r.at.segment, size_of_attention(r.phase))) fold(r.at, r.time(*part));
    }
  }
  /// Works in how often a step runs each segment, for price_repeated().
  constexpr void repeat(const segment_times& times) noexcept {
    const auto each_of = [&times](const auto& of_segments, auto& all_times) {
      for (std::size_t next_law = 0; next_law < of_segments.size(); ++next_law) {
        const auto& law = of_segments[next_law];
        const double runs_of_it = times[law.at.segment];
        if (runs_of_it > 0.0) all_times.append([&] { return law.repeated(T(runs_of_it)); });
      }
    };
    each_of(roofs_, repeated_roofs_);
    each_of(attentions_, repeated_attentions_);
    repeated_passings_.add_repeated(passings_, times);
  }
  /// fold(line, kernel_time) for all that a step runs, each kernel as often as it does.
  template <class Fold>
  constexpr void price_repeated(const step_sizes<T>& s, Fold& fold) const noexcept {
    for (std::size_t i = 0; i < repeated_roofs_.size(); ++i) {
      const roof<T>& r = repeated_roofs_[i];
      fold(r.at.line, r.time(s));
    }
    repeated_passings_.price_repeated(s, fold);
    for (std::size_t i = 0; i < repeated_attentions_.size(); ++i) {
      const attention_roof<T>& r = repeated_attentions_[i];
      if (const step_part<T>* part = part_in(s.step, r.phase)) fold(r.at.line, r.time(*part));
    }
  }
  /// Whether operators came that it has no place for.
  [[nodiscard]] constexpr bool overflowed() const noexcept {
    return roofs_.overflowed() || passings_.overflowed() || attentions_.overflowed();
  }

 private:
  template <class Efficiency, class Operator>
  static constexpr T seconds_of(const basic_accelerator<T, Efficiency>& a, const Operator& op,
                                double moved) noexcept {
    return detail::memory_time(a, op, bytes<T>::from_value(T(moved))).value();
  }
  // What one row takes.
  template <class Efficiency, class Operator>
  static constexpr roof<T> passed(const basic_accelerator<T, Efficiency>& a,
                                  const Operator& row) noexcept {
    const kernel_time<T> t = plain(time_of(a, row));
    roof<T> r;
    r.compute = t.compute;
    r.each = t.memory;
    r.launch = t.launch;
    return r;
  }
  // What one row takes, and a matrix of so many bytes.
  template <class Efficiency, class Operator>
  static constexpr roof<T> multiplied(const basic_accelerator<T, Efficiency>& a,
                                      const Operator& row, double matrix) noexcept {
    roof<T> r;
    r.compute = detail::compute_time(a, row, row.flops()).value();
    r.each = detail::memory_time(a, row, row.activation_bytes()).value();
    r.launch = (launch_time<T>(a.efficiency) * row.kernels()).value();
    r.fixed = seconds_of(a, row, matrix);
    return r;
  }
  constexpr void pass(const roof<T>& r, const place_in_step& at, unsigned char rows) noexcept {
    passings_.add({at, rows, r.each, r.fixed, r.launch});
  }
  constexpr void put(roof<T> r, const place_in_step& at, std::size_t rows, std::size_t reads,
                     std::size_t runs) noexcept {
    r.at = at;
    r.rows = static_cast<unsigned char>(rows);
    r.reads = static_cast<unsigned char>(reads);
    r.runs = static_cast<unsigned char>(runs);
    roofs_.push_back(r);
  }

  growing<roof<T>, max_gemms + 6 * max_layer_kinds> roofs_;
  passings<T> passings_;
  growing<attention_roof<T>, 2 * max_attentions> attentions_;
  growing<roof<T>, max_gemms + 6 * max_layer_kinds> repeated_roofs_;
  passings<T> repeated_passings_;
  growing<attention_roof<T>, 2 * max_attentions> repeated_attentions_;
};

}  // namespace shardline
