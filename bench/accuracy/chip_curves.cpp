// SPDX-License-Identifier: BSL-1.0
#include "chip_curves.hpp"

#include <array>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace accuracy {

namespace {

using format = shardline::kernel_format;
using chip_name = std::string;

constexpr std::array<std::string_view, shardline::kernel_format_count> format_names{
    "16 bits",        "8 bits",       "8 bits in blocks",
    "4-bit integers", "4-bit floats", "4-bit multiplication"};
constexpr std::array<std::string_view, shardline::kernel_format_count> format_words{
    "wide", "narrow", "narrow_block", "four_bit", "four_bit_float", "four_bit_math"};

// The formats whose kernels stand in for one that was not measured, the nearest first: an
// accelerator without 8-bit multiplication, or without 4-bit, widens the weights inside.
std::vector<format> stand_ins(format f) {
  switch (f) {
    case format::wide:
      return {};
    case format::narrow:
      return {format::narrow_block, format::wide};
    case format::narrow_block:
      return {format::narrow, format::wide};
    case format::four_bit:
      return {format::four_bit_float, format::wide};
    case format::four_bit_float:
      return {format::four_bit, format::wide};
    case format::four_bit_math:
      return {format::four_bit_float, format::four_bit, format::wide};
  }
  return {};
}

// Curves that another engine's stand in for although they were measured.
//   SGLang's table of latent prompts has kernels that multiply latents; its engine expands a
//   prompt's keys and values by head (_handle_attention_backend of
//   python/sglang/srt/models/deepseek_v2.py) vLLM and SGLang run trtllm-gen's experts in fp8 blocks
//   on Blackwell (FlashInfer), which the tables have in NVFP4 alone: Triton's and DeepGEMM's, which
//   they have, cost a decode step of MiniMax-M2.5 twice and a half as much as was measured. That
//   curve's share of the peak is of a format without scales to multiply by in between: they
//   multiply at SGLang's
bool is_doubtful(const std::string& gpu, const std::string& engine, const std::string& kind,
                 format f) {
  if (engine == "sglang" && kind == "latent_prefill") return true;
  return gpu == "b200-sxm" && engine != "trtllm" && kind == "experts" && f == format::narrow_block;
}

// Curves that stand for no other engine's.
//   SGLang's of decode steps over 8-bit latents on Hopper, which its own program widens first, and
//   its prompts over 8-bit caches on an RTX PRO 6000, Triton's at half the rate of others'
bool is_own_alone(const std::string& gpu, const std::string& engine, const std::string& kind,
                  format f) {
  if (engine != "sglang" || f != format::narrow) return false;
  return (gpu.starts_with("h") && kind == "latent_decode") ||
         (gpu == "rtx-pro-6000" && kind == "prefill");
}

// Engines whose kernels stand in for those of one, the nearest first.
std::vector<std::string> neighbours(const std::string& engine) {
  if (engine == "vllm") return {"sglang", "trtllm"};
  if (engine == "sglang") return {"vllm", "trtllm"};
  return {"vllm", "sglang"};
}

std::pair<std::string, std::string> parts_of(const chip_name& name) {
  const std::size_t space = name.find(' ');
  return {name.substr(0, space), name.substr(space + 1)};
}

const chip_curve* curve_in(const chip_curves& measured, const chip_name& name,
                           const std::string& kind, format f) {
  const auto chip = measured.find(name);
  if (chip == measured.end()) return nullptr;
  const auto curves = chip->second.find(kind);
  if (curves == chip->second.end()) return nullptr;
  const auto curve = curves->second.find(f);
  return curve == curves->second.end() ? nullptr : &curve->second;
}

// A curve that stands in a header, and what it stands there for.
struct named_curve {
  std::string name{};
  std::string note{};
};

std::string name_of(const chip_name& chip, const std::string& kind, format f) {
  return identifier(chip) + "_" + kind + "_" +
         std::string(format_words[static_cast<std::size_t>(f)]);
}

// An engine's own curve of a format on a chip, or one that it lends.
std::optional<named_curve> own_curve(const chip_curves& measured, const chip_name& name,
                                     const std::string& kind, format f) {
  const auto [gpu, engine] = parts_of(name);
  if (curve_in(measured, name, kind, f) == nullptr || is_doubtful(gpu, engine, kind, f)) return {};
  return named_curve{name_of(name, kind, f), {}};
}
std::optional<named_curve> lent_curve(const chip_curves& measured, const chip_name& name,
                                      const std::string& kind, format f) {
  const auto [gpu, lender] = parts_of(name);
  auto found =
      is_own_alone(gpu, lender, kind, f) ? std::nullopt : own_curve(measured, name, kind, f);
  if (found) found->note = lender + "'s";
  return found;
}

// The curve of a format on a chip: the engine's own, else another's. A decode step's over a narrow
// cache is first the same engine's over a wide one, half the bytes at its share of the memory's
// rate: kernels differ more from engine to engine than by what they read.
std::optional<named_curve> on_chip(const chip_curves& measured, const chip_name& name,
                                   const std::string& kind, format f) {
  const auto [gpu, engine] = parts_of(name);
  const bool narrow_cache = kind.ends_with("decode") && f == format::narrow;
  if (const auto own = own_curve(measured, name, kind, f)) return own;
  if (narrow_cache && own_curve(measured, name, kind, format::wide)) return {};
  for (const std::string& other : neighbours(engine)) {
    const chip_name there = gpu + " " + other;
    if (const auto lent = lent_curve(measured, there, kind, f)) return lent;
    const bool lends_wide = lent_curve(measured, there, kind, format::wide).has_value();
    if (narrow_cache && lends_wide && !is_own_alone(gpu, other, kind, f)) return {};
  }
  return {};
}

named_curve nearest(const chip_curves& measured, const chip_name& name, const std::string& kind,
                    format f) {
  const auto [gpu, engine] = parts_of(name);
  const chip_name generated = gpu + " trtllm";
  if (f == format::narrow_block && is_doubtful(gpu, engine, kind, f) &&
      curve_in(measured, generated, kind, format::four_bit_math) != nullptr) {
    return {"detail::multiplying_as(" + name_of(generated, kind, format::four_bit_math) + ", " +
                name_of(gpu + " sglang", kind, f) + ")",
            "trtllm-gen's, measured in NVFP4, multiplying as sglang's"};
  }
  // With one scale vLLM multiplies 8 bits through FlashInfer there, its table CUTLASS's
  // (vllm/model_executor/kernels/linear/scaled_mm/flashinfer.py).
  if (gpu == "b200-sxm" && engine == "vllm" && kind == "gemm" && f == format::narrow) {
    return {name_of(generated, kind, f), "FlashInfer's, as trtllm's"};
  }
  // FlashInfer's experts in MXFP4 on Blackwell are trtllm-gen's too, which that engine's table has
  // most rows of.
  if (gpu == "b200-sxm" && engine == "vllm" && kind == "experts" && f == format::four_bit_float) {
    return {name_of(generated, kind, f), "trtllm-gen's"};
  }
  if (const auto found = on_chip(measured, name, kind, f)) return *found;
  for (const format other : stand_ins(f)) {
    if (const auto found = on_chip(measured, name, kind, other)) {
      return {found->name,
              "not measured: as " + std::string(format_names[static_cast<std::size_t>(other)])};
    }
  }
  throw std::runtime_error(name + ": no curve for " + kind);
}

// Kinds of kernels, and how many of the formats each has curves of: attention's are of the cache.
struct kind_of_kernel {
  const char* name;
  const char* type;
  std::size_t formats;
  const char* open;
  const char* close;
};
constexpr std::size_t all_formats = shardline::kernel_format_count;
constexpr std::array<kind_of_kernel, 6> kinds{
    {{"gemm", "gemm_curve<>", all_formats, "{{", "}}"},
     {"prefill", "prefill_curve<>", 2, "detail::by_cache(", ")"},
     {"decode", "decode_curve<>", 2, "detail::by_cache(", ")"},
     {"latent_prefill", "prefill_curve<>", 2, "detail::by_cache(", ")"},
     {"latent_decode", "decode_curve<>", 2, "detail::by_cache(", ")"},
     {"experts", "expert_curve<>", all_formats, "{{", "}}"}}};

constexpr std::string_view opening = "namespace shardline::catalog::curves {\n\n";
constexpr std::string_view closing = "}  // namespace shardline::catalog::curves\n";

// One engine's kernels on a chip, each format's by name.
std::string table_of(const chip_name& chip, const chip_curves& measured) {
  std::string text = "inline constexpr kernel_curves " + identifier(chip) + "{\n";
  for (const kind_of_kernel& kind : kinds) {
    text += "." + std::string(kind.name) + " = " + kind.open + "\n";
    for (std::size_t f = 0; f < kind.formats; ++f) {
      const named_curve c = nearest(measured, chip, kind.name, static_cast<format>(f));
      if (!c.note.empty()) {
        text += "// " + std::string(format_names[f]) + ": " + c.note + "\n";
      }
      text += c.name + (f + 1 < kind.formats ? ",\n" : "\n");
    }
    text += kind.close + std::string(",\n");
  }
  return text + "};\n\n";
}

}  // namespace

