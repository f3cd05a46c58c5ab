// SPDX-License-Identifier: BSL-1.0
#include "shardline/fitted/fabric/collectives.hpp"
#include "../recorded_curves.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "../../fabric/collective_cases.hpp"
#include "fabrics.hpp"

using namespace shardline;
using namespace shardline::literals;
namespace curves = shardline::catalog::curves;

namespace {

constexpr collective<double> reduced{collective_kind::all_reduce, {8, 1}, 64_MiB};
static_assert(time_of(fabrics::h100(recorded::h100_nccl), reduced).value() > 324e-6);
static_assert(time_of(fabrics::h100(recorded::h100_nccl), reduced).value() < 325e-6);

double microseconds(const fabrics::cluster& c, collective_kind kind, rank_group g, double message) {
  return 1e6 * time_of(c, collective<double>{kind, g, bytes<>::from_value(message)}).value();
}

struct inside {
  const collective_curve<>* curve;
  collective_kind kind;
  integer ranks;
  double message;
  double us;
};

// Figures of the Python model that the constants were fitted with, at the catalog's constants.
const std::array inside_a_domain{
    inside{&recorded::a100_nccl, collective_kind::all_reduce, 8, 1024, 20.735978730345145},
    inside{&recorded::a100_nccl, collective_kind::all_reduce, 8, 1048576, 39.139837037037033},
    inside{&recorded::a100_nccl, collective_kind::all_reduce, 8, 67108864, 620.77804389403525},
    inside{&recorded::a100_nccl, collective_kind::all_reduce, 2, 67108864, 398.60686357603379},
    inside{&recorded::a100_nccl, collective_kind::all_gather, 8, 65536, 16.950563676520559},
    inside{&recorded::a100_nccl, collective_kind::all_gather, 4, 16777216, 109.90037331447593},
    inside{&recorded::a100_nccl, collective_kind::reduce_scatter, 8, 4194304, 51.411144111505266},
    inside{&recorded::a100_nccl, collective_kind::reduce_scatter, 2, 134217728, 456.42567868285926},
    inside{&recorded::a100_nccl, collective_kind::all_to_all, 8, 4096, 12.71098222899213},
    inside{&recorded::a100_nccl, collective_kind::all_to_all, 8, 33554432, 190.48060154083018},
    inside{&recorded::a100_nccl, collective_kind::send_recv, 2, 16384, 12.001821848150097},
    inside{&recorded::a100_nccl, collective_kind::send_recv, 2, 67108864, 306.11229002279504},
    inside{&recorded::a100_nccl, collective_kind::broadcast, 4, 32768, 12.944255419639823},
    inside{&recorded::a100_nccl, collective_kind::broadcast, 8, 33554432, 209.6947565257824},
    inside{&recorded::h100_nccl, collective_kind::all_reduce, 8, 1024, 15.87231915356343},
    inside{&recorded::h100_nccl, collective_kind::all_reduce, 8, 1048576, 28.89595802469136},
    inside{&recorded::h100_nccl, collective_kind::all_reduce, 8, 67108864, 324.48795441771517},
    inside{&recorded::h100_nccl, collective_kind::all_reduce, 2, 67108864, 237.55728666388652},
    inside{&recorded::h100_nccl, collective_kind::all_gather, 8, 65536, 11.937075784347037},
    inside{&recorded::h100_nccl, collective_kind::all_gather, 4, 16777216, 64.021156485516528},
    inside{&recorded::h100_nccl, collective_kind::reduce_scatter, 8, 4194304, 33.541384428736066},
    inside{&recorded::h100_nccl, collective_kind::reduce_scatter, 2, 134217728, 272.19351599811023},
    inside{&recorded::h100_nccl, collective_kind::all_to_all, 8, 4096, 7.8446548193280865},
    inside{&recorded::h100_nccl, collective_kind::all_to_all, 8, 33554432, 115.46906268225183},
    inside{&recorded::h100_nccl, collective_kind::send_recv, 2, 16384, 7.1506505081991243},
    inside{&recorded::h100_nccl, collective_kind::send_recv, 2, 67108864, 185.89948158360977},
    inside{&recorded::h100_nccl, collective_kind::broadcast, 4, 32768, 8.0284702797598833},
    inside{&recorded::h100_nccl, collective_kind::broadcast, 8, 33554432, 125.26423149074743},
    inside{&recorded::a100_vllm, collective_kind::all_reduce, 8, 16384, 6.7224124620898813},
    inside{&recorded::a100_vllm, collective_kind::all_reduce, 4, 1048576, 20.756595505617977},
    inside{&recorded::a100_vllm, collective_kind::all_reduce, 8, 8388608, 122.1494600768894},
    inside{&recorded::a100_vllm, collective_kind::all_reduce, 2, 67108864, 398.60686357603379},
    inside{&recorded::a100_tensorrt_llm, collective_kind::all_reduce, 8, 16384, 5.5664124620898816},
    inside{&recorded::a100_tensorrt_llm, collective_kind::all_reduce, 4, 1048576,
           19.600595505617974},
    inside{&recorded::a100_tensorrt_llm, collective_kind::all_reduce, 8, 8388608,
           122.1494600768894},
    inside{&recorded::a100_tensorrt_llm, collective_kind::all_reduce, 2, 67108864,
           398.60686357603379},
    inside{&recorded::h100_vllm, collective_kind::all_reduce, 8, 16384, 5.0796083080599201},
    inside{&recorded::h100_vllm, collective_kind::all_reduce, 4, 1048576, 15.784113592500688},
    inside{&recorded::h100_vllm, collective_kind::all_reduce, 8, 8388608, 58.216927590511858},
    inside{&recorded::h100_vllm, collective_kind::all_reduce, 2, 67108864, 237.55728666388652},
    inside{&recorded::h100_tensorrt_llm, collective_kind::all_reduce, 8, 16384, 3.9236083080599204},
    inside{&recorded::h100_tensorrt_llm, collective_kind::all_reduce, 4, 1048576,
           14.628113592500688},
    inside{&recorded::h100_tensorrt_llm, collective_kind::all_reduce, 8, 8388608,
           74.955585618622678},
    inside{&recorded::h100_tensorrt_llm, collective_kind::all_reduce, 2, 67108864,
           237.55728666388652},
};

struct across {
  bool hierarchical;
  collective_kind kind;
  integer ranks;
  integer per_domain;
  double message;
  double us;
};
// Figures of the formula written again in Python, with 5 us of latency between domains.
const std::array across_domains{
    across{false, collective_kind::all_reduce, 16, 8, 67108864, 529.8332262938302},
    across{false, collective_kind::all_reduce, 64, 8, 1048576, 113.76837440728745},
    across{false, collective_kind::all_reduce, 2, 1, 4194304, 188.89515546515486},
    across{false, collective_kind::all_gather, 32, 8, 134217728, 555.6251561678683},
    across{false, collective_kind::reduce_scatter, 16, 4, 65536, 36.28501026848853},
    across{false, collective_kind::all_to_all, 16, 8, 33554432, 393.6280222222222},
    across{false, collective_kind::all_to_all, 64, 8, 262144, 29.100351559232173},
    across{false, collective_kind::send_recv, 2, 1, 16777216, 482.8347777777778},
    across{false, collective_kind::broadcast, 32, 8, 67108864, 220.7095111111111},
    across{true, collective_kind::all_reduce, 16, 8, 67108864, 529.8332262938302},
    across{true, collective_kind::all_reduce, 64, 8, 1048576, 113.76837440728745},
    across{true, collective_kind::all_reduce, 2, 1, 4194304, 137.00775555555555},
    across{true, collective_kind::all_gather, 32, 8, 134217728, 555.6251561678683},
    across{true, collective_kind::reduce_scatter, 16, 4, 65536, 36.28501026848853},
};

}  // namespace

