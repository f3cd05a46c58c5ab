// SPDX-License-Identifier: BSL-1.0
/// The collectives of a rank, prepared for any step.
#pragma once

#include "shardline/fabric/collectives.hpp"
#include "shardline/model/sizes.hpp"

namespace shardline {

/// The time of a message of m bytes of one collective by the fastest of its ways; 0 of none:
///   min over ways(m), and where m < engine_most over the engine's own;  plus `apart`        [s]
///   apart      that ranks wait for each other
///   straight   all ways are: all_straight()
/// Of messages of many sizes, m on average, from m (1 - uneven) to m (1 + uneven), so many run over
/// the engine's own as are below engine_most if all sizes are alike often.
///   rooted     a way has a term with the root of m
template <class T>
struct message_law {
  message_lines<T> ways{};
  growing<message_line<T>, 2> engine{};
  T engine_most = T(0.0);
  T apart = T(0.0);
  bool rooted = false;
  bool straight = false;

  /// Seconds of a message of m bytes by the fastest way; 0 of none.
  [[nodiscard]] constexpr T time(const T& m, const T& uneven = T(0.0)) const noexcept {
    const T least = straight ? fastest_straight(ways, m) : fastest(ways, m, rooted);
    if (engine.size() == 0) return select(T(0.0) < m, least + apart, T(0.0));
    T best = least;
    for (std::size_t i = 0; i < engine.size(); ++i) {
      best = min(best, engine[i].time(m, T(0.0)));
    }
    const T own = below_most(m, uneven);
    best = select(own < T(1.0), least + (best - least) * own, best);
    return select(T(0.0) < m, best + apart, T(0.0));
  }

 private:
  // The share of messages below engine_most.
  [[nodiscard]] constexpr T below_most(const T& m, const T& uneven) const noexcept {
    const T one(1.0);
    if (!(largest_of(uneven) > 0.0)) return select(m < engine_most, one, T(0.0));
    const T half = max(m * uneven, T(1e-300));
    return max(min((engine_most - m) / half * T(0.5) + T(0.5), one), T(0.0));
  }
};

/// The time of routed tokens by the fastest of their ways; 0 of none.
///   apart   seconds that ranks wait for each other
template <class T>
struct exchange_law {
  exchange_ways<T> ways{};
  T apart = T(0.0);

  /// Seconds of these tokens by the fastest way; 0 of none.
  [[nodiscard]] constexpr T time(const routed_tokens<T>& x) const noexcept {
    return select(T(0.0) < x.busiest(1.0), fastest(ways, x) + apart, T(0.0));
  }
};

}  // namespace shardline
