// SPDX-License-Identifier: BSL-1.0
#include "fit.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "output.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "shardline/io/json.hpp"
#include "shardline/io/text.hpp"
#include "shardline/plan/fewest.hpp"
#include "values.hpp"

namespace planner {

namespace {

using shardline::integer;
using shardline::rule;

// Every layout of up to so many GPUs is tried, or of as many as the cluster has.
constexpr integer least_searched = 1024;

/// What fits.
///   feasible      whether the layout is, its memory for the workload included
///   shaped        whether it breaks no other rule: without that the figures of the layout are 0
///   sequences     of input + output tokens, in all replicas together
///   context       tokens of each of the workload's sequences
///   replicas      the layout with the fewest attention replicas that hold the workload
///   any           the layout with the fewest GPUs that do
///   searched      the most GPUs that were tried for `any`
struct answers {
  shardline::report feasible{};
  bool shaped = false;
  integer sequences = 0;
  integer context = 0;
  std::optional<shardline::layout> replicas{};
  std::optional<shardline::layout> any{};
  integer searched = 0;
};

// Rules that no other layout mends.
bool hopeless(const shardline::report& r) {
  return r.find(rule::context) != nullptr || r.find(rule::precision) != nullptr;
}

answers answer(const options& o) {
  const shardline::cluster& c = o.cluster;
  answers a;
  a.feasible = check(c, o.model, o.layout, o.workload);
  refuse_invalid(a.feasible.invalid);
  const auto& broken = a.feasible.violations;
  a.shaped = std::all_of(broken.begin(), broken.end(),
                         [](const shardline::violation& v) { return v.rule == rule::memory; });
  if (a.shaped) {
    a.sequences = sequences_that_fit(c, o.model, o.layout, o.workload);
    a.context = longest_context(c, o.model, o.layout, o.workload);
    a.replicas = fewest_replicas(c, o.model, o.layout, o.workload);
  }
  shardline::cluster larger = c;
  a.searched = std::max(c.gpus, least_searched);
  // What the layout itself takes bounds the search from above.
  larger.gpus = a.replicas ? std::min(a.searched, a.replicas->gpus()) : a.searched;
  if (!hopeless(a.feasible)) {
    progress watch("fit, fewest GPUs with any layout");
    a.any = fewest_gpus(larger, o.model, o.workload, watch);
  }
  if (!a.any) a.any = a.replicas;  // a layout of a kind that is not searched, or of too many GPUs
  return a;
}

// The shorter of what the memory holds and what the model was made for.
bool model_binds(const options& o, const answers& a) {
  return o.model.max_context > 0 && o.model.max_context < a.context;
}
integer usable_context(const options& o, const answers& a) {
  return model_binds(o, a) ? o.model.max_context : a.context;
}

// Beyond `unbounded` nothing was counted: the model keeps no cache, or next to none.
std::string number(integer n, integer step = 1) {
  const std::string text = std::to_string(n);
  return n + step > shardline::unbounded ? text + " or more" : text;
}

std::string sequences_text(const options& o, const answers& a) {
  const integer dp = o.layout.attention.dp;
  std::string text = number(a.sequences, dp);
  const integer each = shardline::ceil_div(a.sequences, dp);
  if (dp > 1) text += fmt::format(", at most {} in each of {} replicas", each, dp);
  return text;
}

std::string context_text(const options& o, const answers& a) {
  if (a.context == 0) return "none: not even a prompt of one token";
  const std::string usable = number(usable_context(o, a)) + " tokens, ";
  if (model_binds(o, a)) {
    return usable + "the model's longest; the memory would hold " + number(a.context);
  }
  return usable + "bound by memory" +
         (o.model.max_context > 0 ? fmt::format("; the model's longest is {}", o.model.max_context)
                                  : "");
}

// "8: tp4 cp1 dp1 | pp2 (vllm:tp=4,pp=2)"
std::string layout_text(const options& o, const shardline::layout& l) {
  return fmt::format("{}: {} ({})", l.gpus(), short_text(o.model, l),
                     shardline::typed_text(o.model, l, convention(o)));
}

void print_answers(const options& o, const answers& a) {
  const double length = full_length(o.workload);
  shardline::text_table table("ll");
  if (a.shaped) {
    table.add({fmt::format("sequences of {} tokens", length), sequences_text(o, a)});
    table.add({fmt::format("context at {} sequences", o.workload.concurrency), context_text(o, a)});
    table.add({"fewest GPUs with these degrees",
               a.replicas ? layout_text(o, *a.replicas) : "none: a replica holds no sequence"});
  }
  table.add({"fewest GPUs with any layout",
             a.any ? layout_text(o, *a.any)
                   : (hopeless(a.feasible) ? "none: no layout mends the rules above"
                                           : fmt::format("more than {}", a.searched))});
  print("\nwhat fits\n{}", table.text("  "));
}

void print_text(const options& o, const answers& a) {
  print_inputs(o);
  print("{}\n{}", shardline::to_text(o.model, o.layout, convention(o)),
        shardline::to_text(a.feasible));
  print_answers(o, a);
  if (!a.feasible.priceable()) return;
  const auto fullest = fullest_stage(o.cluster, o.model, o.layout, o.workload);
  print("\n{}", memory_text(fullest, o.layout));
}

nlohmann::ordered_json layout_json(const options& o, const std::optional<shardline::layout>& l) {
  if (!l) return nullptr;
  nlohmann::ordered_json of = shardline::to_json(*l);
  of["flags"] = shardline::typed_text(o.model, *l, convention(o));
  return of;
}

nlohmann::ordered_json context_json(const options& o, const answers& a) {
  nlohmann::ordered_json of_model = nullptr;
  if (o.model.max_context > 0) of_model = o.model.max_context;
  return {{"concurrency", static_cast<integer>(o.workload.concurrency)},
          {"tokens", usable_context(o, a)},
          {"bound", model_binds(o, a) ? "model" : "memory"},
          {"memory_tokens", a.context},
          {"model_tokens", of_model}};
}

nlohmann::ordered_json answers_json(const options& o, const answers& a) {
  nlohmann::ordered_json sequences = nullptr;
  nlohmann::ordered_json context = nullptr;
  if (a.shaped) {
    sequences = {{"tokens", static_cast<integer>(full_length(o.workload))},
                 {"per_replica", shardline::ceil_div(a.sequences, o.layout.attention.dp)},
                 {"in_all", a.sequences}};
    context = context_json(o, a);
  }
  return {{"sequences", sequences},
          {"longest_context", context},
          {"fewest_gpus",
           {{"these_degrees", layout_json(o, a.replicas)},
            {"any_layout", layout_json(o, a.any)},
            {"searched_to", a.searched}}}};
}

void print_as_json(const options& o, const answers& a) {
  nlohmann::ordered_json result{{"model", shardline::to_json(o.model)},
                                {"layout", shardline::to_json(o.layout)}};
  result.update(shardline::to_json(a.feasible));
  add_notes(result, o);
  result.update(answers_json(o, a));
  result["memory"] = nullptr;
  result["stages"] = nlohmann::ordered_json::array();
  if (a.feasible.priceable()) {
    result["memory"] = shardline::to_json(memory(o.cluster, o.model, o.layout, o.workload));
    result["stages"] = stages_to_json(o.cluster, o.model, o.layout, o.workload);
  }
  print_json(std::move(result), o);
}

}  // namespace

bool run_fit(const options& o) {
  const answers a = answer(o);
  if (o.json) {
    print_as_json(o, a);
  } else {
    print_text(o, a);
  }
  return a.sequences > 0;
}

}  // namespace planner
