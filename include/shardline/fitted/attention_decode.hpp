/// Attention of decode steps under `fitted`: keys and values streamed past a few queries, split
/// over multiprocessors where sequences and heads are fewer.
#pragma once

#include "shardline/fitted/attention_cache.hpp"

namespace shardline::detail {

// Sizes that kernels of all accelerators and engines measured have in common.
inline constexpr double decode_rows = 64.0;  // heads times new tokens of a block at most
inline constexpr double key_tile = 128.0;    // keys that a block reads at once
inline constexpr double fewest_keys = 64.0;  // that it multiplies at once
inline constexpr double walked_bytes = 2.0;  // of a value on its way through a multiprocessor
inline constexpr double refill = 2.0;        // bytes missed for each that the cache lacks room for

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

// Keys of one sequence on this rank.
template <class T>
constexpr T keys_kept(const attention_core<T>& op) noexcept {
  return (op.context + op.new_tokens) * T(1.0 / real<double>(op.cache_split));
}

// Those of them that are read. Each new token sees a window of its own.
template <class T>
constexpr T keys_seen(const decode_curve<T>& c, const attention_core<T>& op) noexcept {
  if (op.window == 0) return keys_kept(op);
  const T seen = real<T>(op.window) + max(c.window_padding, op.new_tokens);
  return min(keys_kept(op), seen * T(1.0 / real<double>(op.cache_split)));
}

// With keys and values as the kernel reads them: once, or for each query head of a group.
template <class T>
constexpr attention_core<T> cache_as_read(const decode_curve<T>& c, attention_core<T> op) noexcept {
  if (!c.per_query_head) return op;
  op.bytes_per_token = op.bytes_per_token * real<double>(op.heads) / real<double>(op.kv_heads);
  op.kv_heads = op.heads;
  return op;
}

template <class T>
constexpr decode_units<T> units_of(const fitted_accelerator<T>& a, const decode_curve<T>& c,
                                   const attention_core<T>& op) noexcept {
  const double group = real<double>(op.heads) / real<double>(op.kv_heads);
  const T queries = op.new_tokens * T(group);
  const T tiles = round_up(queries * T(1.0 / decode_rows));
  const T rows = min(round_up(queries / c.rows) * c.rows, T(decode_rows));
  const T width = real<T>(op.latent ? op.qk_dim : op.qk_dim + op.v_dim);
  const T flops = T(2.0 * real<double>(op.qk_dim + op.v_dim)) * rows;
  const precision math = math_of(op, cache_kernel(op));
  return {
      op.sequences * real<T>(op.kv_heads) * tiles / multiprocessors(a), keys_seen(c, op),
      width * T(walked_bytes) * multiprocessors(a) * seconds_per_byte(a, c.multiprocessor_share),
      flops * seconds_per_flop(a, math, c.compute)};
}

// Bytes as if all came from memory: in loops over the same buffers the last-level cache keeps some.
template <class T>
constexpr T missed(const fitted_accelerator<T>& a, const decode_curve<T>& c,
                   const T& moved) noexcept {
  if (!a.efficiency.looped) return moved;
  const T room = c.cache_share * a.last_level_cache.value();
  const T miss = min(moved, T(refill) * max(T(0.0), moved - room));
  return miss + (moved - miss) / c.cache_speedup;
}

template <class T>
constexpr operator_time<T> decode_time(const fitted_accelerator<T>& a, const decode_curve<T>& c,
                                       const attention_core<T>& asked) noexcept {
  const attention_core<T> op = cache_as_read(c, asked);
  const decode_units<T> u = units_of(a, c, op);
  const T compute = u.compute();
  const T per_byte = seconds_per_byte(a, c.bandwidth);
  const T activations = op.activation_bytes().value();
  const T cached = op.sequences * u.keys * T(op.bytes_per_token);
  const T memory = missed(a, c, cached + activations) * per_byte;
  const T longer = max(compute, memory);
  const T lone = u.longest(c.splits);
  const T shared = longer + c.exposed * min(compute, memory) + c.tail * lone;
  const T blocks = u.blocks(c.unseen_blocks ? keys_kept(op) : u.keys, c.blocks);
  const T started = c.block.value() * blocks + c.passes * activations * per_byte;
  const T launch = c.launch.value() + c.reduction.value() * u.adds_up(c.splits);
  return {in_seconds(compute), in_seconds(memory), in_seconds(max(lone, shared) - longer + started),
          in_seconds(launch)};
}

}  // namespace shardline::detail