std::string header_of(const std::string& chip,
                      const std::map<std::string, curves_by_format>& curves) {
  const auto [gpu, engine] = parts_of(chip);
  std::string text = "/// " + gpu + " under " + engine +
                     ": its kernels' curves, as bench_calibrate writes this file. Rows of\n"
                     "/// the table and mean error in the fit stand above each; chips/curves.hpp "
                     "says of what.\n#pragma once\n\n#include \"shardline/chips/curves.hpp\"\n\n" +
                     std::string(opening);
  for (const kind_of_kernel& kind : kinds) {
    const auto of_kind = curves.find(kind.name);
    if (of_kind == curves.end()) continue;
    for (const auto& [f, c] : of_kind->second) {
      text += "/// " + c.note + "\ninline constexpr " + kind.type + " " +
              name_of(chip, kind.name, f) + c.text.substr(c.text.find('{')) + ";\n";
    }
    text += "\n";
  }
  return text + std::string(closing);
}

std::string kernels_of_chip(const std::string& gpu, const chip_curves& measured) {
  std::string includes;
  std::string tables;
  for (const char* engine : {"sglang", "trtllm", "vllm"}) {
    const chip_name chip = gpu + " " + engine;
    if (measured.count(chip) == 0) continue;
    includes += "#include \"shardline/chips/" + identifier(chip) + ".hpp\"\n";
    tables += table_of(chip, measured);
  }
  return "/// " + gpu +
         ": which curve stands for each kernel and format of each engine, as bench_calibrate "
         "writes\n"
         "/// this file: the engine's own, another's, or another format's.\n#pragma once\n\n" +
         includes + "#include \"shardline/chips/measured.hpp\"\n\n" + std::string(opening) +
         tables + std::string(closing);
}

std::string collectives_of(const std::string& gpu, const chip_curves& found) {
  std::string text =
      "/// " + gpu +
      ": collectives of the library and of engines there, as bench_calibrate writes this file.\n"
      "#pragma once\n\n#include \"shardline/chips/curves.hpp\"\n\n"
      "namespace shardline::catalog::curves {\n\n";
  for (const auto& [chip, kinds_of] : found) {
    const auto curves = kinds_of.find("collectives");
    if (parts_of(chip).first != gpu || curves == kinds_of.end()) continue;
    const chip_curve& c = curves->second.at(format::wide);
    text += "// " + c.note + "\ninline constexpr collective_curve<> " + identifier(chip) +
            "_collectives" + c.text.substr(c.text.find('{')) + ";\n\n";
  }
  return text + "}  // namespace shardline::catalog::curves\n";
}

std::string identifier(std::string name) {
  for (char& c : name) {
    if (c == ' ' || c == '-') c = '_';
  }
  return name;
}

}  // namespace accuracy
