// SPDX-License-Identifier: BSL-1.0
/// What a prepared layout lists: its kinds of stages, caches, workspace and messages.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "shardline/model/segments.hpp"
#include "shardline/policies/laws.hpp"

namespace shardline {

/// Stages that are alike: so many of each segment, of each kind of layer, and kernels in a step of
/// prompts, collectives among them.
///   first    the number of the first of them
///   times    how many there are
///   segments, kinds   of each segment and of each kind of layer, how many are in one of them
/// The last stage is only like itself, since it may hold prediction layers.
struct alike_stages {
  segment_counts segments{};
  kind_counts kinds{};
  integer kernels = 0;
  integer first = 0;
  integer times = 0;
};

/// No model has more kinds of stages: a stage lies inside one run of equal layers, of which there
/// are max_layer_kinds, in two sizes, at the beginning, in the middle or at the end of the
/// pipeline, or it holds one of the max_layer_runs borders between runs; listed stages are fewer.
inline constexpr std::size_t max_stage_kinds = 6 * max_layer_kinds + max_layer_runs;

/// What one kind of layer keeps of a sequence, on a rank.
///   page_bytes   of one page
///   ring_pages   that it keeps at most; 0: all
struct prepared_cache {
  unsigned char segment = 0;
  sequence_cache cache{};
  double page_bytes = 0.0;
  integer ring_pages = 0;
};

/// Workspace that a segment needs for each of a size: the most of its operators.
template <class T>
struct prepared_peak {
  unsigned char segment = 0;
  unsigned char size = step_size::none;
  T each = T(0.0);
};

/// A collective of a segment: bytes_each of a size are sent over what `send` says.
///   as_before   the same as the last one, of another segment: it takes the same time
///   segment, size, send   places in lists: of segments, of sizes of a step, of `sends`
struct prepared_message {
  unsigned char segment = 0;
  unsigned char size = step_size::none;
  unsigned char send = 0;
  bool as_before = false;
  collective_shape shape{};

  /// Whether both are sent alike, so that one law is of both.
  [[nodiscard]] constexpr bool like(const prepared_message& m) const noexcept {
    return send == m.send && size == m.size &&
           std::bit_cast<std::uint64_t>(shape.bytes_each) ==
               std::bit_cast<std::uint64_t>(m.shape.bytes_each);
  }
};

/// Equal collectives of all segments: `times` in a step.
template <class T>
struct repeated_message {
  unsigned char size = step_size::none;
  unsigned char send = 0;
  collective_kind kind = collective_kind::all_reduce;
  T bytes_each = T(0.0);
  double times = 0.0;
};

/// Routed tokens that a segment sends or gets back.
///   segment, routing, send   places in lists: of segments, of `routed`, of `sends`
struct prepared_exchange {
  unsigned char segment = 0;
  unsigned char routing = 0;
  unsigned char send = 0;
  exchange_shape shape{};
};

/// Collectives of a rank at most: those of the halves of its layers and five at the ends; beside
/// them two exchanges of a half with experts.
inline constexpr std::size_t max_messages =
    (most_of_mixing.collectives + most_of_feed_forward.collectives) * max_layer_kinds + 5;
inline constexpr std::size_t max_exchanges = 2 * max_layer_kinds;

/// Kinds of collectives over groups of ranks at most: all-reduce over tp and over those that share
/// experts' widths; all-gather over tp, cp, dcp, an expert group and those that shared out a
/// dispatch; reduce-scatter over dcp and an expert group; one all-to-all; one hand-over.
inline constexpr std::size_t max_sends = 12;

}  // namespace shardline
