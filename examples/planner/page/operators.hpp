// SPDX-License-Identifier: BSL-1.0
/// Time by operator, and the operators on the accelerator's roofline.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "axes.hpp"
#include "shardline/io/text.hpp"
#include "shardline/model/blocks.hpp"

namespace planner::page {

/// What the heaviest rank of each stage does and moves, by line of a breakdown, all stages together.
struct work_done {
  std::array<double, shardline::term_count> flops{};
  std::array<double, shardline::term_count> bytes{};
  /// Of the line's last multiplication.
  std::array<shardline::precision, shardline::term_count> math{};
};

namespace detail {

// Adds up operators, each as often as it runs.
struct work_fold {
  work_done& done;
  double steps = 1.0;

  template <class Operator>
  void operator()(const Operator& op, shardline::integer times) {
    if constexpr (requires {
                    op.bytes_moved();
                    op.term;
                  }) {
      const auto line = static_cast<std::size_t>(op.term);
      const double runs = steps * static_cast<double>(times);
      done.bytes[line] += op.bytes_moved().value() * runs;
      if constexpr (shardline::has_flops<Operator>) {
        done.flops[line] += op.flops().value() * runs;
        done.math[line] = op.math();
      }
    }
  }
};

inline void add_step(const shardline::model& m, const shardline::layout& l,
                     const shardline::runtime& engine, const shardline::basic_step<>& s,
                     double steps, work_done& done) {
  const shardline::model_context e = model_context_under(engine, m, l);
  work_fold fold{done, steps};
  shardline::detail::listing<work_fold> list{fold};
  for (shardline::integer stage = 0; stage < l.pp; ++stage) {
    for_each_block(e, rank_step_of(s, l), blocks_of_stage(m, l, stage), list);
  }
}

// Visits the steps of a prompt as prefill() does.
struct prompt_work {
  const shardline::model& model;
  const shardline::layout& layout;
  const shardline::runtime& engine;
  const shardline::workload& load;
  work_done done{};

  void visit(double new_tokens, double context, double steps, bool) {
    add_step(model, layout, engine,
             shardline::prefill_step(1.0, new_tokens, context, load.expert_imbalance, load.routing),
             steps, done);
  }
};

}  // namespace detail

/// Of one prompt alone.
[[nodiscard]] inline work_done work_of_prefill(const shardline::model& m,
                                               const shardline::layout& l,
                                               const shardline::runtime& engine,
                                               const shardline::workload& w) {
  detail::prompt_work fold{m, l, engine, w};
  shardline::detail::for_each_chunk(w, fold);
  return fold.done;
}

/// Of one batch's pass in a decode step of all sequences.
[[nodiscard]] inline work_done work_of_decode(const shardline::model& m, const shardline::layout& l,
                                              const shardline::runtime& engine,
                                              const shardline::workload& w) {
  const double batches = shardline::pipeline_batches(l, w.concurrency);
  const double sequences = shardline::sequences_per_batch(l, w.concurrency, batches);
  work_done done;
  detail::add_step(m, l, engine, shardline::generation_step(sequences, w), 1.0, done);
  return done;
}

/// The lines of a time as bars, with the words of an estimate's text.
[[nodiscard]] inline std::string time_table(std::string_view caption,
                                            const shardline::time_breakdown& t) {
  table out(caption, "llrr");
  out.head(std::vector<std::string>{"operator", "", "time", "share"});
  const double total = t.total().value();
  double longest = 0.0;
  for (const auto& s : t.terms) longest = std::max(longest, s.value());
  std::size_t line = 0;
  for_each_addend(t, [&](std::string_view name, const shardline::seconds<>& spent) {
    const auto term = static_cast<shardline::term>(line++);
    const double s = spent.value();
    if (s == 0.0) return;
    const std::string_view kind = term < shardline::term::all_reduce ? "t-work"
                                  : term < shardline::term::draft    ? "t-link"
                                                                     : "t-host";
    out.add(std::vector<std::string>{
        escaped(name),
        "<div class=\"bar thin\" aria-hidden=\"true\"><i" + in_class(kind) +
            " style=\"width:" + drawn_percent(s / longest) + "\"></i></div>",
        shardline::short_seconds(s), shardline::detail::share_of(s, total)});
  });
  out.add(std::vector<std::string>{"total", "", shardline::short_seconds(total),
                                   shardline::detail::share_of(total, total)});
  return out.markup() + "<p>Bound by " + std::string(name(t.bounded_by())) + ": " +
         shardline::detail::bounds_line(t) + ".</p>";
}

/// "989 TFLOP/s"
[[nodiscard]] inline std::string flops_text(double x, int digits = 3) {
  static constexpr std::array<shardline::detail::prefix, 6> prefixes{{{1.0, " FLOP/s"},
                                                                      {1e3, " kFLOP/s"},
                                                                      {1e6, " MFLOP/s"},
                                                                      {1e9, " GFLOP/s"},
                                                                      {1e12, " TFLOP/s"},
                                                                      {1e15, " PFLOP/s"}}};
  return shardline::scaled(x, prefixes, digits);
}
/// "10 T", of a mark whose axis says the unit.
[[nodiscard]] inline std::string flops_mark(double x) {
  std::string text = flops_text(x, 1);
  text.erase(text.find("FLOP/s"));
  return text;
}

/// An operator on the roofline: how much it computes for each byte, and how fast.
struct roof_point {
  std::string name{};
  bool decodes = false;
  double intensity = 0.0;
  double rate = 0.0;
  shardline::precision math{};
};

/// The lines of a time that compute.
[[nodiscard]] inline std::vector<roof_point> roof_points(const work_done& done,
                                                         const shardline::time_breakdown& t,
                                                         bool decodes) {
  std::vector<roof_point> points;
  for (std::size_t i = 0; i < shardline::operator_term_count; ++i) {
    const double s = t.terms[i].value();
    if (!(done.flops[i] > 0.0) || !(done.bytes[i] > 0.0) || !(s > 0.0)) continue;
    points.push_back({std::string(name(static_cast<shardline::term>(i))), decodes,
                      done.flops[i] / done.bytes[i], done.flops[i] / s, done.math[i]});
  }
  return points;
}

namespace detail {

struct roofs {
  double memory_rate = 0.0;
  std::vector<std::pair<std::string_view, double>> peaks{};

