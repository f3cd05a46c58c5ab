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

/// An operator of a step, alike ones of all layers together.
///   line       of the breakdown that it is in
///   times      how often it runs, over all stages
///   total      seconds of all of them
///   longest    the equation of the one that takes longest: that of each where they are alike
///   varies     some take less: chunks of a prompt
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

// Puts operators that are alike together.
template <class Cluster>
class explaining {
 public:
  explaining(const Cluster& on, std::vector<explained_operator>& into)
      : cluster_(on), into_(into) {}

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

 private:
  void add(shardline::term line, double times, shardline::operator_equation e, double seconds) {
    if (!(seconds > 0.0)) return;
    const auto same = std::find_if(into_.begin(), into_.end(), [&](const explained_operator& o) {
      return o.line == line && o.longest.label == e.label;
    });
    if (same == into_.end()) {
      into_.push_back({line, times, times * seconds, std::move(e), false, {}});
      return;
    }
    constexpr double alike = 1e-9;
    same->varies = same->varies || std::abs(seconds / same->longest.seconds() - 1.0) > alike;
    same->times += times;
    same->total += times * seconds;
    if (seconds > same->longest.seconds()) same->longest = std::move(e);
  }

  const Cluster& cluster_;
  std::vector<explained_operator>& into_;
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
  detail::explaining sink(p.cluster, t.operators);
  for_each_operator_of_decode(p, w, sink);
  finish(t, drafts_text(p.model, w.speculation));
  return t;
}
template <class Prepared>
explained_time explained_prefill(const Prepared& p, const shardline::workload& w) {
  explained_time t{prefill(p, w), {}};
  detail::explaining sink(p.cluster, t.operators);
  for_each_operator_of_prefill(p, w, sink);
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
