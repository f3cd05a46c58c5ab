// SPDX-License-Identifier: BSL-1.0
/// The product convention: GPUs = EP x TP x PP x DP, every degree multiplying.
#pragma once

#include "shardline/describe/layout.hpp"
#include "shardline/engines/flags.hpp"
#include "shardline/engines/stages.hpp"

namespace shardline {

/// What deployment plans write as EP64_TP2_PP1_DP1.
///   attention tp = TP, dp = EP DP;  experts etp = TP, ep = EP, edp = DP;  tokens go by all-to-all
///   layers              of each stage; empty: evenly, the first stages take what is left over
///   redundant_experts   copies of busy experts, shared out with the others
///   pp                  stages, from 1
struct product {
  integer ep = 1;
  integer tp = 1;
  integer pp = 1;
  integer dp = 1;
  stage_layers layers{};
  integer redundant_experts = 0;
  friend constexpr bool operator==(const product&, const product&) noexcept = default;

  static constexpr std::string_view convention = "product";
  static constexpr std::string_view framework = "product";
  static constexpr std::string_view title = "product plan";
  static constexpr std::string_view example = "product:ep=64,tp=2,pp=2,layers=9/7";
  [[nodiscard]] static constexpr std::array<flag_key<product>, 6> keys() noexcept;
  [[nodiscard]] constexpr flag_refusal refused() const noexcept { return {}; }
  /// Without experts the expert mesh means nothing, so any will do; where dispatch_matters() is
  /// false, so does either way to the experts.
  [[nodiscard]] static constexpr conversion<product> of(const model& m, layout l) noexcept;
};

constexpr std::array<flag_key<product>, 6> product::keys() noexcept {
  return {{{.key = "ep", .number = &product::ep, .always = true},
           {.key = "tp", .number = &product::tp, .always = true},
           {.key = "pp", .number = &product::pp, .always = true},
           {.key = "dp", .number = &product::dp, .always = true},
           {.key = "layers", .layers = &product::layers},
           {.key = "redundant",
            .number = &product::redundant_experts,
            .takes = whole_numbers_of<field::redundant_experts>}}};
}

/// The layout of a product plan, counts of ranks: tp = TP, dp = EP DP, etp = TP, ep = EP, edp = DP,
/// of EP TP PP DP GPUs (2^63 - 1 where the product does not fit).
///   to_layout(product{.ep = 64, .tp = 16, .pp = 4, .dp = 4}).gpus() = 16384
///   (tests/engines/product.cpp)
[[nodiscard]] constexpr layout to_layout(const product& p) noexcept {
  return {{p.tp, 1, saturating_product(p.ep, p.dp)},
          {p.tp, p.ep, p.dp},
          p.pp,
          expert_dispatch::all_to_all,
          split_stages(stage_remainder::first, p.pp, p.layers),
          p.redundant_experts};
}

/// The product plan of a layout, or why there is none: the inverse of to_layout(). How tokens reach
/// the experts matters only where an expert group spans several replicas.
///   of the layout of EP64 x TP16 x PP4 x DP4: 64, 16, 4 and 4   (tests/engines/product.cpp)
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

constexpr conversion<product> product::of(const model& m, layout l) noexcept {
  if (!has_experts(m) && l.expert.ep == 1) l.expert = {l.attention.tp, 1, l.attention.dp};
  if (!dispatch_matters(l)) l.dispatch = expert_dispatch::all_to_all;
  return to_product(stated_by(stage_remainder::first, l, m.layers.size()));
}

}  // namespace shardline
