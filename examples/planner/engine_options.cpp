// SPDX-License-Identifier: BSL-1.0
#include "engine_options.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <optional>
#include <string>

#include "shardline/engines/index.hpp"
#include "shardline/io/text/units.hpp"
#include "shardline/memory/adapters.hpp"
#include "values.hpp"

namespace planner {

namespace {

using shardline::field;

constexpr std::array<engine_option, 9> all_options{
    {{"--max-num-seqs", "vllm", engine_limit::sequences, "vLLM: sequences in a step of a replica"},
     {"--max-running-requests", "sglang", engine_limit::sequences, "SGLang: likewise"},
     {"--max-batch-size", "trtllm", engine_limit::sequences, "TensorRT-LLM: likewise"},
     {"--max-num-batched-tokens", "vllm", engine_limit::step_tokens,
      "vLLM: tokens in a step of a replica, which --chunk means too"},
     {"--chunked-prefill-size", "sglang", engine_limit::step_tokens,
      "SGLang: likewise, of all attention replicas"},
     {"--max-num-tokens", "trtllm", engine_limit::step_tokens, "TensorRT-LLM: likewise"},
     {"--max-model-len", "vllm", engine_limit::context, "vLLM: the longest sequence"},
     {"--context-length", "sglang", engine_limit::context, "SGLang: likewise"},
     {"--max-seq-len", "trtllm", engine_limit::context, "TensorRT-LLM: likewise"}}};

constexpr std::array<eager_option, 2> all_eager{
    {{"--enforce-eager", "vllm"}, {"--disable-cuda-graph", "sglang"}}};

field field_of(engine_limit limits) {
  if (limits == engine_limit::sequences) return field::concurrency;
  return limits == engine_limit::step_tokens ? field::chunk : field::input;
}

// The option that is given of what it limits; its value too.
struct given_option {
  const engine_option* option = nullptr;
  shardline::integer value = 0;
};

given_option find_given(const words& of, engine_limit limits) {
  for (const engine_option& one : all_options) {
    if (one.limits != limits) continue;
    const std::optional<std::string> text = of.given(one.name);
    if (text) return {&one, whole_number(one.name, *text, field_of(limits))};
  }
  return {};
}

// An option that only one engine has.
void refuse_other_engine(std::string_view option, std::string_view value, std::string_view engine,
                         const options& o) {
  if (o.engine != nullptr && o.engine->engine == engine) return;
  refuse(option, value, fmt::format("only with --engine {}", engine));
}

void require_engine(const words& of, const options& o) {
  for (const engine_option& one : all_options) {
    const std::optional<std::string> text = of.given(one.name);
    if (text) refuse_other_engine(one.name, *text, one.engine, o);
  }
}

// vllm/config/scheduler.py: a step has a token at least of every sequence.
void refuse_few_tokens(const given_option& tokens, const given_option& sequences) {
  if (tokens.option == nullptr || sequences.option == nullptr) return;
  if (tokens.value >= sequences.value) return;
  refuse(tokens.option->name, fmt::format("{}", tokens.value),
         fmt::format("at least {}, {}", sequences.option->name, sequences.value));
}

// One for each version that was asked for.
const shardline::engine_version* eager_version(const shardline::engine_version* of) {
  static std::map<const shardline::engine_version*, shardline::engine_version> known;
  return &known.try_emplace(of, shardline::eager(*of)).first->second;
}

bool is_eager(const words& of, const options& o) {
  bool asked = of.flag("--eager");
  for (const eager_option& one : all_eager) {
    if (!of.flag(one.name)) continue;
    refuse_other_engine(one.name, "given", one.engine, o);
    asked = true;
  }
  return asked;
}

void read_eager(const words& of, options& o) {
  if (!is_eager(of, o)) return;
  if (o.engine == nullptr) refuse("--eager", "given", "only with an --engine");
  o.engine = eager_version(o.engine);
  o.cluster.runtime.cuda_graphs = {};
  o.cluster.runtime.captured = {};
}

}  // namespace

std::span<const engine_option> engine_options() { return all_options; }

std::span<const eager_option> eager_options() { return all_eager; }

void read_engine_options(const words& of, options& o) {
  require_engine(of, o);
  const given_option sequences = find_given(of, engine_limit::sequences);
  const given_option tokens = find_given(of, engine_limit::step_tokens);
  refuse_few_tokens(tokens, sequences);
  shardline::runtime& engine = o.cluster.runtime;
  if (sequences.option != nullptr) engine.step_sequences = static_cast<double>(sequences.value);
  if (tokens.option != nullptr) engine.step_tokens = static_cast<double>(tokens.value);
  const given_option context = find_given(of, engine_limit::context);
  const shardline::integer longest = o.model.max_context;
  if (context.option != nullptr && longest > 0 && context.value > longest) {
    refuse(context.option->name, fmt::format("{}", context.value),
           fmt::format("at most the model's {} tokens", longest));
  }
  read_eager(of, o);
}

void refuse_second_budget(const words& of) {
  const given_option tokens = find_given(of, engine_limit::step_tokens);
  if (tokens.option == nullptr) return;
  refuse("--chunk", of.given("--chunk").value_or(""),
         fmt::format("only without {}, which means the same", tokens.option->name));
}

void refuse_beyond_engine(const words& of, const options& o) {
  const given_option sequences = find_given(of, engine_limit::sequences);
  if (sequences.option == nullptr) return;
  const auto most =
      static_cast<double>(sequences.value) * static_cast<double>(o.layout.attention.dp);
  if (o.workload.concurrency <= most) return;
  refuse("--concurrency", fmt::format("{}", o.workload.concurrency),
         fmt::format("at most {} on each of {}, {}", sequences.option->name,
                     shardline::counted(o.layout.attention.dp, "replica"), most));
}

void refuse_beyond_context(const words& of, const options& o) {
  const given_option context = find_given(of, engine_limit::context);
  if (context.option == nullptr) return;
  const double asked = (o.workload.input + o.workload.output).value();
  if (asked <= static_cast<double>(context.value)) return;
  refuse(context.option->name, fmt::format("{}", context.value),
         fmt::format("at least --input and --output, {}", asked));
}

shardline::integer longest_sequence(const words& of) {
  return find_given(of, engine_limit::context).value;
}

void hold_adapters(const words& of, options& o) {
  const std::optional<std::string> slots = of.given("--lora-slots");
  const std::optional<std::string> rank = of.given("--lora-rank");
  if (!slots && rank) refuse("--lora-rank", *rank, "only with --lora-slots");
  if (!slots) return;
  shardline::adapter_slots held;
  held.slots = whole_number("--lora-slots", *slots, 1024);
  if (rank) held.rank = whole_number("--lora-rank", *rank, 1024);
  shardline::bytes<> most{};
  for (shardline::integer stage = 0; stage < o.layout.pp; ++stage) {
    if (o.layout.pp > o.model.layers.size()) break;  // which is refused by name
    most = shardline::max(most, adapter_bytes(o.model, o.layout, stage, held));
  }
  o.cluster.runtime.reserve = o.cluster.runtime.reserve + most;
}

}  // namespace planner
