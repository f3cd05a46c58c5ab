// SPDX-License-Identifier: BSL-1.0
#include "shardline/fitted/laws.hpp"

#include <doctest/doctest.h>

#include <type_traits>

#include "../policies/law_by_law.hpp"
#include "fabric/fabrics.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/index.hpp"

using namespace shardline;
using law_by_law::relative_difference;

namespace {

static_assert(std::is_same_v<operator_laws<double, fitted>, fitted_laws<double>>);
static_assert(sends_by_laws<double, fitted>);

// Any chip of the catalog under any engine, its kernels in steps or in a benchmark's loop.
fitted_accelerator<double> random_gpu(laws::dice& d) {
  accelerator a = d.one_of(catalog::accelerators);
  // Every precision: what has no peak is refused before it is priced.
  for (flop_rate<>* peak : {&a.peak.fp32, &a.peak.tf32, &a.peak.fp16, &a.peak.fp8, &a.peak.int8,
                            &a.peak.fp4, &a.peak.int4}) {
    if (!(peak->value() > 0.0)) *peak = a.peak.bf16;
  }
  const engine_version& e = *d.one_of(engines::all);
  return d.flip() ? with_fitted(a, e) : with_fitted_kernels(a, e);
}

fitted_cluster<double> any_cluster(laws::dice& d, const layout& l) {
  fitted_cluster<double> c = make_cluster(random_gpu(d), l.gpus());
  c.runtime = laws::random_runtime(d);
  return c;
}

// Compares the collectives among the shapes that it is given with their operators.
struct sends_compared {
  const fitted_cluster<double>& cluster;
  const rank_step<double>& step;
  routed_extents<double> routed{};
  int messages = 0;
  int exchanges = 0;

  void operator()(const routing_shape& r) { routed = routed_of(r, step); }
  void operator()(const collective_shape& o) {
    const collective<double> op = operator_of(o, step);
    const double by_law = law_of(cluster, o.kind, o.group).time(op.message.value());
    REQUIRE(relative_difference(by_law, time_of(cluster, op).value()) <= 1e-13);
    ++messages;
  }
  void operator()(const exchange_shape& o) {
    const collective<double> op = operator_of(o, step, routed);
    const auto of_bytes = law_of(cluster, collective_kind::all_to_all, o.group);
    const double by_law = law_of(cluster, o, of_bytes).time(op.tokens);
    REQUIRE(relative_difference(by_law, time_of(cluster, op).value()) <= 1e-13);
    ++exchanges;
  }
  template <class Other>
  void operator()(const Other&) const {}
};

}  // namespace

TEST_CASE("every law gives the times of its operator, on every chip and engine") {
  laws::dice d(2201);
  int compared = 0;
  for (int number = 0; number < 1000; ++number) {
    const laws::placed p = laws::random_placed(d, 4, {d.flip() ? 1 : 64, d.flip()});
    const fitted_cluster<double> c = any_cluster(d, p.layout);
    CAPTURE(number);
    CAPTURE(c.accelerator.name.view());
    CAPTURE(laws::describe(p.layout));
    CAPTURE(laws::describe(p.model));
    law_by_law::compare_all<fitted_laws<double>>(
        c.accelerator, model_context_under(c.runtime, p.model, p.layout),
        law_by_law::random_step(d),
        [&](const auto&, const kernel_time<double>& by_law, const kernel_time<double>& by_itself) {
          REQUIRE(law_by_law::difference_of_whole(by_law, by_itself) <= 1e-13);
          compared += by_itself.total() > 0.0 ? 1 : 0;
        });
  }
  CHECK(compared > 10000);
}

TEST_CASE("the law of a collective gives its time, on any fabric") {
  laws::dice d(2202);
  for (int number = 0; number < 20000; ++number) {
    const fabrics::cluster c = fabrics::random_cluster(d);
    collective<double> op = fabrics::random_collective(d);
    if (d.whole(0, 9) == 0) op.message = {};
    const double by_law = law_of(c, op.kind, op.group).time(op.message.value());
    CAPTURE(number);
    REQUIRE(relative_difference(by_law, time_of(c, op).value()) <= 1e-13);
  }
}

TEST_CASE("what a rank of any layout sends takes what its laws say") {
  laws::dice d(2203);
  int messages = 0;
  int exchanges = 0;
  for (int number = 0; number < 2000; ++number) {
    const laws::placed p = laws::random_placed(d, 4, {});
    const fitted_cluster<double> c = any_cluster(d, p.layout);
    const rank_step<double> own = rank_step_of(law_by_law::random_step(d), p.layout);
    CAPTURE(number);
    CAPTURE(c.accelerator.name.view());
    CAPTURE(laws::describe(p.layout));
    sends_compared sink{c, own};
    law_by_law::for_each_segment(model_context_under(c.runtime, p.model, p.layout), sink);
    messages += sink.messages;
    exchanges += sink.exchanges;
  }
  CHECK(messages > 5000);
  CHECK(exchanges > 500);
}
