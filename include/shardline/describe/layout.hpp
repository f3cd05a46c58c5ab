/// A parallel layout in the one internal form, from which every framework's flags are a view.
#pragma once

#include <string_view>

#include "shardline/base/integer.hpp"

namespace shardline {

/// Ranks of one pipeline stage as attention (and dense feed-forward) sees them.
///   tp   tensor parallel: heads and widths are split, activations replicated
///   cp   context parallel: the new tokens of a prompt are split; the stored KV cache is not
///        (vLLM prefill context parallel, SGLang; Helix and DCP are not priced yet)
///   dp   data parallel: sequences are split, weights replicated
struct attention_mesh {
  count tp = 1;
  count cp = 1;
  count dp = 1;
  friend constexpr bool operator==(const attention_mesh&, const attention_mesh&) noexcept = default;
  [[nodiscard]] constexpr count size() const noexcept {
    return saturating_product(saturating_product(tp, cp), dp);
  }
};

/// The same ranks as the routed experts see them.
///   etp  each expert's width is split
///   ep   experts are split
///   edp  experts are replicated
struct expert_mesh {
  count etp = 1;
  count ep = 1;
  count edp = 1;
  friend constexpr bool operator==(const expert_mesh&, const expert_mesh&) noexcept = default;
  [[nodiscard]] constexpr count size() const noexcept {
    return saturating_product(saturating_product(etp, ep), edp);
  }
};

/// How tokens reach the experts when an expert group spans several attention replicas.
///   all_to_all   each token goes to the ranks that hold its experts (DeepEP, Megatron)
///   all_gather   each token goes to every rank, sums come back by reduce-scatter (vLLM's default)
enum class expert_dispatch : unsigned char { all_to_all, all_gather };

[[nodiscard]] constexpr std::string_view name(expert_dispatch d) noexcept {
  return d == expert_dispatch::all_to_all ? "all-to-all" : "all-gather";
}

/// attention.size() == expert.size() ranks per pipeline stage, pp stages.
/// Rank order, fastest first: tp, cp, dp, pp and etp, ep, edp, pp. Stage i holds the layers
/// part_of(layers, pp, i): as even as possible, the first stages taking the remainder.
struct layout {
  attention_mesh attention{};
  expert_mesh expert{};
  count pp = 1;
  expert_dispatch dispatch = expert_dispatch::all_to_all;
  friend constexpr bool operator==(const layout&, const layout&) noexcept = default;

  [[nodiscard]] constexpr count gpus() const noexcept {
    return saturating_product(attention.size(), pp);
  }
};

/// Attention replicas whose tokens one expert group takes: dp cp / edp, at least one.
/// 1 means that every rank of the group already holds all of its tokens.
[[nodiscard]] constexpr count replicas_per_expert_group(const layout& l) noexcept {
  const count replicas = l.attention.dp * l.attention.cp;
  return l.expert.edp < replicas ? replicas / l.expert.edp : 1;
}

}  // namespace shardline