TEST_CASE("inside a domain the times are those of the model that was fitted") {
  for (const inside& i : inside_a_domain) {
    const bool old = i.curve == &recorded::a100_nccl || i.curve == &recorded::a100_vllm ||
                     i.curve == &recorded::a100_tensorrt_llm;
    const fabrics::cluster c = old ? fabrics::a100(*i.curve) : fabrics::h100(*i.curve);
    CAPTURE(i.us);
    CHECK(microseconds(c, i.kind, {i.ranks, 1}, i.message) == about(i.us));
  }
}

TEST_CASE("across domains the times are those of the formula") {
  for (const across& i : across_domains) {
    fabrics::cluster c = fabrics::h100(recorded::h100_nccl);
    c.gpus_per_domain = i.per_domain;
    c.network.latency = 5_us;
    c.accelerator.efficiency.collectives.hierarchical = i.hierarchical;
    CAPTURE(i.us);
    CHECK(microseconds(c, i.kind, {i.ranks, 1}, i.message) == about(i.us));
  }
}

TEST_CASE(
    "each step between domains takes the link's latency, and a chunk's way hides less of it") {
  fabrics::cluster c = fabrics::h100(recorded::h100_nccl);
  const auto pair = [&] { return microseconds(c, collective_kind::send_recv, {2, 8}, 1e6); };
  const auto ring = [&] { return microseconds(c, collective_kind::all_gather, {2, 8}, 1e6); };
  const double pair_before = pair();
  const double ring_before = ring();
  c.network.latency = 20_us;
  CHECK(pair() - pair_before == doctest::Approx(20.0).epsilon(1e-9));
  const double wire = 0.5 * 1e6 / (0.9 * 50e3);
  CHECK(ring() - ring_before ==
        about(20.0 + square_root(4.0 * 27.0 * wire) - square_root(4.0 * 7.0 * wire)));
}

