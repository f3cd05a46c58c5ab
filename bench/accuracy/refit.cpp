// SPDX-License-Identifier: BSL-1.0
#include "refit.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include "families.hpp"
#include "shardline/engines/index.hpp"

namespace accuracy {

namespace {

using namespace shardline;

// A constant that starts where it is shipped, but inside its range.
run_constant from(const std::string& name, double shipped, double lowest, double highest,
                  void (*put)(tried&, double)) {
  const double margin = 0.02 * (highest - lowest);
  return {{name, std::clamp(shipped, lowest + margin, highest - margin), lowest, highest}, put};
}

seconds<> us(double value) { return seconds<>::from_value(value * 1e-6); }
double in_us(const seconds<>& time) { return time.value() * 1e6; }

// What the steps of an engine take beside their kernels.
std::vector<run_constant> of_steps(const engine_version& e) {
  const kernel_execution& k = e.kernels;
  return {
      from("step, us", in_us(k.host.step), 0.0, 12000.0,
           [](tried& t, double v) { t.engine.kernels.host.step = us(v); }),
      from("sequence, us", in_us(k.host.sequence), 0.0, 400.0,
           [](tried& t, double v) { t.engine.kernels.host.sequence = us(v); }),
      from("launches", k.launches, 0.0, 2.0,
           [](tried& t, double v) { t.engine.kernels.launches = v; }),
      from("synchronise, us", in_us(k.synchronise), 0.0, 60.0,
           [](tried& t, double v) { t.engine.kernels.synchronise = us(v); }),
  };
}
// What first tokens wait for besides: tokeniser, queues and detokeniser take tens of milliseconds at
// most, so that what eager launches take is not found here.
run_constant of_admission(const engine_version& e) {
  return from("admission, us", in_us(e.kernels.host.admission), 0.0, 50000.0,
              [](tried& t, double v) { t.engine.kernels.host.admission = us(v); });
}
// And to launch kernels one by one, or to prepare their replay, where the engine is known to.
std::vector<run_constant> of_launching(const engine_version& e) {
  const host_curve<>& h = e.kernels.host;
  std::vector<run_constant> all;
  if (h.kernel.value() > 0.0 || h.graphs) {
    all.push_back(from("kernel, us", in_us(h.kernel), 0.0, 200.0,
                       [](tried& t, double v) { t.engine.kernels.host.kernel = us(v); }));
  }
  if (h.small_kernels.value() > 0.0) {
    all.push_back(from("small_kernels, us", in_us(h.small_kernels), 0.0, 3.0,
                       [](tried& t, double v) { t.engine.kernels.host.small_kernels = us(v); }));
  }
  if (h.replay.value() > 0.0) {
    all.push_back(from("replay, us", in_us(h.replay), 0.0, 8000.0,
                       [](tried& t, double v) { t.engine.kernels.host.replay = us(v); }));
    all.push_back(from("replay_sequence, us", in_us(h.replay_sequence), 0.0, 150.0,
                       [](tried& t, double v) { t.engine.kernels.host.replay_sequence = us(v); }));
  }
  return all;
}
run_constant of_experts(const engine_version& e) {
  return from("expert_launches", e.kernels.expert_launches, 0.0, 3.0,
              [](tried& t, double v) { t.engine.kernels.expert_launches = v; });
}

// Shares and times of a chip's kernels, of all formats at once.
template <class Curve>
void in_all(by_format<Curve>& curves, double Curve::*member, double value) {
  for (Curve& c : curves.of) c.*member = value;
}

std::vector<run_constant> of_multiplications(const fitted& k) {
  const gemm_curve<>& g = k.gemm[kernel_format::wide];
  return {
      from("gemm compute", g.compute, 0.02, 1.0,
           [](tried& t, double v) { in_all(t.kernels.gemm, &gemm_curve<>::compute, v); }),
      from("gemm small_tile", g.small_tile, 0.01, 1.2,
           [](tried& t, double v) { in_all(t.kernels.gemm, &gemm_curve<>::small_tile, v); }),
  };
}
// What waits for the memory and for launches, which batches of hundreds of sequences do not show.
std::vector<run_constant> of_memory(const fitted& k, const engine_version& e) {
  return {
      from("gemm bandwidth", k.gemm[kernel_format::wide].bandwidth, 0.1, 0.9,
           [](tried& t, double v) { in_all(t.kernels.gemm, &gemm_curve<>::bandwidth, v); }),
      from("decode bandwidth", k.decode[kernel_format::wide].bandwidth, 0.05, 0.9,
           [](tried& t, double v) { in_all(t.kernels.decode, &decode_curve<>::bandwidth, v); }),
      from("decode per sequence, us", in_us(k.decode[kernel_format::wide].block), 0.0, 60.0,
           [](tried& t, double v) {
             for (decode_curve<>& c : t.kernels.decode.of) c.block = us(v);
           }),
      from("prefill compute", k.prefill[kernel_format::wide].compute, 0.005, 0.95,
           [](tried& t, double v) { in_all(t.kernels.prefill, &prefill_curve<>::compute, v); }),
      from("step, us", in_us(e.kernels.host.step), 0.0, 12000.0,
           [](tried& t, double v) { t.engine.kernels.host.step = us(v); }),
      from("sequence, us", in_us(e.kernels.host.sequence), 0.0, 400.0,
           [](tried& t, double v) { t.engine.kernels.host.sequence = us(v); }),
      from("synchronise, us", in_us(e.kernels.synchronise), 0.0, 100.0,
           [](tried& t, double v) { t.engine.kernels.synchronise = us(v); }),
  };
}
run_constant of_expert_kernels(const fitted& k) {
  return from("experts compute", k.experts[kernel_format::wide].compute, 0.01, 1.0,
              [](tried& t, double v) { in_all(t.kernels.experts, &expert_curve<>::compute, v); });
}

bool have_first_tokens(const std::vector<whole_run>& rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const whole_run& r) { return r.measured == figure::first_token; });
}
bool have_experts(const std::vector<whole_run>& rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const whole_run& r) { return has_experts(r.of.model); });
}

