/// MiMo: Qwen2, and prediction layers of the usual form.
#pragma once

#include "shardline/io/hf/families/qwen.hpp"

namespace shardline::hf {

namespace families {

inline constexpr family mimo = renamed(qwen2, "mimo", "MiMoForCausalLM");

}  // namespace families

}  // namespace shardline::hf
