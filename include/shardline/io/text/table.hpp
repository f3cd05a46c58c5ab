// SPDX-License-Identifier: BSL-1.0
/// Tables in plain text, each column as wide as its widest cell.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shardline/base/fwd.hpp"

namespace shardline {

/// Rows of cells, two spaces between columns. `alignment` has one letter per column: 'l' or 'r';
/// columns beyond it are aligned left.
///   text_table t("lr"); t.add({"weights", "15.0 GB"}); t.text("  ")
class text_table {
 public:
  explicit text_table(std::string_view alignment) : alignment_(alignment) {}

  /// A row below the others, which may have more cells than they.
  void add(std::vector<std::string> row) {
    if (widths_.size() < row.size()) widths_.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths_[i] < row[i].size()) widths_[i] = row[i].size();
    }
    rows_.push_back(std::move(row));
  }

  /// One line per row, each behind `indent` and without spaces at its end.
  [[nodiscard]] std::string text(std::string_view indent = "") const {
    std::string out;
    for (const auto& row : rows_) {
      std::string line(indent);
      for (std::size_t i = 0; i < row.size(); ++i) line += (i > 0 ? "  " : "") + padded(row, i);
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + '\n';
    }
    return out;
  }

 private:
  [[nodiscard]] std::string padded(const std::vector<std::string>& row, std::size_t i) const {
    const std::string space(widths_[i] - row[i].size(), ' ');
    const bool right = i < alignment_.size() && alignment_[i] == 'r';
    return right ? space + row[i] : row[i] + space;
  }

  std::string alignment_;
  std::vector<std::size_t> widths_{};
  std::vector<std::vector<std::string>> rows_{};
};

}  // namespace shardline
