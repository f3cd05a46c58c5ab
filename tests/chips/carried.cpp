// SPDX-License-Identifier: BSL-1.0
// Multiplications of models' layers on every chip of the catalog: what is carried from a measured
// chip to another makes 8 bits no slower than 16, better hardware no slower than worse, and no row
// dear.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/index.hpp"

using namespace shardline;

namespace {

constexpr weight_format plain_fp8{precision::fp8, precision::fp8};

// Inner and outer sizes of a dense layer's four matrices on one rank.
struct dense_layer {
  std::string_view name;
  std::array<std::array<integer, 2>, 4> sizes;
};
constexpr std::array model_layers{
    dense_layer{"Llama 8B", {{{4096, 6144}, {4096, 4096}, {4096, 28672}, {14336, 4096}}}},
    dense_layer{"Llama 8B, tp 4", {{{4096, 1536}, {1024, 4096}, {4096, 7168}, {3584, 4096}}}},
    dense_layer{"Llama 70B, tp 8", {{{8192, 1280}, {1024, 8192}, {8192, 7168}, {3584, 8192}}}},
    dense_layer{"Llama 70B, tp 2", {{{8192, 5120}, {4096, 8192}, {8192, 28672}, {14336, 8192}}}},
    dense_layer{"Qwen 32B, tp 4", {{{5120, 1792}, {1280, 5120}, {5120, 13824}, {6912, 5120}}}},
    dense_layer{"Falcon 40B, tp 2", {{{8192, 4608}, {4096, 8192}, {8192, 16384}, {16384, 8192}}}}};

double layer_seconds(const fitted_accelerator<double>& a, const dense_layer& l,
                     const weight_format& f, double rows) {
  double seconds = 0.0;
  for (const auto& [k, n] : l.sizes) {
    const weight w{weight_class::attention, f, k, n, 1};
    seconds += time_of(a, gemm<double>{term::head, w, rows, 1.0}).total().value();
  }
  return seconds;
}

constexpr std::array<std::string_view, 3> engine_names{"vllm", "sglang", "trtllm"};

// visit(layer, rows) for a few rows to 8,192 of each layer.
template <class Visit>
void for_layers(const Visit& visit) {
  for (const dense_layer& l : model_layers) {
    for (double rows = 1.0; rows <= 8192.0; rows = std::ceil(rows * 1.1 + 0.01)) visit(l, rows);
  }
}

// Where 8 bits take longer than 16 by a measured chip's own table, or by what its kernel is.
struct slow_in_8_bits {
  std::string_view chip, engine;
  double most;
  std::string_view reason;
};
constexpr std::array slow_chips{
    slow_in_8_bits{"rtx-pro-6000", "vllm", 1.25,
                   "13 rows of 6144 x 512 take 52.6 us: tiles of 128 x 128, never split"},
    slow_in_8_bits{"rtx-5090", "vllm", 1.25, "as on an RTX PRO 6000"}};

double most_in_8_bits(std::string_view chip, std::string_view engine) {
  for (const slow_in_8_bits& s : slow_chips) {
    if (s.chip == chip && s.engine == engine) return s.most;
  }
  return 1.06;
}

bool has_twice_in_8_bits(const accelerator& a) {
  return a.peak.fp8.value() > 1.9 * a.peak.bf16.value();
}

// Of one architecture, and no figure less.
bool is_as_good(const accelerator& a, const accelerator& b) {
  if (a.vendor != b.vendor || a.architecture != b.architecture) return false;
  if (a.architecture == architecture::unknown) return false;
  for (const precision p : {precision::bf16, precision::fp8, precision::fp4}) {
    if (a.peak[p] < b.peak[p]) return false;
  }
  return a.multiprocessors >= b.multiprocessors && a.memory_rate >= b.memory_rate &&
         a.last_level_cache >= b.last_level_cache;
}

}  // namespace

TEST_CASE("8 bits multiply a model's layers no slower than 16 do, on every chip") {
  for (const accelerator& chip : catalog::accelerators) {
    if (!has_twice_in_8_bits(chip)) continue;
    for (const std::string_view engine : engine_names) {
      const auto a = with_fitted(chip, *find_engine(engine));
      CAPTURE(chip.name.view());
      CAPTURE(engine);
      for_layers([&](const dense_layer& l, double rows) {
        CAPTURE(l.name);
        CAPTURE(rows);
        REQUIRE(layer_seconds(a, l, plain_fp8, rows) <=
                layer_seconds(a, l, formats::bf16, rows) *
                    most_in_8_bits(chip.name.view(), engine));
      });
    }
  }
}

