// SPDX-License-Identifier: BSL-1.0
/// What each constant of `fitted` may be: its name, its unit and the range that it is held to. A
/// curve's constants are listed once, in their order; tests/curves/constants.cpp sees that none is
/// left out.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "shardline/base/field.hpp"
#include "shardline/curves/fitted.hpp"

namespace shardline {

/// The values that a constant may have, both ends included.
struct constant_range {
  double lowest = 0.0;
  double highest = 0.0;
  figure_unit unit = figure_unit::none;

  /// Whether x lies in it, both ends included.
  [[nodiscard]] constexpr bool contains(double value) const noexcept {
    return is_between<false>(value, lowest, highest);
  }
  /// The same in one comparison of bits, which are in the order of the numbers where those are
  /// positive, and beyond theirs for the others: -0 is taken to be outside.
  [[nodiscard]] constexpr bool surely_contains(double value) const noexcept {
    const auto least = std::bit_cast<std::uint64_t>(lowest);
    return std::bit_cast<std::uint64_t>(value) - least <=
           std::bit_cast<std::uint64_t>(highest) - least;
  }
};

namespace constant_ranges {

/// Of a data sheet's figure: none reaches more, and less than a millionth is a slip.
inline constexpr constant_range a_share{1e-6, 1.0};
/// Of something, possibly none of it or all.
inline constexpr constant_range a_fraction{0.0, 1.0};
/// Of a kernel's longest block, of which uneven queues leave more than one at its end.
inline constexpr constant_range a_remainder{0.0, 2.0};
/// How many, or how often.
inline constexpr constant_range a_number{0.0, 1e6};
inline constexpr constant_range one_or_more{1.0, 1e6};
/// What others are divided by.
inline constexpr constant_range a_factor{1e-6, 1e6};
/// A kernel's or a program's.
inline constexpr constant_range a_time{0.0, 1.0, figure_unit::seconds};
/// Seconds for a byte or a value: a millisecond is that of no accelerator.
inline constexpr constant_range a_pace{0.0, 1e-3};
inline constexpr constant_range a_size{0.0, 1e15, figure_unit::bytes};

}  // namespace constant_ranges

namespace detail {

template <class Curve, template <class> class Kind>
inline constexpr bool is_curve_of = false;
template <class T, template <class> class Kind>
inline constexpr bool is_curve_of<Kind<T>, Kind> = true;

// A curve of this kind, constant or to be changed.
template <class Curve, template <class> class Kind>
concept curve_of = is_curve_of<std::remove_cvref_t<Curve>, Kind>;

}  // namespace detail

/// Calls list(range, name, constant) for each constant of a curve, which may be constant itself or
/// to be changed. A constant is in the unit that its range names, and is named as the member that
/// it is.
///   a gemm_curve has 14, of which "launch" is number 6 from 0   (tests/curves/constants.cpp)
template <detail::curve_of<gemm_curve> C, class List>
constexpr void list_constants(C&& c, List&& list) {
  using namespace constant_ranges;
  list(a_share, "bandwidth", c.bandwidth);
  list(a_share, "compute", c.compute);
  list(a_factor, "small_tile", c.small_tile);
  list(a_number, "block_rows", c.block_rows);
  list(a_fraction, "tail", c.tail);
  list(a_fraction, "throttle", c.throttle);
  list(a_time, "launch", c.launch);
  list(a_time, "reduction", c.reduction);
  list(a_time, "quantise", c.quantise);
  list(a_fraction, "quantise_bandwidth", c.quantise_bandwidth);
  list(one_or_more, "tile", c.tile);
  list(a_pace, "walk", c.walk);
  list(one_or_more, "cache_speedup", c.cache_speedup);
  list(a_fraction, "cache_share", c.cache_share);
}
template <detail::curve_of<prefill_curve> C, class List>
constexpr void list_constants(C&& c, List&& list) {
  using namespace constant_ranges;
  list(a_share, "compute", c.compute);
  list(a_number, "softmax_values", c.softmax_values);
  list(a_share, "bandwidth", c.bandwidth);
  list(a_time, "launch", c.launch);
  list(a_time, "block", c.block);
  list(a_remainder, "tail", c.tail);
  list(a_fraction, "exposed", c.exposed);
  list(a_number, "passes", c.passes);
  list(a_number, "window_padding", c.window_padding);
  list(a_time, "row", c.row);
}
template <detail::curve_of<decode_curve> C, class List>
constexpr void list_constants(C&& c, List&& list) {
  using namespace constant_ranges;
  list(a_share, "compute", c.compute);
  list(a_share, "bandwidth", c.bandwidth);
  list(a_time, "launch", c.launch);
  list(a_time, "reduction", c.reduction);
  list(a_time, "block", c.block);
  list(a_factor, "blocks", c.blocks);
  list(one_or_more, "splits", c.splits);
  list(a_factor, "multiprocessor_share", c.multiprocessor_share);
  list(a_remainder, "tail", c.tail);
  list(a_fraction, "exposed", c.exposed);
  list(a_number, "passes", c.passes);
  list(a_number, "window_padding", c.window_padding);
  list(one_or_more, "cache_speedup", c.cache_speedup);
  list(a_fraction, "cache_share", c.cache_share);
  list(one_or_more, "rows", c.rows);
  list(a_pace, "widening", c.widening);
}
template <detail::curve_of<expert_curve> C, class List>
constexpr void list_constants(C&& c, List&& list) {
  using namespace constant_ranges;
  list(a_share, "compute", c.compute);
  list(a_share, "bandwidth", c.bandwidth);
  list(a_time, "launch", c.launch);
  list(a_time, "per_expert", c.per_expert);
  list(a_time, "sorting", c.sorting);
  list(one_or_more, "sorted_tokens", c.sorted_tokens);
  list(a_number, "block_rows", c.block_rows);
  list(a_pace, "walk", c.walk);
  list(a_number, "passes", c.passes);
  list(a_fraction, "foreign_rows", c.foreign_rows);
  list(a_fraction, "foreign_products", c.foreign_products);
  list(one_or_more, "tiles[0]", c.tiles[0]);
  list(one_or_more, "tiles[1]", c.tiles[1]);
}
template <detail::curve_of<sparse_curve> C, class List>
constexpr void list_constants(C&& c, List&& list) {
  using namespace constant_ranges;
  list(a_share, "compute", c.compute);
  list(one_or_more, "heads", c.heads);
  list(a_time, "launch", c.launch);
  list(one_or_more, "splits", c.splits);
}
template <detail::curve_of<recurrence_curve> C, class List>
constexpr void list_constants(C&& c, List&& list) {
  using namespace constant_ranges;
  list(a_share, "bandwidth", c.bandwidth);
  list(a_time, "launch", c.launch);
  list(a_time, "prompt", c.prompt);
  list(a_time, "along", c.along);
  list(a_pace, "token", c.token);
  list(a_pace, "sequence", c.sequence);
}
template <detail::curve_of<elementwise_curve> C, class List>
constexpr void list_constants(C&& c, List&& list) {
  using namespace constant_ranges;
  list(a_time, "launch", c.launch);
  list(a_time, "walk", c.walk);
  list(a_share, "bandwidth", c.bandwidth);
  list(a_pace, "norm", c.norm);
  list(a_pace, "activation", c.activation);
  list(a_pace, "rotary", c.rotary);
  list(a_pace, "lookup", c.lookup);
}

namespace detail {

// What a collective of the library takes, and at which share of the links.
template <curve_of<collective_curve> C, class List>
constexpr void list_library(C&& c, List&& list) {
  using namespace constant_ranges;
  list(a_time, "launch", c.launch);
  list(a_time, "hop", c.hop);
  list(a_time, "hop_line", c.hop_line);
  list(a_time, "hop_bulk", c.hop_bulk);
  list(a_time, "start_line", c.start_line);
  list(a_time, "start_bulk", c.start_bulk);
  list(a_time, "fill", c.fill);
  list(a_time, "peer", c.peer);
  list(a_time, "pair", c.pair);
  list(a_share, "flag_share", c.flag_share);
  list(a_share, "line_share", c.line_share);
  list(a_share, "bulk_share", c.bulk_share);
  list(a_share, "peer_share", c.peer_share);
  list(a_share, "copy_share", c.copy_share);
  list(a_number, "own_scatter", c.own_scatter);
  list(a_number, "own_exchange", c.own_exchange);
  list(a_number, "own_flag", c.own_flag);
  list(a_number, "incast", c.incast);
  list(a_time, "switch_start", c.switch_start);
  list(a_time, "switch_fill", c.switch_fill);
  list(a_fraction, "switch_share", c.switch_share);
}
// The engine's own, and what lies between domains and steps.
template <curve_of<collective_curve> C, class List>
constexpr void list_engine_and_network(C&& c, List&& list) {
  using namespace constant_ranges;
  list(a_size, "engine_most", c.engine_most);
  list(a_time, "engine_launch", c.engine_launch);
  list(a_time, "engine_rank", c.engine_rank);
  list(a_time, "engine_barrier", c.engine_barrier);
  list(a_time, "engine_second", c.engine_second);
  list(a_fraction, "one_shot_share", c.one_shot_share);
  list(a_fraction, "two_shot_share", c.two_shot_share);
  list(a_share, "network_share", c.network_share);
  list(a_share, "exchange_share", c.exchange_share);
  list(a_share, "pair_share", c.pair_share);
  list(a_factor, "tree_share", c.tree_share);
  list(a_time, "network_hop", c.network_hop);
  list(a_time, "network_peer", c.network_peer);
  list(a_time, "network_phase", c.network_phase);
  list(a_time, "synchronise", c.synchronise);
  list(a_time, "drift", c.drift);
}

}  // namespace detail

/// The same, with units and ranges, of the curves of collectives, of exchanges and of the host.
///   a host_curve has 8   (tests/curves/constants.cpp)
template <detail::curve_of<collective_curve> C, class List>
constexpr void list_constants(C&& c, List&& list) {
  detail::list_library(c, list);
  detail::list_engine_and_network(c, list);
}
template <detail::curve_of<throughput_exchange_curve> C, class List>
constexpr void list_constants(C&& c, List&& list) {
  using namespace constant_ranges;
  list(a_time, "launch", c.launch);
  list(a_time, "domain", c.domain);
  list(a_pace, "copies_value", c.copies_value);
  list(a_time, "token", c.token);
  list(a_time, "copy", c.copy);
  list(a_pace, "token_value", c.token_value);
  list(a_pace, "copy_value", c.copy_value);
  list(a_number, "forwarding", c.forwarding);
  list(a_time, "fill", c.fill);
  list(a_share, "link_share", c.link_share);
  list(a_share, "network_share", c.network_share);
  list(a_factor, "multiprocessors", c.multiprocessors);
  list(a_number, "most_domains", static_cast<double>(c.most_domains));
}
template <detail::curve_of<latency_exchange_curve> C, class List>
constexpr void list_constants(C&& c, List&& list) {
  using namespace constant_ranges;
  list(a_time, "launch", c.launch);
  list(a_time, "expert", c.expert);
  list(a_pace, "value", c.value);
  list(a_time, "doubling", c.doubling);
  list(a_pace, "block", c.block);
  list(a_time, "fill", c.fill);
  list(a_share, "link_share", c.link_share);
  list(a_share, "network_share", c.network_share);
  list(a_size, "header", c.header);
}
template <detail::curve_of<host_curve> C, class List>
constexpr void list_constants(C&& c, List&& list) {
  using namespace constant_ranges;
  list(a_time, "step", c.step);
  list(a_time, "sequence", c.sequence);
  list(a_time, "replay", c.replay);
  list(a_time, "replay_sequence", c.replay_sequence);
  list(a_time, "kernel", c.kernel);
  list(a_time, "small_kernels", c.small_kernels);
  list(a_time, "admission", c.admission);
  list(a_number, "admission_steps", c.admission_steps);
}

namespace detail {

// A constant's number, whatever its scalar and its unit.
template <class T>
constexpr double number_in(const T& figure) noexcept {
  return value_of(figure);
}
template <class Unit, class T>
constexpr double number_in(const quantity<Unit, T>& figure) noexcept {
  return value_of(figure.value());
}

}  // namespace detail

/// A constant by its place in the list of its curve.
struct named_constant {
  std::string_view name{};
  constant_range range{};
};
/// Name, unit and range of the constant at that place, from 0, of list_constants(); without a name
/// beyond the end of the list.
///   constant_at(gemm_curve<>{}, 6).name = "launch", up to 1 s   (tests/curves/constants.cpp)
template <class Curve>
[[nodiscard]] constexpr named_constant constant_at(const Curve& c, std::int32_t place) noexcept {
  named_constant found;
  list_constants(c, [&](const constant_range& of_range, std::string_view of_name, const auto&) {
    if (place-- == 0) found = {of_name, of_range};
  });
  return found;
}

/// Calls visit(field, curve) for every curve of a policy, in the order of basic_fitted's members;
/// `field` is what messages name.
///   visits 59: 6 formats of 8 kinds of kernels, 4 recurrences and 7 more
///   (tests/curves/constants.cpp)
template <class T, class Visit>
constexpr void for_each_curve(const basic_fitted<T>& f, const Visit& visit) {
  for (const auto& c : f.gemm.of) visit(field::gemm_constants, c);
  for (const auto* curves : {&f.prefill, &f.latent_prefill}) {
    for (const auto& c : curves->of) visit(field::prefill_constants, c);
  }
  for (const auto* curves : {&f.decode, &f.latent_decode}) {
    for (const auto& c : curves->of) visit(field::decode_constants, c);
  }
  for (const auto* curves : {&f.sparse, &f.block_sparse}) {
    for (const auto& c : curves->of) visit(field::sparse_constants, c);
  }
  for (const auto& c : f.experts.of) visit(field::expert_constants, c);
  for (const auto& c : f.recurrences.of) visit(field::recurrence_constants, c);
  visit(field::elementwise_constants, f.elementwise);
  visit(field::collective_constants, f.collectives);
  visit(field::throughput_constants, f.exchange.throughput_dispatch);
  visit(field::throughput_constants, f.exchange.throughput_combine);
  visit(field::latency_constants, f.exchange.latency_dispatch);
  visit(field::latency_constants, f.exchange.latency_combine);
  visit(field::host_constants, f.host);
}

/// Name, unit and range of the constant at a place, from 0, in the curve that `of` names; without a
/// name beyond the end of its list. Derived from constant_at().
///   constant_of(field::gemm_constants, 6).name = "launch"   (tests/curves/constants.cpp)
[[nodiscard]] constexpr named_constant constant_of(field of, std::int32_t place) noexcept {
  named_constant found;
  for_each_curve(basic_fitted<>{}, [&](field of_curve, const auto& curve) {
    if (of_curve == of) found = constant_at(curve, place);
  });
  return found;
}

}  // namespace shardline
