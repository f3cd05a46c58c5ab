// SPDX-License-Identifier: BSL-1.0
#include "values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/engines/launch/index.hpp"
#include "shardline/io/format_names.hpp"
#include "shardline/io/near_names.hpp"
#include "shardline/io/text/feasibility.hpp"
#include "shardline/io/text/units.hpp"

namespace planner {

namespace {

// All of `text` as a T; none if anything is left over, or it does not fit.
template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What stands behind `name=`, a share inside the range of `field`.
double share(std::string_view option, std::string_view item, std::string_view text,
             shardline::field field) {
  const shardline::field_range range = shardline::range_of(field);
  const std::optional<double> value = number<double>(text);
  if (!value || !range.contains(*value)) refuse(option, item, allowed_in(range).view());
  return *value;
}

// The seconds in `text`, a number and its unit; none for anything else.
std::optional<double> seconds_in(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 3> units{
      {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}}};
  for (const auto& [unit, factor] : units) {
    if (!text.ends_with(unit)) continue;
    const std::optional<double> value = number<double>(text.substr(0, text.size() - unit.size()));
    return value ? std::optional(*value * factor) : std::nullopt;
  }
  return std::nullopt;
}

// The time that `text` is; a refusal shows `item`, of which it may be a part.
shardline::seconds<> time_in(std::string_view option, std::string_view item, std::string_view text,
                             shardline::field field) {
  const shardline::field_range range = shardline::range_of(field);
  const std::optional<double> value = seconds_in(text);
  if (!value || !range.contains(*value)) {
    refuse(option, item,
           fmt::format("a number and its unit, us, ms or s, from {} s to {} s",
                       shardline::in_full(range.lowest), shardline::in_full(range.highest)));
  }
  return shardline::seconds<>::from_value(*value);
}

void read_share(std::string_view option, std::string_view item, shardline::constant& policy) {
  using shardline::field;
  const std::size_t equals = item.find('=');
  const std::string_view key = item.substr(0, equals);
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view() : item.substr(equals + 1);
  if (key == "mfu") {
    policy.mfu = share(option, item, value, field::mfu);
  } else if (key == "bandwidth") {
    policy.bandwidth = share(option, item, value, field::bandwidth_share);
  } else if (key == "link") {
    policy.link = share(option, item, value, field::link_share);
  } else if (key == "launch") {
    policy.launch = time_in(option, item, value, field::launch);
  } else {
    refuse(option, item, "mfu=, bandwidth=, link=, launch=");
  }
}

// A field by the option that says it, and by its name inside of that.
struct typed_field {
  std::string option;
  std::string part{};

  [[nodiscard]] std::string of_value(const std::string& value) const {
    return part.empty() ? value : part + ": " + value;
  }
};

// What an option says one value of, by the name of its field.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> options_of_one_field{
    {{"cluster.gpus", "--gpus"},
     {"cluster.gpus_per_domain", "--gpus-per-node"},
     {"cluster.runtime.budget share", "--memory-fraction"},
     {"cluster.runtime.page_tokens", "--block-size"},
     {"accelerator.memory", "--memory"},
     {"workload.prefix_hit", "--prefix-hit"},
     {"workload.host_cache.hit", "--kv-offload-hit"},
     {"workload.host_cache.rate", "--kv-offload-rate"},
     {"workload.output_cv", "--output-cv"},
     {"workload.num_prompts", "--num-prompts"},
     {"workload.speculation.draft_tokens", "--draft"},
     {"workload.speculation.acceptance", "--acceptance"},
     {"workload.speculation.draft_time", "--draft-time"},
     {"workload.expert_imbalance", "--expert-imbalance"},
     {"workload.routing.exponent", "--expert-skew"}}};

// Options that say several; what is left of the name says which.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> options_of_fields{
    {{"cluster.runtime.", "--engine"},
     {"cluster.", "--accelerator"},
     {"accelerator.", "--accelerator"},
     {"efficiency.", "--efficiency"},
     {"layout.attention.", "--layout"},
     {"layout.expert.", "--layout"},
     {"layout.", "--layout"}}};

typed_field typed_of(std::string_view field) {
  for (const auto& [name, option] : options_of_one_field) {
    if (name == field) return {std::string(option)};
  }
  for (const auto& [prefix, option] : options_of_fields) {
    if (!field.starts_with(prefix)) continue;
    return {std::string(option), std::string(field.substr(prefix.size()))};
  }
  constexpr std::string_view load = "workload.";
  if (!field.starts_with(load)) return {"--model", std::string(field)};
  std::string option = "--" + std::string(field.substr(load.size()));
  for (char& c : option) c = c == '_' ? '-' : c;
  return {option};
}

