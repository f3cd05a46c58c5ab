// SPDX-License-Identifier: BSL-1.0
/// config.json to a model's shape: its layers in order, and the whole.
#pragma once

#include <algorithm>
#include <string>

#include "shardline/io/hf/blocks/layers.hpp"
#include "shardline/io/hf/source.hpp"
#include "shardline/io/hf/unpriced.hpp"
#include "shardline/model/model.hpp"

namespace shardline::hf {

namespace detail {

// MiniMax counts modules, and use_mtp says whether there are any.
inline const char* mtp_key(const fields& f) {
  if (f.flag("use_mtp", false)) return "num_mtp_modules";
  return f.name_of({"num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_layers"});
}

/// Layers that only speculation loads.
inline integer read_mtp_layers(const fields& f, const family& known) {
  const char* key = mtp_key(f);
  const integer layers = f.whole_or(key, known.mtp_layers, field::mtp_layers);
  (void)f.whole_or("mtp_transformer_layers", 1, {1, 1});
  if (layers == 0) return 0;
  const std::string found = std::to_string(layers) + " multi-token-prediction layers are ";
  switch (known.prediction) {
    case prediction_rule::patterned:
      f.note(key, found + "neither counted nor loaded: they follow a pattern of their own");
      return 0;
    case prediction_rule::unpublished:
      f.note(key, found + "neither counted nor loaded: published checkpoints hold none");
      return 0;
    case prediction_rule::stated:
      break;
  }
  f.note(key, found + "counted apart and not loaded" +
                  (f.find(key) == nullptr ? ": published checkpoints hold them" : ""));
  if (f.flag("mtp_use_dedicated_embeddings", false)) {
    f.note("mtp_use_dedicated_embeddings", "true; these embeddings are not counted");
  }
  return layers;
}

// Molmo's embedding and head have more rows than its vocabulary.
inline const char* vocabulary_key(const fields& f) {
  return f.find("embedding_size") == nullptr ? "vocab_size" : "embedding_size";
}

inline integer read_vocabulary(const fields& f, const family& known) {
  constexpr range any_vocabulary = above_0(field::vocab_size);
  if (known.vocab_size == 0) return f.whole(vocabulary_key(f), any_vocabulary);
  return f.whole_or_noted("vocab_size", known.vocab_size, any_vocabulary);
}

/// The least that a key says, as vLLM takes it (_get_and_verify_max_len): Qwen's first models say
/// both the longest context and that of their training.
inline integer read_context(const fields& f, const family& known) {
  integer least = 0;
  for (const char* key : {"max_position_embeddings", "n_positions", "seq_length", "max_seq_len"}) {
    if (f.find(key) == nullptr) continue;
    const integer stated = f.whole(key, any_length);
    least = least == 0 ? stated : (std::min)(least, stated);
  }
  if (least > 0 || known.context == 0) return least;
  return f.whole_or_noted("max_position_embeddings", known.context, any_length);
}

/// The embedding that each layer has a part of. Keys of families without one are refused.
inline layer_inputs read_layer_inputs(const fields& f, const family& known) {
  if (known.layer_inputs == 0) return {};
  const integer width =
      f.whole_or("hidden_size_per_layer_input", known.layer_inputs, 0, field::layer_input_width);
  if (width == 0) return {};
  return {width,
          f.whole_or("vocab_size_per_layer_input", 262144, above_0(field::layer_input_vocab_size))};
}

/// Versions of the stream, where a family has them.
inline alternating_updates read_updates(const fields& f, const family& known) {
  if (!known.updates) return {};
  return {f.whole_or("altup_num_inputs", 4, field::stream_versions),
          f.whole_or("laurel_rank", 64, field::low_rank_path)};
}

/// GPT-2 and OPT learn their positions, so their number is a size.
inline integer read_positions(const fields& f, const family& known) {
  if (!known.learned_positions) return 0;
  const range seen{any_length.least, highest_count(field::positions) - known.position_offset};
  return known.position_offset +
         f.whole(f.name_of({"n_positions", "max_position_embeddings"}), seen);
}

/// OPT-350M looks up and reads out narrower rows than it works on, and has its norms behind the
/// blocks, so that there is none before the head.
inline void read_narrow_rows(const fields& f, const family& known, model& m) {
  if (!known.narrow_rows) return;
  const integer width = f.whole_or("word_embed_proj_dim", m.hidden_size, any_width);
  m.embedding_width = width == m.hidden_size ? 0 : width;
  const bool before = f.flag("do_layer_norm_before", true);
  m.no_last_norm = f.flag("_remove_final_layer_norm", false) || !before;
}

}  // namespace detail

/// The shape that the source describes, weights, activations and KV cache in `own`. After a fault
/// the result means nothing.
[[nodiscard]] inline model read_shape(const source& s, const family& known, const model& own) {
  const fields& f = s.text;
  check_unpriced(f, known);
  detail::check_activation(f, known.activation);
  model m = own;
  const wrapper* around = wrapper_of(s.whole.word("model_type", ""));
  m.name = around == nullptr ? known.model_type : around->model_type;
  m.hidden_size = detail::read_hidden_size(f);
  m.vocab_size = detail::read_vocabulary(f, known);
  m.tied_embeddings = read_tied(s, known);
  m.norm_bias = known.norm_bias;
  m.bare_norms = known.bare_norms;
  m.head_bias = known.head_bias;
  m.per_layer = detail::read_layer_inputs(f, known);
  m.residual_blocks = f.whole_or("attn_res_block_size", 0, field::residual_blocks);
  m.streams = f.whole_or(f.name_of({"hc_mult", "hc_count"}), known.streams, field::streams);
  m.streams_apart = known.streams_apart && m.streams > 1;
  m.streams_averaged = known.streams_averaged && m.streams > 1;
  if (known.streams_rank > 0 && m.streams > 1) {
    m.streams_rank = f.whole_or("hc_lowrank", known.streams_rank, above_0(field::streams_rank));
  }
  m.updates = detail::read_updates(f, known);
  m.embedding_norm = known.embedding_norm;
  detail::read_narrow_rows(f, known, m);
  m.positions = detail::read_positions(f, known);
  m.extra_rows = known.extra_rows;
  m.max_context = detail::read_context(f, known);
  m.layers = known.layers(f, known, m.hidden_size, own.activations);
  if (m.layers.kinds.overflowed) {
    f.refuse(detail::layers_key(f),
             "layers of at most " + std::to_string(max_layer_kinds) + " kinds");
  } else if (m.layers.runs.overflowed) {
    f.refuse(detail::layers_key(f),
             "layers that change kind at most " + std::to_string(max_layer_runs - 1) + " times");
  }
  m.mtp_layers = detail::read_mtp_layers(f, known);
  note_encoders(s);
  if (!s.report().failed()) note_unread(f);
  return m;
}

}  // namespace shardline::hf
