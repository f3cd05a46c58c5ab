/// Layouts as text: as meshes, and in the conventions that can express them.
#pragma once

#include <string>
#include <string_view>

#include "shardline/convention/parse.hpp"
#include "shardline/convention/product.hpp"
#include "shardline/convention/vllm.hpp"
#include "shardline/plan/search.hpp"

namespace shardline {

namespace detail {

inline std::string degree(std::string_view key, std::string_view mark, count n) {
  return std::string(key) + std::string(mark) + std::to_string(n);
}

// ",key=n", or nothing for the default 1.
inline std::string setting_text(std::string_view key, count n) {
  return n == 1 ? "" : "," + degree(key, "=", n);
}

// ",layers=31/30", or nothing for stages that are not listed.
inline std::string stages_text(const stage_layers& stages) {
  std::string text;
  for (const std::uint16_t layers : stages) {
    text += (text.empty() ? ",layers=" : "/") + std::to_string(layers);
  }
  return text;
}

inline std::string redundant_text(count experts) {
  return experts == 0 ? "" : "," + degree("redundant", "=", experts);
}

}  // namespace detail

/// "vllm:tp=8,dp=2,ep=on", which parse_layout reads back; degrees of 1 but tp are left out.
[[nodiscard]] inline std::string to_text(const vllm& v) {
  return "vllm:" + detail::degree("tp", "=", v.tp) + detail::setting_text("dp", v.dp) +
         detail::setting_text("pp", v.pp) + detail::setting_text("pcp", v.pcp) +
         detail::setting_text("dcp", v.dcp) + detail::stages_text(v.layers) +
         (v.expert_parallel ? ",ep=on" : "") + (v.all_to_all ? ",all2all=on" : "") +
         detail::redundant_text(v.redundant_experts);
}

/// "product:ep=64,tp=2,pp=1,dp=1", which parse_layout reads back.
[[nodiscard]] inline std::string to_text(const product& p) {
  return "product:" + detail::degree("ep", "=", p.ep) + "," + detail::degree("tp", "=", p.tp) +
         "," + detail::degree("pp", "=", p.pp) + "," + detail::degree("dp", "=", p.dp) +
         detail::stages_text(p.layers) + detail::redundant_text(p.redundant_experts);
}

/// The layout in a convention, or the reason why not: "no vLLM flags: ...".
template <class Flags>
[[nodiscard]] std::string to_text(const conversion<Flags>& c, std::string_view convention) {
  if (c.has_value()) return to_text(c.flags);
  return "no " + std::string(convention) + ": " + std::string(c.why_not);
}

/// The layout's vLLM flags for this model. Without experts the expert mesh means nothing, so any
/// will do; where dispatch_matters() is false, so does either way to the experts. Stages that vLLM
/// would split otherwise are listed.
[[nodiscard]] inline conversion<vllm> vllm_flags(const model& m, layout l) {
  const bool dense = !has_experts(m) && l.expert.ep == 1;
  if (dense) l.expert = {l.attention.size(), 1, 1};
  const count placed = experts_of(m).experts + l.redundant_experts;
  if (l.redundant_experts > 0 && placed % l.expert.ep != 0) {
    // vllm/model_executor/layers/fused_moe/layer.py: EPLB takes an even distribution only.
    return {{}, "vLLM's redundant experts must leave every expert rank equally many"};
  }
  conversion<vllm> c = to_vllm(stated_by(stage_remainder::before_last, l, m.layers.size()));
  if (!dispatch_matters(l)) c.flags.all_to_all = false;
  return c;
}

/// The layout's product plan for this model, likewise.
[[nodiscard]] inline conversion<product> product_plan(const model& m, layout l) {
  const bool dense = !has_experts(m) && l.expert.ep == 1;
  if (dense) l.expert = {l.attention.tp, 1, l.attention.dp};
  if (!dispatch_matters(l)) l.dispatch = expert_dispatch::all_to_all;
  return to_product(stated_by(stage_remainder::first, l, m.layers.size()));
}

namespace detail {

// ", layers 2 x 15, 16, 15", equal stages in a row together; nothing where all stages are equal.
inline std::string split_text(const model& m, const layout& l) {
  const count layers = m.layers.size();
  const bool listed = !l.stages.listed.empty();
  const bool even = !listed && divides(l.pp, layers);
  if (even || l.pp > layers || (listed && static_cast<count>(l.stages.listed.size()) != l.pp)) {
    return {};
  }
  std::string text;
  for (count stage = 0; stage < l.pp;) {
    const count own = layers_of_stage(l, layers, stage).number;
    count next = stage + 1;
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
inline std::string copies_text(count experts) {
  if (experts == 0) return {};
  return ", " + std::to_string(experts) + " redundant expert" + (experts == 1 ? "" : "s");
}

}  // namespace detail

/// Both meshes in one short line, "tp8 cp1 dp2 | etp1 ep16 edp1 | pp1 | all-gather", without the
/// last part where dispatch_matters() is false; "tp8 dcp4 cp1 dp2" where ranks share the cache.
[[nodiscard]] inline std::string short_text(const layout& l) {
  using detail::attention_text;
  using detail::degree;
  const std::string dispatch =
      dispatch_matters(l) ? " | " + std::string(name(l.dispatch)) : std::string();
  return attention_text(l) + degree(" | etp", "", l.expert.etp) + degree(" ep", "", l.expert.ep) +
         degree(" edp", "", l.expert.edp) + degree(" | pp", "", l.pp) + dispatch;
}

/// The same for a model: "tp8 cp1 dp2 | pp1" where it has no experts.
[[nodiscard]] inline std::string short_text(const model& m, const layout& l) {
  using detail::attention_text;
  using detail::degree;
  if (has_experts(m) || l.expert.ep != 1) return short_text(l);
  return attention_text(l) + degree(" | pp", "", l.pp);
}

/// The meshes, the GPUs they take, redundant experts and uneven stages if there are any; and the
/// layout in each convention, a line each.
[[nodiscard]] inline std::string to_text(const model& m, const layout& l) {
  return short_text(m, l) + ", " + std::to_string(l.gpus()) + " GPUs" +
         detail::copies_text(l.redundant_experts) + detail::split_text(m, l) + '\n' +
         to_text(vllm_flags(m, l), "vLLM flags") + '\n' +
         to_text(product_plan(m, l), "product plan") + '\n';
}

/// What is wrong with a layout's text: "tp: 0; allowed: a whole number from 1 to 1000000"; empty if
/// nothing is.
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
