// SPDX-License-Identifier: BSL-1.0
/// Clusters under `fitted` for the tests of collectives, and the same over another scalar.
#pragma once

#include "../../laws/random_inputs.hpp"
#include "../recorded_curves.hpp"
#include "shardline/chips/a100_sxm.hpp"
#include "shardline/chips/h100_sxm.hpp"
#include "shardline/fitted/fabric/collectives.hpp"

namespace fabrics {

using namespace shardline;

using cluster = basic_cluster<double, fitted>;

/// Links, ports and memory of so many GB/s, domains of 8.
constexpr cluster of(double link, double port, double memory, const collective_curve<>& curve) {
  cluster c;
  c.gpus = 64;
  c.gpus_per_domain = 8;
  c.scale_up.rate = bandwidth<>::from_value(link * 1e9);
  c.network.rate = bandwidth<>::from_value(port * 1e9);
  c.accelerator.memory_rate = bandwidth<>::from_value(memory * 1e9);
  c.accelerator.multiprocessors = 132;
  c.accelerator.efficiency.collectives = curve;
  return c;
}
constexpr cluster a100(const collective_curve<>& curve) { return of(300.0, 25.0, 2039.0, curve); }
constexpr cluster h100(const collective_curve<>& curve) { return of(450.0, 50.0, 3350.0, curve); }

inline constexpr std::array<collective_kind, 6> kinds{
    collective_kind::all_reduce, collective_kind::all_gather, collective_kind::reduce_scatter,
    collective_kind::all_to_all, collective_kind::send_recv,  collective_kind::broadcast};

/// Any of the fitted curves, now and then with phases.
inline collective_curve<> random_curve(laws::dice& d) {
  namespace curves = catalog::curves;
  const std::array<collective_curve<>, 6> fitted_ones{
      recorded::a100_nccl,         recorded::h100_nccl, recorded::a100_vllm,
      recorded::a100_tensorrt_llm, recorded::h100_vllm, recorded::h100_tensorrt_llm};
  collective_curve<> c = d.one_of(fitted_ones);
  c.hierarchical = d.flip();
  return c;
}

inline cluster random_cluster(laws::dice& d) {
  constexpr std::array<integer, 6> domains{1, 2, 4, 8, 16, 144};
  const double link = laws::log_between(d, 1.0, 2000.0);
  const double port = laws::log_between(d, 1.0, 2000.0);
  const double memory = laws::log_between(d, 100.0, 10000.0);
  cluster c = of(link, port, memory, random_curve(d));
  c.gpus_per_domain = d.one_of(domains);
  return c;
}

inline collective<double> random_collective(laws::dice& d) {
  collective<double> op;
  op.kind = d.one_of(kinds);
  const integer most = d.flip() ? 9 : 144;
  op.group = {d.whole(2, most), d.whole(1, 9)};
  if (d.flip()) op.group.stride = 1;
  op.message = bytes<>::from_value(laws::log_between(d, 1.0, 1e10));
  return op;
}

template <class T>
constexpr collective_curve<T> lift(const collective_curve<>& c) {
  collective_curve<T> l;
  l.launch = cast<T>(c.launch);
  l.hop = cast<T>(c.hop);
  l.hop_line = cast<T>(c.hop_line);
  l.hop_bulk = cast<T>(c.hop_bulk);
  l.start_line = cast<T>(c.start_line);
  l.start_bulk = cast<T>(c.start_bulk);
  l.fill = cast<T>(c.fill);
  l.peer = cast<T>(c.peer);
  l.pair = cast<T>(c.pair);
  l.flag_share = T(c.flag_share);
  l.line_share = T(c.line_share);
  l.bulk_share = T(c.bulk_share);
  l.peer_share = T(c.peer_share);
  l.copy_share = T(c.copy_share);
  l.own_scatter = T(c.own_scatter);
  l.own_exchange = T(c.own_exchange);
  l.own_flag = T(c.own_flag);
  l.incast = T(c.incast);
  l.switch_start = cast<T>(c.switch_start);
  l.switch_fill = cast<T>(c.switch_fill);
  l.switch_share = T(c.switch_share);
  l.engine_most = cast<T>(c.engine_most);
  l.engine_launch = cast<T>(c.engine_launch);
  l.engine_rank = cast<T>(c.engine_rank);
  l.engine_barrier = cast<T>(c.engine_barrier);
  l.engine_second = cast<T>(c.engine_second);
  l.one_shot_share = T(c.one_shot_share);
  l.two_shot_share = T(c.two_shot_share);
  l.network_share = T(c.network_share);
  l.exchange_share = T(c.exchange_share);
  l.pair_share = T(c.pair_share);
  l.tree_share = T(c.tree_share);
  l.network_hop = cast<T>(c.network_hop);
  l.network_peer = cast<T>(c.network_peer);
  l.network_phase = cast<T>(c.network_phase);
  l.hierarchical = c.hierarchical;
  l.synchronise = cast<T>(c.synchronise);
  l.drift = cast<T>(c.drift);
  return l;
}

template <class T>
constexpr latency_exchange_curve<T> lift(const latency_exchange_curve<>& c) {
  latency_exchange_curve<T> l;
  l.launch = cast<T>(c.launch);
  l.expert = cast<T>(c.expert);
  l.value = T(c.value);
  l.doubling = cast<T>(c.doubling);
  l.block = T(c.block);
  l.fill = cast<T>(c.fill);
  l.link_share = T(c.link_share);
  l.network_share = T(c.network_share);
  l.header = cast<T>(c.header);
  return l;
}

template <class T>
constexpr throughput_exchange_curve<T> lift(const throughput_exchange_curve<>& c) {
  throughput_exchange_curve<T> l;
  l.launch = cast<T>(c.launch);
  l.domain = cast<T>(c.domain);
  l.copies_value = T(c.copies_value);
  l.token = cast<T>(c.token);
  l.copy = cast<T>(c.copy);
  l.token_value = T(c.token_value);
  l.copy_value = T(c.copy_value);
  l.forwarding = T(c.forwarding);
  l.fill = cast<T>(c.fill);
  l.link_share = T(c.link_share);
  l.network_share = T(c.network_share);
  l.multiprocessors = T(c.multiprocessors);
  l.most_domains = c.most_domains;
  return l;
}

/// What collectives read of a cluster.
template <class T>
basic_cluster<T, basic_fitted<T>> lift(const cluster& c) {
  basic_cluster<T, basic_fitted<T>> l;
  l.gpus = c.gpus;
  l.gpus_per_domain = c.gpus_per_domain;
  l.scale_up = {cast<T>(c.scale_up.rate), cast<T>(c.scale_up.latency)};
  l.network = {cast<T>(c.network.rate), cast<T>(c.network.latency)};
  l.accelerator.memory_rate = cast<T>(c.accelerator.memory_rate);
  l.accelerator.multiprocessors = c.accelerator.multiprocessors;
  l.accelerator.efficiency.collectives = lift<T>(c.accelerator.efficiency.collectives);
  return l;
}

}  // namespace fabrics
