// SPDX-License-Identifier: BSL-1.0
// Continuous batching: serving.csv, every row whose layout and batch are known (its column flag).
//
// Who sends the requests is told by the column origin (runs.hpp). Engines take prompts in steps of 8192
// tokens. Formats that the file does not state, or states by another name:
//   Llama-3.1-70B    fp8 and an fp8 cache, as its scripts set it
//   Qwen3-32B        TensorRT-LLM behaves like fp8 in blocks with an fp8 cache; SGLang's bf16
//   DeepSeek-R1      SGLang fp8 in blocks; TensorRT-LLM NVFP4, attention in bf16; an fp8 cache
//   gpt-oss-120b     MXFP4 experts, whatever the file calls them
//   on B200          fp8 caches of Llama, MiniMax, gpt-oss and DeepSeek
//   no format        bf16
//
// Set apart, by rules written after seeing the errors:
//   both    where the cache does not hold all sequences: some are preempted, or wait
//           DeepSeek-R1: the file does not say whether it predicts several tokens at once, and equal
//           loads differ by half
//   TTFT    NVIDIA's runs with 128 sequences, or with 64 on 4 GPUs and more: their front end
//           passes no more than some 9,200 tokens or 35 requests a second, whatever the GPUs
//           InferenceX's Llama-3.1-70B under TensorRT-LLM with 1024/1024 on fewer than 8 GPUs:
//           prefill was delayed on purpose, by 0.2 to 1 s at any concurrency
#include <cstddef>
#include <stdexcept>
#include <string>

#include "families.hpp"
#include "runs.hpp"
#include "shardline/engines/index.hpp"
#include "table.hpp"

namespace accuracy {

namespace {

using namespace shardline;

enum column : std::size_t {
  origin,
  model_column,
  system,
  engine,
  version,
  gemm_format,
  tp,
  dp,
  pp,
  etp,
  ep,
  isl,
  osl,
  concurrency,
  ttft_ms,
  tpot_ms,
  flag,
  columns
};
using row_table = table<columns>;

struct load {
  deployment of{};
  bool nvidia = false;
  double isl = 0.0;
  double osl = 0.0;
  double concurrency = 0.0;
  double ttft = 0.0;
  double tpot = 0.0;

