#include "options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "commands.hpp"
#include "models.hpp"
#include "output.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/io/text/layout.hpp"
#include "values.hpp"

namespace planner {

namespace {

using shardline::field;

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
  s.draft_tokens = whole_number("--draft", *draft, field::draft_tokens);
  if (!acceptance) {
    const shardline::text_line allowed = allowed_in(range_of(field::acceptance));
    refuse("--acceptance", "", std::string(allowed.view()) + ", since --draft is given");
  }
  s.acceptance = number(of, "--acceptance", field::acceptance);
  if (time) s.draft_time = duration("--draft-time", *time, field::draft_time);
  if (time && s.draft_time == shardline::seconds<>{}) {
    refuse("--draft-time", *time, "a time above 0, or none for the prediction layer's");
  }
  return s;
}

// Prompts in steps of so many tokens; an engine's own number unless another is given.
void read_chunk(const CLI::App& of, const shardline::runtime& engine, shardline::workload& w) {
  if (given(of, "--chunk")) {
    w.chunk = tokens(of, "--chunk", "", field::chunk);
  } else if (engine.step_tokens > 0.0) {
    w.chunk = shardline::tokens<>::from_value(engine.step_tokens);
  }
}

shardline::workload read_workload(const CLI::App& of) {
  const std::string concurrency = given(of, "--concurrency").value_or("64");
  shardline::workload w;
  w.concurrency =
      static_cast<double>(whole_number("--concurrency", concurrency, field::concurrency));
  w.input = tokens(of, "--input", "2048", field::input);
  w.output = tokens(of, "--output", "512", field::output);
  w.prefix_hit = number(of, "--prefix-hit", field::prefix_hit);
  w.output_cv = number(of, "--output-cv", field::output_cv);
  w.speculation = read_speculation(of);
  return w;
}

void read_routing(const CLI::App& of, shardline::workload& w) {
  const std::optional<std::string> imbalance = given(of, "--expert-imbalance");
  const std::optional<std::string> skew = given(of, "--expert-skew");
  if (imbalance && skew) refuse("--expert-skew", *skew, "only without --expert-imbalance");
  if (imbalance) {
    w.expert_imbalance = fraction("--expert-imbalance", *imbalance, field::expert_imbalance);
  }
  if (skew) {
    w.routing =
        shardline::power_law_routing(fraction("--expert-skew", *skew, field::routing_exponent));
  }
}

// What only routed experts can make use of.
void refuse_without_experts(const CLI::App& of) {
  for (const char* option :
       {"--expert-imbalance", "--expert-skew", "--expert-exchange", "--dispatch", "--combine"}) {
    if (const auto text = given(of, option)) refuse(option, *text, "only with a model of experts");
  }
  if (flag(of, "--overlap-shared")) {
    refuse("--overlap-shared", "given", "only with a model of experts");
  }
}

void read_execution(const CLI::App& of, options& o) {
  read_routing(of, o.workload);
  shardline::expert_execution& experts = o.cluster.runtime.experts;
  if (const auto text = given(of, "--expert-exchange")) {
    experts.exchange = exchange("--expert-exchange", *text);
  }
  if (const auto text = given(of, "--dispatch"))
    experts.dispatch = wire_precision("--dispatch", *text);
  if (const auto text = given(of, "--combine"))
    experts.combine = wire_precision("--combine", *text);
  experts.overlap_shared = flag(of, "--overlap-shared");
  o.cluster.runtime.two_batch_overlap = flag(of, "--two-batch-overlap");
  if (!has_experts(o.model)) refuse_without_experts(of);
}

// A policy as it was asked for, its engine by the name of the version.
std::string policy_text(const efficiency& policy, const std::string& text) {
  const auto* engine = std::get_if<const shardline::engine_version*>(&policy);
  return engine == nullptr ? text : fmt::format("fitted:engine={}", (*engine)->name);
}

// Where a fitted policy's figures come from, behind its name.
std::string source_text(const options& o) {
  const auto* engine = std::get_if<const shardline::engine_version*>(&o.efficiency);
  if (engine == nullptr) return {};
  const auto source = with_fitted(o.cluster.accelerator, **engine).efficiency.source;
  return " (" + std::string(name(source)) + ")";
}

void read_time(const CLI::App& of, options& o) {
  read_execution(of, o);
  o.workload.max_ttft = longest(of, "--max-ttft", field::max_ttft);
  o.workload.max_tpot = longest(of, "--max-tpot", field::max_tpot);
  o.workload.rate = shardline::request_rate<>::from_value(number(of, "--rate", field::rate));
  if (given(of, "--rate") && o.workload.rate.value() == 0.0) {
    refuse("--rate", "0", "a number above 0, or none for slots that are always full");
  }
  if (const std::optional<std::string> prompts = given(of, "--num-prompts")) {
    o.workload.num_prompts =
        static_cast<double>(whole_number("--num-prompts", *prompts, field::num_prompts));
  }
  const std::optional<std::string> chosen = given(of, "--efficiency");
  o.efficiency = o.engine != nullptr ? o.engine : &shardline::engines::vllm;
  if (chosen) o.efficiency = efficiency_policy("--efficiency", *chosen);
  o.assumption = policy_text(o.efficiency, chosen.value_or("")) + source_text(o) +
                 (chosen ? "" : ", assumed because no --efficiency is given");
}

void read_engine(const CLI::App& of, options& o) {
  const std::optional<std::string> chosen = given(of, "--engine");
  o.engine = planner::engine("--engine", chosen.value_or("none"));
  o.engine_assumption = chosen ? "" : ", assumed because no --engine is given";
  shardline::runtime& engine = o.cluster.runtime;
  if (o.engine != nullptr) engine = o.engine->runtime;
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

void read_pipeline_and_pools(const CLI::App& of, options& o) {
  if (const auto text = given(of, "--microbatches")) {
    o.layout.microbatches = whole_number("--microbatches", *text, field::microbatches);
  }
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
  read_chunk(of, o.cluster.runtime, o.workload);
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
  static const std::set<std::string> of_one{"--prefill-gpus", "--decode-gpus", "--microbatches"};
  if (of_one.count(name) > 0) name += ", an option of estimate";
  static const std::set<std::string> timed{
      "--efficiency",       "--rate",        "--num-prompts",     "--max-ttft",
      "--max-tpot",         "--expert-skew", "--expert-exchange", "--dispatch",
      "--expert-imbalance", "--combine",     "--overlap-shared",  "--two-batch-overlap"};
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

}  // namespace

std::optional<options> read_options(int argc, char** argv) {
  CLI::App app("What a parallel layout of a large language model holds, costs and delivers");
  add_subcommands(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() != 0) refuse_syntax(app, argc > 1 ? argv[1] : "", e);
    std::ostringstream help;
    app.exit(e, help, help);
    write(help.str());
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
  if (o.task == task::estimate) read_pipeline_and_pools(of, o);
  if (o.task != task::fit) read_time(of, o);
  return o;
}

}  // namespace planner
