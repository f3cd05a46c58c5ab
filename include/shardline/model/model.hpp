// SPDX-License-Identifier: BSL-1.0
/// A transformer's shape: runs of layers, each an attention kind x a feed-forward kind.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>

#include "shardline/base/alternative.hpp"
#include "shardline/base/bounded.hpp"
#include "shardline/base/field.hpp"
#include "shardline/describe/weights.hpp"
#include "shardline/work/kinds/index.hpp"

namespace shardline {

/// How the two blocks of a layer are put together.
///   sequential          norm, attention, add, norm, feed-forward, add
///   sandwich            a second norm after each block too (Gemma 2 and 3)
///   scaled_sandwich     the same, and what the layer returns is multiplied by one learned scalar
///                       (Gemma 4)
///   parallel            both blocks read one norm, and their outputs are added (Falcon-7B, PaLM)
///   parallel_two_norms  the same with a norm for each (Falcon-40B)
///   three_norms         sequential, and one norm more in the second half: behind it (A.X K1), or
///                       before a dense block that is added to experts (Arctic)
///   gated_blocks        sequential, and what each block adds is multiplied by a learned scalar
///                       (layers of Llama 3.2 Vision that attend to images)
enum class layer_form : unsigned char {
  sequential,
  sandwich,
  parallel,
  parallel_two_norms,
  scaled_sandwich,
  three_norms,
  gated_blocks
};

/// Whether attention and feed-forward block of a layer read the same norm's output, or one each of
/// one input. Source: modeling_falcon.py of huggingface/transformers, which has both.
///   true of 2 of the forms: parallel and parallel_two_norms   (tests/model/model.cpp)
[[nodiscard]] constexpr bool is_parallel(layer_form f) noexcept {
  return f == layer_form::parallel || f == layer_form::parallel_two_norms;
}

/// Whether a norm follows each half too. Source: modeling_gemma2.py of huggingface/transformers.
///   true of 2 of the forms: sandwich and scaled_sandwich   (tests/model/model.cpp)
[[nodiscard]] constexpr bool is_sandwich(layer_form f) noexcept {
  return f == layer_form::sandwich || f == layer_form::scaled_sandwich;
}

/// One layer.
///   exceptions   matrices that it stores in another format than the model says; none by default
///   weights_of_another   its weights are those of an earlier layer: read here too, and stored
///                there alone (Ouro runs all its layers four times)
struct layer {
  attention_kind attention{};
  feed_forward_kind feed_forward{};
  layer_form form = layer_form::sequential;
  format_exceptions exceptions{};
  bool weights_of_another = false;

  friend constexpr bool operator==(const layer& a, const layer& b) noexcept {
    return equal_alternatives(a.attention, b.attention) &&
           equal_alternatives(a.feed_forward, b.feed_forward) && a.form == b.form &&
           a.exceptions == b.exceptions && a.weights_of_another == b.weights_of_another;
  }
};

/// Equal layers in a row: how many, from 1, and the place of their kind in the list of the stack.
struct layer_run {
  integer layers = 0;
  std::size_t kind = 0;
  friend constexpr bool operator==(const layer_run&, const layer_run&) noexcept = default;
};

inline constexpr std::size_t max_layer_kinds = highest_count(field::layer_kinds);
inline constexpr std::size_t max_layer_runs = highest_count(field::layer_runs);

/// How many layers of each kind.
using kind_counts = std::array<integer, max_layer_kinds>;

/// The layers in order, as runs of equal ones; each distinct layer is stored once. Layers that are
/// stored in different formats are distinct.
///   layer_stack{{3, {mla, dense}}, {58, {mla, experts}}}
///   layer_stack::repeat(18, {{1, {sliding, experts}}, {1, {full, experts}}})
/// More than 16 kinds or 160 runs are not stored; validation then names the field.
struct layer_stack {
  struct item {
    integer layers = 0;
    shardline::layer layer{};
  };

  bounded<layer, max_layer_kinds> kinds{};
  bounded<layer_run, max_layer_runs> runs{};

  constexpr layer_stack() = default;
  constexpr layer_stack(std::initializer_list<item> in_order) noexcept {
    for (const item& i : in_order) append(i.layers, i.layer);
  }
  /// `items` so many times one after the other.
  [[nodiscard]] static constexpr layer_stack repeat(integer times,
                                                    std::initializer_list<item> items) noexcept {
    layer_stack stack;
    for (integer t = 0; t < times && !stack.runs.overflowed; ++t) {
      for (const item& i : items) stack.append(i.layers, i.layer);
    }
    return stack;
  }

