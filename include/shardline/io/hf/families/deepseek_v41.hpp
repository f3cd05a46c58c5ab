// SPDX-License-Identifier: BSL-1.0
/// DeepSeek-V4.1: V4's attention, of which a few layers make entries and keys of an indexer for all
/// others, and memories of n-grams before some layers.
/// Source: vllm/transformers_utils/configs/deepseek_v41.py and vllm/models/deepseek_v41; tensors
/// and their shapes as in huggingface.co/deepseek-ai/DeepSeek-V4.1-Flash.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "shardline/io/hf/families/deepseek_v4.hpp"

namespace shardline::hf {

namespace detail {

/// Whether each layer is in the list at `key`.
inline std::vector<bool> read_members_of(const fields& f, const char* key, integer layers) {
  std::vector<bool> listed(static_cast<std::size_t>(layers));
  if (f.find(key) == nullptr) f.refuse(key, "a list of layers");
  mark_layers(f, key, true, listed);
  return listed;
}

/// Tokens of an entry, one for each layer; the list may go on with those of prediction layers.
inline std::vector<integer> read_plain_ratios(const fields& f, integer layers) {
  constexpr const char* key = "compress_ratios";
  const std::string allowed =
      "whole numbers from 0 to 128, for each layer (" + std::to_string(layers) + ")";
  std::vector<integer> ratios =
      f.whole_list(key, {0, 128}, allowed).value_or(std::vector<integer>{});
  const integer more = f.whole_or("num_nextn_predict_layers", 0, field::mtp_layers);
  const auto given = static_cast<integer>(ratios.size());
  if (given != layers && given != layers + more) f.refuse(key, allowed);
  ratios.resize(static_cast<std::size_t>(layers));
  return ratios;
}

/// The attention of each layer: to the window alone, or also to entries, made by the layer or by
/// the last one before it that makes some, and chosen by it or by the last before it that chooses.
inline std::vector<compressed_attention> read_shared_entries(const fields& f, integer layers) {
  compressed_attention common = read_compressed_attention(f);
  common.plain_entries = true;
  const std::vector<integer> ratios = read_plain_ratios(f, layers);
  const std::vector<bool> makes = read_members_of(f, "kv_source_layer_ids", layers);
  const std::vector<bool> chooses = read_members_of(f, "index_source_layer_ids", layers);
  std::vector<compressed_attention> result;
  integer made = 0;  // tokens of the entries that there are
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    compressed_attention a = common;
    a.tokens_per_key = ratios[i];
    if (a.tokens_per_key > 0) {
      a.index_topk = f.whole("index_topk", any_length);
      a.index_heads = f.whole("index_n_heads", any_heads);
      a.index_head_dim = f.whole("index_head_dim", any_heads);
      a.reads_entries_of_another = !makes[i];
      a.chosen_by_another = !chooses[i];
      if (makes[i]) made = a.tokens_per_key;
    }
    const bool sound = makes[i] ? a.tokens_per_key > 0 && chooses[i]
                                : a.tokens_per_key == 0 || a.tokens_per_key == made;
    if (!sound) {
      f.refuse("kv_source_layer_ids",
               "layers with entries and an indexer, each before those of its ratio that read them");
    }
    result.push_back(a);
  }
  return result;
}

/// Rows for the hashes of n-grams of two tokens and more.
inline ngram_memory read_engram(const fields& f, integer rows) {
  ngram_memory memory{};
  memory.engram = true;
  memory.rows = rows;
  memory.row_width = f.whole("engram_head_dim", any_heads);
  const integer longest = f.whole("engram_max_ngram_size", {2, 64});
  memory.reach = longest;
  memory.lookups = (longest - 1) * f.whole("engram_n_heads", {1, 100});
  memory.streams = f.whole_or("hc_mult", 1, field::streams);
  return memory;
}

/// A memory's rows for each layer that has one before it, 0 for the others.
inline std::vector<integer> read_engram_rows(const fields& f, integer layers) {
  constexpr const char* key = "engram_num_embeddings";
  std::vector<integer> rows(static_cast<std::size_t>(layers));
  const auto places = f.whole_list("engram_layer_ids", {0, layers - 1},
                                   "layer numbers from 0 to " + std::to_string(layers - 1))
                          .value_or(std::vector<integer>{});
  if (places.empty()) return rows;
  const std::string allowed = "a number of rows for each of engram_layer_ids";
  const auto sizes =
      f.whole_list(key, {1, 1000000000000}, allowed).value_or(std::vector<integer>{});
  if (sizes.size() != places.size()) {
    f.refuse(key, allowed);
    return rows;
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    rows[static_cast<std::size_t>(places[i])] = sizes[i];
  }
  return rows;
}

/// What a reader of the list of layers would not see.
inline void note_deepseek_v41(const fields& f, const std::vector<compressed_attention>& attention) {
  const auto reads = [](const compressed_attention& a) { return a.reads_entries_of_another; };
  if (attention.back().tokens_per_key == 1 && reads(attention.back())) {
    f.note("compress_ratios",
           "prompts are priced through all layers: an engine that runs those behind the last that "
           "makes entries for a prompt's end alone reads it faster");
  }
  f.note("n_routed_experts", "the routers' biases for images are not counted");
  // How hashes are made, which entries an indexer looks through, and the sizes of drafting layers.
  for (const char* key : {"candidate_block_size", "candidate_topk_blocks", "engram_vocab_size",
                          "engram_compressed_vocab_size", "dspark_block_size", "dspark_markov_rank",
                          "dspark_n_routed_experts", "dspark_num_experts_per_tok"}) {
    (void)f.find(key);
  }
}

inline layer_stack read_deepseek_v41_layers(const fields& f, const family& known, integer,
                                            precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  const std::vector<compressed_attention> attention = read_shared_entries(f, layers);
  const std::vector<integer> rows = read_engram_rows(f, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (std::size_t i = 0; i < attention.size(); ++i) {
    mixture_of_experts experts = blocks.experts;
    experts.even_shares = true;
    if (rows[i] > 0) stack.append(1, {read_engram(f, rows[i]), no_feed_forward{}});
    stack.append(1, {attention[i], experts});
  }
  note_deepseek_v41(f, attention);
  return stack;
}

/// Exponents for scales, and experts in MXFP4 where the settings say so.
inline void read_deepseek_v41_formats(const fields& f, model& m) {
  const json* settings = f.object("quantization_config");
  if (settings == nullptr) return check_deepseek_v4_formats(f, m, {});
  const fields quantised(*settings, f.path_of("quantization_config"), f.report());
  if (quantised.word("quant_method", "fp8") != "fp8") return;
  if (quantised.word("scale_fmt", "") == "ue8m0") {
    for (weight_format& format : m.weights.of) {
      if (format.element == precision::fp8) format.scale_bits = 8;
    }
  }
  if (quantised.choice("expert_dtype", {"fp8", "fp4"}) != "fp4") return;
  weight_format& routed = m.weights[weight_class::routed_expert];
  routed = formats::mxfp4;
  routed.math = precision::fp8;
}

}  // namespace detail

namespace families {

inline constexpr family deepseek_v41_text{
    .model_type = "deepseek_v41_text",
    .architecture = "DeepseekV41ForCausalLM",
    .layers = detail::read_deepseek_v41_layers,
    .feed_forwards = detail::read_deepseek,
    .own_formats = detail::read_deepseek_v41_formats,
    .shared_experts = 1,
    .topk_method = "noaux_tc",
    .streams_averaged = true,
    .prediction = prediction_rule::patterned,
    .names = &detail::deepseek_v4_names,
    .priced = {"index_topk", "index_n_heads", "compress_ratios", "hc_mult"}};
inline constexpr wrapper deepseek_v41{"deepseek_v41", "DeepseekV41ForCausalLM",
                                      "deepseek_v41_text"};

}  // namespace families

}  // namespace shardline::hf
