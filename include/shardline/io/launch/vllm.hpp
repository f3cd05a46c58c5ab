// SPDX-License-Identifier: BSL-1.0
/// What `vllm serve` is told.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

#include "shardline/engines/vllm.hpp"
#include "shardline/io/launch/deployment.hpp"

namespace shardline::detail {

// {"kv_connector":"NixlConnector","kv_role":"kv_both"}: NIXL's workers are both.
inline constexpr std::string_view vllm_connector =
    R"({"kv_connector":"NixlConnector","kv_role":"kv_both"})";

// The ranks that exchange tokens, from the first to the last of them: data parallelism is outermost,
// around the pipeline stages.
inline integer span_of_experts(const vllm& flags) {
  return flags.dp > 1 ? flags.dp * flags.pp * flags.pcp * flags.tp : flags.pcp * flags.tp;
}

// The backend that exchanges tokens as was priced; none is refused by what would be one. Pairwise is
// through NVLink's memory since 0.18, and so within a scale-up domain.
inline std::string_view vllm_backend(argument_writer& to, const launch_request& r,
                                     const vllm& flags) {
  const bool newest = to.has("--all2all-backend");
  const bool of_amd = newest && r.maker == vendor::amd;
  switch (r.runtime.experts.exchange) {
    case expert_exchange::low_latency:
      return of_amd ? "mori_low_latency" : "deepep_low_latency";
    case expert_exchange::hierarchical:
      return of_amd ? "mori_high_throughput" : "deepep_high_throughput";
    case expert_exchange::fastest:
      if (flags.all_to_all) {
        to.refuse("takes one all2all backend for every step: --expert-exchange fastest is none");
      }
      return {};
    case expert_exchange::pairwise:
      break;
  }
  const integer domain = r.domain > 0 ? r.domain : r.gpus_per_node;
  const integer span = span_of_experts(flags);
  if (!newest) return "pplx";
  if (flags.all_to_all && (of_amd || span > domain)) {
    to.refuse("has no pairwise all2all backend " +
              (of_amd ? std::string("on AMD's accelerators")
                      : "between scale-up domains: " + std::to_string(span) + " ranks, " +
                            std::to_string(domain) + " to a domain") +
              "; --expert-exchange low-latency and hierarchical have one");
  }
  return "flashinfer_nvlink_two_sided";
}

inline void put_vllm_experts(argument_writer& to, const launch_request& r, const vllm& flags) {
  const expert_execution& e = r.runtime.experts;
  if (flags.redundant_experts > 0) {
    to.put("--enable-eplb");
    to.put("--eplb-config",
           "{\"num_redundant_experts\":" + std::to_string(flags.redundant_experts) + "}");
  }
  const std::string_view backend = vllm_backend(to, r, flags);
  if (flags.all_to_all && !backend.empty()) {
    to.put(to.has("--all2all-backend") ? "--all2all-backend" : "VLLM_ALL2ALL_BACKEND",
           std::string(backend));
  }
  if (e.dispatch || e.combine) {
    to.refuse("has no option for what tokens and results travel in (--dispatch, --combine)");
  }
  if (!r.runtime.two_batch_overlap) return;
  if (!flags.all_to_all || !backend.starts_with("deepep")) {
    to.refuse("overlaps two batches (--enable-dbo) with a DeepEP backend only");
  }
  to.put("--enable-dbo");
}

inline void put_vllm_cache(argument_writer& to, const launch_request& r) {
  const cache_format f = r.model.kv_cache;
  if (f == cache_format(r.model.activations)) return to.put("--kv-cache-dtype", "auto");
  if (f == cache_format(precision::fp8)) return to.put("--kv-cache-dtype", "fp8");
  const bool newest = to.has("--all2all-backend");
  if (newest && f == cache_formats::fp8_head) {
    return to.put("--kv-cache-dtype", "fp8_per_token_head");
  }
  if (newest && f == cache_formats::nvfp4) return to.put("--kv-cache-dtype", "nvfp4");
  if (newest && f == cache_format(precision::bf16)) return to.put("--kv-cache-dtype", "bfloat16");
  if (newest && f == cache_format(precision::fp16)) return to.put("--kv-cache-dtype", "float16");
  to.refuse("has no KV cache of this format (--kv)");
}

// Of an engine, all of its ranks together.
inline void put_vllm_host_cache(argument_writer& to, const launch_request& r, const vllm& flags) {
  if (!to.has("--kv-offloading-size")) {
    return to.refuse(
        "is told of a cache in the hosts' memory by settings of a connector alone "
        "(--kv-offload-hit)");
  }
  if (!(r.host_cache > bytes<>{})) return to.refuse(std::string(no_host_size));
  constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;
  const double of_engine = r.host_cache.value() * real<double>(flags.tp * flags.pp * flags.pcp);
  to.put("--kv-offloading-size", in_full(of_engine / gibibyte));
  to.put("--kv-offloading-backend", "native");
}

inline void put_vllm_memory(argument_writer& to, const launch_request& r) {
  if (const auto* rule = std::get_if<fraction_of_total<>>(&r.runtime.budget)) {
    to.put("--gpu-memory-utilization", in_full(rule->share));
  }
  to.put("--block-size", r.runtime.page_tokens);
  put_vllm_cache(to, r);
  if (r.quantised) to.put("--quantization", "fp8");
}

inline void put_vllm_guesses(argument_writer& to, const launch_request& r) {
  const std::string number = std::to_string(r.workload.speculation.draft_tokens);
  const std::string tokens = "\"num_speculative_tokens\":" + number + "}";
  switch (guesser_of(r)) {
    case guesser::none:
      return;
    case guesser::prediction_layer:
      return to.put("--speculative-config", R"({"method":"mtp",)" + tokens);
    case guesser::words_of_prompt:
      return to.put("--speculative-config", R"({"method":"ngram",)" + tokens);
    case guesser::draft:
      if (r.draft.empty()) to.refuse("has to be told which model drafts (--draft-checkpoint)");
      return to.put("--speculative-config", R"({"model":")" + r.draft + "\"," + tokens);
  }
}

