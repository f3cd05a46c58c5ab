// SPDX-License-Identifier: BSL-1.0
/// The constants of each curve of `fitted` that can be fitted, by name, with the range of each, and
/// which of them are fitted where a user names none. The catalog's values are where searches start.
#pragma once

#include <string>
#include <vector>

#include "shardline/plan/calibration/curve.hpp"

namespace shardline {

namespace detail {

template <class Curve>
parameter<Curve> number_of(const char* name, double Curve::*member, double low, double high) {
  return {name, member, nullptr, low, low, high};
}
template <class Curve>
parameter<Curve> share_of(const char* name, double Curve::*member) {
  return number_of(name, member, 0.02, 1.0);
}
template <class Curve>
parameter<Curve> fraction_of(const char* name, double Curve::*member) {
  return number_of(name, member, 0.0, 1.0);
}
// Up to a tenth of a millisecond: kernels launched one by one on a slow host take 20 us.
template <class Curve>
parameter<Curve> time_of_launch(const char* name, seconds<> Curve::*member) {
  return {name, nullptr, member, 0.0, 0.0, 100.0};
}
template <class Curve>
parameter<Curve> time_up_to(const char* name, seconds<> Curve::*member, double high) {
  return {name, nullptr, member, 0.0, 0.0, high};
}
// Seconds that one multiprocessor takes for a byte: 100 MB/s to no time at all.
template <class Curve>
parameter<Curve> per_byte(const char* name, double Curve::*member) {
  return {name, member, nullptr, 0.0, 0.0, 1e-8, nullptr, nullptr, "s/byte"};
}

}  // namespace detail

/// What can be fitted of a matrix multiplication: members of gemm_curve, each with its unit, its
/// range and where its search starts.
///   10, of which 3 are usual   (tests/plan/calibration_operators.cpp)
[[nodiscard]] inline std::vector<parameter<gemm_curve<>>> constants_of(const gemm_curve<>&) {
  using c = gemm_curve<>;
  return {detail::share_of("bandwidth", &c::bandwidth),
          detail::share_of("compute", &c::compute),
          detail::share_of("small_tile", &c::small_tile),
          detail::number_of("block_rows", &c::block_rows, 0.0, 128.0),
          detail::fraction_of("tail", &c::tail),
          detail::fraction_of("throttle", &c::throttle),
          detail::time_of_launch("launch", &c::launch),
          detail::time_of_launch("reduction", &c::reduction),
          detail::time_of_launch("quantise", &c::quantise),
          detail::share_of("quantise_bandwidth", &c::quantise_bandwidth)};
}

/// The names of what is fitted of it unless named, since timings determine these: the shares of
/// memory and peak, and the launch; where inputs are quantised, for which only the sum of two
/// launches shows, the quantisation's instead of it.
///   3: bandwidth, compute, launch   (tests/plan/calibration_operators.cpp)
[[nodiscard]] inline std::vector<std::string> usual_constants(const gemm_curve<>& c) {
  if (c.quantise_bandwidth > 0.0) return {"bandwidth", "compute", "quantise"};
  return {"bandwidth", "compute", "launch"};
}

/// What can be fitted of attention over a prompt: members of prefill_curve, each with its unit and
/// range; and the names of what is fitted unless named.
///   10, of which 2 are usual   (tests/plan/calibration_operators.cpp)
[[nodiscard]] inline std::vector<parameter<prefill_curve<>>> constants_of(const prefill_curve<>&) {
  using c = prefill_curve<>;
  return {detail::share_of("compute", &c::compute),
          detail::number_of("softmax_values", &c::softmax_values, 0.0, 1000.0),
          detail::share_of("bandwidth", &c::bandwidth),
          detail::time_of_launch("launch", &c::launch),
          detail::time_of_launch("block", &c::block),
          detail::fraction_of("tail", &c::tail),
          detail::fraction_of("exposed", &c::exposed),
          detail::number_of("passes", &c::passes, 0.0, 10.0),
          detail::number_of("window_padding", &c::window_padding, 0.0, 4096.0),
          detail::time_of_launch("row", &c::row)};
}
[[nodiscard]] inline std::vector<std::string> usual_constants(const prefill_curve<>&) {
  return {"compute", "launch"};
}

/// What can be fitted of attention of decode steps: members of decode_curve, each with its unit and
/// range; and the names of what is fitted unless named.
///   14, of which 2 are usual   (tests/plan/calibration_operators.cpp)
[[nodiscard]] inline std::vector<parameter<decode_curve<>>> constants_of(const decode_curve<>&) {
  using c = decode_curve<>;
  return {detail::share_of("compute", &c::compute),
          detail::share_of("bandwidth", &c::bandwidth),
          detail::time_of_launch("launch", &c::launch),
          detail::time_of_launch("reduction", &c::reduction),
          detail::time_of_launch("block", &c::block),
          detail::number_of("blocks", &c::blocks, 0.1, 64.0),
          detail::number_of("splits", &c::splits, 1.0, 256.0),
          detail::number_of("multiprocessor_share", &c::multiprocessor_share, 0.1, 16.0),
          detail::fraction_of("tail", &c::tail),
          detail::fraction_of("exposed", &c::exposed),
          detail::number_of("passes", &c::passes, 0.0, 10.0),
          detail::number_of("window_padding", &c::window_padding, 0.0, 4096.0),
          detail::number_of("cache_speedup", &c::cache_speedup, 1.0, 10.0),
          detail::fraction_of("cache_share", &c::cache_share)};
}
[[nodiscard]] inline std::vector<std::string> usual_constants(const decode_curve<>&) {
  return {"bandwidth", "launch"};
}

/// What can be fitted of a layer's routed experts: members of expert_curve, each with its unit and
/// range; and the names of what is fitted unless named.
///   10, of which 3 are usual   (tests/plan/calibration_operators.cpp)
[[nodiscard]] inline std::vector<parameter<expert_curve<>>> constants_of(const expert_curve<>&) {
  using c = expert_curve<>;
  return {detail::share_of("compute", &c::compute),
          detail::share_of("bandwidth", &c::bandwidth),
          detail::time_up_to("launch", &c::launch, 500.0),
          detail::time_up_to("per_expert", &c::per_expert, 10.0),
          detail::time_up_to("sorting", &c::sorting, 500.0),
          detail::number_of("sorted_tokens", &c::sorted_tokens, 1.0, 4096.0),
          detail::number_of("block_rows", &c::block_rows, 0.0, 500.0),
          detail::number_of("walk", &c::walk, 0.0, 1e-7),
          detail::number_of("passes", &c::passes, 0.1, 20.0),
          detail::fraction_of("foreign_rows", &c::foreign_rows)};
}
[[nodiscard]] inline std::vector<std::string> usual_constants(const expert_curve<>&) {
  return {"compute", "bandwidth", "launch"};
}

/// What can be fitted of a vector kernel: members of elementwise_curve, each with its unit and
/// range; and the names of what is fitted unless named.
///   7, of which 2 are usual   (tests/plan/calibration_operators.cpp)
[[nodiscard]] inline std::vector<parameter<elementwise_curve<>>> constants_of(
    const elementwise_curve<>&) {
  using c = elementwise_curve<>;
  return {
      detail::time_of_launch("launch", &c::launch),   detail::share_of("bandwidth", &c::bandwidth),
      detail::time_up_to("walk", &c::walk, 0.01),     detail::per_byte("norm", &c::norm),
      detail::per_byte("activation", &c::activation), detail::per_byte("rotary", &c::rotary),
      detail::per_byte("lookup", &c::lookup)};
}
[[nodiscard]] inline std::vector<std::string> usual_constants(const elementwise_curve<>&) {
  return {"launch", "bandwidth"};
}

/// What can be fitted of collectives: members of collective_curve, each with its unit and range.
///   36   (tests/plan/calibration_collectives.cpp)
[[nodiscard]] inline std::vector<parameter<collective_curve<>>> constants_of(
    const collective_curve<>&) {
  using c = collective_curve<>;
  return {detail::time_of_launch("launch", &c::launch),
          detail::time_of_launch("hop", &c::hop),
          detail::time_of_launch("hop_line", &c::hop_line),
          detail::time_of_launch("hop_bulk", &c::hop_bulk),
          detail::time_of_launch("start_line", &c::start_line),
          detail::time_of_launch("start_bulk", &c::start_bulk),
          detail::time_up_to("fill", &c::fill, 1000.0),
          detail::time_of_launch("peer", &c::peer),
          detail::time_of_launch("pair", &c::pair),
          detail::share_of("flag_share", &c::flag_share),
          detail::share_of("line_share", &c::line_share),
          detail::share_of("bulk_share", &c::bulk_share),
          detail::share_of("peer_share", &c::peer_share),
          detail::share_of("copy_share", &c::copy_share),
          detail::number_of("own_scatter", &c::own_scatter, 0.0, 4.0),
          detail::number_of("own_exchange", &c::own_exchange, 0.0, 4.0),
          detail::number_of("own_flag", &c::own_flag, 0.0, 4.0),
          detail::number_of("incast", &c::incast, 0.0, 4.0),
          detail::time_up_to("switch_start", &c::switch_start, 1000.0),
          detail::time_up_to("switch_fill", &c::switch_fill, 1000.0),
          detail::share_of("switch_share", &c::switch_share),
          detail::time_of_launch("engine_launch", &c::engine_launch),
          detail::time_of_launch("engine_rank", &c::engine_rank),
          detail::time_of_launch("engine_barrier", &c::engine_barrier),
          detail::time_of_launch("engine_second", &c::engine_second),
          detail::share_of("one_shot_share", &c::one_shot_share),
          detail::share_of("two_shot_share", &c::two_shot_share),
          detail::share_of("network_share", &c::network_share),
          detail::share_of("exchange_share", &c::exchange_share),
          detail::share_of("pair_share", &c::pair_share),
          detail::share_of("tree_share", &c::tree_share),
          detail::time_up_to("network_hop", &c::network_hop, 1000.0),
          detail::time_up_to("network_peer", &c::network_peer, 1000.0),
          detail::time_up_to("network_phase", &c::network_phase, 1000.0),
          detail::time_of_launch("synchronise", &c::synchronise),
          detail::time_of_launch("drift", &c::drift)};
}

}  // namespace shardline
