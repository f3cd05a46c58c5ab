// Continuous batching: serving_by_concurrency.csv, deployments whose slots are always full.
//
// The lengths of InferenceX's requests are drawn, their mean 0.9 of what is named. The weights of
// gpt-oss are mxfp4, whatever the table calls them. TensorRT-LLM ran its fp8 models with an fp8
// cache, vLLM with a 16-bit one (in 6.5 s of TTFT on two H100 its cache was full, as an fp8 one
// would not be). Where no version of vLLM is named it is of 2025. Engines take prompts in chunks of
// 8192 tokens.
//
// Set apart, by rules written after seeing the errors:
//   both    where the cache does not hold all sequences: some are preempted, or wait
//           gpt-oss-120b under vLLM, four rows that take longer than a larger load: tp 4 with 32
//           (1024/1024) and 16 (1024/8192), tp 8 with 8 (1024/8192) and 64 (1024/1024)
//   TTFT    NVIDIA's runs with 128 sequences, or with 64 on 4 GPUs and more: their front end
//           passes no more than some 9,200 tokens or 35 requests a second, whatever the GPUs
//           InferenceX's TensorRT-LLM with 1024/1024 on fewer than 8 GPUs: prefill was delayed on
//           purpose, by 0.2 to 1 s at any concurrency
#include <string>

#include "families.hpp"
#include "runs.hpp"
#include "shardline/engines/tensorrt_llm.hpp"
#include "shardline/memory/capacity.hpp"
#include "table.hpp"

namespace accuracy {

namespace {

using namespace shardline;

struct load {
  deployment of{};
  bool nvidia = false;
  double isl = 0.0;
  double osl = 0.0;
  double concurrency = 0.0;
  double gpus = 0.0;
  double ttft = 0.0;
  double tpot = 0.0;

  [[nodiscard]] bool is_tensorrt() const { return of.engine == &engines::tensorrt_llm_1_0; }
  [[nodiscard]] bool has_lengths(double input, double output) const {
    return isl == input && osl == output;
  }
};

const accelerator& known(const accelerator* a, const std::string& name) {
  if (a == nullptr) throw std::invalid_argument("system: " + name + "; allowed: the catalog's");
  return *a;
}
const model& known(const model* m, const std::string& name) {
  if (m == nullptr) throw std::invalid_argument("model: " + name + "; allowed: the catalog's");
  return *m;
}

load load_of(const table<12>& row) {
  load l;
  l.nvidia = row.word(0) != "inferencex_csv";
  l.isl = row.number(5);
  l.osl = row.number(6);
  l.concurrency = row.number(7);
  l.gpus = row.number(8);
  l.tpot = row.number(9) * 1e-3;
  l.ttft = row.number(11) * 1e-3;
  deployment& d = l.of;
  d.engine = &engine_named(row.word(1) + " " + row.word(10));
  d.runtime = d.engine->runtime;
  d.model = known(model_named(row.word(2)), row.word(2));
  d.gpu = known(gpu_named(row.word(3)), row.word(3));
  const bool fp8 = row.word(4) == "fp8" && !has_experts(d.model);
  if (fp8) d.model = quantised(d.model, formats::fp8);
  if (fp8 && l.is_tensorrt()) d.model.kv_cache = precision::fp8;
  const double drawn = l.nvidia ? 1.0 : 0.9;
  d.layout = split_over(l.gpus);
  d.workload.input = tokens<>::from_value(round_up(l.isl * drawn));
  d.workload.output = tokens<>::from_value(round_up(l.osl * drawn));
  keep_in_flight(d, l.concurrency, l.nvidia);
  return l;
}

bool fits(const load& l) {
  const deployment& d = l.of;
  const auto c = with_engine(make_cluster(d.gpu, d.layout.gpus()), d.runtime);
  const count fitting = sequences_that_fit(c, d.model, d.layout, d.workload);
  return l.concurrency <= static_cast<double>(fitting);
}

bool is_outlier(const load& l) {
  if (l.is_tensorrt() || !has_experts(l.of.model)) return false;
  const bool equal = l.has_lengths(1024.0, 1024.0);
  const bool long_output = l.has_lengths(1024.0, 8192.0);
  if (l.gpus == 4.0)
    return (equal && l.concurrency == 32.0) || (long_output && l.concurrency == 16.0);
  return l.gpus == 8.0 &&
         ((long_output && l.concurrency == 8.0) || (equal && l.concurrency == 64.0));
}

bool is_set_apart(const load& l) { return !fits(l) || is_outlier(l); }

bool has_other_ttft(const load& l) {
  if (l.nvidia && !has_experts(l.of.model)) {
    return l.concurrency >= 128.0 || (l.gpus >= 4.0 && l.concurrency >= 64.0);
  }
  return !l.nvidia && l.is_tensorrt() && l.gpus < 8.0 && l.has_lengths(1024.0, 1024.0);
}

double tpot(const serving_times& t) { return t.tpot; }
double ttft(const serving_times& t) { return t.ttft; }

std::string line_of(const load& l) {
  return std::string(l.of.model.name.view()) + ", " + (l.is_tensorrt() ? "trtllm" : "vllm") + ", " +
         std::string(l.of.gpu.name.view());
}

template <class Measured, class Part>
score_table serving_table(const std::string& folder, const std::string& title,
                          const Measured& measured, const Part& part,
                          bool (*is_apart)(const load&)) {
  score_table found{title};
  table<12> rows(folder + "/serving_by_concurrency.csv",
                 {"origin", "backend", "model", "system", "precision", "isl", "osl", "concurrency",
                  "tp_norm", "tpot_ms", "backend_version", "ttft_ms"});
  while (rows.next()) {
    const load l = load_of(rows);
    observation o = observed_run(l.of, measured(l), [&](const deployment& d, const auto& policy) {
      return part(serving_by(d, policy));
    });
    o.apart = is_apart(l);
    family_of(found.families, line_of(l)).rows.push_back(o);
  }
  return found;
}

}  // namespace

score_table tpot_table(const std::string& folder) {
  return serving_table(
      folder, "time per output token", [](const load& l) { return l.tpot; }, &tpot, &is_set_apart);
}

score_table ttft_table(const std::string& folder) {
  return serving_table(
      folder, "time to first token, loaded", [](const load& l) { return l.ttft; }, &ttft,
      [](const load& l) { return is_set_apart(l) || has_other_ttft(l); });
}

}  // namespace accuracy
