// SPDX-License-Identifier: BSL-1.0
#include "models.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/io/accelerator_file.hpp"
#include "shardline/io/hf_config.hpp"
#include "shardline/io/model_file.hpp"
#include "shardline/model/parameters.hpp"
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
  std::error_code ignored;
  return name.find('/') != std::string::npos || name.ends_with(".json") ||
         name.ends_with(".gguf") || name.ends_with(".gz") || std::filesystem::exists(name, ignored);
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

// What to read of a folder: its config.json, or Mistral's params.json.
std::filesystem::path file_of(const std::string& option, const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return path;
  for (const char* name : {"config.json", "params.json"}) {
    if (std::filesystem::exists(path / name, ignored)) return path / name;
  }
  refuse(option, path.string(), "a config.json, or a folder that has one");
}

// The bytes of a checkpoint that its index adds up, beside those that are priced.
void note_index(const std::filesystem::path& beside, imported_model& imported) {
  const std::filesystem::path path = beside / "model.safetensors.index.json";
  const std::optional<std::string> text = read_file(path);
  if (!text) return;
  const auto index = nlohmann::json::parse(*text, nullptr, false);
  const auto metadata = index.is_object() ? index.find("metadata") : index.end();
  if (!index.is_object() || metadata == index.end() || !metadata->is_object()) return;
  const auto total = metadata->find("total_size");
  if (total == metadata->end() || !total->is_number()) return;
  const double held = total->get<double>();
  const double priced = parameters(imported.model).total_bytes().value() +
                        mtp_parameters(imported.model).total_bytes().value();
  imported.notes.push_back(fmt::format(
      "model.safetensors.index.json: {:.0f} B in the checkpoint; {:.0f} B are counted, {:+.3f} %",
      held, priced, (priced / held - 1.0) * 100.0));
}

std::vector<std::string> known_models() {
  std::vector<std::string> known;
  for (const shardline::model* m : catalog::models) known.emplace_back(m->name.view());
  return known;
}

// A repository's name is no path here, but may be near to a name of the catalog.
[[noreturn]] void refuse_unread(const std::string& option, const std::string& name,
                                const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    refuse(option, path.string(), "a config.json that can be read");
  }
  refuse(option, name, "a config.json that can be read", known_models());
}

// What is wrong with a text, and what would not be.
std::string said(const std::string& error) {
  for (const char* word : {"; allowed: ", "; supported: "}) {
    if (error.find(word) != std::string::npos) return error;
  }
  const bool cut = error.find("JSON") != std::string::npos;
  return error + (cut ? "; allowed: all of a config.json, as its repository has it"
                      : "; allowed: a type that `shardline-plan models` lists, or --model-spec");
}

imported_model import_model(const std::string& option, const std::string& name) {
  const std::filesystem::path path = file_of(option, name);
  const std::optional<std::string> text = read_file(path);
  if (!text) refuse_unread(option, name, path);
  const std::string quantisation =
      read_quantisation(option, path.parent_path() / "hf_quant_config.json");
  const shardline::import_result imported = shardline::import_hf_config(*text, quantisation);
  if (!imported)
    throw bad_input{option + ": " + path.string() + ": " + said(imported.error), option};
  imported_model result{*imported.model, imported.notes};
  note_index(path.parent_path(), result);
  return result;
}

// Each file is read once, however many lines of a batch name it.
const imported_model& imported_once(const std::string& option, const std::string& name) {
  static std::map<std::string, imported_model> known;
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  return known.emplace(name, import_model(option, name)).first->second;
}

shardline::accelerator read_accelerator_file(const std::string& option, const std::string& name) {
  const std::optional<std::string> text = read_file(name);
  if (!text) refuse(option, name, "a JSON file that can be read");
  const shardline::accelerator_result read = shardline::read_accelerator(*text);
  if (!read.error.empty()) throw bad_input{option + ": " + name + ": " + read.error, option};
  return read.of;
}

void append(std::string& names, std::string_view name) {
  if (!names.empty()) names += ", ";
  names += name;
}

}  // namespace

const char* model_description() noexcept {
  return "name in the catalog, or path of a config.json or of a folder that has one";
}

shardline::model read_model_spec(const std::string& option, const std::string& name) {
  const std::optional<std::string> text = read_file(name);
  if (!text) refuse(option, name, "a JSON file that can be read");
  const shardline::model_result read = shardline::read_model(*text);
  if (!read.error.empty()) throw bad_input{option + ": " + name + ": " + read.error, option};
  return read.of;
}

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
  refuse(option, name, names + ", or the path of a config.json", known_models());
}

shardline::accelerator find_accelerator(const std::string& option, const std::string& name) {
  if (const shardline::accelerator* known = catalog::find_accelerator(name)) return *known;
  if (is_path(name)) return read_accelerator_file(option, name);
  std::string names;
  std::vector<std::string> known;
  for (const shardline::accelerator& a : catalog::accelerators) {
    append(names, a.name.view());
    known.emplace_back(a.name.view());
  }
  refuse(option, name, names, known);
}

void set_figure(const std::string& option, const std::string& text, shardline::accelerator& a) {
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
  double x = 0.0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), x);
  const bool beyond = error == std::errc::result_out_of_range;
  const bool is_number = (error == std::errc{} || beyond) && end == value.data() + value.size();
  if (value.empty() || !is_number) {
    refuse(option, text, "field=number, as memory=8e10 (see fields)");
  }
  const double given = beyond ? std::numeric_limits<double>::infinity() : x;
  const std::string fault = shardline::set_figure(a, name, given);
  // What no double holds is shown as it was written.
  if (beyond) refuse(option, text, fault.substr(fault.find("allowed: ") + 9));
  if (!fault.empty()) throw bad_input{option + ": " + fault, option};
}

}  // namespace planner
