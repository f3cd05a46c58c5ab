// SPDX-License-Identifier: BSL-1.0
// sweep: every point is memory() and serving() of its load alone.
#include "shardline/sweep/sweep.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

template <class Cluster>
void check_points(const Cluster& c, const model& m, const layout& l,
                  const std::vector<workload>& loads) {
  std::vector<swept_point> points(loads.size());
  const sweep over(c, m, l);
  over(loads, points);
  const auto p = prepare(c, m, l);
  for (std::size_t i = 0; i < loads.size(); ++i) {
    CAPTURE(i);
    const auto about = [](double x) { return doctest::Approx(x).epsilon(1e-12).scale(0.0); };
    const auto s = serving(p, loads[i]);
    CHECK(points[i].memory.value() == about(memory(p, loads[i]).total().value()));
    CHECK(points[i].tpot.value() == about(s.tpot.value()));
    CHECK(points[i].output_tokens_per_s.value() == about(s.output_tokens_per_s.value()));
    if (s.stable()) {
      CHECK(points[i].ttft.value() == about(s.ttft.value()));
    } else {
      CHECK(!is_finite(points[i].ttft.value()));
    }
  }
}

// Lengths, rates, chunks, hits and drafts, in an order in which few neighbours are alike.
std::vector<workload> loads_of_every_kind() {
  laws::dice d(3);
  std::vector<workload> loads;
  for (int i = 0; i < 200; ++i) {
    workload w;
    w.concurrency = static_cast<double>(d.whole(1, 500));
    w.input = tokens<>::from_value(static_cast<double>(d.whole(1, 9000)));
    w.output = tokens<>::from_value(static_cast<double>(d.whole(1, 900)));
    if (d.whole(0, 2) == 0) w.chunk = 2048_tokens;
    if (d.whole(0, 3) == 0) w.prefix_hit = d.unit();
    if (d.whole(0, 3) == 0) w.output_cv = d.unit();
    if (d.whole(0, 3) == 0) w.rate = request_rate<>::from_value(d.between(0.01, 30.0));
    if (d.whole(0, 4) == 0) w.speculation = {d.whole(1, 4), d.unit(), {}};
    if (d.whole(0, 4) == 0) w.routing = power_law_routing(d.between(0.5, 1.5));
    loads.push_back(w);
  }
  return loads;
}

const layout tp8{.attention = {.tp = 8}, .expert = {.etp = 8}};
const layout tp4_pp2{.attention = {.tp = 4}, .expert = {.etp = 4}, .pp = 2};
const layout ep64{.attention = {.dp = 64}, .expert = {.ep = 64}};

}  // namespace

TEST_CASE("a dense model, by data sheet shares and fitted, with stages and without") {
  const auto shares = with_efficiency(catalog::h100_sxm, constant{.mfu = 0.5, .bandwidth = 0.8});
  const auto fit = with_engine(make_cluster(with_fitted(catalog::h100_sxm), 8), engines::vllm);
  for (const layout& l : {tp8, tp4_pp2}) {
    check_points(make_cluster(shares, 8), catalog::llama_3_1_70b, l, loads_of_every_kind());
    check_points(fit, catalog::llama_3_1_70b, l, loads_of_every_kind());
  }
}

TEST_CASE("experts and latent attention, with their messages overlapped and not") {
  auto c = make_cluster(with_fitted(catalog::h200_sxm), 64);
  check_points(c, catalog::deepseek_v3, ep64, loads_of_every_kind());
  c.runtime.experts.overlap_shared = true;
  c.runtime.two_batch_overlap = true;
  check_points(c, catalog::deepseek_v3, ep64, loads_of_every_kind());
}

TEST_CASE("as many points as loads, none included") {
  const auto c = make_cluster(catalog::h100_sxm, 8);
  const sweep over(c, catalog::llama_3_1_70b, tp8);
  over({}, {});
  check_points(c, catalog::llama_3_1_70b, tp8, {workload{}});
  check_points(c, catalog::llama_3_1_70b, tp8, std::vector<workload>(7));
}
