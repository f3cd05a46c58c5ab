// SPDX-License-Identifier: BSL-1.0
/// Layouts as text: as meshes, and in the conventions that can express them.
#pragma once

#include <string>
#include <string_view>

#include "shardline/engines/index.hpp"
#include "shardline/io/text/units.hpp"

namespace shardline {

namespace detail {

inline std::string degree(std::string_view key, std::string_view mark, integer n) {
  return std::string(key) + std::string(mark) + std::to_string(n);
}

// "31/30"
inline std::string stages_text(const stage_layers& stages) {
  std::string text;
  for (const std::uint16_t layers : stages) {
    text += (text.empty() ? "" : "/") + std::to_string(layers);
  }
  return text;
}

// "tp=8", "ep=on", "layers=31/30"; nothing for what has its default, unless it is always written.
template <class Flags>
std::string flag_text(const flag_key<Flags>& k, const Flags& flags) {
  const std::string key = std::string(k.key) + "=";
  if (k.on != nullptr) return flags.*k.on ? key + "on" : "";
  if (k.layers != nullptr) {
    return (flags.*k.layers).empty() ? "" : key + stages_text(flags.*k.layers);
  }
  const integer n = flags.*k.number;
  if (n == Flags{}.*k.number && !k.always) return "";
  const auto place = static_cast<std::size_t>(n);
  return key + (place < k.words.size() ? std::string(k.words[place]) : std::to_string(n));
}

}  // namespace detail

/// "vllm:tp=8,dp=2,ep=on", "product:ep=64,tp=2,pp=1,dp=1": flags by the keys of Flags::keys(), as
/// parse_layout() reads them back.   (tests/io/documented.cpp)
template <layout_flags Flags>
[[nodiscard]] std::string to_text(const Flags& flags) {
  std::string text;
  for (const flag_key<Flags>& k : Flags::keys()) {
    const std::string item = detail::flag_text(k, flags);
    if (!item.empty()) text += (text.empty() ? "" : ",") + item;
  }
  return std::string(Flags::convention) + ":" + text;
}

/// The layout in a convention, written as above, or, where that cannot express it, why not: "no
/// vLLM flags: ...".
///   of tp 8: "vllm:tp=8"   (tests/io/documented.cpp)
template <layout_flags Flags>
[[nodiscard]] std::string to_text(const conversion<Flags>& c) {
  if (c.has_value()) return to_text(c.flags);
  return "no " + std::string(Flags::title) + ": " + std::string(c.why_not);
}

/// The layout's flags for this model, Flags::of(), in the convention of that name, "vllm:tp=8";
/// empty where they cannot express it, or where there is no such convention.   (tests/io/text.cpp)
[[nodiscard]] inline std::string flags_text(const model& m, const layout& l,
                                            std::string_view convention) {
  std::string text;
  visit_convention(convention, [&]<class Flags>() {
    const conversion<Flags> c = Flags::of(m, l);
    if (c.has_value()) text = to_text(c.flags);
  });
  return text;
}

/// The layout in the convention that can say every layout, counts of ranks: "mesh:tp=4,dp=2".
///   (tests/io/documented.cpp)
[[nodiscard]] inline std::string mesh_text(const layout& l) {
  return to_text(mesh_fields::of(model{}, l).flags);
}

/// A text of which parse_layout() makes this layout: flags_text(), or mesh_text() where that is
/// empty.
///   of tp 8: "vllm:tp=8"   (tests/io/documented.cpp)
[[nodiscard]] inline std::string typed_text(const model& m, const layout& l,
                                            std::string_view convention) {
  std::string text = flags_text(m, l, convention);
  return text.empty() ? mesh_text(l) : text;
}

namespace detail {

// The same with the reason why there are none.
inline std::string flags_line(const model& m, const layout& l, std::string_view convention) {
  std::string text;
  visit_convention(convention, [&]<class Flags>() { text = to_text(Flags::of(m, l)) + '\n'; });
  return text;
}

// ", layers 2 x 15, 16, 15", equal stages in a row together; nothing where all stages are equal.
inline std::string split_text(const model& m, const layout& l) {
  const integer layers = m.layers.size();
  const bool listed = !l.stages.listed.empty();
  const bool even = !listed && is_divisor(l.pp, layers);
  if (even || l.pp > layers || (listed && static_cast<integer>(l.stages.listed.size()) != l.pp)) {
    return {};
  }
  std::string text;
  for (integer stage = 0; stage < l.pp;) {
    const integer own = layers_of_stage(l, layers, stage).number;
    integer next = stage + 1;
    while (next < l.pp && layers_of_stage(l, layers, next).number == own) ++next;
    text += text.empty() ? ", layers " : ", ";
    if (next - stage > 1) text += std::to_string(next - stage) + " x ";
    text += std::to_string(own);
    stage = next;
  }
  return text;
}

// "tp8 cp1 dp2", and dcp where there is any.
inline std::string attention_text(const layout& l) {
  return degree("tp", "", l.attention.tp) + (l.dcp == 1 ? "" : degree(" dcp", "", l.dcp)) +
         degree(" cp", "", l.attention.cp) + degree(" dp", "", l.attention.dp);
}

// ", 32 redundant experts", or nothing.
inline std::string copies_text(integer experts) {
  if (experts == 0) return {};
  return ", " + std::to_string(experts) + " redundant expert" + (experts == 1 ? "" : "s");
}

}  // namespace detail

/// Both meshes, counts of ranks, in one short line, "tp8 cp1 dp2 | etp1 ep16 edp1 | pp1 |
/// all-gather", without the last part where dispatch_matters() is false; "tp8 dcp4 cp1 dp2" where
/// ranks share the cache.
///   attention tp 8 dp 2, experts ep 16: the first of these lines   (tests/io/documented.cpp)
[[nodiscard]] inline std::string short_text(const layout& l) {
  using detail::attention_text;
  using detail::degree;
  const std::string dispatch =
      dispatch_matters(l) ? " | " + std::string(name(l.dispatch)) : std::string();
  return attention_text(l) + degree(" | etp", "", l.expert.etp) + degree(" ep", "", l.expert.ep) +
         degree(" edp", "", l.expert.edp) + degree(" | pp", "", l.pp) + dispatch;
}

/// The same for a model, counts of ranks: "tp8 cp1 dp2 | pp1" where it has no experts.
///   attention tp 8 dp 2 of such a model: that line   (tests/io/documented.cpp)
[[nodiscard]] inline std::string short_text(const model& m, const layout& l) {
  using detail::attention_text;
  using detail::degree;
  if (has_experts(m) || l.expert.ep != 1) return short_text(l);
  return attention_text(l) + degree(" | pp", "", l.pp);
}

/// The meshes by short_text(), the GPUs they take, redundant experts and uneven stages if there are
/// any; and the layout in an engine's convention and as a product plan, a line each.
///   DeepSeek-V3, tp 2 dp 32, etp 4 ep 2 edp 8: "64 GPUs"   (tests/io/documented.cpp)
[[nodiscard]] inline std::string to_text(const model& m, const layout& l,
                                         std::string_view convention = vllm::convention) {
  return short_text(m, l) + ", " + counted(l.gpus(), "GPU") +
         detail::copies_text(l.redundant_experts) + detail::split_text(m, l) + '\n' +
         detail::flags_line(m, l, convention) + detail::flags_line(m, l, product::convention);
}

/// What parse_layout() found wrong with a layout's text: "tp: 0; allowed: a whole number from 1 to
/// 1000000"; empty if nothing is.   (tests/io/documented.cpp)
[[nodiscard]] inline std::string fault_text(const parsed_layout& p) {
  if (p.has_value()) return {};
  std::string line = p.subject.empty() ? "key" : std::string(p.subject);
  line += ": ";
  line += p.value.empty() ? "nothing" : p.value;
  if (p.fault == parse_fault::key && !p.subject.empty()) line = "key: " + std::string(p.subject);
  if (p.fault == parse_fault::repeated) line += ", repeated";
  return line + "; allowed: " + std::string(p.allowed);
}

}  // namespace shardline
