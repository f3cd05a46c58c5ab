#include "options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "models.hpp"
#include "shardline/convention/parse.hpp"
#include "shardline/io/text/layout.hpp"
#include "values.hpp"

namespace planner {

namespace {

using shardline::field;

// CLI11 only finds the options, each as often as it stands there; values.hpp reads what stands
// behind them, so that every refusal has the same form.
CLI::Option* add(CLI::App& app, const std::string& name, const std::string& description) {
  return app.add_option(name, CLI::callback_t{}, description)
      ->type_name("TEXT")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

// What every subcommand needs to know: the cluster, the model, the load.
void add_common(CLI::App& app) {
  add(app, "--model", "name in the catalog, or path of a config.json")->required();
  add(app, "--accelerator", "name in the catalog")->required();
  add(app, "--gpus", "accelerators in all")->required();
  add(app, "--gpus-per-node",
      "accelerators in one scale-up domain (default: the accelerator's own)");
  add(app, "--input", "prompt tokens per sequence (default: 2048)");
  add(app, "--output", "generated tokens per sequence (default: 512)");
  add(app, "--concurrency", "sequences in flight (default: 64)");
  add(app, "--chunk",
      "prompt tokens per step, others decoding in it (default: whole prompts alone)");
  add(app, "--prefix-hit", "share of a prompt that the prefix cache holds already (default: 0)");
  add(app, "--draft", "tokens that decoding guesses ahead, with --acceptance (default: 0)");
  add(app, "--acceptance", "probability that a guess is right where those before it were");
  add(app, "--draft-time",
      "time of one guess of the whole batch (default: that of the model's prediction layer, if "
      "any)");
  add(app, "--weights",
      "format of the large matrices: fp32 bf16 fp16 fp8 int8 int4 mxfp4 nvfp4 (default: the "
      "model's own)");
  add(app, "--kv",
      "format of the KV cache: fp32 bf16 fp16 fp8 int8 fp4 int4, or with scales nvfp4 fp8-head "
      "(default: the model's own)");
  add(app, "--engine",
      "what the serving engine takes of the memory: none vllm sglang trtllm (default: none)");
  add(app, "--memory-fraction", "another share for the engine's own budget rule: 0.9");
  add(app, "--block-size", "tokens per page of KV cache (default: the engine's own)");
  const std::string json = "print JSON, in bytes and seconds";
  app.add_flag("--json", json)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

// What decides how long things take, and how long they may.
void add_time(CLI::App& app) {
  add(app, "--efficiency",
      "fitted:engine= with vllm vllm-2025 sglang trtllm, datasheet (a lower bound on time), or "
      "constant: with any of mfu=, bandwidth=, link= (shares) and launch= (time per kernel) "
      "(default: fitted, as the engine named by --engine, or vllm)");
  add(app, "--rate",
      "requests per second that arrive at random; --concurrency is then the most in flight "
      "(default: as many as keep --concurrency in flight)");
  add(app, "--num-prompts",
      "requests of a run that sends the first --concurrency at once, as benchmarks do "
      "(default: no beginning and no end)");
  add(app, "--max-ttft", "longest time to first token allowed: 500ms");
  add(app, "--max-tpot", "longest time per output token allowed: 50ms");
}

// What stands behind an option, possibly nothing at all; none where the option is not given.
std::optional<std::string> given(const CLI::App& of, const std::string& option) {
  const std::vector<std::string> found = of.get_option(option)->results();
  if (found.empty()) return std::nullopt;
  if (found.size() > 1) {
    refuse(option, fmt::format("given twice ({})", fmt::join(found, ", ")), "once");
  }
  return found.front();
}

bool flag(const CLI::App& of, const std::string& option) {
  const std::optional<std::string> text = given(of, option);
  if (text && *text != "true") refuse(option, *text, "no value");
  return text.has_value();
}

shardline::tokens<> tokens(const CLI::App& of, const std::string& option, const char* usual,
                           field f) {
  const shardline::count n = whole_number(option, given(of, option).value_or(usual), f);
  return shardline::tokens<>::from_value(static_cast<double>(n));
}

std::optional<shardline::seconds<>> longest(const CLI::App& of, const std::string& option,
                                            field f) {
  const std::optional<std::string> text = given(of, option);
  if (!text) return std::nullopt;
  return duration(option, *text, f);
}

// A number inside the range of `f`; 0 where the option is not given.
double number(const CLI::App& of, const std::string& option, field f) {
  const std::optional<std::string> text = given(of, option);
  return text ? fraction(option, *text, f) : 0.0;
}

// Guesses, and how often they are right: neither means anything without the other.
shardline::speculation read_speculation(const CLI::App& of) {
  shardline::speculation s;
  const std::optional<std::string> draft = given(of, "--draft");
  const std::optional<std::string> acceptance = given(of, "--acceptance");
  const std::optional<std::string> time = given(of, "--draft-time");
  if (!draft && acceptance) refuse("--acceptance", *acceptance, "only with --draft");
  if (!draft && time) refuse("--draft-time", *time, "only with --draft");
  if (!draft) return s;
  if (!acceptance) refuse("--acceptance", "", "a number from 0 to 1, since --draft is given");
  s.draft_tokens = whole_number("--draft", *draft, field::draft_tokens);
  s.acceptance = number(of, "--acceptance", field::acceptance);
  if (time) s.draft_time = duration("--draft-time", *time, field::draft_time);
  return s;
}

shardline::workload read_workload(const CLI::App& of) {
  const std::string concurrency = given(of, "--concurrency").value_or("64");
  shardline::workload w;
  w.concurrency =
      static_cast<double>(whole_number("--concurrency", concurrency, field::concurrency));
  w.input = tokens(of, "--input", "2048", field::input);
  w.output = tokens(of, "--output", "512", field::output);
  if (given(of, "--chunk")) w.chunk = tokens(of, "--chunk", "", field::chunk);
  w.prefix_hit = number(of, "--prefix-hit", field::prefix_hit);
  w.speculation = read_speculation(of);
  return w;
}

// Where a fitted policy's figures come from, behind its name.
std::string source_text(const options& o) {
  const auto* engine = std::get_if<shardline::kernel_engine>(&o.efficiency);
  if (engine == nullptr) return {};
  const auto source = with_fitted(o.cluster.accelerator, *engine).efficiency.source;
  return " (" + std::string(name(source)) + ")";
}

void read_time(const CLI::App& of, options& o) {
  o.workload.max_ttft = longest(of, "--max-ttft", field::max_ttft);
  o.workload.max_tpot = longest(of, "--max-tpot", field::max_tpot);
  o.workload.rate = shardline::request_rate<>::from_value(number(of, "--rate", field::rate));
  if (const std::optional<std::string> prompts = given(of, "--num-prompts")) {
    o.workload.num_prompts =
        static_cast<double>(whole_number("--num-prompts", *prompts, field::num_prompts));
  }
  const std::optional<std::string> chosen = given(of, "--efficiency");
  const std::string kernels = o.engine == "none" ? "vllm" : o.engine;
  const std::string policy = chosen.value_or("fitted:engine=" + kernels);
  o.efficiency = efficiency_policy("--efficiency", policy);
  o.assumption =
      policy + source_text(o) + (chosen ? "" : ", assumed because no --efficiency is given");
}

void read_engine(const CLI::App& of, options& o) {
  const std::optional<std::string> chosen = given(of, "--engine");
  o.engine = chosen.value_or("none");
  o.engine_assumption = chosen ? "" : ", assumed because no --engine is given";
  shardline::runtime& engine = o.cluster.runtime;
  engine = planner::engine("--engine", o.engine);
  if (const std::optional<std::string> share = given(of, "--memory-fraction")) {
    set_share(engine, fraction("--memory-fraction", *share, field::budget_share));
  }
  if (const std::optional<std::string> tokens_per_page = given(of, "--block-size")) {
    engine.page_tokens = whole_number("--block-size", *tokens_per_page, field::page_tokens);
  }
}

shardline::cluster read_cluster(const CLI::App& of) {
  const shardline::accelerator a =
      find_accelerator("--accelerator", given(of, "--accelerator").value_or(""));
  const shardline::count gpus =
      whole_number("--gpus", given(of, "--gpus").value_or(""), field::gpus);
  const std::optional<std::string> per_node = given(of, "--gpus-per-node");
  if (!per_node) return make_cluster(a, gpus);
  return make_cluster(a, gpus, whole_number("--gpus-per-node", *per_node, field::gpus_per_domain));
}

shardline::model read_model(const CLI::App& of, std::vector<std::string>& notes) {
  shardline::model m = find_model("--model", given(of, "--model").value_or(""), notes);
  if (const std::optional<std::string> format = given(of, "--weights")) {
    m = quantised(m, weight_format("--weights", *format));
  }
  if (const std::optional<std::string> format = given(of, "--kv")) {
    m.kv_cache = cache_format("--kv", *format);
  }
  return m;
}

shardline::layout read_layout(const std::string& text) {
  const shardline::parsed_layout parsed = shardline::parse_layout(text);
  if (!parsed.has_value()) throw bad_input{"--layout: " + fault_text(parsed)};
  return parsed.layout;
}

// GPUs of one of two pools: whole instances of the layout.
shardline::count pool(const CLI::App& of, const std::string& option, const std::string& other,
                      shardline::count instance) {
  const std::optional<std::string> text = given(of, option);
  if (!text) {
    if (const auto paired = given(of, other)) refuse(other, *paired, "only with " + option);
    return 0;
  }
  const shardline::count gpus = whole_number(option, *text, field::gpus);
  if (gpus % instance != 0) {
    refuse(option, *text, fmt::format("a multiple of the layout's {} GPUs", instance));
  }
  return gpus;
}

void read_pools(const CLI::App& of, options& o) {
  const shardline::count instance = o.layout.gpus();
  o.prefill_gpus = pool(of, "--prefill-gpus", "--decode-gpus", instance);
  o.decode_gpus = pool(of, "--decode-gpus", "--prefill-gpus", instance);
  const shardline::count both = o.prefill_gpus + o.decode_gpus;
  if (both > o.cluster.gpus) {
    refuse("--prefill-gpus and --decode-gpus", fmt::format("{}", both),
           fmt::format("at most --gpus, {}", o.cluster.gpus));
  }
}

options read_common(const CLI::App& of) {
  options o;
  o.model = read_model(of, o.notes);
  o.cluster = read_cluster(of);
  read_engine(of, o);
  o.workload = read_workload(of);
  o.json = flag(of, "--json");
  return o;
}

std::string one_line(std::string text) {
  for (char& c : text) c = c == '\n' ? ' ' : c;
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

std::string names_of_options(const CLI::App& of) {
  std::string names;
  for (const CLI::Option* option : of.get_options()) {
    names += (names.empty() ? "" : ", ") + option->get_name();
  }
  return names;
}

[[noreturn]] void refuse_unknown(const CLI::App& app, const CLI::App& of) {
  const std::vector<std::string> unknown = app.remaining(true);
  std::string name = unknown.empty() ? "" : unknown.front();
  if (name == "--layout") name += ", an option of estimate and fit";
  if (name == "--top") name += ", an option of search";
  if (name == "--prefill-gpus" || name == "--decode-gpus") name += ", an option of estimate";
  static const std::set<std::string> timed{"--efficiency", "--rate", "--num-prompts", "--max-ttft",
                                           "--max-tpot"};
  if (timed.count(name) > 0) name += ", an option of estimate and search";
  refuse("option of " + of.get_name(), name, names_of_options(of));
}

// The last word is an option that wants a value: `what` starts with its name and a colon.
void refuse_cut_off(const CLI::App& of, const std::string& what) {
  const std::string name = what.substr(0, what.find(':'));
  const CLI::Option* option = of.get_option_no_throw(name);
  if (option != nullptr) refuse(name, "", option->get_description());
}

// The first option that must be given and is not.
void refuse_missing(const CLI::App& of) {
  for (const CLI::Option* option : of.get_options()) {
    if (option->get_required() && option->count() == 0) {
      refuse(option->get_name(), "nothing given", option->get_description());
    }
  }
}

[[noreturn]] void refuse_syntax(const CLI::App& app, const std::string& first,
                                const CLI::ParseError& e) {
  if (app.get_subcommands().empty()) refuse("subcommand", first, "estimate, search, fit");
  const CLI::App& of = *app.get_subcommands().front();
  if (dynamic_cast<const CLI::ExtrasError*>(&e) != nullptr) refuse_unknown(app, of);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&e) != nullptr) refuse_cut_off(of, e.what());
  if (dynamic_cast<const CLI::RequiredError*>(&e) != nullptr) refuse_missing(of);
  throw bad_input{one_line(e.what())};
}

void add_subcommands(CLI::App& app) {
  app.require_subcommand(1);
  CLI::App& of_estimate = *app.add_subcommand("estimate", "price one layout");
  CLI::App& of_search = *app.add_subcommand("search", "rank every layout of the GPUs");
  CLI::App& of_fit = *app.add_subcommand("fit", "how much fits into the memory of a layout");
  for (CLI::App* of : {&of_estimate, &of_search, &of_fit}) add_common(*of);
  for (CLI::App* of : {&of_estimate, &of_search}) add_time(*of);
  for (CLI::App* of : {&of_estimate, &of_fit}) {
    add(*of, "--layout", "vllm:tp=8,dp=2,ep=on or product:ep=64,tp=2,pp=2,layers=9/7")->required();
  }
  add(of_search, "--top", "layouts to show (default: 10)");
  add(of_estimate, "--prefill-gpus",
      "GPUs that only read prompts, in instances of the layout, with --decode-gpus");
  add(of_estimate, "--decode-gpus", "GPUs that only decode, likewise");
}

}  // namespace

std::optional<options> read_options(int argc, char** argv) {
  CLI::App app("What a parallel layout of a large language model holds, costs and delivers");
  add_subcommands(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() != 0) refuse_syntax(app, argc > 1 ? argv[1] : "", e);
    app.exit(e);
    return std::nullopt;
  }
  const CLI::App& of = *app.get_subcommands().front();
  options o = read_common(of);
  if (of.get_name() == "search") {
    o.task = task::search;
    o.top =
        static_cast<std::size_t>(whole_number("--top", given(of, "--top").value_or("10"), 1000));
  } else {
    o.task = of.get_name() == "fit" ? task::fit : task::estimate;
    o.layout = read_layout(given(of, "--layout").value_or(""));
  }
  if (o.task == task::estimate) read_pools(of, o);
  if (o.task != task::fit) read_time(of, o);
  return o;
}

}  // namespace planner
