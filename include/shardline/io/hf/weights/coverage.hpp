// SPDX-License-Identifier: BSL-1.0
/// What each matrix of a checkpoint is stored in by quantisation settings, layer by layer.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "shardline/io/hf/reader.hpp"
#include "shardline/io/hf/weights/modules.hpp"
#include "shardline/io/hf/weights/patterns.hpp"
#include "shardline/io/hf/weights/scheme.hpp"
#include "shardline/model/model.hpp"

namespace shardline::hf {

/// Modules that share a format, the first few by name; no format: the model's own.
struct stored_modules {
  std::optional<weight_format> format{};
  integer modules = 0;
  std::vector<std::string> names{};
};

/// The modules of one class and role in one place, by their formats; engines run them as one
/// matrix.
using matrix_coverage = std::vector<stored_modules>;

/// A place, a layer or what is outside of them: its matrices by class and role. `minor_left_out` of
/// its minor modules are named by a rule.
struct place_coverage {
  std::array<std::array<matrix_coverage, matrix_role_count>, weight_class_count> classes{};
  integer minor_left_out = 0;

  [[nodiscard]] const matrix_coverage& at(weight_class c, matrix_role r) const {
    return classes[static_cast<std::size_t>(c)][static_cast<std::size_t>(r)];
  }
};

/// What settings make of a model.
///   unmatched   rules that name no module of the model
struct coverage {
  place_coverage outside{};
  std::vector<place_coverage> layers{};
  std::vector<format_rule> unmatched{};
};

namespace detail {

// Beyond any model there is, and soon walked through.
inline constexpr integer most_single_experts = 1000000;

// Whether an entry tells one expert from another, as experts.7 or experts\.(7|8); if none does, the
// first stands for all.
inline bool names_single_experts(const std::string& entry) {
  constexpr std::string_view experts = "experts";
  const std::size_t at = entry.find(experts);
  if (at == std::string::npos) return false;
  const std::size_t next = entry.find_first_not_of("\\.(", at + experts.size());
  return next != std::string::npos && next > at + experts.size() && entry[next] >= '0' &&
         entry[next] <= '9';
}

/// Names that engines have for matrices of a checkpoint which they run as one, or that libraries
/// have for those of DeepSeek's and Mixtral's own.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 12> merged_names{
    {{"q_proj", "qkv_proj"},
     {"k_proj", "qkv_proj"},
     {"v_proj", "qkv_proj"},
     {"gate_proj", "gate_up_proj"},
     {"up_proj", "gate_up_proj"},
     {"q_a_proj", "fused_qkv_a_proj"},
     {"kv_a_proj_with_mqa", "fused_qkv_a_proj"},
     {"wq_a", "fused_wqa_wkv"},
     {"wkv", "fused_wqa_wkv"},
     {"w1", "gate_proj"},
     {"w3", "up_proj"},
     {"w2", "down_proj"}}};

/// Names by which lists know a module: its own and that of what it is merged into; a text model
/// within another has two more of each.
inline std::vector<std::string> names_of_module(const std::string& name, bool wrapped) {
  std::vector<std::string> result{name};
  const std::size_t dot = name.rfind('.');
  if (dot != std::string::npos) {
    for (const auto& [own, merged] : merged_names) {
      if (name.substr(dot + 1) == own) result.push_back(name.substr(0, dot + 1).append(merged));
    }
  }
  if (!wrapped) return result;
  constexpr std::string_view model = "model.";
  for (std::size_t i = 0, own = result.size(); i < own; ++i) {
    result.push_back("language_model." + result[i]);
    if (result[i].starts_with(model)) {
      result.push_back("model.language_model." + result[i].substr(model.size()));
    }
  }
  return result;
}

/// Rules, ready to be matched. A list may name every expert of every layer, so plain names are
/// looked up by path segments; only entries with stars and expressions are tried one by one.
class rule_list {
 public:
  // The number of entries so far, whether they can be read or not.
  [[nodiscard]] std::size_t size() const { return used_.size(); }
  [[nodiscard]] std::size_t patterns() const { return patterns_.size(); }
  [[nodiscard]] bool used(std::size_t entry) const { return used_[entry]; }

  /// False for an entry that cannot be read.
  bool add(const std::string& entry) {
    const std::size_t number = used_.size();
    used_.push_back(false);
    std::optional<pattern> read = pattern::of(entry);
    if (!read) return false;
    if (is_plain_name(entry)) {
      plain_[entry].push_back(number);
    } else {
      patterns_.emplace_back(std::move(*read), number);
    }
    return true;
  }

  /// The first entry that names the module by any of these; marks all that do.
  std::optional<std::size_t> find(const std::vector<std::string>& names) {
    std::optional<std::size_t> first;
    for (const std::string& name : names) {
      find_plainly(name, first);
      for (const auto& [read, number] : patterns_) {
        if (read.names(name)) take(number, first);
      }
    }
    return first;
  }

