#include "report.hpp"

#include <fmt/core.h>

#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "fit.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "shardline/io/json.hpp"
#include "shardline/io/text.hpp"

namespace planner {

namespace {

std::string load_text(const shardline::workload& w) {
  const double rate = w.rate.value();
  std::string text =
      fmt::format("{}{} sequences in flight, {} tokens in, {} out", rate > 0.0 ? "at most " : "",
                  w.concurrency, w.input.value(), w.output.value());
  if (w.output_cv > 0.0) text += fmt::format(" (cv {})", w.output_cv);
  if (rate > 0.0) text += ", " + shardline::to_text(w.rate);
  if (w.num_prompts > 0.0) text += fmt::format(", {} requests in all", w.num_prompts);
  if (w.chunk) text += fmt::format(", steps of at most {} tokens", w.chunk->value());
  if (w.prefix_hit > 0.0) text += fmt::format(", {} cached", shardline::percent(w.prefix_hit));
  const shardline::speculation& s = w.speculation;
  if (s.draft_tokens > 0) {
    text += fmt::format(", {} tokens guessed a step, acceptance {}", s.draft_tokens, s.acceptance);
  }
  return text;
}

std::string_view name_of(const shardline::engine_version* engine) {
  return engine == nullptr ? "none" : engine->name;
}

// Whose memory it is taken to have, where it is another version's.
std::string carried_text(const shardline::engine_version* engine) {
  if (engine == nullptr || engine->has_own_memory()) return {};
  return fmt::format("; as measured of {}", engine->memory_of.version);
}

}  // namespace

std::string_view convention(const options& o) {
  const auto nothing = []<class Flags>() {};
  const bool own = o.engine != nullptr && shardline::visit_convention(o.engine->engine, nothing);
  return own ? o.engine->engine : shardline::vllm::convention;
}

void print_inputs(const options& o) {
  const shardline::cluster& c = o.cluster;
  const double state = state_bytes_per_sequence(o.model).value();
  print("{}: {} parameters, {} active, {} of KV cache per token{}\n", o.model.name.view(),
        shardline::short_number(static_cast<double>(parameters(o.model).total())),
        shardline::short_number(static_cast<double>(active_parameters(o.model))),
        shardline::decimal_bytes(kv_bytes_per_token(o.model).value()),
        state > 0.0 ? ", " + shardline::decimal_bytes(state) + " of state per sequence" : "");
  print("{} x {}, {} per node\n", c.gpus, c.accelerator.name.view(), c.gpus_per_domain);
  print("{}\n", load_text(o.workload));
  print("engine: {} ({}{}){}\n", name_of(o.engine), shardline::to_text(c.runtime),
        carried_text(o.engine), o.engine_assumption);
  if (!o.assumption.empty()) print("efficiency: {}\n", o.assumption);
  for (const std::string& note : o.notes) print("note: {}\n", note);
  print("\n");
}

void print_json(nlohmann::ordered_json result, const options& o) {
  result["engine"] = {{"name", std::string(name_of(o.engine))}};
  result["engine"].update(shardline::to_json(o.cluster.runtime));
  print("{}\n", result.dump(2));
}

// The notes of the model among the warnings, which are sentences too (io/json.hpp).
void add_notes(nlohmann::ordered_json& estimate, const options& o) {
  for (const std::string& note : o.notes) estimate["warnings"].push_back(note);
}

namespace {

template <class Inputs>
void refuse_invalid(const Inputs& inputs) {
  if (!inputs.empty()) throw bad_input{shardline::to_text(inputs[0])};
}

template <class Cluster>
bool run_estimate(const options& o, const Cluster& cluster) {
  const auto e = estimate(cluster, o.model, o.layout, o.workload);
  refuse_invalid(e.feasibility.invalid);
  const bool priced = e.feasibility.priceable();
  if (o.json) {
    nlohmann::ordered_json result = shardline::to_json(o.model, o.layout, e);
    result["stages"] = nlohmann::ordered_json::array();
    if (priced) result["stages"] = stages_to_json(cluster, o.model, o.layout, o.workload);
    add_notes(result, o);
    print_json(std::move(result), o);
    return e.feasibility.feasible();
  }
  print_inputs(o);
  print("{}\n", shardline::to_text(o.model, o.layout, convention(o)));
  if (priced) {
    const auto fullest = fullest_stage(cluster, o.model, o.layout, o.workload);
    print("{}", shardline::to_text(e, o.layout, fullest));
  } else {
    print("{}", shardline::to_text(e));
  }
  return e.feasibility.feasible();
}

// Both pools; the memory of an instance of either is that of an estimate without the other's load.
template <class Cluster>
bool run_pools(const options& o, const Cluster& cluster) {
  using policy = typename Cluster::efficiency_policy;
  const auto pool_of = [&](shardline::count gpus) {
    shardline::basic_pool<double, policy> pool{cluster, o.layout, gpus / o.layout.gpus()};
    pool.cluster.gpus = o.layout.gpus();
    return pool;
  };
  const auto found =
      disaggregate(pool_of(o.prefill_gpus), pool_of(o.decode_gpus), o.model, o.workload);
  refuse_invalid(found.prefill.invalid);
  refuse_invalid(found.decode.invalid);
  if (o.json) {
    print_json(shardline::to_json(o.model, o.layout, found), o);
    return found.feasible();
  }
  print_inputs(o);
  print("{}\n{} GPUs read prompts, {} decode\n\n{}",
        shardline::to_text(o.model, o.layout, convention(o)), o.prefill_gpus, o.decode_gpus,
        shardline::to_text(found));
  return found.feasible();
}

template <class Cluster>
bool run_search(const options& o, const Cluster& cluster) {
  const auto found = search(cluster, o.model, o.workload, o.top,
                            progress(fmt::format("search of {} GPUs", cluster.gpus)));
  refuse_invalid(found.inputs);
  if (o.json) {
    nlohmann::ordered_json result = shardline::to_json(o.model, found);
    for (nlohmann::ordered_json& layout : result["layouts"]) add_notes(layout, o);
    print_json(std::move(result), o);
  } else {
    print_inputs(o);
    print("{}", shardline::to_text(o.model, found, convention(o)));
  }
  return found.feasible > 0;
}

}  // namespace

struct accelerator_under {
  const shardline::accelerator& bare;
  auto operator()(const shardline::engine_version* e) const { return with_fitted(bare, *e); }
  template <class Policy>
  auto operator()(const Policy& policy) const {
    return with_efficiency(bare, policy);
  }
};

bool run(const options& o) {
  if (o.task == task::fit) return run_fit(o);
  return std::visit(
      [&o](const auto& policy) {
        const shardline::cluster& c = o.cluster;
        const auto accelerator = accelerator_under{c.accelerator}(policy);
        using policy_type = typename decltype(accelerator)::efficiency_policy;
        const shardline::basic_cluster<double, policy_type> under_policy{
            accelerator, c.gpus, c.gpus_per_domain, c.scale_up, c.network, c.runtime};
        if (o.task == task::search) return run_search(o, under_policy);
        return o.prefill_gpus > 0 ? run_pools(o, under_policy) : run_estimate(o, under_policy);
      },
      o.efficiency);
}

}  // namespace planner
