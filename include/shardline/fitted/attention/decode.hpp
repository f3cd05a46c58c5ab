// SPDX-License-Identifier: BSL-1.0
/// Attention of decode steps under `fitted`: keys and values streamed past a few queries, split
/// over multiprocessors where sequences and heads are fewer.
#pragma once

#include "shardline/fitted/attention/cache.hpp"

namespace shardline {

namespace detail {

// Sizes that kernels of all accelerators and engines measured have in common.
inline constexpr double decode_rows = 64.0;  // heads times new tokens of a block at most
inline constexpr double key_tile = 128.0;    // keys that a block reads at once
inline constexpr double fewest_keys = 64.0;  // that it multiplies at once
inline constexpr double walked_bytes = 2.0;  // of a value on its way through a multiprocessor

// Values of a key that are kept, its latent or keys and values of all heads.
constexpr integer values_kept(const attention_shape& o) noexcept {
  return o.latent ? o.qk_dim : o.kv_heads * (o.qk_dim + o.v_dim);
}

// With keys and values as the kernel reads them: as kept or widened, once or for each query head of
// a group.
template <class T>
constexpr attention_shape cache_as_read(const decode_curve<T>& c, attention_shape o) noexcept {
  if (value_of(c.widening) > 0.0) {
    o.bytes_per_token =
        real<double>(values_kept(o)) * element_bytes(o.activation) / real<double>(o.tokens_per_key);
  }
  if (!c.per_query_head) return o;
  o.bytes_per_token = o.bytes_per_token * real<double>(o.heads) / real<double>(o.kv_heads);
  o.kv_heads = o.heads;
  return o;
}

// What a decode step asks of the multiprocessors, and seconds that one takes for each key of a
// unit, to read it and to multiply it.
template <class T>
struct decode_units {
  T load;  // units of one multiprocessor: sequences x key-value heads x tiles of rows, over all
  T keys;  // of one sequence on this rank, that are read
  T read;
  T multiplied;

  [[nodiscard]] constexpr T compute() const noexcept {
    return load * (max(keys, T(fewest_keys)) * multiplied);
  }
  // The longest block: at least a tile of keys, at most all keys of one unit.
  [[nodiscard]] constexpr T longest(const T& splits) const noexcept {
    const T walked = max(keys * clipped(load, T(1.0) / splits, T(1.0)), min(keys, T(key_tile)));
    return max(walked * read, max(walked, T(fewest_keys)) * multiplied);
  }
  // Blocks that each starts, where a unit has so many keys.
  [[nodiscard]] constexpr T blocks(const T& of_unit, const T& most) const noexcept {
    return max(load, min(load * of_unit * T(1.0 / key_tile), most));
  }
  // 1 where a second kernel adds up the parts of a split cache, less towards the shortest.
  [[nodiscard]] constexpr T adds_up(const T& splits) const noexcept {
    return clipped(min(splits, keys * T(1.0 / key_tile)) - T(1.0), T(0.0), T(1.0));
  }
};

}  // namespace detail

/// Attention of decoding sequences, for any part of a step.
///   window   tokens a query sees; 0: all
///   rows, splits, blocks, exposed, tail, window_padding, unseen_blocks   as decode_curve has them
///   key_bytes, query_bytes, per_byte   moved for a key and for a query; seconds of a byte
///   looped   what fits the last-level cache is not read from memory: `cache`
template <class T>
struct decode_law {
  integer window = 0;
  T window_padding = T(0.0);
  T rows = T(64.0);
  T splits = T(1.0);
  T blocks = T(1.0);
  T exposed = T(0.0);
  T tail = T(0.0);
  T share = T(1.0);     // keys of a token that this rank has
  T group = T(1.0);     // query heads of a key-value head
  T kv_heads = T(0.0);  // over the multiprocessors
  T read = T(0.0);      // seconds of a multiprocessor for a key, and for a row and a key
  T multiplied = T(0.0);
  double key_bytes = 0.0;
  T query_bytes = T(0.0);
  T per_byte = T(0.0);
  T block = T(0.0);  // seconds of a block, of a query in other kernels, and of both launches
  T beside = T(0.0);
  T widened = T(0.0);  // of a key that is widened first
  T launch = T(0.0);
  T reduction = T(0.0);
  detail::looped_cache<T> cache{};  // of bytes
  bool looped = false;
  bool unseen_blocks = false;
  bool overlapped = false;