TEST_CASE("on a mesh a few ranks reach the links between them alone") {
  fabrics::cluster c = fabrics::of(448.0, 50.0, 1e12, {});
  c.accelerator.mesh = true;
  CHECK(microseconds(c, collective_kind::all_gather, {8, 1}, 8e6) == doctest::Approx(7e6 / 448e3));
  CHECK(microseconds(c, collective_kind::all_gather, {4, 1}, 8e6) == doctest::Approx(6e6 / 192e3));
  CHECK(microseconds(c, collective_kind::send_recv, {2, 1}, 8e6) == doctest::Approx(8e6 / 64e3));
  c.accelerator.mesh = false;
  CHECK(microseconds(c, collective_kind::send_recv, {2, 1}, 8e6) == doctest::Approx(8e6 / 448e3));
}

TEST_CASE("ranks that launch their own kernels drift apart, more of them further") {
  fabrics::cluster c = fabrics::h100(recorded::h100_nccl);
  const double together = microseconds(c, collective_kind::all_reduce, {8, 1}, 1e6);
  c.accelerator.efficiency.collectives.drift = 8_us;
  CHECK(microseconds(c, collective_kind::all_reduce, {8, 1}, 1e6) == about(together + 24.0));
}

TEST_CASE("64 MiB over 8 H100 are reduced by NCCL in 324.5 us, in the switch") {
  fabrics::cluster c = fabrics::h100(recorded::h100_nccl);
  const double wire = 9.0 / 8.0 * 67108864.0 / (0.6899 * 450e3);
  CHECK(1e6 * time_of(c, reduced).value() ==
        about(4.801 + 50.03 + wire + square_root(2.882 * wire)));
  CHECK(1e6 * time_of(c, reduced).value() == doctest::Approx(324.5).epsilon(1e-4));
  c.accelerator.efficiency.collectives.switch_share = 0.0;
  const double bulk =
      14.0 / 8.0 * 67108864.0 / (0.8341 * 450e3) + 67108864.0 / 8.0 / (0.5607 * 3350e3);
  CHECK(1e6 * time_of(c, reduced).value() ==
        about(4.801 + 6.479 + 0.8169 * 14.0 + bulk + square_root(3.983 * bulk)));
}

