// Continuous batching: serving_by_concurrency.csv. Time per output token of a deployment whose
// slots are always full.
//
// The lengths of InferenceX's requests are drawn, their mean 0.9 of what is named. The weights of
// gpt-oss are mxfp4, whatever the table calls them. TensorRT-LLM ran its fp8 models with an fp8
// cache, vLLM with a 16-bit one (in 6.5 s of TTFT on two H100 its cache was full, as an fp8 one
// would not be). Where no version of vLLM is named it is of 2025. Engines take prompts in chunks of
// 8192 tokens.
#include <map>
#include <stdexcept>
#include <string>

#include "families.hpp"
#include "policies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/convention/vllm.hpp"
#include "table.hpp"

namespace accuracy {

namespace {

using namespace shardline;

struct deployment {
  shardline::accelerator gpu{};
  kernel_engine engine{};
  shardline::model model{};
  shardline::layout layout{};
  shardline::workload workload{};
};

model named_model(const std::string& name) {
  if (name.find("gpt-oss-120b") != std::string::npos) return catalog::gpt_oss_120b;
  if (name.find("3.1-70B") != std::string::npos) return catalog::llama_3_1_70b;
  if (name.find("3.1-8B") != std::string::npos) return catalog::llama_3_1_8b;
  throw std::invalid_argument("model: " + name + "; allowed: Llama-3.1 8B and 70B, gpt-oss-120b");
}

accelerator named_gpu(const std::string& name) {
  if (name == "h100_sxm") return catalog::h100_sxm;
  if (name == "h200_sxm") return catalog::h200_sxm;
  throw std::invalid_argument("system: " + name + "; allowed: h100_sxm, h200_sxm");
}

deployment deployment_of(const table<11>& row) {
  deployment d;
  const bool trt = row.word(1) == "trtllm";
  d.engine = trt             ? kernel_engine::tensorrt_llm
             : row.empty(10) ? kernel_engine::vllm_2025
                             : kernel_engine::vllm;
  d.model = named_model(row.word(2));
  d.gpu = named_gpu(row.word(3));
  const bool fp8 = row.word(4) == "fp8" && !has_experts(d.model);
  if (fp8) d.model = quantised(d.model, formats::fp8);
  if (fp8 && trt) d.model.kv_cache = precision::fp8;
  const double drawn = row.word(0) == "inferencex_csv" ? 0.9 : 1.0;
  d.layout = to_layout(vllm{.tp = static_cast<count>(row.number(8))});
  d.workload.input = tokens<>::from_value(row.number(5) * drawn);
  d.workload.output = tokens<>::from_value(row.number(6) * drawn);
  d.workload.concurrency = row.number(7);
  d.workload.chunk = tokens<>::from_value(8192.0);
  return d;
}

// Sequences beyond what the cache holds wait.
template <class Efficiency>
double tpot_of(const deployment& d, const Efficiency& efficiency) {
  const runtime& engine =
      d.engine == kernel_engine::tensorrt_llm ? engines::tensorrt_llm : engines::vllm;
  const auto c =
      with_engine(make_cluster(with_efficiency(d.gpu, efficiency), d.layout.gpus()), engine);
  workload w = d.workload;
  w.input = tokens<>::from_value(round_up(w.input.value()));
  w.output = tokens<>::from_value(round_up(w.output.value()));
  const count fitting = sequences_that_fit(c, d.model, d.layout, w);
  w.concurrency = min(w.concurrency, real<double>(fitting < 1 ? 1 : fitting));
  return serving(c, d.model, d.layout, w).tpot.value();
}

observation observed_row(const deployment& d, double measured) {
  observation o;
  o.measured = measured;
  o.fitted = tpot_of(d, with_fitted(d.gpu, d.engine).efficiency);
  o.memory = tpot_of(d, datasheet{});
  return o;
}

}  // namespace

std::vector<family> serving_families(const std::string& folder) {
  std::map<std::string, family> by_name;
  table<11> rows(folder + "/serving_by_concurrency.csv",
                 {"origin", "backend", "model", "system", "precision", "isl", "osl", "concurrency",
                  "tp_norm", "tpot_ms", "backend_version"});
  while (rows.next()) {
    const deployment d = deployment_of(rows);
    family& f = by_name[std::string(d.model.name.view()) + ", " + rows.word(1) + ", " +
                        std::string(d.gpu.name)];
    f.rows.push_back(observed_row(d, rows.number(9) * 1e-3));
  }
  return values_of(by_name);
}

}  // namespace accuracy
