// SPDX-License-Identifier: BSL-1.0
/// Columns of a CSV file by name.
#pragma once

#define CSV_IO_NO_THREAD
#include <libfccp/csv.h>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

namespace accuracy {

/// The named columns of a file, row by row. A file or column that is missing throws, as does a
/// number that is none, naming both.
template <std::size_t N>
class table {
 public:
  table(const std::string& file, const std::array<const char*, N>& columns)
      : reader_(file), columns_(columns) {
    select(std::make_index_sequence<N>{});
  }

  bool next() { return read(std::make_index_sequence<N>{}); }
  [[nodiscard]] const std::string& word(std::size_t column) const { return cells_[column]; }
  [[nodiscard]] bool empty(std::size_t column) const { return cells_[column].empty(); }
  [[nodiscard]] double number(std::size_t column) const {
    std::size_t used = 0;
    try {
      const double value = std::stod(cells_[column], &used);
      if (used == cells_[column].size()) return value;
    } catch (const std::logic_error&) {
    }
    throw std::invalid_argument(std::string(columns_[column]) + ": \"" + cells_[column] +
                                "\"; allowed: a number");
  }

 private:
  template <std::size_t... I>
  void select(std::index_sequence<I...>) {
    reader_.read_header(io::ignore_extra_column, columns_[I]...);
  }
  template <std::size_t... I>
  bool read(std::index_sequence<I...>) {
    return reader_.read_row(cells_[I]...);
  }

  io::CSVReader<N, io::trim_chars<' ', '\t'>, io::double_quote_escape<',', '"'>> reader_;
  std::array<const char*, N> columns_;
  std::array<std::string, N> cells_{};
};

}  // namespace accuracy
