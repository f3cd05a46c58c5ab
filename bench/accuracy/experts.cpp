// Layers of routed experts: op_moe.csv. Times are those of the busiest rank. `balanced` rows have
// their tokens dealt out evenly; `power_law_x` rows draw each expert's load from density ~ load^-x
// and what the busiest rank gets of it is work/routing/routing.hpp's. All constants are fitted to that.
#include <algorithm>
#include <memory>
#include <string>

#include "constants.hpp"
#include "families.hpp"
#include "policies.hpp"
#include "shardline/work/routing/routing.hpp"
#include "study.hpp"
#include "table.hpp"

namespace accuracy {

namespace {

namespace curves = shardline::catalog::curves;
using shardline::count;
using curve = shardline::expert_curve<>;

// One rank's experts of a layer: both multiplications and all that lies around them.
struct expert_layer {
  std::shared_ptr<const kernels> of{};
  shardline::grouped_gemm<double> up{};
  shardline::grouped_gemm<double> down{};
  shardline::expert_activation<double> around{};
};

template <class Accelerator>
double total(const Accelerator& a, const expert_layer& l) {
  return (time_of(a, l.up).total() + time_of(a, l.down).total() + time_of(a, l.around).total())
      .value();
}

double predicted(const curve& c, const expert_layer& l) {
  auto& a = l.of->trial;
  a.efficiency.experts.of.fill(c);
  return total(a, l);
}

observation observed_layer(const curve& shipped, const expert_layer& l, double measured) {
  observation o;
  o.measured = measured;
  o.fitted = predicted(shipped, l);
  o.kernels = l.up.kernels() + l.down.kernels() + l.around.kernels();
  for (const auto& bound : {time_of(l.of->bare, l.up), time_of(l.of->bare, l.down)}) {
    o.compute += bound.compute.value();
    o.memory += bound.memory.value();
  }
  o.memory += time_of(l.of->bare, l.around).memory.value();
  return o;
}

shardline::weight_format format_of(const std::string& dtype) {
  namespace formats = shardline::formats;
  if (dtype == "fp8") return formats::fp8;
  if (dtype == "fp8_block") return formats::fp8_block;
  if (dtype == "int4_wo") return formats::int4_g128;
  if (dtype == "w4a16_mxfp4") return formats::mxfp4;
  return formats::bf16;
}

// Kernels by source and format, in the order of the studies.
struct kind {
  const char* gpu;
  const char* source;
  const char* dtype;
  const char* name;
  const char* like;
  const curve& shipped;
};
const kind kinds[]{
    {"a100-sxm", "vllm_fused_moe", "bfloat16", "a100_vllm_experts_bf16", "h100_vllm_experts_bf16",
     curves::a100_vllm_experts_bf16},
    {"h100-sxm", "vllm_fused_moe", "bfloat16", "h100_vllm_experts_bf16", "a100_vllm_experts_bf16",
     curves::h100_vllm_experts_bf16},
    {"h100-sxm", "vllm_fused_moe", "fp8", "h100_vllm_experts_fp8", "a100_vllm_experts_bf16",
     curves::h100_vllm_experts_fp8},
    {"h100-sxm", "vllm_fused_moe", "fp8_block", "h100_vllm_experts_fp8_block",
     "a100_vllm_experts_bf16", curves::h100_vllm_experts_fp8_block},
    {"h100-sxm", "vllm_marlin_int4_moe", "int4_wo", "h100_vllm_experts_int4", "",
     curves::h100_vllm_experts_int4},
    {"h100-sxm", "moe_torch_flow_cutlass", "bfloat16", "h100_tensorrt_experts_bf16",
     "a100_vllm_experts_bf16", curves::h100_tensorrt_experts_bf16},
    {"h100-sxm", "moe_torch_flow_cutlass", "fp8", "h100_tensorrt_experts_fp8",
     "a100_vllm_experts_bf16", curves::h100_tensorrt_experts_fp8},
    {"h100-sxm", "moe_torch_flow_cutlass", "fp8_block", "h100_tensorrt_experts_fp8_block",
     "a100_vllm_experts_bf16", curves::h100_tensorrt_experts_fp8_block},
    {"h100-sxm", "moe_torch_flow", "w4a16_mxfp4", "h100_triton_experts_mxfp4", "",
     curves::h100_triton_experts_mxfp4}};

study<curve, expert_layer> study_of(const kind& k) {
  study<curve, expert_layer> s{{k.name}, {k.shipped}, {}, {}, &predicted};
  s.constants = {shared("compute", &curve::compute, {0}, 0.8, 0.05, 1.0),
                 shared("launch", &curve::launch, {0}, 20.0, 1.0, 200.0),
                 shared("per_expert", &curve::per_expert, {0}, 0.03, 0.0, 3.0),
                 shared("block_rows", &curve::block_rows, {0}, 30.0, 0.0, 250.0),
                 shared("passes", &curve::passes, {0}, 1.5, 0.2, 8.0)};
  return s;
}

// Rows of the busiest rank, and its experts that they hit.
struct rank_rows {
  double rows = 0.0;
  double hit = 0.0;
};
rank_rows busiest(const shardline::expert_group& g, const std::string& distribution) {
  const std::string law = "power_law_";
  if (!distribution.starts_with(law)) {
    const double rows = std::max(1.0, g.routed_rows() / static_cast<double>(g.ep));
    return {rows, std::min(g.local(), rows)};
  }
  const auto load = shardline::power_law_load(g, std::stod(distribution.substr(law.size())));
  return {load.imbalance * g.mean_rows(), load.distinct};
}

expert_layer layer_of(const table<13>& row, const std::shared_ptr<const kernels>& of) {
  const auto number = [&](std::size_t column) { return static_cast<count>(row.number(column)); };
  const count hidden = number(4);
  const count width = number(5) / number(8);
  const shardline::expert_group g{number(7), number(6), number(9), row.number(11)};
  const count own = number(7) / number(9);
  const auto format = format_of(row.word(3));
  const rank_rows r = busiest(g, row.word(10));
  const auto routed = shardline::weight_class::routed_expert;
  const double seen = g.tokens * row.number(6);
  return {of,
          {{routed, format, hidden, 2 * width, own}, r.rows, r.hit},
          {{routed, format, width, hidden, own}, r.rows, r.hit},
          {format, r.rows, g.tokens, seen, own, hidden, 2 * width, width}};
}

bool law_is_known(const std::string& version, const std::string& distribution, double ep) {
  return version.starts_with("vllm/0.19") || distribution == "balanced" || ep == 1.0;
}

studies<curve, expert_layer> expert_studies(const std::string& folder) {
  studies<curve, expert_layer> all;
  for (const kind& k : kinds) all.push_back(study_of(k));
  table<13> rows(folder + "/op_moe.csv",
                 {"system", "framework_version", "kernel_source", "moe_dtype", "hidden_size",
                  "inter_size", "topk", "num_experts", "moe_tp_size", "moe_ep_size", "distribution",
                  "num_tokens_global", "latency_us"});
  while (rows.next()) {
    const auto of = kernels_of(rows.word(0), rows.word(1));
    const auto same = [&](const kind& k) {
      return of->gpu() == k.gpu && rows.word(2) == k.source && rows.word(3) == k.dtype;
    };
    const kind* k = std::find_if(std::begin(kinds), std::end(kinds), same);
    if (k == std::end(kinds)) {
      throw std::invalid_argument("kernel_source: " + rows.word(2) + " in " + rows.word(3));
    }
    const expert_layer l = layer_of(rows, of);
    all[static_cast<std::size_t>(k - std::begin(kinds))].samples.push_back(
        {0, l, of->gpu(), rows.word(4) + " " + rows.word(5) + " " + rows.word(7), "expert layers",
         rows.word(3) + ", " + of->name(), "expert layers, " + rows.word(3), k->like,
         observed_layer(k->shipped, l, rows.number(12) * 1e-6),
         law_is_known(rows.word(1), rows.word(10), rows.number(9))});
  }
  return all;
}

}  // namespace

scores expert_scores(const std::string& folder) {
  scores found;
  add_scores(expert_studies(folder), found);
  return found;
}

std::string expert_constants(const std::string& folder) {
  const std::vector<member<curve>> members{{"compute", &curve::compute},
                                           {"bandwidth", &curve::bandwidth},
                                           {"launch", &curve::launch},
                                           {"per_expert", &curve::per_expert},
                                           {"block_rows", &curve::block_rows},
                                           {"walk", &curve::walk},
                                           {"passes", &curve::passes},
                                           {"foreign_rows", &curve::foreign_rows},
                                           {"tiles", &curve::tiles}};
  return text_of("expert_curve<>", members, expert_studies(folder));
}

}  // namespace accuracy
