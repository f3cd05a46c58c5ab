// SPDX-License-Identifier: BSL-1.0
/// What a step runs on a prepared layout, handed to a fold kernel by kernel and message by message:
/// in each segment once, or as often as the step runs it.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "shardline/policies/policy.hpp"
#include "shardline/prepare/prepared.hpp"
#include "shardline/time/step_fold.hpp"
#include "shardline/time/time.hpp"

namespace shardline::detail {

// Seconds of so many bytes, in messages of so uneven sizes: by the collective's law, or where the
// policy has none by all of it.
template <class T, class Efficiency>
constexpr T time_of_message(const prepared_layout<T, Efficiency>& p, std::size_t send,
                            const T& sent, const T& uneven) noexcept {
  if constexpr (sends_by_laws<T, Efficiency>) {
    return p.send_laws[send].time(sent, uneven);
  } else {
    const buffer_key& by = p.sends[send];
    const collective<T> op{by.kind, by.group, bytes<T>::from_value(sent)};
    return shardline::time_of(p.cluster, op).value();
  }
}
template <class T, class Efficiency>
constexpr T time_of(const prepared_layout<T, Efficiency>& p, const prepared_message& m,
                    const step_sizes<T>& s) noexcept {
  return time_of_message(p, m.send, s[m.size] * T(m.shape.bytes_each), s.step.uneven);
}
template <class T, class Efficiency>
constexpr T time_of(const prepared_layout<T, Efficiency>& p, const repeated_message<T>& m,
                    const step_sizes<T>& s) noexcept {
  return time_of_message(p, m.send, s[m.size] * m.bytes_each, s.step.uneven);
}
template <class T, class Efficiency>
constexpr T time_of_exchange(const prepared_layout<T, Efficiency>& p, std::size_t i,
                             const step_sizes<T>& s) noexcept {
  const prepared_exchange& x = p.exchanges[i];
  const collective<T> op = operator_of(x.shape, s.step, routed_at(s, x.routing));
  if constexpr (sends_by_laws<T, Efficiency>) {
    return p.exchange_laws[i].time(op.tokens);
  } else {
    return shardline::time_of(p.cluster, op).value();
  }
}

template <class T, class Efficiency, class Fold>
constexpr void price_exchanges(const prepared_layout<T, Efficiency>& p, const step_sizes<T>& s,
                               Fold& fold) noexcept {
  for (std::size_t i = 0; i < p.exchanges.size(); ++i) {
    const prepared_exchange& x = p.exchanges[i];
    if (!fold.wants(x.segment, step_size::none)) continue;
    fold(x.segment, collective_kind::all_to_all, time_of_exchange(p, i, s),
         x.shape.beside_shared_experts);
  }
}

// Prices the segments that the fold wants.
template <class T, class Efficiency, class Fold>
constexpr void price(const prepared_layout<T, Efficiency>& p, const step_sizes<T>& s,
                     Fold& fold) noexcept {
  p.operators.price(s, fold);
  T time(0.0);
  for (std::size_t i = 0; i < p.messages.size(); ++i) {
    const prepared_message& m = p.messages[i];
    if (!fold.wants_size(m.size)) continue;
    if (!m.as_before) time = time_of(p, m, s);
    if (!fold.wants(m.segment, m.size)) continue;
    fold(m.segment, m.shape.kind, time, m.shape.beside_shared_experts);
  }
  if (fold.wants_fixed()) price_exchanges(p, s, fold);
}
// All that a step runs, of a layout without stages.
template <class T, class Efficiency, class Fold>
constexpr void price_repeated(const prepared_layout<T, Efficiency>& p, const step_sizes<T>& s,
                              Fold& fold) noexcept {
  if constexpr (repeatable<operator_laws<T, Efficiency>>) {
    p.operators.price_repeated(s, fold);
  } else {
    p.operators.price(s, fold);
  }
  for (std::size_t i = 0; i < p.repeated_messages.size(); ++i) {
    const repeated_message<T>& m = p.repeated_messages[i];
    fold(m.kind, time_of(p, m, s) * T(m.times));
  }
  price_exchanges(p, s, fold);
}

}  // namespace shardline::detail
