// Matrix multiplications: op_gemm.csv.
#include <map>
#include <string>

#include "families.hpp"
#include "policies.hpp"
#include "table.hpp"
#include "validate.hpp"

namespace accuracy {

namespace {

using shardline::count;
using curve = shardline::gemm_curve<>;
using product = shardline::gemm<double>;

struct measured_kernels {
  kernels of{};
  std::vector<sample<product>> samples{};
};

// Weights as the benchmark stores them; scales are a thousandth of the bytes.
shardline::weight_format format_of(const std::string& dtype) {
  if (dtype == "fp8") return {shardline::precision::fp8, shardline::precision::fp8};
  if (dtype == "fp8_block") return {shardline::precision::fp8, shardline::precision::fp8, 128, 128};
  return shardline::formats::bf16;
}

std::vector<parameter<curve>> parameters_of(const curve& shipped, bool hopper) {
  std::vector<parameter<curve>> p{{"bandwidth", &curve::bandwidth, nullptr, 0.8, 0.3, 1.0},
                                  {"compute", &curve::compute, nullptr, 0.85, 0.3, 1.0},
                                  {"small_tile", &curve::small_tile, nullptr, 0.85, 0.3, 1.0}};
  // Where inputs are quantised there are two launches, and only their sum shows.
  if (shipped.quantise_bandwidth == 0.0) {
    p.push_back({"launch", nullptr, &curve::launch, 3.0, 0.5, 20.0});
  }
  if (shipped.reduction < shardline::catalog::curves::never_split) {
    p.push_back({"reduction", nullptr, &curve::reduction, 2.0, 0.0, 20.0});
  }
  if (hopper) {
    p.push_back({"tail", &curve::tail, nullptr, 0.3, 0.0, 1.0});
    p.push_back({"throttle", &curve::throttle, nullptr, 0.2, 0.0, 1.0});
  }
  if (shipped.quantise_bandwidth > 0.0) {
    p.push_back({"quantise", nullptr, &curve::quantise, 3.0, 0.0, 20.0});
    p.push_back({"quantise_bandwidth", &curve::quantise_bandwidth, nullptr, 0.5, 0.1, 1.0});
  }
  return p;
}

family scored(const std::string& name, const measured_kernels& m) {
  family f{name, {}};
  const auto format = kernel_of(m.samples.front().op.weight.format);
  const bool hopper = m.of.bare.name == "h100-sxm";
  const auto predict = [&](const curve& c, const product& op) {
    auto a = m.of.fitted;
    a.efficiency.gemm[format] = c;
    return time_of(a, op).total().value();
  };
  const curve& shipped = m.of.fitted.efficiency.gemm[format];
  const auto predictions = validated(shipped, parameters_of(shipped, hopper), m.samples, predict);
  for (std::size_t i = 0; i < m.samples.size(); ++i) {
    f.rows.push_back(observed(m.of, m.samples[i].op, m.samples[i].measured));
    f.rows.back().validated = predictions[i];
  }
  return f;
}

}  // namespace

std::vector<family> gemm_families(const std::string& folder) {
  std::map<std::string, measured_kernels> by_name;
  table<7> rows(folder + "/op_gemm.csv",
                {"system", "framework_version", "gemm_dtype", "m", "n", "k", "latency_us"});
  groups shapes;
  while (rows.next()) {
    const kernels k = kernels_of(rows.word(0), rows.word(1));
    product op;
    op.rows = rows.number(3);
    op.weight = {shardline::weight_class::attention, format_of(rows.word(2)),
                 static_cast<count>(rows.number(5)), static_cast<count>(rows.number(4))};
    measured_kernels& m = by_name[rows.word(2) + ", " + k.name()];
    m.of = k;
    m.samples.push_back(
        {op, rows.number(6) * 1e-6, shapes.number(rows.word(4) + " " + rows.word(5))});
  }
  std::vector<family> all;
  for (const auto& [name, m] : by_name) all.push_back(scored(name, m));
  return all;
}

}  // namespace accuracy
