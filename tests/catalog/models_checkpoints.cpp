// SPDX-License-Identifier: BSL-1.0
// What published checkpoints hold beside the catalog's models: multi-token-prediction layers,
// copies of tied weights, block scales, vision towers. Each published total is reproduced to the
// element.
#include <doctest/doctest.h>

#include "shardline/catalog/models.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;

namespace {

constexpr integer elements(const model& m) { return parameters(m).total(); }
constexpr integer mtp(const model& m) { return mtp_parameters(m).total(); }

constexpr integer embedding_and_head(const model& m) { return 2 * m.vocab_size * m.hidden_size; }

// Elements of the classes that quantised() changes.
constexpr integer matrices(const weight_totals& w) {
  return w[weight_class::attention] + w[weight_class::routed_expert] +
         w[weight_class::shared_expert] + w[weight_class::dense_feed_forward];
}

// Scales of a k x n matrix in blocks of 128 x 128.
constexpr integer scales(integer k, integer n) { return formats::fp8_block.scales(k, n); }
constexpr integer gated_scales(integer k, integer n) { return 2 * scales(k, n) + scales(n, k); }

// Query and latent projections, expansion and output of DeepSeek's attention, h = 7168.
constexpr integer latent_scales(integer heads) {
  return scales(7168, 1536) + scales(1536, heads * 192) + scales(7168, 576) +
         scales(512, heads * 256) + scales(heads * 128, 7168);
}

// DeepSeek-V3. The checkpoint holds the model, one prediction layer with copies of embedding and
// head, one fp32 scale per fp8 block, and fp32 score corrections.
//   attention   672 + 2304 + 280 + 1024 + 7168 = 11,448 scales, 62 layers         709,776
//   dense       3 x 56 x 144 = 24,192, 3 layers                                    72,576
//   experts     257 x 3 x 56 x 16 = 690,816, 59 layers                         40,758,144
//   corrections 256, 59 layers                                                     15,104
constexpr auto v3 = parameters(catalog::deepseek_v3);
constexpr auto v3_mtp = mtp_parameters(catalog::deepseek_v3);
constexpr integer v3_scales =
    62 * latent_scales(128) + 3 * gated_scales(7168, 18432) + 59 * 257 * gated_scales(7168, 2048);
constexpr integer v3_corrections = 59 * 256;
constexpr integer v3_fp8 = matrices(v3) + matrices(v3_mtp);
constexpr integer v3_fp32 = v3_scales + v3_corrections;
constexpr integer v3_bf16 = v3.total() + v3_mtp.total() - v3_fp8 - v3_corrections +
                            embedding_and_head(catalog::deepseek_v3);
static_assert(v3_scales == 709'776 + 72'576 + 40'758'144);
static_assert(v3_bf16 == 3'918'786'560);
static_assert(v3_fp8 == 680'571'043'840);
static_assert(v3_fp32 == 41'555'600);
static_assert(v3_bf16 + v3_fp8 + v3_fp32 == 684'531'386'000);
// The fold stores the same bytes; the copies are in bf16.
static_assert(v3.total_bytes().value() + v3_mtp.total_bytes().value() +
                  2.0 * embedding_and_head(catalog::deepseek_v3) ==
              2.0 * v3_bf16 + 1.0 * v3_fp8 + 4.0 * v3_fp32);

// Kimi K2: the scales, and 56 rotary frequencies per layer in bf16.
//   attention 672 + 1152 + 280 + 512 + 3584 = 6200;  dense 24,192;  experts 385 x 2688
constexpr integer k2_scales =
    61 * latent_scales(64) + gated_scales(7168, 18432) + 60 * 385 * gated_scales(7168, 2048);
static_assert(k2_scales == 61 * 6200 + 24'192 + 60 * 385 * 2688);
static_assert(elements(catalog::kimi_k2) + 61 * 56 == 1'026'408'235'864);
static_assert(elements(catalog::kimi_k2) + 61 * 56 + k2_scales == 1'026'470'731'056);
static_assert(parameters(catalog::kimi_k2).total_bytes().value() + 2 * 61 * 56 ==
              1'029'173'256'720);

// MiniMax-M2.5: the scales. M2's published total, 228,689,764,864, counts none.
constexpr integer m2_scales = 62 * (scales(3072, 48 * 128) + 2 * scales(3072, 8 * 128) +
                                    scales(48 * 128, 3072) + 256 * gated_scales(3072, 1536));
static_assert(elements(catalog::minimax_m2_5) + m2_scales == 228'703'644'928);

// Prediction layers: GLM-4.5's with copies of embedding and head, GLM-4.6's and Qwen's without.
// Qwen3-Coder-Next has Qwen3-Next's layers and no prediction layer: 79,674,391,296.
static_assert(elements(catalog::glm_4_5) + mtp(catalog::glm_4_5) +
                  embedding_and_head(catalog::glm_4_5) ==
              358'337'791'296);
static_assert(elements(catalog::glm_4_5) + mtp(catalog::glm_4_5) == 356'785'898'816, "GLM-4.6");
static_assert(elements(catalog::qwen3_next_80b_a3b) + mtp(catalog::qwen3_next_80b_a3b) ==
              81'324'862'720);
static_assert(mtp(catalog::kimi_k2) == 0);

// Llama 2: 64 rotary frequencies per layer.
static_assert(elements(catalog::llama_2_7b) + 64 * 32 == 6'738'417'664);
static_assert(elements(catalog::llama_2_13b) + 64 * 40 == 13'015'866'880);
static_assert(elements(catalog::llama_2_70b) + 64 * 80 == 68'976'653'312);

// Heads stored beside the embedding they are tied to.
static_assert(elements(catalog::falcon_7b) + 65024 * 4544 == 7'217'189'760);
static_assert(elements(catalog::falcon_40b) + 65024 * 8192 == 41'835'970'560);
static_assert(elements(catalog::qwen3_0_6b) + 151936 * 1024 == 751'632'384);

// Mixtral 8x22B's base model has 768 rows less in embedding and head.
static_assert(elements(catalog::mixtral_8x22b) - 2 * 768 * 6144 == 140'620'634'112);

// Vision towers, by the vision_config of each config.json.
// With biases: four attention matrices, two of feed-forward, two norms.
constexpr integer vision_layer(integer h, integer width) {
  return 4 * (h * h + h) + 2 * h * width + width + h + 4 * h;
}

// Patches of 14 x 14, 4096 positions, last norm; projector with its norm.
constexpr integer gemma_3_vision = (3 * 14 * 14 + 1) * 1152 + 4096 * 1152 +
                                   27 * vision_layer(1152, 4304) + 2 * 1152 + 1152 * 5376 + 1152;
// Patches without bias, class token, 577 positions, norms before and after; adapter, projector.
constexpr integer llama_4_vision = 3 * 14 * 14 * 1408 + 1408 + 577 * 1408 +
                                   34 * vision_layer(1408, 5632) + 4 * 1408 + 5632 * 4096 +
                                   4096 * 4096 + 4096 * 5120;
// Patches of 16 x 16 over two frames, 2304 positions; merger of four patches with its norm.
constexpr integer qwen3_5_vision = (3 * 2 * 16 * 16 + 1) * 1152 + 2304 * 1152 +
                                   27 * vision_layer(1152, 4304) + 2 * 1152 + (4608 + 1) * 4608 +
                                   (4608 + 1) * 2048;
// Without biases, three matrices of feed-forward; norm before; merger of four patches, projector.
constexpr integer mistral_small_vision = 3 * 14 * 14 * 1024 + 1024 +
                                         24 * (4 * 1024 * 1024 + 3 * 1024 * 4096 + 2 * 1024) +
                                         1024 + 4096 * 1024 + 1024 * 5120 + 5120 * 5120;

static_assert(elements(catalog::gemma_3_27b) + gemma_3_vision == 27'432'406'640);
static_assert(elements(catalog::llama_4_scout) + llama_4_vision == 108'641'793'536);
static_assert(elements(catalog::mistral_small_3_2_24b) + mistral_small_vision == 24'011'361'280);
static_assert(elements(catalog::qwen3_5_35b_a3b) + mtp(catalog::qwen3_5_35b_a3b) + qwen3_5_vision ==
              35'951'822'704);

}  // namespace

TEST_CASE("prediction layers change nothing that is served without them") {
  for (const model* m : catalog::models) {
    CAPTURE(m->name.view());
    model without = *m;
    without.mtp_layers = 0;
    CHECK(parameters(*m).total_bytes() == parameters(without).total_bytes());
    CHECK(kv_bytes_per_token(*m) == kv_bytes_per_token(without));
    CHECK((mtp_parameters(*m).total() > 0) == (m->mtp_layers > 0));
  }
}
