// SPDX-License-Identifier: BSL-1.0
#include "shardline/plan/calibration/operators.hpp"

#include <limits>

#include "calibration_cases.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"

using namespace shardline;
using namespace shardline::literals;
using namespace calibration_cases;

namespace {

using timed_accelerator = basic_accelerator<double, fitted>;

constexpr auto wide = kernel_format::wide;

// An accelerator that was never measured, with made-up constants.
timed_accelerator made_up(const accelerator& a) {
  timed_accelerator t = with_fitted_kernels(a);
  fitted& f = t.efficiency;
  f.gemm[wide].bandwidth = 0.66;
  f.gemm[wide].compute = 0.71;
  f.gemm[wide].launch = 5.5_us;
  f.prefill[wide].compute = 0.5;
  f.prefill[wide].launch = 12_us;
  f.decode[wide].bandwidth = 0.7;
  f.decode[wide].launch = 6_us;
  f.experts[wide].compute = 0.6;
  f.experts[wide].bandwidth = 0.7;
  f.experts[wide].launch = 30_us;
  f.elementwise.launch = 3_us;
  f.elementwise.norm = 2e-10;
  return t;
}

const truth of_gemm{{"bandwidth", 0.66}, {"compute", 0.71}, {"launch", 5.5}};
const truth of_prompts{{"compute", 0.5}, {"launch", 12.0}};
const truth of_decode{{"bandwidth", 0.7}, {"launch", 6.0}};
const truth of_experts{{"compute", 0.6}, {"bandwidth", 0.7}, {"launch", 30.0}};
const truth of_vectors{{"launch", 3.0}, {"norm", 2e-10}};

struct timings {
  timed_accelerator accelerator;
  std::vector<operator_timing> all{};

  template <class Operator>
  void add(const Operator& op) {
    const double time = detail::kernel_seconds(accelerator, op);
    all.push_back({op, seconds<>::from_value(time)});
  }
  void add_gemms(const std::vector<double>& rows, const weight_format& format) {
    for (const double m : rows) {
      for (const integer n : {1024, 4096, 6144, 8192, 28672}) {
        for (const integer k : {4096, 8192}) add(gemm_kernel(m, n, k, format));
      }
    }
  }
  void add_attention() {
    for (const integer heads : {8, 16, 32, 64}) {
      for (const double length : {512.0, 2048.0, 8192.0, 32768.0}) {
        for (const double n : {1.0, 4.0}) add(prompt_kernel(n, length, {heads, 8, 128}));
        for (const double n : {1.0, 16.0, 64.0}) add(decode_kernel(n, length, {heads, 8, 128}));
      }
    }
  }
  void add_experts() {
    for (const double tokens : {1.0, 16.0, 128.0, 1024.0, 4096.0, 16384.0}) {
      for (const integer experts : {8, 64, 128}) {
        for (const integer width : {768, 2048}) {
          add(expert_kernel(tokens, experts, 4, 4096, width, formats::bf16));
        }
      }
    }
  }
  void add_vectors() {
    for (const integer width : {1024, 4096, 8192}) {
      for (double rows = 1.0; rows < 1e5; rows *= 4.0) {
        const auto traffic = bytes<>::from_value(rows * 4.0 * real<double>(width));
        add(vector_kernel(vector_kind::norm, width, traffic));
      }
    }
  }
  void disturb(bool outliers) {
    disturbance d(1, outliers);
    for (operator_timing& t : all) t.measured = seconds<>::from_value(d(t.measured.value()));
  }
};

const std::vector<double> all_rows{1.0, 8.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0};

timings all_kernels(const accelerator& a) {
  timings t{made_up(a)};
  t.add_gemms(all_rows, formats::bf16);
  t.add_attention();
  t.add_experts();
  t.add_vectors();
  return t;
}

const std::vector<free_constants> vector_constants{{kernel_kind::elementwise, {"launch", "norm"}}};

const curve_report& report_of(const policy_calibration<fitted>& found, const std::string& curve) {
  for (const curve_report& r : found.curves) {
    if (r.curve == curve) return r;
  }
  FAIL(curve);
  return found.curves.front();
}

}  // namespace

