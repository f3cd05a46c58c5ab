// SPDX-License-Identifier: BSL-1.0
// Continuous batching: serving.csv, every row whose layout and batch are known (its column flag).
//
// Who sends the requests is told by the column origin (runs.hpp). InferenceX's public scripts
// (github.com/SemiAnalysisAI/InferenceX, benchmarks/) say how engines were launched, options_of()
// repeats it; others take prompts in steps of 8192 tokens. Formats that the file does not state, or states by another name:
//   Llama-3.1-70B    fp8 and an fp8 cache, as its scripts set it
//   Qwen3-32B        TensorRT-LLM behaves like fp8 in blocks with an fp8 cache; SGLang's bf16
//   DeepSeek-R1      SGLang fp8 in blocks; TensorRT-LLM NVFP4, attention in bf16; an fp8 cache
//   gpt-oss-120b     MXFP4 experts, whatever the file calls them
//   on B200          fp8 caches of Llama, MiniMax, gpt-oss and DeepSeek
//   Qwen3.5          on H200 fp8 in blocks and an fp8 cache, states in bf16
//   no format        bf16
//
// Set apart, by rules written after seeing the errors:
//   both    where the cache does not hold all sequences: some are preempted, or wait
//           DeepSeek-R1 under SGLang: the file does not say whether it guesses tokens, and equal loads
//           of one version and day differ by half
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
#include "shardline/model/usual_routing.hpp"
#include "shardline/time/speculation.hpp"
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
  measured,
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
  const bool hopper_sglang = contains(name, "397B") && !b200;
  const bool narrow_cache = hopper_sglang || contains(name, "70B") || contains(name, "DeepSeek") ||
                            (contains(name, "Qwen3-32B") && trtllm) ||
                            (b200 && (contains(name, "MiniMax") || contains(name, "gpt-oss")));
  if (narrow_cache) m.kv_cache = precision::fp8;
  return m;
}

// What the scripts of InferenceX set beside the model, its layout and its formats.
//   tokens       of a step: --chunked-prefill-size, --max_num_tokens, --max-num-batched-tokens
//   memory       what the cache may take
//   look_every   decoding steps between looks for requests (--scheduler-recv-interval)
//   balance      steps that a prompt waits at most until each attention replica has one
//                (attention_dp_config: enable_balance, timeout_iters)
//   drafts       tokens that prediction layers guess
struct options {
  double tokens = 8192.0;
  budget_rule<> memory{};
  double look_every = 1.0;
  double balance = 0.0;
  integer drafts = 0;
};

options options_of_sglang(const load& l) {
  const double many = l.concurrency >= 16.0 ? 30.0 : 10.0;
  const bool b200 = l.of.gpu.name.view() == "b200-sxm";
  if (!b200) return {16384.0, static_fraction<>{0.80}};
  if (l.of.layout.gpus() == 4) return {8192.0, static_fraction<>{0.95}, 10.0};
  return {32768.0, static_fraction<>{0.82}, many};
}

// DeepSeek-R1's: with guesses as many tokens as a step of all sequences and one prompt has, else 8192
// at least.
options options_of_deepseek(const load& l, bool guesses) {
  constexpr double beside = 64.0;
  const double replicas = static_cast<double>(l.of.layout.attention.dp);
  options o{0.0, fraction_of_free<>{0.8}};
  o.balance = replicas > 1.0 ? 60.0 : 0.0;
  if (guesses) o.drafts = replicas > 1.0 ? 1 : 3;
  const double decoding = guesses ? static_cast<double>(o.drafts + 1) / replicas : 1.0;
  const double whole = round_up((l.concurrency * decoding + l.isl + beside) / beside) * beside;
  o.tokens = guesses ? whole : max(whole, 8192.0);
  return o;
}

options options_of_tensorrt(const load& l, bool guesses) {
  if (l.is_of("70b")) return {l.isl + l.osl + 200.0, fraction_of_free<>{0.9}};
  if (l.is_of("gpt-oss")) return {20000.0, fraction_of_free<>{0.85}};
  return options_of_deepseek(l, guesses);
}

options options_of_vllm(const load& l) {
  return {8192.0, fraction_of_total<>{l.is_of("minimax") ? 0.95 : 0.9}};
}

options options_of(const load& l, bool guesses) {
  if (l.is_tensorrt()) return options_of_tensorrt(l, guesses);
  return l.of.engine->engine == "sglang" ? options_of_sglang(l) : options_of_vllm(l);
}

// Of DeepSeek-V4-Pro, with and without thinking (acceptance_lengths.csv): one guess of 0.79 and 0.92 is
// right, of three 1.49 and 1.97.
double accepted(integer drafts) { return drafts == 1 ? 0.86 : 0.74; }

