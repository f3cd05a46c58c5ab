// SPDX-License-Identifier: BSL-1.0
/// The convention of layouts as they are: every degree by its own name. It can say what no engine's
/// flags can.
#pragma once

#include <array>
#include <iterator>
#include <span>
#include <string_view>

#include "shardline/describe/layout.hpp"
#include "shardline/engines/flags.hpp"
#include "shardline/engines/stages.hpp"

namespace shardline {

/// A layout, field by field; what is left out has the layout's own default. Nothing follows from
/// anything else: meshes that disagree are said, and refused by check().
///   dispatch, remainder   the place of a word among those below
///   tp ... edp            ranks, from 1, by the names of attention_mesh and expert_mesh
///   pp, dcp               stages, and tp ranks that share the tokens of a cache; from 1
///   layers                of each stage; empty: evenly
///   redundant_experts, microbatches   from 0: none, and the engine's own number
struct mesh_fields {
  integer tp = 1;
  integer cp = 1;
  integer dp = 1;
  integer etp = 1;
  integer ep = 1;
  integer edp = 1;
  integer pp = 1;
  integer dcp = 1;
  integer dispatch = 0;
  integer remainder = 0;
  stage_layers layers{};
  integer redundant_experts = 0;
  integer microbatches = 0;
  friend constexpr bool operator==(const mesh_fields&, const mesh_fields&) noexcept = default;

  static constexpr std::string_view convention = "mesh";
  static constexpr std::string_view framework = "mesh";
  static constexpr std::string_view title = "mesh";
  static constexpr std::string_view example = "mesh:tp=4,dp=4,etp=2,ep=4,edp=2";
  [[nodiscard]] static constexpr std::array<flag_key<mesh_fields>, 13> keys() noexcept;
  [[nodiscard]] constexpr flag_refusal refused() const noexcept { return {}; }
  /// The layout itself, whatever the model.
  [[nodiscard]] static constexpr conversion<mesh_fields> of(const model& m,
                                                            const layout& l) noexcept;
};

namespace detail {
// In the order of their enumerators.
inline constexpr std::array dispatch_words{name(expert_dispatch::all_to_all),
                                           name(expert_dispatch::all_gather)};
inline constexpr std::array<std::string_view, 3> remainder_words{"first", "before-last", "last"};

constexpr bool is_place(integer place, std::span<const std::string_view> words) noexcept {
  return place >= 0 && place < std::ssize(words);
}
}  // namespace detail

constexpr std::array<flag_key<mesh_fields>, 13> mesh_fields::keys() noexcept {
  return {{{.key = "tp", .number = &mesh_fields::tp, .always = true},
           {.key = "cp", .number = &mesh_fields::cp},
           {.key = "dp", .number = &mesh_fields::dp},
           {.key = "etp", .number = &mesh_fields::etp},
           {.key = "ep", .number = &mesh_fields::ep},
           {.key = "edp", .number = &mesh_fields::edp},
           {.key = "pp", .number = &mesh_fields::pp},
           {.key = "dcp", .number = &mesh_fields::dcp},
           {.key = "dispatch",
            .number = &mesh_fields::dispatch,
            .words = detail::dispatch_words,
            .takes = {}},
           {.key = "remainder",
            .number = &mesh_fields::remainder,
            .words = detail::remainder_words,
            .takes = {}},
           {.key = "layers", .layers = &mesh_fields::layers},
           {.key = "redundant",
            .number = &mesh_fields::redundant_experts,
            .takes = whole_numbers_of<field::redundant_experts>},
           {.key = "microbatches",
            .number = &mesh_fields::microbatches,
            .takes = whole_numbers_of<field::microbatches>}}};
}

/// The layout that has these degrees, counts of ranks; one of no ranks, which check() refuses,
/// where `dispatch` or `remainder` is no place of a word.
///   to_layout(mesh_fields{.tp = 4, .dp = 4, .etp = 2, .ep = 4, .edp = 2}): attention tp 4 dp 4,
///   experts etp 2 ep 4 edp 2   (tests/engines/mesh.cpp)
[[nodiscard]] constexpr layout to_layout(const mesh_fields& f) noexcept {
  if (!detail::is_place(f.dispatch, detail::dispatch_words) ||
      !detail::is_place(f.remainder, detail::remainder_words)) {
    return detail::no_ranks;
  }
  return {{f.tp, f.cp, f.dp},
          {f.etp, f.ep, f.edp},
          f.pp,
          static_cast<expert_dispatch>(f.dispatch),
          {static_cast<stage_remainder>(f.remainder), f.layers},
          f.redundant_experts,
          f.dcp,
          f.microbatches};
}

/// The fields that make this layout; every layout has them: to_layout(to_mesh(l)) = l.
///   of attention tp 4 dp 4, experts etp 2 ep 4 edp 2: those five, the rest 1 or 0
///   (tests/engines/mesh.cpp)
[[nodiscard]] constexpr mesh_fields to_mesh(const layout& l) noexcept {
  return {.tp = l.attention.tp,
          .cp = l.attention.cp,
          .dp = l.attention.dp,
          .etp = l.expert.etp,
          .ep = l.expert.ep,
          .edp = l.expert.edp,
          .pp = l.pp,
          .dcp = l.dcp,
          .dispatch = static_cast<integer>(l.dispatch),
          .remainder = static_cast<integer>(l.stages.remainder),
          .layers = l.stages.listed,
          .redundant_experts = l.redundant_experts,
          .microbatches = l.microbatches};
}

constexpr conversion<mesh_fields> mesh_fields::of(const model& /*m*/, const layout& l) noexcept {
  return {to_mesh(l), {}};
}

}  // namespace shardline
