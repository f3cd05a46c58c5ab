// SPDX-License-Identifier: BSL-1.0
/// A rank's work in segments: embedding, halves of layers, head, hand-over. Layers that share a
/// half (the same attention, the same feed-forward block) share its segment, so that each distinct
/// piece of the model is emitted and priced once; a pipeline stage is so many of each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "shardline/model/blocks.hpp"

namespace shardline {

/// Segment numbers.
namespace segment {
inline constexpr std::size_t embedding = 0;
inline constexpr std::size_t first_mixing = 1;  // halves of layers with attention or a recurrence
inline constexpr std::size_t first_feed_forward = first_mixing + max_layer_kinds;
inline constexpr std::size_t head = first_feed_forward + max_layer_kinds;
inline constexpr std::size_t hand_over = head + 1;
inline constexpr std::size_t prediction = hand_over + 1;  // the ends of a prediction layer
inline constexpr std::size_t number = prediction + 1;

/// Whether segment number `s` is a half of a layer: first_mixing <= s < head.
///   is_half(first_mixing), but not is_half(head); first_mixing = 1
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr bool is_half(std::size_t s) noexcept {
  return s >= first_mixing && s < head;
}

/// The segment after `s` in a model with layers of so many kinds, whose further ones are empty.
///   next(first_mixing, 1) is first_feed_forward   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr std::size_t next(std::size_t s, std::size_t kinds) noexcept {
  if (++s == first_mixing + kinds) s = first_feed_forward;
  return s == first_feed_forward + kinds ? head : s;
}
}  // namespace segment

/// How many of each segment.
using segment_counts = std::array<std::int32_t, segment::number>;

/// How often each segment runs, in floating point for what is multiplied by it.
using segment_times = std::array<double, segment::number>;

/// Segments as often as there are of them: the counts `n` as numbers of times.
///   of 8 first halves: 8.0   (tests/model/segments.cpp)
[[nodiscard]] constexpr segment_times times_of(const segment_counts& n) noexcept {
  segment_times times{};
  for (std::size_t s = 0; s < segment::number; ++s) times[s] = static_cast<double>(n[s]);
  return times;
}

/// The segments that a layer is made of.
struct layer_halves {
  unsigned char mixing = segment::first_mixing;
  unsigned char feed_forward = segment::first_feed_forward;
};

/// Which segments the layers of a model are made of, by kind of layer.
///   deepseek_v3: latent attention in both kinds, so one segment of it beside a dense one and one
///   of experts
struct segment_map {
  std::array<layer_halves, max_layer_kinds> of_kind{};
  /// The layer kind that a segment is emitted from.
  std::array<unsigned char, segment::number> source{};
  segment_counts present{};
  std::size_t kinds = 0;
};

namespace detail {

constexpr bool same_surroundings(const layer& a, const layer& b) noexcept {
  return a.form == b.form && a.exceptions == b.exceptions &&
         a.weights_of_another == b.weights_of_another;
}
constexpr bool same_mixing(const layer& a, const layer& b) noexcept {
  return same_surroundings(a, b) && summed_later(a) == summed_later(b) &&
         equal_alternatives(a.attention, b.attention);
}
constexpr bool same_feed_forward(const layer& a, const layer& b) noexcept {
  return same_surroundings(a, b) && attends(a) == attends(b) &&
         equal_alternatives(a.feed_forward, b.feed_forward);
}

// The first kind of layer whose half is the same as that of kind `k`.
template <class Same>
constexpr std::size_t first_with(const model& m, std::size_t k, const Same& same) noexcept {
  std::size_t first = 0;
  while (first < k && !same(m.layers.kinds[first], m.layers.kinds[k])) ++first;
  return first;
}

}  // namespace detail

