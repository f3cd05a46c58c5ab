#include "models.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/io/hf_config.hpp"
#include "values.hpp"

namespace planner {

namespace {

namespace catalog = shardline::catalog;

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool is_path(const std::string& name) {
  return name.find('/') != std::string::npos || name.ends_with(".json");
}

shardline::model import_model(const std::string& option, const std::filesystem::path& path,
                              std::vector<std::string>& notes) {
  const std::optional<std::string> text = read_file(path);
  if (!text) refuse(option, path.string(), "a config.json that can be read");
  const std::string quantisation =
      read_file(path.parent_path() / "hf_quant_config.json").value_or("");
  const shardline::import_result imported = shardline::import_hf_config(*text, quantisation);
  if (!imported) throw bad_input{option + ": " + path.string() + ": " + imported.error};
  notes.insert(notes.end(), imported.notes.begin(), imported.notes.end());
  return *imported.model;
}

void append(std::string& names, std::string_view name) {
  if (!names.empty()) names += ", ";
  names += name;
}

}  // namespace

shardline::model find_model(const std::string& option, const std::string& name,
                            std::vector<std::string>& notes) {
  if (const shardline::model* known = catalog::find_model(name)) return *known;
  if (is_path(name)) return import_model(option, name, notes);
  std::string names;
  for (const shardline::model* m : catalog::models) append(names, m->name.view());
  refuse(option, name, names + ", or the path of a config.json");
}

shardline::accelerator find_accelerator(const std::string& option, const std::string& name) {
  if (const shardline::accelerator* known = catalog::find_accelerator(name)) return *known;
  std::string names;
  for (const shardline::accelerator& a : catalog::accelerators) append(names, a.name);
  refuse(option, name, names);
}

}  // namespace planner
