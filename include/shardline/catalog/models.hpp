// SPDX-License-Identifier: BSL-1.0
/// Models by name: shapes from their published configurations, one header per family.
///
/// Weights, activations and KV cache are in the published checkpoint's formats, unless the family's
/// header says otherwise. To price another one, copy the model and set `weights`, for example to
/// quantised(m, formats::fp8). Every parameter total is checked against the published one
/// in tests/catalog/models.cpp, and what checkpoints hold beside it (copies, scales, vision towers)
/// in tests/catalog/models_checkpoints.cpp.
#pragma once

#include <array>
#include <string_view>

#include "shardline/catalog/models/bloom.hpp"
#include "shardline/catalog/models/deepseek.hpp"
#include "shardline/catalog/models/falcon.hpp"
#include "shardline/catalog/models/gemma.hpp"
#include "shardline/catalog/models/glm.hpp"
#include "shardline/catalog/models/gpt.hpp"
#include "shardline/catalog/models/gpt_oss.hpp"
#include "shardline/catalog/models/kimi.hpp"
#include "shardline/catalog/models/llama.hpp"
#include "shardline/catalog/models/minimax.hpp"
#include "shardline/catalog/models/mistral.hpp"
#include "shardline/catalog/models/nemotron.hpp"
#include "shardline/catalog/models/palm.hpp"
#include "shardline/catalog/models/phi.hpp"
#include "shardline/catalog/models/plans.hpp"
#include "shardline/catalog/models/qwen.hpp"
#include "shardline/catalog/names.hpp"

namespace shardline::catalog {

/// Every model of the catalog; `(*m).name` are the names that find_model knows.
inline constexpr std::array models{&llama_2_7b,
                                   &llama_2_13b,
                                   &llama_2_70b,
                                   &llama_3_1_8b,
                                   &llama_3_1_70b,
                                   &llama_3_1_405b,
                                   &llama_4_scout,
                                   &mistral_7b_v0_1,
                                   &mistral_7b_v0_3,
                                   &mistral_small_3_2_24b,
                                   &mixtral_8x7b,
                                   &mixtral_8x22b,
                                   &mamba_codestral_7b,
                                   &qwen2_5_1_5b,
                                   &qwen2_5_7b,
                                   &qwen2_5_32b,
                                   &qwen2_5_72b,
                                   &qwen3_0_6b,
                                   &qwen3_8b,
                                   &qwen3_32b,
                                   &qwen3_30b_a3b,
                                   &qwen3_235b_a22b,
                                   &qwen3_next_80b_a3b,
                                   &qwen3_5_35b_a3b,
                                   &gemma_2_27b,
                                   &gemma_3_27b,
                                   &phi_3_mini_4k,
                                   &deepseek_v2,
                                   &deepseek_v3,
                                   &kimi_k2,
                                   &glm_4_5,
                                   &minimax_m2_5,
                                   &gpt_oss_20b,
                                   &gpt_oss_120b,
                                   &nemotron_h_8b,
                                   &gpt_2,
                                   &gpt_2_xl,
                                   &gpt_3_175b,
                                   &bloom_176b,
                                   &falcon_7b,
                                   &falcon_40b,
                                   &palm_8b,
                                   &palm_62b,
                                   &palm_540b,
                                   &plan_000,
                                   &plan_001,
                                   &plan_002,
                                   &plan_003,
                                   &plan_004};

/// The model of that name, in upper or lower case; null if there is none. Source of each model: the
/// config.json of its checkpoint, named in catalog/models/.
///   find_model("DeepSeek-V3") == &deepseek_v3, of 61 layers   (tests/catalog/models.cpp)
[[nodiscard]] constexpr const model* find_model(std::string_view name) noexcept {
  for (const model* m : models) {
    if (detail::same_name(m->name.view(), name)) return m;
  }
  return nullptr;
}

}  // namespace shardline::catalog