  [[nodiscard]] constexpr kernel_time<T> time(const step_part<T>& p) const noexcept {
    const T kept = (p.context + p.new_tokens) * share;
    const detail::decode_units<T> u = units_of(p, kept);
    const T queries = p.sequences * p.new_tokens;
    const T compute = u.compute();
    const T moved = p.sequences * u.keys * T(key_bytes) + queries * query_bytes;
    const T memory = (looped ? cache.missed(moved) : moved) * per_byte;
    const T longer = max(compute, memory);
    const T lone = u.longest(splits);
    const T shared = longer + exposed * min(compute, memory) + tail * lone;
    const T started = block * u.blocks(unseen_blocks ? kept : u.keys, blocks);
    const T beyond = beside * queries + p.sequences * kept * widened;
    return detail::unless_idle(
        queries, {compute, memory, with_starts(max(lone, shared), started) - longer + beyond,
                  launch + reduction * u.adds_up(splits)});
  }

 private:
  [[nodiscard]] constexpr T with_starts(const T& busy, const T& started) const noexcept {
    return overlapped ? max(busy, started) : busy + started;
  }
  // Keys that are read. Each new token sees a window of its own.
  [[nodiscard]] constexpr T keys_seen(const step_part<T>& p, const T& kept) const noexcept {
    if (window == 0) return kept;
    return min(kept, (real<T>(window) + max(window_padding, p.new_tokens)) * share);
  }
  [[nodiscard]] constexpr detail::decode_units<T> units_of(const step_part<T>& p,
                                                           const T& kept) const noexcept {
    const T most(detail::decode_rows);
    const T queries = p.new_tokens * group;
    const T tiles = round_up(queries * T(1.0 / detail::decode_rows));
    const T of_block = min(round_up(queries / rows) * rows, most);
    return {p.sequences * kv_heads * tiles, keys_seen(p, kept), read, of_block * multiplied};
  }
};

namespace detail {

template <class T>
constexpr decode_law<T> decode_law_of(const fitted_accelerator<T>& a, const decode_curve<T>& c,
                                      const attention_shape& asked) noexcept {
  const attention_shape o = cache_as_read(c, asked);
  const T width = real<T>(o.latent ? o.qk_dim : o.qk_dim + o.v_dim);
  const integer values = o.qk_dim + o.v_dim;
  decode_law<T> law;
  law.window = o.window;
  law.window_padding = c.window_padding;
  law.rows = c.rows;
  law.splits = c.splits;
  law.blocks = c.blocks;
  law.exposed = c.exposed;
  law.tail = c.tail;
  law.share = T(1.0 / real<double>(o.cache_split * o.tokens_per_key));
  law.group = T(real<double>(o.heads) / real<double>(o.kv_heads));
  law.kv_heads = real<T>(o.kv_heads) / multiprocessors(a);
  law.read =
      width * T(walked_bytes) * multiprocessors(a) * seconds_per_byte(a, c.multiprocessor_share);
  // Widened keys are multiplied as such; what is read anew for each query head is no wider.
  const kernel_format kernel = cache_kernel(value_of(c.widening) > 0.0 ? o : asked);
  law.multiplied =
      T(2.0 * real<double>(values)) * seconds_per_flop(a, math_of(o, kernel), c.compute);
  law.widened = real<T>(values_kept(asked)) * c.widening / multiprocessors(a);
  law.key_bytes = o.bytes_per_token * real<double>(o.tokens_per_key);
  law.query_bytes =
      real<T>(o.heads * values) * T(element_bytes(o.activation)) / real<T>(o.query_split);
  law.per_byte = seconds_per_byte(a, c.bandwidth);
  law.block = c.block.value();
  law.beside = c.passes * law.query_bytes * law.per_byte;
  law.launch = c.launch.value();
  law.reduction = c.reduction.value();
  law.unseen_blocks = c.unseen_blocks;
  law.overlapped = c.overlapped;
  law.cache = {c.cache_share * a.last_level_cache.value(), c.cache_speedup};
  law.looped = a.efficiency.looped;
  return law;
}

}  // namespace detail

}  // namespace shardline
