// SPDX-License-Identifier: BSL-1.0
/// A prompt and a decode step as a timeline of Chrome's trace events, which Perfetto and
/// chrome://tracing open. Needs nlohmann_json.
///   one process a stage and phase; threads: operators, links, host
/// Source of the format: "Trace Event Format", Google, section "Complete Events".
#pragma once

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shardline/io/text/operators.hpp"
#include "shardline/time/itemised.hpp"

namespace shardline {

namespace detail {

// An operator on the timeline.
struct traced_operator {
  term line = term::embedding;
  operator_equation equation{};
  double seconds = 0.0;
  bool sent = false;
  bool beside_shared_experts = false;
};

// The operators of a step by segment, each segment once.
template <class T, class Efficiency>
struct traced_segments {
  const basic_cluster<T, Efficiency>& cluster;
  std::array<std::vector<traced_operator>, segment::number> of{};

  template <class Operator>
  void operator()(const place_in_step& at, const T&, const Operator& op,
                  const operator_time<T>& once) {
    of[at.segment].push_back({at.line, equation_of(cluster.accelerator, op, once),
                              value_of(once.total().value()), false, false});
  }
  void operator()(const place_in_step& at, const T&, const collective<T>& op,
                  const seconds<T>& once) {
    of[at.segment].push_back({at.line, equation_of(cluster, op, once), value_of(once.value()), true,
                              op.beside_shared_experts});
  }
};

inline constexpr int thread_of_operators = 1;
inline constexpr int thread_of_links = 2;
inline constexpr int thread_of_host = 3;

// The events, and what puts them in order of time. Times are in seconds here, in us on file.
class trace_writer {
 public:
  void name_process(int process, const std::string& called) {
    put_name("process_name", process, 0, called);
    put_name("thread_name", process, thread_of_operators, "operators");
    put_name("thread_name", process, thread_of_links, "links");
    put_name("thread_name", process, thread_of_host, "host");
  }
  void add(int process, int thread, std::string_view line, const std::string& label, double start,
           double lasts, nlohmann::ordered_json arguments) {
    if (!(lasts > 0.0)) return;
    constexpr double us = 1e6;
    events_.push_back({{"name", label.empty() ? std::string(line) : label},
                       {"cat", line},
                       {"ph", "X"},
                       {"ts", start * us},
                       {"dur", lasts * us},
                       {"pid", process},
                       {"tid", thread},
                       {"args", std::move(arguments)}});
  }
  [[nodiscard]] nlohmann::ordered_json take() {
    return {{"displayTimeUnit", "ms"}, {"traceEvents", std::move(events_)}};
  }

 private:
  void put_name(const char* what, int process, int thread, const std::string& called) {
    events_.push_back({{"name", what},
                       {"ph", "M"},
                       {"pid", process},
                       {"tid", thread},
                       {"args", {{"name", called}}}});
  }

  nlohmann::ordered_json events_ = nlohmann::ordered_json::array();
};

// Draws the steps of one phase, stage by stage.
template <class T, class Efficiency>
class step_tracer {
 public:
  step_tracer(const prepared_layout<T, Efficiency>& p, trace_writer& into, int first_process)
      : p_(p), into_(into), first_process_(first_process) {}

  void name_processes(const std::string& phase) {
    for (integer stage = 0; stage < p_.layout.pp; ++stage) {
      const std::string of = p_.layout.pp > 1 ? ", stage " + std::to_string(stage) : "";
      into_.name_process(process_of(stage), phase + of);
    }
  }

  // What goes before the steps, on the last stage.
  void add_drafts(double lasts) {
    into_.add(process_of(p_.layout.pp - 1), thread_of_operators, name(term::draft), "", 0.0, lasts,
              nlohmann::ordered_json::object());
    free_.assign(static_cast<std::size_t>(p_.layout.pp), lasts);
  }
  // A step, or several alike one after the other, drawn as one.
  void add(const basic_step<T>& s, double steps) {
    traced_segments<T, Efficiency> operators{p_.cluster, {}};
    for_each_operator(p_, s, operators);
    free_.resize(static_cast<std::size_t>(p_.layout.pp), 0.0);
    double arrives = 0.0;
    for (integer stage = 0; stage < p_.layout.pp; ++stage) {
      double& free = free_[static_cast<std::size_t>(stage)];
      free = add_stage(operators, rank_step_of(s, p_.layout), stage, steps, max(arrives, free));
      arrives = free;
    }
  }

 private:
  [[nodiscard]] int process_of(integer stage) const {
    return first_process_ + static_cast<int>(stage);
  }