  [[nodiscard]] bool is_tensorrt() const { return accuracy::is_tensorrt(*of.engine); }
  [[nodiscard]] bool has_lengths(double input, double output) const {
    return isl == input && osl == output;
  }
  [[nodiscard]] bool is_of(const char* name) const {
    return of.model.name.view().find(name) != std::string_view::npos;
  }
};

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

const accelerator& known(const accelerator* a, const std::string& name) {
  if (a == nullptr) throw std::invalid_argument("system: " + name + "; allowed: the catalog's");
  return *a;
}
const model& known(const model* m, const std::string& name) {
  if (m == nullptr) throw std::invalid_argument("model: " + name + "; allowed: the catalog's");
  return *m;
}

// NVFP4 checkpoints of DeepSeek leave attention in bf16.
model with_nvfp4_experts(const model& m) {
  model found = quantised(m, formats::nvfp4);
  found.weights[weight_class::attention] = formats::bf16;
  return found;
}

model in_format(model m, const row_table& row, bool trtllm) {
  const std::string& name = row.word(model_column);
  const bool b200 = contains(row.word(system), "b200");
  if (contains(name, "70B")) m = quantised(m, formats::fp8);
  if (contains(name, "235B")) m = quantised(m, formats::fp8_block);
  if (contains(name, "Qwen3-32B") && trtllm) m = quantised(m, formats::fp8_block);
  if (contains(name, "DeepSeek")) {
    m = trtllm ? with_nvfp4_experts(m) : quantised(m, formats::fp8_block);
  }
  const bool named = row.word(gemm_format).starts_with("fp8");
  if (named && (contains(name, "397B") || contains(name, "3.1-8B"))) {
    m = quantised(m, formats::fp8_block);
  }
  const bool narrow_cache = contains(name, "70B") || contains(name, "DeepSeek") ||
                            (contains(name, "Qwen3-32B") && trtllm) ||
                            (b200 && (contains(name, "MiniMax") || contains(name, "gpt-oss")));
  if (narrow_cache) m.kv_cache = precision::fp8;
  return m;
}

layout layout_of(const row_table& row) {
  const auto number = [&](column c) { return static_cast<count>(row.number(c)); };
  layout l;
  l.attention = {number(tp), 1, number(dp)};
  l.expert = {number(etp), number(ep), number(tp) * number(dp) / (number(etp) * number(ep))};
  l.pp = number(pp);
  return l;
}

// NVIDIA's runs of SGLang before 0.5.6 and of 0.5.8 have TTFTs of prompts that come in step.
client client_of(const row_table& row, const load& l) {
  if (!l.nvidia) return client::inferencex;
  if (l.is_tensorrt()) return has_experts(l.of.model) ? client::one_by_one : client::one_ahead;
  return row.word(version) == "0.5.6.post2" ? client::one_by_one : client::in_step;
}

load load_of(const row_table& row) {
  load l;
  l.nvidia = row.word(origin) != "inferencex";
  l.isl = row.number(isl);
  l.osl = row.number(osl);
  l.concurrency = row.number(concurrency);
  l.tpot = row.number(tpot_ms) * 1e-3;
  l.ttft = row.number(ttft_ms) * 1e-3;
  deployment& d = l.of;
  d.engine = &known_engine(row.word(engine));
  d.model = in_format(known(model_named(row.word(model_column)), row.word(model_column)), row,
                      l.is_tensorrt());
  d.gpu = known(gpu_named(row.word(system)), row.word(system));
  d.runtime = runtime_on(*d.engine, d.gpu);
  d.layout = layout_of(row);
  keep_in_flight(d, client_of(row, l), l.isl, l.osl, l.concurrency);
  return l;
}

bool fits(const load& l) {
  deployment d = l.of;
  d.workload.concurrency = l.concurrency;
  return accuracy::fits(d);
}

bool is_set_apart(const load& l) { return !fits(l) || l.is_of("deepseek"); }

bool has_other_ttft(const load& l) {
  if (l.nvidia && !has_experts(l.of.model)) {
    const count gpus = l.of.layout.gpus();
    return l.concurrency >= 128.0 || (gpus >= 4 && l.concurrency >= 64.0);
  }
  return l.is_of("70b") && l.is_tensorrt() && l.of.layout.gpus() < 8 &&
         l.has_lengths(1024.0, 1024.0);
}

std::string line_of(const row_table& row, const load& l) {
  return std::string(l.of.model.name.view()) + " " + format_of(l.of.model) + ", " +
         row.word(engine) + ", " + std::string(l.of.gpu.name.view());
}

// What a table has of each row: its figure, its time, and whether it is set apart.
template <class Take>
whole_runs serving_runs(const std::string& folder, const std::string& title, const Take& take) {
  whole_runs found{title};
  row_table rows(folder + "/serving.csv",
                 {"origin", "model", "system", "engine", "version", "gemm", "tp", "dp", "pp", "etp",
                  "ep", "isl", "osl", "concurrency", "ttft_ms", "tpot_ms", "flag"});
  while (rows.next()) {
    if (!rows.empty(flag)) {
      omit(found.omitted, rows.word(flag));
      continue;
    }
    const load l = load_of(rows);
    found.rows.push_back(take(l, line_of(rows, l)));
  }
  return found;
}

}  // namespace

whole_runs tpot_runs(const std::string& folder) {
  const auto take = [](const load& l, const std::string& line) -> whole_run {
    return {line, l.of, figure::per_token, l.tpot, is_set_apart(l)};
  };
  return serving_runs(folder, "time per output token", take);
}

whole_runs ttft_runs(const std::string& folder) {
  const auto take = [](const load& l, const std::string& line) -> whole_run {
    return {line, l.of, figure::first_token, l.ttft, is_set_apart(l) || has_other_ttft(l)};
  };
  return serving_runs(folder, "time to first token, loaded", take);
}

}  // namespace accuracy
