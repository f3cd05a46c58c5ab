// SPDX-License-Identifier: BSL-1.0
/// Number formats: the element types hardware multiplies in, and how a weight matrix is stored.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/base/integer.hpp"

namespace shardline {

/// Element types with a datasheet peak or a stored width. tf32 is stored in 32 bits.
enum class precision : unsigned char { fp32, tf32, bf16, fp16, fp8, int8, fp4, int4 };
inline constexpr std::size_t precision_count = 8;

// Tables stand at namespace scope: a local constexpr array is copied to the stack at every call.
namespace detail {
inline constexpr std::array<integer, precision_count> precision_bits{32, 32, 16, 16, 8, 8, 4, 4};
inline constexpr std::array<double, precision_count> precision_bytes{4.0, 4.0, 2.0, 2.0,
                                                                     1.0, 1.0, 0.5, 0.5};
inline constexpr std::array<std::string_view, precision_count> precision_names{
    "fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp4", "int4"};
}  // namespace detail

/// Bits of an element, scales not counted: as the name says, and 32 for tf32, which is stored as
/// fp32. Source for fp8 and fp4: OCP's 8-bit Floating Point and Microscaling specifications.
///   bits(precision::fp8) = 8, bits(precision::fp4) = 4   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr integer bits(precision p) noexcept {
  return detail::precision_bits[static_cast<std::size_t>(p)];
}

/// Bytes of one element, scales not counted: bits(p) / 8.
///   element_bytes(precision::bf16) = 2, element_bytes(precision::fp4) = 0.5
///   (tests/base/precision.cpp)
[[nodiscard]] constexpr double element_bytes(precision p) noexcept {
  return detail::precision_bytes[static_cast<std::size_t>(p)];
}

/// The name, as options and files spell it.
///   name(precision::bf16) = "bf16", of 4 letters   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr std::string_view name(precision p) noexcept {
  return detail::precision_names[static_cast<std::size_t>(p)];
}

/// How a k x n weight matrix (k inputs, n outputs) is stored and multiplied.
///
///   bytes(k, n) = k n bits / 8 + scales (scale_bits + zero_bits) / 8 + matrix_bits / 8
///   scales      = ceil(k / group_k) ceil(n / group_n), a group of 0 meaning the whole dimension
///   matrix_bits = what is stored once per matrix (nvfp4's second scale)
///
/// `math` is the type the tensor cores multiply in: fp8 weights with fp8 activations have
/// math = fp8, weight-only formats (mxfp4 as gpt-oss ships it) have math = bf16.
struct weight_format {
  precision element = precision::bf16;
  precision math = precision::bf16;
  int group_k = 0;
  int group_n = 0;
  int scale_bits = 0;  // 0: no scales
  int zero_bits = 0;
  int matrix_bits = 0;

  friend constexpr bool operator==(const weight_format&, const weight_format&) noexcept = default;

  /// Number of scales of a k x n matrix:
  /// fp8_block of 7168 x 2048 has 896 (tests/base/precision.cpp).
  [[nodiscard]] constexpr integer scales(integer k, integer n) const noexcept {
    if (scale_bits + zero_bits == 0) return 0;
    return (group_k == 0 ? 1 : ceil_div(k, group_k)) * (group_n == 0 ? 1 : ceil_div(n, group_n));
  }

  /// Stored bytes of one k x n matrix, scales and zero points included.
  [[nodiscard]] constexpr double matrix_bytes(integer k, integer n) const noexcept {
    const auto elements = static_cast<double>(k) * static_cast<double>(n);
    if (scale_bits + zero_bits + matrix_bits == 0) return elements * element_bytes(element);
    const auto extra = static_cast<double>(scales(k, n));
    return elements * element_bytes(element) +
           extra * static_cast<double>(scale_bits + zero_bits) / 8.0 +
           static_cast<double>(matrix_bits) / 8.0;
  }
};

