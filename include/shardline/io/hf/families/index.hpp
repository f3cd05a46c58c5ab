// SPDX-License-Identifier: BSL-1.0
/// The families of configurations that the importer knows, a line for each.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "shardline/io/hf/families/afmoe.hpp"
#include "shardline/io/hf/families/apertus.hpp"
#include "shardline/io/hf/families/arctic.hpp"
#include "shardline/io/hf/families/aria.hpp"
#include "shardline/io/hf/families/bailing.hpp"
#include "shardline/io/hf/families/bailing_hybrid.hpp"
#include "shardline/io/hf/families/bloom.hpp"
#include "shardline/io/hf/families/chatglm.hpp"
#include "shardline/io/hf/families/cohere.hpp"
#include "shardline/io/hf/families/deepseek.hpp"
#include "shardline/io/hf/families/deepseek_v4.hpp"
#include "shardline/io/hf/families/deepseek_v41.hpp"
#include "shardline/io/hf/families/dots1.hpp"
#include "shardline/io/hf/families/dots3.hpp"
#include "shardline/io/hf/families/ernie.hpp"
#include "shardline/io/hf/families/ernie_vl.hpp"
#include "shardline/io/hf/families/exaone.hpp"
#include "shardline/io/hf/families/falcon.hpp"
#include "shardline/io/hf/families/falcon_h1.hpp"
#include "shardline/io/hf/families/gemma.hpp"
#include "shardline/io/hf/families/gemma3n.hpp"
#include "shardline/io/hf/families/gemma4.hpp"
#include "shardline/io/hf/families/glm.hpp"
#include "shardline/io/hf/families/glm5_next.hpp"
#include "shardline/io/hf/families/gpt2.hpp"
#include "shardline/io/hf/families/gpt_neox.hpp"
#include "shardline/io/hf/families/gpt_oss.hpp"
#include "shardline/io/hf/families/granite.hpp"
#include "shardline/io/hf/families/grok.hpp"
#include "shardline/io/hf/families/hrm.hpp"
#include "shardline/io/hf/families/hunyuan.hpp"
#include "shardline/io/hf/families/hunyuan_v4.hpp"
#include "shardline/io/hf/families/inkling.hpp"
#include "shardline/io/hf/families/internlm.hpp"
#include "shardline/io/hf/families/jamba.hpp"
#include "shardline/io/hf/families/kimi.hpp"
#include "shardline/io/hf/families/kimi_audio.hpp"
#include "shardline/io/hf/families/laguna.hpp"
#include "shardline/io/hf/families/lfm2.hpp"
#include "shardline/io/hf/families/llama.hpp"
#include "shardline/io/hf/families/llama4.hpp"
#include "shardline/io/hf/families/longcat.hpp"
#include "shardline/io/hf/families/mamba.hpp"
#include "shardline/io/hf/families/mimo.hpp"
#include "shardline/io/hf/families/minicpmv.hpp"
#include "shardline/io/hf/families/minimax.hpp"
#include "shardline/io/hf/families/minimax_text.hpp"
#include "shardline/io/hf/families/mistral.hpp"
#include "shardline/io/hf/families/mllama.hpp"
#include "shardline/io/hf/families/molmo.hpp"
#include "shardline/io/hf/families/mosaic.hpp"
#include "shardline/io/hf/families/muse.hpp"
#include "shardline/io/hf/families/nemotron.hpp"
#include "shardline/io/hf/families/nemotron_nas.hpp"
#include "shardline/io/hf/families/olmo.hpp"
#include "shardline/io/hf/families/openpangu.hpp"
#include "shardline/io/hf/families/opt.hpp"
#include "shardline/io/hf/families/ouro.hpp"
#include "shardline/io/hf/families/persimmon.hpp"
#include "shardline/io/hf/families/phi.hpp"
#include "shardline/io/hf/families/plamo.hpp"
#include "shardline/io/hf/families/qwen.hpp"
#include "shardline/io/hf/families/qwen4.hpp"
#include "shardline/io/hf/families/qwen_hybrid.hpp"
#include "shardline/io/hf/families/qwen_vl.hpp"
#include "shardline/io/hf/families/seed_oss.hpp"
#include "shardline/io/hf/families/smollm3.hpp"
#include "shardline/io/hf/families/solar_open.hpp"
#include "shardline/io/hf/families/sparse_latent.hpp"
#include "shardline/io/hf/families/stablelm.hpp"
#include "shardline/io/hf/families/starcoder.hpp"
#include "shardline/io/hf/families/step.hpp"
#include "shardline/io/hf/families/telechat.hpp"

