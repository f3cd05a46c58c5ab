// SPDX-License-Identifier: BSL-1.0
/// Qwen4 as first published (Qwen3.8-Flash-Next): Qwen3.5's linear attention beside attention to
/// blocks of tokens that an indexer chooses, gated streams, and tables of hashed n-grams before one
/// of the first layers.
/// Source: configuration_qwen4_exp.py and modeling_qwen4_exp.py of huggingface/transformers (5);
/// vllm/models/qwen4_exp.
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/families/qwen_hybrid.hpp"

namespace shardline::hf {

namespace detail {

/// The n-th prime that is no less than `from`; its tables have so many rows, one after the other.
inline integer nth_prime(integer from, integer n) {
  const auto is_prime = [](integer x) {
    for (integer divisor = 2; divisor * divisor <= x; ++divisor) {
      if (x % divisor == 0) return false;
    }
    return x > 1;
  };
  integer prime = from - 1;
  for (; n > 0; --n) {
    do ++prime;
    while (!is_prime(prime));
  }
  return prime;
}

/// Rows of all tables of one module, padded together.
inline integer read_table_rows(const fields& f, integer tables) {
  const integer least = f.whole_or("ngram_vocab_size_base", 20000000, {1, 1000000000});
  const integer whole = f.whole_or("make_ngram_vocab_size_divisible_by", 128, {1, 1000000});
  integer rows = 0;
  integer prime = least - 1;
  for (integer i = 0; i < tables; ++i) {
    prime = nth_prime(prime + 1, 1);
    rows += prime;
  }
  return (rows + whole - 1) / whole * whole;
}

/// Two hashed n-grams of two and three tokens, each by several hashes, a row for each hash.
inline ngram_memory read_qwen4_memory(const fields& f, integer hidden) {
  ngram_memory memory{};
  memory.streams = f.whole_or("hc_count", 4, {2, highest_count(field::streams)});
  memory.reach = f.whole_or("ngram_size", 3, {2, 8});
  memory.lookups = (memory.reach - 1) * f.whole_or("heads_per_ngram", 8, {1, 64});
  memory.conv_kernel = f.whole_or("ple_conv_kernel_size", 4, any_kernel);
  memory.rows = read_table_rows(f, memory.lookups);
  const integer width = f.whole_or("ple_embed_dim", hidden, field::hidden_size);
  if (width % memory.lookups != 0) {
    f.refuse("ple_embed_dim", "a multiple of the hashes (" + std::to_string(memory.lookups) + ")");
  }
  memory.row_width = width < memory.lookups ? 1 : width / memory.lookups;
  memory.in_fp8 = f.choice("ple_embedding_dtype", {"bfloat16", "float8_e4m3fn", "fp8"}) !=
                  std::string("bfloat16");
  return memory;
}

/// Before which layer the tables are read, counted from 0; -1: before none.
inline integer read_memory_place(const fields& f, integer layers) {
  constexpr const char* key = "ple_layer_ids";
  const std::string allowed = "one number of a layer from 1 to " + std::to_string(layers);
  const auto listed = f.whole_list(key, {1, layers}, allowed);
  if (!listed || listed->empty()) return -1;
  if (listed->size() > 1) f.refuse(key, allowed);
  return listed->front() - 1;
}

/// Which layers attend; what a released file calls full attention is sparse.
inline std::vector<bool> read_qwen4_attending(const fields& f, integer layers) {
  constexpr const char* key = "layer_types";
  std::vector<bool> attending;
  for (const std::string& type : f.words(key)) {
    attending.push_back(type != "linear_attention");
    if (attending.back() && type != "full_attention" && type != "qwen_sparse_attention") {
      f.refuse(key, quoted({"linear_attention", "full_attention", "qwen_sparse_attention"}));
    }
  }
  const integer every = f.whole_or("full_attention_interval", 4, any_layers);
  if (f.find(key) != nullptr && static_cast<integer>(attending.size()) != layers) {
    f.refuse(key, "one for each layer (" + std::to_string(layers) + ")");
  }
  for (auto i = static_cast<integer>(attending.size()); i < layers; ++i) {
    attending.push_back((i + 1) % every == 0);
  }
  attending.resize(static_cast<std::size_t>(layers));
  return attending;
}

/// Grouped queries to blocks of indexer_compress_ratio tokens, or to all without an indexer.
inline attention_kind read_qwen4_attention(const fields& f, const family& known, integer hidden) {
  const grouped_query_attention a = read_grouped_attention(f, known, hidden);
  if (f.find("indexer_n_heads") == nullptr) return a;
  using kind = block_sparse_attention;
  const integer most = static_cast<integer>(kind::topk_range.highest);
  const integer pool = f.whole("indexer_compress_ratio", {1, most});
  (void)f.whole("indexer_kv_heads", {1, 1});
  const integer budget = f.whole("indexer_budget", {pool, most});
  if (budget % pool != 0) {
    f.refuse("indexer_budget",
             "a multiple of indexer_compress_ratio (" + std::to_string(pool) + ")");
  }
  return kind{.heads = a.heads,
              .kv_heads = a.kv_heads,
              .head_dim = a.head_dim,
              .qk_norm = a.qk_norm,
              .index_heads = f.whole("indexer_n_heads", any_heads),
              .index_head_dim = f.whole("indexer_head_dim", any_heads),
              .block_size = pool,
              .topk_blocks = budget / pool,
              .output_gate = a.output_gate,
              .index_pool = pool};
}

inline layer_stack read_qwen4_layers(const fields& f, const family& known, integer hidden,
                                     precision own) {
  const integer layers = f.whole(layers_key(f), any_layers);
  const attention_kind attention = read_qwen4_attention(f, known, hidden);
  const linear_attention linear = read_linear_attention(f, own);
  const std::vector<bool> attending = read_qwen4_attending(f, layers);
  const integer place = read_memory_place(f, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    if (i == place) stack.append(1, {read_qwen4_memory(f, hidden), no_feed_forward{}});
    const bool attends = attending[static_cast<std::size_t>(i)];
    stack.append(1, {attends ? attention : attention_kind(linear), blocks.of(i)});
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family qwen4_exp_text{.model_type = "qwen4_exp_text",
                                       .architecture = "Qwen4ExpForCausalLM",
                                       .layers = detail::read_qwen4_layers,
                                       .feed_forwards = detail::read_qwen_shared,
                                       .kv_heads = 2,
                                       .head_dim = 256,
                                       .bias = bias_rule::stated,
                                       .qk_norm = qk_norm_rule::per_head,
                                       .output_gate = true,
                                       .windows = window_rule::linear,
                                       .streams = 4,
                                       .streams_rank = 320,
                                       .prediction = prediction_rule::patterned,
                                       .names = &detail::qwen3_5_names};
inline constexpr wrapper qwen4_exp{"qwen4_exp", "Qwen4ExpForConditionalGeneration",
                                   "qwen4_exp_text"};

}  // namespace families

}  // namespace shardline::hf
