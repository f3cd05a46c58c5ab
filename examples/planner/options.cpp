#include "options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "models.hpp"
#include "shardline/convention/parse.hpp"
#include "shardline/io/text/layout.hpp"
#include "values.hpp"

namespace planner {

namespace {

using shardline::field;

// Taken where no --efficiency is given: about what well-tuned engines reach on large models. The
// data sheet itself bounds time from below, which is no plan.
constexpr const char* usual_efficiency = "constant:mfu=0.5,bandwidth=0.8";

// Options as they were typed. CLI11 finds them; values.hpp reads them, so that every refusal has
// the same form.
struct typed {
  std::string model, accelerator, gpus, gpus_per_node, layout;
  std::string input = "2048", output = "512", concurrency = "64", top = "10";
  std::string weights, kv, efficiency, max_ttft, max_tpot;
  bool json = false;
};

void add_common(CLI::App& app, typed& t) {
  app.add_option("--model", t.model, "name in the catalog, or path of a config.json")->required();
  app.add_option("--accelerator", t.accelerator, "name in the catalog")->required();
  app.add_option("--gpus", t.gpus, "accelerators in all")->required();
  app.add_option("--gpus-per-node", t.gpus_per_node,
                 "accelerators in one scale-up domain (default: the accelerator's own)");
  app.add_option("--input", t.input, "prompt tokens per sequence (default: 2048)");
  app.add_option("--output", t.output, "generated tokens per sequence (default: 512)");
  app.add_option("--concurrency", t.concurrency, "sequences in flight (default: 64)");
  app.add_option("--weights", t.weights,
                 "format of the large matrices: fp32 bf16 fp16 fp8 int8 int4 mxfp4 nvfp4 (default: "
                 "the model's own)");
  app.add_option("--kv", t.kv,
                 "element of the KV cache: fp32 bf16 fp16 fp8 int8 fp4 int4 (default: the model's "
                 "own)");
  app.add_option("--efficiency", t.efficiency,
                 "datasheet (a lower bound on time), or constant: with any of mfu=, bandwidth=, "
                 "link= (shares) and launch= (time per kernel); default " +
                     std::string(usual_efficiency));
  app.add_option("--max-ttft", t.max_ttft, "longest time to first token allowed: 500ms");
  app.add_option("--max-tpot", t.max_tpot, "longest time per output token allowed: 50ms");
  app.add_flag("--json", t.json, "print JSON, in bytes and seconds");
}

shardline::workload read_workload(const typed& t) {
  shardline::workload w;
  w.concurrency =
      static_cast<double>(whole_number("--concurrency", t.concurrency, field::concurrency));
  w.input = shardline::tokens<>::from_value(
      static_cast<double>(whole_number("--input", t.input, field::input)));
  w.output = shardline::tokens<>::from_value(
      static_cast<double>(whole_number("--output", t.output, field::output)));
  if (!t.max_ttft.empty()) w.max_ttft = duration("--max-ttft", t.max_ttft);
  if (!t.max_tpot.empty()) w.max_tpot = duration("--max-tpot", t.max_tpot);
  return w;
}

shardline::cluster read_cluster(const typed& t) {
  const shardline::accelerator a = find_accelerator("--accelerator", t.accelerator);
  const shardline::count gpus = whole_number("--gpus", t.gpus, field::gpus);
  if (t.gpus_per_node.empty()) return make_cluster(a, gpus);
  return make_cluster(a, gpus,
                      whole_number("--gpus-per-node", t.gpus_per_node, field::gpus_per_domain));
}

shardline::layout read_layout(const std::string& text) {
  const shardline::parsed_layout parsed = shardline::parse_layout(text);
  if (!parsed.has_value()) throw bad_input{"--layout: " + fault_text(parsed)};
  return parsed.layout;
}

options read_common(const typed& t) {
  options o;
  o.model = find_model("--model", t.model, o.notes);
  if (!t.weights.empty()) {
    o.model.weights = quantised(o.model.weights, weight_format("--weights", t.weights));
  }
  if (!t.kv.empty()) o.model.kv_cache = cache_precision("--kv", t.kv);
  o.cluster = read_cluster(t);
  o.workload = read_workload(t);
  const bool chosen = !t.efficiency.empty();
  const std::string policy = chosen ? t.efficiency : usual_efficiency;
  o.efficiency = efficiency_policy("--efficiency", policy);
  o.assumption = policy + (chosen ? "" : ", assumed because no --efficiency is given");
  o.json = t.json;
  return o;
}

std::string one_line(std::string text) {
  for (char& c : text) c = c == '\n' ? ' ' : c;
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

std::optional<options> read_options(int argc, char** argv) {
  typed t;
  CLI::App app("What a parallel layout of a large language model holds, costs and delivers");
  app.require_subcommand(1);
  CLI::App& of_estimate = *app.add_subcommand("estimate", "price one layout");
  CLI::App& of_search = *app.add_subcommand("search", "rank every layout of the GPUs");
  add_common(of_estimate, t);
  add_common(of_search, t);
  of_estimate
      .add_option("--layout", t.layout, "vllm:tp=8,dp=2,ep=on or product:ep=64,tp=2,pp=1,dp=1")
      ->required();
  of_search.add_option("--top", t.top, "layouts to show (default: 10)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) {
      app.exit(e);
      return std::nullopt;
    }
    if (app.get_subcommands().empty()) {
      refuse("subcommand", argc > 1 ? argv[1] : "", "estimate, search");
    }
    throw bad_input{one_line(e.what())};
  }
  options o = read_common(t);
  if (of_estimate.parsed()) o.layout = read_layout(t.layout);
  o.top = static_cast<std::size_t>(whole_number("--top", t.top, 1000));
  return o;
}

}  // namespace planner