// A chip whose kernels no table has, under one engine.
run_study study_of_chip(const accelerator& gpu, const engine_version& e,
                        const std::vector<whole_run>& rows) {
  const fitted kernels = with_fitted_kernels(gpu, e).efficiency;
  run_study s{
      std::string(gpu.name.view()) + ", " + std::string(e.name), of_multiplications(kernels), {}};
  if (e.kernels.library == kernel_library::vllm_2024) {
    for (const run_constant& c : of_memory(kernels, e)) s.constants.push_back(c);
  }
  for (const whole_run& r : rows) {
    if (r.of.engine == &e && !r.apart && r.of.gpu.name == gpu.name) s.rows.push_back(r);
  }
  if (have_experts(s.rows)) s.constants.push_back(of_expert_kernels(kernels));
  return s;
}

run_study study_of(const engine_version& e, const std::vector<whole_run>& rows) {
  run_study s{std::string(e.name), of_steps(e), {}};
  for (const whole_run& r : rows) {
    const bool by_table = r.of.gpu.vendor != vendor::amd;
    if (r.of.engine == &e && !r.apart && by_table) s.rows.push_back(r);
  }
  if (have_experts(s.rows)) s.constants.push_back(of_experts(e));
  if (have_first_tokens(s.rows)) s.constants.push_back(of_admission(e));
  for (const run_constant& c : of_launching(e)) s.constants.push_back(c);
  return s;
}

std::string group_of(const whole_run& r, left_out by) {
  return std::string(by == left_out::model ? r.of.model.name.view() : r.of.gpu.name.view());
}

std::vector<double> shipped_values(const run_study& s) {
  std::vector<double> values;
  for (const run_constant& c : s.constants) values.push_back(c.of.initial);
  return values;
}

// The constants that these rows determine; the others stay where they start.
calibration fitted_to(const run_study& s, const std::vector<whole_run>& rows,
                      std::vector<double>& values) {
  std::vector<double> measured;
  for (const whole_run& r : rows) measured.push_back(r.seconds);
  std::vector<std::size_t> free(s.constants.size());
  for (std::size_t i = 0; i < free.size(); ++i) free[i] = i;
  values = shipped_values(s);
  while (!free.empty()) {
    std::vector<unknown> unknowns;
    for (const std::size_t i : free) unknowns.push_back(s.constants[i].of);
    const auto all = [&](const std::vector<double>& tried_values) {
      std::vector<double> found = values;
      for (std::size_t k = 0; k < free.size(); ++k) found[free[k]] = tried_values[k];
      return found;
    };
    const calibration found =
        calibrate(unknowns, measured, [&](const std::vector<double>& tried_values, std::size_t i) {
          return seconds_with(s, all(tried_values), rows[i]);
        });
    if (found.has_value()) {
      values = all(found.constants);
      return found;
    }
    const auto open = std::find_if(free.begin(), free.end(), [&](std::size_t i) {
      return found.fault.starts_with(s.constants[i].of.name + ":");
    });
    if (open == free.end()) throw std::runtime_error(s.name + ": " + found.fault);
    free.erase(open);
  }
  return {};
}

