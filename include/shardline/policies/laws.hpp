// SPDX-License-Identifier: BSL-1.0
/// Which laws price the operators and collectives of a rank under a policy: roofs where its shares
/// are the same for every load, else what the policy brings, else its operators one by one.
#pragma once

#include "shardline/fabric/sending_laws.hpp"
#include "shardline/kernels/listed_laws.hpp"
#include "shardline/kernels/roof_laws.hpp"

namespace shardline {

/// The laws of a policy; specialised beside it.
template <class T, class Efficiency>
struct laws_of_policy {
  using type = listed_laws<T, Efficiency>;
};
template <class T>
struct laws_of_policy<T, datasheet> {
  using type = roof_laws<T>;
};
template <class T>
struct laws_of_policy<T, basic_constant<T>> {
  using type = roof_laws<T>;
};

/// Whether the policy's collectives are lines, as law_of(cluster, shape) says them. Of another they
/// are priced one by one, by time_of(cluster, collective).
template <class T, class Efficiency>
inline constexpr bool sends_by_laws = false;
template <class T>
inline constexpr bool sends_by_laws<T, datasheet> = true;
template <class T>
inline constexpr bool sends_by_laws<T, basic_constant<T>> = true;

template <class T, class Efficiency>
using operator_laws = typename laws_of_policy<T, Efficiency>::type;

/// A kind of collective over the links of its group, of one rank or more, at the policy's share of
/// their rate: seconds by the bytes of a message, 0 for none, as time_of(c, collective) of
/// fabric/collectives.hpp has them, where the sources stand.
///   all-reduce of 1 MB among 8 on links of 450 GB/s and 1 us: 10.44 us (tests/policies/laws.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr message_law<T> law_of(const basic_cluster<T, Efficiency>& c,
                                              collective_kind kind,
                                              const rank_group& group) noexcept {
  const T share = link_share(c.accelerator.efficiency, collective<T>{kind, group});
  message_law<T> law{lines_of(c, kind, group, share)};
  law.straight = all_straight(law.ways);
  return law;
}
/// The exchange of routed tokens in the same way: seconds by the number of tokens, 0 for none, as
/// time_of(c, collective) of an all-to-all has them (fabric/all_to_all.hpp). `of_bytes`, the law of
/// an all-to-all of the same group, is not needed here.
///   the same to 1e-13 over 2000 random layouts   (tests/policies/laws.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr exchange_law<T> law_of(const basic_cluster<T, Efficiency>& c,
                                               const exchange_shape& o,
                                               const message_law<T>& /*of_bytes*/) noexcept {
  const collective<T> op{collective_kind::all_to_all, o.group};
  return {ways_of(c, o.group, o, link_share(c.accelerator.efficiency, op)), T(0.0)};
}

}  // namespace shardline
