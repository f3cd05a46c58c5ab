/// Models by name: shapes from their published configurations, one header per family.
///
/// Weights, activations and KV cache are in the published checkpoint's formats. To price another
/// one, copy the model and set `weights`, for example to quantised(m.weights, formats::fp8).
/// Every parameter total is checked against the published one in tests/catalog/models.cpp.
#pragma once

#include <array>
#include <string_view>

#include "shardline/catalog/models/deepseek.hpp"
#include "shardline/catalog/models/gpt_oss.hpp"
#include "shardline/catalog/models/llama.hpp"
#include "shardline/catalog/models/mistral.hpp"
#include "shardline/catalog/models/plans.hpp"
#include "shardline/catalog/models/qwen.hpp"
#include "shardline/catalog/names.hpp"

namespace shardline::catalog {

/// Every model of the catalog; `(*m).name` are the names that find_model knows.
inline constexpr std::array<const model*, 15> models{
    &llama_3_1_8b,  &llama_3_1_70b,   &llama_3_1_405b, &mixtral_8x7b, &qwen3_32b,
    &qwen3_30b_a3b, &qwen3_235b_a22b, &deepseek_v3,    &gpt_oss_20b,  &gpt_oss_120b,
    &plan_000,      &plan_001,        &plan_002,       &plan_003,     &plan_004};

/// The model of that name, in upper or lower case; null if there is none.
///   find_model("DeepSeek-V3") == &deepseek_v3   (tests/catalog/models.cpp)
[[nodiscard]] constexpr const model* find_model(std::string_view name) noexcept {
  for (const model* m : models) {
    if (detail::same_name(m->name.view(), name)) return m;
  }
  return nullptr;
}

}  // namespace shardline::catalog
