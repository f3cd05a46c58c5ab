// SPDX-License-Identifier: BSL-1.0
/// NVIDIA's Model Optimizer: one algorithm, or MIXED_PRECISION with one for each module.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shardline/io/hf/weights/scheme.hpp"

namespace shardline::hf::detail {

/// An algorithm: the format of its matrices, multiplied in the model's own type where
/// `weight_only`.
///   group   its members may say group_size
struct modelopt_algorithm {
  std::string_view name{};
  weight_format format{};
  bool weight_only = false;
  bool group = false;
};

/// Those of modelopt/torch/export that serving engines load.
inline constexpr std::array modelopt_algorithms{
    modelopt_algorithm{"FP8", formats::fp8},
    modelopt_algorithm{"FP8_PER_CHANNEL_PER_TOKEN", formats::fp8_channel},
    modelopt_algorithm{"FP8_PB_WO", formats::fp8_block},
    modelopt_algorithm{"MXFP8", {precision::fp8, precision::fp8, 32, 1, 8}},
    modelopt_algorithm{"NVFP4", formats::nvfp4, false, true},
    modelopt_algorithm{"NVFP4_AWQ", formats::nvfp4, false, true},
    modelopt_algorithm{"W4A16_NVFP4", formats::nvfp4, true, true},
    modelopt_algorithm{"MXFP4", formats::mxfp4, true, true},
    modelopt_algorithm{"W4A16_MXFP4", formats::mxfp4, true, true},
    modelopt_algorithm{"W4A8_MXFP4_FP8", {precision::fp4, precision::fp8, 32, 1, 8}, false, true},
    modelopt_algorithm{"W4A16_AWQ", {precision::int4, precision::bf16, 128, 1, 16}, true, true},
    modelopt_algorithm{"W4A8_AWQ", {precision::int4, precision::fp8, 128, 1, 16}, false, true},
    modelopt_algorithm{"INT4_AWQ", {precision::int4, precision::bf16, 128, 1, 16}, true, true}};

inline weight_format read_algorithm(const fields& f, precision math) {
  const std::string wanted = f.word("quant_algo", "");
  std::string allowed;
  for (const modelopt_algorithm& a : modelopt_algorithms) {
    allowed += (allowed.empty() ? "" : ", ") + quoted({a.name});
    if (a.name != wanted) continue;
    weight_format format = a.format;
    if (a.weight_only) format.math = math;
    if (a.group) {
      format.group_k = static_cast<int>(f.whole_or("group_size", format.group_k, group_sizes));
    }
    return format;
  }
  f.refuse("quant_algo", allowed);
  return {};
}

/// quant_algo, kv_cache_quant_algo, group_size; and under MIXED_PRECISION `quantized_layers`, each
/// with its own, all others being left as they are.
inline void read_modelopt(const fields& f, precision math, quantisation& q) {
  if (f.word("quant_algo", "") == "MIXED_PRECISION") {
    const char* key = "quantized_layers";
    if (f.object(key) == nullptr) return f.refuse(key, "an object: the quant_algo of each module");
    q.list_path += (q.list_path.empty() ? "" : " and ") + f.path_of(key);
    for_each_member(f, key, [&](const fields& own, const std::string& name) {
      q.rules.push_back({name, f.path_of(key), read_algorithm(own, math)});
    });
  } else {
    q.format = read_algorithm(f, math);
  }
  const std::string kv = f.word("kv_cache_quant_algo", "");
  if (kv == "FP8") {
    q.kv_cache = precision::fp8;
  } else if (kv == "NVFP4") {
    q.kv_cache = cache_formats::nvfp4;
  } else if (!kv.empty()) {
    f.refuse("kv_cache_quant_algo", quoted({"FP8", "NVFP4"}) + ", null");
  }
  q.covers.insert(weight_class::head);
}

}  // namespace shardline::hf::detail
