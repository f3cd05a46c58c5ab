// SPDX-License-Identifier: BSL-1.0
/// LongCat-Flash: each layer is two of ours, of latent attention and a dense block each; the
/// experts read what the first dense block reads, so that they are priced as a block beside it.
/// Some of the router's choices hand a token back as it came.
/// Source: configuration_longcat_flash.py and modeling_longcat_flash.py of huggingface/transformers
/// (4.57).
#pragma once

#include <string>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_longcat_names() noexcept {
  checkpoint_names n = llama_names;
  n.router = "mlp.router.classifier";
  n.shared = "mlps.0.";
  n.dense = "mlps.1.";
  return n;
}
inline constexpr checkpoint_names longcat_names = make_longcat_names();

/// Experts that a token takes on average, where each of the router's choices is as likely.
inline integer met_of(integer taken, integer experts, integer identities) {
  return (taken * experts + (experts + identities) / 2) / (experts + identities);
}

inline mixture_of_experts read_longcat_experts(const fields& f) {
  mixture_of_experts moe{};
  moe.experts = f.whole("n_routed_experts", field::experts);
  moe.width = f.whole("expert_ffn_hidden_size", any_width);
  moe.identity_experts = f.whole_or("zero_expert_num", 0, {0, 1000000});
  (void)f.choice("zero_expert_type", {"identity"});
  const integer choices = moe.experts + moe.identity_experts;
  const integer taken = f.whole("moe_topk", {1, choices});
  moe.experts_per_token = met_of(taken, moe.experts, moe.identity_experts);
  if (moe.experts_per_token < 1) moe.experts_per_token = 1;
  if (moe.identity_experts > 0) {
    f.note("moe_topk", std::to_string(taken) + " choices, of which on average " +
                           std::to_string(moe.experts_per_token) + " are experts with weights");
  }
  moe.router_bias = f.flag("router_bias", false);
  moe.correction_bias = true;
  moe.shared_experts = 1;
  moe.shared_width = f.whole("ffn_hidden_size", any_width);
  return moe;
}

inline layer_stack read_longcat_layers(const fields& f, const family& known, integer, precision) {
  const integer layers = f.whole("num_layers", {1, any_layers.most / 2});
  (void)f.whole_or("num_hidden_layers", layers, any_layers);  // of the checkpoint, or of ours
  const latent_attention latents = read_latent_attention(f);
  const mixture_of_experts experts = read_longcat_experts(f);
  const dense_feed_forward dense{experts.shared_width};
  return layer_stack::repeat(
      layers, {{1, {latents, experts, known.form}}, {1, {latents, dense, known.form}}});
}

/// Tables of hashed n-grams of two to emb_neighbor_num tokens, emb_split_num of each, of which the
/// i-th from 0 has 2 i + 1 rows beyond ngram_vocab_size_ratio times the vocabulary.
inline ngram_memory read_longcat_memory(const fields& f, integer hidden) {
  const integer ratio = f.whole("ngram_vocab_size_ratio", {1, 10000});
  const integer least = ratio * f.whole("vocab_size", {1, 10000000});
  ngram_memory memory{};
  memory.lookups = f.whole("emb_split_num", {1, 64}) * (f.whole("emb_neighbor_num", {2, 16}) - 1);
  memory.rows = memory.lookups * (least + memory.lookups);
  if (hidden < memory.lookups) f.refuse("emb_split_num", "fewer tables than hidden_size");
  memory.row_width = hidden < memory.lookups ? 1 : hidden / memory.lookups;
  return memory;
}

inline layer_stack read_longcat_ngram_layers(const fields& f, const family& known, integer hidden,
                                             precision own) {
  layer_stack stack;
  stack.append(1, {read_longcat_memory(f, hidden), no_feed_forward{}});
  const layer_stack rest = read_longcat_layers(f, known, hidden, own);
  for (const layer_run& run : rest.runs) stack.append(run.layers, rest.kinds[run.kind]);
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family longcat_flash{.model_type = "longcat_flash",
                                      .architecture = "LongcatFlashForCausalLM",
                                      .layers = detail::read_longcat_layers,
                                      .names = &detail::longcat_names};
/// LongCat-Flash-Lite: tables of n-grams beside the embedding.
/// Source: vllm/model_executor/models/longcat_flash_ngram.py.
inline constexpr family longcat_flash_ngram{.model_type = "longcat_flash_ngram",
                                            .architecture = "LongcatFlashNgramForCausalLM",
                                            .layers = detail::read_longcat_ngram_layers,
                                            .names = &detail::longcat_names};

}  // namespace families

}  // namespace shardline::hf
