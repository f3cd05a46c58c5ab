// SPDX-License-Identifier: BSL-1.0
// Whole runs of many sources: end_to_end.csv, by tier. Throughputs are scored as the time that the
// tokens took.
//
//   FasterTransformer     a static batch of GPT models (shapes: fastertransformer_a100.csv)
//   TensorRT-LLM static   version 0.5; "LLaMA 70B" is of the second generation, whose heads are
//                         grouped; fp8 runs have an fp8 cache. First tokens of one request: the
//                         zero-queue TTFT, which has the engine's admission in it
//   Splitwise             vLLM of 2023: a prompt step of the whole batch, and a decode step. Set
//                         apart: 64 prompts on 2 GPUs, less time than 32
//   InferenceX            as in serving_by_concurrency.csv, of which they are a part
//   BLIS, APEX            requests that arrive at a rate. BLIS: at most 128 at once, 2048 tokens a
//                         step; how much of its prompts the prefix cache held is not stated: none,
//                         and once more nine tenths, in no sum.
//                         Its TTFT is a median, what is predicted a mean. APEX: vLLM 0.6.0
//   published             H200 as TensorRT-LLM static; H20 and SGLang: a prompt step of 4 x 4096
//                         tokens, a decode step; MI300X: requests one after the other in each slot;
//                         DeepSeek: a prompt step of 4 x 4096 tokens per GPU on 32 H800, which are
//                         H100 with links of 200 GB/s, in two batches that overlap (DeepEP)
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "families.hpp"
#include "runs.hpp"
#include "table.hpp"

