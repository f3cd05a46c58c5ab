/// Quantisation settings to storage formats: `quantization_config` of config.json, and the
/// hf_quant_config.json that NVIDIA's Model Optimizer writes beside it.
///
/// Embedding, norms and router keep the model's dtype whatever the settings say, and so does the
/// head unless they cover it: serving engines load them so.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shardline/io/hf/reader.hpp"
#include "shardline/io/hf/weights/patterns.hpp"
#include "shardline/model/model.hpp"

namespace shardline::hf {

/// What one quantisation method does, before its exceptions.
struct quantisation {
  weight_format format{};
  bool experts_only = false;  // mxfp4 as gpt-oss uses it
  bool head = false;          // the head is quantised too, if it is not among the exceptions
  cache_format kv_cache{};
  std::string path{};       // where the settings were found
  std::string list_path{};  // and the exceptions, all lists of them
  std::vector<listed_exception> left_out{};
};

namespace detail {

inline constexpr range group_sizes = above_0(field::scale_group);

// fp32 scales, as formats::fp8 and its relatives have them; 16 bits for int4, as
// formats::int4_g128.
inline weight_format grouped(precision element, precision math, count group_k, count group_n,
                             int scale_bits, int zero_bits = 0) {
  return {element,    math,     static_cast<int>(group_k), static_cast<int>(group_n),
          scale_bits, zero_bits};
}

inline void read_exceptions(const fields& f, quantisation& q) {
  for (const char* key :
       {"modules_to_not_convert", "ignored_layers", "ignore", "exclude_modules"}) {
    if (f.find(key) == nullptr) continue;
    const std::string path = f.path_of(key);
    q.list_path += (q.list_path.empty() ? "" : " and ") + path;
    for (const std::string& entry : f.words(key)) q.left_out.push_back({entry, path});
  }
}

/// weight_block_size is [outputs, inputs]; without it one scale serves a whole matrix.
inline weight_format read_fp8(const fields& f) {
  (void)f.choice("activation_scheme", {"dynamic", "static"});
  const json* block = f.find("weight_block_size");
  if (block == nullptr) return formats::fp8;
  if (block->is_array() && block->size() == 2) {
    const auto outputs = whole_number((*block)[0]);
    const auto inputs = whole_number((*block)[1]);
    if (outputs && inputs && *outputs >= 1 && *inputs >= 1 && *outputs <= group_sizes.most &&
        *inputs <= group_sizes.most) {
      return grouped(precision::fp8, precision::fp8, *inputs, *outputs, 32);
    }
  }
  f.refuse("weight_block_size", group_sizes.text("two whole numbers"));
  return {};
}

/// The length of a group along the inputs; -1 is a whole column.
inline count read_group_size(const fields& f, count fallback) {
  const count size = f.whole_or("group_size", fallback, {-1, group_sizes.most});
  if (size == 0) f.refuse("group_size", group_sizes.text("-1, or a whole number"));
  return size < 0 ? 0 : size;
}

/// GPTQ and AWQ: integers with a zero point per group, multiplied in the model's own type.
inline weight_format read_integer_groups(const fields& f, precision math, bool zero_points) {
  const json* stated = f.find("bits");
  const count bits = stated == nullptr ? 0 : whole_number(*stated).value_or(0);
  if (bits != 4 && bits != 8) f.refuse("bits", "4, 8");
  const precision element = bits == 8 ? precision::int8 : precision::int4;
  return grouped(element, math, read_group_size(f, 128), 1, 16,
                 zero_points ? static_cast<int>(bits) : 0);
}

inline weight_format read_gptq(const fields& f, precision math) {
  if (const json* rules = f.find("dynamic"); rules != nullptr && !rules->empty()) {
    f.refuse("dynamic", "no rules per module");
  }
  if (f.find("modules_in_block_to_quantize") != nullptr) {
    f.refuse("modules_in_block_to_quantize", "null");
  }
  return read_integer_groups(f, math, true);
}

inline bool is_eight_bit(const fields& f, const char* key, std::string_view type) {
  const json* object = f.object(key);
  if (object == nullptr) return false;
  const fields scheme(*object, f.path_of(key), f.report());
  return scheme.whole("num_bits") == 8 && scheme.word("type", "int") == type;
}

inline cache_format read_kv_scheme(const fields& f, precision fallback) {
  if (f.object("kv_cache_scheme") == nullptr) return fallback;
  if (is_eight_bit(f, "kv_cache_scheme", "float")) return precision::fp8;
  if (is_eight_bit(f, "kv_cache_scheme", "int")) return precision::int8;
  f.refuse("kv_cache_scheme", "8 bits, float or int");
  return fallback;
}

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
  const json* block = w.find("block_structure");
  if (strategy == "block" && block != nullptr && block->is_array() && block->size() == 2) {
    const count outputs = whole_number((*block)[0]).value_or(0);
    const count inputs = whole_number((*block)[1]).value_or(0);
    if (outputs >= 1 && inputs >= 1 && outputs <= group_sizes.most && inputs <= group_sizes.most) {
      return grouped(element, math, inputs, outputs, scale_bits, zero_bits);
    }
    w.refuse("block_structure", group_sizes.text("two whole numbers"));
  } else {
    w.refuse("strategy", quoted({"tensor", "channel", "group", "tensor_group", "block"}));
  }
  return {};
}

/// `weights` of one config group; `group` says whether activations are quantised too.
inline weight_format read_compressed_weights(const fields& w, const fields& group, precision math) {
  const std::string type = w.word("type", "int");
  const count bits = w.whole("num_bits", {1, 16});
  const bool floats = type == "float";
  const bool activations = group.object("input_activations") != nullptr;
  const bool eight_bit_activations =
      activations && is_eight_bit(group, "input_activations", floats ? "float" : "int");
  const int zeros = w.flag("symmetric", true) ? 0 : static_cast<int>(bits);
  if (floats && bits == 8) {
    return read_strategy(w, precision::fp8, eight_bit_activations ? precision::fp8 : math, 32, 0);
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

inline void read_compressed_tensors(const fields& f, precision math, quantisation& q) {
  if (const json* sparsity = f.object("sparsity_config"); sparsity != nullptr) {
    const fields s(*sparsity, f.path_of("sparsity_config"), f.report());
    (void)s.choice("format", {"dense"});
  }
  const json* groups = f.object("config_groups");
  if (groups == nullptr || groups->size() != 1) {
    return f.refuse("config_groups", "one group: all that is quantised has one format");
  }
  const std::string name = printable(groups->begin().key());
  const std::string path = f.path_of("config_groups") + "." + name;
  if (!groups->begin()->is_object()) {
    return f.report().fail(path + ": " + shown(*groups->begin()) + "; allowed: an object");
  }
  const fields group(*groups->begin(), path, f.report());
  for (const std::string& target : group.words("targets")) {
    if (target != "Linear") group.refuse("targets", quoted({"Linear"}));
  }
  const json* weights = group.object("weights");
  if (weights == nullptr) return group.refuse("weights", "an object");
  const fields w(*weights, group.path_of("weights"), f.report());
  q.format = read_compressed_weights(w, group, math);
  q.head = true;
}

/// Model Optimizer: quant_algo, kv_cache_quant_algo, group_size.
inline void read_modelopt(const fields& f, quantisation& q) {
  const std::string algorithm = f.word("quant_algo", "");
  if (algorithm == "FP8") {
    q.format = formats::fp8;
  } else if (algorithm == "NVFP4") {
    q.format = formats::nvfp4;
    q.format.group_k = static_cast<int>(f.whole_or("group_size", 16, group_sizes));
  } else {
    f.refuse("quant_algo", quoted({"FP8", "NVFP4"}));
  }
  const std::string kv = f.word("kv_cache_quant_algo", "");
  if (kv == "FP8") {
    q.kv_cache = precision::fp8;
  } else if (kv == "NVFP4") {
    q.kv_cache = cache_formats::nvfp4;
  } else if (!kv.empty()) {
    f.refuse("kv_cache_quant_algo", quoted({"FP8", "NVFP4"}) + ", null");
  }
  q.head = true;
}

}  // namespace detail

/// The settings in `f`, for a model whose weights are in `own`; an unknown method is a fault that
/// names it.
[[nodiscard]] inline quantisation read_quantisation(const fields& f, const weight_format& own) {
  quantisation q;
  q.path = f.path();
  q.kv_cache = detail::read_kv_scheme(f, own.element);
  detail::read_exceptions(f, q);
  const std::string method = f.word("quant_method", "");
  if (method == "fp8") {
    q.format = detail::read_fp8(f);
  } else if (method == "fbgemm_fp8") {
    q.format = formats::fp8_channel;
  } else if (method == "compressed-tensors") {
    detail::read_compressed_tensors(f, own.math, q);
  } else if (method == "mxfp4") {
    q.format = formats::mxfp4;
    q.format.math = own.math;
    q.experts_only = true;
  } else if (method == "gptq") {
    q.format = detail::read_gptq(f, own.math);
    q.head = f.flag("lm_head", false);
  } else if (method == "awq") {
    q.format = detail::read_integer_groups(f, own.math, f.flag("zero_point", true));
  } else if (method == "modelopt" || method == "modelopt_fp4") {
    detail::read_modelopt(f, q);
  } else {
    f.refuse("quant_method", quoted({"fp8", "fbgemm_fp8", "compressed-tensors", "mxfp4", "gptq",
                                     "awq", "modelopt"}));
  }
  return q;
}

}  // namespace shardline::hf
