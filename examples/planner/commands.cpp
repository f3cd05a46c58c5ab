// SPDX-License-Identifier: BSL-1.0
#include "commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <string>
#include <utility>

#include "engine_options.hpp"
#include "models.hpp"
#include "spaces.hpp"
#include "values.hpp"

namespace planner {

namespace {

// CLI11 only finds the options, each as often as it stands there; values.hpp reads what stands
// behind them, so that every refusal has the same form.
CLI::Option* add(CLI::App& app, const std::string& name, const std::string& description) {
  return app.add_option(name, CLI::callback_t{}, description)
      ->type_name("TEXT")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

// How a result is printed where it is not to be text.
void add_forms(CLI::App& app) {
  const auto flag = [&app](const char* name, const std::string& description) {
    app.add_flag(name, description)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  flag("--json", "print JSON, in bytes and seconds");
  flag("--csv", "print the same as rows of CSV");
  flag("--md", "print the same as a table of Markdown");
}

// --eager, and what engines call it.
void add_eager(CLI::App& app) {
  const auto flag = [&app](const std::string& name, const std::string& description) {
    app.add_flag(name, description)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  flag("--eager", "run without CUDA graphs");
  for (const eager_option& own : eager_options()) {
    flag(std::string(own.name), fmt::format("the same, with --engine {}", own.engine));
  }
}

constexpr std::array<std::pair<const char*, const char*>, 4> lists{
    {{"models", "list the models of the catalog and the architectures that are read"},
     {"accelerators", "list the accelerators of the catalog"},
     {"engines", "list the engines, version by version"},
     {"fields", "list the fields that --accelerator's file, --set and --model-spec's may say"}}};

// What every subcommand needs to know: the cluster, the model, the load.
void add_common(CLI::App& app) {
  add(app, "--model", model_description());
  add(app, "--model-spec",
      "path of a JSON file of a model's own fields, in place of --model (see fields)");
  add(app, "--accelerator", "name in the catalog, or path of a JSON file (see fields)")->required();
  add(app, "--memory", "what its driver shows: 79.18GiB, 80GB (default: the accelerator's own)");
  add(app, "--set", "another figure of the accelerator: memory=8e10; as often as needed");
  add(app, "--gpus", "accelerators in all")->required();
  add(app, "--gpus-per-node",
      "accelerators in one scale-up domain (default: the accelerator's own)");
  add(app, "--input", "prompt tokens per sequence (default: 2048)");
  add(app, "--output",
      "generated tokens per sequence (default: 512); answers of one have no time per output token");
  add(app, "--output-cv",
      "how these lengths spread: standard deviation over mean (default: 0, all alike)");
  add(app, "--concurrency", "sequences in flight (default: 64)");
  add(app, "--chunk",
      "new tokens of a replica's step at most, prompts and decoding sharing it as the engine does "
      "(default: the engine's own; without an engine prompts are read whole, and decoding waits)");
  add(app, "--prefix-hit", "share of a prompt that the prefix cache holds already (default: 0)");
  add(app, "--kv-offload-hit",
      "share of what --prefix-hit leaves of a prompt that the hosts' memory holds: copied, not "
      "computed (default: 0)");
  add(app, "--kv-offload-rate",
      "from a host's memory to one GPU, a second: 50GB (default), with --kv-offload-hit");
  add(app, "--kv-offload-size",
      "of a node's memory for that: 500GiB (default: not said), with --kv-offload-hit");
  add(app, "--draft",
      "tokens that decoding guesses ahead, with --acceptance, or a published speculator: mtp "
      "mtp:3 eagle3:3 (default: 0)");
  add(app, "--acceptance",
      "probability that a guess is right where those before it were (default: as published of the "
      "speculator that --draft names)");
  add(app, "--draft-time",
      "time of one guess of the whole batch (default: that of the model's prediction layer, if "
      "any)");
  add(app, "--draft-memory",
      "what a model that drafts holds of each GPU, weights and cache: 2.5GiB, with --draft-time "
      "(default: 0)");
  add(app, "--weights",
      "format of the large matrices: fp32 bf16 fp16 fp8 int8 int4 mxfp4 nvfp4 (default: the "
      "model's own)");
  add(app, "--kv",
      "format of the KV cache: fp32 bf16 fp16 fp8 int8 fp4 int4, or with scales nvfp4 fp8-head "
      "(default: the model's own)");
  add(app, "--engine",
      "what the serving engine takes of the memory: none " + engine_names(" ") +
          " (default: none)");
  add(app, "--memory-fraction", "another share for the engine's own budget rule: 0.9");
  add(app, "--block-size", "tokens per page of KV cache (default: the engine's own)");
  for (const engine_option& own : engine_options()) {
    add(app, std::string(own.name), std::string(own.description));
  }
  add_eager(app);
  add_forms(app);
}

void add_exchange(CLI::App& app) {
  add(app, "--expert-exchange",
      "what carries tokens to their experts: pairwise hierarchical low-latency fastest (default: "
      "pairwise)");
}

// How layers with experts run, and what overlaps.
void add_execution(CLI::App& app) {
  add(app, "--expert-imbalance", "tokens of the busiest expert rank over the mean (default: 1)");
  add(app, "--expert-skew",
      "exponent of the power law that loads of experts follow, in place of --expert-imbalance: 1.2 "
      "(default: 1.01, even loads where routers have a correction bias)");
  add_exchange(app);
  add(app, "--dispatch",
      "what tokens travel to their experts in: bf16 fp8 fp4 (default: as they are)");
  add(app, "--combine", "what results travel back in: bf16 fp8 fp4 (default: as they are)");
  const std::string shared = "compute shared experts while tokens are under way";
  app.add_flag("--overlap-shared", shared)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  const std::string halves = "run a step as two halves, one communicating while the other computes";
  app.add_flag("--two-batch-overlap", halves)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

// What decides how long things take, and how long they may.
void add_time(CLI::App& app) {
  add_execution(app);
  add(app, "--efficiency",
      "fitted:engine= with " + engine_names(" ") +
          ", datasheet (a lower bound on time), or "
          "constant: with any of mfu=, bandwidth=, link= (shares) and launch= (time per kernel) "
          "(default: fitted, as the engine named by --engine, or vllm)");
  add(app, "--rate",
      "requests per second that arrive at random; --concurrency is then the most that run "
      "(default: as many as keep --concurrency in flight)");
  add(app, "--num-prompts",
      "requests of a run that sends the first --concurrency at once, as benchmarks do "
      "(default: no beginning and no end)");
  add(app, "--max-ttft", "longest time to first token allowed: 500ms");
  add(app, "--max-tpot", "longest time per output token allowed: 50ms");
}

}  // namespace

namespace {

// What a layout of one's own asks beside.
void add_layout(CLI::App& app) {
  add(app, "--layout", layout_examples())->required();
  add(app, "--lora-slots", "LoRA adapters held at once (default: 0)");
  add(app, "--lora-rank", "the largest rank of one (default: 16)");
}

// What deployments have that run one layout.
void add_instance(CLI::App& app) {
  add_common(app);
  add_time(app);
  add_layout(app);
  add(app, "--microbatches", "batches that go round the pipeline stages (default: one per stage)");
}

// What deployments have that are priced in full.
void add_deployment(CLI::App& app) {
  add_instance(app);
  add(app, "--prefill-gpus",
      "GPUs that only read prompts, in instances of the layout, with --decode-gpus");
  add(app, "--decode-gpus", "GPUs that only decode, likewise");
  add(app, "--decode-layout", "their layout, where it is another (default: --layout)");
}

constexpr const char* price_text =
    "dollars per GPU and hour: what tokens cost (default: nothing is said of it)";

void add_estimate(CLI::App& app) {
  CLI::App& of = *app.add_subcommand("estimate", "price one layout");
  add_deployment(of);
  add(of, "--price", price_text);
  add(of, "--simulate",
      "simulate single requests step by step, drawn from this seed: percentiles of TTFT and TPOT "
      "(default: none)");
  add(of, "--trace",
      "file of what to simulate in their place: lines of seconds, prompt tokens, output tokens");
}

// What a search and a recommendation may be promised by simulation.
void add_percentiles(CLI::App& of) {
  add(of, "--simulate",
      "take only what keeps its promises in a simulation from this seed too (default: none)");
  add(of, "--p99-ttft",
      "longest time to first token of 99 in 100 requests, simulated: 2s (default: any)");
  add(of, "--p99-tpot",
      "longest time per output token of 99 in 100 requests, simulated: 50ms (default: any)");
}

// Says which options take several values: numbers ranges too.
template <class Takes>
void say_lists(CLI::App& of, const Takes& takes) {
  for (CLI::Option* option : of.get_options()) {
    const std::string name = option->get_name();
    if (!takes(name)) continue;
    const bool names = takes_list_of_settings(name) && name != "--price";
    option->description(option->get_description() +
                        (names ? "; several with commas between them"
                               : "; several, or a range: 16,64,256 or 8..64:x2"));
  }
}

void add_launchable(CLI::App& of) {
  const std::string only = "only layouts that launch can start under --engine";
  of.add_flag("--launchable", only)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_search(CLI::App& app) {
  CLI::App& of = *app.add_subcommand(
      "search", "rank every layout of the GPUs, and every combination of options with lists");
  add_common(of);
  add_time(of);
  add(of, "--price", price_text);
  add(of, "--objective",
      "what is best: throughput users goodput cost gpus ttft tpot (default: throughput)");
  add_percentiles(of);
  add(of, "--top", "points to show (default: 10)");
  add(of, "--html", "file to write the result into as a page for a browser (default: none)");
  const std::string best = "show what no layout beats in tokens per GPU and in tokens per user";
  of.add_flag("--frontier", best)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_launchable(of);
  add(of, "--jobs", "threads (default: 1)");
  add(of, "--part", "look at part i of n alone, i from 0, and print what merge reads: 3/64");
  say_lists(of, [](const std::string& name) { return takes_list(name); });
}

void add_merge(CLI::App& app) {
  CLI::App& of = *app.add_subcommand("merge", "what a search prints, from all of its parts");
  add(of, "files", "files that search --part wrote")->expected(1)->allow_extra_args();
}

void add_pools(CLI::App& app) {
  CLI::App& of = *app.add_subcommand(
      "pools", "how many GPUs are to read prompts and how many to decode, in which layouts");
  add_common(of);
  add_time(of);
  add(of, "--decode-accelerator",
      "those that decode, where they are others (default: --accelerator)");
  add(of, "--top", "pairs of pools to show (default: 10)");
}

void add_recommend(CLI::App& app) {
  CLI::App& of = *app.add_subcommand("recommend",
                                     "the fewest GPUs, or with --price the cheapest, in equal "
                                     "replicas, that keep promises at a rate");
  add_common(of);
  add_time(of);
  of.get_option("--rate")->required()->description(
      "requests per second that arrive at random and are to be served; --concurrency is then the "
      "most that run in a replica");
  add(of, "--price", price_text);
  add_percentiles(of);
  add_launchable(of);
  say_lists(of, [](const std::string& name) { return takes_list_of_settings(name); });
}

void add_launch(CLI::App& app) {
  CLI::App& of = *app.add_subcommand("launch", "what to type to run what is priced");
  add_deployment(of);
  for (const char* form : {"--json", "--csv", "--md"}) of.remove_option(of.get_option(form));
  of.get_option("--engine")
      ->description(fmt::format("what serves: {}", fmt::join(launched_engines(), " ")));
  add(of, "--format", "shell slurm lws dynamo llm-d (default: shell)");
  add(of, "--checkpoint",
      "what the engine loads (default: the repository or the folder of --model)");
  add(of, "--gpus-per-host",
      "accelerators of one machine (default: those of a node, up to 16 of them)");
  add(of, "--draft-checkpoint", "the model that guesses ahead, with --draft-time");
}

void add_compare(CLI::App& app) {
  CLI::App& of =
      *app.add_subcommand("compare", "which operators make one layout faster than another");
  add(of, "layouts", "two layouts, as --layout of estimate has them")
      ->expected(1)
      ->allow_extra_args();
  add_common(of);
  add_time(of);
}

void add_explain(CLI::App& app) {
  CLI::App& of = *app.add_subcommand(
      "explain", "where the time of a layout goes, operator by operator with its equation");
  add_instance(of);
  add(of, "--chrome-trace",
      "file to write a prompt and a decode step into, which Perfetto and chrome://tracing open "
      "(default: none)");
}

void add_sensitivity(CLI::App& app) {
  CLI::App& of =
      *app.add_subcommand("sensitivity", "what a layout gains by each figure of the hardware");
  add_common(of);
  add_time(of);
  add(of, "--layout", layout_examples())->required();
}

void add_fit(CLI::App& app) {
  CLI::App& of = *app.add_subcommand("fit", "how much fits into the memory of a layout");
  add_common(of);
  add_layout(of);
  add_exchange(of);
}

void add_lists(CLI::App& app) {
  for (const auto& [name, description] : lists) {
    CLI::App& of_list = *app.add_subcommand(name, description);
    add_forms(of_list);
  }
}

}  // namespace

bool repeats(std::string_view option) { return option == "--set"; }

void add_subcommands(CLI::App& app) {
  app.require_subcommand(1);
  add_estimate(app);
  add_search(app);
  add_merge(app);
  add_pools(app);
  add_recommend(app);
  add_launch(app);
  add_compare(app);
  add_explain(app);
  add_sensitivity(app);
  add_fit(app);
  app.add_subcommand("batch",
                     "price layouts: options of estimate as a JSON object a line of standard "
                     "input, its --json in one line of standard output");
  add_lists(app);
  add(*app.add_subcommand("completion", "print a script that completes command lines"), "shell",
      "bash zsh fish");
}

}  // namespace planner
