// SPDX-License-Identifier: BSL-1.0
/// The policy `fitted`, between GPUs: collectives and expert exchange, each as a few constants.
/// curves/fitted.hpp says what kinds of constants there are.
#pragma once

#include <cstdint>

#include "shardline/base/units.hpp"

namespace shardline {

/// Collectives: inside a scale-up domain fitted/fabric/scale_up.hpp, between domains
/// fitted/fabric/network.hpp. The library's (NCCL), by the ring:
///   launch       of a collective inside a CUDA graph
///   hop          a step around the ring, one flag in every store (LL)
///   hop_line     the same by whole lines (LL128), and start_line to set it up
///   hop_bulk     the same by whole buffers (Simple), and start_bulk
///   fill         of the pipeline of buffers: it costs sqrt(fill time on the wire)
///   peer, pair   a further peer, and one send with its receive, of an all-to-all
///   flag_share, line_share, bulk_share   of the link's rate that the three protocols reach
///   peer_share   of the link's rate that one peer's flags reach
///   copy_share   of the memory's rate, by which a rank copies its own part
///   own_scatter, own_exchange, own_flag   how much of it: reduce-scatter, all-to-all, flags
///   incast       rate lost where several senders meet at one port
/// The reduction inside the switch: switch_start, switch_fill, switch_share (0: there is none).
/// The engine's own all-reduce, for messages below engine_most:
///   engine_launch, engine_rank, engine_barrier   one kernel, per rank, and its barriers
///   engine_second                                its second shot
///   one_shot_share, two_shot_share               of the link's rate; 0: there is no such kernel
/// Between domains:
///   network_share, exchange_share, pair_share   of the network's rate: exchange_share that of
///                  all-to-alls, pair_share that of two ranks alone
///   tree_share     rate of the tree over that of the ring
///   network_hop    the library's part of a step between domains, beside the link's latency
///   network_peer   a further peer there
///   network_phase  of one phase after the other, where collectives are hierarchical
/// In a step:
///   synchronise    until the last rank has come, beside what a benchmark of collectives sees
///   drift          the same for each doubling of the ranks, where each launches its own kernels
template <class T = double>
struct collective_curve {
  seconds<T> launch{};
  seconds<T> hop{};
  seconds<T> hop_line{};
  seconds<T> hop_bulk{};
  seconds<T> start_line{};
  seconds<T> start_bulk{};
  seconds<T> fill{};
  seconds<T> peer{};
  seconds<T> pair{};
  T flag_share = T(1.0);
  T line_share = T(1.0);
  T bulk_share = T(1.0);
  T peer_share = T(1.0);
  T copy_share = T(1.0);
  T own_scatter = T(1.0);
  T own_exchange = T(1.0);
  T own_flag = T(1.0);
  T incast = T(0.0);
  seconds<T> switch_start{};
  seconds<T> switch_fill{};
  T switch_share = T(0.0);
  bytes<T> engine_most{};
  seconds<T> engine_launch{};
  seconds<T> engine_rank{};
  seconds<T> engine_barrier{};
  seconds<T> engine_second{};
  T one_shot_share = T(0.0);
  T two_shot_share = T(0.0);
  T network_share = T(1.0);
  T exchange_share = T(1.0);
  T pair_share = T(1.0);
  T tree_share = T(1.0);
  seconds<T> network_hop{};
  seconds<T> network_peer{};
  seconds<T> network_phase{};
  bool hierarchical = false;
  seconds<T> synchronise{};
  seconds<T> drift{};
};

/// Expert dispatch, or combine, that sends a token once to each rank that it goes to, and between
/// domains once to each domain: fitted/fabric/expert_exchange.hpp.
///   launch         of the kernel; domain: of each domain, where there are several
///   copies_value   seconds per value of a token and root of its copies
///   token, copy    of one multiprocessor per token, and per copy of it
///   token_value, copy_value   the same per value
///   forwarding     times as much of these where tokens cross domains
///   fill           of the pipeline: it costs sqrt(fill work)
///   link_share, network_share   of the links' rates
///   multiprocessors   that the kernel is given (DeepEP: 20 unless told otherwise)
///   most_domains   that the router lets a token go to; 0: any
template <class T = double>
struct throughput_exchange_curve {
  seconds<T> launch{};
  seconds<T> domain{};
  T copies_value = T(0.0);
  seconds<T> token{};
  seconds<T> copy{};
  T token_value = T(0.0);
  T copy_value = T(0.0);
  T forwarding = T(1.0);
  seconds<T> fill{};
  T link_share = T(1.0);
  T network_share = T(1.0);
  T multiprocessors = T(20.0);
  std::int64_t most_domains = 0;
};

/// The same where a token is sent to every expert that it goes to, so that no rank waits to learn
/// what it will receive.
///   launch     of the kernel; expert: of each on the rank, value: seconds per value of a token
///   doubling   of the domains
///   block      seconds per value of a token of the block that serves one expert
///   fill, link_share, network_share   as above; header: bytes before a token
template <class T = double>
struct latency_exchange_curve {
  seconds<T> launch{};
  seconds<T> expert{};
  T value = T(0.0);
  seconds<T> doubling{};
  T block = T(0.0);
  seconds<T> fill{};
  T link_share = T(1.0);
  T network_share = T(1.0);
  bytes<T> header{};
};

/// Both modes, both ways.
template <class T = double>
struct exchange_curves {
  throughput_exchange_curve<T> throughput_dispatch{};
  throughput_exchange_curve<T> throughput_combine{};
  latency_exchange_curve<T> latency_dispatch{};
  latency_exchange_curve<T> latency_combine{};
};

}  // namespace shardline
