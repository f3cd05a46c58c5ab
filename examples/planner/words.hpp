// SPDX-License-Identifier: BSL-1.0
/// What stands behind each option that is given.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace planner {

/// Options by their names on the command line, "--gpus", each with a text.
class words {
 public:
  void add(std::string option, std::string text) {
    items_.emplace_back(std::move(option), std::move(text));
  }
  /// What stands behind an option, possibly nothing at all; none where the option is not given.
  /// Throws bad_input where it is given twice.
  [[nodiscard]] std::optional<std::string> given(std::string_view option) const;
  /// What stands behind an option each time that it is given.
  [[nodiscard]] std::vector<std::string> all(std::string_view option) const;
  /// Whether an option that takes no value is given. Throws bad_input where it has one.
  [[nodiscard]] bool flag(std::string_view option) const;

  /// All of them, in their order.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& items() const {
    return items_;
  }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

}  // namespace planner