  /// `layers` equal layers more, 1 or more.
  constexpr void append(integer layers, const layer& l) noexcept {
    const std::size_t kind = kind_of(l);
    if (!runs.empty() && runs[runs.size() - 1].kind == kind) {
      integer& last = runs[runs.size() - 1].layers;
      last = saturating_sum(last, layers);
    } else {
      runs.push_back({layers, kind});
    }
  }

  /// Number of layers: 3 + 58 = 61 of the first above (tests/model/model.cpp).
  [[nodiscard]] constexpr integer size() const noexcept {
    integer total = 0;
    for (const layer_run& run : runs) total = saturating_sum(total, run.layers);
    return total;
  }

  /// Layers of each kind.
  [[nodiscard]] constexpr kind_counts counts() const noexcept {
    kind_counts result{};
    for (const layer_run& run : runs) result[run.kind] += run.layers;
    return result;
  }
  /// Layers of each kind among layers first, first + 1, ..., first + n - 1.
  [[nodiscard]] constexpr kind_counts counts(integer first, integer n) const noexcept {
    kind_counts result{};
    integer begin = 0;
    for (const layer_run& run : runs) {
      const integer end = begin + run.layers;
      const integer from = begin < first ? first : begin;
      const integer to = end < first + n ? end : first + n;
      if (from < to) result[run.kind] += to - from;
      begin = end;
    }
    return result;
  }

  friend constexpr bool operator==(const layer_stack&, const layer_stack&) noexcept = default;

 private:
  constexpr std::size_t kind_of(const layer& l) noexcept {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      if (kinds[i] == l) return i;
    }
    kinds.push_back(l);
    return kinds.size() - 1;
  }
};

/// A second embedding with a row of its own for each layer, which the layer takes beside the
/// residual stream (Gemma 3n and 4).
///   width        values of a row per layer; 0: there is none
///   vocab_size   rows
struct layer_inputs {
  integer width = 0;
  integer vocab_size = 0;
  friend constexpr bool operator==(const layer_inputs&, const layer_inputs&) noexcept = default;
};

/// Versions of the residual stream of which a layer works on one and predicts the others (AltUp,
/// arXiv 2301.13310), and a narrow path beside its attention (LAuReL, arXiv 2411.07501): Gemma 3n.
///   versions    of the stream; 1: the one that every model has
///   low_rank    inner width of the path; 0: there is none
struct alternating_updates {
  integer versions = 1;
  integer low_rank = 0;
  friend constexpr bool operator==(const alternating_updates&,
                                   const alternating_updates&) noexcept = default;
};

/// A transformer.
///   name             up to 95 characters, held in place
///   hidden_size      width of the residual stream
///   vocab_size       rows of the embedding; the head has as many columns
///   tied_embeddings  the head is the embedding
///   head_bias        the head has a bias (Phi-2, Phi-3.5-MoE)
///   norm_bias        norms have biases beside their gains (LayerNorm)
///   bare_norms       norms around the blocks have neither (OLMo's first models)
///   embedding_norm   a norm follows the embedding (Bloom)
///   no_last_norm     nothing is normed before the head (OPT-350M)
///   embedding_width  of the rows of embedding and head, projected to the model's width and from it
///                    (OPT-350M); 0: that is theirs
///   streams          residual streams, which hyper-connections mix before and after each block
///                    (DeepSeek-V4); 1: there are none
///   streams_apart    none of them is mixed with another, only with what a block returns (Hy4)
///   streams_averaged   before the head they are averaged, without weights of their own (GLM-5.3)
///   streams_rank     they are normed, and gated by a path of so many values (Qwen4): with gains of
///                    their own, so that no other norm stands before a block; 0: they are not
///   updates          versions of the stream that layers update in turn
///   residual_blocks  layers whose sum is kept as one block, for later ones to attend to beside the
///                    stream (Kimi K3); 0: none are kept
///   per_layer        an embedding that each layer has a part of
///   positions        rows of a learned position embedding (GPT-2); 0: none
///   extra_rows       rows of the embedding that the head has no columns for: tokens that stand for
///                    images (Llama 3.2 Vision: 8, Molmo: 128)
///   mtp_layers       multi-token-prediction layers of the checkpoint, each like the last layer;
///                    counted apart (mtp_parameters), loaded only to speculate
///   max_context      longest sequence the model was made for; 0: unknown, not checked
///   weights          storage format of each weight class, where no layer makes an exception
///   activations      residual stream, activations and collectives
///   kv_cache         storage of the KV cache
struct model {
  short_name name{};
  integer hidden_size = 0;
  integer vocab_size = 0;
  bool tied_embeddings = false;
  bool head_bias = false;
  bool norm_bias = false;
  bool bare_norms = false;
  bool embedding_norm = false;
  bool no_last_norm = false;
  integer embedding_width = 0;
  integer streams = 1;
  bool streams_apart = false;
  bool streams_averaged = false;
  integer streams_rank = 0;
  alternating_updates updates{};
  integer residual_blocks = 0;
  layer_inputs per_layer{};
  integer positions = 0;
  integer extra_rows = 0;
  layer_stack layers{};
  integer mtp_layers = 0;
  integer max_context = 0;
  weight_formats weights{};
  precision activations = precision::bf16;
  cache_format kv_cache{};

