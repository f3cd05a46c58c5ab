// SPDX-License-Identifier: BSL-1.0
#include "simulated.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "shardline/io/text/table.hpp"
#include "shardline/io/text/units.hpp"
#include "values.hpp"

namespace planner {

namespace {

constexpr std::string_view wanted_of_trace =
    "lines of seconds, prompt tokens and output tokens, \"0.25,2048,512\", in the order of their "
    "time";

[[noreturn]] void refuse_trace(const std::string& path, std::int64_t line, std::string_view what) {
  const std::string where = line > 0 ? fmt::format("{}, line {}", path, line) : path;
  refuse("--trace", fmt::format("{}: {}", where, what.empty() ? "nothing" : what), wanted_of_trace);
}

struct trace_line {
  const std::string& path;
  std::int64_t number;
  std::string_view left;

  // What stands before the next comma, or what is left of the line.
  std::string_view next() {
    const std::size_t comma = left.find(',');
    const std::string_view found = left.substr(0, comma);
    left = comma == std::string_view::npos ? std::string_view{} : left.substr(comma + 1);
    return found;
  }
  double value(double lowest, double highest) {
    const std::string_view text = next();
    const std::optional<double> n = number_in(text);
    if (!n || !(*n >= lowest && *n <= highest)) refuse_trace(path, number, text);
    return *n;
  }
};

void refuse_beyond(const trace_line& line, const shardline::simulation::request& r,
                   shardline::integer longest) {
  if (longest == 0 || r.input + r.output <= static_cast<double>(longest)) return;
  refuse("--trace",
         fmt::format("{}, line {}: {} and {} tokens", line.path, line.number, r.input, r.output),
         fmt::format("together at most the model's {}", longest));
}

shardline::simulation::request request_in(trace_line line, double after,
                                          shardline::integer longest) {
  const auto most = [](shardline::field f) { return range_of(f).highest; };
  shardline::simulation::request r;
  r.sent = line.value(after, 1e9);
  r.input = line.value(1.0, most(shardline::field::input));
  r.output = line.value(1.0, most(shardline::field::output));
  if (!line.left.empty()) refuse_trace(line.path, line.number, line.left);
  refuse_beyond(line, r, longest);
  return r;
}

}  // namespace

void refuse_long_simulation(const simulated_load& of) {
  constexpr double most = 1e6;
  constexpr double most_looks = 4e9;
  const double crowd = of.served > 0.0 ? std::max(of.rate / of.served, 1.0) : 1.0;
  const double sent = of.requests * crowd;
  if (sent > most) {
    refuse("--simulate",
           fmt::format("{:.3g} requests sent to a replica that serves {:.3g} a second", sent,
                       of.served),
           fmt::format("{:.0f}: a lower --rate or --concurrency, or fewer --num-prompts", most));
  }
  if (of.requests * of.running <= most_looks) return;
  refuse("--simulate",
         fmt::format("{:.3g} requests, {:.3g} at once in a replica", of.requests, of.running),
         fmt::format("{:.3g} as the product: a lower --concurrency", most_looks));
}

shardline::simulation_options read_trace(const std::string& path,
                                         shardline::simulation_options with,
                                         shardline::integer longest) {
  std::ifstream file(path);
  std::string text;
  std::int64_t line = 0;
  while (std::getline(file, text)) {
    if (!text.empty() && text.back() == '\r') text.pop_back();
    const double after = with.trace.empty() ? 0.0 : with.trace.back().sent;
    with.trace.push_back(request_in({path, ++line, text}, after, longest));
  }
  if (!file.eof() || file.bad()) refuse_trace(path, 0, "cannot be read");
  if (with.trace.empty()) refuse_trace(path, 0, "no line");
  return with;
}

std::string simulated_text(const shardline::simulated_serving& s, const options& o) {
  const auto time = [](double t) {
    return shardline::to_text(shardline::seconds<>::from_value(t));
  };
  shardline::text_table table("lrrrr");
  table.add({"", "mean", "p50", "p90", "p99"});
  const auto add = [&](const char* name, const shardline::percentiles& p, const auto& shown) {
    table.add({name, shown(p.mean), shown(p.p50), shown(p.p90), shown(p.p99)});
  };
  add("time to first token", s.ttft, time);
  add("time per output token", s.tpot,
      [](double t) { return shardline::tpot_text(shardline::seconds<>::from_value(t)); });
  std::string text =
      fmt::format("\nsimulated step by step: {} requests of one replica, {}\n", s.requests,
                  o.simulate->trace.empty() ? fmt::format("seed {}", o.simulate->seed)
                                            : std::string("as the trace has them"));
  text += table.text("  ");
  text += fmt::format("  {} requests/s, {} output tokens/s on all replicas",
                      shardline::short_number(s.requests_per_s),
                      shardline::short_number(s.output_tokens_per_s));
  if (s.preemptions > 0) text += "; " + shardline::counted(s.preemptions, "preemption");
  return text + "\n";
}

}  // namespace planner
