// SPDX-License-Identifier: BSL-1.0
/// What libraries that carry tokens to their experts register for good, beside the tokens.
#pragma once

#include "shardline/describe/engine.hpp"
#include "shardline/describe/layout.hpp"
#include "shardline/model/model.hpp"

namespace shardline {

/// Bytes that a rank registers with DeepEP to exchange tokens `by` one of its ways; none with the
/// library's own all-to-all, nor where tokens are not sent.
///   hierarchical   `inside`, and `across` where the group leaves its domain of `per_domain` ranks
///   low_latency    `inside`, and for each expert room for so many tokens, to send and to receive,
///                  twice, as two steps are under way (get_low_latency_rdma_size_hint):
///                    4 experts tokens (2 hidden + 4 ceil(hidden / 128))
///   fastest        both: the larger of what is beside `inside`
/// DeepSeek-V3 under vLLM, 256 tokens: 1 GiB + 4 x 256 x 256 x 14,560 B = 4,890,558,464 B
/// (tests/memory/exchange_buffers.cpp). What NVSHMEM itself keeps comes on top: users of two nodes
/// of eight saw 6.3 to 7.5 GiB in all.
[[nodiscard]] constexpr bytes<> exchange_buffer_bytes(const model& m, const layout& l,
                                                      integer per_domain, expert_exchange by,
                                                      const exchange_buffers& sizes) noexcept {
  const integer experts = experts_of(m).experts + l.redundant_experts;
  const bool sent = l.dispatch == expert_dispatch::all_to_all && l.expert.ep > 1 &&
                    replicas_per_expert_group(l) > 1;
  if (!sent || experts == l.redundant_experts || by == expert_exchange::pairwise) return {};
  const bool leaves = l.expert.ep * l.expert.etp > per_domain;
  const bytes<> across = leaves ? sizes.across : bytes<>{};
  const double values = real<double>(2 * m.hidden_size + 4 * ceil_div(m.hidden_size, 128));
  const auto single =
      bytes<>::from_value(4.0 * real<double>(experts) * real<double>(sizes.tokens) * values);
  if (by == expert_exchange::hierarchical) return sizes.inside + across;
  if (by == expert_exchange::low_latency) return sizes.inside + single;
  return sizes.inside + shardline::max(across, single);
}

}  // namespace shardline
