// SPDX-License-Identifier: BSL-1.0
/// What to type to run a layout, as `shardline-plan launch` prints it.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "../launch_words.hpp"
#include "question.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/io/launch/plan.hpp"
#include "shardline/io/launch/shell.hpp"

namespace planner::page {

/// The commands, or why there are none.
struct launch_text {
  std::string commands{};
  std::string why_not{};
};

namespace detail {

// The longest sequence that was asked for, in the words of any engine; 0: that of the load.
inline shardline::integer context_of(const question& q) {
  for (const char* option : {"--max-model-len", "--context-length", "--max-seq-len"}) {
    if (const std::string word = word_of(q, option); !word.empty()) {
      return std::strtoll(word.c_str(), nullptr, 10);
    }
  }
  return 0;
}

// Why the words of the search cannot be launched as they are; nothing where they can.
inline std::string reason_of_words(const question& q, const shardline::engine_version* engine) {
  const std::string weights = word_of(q, "--weights");
  if (engine == nullptr) return "Say which --engine serves to see what to type.";
  if (q.cluster.gpus_per_domain > most_gpus_per_host) {
    return "launch wants to know how many GPUs a host has (--gpus-per-host).";
  }
  if (!runs_on(engine->engine, q.cluster.accelerator.vendor)) {
    return "TensorRT-LLM runs on NVIDIA's accelerators alone.";
  }
  if (!is_plain_name(q.checkpoint)) {
    return "launch wants a name of the checkpoint (--checkpoint).";
  }
  if (!weights.empty() && weights != "fp8") {
    return "launch wants a checkpoint in that format (--checkpoint).";
  }
  return {};
}

}  // namespace detail

/// The commands that start a layout at a load.
[[nodiscard]] inline launch_text launch_of(const question& q, const shardline::layout& l,
                                           const shardline::workload& w) {
  const shardline::engine_version* engine = shardline::find_engine(word_of(q, "--engine"));
  if (std::string reason = detail::reason_of_words(q, engine); !reason.empty()) {
    return {{}, std::move(reason)};
  }
  shardline::launch_request r{.model = q.model, .layout = l, .engine = *engine};
  r.runtime = q.cluster.runtime;
  r.workload = w;
  r.memory = q.cluster.accelerator.memory;
  r.gpus_per_node = std::min(q.cluster.gpus, q.cluster.gpus_per_domain);
  r.context = detail::context_of(q);
  r.checkpoint = q.checkpoint;
  r.quantised = !word_of(q, "--weights").empty();
  r.host_cache = q.host_cache;
  r.domain = q.cluster.gpus_per_domain;
  r.maker = q.cluster.accelerator.vendor;
  const shardline::launch_plan plan = launch_plan_of(r);
  if (!plan.has_value()) return {{}, plan.why_not + "."};
  return {shell_text(plan, r.gpus_per_node), {}};
}

}  // namespace planner::page
