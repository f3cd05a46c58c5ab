// SPDX-License-Identifier: BSL-1.0
#include "shardline/engines/launch/rule.hpp"

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/engines/launch/index.hpp"

using namespace shardline;

namespace {

using said = std::map<std::string, std::string, std::less<>>;

const launch_rule* broken(const launch_dialect& d, const said& options) {
  return broken_rule(d.rules, [&options](std::string_view name) -> std::optional<std::string_view> {
    const auto found = options.find(name);
    return found == options.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  });
}

// Options that one engine takes, and the rule that each change of them breaks.
struct refused {
  const launch_dialect& dialect;
  said taken;
  struct change {
    std::string option;
    std::string value;  // "-": it is left out
    std::string rule_of;
    rule_kind kind;
  };
  std::vector<change> changes;
};

void check(const refused& r) {
  INFO(r.dialect.engine);
  CHECK(broken(r.dialect, r.taken) == nullptr);
  for (const refused::change& c : r.changes) {
    CAPTURE(c.option);
    CAPTURE(c.value);
    said changed = r.taken;
    if (c.value == "-") {
      changed.erase(c.option);
    } else {
      changed[c.option] = c.value;
    }
    const launch_rule* rule = broken(r.dialect, changed);
    REQUIRE(rule != nullptr);
    CHECK(rule->option == c.rule_of);
    CHECK(rule->kind == c.kind);
  }
}

}  // namespace

static_assert(joined(std::array{1, 2}, std::array{3}) == std::array{1, 2, 3});
static_assert(find_dialect("vllm-0.21")->engine == "vllm" && find_dialect("vllm-0.6") == nullptr);

TEST_CASE("what vLLM refuses, option by option") {
  using enum rule_kind;
  check({launch::vllm_newest,
         {{"heads", "64"},
          {"layers", "61"},
          {"--tensor-parallel-size", "8"},
          {"--data-parallel-size", "4"},
          {"--pipeline-parallel-size", "2"},
          {"VLLM_PP_LAYER_PARTITION", "31,30"},
          {"--enable-expert-parallel", ""},
          {"--all2all-backend", "deepep_low_latency"},
          {"--enable-eplb", ""},
          {"--eplb-config", "{\"num_redundant_experts\":32}"},
          {"--enable-dbo", ""},
          {"--decode-context-parallel-size", "4"},
          {"--max-num-seqs", "256"},
          {"--max-num-batched-tokens", "8192"},
          {"--enable-lora", ""},
          {"--max-loras", "4"},
          {"--max-lora-rank", "16"},
          {"--data-parallel-size-local", "2"},
          {"--data-parallel-start-rank", "2"},
          {"--nnodes", "2"},
          {"--node-rank", "1"},
          {"--master-addr", "node0"},
          {"--speculative-config", R"({"method":"mtp","num_speculative_tokens":1})"},
          {"--kv-transfer-config", R"({"kv_connector":"NixlConnector","kv_role":"kv_both"})"}},
         {{"--tensor-parallel-size", "12", "--tensor-parallel-size", divides},
          {"--decode-context-parallel-size", "3", "--decode-context-parallel-size", divides},
          {"VLLM_PP_LAYER_PARTITION", "31,20,10", "VLLM_PP_LAYER_PARTITION", has_entries},
          {"VLLM_PP_LAYER_PARTITION", "31,31", "VLLM_PP_LAYER_PARTITION", sums_to},
          {"--enable-expert-parallel", "-", "--enable-eplb", needs},
          {"--enable-eplb", "-", "--eplb-config", needs},
          {"--all2all-backend", "allgather_reducescatter", "--enable-dbo", needs},
          {"--max-num-batched-tokens", "128", "--max-num-seqs", at_most},
          {"--enable-lora", "-", "--max-loras", needs},
          {"--data-parallel-size-local", "8", "--data-parallel-size-local", at_most},
          {"--data-parallel-start-rank", "4", "--data-parallel-start-rank", below},
          {"--data-parallel-start-rank", "3", "--data-parallel-start-rank", multiple_of},
          {"--prefill-context-parallel-size", "2", "--prefill-context-parallel-size", excludes},
          {"--nnodes", "3", "--nnodes", divides},
          {"--node-rank", "2", "--node-rank", below},
          {"--master-addr", "-", "--nnodes", needs},
          {"--speculative-config", R"({"method":"mtp"})", "--speculative-config", has_keys},
          {"--kv-transfer-config", R"({"kv_connector":"X"})", "--kv-transfer-config", has_keys},
          {"--kv-offloading-size", "80", "--kv-offloading-size", excludes},
          {"--kv-offloading-backend", "native", "--kv-offloading-backend", needs}}});
  said alone{{"--enable-expert-parallel", ""}, {"--enable-eplb", ""}};
  REQUIRE(broken(launch::vllm_newest, alone) != nullptr);
  CHECK(broken(launch::vllm_newest, alone)->kind == several);
}

