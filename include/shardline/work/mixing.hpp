// SPDX-License-Identifier: BSL-1.0
/// Operators that mix tokens, softmax attention and recurrences, and what they keep of a sequence
/// between steps.
#pragma once

#include <numeric>

#include "shardline/describe/recurrence_kind.hpp"
#include "shardline/work/operators.hpp"

namespace shardline {

namespace detail {

// Pairs of the first x queries of a sequence, each seeing itself and the window - 1 before it.
template <class T>
constexpr T pairs_up_to(const T& x, const T& window) noexcept {
  const T y = min(x, window);
  return y * (y + T(1.0)) * T(0.5) + (x - y) * window;
}

}  // namespace detail

/// Pairs (query, key) of one sequence: `new_tokens` queries after `context` cached tokens, each
/// seeing the keys up to itself, at most `window` of them (0: all). Causal: half the square.
///   pairs = P(context + new) - P(context),  P(x) = y (y + 1) / 2 + (x - y) window,
///   y = min(x, window)
///   pairs(2048, 0, 0) = 2,098,176;  pairs(1, 4095, 0) = 4,096;  pairs(1, 4095, 128) = 128
template <class T>
[[nodiscard]] constexpr T attention_pairs(T new_tokens, T context, integer window) noexcept {
  if (window == 0) return new_tokens * (context + (new_tokens + T(1.0)) * T(0.5));
  const T w = real<T>(window);
  return detail::pairs_up_to(context + new_tokens, w) - detail::pairs_up_to(context, w);
}

/// Softmax attention of one part of a step, all its sequences: scores and weighted values.
///   flops = 2 sequences pairs heads (qk_dim + v_dim) / (query_split cache_split tokens_per_key)
///   cache = sequences (min(context, window) + new_tokens) bytes_per_token / cache_split
///   query_split       cp ranks that share the new tokens
///   cache_split       dcp ranks that share the cached tokens; `heads` are those of all of them
///   bytes_per_token   that a rank keeps per token of one sequence in this layer
///   latent            one cache for all heads (MLA), its values a part of its keys; a prompt
///                     expands it into keys and values per head, a decode step attends to it
///   latent_width      values per token that such a cache keeps; 0: not known
///   tokens_per_key    tokens of the sequence that one key of the cache stands for, and its bytes
///                     are shared by (DeepSeek-V4); contexts and windows are of tokens
///   chosen            its window is of tokens that an indexer chose for each query, not of the
///                     last
///   heads, kv_heads   of this rank
///   qk_dim, v_dim     values of a head of queries and keys, and of values
///   window            tokens a query sees; 0: all
/// A chunked window is priced as a sliding one of that size: its last token's view, twice the mean.
template <class T>
struct attention_core {
  static constexpr shardline::term term = shardline::term::attention;
  shardline::phase phase = phase::decode;
  T sequences = T(0.0);
  T new_tokens = T(0.0);
  T context = T(0.0);
  integer query_split = 1;
  integer cache_split = 1;
  integer heads = 0;
  integer kv_heads = 0;
  integer qk_dim = 0;
  integer v_dim = 0;
  integer window = 0;
  double bytes_per_token = 0.0;
  precision activation = precision::bf16;
  bool latent = false;
  integer latent_width = 0;
  integer tokens_per_key = 1;
  bool chosen = false;

  /// Two for each value of a score and of a weighted sum, of all pairs that queries see.
  [[nodiscard]] constexpr shardline::flops<T> flops() const noexcept {
    const T per_pair = real<T>(2 * heads * (qk_dim + v_dim));
    const T pairs = attention_pairs(new_tokens, context, window) /
                    real<T>(query_split * cache_split * tokens_per_key);
    return shardline::flops<T>::from_value(sequences * pairs * per_pair);
  }
  /// The precision that products are taken in.
  [[nodiscard]] constexpr precision math() const noexcept { return activation; }
  /// Bytes of queries that go in and of values that come out.
  [[nodiscard]] constexpr bytes<T> activation_bytes() const noexcept {
    const T per_token = real<T>(heads * (qk_dim + v_dim)) * T(element_bytes(activation));
    return bytes<T>::from_value(sequences * new_tokens / real<T>(query_split) * per_token);
  }
  /// Bytes of keys and values that are read and written.
  [[nodiscard]] constexpr bytes<T> cache_bytes() const noexcept {
    const T kept = window == 0 ? context : min(context, real<T>(window));
    const T tokens = sequences * (kept + new_tokens) / real<T>(cache_split);
    return bytes<T>::from_value(tokens * T(bytes_per_token));
  }
  /// Both of these.
  [[nodiscard]] constexpr bytes<T> bytes_moved() const noexcept {
    return activation_bytes() + cache_bytes();
  }
  /// Launched for it.
  [[nodiscard]] constexpr T kernels() const noexcept { return T(1.0); }
};

/// A recurrence over the new tokens of one part of a step, all its sequences. Over cp ranks the
/// tokens are divided; handing the state from rank to rank is not priced.
///   flops = sequences new_tokens flops_per_token
///   bytes = sequences (new_tokens values_per_token activation + moves state_bytes)
///   moves = 2, the state is read and written once; 1 + new_tokens in a decode step, which writes
///           it after each token, so that drafts can be taken back. Inputs of a convolution, of
///           which a draft's are the next one's too, 2
/// state_values: of one sequence, whatever their precision.
///   query_split   cp ranks that share the new tokens
template <class T>
struct recurrence {
  static constexpr shardline::term term = shardline::term::attention;
  recurrence_kind kind = recurrence_kind::state_space;
  shardline::phase phase = phase::decode;
  T sequences = T(0.0);
  T new_tokens = T(0.0);
  integer query_split = 1;
  integer flops_per_token = 0;
  integer values_per_token = 0;
  integer state_values = 0;
  double state_bytes = 0.0;
  precision activation = precision::bf16;

