// SPDX-License-Identifier: BSL-1.0
/// The kinds of block that a layer can have, a line for each. A new kind is a file of this folder
/// and a line here.
#pragma once

// IWYU pragma: begin_exports
#include "shardline/work/kinds/block_sparse.hpp"
#include "shardline/work/kinds/compressed.hpp"
#include "shardline/work/kinds/delta_attention.hpp"
#include "shardline/work/kinds/dense.hpp"
#include "shardline/work/kinds/experts.hpp"
#include "shardline/work/kinds/gated_delta_rule.hpp"
#include "shardline/work/kinds/grouped_query.hpp"
#include "shardline/work/kinds/hybrid_heads.hpp"
#include "shardline/work/kinds/latent.hpp"
#include "shardline/work/kinds/lightning.hpp"
#include "shardline/work/kinds/ngram_memory.hpp"
#include "shardline/work/kinds/none.hpp"
#include "shardline/work/kinds/selective_state.hpp"
#include "shardline/work/kinds/short_convolution.hpp"
#include "shardline/work/kinds/sparse_latent.hpp"
#include "shardline/work/kinds/state_space.hpp"
// IWYU pragma: end_exports

namespace shardline {

/// Token mixing: softmax attention with a growing cache, or a recurrence with a state of fixed
/// size.
// clang-format off
using attention_kind = one_attention_of<
    grouped_query_attention,
    latent_attention,
    block_sparse_attention,
    sparse_latent_attention,
    compressed_attention,
    linear_attention,
    delta_attention,
    lightning_attention,
    state_space,
    selective_state,
    short_convolution,
    hybrid_heads,
    no_attention,
    ngram_memory>;

using feed_forward_kind = one_feed_forward_of<
    dense_feed_forward,
    mixture_of_experts,
    no_feed_forward>;
// clang-format on

}  // namespace shardline
