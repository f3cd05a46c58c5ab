// SPDX-License-Identifier: BSL-1.0
/// Quantisation settings to storage formats: `quantization_config` of config.json, and the
/// hf_quant_config.json that NVIDIA's Model Optimizer writes beside it. A method is a file here and
/// a line of read_quantisation().
#pragma once

#include <string>
#include <string_view>

#include "shardline/io/hf/weights/compressed_tensors.hpp"
#include "shardline/io/hf/weights/integer_groups.hpp"
#include "shardline/io/hf/weights/modelopt.hpp"
#include "shardline/io/hf/weights/quark.hpp"
#include "shardline/io/hf/weights/scheme.hpp"
#include "shardline/io/hf/weights/torchao.hpp"

namespace shardline::hf {

namespace detail {

/// weight_block_size is [outputs, inputs]; without it one scale serves a whole matrix. Blocks of
/// one output by 32 inputs are MXFP8's, with exponents for scales.
inline weight_format read_fp8(const fields& f) {
  (void)f.choice("activation_scheme", {"dynamic", "static"});
  if (f.find("weight_block_size") == nullptr) return formats::fp8;
  const auto block = read_block(f, "weight_block_size");
  if (!block) return {};
  if (*block == std::array<integer, 2>{1, 32}) return mxfp8(precision::fp8);
  return grouped(precision::fp8, precision::fp8, (*block)[1], (*block)[0], 32);
}

/// What the settings call themselves; where they do not, what only one method writes.
inline std::string read_method(const fields& f) {
  std::string stated = f.word("quant_method", "");
  if (!stated.empty()) return stated;
  std::string found;
  if (f.find("config_groups") != nullptr) found = "compressed-tensors";
  if (f.find("quant_algo") != nullptr) found = "modelopt";
  if (f.find("global_quant_config") != nullptr) found = "quark";
  if (!found.empty()) f.note("quant_method", "missing; read as " + quoted({found}));
  const bool groups = f.find("bits") != nullptr && f.find("group_size") != nullptr;
  if (found.empty() && groups) {
    f.refuse("quant_method",
             "one that says how weights are stored: bits and group_size alone are "
             "MLX's, whose formats are served by no engine here");
  }
  return found;
}

/// 8-bit integers in blocks (SGLang), with a scale each.
inline weight_format read_int8_blocks(const fields& f) {
  (void)f.choice("activation_scheme", {"dynamic"});
  const auto block = read_block(f, "weight_block_size");
  if (!block) f.refuse("weight_block_size", "[outputs, inputs] of a block");
  if (!block) return {};
  return grouped(precision::int8, precision::int8, (*block)[1], (*block)[0], 32);
}

inline void read_settings(const fields& f, const std::string& method, precision math,
                          quantisation& q) {
  if (method == "fp8") {
    q.format = read_fp8(f);
  } else if (method == "fbgemm_fp8" || method == "w8a8_fp8") {
    q.format = formats::fp8_channel;
  } else if (method == "w8a8_int8") {
    q.format = formats::int8;
  } else if (method == "blockwise_int8") {
    q.format = read_int8_blocks(f);
  } else if (method == "compressed-tensors") {
    read_compressed_tensors(f, math, q);
  } else if (method == "mxfp4") {
    q.format = formats::mxfp4;
    q.format->math = math;
    q.covers = {weight_class::routed_expert};
  } else if (method == "mxfp8") {
    q.format = mxfp8(precision::fp8);
  } else if (method == "gptq" || method == "gptq_marlin" || method == "marlin") {
    read_gptq(f, math, q);
  } else if (method == "awq" || method == "awq_marlin") {
    q.format = read_stated_groups(f, math, f.flag("zero_point", true));
  } else if (method == "auto-round" || method == "intel/auto-round") {
    read_auto_round(f, math, q);
  } else if (method == "bitsandbytes") {
    read_bitsandbytes(f, math, q);
  } else if (method == "torchao") {
    read_torchao(f, math, q);
  } else if (method == "hqq") {
    read_hqq(f, math, q);
  } else if (method == "quark") {
    read_quark(f, math, q);
  } else if (method.starts_with("modelopt")) {
    read_modelopt(f, math, q);
  } else {
    f.refuse("quant_method",
             quoted({"fp8", "fbgemm_fp8", "w8a8_fp8", "w8a8_int8", "blockwise_int8",
                     "compressed-tensors", "mxfp4", "mxfp8", "gptq", "awq", "auto-round",
                     "bitsandbytes", "torchao", "hqq", "quark", "modelopt"}));
  }
}

}  // namespace detail

/// The settings in `f`, for a model whose weights are in `own`; an unknown method is a fault that
/// names it.
[[nodiscard]] inline quantisation read_quantisation(const fields& f, const weight_format& own) {
  quantisation q;
  q.path = f.path();
  q.kv_cache = detail::read_kv_scheme(f, own.element);
  detail::read_exceptions(f, q);
  detail::read_settings(f, detail::read_method(f), own.math, q);
  return q;
}

}  // namespace shardline::hf