inline void put_vllm_limits(argument_writer& to, const launch_request& r) {
  const integer sequences = rounded_down(r.runtime.step_sequences);
  const integer step = r.workload.chunk ? rounded_down(r.workload.chunk->value()) : r.longest();
  if (step < sequences) {
    to.refuse("takes a token of every sequence in a step: " + std::to_string(step) +
              " batched tokens are fewer than " + std::to_string(sequences) +
              " sequences (--max-num-seqs)");
  }
  to.put("--max-num-seqs", sequences);
  to.put("--max-num-batched-tokens", step);
  to.put("--max-model-len", r.longest());
}

// Engines of `world` ranks each, `local` of them on a node.
inline void place_vllm_engines(launch_server& s, argument_writer& leader, argument_writer& worker,
                               integer world, const launch_request& r, integer dp) {
  const integer local = r.gpus_per_node / world;
  if (!is_divisor(local, dp)) {
    leader.refuse("starts as many engines on each node: " + std::to_string(dp) +
                  " data-parallel ranks, " + std::to_string(local) + " to a node");
  }
  s.nodes = ceil_div(dp, local);
  for (argument_writer* to : {&leader, &worker}) {
    to->put("--data-parallel-size-local", local);
    if (to == &worker) {
      to->put("--data-parallel-start-rank", "{rank*" + std::to_string(local) + "}");
    }
    to->put("--data-parallel-address", "{leader}");
    to->put("--data-parallel-rpc-port", ports::data_parallel);
  }
  worker.put("--headless");
}

// One engine over several nodes.
inline void place_vllm_engine(launch_server& s, argument_writer& leader, argument_writer& worker,
                              integer world, const launch_request& r) {
  if (!is_divisor(r.gpus_per_node, world)) {
    return leader.refuse("splits its ranks evenly over nodes: " + std::to_string(world) +
                         " ranks, " + std::to_string(r.gpus_per_node) + " to a node");
  }
  s.nodes = world / r.gpus_per_node;
  for (argument_writer* to : {&leader, &worker}) {
    to->put("--nnodes", s.nodes);
    to->put("--node-rank", "{rank}");
    to->put("--master-addr", "{leader}");
  }
  worker.put("--headless");
}

// Where the ranks of its engines are.
inline void place_vllm(launch_server& s, argument_writer& leader, argument_writer& worker,
                       const launch_request& r, const vllm& flags) {
  const integer world = flags.tp * flags.pp * flags.pcp;
  s.gpus = world * flags.dp;
  if (s.gpus <= r.gpus_per_node) return;
  if (world <= r.gpus_per_node) {
    return place_vllm_engines(s, leader, worker, world, r, flags.dp);
  }
  if (!leader.has("--nnodes")) return leader.refuse("spans nodes with Ray alone");
  if (flags.dp > 1) {
    return leader.refuse("has data-parallel ranks within a node: one of " + std::to_string(world) +
                         " GPUs spans several");
  }
  place_vllm_engine(s, leader, worker, world, r);
}

// Replicas of a model without experts are engines that know nothing of each other.
inline integer independent_vllm(const launch_request& r, vllm& flags) {
  if (has_experts(r.model) || flags.tp * flags.pp * flags.pcp * flags.dp <= r.gpus_per_node) {
    return 1;
  }
  return std::exchange(flags.dp, integer{1});
}

inline launch_server vllm_server(const launch_dialect& d, const launch_request& r, vllm flags,
                                 pool_role role, std::string& why_not) {
  launch_server s{.role = role};
  argument_writer all(d);
  argument_writer leader(d);
  argument_writer worker(d);
  s.instances = independent_vllm(r, flags);
  put_degrees(all, flags, &flag_key<vllm>::option);
  put_vllm_experts(all, r, flags);
  put_vllm_limits(all, r);
  put_vllm_memory(all, r);
  put_vllm_guesses(all, r);
  if (!r.engine.kernels.host.graphs) all.put("--enforce-eager");
  if (r.adapters > 0) {
    all.put("--enable-lora");
    all.put("--max-loras", r.adapters);
    all.put("--max-lora-rank", r.adapter_rank);
  }
  if (reads_host_cache(r, role)) put_vllm_host_cache(all, r, flags);
  if (role != pool_role::both) all.put("--kv-transfer-config", std::string(vllm_connector));
  place_vllm(s, leader, worker, r, flags);
  for (argument_writer* to : {&worker, &leader, &all}) {
    if (!to->why_not().empty()) why_not = to->why_not();
  }
  s.arguments = all.take();
  s.leader = leader.take();
  s.worker = worker.take();
  return s;
}

}  // namespace shardline::detail
