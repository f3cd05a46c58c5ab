// SPDX-License-Identifier: BSL-1.0
#include "words.hpp"

#include <algorithm>

#include "values.hpp"

namespace planner {

std::optional<std::string> words::given(std::string_view option) const {
  const auto is_it = [option](const auto& item) { return item.first == option; };
  const auto found = std::find_if(items_.begin(), items_.end(), is_it);
  if (found == items_.end()) return std::nullopt;
  auto next = std::find_if(found + 1, items_.end(), is_it);
  if (next == items_.end()) return found->second;
  std::string all = found->second;
  for (; next != items_.end(); next = std::find_if(next + 1, items_.end(), is_it)) {
    all += ", " + next->second;
  }
  refuse(option, "given twice (" + all + ")", "once");
}

std::vector<std::string> words::all(std::string_view option) const {
  std::vector<std::string> found;
  for (const auto& [name, text] : items_) {
    if (name == option) found.push_back(text);
  }
  return found;
}

bool words::flag(std::string_view option) const {
  const std::optional<std::string> text = given(option);
  if (text && *text != "true") refuse(option, *text, "no value");
  return text.has_value();
}

}  // namespace planner
