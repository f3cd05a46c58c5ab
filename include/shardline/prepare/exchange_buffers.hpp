// SPDX-License-Identifier: BSL-1.0
/// What libraries that carry tokens to their experts register for good, beside the tokens.
#pragma once

#include <array>

#include "shardline/describe/engine.hpp"
#include "shardline/describe/layout.hpp"
#include "shardline/model/model.hpp"

namespace shardline {

namespace detail {

// GPUs of a node as DeepEP counts them (NUM_MAX_NVL_PEERS), and the pairs of multiprocessors that
// carry tokens unless it is told otherwise (Buffer.num_sms = 20).
inline constexpr integer exchange_peers = 8;
inline constexpr integer exchange_channels = 10;

// Tokens on their way to a rank at once, inside a node and beyond it, by the ranks of a group: the
// larger of its recommended configurations to dispatch and to combine, those beyond a node rounded
// up to whole messages (deep_ep/buffer.py, get_dispatch_config() and get_combine_config()).
struct exchange_chunks {
  integer ranks = 0;
  integer inside = 0;
  integer across = 0;
};
inline constexpr std::array<exchange_chunks, 4> recommended_chunks{
    {{8, 256, 0}, {64, 288, 140}, {128, 560, 132}, {160, 720, 132}}};

constexpr const exchange_chunks& chunks_of(integer ranks) noexcept {
  std::size_t i = 0;
  while (i + 1 < recommended_chunks.size() && recommended_chunks[i].ranks < ranks) ++i;
  return recommended_chunks[i];
}

// Beside a token's values: up to 128 experts of 8 bytes, their weights and scales of 4 each, and
// where it comes from.
inline constexpr integer token_extras = 128 * (8 + 4 + 4) + 8;

// What it takes for its normal kernels (csrc/config.hpp, get_nvl_buffer_size_hint() and
// get_rdma_buffer_size_hint()), whose sizes are of whole 128 bytes.
constexpr bytes<> in_lines(integer held) noexcept {
  constexpr integer line = 128;
  return bytes<>::from_value(real<double>(ceil_div(held, line) * line));
}
constexpr bytes<> sized_inside(integer ranks, integer token) noexcept {
  const integer nodes = ranks / exchange_peers > 1 ? ranks / exchange_peers : 1;
  const integer peers = ranks < exchange_peers ? ranks : exchange_peers;
  const integer each = chunks_of(ranks).inside * (token + token_extras);
  return in_lines(exchange_channels * peers * ((2 * nodes + 3) * 4 + each));
}
constexpr bytes<> sized_across(integer ranks, integer token) noexcept {
  if (ranks <= exchange_peers) return {};
  constexpr integer to_be_safe = 1048576;
  constexpr integer signals = (2 * exchange_peers + 2) * 4;
  constexpr integer message = 16;
  const integer nodes = ceil_div(ranks, exchange_peers);
  const integer each = chunks_of(ranks).across * (token + token_extras + message);
  return in_lines(exchange_channels * nodes * 2 * (signals + each) + to_be_safe);
}

// Two for each expert of what its tokens take with scales, to send and to receive
// (get_low_latency_rdma_size_hint()).
constexpr bytes<> of_low_latency(integer experts, integer tokens, integer hidden) noexcept {
  const integer values = 2 * hidden + 4 * ceil_div(hidden, 128);
  return bytes<>::from_value(4.0 * real<double>(experts) * real<double>(tokens) *
                             real<double>(values));
}

// What so many bytes that other nodes can reach take of NVSHMEM's heap: 256 MiB of its own, in
// whole 512 MiB (deep_ep/buffer.py, NVSHMEM_CUMEM_GRANULARITY). Beside the heap it kept 0.6 GiB:
// a buffer of 2,115,111,296 B took 3.1 GiB of a GPU (deepseek-ai/DeepEP, issue 510).
constexpr bytes<> on_shared_heap(const bytes<>& reached) noexcept {
  constexpr double own = 268435456.0;
  constexpr double grain = 536870912.0;
  constexpr double beside = 644245094.0;
  if (!(reached.value() > 0.0)) return {};
  return bytes<>::from_value(round_up((reached.value() + own) / grain) * grain + beside);
}

}  // namespace detail

/// Bytes that a rank registers with DeepEP to exchange tokens `by` one of its ways; none with the
/// library's own all-to-all, nor where tokens are not sent.
///   hierarchical   `inside`, and `across` where the group leaves its domain of `per_domain` ranks;
///                  with `value_bytes` what DeepEP recommends for the group, 10 chunks of up to
///                  720 tokens from each rank of a node, and two from each node, rows of 128 more
///                  experts' numbers beside their values
///   low_latency    `inside`, and for each expert room for so many tokens, to send and to receive,
///                  twice, as two steps are under way:
///                    4 experts tokens (2 hidden + 4 ceil(hidden / 128))
///   fastest        both: the larger of what is beside `inside`
/// What ranks of other nodes reach lies on NVSHMEM's heap, which grows by 512 MiB and of which it
/// keeps 256 itself, and 0.6 GiB beside. Groups that DeepEP recommends nothing for are taken as the
/// next larger that it does, above 160 ranks as those.
/// DeepSeek-V3 under vLLM, 256 tokens: 1 GiB + 4 GiB for 4 x 256 x 256 x 14,560 B + 0.6 GiB =
/// 6,012,954,214 B (tests/prepare/exchange_buffers.cpp); users of two nodes of eight saw 6.3 to
/// 7.5 GiB.
[[nodiscard]] constexpr bytes<> exchange_buffer_bytes(const model& m, const layout& l,
                                                      integer per_domain, expert_exchange by,
                                                      const exchange_buffers& sizes) noexcept {
  const integer experts = experts_of(m).experts + l.redundant_experts;
  const bool sent = l.dispatch == expert_dispatch::all_to_all && l.expert.ep > 1 &&
                    replicas_per_expert_group(l) > 1;
  if (!sent || experts == l.redundant_experts || by == expert_exchange::pairwise) return {};
  const integer ranks = l.expert.ep * l.expert.etp;
  bytes<> inside = sizes.inside;
  bytes<> reached{};
  if (by != expert_exchange::low_latency) {
    if (ranks > per_domain) reached = sizes.across;
    if (sizes.value_bytes > 0) {
      inside += detail::sized_inside(ranks, sizes.value_bytes * m.hidden_size);
      reached += detail::sized_across(ranks, sizes.value_bytes * m.hidden_size);
    }
  }
  if (by != expert_exchange::hierarchical) {
    reached = shardline::max(reached, detail::of_low_latency(experts, sizes.tokens, m.hidden_size));
  }
  return inside + detail::on_shared_heap(reached);
}

}  // namespace shardline
