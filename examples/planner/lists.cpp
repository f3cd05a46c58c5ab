// SPDX-License-Identifier: BSL-1.0
#include "lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "output.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/io/accelerator_file.hpp"
#include "shardline/io/hf/families/index.hpp"
#include "shardline/io/model_file.hpp"
#include "shardline/io/text/table.hpp"
#include "shardline/io/text/units.hpp"
#include "shardline/model/parameters.hpp"
#include "tables.hpp"

namespace planner {

namespace {

using nlohmann::ordered_json;

ordered_json list_models() {
  ordered_json list = ordered_json::array();
  for (const shardline::model* m : shardline::catalog::models) {
    list.push_back({{"name", m->name.view()},
                    {"parameters", parameters(*m).total()},
                    {"active_parameters", active_parameters(*m)},
                    {"weights_bytes", parameters(*m).total_bytes().value()},
                    {"kv_bytes_per_token", kv_bytes_per_token(*m).value()},
                    {"max_context", m->max_context},
                    {"source", "published configuration; include/shardline/catalog/models/"}});
  }
  return list;
}

ordered_json list_architectures() {
  ordered_json list = ordered_json::array();
  for (const shardline::hf::family* f : shardline::hf::all_families) {
    list.push_back({{"model_type", f->model_type}, {"architecture", f->architecture}});
  }
  return list;
}

// "h100_sxm" of "h100-sxm".
std::string file_of(std::string name) {
  for (char& c : name) c = c == '-' ? '_' : c;
  return "include/shardline/chips/" + name + ".hpp";
}

// "peak.fp8" as a member of a member.
void put_figure(ordered_json& of, std::string_view name, double x) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) {
    of[std::string(name)] = x;
  } else {
    of[std::string(name.substr(0, dot))][std::string(name.substr(dot + 1))] = x;
  }
}

// The policy fitted of an engine on it: measured or transferred, and from which chip.
ordered_json times_of(const shardline::accelerator& a) {
  ordered_json times;
  for (const shardline::engine_version* e : shardline::engines::all) {
    if (shardline::find_engine(e->engine) != e) continue;
    times[std::string(e->engine)] = name(with_fitted(a, *e).efficiency.source);
  }
  times["kernels_of"] = nearest(a).sheet->name.view();
  return times;
}

ordered_json list_accelerators() {
  ordered_json list = ordered_json::array();
  for (const shardline::accelerator& a : shardline::catalog::accelerators) {
    ordered_json one{{"name", a.name.view()}};
    for (const auto& [text, maker] : shardline::vendor_names) {
      if (maker == a.vendor) one["vendor"] = text;
    }
    for (const auto& [text, kernels] : shardline::architecture_names) {
      if (kernels == a.architecture) one["architecture"] = text;
    }
    for (const shardline::accelerator_figure& f : shardline::accelerator_figures) {
      put_figure(one, f.name, f.of_accelerator(a));
    }
    list.push_back({{"accelerator", one},
                    {"source", "data sheet; " + file_of(std::string(a.name.view()))},
                    {"times", times_of(a)}});
  }
  return list;
}

ordered_json list_engines() {
  ordered_json list = ordered_json::array();
  for (const shardline::engine_version* e : shardline::engines::all) {
    const auto source = [](bool own) { return own ? "measured" : "transferred"; };
    list.push_back({{"name", e->name},
                    {"engine", e->engine},
                    {"newest", shardline::find_engine(e->engine) == e},
                    {"memory", source(e->has_memory_of_engine())},
                    {"memory_of", e->memory_of.version},
                    {"memory_source", e->memory_of.measured},
                    {"kernels", source(e->has_kernels_of_engine())},
                    {"kernels_of", e->kernels_of.version},
                    {"kernels_source", e->kernels_of.measured}});
  }
  return list;
}

// A row of a file's field: its range as text, and its unit.
ordered_json field_row(const char* file, const std::string& name, const std::string& allowed,
                       std::string_view unit, std::string_view meaning) {
  return {
      {"field", name}, {"allowed", allowed}, {"unit", unit}, {"meaning", meaning}, {"file", file}};
}

void list_accelerator_fields(ordered_json& list) {
  constexpr const char* file = "--accelerator";
  list.push_back(field_row(file, "name", "a string", "", "up to 95 characters"));
  list.push_back(
      field_row(file, "vendor", "nvidia, amd, google, amazon, intel, unknown", "", "who makes it"));
  list.push_back(field_row(file, "architecture",
                           "ampere, ada, hopper, blackwell, blackwell_graphics, unknown", "",
                           "whose kernels it runs"));
  list.push_back(field_row(file, "like", "a name of the catalog", "",
                           "whose figures hold where the file gives none"));
  for (const shardline::accelerator_figure& f : shardline::accelerator_figures) {
    list.push_back(field_row(file, std::string(f.name), f.allowed(), shardline::name(f.range.unit),
                             f.meaning));
  }
}

constexpr const char* spec_file = "--model-spec";

// Hears the fields of a kind of block by their names.
struct kind_lister {
  ordered_json& list;
  std::string path;

