// SPDX-License-Identifier: BSL-1.0
/// What may be launched, as the command line and a page judge it.
#pragma once

#include <string_view>

#include "shardline/describe/accelerator.hpp"
#include "shardline/engines/tensorrt_llm.hpp"

namespace planner {

/// A name or path that a shell and YAML take as it is: neither has to be trusted with quoting.
[[nodiscard]] inline bool is_plain_name(std::string_view name) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
  return !name.empty() && name.find_first_not_of(plain) == std::string_view::npos;
}

/// GPUs of one host at most: a larger scale-up domain (NVL72) spans hosts, and only who has it knows
/// how many.
inline constexpr shardline::integer most_gpus_per_host = 16;

/// Whether images and resources of manifests, and TensorRT-LLM, are made for it.
[[nodiscard]] constexpr bool is_of_nvidia(shardline::vendor v) {
  return v == shardline::vendor::nvidia || v == shardline::vendor::unknown;
}

/// Whether an engine runs on this vendor's accelerators.
[[nodiscard]] constexpr bool runs_on(std::string_view engine, shardline::vendor v) {
  return engine != shardline::tensorrt_llm::convention || is_of_nvidia(v);
}

}  // namespace planner
