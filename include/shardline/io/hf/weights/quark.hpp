// SPDX-License-Identifier: BSL-1.0
/// AMD's Quark: one setting for all linear layers, others for those that patterns name, and lists
/// of what is left out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/io/hf/weights/scheme.hpp"

namespace shardline::hf::detail {

/// A tensor's setting: dtype, qscheme, group_size, scale_format. What it is multiplied in is
/// `math`.
inline weight_format read_quark_tensor(const fields& w, precision math) {
  const std::string dtype = w.choice("dtype", {"fp4", "fp8_e4m3", "int8", "int4", "uint4"});
  const std::string scheme = w.choice("qscheme", {"per_tensor", "per_channel", "per_group"});
  const bool exponents = w.word("scale_format", "") == "e8m0";
  precision element = precision::int4;
  if (dtype == "fp4") element = precision::fp4;
  if (dtype == "fp8_e4m3") element = precision::fp8;
  if (dtype == "int8") element = precision::int8;
  const int zeros = dtype == "uint4" ? 4 : 0;
  const int scale_bits = exponents ? 8 : 32;
  if (scheme == "per_tensor") return grouped(element, math, 0, 0, scale_bits, zeros);
  if (scheme == "per_channel") return grouped(element, math, 0, 1, scale_bits, zeros);
  return grouped(element, math, w.whole("group_size", group_sizes), 1, scale_bits, zeros);
}

/// The type that engines multiply in: that of quantised inputs, else the model's own.
inline precision read_quark_math(const fields& setting, precision own) {
  const json* inputs = setting.object("input_tensors");
  if (inputs == nullptr) return own;
  const fields f(*inputs, setting.path_of("input_tensors"), setting.report());
  const std::string dtype = f.choice("dtype", {"fp4", "fp8_e4m3", "int8"});
  if (dtype == "fp4") return precision::fp4;
  return dtype == "int8" ? precision::int8 : precision::fp8;
}

/// The format of the `weight` of a setting; none where it leaves weights alone. Quark writes the
/// stages of a scale that is quantised again as a list, which nothing here prices.
inline std::optional<weight_format> read_quark_setting(const fields& setting, precision own) {
  const json* weight = setting.find("weight");
  if (weight == nullptr) return {};
  if (!weight->is_object()) {
    setting.refuse("weight", "an object");
    return {};
  }
  const fields w(*weight, setting.path_of("weight"), setting.report());
  return read_quark_tensor(w, read_quark_math(setting, own));
}

/// An 8-bit cache is said by the outputs of key and value projections, or by a setting of its own.
inline void read_quark_cache(const fields& setting, quantisation& q) {
  const json* outputs = setting.object("output_tensors");
  if (outputs == nullptr) return;
  const fields f(*outputs, setting.path_of("output_tensors"), setting.report());
  if (f.choice("dtype", {"fp8_e4m3"}) == "fp8_e4m3") q.kv_cache = precision::fp8;
}

inline void read_quark(const fields& f, precision own, quantisation& q) {
  const json* global = f.object("global_quant_config");
  if (global == nullptr) return f.refuse("global_quant_config", "an object");
  const fields all(*global, f.path_of("global_quant_config"), f.report());
  q.format = read_quark_setting(all, own);
  q.covers.insert(weight_class::head);
  const char* key = "layer_quant_config";
  if (f.find(key) != nullptr) q.list_path += (q.list_path.empty() ? "" : " and ") + f.path_of(key);
  for_each_member(f, key, [&](const fields& setting, const std::string& name) {
    q.rules.push_back({name, f.path_of(key), read_quark_setting(setting, own)});
    read_quark_cache(setting, q);
  });
  for_each_member(f, "kv_cache_quant_config",
                  [&](const fields& setting, const std::string&) { read_quark_cache(setting, q); });
  for_each_member(f, "layer_type_quant_config", [&](const fields&, const std::string&) {
    f.refuse("layer_type_quant_config", "none");
  });
}

}  // namespace shardline::hf::detail