  /// flops_per_token for each new token of this rank.
  [[nodiscard]] constexpr shardline::flops<T> flops() const noexcept {
    return shardline::flops<T>::from_value(tokens() * real<T>(flops_per_token));
  }
  /// The precision that products are taken in.
  [[nodiscard]] constexpr precision math() const noexcept { return activation; }
  /// Bytes of values that go in and come out.
  [[nodiscard]] constexpr bytes<T> activation_bytes() const noexcept {
    const T per_token = real<T>(values_per_token) * T(element_bytes(activation));
    return bytes<T>::from_value(tokens() * per_token);
  }
  /// These, and the state read and written.
  [[nodiscard]] constexpr bytes<T> bytes_moved() const noexcept {
    const bool each = phase == shardline::phase::decode && kind != recurrence_kind::convolution;
    const T moves = each ? T(1.0) + new_tokens : T(2.0);
    return activation_bytes() + bytes<T>::from_value(sequences * (moves * T(state_bytes)));
  }
  /// Launched for it.
  [[nodiscard]] constexpr T kernels() const noexcept { return T(1.0); }

 private:
  [[nodiscard]] constexpr T tokens() const noexcept {
    return sequences * new_tokens / real<T>(query_split);
  }
};

/// What one layer keeps of one sequence between steps on this rank.
///   bytes_per_token   of the growing cache; 0 in a recurrent layer
///   window            tokens it keeps as a ring; 0: all
///   chunked           the ring starts afresh at every multiple of the window
///   state_bytes       kept whatever the length
///   split             dcp ranks that share the tokens of the cache out
/// It is no work: it moves nothing and takes no time.
struct sequence_cache {
  static constexpr shardline::term term = shardline::term::attention;
  double bytes_per_token = 0.0;
  integer window = 0;
  bool chunked = false;
  double state_bytes = 0.0;
  integer split = 1;

  /// Pages that `window` consecutive tokens can touch, at their worst start: any token where the
  /// window slides, a multiple of the window where it is chunked.
  ///   window 128 in pages of 16: 9 sliding, 8 chunked;  4095 sliding: 257
  [[nodiscard]] constexpr integer ring_pages(integer page_tokens) const noexcept {
    const integer starts = chunked ? std::gcd(window, page_tokens) : 1;
    return ceil_div(window - starts, page_tokens) + 1;
  }
  /// Pages of a sequence of `length` tokens on each rank, which hold `split` times their tokens.
  template <class T>
  [[nodiscard]] constexpr T pages(const T& length, integer page_tokens) const noexcept {
    const T filled = round_up(length / real<T>(page_tokens * split));
    return window == 0 ? filled : min(filled, real<T>(ring_pages(page_tokens)));
  }
  /// Bytes of a page of so many tokens.
  [[nodiscard]] constexpr double page_bytes(integer page_tokens) const noexcept {
    return real<double>(page_tokens) * bytes_per_token;
  }
  /// Bytes of the growing cache of one sequence of `length` tokens, in whole pages.
  template <class T>
  [[nodiscard]] constexpr bytes<T> resident(const T& length, integer page_tokens) const noexcept {
    return bytes<T>::from_value(pages(length, page_tokens) * T(page_bytes(page_tokens)));
  }
};

template <class Operator>
inline constexpr bool is_attention_core = false;
template <class T>
inline constexpr bool is_attention_core<attention_core<T>> = true;

template <class Operator>
inline constexpr bool is_sequence_cache = false;
template <>
inline constexpr bool is_sequence_cache<sequence_cache> = true;

}  // namespace shardline