TEST_CASE("constants of two accelerators never measured are found from exact timings") {
  for (const accelerator& a : {catalog::h20, catalog::mi325x}) {
    CAPTURE(a.name.view());
    const timings t = all_kernels(a);
    const auto start = with_fitted_kernels(a);
    REQUIRE(start.efficiency.source == provenance::transferred);
    const auto found = calibrate_operators(start, t.all, vector_constants);
    REQUIRE(found.fault == "");
    CHECK(found.policy.source == provenance::measured);
    CHECK(found.curves.size() == 5);
    check_exact(report_of(found, "matrix multiplication, 16 bits"), of_gemm);
    check_exact(report_of(found, "attention of prompts, 16 bits"), of_prompts);
    check_exact(report_of(found, "attention of decode steps, 16 bits"), of_decode);
    check_exact(report_of(found, "routed experts, 16 bits"), of_experts);
    check_exact(report_of(found, "vector kernels"), of_vectors);
    for (const curve_report& r : found.curves) {
      REQUIRE(r.validated_mape.has_value());
      CHECK(*r.validated_mape < 1e-6);
    }
    // The policy predicts what was measured, and what was not keeps its curves.
    const gemm<double> unseen = gemm_kernel(777.0, 5000, 3000, formats::bf16);
    CHECK(detail::kernel_seconds(with_efficiency(a, found.policy), unseen) ==
          doctest::Approx(detail::kernel_seconds(t.accelerator, unseen)).epsilon(1e-6));
    CHECK(found.policy.gemm[kernel_format::narrow].bandwidth ==
          start.efficiency.gemm[kernel_format::narrow].bandwidth);
  }
}

TEST_CASE("timings of which one in five is three times too long fit the same constants") {
  timings good = all_kernels(catalog::h20);
  timings bad = good;
  good.disturb(false);
  bad.disturb(true);
  const auto start = with_fitted_kernels(catalog::h20);
  const auto without = calibrate_operators(start, good.all, vector_constants);
  const auto with = calibrate_operators(start, bad.all, vector_constants);
  REQUIRE(without.fault == "");
  REQUIRE(with.fault == "");
  const std::vector<std::pair<std::string, truth>> curves{
      {"matrix multiplication, 16 bits", of_gemm},
      {"attention of prompts, 16 bits", of_prompts},
      {"attention of decode steps, 16 bits", of_decode},
      {"routed experts, 16 bits", of_experts},
      {"vector kernels", of_vectors}};
  for (const auto& [curve, constants] : curves) {
    check_robust(report_of(with, curve), report_of(without, curve), constants);
  }
}

TEST_CASE("a policy is measured once all that a step mostly consists of is") {
  timings t{made_up(catalog::h20)};
  t.add_gemms(all_rows, formats::bf16);
  const auto found = calibrate_operators(with_fitted_kernels(catalog::h20), t.all);
  REQUIRE(found.fault == "");
  CHECK(found.curves.front().source == provenance::measured);
  CHECK(found.policy.source == provenance::transferred);
}

TEST_CASE("multiplications that wait for memory leave open what hides behind it") {
  timings t{made_up(catalog::l4)};
  for (const double m : {1.0, 2.0}) {
    for (const integer n : {28672, 57344, 114688}) t.add(gemm_kernel(m, n, 8192, formats::bf16));
  }
  t.disturb(false);
  const auto start = with_fitted_kernels(catalog::l4);
  const auto found = calibrate_operators(start, t.all);
  CHECK(found.fault ==
        "matrix multiplication, 16 bits: launch: not determined by these measurements; allowed: "
        "measurements that it changes on its own");
  CHECK(found.policy.gemm[wide].bandwidth == start.efficiency.gemm[wide].bandwidth);
  // What they do determine is found once it alone is asked for.
  const auto memory = calibrate_operators(start, t.all, {{kernel_kind::gemm, {"bandwidth"}}});
  REQUIRE(memory.fault == "");
  CHECK(memory.curves.front().constants.size() == 1);
}

TEST_CASE("constants that only their product shows of are refused together") {
  timings t{made_up(catalog::h20)};
  // One tile of rows: every shape runs in small tiles.
  t.add_gemms({16.0, 32.0}, formats::bf16);
  const auto found =
      calibrate_operators(with_fitted_kernels(catalog::h20), t.all,
                          {{kernel_kind::gemm, {"bandwidth", "compute", "small_tile", "launch"}}});
  CHECK(
      found.fault ==
      "matrix multiplication, 16 bits: compute: determined only together with small_tile by these "
      "measurements; allowed: measurements that each changes on its own");
}