namespace accuracy {

namespace {

using namespace shardline;

enum column : std::size_t {
  tier,
  source,
  model_name,
  hardware,
  gpus,
  parallel,
  weight_dtype,
  engine,
  phase_name,
  isl,
  osl,
  batch,
  metric,
  value,
  caveats,
  case_id,
  columns
};
using row_table = table<columns>;

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

// "16384 tokens per batch", "ShareGPT mean 216": the number in it.
double number_in(const std::string& text) {
  const std::size_t at = text.find_first_of("0123456789");
  if (at == std::string::npos) throw std::invalid_argument("\"" + text + "\"; allowed: a number");
  return std::stod(text.substr(at));
}

struct run {
  deployment of{};
  figure measured{};
  double seconds = 0.0;
  bool apart = false;
};

using shapes = std::map<std::string, model>;

shapes gpt_shapes(const std::string& folder) {
  shapes found;
  table<5> rows(folder + "/fastertransformer_a100.csv",
                {"model", "heads", "head_dim", "layers", "vocab"});
  while (rows.next()) {
    found[rows.word(0)] =
        gpt_model(rows.word(0), rows.number(1), rows.number(2), rows.number(3), rows.number(4));
  }
  return found;
}

// Where, by what and of which lengths; the load is a batch of equal sequences.
deployment deployment_of(const row_table& row, const shapes& gpts) {
  deployment d;
  d.gpu = *gpu_named(row.word(hardware));
  d.engine = &engine_named(row.word(engine));
  d.runtime = runtime_on(*d.engine, d.gpu);
  const auto gpt = gpts.find(row.word(model_name));
  d.model = gpt != gpts.end() ? gpt->second : *model_named(row.word(model_name));
  const std::string& dtype = row.word(weight_dtype);
  if (!has_experts(d.model) && (dtype == "fp8" || dtype == "FP8")) {
    d.model = quantised(d.model, formats::fp8);
    if (is_tensorrt(*d.engine)) d.model.kv_cache = precision::fp8;
  }
  d.layout = split_over(row.number(gpus));
  d.workload.input = tokens<>::from_value(number_in(row.word(isl)));
  d.workload.output = tokens<>::from_value(row.empty(osl) ? 1.0 : number_in(row.word(osl)));
  d.workload.concurrency = number_in(row.word(batch));
  return d;
}

run static_run(const row_table& row, deployment d) {
  const double measured = row.number(value);
  if (contains(row.word(metric), "throughput")) {
    const bool of_one = contains(row.word(metric), "per GPU") && row.word(source) == "published";
    const double all = measured * (of_one ? row.number(gpus) : 1.0);
    const double generated = d.workload.concurrency * d.workload.output.value();
    return {d, figure::batch, generated / all};
  }
  const bool first = contains(row.word(metric), "first token");
  return {d, first ? figure::first_token : figure::batch, measured * 1e-3};
}

run splitwise_run(const row_table& row, const deployment& d) {
  const bool apart = contains(row.word(case_id), "tp2-p512-b64");
  return {d, row.word(phase_name) == "prefill" ? figure::prefill : figure::step,
          row.number(value) * 1e-3, apart};
}

run inferencex_run(const row_table& row, deployment d) {
  const bool nvidia = !contains(row.word(caveats), "range ratio");
  const workload named = d.workload;
  const client of_nvidia = has_experts(d.model) ? client::one_by_one : client::one_ahead;
  keep_in_flight(d, nvidia ? of_nvidia : client::inferencex, named.input.value(),
                 named.output.value(), named.concurrency);
  const bool first = row.word(metric).starts_with("TTFT");
  return {d, first ? figure::first_token : figure::per_token, row.number(value) * 1e-3};
}

// SGLang on H20: tokens of a prompt step or a decode step, per GPU.
run step_run(const row_table& row, deployment d) {
  const double of_all = row.number(value) * row.number(gpus);
  if (row.word(phase_name) == "prefill") {
    const double computed = d.workload.concurrency;
    d.workload.concurrency = computed / d.workload.input.value();
    return {d, figure::prefill, computed / of_all};
  }
  if (contains(row.word(batch), "per GPU")) {  // data-parallel attention, experts shared out
    const integer all = d.layout.gpus();
    d.workload.concurrency *= static_cast<double>(all);
    d.layout.attention = {1, 1, all};
    d.layout.expert = {1, all, 1};
  }
  return {d, figure::step, d.workload.concurrency / of_all};
}

// Requests that arrive at random, at most so many at once.
run rate_run(const row_table& row, deployment d) {
  const bool blis = contains(row.word(source), "BLIS");
  d.workload.rate = request_rate<>::from_value(number_in(row.word(batch)));
  d.workload.concurrency = blis ? 128.0 : 256.0;
  d.workload.chunk = tokens<>::from_value(blis ? 2048.0 : 8192.0);
  const bool first = row.word(metric).starts_with("TTFT");
  return {d, first ? figure::first_token : figure::per_token, row.number(value) * 1e-3};
}

// DeepSeek's own prefill: tokens of a node of eight per second.
run deepseek_run(const row_table& row, deployment d) {
  const double ranks = row.number(gpus);
  d.gpu.scale_up.rate = bandwidth<>::from_value(200e9);
  d.layout.attention = {1, 1, static_cast<integer>(ranks)};
  d.layout.expert = {1, static_cast<integer>(ranks), 1};
  d.layout.dispatch = expert_dispatch::all_to_all;
  d.runtime.two_batch_overlap = true;
  d.runtime.experts.exchange = expert_exchange::hierarchical;
  d.runtime.experts.dispatch = precision::fp8;
  const double computed = d.workload.concurrency * ranks;
  d.workload.concurrency = computed / d.workload.input.value();
  return {d, figure::prefill, computed / (row.number(value) * ranks / 8.0)};
}

run slots_run(const row_table& row, deployment d) {
  d.workload.chunk = tokens<>::from_value(8192.0);
  const double generated = d.workload.concurrency * d.workload.output.value();
  return {d, figure::life, generated / row.number(value)};
}

// Share of a prompt that the prefix cache is supposed to hold where a source says that it holds
// some, but not how much: in tenths, what BLIS's times per output token say.
constexpr double supposed_hit = 0.9;

bool shares_prompts(const row_table& row) { return contains(row.word(caveats), "prefix-cache"); }

run supposed(run r) {
  r.of.workload.prefix_hit = supposed_hit;
  return r;
}

// Why a row cannot be priced; empty where it can.
std::string obstacle(const row_table& row) {
  if (row.word(phase_name) == "memory") return "memory, not time";
  if (contains(row.word(caveats), "MTP")) {
    return "multi-token prediction whose acceptance is not stated";
  }
  if (contains(row.word(case_id), "mi300x") && number_in(row.word(batch)) > 256.0) {
    return "more requests than the engine's limit of sequences";
  }
  return {};
}

run run_of(const row_table& row, const shapes& gpts) {
  const deployment d = deployment_of(row, gpts);
  const std::string& of = row.word(source);
  if (of == "Splitwise") return splitwise_run(row, d);
  if (contains(of, "InferenceX")) return inferencex_run(row, d);
  if (contains(row.word(batch), "req/s")) return rate_run(row, d);
  if (contains(row.word(engine), "DeepSeek")) return deepseek_run(row, d);
  if (row.word(engine) == "SGLang") return step_run(row, d);
  if (row.word(phase_name) == "serving") return slots_run(row, d);
  return static_run(row, d);
}

std::string line_of(const row_table& row, const run& r) {
  std::string line = row.word(source);
  const bool h800 = contains(row.word(hardware), "H800");
  if (line == "published") {
    line = (h800 ? "h800" : std::string(r.of.gpu.name.view())) + ", " + row.word(engine);
  }
  if (r.measured == figure::prefill) return line + ", prompts";
  if (r.measured == figure::step) return line + ", a token";
  const bool alone = r.of.workload.concurrency == 1.0;
  if (r.measured == figure::first_token) return line + (alone ? ", zero-queue TTFT" : ", TTFT");
  if (r.measured == figure::per_token) return line + ", TPOT";
  return line;
}

observation observed(const run& r) {
  observation o = observed_run(r.of, r.seconds, [&](const deployment& d, const auto& policy) {
    return seconds_of(r.measured, d, policy);
  });
  o.apart = r.apart;
  return o;
}

// All rows of a table that has some of shared prompts.
const std::string everything = "all of them, if 90 % of BLIS's prompts are cached";

}  // namespace

std::vector<score_table> end_to_end_tables(const std::string& folder) {
  const shapes gpts = gpt_shapes(folder);
  std::map<std::string, score_table> tiers;
  row_table rows(
      folder + "/end_to_end.csv",
      {"tier", "family", "model", "hardware", "num_gpus", "parallel", "weight_dtype", "engine",
       "phase", "isl", "osl", "batch_or_concurrency", "metric", "value", "caveats", "case_id"});
  while (rows.next()) {
    score_table& t = tiers[rows.word(tier)];
    t.title = "end to end, tier " + rows.word(tier);
    const std::string reason = obstacle(rows);
    if (!reason.empty()) {
      omit(t.omitted, reason);
      continue;
    }
    const run r = run_of(rows, gpts);
    const std::string line = line_of(rows, r);
    const observation o = observed(r);
    family_of(t.families, line).rows.push_back(o);
    if (!shares_prompts(rows)) {
      family_of(t.supposed, everything).rows.push_back(o);
      continue;
    }
    const observation s = observed(supposed(r));
    family_of(t.supposed, everything).rows.push_back(s);
    family_of(t.supposed, "  " + line + ", 90 % cached").rows.push_back(s);
  }
  std::vector<score_table> all;
  for (auto& [name, t] : tiers) {
    if (t.supposed.size() == 1) t.supposed.clear();  // nothing was supposed
    all.push_back(t);
  }
  return all;
}

}  // namespace accuracy
