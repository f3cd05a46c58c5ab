/// Which modules of a checkpoint a list of patterns leaves out of quantisation, layer by layer.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "shardline/io/hf/reader.hpp"
#include "shardline/io/hf/weights/modules.hpp"
#include "shardline/io/hf/weights/patterns.hpp"
#include "shardline/model/model.hpp"

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
  std::vector<listed_exception> unmatched{};

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
inline bool names_single_experts(const std::string& entry) {
  constexpr std::string_view experts = "experts";
  const std::size_t at = entry.find(experts);
  if (at == std::string::npos) return false;
  const std::size_t next = entry.find_first_not_of("\\.(", at + experts.size());
  return next != std::string::npos && next > at + experts.size() && entry[next] >= '0' &&
         entry[next] <= '9';
}

/// Names under which checkpoints have a module; a text model within another has two more.
inline std::vector<std::string> names_of_module(const std::string& name, bool wrapped) {
  std::vector<std::string> result{name};
  if (!wrapped) return result;
  constexpr std::string_view model = "model.";
  result.push_back("language_model." + name);
  if (name.starts_with(model)) {
    result.push_back("model.language_model." + name.substr(model.size()));
  }
  return result;
}

/// A list of exceptions, ready to be matched. A list may name every expert of every layer, so plain
/// names are looked up by path segments; only entries with stars are tried one by one.
class exception_list {
 public:
  // The number of entries so far, whether they can be read or not.
  [[nodiscard]] std::size_t size() const { return used_.size(); }
  [[nodiscard]] std::size_t globs() const { return globs_.size(); }
  [[nodiscard]] bool used(std::size_t entry) const { return used_[entry]; }

  /// False for an entry that cannot be read.
  bool add(const std::string& entry) {
    const std::size_t number = used_.size();
    used_.push_back(false);
    const std::vector<std::string> globs = globs_of(entry);
    if (is_plain_name(entry)) {
      plain_[entry].push_back(number);
    } else {
      for (const std::string& glob : globs) globs_.emplace_back(glob, number);
    }
    return !globs.empty();
  }

  /// Whether an entry names the module; marks all that do.
  bool names(const std::string& module) {
    bool found = names_plainly(module);
    const std::string dotted = "." + module + ".";
    for (const auto& [glob, number] : globs_) {
      if (!matches_glob(glob, dotted)) continue;
      used_[number] = true;
      found = true;
    }
    return found;
  }

 private:
  // Every run of path segments of the name.
  bool names_plainly(const std::string& module) {
    bool found = false;
    for (std::size_t begin = 0; begin < module.size();) {
      for (std::size_t end = begin; end != std::string::npos;) {
        end = module.find('.', end + 1);
        const auto entry = plain_.find(module.substr(begin, end - begin));
        if (entry == plain_.end()) continue;
        for (const std::size_t number : entry->second) used_[number] = true;
        found = true;
      }
      const std::size_t next = module.find('.', begin);
      begin = next == std::string::npos ? module.size() : next + 1;
    }
    return found;
  }

  std::unordered_map<std::string, std::vector<std::size_t>> plain_{};
  std::vector<std::pair<std::string, std::size_t>> globs_{};
  std::vector<bool> used_{};
};

// Names of modules left out that a message may show.
inline constexpr std::size_t most_names = 4;

/// Counts modules and what the list leaves out of them.
struct module_counter {
  exception_list& list;
  bool wrapped;
  coverage& found;

  void operator()(const module_name& module) const {
    bool out = false;
    for (const std::string& name : names_of_module(module.name, wrapped)) {
      out = list.names(name) || out;
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

/// More entries with stars than any list has, and soon tried.
inline constexpr std::size_t most_globs = 1024;

/// Matches the entries against every module. An entry that cannot be read is a fault.
///   wrapped   the checkpoint holds the text model within another
[[nodiscard]] inline coverage match_modules(const model& m, const family& known, bool wrapped,
                                            const std::vector<listed_exception>& entries,
                                            diagnosis& d) {
  coverage result;
  result.layers.resize(static_cast<std::size_t>(m.layers.size()));
  detail::exception_list list;
  bool each_expert = false;
  for (const listed_exception& entry : entries) {
    if (!list.add(entry.text)) {
      d.fail(entry.path + ": " + quoted({printable(entry.text)}) +
             "; allowed: " + std::string(readable_entries));
    } else if (list.globs() > most_globs) {
      d.fail(entry.path + ": entries with * ? or re: beyond " + std::to_string(most_globs) +
             " alternatives; allowed: no more than these in all");
    }
    if (d.failed()) return result;
    each_expert = each_expert || detail::names_single_experts(entry.text);
  }
  if (each_expert && m.layers.size() * experts_of(m).experts > detail::most_single_experts) {
    d.fail(entries.front().path +
           ": names single experts; allowed: whole layers of them, in a model of so many");
    return result;
  }
  for_each_module(m, known, each_expert, detail::module_counter{list, wrapped, result});
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (list.used(i) || detail::names_absent_part(m, entries[i].text)) continue;
    result.unmatched.push_back(entries[i]);
  }
  return result;
}

}  // namespace shardline::hf