TEST_CASE("timings of different formats fit different curves") {
  timings t{made_up(catalog::h20)};
  t.accelerator.efficiency.gemm[kernel_format::narrow].compute = 0.55;
  t.add_gemms(all_rows, formats::bf16);
  t.add_gemms(all_rows, formats::fp8);
  const auto found = calibrate_operators(with_fitted_kernels(catalog::h20), t.all);
  REQUIRE(found.fault == "");
  REQUIRE(found.curves.size() == 2);
  CHECK(found.policy.gemm[wide].compute == doctest::Approx(0.71).epsilon(1e-6));
  CHECK(found.policy.gemm[kernel_format::narrow].compute == doctest::Approx(0.55).epsilon(1e-6));
  CHECK(found.curves[1].find("quantise") != nullptr);
  CHECK(found.curves[1].timings.front() == 70);
}

TEST_CASE("wrong timings are refused by field, value and what is allowed") {
  const auto start = with_fitted_kernels(catalog::h20);
  const auto fault = [&](const std::vector<operator_timing>& t,
                         const std::vector<free_constants>& chosen = {}) {
    return calibrate_operators(start, t, chosen).fault;
  };
  const gemm<double> op = gemm_kernel(64.0, 4096, 4096, formats::bf16);
  const auto nan = seconds<>::from_value(std::numeric_limits<double>::quiet_NaN());
  const auto inf = seconds<>::from_value(std::numeric_limits<double>::infinity());
  CHECK(fault({}) == "timings: none; allowed: at least one");
  CHECK(fault({{op, 5_us}, {op, seconds<>{}}}) ==
        "timings[1].measured [s]: 0; allowed: a positive number");
  CHECK(fault({{op, -5_us}}) == "timings[0].measured [s]: -5e-06; allowed: a positive number");
  CHECK(fault({{op, nan}}) == "timings[0].measured [s]: nan; allowed: a positive number");
  CHECK(fault({{op, inf}}) == "timings[0].measured [s]: inf; allowed: a positive number");
  CHECK(fault({{op, 5_us}}) ==
        "matrix multiplication, 16 bits: measurements: 1; allowed: more than the 3 unknowns");
  CHECK(fault({{gemm_kernel(0.0, 4096, 4096, formats::bf16), 5_us}}) ==
        "timings[0].op.rows: 0; allowed: a positive number");
  CHECK(fault({{gemm_kernel(1.0, -4096, 4096, formats::bf16), 5_us}}) ==
        "timings[0].op.weight.n: -4096; allowed: a positive number");
  CHECK(fault({{decode_kernel(8.0, -1.0, {}), 5_us}}) ==
        "timings[0].op.context: -1; allowed: zero or a positive number");
  CHECK(fault({{prompt_kernel(1.0, 64.0, {0, 8, 128}), 5_us}}) ==
        "timings[0].op.heads: 0; allowed: a positive number");
  CHECK(fault({{vector_kernel(vector_kind::norm, 8, {}), 5_us}}) ==
        "timings[0].op.traffic [bytes]: 0; allowed: a positive number");
  CHECK(fault({{op, 5_us}}, {{kernel_kind::decode, {}}}) ==
        "timings: none of attention of decode steps; allowed: at least one of each kind that is to "
        "be fitted");
  CHECK(fault({{vector_kernel(vector_kind::norm, 8, 1_MB), 5_us}},
              {{kernel_kind::elementwise, {"mfu"}}}) ==
        "vector kernels: constant: mfu; allowed: launch, bandwidth, walk, norm, activation, "
        "rotary, lookup");
  CHECK(fault({{vector_kernel(vector_kind::norm, 8, 1_MB), 5_us}},
              {{kernel_kind::elementwise, {"norm", "norm"}}}) ==
        "vector kernels: constant: norm, repeated; allowed: each name once");
}

