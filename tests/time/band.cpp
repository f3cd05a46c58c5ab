// SPDX-License-Identifier: BSL-1.0
// Bands by hand, their laws, and where none is known.
#include "shardline/time/band.hpp"

#include <doctest/doctest.h>

#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/estimate/estimate.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr layout on_eight{{8, 1, 1}, {8, 1, 1}};

basic_estimate<> priced(const accelerator& a) {
  workload w;
  w.concurrency = 32.0;
  w.chunk = 8192_tokens;
  return estimate(make_cluster(with_fitted(a), 8), catalog::llama_3_1_70b, on_eight, w);
}

bool holds(const band& b, const seconds<>& t) { return b.low < t && t < b.high; }

}  // namespace

TEST_CASE("kinds of operators err independently, those of one kind together") {
  residual_ranges r;
  r.gemm = {0.7, 1.6};
  r.collectives = {0.6, 1.2};
  time_breakdown t;
  t.spend(term::attention_projections, 3_s);
  t.spend(term::dense_feed_forward, 3_s);
  t.spend(term::all_reduce, 4_s);
  // Below: 0.3 x 0.6 and 0.4 x 0.4, a root of 0.18^2 + 0.16^2; above: 0.36 and 0.08.
  const residual_range b = relative_band(r, t);
  CHECK(b.low == doctest::Approx(1.0 - 0.24083189157584592).epsilon(1e-14));
  CHECK(b.high == doctest::Approx(1.0 + 0.3687817782917155).epsilon(1e-14));
  r.step = {0.5, 1.0};
  CHECK(relative_band(r, t).low == doctest::Approx(1.0 - 0.55497747702046437).epsilon(1e-14));
  CHECK(relative_band(r, t).high == b.high);
}

TEST_CASE("of no time, and of a policy without residuals, nothing is known") {
  CHECK(relative_band(residual_ranges{}, time_breakdown{}).low == 1.0);
  time_breakdown t;
  t.spend(term::norms, 2_s);
  CHECK(band_of(datasheet{}, t).low == 2_s);
  CHECK(band_of(constant{}, t).high == 2_s);
}

TEST_CASE("every latency of an estimate lies inside its band; a transfer is less sure") {
  const basic_estimate<> measured = priced(catalog::h100_sxm);
  const basic_estimate<> carried = priced(catalog::h20);
  REQUIRE(measured.source == provenance::measured);
  REQUIRE(carried.source == provenance::transferred);
  for (const basic_estimate<>* e : {&measured, &carried}) {
    CHECK(holds(e->bands.prefill, e->prefill.total()));
    CHECK(holds(e->bands.decode, e->decode.total()));
    CHECK(holds(e->bands.ttft, e->serving.ttft));
    CHECK(holds(e->bands.tpot, e->serving.tpot));
  }
  CHECK(carried.bands.tpot.high / carried.serving.tpot >
        measured.bands.tpot.high / measured.serving.tpot);
  CHECK(carried.bands.tpot.low / carried.serving.tpot <
        measured.bands.tpot.low / measured.serving.tpot);
}

// A tenth longer steps leave half of what is left at 5 / 6 of capacity, and nothing at 10 / 11.
TEST_CASE("near saturation a wait's band widens, and has no end where slower steps have none") {
  const residual_range queue{0.8, 1.5};
  const residual_range steps{0.9, 1.1};
  const seconds<> wait = 6_s;
  const auto at = [&](double u) { return detail::band_of_wait(queue, wait, u, steps); };
  CHECK(at(0.1).low.value() == doctest::Approx(4.8).epsilon(1e-12));
  CHECK(at(0.1).high.value() == doctest::Approx(9.0).epsilon(1e-12));
  CHECK(at(5.0 / 6.0).high.value() == doctest::Approx(12.0).epsilon(1e-12));
  CHECK(at(5.0 / 6.0).low.value() == doctest::Approx(4.0).epsilon(1e-12));
  CHECK(!is_finite(at(0.91).high.value()));
  CHECK(at(0.91).low.value() > 0.0);
  // Slots that are always full are no queue without end.
  CHECK(at(1.0).high.value() == doctest::Approx(9.0).epsilon(1e-12));
  // Where no residuals are known there is no band.
  const band known = detail::band_of_wait(residual_range{}, wait, 0.99, residual_range{});
  CHECK(known.low.value() == doctest::Approx(6.0).epsilon(1e-12));
  CHECK(known.high.value() == doctest::Approx(6.0).epsilon(1e-12));
}

TEST_CASE("a band is never negative, and as wide as its widest part at most where steps add none") {
  laws::dice d(17);
  for (int number = 0; number < 5000; ++number) {
    residual_ranges r;
    double lowest = 1.0;
    double highest = 1.0;
    for (residual_range* part :
         {&r.gemm, &r.attention, &r.experts, &r.elementwise, &r.collectives, &r.host}) {
      *part = {d.unit(), d.between(1.0, 3.0)};
      lowest = std::min(lowest, part->low);
      highest = std::max(highest, part->high);
    }
    time_breakdown t;
    for (std::size_t i = 0; i < term_count; ++i) {
      t.spend(static_cast<term>(i), seconds<>::from_value(d.flip() ? 0.0 : d.unit()));
    }
    const residual_range b = relative_band(r, t);
    CAPTURE(number);
    REQUIRE(b.low >= lowest - 1e-12);
    REQUIRE(b.high <= highest + 1e-12);
    r.step = {0.0, 2.0};
    REQUIRE(relative_band(r, t).low >= 0.0);
  }
}

TEST_CASE("documented: a band of seconds") {
  CHECK(band_of(residual_range{0.7, 1.6}, 10_s).low == 7_s);
  CHECK(band_of(residual_range{0.7, 1.6}, 10_s).high == 16_s);
}
