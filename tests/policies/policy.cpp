// SPDX-License-Identifier: BSL-1.0
#include "shardline/policies/policy.hpp"

#include <doctest/doctest.h>

#include "shardline/base/dual.hpp"
#include "shardline/estimate/estimate.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

// A policy of a consumer's own: small gemms reach less of the peak. It answers by functions in its
// namespace, as the header says.
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
template <class T>
constexpr seconds<T> host_time(const by_size&, const rank_step<T>& s, integer,
                               const seconds<T>&) noexcept {
  return seconds<T>::from_value(T(1e-6) * s.tokens);
}
template <class T>
constexpr seconds<T> admission_time(const by_size&, const seconds<T>& step,
                                    const T& busy) noexcept {
  return step * busy;
}
template <class T>
constexpr basic_residuals<T> residuals_of(const by_size&) noexcept {
  return {.step = {T(0.5), T(2.0)}};
}
constexpr provenance source_of(const by_size&) noexcept { return provenance::measured; }

// One that answers as the data sheet does but for launches.
struct launching : datasheet {};
template <class T>
constexpr seconds<T> launch_time(const launching&) noexcept {
  return seconds<T>::from_value(T(3e-6));
}

// What no policy is, or none yet: nothing, and everything but one answer each.
struct nothing {};

struct shares_only {};
template <class T, class Operator>
constexpr T compute_share(const shares_only&, const Operator&) noexcept {
  return T(1.0);
}
template <class T, class Operator>
constexpr T memory_share(const shares_only&, const Operator&) noexcept {
  return T(1.0);
}
template <class T>
constexpr T link_share(const shares_only&, const collective<T>&) noexcept {
  return T(1.0);
}
template <class T>
constexpr seconds<T> launch_time(const shares_only&) noexcept {
  return {};
}

struct silent_host : datasheet {};
template <class T>
seconds<T> host_time(const silent_host&, const rank_step<T>&, integer, const seconds<T>&) = delete;
struct silent_admission : datasheet {};
template <class T>
seconds<T> admission_time(const silent_admission&, const seconds<T>&, const T&) = delete;
struct silent_residuals : datasheet {};
template <class T>
basic_residuals<T> residuals_of(const silent_residuals&) = delete;
struct silent_source : datasheet {};
provenance source_of(const silent_source&) = delete;
struct silent_shares : datasheet {};
template <class T, class Operator>
T memory_share(const silent_shares&, const Operator&) = delete;

static_assert(efficiency_policy<datasheet, double> && efficiency_policy<datasheet, dual<2>>);
static_assert(efficiency_policy<constant, double>);
static_assert(efficiency_policy<basic_constant<dual<2>>, dual<2>>);
static_assert(!efficiency_policy<constant, dual<2>>, "a policy has the scalar of its cluster");
static_assert(efficiency_policy<by_size, double> && efficiency_policy<by_size, dual<2>>);
static_assert(efficiency_policy<launching, double>);
static_assert(!efficiency_policy<fitted, double>, "nothing here includes what fitted answers");
static_assert(!efficiency_policy<nothing, double> && !efficiency_policy<int, double>);
static_assert(!efficiency_policy<shares_only, double>, "of four shares alone no step is priced");
static_assert(!efficiency_policy<silent_shares, double>);
static_assert(!efficiency_policy<silent_host, double>);
static_assert(!efficiency_policy<silent_admission, double>);
static_assert(!efficiency_policy<silent_residuals, double>);
static_assert(!efficiency_policy<silent_source, double>);

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

TEST_CASE("each policy says where its figures come from, and in words") {
  CHECK(source_of(datasheet{}) == provenance::datasheet);
  CHECK(source_of(constant{}) == provenance::constant);
  CHECK(source_of(by_size{}) == provenance::measured);
  CHECK(name(provenance::datasheet) == "datasheet");
  CHECK(name(provenance::constant) == "constant");
  CHECK(name(provenance::transferred) == "transferred");
  CHECK(name(provenance::measured) == "measured");
  CHECK(less_sure(provenance::measured, provenance::transferred) == provenance::transferred);
  CHECK(less_sure(provenance::datasheet, provenance::constant) == provenance::datasheet);
}

TEST_CASE("data sheet and constant know of no host, and not how sure they are") {
  const auto none = [](const auto& policy) {
    CHECK(host_time(policy, rank_step<double>{}, 8, 1_ms) == 0_s);
    CHECK(admission_time(policy, 1_ms, 1.0) == 0_s);
    CHECK(residuals_of<double>(policy).step.low == 1.0);
    CHECK(residuals_of<double>(policy).step.high == 1.0);
  };
  none(datasheet{});
  none(constant{.mfu = 0.5});
}

TEST_CASE("a policy derived from another answers with that one's functions where it has none") {
  constexpr accelerator best{.peak = {.bf16 = 1_TFLOPS}, .memory_rate = 1_TBps};
  constexpr auto chip = with_efficiency(best, launching{});
  CHECK(time_of(chip, some_gemm).compute == time_of(best, some_gemm).compute);
  CHECK(time_of(chip, some_gemm).launch == 3_us);
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
  CHECK(own.source == provenance::measured);
  CHECK(own.decode.terms[static_cast<std::size_t>(term::host)] == 1_us);
  CHECK(own.bands.decode.low == own.decode.total() * 0.5);
  CHECK(own.bands.decode.high == own.decode.total() * 2.0);
  constexpr auto sheet = estimate(make_cluster(best, 1), small, layout{}, workload{});
  static_assert(own.feasibility.feasible(), "a policy without ranges of its own has valid values");
  CHECK(own.prefill.total() > sheet.prefill.total());
  CHECK(sheet.source == provenance::datasheet);
  constexpr auto usual = estimate(make_cluster(with_efficiency(best, constant{.mfu = 0.5}), 1),
                                  small, layout{}, workload{});
  CHECK(usual.source == provenance::constant);
}
