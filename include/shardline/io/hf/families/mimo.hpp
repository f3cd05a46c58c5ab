/// MiMo: Qwen2, and prediction layers of the usual form.
#pragma once

#include "shardline/io/hf/families/qwen.hpp"

namespace shardline::hf::families {

inline constexpr family mimo = renamed(qwen2, "mimo", "MiMoForCausalLM");

}  // namespace shardline::hf::families
