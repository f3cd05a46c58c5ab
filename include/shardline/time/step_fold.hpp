// SPDX-License-Identifier: BSL-1.0
/// What a step's time is added up in: by line, by bound, and for one of each segment.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "shardline/kernels/kernel_time.hpp"
#include "shardline/model/segments.hpp"
#include "shardline/model/sizes.hpp"
#include "shardline/time/time.hpp"

namespace shardline::detail {

inline constexpr std::size_t collective_kinds = 6;

// What a segment sends, by kind and in all, and what of it may be hidden behind shared experts.
template <class T>
struct sent_by_segment {
  std::array<T, collective_kinds> by_kind{};
  T total = T(0.0);
  collective_kind dispatch = collective_kind::all_to_all;
  T dispatched = T(0.0);
  T shared_experts = T(0.0);

  constexpr void add(collective_kind kind, const T& time, bool beside) noexcept {
    T& of_kind = by_kind[static_cast<std::size_t>(kind)];
    of_kind = of_kind + time;
    total = total + time;
    if (!beside) return;
    dispatch = kind;
    dispatched = time;
  }
  // The line of the dispatch is what is left of it.
  constexpr void hide_behind_shared_experts() noexcept {
    const T hidden = min(dispatched, shared_experts);
    T& of_kind = by_kind[static_cast<std::size_t>(dispatch)];
    of_kind = of_kind - hidden;
    total = total - hidden;
  }
};
template <class T>
using sent_by_segments = std::array<sent_by_segment<T>, segment::number>;

// Adds up what is priced, over the pipeline and for one of each segment, in seconds.
//   times   how often each segment runs; 0: it is not wanted
//   wanted  all of it, or apart what follows the cached tokens of a prompt and what does not
//   sent    where what is sent is gathered, if some of it may be hidden
template <class T>
struct step_fold {
  enum class part : unsigned char { everything, without_context, of_context };

  const segment_times* times = nullptr;
  part wanted = part::everything;
  sent_by_segments<T>* sent = nullptr;
  std::array<T, term_count> lines{};
  std::array<T, bound_count> bounds{};
  std::array<T, segment::number> of_segment{};

  // Whether it wants what does not follow the cached tokens of a prompt.
  [[nodiscard]] constexpr bool wants_fixed() const noexcept { return wanted != part::of_context; }
  // What is added up for each law of a step stands inside the loops over them: a call each would
  // take longer than the law.
  [[nodiscard]] constexpr double runs(std::size_t s) const noexcept { return (*times)[s]; }
  [[nodiscard, gnu::always_inline]] constexpr bool wants(std::size_t s,
                                                         std::size_t size) const noexcept {
    return runs(s) > 0.0 && wants_size(size);
  }
  [[nodiscard, gnu::always_inline]] constexpr bool wants_size(std::size_t size) const noexcept {
    return wanted == part::everything ||
           step_size::follows_context(size) == (wanted == part::of_context);
  }

  [[gnu::always_inline]] constexpr void operator()(const place_in_step& at,
                                                   const kernel_time<T>& t) noexcept {
    const T zero(0.0);
    const T worked = max(t.compute, t.memory) + t.exposed;
    const T own = worked + t.launch;
    const T n(runs(at.segment));
    const T waited = worked * n;
    const auto by_compute = t.memory < t.compute;
    add(at.segment, at.line, own, n);
    wait(bound::compute, select(by_compute, waited, zero));
    wait(bound::memory, select(by_compute, zero, waited));
    wait(bound::launch, t.launch * n);
    beside_dispatch(at, own);
  }
  // Kernels that only move bytes.
  [[gnu::always_inline]] constexpr void pass(const place_in_step& at, const T& memory,
                                             const T& launch) noexcept {
    const T n(runs(at.segment));
    add(at.segment, at.line, memory + launch, n);
    wait(bound::memory, memory * n);
    wait(bound::launch, launch * n);
    beside_dispatch(at, memory + launch);
  }
  constexpr void operator()(std::size_t s, collective_kind kind, const T& time,
                            bool beside) noexcept {
    if (sent != nullptr) return (*sent)[s].add(kind, time, beside);
    send(s, kind, time, T(runs(s)));
  }
  constexpr void send(std::size_t s, collective_kind kind, const T& time, const T& n) noexcept {
    add(s, term_of(kind), time, n);
    wait(bound::link, time * n);
  }
  constexpr void spend(term line, bound on, const T& time) noexcept {
    T& spent = lines[static_cast<std::size_t>(line)];
    spent = spent + time;
    wait(on, time);
  }
  [[nodiscard]] constexpr basic_time<T> time() const noexcept {
    basic_time<T> t;
    for (std::size_t i = 0; i < term_count; ++i) t.terms[i] = seconds<T>::from_value(lines[i]);
    for (std::size_t i = 0; i < bound_count; ++i) t.bounds[i] = seconds<T>::from_value(bounds[i]);
    return t;
  }

