// SPDX-License-Identifier: BSL-1.0
/// Every program that can be started with what was priced: one that is added has its line here.
#pragma once

#include <array>
#include <string_view>

#include "shardline/engines/launch/sglang.hpp"
#include "shardline/engines/launch/tensorrt_llm.hpp"
#include "shardline/engines/launch/vllm.hpp"

namespace shardline {

namespace launch {

inline constexpr std::array dialects{&vllm_newest, &vllm_0_11, &sglang_0_5_17, &sglang_0_5,
                                     &tensorrt_llm_1_0};

}  // namespace launch

/// The options of this version, "vllm-0.21"; null where it is not known how that is started.
/// Source: the engines' argument parsers (vllm/engine/arg_utils.py, sglang/srt/server_args.py,
/// tensorrt_llm/llmapi/llm_args.py).
///   find_dialect("vllm-0.21")->engine = "vllm", and find_dialect("vllm-0.6") is null
///   (tests/engines/launch_rules.cpp)
[[nodiscard]] constexpr const launch_dialect* find_dialect(std::string_view version) noexcept {
  for (const launch_dialect* d : launch::dialects) {
    if (d->is_of(version)) return d;
  }
  return nullptr;
}

}  // namespace shardline