  template <class Range, class Kind>
  void operator()(const char* name, Range range, shardline::integer Kind::*) const {
    const shardline::field_range& r = shardline::range_of(range);
    list.push_back(field_row(spec_file, path + name, std::string(allowed_in(r).view()),
                             shardline::name(r.unit), ""));
  }
  template <class Kind>
  void operator()(const char* name, shardline::integer Kind::*) const {
    list.push_back(field_row(spec_file, path + name, "a whole number", "", ""));
  }
  template <class Kind>
  void operator()(const char* name, bool Kind::*) const {
    list.push_back(field_row(spec_file, path + name, "true or false", "", ""));
  }
  template <class Kind>
  void operator()(const char* name, shardline::precision Kind::*) const {
    const std::string allowed = shardline::names_of(shardline::element_names);
    list.push_back(field_row(spec_file, path + name, allowed, "", ""));
  }
  template <class Kind>
  void operator()(const char* name, shardline::head_norm Kind::*) const {
    const std::string allowed = shardline::names_of(shardline::head_norm_names);
    list.push_back(field_row(spec_file, path + name, allowed, "", ""));
  }
};

template <class Variant, std::size_t I = 0>
void list_kinds(ordered_json& list, const std::string& half) {
  if constexpr (I < std::variant_size_v<Variant>) {
    using kind = std::variant_alternative_t<I, Variant>;
    kind::fields(kind_lister{list, half + " " + std::string(kind::kind_name) + "."});
    list_kinds<Variant, I + 1>(list, half);
  }
}

void list_model_fields(ordered_json& list) {
  const auto add = [&](const char* name, const std::string& allowed, const char* meaning) {
    list.push_back(field_row(spec_file, name, allowed, "", meaning));
  };
  add("name", "a string", "up to 95 characters");
  add("like", "a name of the catalog", "whose fields hold where the file gives none");
  add("activations", shardline::names_of(shardline::element_names), "of the residual stream");
  add("weights", shardline::names_of(shardline::weight_format_names), "of the large matrices");
  add("kv_cache", shardline::names_of(shardline::cache_format_names),
      "of a token's keys and values");
  for (const shardline::model_figure& f : shardline::model_figures) {
    const bool flag = f.range.highest <= 1.0;
    list.push_back(field_row(spec_file, std::string(f.name),
                             flag ? "true or false" : std::string(allowed_in(f.range).view()),
                             shardline::name(f.range.unit), f.meaning));
  }
  add("layers", "an array", "of {layers, attention, feed_forward, form}, or of {repeat, of}");
  add("layers[].form", shardline::names_of(shardline::layer_form_names), "of its two blocks");
  add("layers[].weights_of_another", "true or false", "its weights are those of an earlier layer");
  list_kinds<shardline::attention_kind>(list, "layers[].attention");
  list_kinds<shardline::feed_forward_kind>(list, "layers[].feed_forward");
}

ordered_json list_fields() {
  ordered_json list = ordered_json::array();
  list_accelerator_fields(list);
  list_model_fields(list);
  return list;
}

// The member of a member that "peak/bf16" leads to; null where there is none.
const ordered_json* member_of(const ordered_json& one, std::string_view path) {
  const ordered_json* at = &one;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const auto found = at->find(std::string(path.substr(begin, end - begin)));
    if (found == at->end()) return nullptr;
    at = &*found;
    begin = end + 1;
  }
  return at;
}

std::string cell_of(const ordered_json* value) {
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  return value->is_number() ? fmt::format("{:.5g}", value->get<double>()) : value->dump();
}

// A row for each object, of the members that the columns lead to.
std::string table_of(const ordered_json& list, const std::vector<std::string>& columns) {
  shardline::text_table table(std::string(columns.size(), 'l'));
  std::vector<std::string> row;
  for (const std::string& column : columns) row.push_back(column.substr(column.rfind('/') + 1));
  table.add(row);
  for (const ordered_json& one : list) {
    row.clear();
    for (const std::string& column : columns) row.push_back(cell_of(member_of(one, column)));
    table.add(row);
  }
  return table.text();
}

struct listing {
  ordered_json list;
  std::vector<std::string> columns;
};

listing find_list(const std::string& name) {
  if (name == "models") {
    return {list_models(),
            {"name", "parameters", "active_parameters", "weights_bytes", "kv_bytes_per_token",
             "max_context", "source"}};
  }
  if (name == "accelerators") {
    return {list_accelerators(),
            {"accelerator/name", "accelerator/memory", "accelerator/memory_rate",
             "accelerator/peak/bf16", "accelerator/peak/fp8", "accelerator/domain", "times/vllm",
             "times/sglang", "times/trtllm", "times/kernels_of", "source"}};
  }
  if (name == "engines") {
    return {list_engines(),
            {"name", "memory", "memory_of", "memory_source", "kernels", "kernels_of",
             "kernels_source"}};
  }
  return {list_fields(), {"field", "allowed", "unit", "meaning", "file"}};
}

}  // namespace

void print_list(const options& o) {
  const listing found = find_list(o.listed);
  if (o.form == output_form::json && o.listed == "models") {
    print_result(o, {{"models", found.list}, {"architectures", list_architectures()}});
  } else if (o.json) {
    print_result(o, found.list);
  } else {
    write(table_of(found.list, found.columns));
    if (o.listed == "models") {
      write("\nand whatever a config.json says of the types\n" +
            table_of(list_architectures(), {"model_type", "architecture"}));
    }
  }
}

}  // namespace planner
