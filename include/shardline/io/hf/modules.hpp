/// The modules of a published checkpoint by name, and which of them a list of patterns leaves out
/// of quantisation.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shardline/describe/model.hpp"
#include "shardline/io/hf/families.hpp"

namespace shardline::hf {

/// Does `text` match `pattern`, in which * stands for any characters and ? for one?
[[nodiscard]] constexpr bool matches_glob(std::string_view pattern,
                                          std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t after_star = std::string_view::npos;  // where to resume in the pattern
  std::size_t star_ends = 0;                        // how far its * reaches in the text
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_ends = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (after_star != std::string_view::npos) {
      p = after_star;
      t = ++star_ends;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// A glob over ".name." for an entry of modules_to_not_convert, ignore or exclude_modules; none for
/// a regular expression with more than . .* \. ^ and $ in it.
///   "lm_head", "model.layers.*.self_attn"   these path segments anywhere in the name
///   "re:.*mlp.gate$"                        a regular expression from the start of the name
/// Writing a small matcher beats std::regex, which throws and recurses on hostile patterns.
[[nodiscard]] inline std::optional<std::string> glob_of(std::string_view entry) {
  if (!entry.starts_with("re:")) return "*." + std::string(entry) + ".*";
  entry.remove_prefix(3);
  if (entry.starts_with('^')) entry.remove_prefix(1);
  const bool to_the_end = entry.ends_with('$');
  if (to_the_end) entry.remove_suffix(1);
  std::string glob = ".";
  for (std::size_t i = 0; i < entry.size(); ++i) {
    const bool another = i + 1 < entry.size();
    if (entry[i] == '.' && another && entry[i + 1] == '*') {
      glob += '*';
      ++i;
    } else if (entry[i] == '.') {
      glob += '?';
    } else if (entry[i] == '\\' && another && entry[i + 1] == '.') {
      glob += '.';
      ++i;
    } else if (std::string_view("\\*+?()[]{}|^$").find(entry[i]) != std::string_view::npos) {
      return {};
    } else {
      glob += entry[i];
    }
  }
  return glob + (to_the_end ? "." : "*");
}

namespace detail {

struct module_names {
  std::string_view router;
  std::string_view experts;
  bool numbered;  // an expert is a module of its own
  std::array<std::string_view, 3> matrices;
};

// Names in the published checkpoints. gpt-oss stores all experts of a layer in two tensors.
constexpr module_names names_of(const family& known) noexcept {
  switch (known.feed_forward) {
    case feed_forward_rule::mixtral:
      return {"block_sparse_moe.gate", "block_sparse_moe.experts.", true, {"w1", "w2", "w3"}};
    case feed_forward_rule::gpt_oss:
      return {"mlp.router", "mlp.experts.", false, {"gate_up_proj", "gate_up_proj", "down_proj"}};
    default:
      return {"mlp.gate", "mlp.experts.", true, {"gate_proj", "up_proj", "down_proj"}};
  }
}

// Whether an entry tells one expert from another; if none does, the first stands for all.
inline bool names_single_experts(const std::vector<std::string>& entries) {
  for (const std::string& entry : entries) {
    const std::size_t at = entry.find("experts.");
    if (at == std::string::npos) continue;
    if (entry.find_first_of("0123456789", at) == at + 8) return true;
  }
  return false;
}

template <class Visitor>
void visit_attention(const attention_kind& attention, const std::string& layer, Visitor& visit) {
  const auto each = [&](std::initializer_list<const char*> names, weight_class c) {
    for (const char* name : names) visit(c, layer + "self_attn." + name);
  };
  if (const auto* latent = std::get_if<latent_attention>(&attention)) {
    if (latent->q_lora_rank > 0) {
      each({"q_a_proj", "q_b_proj"}, weight_class::attention);
    } else {
      each({"q_proj"}, weight_class::attention);
    }
    each({"kv_a_proj_with_mqa", "kv_b_proj", "o_proj"}, weight_class::attention);
    each({"q_a_layernorm", "kv_a_layernorm"}, weight_class::norm);
  } else {
    each({"q_proj", "k_proj", "v_proj", "o_proj"}, weight_class::attention);
    each({"q_norm", "k_norm"}, weight_class::norm);
  }
}

template <class Visitor>
void visit_experts(count experts, const module_names& names, const std::string& layer,
                   Visitor& visit) {
  for (count e = 0; e < (names.numbered ? experts : 1); ++e) {
    std::string prefix = layer;
    prefix += names.experts;
    if (names.numbered) prefix.append(std::to_string(e)).append(1, '.');
    for (const std::string_view matrix : names.matrices) {
      visit(weight_class::routed_expert, prefix + std::string(matrix));
    }
  }
}

template <class Visitor>
void visit_feed_forward(const feed_forward_kind& block, const module_names& names, bool each_expert,
                        const std::string& layer, Visitor& visit) {
  const auto gated = [&](const char* where, weight_class c) {
    for (const char* name : {"gate_proj", "up_proj", "down_proj"}) visit(c, layer + where + name);
  };
  const auto* moe = std::get_if<mixture_of_experts>(&block);
  if (moe == nullptr) return gated("mlp.", weight_class::dense_feed_forward);
  visit(weight_class::router, layer + std::string(names.router));
  visit(weight_class::router, layer + std::string(names.router) + ".e_score_correction_bias");
  visit_experts(each_expert ? moe->experts : 1, names, layer, visit);
  if (moe->shared_experts > 0) gated("mlp.shared_experts.", weight_class::shared_expert);
}

}  // namespace detail

/// visit(weight_class, name) for every module of the checkpoint of `m`, or for one expert of each
/// layer in place of all.
template <class Visitor>
void for_each_module(const model& m, const family& known, bool each_expert, Visitor&& visit) {
  visit(weight_class::embedding, std::string("model.embed_tokens"));
  visit(weight_class::norm, std::string("model.norm"));
  visit(weight_class::head, std::string("lm_head"));
  const detail::module_names names = detail::names_of(known);
  count i = 0;
  for (const layer_run& run : m.layers.runs) {
    const layer& kind = m.layers.kinds[run.kind];
    for (count n = 0; n < run.layers; ++n, ++i) {
      const std::string prefix = "model.layers." + std::to_string(i) + ".";
      visit(weight_class::norm, prefix + "input_layernorm");
      visit(weight_class::norm, prefix + "post_attention_layernorm");
      detail::visit_attention(kind.attention, prefix, visit);
      detail::visit_feed_forward(kind.feed_forward, names, each_expert, prefix, visit);
    }
  }
}

namespace detail {

// A list may name every norm of every layer, so names without a star take a short way.
struct entry_pattern {
  std::string glob{};
  std::string literal{};  // ".entry." if it has no star

  [[nodiscard]] bool names(const std::string& dotted_name) const {
    if (literal.empty()) return matches_glob(glob, dotted_name);
    return dotted_name.find(literal) != std::string::npos;
  }
};

inline entry_pattern pattern_of(const std::string& entry, const std::string& glob) {
  const bool plain = !entry.starts_with("re:") && entry.find_first_of("*?") == std::string::npos;
  return {glob, plain ? "." + entry + "." : ""};
}

}  // namespace detail

/// How many modules of each weight class there are, and how many of them are left out.
struct coverage {
  std::array<count, weight_class_count> modules{};
  std::array<count, weight_class_count> left_out{};
  std::vector<std::string> unmatched{};  // entries that name no module of the model
};

/// Matches the entries against every module. An entry that cannot be read is a fault.
[[nodiscard]] inline coverage match_modules(const model& m, const family& known,
                                            const std::vector<std::string>& entries,
                                            const std::string& path, diagnosis& d) {
  std::vector<detail::entry_pattern> patterns;
  for (const std::string& entry : entries) {
    const std::optional<std::string> glob = glob_of(entry);
    if (!glob) {
      d.fail(path + ": " + quoted({printable(entry)}) + R"(; allowed: names, and . .* \. ^ $)");
      return {};
    }
    patterns.push_back(detail::pattern_of(entry, *glob));
  }
  coverage result;
  std::vector<bool> used(entries.size());
  const bool each_expert = detail::names_single_experts(entries);
  for_each_module(m, known, each_expert, [&](weight_class c, const std::string& name) {
    const std::string dotted = "." + name + ".";
    bool out = false;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (!patterns[i].names(dotted)) continue;
      used[i] = true;
      out = true;
    }
    ++result.modules[static_cast<std::size_t>(c)];
    if (out) ++result.left_out[static_cast<std::size_t>(c)];
  });
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!used[i]) result.unmatched.push_back(entries[i]);
  }
  return result;
}

}  // namespace shardline::hf
