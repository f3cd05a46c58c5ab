// SPDX-License-Identifier: BSL-1.0
/// MiniCPM-V and MiniCPM-o, whose text model stands beside the tower: which one, `version` says.
/// Source: _SUPPORT_VERSION of vllm/model_executor/models/minicpmv.py.
#pragma once

#include <string>

#include "shardline/io/hf/families/llama.hpp"
#include "shardline/io/hf/families/qwen.hpp"

namespace shardline::hf {

namespace detail {

/// 2.5 and 4.0 are Llama, 2.6 is Qwen2 and 4.5 Qwen3; without a version it is 2.0, of MiniCPM's
/// first width, or 2.5.
inline const family& text_of_minicpmv(const fields& f, integer hidden) {
  constexpr const char* key = "version";
  const json* stated = f.find(key);
  if (stated == nullptr) return hidden == 2304 ? families::minicpm : families::llama;
  const std::string version = stated->is_string() ? stated->get<std::string>() : stated->dump();
  if (version == "2.0") return families::minicpm;
  if (version == "2.5" || version == "4" || version == "4.0") return families::llama;
  if (version == "2.6") return families::qwen2;
  if (version != "4.5") f.refuse(key, "2.0, 2.5, 2.6, 4.0, 4.5");
  return families::qwen3;
}

inline layer_stack read_minicpmv_layers(const fields& f, const family&, integer hidden,
                                        precision own) {
  const family& text = text_of_minicpmv(f, hidden);
  return text.layers(f, text, hidden, own);
}

}  // namespace detail

namespace families {

inline constexpr family minicpmv{.model_type = "minicpmv",
                                 .architecture = "MiniCPMV",
                                 .layers = detail::read_minicpmv_layers,
                                 .mlp_bias = true};
inline constexpr family minicpmo = renamed(minicpmv, "minicpmo", "MiniCPMO");

}  // namespace families

}  // namespace shardline::hf
