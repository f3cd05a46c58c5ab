// SPDX-License-Identifier: BSL-1.0
/// Llama, and those that only call it otherwise or have another activation function.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_baichuan_names() noexcept {
  checkpoint_names n = llama_names;
  n.projections = {"W_pack", "o_proj", "", ""};
  return n;
}
inline constexpr checkpoint_names baichuan_names = make_baichuan_names();

/// Two matrices, squared ReLU.
inline feed_forwards read_relu2_blocks(const fields& f, const family& known, integer layers) {
  feed_forwards result = read_dense(f, known, layers);
  result.dense.gated = false;
  return result;
}

/// The same with biases, unless a key says otherwise.
inline feed_forwards read_jais2_blocks(const fields& f, const family& known, integer layers) {
  feed_forwards result = read_relu2_blocks(f, known, layers);
  result.dense.bias = f.flag("mlp_bias", true);
  return result;
}

/// One key says whether all four projections have biases.
inline layer_stack read_nanochat_layers(const fields& f, const family& known, integer hidden,
                                        precision own) {
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  a.qkv_bias = a.output_bias = f.flag("qkv_bias", false);
  return seeing_layers(f, known, own, a);
}

/// Latent attention, whose values are as wide as heads are apart where no key says; dense blocks.
inline layer_stack read_minicpm3_layers(const fields& f, const family& known, integer hidden,
                                        precision) {
  const integer layers = read_equal_layers(f);
  const integer heads = f.whole("num_attention_heads", any_heads);
  const integer value_width = f.find("v_head_dim") == nullptr ? even_head_dim(f, hidden, heads) : 0;
  return equal_layers(f, known, layers, read_latent_attention(f, 768, value_width), known.form);
}

/// Norms behind both blocks too, where a key says so.
/// Source: vllm/model_executor/models/hyperclovax.py.
inline layer_stack read_post_normed_layers(const fields& f, const family& known, integer hidden,
                                           precision own) {
  family formed = known;
  if (f.flag("use_post_norm", false)) formed.form = layer_form::sandwich;
  return read_seeing_layers(f, formed, hidden, own);
}

}  // namespace detail

namespace families {

inline constexpr family llama{.model_type = "llama",
                              .architecture = "LlamaForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_dense,
                              .bias = bias_rule::stated,
                              .mlp_bias = true};

inline constexpr family helium = renamed(llama, "helium", "HeliumForCausalLM");
inline constexpr family iquestcoder = renamed(llama, "iquestcoder", "IQuestCoderForCausalLM");
inline constexpr family telechat3 = renamed(llama, "telechat3", "TeleChat3ForCausalLM");
/// Source: class OpenPanguEmbeddedAttention of vllm/model_executor/models/openpangu.py.
inline constexpr family pangu_embedded{.model_type = "PanguEmbedded",
                                       .architecture = "PanguEmbeddedForCausalLM",
                                       .layers = detail::read_seeing_layers,
                                       .feed_forwards = detail::read_dense,
                                       .bias = bias_rule::named,
                                       .mlp_bias = true};
inline constexpr family hyperclovax{.model_type = "hyperclovax",
                                    .architecture = "HyperCLOVAXForCausalLM",
                                    .layers = detail::read_post_normed_layers,
                                    .feed_forwards = detail::read_dense,
                                    .bias = bias_rule::stated,
                                    .mlp_bias = true};
// Windows where layer_types says so.
constexpr family make_cwm() noexcept {
  family f = renamed(llama, "cwm", "CwmForCausalLM");
  f.head_dim = 128;
  f.windows = window_rule::but_every_nth;
  f.window = 8192;
  f.window_period = 4;
  return f;
}
inline constexpr family cwm = make_cwm();
inline constexpr family solar{.model_type = "solar",
                              .architecture = "SolarForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_dense,
                              .bias = bias_rule::stated,
                              .windows = window_rule::every_layer,
                              .window = 2047,
                              .mlp_bias = true};

inline constexpr family minicpm{.model_type = "minicpm",
                                .architecture = "MiniCPMForCausalLM",
                                .layers = detail::read_seeing_layers,
                                .feed_forwards = detail::read_dense,
                                .bias = bias_rule::stated,
                                .tied = true};
inline constexpr family minicpm3{.model_type = "minicpm3",
                                 .architecture = "MiniCPM3ForCausalLM",
                                 .layers = detail::read_minicpm3_layers,
                                 .feed_forwards = detail::read_dense,
                                 .tied = true};
inline constexpr family yi = renamed(llama, "Yi", "YiForCausalLM");
inline constexpr family skywork = renamed(llama, "skywork", "SkyworkForCausalLM");
inline constexpr family teleflm = renamed(llama, "TeleFLM", "TeleFLMForCausalLM");
/// LLaVA in its authors' own form: the settings of the encoder stand among those of the text model.
inline constexpr family llava_llama = renamed(llama, "llava_llama", "LlavaLlamaForCausalLM");
inline constexpr family xverse = renamed(llama, "xverse", "XverseForCausalLM");
inline constexpr family aquila = renamed(llama, "aquila", "AquilaForCausalLM");
inline constexpr family baichuan{.model_type = "baichuan",
                                 .architecture = "BaichuanForCausalLM",
                                 .other_architecture = "BaiChuanForCausalLM",
                                 .layers = detail::read_seeing_layers,
                                 .feed_forwards = detail::read_dense,
                                 .names = &detail::baichuan_names};
/// Source: vllm/model_executor/models/jais2.py; configuration_jais2.py of huggingface/transformers.
inline constexpr family jais2{.model_type = "jais2",
                              .architecture = "Jais2ForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_jais2_blocks,
                              .bias = bias_rule::stated,
                              .attention_bias = true,
                              .mlp_bias = true,
                              .activation = activation_rule::squared_relu,
                              .norm_bias = true};
/// Norms without gains, of queries and keys too.
/// Source: modeling_nanochat.py of huggingface/transformers (5.0).
inline constexpr family nanochat{.model_type = "nanochat",
                                 .architecture = "NanoChatForCausalLM",
                                 .layers = detail::read_nanochat_layers,
                                 .feed_forwards = detail::read_relu2_blocks,
                                 .activation = activation_rule::squared_relu,
                                 .bare_norms = true};
inline constexpr family arcee{.model_type = "arcee",
                              .architecture = "ArceeForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_relu2_blocks,
                              .bias = bias_rule::stated,
                              .mlp_bias = true,
                              .activation = activation_rule::squared_relu};
inline constexpr family nemotron{.model_type = "nemotron",
                                 .architecture = "NemotronForCausalLM",
                                 .layers = detail::read_seeing_layers,
                                 .feed_forwards = detail::read_relu2_blocks,
                                 .bias = bias_rule::stated,
                                 .mlp_bias = true,
                                 .activation = activation_rule::squared_relu,
                                 .norm_bias = true};

}  // namespace families

}  // namespace shardline::hf