/// Storage formats in use today. Scale layouts:
///   fp8_block    DeepSeek-V3 config.json `weight_block_size` [128, 128], fp32 scales
///   fp8_group    groups of 128 along k, fp32 scales (DeepSeek-V3's activations, 1 x 128)
///   mxfp4        OCP Microscaling Formats v1.0: blocks of 32 along k, 8-bit exponent
///   nvfp4        NVIDIA: blocks of 16 along k, fp8 scale, and one fp32 scale per matrix
///   int4_g128    GPTQ/AWQ groups of 128 along k, fp16 scale, 4-bit zero point
/// Worked number: fp8_block of 7168 x 2048 is 14,680,064 + 56 * 16 * 4 = 14,683,648 bytes.
namespace formats {

inline constexpr weight_format fp32{precision::fp32, precision::tf32};
inline constexpr weight_format bf16{precision::bf16, precision::bf16};
inline constexpr weight_format tf32{precision::tf32, precision::tf32};
inline constexpr weight_format fp16{precision::fp16, precision::fp16};
inline constexpr weight_format fp8{precision::fp8, precision::fp8, 0, 0, 32};
inline constexpr weight_format fp8_channel{precision::fp8, precision::fp8, 0, 1, 32};
inline constexpr weight_format fp8_block{precision::fp8, precision::fp8, 128, 128, 32};
inline constexpr weight_format fp8_group{precision::fp8, precision::fp8, 128, 1, 32};
inline constexpr weight_format int8{precision::int8, precision::int8, 0, 1, 32};
inline constexpr weight_format int4_g128{precision::int4, precision::bf16, 128, 1, 16, 4};
inline constexpr weight_format mxfp4{precision::fp4, precision::bf16, 32, 1, 8};
inline constexpr weight_format nvfp4{precision::fp4, precision::fp4, 16, 1, 8, 0, 32};

}  // namespace formats

/// Whether matrices are stored as MXFP4 (blocks of 32 along k with 8 bits of scale: OCP
/// Microscaling Formats v1.0), whatever they are multiplied in.
///   is_mxfp4(formats::nvfp4) == false: blocks of 16   (tests/base/precision.cpp)
[[nodiscard]] constexpr bool is_mxfp4(weight_format f) noexcept {
  f.math = formats::mxfp4.math;
  return f == formats::mxfp4;
}

/// How the vectors of a KV cache are stored: `group` consecutive values of a vector share one scale
/// of `scale_bits`; without scale_bits there is none (a scale for a whole layer is not counted).
///   bytes(d) = d bits / 8 + ceil(d / group) scale_bits / 8, a group of 0 meaning the whole vector
///   cache_format(precision::fp8).bytes(576) = 576
///   cache_formats::nvfp4.bytes(128) = 64 + 8 = 72   (tests/base/precision.cpp)
struct cache_format {
  precision element = precision::bf16;
  int group = 0;
  int scale_bits = 0;

  constexpr cache_format() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): an element without scales is a format already
  constexpr cache_format(precision element_type, int values_per_scale = 0,
                         int bits_per_scale = 0) noexcept
      : element(element_type), group(values_per_scale), scale_bits(bits_per_scale) {}

  friend constexpr bool operator==(const cache_format&, const cache_format&) noexcept = default;

  /// Stored bytes of one vector of `values` values.
  [[nodiscard]] constexpr double bytes(integer values) const noexcept {
    const integer scales = scale_bits == 0 ? 0 : group == 0 ? 1 : ceil_div(values, group);
    return static_cast<double>(values) * element_bytes(element) +
           static_cast<double>(scales) * static_cast<double>(scale_bits) / 8.0;
  }
};

/// Cache formats with scales.
///   fp8_head   one fp32 scale per token and head (vLLM's per-token-head fp8)
///   nvfp4      blocks of 16 values, fp8 scale (TensorRT-LLM's nvfp4 cache)
namespace cache_formats {

inline constexpr cache_format fp8_head{precision::fp8, 0, 32};
inline constexpr cache_format nvfp4{precision::fp4, 16, 8};

}  // namespace cache_formats

}  // namespace shardline
