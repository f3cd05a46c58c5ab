/// The modules of a published checkpoint by name, and which of them a list of patterns leaves out
/// of quantisation.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/base/alternative.hpp"
#include "shardline/describe/model.hpp"
#include "shardline/io/hf/names.hpp"
#include "shardline/io/hf/patterns.hpp"
#include "shardline/io/hf/reader.hpp"

namespace shardline::hf {

/// A module of a checkpoint. minor: too small to have a format of its own; see checkpoint_names.
struct module_name {
  shardline::weight_class weight_class{};
  std::string name{};
  bool minor = false;
};

namespace detail {

// Beyond any model there is, and soon walked through.
inline constexpr count most_single_experts = 1000000;

// Whether an entry tells one expert from another, as experts.7 or experts\.(7|8); if none does, the
// first stands for all.
inline bool names_single_experts(const std::vector<std::string>& entries) {
  constexpr std::string_view experts = "experts";
  for (const std::string& entry : entries) {
    const std::size_t at = entry.find(experts);
    if (at == std::string::npos) continue;
    const std::size_t next = entry.find_first_not_of("\\.(", at + experts.size());
    if (next != std::string::npos && next > at + experts.size() && entry[next] >= '0' &&
        entry[next] <= '9') {
      return true;
    }
  }
  return false;
}

/// Calls visit(module_name) for the modules of one layer, whose names begin with `layer`.
template <class Visitor>
struct layer_modules {
  const checkpoint_names& names;
  const std::string& layer;
  bool each_expert;
  Visitor& visit;

  template <std::size_t N>
  void each(const std::string& prefix, const std::array<std::string_view, N>& rest, weight_class c,
            bool minor = false) const {
    for (const std::string_view name : rest) {
      if (!name.empty()) visit(module_name{c, layer + prefix + std::string(name), minor});
    }
  }

  void operator()(const grouped_query_attention&) const {
    each(std::string(names.attention), names.projections, weight_class::attention);
    each<2>(std::string(names.attention), {"q_norm", "k_norm"}, weight_class::norm);
  }
  void operator()(const latent_attention& a) const {
    const std::string prefix(names.attention);
    if (a.q_lora_rank > 0) {
      each<2>(prefix, {"q_a_proj", "q_b_proj"}, weight_class::attention);
    } else {
      each<1>(prefix, {"q_proj"}, weight_class::attention);
    }
    each<3>(prefix, {"kv_a_proj_with_mqa", "kv_b_proj", "o_proj"}, weight_class::attention);
    each<2>(prefix, {"q_a_layernorm", "kv_a_layernorm"}, weight_class::norm);
  }
  void operator()(const linear_attention&) const { recurrence(); }
  void operator()(const state_space&) const { recurrence(); }
  void operator()(const no_attention&) const {}

  void operator()(const dense_feed_forward&) const {
    each(std::string(names.dense), names.matrices, weight_class::dense_feed_forward);
  }
  void operator()(const mixture_of_experts& moe) const {
    const std::string router(names.router);
    visit(module_name{weight_class::router, layer + router});
    visit(module_name{weight_class::router, layer + router + ".e_score_correction_bias"});
    for (count e = 0; e < (each_expert ? moe.experts : 1); ++e) expert(e);
    if (moe.shared_experts == 0) return;
    each(std::string(names.shared), names.matrices, weight_class::shared_expert);
    each<1>("mlp.", {"shared_expert_gate"}, weight_class::router);
  }
  void operator()(const no_feed_forward&) const {}

