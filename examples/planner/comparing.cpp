// SPDX-License-Identifier: BSL-1.0
#include "comparing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "explained.hpp"
#include "output.hpp"
#include "pricing.hpp"
#include "report.hpp"
#include "shardline/io/json.hpp"
#include "shardline/io/text.hpp"
#include "tables.hpp"
#include "values.hpp"

namespace planner {

namespace {

// A layout with what its times are made of; nothing where it cannot be priced.
struct side {
  shardline::basic_estimate<> estimate{};
  explained_time decode{};
  explained_time prefill{};
};
using both = std::array<side, 2>;

template <class Cluster>
side side_of(const Cluster& cluster, const shardline::model& m, const shardline::layout& l,
             const shardline::workload& w) {
  const shardline::prepared layout(cluster, m, l);
  side s{layout(w), {}, {}};
  if (!s.estimate.feasibility.priceable()) return s;
  s.decode = explained_decode(layout.parts(), w);
  s.prefill = explained_prefill(layout.parts(), w);
  return s;
}

// A line of a breakdown in both layouts.
struct line_of_both {
  std::string_view name{};
  std::array<double, 2> seconds{};

  [[nodiscard]] double difference() const { return seconds[1] - seconds[0]; }
};

// The lines that take any time in either, the largest difference first.
std::vector<line_of_both> lines_of(const shardline::basic_time<>& a,
                                   const shardline::basic_time<>& b) {
  std::vector<line_of_both> lines;
  for_each_addend(a, [&](std::string_view name, const shardline::seconds<>& t) {
    lines.push_back({name, {t.value(), 0.0}});
  });
  std::size_t i = 0;
  for_each_addend(b, [&](std::string_view, const shardline::seconds<>& t) {
    lines[i++].seconds[1] = t.value();
  });
  std::erase_if(lines, [](const line_of_both& l) { return l.seconds[0] + l.seconds[1] == 0.0; });
  std::stable_sort(lines.begin(), lines.end(), [](const line_of_both& x, const line_of_both& y) {
    return std::abs(x.difference()) > std::abs(y.difference());
  });
  return lines;
}

std::string signed_time(double seconds) {
  return (seconds < 0.0 ? "-" : "+") + shardline::short_seconds(std::abs(seconds));
}

std::string differences_text(const shardline::basic_time<>& a, const shardline::basic_time<>& b) {
  shardline::text_table table("lrrr");
  table.add({"", "A", "B", "B - A"});
  const auto add = [&](std::string_view name, double x, double y) {
    table.add({std::string(name), shardline::short_seconds(x), shardline::short_seconds(y),
               signed_time(y - x)});
  };
  for (const line_of_both& l : lines_of(a, b)) add(l.name, l.seconds[0], l.seconds[1]);
  add("total", a.total().value(), b.total().value());
  return table.text("  ");
}

std::string served_text(const both& e) {
  shardline::text_table table("lrr");
  table.add({"", "A", "B"});
  const auto add = [&](const char* name, const auto& figure) {
    table.add({name, figure(e[0].estimate), figure(e[1].estimate)});
  };
  using estimate = shardline::basic_estimate<>;
  add("time to first token", [](const estimate& x) { return shardline::ttft_text(x.serving); });
  add("time per output token",
      [](const estimate& x) { return shardline::tpot_text(x.serving.tpot); });
  add("output per GPU",
      [](const estimate& x) { return shardline::to_text(x.serving.output_tokens_per_s_per_gpu); });
  add("memory of the fullest GPU",
      [](const estimate& x) { return shardline::decimal_bytes(x.memory.total().value()); });
  add("decode bound by",
      [](const estimate& x) { return std::string(name(x.decode.bounded_by())); });
  return table.text("  ");
}

// What one layout runs in a line, "A" or "B" before the first of it.
void add_operators(shardline::text_table& table, const char* which, const explained_time& t,
                   std::string_view line) {
  for (const explained_operator& o : t.operators) {
    if (name(o.line) != line) continue;
    table.add(
        {which, o.longest.label, o.has_equation() ? times_text(o.times) + " x" : "", reason_of(o)});
    which = "";
  }
}

// The operators of the lines that differ most: of each that is a twentieth of all that differs.
std::string reasons_text(const explained_time& a, const explained_time& b) {
  const std::vector<line_of_both> lines = lines_of(a.time, b.time);
  double all = 0.0;
  for (const line_of_both& l : lines) all += std::abs(l.difference());
  constexpr double least = 0.05;
  std::string text;
  for (const line_of_both& l : lines) {
    if (std::abs(l.difference()) < least * all || all == 0.0) break;
    shardline::text_table table("llrl");
    add_operators(table, "A", a, l.name);
    add_operators(table, "B", b, l.name);
    text += fmt::format("  {} {}\n{}", l.name, signed_time(l.difference()), table.text("    "));
  }
  return text;
}

void print_times(const char* heading, const explained_time& a, const explained_time& b) {
  print("\n{}\n{}", heading, differences_text(a.time, b.time));
  if (const std::string why = reasons_text(a, b); !why.empty()) {
    print("  what makes the difference\n{}", why);
  }
}

void print_both(const options& o, const both& e) {
  print_inputs(o);
  const std::array<shardline::layout, 2> layouts{o.layout, o.other_layout};
  for (std::size_t i = 0; i < 2; ++i) {
    print("{}: {}\n{}", i == 0 ? "A" : "B", short_text(o.model, layouts[i]),
          shardline::to_text(e[i].estimate.feasibility));
  }
  if (!e[0].estimate.feasibility.priceable() || !e[1].estimate.feasibility.priceable()) return;
  print("\nserving in steady state\n{}", served_text(e));
  print_times("one decode step", e[0].decode, e[1].decode);
  print_times("prefill of one request alone", e[0].prefill, e[1].prefill);
}

void put_operators(shardline::json_tree& out, const char* which, const explained_time& t,
                   std::string_view line) {
  out.array(which, [&] {
    for (const explained_operator& o : t.operators) {
      if (name(o.line) == line) put_json(out, o);
    }
  });
}

void put_differences(shardline::json_tree& out, const char* name, const explained_time& a,
                     const explained_time& b) {
  out.array(name, [&] {
    for (const line_of_both& l : lines_of(a.time, b.time)) {
      out.object([&] {
        out.member("operator", l.name);
        out.member("a_s", l.seconds[0]);
        out.member("b_s", l.seconds[1]);
        out.member("difference_s", l.difference());
        put_operators(out, "a", a, l.name);
        put_operators(out, "b", b, l.name);
      });
    }
  });
}

void print_both_as_json(const options& o, const both& e) {
  shardline::json_tree out;
  out.object([&] {
    out.object("a", [&] { put_members(out, o.model, o.layout, e[0].estimate, o.notes); });
    out.object("b", [&] { put_members(out, o.model, o.other_layout, e[1].estimate, o.notes); });
    put_differences(out, "decode_differences", e[0].decode, e[1].decode);
    put_differences(out, "prefill_differences", e[0].prefill, e[1].prefill);
    put_engine(out, o);
  });
  print_result(o, out.take());
}

}  // namespace

bool run_compare(const options& o) {
  const both e = visit_cluster(o, [&](const auto& cluster) {
    return both{side_of(cluster, o.model, o.layout, o.workload),
                side_of(cluster, o.model, o.other_layout, o.other_workload)};
  });
  for (const side& one : e) refuse_invalid(one.estimate.feasibility.invalid);
  if (o.json) {
    print_both_as_json(o, e);
  } else {
    print_both(o, e);
  }
  return e[0].estimate.feasibility.feasible() && e[1].estimate.feasibility.feasible();
}

}  // namespace planner
