// SPDX-License-Identifier: BSL-1.0
/// Models that are no decoders of text, and decoders that are not priced, by model_type: what they
/// are, or why not.
#pragma once

#include <array>
#include <string_view>

#include "shardline/base/fwd.hpp"

namespace shardline::hf {

namespace detail {

inline constexpr std::array<std::string_view, 41> encoder_types{
    "albert",     "bert",       "big_bird",   "camembert",     "canine",
    "clip",       "clap",       "convbert",   "data2vec-text", "deberta",
    "deberta-v2", "distilbert", "dinov2",     "electra",       "ernie",
    "esm",        "eurobert",   "flaubert",   "fnet",          "funnel",
    "hubert",     "layoutlm",   "layoutlmv3", "longformer",    "luke",
    "mobilebert", "modernbert", "mpnet",      "new",           "nomic_bert",
    "roberta",    "roformer",   "siglip",     "siglip2",       "squeezebert",
    "vit",        "wav2vec2",   "xlm",        "xlm-roberta",   "xlm-roberta-xl",
    "gte"};
inline constexpr std::array<std::string_view, 22> encoder_decoder_types{"bart",
                                                                        "blenderbot",
                                                                        "fsmt",
                                                                        "led",
                                                                        "longt5",
                                                                        "m2m_100",
                                                                        "marian",
                                                                        "mbart",
                                                                        "mt5",
                                                                        "nllb-moe",
                                                                        "pegasus",
                                                                        "prophetnet",
                                                                        "seamless_m4t",
                                                                        "speecht5",
                                                                        "switch_transformers",
                                                                        "t5",
                                                                        "t5gemma",
                                                                        "t5gemma2",
                                                                        "udop",
                                                                        "umt5",
                                                                        "whisper",
                                                                        "vision-encoder-decoder"};

template <std::size_t N>
constexpr bool names(const std::array<std::string_view, N>& types, std::string_view type) noexcept {
  for (const std::string_view one : types) {
    if (one == type) return true;
  }
  return false;
}

// A decoder whose work is of a kind that nothing here prices.
struct unpriced_type {
  std::string_view model_type{};
  std::string_view why_not{};
};
inline constexpr std::string_view shares_weights =
    "a decoder whose layers share weights, which are not priced";
inline constexpr std::string_view sees_images =
    "a decoder with layers for images alone, which are not priced";
inline constexpr std::string_view recurs =
    "a recurrent decoder of a kind that is not priced, and that no engine here serves";
inline constexpr std::string_view shares_cache =
    "a decoder whose upper half reads one layer's cache, with gated memory units, which are not "
    "priced";
inline constexpr std::string_view is_ternary =
    "a decoder of ternary weights with norms inside its blocks, which no engine here serves";
inline constexpr std::string_view mixes_attention =
    "a decoder with experts of attention, which are not priced";
inline constexpr std::string_view mixes_values =
    "a decoder whose values come from experts, which are not priced";
inline constexpr std::string_view gates_norms =
    "a decoder whose norms are gated through a path of low rank, which are not priced";
inline constexpr std::string_view scales_norms =
    "a decoder whose norms a small network of the delay scales, which is not priced";
inline constexpr std::string_view loops =
    "a decoder whose second pass attends to the first one's cache and to a window of its own, "
    "which "
    "is not priced";
inline constexpr std::string_view makes_kernels =
    "a decoder whose convolutions' taps are made of each token, which are not priced";
inline constexpr std::string_view denoises =
    "a diffusion model: it does not write token by token, and is not priced";
inline constexpr std::array unpriced_types{unpriced_type{"zamba", shares_weights},
                                           unpriced_type{"zamba2", shares_weights},
                                           unpriced_type{"phi4flash", shares_cache},
                                           unpriced_type{"bitnet", is_ternary},
                                           unpriced_type{"jetmoe", mixes_attention},
                                           unpriced_type{"k2_horizon", mixes_values},
                                           unpriced_type{"gigachat3_5", gates_norms},
                                           unpriced_type{"iquestloopcoder", loops},
                                           unpriced_type{"jet_nemotron", makes_kernels},
                                           unpriced_type{"voxtral_realtime_text", scales_norms},
                                           unpriced_type{"cogvlm", sees_images},
                                           unpriced_type{"cogvlm2", sees_images},
                                           unpriced_type{"recurrent_gemma", recurs},
                                           unpriced_type{"rwkv", recurs},
                                           unpriced_type{"rwkv5", recurs},
                                           unpriced_type{"rwkv6", recurs},
                                           unpriced_type{"rwkv7", recurs},
                                           unpriced_type{"xlstm", recurs},
                                           unpriced_type{"retnet", recurs},
                                           unpriced_type{"griffin", recurs},
                                           unpriced_type{"llada", denoises},
                                           unpriced_type{"llada_moe", denoises},
                                           unpriced_type{"llada2_moe", denoises},
                                           unpriced_type{"Dream", denoises},
                                           unpriced_type{"sdar", denoises},
                                           unpriced_type{"sdar_moe", denoises}};

}  // namespace detail

/// What a model is that generates no text token by token from a cache of its own alone; empty if
/// nothing is known of it.
[[nodiscard]] constexpr std::string_view out_of_scope(std::string_view type) noexcept {
  if (detail::names(detail::encoder_types, type)) return "an encoder: encoders are out of scope";
  if (detail::names(detail::encoder_decoder_types, type)) {
    return "an encoder with a decoder: encoders are out of scope";
  }
  for (const detail::unpriced_type& one : detail::unpriced_types) {
    if (one.model_type == type) return one.why_not;
  }
  return {};
}

}  // namespace shardline::hf
