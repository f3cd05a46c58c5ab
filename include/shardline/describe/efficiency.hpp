// SPDX-License-Identifier: BSL-1.0
/// Efficiency policies: which share of a datasheet figure an accelerator is taken to reach.
/// A policy is a type chosen at compile time; what it has to answer is the concept
/// efficiency_policy, policies/policy.hpp. These two answer with shares, kernels/datasheet.hpp and
/// kernels/constant.hpp; the third, `fitted` (curves/fitted.hpp), with a formula per kind of
/// operator, fitted/policy.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/base/units.hpp"

namespace shardline {

/// Where the figures of a policy come from, the surest last.
///   datasheet     nothing was measured
///   constant      the user's own shares of the data sheet
///   transferred   measured on another accelerator, scaled by data sheet ratios
///   measured      on this accelerator
enum class provenance : unsigned char { datasheet, constant, transferred, measured };

/// The name of a source of figures.
///   name(provenance::datasheet) = "datasheet", of 9 letters; "constant", "transferred", "measured"
///   (tests/describe/accelerator.cpp)
[[nodiscard]] constexpr std::string_view name(provenance p) noexcept {
  constexpr std::array<std::string_view, 4> names{"datasheet", "constant", "transferred",
                                                  "measured"};
  return names[static_cast<std::size_t>(p)];
}

/// The source of what was made of figures of both: the less sure one, in the order of the list
/// above.
///   of transferred (2) and measured (3): transferred   (tests/describe/accelerator.cpp)
[[nodiscard]] constexpr provenance less_sure(provenance a, provenance b) noexcept {
  return a < b ? a : b;
}

/// Every peak is reached and a kernel costs nothing to launch: a lower bound on the time of any
/// step (of a TPOT not: what a first token is spared can be waited between others).
struct datasheet {
  friend constexpr bool operator==(const datasheet&, const datasheet&) noexcept = default;
};

/// One share per resource, whatever the operator.
///   mfu        model FLOP utilisation, share of the peak of the precision used, in (0, 1]
///   bandwidth  share of the memory bandwidth, in (0, 1]
///   link       share of a link's bandwidth, in (0, 1]
///   launch     seconds added to each kernel, >= 0
template <class T = double>
struct basic_constant {
  T mfu = T(1.0);
  T bandwidth = T(1.0);
  T link = T(1.0);
  seconds<T> launch{};
};
using constant = basic_constant<>;

}  // namespace shardline
