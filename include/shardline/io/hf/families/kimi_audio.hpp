// SPDX-License-Identifier: BSL-1.0
/// The text model of Kimi-Audio: Qwen2, whose embedding and head have a row for each token of text
/// and of sound. Engines that write text do not load the layers that write sound.
/// Source: vllm/transformers_utils/configs/kimi_audio.py; modeling_moonshot_kimia.py of
/// huggingface.co/moonshotai/Kimi-Audio-7B-Instruct.
#pragma once

#include <string>

#include "shardline/io/hf/families/qwen.hpp"

namespace shardline::hf {

namespace detail {

inline layer_stack read_kimi_audio_layers(const fields& f, const family& known, integer hidden,
                                          precision own) {
  const integer of_sound = f.whole_or("kimia_mimo_layers", 6, {0, any_layers.most});
  f.note("kimia_mimo_layers", std::to_string(of_sound) +
                                  " layers and a head that write sound are neither counted nor "
                                  "loaded");
  return read_seeing_layers(f, known, hidden, own);
}

constexpr family make_kimi_audio() noexcept {
  family f = renamed(families::qwen2, "kimi_audio", "MoonshotKimiaForCausalLM");
  f.layers = read_kimi_audio_layers;
  return f;
}

}  // namespace detail

namespace families {

inline constexpr family kimi_audio = detail::make_kimi_audio();

}  // namespace families

}  // namespace shardline::hf
