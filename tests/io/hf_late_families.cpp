// SPDX-License-Identifier: BSL-1.0
// Families of 2026 whose parts are known: sizes as published, parameters derived by hand.
#include <doctest/doctest.h>

#include <string>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// meta-models/Muse-Glimmer-30B.
const std::string muse_text = R"({"model_type": "muse_glimmer_text", "vocab_size": 202048,
  "hidden_size": 6656, "intermediate_size": 19968, "num_hidden_layers": 52,
  "num_attention_heads": 32, "num_key_value_heads": 2, "head_dim": 128,
  "hidden_activation": "silu", "max_position_embeddings": 131072, "tie_word_embeddings": false,
  "sliding_window": 2048, "attention_bias": false, "qk_scale_factor": 3.87})";
const std::string muse = R"({"architectures": ["MuseGlimmerForConditionalGeneration"],
  "model_type": "muse_glimmer", "dtype": "bfloat16", "text_config": )" +
                         muse_text + "}";

// internlm/Intern-S1-Pro.
const std::string intern_s1_pro = R"({"architectures": ["InternS1ProForConditionalGeneration"],
  "model_type": "interns1_pro", "dtype": "bfloat16", "tie_word_embeddings": false,
  "text_config": {"model_type": "interns1_pro_text", "attention_bias": false, "head_dim": 128,
  "decoder_sparse_step": 1, "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 12288,
  "max_position_embeddings": 262144, "mlp_only_layers": [], "moe_intermediate_size": 1536,
  "norm_topk_prob": true, "num_attention_heads": 64, "num_experts": 512,
  "num_experts_per_tok": 8, "num_hidden_layers": 94, "num_key_value_heads": 4,
  "router_n_groups": 8, "vocab_size": 155008}})";

// moonshotai/Kimi-Audio-7B-Instruct.
const std::string kimi_audio = R"({"architectures": ["MoonshotKimiaForCausalLM"],
  "model_type": "kimi_audio", "torch_dtype": "bfloat16", "hidden_size": 3584,
  "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28,
  "num_key_value_heads": 4, "max_position_embeddings": 8192, "kimia_mimo_layers": 6,
  "kimia_mimo_transformer_from_layer_index": 21, "vocab_size": 168448,
  "tie_word_embeddings": false})";

// The sizes of EssentialAI/rnj-1 in four layers.
const std::string rnj1 = R"({"architectures": ["Rnj1ForCausalLM"], "model_type": "gemma3_text",
  "torch_dtype": "bfloat16", "hidden_size": 4096, "intermediate_size": 16384,
  "num_hidden_layers": 4, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128,
  "hidden_activation": "gelu_pytorch_tanh", "vocab_size": 128256,
  "max_position_embeddings": 32768, "sliding_window": 4096, "layer_types": ["chunked_attention",
  "chunked_attention", "chunked_attention", "full_attention"], "tie_word_embeddings": true})";

// sapientinc/HRM-Text-1B's defaults.
const std::string hrm = R"({"architectures": ["HrmTextForCausalLM"], "model_type": "hrm_text",
  "dtype": "bfloat16", "vocab_size": 151808, "hidden_size": 1536, "intermediate_size": 4096,
  "num_hidden_layers": 16, "num_attention_heads": 12, "head_dim": 128, "hidden_act": "silu",
  "max_position_embeddings": 2048, "tie_word_embeddings": false, "H_cycles": 2, "L_cycles": 3})";