TEST_CASE("a message of 0 bytes, and a group of one rank, take no time") {
  for (const collective_kind kind : fabrics::kinds) {
    for (const integer stride : {1, 8}) {
      CHECK(microseconds(fabrics::h100(recorded::h100_vllm), kind, {4, stride}, 0.0) == 0.0);
      CHECK(microseconds(fabrics::h100(recorded::h100_vllm), kind, {1, stride}, 1e6) == 0.0);
    }
  }
}

TEST_CASE("without constants a collective takes its bytes over the link") {
  const fabrics::cluster c = fabrics::of(100.0, 10.0, 1e12, {});
  CHECK(microseconds(c, collective_kind::all_reduce, {8, 1}, 8e5) == doctest::Approx(14.0));
  CHECK(microseconds(c, collective_kind::broadcast, {8, 1}, 8e5) == doctest::Approx(8.0));
  CHECK(microseconds(c, collective_kind::send_recv, {2, 8}, 8e5) == doctest::Approx(80.0));
  CHECK(microseconds(c, collective_kind::all_to_all, {16, 1}, 16e5) == doctest::Approx(80.0));
}

TEST_CASE("the engine's own all-reduce is offered below its size, and elsewhere the library's") {
  const fabrics::cluster vllm = fabrics::a100(recorded::a100_vllm);
  const fabrics::cluster nccl = fabrics::a100(recorded::a100_nccl);
  const auto both = [&](double message) {
    return std::array{microseconds(vllm, collective_kind::all_reduce, {8, 1}, message),
                      microseconds(nccl, collective_kind::all_reduce, {8, 1}, message)};
  };
  CHECK(both(65536.0)[0] < both(65536.0)[1]);
  const double cap = 8.0 * 1048576.0;
  CHECK(both(cap)[0] == both(cap)[1]);
  CHECK(both(cap * (1.0 - 1e-9))[0] < both(cap)[0]);
  CHECK(microseconds(vllm, collective_kind::all_gather, {8, 1}, 65536.0) ==
        microseconds(nccl, collective_kind::all_gather, {8, 1}, 65536.0));
}

TEST_CASE("a domain that is not full has fewer ports, which the others wait for") {
  const fabrics::cluster c = fabrics::h100(recorded::h100_nccl);
  for (const collective_kind kind : {collective_kind::all_gather, collective_kind::broadcast}) {
    CHECK(microseconds(c, kind, {9, 1}, 1e9) > 3.0 * microseconds(c, kind, {16, 1}, 1e9));
  }
}

TEST_CASE("ranks alone in their domains do not need a link") {
  fabrics::cluster c = fabrics::h100(recorded::h100_nccl);
  c.gpus_per_domain = 1;
  const double before = microseconds(c, collective_kind::all_reduce, {8, 1}, 1e8);
  c.scale_up.rate = {};
  CHECK(microseconds(c, collective_kind::all_reduce, {8, 1}, 1e8) == before);
  CHECK(microseconds(c, collective_kind::all_to_all, {8, 1}, 1e8) < 1e6);
}

namespace {

// Bytes that must leave, or reach, a rank or a domain, over the data sheet's rates.
double least_time(const fabrics::cluster& c, const collective<double>& op) {
  const placement p = place(op.group, c.gpus_per_domain);
  const auto n = static_cast<double>(op.group.size);
  const auto local = static_cast<double>(p.local);
  const double fewest = n - static_cast<double>(p.domains - 1) * local;
  const double volume = op.message.value();
  const double link = volume / c.scale_up.rate.value();
  const double port = volume / c.network.rate.value();
  const double part = (n - 1.0) / n;
  const bool switched = c.accelerator.efficiency.collectives.switch_share > 0.0;
  const bool together = p.domains == 1;
  const double by_any = together ? link : (p.local == 1 ? port : std::min(link, port));
  switch (op.kind) {
    case collective_kind::all_reduce:
      if (together) return link * (switched ? std::min(2.0 * part, 1.0 + 1.0 / n) : 2.0 * part);
      return std::max(2.0 * part * by_any, port / fewest);
    case collective_kind::all_gather:
    case collective_kind::reduce_scatter:
      if (together) return part * link;
      return std::max(part * by_any, (n - fewest) / n * port / fewest);
    case collective_kind::all_to_all:
      if (together) return part * link;
      return std::max((local - 1.0) / n * (p.local > 1 ? link : 0.0), (n - fewest) / n * port);
    case collective_kind::send_recv:
      return together ? link : port;
    case collective_kind::broadcast:
      return together ? link : std::max(by_any, port / fewest);
  }
  return 0.0;
}

}  // namespace

