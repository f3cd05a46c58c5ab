// SPDX-License-Identifier: BSL-1.0
// A model from its config.json, and an estimate as text.
#include <cstdio>
#include <string>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/io/hf_config.hpp"
#include "shardline/io/text.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

// As a file would have it.
constexpr const char* config_json = R"({
  "model_type": "qwen3", "hidden_size": 4096, "intermediate_size": 12288, "num_hidden_layers": 36,
  "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151936,
  "max_position_embeddings": 40960, "tie_word_embeddings": false, "torch_dtype": "bfloat16"})";

// [readme:begin read_config]
int price(const std::string& config) {
  const import_result read = import_hf_config(config);
  for (const std::string& note : read.notes) std::printf("note: %s\n", note.c_str());
  if (!read.model) {
    std::printf("refused: %s\n", read.error.c_str());
    return 64;
  }
  const auto gpu = make_cluster(with_fitted(catalog::h100_sxm), 1);
  const workload chat{.concurrency = 16, .input = 2048_tokens, .output = 512_tokens};
  const auto e = estimate(with_engine(gpu, engines::vllm), *read.model, layout{}, chat);
  std::printf("%s", to_text(e.feasibility).c_str());
  for (const violation& v : e.feasibility.violations) std::printf("%s\n", to_text(v).c_str());
  std::printf("%s", to_text(e.memory).c_str());
  return e.feasibility.feasible() ? 0 : 2;
}
// [readme:end read_config]

}  // namespace

int main() {
  std::string wrong = config_json;
  wrong.replace(wrong.find("36"), 2, "-1");  // layers
  return price(config_json) == 0 && price(wrong) == 64 ? 0 : 1;
}
