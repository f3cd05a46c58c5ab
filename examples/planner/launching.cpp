// SPDX-License-Identifier: BSL-1.0
#include "launching.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "launch_words.hpp"
#include "output.hpp"
#include "pricing.hpp"
#include "report.hpp"
#include "shardline/io/launch/manifest.hpp"
#include "shardline/io/launch/plan.hpp"
#include "shardline/io/launch/shell.hpp"
#include "shardline/io/text.hpp"
#include "values.hpp"

namespace planner {

namespace {

shardline::launch_request request_of(const options& o) {
  shardline::launch_request r{.model = o.model, .layout = o.layout, .engine = *o.engine};
  r.runtime = o.cluster.runtime;
  r.workload = o.workload;
  r.memory = o.cluster.accelerator.memory;
  r.gpus_per_node = o.launch.gpus_per_host;
  r.context = o.launch.context;
  r.checkpoint = o.launch.checkpoint;
  r.draft = o.launch.draft;
  r.quantised = o.launch.quantised;
  r.adapters = o.launch.adapters;
  r.adapter_rank = o.launch.adapter_rank;
  r.host_cache = o.launch.host_cache;
  r.domain = o.cluster.gpus_per_domain;
  r.maker = o.cluster.accelerator.vendor;
  r.prefill = o.prefill_gpus / o.layout.gpus();
  r.decode = o.decode_gpus / (o.decoding ? o.decoding->layout : o.layout).gpus();
  if (o.decoding) {
    r.decoding = {o.decoding->layout, o.decoding->cluster.runtime, o.decoding->workload};
  }
  return r;
}

shardline::manifest written(const options& o, const shardline::launch_plan& plan,
                            shardline::integer nodes) {
  const std::string& format = o.launch.format;
  if (format == "lws") return worker_sets(plan);
  if (format == "dynamo") return dynamo_graph(plan);
  if (format == "llm-d") return modelservice_values(plan);
  return {format == "slurm" ? slurm_text(plan, nodes) : shell_text(plan, nodes), {}};
}

// What is violated by the layout, or by one of its pools; nothing where it can run.
std::string violations_of(const options& o) {
  if (o.prefill_gpus > 0) {
    const shardline::disaggregated pools = figures_of_pools(o);
    for (const shardline::report* r : {&pools.prefill, &pools.decode}) {
      if (!r->feasible()) return shardline::to_text(*r);
    }
    return {};
  }
  return visit_cluster(o, [&](const auto& cluster) -> std::string {
    const auto e = estimate(cluster, o.model, o.layout, o.workload);
    refuse_invalid(e.feasibility.invalid);
    return e.feasibility.feasible() ? "" : shardline::to_text(e.feasibility);
  });
}

std::string on_nvidia_alone(const shardline::accelerator& a) {
  return fmt::format("on NVIDIA's accelerators alone, and this is {}", a.name.view());
}

// Images and resources of manifests, and TensorRT-LLM, are NVIDIA's.
void refuse_other_vendors(const options& o) {
  const shardline::accelerator& a = o.cluster.accelerator;
  if (is_of_nvidia(a.vendor)) return;
  const std::string name(a.name.view());
  if (!runs_on(o.engine->engine, a.vendor)) {
    refuse("--engine", std::string(o.engine->name), on_nvidia_alone(a));
  }
  const std::string& format = o.launch.format;
  if (format != "shell" && format != "slurm") {
    refuse("--format", format, "shell or slurm: manifests name NVIDIA's GPUs, and this is " + name);
  }
}

}  // namespace

std::string why_not_launched(const options& o, const shardline::layout& l,
                             const shardline::workload& w) {
  constexpr shardline::integer in_machine = 4;
  if (o.engine == nullptr || shardline::find_dialect(o.engine->name) == nullptr) return {};
  const shardline::accelerator& a = o.cluster.accelerator;
  if (!runs_on(o.engine->engine, a.vendor)) {
    return fmt::format("{} runs {}", o.engine->name, on_nvidia_alone(a));
  }
  options own = o;
  own.layout = l;
  own.workload = w;
  own.launch.checkpoint = std::string(o.model.name.view());
  own.launch.gpus_per_host = std::min(l.gpus(), o.cluster.gpus_per_domain);
  if (own.launch.gpus_per_host > most_gpus_per_host) own.launch.gpus_per_host = in_machine;
  const shardline::launch_plan plan = launch_plan_of(request_of(own));
  return plan.has_value() ? "" : plan.why_not;
}

bool run_launch(const options& o) {
  refuse_other_vendors(o);
  if (const std::string broken = violations_of(o); !broken.empty()) {
    write(broken);
    return false;
  }
  const shardline::launch_request r = request_of(o);
  const shardline::launch_plan plan = launch_plan_of(r);
  if (!plan.has_value()) {
    refuse(
        "--engine", plan.why_not,
        fmt::format("a layout and options that {} can be told, or another engine", o.engine->name));
  }
  const shardline::manifest m = written(o, plan, r.gpus_per_node);
  if (!m.why_not.empty()) refuse("--format", m.why_not, "shell or slurm, or another engine");
  write(m.text);
  return true;
}

}  // namespace planner
