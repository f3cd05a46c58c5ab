// SPDX-License-Identifier: BSL-1.0
/// Works out an equation as it is printed: "2 x 64 x 8192 FLOP / (989 TFLOP/s x 0.71) + 1.2 us".
#pragma once

#include <charconv>
#include <cmath>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace printed {

/// Of sums of products of numbers, each with its unit; words that are no unit say what is counted.
class equation {
 public:
  explicit equation(const std::string& text) : words_(words_of(text)) {}

  /// In SI base units; not a number where it is no equation.
  double value() {
    const double v = sum();
    return next_ == words_.size() ? v : std::nan("");
  }

 private:
  static std::vector<std::string> words_of(const std::string& text) {
    std::string apart;
    for (const char c : text) {
      const bool bracket = c == '(' || c == ')';
      if (bracket) apart += ' ';
      apart += c;
      if (bracket) apart += ' ';
    }
    std::istringstream in(apart);
    std::vector<std::string> words;
    for (std::string w; in >> w;) words.push_back(w);
    return words;
  }
  bool take(const char* word) {
    if (next_ == words_.size() || words_[next_] != word) return false;
    ++next_;
    return true;
  }
  double sum() {
    double v = product();
    while (take("+")) v += product();
    return v;
  }
  double product() {
    double v = factor();
    while (true) {
      if (take("x")) {
        v *= factor();
      } else if (take("/")) {
        v /= factor();
      } else {
        return v;
      }
    }
  }
  double factor() {
    if (take("(")) {
      const double v = sum();
      return take(")") ? of_unit(v) : std::nan("");
    }
    if (next_ == words_.size()) return std::nan("");
    const std::string& w = words_[next_++];
    double v = 0.0;
    const auto end = std::from_chars(w.data(), w.data() + w.size(), v);
    return end.ptr == w.data() + w.size() ? of_unit(v) : std::nan("");
  }
  // Behind a number: its unit, and words.
  double of_unit(double v) {
    static const std::map<std::string, double> units{
        {"ns", 1e-9},     {"us", 1e-6},       {"ms", 1e-3},      {"s", 1.0},
        {"B", 1.0},       {"KB", 1e3},        {"MB", 1e6},       {"GB", 1e9},
        {"B/s", 1.0},     {"KB/s", 1e3},      {"MB/s", 1e6},     {"GB/s", 1e9},
        {"TB/s", 1e12},   {"PB/s", 1e15},     {"FLOP", 1.0},     {"FLOP/s", 1.0},
        {"TB", 1e12},     {"GFLOP/s", 1e9},   {"TFLOP/s", 1e12}, {"PFLOP/s", 1e15},
        {"weights", 1.0}, {"activations", 1}, {"KV", 1.0},       {"cache", 1.0},
        {"state", 1.0},   {"launch", 1.0},    {"unhidden", 1.0}, {"latency", 1.0}};
    while (next_ < words_.size()) {
      const auto unit = units.find(words_[next_]);
      if (unit == units.end()) return v;
      v *= unit->second;
      ++next_;
    }
    return v;
  }

  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

}  // namespace printed
