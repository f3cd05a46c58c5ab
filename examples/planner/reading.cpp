// SPDX-License-Identifier: BSL-1.0
#include "reading.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "drafting.hpp"
#include "engine_options.hpp"
#include "launch_words.hpp"
#include "models.hpp"
#include "shardline/catalog/repositories.hpp"
#include "shardline/chips/transfer.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/engines/launch/index.hpp"
#include "shardline/io/accelerator_file.hpp"
#include "shardline/io/text/layout.hpp"
#include "shardline/io/text/units.hpp"
#include "shardline/model/usual_routing.hpp"
#include "shardline/plan/pools.hpp"
#include "simulated.hpp"
#include "spaces.hpp"
#include "values.hpp"

namespace planner {

namespace {

using shardline::field;

shardline::tokens<> tokens(const words& of, const std::string& option, const char* usual, field f) {
  const shardline::integer n = whole_number(option, of.given(option).value_or(usual), f);
  return shardline::tokens<>::from_value(static_cast<double>(n));
}

std::optional<shardline::seconds<>> longest(const words& of, const std::string& option, field f) {
  const std::optional<std::string> text = of.given(option);
  if (!text) return std::nullopt;
  return duration(option, *text, f);
}

// A number inside the range of `f`; 0 where the option is not given.
double number(const words& of, const std::string& option, field f) {
  const std::optional<std::string> text = of.given(option);
  return text ? fraction(option, *text, f) : 0.0;
}

// Below these a size was meant in another unit: of an accelerator's memory, and of a draft's.
constexpr double least_memory = shardline::detail::least_memory;
constexpr double least_draft = 1e6;

// A model that drafts beside the one that is priced.
void hold_draft(const words& of, options& o) {
  const std::optional<std::string> size = of.given("--draft-memory");
  if (!size) return;
  if (!of.given("--draft-time")) refuse("--draft-memory", *size, "only with --draft-time");
  const auto held = memory_size("--draft-memory", *size, field::reserve, least_draft);
  o.cluster.runtime.reserve = o.cluster.runtime.reserve + held;
}

// Prompts in steps of so many tokens; an engine's own number unless another is given.
void read_chunk(const words& of, const shardline::runtime& engine, const shardline::layout& l,
                shardline::workload& w) {
  if (of.given("--chunk")) {
    refuse_second_budget(of);
    w.chunk = tokens(of, "--chunk", "", field::chunk);
  } else if (const auto own = engine_chunk(engine, l)) {
    w.chunk = own;
  }
}

// What hosts hold of prompts, and how fast it comes.
void read_host_cache(const words& of, shardline::workload& w) {
  const std::optional<std::string> hit = of.given("--kv-offload-hit");
  const std::optional<std::string> rate = of.given("--kv-offload-rate");
  if (!hit && rate) refuse("--kv-offload-rate", *rate, "only with --kv-offload-hit");
  w.host_cache.hit = number(of, "--kv-offload-hit", field::host_hit);
  if (!rate) return;
  const auto a_second = memory_size("--kv-offload-rate", *rate, field::host_rate, least_memory);
  w.host_cache.rate = shardline::bandwidth<>::from_value(a_second.value());
}

// How many tokens a node's memory holds, a prompt's own at least.
void note_host_cache(const words& of, options& o) {
  const std::optional<std::string> text = of.given("--kv-offload-size");
  if (!text) return;
  if (!of.given("--kv-offload-hit")) {
    refuse("--kv-offload-size", *text, "only with --kv-offload-hit");
  }
  const double size = memory_size("--kv-offload-size", *text, field::reserve, least_memory).value();
  const auto in_node = static_cast<double>(std::min(o.cluster.gpus, o.cluster.gpus_per_domain));
  o.launch.host_cache = shardline::bytes<>::from_value(size / in_node);
  const double each = kv_bytes_per_token(o.model).value();
  const double own = copied_tokens(o.workload) * each;
  if (size < own) {
    refuse("--kv-offload-size", *text,
           fmt::format("from {:.0f} B, what hosts hold of one prompt", own));
  }
  o.notes.push_back(
      each > 0.0
          ? fmt::format("{} of a node's memory hold {:.0f} tokens of KV cache", *text, size / each)
          : "a model without a KV cache has none to keep in the hosts' memory");
}

shardline::workload read_workload(const words& of, const shardline::model& m) {
  const std::string concurrency = of.given("--concurrency").value_or("64");
  shardline::workload w;
  w.concurrency =
      static_cast<double>(whole_number("--concurrency", concurrency, field::concurrency));
  w.input = tokens(of, "--input", "2048", field::input);
  w.output = tokens(of, "--output", "512", field::output);
  w.prefix_hit = number(of, "--prefix-hit", field::prefix_hit);
  read_host_cache(of, w);
  w.output_cv = number(of, "--output-cv", field::output_cv);
  w.speculation = read_speculation(of, m);
  return w;
}

void read_routing(const words& of, const shardline::model& m, shardline::workload& w) {
  const std::optional<std::string> imbalance = of.given("--expert-imbalance");
  const std::optional<std::string> skew = of.given("--expert-skew");
  if (imbalance && skew) refuse("--expert-skew", *skew, "only without --expert-imbalance");
  if (imbalance) {
    w.expert_imbalance = fraction("--expert-imbalance", *imbalance, field::expert_imbalance);
  }
  if (skew) {
    w.routing =
        shardline::power_law_routing(fraction("--expert-skew", *skew, field::routing_exponent));
  }
  if (!imbalance && !skew) w.routing = shardline::usual_routing(m);
}

// What only routed experts can make use of.
void refuse_without_experts(const words& of) {
  for (const char* option : {"--expert-imbalance", "--expert-skew", "--dispatch", "--combine"}) {
    if (const auto text = of.given(option)) refuse(option, *text, "only with a model of experts");
  }
  if (of.flag("--overlap-shared")) {
    refuse("--overlap-shared", "given", "only with a model of experts");
  }
}

void read_exchange(const words& of, options& o) {
  const auto text = of.given("--expert-exchange");
  if (!text) return;
  o.cluster.runtime.experts.exchange = exchange("--expert-exchange", *text);
  if (!has_experts(o.model)) refuse("--expert-exchange", *text, "only with a model of experts");
}

void read_execution(const words& of, options& o) {
  read_routing(of, o.model, o.workload);
  read_exchange(of, o);
  shardline::expert_execution& experts = o.cluster.runtime.experts;
  if (const auto text = of.given("--dispatch"))
    experts.dispatch = wire_precision("--dispatch", *text);
  if (const auto text = of.given("--combine")) experts.combine = wire_precision("--combine", *text);
  experts.overlap_shared = of.flag("--overlap-shared");
  o.cluster.runtime.two_batch_overlap = of.flag("--two-batch-overlap");
  if (!has_experts(o.model)) refuse_without_experts(of);
}

// One that is given is at least the rarest that an estimate prices.
void read_rate(const words& of, shardline::workload& w) {
  const std::optional<std::string> text = of.given("--rate");
  if (!text) return;
  shardline::field_range range = range_of(field::rate);
  range.lowest = shardline::rarest_rate;
  const std::optional<double> rate = number_in(*text);
  if (!rate || !range.contains(*rate)) {
    refuse("--rate", *text,
           fmt::format("{} requests/s, or no --rate for slots that are always full",
                       allowed_in(range).view()));
  }
  w.rate = shardline::request_rate<>::from_value(*rate);
}

// Whose kernels are priced where the accelerator does not say.
void note_kernels(options& o) {
  const shardline::accelerator& a = o.cluster.accelerator;
  const bool fitted = std::holds_alternative<const shardline::engine_version*>(o.efficiency);
  const bool of_nvidia =
      a.vendor == shardline::vendor::nvidia || a.vendor == shardline::vendor::unknown;
  if (!fitted || !of_nvidia || a.architecture != shardline::architecture::unknown) return;
  const bool from_file = shardline::catalog::find_accelerator(a.name.view()) == nullptr;
  o.notes.push_back(fmt::format("no architecture is given of {}: priced with the kernels of {}{}",
                                a.name.view(), nearest(a).sheet->name.view(),
                                from_file ? "; its file can say one" : ""));
}

void read_time(const words& of, options& o) {
  read_execution(of, o);
  o.workload.max_ttft = longest(of, "--max-ttft", field::max_ttft);
  o.workload.max_tpot = longest(of, "--max-tpot", field::max_tpot);
  read_rate(of, o.workload);
  if (const std::optional<std::string> prompts = of.given("--num-prompts")) {
    o.workload.num_prompts =
        static_cast<double>(whole_number("--num-prompts", *prompts, field::num_prompts));
  }
  const std::optional<std::string> chosen = of.given("--efficiency");
  o.efficiency = o.engine != nullptr ? o.engine : &shardline::engines::vllm;
  if (chosen) o.efficiency = efficiency_policy("--efficiency", *chosen);
  o.efficiency_given = chosen;
  note_kernels(o);
}

// What `--memory` or `--set memory` changes beside the room: engines choose a step's tokens by it.
void note_other_steps(const words& of, options& o) {
  const shardline::accelerator own =
      find_accelerator("--accelerator", of.given("--accelerator").value_or(""));
  if (own.memory == o.cluster.accelerator.memory) return;
  const double usual = runtime_on(*o.engine, own).step_tokens;
  const double taken = runtime_on(*o.engine, o.cluster.accelerator).step_tokens;
  if (usual == taken || of.given("--chunk")) return;
  o.notes.push_back(fmt::format(
      "{} chooses its steps by the memory: {:.0f} tokens here, {:.0f} with the {} of {}; "
      "--chunk sets others",
      o.engine->name, taken, usual, shardline::decimal_bytes(own.memory.value()), own.name.view()));
}

void read_engine(const words& of, options& o) {
  const std::optional<std::string> chosen = of.given("--engine");
  o.engine = planner::engine("--engine", chosen.value_or("none"));
  o.engine_assumption = chosen ? "" : ", assumed because no --engine is given";
  shardline::runtime& engine = o.cluster.runtime;
  if (o.engine != nullptr) {
    engine = runtime_on(*o.engine, o.cluster.accelerator);
    note_other_steps(of, o);
  }
  if (const std::optional<std::string> share = of.given("--memory-fraction")) {
    shardline::set_share(engine, fraction("--memory-fraction", *share, field::budget_share));
  }
  if (const std::optional<std::string> tokens_per_page = of.given("--block-size")) {
    engine.page_tokens = whole_number("--block-size", *tokens_per_page, field::page_tokens);
  }
  read_engine_options(of, o);
}

shardline::cluster read_cluster(const words& of) {
  shardline::accelerator a =
      find_accelerator("--accelerator", of.given("--accelerator").value_or(""));
  const std::optional<std::string> memory = of.given("--memory");
  if (memory) a.memory = memory_size("--memory", *memory, field::memory, least_memory);
  std::vector<std::string> figures;
  for (const std::string& text : of.all("--set")) {
    figures.push_back(text.substr(0, text.find('=')));
    if (std::count(figures.begin(), figures.end(), figures.back()) > 1) {
      refuse("--set", text, "each figure once");
    }
    if (memory && text.starts_with("memory=")) refuse("--set", text, "only without --memory");
    set_figure("--set", text, a);
  }
  const shardline::integer gpus =
      whole_number("--gpus", of.given("--gpus").value_or(""), field::gpus);
  const std::optional<std::string> per_node = of.given("--gpus-per-node");
  if (!per_node) return make_cluster(a, gpus);
  return make_cluster(a, gpus, whole_number("--gpus-per-node", *per_node, field::gpus_per_domain));
}

shardline::model model_of(const words& of, std::vector<std::string>& notes) {
  const std::optional<std::string> name = of.given("--model");
  const std::optional<std::string> spec = of.given("--model-spec");
  if (name && spec) refuse("--model-spec", *spec, "only without --model");
  if (spec) return read_model_spec("--model-spec", *spec);
  if (!name)
    refuse("--model", "nothing given", std::string(model_description()) + ", or --model-spec");
  return find_model("--model", *name, notes);
}

shardline::model read_model(const words& of, std::vector<std::string>& notes) {
  shardline::model m = model_of(of, notes);
  if (const std::optional<std::string> format = of.given("--weights")) {
    m = quantised(m, weight_format("--weights", *format));
  }
  if (const std::optional<std::string> format = of.given("--kv")) {
    m.kv_cache = cache_format("--kv", *format);
  }
  return m;
}

shardline::layout read_layout(const std::string& text, const char* option = "--layout") {
  const shardline::parsed_layout parsed = shardline::parse_layout(text);
  if (!parsed.has_value()) {
    throw bad_input{std::string(option) + ": " + fault_text(parsed), option};
  }
  return parsed.layout;
}

// GPUs of one of two pools: whole instances of the layout.
shardline::integer pool(const words& of, const std::string& option, const std::string& other,
                        shardline::integer instance) {
  const std::optional<std::string> text = of.given(option);
  if (!text) {
    if (const auto paired = of.given(other)) refuse(other, *paired, "only with " + option);
    return 0;
  }
  const shardline::integer gpus = whole_number(option, *text, field::gpus);
  if (gpus % instance != 0) {
    refuse(option, *text, "a multiple of the layout's " + shardline::counted(instance, "GPU"));
  }
  return gpus;
}

// The pool that decodes in a layout of its own is read as if it were the only one.
void read_decoding(const words& of, options& o) {
  const std::optional<std::string> text = of.given("--decode-layout");
  if (!text) return;
  if (!of.given("--prefill-gpus")) refuse("--decode-layout", *text, "only with --prefill-gpus");
  read_layout(*text, "--decode-layout");  // refused by this name
  words alone;
  for (const auto& [option, value] : of.items()) {
    if (option == "--decode-layout" || option.ends_with("fill-gpus") || option == "--decode-gpus") {
      continue;
    }
    alone.add(option, option == "--layout" ? *text : value);
  }
  const options d = read_estimate(alone);
  o.decoding = decoding_pool{d.cluster, d.layout, d.workload};
}

// The cache of a prompt has to go from one pool to the other.
void refuse_unconnected(const words& of, const options& o, const shardline::layout& decodes) {
  const bool two = o.decoding.has_value();
  const std::string option = two ? "--decode-layout" : "--layout";
  const std::string text = of.given(option).value_or("");
  const shardline::staged_caches stages = o.stages();
  if (!stages_connect(stages, o.layout.pp, decodes.pp)) {
    const bool one = stages == shardline::staged_caches::one;
    refuse(
        option, text,
        fmt::format("{} between which {} sends caches: {}", two ? "pipeline stages (pp)" : "pp",
                    o.engine->name, one ? "one in either pool" : "as many as of --layout, or one"));
  }
  if (cache_connects(stages, o.model, o.layout, decodes)) return;
  refuse(option, text,
         two ? "what the cache of --layout can be sent to: cp 1, and tp as large or a multiple of "
               "it (the same of a recurrent state, any of latents)"
             : "cp 1 where tokens are decoded: another --decode-layout");
}

void read_pipeline_and_pools(const words& of, options& o) {
  if (const auto text = of.given("--microbatches")) {
    o.layout.microbatches = whole_number("--microbatches", *text, field::microbatches);
  }
  read_decoding(of, o);
  const shardline::layout& decodes = o.decoding ? o.decoding->layout : o.layout;
  o.prefill_gpus = pool(of, "--prefill-gpus", "--decode-gpus", o.layout.gpus());
  o.decode_gpus = pool(of, "--decode-gpus", "--prefill-gpus", decodes.gpus());
  if (o.prefill_gpus > 0) refuse_unconnected(of, o, decodes);
  if (o.prefill_gpus > 0 && o.price) {
    refuse("--price", *of.given("--price"), "only without pools (--prefill-gpus)");
  }
  const shardline::integer in_pools = o.prefill_gpus + o.decode_gpus;
  if (in_pools > 0 && in_pools < o.cluster.gpus) {
    o.notes.push_back(
        fmt::format("{} of {} GPUs are in a pool, the others idle", in_pools, o.cluster.gpus));
  }
  if (in_pools > o.cluster.gpus) {
    refuse("--prefill-gpus and --decode-gpus", fmt::format("{}", in_pools),
           fmt::format("at most --gpus, {}", o.cluster.gpus));
  }
}

void read_seed(const words& of, options& o) {
  const std::optional<std::string> seed = of.given("--simulate");
  if (!seed) return;
  constexpr shardline::integer highest = 1000000000;
  o.simulate.emplace();
  o.simulate->seed = static_cast<std::uint64_t>(whole_number("--simulate", *seed, highest));
}

void read_simulation(const words& of, options& o) {
  const std::optional<std::string> trace = of.given("--trace");
  read_seed(of, o);
  if (!o.simulate && trace) refuse("--trace", *trace, "only with --simulate");
  if (!o.simulate) return;
  if (o.prefill_gpus > 0) {
    refuse("--simulate", *of.given("--simulate"), "only without --prefill-gpus");
  }
  if (!trace) return;
  for (const char* option : {"--rate", "--num-prompts", "--prefix-hit", "--output-cv"}) {
    if (of.given(option)) refuse("--trace", *trace, fmt::format("only without {}", option));
  }
  o.simulate = read_trace(*trace, *o.simulate, o.model.max_context);
}

// Dollars per GPU and hour.
std::optional<double> read_price(const words& of) {
  const std::optional<std::string> text = of.given("--price");
  if (!text) return std::nullopt;
  constexpr double highest = 1e6;
  const std::optional<double> price = number_in(*text);
  if (!price || !(*price > 0.0 && *price <= highest)) {
    refuse("--price", *text, "dollars per GPU and hour, above 0 and up to 1000000");
  }
  return price;
}

// What is priced as something else that there is.
void note_stand_ins(options& o) {
  const shardline::accelerator& a = o.cluster.accelerator;
  const shardline::precision own = o.model.activations;
  const shardline::precision used = supported(a, own);
  if (used != own && bits(used) == bits(own)) {
    o.notes.push_back(
        fmt::format("{} has no {}: computed in {}, as an engine does where it is told",
                    a.name.view(), name(own), name(used)));
  }
  const bool of_nvidia =
      a.vendor == shardline::vendor::nvidia || a.vendor == shardline::vendor::unknown;
  if (o.engine == nullptr || of_nvidia) return;
  if (o.engine->engine == shardline::tensorrt_llm::convention ||
      o.engine->engine == shardline::engines::fastertransformer.engine) {
    o.notes.push_back(
        fmt::format("{} runs on NVIDIA's accelerators alone: {} is priced as if it did",
                    o.engine->name, a.name.view()));
  }
}

options read_common(const words& of) {
  options o;
  o.model = read_model(of, o.notes);
  o.cluster = read_cluster(of);
  read_engine(of, o);
  o.workload = read_workload(of, o.model);
  hold_draft(of, o);
  note_host_cache(of, o);
  refuse_beyond_context(of, o);
  note_stand_ins(o);
  o.form = form_of(of);
  o.json = o.form != output_form::text;
  o.price = read_price(of);
  o.search.own_chunk = !of.given("--chunk");
  return o;
}

}  // namespace

std::string checkpoint_of(const std::string& model) {
  if (const auto* known = shardline::catalog::find_model(model)) {
    return std::string(shardline::catalog::repository_of(*known));
  }
  std::error_code ignored;
  return std::filesystem::is_directory(model, ignored) ? model : std::string();
}

options read_estimate(const words& of) {
  options o = read_common(of);
  o.task = task::estimate;
  o.layout = read_layout(of.given("--layout").value_or(""));
  read_chunk(of, o.cluster.runtime, o.layout, o.workload);
  hold_adapters(of, o);
  refuse_beyond_engine(of, o);
  read_pipeline_and_pools(of, o);
  read_time(of, o);
  read_simulation(of, o);
  return o;
}

options read_fit(const words& of) {
  options o = read_common(of);
  o.task = task::fit;
  o.layout = read_layout(of.given("--layout").value_or(""));
  read_routing(of, o.model, o.workload);
  read_exchange(of, o);
  read_chunk(of, o.cluster.runtime, o.layout, o.workload);
  hold_adapters(of, o);
  refuse_beyond_engine(of, o);
  return o;
}

namespace {

void read_objective(const words& of, options& o) {
  const std::string text = of.given("--objective").value_or("throughput");
  const std::vector<std::string> known(objectives.begin(), objectives.end());
  if (std::find(known.begin(), known.end(), text) == known.end()) {
    refuse("--objective", text, fmt::format("{}", fmt::join(known, ", ")), known);
  }
  if (text == "cost" && !o.price) refuse("--objective", text, "only with --price");
  o.search.objective = text;
}

// "3/64": part 3, from 0, of 64.
shardline::search_part part_in(const std::string& text) {
  constexpr shardline::integer most = 1'000'000;
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto whole = [](const std::string& digits) {
    const bool all = !digits.empty() && digits.size() < 8 &&
                     digits.find_first_not_of("0123456789") == std::string::npos;
    return all ? std::stoll(digits) : -1;
  };
  const shardline::search_part part{
      whole(text.substr(0, slash)),
      slash < text.size() ? whole(text.substr(slash + 1)) : shardline::integer{-1}};
  if (part.of < 1 || part.of > most || part.index < 0 || part.index >= part.of) {
    refuse("--part", text, "i/n, with i from 0 to n - 1 and n from 1 to 1000000");
  }
  return part;
}

// A mean that is longer than what 99 in 100 may take is none to simulate.
void limit_mean(std::optional<shardline::seconds<>>& of_mean,
                const std::optional<shardline::seconds<>>& of_99) {
  if (of_99 && (!of_mean || *of_99 < *of_mean)) of_mean = of_99;
}

// What only a simulation tells: --simulate, or the first seed where a percentile is promised.
void read_percentiles(const words& of, options& o) {
  read_seed(of, o);
  o.search.p99_ttft = longest(of, "--p99-ttft", field::max_ttft);
  o.search.p99_tpot = longest(of, "--p99-tpot", field::max_tpot);
  if ((o.search.p99_ttft || o.search.p99_tpot) && !o.simulate) o.simulate.emplace();
  limit_mean(o.workload.max_ttft, o.search.p99_ttft);
  limit_mean(o.workload.max_tpot, o.search.p99_tpot);
}

void read_launchable(const words& of, options& o) {
  o.launchable = of.flag("--launchable");
  if (!o.launchable) return;
  if (o.engine != nullptr && shardline::find_dialect(o.engine->name) != nullptr) return;
  refuse("--launchable", "given",
         fmt::format("only with --engine {}", fmt::join(launched_engines(), ", ")));
}

// A page and a frontier are of what a search can look at all of; what can be launched is asked of
// one engine.
void refuse_of_lists(const words& of, const options& o) {
  const auto engines = of.given("--engine");
  if (o.launchable && engines && values_in("--engine", *engines).size() > 1) {
    refuse("--launchable", "given", "only with one value of --engine");
  }
  if (o.launchable && o.frontier) refuse("--launchable", "given", "only without --frontier");
  if (o.launchable && !o.html.empty()) refuse("--launchable", "given", "only without --html");
  if (o.frontier && o.simulate)
    refuse("--frontier", "given", "only without --simulate and percentiles");
  if (o.html.empty()) return;
  for (const auto& [option, text] : of.items()) {
    if (takes_list(option) && values_in(option, text).size() > 1) {
      refuse("--html", o.html, fmt::format("only with one value of {}", option));
    }
  }
  if (o.search.part) refuse("--html", o.html, "only without --part");
}

}  // namespace

options read_search_point(const words& of) {
  options o = read_common(of);
  o.task = task::search;
  read_chunk(of, o.cluster.runtime, o.layout, o.workload);
  o.html = of.given("--html").value_or("");
  if (of.given("--html") && o.html.empty()) refuse("--html", "", "the name of a file");
  o.given = of.items();
  o.top = static_cast<std::size_t>(whole_number("--top", of.given("--top").value_or("10"), 1000));
  o.frontier = of.flag("--frontier");
  read_launchable(of, o);
  read_time(of, o);
  read_percentiles(of, o);
  read_objective(of, o);
  if (const auto part = of.given("--part")) o.search.part = part_in(*part);
  o.search.jobs = whole_number("--jobs", of.given("--jobs").value_or("1"), 1024);
  return o;
}

options read_search(const words& of) {
  options o = read_search_point(first_of_lists(of));
  o.given = of.items();
  refuse_of_lists(of, o);
  return o;
}

options read_pools(const words& of) {
  options o = read_common(of);
  o.task = task::pools;
  if (o.cluster.gpus < 2) {
    refuse("--gpus", *of.given("--gpus"), "2 or more: one to read prompts, another to decode");
  }
  if (!(o.workload.output.value() > 1.0)) {
    refuse("--output", *of.given("--output"),
           "2 or more: the pool that decodes has none to make of one token");
  }
  read_chunk(of, o.cluster.runtime, o.layout, o.workload);
  o.top = static_cast<std::size_t>(whole_number("--top", of.given("--top").value_or("10"), 1000));
  if (const auto prompts = of.given("--num-prompts")) {
    refuse("--num-prompts", *prompts, "none with pools, which are priced in steady state");
  }
  read_time(of, o);
  o.decode_cluster = o.cluster;
  if (const auto other = of.given("--decode-accelerator")) {
    if (of.given("--memory") || of.given("--set")) {
      refuse("--decode-accelerator", *other, "only without --memory and --set");
    }
    find_accelerator("--decode-accelerator", *other);  // or a refusal in the name of this option
    words decoding;
    for (const auto& [option, text] : of.items()) {
      decoding.add(option, option == "--accelerator" ? *other : text);
    }
    options d = read_common(decoding);
    read_time(decoding, d);
    o.decode_cluster = d.cluster;
  }
  return o;
}

options read_merge(const words& of) {
  options o;
  o.task = task::merge;
  o.search.parts = of.all("files");
  if (o.search.parts.empty()) refuse("files", "", "files that search --part wrote");
  return o;
}

options read_recommend(const words& of) {
  const words first = first_setting_of(of);
  options o = read_common(first);
  o.task = task::recommend;
  read_chunk(first, o.cluster.runtime, o.layout, o.workload);
  read_time(first, o);
  read_percentiles(first, o);
  read_launchable(first, o);
  o.given = of.items();
  return o;
}

namespace {

void refuse_unusual_name(const char* option, const std::string& name) {
  if (is_plain_name(name)) return;
  refuse(option, name.empty() ? "nothing" : name,
         "a repository or a folder: letters, digits, '-', '_', '.' and '/'");
}

std::string own_checkpoint(const words& of) {
  std::string own = checkpoint_of(of.given("--model").value_or(""));
  if (!own.empty()) return own;
  refuse("--checkpoint", "nothing given",
         "what the engine loads: a repository or a folder, which --model does not name");
}

// The engine's own option, or what quantises as it loads: only a checkpoint that was not named is
// the model's own.
void read_checkpoint(const words& of, options& o) {
  const std::optional<std::string> given = of.given("--checkpoint");
  o.launch.checkpoint = given ? *given : own_checkpoint(of);
  refuse_unusual_name("--checkpoint", o.launch.checkpoint);
  o.launch.draft = of.given("--draft-checkpoint").value_or("");
  if (of.given("--draft-checkpoint")) refuse_unusual_name("--draft-checkpoint", o.launch.draft);
  if (!o.launch.draft.empty() && !(o.workload.speculation.draft_time > shardline::seconds<>{})) {
    refuse("--draft-checkpoint", o.launch.draft, "only with --draft-time");
  }
  const std::optional<std::string> weights = of.given("--weights");
  if (!weights || of.given("--checkpoint")) return;
  if (*weights != "fp8") {
    refuse("--weights", *weights, "fp8, or a checkpoint in that format (--checkpoint)");
  }
  o.launch.quantised = true;
}

// Of the machines that programs are started on: a node, where a node is one.
shardline::integer read_host(const words& of, const shardline::cluster& c) {
  const shardline::integer in_node = std::min(c.gpus, c.gpus_per_domain);
  const std::optional<std::string> given = of.given("--gpus-per-host");
  if (given) {
    const shardline::integer n = whole_number("--gpus-per-host", *given, most_gpus_per_host);
    if (in_node % n != 0) {
      refuse("--gpus-per-host", *given, fmt::format("a divisor of the node's {} GPUs", in_node));
    }
    return n;
  }
  if (c.gpus_per_domain > most_gpus_per_host) {
    refuse("--gpus-per-host", "nothing given",
           fmt::format("accelerators of one machine, of which several make a node of {}",
                       c.gpus_per_domain));
  }
  return in_node;
}

}  // namespace

options read_launch(const words& of) {
  options o = read_estimate(of);
  o.task = task::launch;
  if (o.engine == nullptr || shardline::find_dialect(o.engine->name) == nullptr) {
    refuse("--engine", of.given("--engine").value_or("nothing given"),
           fmt::format("{}", fmt::join(launched_engines(), ", ")), launched_engines());
  }
  o.launch.format = launch_format("--format", of.given("--format").value_or("shell"));
  o.launch.context = longest_sequence(of);
  o.launch.gpus_per_host = read_host(of, o.cluster);
  read_checkpoint(of, o);
  if (const auto slots = of.given("--lora-slots")) {
    o.launch.adapters = whole_number("--lora-slots", *slots, 1024);
  }
  if (const auto rank = of.given("--lora-rank")) {
    o.launch.adapter_rank = whole_number("--lora-rank", *rank, 1024);
  }
  return o;
}

options read_compare(const words& of) {
  const std::vector<std::string> layouts = of.all("layouts");
  if (layouts.size() != 2) {
    refuse("layouts", layouts.empty() ? "" : fmt::format("{}", layouts.size()),
           "two, as --layout of estimate has them");
  }
  options o = read_common(of);
  o.task = task::compare;
  o.layout = read_layout(layouts[0]);
  o.other_layout = read_layout(layouts[1]);
  read_time(of, o);
  // Each in the steps that the engine takes under it.
  o.other_workload = o.workload;
  read_chunk(of, o.cluster.runtime, o.layout, o.workload);
  read_chunk(of, o.cluster.runtime, o.other_layout, o.other_workload);
  return o;
}

options read_sensitivity(const words& of) {
  options o = read_common(of);
  o.task = task::sensitivity;
  o.layout = read_layout(of.given("--layout").value_or(""));
  read_chunk(of, o.cluster.runtime, o.layout, o.workload);
  refuse_beyond_engine(of, o);
  read_time(of, o);
  return o;
}

options read_explain(const words& of) {
  options o = read_estimate(of);
  o.task = task::explain;
  const std::optional<std::string> file = of.given("--chrome-trace");
  o.chrome_trace = file.value_or("");
  if (file && file->empty()) refuse("--chrome-trace", "", "the name of a file");
  if (file && o.cluster.runtime.two_batch_overlap) {
    refuse("--chrome-trace", *file, "only without --two-batch-overlap");
  }
  return o;
}

}  // namespace planner
