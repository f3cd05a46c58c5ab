/// The busiest rank of an expert group by whatever law its router follows.
#pragma once

#include "shardline/cost/observed_load.hpp"
#include "shardline/cost/power_law.hpp"
#include "shardline/describe/routing.hpp"

namespace shardline {

/// The load of the busiest rank: under even routing the stated `imbalance` and the distinct experts
/// of a rank like all others, else as the law says.
template <class T>
[[nodiscard]] constexpr basic_expert_load<T> busiest_rank(const basic_routing<T>& routing,
                                                          const basic_expert_group<T>& g,
                                                          const T& imbalance) noexcept {
  switch (routing.law) {
    case routing_law::power_law:
      return power_law_load(g, routing.exponent);
    case routing_law::observed:
      return observed_load(routing.loads, g);
    case routing_law::even:
      break;
  }
  const count local = share(g.placed(), g.ep, 0);
  return {imbalance, expected_distinct(local, g.experts_per_token, g.placed(), g.tokens)};
}

}  // namespace shardline
