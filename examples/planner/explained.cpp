// SPDX-License-Identifier: BSL-1.0
#include "explained.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace planner {

namespace {

using shardline::term;

// What stands for a line whose time its operators do not have.
std::string_view sentence_of(term line, std::string_view drafts) {
  switch (line) {
    case term::draft:
      return drafts;
    case term::pipeline_bubble:
      return "a batch waits for the slowest stage";
    case term::host:
      return "the engine's program, beside the accelerator";
    default:
      return "hidden: computed or sent at the same time";
  }
}

shardline::bound bound_of(term line) {
  if (line == term::host) return shardline::bound::launch;
  return line == term::draft ? shardline::bound::memory : shardline::bound::link;
}

}  // namespace

std::string drafts_text(const shardline::model& m, const shardline::speculation& s) {
  const bool one = s.draft_tokens == 1;
  if (guesses_by_prediction(m, s)) {
    return fmt::format("{} {} the prediction layer and the head", s.draft_tokens,
                       one ? "pass of" : "passes of");
  }
  return fmt::format("{} {} {}", s.draft_tokens, one ? "guess of" : "guesses of",
                     shardline::to_text(s.draft_time));
}

void finish(explained_time& t, std::string_view drafts) {
  std::array<double, shardline::term_count> left{};
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = t.time.terms[i].value();
  for (const explained_operator& o : t.operators) {
    left[static_cast<std::size_t>(o.line)] -= o.total;
  }
  const double rounding = 1e-9 * t.time.total().value();
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (std::abs(left[i]) <= rounding) continue;
    const auto line = static_cast<term>(i);
    explained_operator rest{line, 1.0, left[i], {}, false, std::string(sentence_of(line, drafts))};
    rest.longest.by = bound_of(line);
    t.operators.push_back(std::move(rest));
  }
  std::stable_sort(
      t.operators.begin(), t.operators.end(),
      [](const explained_operator& a, const explained_operator& b) { return a.total > b.total; });
}

std::string label_of(const explained_operator& o) {
  const std::string line(name(o.line));
  return o.longest.label.empty() ? line : line + ": " + o.longest.label;
}

std::string reason_of(const explained_operator& o) {
  if (!o.has_equation()) return o.sentence;
  return (o.varies ? "at most " : "") + shardline::to_text(o.longest);
}

std::string times_text(double times) {
  const bool whole = times == shardline::round_up(times);
  return whole ? fmt::format("{}", times) : fmt::format("{:.1f}", times);
}

void put_json(shardline::json_tree& out, const explained_operator& o) {
  out.object([&] {
    out.member("line", name(o.line));
    out.member("operator", o.longest.label);
    out.member("times", o.times);
    out.member("total_s", o.total);
    out.member("bound", name(o.longest.by));
    out.member("each_is", reason_of(o));
    if (!o.has_equation()) return;
    out.member("each_s", o.longest.seconds());
    out.member("varies", o.varies);
    out.member("amount", o.longest.amount);
    out.member("rate", o.longest.rate);
    out.member("share", o.longest.share);
    out.member("exposed_s", o.longest.exposed);
    out.member("fixed_s", o.longest.fixed);
  });
}

}  // namespace planner
