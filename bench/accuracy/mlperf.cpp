// SPDX-License-Identifier: BSL-1.0
// MLPerf Inference v4.1 and v5.1, Server and Interactive: mlperf.csv, the mean time per output
// token.
//
// As many requests as are in flight by Little's law, samples_s x e2e_mean_ms, are kept in flight,
// each of 294 tokens and of as many as tokens_s / samples_s says. One replica to each GPU, as the
// rows of v5.1 say; so where a GPU holds the model, its 8-bit weights and cache (4-bit weights on
// B200). NVIDIA's scripts let caches grow as answers do (batch_scheduler_policy max_util) in 0.9 to
// 0.97 of what is free, which v5.1 states (kvcache_free_gpu_mem_frac); 0.95 is taken for v4.1.
// Set apart, and not fitted to: rows whose caches do not fit at their mean length; and Mixtral,
// whose prompts are a third Open ORCA's, a third GSM8K's and a third MBXP's, of which no mean is
// stated. Not scored: rows of GPUs that do not hold the model whose layout is not stated, and H100
// with NVLink between pairs or over PCIe, which their source does not tell from SXM.
#include <string>

#include "families.hpp"
#include "runs.hpp"
#include "shardline/model/usual_routing.hpp"
#include "table.hpp"

namespace accuracy {

namespace {

using namespace shardline;

enum column : std::size_t {
  system,
  model_name,
  scenario,
  tokens_s,
  samples_s,
  latency,
  tpot,
  tensor_parallel,
  most_tokens,
  framework,
  cache_fraction,
  columns
};
using row_table = table<columns>;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The number that ends before `end`, which stands at the beginning or behind an underscore; 0:
// none.
double number_before(const std::string& name, std::size_t end) {
  std::size_t at = end;
  while (at > 0 && is_digit(name[at - 1])) --at;
  const bool stands_alone = at == 0 || name[at - 1] == '_';
  return at < end && stands_alone ? std::stod(name.substr(at, end - at)) : 0.0;
}

// The number from `at`, which ends with the name or before an underscore; 0: none.
double number_from(const std::string& name, std::size_t at) {
  std::size_t end = at;
  while (end < name.size() && is_digit(name[end])) ++end;
  const bool stands_alone = end == name.size() || name[end] == '_';
  return at < end && stands_alone ? std::stod(name.substr(at, end - at)) : 0.0;
}

// "8xMI300X_2xEPYC", "Lenovo_8xH200_TRT", "DGX-H100_H100-SXM-80GBx16_TRT": how many accelerators.
double gpus_in(const std::string& name) {
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name[at] != 'x' && name[at] != 'X') continue;
    if (const double found = number_from(name, at + 1); found > 0.0) return found;
    if (const double found = number_before(name, at); found > 0.0) return found;
  }
  return 0.0;
}

std::string obstacle(const row_table& row) {
  const accelerator* gpu = gpu_named(row.word(system));
  if (gpu == nullptr || gpus_in(row.word(system)) < 1.0) return "system not told by its name";
  if (gpu->name.view() == "h100-sxm" && row.empty(tensor_parallel)) return "layout not stated";
  if (row.empty(tpot) || row.empty(latency)) return "no time";
  return {};
}

model model_of(const row_table& row, const accelerator& gpu) {
  const bool mixture = contains(row.word(model_name), "mixtral");
  const model& m = mixture ? *model_named("mixtral-8x7b") : *model_named("llama-2-70b");
  const bool four_bits = !mixture && gpu.name.view() == "b200-sxm";
  model found = quantised(m, four_bits ? formats::nvfp4 : formats::fp8);
  found.kv_cache = precision::fp8;
  return found;
}

runtime runtime_of(const row_table& row, const engine_version& engine, const accelerator& gpu) {
  runtime r = runtime_on(engine, gpu);
  if (!is_tensorrt(engine)) return r;
  r.budget = fraction_of_free<>{row.empty(cache_fraction) ? 0.95 : row.number(cache_fraction)};
  r.reserved_output = 0.0;
  return r;
}

deployment deployment_of(const row_table& row) {
  constexpr double prompt = 294.0;  // of Open ORCA, in the mean
  deployment d;
  d.gpu = *gpu_named(row.word(system));
  d.engine = &engine_named(d.gpu.vendor == vendor::amd ? "vllm 0.18" : "TensorRT-LLM 0.17");
  d.runtime = runtime_of(row, *d.engine, d.gpu);
  d.model = model_of(row, d.gpu);
  const double ranks = row.empty(tensor_parallel) ? 1.0 : row.number(tensor_parallel);
  d.layout = split_over(ranks);
  d.layout.attention.dp = static_cast<integer>(gpus_in(row.word(system)) / ranks);
  d.layout.expert = {d.layout.attention.tp, 1, d.layout.attention.dp};
  d.workload.routing = usual_routing(d.model);
  d.workload.concurrency = row.number(samples_s) * row.number(latency) * 1e-3;
  d.workload.input = tokens<>::from_value(prompt);
  d.workload.output = tokens<>::from_value(row.number(tokens_s) / row.number(samples_s));
  const double chunk = row.empty(most_tokens) ? d.runtime.step_tokens : row.number(most_tokens);
  d.workload.chunk = tokens<>::from_value(chunk);
  return d;
}

// Whether all caches fit at their mean length, half of the answer written.
bool fits_on_average(deployment d) {
  d.workload.output = d.workload.output * 0.5;
  return fits(d);
}

bool is_apart(const deployment& d) { return has_experts(d.model) || !fits_on_average(d); }

}  // namespace

whole_runs mlperf_runs(const std::string& folder) {
  whole_runs found{"MLPerf, time per output token"};
  row_table rows(folder + "/mlperf.csv",
                 {"system", "model", "scenario", "tokens_s", "samples_s", "e2e_mean_ms",
                  "tpot_mean_ms", "tp", "max_num_tokens", "framework", "kv_frac"});
  while (rows.next()) {
    const std::string reason = obstacle(rows);
    if (!reason.empty()) {
      omit(found.omitted, reason);
      continue;
    }
    const deployment d = deployment_of(rows);
    const std::string line = std::string(d.model.name.view()) + " " + format_of(d.model) + ", " +
                             rows.word(scenario) + ", " + std::string(d.gpu.name.view());
    found.rows.push_back({line, d, figure::per_token, rows.number(tpot) * 1e-3, is_apart(d)});
  }
  return found;
}

}  // namespace accuracy