  friend constexpr bool operator==(const model&, const model&) noexcept = default;
};

/// The storage formats in layer `l` of model `m`: the layer's exceptions before the model's
/// `weights`.
///   of an attention kept in bf16 of a model in fp8: 16 and 8 bits   (tests/model/model.cpp)
[[nodiscard]] constexpr layer_formats formats_in(const model& m, const layer& l) noexcept {
  return {m.weights, l.exceptions};
}

/// The same model with its large matrices in `f` in every layer, whatever they were in, as
/// quantised() of describe/weights.hpp has it.
///   quantised(llama_3_1_8b, formats::fp8): attention 8 bits, head 16   (tests/model/model.cpp)
[[nodiscard]] constexpr model quantised(model m, const weight_format& f) noexcept {
  m.weights = quantised(m.weights, f);
  layer_stack layers;
  layers.kinds.overflowed = m.layers.kinds.overflowed;
  layers.runs.overflowed = m.layers.runs.overflowed;
  for (const layer_run& run : m.layers.runs) {
    layer l = m.layers.kinds[run.kind];
    format_exceptions left;
    for (format_exception e : l.exceptions) {
      e.classes.erase(large_matrices);
      if (!e.empty()) left.push_back(e);
    }
    l.exceptions = left;
    layers.append(run.layers, l);
  }
  m.layers = layers;
  return m;
}

/// Experts that tokens are routed to, and of them taken by each token; 0 where none are.
struct routed_experts {
  integer experts = 0;
  integer experts_per_token = 0;
};

/// Whether a layer is none of the transformer's, but adds to its streams between two of them:
/// stands_alone of its kind of token mixing. Checkpoints do not number it. Source: the definition
/// in work/kind.hpp.
///   true of a memory of n-grams, 1 of 49 layers of Qwen4   (tests/model/model.cpp)
[[nodiscard]] constexpr bool is_apart(const layer& l) noexcept {
  bool apart = false;
  visit_alternative(l.attention, [&apart]<class Kind>(const Kind&) { apart = stands_alone<Kind>; });
  return apart;
}

/// Routed experts of a layer, and how many of them a token takes; both 0 where there are none.
///   deepseek_v3, behind its first 3 layers: 256, of which a token takes 8
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr routed_experts experts_of(const layer& l) noexcept {
  routed_experts found;
  visit_alternative(l.feed_forward, [&found]<class Kind>(const Kind& kind) {
    if constexpr (routes_tokens<Kind>) found = {kind.experts, kind.experts_per_token};
  });
  return found;
}

/// Whether a layer routes tokens to experts: routes_tokens of its feed-forward kind.
///   of deepseek_v3's 2 kinds of layer the second alone   (tests/model/model.cpp)
[[nodiscard]] constexpr bool has_experts(const layer& l) noexcept {
  bool found = false;
  visit_alternative(l.feed_forward,
                    [&found]<class Kind>(const Kind&) { found = routes_tokens<Kind>; });
  return found;
}

/// Whether any layer's weights are those of another (weights_of_another), as in Ouro, which runs
/// its layers 4 times (total_ut_steps of its configuration).
///   false of llama_3_1_8b; true once 1 of its kinds says so   (tests/model/model.cpp)
[[nodiscard]] constexpr bool shares_weights(const model& m) noexcept {
  for (const layer& l : m.layers.kinds) {
    if (l.weights_of_another) return true;
  }
  return false;
}

/// Whether any layer of a model routes tokens to experts.
///   deepseek_v3 (256 experts), but not llama_3_1_70b   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr bool has_experts(const model& m) noexcept {
  for (const layer& l : m.layers.kinds) {
    if (has_experts(l)) return true;
  }
  return false;
}

/// experts_of() the first kind of layer of a model that has routed experts; 0 where none has.
///   deepseek_v3: 256, of which a token takes 8   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr routed_experts experts_of(const model& m) noexcept {
  for (const layer& l : m.layers.kinds) {
    if (has_experts(l)) return experts_of(l);
  }
  return {};
}

}  // namespace shardline
