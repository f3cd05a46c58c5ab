// Matrix multiplications: op_gemm.csv.
#include <memory>
#include <string>

#include "constants.hpp"
#include "families.hpp"
#include "policies.hpp"
#include "table.hpp"

namespace accuracy {

namespace {

namespace curves = shardline::catalog::curves;
using shardline::count;
using curve = shardline::gemm_curve<>;

struct product {
  std::shared_ptr<const kernels> of{};
  shardline::gemm<double> op{};
};

double predicted(const curve& c, const product& p) {
  auto& a = p.of->trial;
  a.efficiency.gemm[kernel_of(p.op.weight.format)] = c;
  return time_of(a, p.op).total().value();
}

// Weights as the benchmark stores them; scales are a thousandth of the bytes.
shardline::weight_format format_of(const std::string& dtype) {
  if (dtype == "fp8") return {shardline::precision::fp8, shardline::precision::fp8};
  if (dtype == "fp8_block") return {shardline::precision::fp8, shardline::precision::fp8, 128, 128};
  return shardline::formats::bf16;
}

constant<curve> share(const std::string& name, double curve::*member, const indices& in,
                      double start, double lowest) {
  return shared(name, member, in, start, lowest, 1.0);
}

void add_matrix_constants(study<curve, product>& s, const indices& in, bool small_tiles) {
  s.constants.push_back(share("bandwidth", &curve::bandwidth, in, 0.8, 0.3));
  s.constants.push_back(share("compute", &curve::compute, in, 0.85, 0.3));
  if (small_tiles) s.constants.push_back(share("small_tile", &curve::small_tile, in, 0.85, 0.3));
}
void add_tail(study<curve, product>& s, const indices& in) {
  s.constants.push_back(share("tail", &curve::tail, in, 0.3, 0.0));
}
void add_throttle(study<curve, product>& s, const indices& in) {
  s.constants.push_back(share("throttle", &curve::throttle, in, 0.2, 0.0));
}
void add_launch(study<curve, product>& s, const indices& in) {
  s.constants.push_back(shared("launch", &curve::launch, in, 3.0, 0.5, 20.0));
}
void add_reduction(study<curve, product>& s, const indices& in) {
  s.constants.push_back(shared("reduction", &curve::reduction, in, 2.0, 0.0, 20.0));
}
// Where inputs are quantised there are two launches, and only their sum shows: one stays.
void add_quantisation(study<curve, product>& s, const std::string& engine, const indices& in) {
  s.constants.push_back(shared("quantise" + engine, &curve::quantise, in, 3.0, 0.0, 20.0));
  s.constants.push_back(
      share("quantise_bandwidth" + engine, &curve::quantise_bandwidth, in, 0.5, 0.1));
}

study<curve, product> wide_a100() {
  study<curve, product> s{{"gemm_a100_wide"}, {curves::gemm_a100_wide}, {}, {}, &predicted};
  add_matrix_constants(s, {0}, true);
  add_launch(s, {0});
  add_reduction(s, {0});
  return s;
}
study<curve, product> wide_h100() {
  study<curve, product> s{{"gemm_h100_wide"}, {curves::gemm_h100_wide}, {}, {}, &predicted};
  add_matrix_constants(s, {0}, true);
  add_tail(s, {0});
  add_throttle(s, {0});
  add_launch(s, {0});
  add_reduction(s, {0});
  return s;
}
study<curve, product> narrow() {
  study<curve, product> s{{"gemm_h100_narrow_vllm", "gemm_h100_narrow_tensorrt_llm"},
                          {curves::gemm_h100_narrow_vllm, curves::gemm_h100_narrow_tensorrt_llm},
                          {},
                          {},
                          &predicted};
  add_matrix_constants(s, {0, 1}, true);
  add_tail(s, {0, 1});
  add_throttle(s, {0, 1});
  add_reduction(s, {0, 1});
  add_quantisation(s, ", vLLM", {0});
  add_quantisation(s, ", TensorRT-LLM", {1});
  return s;
}
study<curve, product> block_vllm() {
  study<curve, product> s{
      {"gemm_h100_block_vllm"}, {curves::gemm_h100_block_vllm}, {}, {}, &predicted};
  add_matrix_constants(s, {0}, false);
  add_throttle(s, {0});
  add_quantisation(s, "", {0});
  return s;
}
study<curve, product> block_tensorrt_llm() {
  study<curve, product> s{
      {"gemm_h100_block_tensorrt_llm"}, {curves::gemm_h100_block_tensorrt_llm}, {}, {}, &predicted};
  add_matrix_constants(s, {0}, true);
  add_tail(s, {0});
  add_throttle(s, {0});
  add_quantisation(s, "", {0});
  return s;
}

// Study and curve of a row; fp8 before fp8_block, vLLM before TensorRT-LLM.
std::pair<std::size_t, std::size_t> place_of(const kernels& k, const std::string& dtype) {
  if (k.is_a100()) return {0, 0};
  if (dtype == "fp8") return {2, k.is_vllm() ? 0 : 1};
  if (dtype == "fp8_block") return {k.is_vllm() ? 3 : 4, 0};
  return {1, 0};
}

studies<curve, product> gemm_studies(const std::string& folder) {
  studies<curve, product> all{wide_a100(), wide_h100(), narrow(), block_vllm(),
                              block_tensorrt_llm()};
  table<7> rows(folder + "/op_gemm.csv",
                {"system", "framework_version", "gemm_dtype", "m", "n", "k", "latency_us"});
  while (rows.next()) {
    const auto k = kernels_of(rows.word(0), rows.word(1));
    product p{k, {}};
    p.op.rows = rows.number(3);
    p.op.weight = {shardline::weight_class::attention, format_of(rows.word(2)),
                   static_cast<count>(rows.number(5)), static_cast<count>(rows.number(4))};
    const auto [of, curve_of] = place_of(*k, rows.word(2));
    const bool wide = rows.word(2) == "bfloat16";
    all[of].samples.push_back({curve_of, p, k->gpu(), rows.word(4) + " " + rows.word(5),
                               wide ? "gemm, bf16" : "gemm, fp8", rows.word(2) + ", " + k->name(),
                               "gemm, " + rows.word(2),
                               k->is_a100() ? "gemm_h100_wide" : "gemm_a100_wide",
                               observed(*k, p.op, rows.number(6) * 1e-6)});
  }
  return all;
}

}  // namespace

scores gemm_scores(const std::string& folder) {
  scores found;
  add_scores(gemm_studies(folder), found);
  return found;
}

std::string gemm_constants(const std::string& folder) {
  const std::vector<member<curve>> members{{"bandwidth", &curve::bandwidth},
                                           {"compute", &curve::compute},
                                           {"small_tile", &curve::small_tile},
                                           {"row_floor", &curve::row_floor},
                                           {"tail", &curve::tail},
                                           {"throttle", &curve::throttle},
                                           {"launch", &curve::launch},
                                           {"reduction", &curve::reduction},
                                           {"quantise", &curve::quantise},
                                           {"quantise_bandwidth", &curve::quantise_bandwidth},
                                           {"tile", &curve::tile}};
  return text_of("gemm_curve<>", members, gemm_studies(folder));
}

}  // namespace accuracy
