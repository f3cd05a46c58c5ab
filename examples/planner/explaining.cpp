// SPDX-License-Identifier: BSL-1.0
#include "explaining.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "explained.hpp"
#include "output.hpp"
#include "pricing.hpp"
#include "report.hpp"
#include "shardline/io/json.hpp"
#include "shardline/io/step_trace.hpp"
#include "shardline/io/text.hpp"
#include "tables.hpp"
#include "values.hpp"

namespace planner {

namespace {

struct explanation {
  shardline::basic_estimate<> estimate{};
  explained_time prefill{};
  explained_time decode{};
  shardline::sensitivities gains{};
};

template <class Cluster>
explanation explanation_of(const options& o, const Cluster& cluster) {
  const shardline::prepared layout(cluster, o.model, o.layout);
  explanation x;
  x.estimate = layout(o.workload);
  refuse_invalid(x.estimate.feasibility.invalid);
  if (!x.estimate.feasibility.priceable()) return x;
  x.prefill = explained_prefill(layout.parts(), o.workload);
  x.decode = explained_decode(layout.parts(), o.workload);
  x.gains = gains_on(o, cluster);
  if (!o.chrome_trace.empty()) {
    const std::string trace = step_trace(layout.parts(), o.workload).dump();
    save_file("--chrome-trace", o.chrome_trace, trace + '\n');
  }
  return x;
}

std::string operators_text(const explained_time& t) {
  shardline::text_table table("lrrrrll");
  table.add({"", "times", "each", "in all", "share", "bound", "each is"});
  const double whole = t.time.total().value();
  for (const explained_operator& o : t.operators) {
    const std::string sign = o.total < 0.0 ? "-" : "";
    table.add({label_of(o), o.has_equation() ? times_text(o.times) : "",
               o.has_equation() ? shardline::short_seconds(o.longest.seconds()) : "",
               sign + shardline::short_seconds(std::abs(o.total)),
               shardline::percent(o.total / whole), std::string(name(o.longest.by)), reason_of(o)});
  }
  table.add({"total", "", "", shardline::short_seconds(whole), "100.0 %",
             std::string(name(t.time.bounded_by()))});
  return table.text("  ");
}

void print_explanation(const options& o, const explanation& x) {
  print_inputs(o);
  print("{}\n{}", shardline::to_text(o.model, o.layout, convention(o)),
        shardline::to_text(x.estimate.feasibility));
  if (!x.estimate.feasibility.priceable()) return;
  print("\nprefill of one request alone\n{}", operators_text(x.prefill));
  print("\none decode step of all sequences\n{}", operators_text(x.decode));
  print("\nwhat would make it faster\n{}", sensitivity_text(x.gains));
}

void put_explained(shardline::json_tree& out, const char* name, const explained_time& t) {
  out.object(name, [&] {
    out.member("latency_s", t.time.total().value());
    out.member("bound", shardline::name(t.time.bounded_by()));
    out.array("operators", [&] {
      for (const explained_operator& o : t.operators) put_json(out, o);
    });
  });
}

void print_explanation_as_json(const options& o, const explanation& x) {
  shardline::json_tree out;
  out.object([&] {
    out.member("model", o.model);
    out.member("layout", o.layout);
    out.member("feasibility", x.estimate.feasibility);
    if (x.estimate.feasibility.priceable()) {
      put_explained(out, "prefill", x.prefill);
      put_explained(out, "decode", x.decode);
      put_sensitivity(out, x.gains);
    }
    put_engine(out, o);
  });
  print_result(o, out.take());
}

}  // namespace

bool run_explain(const options& o) {
  const explanation x =
      visit_cluster(o, [&](const auto& cluster) { return explanation_of(o, cluster); });
  if (o.json) {
    print_explanation_as_json(o, x);
  } else {
    print_explanation(o, x);
  }
  return x.estimate.feasibility.feasible();
}

}  // namespace planner
