// SPDX-License-Identifier: BSL-1.0
// How right is time? Measured kernels, collectives and whole runs beside what is predicted for
// them: with `fitted`, with the data sheet alone, and with the best shares `constant` could have.
//
// bench_accuracy <folder> [kernels|runs]: the folder of measurements, one CSV file per kind; only
// kernels and collectives, or only whole runs.
#include <cstdio>
#include <exception>
#include <string>

#include "families.hpp"
#include "runs.hpp"
#include "shardline/io/text/table.hpp"

namespace {

using namespace accuracy;

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", 100.0 * share);
  return text;
}

std::string in_digits(const ratios& r) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f-%.2f", r.low, r.high);
  return text;
}

void add(shardline::text_table& table, const std::string& name,
         const std::vector<observation>& rows) {
  if (rows.empty()) return;
  const errors e = errors_of(rows);
  const double inside = share_in_bands(rows);
  table.add({name, std::to_string(rows.size()), percent(e.mape), percent(e.median), percent(e.p90),
             percent(e.bias), is_validated(rows) ? percent(shipped_mape(rows)) : "-",
             percent(datasheet_mape(rows)), percent(best_constant_mape(rows)),
             in_digits(eight_in_ten(rows)), inside < 0.0 ? "-" : percent(inside)});
}

// A family of which rows are set apart has a second line without them.
void add(shardline::text_table& table, const family& f) {
  add(table, f.name, f.rows);
  const auto kept = not_apart(f.rows);
  if (kept.size() < f.rows.size()) add(table, "  less those set apart", kept);
}

void print(const score_table& t) {
  shardline::text_table table("lrrrrrrrrrr");
  table.add({t.title, "rows", "MAPE %", "median", "p90", "bias", "shipped", "datasheet", "constant",
             "8 in 10", "in band"});
  for (const family& f : t.families) add(table, f);
  add(table, {"all of them", rows_of(t)});
  for (const family& f : t.supposed) add(table, f);
  std::printf("%s", table.text("").c_str());
  for (const omission& o : t.omitted) {
    std::printf("not scored: %zu rows, %s\n", o.rows, o.reason.c_str());
  }
  std::printf("\n");
  std::fflush(stdout);
}

// All tables, their sums first: one screen.
class report {
 public:
  void add(score_table t) {
    all_.families.push_back({t.title, rows_of(t)});
    tables_.push_back(std::move(t));
  }
  void add(scores s) {
    for (score_table& t : s.shapes) add(std::move(t));
  }
  void finish() const {
    print(all_);
    for (const score_table& t : tables_) print(t);
  }

 private:
  score_table all_{"in all"};
  std::vector<score_table> tables_{};
};

}  // namespace

namespace {

void add_kernels(report& all, const std::string& folder) {
  all.add(gemm_scores(folder));
  all.add(attention_scores(folder));
  all.add(expert_scores(folder));
  all.add(recurrence_scores(folder));
  all.add(module_scores(folder));
  all.add(collective_scores(folder));
}

void add_runs(report& all, const std::string& folder) {
  for (const auto read : {tpot_runs, ttft_runs, mlperf_runs, static_batch_runs, argonne_runs}) {
    all.add(table_of(read(folder)));
  }
  for (const score_table& t : end_to_end_tables(folder)) all.add(t);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string part = argc == 3 ? argv[2] : "";
  if (argc < 2 || argc > 3 || (argc == 3 && part != "kernels" && part != "runs")) {
    std::fprintf(stderr, "usage: %s <folder of measurements> [kernels|runs]\n", argv[0]);
    return 64;
  }
  try {
    report all;
    if (part != "runs") add_kernels(all, argv[1]);
    if (part != "kernels") add_runs(all, argv[1]);
    all.finish();
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
  return 0;
}