// Steps that prompts wait where the first of them waits for so many, and the others until then.
double mean_wait(const workload& w, double most) {
  const double rounds = w.output.value() / tokens_per_step(w.speculation);
  const double others = most * w.concurrency / rounds;
  return most * (1.0 + others * 0.5) / (1.0 + others);
}

void launch(load& l, const options& o) {
  l.of.workload.chunk = tokens<>::from_value(o.tokens);
  l.of.runtime.step_tokens = o.tokens;
  l.of.runtime.budget = o.memory;
  l.of.runtime.receive_interval = o.look_every;
  if (o.drafts > 0)
    l.of.workload.speculation = {.draft_tokens = o.drafts, .acceptance = accepted(o.drafts)};
  if (o.balance > 0.0) {
    l.of.runtime.receive_interval = 1.0 + 2.0 * mean_wait(l.of.workload, o.balance);
  }
}

layout layout_of(const row_table& row) {
  const auto number = [&](column c) { return static_cast<integer>(row.number(c)); };
  layout l;
  l.attention = {number(tp), 1, number(dp)};
  l.expert = {number(etp), number(ep), number(tp) * number(dp) / (number(etp) * number(ep))};
  l.pp = number(pp);
  return l;
}

// NVIDIA's runs of SGLang before 0.5.6 and of 0.5.8 have TTFTs of prompts that come in step; of
// TensorRT-LLM, Llama's grow with the output, Qwen's do not. Tokens of Qwen3-235B take as long after
// long outputs as after short ones: who is read one after another still decodes in step.
client client_of(const row_table& row, const load& l, figure measured) {
  if (!l.nvidia) return client::inferencex;
  if (!l.is_tensorrt()) {
    return row.word(version) == "0.5.6.post2" ? client::one_by_one : client::in_step;
  }
  if (l.is_of("llama")) return client::one_ahead;
  const bool together = has_experts(l.of.model) && measured == figure::per_token;
  return together ? client::in_step : client::one_by_one;
}

// InferenceX's runs of DeepSeek-R1 do not say whether they guess tokens. TensorRT-LLM's come in pairs
// of versions whose loads are the same and whose tokens differ by 1.3 to 2: the faster guess. SGLang's
// of one version and day are of both kinds.
bool guesses_tokens(const row_table& row) {
  const std::string& v = row.word(version);
  return v == "1.2.0rc6.post3" || (v == "1.1.0rc2.post2" && row.word(measured) == "2026-01-14");
}

load load_of(const row_table& row, figure measured) {
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
  d.workload.routing = usual_routing(d.model);
  keep_in_flight(d, client_of(row, l, measured), l.isl, l.osl, l.concurrency);
  if (!l.nvidia) launch(l, options_of(l, guesses_tokens(row)));
  return l;
}

bool fits(const load& l) {
  deployment d = l.of;
  d.workload.concurrency = l.concurrency;
  return accuracy::fits(d);
}

bool is_set_apart(const load& l) { return !fits(l) || (l.is_of("deepseek") && !l.is_tensorrt()); }

bool has_other_ttft(const load& l) {
  if (l.nvidia && !has_experts(l.of.model)) {
    const integer gpus = l.of.layout.gpus();
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
whole_runs serving_runs(const std::string& folder, const std::string& title, figure measured,
                        const Take& take) {
  whole_runs found{title};
  row_table rows(folder + "/serving.csv",
                 {"origin", "model", "system", "engine", "version", "measured", "gemm", "tp", "dp",
                  "pp", "etp", "ep", "isl", "osl", "concurrency", "ttft_ms", "tpot_ms", "flag"});
  while (rows.next()) {
    if (!rows.empty(flag)) {
      omit(found.omitted, rows.word(flag));
      continue;
    }
    const load l = load_of(rows, measured);
    found.rows.push_back(take(l, line_of(rows, l)));
  }
  return found;
}

}  // namespace

whole_runs tpot_runs(const std::string& folder) {
  const auto take = [](const load& l, const std::string& line) -> whole_run {
    return {line, l.of, figure::per_token, l.tpot, is_set_apart(l)};
  };
  return serving_runs(folder, "time per output token", figure::per_token, take);
}

whole_runs ttft_runs(const std::string& folder) {
  const auto take = [](const load& l, const std::string& line) -> whole_run {
    return {line, l.of, figure::first_token, l.ttft, is_set_apart(l) || has_other_ttft(l)};
  };
  return serving_runs(folder, "time to first token, loaded", figure::first_token, take);
}

}  // namespace accuracy