namespace shardline::hf {

// clang-format off
inline constexpr std::array all_families{
    &families::llama,
    &families::mistral,
    &families::ministral3,
    &families::ministral,
    &families::mixtral,
    &families::qwen2,
    &families::qwen2_moe,
    &families::qwen3,
    &families::qwen3_moe,
    &families::mellum,
    &families::qwen2_vl,
    &families::qwen2_vl_text,
    &families::qwen2_5_vl,
    &families::qwen2_5_vl_text,
    &families::qwen2_5_omni_text,
    &families::dots_ocr,
    &families::keye,
    &families::keye_vl1_5,
    &families::llava_onevision1_5_text,
    &families::qwen3_vl_text,
    &families::qwen3_vl_moe_text,
    &families::qwen3_omni_moe_text,
    &families::interns1_pro_text,
    &families::kimi_audio,
    &families::mimo,
    &families::mimo_v2_flash,
    &families::mimo_v2,
    &families::seed_oss,
    &families::qwen3_next,
    &families::qwen3_5_text,
    &families::qwen3_5_moe_text,
    &families::qwen4_exp_text,
    &families::deepseek,
    &families::deepseek_v2,
    &families::deepseek_v3,
    &families::mistral4,
    &families::youtu,
    &families::axk1,
    &families::kimi_k2,
    &families::kimi_linear,
    &families::deepseek_v32,
    &families::deepseek_v4,
    &families::deepseek_v41_text,
    &families::glm_moe_dsa,
    &families::glm4_moe,
    &families::solar_open,
    &families::solar_open2,
    &families::glm4_moe_lite,
    &families::minimax_m2,
    &families::minimax_text_01,
    &families::minimax_m1,
    &families::minimax,
    &families::minimax_m3,
    &families::minimax_m3_vl_text,
    &families::gpt_oss,
    &families::gemma,
    &families::gemma2,
    &families::vaultgemma,
    &families::gemma3_text,
    &families::rnj1,
    &families::gemma3n_text,
    &families::gemma4_text,
    &families::gemma4_unified_text,
    &families::phi3,
    &families::phi3small,
    &families::olmo,
    &families::olmo2,
    &families::olmo3,
    &families::flex_olmo,
    &families::olmo_hybrid,
    &families::smollm3,
    &families::cohere2,
    &families::cohere2_moe,
    &families::llama4_text,
    &families::falcon,
    &families::bloom,
    &families::gpt2,
    &families::gptj,
    &families::codegen,
    &families::gpt_neo,
    &families::jais,
    &families::qwen,
    &families::opt,
    &families::gpt_neox,
    &families::granite,
    &families::granitemoe,
    &families::granitemoeshared,
    &families::granitemoehybrid,
    &families::granite_swa,
    &families::granitemoe_swa,
    &families::bamba,
    &families::nemotron_h,
    &families::nemotron_h_puzzle,
    &families::mamba2,
    &families::mamba,
    &families::falcon_mamba,
    &families::jamba,
    &families::plamo2,
    &families::falcon_h1,
    &families::lfm2,
    &families::lfm2_moe,
    &families::exaone,
    &families::exaone4,
    &families::exaone_moe,
    &families::dots1,
    &families::dots3_note,
    &families::dots3_note_omni,
    &families::dots3_note_text,
    &families::hunyuan_v1_dense,
    &families::hunyuan_v1_moe,
    &families::hunyuan,
    &families::hunyuan_vl,
    &families::hunyuan_vl_text,
    &families::hy_v3,
    &families::bailing_moe,
    &families::bailing_moe_v2,
    &families::bailing_moe_linear,
    &families::bailing_hybrid,
    &families::sarvam_moe,
    &families::param2moe,
    &families::sarvam_mla,
    &families::longcat_flash,
    &families::longcat_flash_ngram,
    &families::ernie4_5,
    &families::paddleocr_vl,
    &families::paddleocr_vl_text,
    &families::ernie4_5_moe,
    &families::ernie4_5_vl_moe_text,
    &families::ernie4_5_moe_vl,
    &families::starcoder2,
    &families::gpt_bigcode,
    &families::internlm,
    &families::internlm2,
    &families::internlm3,
    &families::chatglm,
    &families::glm,
    &families::glm4,
    &families::glm4v_text,
    &families::glm4v_moe_text,
    &families::glm_ocr_text,
    &families::glm5_next_text,
    &families::hy_v4,
    &families::aria_text,
    &families::grok,
    &families::dbrx,
    &families::mpt,
    &families::stablelm,
    &families::stablelm_epoch,
    &families::orion,
    &families::step3_text,
    &families::step3p5,
    &families::step1,
    &families::cohere,
    &families::phi,
    &families::phi4mm,
    &families::phi4_multimodal,
    &families::phi3_v,
    &families::phimoe,
    &families::olmoe,
    &families::mistral_large_3,
    &families::minicpm,
    &families::minicpm3,
    &families::minicpmv,
    &families::minicpmo,
    &families::yi,
    &families::skywork,
    &families::teleflm,
    &families::llava_llama,
    &families::xverse,
    &families::aquila,
    &families::baichuan,
    &families::jais2,
    &families::nanochat,
    &families::arcee,
    &families::apertus,
    &families::helium,
    &families::telechat3,
    &families::pangu_embedded,
    &families::pangu_ultra_moe,
    &families::iquestcoder,
    &families::hyperclovax,
    &families::cwm,
    &families::solar,
    &families::mllama_text_model,
    &families::molmo,
    &families::molmo2_text,
    &families::ouro,
    &families::hrm_text,
    &families::inkling_text,
    &families::inkling_model,
    &families::muse_glimmer,
    &families::muse_glimmer_text,
    &families::persimmon,
    &families::plamo,
    &families::plamo3,
    &families::arctic,
    &families::telechat,
    &families::afmoe,
    &families::laguna,
    &families::nemotron_nas,
    &families::nemotron};

/// Models whose text model stands in `text_config`.
inline constexpr std::array all_wrappers{
    &families::gemma3,
    &families::gemma3n,
    &families::gemma4,
    &families::gemma4_unified,
    &families::hunyuan_vl_wrapper,
    &families::paddleocr_vl_wrapper,
    &families::glm4v,
    &families::glm4v_moe,
    &families::glm_ocr,
    &families::glm5_next,
    &families::aria,
    &families::fuyu,
    &families::mllama,
    &families::step3_vl,
    &families::step3p7,
    &families::molmo2,
    &families::kimi_k3,
    &families::kimi_k25,
    &families::kimi_vl,
    &families::llama4,
    &families::minimax_m3_vl,
    &families::mistral3,
    &families::qwen2_vl_wrapper,
    &families::qwen2_5_vl_wrapper,
    &families::qwen3_vl,
    &families::qwen3_vl_moe,
    &families::qwen3_5,
    &families::qwen3_5_moe,
    &families::qwen4_exp,
    &families::interns1_pro,
    &families::inkling_mm_model,
    &families::dots3_note_wrapper,
    &families::deepseek_v41,
    &families::muse_glimmer_wrapper,
    &families::ernie4_5_vl_moe,
    &families::qwen3_omni_moe_thinker,
    &families::qwen3_asr_thinker,
    &families::qwen2_5_omni_thinker};
// clang-format on

namespace detail {

template <class Row, std::size_t N>
constexpr const Row* row_of(const std::array<const Row*, N>& rows,
                            std::string_view model_type) noexcept {
  for (const Row* row : rows) {
    if (row->model_type == model_type) return row;
  }
  return nullptr;
}

inline std::string supported_types() {
  std::string list;
  for (const family* known : all_families) list.append(known->model_type).append(", ");
  for (const wrapper* known : all_wrappers) {
    if (row_of(all_families, known->model_type) != nullptr) continue;  // in the list already
    list.append(known->model_type).append(", ");
  }
  list.resize(list.size() - 2);
  return list;
}

}  // namespace detail

/// The family of that model_type, null if it is not supported.
[[nodiscard]] constexpr const family* family_of(std::string_view model_type) noexcept {
  return detail::row_of(all_families, model_type);
}
/// The wrapper of that model_type, null if it is none or not known.
[[nodiscard]] constexpr const wrapper* wrapper_of(std::string_view model_type) noexcept {
  return detail::row_of(all_wrappers, model_type);
}

}  // namespace shardline::hf
