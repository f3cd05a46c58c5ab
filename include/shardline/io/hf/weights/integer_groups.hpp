// SPDX-License-Identifier: BSL-1.0
/// GPTQ, AWQ, AutoRound and bitsandbytes: integers in groups, multiplied in the model's own type.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shardline/io/hf/weights/scheme.hpp"

namespace shardline::hf::detail {

/// Integers with a zero point per group; what the settings leave unsaid is as in `usual`.
inline weight_format read_integer_groups(const fields& f, precision math, bool zero_points,
                                         const weight_format& usual) {
  const integer bits = f.whole_or("bits", shardline::bits(usual.element), {1, 16});
  if (bits != 4 && bits != 8) f.refuse("bits", "4, 8");
  const precision element = bits == 8 ? precision::int8 : precision::int4;
  const integer group = read_group_size(f, usual.group_k == 0 ? -1 : usual.group_k);
  return grouped(element, math, group, 1, 16, zero_points ? static_cast<int>(bits) : 0);
}

/// The same where `bits` must be said, in groups of 128 unless said otherwise.
inline weight_format read_stated_groups(const fields& f, precision math, bool zero_points) {
  if (f.find("bits") == nullptr) f.refuse("bits", "4, 8");
  return read_integer_groups(f, math, zero_points, formats::int4_g128);
}

/// GPTQModel's `dynamic`: "-:" leaves out what the expression behind it names, "+:" or nothing
/// gives it other bits or groups.
inline void read_dynamic(const fields& f, precision math, const weight_format& usual,
                         quantisation& q) {
  if (f.find("dynamic") == nullptr || f.find("dynamic")->is_boolean()) return;
  const std::string path = f.path_of("dynamic");
  q.list_path += (q.list_path.empty() ? "" : " and ") + path;
  for_each_member(f, "dynamic", [&](const fields& rule, const std::string& key) {
    const bool out = key.starts_with("-:");
    const bool marked = out || key.starts_with("+:");
    const std::string text = "re:" + (marked ? key.substr(2) : key);
    if (out) {
      q.rules.push_back({text, path, {}});
    } else {
      q.rules.push_back({text, path, read_integer_groups(rule, math, true, usual)});
    }
  });
}

/// `modules_in_block_to_quantize` lists, in lists, the only modules that are quantised.
inline void read_modules_in_block(const fields& f, quantisation& q) {
  const char* key = "modules_in_block_to_quantize";
  const json* lists = f.find(key);
  if (lists == nullptr) return;
  const std::string path = f.path_of(key);
  q.list_path += (q.list_path.empty() ? "" : " and ") + path;
  const auto add = [&](const json& entry) {
    const auto* name = entry.get_ptr<const json::string_t*>();
    if (name == nullptr) return f.refuse(key, "lists of names");
    q.rules.push_back({*name, path, q.format});
  };
  if (!lists->is_array()) return f.refuse(key, "lists of names");
  for (const json& list : *lists) {
    if (!list.is_array()) {
      add(list);
      continue;
    }
    for (const json& entry : list) add(entry);
  }
  q.format.reset();
}

inline void read_gptq(const fields& f, precision math, quantisation& q) {
  const weight_format format = read_stated_groups(f, math, true);
  q.format = format;
  if (f.flag("lm_head", false)) q.covers.insert(weight_class::head);
  read_dynamic(f, math, format, q);
  read_modules_in_block(f, q);
}

/// AutoRound's floats: NVFP4, MXFP4 or MXFP8, multiplied in the model's own type where activations
/// keep 16 bits.
inline weight_format read_round_floats(const fields& f, precision math, const std::string& type) {
  const integer bits = f.whole("bits", {1, 16});
  const bool nv = type == "nv_fp";
  if (bits != 4 && (nv || bits != 8)) f.refuse("bits", nv ? "4" : "4, 8");
  weight_format format = nv ? formats::nvfp4 : formats::mxfp4;
  if (bits == 8) format = mxfp8(precision::fp8);
  (void)f.whole_or("group_size", format.group_k, {format.group_k, format.group_k});
  const integer act_bits = f.whole_or("act_bits", 16, {1, 32});
  format.math = act_bits >= 16 ? math : act_bits == 4 ? precision::fp4 : precision::fp8;
  return format;
}

inline weight_format read_round_format(const fields& f, precision math) {
  const std::string type = f.choice("data_type", {"int", "nv_fp", "mx_fp"});
  if (type == "nv_fp" || type == "mx_fp") return read_round_floats(f, math, type);
  return read_stated_groups(f, math, !f.flag("sym", true));
}

/// Modules named in `extra_config` have bits of their own, 16 leaving them as they are.
inline void read_auto_round(const fields& f, precision math, quantisation& q) {
  const weight_format format = read_round_format(f, math);
  q.format = format;
  if (f.flag("quant_lm_head", false)) q.covers.insert(weight_class::head);
  if (f.find("extra_config") == nullptr) return;
  const std::string path = f.path_of("extra_config");
  q.list_path += (q.list_path.empty() ? "" : " and ") + path;
  for_each_member(f, "extra_config", [&](const fields& own, const std::string& name) {
    if (own.whole_or("bits", shardline::bits(format.element), {1, 32}) >= 16) {
      q.rules.push_back({name, path, {}});
    } else {
      const bool zeros = !own.flag("sym", format.zero_bits == 0);
      q.rules.push_back({name, path, read_integer_groups(own, math, zeros, format)});
    }
  });
}

/// bitsandbytes: 4 bits in blocks of 64 with an fp32 scale, or of 8 bits where scales are quantised
/// again (QLoRA, arXiv 2305.14314; the second scale, of 256 blocks, is left out: 0.05 %); 8 bits
/// with a scale per output (LLM.int8).
inline void read_bitsandbytes(const fields& f, precision math, quantisation& q) {
  if (f.flag("load_in_4bit", false)) {
    (void)f.choice("bnb_4bit_quant_type", {"fp4", "nf4"});
    const bool twice = f.flag("bnb_4bit_use_double_quant", false);
    q.format = grouped(precision::int4, math, 64, 1, twice ? 8 : 32);
  } else if (f.flag("load_in_8bit", false)) {
    q.format = formats::int8;
  } else {
    f.refuse("load_in_4bit", "true, or load_in_8bit");
  }
}

}  // namespace shardline::hf::detail
