// SPDX-License-Identifier: BSL-1.0
/// torchao and HQQ: integers or 8-bit floats as PyTorch holds them, the head left as it is.
#pragma once

#include <optional>
#include <string>

#include "shardline/io/hf/weights/scheme.hpp"

namespace shardline::hf::detail {

/// Four bits in groups, each with a scale and a zero of 16 bits.
inline weight_format four_bits_with_zeros(integer group, precision math) {
  return grouped(precision::int4, math, group, 1, 16, 16);
}

/// The settings of one of torchao's classes, or of the function of older releases.
inline std::optional<weight_format> torchao_format(const fields& data, const std::string& type,
                                                   precision math) {
  if (type == "Int4WeightOnlyConfig" || type == "int4_weight_only") {
    return four_bits_with_zeros(read_group_size(data, 128), math);
  }
  if (type == "Int8WeightOnlyConfig" || type == "int8_weight_only" ||
      type == "Int8DynamicActivationInt8WeightConfig" ||
      type == "int8_dynamic_activation_int8_weight") {
    return formats::int8;
  }
  // A scale for each output, whatever the granularity: per tensor is 0.02 % less.
  if (type == "Float8WeightOnlyConfig" || type == "float8_weight_only" ||
      type == "Float8DynamicActivationFloat8WeightConfig" ||
      type == "float8_dynamic_activation_float8_weight") {
    return formats::fp8_channel;
  }
  return std::nullopt;
}

/// quant_type is a function's name with quant_type_kwargs, or an object of a class for "default".
inline void read_torchao(const fields& f, precision math, quantisation& q) {
  static const json nothing = json::object();
  const auto within = [](const fields& of, const char* key) {
    const json* found = of.object(key);
    return fields(found == nullptr ? nothing : *found, of.path_of(key), of.report());
  };
  const json* type = f.find("quant_type");
  const bool named = type != nullptr && type->is_string();
  const fields whole = named ? within(f, "quant_type_kwargs") : within(f, "quant_type");
  const fields own = named ? whole : within(whole, "default");
  const std::string word = named ? type->get<std::string>() : own.word("_type", "");
  q.format = torchao_format(named ? whole : within(own, "_data"), word, math);
  if (!q.format) {
    f.refuse("quant_type",
             quoted({"Int4WeightOnlyConfig", "Int8WeightOnlyConfig",
                     "Int8DynamicActivationInt8WeightConfig", "Float8WeightOnlyConfig",
                     "Float8DynamicActivationFloat8WeightConfig"}));
  }
}

/// HQQ of 4 bits: quant_config.weight_quant_params says the group.
inline void read_hqq(const fields& f, precision math, quantisation& q) {
  static const json nothing = json::object();
  const auto within = [](const fields& of, const char* key) {
    const json* found = of.object(key);
    if (found == nullptr) of.refuse(key, "an object");
    return fields(found == nullptr ? nothing : *found, of.path_of(key), of.report());
  };
  const fields outer = within(f, "quant_config");
  if (f.report().failed()) return;
  const fields own = within(outer, "weight_quant_params");
  if (f.report().failed()) return;
  (void)own.whole("nbits", {4, 4});
  q.format = four_bits_with_zeros(read_group_size(own, 64), math);
}

}  // namespace shardline::hf::detail
