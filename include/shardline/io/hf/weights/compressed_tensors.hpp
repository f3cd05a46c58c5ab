// SPDX-License-Identifier: BSL-1.0
/// compressed-tensors: groups of settings, each of the matrices that its targets name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shardline/io/hf/weights/scheme.hpp"

namespace shardline::hf::detail {

/// The groups of compressed-tensors' `weights`: strategy tensor, channel, block, group,
/// tensor_group.
inline weight_format read_strategy(const fields& w, precision element, precision math,
                                   int scale_bits, int zero_bits) {
  const std::string strategy = w.word("strategy", "tensor");
  if (strategy == "tensor") return grouped(element, math, 0, 0, scale_bits, zero_bits);
  if (strategy == "channel") return grouped(element, math, 0, 1, scale_bits, zero_bits);
  if (strategy == "group" || strategy == "tensor_group") {
    weight_format format =
        grouped(element, math, w.whole("group_size", group_sizes), 1, scale_bits, zero_bits);
    if (strategy == "tensor_group") format.matrix_bits = 32;  // nvfp4's second scale
    return format;
  }
  if (strategy == "block") {
    if (w.find("block_structure") == nullptr) {
      w.refuse("block_structure", group_sizes.text("two whole numbers"));
    }
    const auto block = read_block(w, "block_structure").value_or(std::array<integer, 2>{});
    return grouped(element, math, block[1], block[0], scale_bits, zero_bits);
  }
  w.refuse("strategy", quoted({"tensor", "channel", "group", "tensor_group", "block"}));
  return {};
}

/// Scales of 8-bit floats are fp32, but exponents of 8 bits where the group says so (MXFP8).
inline int float_scale_bits(const fields& w) {
  return w.word("scale_dtype", "").ends_with("uint8") ? 8 : 32;
}

/// `weights` of one config group; `group` says whether activations are quantised too.
inline weight_format read_compressed_weights(const fields& w, const fields& group, precision math) {
  const std::string type = w.word("type", "int");
  const integer bits = w.whole("num_bits", {1, 16});
  const bool floats = type == "float";
  const bool activations = group.object("input_activations") != nullptr;
  const bool eight_bit_activations =
      activations && is_eight_bit(group, "input_activations", floats ? "float" : "int");
  const int zeros = w.flag("symmetric", true) ? 0 : static_cast<int>(bits);
  if (floats && bits == 8) {
    return read_strategy(w, precision::fp8, eight_bit_activations ? precision::fp8 : math,
                         float_scale_bits(w), 0);
  }
  if (floats && bits == 4) {
    return read_strategy(w, precision::fp4, activations ? precision::fp4 : math, 8, 0);
  }
  if (type == "int" && bits == 8) {
    return read_strategy(w, precision::int8, eight_bit_activations ? precision::int8 : math, 32,
                         zeros);
  }
  if (type == "int" && bits == 4) {
    return read_strategy(w, precision::int4, eight_bit_activations ? precision::int8 : math, 16,
                         zeros);
  }
  w.refuse("num_bits", "8 or 4, type float or int");
  return {};
}

/// One group: of all linear layers, or of those that its targets name.
inline void read_compressed_group(const fields& group, precision math, quantisation& q) {
  const json* weights = group.object("weights");
  if (weights == nullptr) return group.refuse("weights", "an object");
  const fields w(*weights, group.path_of("weights"), group.report());
  const weight_format format = read_compressed_weights(w, group, math);
  const std::string path = group.path_of("targets");
  for (const std::string& target : group.words("targets")) {
    if (target != "Linear") {
      q.list_path += (q.list_path.empty() ? "" : " and ") + path;
      q.rules.push_back({target, path, format});
    } else if (q.format && *q.format != format) {
      group.refuse("targets", R"("Linear" in one group alone)");
    } else {
      q.format = format;
    }
  }
}

inline void read_compressed_tensors(const fields& f, precision math, quantisation& q) {
  if (const json* sparsity = f.object("sparsity_config"); sparsity != nullptr) {
    const fields s(*sparsity, f.path_of("sparsity_config"), f.report());
    (void)s.choice("format", {"dense"});
  }
  const json* groups = f.object("config_groups");
  if (groups == nullptr || groups->empty()) {
    return f.refuse("config_groups", "an object with a group");
  }
  for_each_member(f, "config_groups", [&](const fields& group, const std::string&) {
    read_compressed_group(group, math, q);
  });
  q.covers.insert(weight_class::head);
}

}  // namespace shardline::hf::detail