  void recurrence() const {
    const std::string prefix(names.recurrence);
    each(prefix, names.recurrent, weight_class::attention);
    each(prefix, names.minor, weight_class::attention, true);
    each<1>(prefix, {"norm"}, weight_class::norm);
  }
  // Fused experts that a list tells apart were stored one by one when they were quantised.
  void expert(count e) const {
    std::string prefix(names.experts);
    if (names.numbered || each_expert) prefix.append(std::to_string(e)).append(1, '.');
    each(prefix, each_expert && !names.numbered ? names.matrices : names.expert,
         weight_class::routed_expert);
  }
};

}  // namespace detail

/// visit(module_name) for every module of the checkpoint of `m`, or for one expert of each layer in
/// place of all.
template <class Visitor>
void for_each_module(const model& m, const family& known, bool each_expert, Visitor&& visit) {
  const checkpoint_names& names = names_of(known);
  constexpr std::array outside{weight_class::embedding, weight_class::embedding, weight_class::norm,
                               weight_class::head};
  for (std::size_t i = 0; i < outside.size(); ++i) {
    if (!names.outside[i].empty()) visit(module_name{outside[i], std::string(names.outside[i])});
  }
  count i = 0;
  for (const layer_run& run : m.layers.runs) {
    const layer& kind = m.layers.kinds[run.kind];
    for (count n = 0; n < run.layers; ++n, ++i) {
      const std::string prefix = std::string(names.layers) + std::to_string(i) + ".";
      const detail::layer_modules<Visitor> modules{names, prefix, each_expert, visit};
      modules.each("", names.norms, weight_class::norm);
      visit_alternative(kind.attention, modules);
      visit_alternative(kind.feed_forward, modules);
    }
  }
}

/// How many modules of each weight class there are, and how many of them are left out.
struct coverage {
  std::array<count, weight_class_count> modules{};
  std::array<count, weight_class_count> left_out{};
  count minor_left_out = 0;
  std::vector<std::string> unmatched{};  // entries that name no module of the model
};

namespace detail {

/// Names under which checkpoints have a module; a text model within another has two more.
inline std::vector<std::string> dotted_names(const std::string& name, bool wrapped) {
  std::vector<std::string> result{"." + name + "."};
  if (!wrapped) return result;
  constexpr std::string_view model = "model.";
  result.push_back(".language_model." + name + ".");
  if (name.starts_with(model)) {
    result.push_back(".model.language_model." + name.substr(model.size()) + ".");
  }
  return result;
}

inline bool names_any(const name_pattern& pattern, const std::vector<std::string>& dotted) {
  for (const std::string& name : dotted) {
    if (pattern.names(name)) return true;
  }
  return false;
}

/// Counts modules and what the patterns leave out of them.
struct module_counter {
  const std::vector<name_pattern>& patterns;
  bool wrapped;
  coverage& found;
  std::vector<bool>& used;

  void operator()(const module_name& module) const {
    const std::vector<std::string> dotted = dotted_names(module.name, wrapped);
    bool out = false;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (!names_any(patterns[i], dotted)) continue;
      used[i] = true;
      out = true;
    }
    const auto c = static_cast<std::size_t>(module.weight_class);
    if (module.minor) {
      found.minor_left_out += out ? 1 : 0;
    } else {
      ++found.modules[c];
      found.left_out[c] += out ? 1 : 0;
    }
  }
};

// Encoders and multi-token-prediction layers, which the model does not have.
inline bool names_absent_part(const model& m, const std::string& entry) {
  for (const std::string_view part :
       {"vision", "visual", "audio", "multi_modal_projector", "mtp", "nextn", "eagle"}) {
    if (entry.find(part) != std::string::npos) return true;
  }
  for (count i = 0; i < m.mtp_layers; ++i) {
    const std::string layer = "layers." + std::to_string(m.layers.size() + i);
    if ((entry + ".").find(layer + ".") != std::string::npos) return true;
  }
  return false;
}

}  // namespace detail

/// Matches the entries against every module. An entry that cannot be read is a fault.
///   wrapped   the checkpoint holds the text model within another
[[nodiscard]] inline coverage match_modules(const model& m, const family& known, bool wrapped,
                                            const std::vector<std::string>& entries,
                                            const std::string& path, diagnosis& d) {
  coverage result;
  std::vector<name_pattern> patterns;
  for (const std::string& entry : entries) {
    patterns.push_back(pattern_of(entry));
    if (!patterns.back().globs.empty()) continue;
    d.fail(path + ": " + quoted({printable(entry)}) + R"(; allowed: names, and . .* \. ^ $ (a|b))");
    return result;
  }
  std::vector<bool> used(entries.size());
  const bool each_expert = detail::names_single_experts(entries);
  if (each_expert && m.layers.size() * experts_of(m).experts > detail::most_single_experts) {
    d.fail(path + ": names single experts; allowed: whole layers of them, in a model of so many");
    return result;
  }
  for_each_module(m, known, each_expert, detail::module_counter{patterns, wrapped, result, used});
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (used[i] || detail::names_absent_part(m, entries[i])) continue;
    result.unmatched.push_back(entries[i]);
  }
  return result;
}

}  // namespace shardline::hf
