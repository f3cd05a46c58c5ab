// SPDX-License-Identifier: BSL-1.0
/// The policy `fitted`, kernels: matrix multiplication, attention, experts, recurrences, vectors,
/// each as a few constants. curves/fitted.hpp says what kinds of constants there are.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/base/precision.hpp"
#include "shardline/base/units.hpp"
#include "shardline/describe/recurrence_kind.hpp"

namespace shardline {

/// Matrix multiplication in one precision: fitted/gemm.hpp.
///   bandwidth            share of the memory rate
///   compute              share of the peak, whole large tiles, before the clock falls
///   small_tile           rate of a small tile over that of a large one
///   block_rows           rows that a tile costs beside its own
///   tail                 share of one tile's own latency that nothing hides
///   throttle             clock lost in the long run under full power
///   launch               of a kernel inside a CUDA graph
///   reduction            launch of the second kernel where the inner dimension is split
///   quantise             launch of the kernel that quantises activations, and its
///   quantise_bandwidth   share of the memory rate, 3 bytes a value; 0: there is no such kernel
///   tile                 rows that the smallest tile multiplies, however few there are
///   walk                 seconds per byte of one tile's way along the inner dimension: of loads
///                        and instructions that wait for each other, whatever the peak
///   cache_speedup        rate of the last-level cache over the memory's, and
///   cache_share          the share of it that holds matrices between benchmark loops
template <class T = double>
struct gemm_curve {
  T bandwidth = T(1.0);
  T compute = T(1.0);
  T small_tile = T(1.0);
  T block_rows = T(0.0);
  T tail = T(0.0);
  T throttle = T(0.0);
  seconds<T> launch{};
  seconds<T> reduction{};
  seconds<T> quantise{};
  T quantise_bandwidth = T(0.0);
  T tile = T(64.0);
  T walk = T(0.0);
  T cache_speedup = T(1.0);
  T cache_share = T(0.0);
};

/// Attention over a prompt: fitted/attention/attention.hpp.
///   compute          share of the peak
///   softmax_values   values per query and key that the exponentials cost as much as
///   bandwidth        share of the memory rate
///   launch           of the kernel; block: of each block of 128 query rows
///   tail             of the longest block, what the others do not hide; above 1 where their queues
///                    are uneven
///   exposed          share of the shorter of compute and memory that the other does not hide
///   passes           over queries, keys and values beside the kernel, each a read and a write:
///                    rotary, cache write, quantisation
///   window_padding   keys beyond a window that are read all the same
///   row              of one multiprocessor for each query and head, where the softmax is a kernel
///                    of its own
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
  seconds<T> row{};
};

/// Attention of a few new tokens per sequence, usually one: fitted/attention/attention.hpp.
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
///   overlapped             blocks start while others read or multiply: of both the longer shows
///   rows                   heads times new tokens that a block multiplies at least
///   per_query_head         each query head reads the keys and values of its group anew
///   widening               seconds of a multiprocessor for each value of a narrow cache that
///                          another kernel widens first; 0: the kernel reads it as it is
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
  bool overlapped = false;
  T rows = T(64.0);
  bool per_query_head = false;
  T widening = T(0.0);
};

/// Routed experts in one precision: fitted/experts.hpp.
///   compute        share of the peak, whole blocks
///   bandwidth      share of the memory rate
///   launch         of all kernels of a layer's experts; per_expert: of each on the rank
///   sorting        of the kernels that sort tokens by expert, which a few tokens do without, and
///   sorted_tokens  how many take all of it
///   block_rows     rows that a block costs beside its own
///   walk           seconds per byte of one block's way along the inner dimension
///   passes         over activations, as a multiple of the bytes that gathering, quantising,
///                  activating and summing move
///   foreign_rows   share of the other ranks' rows that kernels pass over too, 0 to 1
///   foreign_products   share of them, of tokens that have rows here, that are multiplied too
///   tiles          rows of a small and of a large block
template <class T = double>
struct expert_curve {
  T compute = T(1.0);
  T bandwidth = T(1.0);
  seconds<T> launch{};
  seconds<T> per_expert{};
  seconds<T> sorting{};
  T sorted_tokens = T(64.0);
  T block_rows = T(0.0);
  T walk = T(0.0);
  T passes = T(1.0);
  T foreign_rows = T(0.0);
  T foreign_products = T(0.0);
  std::array<T, 2> tiles{T(16.0), T(128.0)};
};

