/// The policy `fitted`: how kernels of one accelerator and engine behave, as a few constants each.
///
/// Shares are of data sheet figures and carry over to other accelerators as they are; times are
/// what launching, filling and draining a kernel takes; sizes are those of the kernels' tiles. The
/// formulas that read them are in fitted/, the fitted values in catalog/efficiencies.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shardline/base/units.hpp"

namespace shardline {

/// Where the constants of a policy come from.
///   datasheet     nothing was measured
///   transferred   measured on another accelerator, scaled by data sheet ratios
///   measured      on this accelerator
enum class provenance : unsigned char { datasheet, transferred, measured };

[[nodiscard]] constexpr std::string_view name(provenance p) noexcept {
  constexpr std::string_view names[]{"datasheet", "transferred", "measured"};
  return names[static_cast<std::size_t>(p)];
}

/// Matrix multiplication in one precision: fitted/gemm.hpp.
///   bandwidth            share of the memory rate
///   compute              share of the peak, whole large tiles, before the clock falls
///   small_tile           rate of a small tile over that of a large one
///   row_floor            share of a small tile's time that fewer rows than its own do not save
///   tail                 share of one tile's own latency that nothing hides
///   throttle             clock lost in the long run under full power
///   launch               of a kernel inside a CUDA graph
///   reduction            launch of the second kernel where the inner dimension is split
///   quantise             launch of the kernel that quantises activations, and its
///   quantise_bandwidth   share of the memory rate, 3 bytes a value; 0: there is no such kernel
///   tile                 side of the small tile
template <class T = double>
struct gemm_curve {
  T bandwidth = T(1.0);
  T compute = T(1.0);
  T small_tile = T(1.0);
  T row_floor = T(1.0);
  T tail = T(0.0);
  T throttle = T(0.0);
  seconds<T> launch{};
  seconds<T> reduction{};
  seconds<T> quantise{};
  T quantise_bandwidth = T(0.0);
  T tile = T(64.0);
};

/// Attention over a prompt: fitted/attention.hpp.
///   compute          share of the peak
///   softmax_values   values per query and key that the exponentials cost as much as
///   bandwidth        share of the memory rate
///   launch           of the kernel; block: of each block of 128 query rows
///   tail             share of the longest block that the others do not hide
///   exposed          share of the shorter of compute and memory that the other does not hide
///   passes           over queries, keys and values beside the kernel, each a read and a write:
///                    rotary, cache write, quantisation
///   window_padding   keys beyond a window that are read all the same
template <class T = double>
struct prefill_curve {
  T compute = T(1.0);
  T softmax_values = T(0.0);
  T bandwidth = T(1.0);
  seconds<T> launch{};
  seconds<T> block{};
  T tail = T(0.0);
  T exposed = T(0.0);
  T passes = T(0.0);
  T window_padding = T(0.0);
};

/// Attention of a few new tokens per sequence, usually one: fitted/attention.hpp.
///   compute, bandwidth, launch, exposed, window_padding   as for a prompt
///   reduction              launch of the kernel that adds up the parts of a split cache
///   block                  time of each block, of which the kernel starts at most
///   blocks                 per multiprocessor, unless more sequences and heads are there
///   splits                 parts that the cache of one sequence is split into at most; 1: the
///                          kernel does not split
///   multiprocessor_share   of the memory rate over the multiprocessors that a lone one reaches,
///                          as if every value had 16 bits; above 1, since few can use more
///   tail                   share of the longest block that nothing hides; 0 where it is split
///   passes                 over queries and outputs beside the kernel
///   cache_speedup          rate of the last-level cache over the memory's, and
///   cache_share            the share of it that holds keys and values between benchmark loops
///   unseen_blocks          blocks are started for keys beyond the window too
template <class T = double>
struct decode_curve {
  T compute = T(1.0);
  T bandwidth = T(1.0);
  seconds<T> launch{};
  seconds<T> reduction{};
  seconds<T> block{};
  T blocks = T(1.0);
  T splits = T(1.0);
  T multiprocessor_share = T(1.0);
  T tail = T(0.0);
  T exposed = T(0.0);
  T passes = T(0.0);
  T window_padding = T(0.0);
  T cache_speedup = T(1.0);
  T cache_share = T(0.0);
  bool unseen_blocks = false;
};

/// Routed experts in one precision: fitted/experts.hpp.
///   compute        share of the peak, whole blocks
///   bandwidth      share of the memory rate
///   launch         of all kernels of a layer's experts; per_expert: of each on the rank
///   block_rows     rows that a block costs beside its own
///   walk           seconds per byte of one block's way along the inner dimension
///   passes         over activations, as a multiple of the bytes that gathering, quantising,
///                  activating and summing move
///   foreign_rows   share of the other ranks' rows that kernels pass over too, 0 to 1
///   tiles          rows of a small and of a large block
template <class T = double>
struct expert_curve {
  T compute = T(1.0);
  T bandwidth = T(1.0);
  seconds<T> launch{};
  seconds<T> per_expert{};
  T block_rows = T(0.0);
  T walk = T(0.0);
  T passes = T(1.0);
  T foreign_rows = T(0.0);
  std::array<T, 2> tiles{T(16.0), T(128.0)};
};

/// Vector kernels: fitted/elementwise.hpp.
///   launch      of a kernel inside a CUDA graph
///   bandwidth   share of the memory rate
///   rate        bytes per second that one multiprocessor can move through its registers
template <class T = double>
struct elementwise_curve {
  seconds<T> launch{};
  T bandwidth = T(1.0);
  shardline::bandwidth<T> rate{};
};

/// Collectives: inside a scale-up domain fitted/scale_up.hpp, between domains fitted/network.hpp.
/// The library's (NCCL), by the ring:
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
///   network_share, exchange_share   of the network's rate: exchange_share that of all-to-alls
///   tree_share     rate of the tree over that of the ring
///   network_hop, network_peer   a step between domains, a further peer there
///   network_fill   as fill
///   network_phase  of one phase after the other, where collectives are hierarchical
/// In a step:
///   synchronise    until the last rank has come, beside what a benchmark of collectives sees
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
  T tree_share = T(1.0);
  seconds<T> network_hop{};
  seconds<T> network_peer{};
  seconds<T> network_fill{};
  seconds<T> network_phase{};
  bool hierarchical = false;
  seconds<T> synchronise{};
};

