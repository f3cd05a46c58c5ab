// SPDX-License-Identifier: BSL-1.0
/// What a prompt and a decode step are made of, operator by operator, as rows.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/io/json/output.hpp"
#include "shardline/io/text/operators.hpp"
#include "shardline/time/itemised.hpp"

namespace planner {

/// An operator of a step, alike ones of all layers together, and of all chunks of a prompt.
///   line       of the breakdown that it is in
///   times      how often it runs, over all stages
///   total      seconds of all of them
///   longest    the equation of the one that takes longest: that of each where they are alike
///   varies     some take less, in other chunks of a prompt: in one step all are alike
/// What has no operators (host, bubble, guesses, what is hidden) has a sentence in place of one.
struct explained_operator {
  shardline::term line = shardline::term::embedding;
  double times = 0.0;
  double total = 0.0;
  shardline::operator_equation longest{};
  bool varies = false;
  std::string sentence{};

  [[nodiscard]] bool has_equation() const { return sentence.empty(); }
};

/// A time with its operators, the longest first. Their totals are those of its lines.
struct explained_time {
  shardline::time_breakdown time{};
  std::vector<explained_operator> operators{};
};

namespace detail {

// Puts operators that are alike together: those of one step that take as long, and of the steps of
// a prompt those that stand at the same place in them.
template <class Cluster>
class explaining {
 public:
  explicit explaining(const Cluster& on) : cluster_(on) {}

  template <class Operator>
  void operator()(const shardline::place_in_step& at, double times, const Operator& op,
                  const shardline::operator_time<double>& once) {
    add(at.line, times, shardline::equation_of(cluster_.accelerator, op, once),
        once.total().value());
  }
  void operator()(const shardline::place_in_step& at, double times,
                  const shardline::collective<double>& op, const shardline::seconds<>& once) {
    add(at.line, times, shardline::equation_of(cluster_, op, once), once.value());
  }
  // What follows is of the prompt's next step, which is passed so often.
  void next_step(double passes) {
    passes_ = passes;
    for (row& r : rows_) r.passed = false;
  }
  [[nodiscard]] std::vector<explained_operator> take() const {
    std::vector<row> alike;
    for (const row& r : rows_) {
      const auto same = std::find_if(alike.begin(), alike.end(),
                                     [&r](const row& other) { return other.takes_as_long(r); });
      if (same == alike.end()) {
        alike.push_back(r);
      } else {
        same->shown.times += r.shown.times;
        same->shown.total += r.shown.total;
      }
    }
    std::vector<explained_operator> shown;
    for (const row& r : alike) {
      shown.push_back(r.shown);
      shown.back().varies = r.varies();
    }
    return shown;
  }

 private:
  // The operators at one place of all steps.
  struct row {
    explained_operator shown{};
    std::vector<double> seconds{};  // in each step
    bool passed = true;             // in this step

    [[nodiscard]] bool is_of(const explained_operator& o) const {
      return shown.line == o.line && shown.longest.label == o.longest.label;
    }
    static bool alike(double a, double b) { return std::abs(a / b - 1.0) <= 1e-9; }
    [[nodiscard]] bool varies() const {
      const auto other = [this](double s) { return !alike(s, seconds.front()); };
      return std::any_of(seconds.begin(), seconds.end(), other);
    }
    [[nodiscard]] bool takes_as_long(const row& other) const {
      return is_of(other.shown) && std::equal(seconds.begin(), seconds.end(), other.seconds.begin(),
                                              other.seconds.end(), alike);
    }
  };

  void add(shardline::term line, double in_step, shardline::operator_equation e, double seconds) {
    if (!(seconds > 0.0)) return;
    const double times = in_step * passes_;
    explained_operator o{line, times, times * seconds, std::move(e), false, {}};
    const auto same = std::find_if(rows_.begin(), rows_.end(),
                                   [&o](const row& r) { return !r.passed && r.is_of(o); });
    if (same == rows_.end()) {
      rows_.push_back({std::move(o), {seconds}});
      return;
    }
    same->passed = true;
    same->seconds.push_back(seconds);
    explained_operator& shown = same->shown;
    shown.times += times;
    shown.total += times * seconds;
    if (seconds > shown.longest.seconds()) shown.longest = std::move(o.longest);
  }

  const Cluster& cluster_;
  double passes_ = 1.0;
  std::vector<row> rows_;
};

}  // namespace detail

/// Puts what no operator explains behind them: `drafts` says what guesses are. Then sorts them.
void finish(explained_time& t, std::string_view drafts);

/// The sentence for the line `draft`.
std::string drafts_text(const shardline::model& m, const shardline::speculation& s);

/// decode() and prefill() of a prepared layout, explained.
template <class Prepared>
explained_time explained_decode(const Prepared& p, const shardline::workload& w) {
  explained_time t{decode(p, w), {}};
  detail::explaining sink(p.cluster);
  for_each_operator_of_decode(p, w, sink);
  t.operators = sink.take();
  finish(t, drafts_text(p.model, w.speculation));
  return t;
}
template <class Prepared>
explained_time explained_prefill(const Prepared& p, const shardline::workload& w) {
  explained_time t{prefill(p, w), {}};
  detail::explaining sink(p.cluster);
  for_each_step_of_prefill(p, w, [&](const auto& step, double passes) {
    sink.next_step(passes);
    for_each_operator(p, step, sink);
  });
  t.operators = sink.take();
  finish(t, "");
  return t;
}

/// "dense feed-forward: 8192 x 7168, bf16", or the line alone.
std::string label_of(const explained_operator& o);

/// The equation of each, or the sentence.
std::string reason_of(const explained_operator& o);

/// "160", or "2.5" of a prompt's steps that are counted at the pace of a pipeline.
std::string times_text(double times);

/// {"line", "operator", "times", "total_s", "bound", "each_is"}, and of those with an equation
/// {"each_s", "varies", "amount", "rate", "share", "exposed_s", "fixed_s"}:
/// each_s = amount / (rate share) + exposed_s + fixed_s of the one that takes longest.
void put_json(shardline::json_tree& out, const explained_operator& o);

}  // namespace planner