/// Vector kernels: fitted/elementwise.hpp.
///   launch      of a kernel inside a CUDA graph
///   walk        for each value of a row along which one block works (norms, activation functions,
///               rotary embeddings)
///   bandwidth   share of the memory rate
///   norm, activation, rotary, lookup   seconds that one multiprocessor takes for a byte of such a
///               kernel; 0: only the memory is waited for
template <class T = double>
struct elementwise_curve {
  seconds<T> launch{};
  seconds<T> walk{};
  T bandwidth = T(1.0);
  T norm = T(0.0);
  T activation = T(0.0);
  T rotary = T(0.0);
  T lookup = T(0.0);
};

/// Attention to tokens that an indexer chose: fitted/attention/chosen.hpp.
///   compute   share of the peak of activations
///   heads     that a block multiplies at least, and a multiple of
///   launch    of the kernel
///   splits    blocks that share a query's keys; 1: one multiprocessor walks past all of them
///   padded    places that no token was chosen for are multiplied too
///   steps     decode steps run this kernel, not those of ordinary attention
template <class T = double>
struct sparse_curve {
  T compute = T(1.0);
  T heads = T(64.0);
  seconds<T> launch{};
  T splits = T(1.0);
  bool padded = false;
  bool steps = false;
};

/// Recurrences: fitted/recurrence.hpp.
///   bandwidth   share of the memory rate, in a decode step
///   launch      of a decode step's kernel
///   prompt      of a prompt's kernels
///   along       for each new token of a sequence, which follow each other
///   token       seconds of a multiprocessor for each new token and value of state
///   sequence    the same for each sequence and value of state
template <class T = double>
struct recurrence_curve {
  T bandwidth = T(1.0);
  seconds<T> launch{};
  seconds<T> prompt{};
  seconds<T> along{};
  T token = T(0.0);
  T sequence = T(0.0);
};

namespace detail {

// How many values an enumeration has that curves are told apart by.
template <class Key>
inline constexpr std::size_t key_count = 0;
template <>
inline constexpr std::size_t key_count<recurrence_kind> = recurrence_kind_count;

}  // namespace detail

/// Curves of one kind of kernel, one for each of a key's values: of[i] is that of the value i.
template <class Curve, class Key>
struct curves_by {
  std::array<Curve, detail::key_count<Key>> of{};
  [[nodiscard]] constexpr const Curve& operator[](Key k) const noexcept {
    return of[static_cast<std::size_t>(k)];
  }
  [[nodiscard]] constexpr Curve& operator[](Key k) noexcept {
    return of[static_cast<std::size_t>(k)];
  }
};

/// Curves of recurrences by kind.
template <class Curve>
using by_recurrence = curves_by<Curve, recurrence_kind>;

/// The formats that have kernels of their own.
///   wide             16 bits and wider
///   narrow           8 bits;   narrow_block: in scaled blocks
///   four_bit         weights of 4-bit integers, widened inside (Marlin)
///   four_bit_float   the same of 4-bit floats in scaled blocks (MXFP4)
///   four_bit_math    4-bit floats multiplied as such (NVFP4)
enum class kernel_format : unsigned char {
  wide,
  narrow,
  narrow_block,
  four_bit,
  four_bit_float,
  four_bit_math
};
inline constexpr std::size_t kernel_format_count = 6;

/// The precision that a format's curve was measured in, where hardware has it: others of its width
/// (fp16, int8) multiply by the same curve.
///   measured_in(kernel_format::narrow) = precision::fp8, of 8 bits   (tests/curves/constants.cpp)
[[nodiscard]] constexpr precision measured_in(kernel_format f) noexcept {
  switch (f) {
    case kernel_format::narrow:
    case kernel_format::narrow_block:
      return precision::fp8;
    case kernel_format::four_bit_math:
      return precision::fp4;
    default:
      return precision::bf16;  // 4-bit weights too, which are widened inside
  }
}

/// Curves of one kind of kernel by format.
template <>
inline constexpr std::size_t detail::key_count<kernel_format> = kernel_format_count;
template <class Curve>
using by_format = curves_by<Curve, kernel_format>;

}  // namespace shardline
