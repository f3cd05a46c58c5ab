/// Efficiency policies: which share of a datasheet figure an accelerator is taken to reach.
/// A policy is a type chosen at compile time; cost/efficiency.hpp asks these two for each operator.
/// The third, `fitted`, has a formula per kind of operator: describe/fitted.hpp.
#pragma once

#include "shardline/base/units.hpp"

namespace shardline {

/// Every peak is reached and a kernel costs nothing to launch: a lower bound on time.
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
