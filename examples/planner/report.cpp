// SPDX-License-Identifier: BSL-1.0
#include "report.hpp"

#include <fmt/core.h>

#include <string>
#include <type_traits>
#include <utility>

#include "batch.hpp"
#include "comparing.hpp"
#include "costs.hpp"
#include "explaining.hpp"
#include "fit.hpp"
#include "launching.hpp"
#include "lists.hpp"
#include "output.hpp"
#include "pooling.hpp"
#include "pricing.hpp"
#include "recommending.hpp"
#include "searching.hpp"
#include "shardline/io/json.hpp"
#include "shardline/io/text.hpp"
#include "simulated.hpp"
#include "tables.hpp"
#include "values.hpp"

namespace planner {

namespace {

std::string load_text(const shardline::workload& w) {
  const double rate = w.rate.value();
  std::string text = fmt::format(
      "{}{} sequences {}, {} tokens in, {} out", rate > 0.0 ? "at most " : "", w.concurrency,
      rate > 0.0 ? "running" : "in flight", w.input.value(), w.output.value());
  if (w.output_cv > 0.0) text += fmt::format(" (cv {})", w.output_cv);
  if (rate > 0.0) text += ", " + shardline::to_text(w.rate);
  if (w.num_prompts > 0.0) text += fmt::format(", {} requests in all", w.num_prompts);
  if (w.chunk) text += fmt::format(", steps of at most {} tokens", w.chunk->value());
  if (w.prefix_hit > 0.0) text += fmt::format(", {} cached", shardline::percent(w.prefix_hit));
  if (w.host_cache.hit > 0.0) {
    text += fmt::format(", {} of the rest copied from the hosts at {}/s",
                        shardline::percent(w.host_cache.hit),
                        shardline::decimal_bytes(w.host_cache.rate.value()));
  }
  const shardline::speculation& s = w.speculation;
  if (s.draft_tokens > 0) {
    text += fmt::format(", {} tokens guessed a step, acceptance {}", s.draft_tokens, s.acceptance);
  }
  return text;
}

// Whose memory it is taken to have, where it is another version's.
std::string carried_text(const shardline::engine_version* engine) {
  if (engine == nullptr || engine->has_own_memory()) return {};
  return fmt::format("; as measured of {}", engine->memory_of.version);
}

// The policy as it was asked for, its engine by the name of the version, and where a fitted one's
// figures come from.
std::string policy_text(const options& o) {
  const auto* engine = std::get_if<const shardline::engine_version*>(&o.efficiency);
  if (engine == nullptr) return o.efficiency_given.value_or("");
  const auto source = with_fitted(o.cluster.accelerator, **engine).efficiency.source;
  const std::string other =
      (*engine)->has_own_kernels() ? "" : fmt::format(" of {}", (*engine)->kernels_of.version);
  return fmt::format("fitted:engine={} ({}{})", (*engine)->name, name(source), other);
}

std::string efficiency_text(const options& o) {
  return policy_text(o) + (o.efficiency_given ? "" : ", assumed because no --efficiency is given");
}

}  // namespace

std::string_view name_of(const shardline::engine_version* engine) {
  return engine == nullptr ? "none" : engine->name;
}

std::string_view convention(const options& o) {
  const auto nothing = []<class Flags>() {};
  const bool own = o.engine != nullptr && shardline::visit_convention(o.engine->engine, nothing);
  return own ? o.engine->engine : shardline::vllm::convention;
}

std::string name_of_engine(const options& o) {
  return fmt::format("{}{}{}", name_of(o.engine), carried_text(o.engine), o.engine_assumption);
}

namespace {

std::string model_text(const options& o) {
  const double state = state_bytes_per_sequence(o.model).value();
  return fmt::format(
      "{}: {} parameters, {} active, {} of KV cache per token{}", o.model.name.view(),
      shardline::short_number(static_cast<double>(parameters(o.model).total())),
      shardline::short_number(static_cast<double>(active_parameters(o.model))),
      shardline::decimal_bytes(kv_bytes_per_token(o.model).value()),
      state > 0.0 ? ", " + shardline::decimal_bytes(state) + " of state per sequence" : "");
}

std::string cluster_text(const options& o) {
  const shardline::cluster& c = o.cluster;
  return fmt::format("{} x {}, {} per node", c.gpus, c.accelerator.name.view(), c.gpus_per_domain);
}

}  // namespace

std::vector<std::string> lines_of_inputs(const options& o) {
  std::vector<std::string> lines{model_text(o), cluster_text(o),
                                 "efficiency: " + efficiency_text(o)};
  for (const std::string& note : o.notes) lines.push_back("note: " + note);
  return lines;
}

void print_inputs(const options& o) {
  const shardline::cluster& c = o.cluster;
  print("{}\n{}\n", model_text(o), cluster_text(o));
  if (o.decode_cluster && o.decode_cluster->accelerator.name.view() != c.accelerator.name.view()) {
    print("pools that decode are of {}\n", o.decode_cluster->accelerator.name.view());
  }
  print("{}\n", load_text(o.workload));
  print("engine: {} ({}{}){}\n", name_of(o.engine), shardline::to_text(c.runtime),
        carried_text(o.engine), o.engine_assumption);
  if (o.task != task::fit) print("efficiency: {}\n", efficiency_text(o));
  for (const std::string& note : o.notes) print("note: {}\n", note);
  print("\n");
}

void print_json(nlohmann::ordered_json result, const options& o) {
  shardline::json_tree out;
  out.object([&] { put_engine(out, o); });
  result.update(out.take());
  print_result(o, result);
}

// The notes of the model among the warnings, which are sentences too (io/json.hpp).
void add_notes(nlohmann::ordered_json& estimate, const options& o) {
  for (const std::string& note : o.notes) estimate["warnings"].push_back(note);
}

namespace {

// The estimate, the stages of its layout and the engine.
template <class Output, class Cluster>
bool put_estimate(shardline::json_output<Output>& out, const options& o, const Cluster& cluster) {
  const shardline::prepared layout(cluster, o.model, o.layout);
  const auto e = layout(o.workload);
  refuse_invalid(e.feasibility.invalid);
  out.object([&] {
    put_members(out, o.model, o.layout, e, o.notes);
    put_stages(out, layout.parts(), o.workload, e.feasibility.priceable());
    if (o.simulate && e.feasibility.priceable() && can_simulate(o, cluster)) {
      put_simulated(out, simulated(o, cluster), o);
    } else if (o.simulate) {
      out.member("simulated", nullptr);
    }
    if (const auto cost = costs_of(o, cluster, o.layout, e)) put_costs(out, o, *cost);
    put_engine(out, o);
  });
  return e.feasibility.feasible();
}

template <class Cluster>
std::string simulation_of(const options& o, const Cluster& cluster) {
  if (!o.simulate) return {};
  if (!can_simulate(o, cluster)) return "\nnot simulated: the memory holds no sequence\n";
  return simulated_text(simulated(o, cluster), o);
}

template <class Cluster>
bool run_estimate(const options& o, const Cluster& cluster) {
  const auto e = estimate(cluster, o.model, o.layout, o.workload);
  refuse_invalid(e.feasibility.invalid);
  // Before anything is printed: a simulation that would not end is refused.
  const std::string simulation = e.feasibility.priceable() ? simulation_of(o, cluster) : "";
  print_inputs(o);
  print("{}\n", shardline::to_text(o.model, o.layout, convention(o)));
  if (e.feasibility.priceable()) {
    const auto fullest = fullest_stage(cluster, o.model, o.layout, o.workload);
    print("{}", shardline::to_text(e, o.layout, fullest));
    if (const auto cost = costs_of(o, cluster, o.layout, e)) print("{}", costs_text(o, *cost));
    print("{}", simulation);
  } else {
    print("{}", shardline::to_text(e));
  }
  return e.feasibility.feasible();
}

// The layout of the pool that decodes.
const shardline::layout& decode_layout(const options& o) {
  return o.decoding ? o.decoding->layout : o.layout;
}

template <class Output>
bool put_pools(shardline::json_output<Output>& out, const options& o) {
  const auto found = figures_of_pools(o);
  out.object([&] {
    put_members(out, o.model, o.layout, found);
    if (o.decoding) out.member("decode_layout", o.decoding->layout);
    put_engine(out, o);
  });
  return found.feasible();
}

bool run_pools(const options& o) {
  const auto found = figures_of_pools(o);
  print_inputs(o);
  const auto layout_text = [&o](const shardline::layout& l) {
    return shardline::to_text(o.model, l, convention(o));
  };
  print("{}\n", layout_text(o.layout));
  print("{} read prompts, {} decode\n\n", shardline::counted(o.prefill_gpus, "GPU"), o.decode_gpus);
  if (o.decoding) print("decoding in\n{}\n", layout_text(o.decoding->layout));
  print("{}", shardline::to_text(found));
  return found.feasible();
}

template <class Output>
bool put_priced(shardline::json_output<Output>& out, const options& o) {
  if (o.prefill_gpus > 0) return put_pools(out, o);
  return visit_cluster(o, [&](const auto& cluster) { return put_estimate(out, o, cluster); });
}

bool print_priced(const options& o) {
  shardline::json_tree out;
  const bool feasible = put_priced(out, o);
  print_result(o, out.take());
  return feasible;
}

}  // namespace

// The memory of an instance of either is that of an estimate without the other's load.
shardline::disaggregated figures_of_pools(const options& o) {
  return visit_cluster(o, [&](const auto& cluster) {
    using policy = typename std::decay_t<decltype(cluster)>::efficiency_policy;
    const auto pool_of = [&](const shardline::runtime& engine, const shardline::layout& l,
                             shardline::integer gpus) {
      shardline::basic_pool<double, policy> pool{cluster, l, gpus / l.gpus()};
      pool.cluster.gpus = l.gpus();
      pool.cluster.runtime = engine;
      return pool;
    };
    const shardline::layout& decodes = decode_layout(o);
    const shardline::cluster& other = o.decoding ? o.decoding->cluster : o.cluster;
    const auto found =
        disaggregate(pool_of(o.cluster.runtime, o.layout, o.prefill_gpus),
                     pool_of(other.runtime, decodes, o.decode_gpus), o.model, o.workload);
    refuse_invalid(found.prefill.invalid);
    refuse_invalid(found.decode.invalid);
    return found;
  });
}

bool put_result(shardline::json_text& out, const options& o) { return put_priced(out, o); }

bool run(const options& o) {
  if (o.task == task::batch) {
    run_batch();
    return true;
  }
  if (o.task == task::list) {
    print_list(o);
    return true;
  }
  if (o.task == task::fit) return run_fit(o);
  if (o.task == task::recommend) return run_recommend(o);
  if (o.task == task::launch) return run_launch(o);
  if (o.task == task::compare) return run_compare(o);
  if (o.task == task::explain) return run_explain(o);
  if (o.task == task::sensitivity) return run_sensitivity(o);
  if (o.task == task::estimate && o.json) return print_priced(o);
  if (o.task == task::search) return run_search(o);
  if (o.task == task::merge) return run_merge(o);
  if (o.task == task::pools) return run_size_pools(o);
  if (o.prefill_gpus > 0) return run_pools(o);
  return visit_cluster(o, [&](const auto& cluster) { return run_estimate(o, cluster); });
}

}  // namespace planner