TEST_CASE("what SGLang refuses, option by option") {
  using enum rule_kind;
  check({launch::sglang_0_5,
         {{"layers", "61"},
          {"--tp-size", "16"},
          {"--dp-size", "8"},
          {"--enable-dp-attention", ""},
          {"--ep-size", "16"},
          {"--moe-a2a-backend", "deepep"},
          {"--deepep-mode", "auto"},
          {"--enable-eplb", ""},
          {"--ep-num-redundant-experts", "32"},
          {"--enable-two-batch-overlap", ""},
          {"--chunked-prefill-size", "8192"},
          {"--page-size", "64"},
          {"--enable-hierarchical-cache", ""},
          {"--hicache-size", "60"},
          {"--speculative-algorithm", "NEXTN"},
          {"--speculative-num-steps", "3"},
          {"--speculative-num-draft-tokens", "4"},
          {"--enable-lora", ""},
          {"--max-loras-per-batch", "4"},
          {"--nnodes", "2"},
          {"--node-rank", "1"},
          {"--dist-init-addr", "node0:5000"},
          {"--disaggregation-mode", "prefill"},
          {"--disaggregation-bootstrap-port", "8998"},
          {"--disaggregation-transfer-backend", "nixl"}},
         {{"--dp-size", "12", "--tp-size", multiple_of},
          {"--attn-cp-size", "3", "--tp-size", multiple_of},
          {"--enable-dp-attention", "-", "--dp-size", needs},
          {"--ep-size", "12", "--ep-size", divides},
          {"--ep-size", "8", "--ep-size", equals},
          {"--moe-dp-size", "2", "--moe-dp-size", equals},
          {"--moe-a2a-backend", "mooncake", "--deepep-mode", needs},
          {"--chunked-prefill-size", "8200", "--chunked-prefill-size", multiple_of},
          {"--pp-size", "2", "--speculative-algorithm", excludes},
          {"--speculative-num-draft-tokens", "3", "--speculative-num-draft-tokens", equals},
          {"--enable-lora", "-", "--max-loras-per-batch", needs},
          {"--enable-hierarchical-cache", "-", "--hicache-size", needs},
          {"--nnodes", "3", "--nnodes", divides},
          {"--node-rank", "2", "--node-rank", below},
          {"--dist-init-addr", "-", "--nnodes", needs},
          {"--disaggregation-mode", "decode", "--disaggregation-bootstrap-port", needs},
          {"--disaggregation-mode", "-", "--disaggregation-transfer-backend", needs}}});
}

TEST_CASE("what SGLang refuses of prompts that are split and of replicas, in either spelling") {
  using enum rule_kind;
  check({launch::sglang_0_5,
         {{"--tp-size", "8"},
          {"--attn-cp-size", "2"},
          {"--enable-prefill-context-parallel", ""},
          {"--prefill-cp-mode", "in-seq-split"}},
         {{"--enable-dsa-prefill-context-parallel", "", "--enable-prefill-context-parallel",
           excludes},
          {"--enable-prefill-context-parallel", "-", "--prefill-cp-mode", needs},
          {"--dsa-prefill-cp-mode", "round-robin-split", "--dsa-prefill-cp-mode", needs}}});
  check({launch::sglang_0_5_17,
         {{"--tp-size", "16"},
          {"--attn-dp-size", "4"},
          {"--attn-cp-size", "2"},
          {"--enable-prefill-cp", ""},
          {"--cp-strategy", "zigzag"}},
         {{"--attn-dp-size", "16", "--tp-size", multiple_of},
          {"--dp-size", "2", "--dp-size", excludes},
          {"--cp-strategy", "-", "--enable-prefill-cp", needs},
          {"--enable-prefill-cp", "-", "--cp-strategy", needs}}});
  CHECK(launch::sglang_0_5_17.find("--enable-dp-attention") == nullptr);
  CHECK(launch::sglang_0_5.find("--attn-dp-size") == nullptr);
  CHECK(find_dialect("sglang-0.5.17") == &launch::sglang_0_5_17);
}

TEST_CASE("what TensorRT-LLM refuses, key by key") {
  using enum rule_kind;
  check({launch::tensorrt_llm_1_0,
         {{"heads", "128"},
          {"layers", "61"},
          {"prompt", "2048"},
          {"tensor_parallel_size", "16"},
          {"enable_attention_dp", "true"},
          {"moe_expert_parallel_size", "8"},
          {"moe_tensor_parallel_size", "2"},
          {"pipeline_parallel_size", "2"},
          {"pp_partition", "[31, 30]"},
          {"moe_config.backend", "WIDEEP"},
          {"moe_config.load_balancer.num_slots", "288"},
          {"speculative_config.decoding_type", "MTP"},
          {"speculative_config.num_nextn_predict_layers", "3"},
          {"cache_transceiver_config.max_tokens_in_buffer", "4608"}},
         {{"moe_tensor_parallel_size", "4", "tensor_parallel_size", equals},
          {"moe_expert_parallel_size", "3", "tensor_parallel_size", multiple_of},
          {"pp_partition", "[61]", "pp_partition", has_entries},
          {"pp_partition", "[31, 31]", "pp_partition", sums_to},
          {"enable_attention_dp", "-", "moe_config.backend", needs},
          {"moe_config.load_balancer.num_slots", "290", "moe_config.load_balancer.num_slots",
           multiple_of},
          {"speculative_config.decoding_type", "NGram",
           "speculative_config.num_nextn_predict_layers", needs},
          {"cache_transceiver_config.max_tokens_in_buffer", "1024",
           "cache_transceiver_config.max_tokens_in_buffer", at_least}}});
  const said uneven{{"heads", "40"}, {"tensor_parallel_size", "16"}};
  REQUIRE(broken(launch::tensorrt_llm_1_0, uneven) != nullptr);
  CHECK(broken(launch::tensorrt_llm_1_0, uneven)->kind == divides);
}

TEST_CASE("every rule names options of its own dialect") {
  for (const launch_dialect* d : launch::dialects) {
    for (const launch_rule& r : d->rules) {
      CAPTURE(r.option);
      CHECK(d->find(r.option) != nullptr);
      for (const std::string_view name : r.of) {
        if (name.empty() || r.kind == rule_kind::has_keys) continue;
        const bool run = name == "heads" || name == "layers" || name == "prompt";
        CHECK((run || d->find(name) != nullptr));
      }
      if (!r.when.empty()) CHECK(d->find(r.when) != nullptr);
      if (!r.unless.empty()) CHECK(d->find(r.unless) != nullptr);
    }
  }
}
