// SPDX-License-Identifier: BSL-1.0
/// The text models of Qwen2-VL, Qwen2.5-VL, Qwen3-VL, both Omnis and Qwen3-ASR, those of Qwen2 and
/// Qwen3 by other names. Older files of the first two describe the text model beside their
/// vision_config; their classes give a text model the defaults of Qwen2 or Qwen3.
#pragma once

#include "shardline/io/hf/families/qwen.hpp"

namespace shardline::hf::families {

inline constexpr family qwen2_vl = renamed(qwen2, "qwen2_vl", "Qwen2VLForConditionalGeneration");
inline constexpr family qwen2_vl_text =
    renamed(qwen2, "qwen2_vl_text", "Qwen2VLForConditionalGeneration");
inline constexpr family qwen2_5_vl =
    renamed(qwen2, "qwen2_5_vl", "Qwen2_5_VLForConditionalGeneration");
inline constexpr family qwen2_5_vl_text =
    renamed(qwen2, "qwen2_5_vl_text", "Qwen2_5_VLForConditionalGeneration");
inline constexpr family qwen2_5_omni_text =
    renamed(qwen2, "qwen2_5_omni_text", "Qwen2_5OmniThinkerForConditionalGeneration");
inline constexpr family qwen3_vl_text =
    renamed(qwen3, "qwen3_vl_text", "Qwen3VLForConditionalGeneration");
inline constexpr family qwen3_vl_moe_text =
    renamed(qwen3_moe, "qwen3_vl_moe_text", "Qwen3VLMoeForConditionalGeneration");
// Of the frequencies of its rotary embedding, Intern-S1-Pro learns how they mix: some thousand
// values.
inline constexpr family interns1_pro_text =
    renamed(qwen3_moe, "interns1_pro_text", "InternS1ProForConditionalGeneration");
inline constexpr family qwen3_omni_moe_text =
    renamed(qwen3_moe, "qwen3_omni_moe_text", "Qwen3OmniMoeThinkerForConditionalGeneration");

// Others' models for images that describe such a text model beside their vision_config.
inline constexpr family dots_ocr = renamed(qwen2, "dots_ocr", "DotsOCRForCausalLM");
inline constexpr family keye = renamed(qwen3, "Keye", "KeyeForConditionalGeneration");
inline constexpr family keye_vl1_5 =
    renamed(qwen3, "KeyeVL1_5", "KeyeVL1_5ForConditionalGeneration");
inline constexpr family llava_onevision1_5_text =
    renamed(qwen3, "LLaVAOneVision1_5_text", "LLaVAOneVision1_5_ForConditionalGeneration");

inline constexpr wrapper qwen2_5_omni_thinker{
    "qwen2_5_omni_thinker",
    "Qwen2_5OmniThinkerForConditionalGeneration",
    "qwen2_5_omni_text",
    {},
    false,
    "Qwen2OmniNaViTThinkerForConditionalGeneration"};  // in the published file
inline constexpr wrapper qwen3_omni_moe_thinker{
    "qwen3_omni_moe_thinker", "Qwen3OmniMoeThinkerForConditionalGeneration", "qwen3_omni_moe_text"};
inline constexpr wrapper qwen3_asr_thinker{
    "qwen3_asr_thinker",
    "Qwen3ASRThinkerForConditionalGeneration",  // its own files have the outer class
    "qwen3",
    {"qwen3_asr_text"},
    true};
inline constexpr wrapper qwen2_vl_wrapper{"qwen2_vl", "Qwen2VLForConditionalGeneration",
                                          "qwen2_vl_text"};
inline constexpr wrapper qwen2_5_vl_wrapper{"qwen2_5_vl", "Qwen2_5_VLForConditionalGeneration",
                                            "qwen2_5_vl_text"};
inline constexpr wrapper qwen3_vl{"qwen3_vl", "Qwen3VLForConditionalGeneration", "qwen3_vl_text"};
inline constexpr wrapper qwen3_vl_moe{"qwen3_vl_moe", "Qwen3VLMoeForConditionalGeneration",
                                      "qwen3_vl_moe_text"};
inline constexpr wrapper interns1_pro{"interns1_pro", "InternS1ProForConditionalGeneration",
                                      "interns1_pro_text"};

}  // namespace shardline::hf::families
