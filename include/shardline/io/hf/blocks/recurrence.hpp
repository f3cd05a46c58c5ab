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

/// Transformers and SGLang keep the state in fp32 where nothing says.
inline linear_attention read_linear_attention(const fields& f, precision own) {
  linear_attention a{};
  a.key_heads = f.whole("linear_num_key_heads", any_heads);
  a.value_heads = f.whole("linear_num_value_heads", any_heads);
  a.key_head_dim = f.whole("linear_key_head_dim", any_heads);
  a.value_head_dim = f.whole("linear_value_head_dim", any_heads);
  a.conv_kernel = f.whole_or("linear_conv_kernel_dim", 4, any_kernel);
  a.state = read_state_type(f, precision::fp32, own);
  if (a.value_heads % a.key_heads != 0) {
    f.refuse("linear_num_value_heads",
             "a multiple of linear_num_key_heads (" + std::to_string(a.key_heads) + ")");
  }
  return a;
}

// Heads share the input and output vectors of their group.
inline void check_groups(const fields& f, const state_space& s) {
  if (s.heads % s.groups == 0) return;
  f.refuse("n_groups", "a divisor of the number of heads (" + std::to_string(s.heads) + ")");
}

/// Nemotron-H, whose class keeps the state in fp32. Of `use_bias` and `mamba_proj_bias` some
/// releases read one and some the other.
inline state_space read_nemotron_mixer(const fields& f, precision own) {
  state_space s{};
  s.heads = f.whole("mamba_num_heads", any_heads);
  s.head_dim = f.whole("mamba_head_dim", any_heads);
  s.groups = f.whole(f.name_of({"n_groups", "mamba_n_groups"}), any_heads);
  s.state_size = f.whole("ssm_state_size", any_heads);
  s.conv_kernel = f.whole_or(f.name_of({"conv_kernel", "mamba_d_conv"}), 4, any_kernel);
  s.conv_bias = f.flag(f.name_of({"use_conv_bias", "mamba_conv_bias"}), true);
  s.projection_bias = f.flag(f.name_of({"use_bias", "mamba_proj_bias"}), false);
  s.state = read_state_type(f, precision::fp32, own);
  (void)f.choice("mamba_hidden_act", {"silu"});
  check_groups(f, s);
  return s;
}

/// Mamba-2. expand hidden_size must be num_heads head_dim, as its class asks. The state has the
/// model's dtype, in mamba_ssm, transformers and vLLM alike.
inline state_space read_mamba2_mixer(const fields& f, count hidden, precision own) {
  state_space s{};
  s.heads = f.whole("num_heads", any_heads);
  s.head_dim = f.whole("head_dim", any_heads);
  s.groups = f.whole("n_groups", any_heads);
  s.state_size = f.whole("state_size", any_heads);
  s.conv_kernel = f.whole_or("conv_kernel", 4, any_kernel);
  s.conv_bias = f.flag("use_conv_bias", true);
  s.projection_bias = f.flag("use_bias", false);
  s.state = read_state_type(f, own, own);
  const count inner = f.whole_or("expand", 2, any_kernel) * hidden;
  if (inner != s.heads * s.head_dim) {
    f.refuse("num_heads", "expand hidden_size / head_dim (" + std::to_string(inner) + " / " +
                              std::to_string(s.head_dim) + ")");
  }
  check_groups(f, s);
  return s;
}

}  // namespace detail

}  // namespace shardline::hf