template <class Value, std::size_t N>
Value one_of(std::string_view option, std::string_view text,
             const std::array<std::pair<std::string_view, Value>, N>& known) {
  std::vector<std::string> names;
  for (const auto& [name, value] : known) {
    if (name == text) return value;
    names.emplace_back(name);
  }
  refuse(option, text, fmt::format("{}", fmt::join(names, ", ")), names);
}

}  // namespace

void refuse(std::string_view option, std::string_view value, std::string_view allowed) {
  throw bad_input{
      fmt::format("{}: {}; allowed: {}", option, value.empty() ? "nothing" : value, allowed),
      std::string(option)};
}

void refuse(std::string_view option, std::string_view value, std::string_view allowed,
            const std::vector<std::string>& known) {
  refuse(option, std::string(value) + shardline::did_you_mean(value, known), allowed);
}

void refuse(const shardline::invalid_field& input) {
  const typed_field typed = typed_of(range_of_any(input.field).name);
  refuse(typed.option, typed.of_value(shardline::in_full(input.value)), allowed_for(input).view());
}

std::optional<double> number_in(std::string_view text) { return number<double>(text); }

shardline::integer whole_number(std::string_view option, std::string_view text,
                                shardline::field field) {
  return whole_number(option, text, shardline::highest_count(field));
}

shardline::integer whole_number(std::string_view option, std::string_view text,
                                shardline::integer highest) {
  const std::optional<shardline::integer> value = number<shardline::integer>(text);
  if (!value || *value < 1 || *value > highest) {
    refuse(option, text, fmt::format("a whole number from 1 to {}", highest));
  }
  return *value;
}

double fraction(std::string_view option, std::string_view text, shardline::field field) {
  return share(option, text, text, field);
}

shardline::seconds<> duration(std::string_view option, std::string_view text,
                              shardline::field field) {
  return time_in(option, text, text, field);
}

shardline::bytes<> memory_size(std::string_view option, std::string_view text,
                               shardline::field field, double least) {
  static constexpr std::array<std::pair<std::string_view, double>, 6> units{
      {{"GiB", 1073741824.0}, {"GB", 1e9}, {"MiB", 1048576.0}, {"MB", 1e6}, {"B", 1.0}, {"", 1.0}}};
  shardline::field_range range = shardline::range_of(field);
  range.lowest = least;
  for (const auto& [unit, factor] : units) {
    if (!text.ends_with(unit)) continue;
    const std::optional<double> value = number<double>(text.substr(0, text.size() - unit.size()));
    if (!value || !range.contains(*value * factor)) break;
    return shardline::bytes<>::from_value(*value * factor);
  }
  refuse(option, text,
         fmt::format("a number and its unit, GiB, GB, MiB or MB, or bytes, from {} B to {} B",
                     shardline::in_full(range.lowest), shardline::in_full(range.highest)));
}

shardline::weight_format weight_format(std::string_view option, std::string_view text) {
  return one_of(option, text, shardline::weight_format_names);
}

shardline::cache_format cache_format(std::string_view option, std::string_view text) {
  return one_of(option, text, shardline::cache_format_names);
}

namespace {

// Those that `wanted` takes, each once: its short name, then its version's.
template <class Wanted>
std::vector<std::string> engines_that(const Wanted& wanted) {
  std::vector<std::string> names;
  std::string_view plain;
  for (const shardline::engine_version* v : shardline::engines::all) {
    if (!wanted(*v)) continue;
    if (v->engine != plain) names.emplace_back(v->engine);
    if (v->engine != v->name) names.emplace_back(v->name);
    plain = v->engine;
  }
  return names;
}

}  // namespace

std::string engine_names(std::string_view separator) {
  const auto any = [](const shardline::engine_version&) { return true; };
  return fmt::format("{}", fmt::join(engines_that(any), separator));
}

std::vector<std::string> launched_engines() {
  return engines_that([](const shardline::engine_version& v) {
    return shardline::find_dialect(v.name) != nullptr;
  });
}

std::vector<std::string> every_engine() {
  std::vector<std::string> names;
  for (const shardline::engine_version* v : shardline::engines::all) {
    names.emplace_back(v->engine);
    names.emplace_back(v->name);
  }
  return names;
}

