// SPDX-License-Identifier: BSL-1.0
/// What `trtllm-serve` is told, nearly all of it in a file.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "shardline/engines/tensorrt_llm.hpp"
#include "shardline/io/launch/deployment.hpp"

namespace shardline::detail {

inline void put_tensorrt_llm_experts(argument_writer& to, const launch_request& r,
                                     const tensorrt_llm& flags) {
  const expert_execution& e = r.runtime.experts;
  if (flags.all_to_all) to.put("moe_config.backend", "WIDEEP");
  if (flags.redundant_experts > 0) {
    if (!flags.all_to_all) to.refuse("balances experts with its WIDEEP backend (all-to-all) only");
    to.put("moe_config.load_balancer.num_slots",
           experts_of(r.model).experts + flags.redundant_experts);
  }
  if (e.dispatch) to.refuse("has no option for what tokens travel in (--dispatch)");
  if (e.combine == precision::fp8) to.put("moe_config.use_low_precision_moe_combine");
  if (e.combine == precision::fp4) to.refuse("combines results in bf16 or fp8 (--combine)");
  if (r.runtime.two_batch_overlap) to.refuse("does not overlap two batches");
}

inline void put_tensorrt_llm_limits(argument_writer& to, const launch_request& r) {
  const integer step = r.workload.chunk ? rounded_down(r.workload.chunk->value()) : r.longest();
  to.put("max_batch_size", rounded_down(r.runtime.step_sequences));
  to.put("max_num_tokens", step);
  to.put("max_seq_len", r.longest());
  if (r.workload.chunk) to.put("enable_chunked_prefill");
}

inline void put_tensorrt_llm_memory(argument_writer& to, const launch_request& r) {
  if (const auto* rule = std::get_if<fraction_of_free<>>(&r.runtime.budget)) {
    to.put("kv_cache_config.free_gpu_memory_fraction", in_full(rule->share));
  }
  to.put("kv_cache_config.tokens_per_block", r.runtime.page_tokens);
  const cache_format f = r.model.kv_cache;
  if (f == cache_format(r.model.activations)) {
    to.put("kv_cache_config.dtype", "auto");
  } else if (f == cache_format(precision::fp8)) {
    to.put("kv_cache_config.dtype", "fp8");
  } else if (f == cache_formats::nvfp4) {
    to.put("kv_cache_config.dtype", "nvfp4");
  } else {
    to.refuse("has no KV cache of this format (--kv)");
  }
  const bool reuses = r.workload.prefix_hit > 0.0 || r.workload.host_cache.hit > 0.0;
  to.put("kv_cache_config.enable_block_reuse", reuses ? "true" : "false");
  if (r.quantised) to.refuse("quantises no checkpoint as it loads it (--weights, --checkpoint)");
}

// Of each rank.
inline void put_tensorrt_llm_host_cache(argument_writer& to, const launch_request& r) {
  if (!(r.host_cache > bytes<>{})) return to.refuse(std::string(no_host_size));
  to.put("kv_cache_config.host_cache_size", rounded_down(r.host_cache.value()));
}

inline void put_tensorrt_llm_guesses(argument_writer& to, const launch_request& r) {
  const guesser by = guesser_of(r);
  if (by == guesser::none) return;
  const integer drafted = r.workload.speculation.draft_tokens;
  if (by == guesser::prediction_layer) {
    to.put("speculative_config.decoding_type", "MTP");
    return to.put("speculative_config.num_nextn_predict_layers", drafted);
  }
  if (by == guesser::draft && r.draft.empty()) {
    to.refuse("has to be told which model drafts (--draft-checkpoint)");
  }
  to.put("speculative_config.decoding_type", by == guesser::draft ? "DraftTarget" : "NGram");
  to.put("speculative_config.max_draft_len", drafted);
  if (by == guesser::draft) to.put("speculative_config.speculative_model_dir", r.draft);
}

inline launch_server tensorrt_llm_server(const launch_dialect& d, const launch_request& r,
                                         const tensorrt_llm& flags, pool_role role,
                                         std::string& why_not) {
  launch_server s{.role = role};
  argument_writer all(d);
  s.gpus = flags.tp * flags.pp;
  s.nodes = ceil_div(s.gpus, r.gpus_per_node);
  s.whole_world = s.nodes > 1;
  put_degrees(all, flags, &flag_key<tensorrt_llm>::setting);
  put_tensorrt_llm_experts(all, r, flags);
  put_tensorrt_llm_limits(all, r);
  put_tensorrt_llm_memory(all, r);
  if (reads_host_cache(r, role)) put_tensorrt_llm_host_cache(all, r);
  put_tensorrt_llm_guesses(all, r);
  if (!r.engine.kernels.host.graphs) all.put("cuda_graph_config", "null");
  if (r.adapters > 0) {
    all.put("lora_config.max_loras", r.adapters);
    all.put("lora_config.max_lora_rank", r.adapter_rank);
  }
  if (s.nodes > 1) all.put("gpus_per_node", r.gpus_per_node);
  if (role != pool_role::both) {
    all.put("cache_transceiver_config.backend", "UCX");
    all.put("cache_transceiver_config.max_tokens_in_buffer", r.longest());
  }
  if (!is_divisor(s.nodes, s.gpus)) {
    all.refuse("splits its ranks evenly over nodes: " + std::to_string(s.gpus) + " ranks, " +
               std::to_string(s.nodes) + " nodes");
  }
  why_not = all.why_not();
  all.put("--config", std::string(name(role)) + ".yaml");
  s.arguments = all.take();
  return s;
}

}  // namespace shardline::detail
