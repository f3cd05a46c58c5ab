/// Which modules of a checkpoint a list of patterns leaves out of quantisation, layer by layer.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/describe/model.hpp"
#include "shardline/io/hf/modules.hpp"
#include "shardline/io/hf/patterns.hpp"
#include "shardline/io/hf/reader.hpp"

namespace shardline::hf {

/// The matrices of one weight class in one place, a layer or what is outside of them, and how many
/// of them are left out, the first few by name.
struct class_coverage {
  count modules = 0;
  count left_out = 0;
  std::vector<std::string> names{};

  [[nodiscard]] bool whole() const { return left_out > 0 && left_out == modules; }
  [[nodiscard]] bool divided() const { return left_out > 0 && left_out < modules; }
};

/// The same for every class; minor modules apart.
struct place_coverage {
  std::array<class_coverage, weight_class_count> classes{};
  count minor_left_out = 0;

  [[nodiscard]] const class_coverage& operator[](weight_class c) const {
    return classes[static_cast<std::size_t>(c)];
  }
};

/// What a list of exceptions leaves out of a model.
///   unmatched   its entries that name no module of the model
struct coverage {
  place_coverage outside{};
  std::vector<place_coverage> layers{};
  std::vector<std::string> unmatched{};

  /// Whether every matrix of the class is left out, and there are some.
  [[nodiscard]] bool leaves_out(weight_class c) const {
    class_coverage sum = outside[c];
    for (const place_coverage& l : layers) {
      sum.modules += l[c].modules;
      sum.left_out += l[c].left_out;
    }
    return sum.whole();
  }
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

// Names of modules left out that a message may show.
inline constexpr std::size_t most_names = 4;

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
    enter(module, out, module.layer ? found.layers[*module.layer] : found.outside);
  }

  static void enter(const module_name& module, bool out, place_coverage& place) {
    if (module.minor) {
      place.minor_left_out += out ? 1 : 0;
      return;
    }
    class_coverage& own = place.classes[static_cast<std::size_t>(module.weight_class)];
    ++own.modules;
    if (!out) return;
    ++own.left_out;
    if (own.names.size() < most_names) own.names.push_back(module.name);
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
  result.layers.resize(static_cast<std::size_t>(m.layers.size()));
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
