// SPDX-License-Identifier: BSL-1.0
/// The modules of a published checkpoint by name.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "shardline/base/alternative.hpp"
#include "shardline/io/hf/family.hpp"
#include "shardline/model/model.hpp"

namespace shardline::hf {

/// A module of a checkpoint.
///   layer   that it belongs to; none: outside the layers
///   minor   too small to have a format of its own; see checkpoint_names
///   role    which of its class's matrices it is part of
struct module_name {
  shardline::weight_class weight_class{};
  std::string name{};
  std::optional<std::size_t> layer{};
  bool minor = false;
  matrix_role role = matrix_role::input;
};

namespace detail {

/// Calls visit(module_name) for the modules of layer `number`, whose names begin with `layer`.
template <class Visitor>
struct layer_modules {
  const checkpoint_names& names;
  std::size_t number;
  const std::string& layer;
  bool each_expert;
  Visitor& visit;

  template <std::size_t N>
  void each(const std::string& prefix, const std::array<std::string_view, N>& rest, weight_class c,
            bool minor = false) const {
    for (const std::string_view name : rest) {
      if (!name.empty()) one(prefix + std::string(name), c, minor);
    }
  }
  // The matrices of a block, of which the last writes its output.
  template <std::size_t N>
  void block(const std::string& prefix, const std::array<std::string_view, N>& rest,
             weight_class c) const {
    std::size_t last = 0;
    for (std::size_t i = 0; i < N; ++i) last = rest[i].empty() ? last : i;
    for (std::size_t i = 0; i <= last; ++i) {
      const matrix_role role = i == last ? matrix_role::output : matrix_role::input;
      one(prefix + std::string(rest[i]), c, false, role);
    }
  }

  void one(const std::string& name, weight_class c, bool minor = false,
           matrix_role role = matrix_role::input) const {
    visit(module_name{c, layer + name, number, minor, role});
  }

  template <class Kind>
  void operator()(const Kind& kind) const {
    kind.modules(*this);
  }

  // What kinds of block call their modules: see module_listener.
  void attention(std::string_view name, matrix_role role = matrix_role::input) const {
    one(std::string(names.attention).append(name), weight_class::attention, false, role);
  }
  void small_attention(std::string_view name) const {
    one(std::string(names.attention).append(name), weight_class::attention, true);
  }
  void attention_norm(std::string_view name) const {
    one(std::string(names.attention).append(name), weight_class::norm);
  }
  void projections() const {
    block(std::string(names.attention), names.projections, weight_class::attention);
  }
  void recurrence() const {
    const std::string prefix(names.recurrence);
    block(prefix, names.recurrent, weight_class::attention);
    each(prefix, names.minor, weight_class::attention, true);
    each<1>(prefix, {"norm"}, weight_class::norm);
  }
  void dense() const {
    block(std::string(names.dense), names.matrices, weight_class::dense_feed_forward);
  }
  void router() const {
    const std::string router_name(names.router);
    one(router_name, weight_class::router);
    one(router_name + ".e_score_correction_bias", weight_class::router);
  }
  void routed(integer experts) const {
    for (integer e = 0; e < (each_expert ? experts : 1); ++e) expert(e);
  }
  void latent_experts() const {
    each(std::string(names.latent), names.latents, weight_class::shared_expert, true);
  }
  void shared() const {
    block(std::string(names.shared), names.matrices, weight_class::shared_expert);
    each<1>("mlp.", {"shared_expert_gate"}, weight_class::router);
  }

 private:
  // Fused experts that a list tells apart were stored one by one when they were quantised.
  void expert(integer e) const {
    std::string prefix(names.experts);
    if (names.numbered || each_expert) prefix.append(std::to_string(e)).append(1, '.');
    block(prefix, each_expert && !names.numbered ? names.matrices : names.expert,
          weight_class::routed_expert);
  }
};

}  // namespace detail

/// visit(module_name) for every module of the checkpoint of `m`, or for one expert of each layer in
/// place of all.
template <class Visitor>
void for_each_module(const model& m, const family& known, bool each_expert, Visitor&& visit) {
  const checkpoint_names& names = *known.names;
  constexpr std::array outside{weight_class::embedding, weight_class::embedding, weight_class::norm,
                               weight_class::head};
  for (std::size_t i = 0; i < outside.size(); ++i) {
    if (!names.outside[i].empty()) visit(module_name{outside[i], std::string(names.outside[i])});
  }
  std::size_t i = 0;
  integer number = 0;  // of the checkpoint, which counts no layers that stand alone
  for (const layer_run& run : m.layers.runs) {
    const layer& kind = m.layers.kinds[run.kind];
    if (is_apart(kind)) {
      i += static_cast<std::size_t>(run.layers);
      continue;
    }
    for (integer n = 0; n < run.layers; ++n, ++i, ++number) {
      const std::string prefix = std::string(names.layers) + std::to_string(number) + ".";
      const detail::layer_modules<Visitor> modules{names, i, prefix, each_expert, visit};
      modules.each("", names.norms, weight_class::norm);
      visit_alternative(kind.attention, modules);
      visit_alternative(kind.feed_forward, modules);
    }
  }
}

}  // namespace shardline::hf