TEST_CASE("each chip that is listed as slower in 8 bits is") {
  for (const slow_in_8_bits& s : slow_chips) {
    CAPTURE(s.chip);
    const auto a = with_fitted(*catalog::find_accelerator(s.chip), *find_engine(s.engine));
    double worst = 0.0;
    for_layers([&](const dense_layer& l, double rows) {
      worst = (std::max)(
          worst, layer_seconds(a, l, plain_fp8, rows) / layer_seconds(a, l, formats::bf16, rows));
    });
    CHECK(worst > 1.06);
  }
}

TEST_CASE("a lone tile takes an RTX 5090 no longer than the chip that it was measured on") {
  const auto on = [](const accelerator& chip) { return with_fitted_kernels(chip, engines::vllm); };
  const weight w{weight_class::attention, plain_fp8, 4096, 3584, 1};
  const gemm<double> lone{term::head, w, 1.0, 1.0};
  const double measured = time_of(on(catalog::rtx_pro_6000), lone).total().value();
  CHECK(time_of(on(catalog::rtx_5090), lone).total().value() < measured * 1.02);
}

TEST_CASE("an H200 launches what an H100 does: multiplications and experts take it no longer") {
  for (const std::string_view engine : engine_names) {
    CAPTURE(engine);
    const auto curves = [&](const accelerator& chip) {
      return with_fitted_kernels(chip, *find_engine(engine)).efficiency;
    };
    const fitted h100 = curves(catalog::h100_sxm);
    const fitted h200 = curves(catalog::h200_sxm);
    for (std::size_t i = 0; i < kernel_format_count; ++i) {
      CHECK(h200.experts.of[i].launch == h100.experts.of[i].launch);
      CHECK(h200.experts.of[i].per_expert == h100.experts.of[i].per_expert);
      CHECK(h200.experts.of[i].sorting == h100.experts.of[i].sorting);
      CHECK(h200.gemm.of[i].launch == h100.gemm.of[i].launch);
      CHECK(h200.gemm.of[i].quantise == h100.gemm.of[i].quantise);
    }
  }
}

TEST_CASE("hardware that is better by every figure multiplies no slower") {
  for (const accelerator& better : catalog::accelerators) {
    for (const accelerator& worse : catalog::accelerators) {
      if (&better == &worse || !is_as_good(better, worse)) continue;
      CAPTURE(better.name.view());
      CAPTURE(worse.name.view());
      for (const std::string_view engine : engine_names) {
        CAPTURE(engine);
        const auto a = with_fitted(better, *find_engine(engine));
        const auto b = with_fitted(worse, *find_engine(engine));
        for (const weight_format& f : {formats::bf16, plain_fp8, formats::nvfp4}) {
          for_layers([&](const dense_layer& l, double rows) {
            CAPTURE(rows);
            // Hundreds of rows at a time run at the clock that a chip's power leaves, an H200's
            // lower than an H100's as measured.
            const double most = rows < 256.0 ? 1.02 : 1.10;
            REQUIRE(layer_seconds(a, l, f, rows) <= layer_seconds(b, l, f, rows) * most);
          });
        }
      }
    }
  }
}

TEST_CASE("one row more takes a layer no more than its share of the time and a fiftieth") {
  for (const accelerator& chip : catalog::accelerators) {
    CAPTURE(chip.name.view());
    for (const std::string_view engine : engine_names) {
      CAPTURE(engine);
      const auto a = with_fitted(chip, *find_engine(engine));
      for (const weight_format& f : {formats::bf16, plain_fp8, formats::fp8_block}) {
        for (const dense_layer& l : model_layers) {
          double before = layer_seconds(a, l, f, 1.0);
          for (double rows = 2.0; rows < 600.0; rows += 1.0) {
            const double after = layer_seconds(a, l, f, rows);
            CAPTURE(rows);
            REQUIRE(after <= before * (1.02 + 1.0 / rows));
            before = after;
          }
        }
      }
    }
  }
}
