/// The product convention: GPUs = EP x TP x PP x DP, every degree multiplying.
#pragma once

#include "shardline/convention/conversion.hpp"
#include "shardline/convention/stages.hpp"
#include "shardline/describe/layout.hpp"

namespace shardline {

/// What deployment plans write as EP64_TP2_PP1_DP1.
///   attention tp = TP, dp = EP DP;  experts etp = TP, ep = EP, edp = DP;  tokens go by all-to-all
///   layers              of each stage; empty: evenly, the first stages take what is left over
///   redundant_experts   copies of busy experts, shared out with the others
struct product {
  count ep = 1;
  count tp = 1;
  count pp = 1;
  count dp = 1;
  stage_layers layers{};
  count redundant_experts = 0;
  friend constexpr bool operator==(const product&, const product&) noexcept = default;
};

/// The layout of a product plan.
///   to_layout(product{.ep = 64, .tp = 16, .pp = 4, .dp = 4}).gpus() = 16384
[[nodiscard]] constexpr layout to_layout(const product& p) noexcept {
  return {{p.tp, 1, saturating_product(p.ep, p.dp)},
          {p.tp, p.ep, p.dp},
          p.pp,
          expert_dispatch::all_to_all,
          split_stages(stage_remainder::first, p.pp, p.layers),
          p.redundant_experts};
}

/// The product plan of a layout, or why there is none. How tokens reach the experts counts only
/// where an expert group spans several replicas.
[[nodiscard]] constexpr conversion<product> to_product(const layout& l) noexcept {
  if (l.attention.cp != 1 || l.dcp != 1) {
    return {{}, "product plans have no context parallelism (cp, dcp)"};
  }
  if (l.expert.etp != l.attention.tp) {
    return {{}, "product plans split experts and attention over the same TP (etp = tp)"};
  }
  if (l.attention.size() != l.expert.size()) {
    return {{}, "the attention mesh and the expert mesh have different numbers of ranks"};
  }
  if (replicas_per_expert_group(l) > 1 && l.dispatch != expert_dispatch::all_to_all) {
    return {{}, "product plans send tokens to experts by all-to-all"};
  }
  if (!can_state(stage_remainder::first, l)) {
    return {{}, "the first stages of product plans take what is left over, or layers are listed"};
  }
  return {{l.expert.ep, l.attention.tp, l.pp, l.expert.edp, l.stages.listed, l.redundant_experts},
          {}};
}

}  // namespace shardline
