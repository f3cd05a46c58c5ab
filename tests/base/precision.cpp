// SPDX-License-Identifier: BSL-1.0
#include "shardline/base/precision.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace shardline;

TEST_CASE("widths of elements; tf32 is stored in 32 bits") {
  using enum precision;
  CHECK(bits(fp32) == 32);
  CHECK(bits(tf32) == 32);
  CHECK(bits(bf16) == 16);
  CHECK(bits(fp16) == 16);
  CHECK(bits(fp8) == 8);
  CHECK(bits(int8) == 8);
  CHECK(bits(fp4) == 4);
  CHECK(bits(int4) == 4);
  CHECK(element_bytes(fp4) == 0.5);
  CHECK(element_bytes(bf16) == 2.0);
}

TEST_CASE("every precision has its own name") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < precision_count; ++i) names.insert(name(static_cast<precision>(i)));
  CHECK(names.size() == precision_count);
  CHECK(name(precision::bf16) == "bf16");
  CHECK(name(precision::int4) == "int4");
}

TEST_CASE("fp8 blocks of 128 x 128: 7168 x 2048 is 14,683,648 bytes") {
  CHECK(formats::fp8_block.scales(7168, 2048) == 56 * 16);
  CHECK(formats::fp8_block.matrix_bytes(7168, 2048) == 14683648.0);
}

TEST_CASE("a block that is not full has a scale all the same") {
  CHECK(formats::fp8_block.scales(129, 128) == 2);
  CHECK(formats::fp8_block.scales(1, 1) == 1);
  CHECK(formats::fp8_block.matrix_bytes(129, 128) == 129.0 * 128.0 + 8.0);
}

TEST_CASE("4-bit formats by hand: 4096 x 1024") {
  constexpr double elements = 4096.0 * 1024.0 / 2.0;
  // mxfp4: one byte for each 32 along k; nvfp4: for each 16; int4_g128: 20 bits for each 128.
  CHECK(formats::mxfp4.matrix_bytes(4096, 1024) == elements + 128.0 * 1024.0);
  // nvfp4 has one fp32 scale more for each matrix.
  CHECK(formats::nvfp4.matrix_bytes(4096, 1024) == elements + 256.0 * 1024.0 + 4.0);
  CHECK(formats::int4_g128.matrix_bytes(4096, 1024) == elements + 32.0 * 1024.0 * 2.5);
}

TEST_CASE("scales per tensor and per channel") {
  CHECK(formats::fp8.matrix_bytes(100, 200) == 20000.0 + 4.0);
  CHECK(formats::fp8_channel.matrix_bytes(100, 200) == 20000.0 + 200.0 * 4.0);
  CHECK(formats::int8.matrix_bytes(100, 200) == 20000.0 + 200.0 * 4.0);
}

TEST_CASE("scales of 1 x 128 groups, and what is stored once whatever the shape") {
  CHECK(formats::fp8_group.scales(7168, 2048) == 56 * 2048);
  CHECK(formats::fp8_group.matrix_bytes(7168, 2048) == 14680064.0 + 56.0 * 2048.0 * 4.0);
  constexpr weight_format once{precision::fp8, precision::fp8, 0, 0, 0, 0, 32};
  CHECK(once.scales(100, 200) == 0);
  CHECK(once.matrix_bytes(100, 200) == 20000.0 + 4.0);
  CHECK(once.matrix_bytes(1, 1) == 5.0);
}

TEST_CASE("a vector of the cache: elements, and a scale per group, the last one started counting") {
  CHECK(cache_format(precision::bf16).bytes(128) == 256.0);
  CHECK(cache_format(precision::fp8).bytes(576) == 576.0);
  CHECK(cache_formats::nvfp4.bytes(128) == 64.0 + 8.0);
  CHECK(cache_formats::nvfp4.bytes(129) == 64.5 + 9.0);
  CHECK(cache_formats::fp8_head.bytes(128) == 128.0 + 4.0);
  // DeepSeek-V3.2's cache of 512 latent values in fp8 with a scale per 128: 512 + 16 bytes.
  CHECK(cache_format(precision::fp8, 128, 32).bytes(512) == 528.0);
  CHECK(cache_format(precision::fp8, 128, 0).bytes(512) == 512.0);  // no scales, whatever the group
}

TEST_CASE("formats without scales store elements and nothing else") {
  CHECK(formats::fp32.matrix_bytes(3, 5) == 60.0);
  CHECK(formats::bf16.matrix_bytes(3, 5) == 30.0);
  CHECK(formats::bf16.scales(3, 5) == 0);
}

TEST_CASE("what a format is multiplied in: weight-only formats in bf16, fp8 in fp8, fp32 in tf32") {
  CHECK(formats::fp32.math == precision::tf32);
  CHECK(formats::fp8_block.math == precision::fp8);
  CHECK(formats::mxfp4.math == precision::bf16);
  CHECK(formats::nvfp4.math == precision::fp4);
  CHECK(formats::int4_g128.math == precision::bf16);
}

static_assert(!is_mxfp4(formats::nvfp4) && formats::nvfp4.group_k == 16);
static_assert(is_mxfp4(formats::mxfp4) && formats::mxfp4.group_k == 32);