 private:
  constexpr void add(std::size_t s, term line, const T& time, const T& n) noexcept {
    of_segment[s] = of_segment[s] + time;
    T& spent = lines[static_cast<std::size_t>(line)];
    spent = spent + time * n;
  }
  constexpr void beside_dispatch(const place_in_step& at, const T& time) noexcept {
    if (sent == nullptr || at.line != term::shared_experts) return;
    T& shared = (*sent)[at.segment].shared_experts;
    shared = shared + time;
  }
  constexpr void wait(bound on, const T& time) noexcept {
    T& waited = bounds[static_cast<std::size_t>(on)];
    waited = waited + time;
  }
};

// Lines that a step spends its time on before drafts, bubble and host.
inline constexpr std::size_t step_lines = static_cast<std::size_t>(term::draft);

template <class T>
using line_sums = std::array<T, step_lines>;

// Adds up what is priced of a step that hides nothing, of a layout without stages, and with ByBound
// what its times wait for. Its own numbers are few and stand apart from the sums that are found by
// index, so that they stay in registers.
template <class T, bool ByBound>
struct line_fold {
  const segment_times* times = nullptr;
  line_sums<T>* sums = nullptr;
  T compute = T(0.0);
  T memory = T(0.0);
  T link = T(0.0);
  T launch = T(0.0);

  [[nodiscard]] constexpr bool wants_fixed() const noexcept { return true; }
  [[nodiscard, gnu::always_inline]] constexpr bool wants(std::size_t s,
                                                         std::size_t) const noexcept {
    return (*times)[s] > 0.0;
  }
  [[gnu::always_inline]] constexpr void operator()(const place_in_step& at,
                                                   const kernel_time<T>& t) noexcept {
    const T worked = max(t.compute, t.memory) + t.exposed;
    const T n((*times)[at.segment]);
    spend(at.line, (worked + t.launch) * n);
    if constexpr (ByBound) {
      const T zero(0.0);
      const T waited = worked * n;
      const auto by_compute = t.memory < t.compute;
      compute = compute + select(by_compute, waited, zero);
      memory = memory + select(by_compute, zero, waited);
      launch = launch + t.launch * n;
    }
  }
  [[gnu::always_inline]] constexpr void pass(const place_in_step& at, const T& moved,
                                             const T& launched) noexcept {
    const T n((*times)[at.segment]);
    spend(at.line, (moved + launched) * n);
    if constexpr (ByBound) {
      memory = memory + moved * n;
      launch = launch + launched * n;
    }
  }
  [[gnu::always_inline]] constexpr void operator()(std::size_t s, collective_kind kind,
                                                   const T& time, bool) noexcept {
    const T n((*times)[s]);
    (*this)(kind, time * n);
  }
  // What stands for all of its kind that a step runs.
  [[gnu::always_inline]] constexpr void operator()(term line, const kernel_time<T>& t) noexcept {
    const T worked = max(t.compute, t.memory) + t.exposed;
    spend(line, worked + t.launch);
    if constexpr (ByBound) {
      const T zero(0.0);
      const auto by_compute = t.memory < t.compute;
      compute = compute + select(by_compute, worked, zero);
      memory = memory + select(by_compute, zero, worked);
      launch = launch + t.launch;
    }
  }
  [[gnu::always_inline]] constexpr void pass(term line, const T& moved,
                                             const T& launched) noexcept {
    spend(line, moved + launched);
    if constexpr (ByBound) {
      memory = memory + moved;
      launch = launch + launched;
    }
  }
  [[gnu::always_inline]] constexpr void operator()(collective_kind kind, const T& time) noexcept {
    spend(term_of(kind), time);
    if constexpr (ByBound) link = link + time;
  }

 private:
  [[gnu::always_inline]] constexpr void spend(term line, const T& time) noexcept {
    T& spent = (*sums)[static_cast<std::size_t>(line)];
    spent = spent + time;
  }
};

}  // namespace shardline::detail
