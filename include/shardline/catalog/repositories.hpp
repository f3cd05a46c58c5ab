// SPDX-License-Identifier: BSL-1.0
/// Where checkpoints of the catalog's models are published.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "shardline/catalog/models.hpp"

namespace shardline::catalog {

/// Repositories of huggingface.co, those whose config.json the models' headers name.
inline constexpr std::array<std::pair<const model*, std::string_view>, 40> repositories{
    {{&llama_2_7b, "meta-llama/Llama-2-7b-hf"},
     {&llama_2_13b, "meta-llama/Llama-2-13b-hf"},
     {&llama_2_70b, "meta-llama/Llama-2-70b-hf"},
     {&llama_3_1_8b, "meta-llama/Llama-3.1-8B"},
     {&llama_3_1_70b, "meta-llama/Llama-3.1-70B"},
     {&llama_3_1_405b, "meta-llama/Llama-3.1-405B"},
     {&llama_4_scout, "meta-llama/Llama-4-Scout-17B-16E-Instruct"},
     {&mistral_7b_v0_1, "mistralai/Mistral-7B-v0.1"},
     {&mistral_7b_v0_3, "mistralai/Mistral-7B-Instruct-v0.3"},
     {&mistral_small_3_2_24b, "mistralai/Mistral-Small-3.2-24B-Instruct-2506"},
     {&mixtral_8x7b, "mistralai/Mixtral-8x7B-v0.1"},
     {&mixtral_8x22b, "mistralai/Mixtral-8x22B-Instruct-v0.1"},
     {&mamba_codestral_7b, "mistralai/Mamba-Codestral-7B-v0.1"},
     {&qwen2_5_1_5b, "Qwen/Qwen2.5-1.5B-Instruct"},
     {&qwen2_5_7b, "Qwen/Qwen2.5-7B-Instruct"},
     {&qwen2_5_32b, "Qwen/Qwen2.5-32B-Instruct"},
     {&qwen2_5_72b, "Qwen/Qwen2.5-72B-Instruct"},
     {&qwen3_0_6b, "Qwen/Qwen3-0.6B"},
     {&qwen3_8b, "Qwen/Qwen3-8B"},
     {&qwen3_32b, "Qwen/Qwen3-32B"},
     {&qwen3_30b_a3b, "Qwen/Qwen3-30B-A3B"},
     {&qwen3_235b_a22b, "Qwen/Qwen3-235B-A22B"},
     {&qwen3_next_80b_a3b, "Qwen/Qwen3-Next-80B-A3B-Instruct"},
     {&qwen3_5_35b_a3b, "Qwen/Qwen3.5-35B-A3B"},
     {&gemma_2_27b, "google/gemma-2-27b-it"},
     {&gemma_3_27b, "google/gemma-3-27b-it"},
     {&phi_3_mini_4k, "microsoft/Phi-3-mini-4k-instruct"},
     {&deepseek_v2, "deepseek-ai/DeepSeek-V2"},
     {&deepseek_v3, "deepseek-ai/DeepSeek-V3"},
     {&kimi_k2, "moonshotai/Kimi-K2-Instruct"},
     {&glm_4_5, "zai-org/GLM-4.5"},
     {&minimax_m2_5, "MiniMaxAI/MiniMax-M2.5"},
     {&gpt_oss_20b, "openai/gpt-oss-20b"},
     {&gpt_oss_120b, "openai/gpt-oss-120b"},
     {&nemotron_h_8b, "nvidia/Nemotron-H-8B-Base-8K"},
     {&gpt_2, "openai-community/gpt2"},
     {&gpt_2_xl, "openai-community/gpt2-xl"},
     {&bloom_176b, "bigscience/bloom"},
     {&falcon_7b, "tiiuae/falcon-7b"},
     {&falcon_40b, "tiiuae/falcon-40b"}}};

/// What an engine loads of a model of the catalog; nothing where no checkpoint is published.
///   repository_of(llama_3_1_8b) == "meta-llama/Llama-3.1-8B"   (tests/catalog/repositories.cpp)
[[nodiscard]] constexpr std::string_view repository_of(const model& m) noexcept {
  for (const auto& [known, repository] : repositories) {
    if (known == &m) return repository;
  }
  return {};
}

}  // namespace shardline::catalog
