// SPDX-License-Identifier: BSL-1.0
/// Models that are no decoders of text, by model_type: what they are.
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

}  // namespace detail

/// What a model is that generates no text token by token from a cache of its own alone; empty if
/// nothing is known of it.
[[nodiscard]] constexpr std::string_view out_of_scope(std::string_view type) noexcept {
  if (detail::names(detail::encoder_types, type)) return "an encoder: encoders are out of scope";
  if (detail::names(detail::encoder_decoder_types, type)) {
    return "an encoder with a decoder: encoders are out of scope";
  }
  return {};
}

}  // namespace shardline::hf
