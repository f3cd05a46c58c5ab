// SPDX-License-Identifier: BSL-1.0
/// A parallel layout in the one internal form, from which every framework's flags are a view.
#pragma once

#include <cstdint>
#include <numeric>
#include <string_view>

#include "shardline/base/bounded.hpp"
#include "shardline/base/field.hpp"
#include "shardline/base/integer.hpp"

namespace shardline {

/// Ranks of one pipeline stage as attention (and dense feed-forward) sees them.
///   tp   tensor parallel: heads and widths are split, activations replicated
///   cp   context parallel: the new tokens of a prompt are split; the stored KV cache is not
///        (vLLM prefill context parallel, SGLang; Helix is not priced)
///   dp   data parallel: sequences are split, weights replicated
struct attention_mesh {
  integer tp = 1;
  integer cp = 1;
  integer dp = 1;
  friend constexpr bool operator==(const attention_mesh&, const attention_mesh&) noexcept = default;
  /// Ranks = tp cp dp; 2^63 - 1 where the product does not fit.
  [[nodiscard]] constexpr integer size() const noexcept {
    return saturating_product(saturating_product(tp, cp), dp);
  }
};

/// The same ranks as the routed experts see them.
///   etp  each expert's width is split
///   ep   experts are split
///   edp  experts are replicated
struct expert_mesh {
  integer etp = 1;
  integer ep = 1;
  integer edp = 1;
  friend constexpr bool operator==(const expert_mesh&, const expert_mesh&) noexcept = default;
  /// Ranks = etp ep edp; 2^63 - 1 where the product does not fit.
  [[nodiscard]] constexpr integer size() const noexcept {
    return saturating_product(saturating_product(etp, ep), edp);
  }
};

/// How tokens reach the experts when an expert group spans several attention replicas.
///   all_to_all   each token goes to the ranks that hold its experts (DeepEP, Megatron)
///   all_gather   each token goes to every rank, sums come back by reduce-scatter (vLLM's default)
enum class expert_dispatch : unsigned char { all_to_all, all_gather };

/// The name of a way to the experts, as options and JSON spell it.
///   name(expert_dispatch::all_to_all) = "all-to-all", or "all-gather": 10 letters
///   (tests/describe/layout.cpp)
[[nodiscard]] constexpr std::string_view name(expert_dispatch d) noexcept {
  return d == expert_dispatch::all_to_all ? "all-to-all" : "all-gather";
}

/// Which stages hold one layer more where pp does not divide the layers.
///   first        the first ones (TensorRT-LLM)
///   before_last  those before the last, which has the head (vLLM, get_pp_indices)
///   last         the last ones
enum class stage_remainder : unsigned char { first, before_last, last };

inline constexpr std::size_t max_listed_stages = highest_count(field::listed_stages);

/// How layers are shared out over pipeline stages: evenly but for the remainder, or as listed.
///   listed   layers of each stage, pp of them; empty: evenly
struct stage_split {
  stage_remainder remainder = stage_remainder::first;
  bounded<std::uint16_t, max_listed_stages> listed{};
  friend constexpr bool operator==(const stage_split&, const stage_split&) noexcept = default;
};

/// attention.size() == expert.size() ranks per pipeline stage, pp stages.
/// Rank order, fastest first: tp, cp, dp, pp and etp, ep, edp, pp.
///   redundant_experts   copies of busy experts, held beside the model's own (EPLB): the ep ranks
///                       share out experts + redundant_experts
///   dcp                 decode context parallel: so many neighbouring tp ranks, which would hold
///                       copies of the same key-value heads, share out the tokens of the cache
///                       (vLLM); it adds no ranks
///   microbatches        batches that decoding sequences form, which go round the stages one behind
///                       the other; 0: one per stage
struct layout {
  attention_mesh attention{};
  expert_mesh expert{};
  integer pp = 1;
  expert_dispatch dispatch = expert_dispatch::all_to_all;
  stage_split stages{};
  integer redundant_experts = 0;
  integer dcp = 1;
  integer microbatches = 0;
  friend constexpr bool operator==(const layout&, const layout&) noexcept = default;

  /// GPUs = tp cp dp pp: EP64 x TP16 x PP4 x DP4 takes 16384 (tests/engines/product.cpp).
  [[nodiscard]] constexpr integer gpus() const noexcept {
    return saturating_product(attention.size(), pp);
  }
};

namespace detail {

// What to_layout() makes of flags that their framework refuses; check() refuses it in words.
inline constexpr layout no_ranks{{0, 0, 0}, {0, 0, 0}};

}  // namespace detail

/// Whether a rank has others to talk to: pp > 1 or tp cp dp > 1.
///   true of tp 2, false of one GPU   (tests/describe/layout.cpp)
[[nodiscard]] constexpr bool has_peers(const layout& l) noexcept {
  return l.pp > 1 || !(l.attention == attention_mesh{});
}

/// How many engines the attention replicas are, by what each has of its own: replicas that share
/// experts are one, those with copies of all experts stand alone.
///   attention dp 8 beside experts ep 8: 1; beside edp 8: 8; dp 16 beside ep 8, edp 2: 2
///   (tests/describe/layout.cpp)
[[nodiscard]] constexpr integer independent_engines(const layout& l) noexcept {
  return std::gcd(l.attention.dp, l.expert.edp);
}

/// The layers of stage `stage` of `l`, 0 <= stage < pp, of `layers` in all; none beyond what is
/// listed. Sources: vLLM's get_pp_indices (vllm/distributed/utils.py) puts the remainder before
/// the last stage, TensorRT-LLM's Mapping.pp_layers (tensorrt_llm/mapping.py) on the first ones.
///   61 layers, pp 4: 16 15 15 15 (first), 15 15 16 15 (before_last), 15 15 15 16 (last)
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr item_range layers_of_stage(const layout& l, integer layers,
                                                   integer stage) noexcept {
  const auto& listed = l.stages.listed;
  if (!listed.empty()) {
    const auto own = static_cast<std::size_t>(stage);
    item_range range;
    for (std::size_t i = 0; i < own && i < listed.size(); ++i) range.first += listed[i];
    range.number = own < listed.size() ? listed[own] : 0;
    return range;
  }
  if (l.stages.remainder == stage_remainder::first) return part_of(layers, l.pp, stage);
  const integer whole = layers / l.pp;
  const integer longer = layers % l.pp;
  // Longer stages end before the last one, or with it; earlier ones each push this one back by one.
  const integer end = l.stages.remainder == stage_remainder::last ? l.pp : l.pp - 1;
  const integer begin = end - longer;
  const integer before = stage <= begin ? 0 : (stage < end ? stage - begin : longer);
  return {whole * stage + before, stage >= begin && stage < end ? whole + 1 : whole};
}

/// Attention replicas whose tokens one expert group takes: dp cp / edp, at least one.
/// 1 means that every rank of the group already holds all of its tokens.
///   attention dp 8 beside edp 2: 4;  beside edp 8: 1   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr integer replicas_per_expert_group(const layout& l) noexcept {
  const integer replicas = l.attention.dp * l.attention.cp;
  return l.expert.edp < replicas ? replicas / l.expert.edp : 1;
}

/// True where the two ways to reach the experts cost different things: an expert group spans
/// several attention replicas and tokens can be sent to some of its ranks only.
///   attention dp 8 beside ep 8: true;  beside ep 1, edp 8: false
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr bool dispatch_matters(const layout& l) noexcept {
  return replicas_per_expert_group(l) > 1 && l.expert.ep > 1;
}

}  // namespace shardline