// thinkingmachines/Inkling-Small, as published; every sixth layer has no window.
std::string inkling_small() {
  std::string local;
  for (int i = 0; i < 42; ++i) {
    if ((i + 1) % 6 != 0) local += (local.empty() ? "" : ", ") + std::to_string(i);
  }
  return R"({"architectures": ["InklingForConditionalGeneration"],
  "model_type": "inkling_mm_model", "text_config": {"model_max_length": 1048576,
  "torch_dtype": "bfloat16", "hidden_size": 4096, "num_hidden_layers": 42, "vocab_size": 201024,
  "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "n_routed_experts": 256,
  "num_experts_per_tok": 6, "n_shared_experts": 2, "dense_mlp_idx": 2,
  "dense_intermediate_size": 16384, "intermediate_size": 2048, "use_sconv": true,
  "sconv_kernel_size": 4, "use_embed_norm": true, "local_layer_ids": [)" +
         local + "]}}";
}

// thinkingmachines/Inkling, by the names that transformers writes.
std::string inkling() {
  std::string types;
  for (int i = 0; i < 66; ++i) {
    types += (i == 0 ? "" : ", ");
    types += (i + 1) % 6 == 0 ? "\"hybrid\"" : "\"hybrid_sliding\"";
  }
  return R"({"architectures": ["InklingForConditionalGeneration"],
  "model_type": "inkling_mm_model", "dtype": "bfloat16", "text_config": {
  "model_type": "inkling_text", "vocab_size": 201024, "hidden_size": 6144,
  "num_hidden_layers": 66, "num_attention_heads": 64, "num_key_value_heads": 8,
  "head_dim": 128, "swa_num_attention_heads": 64, "swa_num_key_value_heads": 16,
  "swa_head_dim": 128, "sliding_window_size": 512, "d_rel": 16, "rel_extent": 1024,
  "conv_kernel_size": 4, "intermediate_size": 24576, "moe_intermediate_size": 3072,
  "n_routed_experts": 256, "num_experts_per_tok": 6, "n_shared_experts": 2,
  "dense_mlp_idx": 2, "layer_types": [)" +
         types + "]}}";
}

// dots-studio/dots3-note's sizes: 13 of 46 layers have an indexer.
std::string dots3() {
  std::string types;
  for (int i = 0; i < 46; ++i) {
    types += i == 0 ? "" : ", ";
    types += i % 4 == 0 || i == 45 ? "\"full_attention\"" : "\"sliding_attention\"";
  }
  return R"({"architectures": ["Dot3NoteForCausalLM"], "model_type": "dots3_note",
  "torch_dtype": "bfloat16", "vocab_size": 152064, "hidden_size": 5120,
  "intermediate_size": 13824, "num_hidden_layers": 46, "n_routed_experts": 256,
  "num_experts_per_tok": 8, "moe_intermediate_size": 1536, "n_shared_experts": 1,
  "first_k_dense_replace": 1, "topk_method": "noaux_tc", "index_n_heads": 64,
  "index_head_dim": 128, "index_topk": 2048, "num_attention_heads": 128, "q_lora_rank": 1024,
  "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
  "attention_gate_type": "headwise", "swa_num_attention_heads": 64,
  "swa_num_key_value_heads": 64, "swa_q_lora_rank": 1024, "swa_kv_lora_rank": 1024,
  "swa_qk_nope_head_dim": 192, "swa_qk_rope_head_dim": 64, "swa_v_head_dim": 128,
  "sliding_window_size": 513, "swa_attention_gate_type": "headwise",
  "num_nextn_predict_layers": 1, "tie_word_embeddings": false, "layer_types": [)" +
         types + "]}";
}

// Projections, norms and gates of latents: queries, the cache's width, its expansion, the output.
constexpr integer gated_latents(integer heads, integer latent, integer nope) {
  constexpr integer wide = 5120;
  return wide * 1024 + 1024 + 1024 * heads * (nope + 64) + wide * (latent + 64) + latent + 64 +
         latent * heads * (nope + 128) + heads * 128 * wide + wide * heads;
}

// A layer's attention, short convolutions and norms.
constexpr integer inkling_attention(integer wide, integer heads, integer kv_heads, integer reach) {
  const integer keys = kv_heads * 128;
  return wide * (2 * heads * 128 + 2 * keys + heads * 16) + 2 * 128 + 16 * reach +
         4 * (2 * keys + 2 * wide) + 2 * wide;
}
constexpr integer inkling_experts(integer wide, integer width) {
  return 258 * 3 * wide * width + 258 * wide + 256;
}

}  // namespace

TEST_CASE("Muse Glimmer: gated attention, four norms, all but each fourth layer from the end") {
  const model m = imported(muse);
  constexpr integer wide = 6656;
  // Queries, gates and outputs of 32 heads, keys and values of 2; gate, up and down; four norms.
  constexpr integer layer = wide * (3 * 32 + 2 * 2) * 128 + 3 * wide * 19968 + 4 * wide;
  CHECK(parameters(m).total() == 52 * layer + 2 * 202048 * wide + wide);
  CHECK(parameters(m).total() == 27'854'780'928);  // of 30 billion with its encoder's two
  CHECK(cached(m) == 52 * 2 * 2 * 128 * 2);
  for (const integer i : {3, 7, 51}) CHECK(attention_at(m, i).window == 0);
  for (const integer i : {0, 2, 4, 50}) CHECK(attention_at(m, i).window == 2048);
  // Counted from the last: of 50 layers the second is the first without a window.
  const model shorter = imported(swapped(muse, "_layers\": 52", "_layers\": 50"));
  CHECK(attention_at(shorter, 1).window == 0);
  CHECK(attention_at(shorter, 3).window == 2048);
  CHECK(attention_at(shorter, 49).window == 0);
  // An early converter's files hold the text model's settings among all others.
  const std::string flat =
      with(swapped(muse_text, "muse_glimmer_text", "muse_glimmer"), R"("dtype": "bfloat16")");
  CHECK(same_but_name(imported(flat), m));
  CHECK(contains(refusal(with(flat, R"("use_qk_norm": false)")), "$.use_qk_norm"));
}

TEST_CASE("Intern-S1-Pro: Qwen3's experts, of which each group has its own") {
  const model m = imported(intern_s1_pro);
  constexpr integer wide = 4096;
  constexpr integer expert = 3 * wide * 1536;
  constexpr integer rest =
      wide * (64 + 2 * 4) * 128 + 64 * 128 * wide + 2 * 128 + wide * 512 + 2 * wide;
  CHECK(parameters(m).total() == 94 * (512 * expert + rest) + 2 * 155008 * wide + wide);
  CHECK(parameters(m).total() == 916'555'836'928);
  CHECK(active_parameters(m) == parameters(m).total() - integer{94} * 504 * expert);
}

TEST_CASE("Kimi-Audio: Qwen2 with rows for sound, whose own layers are not loaded") {
  const model m = imported(kimi_audio);
  constexpr integer wide = 3584;
  constexpr integer layer = wide * (28 + 2 * 4) * 128 + (28 + 2 * 4) * 128 + 28 * 128 * wide +
                            3 * wide * 18944 + 2 * wide;
  CHECK(parameters(m).total() == 28 * layer + 2 * 168448 * wide + wide);
  // The checkpoint has six layers more, a norm and a head for sound, and the adaptor of the
  // encoder: 9.77 billion.
  constexpr integer of_sound = 6 * layer + wide + 168448 * wide;
  constexpr integer adaptor = 5120 * wide + wide + wide * wide + wide + 2 * wide;
  CHECK(static_cast<double>(parameters(m).total() + of_sound + adaptor) * 1e-9 ==
        doctest::Approx(9.767).epsilon(0.001));
  CHECK(contains(notes(kimi_audio).front(), "$.kimia_mimo_layers: 6 layers and a head"));
}

TEST_CASE("Rnj-1: Gemma 3 whose chunks look back to the one before") {
  const model m = imported(rnj1);
  constexpr integer wide = 4096;
  constexpr integer layer =
      wide * (32 + 2 * 8) * 128 + 32 * 128 * wide + 2 * 128 + 3 * wide * 16384 + 4 * wide;
  CHECK(parameters(m).total() == 4 * layer + 128256 * wide + wide);
  CHECK(windows(m) == std::vector<integer>{8192, 8192, 8192, 0});
  CHECK(windows(imported(swapped(rnj1, "gemma3_text", "rnj1"))) == windows(m));
  CHECK(contains(refusal(swapped(rnj1, "\"full_attention\"", "\"sliding_attention\"")),
                 "$.layer_types"));
  CHECK(contains(refusal(swapped(rnj1, "\"full_attention\"",
                                 "\"full_attention\", "
                                 "\"full_attention\"")),
                 "one per layer"));
}

TEST_CASE("HRM-Text: two stacks, of which each pass keeps its own keys and values") {
  const model m = imported(hrm);
  constexpr integer wide = 1536;
  constexpr integer layer = 5 * wide * 12 * 128 + 3 * wide * 4096;  // no gains anywhere
  CHECK(parameters(m).total() == 2 * 16 * layer + 2 * 151808 * wide);
  CHECK(active_parameters(m) == parameters(m).total());
  CHECK(m.layers.size() == 2 * (3 + 1) * 16);
  CHECK(cached(m) == 2 * (3 + 1) * 16 * 2 * 12 * 128 * 2);
  const auto own = [&m](integer i) { return !layer_at(m, i).weights_of_another; };
  CHECK((own(0) && own(15) && !own(16) && !own(47) && own(48) && own(63) && !own(64)));
  // As transformers writes it again.
  CHECK(imported(with(swapped(hrm, "_hidden_layers\": 16", "_hidden_layers\": 128"),
                      "\"num_layers_per_stack\": 16")) == m);
  CHECK(
      contains(refusal(with(hrm, "\"num_layers_per_stack\": 16")), "8 times num_layers_per_stack"));
}

TEST_CASE("Inkling: biases by distance, convolutions behind both blocks, shared experts weighed") {
  const model small = imported(inkling_small());
  const integer own = 35 * inkling_attention(4096, 32, 8, 512) +
                      7 * inkling_attention(4096, 32, 8, 1024) + 2 * 3 * 4096 * 16384 +
                      40 * inkling_experts(4096, 2048) + integer{2} * 201024 * 4096 + 2 * 4096;
  CHECK(parameters(small).total() == own);
  CHECK(active_parameters(small) == own - integer{40} * 250 * 3 * 4096 * 2048);
  // 12 billion are published.
  CHECK(static_cast<double>(active_parameters(small)) * 1e-9 ==
        doctest::Approx(12.0).epsilon(0.01));
  CHECK(attention_at(small, 0).window == 512);
  CHECK(attention_at(small, 5).window == 0);
  CHECK(cached(small) == 42 * 2 * 8 * 128 * 2);
  // Of every layer three inputs of keys, values and both blocks.
  CHECK(state_bytes_per_sequence(small).value() == 42.0 * 3 * (2 * 1024 + 2 * 4096) * 2);

  const model large = imported(inkling());
  CHECK(parameters(large).total() == 55 * inkling_attention(6144, 64, 16, 512) +
                                         11 * inkling_attention(6144, 64, 8, 1024) +
                                         2 * 3 * 6144 * 24576 + 64 * inkling_experts(6144, 3072) +
                                         integer{2} * 201024 * 6144 + 2 * 6144);
  // 41 billion.
  CHECK(static_cast<double>(active_parameters(large)) * 1e-9 ==
        doctest::Approx(41.0).epsilon(0.01));
  CHECK(attention_at(large, 0).kv_heads == 16);
  CHECK(attention_at(large, 5).kv_heads == 8);
  CHECK(contains(refusal(swapped(inkling_small(), "\"local_layer_ids\"", "\"local_layers\"")),
                 "$.text_config.local_layer_ids: missing"));
  CHECK(contains(refusal(swapped(inkling_small(), "\"use_sconv\": true", "\"use_sconv\": false")),
                 "$.text_config.use_sconv: false; allowed: true"));
  CHECK(
      contains(refusal(swapped(inkling(), "\"hybrid\"", "\"full\"")), "$.text_config.layer_types"));
}

TEST_CASE("dots.3-note: windows of latents beside latents that an indexer chooses") {
  const model m = imported(dots3());
  constexpr integer wide = 5120;
  constexpr integer indexer = 1024 * 64 * 128 + wide * 128 + 2 * 128 + wide * 64;
  constexpr integer expert = 3 * wide * 1536;
  constexpr integer experts = 257 * expert + 256 * wide + 256;
  CHECK(parameters(m).total() == 13 * (gated_latents(128, 512, 128) + indexer) +
                                     33 * gated_latents(64, 1024, 192) + 45 * experts +
                                     3 * wide * 13824 + 46 * 2 * wide + 2 * 152064 * wide + wide);
  // 280 billion are published, of which a token takes 16.
  CHECK(static_cast<double>(parameters(m).total()) * 1e-9 == doctest::Approx(280.0).epsilon(0.01));
  CHECK(static_cast<double>(active_parameters(m)) * 1e-9 == doctest::Approx(16.0).epsilon(0.02));
  const auto narrow = std::get<latent_attention>(layer_at(m, 1).attention);
  CHECK(narrow.window == 513);
  CHECK((narrow.head_gate && narrow.rope_norm && !narrow.output_gate));
  CHECK(std::get<sparse_latent_attention>(layer_at(m, 45).attention).head_gate);
  CHECK(cached(m) == 13 * (576 * 2 + 132) + 33 * 1088 * 2);
  // As transformers nests it.
  const std::string nested = R"({"architectures": ["Dots3NoteForConditionalGeneration"],
    "model_type": "dots3_note", "text_config": )" +
                             swapped(swapped(dots3(), "\"dots3_note\"", "\"dots3_note_text\""),
                                     "Dot3NoteForCausalLM", "Dots3NoteTextForCausalLM") +
                             "}";
  CHECK(imported(nested) == m);
  CHECK(contains(refusal(swapped(dots3(), "\"headwise\"", "\"blockwise\"")),
                 "$.attention_gate_type: \"blockwise\"; allowed: \"headwise\", \"elementwise\""));
  CHECK(contains(refusal(swapped(dots3(), "\"sliding_attention\"", "\"chunked_attention\"")),
                 "$.layer_types"));
}