TEST_CASE("no collective is faster than its bytes over the data sheet's rates") {
  laws::dice d(191);
  for (int number = 0; number < 50000; ++number) {
    const fabrics::cluster c = fabrics::random_cluster(d);
    const collective<double> op = fabrics::random_collective(d);
    CAPTURE(number);
    CAPTURE(static_cast<int>(op.kind));
    REQUIRE(time_of(c, op).value() >= least_time(c, op) * (1.0 - 1e-12));
  }
}

TEST_CASE("a longer message, a slower link, memory or network never makes a collective faster") {
  laws::dice d(192);
  for (int number = 0; number < 20000; ++number) {
    const fabrics::cluster c = fabrics::random_cluster(d);
    const collective<double> op = fabrics::random_collective(d);
    const double factor = d.flip() ? d.between(1.0, 1.01) : laws::log_between(d, 1.0, 100.0);
    const double before = time_of(c, op).value() * (1.0 - 1e-12);
    collective<double> longer = op;
    longer.message *= factor;
    fabrics::cluster link = c;
    link.scale_up.rate /= factor;
    fabrics::cluster network = c;
    network.network.rate /= factor;
    fabrics::cluster memory = c;
    memory.accelerator.memory_rate /= factor;
    CAPTURE(number);
    REQUIRE(time_of(c, longer).value() >= before);
    REQUIRE(time_of(link, op).value() >= before);
    REQUIRE(time_of(network, op).value() >= before);
    REQUIRE(time_of(memory, op).value() >= before);
  }
}

TEST_CASE("times are continuous in the message but at the engine's size, where they jump up") {
  laws::dice d(193);
  for (int number = 0; number < 20000; ++number) {
    const fabrics::cluster c = fabrics::random_cluster(d);
    const collective<double> op = fabrics::random_collective(d);
    const double most = c.accelerator.efficiency.collectives.engine_most.value();
    collective<double> next = op;
    next.message *= 1.0 + 1e-9;
    if (op.message.value() < most && !(next.message.value() < most)) continue;
    CAPTURE(number);
    REQUIRE(time_of(c, next).value() == doctest::Approx(time_of(c, op).value()).epsilon(2e-9));
  }
}

TEST_CASE("over a dual the value is that of the double, and the slope that of a difference") {
  using scalar = dual<1>;
  laws::dice d(194);
  for (int number = 0; number < 3000; ++number) {
    const fabrics::cluster c = fabrics::random_cluster(d);
    const collective<double> op = fabrics::random_collective(d);
    const double v = op.message.value();
    const auto message = bytes<scalar>::from_value(scalar::input(v, 0));
    const scalar t =
        time_of(fabrics::lift<scalar>(c), collective<scalar>{op.kind, op.group, message}).value();
    collective<double> next = op;
    next.message *= 1.0 + 1e-7;
    CAPTURE(number);
    REQUIRE(t.value == about(time_of(c, op).value()));
    const double step = time_of(c, next).value() - t.value;
    if (step < 1e-9 * t.value || step > 2e-7 * t.value) continue;  // lost in rounding, or a jump
    REQUIRE(t.slope[0] * v * 1e-7 == doctest::Approx(step).epsilon(0.05).scale(0.0));
  }
}
