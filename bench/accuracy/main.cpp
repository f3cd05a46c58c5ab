// How right is time? Measured kernels, collectives and whole runs beside what is predicted for
// them: with `fitted`, with the data sheet alone, and with the best shares `constant` could have.
//
// bench_accuracy <folder>: the folder of measurements, one CSV file per kind.
#include <cstdio>
#include <exception>
#include <string>

#include "families.hpp"
#include "shardline/io/text/table.hpp"

namespace {

using namespace accuracy;

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", 100.0 * share);
  return text;
}

void add(shardline::text_table& table, const std::string& name,
         const std::vector<observation>& rows) {
  const errors e = fitted_errors(rows);
  table.add({name, std::to_string(rows.size()), percent(e.mape), percent(e.median), percent(e.p90),
             percent(e.bias), is_validated(rows) ? percent(validated_errors(rows).mape) : "-",
             percent(datasheet_errors(rows).mape), percent(best_constant_errors(rows).mape)});
}

void print(const std::string& title, const std::vector<family>& families) {
  shardline::text_table table("lrrrrrrrr");
  table.add({title, "rows", "MAPE %", "median", "p90", "bias", "CV", "datasheet", "constant"});
  std::vector<observation> all;
  for (const family& f : families) {
    add(table, f.name, f.rows);
    all.insert(all.end(), f.rows.begin(), f.rows.end());
  }
  add(table, "all of them", all);
  std::printf("%s\n", table.text("").c_str());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s <folder of measurements>\n", argv[0]);
    return 64;
  }
  try {
    print("matrix multiplication", gemm_families(argv[1]));
    print("attention", attention_families(argv[1]));
    print("collectives", collective_families(argv[1]));
    print("time per output token", serving_families(argv[1]));
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
  return 0;
}
