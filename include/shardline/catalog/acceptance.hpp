// SPDX-License-Identifier: BSL-1.0
/// How many tokens published speculators yield a step, by draft length.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/base/integer.hpp"
#include "shardline/catalog/names.hpp"

namespace shardline::catalog {

/// Of one speculator of one model.
///   model, method   "glm-5.2-fp8", "mtp" (the model's own prediction layers), "eagle3", "dspark"
///   thinking        whether the model thinks before it answers
///   lengths         tokens that a step yields with 1, 2, ... guesses, its own among them; 0: none
///                   was published
///   source          a file of SemiAnalysisAI/InferenceX@843c6254, golden_al_distribution/ (YAML),
///                   or a paper
struct accepted_lengths {
  std::string_view model{};
  std::string_view method{};
  bool thinking = false;
  std::array<double, 8> lengths{};
  std::string_view source{};

  /// With k guesses; 0 where none was published.
  [[nodiscard]] constexpr double of(integer k) const noexcept {
    const bool there = k >= 1 && k <= static_cast<integer>(lengths.size());
    return there ? lengths[static_cast<std::size_t>(k - 1)] : 0.0;
  }
};

/// Each row as published. Of DeepSeek-V3 the lower end of "between 85% and 90%" of second tokens
/// (technical report, section 5.4.3).
inline constexpr std::array<accepted_lengths, 15> speculators{{
    {"deepseek-v3", "mtp", false, {1.85}, "arXiv 2412.19437"},
    {"deepseek-v4-pro-0813",
     "dspark",
     true,
     {1.84, 2.51, 3.01, 3.36, 3.61, 3.77, 3.73, 3.47},
     "dsv4-pro-0813-dspark"},
    {"deepseek-v4-pro", "mtp", true, {1.79, 2.27, 2.49, 2.54, 2.55, 2.55, 2.54, 2.58}, "dsv4_mtp"},
    {"deepseek-v4-pro", "mtp", false, {1.92, 2.61, 2.97, 3.00, 3.10, 3.16, 3.00, 3.11}, "dsv4_mtp"},
    {"glm-5.2-fp8", "mtp", true, {1.84, 2.50, 2.99, 3.33, 3.61, 3.78, 3.91, 4.06}, "glm5.2_mtp"},
    {"kimi-k2.5-nvfp4",
     "eagle3",
     true,
     {1.83, 2.43, 2.88, 3.24, 3.46, 3.62, 3.71, 3.77},
     "kimik2.5_eagle3"},
    {"kimi-k2.5-nvfp4",
     "eagle3",
     false,
     {1.80, 2.33, 2.75, 3.06, 3.25, 3.43, 3.46, 3.51},
     "kimik2.5_eagle3"},
    {"kimi-k3", "dspark", true, {1.84, 2.45, 2.87, 3.22, 3.44, 3.54, 3.78, 3.88}, "kimik3_dspark"},
    {"kimi-k3",
     "dspark-block",
     true,
     {1.85, 2.51, 3.00, 3.36, 3.62, 3.75, 3.84, 4.00},
     "kimik3_dspark_probabilistic"},
    {"minimax-m3",
     "eagle3",
     true,
     {1.78, 2.38, 2.83, 3.11, 3.35, 3.45, 3.53, 3.74},
     "minimaxm3_eagle3"},
    {"minimax-m3",
     "eagle3",
     false,
     {1.84, 2.52, 2.93, 3.41, 3.59, 3.57, 3.85, 4.06},
     "minimaxm3_eagle3"},
    {"minimax-m3",
     "eagle3-gqa",
     true,
     {1.79, 2.39, 2.78, 3.02, 3.21, 3.30, 3.52, 3.51},
     "minimaxm3_eagle3_gqa"},
    {"minimax-m3",
     "eagle3-gqa",
     false,
     {1.83, 2.46, 2.97, 3.29, 3.72, 3.76, 3.75, 3.93},
     "minimaxm3_eagle3_gqa"},
    {"qwen3.5-397b-a17b-nvfp4",
     "mtp",
     true,
     {1.93, 2.73, 3.39, 3.97, 4.41, 4.80, 5.04, 5.21},
     "qwen3.5_mtp"},
    {"qwen3.5-397b-a17b-nvfp4",
     "mtp",
     false,
     {1.92, 2.70, 3.33, 3.83, 4.20, 4.48, 4.73, 4.71},
     "qwen3.5_mtp"},
}};

namespace detail {

// The next letter or digit of a name from `at` on, small; 0 at the end.
constexpr char next_of(std::string_view name, std::size_t& at) noexcept {
  while (at < name.size() && (name[at] == '-' || name[at] == '_' || name[at] == '.')) ++at;
  return at < name.size() ? lower(name[at++]) : '\0';
}

// Whether a name begins with another, "qwen3.5-397b" with "qwen3_5", punctuation aside.
constexpr bool begins_with(std::string_view name, std::string_view beginning) noexcept {
  std::size_t i = 0;
  std::size_t j = 0;
  for (char wanted = next_of(beginning, j); wanted != '\0'; wanted = next_of(beginning, j)) {
    if (next_of(name, i) != wanted) return false;
  }
  return !beginning.empty();
}

}  // namespace detail

/// The first row of this method whose model's name begins with `model`, punctuation aside, or the
/// other way round: names of models and of architectures; nullptr where there is none.
///   find_speculator("qwen3_5", "mtp") is of qwen3.5-397b-a17b-nvfp4
///   (tests/catalog/acceptance.cpp)
[[nodiscard]] constexpr const accepted_lengths* find_speculator(std::string_view model,
                                                                std::string_view method) noexcept {
  for (const accepted_lengths& s : speculators) {
    if (s.method != method) continue;
    if (detail::begins_with(s.model, model) || detail::begins_with(model, s.model)) return &s;
  }
  return nullptr;
}

}  // namespace shardline::catalog
