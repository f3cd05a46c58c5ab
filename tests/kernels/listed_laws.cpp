// SPDX-License-Identifier: BSL-1.0
#include "shardline/kernels/listed_laws.hpp"

#include <doctest/doctest.h>

#include "../policies/law_by_law.hpp"

using namespace shardline;

namespace consumer {

// A policy that no line can say: the square root of the work, and a launch by what it is.
struct by_root {
  double strength = 1.0;
};
template <class Operator>
constexpr operator_time<double> time_of(const basic_accelerator<double, by_root>& a,
                                        const Operator& op) noexcept {
  const auto in_seconds = [](double x) { return seconds<>::from_value(x); };
  operator_time<double> t;
  if constexpr (has_flops<Operator>) {
    t.compute = in_seconds(square_root(op.flops().value()) * a.efficiency.strength);
  }
  t.memory = in_seconds(square_root(op.bytes_moved().value()) * 2.0);
  t.exposed = in_seconds(sizeof(Operator) * 1e-9);
  t.launch = in_seconds(op.kernels() * 1e-6);
  return t;
}

}  // namespace consumer

TEST_CASE("a policy of one's own is priced exactly as its time_of() says") {
  laws::dice d(2102);
  int compared = 0;
  for (int number = 0; number < 300; ++number) {
    const laws::placed p = laws::random_placed(d, 4, {});
    const laws::cluster c = laws::random_cluster(d, p.layout);
    const model_context e = model_context_under(c.runtime, p.model, p.layout);
    const auto a = with_efficiency(c.accelerator, consumer::by_root{d.between(0.5, 2.0)});
    CAPTURE(number);
    CAPTURE(laws::describe(p.layout));
    CAPTURE(laws::describe(p.model));
    law_by_law::compare_all<listed_laws<double, consumer::by_root>>(
        a, e, law_by_law::random_step(d),
        [&](const auto&, const kernel_time<double>& by_law, const kernel_time<double>& by_itself) {
          REQUIRE(by_law.compute == by_itself.compute);
          REQUIRE(by_law.memory == by_itself.memory);
          REQUIRE(by_law.exposed == by_itself.exposed);
          REQUIRE(by_law.launch == by_itself.launch);
          ++compared;
        });
  }
  CHECK(compared > 5000);
}

TEST_CASE("what a fold does not want is not priced, and one place too few is said") {
  struct picky : law_by_law::added_up {
    static bool wants(std::size_t s, std::size_t) { return s == 2; }
  };
  const auto a = with_efficiency(accelerator{}, consumer::by_root{});
  listed_laws<double, consumer::by_root> laws;
  const vector_shape o{term::norms, {}, 8.0};
  for (unsigned char s = 0; s < 4; ++s) laws.add(a, {s, term::norms}, o, 0.0, 0);
  picky fold;
  laws.price(sizes_of(rank_step_of(decode_step(2.0, 0.0, 1.0), layout{}), {}), fold);
  CHECK(fold.kernels == 1);
  CHECK(fold.sum.memory == 8.0);  // 2 sqrt(16)
  while (!laws.overflowed()) laws.add(a, {}, o, 0.0, 0);
  law_by_law::added_up all;
  laws.price(sizes_of(rank_step_of(decode_step(2.0, 0.0, 1.0), layout{}), {}), all);
  CHECK(all.kernels == static_cast<int>(max_prepared));
}
