// SPDX-License-Identifier: BSL-1.0
/// The busiest rank of an expert group by whatever law its router follows.
#pragma once

#include "shardline/describe/routing.hpp"
#include "shardline/work/routing/observed_load.hpp"
#include "shardline/work/routing/power_law.hpp"

namespace shardline {

namespace detail {

// Under even routing `choice` is all that a rank's distinct experts depend on beside its tokens.
template <class T>
constexpr basic_expert_load<T> busiest_rank(const basic_routing<T>& routing,
                                            const basic_expert_group<T>& g, const T& imbalance,
                                            const uniform_choice& choice) noexcept {
  switch (routing.law) {
    case routing_law::power_law:
      return power_law_load(g, routing.exponent, 0.0);
    case routing_law::observed:
      return observed_load(routing.loads, g);
    case routing_law::even:
      break;
  }
  return {imbalance, distinct_of(choice, g.tokens)};
}

}  // namespace detail

/// The load of the busiest rank of a group: under even routing the stated `imbalance` [1] over the
/// mean and the distinct experts of a rank like all others, else as the law says. Derivations:
/// expected_distinct(), power_law.hpp, observed_load.hpp.
///   8 experts of which 2 are chosen on one rank, 4 tokens, even: imbalance 1, 5.46875 experts
///   (tests/work/routing/routing.cpp)
template <class T>
[[nodiscard]] constexpr basic_expert_load<T> busiest_rank(const basic_routing<T>& routing,
                                                          const basic_expert_group<T>& g,
                                                          const T& imbalance) noexcept {
  const integer local = items_in_part(g.placed(), g.ep, 0);
  return detail::busiest_rank(routing, g, imbalance,
                              detail::choice_of(local, g.experts_per_token, g.placed()));
}

}  // namespace shardline