namespace {

// Constants of a curve by name.
template <class Curve>
std::vector<parameter<Curve>> named(const std::vector<std::string>& names) {
  std::vector<parameter<Curve>> found;
  for (const parameter<Curve>& p : constants_of(Curve{})) {
    if (std::find(names.begin(), names.end(), p.name) != names.end()) found.push_back(p);
  }
  return found;
}

static_assert(gemm_kernel(16.0, 1024, 4096, formats::bf16).flops().value() == 134217728.0);
static_assert(attention_kernel(phase::prefill, 1.0, 10.0, 0.0, {}).bytes_per_token == 4096.0);
static_assert(prompt_kernel(2.0, 1000.0, {}).sequences == 2.0 &&
              prompt_kernel(2.0, 1000.0, {}).new_tokens == 1000.0);
static_assert(decode_kernel(64.0, 4095.0, {}).new_tokens == 1.0 &&
              decode_kernel(64.0, 4095.0, {}).context == 4095.0);
static_assert(vector_kernel(vector_kind::norm, 8192, 1_MB).traffic.value() == 1e6);
static_assert(name(kernel_kind::experts) == "routed experts" &&
              static_cast<int>(kernel_kind::experts) + 1 == 6 &&
              static_cast<int>(kernel_kind::elementwise) + 1 == 7);
static_assert(name(kernel_format::narrow) == "8 bits" &&
              static_cast<int>(kernel_format::narrow) + 1 == 2 && kernel_format_count == 6);

}  // namespace

TEST_CASE("documented: kernels of experts, and how many constants there are") {
  const expert_layer layer = expert_kernel(4.0, 8, 2, 64, 32, formats::bf16);
  CHECK(layer.up.rows == 8.0);
  CHECK(layer.up.matrices_read == doctest::Approx(5.46875).epsilon(1e-12));
  CHECK(constants_of(gemm_curve<>{}).size() == 10);
  CHECK(usual_constants(gemm_curve<>{}).size() == 3);
  CHECK(constants_of(prefill_curve<>{}).size() == 10);
  CHECK(usual_constants(prefill_curve<>{}).size() == 2);
  CHECK(constants_of(decode_curve<>{}).size() == 14);
  CHECK(usual_constants(decode_curve<>{}).size() == 2);
  CHECK(constants_of(expert_curve<>{}).size() == 10);
  CHECK(usual_constants(expert_curve<>{}).size() == 3);
  CHECK(constants_of(elementwise_curve<>{}).size() == 7);
  CHECK(usual_constants(elementwise_curve<>{}).size() == 2);
}

TEST_CASE("documented: a curve with other constants, fitted to timings and left out of them") {
  const auto launch = named<gemm_curve<>>({"launch"});
  REQUIRE(launch.size() == 1);
  CHECK(with_constants(gemm_curve<>{}, launch, {3.0}).launch.value() ==
        doctest::Approx(3e-6).scale(0.0).epsilon(1e-12));
  gemm_curve<> full;
  full.compute = 1.0;
  const auto share = starting_at(full, named<gemm_curve<>>({"compute"}));
  REQUIRE(share.size() == 1);
  CHECK(share[0].initial == doctest::Approx(0.9902).scale(0.0).epsilon(1e-12));

  const timed_accelerator a = made_up(catalog::h20);
  const auto predict = [&a](const gemm_curve<>& c, const gemm<double>& op) {
    timed_accelerator with = a;
    with.efficiency.gemm[wide] = c;
    return detail::kernel_seconds(with, op);
  };
  std::vector<timed<gemm<double>>> rows;
  for (const double m : {1.0, 64.0, 4096.0, 16384.0}) {
    for (const integer n : {1024, 4096, 28672}) {
      const gemm<double> op = gemm_kernel(m, n, 4096, formats::bf16);
      rows.push_back({op, detail::kernel_seconds(a, op), static_cast<std::size_t>(n)});
    }
  }
  const gemm_curve<> guessed = with_fitted_kernels(catalog::h20).efficiency.gemm[wide];
  const auto parameters = starting_at(guessed, named<gemm_curve<>>({"bandwidth", "compute"}));
  const auto fit = fit_curve(a.efficiency.gemm[wide], parameters, rows, predict);
  REQUIRE(fit.found.fault == "");
  CHECK(fit.curve.bandwidth == doctest::Approx(0.66).scale(0.0).epsilon(1e-6));
  CHECK(fit.curve.compute == doctest::Approx(0.71).scale(0.0).epsilon(1e-6));
  const validation left_out = validated(a.efficiency.gemm[wide], parameters, rows, predict);
  REQUIRE(left_out.predictions.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(left_out.predictions[i] / rows[i].measured ==
          doctest::Approx(1.0).scale(0.0).epsilon(1e-6));
  }
}
