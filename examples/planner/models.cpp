#include "models.hpp"

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/io/hf_config.hpp"
#include "values.hpp"

namespace planner {

namespace {

namespace catalog = shardline::catalog;

// read(), unlike a stream's iterators, reports an error in mid-file: a part is not the file.
std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 4096> block{};
  while (file) {
    file.read(block.data(), block.size());
    text.append(block.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (!file.eof() || file.bad()) return std::nullopt;
  return text;
}

bool is_path(const std::string& name) {
  return name.find('/') != std::string::npos || name.ends_with(".json");
}

// The text of hf_quant_config.json beside a configuration; empty only if there is no such name. A
// dangling link or a directory says that the weights are quantised, but not how.
std::string read_quantisation(const std::string& option, const std::filesystem::path& path) {
  std::error_code ignored;
  const auto status = std::filesystem::symlink_status(path, ignored);
  if (status.type() == std::filesystem::file_type::not_found) return {};
  std::string text = read_file(path).value_or("");
  if (text.empty()) refuse(option, path.string(), "no such file, or one with text to read");
  return text;
}

struct imported_model {
  shardline::model model{};
  std::vector<std::string> notes{};
};

imported_model import_model(const std::string& option, const std::filesystem::path& path) {
  const std::optional<std::string> text = read_file(path);
  if (!text) refuse(option, path.string(), "a config.json that can be read");
  const std::string quantisation =
      read_quantisation(option, path.parent_path() / "hf_quant_config.json");
  const shardline::import_result imported = shardline::import_hf_config(*text, quantisation);
  if (!imported) throw bad_input{option + ": " + path.string() + ": " + imported.error, option};
  return {*imported.model, imported.notes};
}

// Each file is read once, however many lines of a batch name it.
const imported_model& imported_once(const std::string& option, const std::string& name) {
  static std::map<std::string, imported_model> known;
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  return known.emplace(name, import_model(option, name)).first->second;
}

void append(std::string& names, std::string_view name) {
  if (!names.empty()) names += ", ";
  names += name;
}

}  // namespace

shardline::model find_model(const std::string& option, const std::string& name,
                            std::vector<std::string>& notes) {
  if (const shardline::model* known = catalog::find_model(name)) return *known;
  if (is_path(name)) {
    const imported_model& imported = imported_once(option, name);
    notes.insert(notes.end(), imported.notes.begin(), imported.notes.end());
    return imported.model;
  }
  std::string names;
  for (const shardline::model* m : catalog::models) append(names, m->name.view());
  refuse(option, name, names + ", or the path of a config.json");
}

shardline::accelerator find_accelerator(const std::string& option, const std::string& name) {
  if (const shardline::accelerator* known = catalog::find_accelerator(name)) return *known;
  std::string names;
  for (const shardline::accelerator& a : catalog::accelerators) append(names, a.name.view());
  refuse(option, name, names);
}

}  // namespace planner