 private:
  void take(std::size_t number, std::optional<std::size_t>& first) {
    used_[number] = true;
    if (!first || number < *first) first = number;
  }
  // Every run of path segments of the name.
  void find_plainly(const std::string& module, std::optional<std::size_t>& first) {
    for (std::size_t begin = 0; begin < module.size();) {
      for (std::size_t end = begin; end != std::string::npos;) {
        end = module.find('.', end + 1);
        const auto entry = plain_.find(module.substr(begin, end - begin));
        if (entry == plain_.end()) continue;
        for (const std::size_t number : entry->second) take(number, first);
      }
      const std::size_t next = module.find('.', begin);
      begin = next == std::string::npos ? module.size() : next + 1;
    }
  }

  std::unordered_map<std::string, std::vector<std::size_t>> plain_{};
  std::vector<std::pair<pattern, std::size_t>> patterns_{};
  std::vector<bool> used_{};
};

// Names of modules that a message may show.
inline constexpr std::size_t most_names = 4;

/// Enters every module under its format.
struct module_counter {
  const quantisation& settings;
  weight_classes quantisable;
  rule_list& list;
  bool wrapped;
  coverage& found;

  void operator()(const module_name& module) const {
    const auto rule = list.find(names_of_module(module.name, wrapped));
    place_coverage& place = module.layer ? found.layers[*module.layer] : found.outside;
    if (module.minor) {
      place.minor_left_out += rule ? 1 : 0;
      return;
    }
    std::optional<weight_format> format;
    if (settings.covers.contains(module.weight_class)) format = settings.format;
    if (rule) format = settings.rules[*rule].format;
    if (!quantisable.contains(module.weight_class)) format.reset();
    enter(module, format, place);
  }

  static void enter(const module_name& module, const std::optional<weight_format>& format,
                    place_coverage& place) {
    matrix_coverage& stored = place.classes[static_cast<std::size_t>(module.weight_class)]
                                           [static_cast<std::size_t>(module.role)];
    std::size_t i = 0;
    while (i < stored.size() && stored[i].format != format) ++i;
    if (i == stored.size()) stored.push_back({format, 0, {}});
    ++stored[i].modules;
    if (stored[i].names.size() < most_names) stored[i].names.push_back(module.name);
  }
};

// Encoders and multi-token-prediction layers, which the model does not have.
inline bool names_absent_part(const model& m, const std::string& entry) {
  for (const std::string_view part :
       {"vision", "visual", "audio", "multi_modal_projector", "mtp", "nextn", "eagle"}) {
    if (entry.find(part) != std::string::npos) return true;
  }
  for (integer i = 0; i < m.mtp_layers; ++i) {
    const std::string layer = "layers." + std::to_string(m.layers.size() + i);
    if ((entry + ".").find(layer + ".") != std::string::npos) return true;
  }
  return false;
}

/// Reads the entries of all rules; true where one tells experts apart.
inline bool read_entries(const quantisation& q, rule_list& list, diagnosis& d) {
  // More entries with stars or expressions than any list has, and soon tried.
  constexpr std::size_t most_patterns = 1024;
  bool each_expert = false;
  for (const format_rule& rule : q.rules) {
    if (!list.add(rule.text)) {
      d.fail(rule.path + ": " + quoted({printable(rule.text)}) +
             "; allowed: " + std::string(readable_entries));
    } else if (list.patterns() > most_patterns) {
      d.fail(rule.path + ": entries with * ? or re: beyond " + std::to_string(most_patterns) +
             "; allowed: no more than these in all");
    }
    if (d.failed()) return false;
    each_expert = each_expert || names_single_experts(rule.text);
  }
  return each_expert;
}

}  // namespace detail

/// Matches the rules against every module. An entry that cannot be read is a fault.
///   quantisable   the classes that engines quantise in this model
///   wrapped       the checkpoint holds the text model within another
[[nodiscard]] inline coverage match_modules(const model& m, const family& known, bool wrapped,
                                            const quantisation& q, weight_classes quantisable,
                                            diagnosis& d) {
  coverage result;
  result.layers.resize(static_cast<std::size_t>(m.layers.size()));
  detail::rule_list list;
  const bool each_expert = detail::read_entries(q, list, d);
  if (d.failed()) return result;
  if (each_expert && m.layers.size() * experts_of(m).experts > detail::most_single_experts) {
    d.fail(q.rules.front().path +
           ": names single experts; allowed: whole layers of them, in a model of so many");
    return result;
  }
  const detail::module_counter enter{q, quantisable, list, wrapped, result};
  for_each_module(m, known, each_expert, enter);
  for (std::size_t i = 0; i < q.rules.size(); ++i) {
    if (list.used(i) || detail::names_absent_part(m, q.rules[i].text)) continue;
    result.unmatched.push_back(q.rules[i]);
  }
  return result;
}

}  // namespace shardline::hf