// Sums of errors, of first tokens and of all other times, and how many there are.
struct sum_of_errors {
  double first_tokens = 0.0;
  double others = 0.0;
  double firsts = 0.0;
  double rest = 0.0;

  void add(const whole_run& r, double predicted) {
    const bool first = r.measured == figure::first_token;
    (first ? first_tokens : others) += std::abs(predicted / r.seconds - 1.0);
    (first ? firsts : rest) += 1.0;
  }
  [[nodiscard]] errors_of_runs means() const {
    return {firsts > 0.0 ? first_tokens / firsts : -1.0, rest > 0.0 ? others / rest : -1.0};
  }
};

errors_of_runs error_with(const run_study& s, const std::vector<double>& values) {
  sum_of_errors sum;
  for (const whole_run& r : s.rows) sum.add(r, seconds_with(s, values, r));
  return sum.means();
}

std::string percent(double share) {
  if (share < 0.0) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100.0 * share);
  return text;
}
std::string percent(const errors_of_runs& e) {
  const std::string others = percent(e.others);
  return e.first_tokens < 0.0 ? others : others + " (first tokens " + percent(e.first_tokens) + ")";
}

void print(const run_study& s) {
  std::vector<double> values;
  const calibration found = fitted_to(s, s.rows, values);
  const std::vector<double> shipped = shipped_values(s);
  std::printf("%s, %zu runs: %s as shipped, %s fitted\n", s.name.c_str(), s.rows.size(),
              percent(error_with(s, shipped)).c_str(), percent(error_with(s, values)).c_str());
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::printf("  %-18s %9.3f -> %9.3f\n", s.constants[i].of.name.c_str(), shipped[i], values[i]);
  }
  std::fflush(stdout);
  std::printf("  without its model %s, without its chip %s\n",
              percent(error_of_left_out(s, left_out::model)).c_str(),
              percent(error_of_left_out(s, left_out::chip)).c_str());
  std::fflush(stdout);
}

}  // namespace

double seconds_with(const run_study& s, const std::vector<double>& values, const whole_run& row) {
  tried t{*row.of.engine, with_fitted_kernels(row.of.gpu, *row.of.engine).efficiency};
  for (std::size_t i = 0; i < values.size(); ++i) s.constants[i].put(t, values[i]);
  const auto a = in_steps(with_efficiency(row.of.gpu, t.kernels), t.engine);
  return seconds_of(row.measured, row.of, a.efficiency);
}

errors_of_runs error_of_left_out(const run_study& s, left_out by) {
  std::set<std::string> groups;
  for (const whole_run& r : s.rows) groups.insert(group_of(r, by));
  if (groups.size() < 2) return {};
  sum_of_errors sum;
  for (const std::string& group : groups) {
    std::vector<whole_run> without;
    std::vector<whole_run> of_it;
    for (const whole_run& r : s.rows) (group_of(r, by) == group ? of_it : without).push_back(r);
    // What is left must be more than the constants that it is to determine.
    if (without.size() <= s.constants.size()) return {};
    std::vector<double> values;
    fitted_to(s, without, values);
    for (const whole_run& r : of_it) sum.add(r, seconds_with(s, values, r));
  }
  return sum.means();
}

std::vector<run_study> run_studies(const std::string& folder) {
  std::vector<whole_run> rows = tpot_runs(folder).rows;
  for (const auto& more : {ttft_runs(folder).rows, argonne_runs(folder).rows,
                           mlperf_runs(folder).rows, static_batch_runs(folder).rows}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  std::vector<run_study> all;
  for (const engine_version* e : engines::all) {
    run_study s = study_of(*e, rows);
    if (!s.rows.empty()) all.push_back(s);
    run_study amd = study_of_chip(catalog::mi300x, *e, rows);
    if (!amd.rows.empty()) all.push_back(amd);
  }
  return all;
}

void print_refit(const std::string& folder, const std::string& only) {
  for (const run_study& s : run_studies(folder)) {
    if (s.name.find(only) != std::string::npos) print(s);
  }
}

}  // namespace accuracy