/// Expert dispatch, or combine, that sends a token once to each rank that it goes to, and between
/// domains once to each domain: fitted/expert_exchange.hpp.
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

/// The formats that have kernels of their own: 16 bits and wider, 8 bits, 8 bits in scaled blocks,
/// 4 bits.
enum class kernel_format : unsigned char { wide, narrow, narrow_block, four_bit };
inline constexpr std::size_t kernel_format_count = 4;

/// Curves of one kind of kernel by format.
template <class Curve>
struct by_format {
  std::array<Curve, kernel_format_count> of{};
  [[nodiscard]] constexpr const Curve& operator[](kernel_format f) const noexcept {
    return of[static_cast<std::size_t>(f)];
  }
  [[nodiscard]] constexpr Curve& operator[](kernel_format f) noexcept {
    return of[static_cast<std::size_t>(f)];
  }
};

/// What the engine's own program takes beside the accelerator: fitted/host.hpp.
///   step            of every step, after the accelerator is done
///   sequence        of every step and decoding sequence, likewise
///   replay          to prepare a step that replays a CUDA graph, while the accelerator works, and
///   replay_sequence of each of its sequences
///   layer           to launch a layer's kernels one by one, as steps with prompts do, likewise
template <class T = double>
struct host_curve {
  seconds<T> step{};
  seconds<T> sequence{};
  seconds<T> replay{};
  seconds<T> replay_sequence{};
  seconds<T> layer{};
};

/// The policy `fitted`: every operator by its own formula.
///   attention curves are chosen by the format of the cache; latent ones are those of MLA
///   looped   kernels run over the same buffers again and again, as benchmarks do: what fits the
///            last-level cache is found there. A step of a model streams its weights in between.
template <class T = double>
struct basic_fitted {
  provenance source = provenance::transferred;
  by_format<gemm_curve<T>> gemm{};
  by_format<prefill_curve<T>> prefill{};
  by_format<decode_curve<T>> decode{};
  by_format<prefill_curve<T>> latent_prefill{};
  by_format<decode_curve<T>> latent_decode{};
  by_format<expert_curve<T>> experts{};
  elementwise_curve<T> elementwise{};
  collective_curve<T> collectives{};
  exchange_curves<T> exchange{};
  host_curve<T> host{};
  bool looped = false;
};
using fitted = basic_fitted<>;

}  // namespace shardline