  [[nodiscard]] double highest() const {
    double most = 0.0;
    for (const auto& [precision, peak] : peaks) most = std::max(most, peak);
    return most;
  }
};

template <class Accelerator>
roofs roofs_of(const Accelerator& a, const std::vector<roof_point>& points) {
  roofs r;
  r.memory_rate = a.memory_rate.value();
  for (const roof_point& p : points) {
    const shardline::precision used = supported(a, p.math);
    const std::string_view called = name(used);
    const bool known = std::any_of(r.peaks.begin(), r.peaks.end(),
                                   [called](const auto& peak) { return peak.first == called; });
    if (!known) r.peaks.emplace_back(called, a.peak[used].value());
  }
  return r;
}

inline frame roof_frame(const roofs& r, const std::vector<roof_point>& points) {
  frame f;
  f.x = {1e30, 0.0, true};
  f.y = {r.highest(), r.highest() * 2.0, true, flops_mark};
  for (const roof_point& p : points) {
    f.x.low = std::min(f.x.low, p.intensity);
    f.x.high = std::max(f.x.high, p.intensity);
    f.y.low = std::min(f.y.low, p.rate);
  }
  f.x.high = std::max(f.x.high, r.highest() / r.memory_rate) * 3.0;
  f.x.low /= 2.0;
  f.y.low /= 2.0;
  f.x_title = "FLOP per byte";
  f.y_title = "FLOP/s of a GPU";
  return f;
}

inline std::string roof_paths(const roofs& r, const frame& f) {
  std::string paths;
  for (const auto& [precision, peak] : r.peaks) {
    const double corner = peak / r.memory_rate;
    const double foot = std::max(f.x.low, f.y.low / r.memory_rate);
    paths += "<path class=\"roof\" d=\"M" + f.in_path(foot, foot * r.memory_rate) + "L" +
             f.in_path(corner, peak) + "L" + f.in_path(f.x.high, peak) + "\"/>";
  }
  return paths;
}

inline std::string tip_of(const roof_point& p) {
  return p.name + (p.decodes ? ", decode" : ", prefill") + "\n" +
         shardline::significant(p.intensity) + " FLOP per byte\n" + flops_text(p.rate) + " (" +
         std::string(name(p.math)) + ")";
}

}  // namespace detail

/// The chart and its table.
template <class Accelerator>
[[nodiscard]] std::string roofline(const Accelerator& a, const std::vector<roof_point>& points) {
  if (points.empty()) return "<p>No operator computes.</p>";
  const detail::roofs r = detail::roofs_of(a, points);
  const frame f = detail::roof_frame(r, points);
  std::string dots;
  table t("Operators on the roofline", "llrrl");
  t.head(std::vector<std::string>{"operator", "phase", "FLOP per byte", "FLOP/s", "precision"});
  for (const roof_point& p : points) {
    dots += "<circle cx=\"" + f.left(p.intensity) + "\" cy=\"" + f.top(p.rate) + "\" r=\"5\"" +
            in_class(p.decodes ? "dec" : "pre") + "><title>" + escaped(detail::tip_of(p)) +
            "</title></circle>";
    t.add(std::vector<std::string>{escaped(p.name), p.decodes ? "decode" : "prefill",
                                   shardline::significant(p.intensity), flops_text(p.rate),
                                   std::string(name(p.math))});
  }
  std::string notes;
  for (const auto& [precision, peak] : r.peaks) {
    notes += "<span class=\"note\" style=\"right:.4em;top:" + f.top(peak) + "\">" +
             escaped(precision) + " " + flops_text(peak) + "</span>";
  }
  const std::string legend =
      "<p class=\"legend\"><i class=\"sw pre\"></i>prefill <i class=\"sw dec\"></i>decode; roofs "
      "of "
      "the data sheet: " +
      shardline::decimal_bytes(r.memory_rate) + "/s</p>";
  return f.markup("Roofline: FLOP/s reached over FLOP per byte moved, by operator",
                  detail::roof_paths(r, f), element("g", in_class("ops"), dots), notes) +
         legend + t.markup();
}

}  // namespace planner::page