std::string layout_examples() {
  std::vector<std::string_view> examples;
  shardline::for_each_convention([&]<class Flags>() { examples.push_back(Flags::example); });
  const std::string_view last = examples.back();
  examples.pop_back();
  return fmt::format("{} or {}", fmt::join(examples, ", "), last);
}

const shardline::engine_version* engine(std::string_view option, std::string_view text) {
  if (text == "none") return nullptr;
  const shardline::engine_version* found = shardline::find_engine(text);
  if (found == nullptr) refuse(option, text, "none, " + engine_names(", "), every_engine());
  return found;
}

namespace {

using shardline::expert_exchange;
using shardline::precision;

constexpr std::array<std::pair<std::string_view, precision>, 3> wires{
    {{"bf16", precision::bf16}, {"fp8", precision::fp8}, {"fp4", precision::fp4}}};
constexpr std::array<std::pair<std::string_view, expert_exchange>, 4> exchanges{
    {{"pairwise", expert_exchange::pairwise},
     {"hierarchical", expert_exchange::hierarchical},
     {"low-latency", expert_exchange::low_latency},
     {"fastest", expert_exchange::fastest}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> launch_formats{
    {{"shell", "shell"},
     {"slurm", "slurm"},
     {"lws", "lws"},
     {"dynamo", "dynamo"},
     {"llm-d", "llm-d"}}};

}  // namespace

precision wire_precision(std::string_view option, std::string_view text) {
  return one_of(option, text, wires);
}

expert_exchange exchange(std::string_view option, std::string_view text) {
  return one_of(option, text, exchanges);
}

output_form form_of(const words& of) {
  constexpr std::array<std::pair<const char*, output_form>, 3> forms{
      {{"--json", output_form::json},
       {"--csv", output_form::csv},
       {"--md", output_form::markdown}}};
  output_form found = output_form::text;
  std::string first;
  for (const auto& [option, form] : forms) {
    if (!of.flag(option)) continue;
    if (!first.empty()) refuse(option, "given", "only without " + first);
    found = form;
    first = option;
  }
  return found;
}

std::string launch_format(std::string_view option, std::string_view text) {
  return std::string(one_of(option, text, launch_formats));
}

std::vector<std::string> values_of(std::string_view option) {
  std::vector<std::string> values;
  const auto take = [&values](const auto& known) {
    for (const auto& [name, value] : known) values.emplace_back(name);
  };
  if (option == "shell") values.assign(shells.begin(), shells.end());
  if (option == "--objective") values.assign(objectives.begin(), objectives.end());
  if (option == "--model") {
    for (const shardline::model* m : shardline::catalog::models)
      values.emplace_back(m->name.view());
  }
  if (option == "--accelerator") {
    for (const auto& a : shardline::catalog::accelerators) values.emplace_back(a.name.view());
  }
  if (option == "--engine") {
    values = engines_that([](const shardline::engine_version&) { return true; });
    values.emplace_back("none");
  }
  if (option == "--weights") take(shardline::weight_format_names);
  if (option == "--kv") take(shardline::cache_format_names);
  if (option == "--dispatch" || option == "--combine") take(wires);
  if (option == "--expert-exchange") take(exchanges);
  if (option == "--format") take(launch_formats);
  return values;
}

efficiency efficiency_policy(std::string_view option, std::string_view text) {
  if (text == "datasheet") return shardline::datasheet{};
  if (text == "fitted") return &shardline::engines::vllm;
  constexpr std::string_view fitted = "fitted:engine=";
  if (text.starts_with(fitted)) {
    const std::string_view name = text.substr(fitted.size());
    const shardline::engine_version* found = shardline::find_engine(name);
    if (found == nullptr) refuse(option, name, engine_names(", "), every_engine());
    return found;
  }
  constexpr std::string_view constant = "constant:";
  if (!text.starts_with(constant)) {
    refuse(option, text, "fitted, fitted:engine=vllm, datasheet, constant:mfu=0.5,bandwidth=0.8");
  }
  shardline::constant policy;
  std::set<std::string_view> keys;
  text.remove_prefix(constant.size());
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    more = comma != std::string_view::npos;
    const std::string_view item = text.substr(0, comma);
    read_share(option, item, policy);
    if (!keys.insert(item.substr(0, item.find('='))).second) {
      refuse(option, std::string(item) + ", repeated", "each key once");
    }
    text.remove_prefix(more ? comma + 1 : 0);
  }
  return policy;
}

}  // namespace planner
