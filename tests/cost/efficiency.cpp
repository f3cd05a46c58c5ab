#include "shardline/cost/efficiency.hpp"

#include <doctest/doctest.h>

#include "shardline/estimate/estimate.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

// A policy of a consumer's own: small gemms reach less of the peak. It is four overloads, as the
// header says, found by argument-dependent lookup in the policy's namespace.
struct by_size {
  double large = 1.0;
};

template <class T, class Operator>
constexpr T compute_share(const by_size& policy, const Operator& op) noexcept {
  return T(op.flops() > flops<T>::from_value(T(1e9)) ? policy.large : policy.large / 2.0);
}
template <class T, class Operator>
constexpr T memory_share(const by_size&, const Operator&) noexcept {
  return T(1.0);
}
template <class T>
constexpr T link_share(const by_size&, const collective<T>&) noexcept {
  return T(1.0);
}
template <class T>
constexpr seconds<T> launch_time(const by_size&) noexcept {
  return {};
}

constexpr gemm<double> some_gemm{term::head, {weight_class::head, formats::bf16, 4, 4}, 1.0};
constexpr collective<double> some_collective{};

}  // namespace

TEST_CASE("the data sheet is reached in full, and launches cost nothing") {
  CHECK(compute_share<double>(datasheet{}, some_gemm) == 1.0);
  CHECK(memory_share<double>(datasheet{}, some_gemm) == 1.0);
  CHECK(link_share(datasheet{}, some_collective) == 1.0);
  CHECK(launch_time<double>(datasheet{}) == 0_s);
}

TEST_CASE("a constant policy has its own share of each resource") {
  constexpr constant c{.mfu = 0.25, .bandwidth = 0.5, .link = 0.75, .launch = 3_us};
  CHECK(compute_share<double>(c, some_gemm) == 0.25);
  CHECK(memory_share<double>(c, some_gemm) == 0.5);
  CHECK(link_share(c, some_collective) == 0.75);
  CHECK(launch_time<double>(c) == 3_us);
}

TEST_CASE("a consumer's policy may look at the operator") {
  constexpr gemm<double> large{term::head, {weight_class::head, formats::bf16, 4096, 4096}, 4096.0};
  constexpr accelerator best{.peak = {.bf16 = 1_TFLOPS}, .memory_rate = 1_TBps};
  constexpr auto chip = with_efficiency(best, by_size{0.8});
  CHECK(time_of(chip, some_gemm).compute / time_of(best, some_gemm).compute ==
        doctest::Approx(1.0 / 0.4));
  CHECK(time_of(chip, large).compute / time_of(best, large).compute == doctest::Approx(1.0 / 0.8));
}

TEST_CASE("a consumer's policy prices a whole deployment, at compile time too") {
  constexpr accelerator best{.peak = {.bf16 = 1_TFLOPS}, .memory = 100_GB, .memory_rate = 1_TBps};
  constexpr model small{
      .hidden_size = 64,
      .layers = {{1,
                  {grouped_query_attention{.heads = 4, .kv_heads = 4, .head_dim = 16},
                   dense_feed_forward{.width = 64}}}}};
  constexpr auto own =
      estimate(make_cluster(with_efficiency(best, by_size{0.8}), 1), small, layout{}, workload{});
  constexpr auto sheet = estimate(make_cluster(best, 1), small, layout{}, workload{});
  static_assert(own.feasibility.feasible(), "a policy without ranges of its own has valid values");
  CHECK(own.prefill.total() > sheet.prefill.total());
}
