// SPDX-License-Identifier: BSL-1.0
#include "tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "output.hpp"

namespace planner {

namespace {

using nlohmann::ordered_json;

// A row's cells by the names of their columns.
using row = std::vector<std::pair<std::string, const ordered_json*>>;

struct table {
  std::vector<std::string> columns{};
  std::vector<row> rows{};
};

std::string below(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

// Whether a list is of named numbers: [{"name": "attention", "seconds": 1.5}].
bool is_named_list(const ordered_json& list) {
  return !list.empty() && std::all_of(list.begin(), list.end(), [](const ordered_json& one) {
    return one.is_object() && one.size() == 2 && one.contains("name") && one.contains("seconds");
  });
}

// Members of members by their path, of named numbers by their names; other lists and plain values as
// they are.
void flatten(const ordered_json& value, const std::string& path, row& into) {
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) flatten(member, below(path, name), into);
  } else if (value.is_array() && is_named_list(value)) {
    for (const ordered_json& one : value) {
      into.emplace_back(below(path, one["name"].get<std::string>()), &one["seconds"]);
    }
  } else {
    into.emplace_back(path, &value);
  }
}

// The arrays whose elements are a command's rows; none where fields are.
std::vector<std::string_view> arrays_of(task t) {
  switch (t) {
    case task::search:
    case task::merge:
      return {"/layouts"};
    case task::pools:
      return {"/pools"};
    case task::compare:
      return {"/decode_differences", "/prefill_differences"};
    case task::explain:
      return {"/prefill/operators", "/decode/operators"};
    case task::sensitivity:
      return {"/sensitivity"};
    case task::list:
      return {""};
    default:
      return {};
  }
}

// "prefill.operators" of "/prefill/operators".
std::string name_of_array(std::string_view pointer) {
  std::string name(pointer.substr(pointer.empty() ? 0 : 1));
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

struct named_rows {
  ordered_json names = ordered_json::array();  // that rows of several arrays are told apart by
  table of{};
};

void add_columns(table& t) {
  for (const row& r : t.rows) {
    for (const auto& [column, value] : r) {
      const bool known = std::find(t.columns.begin(), t.columns.end(), column) != t.columns.end();
      if (!known) t.columns.push_back(column);
    }
  }
}

void put_rows(named_rows& into, const options& o, const ordered_json& result) {
  const std::vector<std::string_view> arrays = arrays_of(o.task);
  for (const std::string_view pointer : arrays) into.names.push_back(name_of_array(pointer));
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const ordered_json::json_pointer at{std::string(arrays[i])};
    if (!result.contains(at) || !result[at].is_array()) continue;
    for (const ordered_json& element : result[at]) {
      row r;
      if (arrays.size() > 1) r.emplace_back("table", &into.names[i]);
      flatten(element, "", r);
      into.of.rows.push_back(std::move(r));
    }
  }
  // What each of the layouts costs stands in a list of its own.
  if (!result.contains("costs")) return;
  for (std::size_t i = 0; i < into.of.rows.size(); ++i) {
    flatten(result["costs"][i], "", into.of.rows[i]);
  }
}

// Each field as a row of its own.
void put_fields(named_rows& into, const ordered_json& result) {
  row all;
  flatten(result, "", all);
  for (const auto& [field, value] : all) into.names.push_back(field);
  for (std::size_t i = 0; i < all.size(); ++i) {
    into.of.rows.push_back({{"field", &into.names[i]}, {"value", all[i].second}});
  }
}

const ordered_json* cell(const row& r, const std::string& column) {
  for (const auto& [name, value] : r) {
    if (name == column) return value;
  }
  return nullptr;
}

std::string plain_text(const ordered_json* value) {
  if (value == nullptr || value->is_null()) return "";
  return value->is_string() ? value->get<std::string>() : value->dump();
}

std::string csv_cell(const ordered_json* value) {
  std::string text = plain_text(value);
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_text(const table& t) {
  std::string text;
  const auto add_line = [&](const auto& cell_of) {
    for (std::size_t i = 0; i < t.columns.size(); ++i) {
      text += (i > 0 ? "," : "") + cell_of(t.columns[i]);
    }
    text += '\n';
  };
  add_line([](const std::string& column) {
    const ordered_json name = column;
    return csv_cell(&name);
  });
  for (const row& r : t.rows) {
    add_line([&r](const std::string& column) { return csv_cell(cell(r, column)); });
  }
  return text;
}

std::string markdown_cell(const ordered_json* value) {
  if (value != nullptr && value->is_number_float()) {
    return fmt::format("{:.6g}", value->get<double>());
  }
  std::string text;
  for (const char c : plain_text(value)) {
    if (c == '|') text += '\\';
    text += c == '\n' ? ' ' : c;
  }
  return text;
}

// Whether a column is of lists, or of what a list has: a table for people has no place for them.
bool is_of_lists(const table& t, const std::string& column) {
  return column.find(".terms.") != std::string::npos ||
         std::any_of(t.rows.begin(), t.rows.end(), [&](const row& r) {
           const ordered_json* value = cell(r, column);
           return value != nullptr && value->is_array();
         });
}

// Whether a column says the same in all of several rows.
bool is_constant(const table& t, const std::string& column) {
  return t.rows.size() > 1 && std::all_of(t.rows.begin(), t.rows.end(), [&](const row& r) {
           return plain_text(cell(r, column)) == plain_text(cell(t.rows[0], column));
         });
}

std::string markdown_text(const table& t) {
  std::vector<std::string> shown;
  std::string constant;
  for (const std::string& column : t.columns) {
    if (t.columns.size() > 2 && is_of_lists(t, column)) continue;
    if (!is_constant(t, column)) {
      shown.push_back(column);
      continue;
    }
    constant += (constant.empty() ? "In every row: " : ", ") + column + " " +
                markdown_cell(cell(t.rows[0], column));
  }
  std::string text = constant.empty() ? "" : constant + "\n\n";
  std::string heading = "|";
  std::string rule = "|";
  for (const std::string& column : shown) {
    heading += " " + column + " |";
    rule += "---|";
  }
  text += heading + "\n" + rule + "\n";
  for (const row& r : t.rows) {
    text += "|";
    for (const std::string& column : shown) text += " " + markdown_cell(cell(r, column)) + " |";
    text += "\n";
  }
  return text;
}

}  // namespace

std::string tables_text(const options& o, const ordered_json& result) {
  named_rows found;
  put_rows(found, o, result);
  if (found.of.rows.empty()) {  // of a search that found none, why
    found = {};
    put_fields(found, result);
  }
  add_columns(found.of);
  return o.form == output_form::csv ? csv_text(found.of) : markdown_text(found.of);
}

void print_result(const options& o, const ordered_json& result) {
  if (o.form == output_form::json) {
    print("{}\n", result.dump(2));
  } else {
    write(tables_text(o, result));
  }
}

}  // namespace planner
