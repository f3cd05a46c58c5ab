// SPDX-License-Identifier: BSL-1.0
/// config.json to mixers with a state of fixed size: linear attention and state spaces.
#pragma once

#include <optional>
#include <string>

#include "shardline/io/hf/blocks/attention.hpp"
#include "shardline/model/model.hpp"

namespace shardline::hf {

/// The type that "bfloat16", "float16" or "float32" names.
[[nodiscard]] constexpr std::optional<precision> dtype_named(std::string_view name) noexcept {
  if (name == "bfloat16") return precision::bf16;
  if (name == "float16") return precision::fp16;
  if (name == "float32") return precision::fp32;
  return {};
}

namespace detail {

inline constexpr const char* all_dtypes = R"("bfloat16", "float16", "float32")";

/// What the recurrent state is kept in, `if_missing` where nothing says, the model's own dtype
/// where it says "auto".
inline precision read_state_type(const fields& f, precision if_missing, precision own) {
  const char* key = f.name_of({"mamba_ssm_dtype", "mamba_ssm_cache_dtype"});
  const std::string type = f.word(key, "");
  if (type == "auto") return own;
  if (type.empty()) {
    f.note(key, "missing; the recurrent state is read as " + std::string(name(if_missing)));
    return if_missing;
  }
  const std::optional<precision> named = dtype_named(type);
  if (!named) f.refuse(key, all_dtypes);
  return named.value_or(own);
}

// Value heads share keys in equal groups.
inline void check_value_heads(const fields& f, const linear_attention& a) {
  if (a.value_heads % a.key_heads == 0) return;
  f.refuse("linear_num_value_heads",
           "a multiple of linear_num_key_heads (" + std::to_string(a.key_heads) + ")");
}

/// Transformers and SGLang keep the state in fp32 where nothing says.
inline linear_attention read_linear_attention(const fields& f, precision own) {
  linear_attention a{};
  a.key_heads = f.whole("linear_num_key_heads", any_heads);
  a.value_heads = f.whole("linear_num_value_heads", any_heads);
  a.key_head_dim = f.whole("linear_key_head_dim", any_heads);
  a.value_head_dim = f.whole("linear_value_head_dim", any_heads);
  a.conv_kernel = f.whole_or("linear_conv_kernel_dim", 4, any_kernel);
  a.state = read_state_type(f, precision::fp32, own);
  check_value_heads(f, a);
  return a;
}

// Heads share the input and output vectors of their group.
inline void check_groups(const fields& f, const state_space& s) {
  if (s.heads % s.groups == 0) return;
  f.refuse("n_groups", "a divisor of the number of heads (" + std::to_string(s.heads) + ")");
}

/// Mamba-2 as Granite 4, Bamba and Falcon-H1 spell it: `inner` values in all, mamba_expand times
/// the model's width unless a key says otherwise. Engines keep the state in the model's dtype where
/// nothing says (vLLM, mamba_ssm_cache_dtype "auto").
inline state_space read_mixer_of(const fields& f, integer inner, precision own) {
  state_space s{};
  s.heads = f.whole_or("mamba_n_heads", 128, any_heads);
  s.groups = f.whole_or("mamba_n_groups", 1, any_heads);
  s.state_size = f.whole_or("mamba_d_state", 256, any_heads);
  s.conv_kernel = f.whole_or("mamba_d_conv", 4, any_kernel);
  s.conv_bias = f.flag("mamba_conv_bias", true);
  s.projection_bias = f.flag("mamba_proj_bias", false);
  s.state = read_state_type(f, own, own);
  if (inner % s.heads != 0) {
    f.refuse("mamba_n_heads", "a divisor of the mixer's width (" + std::to_string(inner) + ")");
  }
  s.head_dim = inner / s.heads;
  const json* stated = f.find("mamba_d_head");
  if (stated != nullptr && !(stated->is_string() && *stated == "auto")) {
    (void)f.whole("mamba_d_head", {s.head_dim, s.head_dim});
  }
  if (s.heads % s.groups != 0) {
    f.refuse("mamba_n_groups", "a divisor of mamba_n_heads (" + std::to_string(s.heads) + ")");
  }
  return s;
}
inline state_space read_expanded_mixer(const fields& f, integer hidden, precision own) {
  return read_mixer_of(f, f.whole_or("mamba_expand", 2, any_kernel) * hidden, own);
}

}  // namespace detail

}  // namespace shardline::hf