  // Returns when it ends.
  double add_stage(const traced_segments<T, Efficiency>& operators, const rank_step<T>& s,
                   integer stage, double steps, double start) {
    const segment_counts own = segments_of_stage(p_.map, p_.model, p_.layout, stage);
    double now = start;
    const auto run = [&](std::size_t segment, const std::string& where) {
      if (own[segment] > 0) now = add_segment(operators.of[segment], stage, where, steps, now);
    };
    run(segment::embedding, "embedding");
    const item_range range = layers_of_stage(p_.layout, p_.model.layers.size(), stage);
    for (integer layer = range.first; layer < range.first + range.number; ++layer) {
      const layer_halves& halves = p_.map.of_kind[kind_of(layer)];
      const std::string where = "layer " + std::to_string(layer);
      run(halves.mixing, where);
      run(halves.feed_forward, where);
    }
    run(segment::head, "head");
    run(segment::hand_over, "hand-over");
    return add_host(s, own, stage, steps, start, now);
  }
  [[nodiscard]] std::size_t kind_of(integer layer) const {
    const kind_counts kinds = p_.model.layers.counts(layer, 1);
    std::size_t kind = 0;
    while (kinds[kind] == 0) ++kind;
    return kind;
  }
  // Shared experts begin with the message that they are computed beside, where there is one.
  double add_segment(const std::vector<traced_operator>& operators, integer stage,
                     const std::string& where, double steps, double now) {
    const bool hides = std::any_of(operators.begin(), operators.end(),
                                   [](const auto& o) { return o.beside_shared_experts; });
    for (const traced_operator& o : operators) {
      if (hides && o.line == term::shared_experts) continue;
      add_operator(o, stage, where, now, o.seconds * steps);
      const double end = now + o.seconds * steps;
      now = o.beside_shared_experts ? max(end, draw_shared(operators, stage, where, steps, now))
                                    : end;
    }
    return now;
  }
  double draw_shared(const std::vector<traced_operator>& operators, integer stage,
                     const std::string& where, double steps, double now) {
    for (const traced_operator& o : operators) {
      if (o.line != term::shared_experts) continue;
      add_operator(o, stage, where, now, o.seconds * steps);
      now += o.seconds * steps;
    }
    return now;
  }
  void add_operator(const traced_operator& o, integer stage, const std::string& where, double start,
                    double lasts) {
    const int thread = o.sent ? thread_of_links : thread_of_operators;
    const std::string line(name(o.line));
    into_.add(process_of(stage), thread, line, line + ": " + o.equation.label, start, lasts,
              {{"where", where}, {"bound", name(o.equation.by)}, {"is", to_text(o.equation)}});
  }
  double add_host(const rank_step<T>& s, const segment_counts& own, integer stage, double steps,
                  double start, double now) {
    const auto busy = seconds<T>::from_value(T((now - start) / steps));
    const T host =
        host_time(p_.cluster.accelerator.efficiency, s, kernels_of(p_, own), busy).value();
    const double lasts = value_of(host) * steps;
    into_.add(process_of(stage), thread_of_host, name(term::host), "", now, lasts,
              nlohmann::ordered_json::object());
    return now + lasts;
  }

  const prepared_layout<T, Efficiency>& p_;
  trace_writer& into_;
  int first_process_;
  std::vector<double> free_{};
};

}  // namespace detail

/// The trace of a prompt alone and of one decode step of all sequences, both from time 0; of a
/// pipeline the decode step of one batch. Times are us. Without stages the last event of each phase
/// ends at prefill() and decode(). A prompt's steps beyond 32 are drawn several as one, and in a
/// pipeline each of its own length, where prefill() counts them at the slowest stage's pace.
/// Assumes inputs that check() accepts, and no two_batch_overlap. Source of the format: Trace Event
/// Format (Chromium), which Perfetto reads.
///   (tests/io/step_trace.cpp)
template <class T, class Efficiency>
[[nodiscard]] nlohmann::ordered_json step_trace(const prepared_layout<T, Efficiency>& p,
                                                const basic_workload<T>& w) {
  detail::trace_writer events;
  detail::step_tracer<T, Efficiency> prompt(p, events, 1);
  prompt.name_processes("prompt");
  for_each_step_of_prefill(p, w, [&](const basic_step<T>& s, const T& passes) {
    prompt.add(s, p.layout.pp > 1 ? 1.0 : value_of(passes));
  });
  detail::step_tracer<T, Efficiency> decoding(p, events, 1 + static_cast<int>(p.layout.pp));
  decoding.name_processes("decode step");
  const basic_step<T> step = step_of_batch(p.layout, w);
  decoding.add_drafts(value_of(draft_time(p, w, step.parts[0].sequences).total().value()));
  decoding.add(step, 1.0);
  return events.take();
}

}  // namespace shardline
