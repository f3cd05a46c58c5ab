// SPDX-License-Identifier: BSL-1.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "explaining.hpp"
#include "output.hpp"
#include "pricing.hpp"
#include "report.hpp"
#include "shardline/io/json.hpp"
#include "shardline/io/text.hpp"
#include "tables.hpp"
#include "values.hpp"

namespace planner {

namespace {

using shardline::hardware_figures;

// The figures by what a token's time gains by them, then a first token's.
std::array<std::size_t, hardware_figures.size()> ranked(const shardline::sensitivities& s) {
  std::array<std::size_t, hardware_figures.size()> order{};
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto of = [&](std::size_t i) {
      return std::array{std::abs(s.tpot.elasticity[i]), std::abs(s.ttft.elasticity[i])};
    };
    return of(a) > of(b);
  });
  return order;
}

// 1; as good as null where answers are of one token, which have no time per output token.
double factor_of_tpot(const shardline::sensitivities& s) {
  return s.tpot.value > 0.0 ? 1.0 : std::numeric_limits<double>::quiet_NaN();
}

// Per cent that 1 % more of a figure brings: a time that falls does so as 1 over the figure, or, of
// a queue near saturation, as 1 over what is left idle; by the slope alone it would fall below 0.
double per_cent_more(double elasticity) {
  return elasticity < 0.0 ? elasticity / (1.0 - 0.01 * elasticity) : elasticity;
}

}  // namespace

std::string sensitivity_text(const shardline::sensitivities& s) {
  shardline::text_table table("lrrr");
  table.add({"1 % more of", "TTFT", "TPOT", "throughput"});
  // A queue that grows for ever is neither longer nor shorter.
  const auto cell = [](const shardline::sensitivity& of, std::size_t i) {
    return std::isfinite(of.value) ? fmt::format("{:+.3f} %", per_cent_more(of.elasticity[i]))
                                   : "endless";
  };
  for (const std::size_t i : ranked(s)) {
    const std::array<double, 3> e{s.ttft.elasticity[i], s.tpot.elasticity[i],
                                  s.throughput.elasticity[i]};
    if (e == std::array<double, 3>{}) continue;
    table.add({std::string(hardware_figures[i].name), cell(s.ttft, i),
               s.tpot.value > 0.0 ? cell(s.tpot, i) : "-", cell(s.throughput, i)});
  }
  return table.text("  ");
}

void put_sensitivity(shardline::json_tree& out, const shardline::sensitivities& s) {
  out.array("sensitivity", [&] {
    for (const std::size_t i : ranked(s)) {
      out.object([&] {
        out.member("figure", hardware_figures[i].name);
        out.member("unit", hardware_figures[i].unit);
        // As good as null: of an endless queue.
        const double has_ttft = std::isfinite(s.ttft.value) ? 1.0 : s.ttft.value;
        const double has_tpot = factor_of_tpot(s);
        out.member("d_ttft_s", s.ttft.slope[i] * has_ttft);
        out.member("d_tpot_s", s.tpot.slope[i] * has_tpot);
        out.member("d_output_tokens_per_s", s.throughput.slope[i]);
        out.member("ttft_elasticity", s.ttft.elasticity[i] * has_ttft);
        out.member("tpot_elasticity", s.tpot.elasticity[i] * has_tpot);
        out.member("output_elasticity", s.throughput.elasticity[i]);
      });
    }
  });
}

namespace {

void print_as_json(const options& o, const shardline::sensitivities& s) {
  shardline::json_tree out;
  out.object([&] {
    out.member("model", o.model);
    out.member("layout", o.layout);
    out.member("feasibility", s.feasibility);
    out.member("ttft_s", s.ttft.value);
    out.member("tpot_s", s.tpot.value * factor_of_tpot(s));
    out.member("output_tokens_per_s", s.throughput.value);
    put_sensitivity(out, s);
    put_engine(out, o);
  });
  print_result(o, out.take());
}

}  // namespace

bool run_sensitivity(const options& o) {
  const auto s = visit_cluster(o, [&](const auto& cluster) { return gains_on(o, cluster); });
  refuse_invalid(s.feasibility.invalid);
  if (o.json) {
    print_as_json(o, s);
  } else {
    print_inputs(o);
    print("{}\n{}", shardline::to_text(o.model, o.layout, convention(o)),
          shardline::to_text(s.feasibility));
    if (s.feasibility.priceable()) print("\nwhat would make it faster\n{}", sensitivity_text(s));
  }
  return s.feasibility.feasible();
}

}  // namespace planner
