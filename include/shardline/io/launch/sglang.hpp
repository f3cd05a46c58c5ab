// SPDX-License-Identifier: BSL-1.0
/// What `python -m sglang.launch_server` is told.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "shardline/engines/sglang.hpp"
#include "shardline/io/launch/deployment.hpp"
#include "shardline/memory/budget.hpp"

namespace shardline::detail {

inline void put_sglang_experts(argument_writer& to, const launch_request& r, const sglang& flags) {
  const expert_execution& e = r.runtime.experts;
  if (flags.redundant_experts > 0) to.put("--enable-eplb");
  if (flags.all_to_all) {
    const bool deepep = e.exchange != expert_exchange::pairwise;
    to.put("--moe-a2a-backend", deepep ? "deepep" : "mooncake");
    if (deepep) {
      to.put("--deepep-mode", e.exchange == expert_exchange::low_latency    ? "low_latency"
                              : e.exchange == expert_exchange::hierarchical ? "normal"
                                                                            : "auto");
    }
    if (e.exchange == expert_exchange::hierarchical && r.engine.kernels.host.graphs) {
      to.refuse("captures no CUDA graphs in DeepEP's normal mode: hierarchical needs --eager");
    }
  }
  if (e.dispatch == precision::bf16) to.put("SGLANG_DEEPEP_BF16_DISPATCH", integer{1});
  if (e.dispatch == precision::fp4) to.refuse("dispatches tokens in bf16 or fp8 (--dispatch)");
  if (e.combine && e.combine != precision::bf16) {
    to.refuse("combines results in bf16 alone (--combine)");
  }
  if (!r.runtime.two_batch_overlap) return;
  if (!flags.all_to_all) to.refuse("overlaps two batches with an all-to-all backend only");
  to.put("--enable-two-batch-overlap");
}

inline void put_sglang_limits(argument_writer& to, const launch_request& r, const sglang& flags) {
  // Both are of all attention replicas together.
  const integer replicas = flags.attention_replicas();
  const integer step = r.workload.chunk ? rounded_down(r.workload.chunk->value()) : r.longest();
  to.put("--max-running-requests", rounded_down(r.runtime.step_sequences) * replicas);
  if (step * replicas % r.runtime.page_tokens != 0) {
    to.refuse("reads prompts in whole pages: " + std::to_string(step * replicas) +
              " tokens, pages of " + std::to_string(r.runtime.page_tokens));
  }
  to.put("--chunked-prefill-size", step * replicas);
  to.put("--context-length", r.longest());
}

inline void put_sglang_memory(argument_writer& to, const launch_request& r) {
  double share = 0.0;
  if (const auto* given = std::get_if<static_fraction<>>(&r.runtime.budget)) share = given->share;
  if (const auto* derived = std::get_if<derived_static<>>(&r.runtime.budget)) {
    share = share_of(*derived, r.runtime, r.layout, r.memory).share;
  }
  if (!(share > 0.0)) {
    to.refuse(
        "works out no share of the memory that is left for weights and cache "
        "(--memory-fraction)");
  }
  to.put("--mem-fraction-static", in_full(share));
  to.put("--page-size", r.runtime.page_tokens);
  const cache_format f = r.model.kv_cache;
  if (f == cache_format(r.model.activations)) {
    to.put("--kv-cache-dtype", "auto");
  } else if (f == cache_format(precision::fp8)) {
    to.put("--kv-cache-dtype", "fp8_e4m3");
  } else if (f == cache_format(precision::bf16)) {
    to.put("--kv-cache-dtype", "bfloat16");
  } else {
    to.refuse("has no KV cache of this format (--kv)");
  }
  if (r.quantised) to.put("--quantization", "fp8");
}

// Of each rank, in whole GB; how much the engine decides where it is not said.
inline void put_sglang_host_cache(argument_writer& to, const launch_request& r) {
  to.put("--enable-hierarchical-cache");
  if (!(r.host_cache > bytes<>{})) return;
  constexpr double gigabyte = 1e9;
  const double each = r.host_cache.value() / gigabyte;
  const integer whole = rounded_down(each);
  if (whole < 1) {
    to.refuse("takes whole GB of the hosts' memory for each GPU: " + in_full(each) +
              " (--kv-offload-size)");
  }
  to.put("--hicache-size", whole);
}

inline void put_sglang_guesses(argument_writer& to, const launch_request& r, const sglang& flags) {
  const guesser by = guesser_of(r);
  if (by == guesser::none) return;
  if (flags.pp > 1) to.refuse("speculates without pipeline stages (pp = 1)");
  const integer drafted = r.workload.speculation.draft_tokens;
  if (by == guesser::words_of_prompt) {
    to.put("--speculative-algorithm", "NGRAM");
    return to.put("--speculative-num-draft-tokens", drafted + 1);
  }
  if (by == guesser::draft && r.draft.empty()) {
    to.refuse("has to be told which model drafts (--draft-checkpoint)");
  }
  to.put("--speculative-algorithm", by == guesser::draft ? "STANDALONE" : "NEXTN");
  if (by == guesser::draft) to.put("--speculative-draft-model-path", r.draft);
  to.put("--speculative-num-steps", drafted);
  to.put("--speculative-eagle-topk", integer{1});
  to.put("--speculative-num-draft-tokens", drafted + 1);
}

inline void put_sglang_role(argument_writer& to, const launch_request& r, pool_role role) {
  if (!r.engine.kernels.host.graphs) to.put("--disable-cuda-graph");
  if (r.adapters > 0) {
    to.put("--enable-lora");
    to.put("--max-loras-per-batch", r.adapters);
    to.put("--max-lora-rank", r.adapter_rank);
  }
  if (role != pool_role::both) {
    to.put("--disaggregation-mode", std::string(name(role)));
    to.put("--disaggregation-transfer-backend", "nixl");
  }
}

// Whether queries choose what they attend to by an index.
inline bool has_index(const model& m) {
  bool any = false;
  for (const layer& l : m.layers.kinds) {
    visit_alternative(l.attention, [&any](const auto& kind) {
      if constexpr (requires { kind.index_heads; }) any = true;
    });
  }
  return any;
}

// --attn-cp-size alone splits no prompt. Indexed attention is split token by token: whole pieces of
// it would force degrees of their own (arg_groups/parallel_hook.py).
inline void put_sglang_prompt_split(argument_writer& to, const launch_request& r,
                                    const sglang& flags, pool_role role) {
  if (flags.attn_cp == 1) return;
  if (role == pool_role::decode) to.refuse("splits no prompts where it decodes (attn-cp = 1)");
  const bool indexed = has_index(r.model);
  if (to.has("--enable-prefill-cp")) {
    to.put("--enable-prefill-cp");
    to.put("--cp-strategy", indexed ? "interleave" : "zigzag");
  } else if (indexed) {
    to.put("--enable-dsa-prefill-context-parallel");
    to.put("--dsa-prefill-cp-mode", "round-robin-split");
  } else {
    to.put("--enable-prefill-context-parallel");
    to.put("--prefill-cp-mode", "in-seq-split");
  }
}

// Attention's replicas in the words of the dialect.
inline sglang spelled(const argument_writer& to, sglang flags) {
  if (!to.has("--attn-dp-size") || !flags.dp_attention) return flags;
  flags.attn_dp = std::exchange(flags.dp, integer{1});
  flags.dp_attention = false;
  return flags;
}

inline launch_server sglang_server(const launch_dialect& d, const launch_request& r, sglang flags,
                                   pool_role role, std::string& why_not) {
  launch_server s{.role = role, .port = ports::sglang};
  argument_writer all(d);
  argument_writer node(d);
  const integer alone = flags.tp * flags.pp;
  // Replicas beyond a node are servers of their own.
  if (alone * flags.replicas() > r.gpus_per_node && flags.replicas() > 1) {
    s.instances = std::exchange(flags.dp, integer{1});
  }
  s.gpus = alone * flags.replicas();
  all.put("--model-path", r.checkpoint);
  put_degrees(all, spelled(all, flags), &flag_key<sglang>::option);
  put_sglang_prompt_split(all, r, flags, role);
  put_sglang_experts(all, r, flags);
  put_sglang_limits(all, r, flags);
  put_sglang_memory(all, r);
  if (reads_host_cache(r, role)) put_sglang_host_cache(all, r);
  put_sglang_guesses(all, r, flags);
  put_sglang_role(all, r, role);
  s.nodes = ceil_div(s.gpus, r.gpus_per_node);
  if (!is_divisor(s.nodes, s.gpus)) {
    node.refuse("splits its ranks evenly over nodes: " + std::to_string(s.gpus) + " ranks, " +
                std::to_string(s.nodes) + " nodes");
  }
  if (s.nodes > 1) {
    node.put("--nnodes", s.nodes);
    node.put("--node-rank", "{rank}");
    node.put("--dist-init-addr", "{leader}:" + std::to_string(ports::rendezvous));
  }
  for (argument_writer* to : {&node, &all}) {
    if (!to->why_not().empty()) why_not = to->why_not();
  }
  s.arguments = all.take();
  s.leader = node.take();
  s.worker = s.leader;
  return s;
}

}  // namespace shardline::detail
