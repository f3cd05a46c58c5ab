// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/text/operators.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../laws/random_inputs.hpp"
#include "equation.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/time/itemised.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

// Compares what operators take with their equations, in numbers and as they are printed.
template <class Efficiency>
struct compared_equations {
  const basic_cluster<double, Efficiency>& cluster;
  double worst = 0.0;
  double worst_printed = 0.0;
  std::string worst_text{};
  int number = 0;

  template <class Operator>
  void operator()(const place_in_step&, double, const Operator& op,
                  const operator_time<double>& once) {
    compare(equation_of(cluster.accelerator, op, once), once.total().value());
  }
  void operator()(const place_in_step&, double, const collective<double>& op,
                  const seconds<>& once) {
    compare(equation_of(cluster, op, once), once.value());
  }

 private:
  void compare(const operator_equation& e, double seconds) {
    if (!(seconds > 0.0)) return;
    ++number;
    worst = std::max(worst, std::abs(e.seconds() / seconds - 1.0));
    const double off = std::abs(printed::equation(to_text(e)).value() / seconds - 1.0);
    if (off <= worst_printed) return;
    worst_printed = off;
    worst_text = to_text(e) + " of " + short_seconds(seconds);
  }
};

template <class Efficiency>
void compare_equations(const Efficiency& policy, std::uint64_t seed) {
  laws::dice d(seed);
  int number = 0;
  for (int i = 0; i < 200; ++i) {
    const laws::deployed r = laws::random_deployment(d);
    const auto cluster = with_efficiency(r.cluster, policy);
    const prepared p(cluster, r.model, r.layout);
    if (!p.feasibility().priceable()) continue;
    compared_equations<Efficiency> all{cluster};
    for_each_operator_of_decode(p.parts(), r.workload, all);
    for_each_operator_of_prefill(p.parts(), r.workload, all);
    INFO(laws::describe(r));
    INFO(all.worst_text);
    CHECK(all.worst < 1e-9);
    CHECK(all.worst_printed < 0.02);
    number += all.number;
  }
  CHECK(number > 5000);
}

}  // namespace

TEST_CASE("an operator's equation has its time, and so does what is printed of it") {
  compare_equations(constant{0.6, 0.8, 0.7, 3_us}, 71);
  compare_equations(with_fitted(catalog::h100_sxm).efficiency, 72);
}

TEST_CASE("a multiplication at the data sheet's peak, with its numbers") {
  const auto gpu = with_efficiency(catalog::h100_sxm, datasheet{});
  const gemm<double> op{term::head, {weight_class::head, formats::fp8, 7168, 2048}, 512.0};
  const operator_equation e = equation_of(gpu, op, time_of(gpu, op));
  CHECK(e.by == bound::compute);
  CHECK(e.share == 1.0);
  CHECK(e.seconds() == doctest::Approx(2.0 * 512 * 7168 * 2048 / gpu.peak.fp8.value()));
  CHECK(e.seconds() * 1e6 == doctest::Approx(7.60).scale(0.0).epsilon(1e-3));
  CHECK(to_text(e) == "2 x 512 x 7168 x 2048 FLOP / (1.98 PFLOP/s x 1.00)");
}

TEST_CASE("a multiplication that waits for its matrix, with its numbers") {
  const auto gpu = with_efficiency(catalog::h100_sxm, constant{0.5, 0.8, 1.0, 2_us});
  const gemm<double> op{term::head, {weight_class::head, formats::bf16, 8192, 8192}, 1.0};
  const operator_equation e = equation_of(gpu, op, time_of(gpu, op));
  CHECK(e.by == bound::memory);
  CHECK(e.label == "8192 x 8192, bf16");
  CHECK(to_text(e) ==
        "(134 MB weights + 32.8 KB activations) / (3.35 TB/s x 0.800) + 2.00 us launch");
}

TEST_CASE("tokens on their way to experts and results on their way back are told apart") {
  const auto cluster = make_cluster(with_fitted(catalog::h200_sxm), 16);
  collective<double> op{collective_kind::all_to_all, {16, 1}, 1_MB};
  CHECK(equation_of(cluster, op, time_of(cluster, op)).label == "16 ranks");
  op.tokens = {.sent = 64.0, .received = 64.0, .all = 1024.0, .experts = 256, .hidden = 7168};
  CHECK(equation_of(cluster, op, time_of(cluster, op)).label == "16 ranks, tokens to experts");
  op.tokens.results = true;
  CHECK(equation_of(cluster, op, time_of(cluster, op)).label == "16 ranks, results of experts");
}

TEST_CASE("documented: an all-reduce of 1 MB among 8 at 450 GB/s and 1 us") {
  cluster c;
  c.gpus = c.gpus_per_domain = 8;
  c.scale_up = {450_GBps, 1_us};
  const collective<double> op{collective_kind::all_reduce, {8, 1}, 1_MB};
  const seconds<> once = time_of(c, op);
  CHECK(once / 1_us == doctest::Approx(10.44).scale(0.0).epsilon(5e-4));
  const operator_equation e = equation_of(c, op, once);
  CHECK(e.fixed * 1e6 == doctest::Approx(1.0).scale(0.0).epsilon(1e-3));
  CHECK(e.rate == doctest::Approx(105.9e9).scale(0.0).epsilon(1e-3));
  CHECK(e.amount == 1e6);
}
