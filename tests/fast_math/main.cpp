// SPDX-License-Identifier: BSL-1.0
// A program for -ffast-math, under which compilers take every comparison to be of numbers: what is
// none is refused all the same, by its bits.
#include <bit>
#include <cstdint>
#include <cstdio>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/shardline.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

// Through memory, so that the compiler does not know what it is.
double of_bits(std::uint64_t bits) {
  volatile std::uint64_t stored = bits;
  return std::bit_cast<double>(std::uint64_t{stored});
}

struct inputs {
  basic_cluster<double, constant> cluster =
      make_cluster(with_efficiency(catalog::h100_sxm, constant{}), 8);
  shardline::layout layout{{8, 1, 1}, {8, 1, 1}};
  shardline::workload workload{.max_tpot = 1_s};

  [[nodiscard]] report judged() const {
    return check(cluster, catalog::llama_3_1_8b, layout, workload);
  }
};

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  ++failures;
  std::printf("-ffast-math: %s\n", what);
}

void expect_refusal(const inputs& i, field f, const char* what) {
  const report r = i.judged();
  expect(!r.invalid.empty() && r.invalid[0].field == f, what);
}

void refuse_everywhere(double x) {
  inputs i;
  i.workload.input = tokens<>::from_value(x);
  expect_refusal(i, field::input, "a prompt that is no number");
  i = {};
  i.workload.concurrency = x;
  expect_refusal(i, field::concurrency, "a concurrency that is no number");
  i = {};
  i.workload.rate = request_rate<>::from_value(x);
  expect_refusal(i, field::rate, "a rate that is no number");
  i = {};
  i.workload.max_tpot = seconds<>::from_value(x);
  expect_refusal(i, field::max_tpot, "a limit that is no number");
  i = {};
  i.cluster.accelerator.memory_rate = bandwidth<>::from_value(x);
  expect_refusal(i, field::memory_rate, "a bandwidth that is no number");
  i = {};
  i.cluster.accelerator.efficiency.mfu = x;
  expect_refusal(i, field::mfu, "an mfu that is no number");
  expect(!is_finite(x), "is_finite of what is not");
}

}  // namespace

int main() {
  expect(inputs{}.judged().feasible(), "numbers are accepted");
  refuse_everywhere(of_bits(0x7FF8000000000000U));  // NaN
  refuse_everywhere(of_bits(0xFFF0000000000001U));  // another
  refuse_everywhere(of_bits(0x7FF0000000000000U));  // infinity
  refuse_everywhere(of_bits(0xFFF0000000000000U));  // and below
  return failures;
}
