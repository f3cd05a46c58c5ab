// SPDX-License-Identifier: BSL-1.0
/// How sure a time is: the range that it lies in eight times out of ten, from what the policy's
/// constants missed where they were measured.
#pragma once

#include <array>
#include <limits>

#include "shardline/base/parts.hpp"
#include "shardline/curves/residuals.hpp"
#include "shardline/policies/policy.hpp"
#include "shardline/time/time.hpp"

namespace shardline {

/// One time in ten is below low, one in ten above high.
template <class T = double>
struct basic_band {
  seconds<T> low{};
  seconds<T> high{};

  /// Of one time after the other, both long or both short.
  [[nodiscard]] friend constexpr basic_band operator+(const basic_band& a,
                                                      const basic_band& b) noexcept {
    return {a.low + b.low, a.high + b.high};
  }

  template <class List>
  static constexpr void parts(List&& list) {
    list("low", &basic_band::low);
    list("high", &basic_band::high);
  }
};
using band = basic_band<>;

/// Bands of one prompt alone, of one round of decoding, and of what users see under load.
template <class T = double>
struct basic_bands {
  basic_band<T> prefill{};
  basic_band<T> decode{};
  basic_band<T> ttft{};
  basic_band<T> tpot{};

  template <class List>
  static constexpr void parts(List&& list) {
    list("prefill", &basic_bands::prefill);
    list("decode", &basic_bands::decode);
    list("ttft", &basic_bands::ttft);
    list("tpot", &basic_bands::tpot);
  }
};

namespace detail {

inline constexpr std::size_t residual_kinds = 6;

// Which residual the operators behind a line have. Drafts, and the wait for other batches, are made
// of all kinds, most of them multiplications.
constexpr std::size_t residual_kind(term t) noexcept {
  switch (t) {
    case term::attention:
      return 1;
    case term::routed_experts:
      return 2;
    case term::embedding:
    case term::norms:
      return 3;
    case term::all_reduce:
    case term::all_gather:
    case term::reduce_scatter:
    case term::all_to_all:
    case term::send_recv:
    case term::broadcast:
      return 4;
    case term::host:
      return 5;
    default:
      return 0;
  }
}

template <class T>
constexpr std::array<basic_residual<T>, residual_kinds> in_order(
    const basic_residuals<T>& r) noexcept {
  return {r.gemm, r.attention, r.experts, r.elementwise, r.collectives, r.host};
}

template <class T>
constexpr T root_sum_square(const std::array<T, residual_kinds>& parts, const T& whole) noexcept {
  T squares = whole * whole;
  for (const T& part : parts) squares = squares + part * part;
  return square_root(squares);
}

}  // namespace detail

/// Relative band [1] of a time by its lines. Kinds of operators err independently of each other,
/// those of one kind together, and whole steps beyond that:
///   1 - low  = sqrt(sum over kinds ((1 - low of the kind) its share)^2 + (1 - low of steps)^2)
/// and high likewise; low is never below 0, the band of no time at all is 1 to 1. Derivation:
/// variances of independent errors add up.
///   kinds of 0.7 and 0.6 with shares 0.6 and 0.4: low 1 - 0.24083   (tests/time/band.cpp)
template <class T>
[[nodiscard]] constexpr basic_residual<T> relative_band(const basic_residuals<T>& r,
                                                        const basic_time<T>& t) noexcept {
  const T one(1.0);
  std::array<T, detail::residual_kinds> shares{};
  for (std::size_t i = 0; i < term_count; ++i) {
    T& share = shares[detail::residual_kind(static_cast<term>(i))];
    share = share + t.terms[i].value();
  }
  const T total = max(t.total().value(), T(1e-30));
  for (T& share : shares) share = share / total;
  const auto kinds = detail::in_order(r);
  std::array<T, detail::residual_kinds> below{};
  std::array<T, detail::residual_kinds> above{};
  for (std::size_t i = 0; i < detail::residual_kinds; ++i) {
    below[i] = (one - kinds[i].low) * shares[i];
    above[i] = (kinds[i].high - one) * shares[i];
  }
  return {max(one - detail::root_sum_square(below, one - r.step.low), T(0.0)),
          one + detail::root_sum_square(above, r.step.high - one)};
}

/// The same in seconds, of a time >= 0: low = time r.low, high = time r.high.
///   of 10 s and 0.7 to 1.6: 7 s to 16 s   (tests/time/band.cpp)
template <class T>
[[nodiscard]] constexpr basic_band<T> band_of(const basic_residual<T>& r,
                                              const seconds<T>& time) noexcept {
  return {time * r.low, time * r.high};
}

namespace detail {

// Of a wait that may have no end, in which case the band has none either. Where requests arrive at
// random, at a share u of the most that can be served, steps that take l times as long leave l u of
// it, and the wait grows as 1 / (1 - u): by (1 - u) / (1 - l u), without end from l u = 1 on.
template <class T>
constexpr basic_band<T> band_of_wait(const basic_residual<T>& r, const seconds<T>& wait,
                                     const T& utilisation,
                                     const basic_residual<T>& steps) noexcept {
  const T one(1.0);
  const T none(0.0);
  const auto ends = wait.value() <= T((std::numeric_limits<double>::max)());
  const seconds<T> finite = select(ends, wait, seconds<T>{});
  const T u = select(utilisation < one, utilisation, none);
  const T left = one - u;
  const T low = min(left / (one - u * steps.low), r.low);
  const T at_longest = one - u * steps.high;
  const T high = max(left / max(at_longest, T(1e-9)), r.high);
  const auto no_time = seconds<T>::from_value(endless<T>());
  const auto no_end = at_longest <= none;
  return {select(ends, finite * low, no_time),
          select(ends, select(no_end, no_time, finite * high), no_time)};
}

}  // namespace detail

/// Band [s] of a step, prompt or round of decoding under a policy: relative_band() of its residuals
/// times the time; low = high where a policy has none.
///   band_of(cluster.accelerator.efficiency, decode(cluster, model, layout, workload))
///   of 2 s under datasheet: 2 s to 2 s   (tests/time/band.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_band<T> band_of(const Efficiency& policy,
                                              const basic_time<T>& t) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  return band_of(relative_band(residuals_of<T>(policy), t), t.total());
}

}  // namespace shardline