/// Which segments, by their indices from 0, a model's layers are made of: of equal halves the first
/// stands for all. Two halves are equal where all of their fields and formats are.
///   llama_3_1_8b: one half with attention, one feed-forward: 2   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr segment_map segments_of(const model& m) noexcept {
  segment_map map;
  map.kinds = m.layers.kinds.size();
  for (std::size_t k = 0; k < map.kinds; ++k) {
    const std::size_t mixing =
        segment::first_mixing + detail::first_with(m, k, detail::same_mixing);
    const std::size_t feeding =
        segment::first_feed_forward + detail::first_with(m, k, detail::same_feed_forward);
    map.of_kind[k] = {static_cast<unsigned char>(mixing), static_cast<unsigned char>(feeding)};
    const layer& l = m.layers.kinds[k];
    map.present[mixing] = detail::attends(l) ? 1 : 0;
    map.present[feeding] = detail::feeds(l) ? 1 : 0;
    map.source[mixing] = static_cast<unsigned char>(mixing - segment::first_mixing);
    map.source[feeding] = static_cast<unsigned char>(feeding - segment::first_feed_forward);
  }
  return map;
}

/// The halves, as indices of segments, of a model's last layer, of which its prediction layers are
/// made too (DeepSeek-V3, arXiv 2412.19437, section 2.2). A model has one layer at least.
///   llama_3_1_8b: 1 and 17   (tests/model/segments.cpp)
[[nodiscard]] constexpr const layer_halves& last_layer(const segment_map& map,
                                                       const model& m) noexcept {
  return map.of_kind[m.layers.runs[m.layers.runs.size() - 1].kind];
}

namespace detail {

// So many layers of each kind, in segments.
[[nodiscard]] constexpr segment_counts in_segments(const segment_map& map,
                                                   const kind_counts& layers) noexcept {
  segment_counts n{};
  for (std::size_t k = 0; k < map.kinds; ++k) {
    const auto of_kind = static_cast<std::int32_t>(layers[k]);
    const layer_halves& halves = map.of_kind[k];
    n[halves.mixing] += map.present[halves.mixing] * of_kind;
    n[halves.feed_forward] += map.present[halves.feed_forward] * of_kind;
  }
  return n;
}

// Adds the prediction layers of a model.
constexpr void add_prediction(segment_counts& n, const segment_map& map, const model& m) noexcept {
  const auto more = static_cast<std::int32_t>(m.mtp_layers);
  const layer_halves& halves = last_layer(map, m);
  n[halves.mixing] += map.present[halves.mixing] * more;
  n[halves.feed_forward] += map.present[halves.feed_forward] * more;
  n[segment::prediction] += more;
}

// Segments of all stages together, prediction layers and hand-overs aside.
[[nodiscard]] constexpr segment_counts segments_of_model(const segment_map& map,
                                                         const kind_counts& layers,
                                                         const model& m) noexcept {
  segment_counts n = in_segments(map, layers);
  const int vocabulary = m.vocab_size > 0 ? 1 : 0;
  n[segment::embedding] = vocabulary;
  n[segment::head] = vocabulary;
  return n;
}

}  // namespace detail

/// How many of each segment stage `stage` has, 0 <= stage < pp, by layers_of_stage(); a model
/// without a vocabulary has neither embedding nor head.
///   llama_3_1_8b, the first of 4 stages: 1 embedding, 8 and 8 halves, 1 hand-over
///   (tests/model/segments.cpp)
[[nodiscard]] constexpr segment_counts segments_of_stage(const segment_map& map, const model& m,
                                                         const layout& l, integer stage) noexcept {
  const item_range own = layers_of_stage(l, m.layers.size(), stage);
  segment_counts n = detail::in_segments(map, m.layers.counts(own.first, own.number));
  const bool has_vocabulary = m.vocab_size > 0;
  n[segment::embedding] = has_vocabulary && stage == 0 ? 1 : 0;
  n[segment::head] = has_vocabulary && stage == l.pp - 1 ? 1 : 0;
  n[segment::hand_over] = stage < l.pp - 1 ? 1 : 0;
  return n;
}

namespace detail {

// Emits one segment.
constexpr void emit_segment(const model_context& e, const segment_map& map, std::size_t s,
                            shape_sink& sink) {
  if (s == segment::embedding) return emit_embedding(e, sink);
  if (s == segment::head) return emit_head(e, e.layout.pp == 1, sink);
  if (s == segment::hand_over) return emit_hand_over(e, sink);
  if (s == segment::prediction) return emit_prediction_ends(e, sink);
  const layer& l = e.model.layers.kinds[map.source[s]];
  if (s < segment::first_feed_forward) return emit_mixing_half(l, e, sink);
  emit_feed_forward_half(l, e, sink);
}

}  // namespace detail

}  // namespace shardline
