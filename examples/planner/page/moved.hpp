// SPDX-License-Identifier: BSL-1.0
/// What a page's sliders move: options of the command line, each with the values that it may take.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "markup.hpp"
#include "operators.hpp"
#include "question.hpp"

namespace planner::page {

/// One slider: option "--set memory_rate" stands for `--set memory_rate=value`.
///   shown   the values as people read them
struct slider {
  std::string option{};
  std::string label{};
  std::vector<std::string> values{};
  std::vector<std::string> shown{};
  std::size_t at = 0;
};

namespace detail {

// A figure of the accelerator by its name among the fields of --set; null where it is no slider's.
inline shardline::flop_rate<>* peak_of(shardline::accelerator& a, std::string_view name) {
  if (name == "peak.bf16") return &a.peak.bf16;
  if (name == "peak.fp16") return &a.peak.fp16;
  if (name == "peak.fp8") return &a.peak.fp8;
  if (name == "peak.fp4") return &a.peak.fp4;
  return nullptr;
}

// The links of a cluster are those of its accelerator, as make_cluster() takes them.
inline bool set_figure(shardline::cluster& c, std::string_view name, double x) {
  using rate = shardline::bandwidth<>;
  shardline::accelerator& a = c.accelerator;
  if (name == "memory_rate") {
    a.memory_rate = rate::from_value(x);
  } else if (name == "scale_up.rate") {
    a.scale_up.rate = c.scale_up.rate = rate::from_value(x);
  } else if (name == "network.rate") {
    a.network.rate = c.network.rate = rate::from_value(x);
  } else if (shardline::flop_rate<>* peak = peak_of(a, name)) {
    *peak = shardline::flop_rate<>::from_value(x);
  } else {
    return false;
  }
  return true;
}

inline bool set_load(shardline::workload& w, std::string_view option, double x) {
  if (option == "--concurrency") {
    w.concurrency = x;
  } else if (option == "--input") {
    w.input = shardline::tokens<>::from_value(x);
  } else if (option == "--output") {
    w.output = shardline::tokens<>::from_value(x);
  } else if (option == "--output-cv") {
    w.output_cv = x;
  } else if (option == "--prefix-hit") {
    w.prefix_hit = x;
  } else if (option == "--acceptance") {
    w.speculation.acceptance = x;
  } else {
    return false;
  }
  return true;
}

// Puts the value where the option stands among the words, or behind them.
inline void put_word(question& q, std::string_view option, const std::string& value) {
  constexpr std::string_view figure = "--set ";
  const bool sets = option.starts_with(figure);
  const std::string begin = sets ? std::string(option.substr(figure.size())) + "=" : "";
  const std::string name(sets ? "--set" : option);
  for (auto& [known, text] : q.words) {
    if (known == name && text.starts_with(begin)) {
      text = begin + value;
      return;
    }
  }
  q.words.emplace_back(name, begin + value);
}

}  // namespace detail

/// Sets what an option says, as the command line would; false where no slider moves it.
[[nodiscard]] inline bool move(question& q, std::string_view option, const std::string& value) {
  const double x = std::strtod(value.c_str(), nullptr);
  constexpr std::string_view figure = "--set ";
  if (option == "--memory-fraction") {
    shardline::set_share(q.cluster.runtime, x);
  } else if (option.starts_with(figure)) {
    if (!detail::set_figure(q.cluster, option.substr(figure.size()), x)) return false;
  } else if (!detail::set_load(q.workload, option, x)) {
    return false;
  }
  detail::put_word(q, option, value);
  return true;
}

namespace detail {

inline slider slider_of(std::string option, std::string label, std::vector<double> values,
                        double now, std::string (*shown)(double)) {
  if (std::find(values.begin(), values.end(), now) == values.end()) values.push_back(now);
  std::sort(values.begin(), values.end());
  slider s{std::move(option), std::move(label), {}, {}, 0};
  for (const double x : values) {
    if (x == now) s.at = s.values.size();
    s.values.push_back(shardline::in_full(x));
    s.shown.push_back(shown(x));
  }
  return s;
}

inline std::vector<double> powers_of_two(double low, double high) {
  std::vector<double> values;
  for (double x = low; x <= high; x *= 2.0) values.push_back(x);
  return values;
}
inline std::vector<double> hundredths(int low, int high, int step) {
  std::vector<double> values;
  for (int i = low; i <= high; i += step) values.push_back(i / 100.0);
  return values;
}
// From half of a figure to twice.
inline std::vector<double> around(double figure) {
  std::vector<double> values;
  for (const int tenths : {5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 20}) {
    values.push_back(figure * tenths / 10.0);
  }
  return values;
}

inline std::string as_number(double x) { return shardline::in_full(x); }
inline std::string as_percent(double x) { return shardline::percent(x); }
inline std::string as_rate(double x) { return shardline::decimal_bytes(x) + "/s"; }
inline std::string as_flops(double x) { return flops_text(x); }

inline double share_of(const shardline::runtime& engine) {
  return std::visit([](const auto& rule) { return rule.share; }, engine.budget);
}

inline void add_load_sliders(const question& q, std::vector<slider>& all) {
  const shardline::workload& w = q.workload;
  const double longest = q.model.max_context > 0 ? static_cast<double>(q.model.max_context) : 1e6;
  const double most = std::max(128.0, std::min(131072.0, longest / 2.0));
  all.push_back(slider_of("--concurrency", "sequences in flight",
                          powers_of_two(1.0, std::max(4096.0, w.concurrency)), w.concurrency,
                          as_number));
  all.push_back(slider_of("--input", "prompt tokens", powers_of_two(128.0, most), w.input.value(),
                          as_number));
  all.push_back(slider_of("--output", "generated tokens", powers_of_two(16.0, most / 4.0),
                          w.output.value(), as_number));
  all.push_back(slider_of("--output-cv", "spread of lengths (cv)", hundredths(0, 200, 10),
                          w.output_cv, as_number));
  all.push_back(slider_of("--prefix-hit", "prefix cache hit", hundredths(0, 95, 5), w.prefix_hit,
                          as_percent));
  if (w.speculation.draft_tokens > 0) {
    all.push_back(slider_of("--acceptance", "acceptance of a guess", hundredths(0, 100, 5),
                            w.speculation.acceptance, as_percent));
  }
}

inline void add_chip_sliders(const question& q, std::vector<slider>& all) {
  shardline::accelerator a = q.cluster.accelerator;
  const shardline::precision used =
      supported(a, q.model.weights[shardline::weight_class::attention].math);
  const std::string peak = "peak." + std::string(name(used));
  if (const auto* figure = peak_of(a, peak)) {
    all.push_back(
        slider_of("--set " + peak, peak, around(figure->value()), figure->value(), as_flops));
  }
  all.push_back(slider_of("--set memory_rate", "memory bandwidth", around(a.memory_rate.value()),
                          a.memory_rate.value(), as_rate));
  for (const auto& [figure, label, rate] :
       {std::tuple{"scale_up.rate", "scale-up link", a.scale_up.rate.value()},
        std::tuple{"network.rate", "network", a.network.rate.value()}}) {
    if (rate > 0.0) {
      all.push_back(slider_of(std::string("--set ") + figure, label, around(rate), rate, as_rate));
    }
  }
}

}  // namespace detail

/// The sliders of a question, each at what was asked for.
[[nodiscard]] inline std::vector<slider> sliders_of(const question& q) {
  std::vector<slider> all;
  detail::add_load_sliders(q, all);
  all.push_back(detail::slider_of("--memory-fraction", "memory fraction",
                                  detail::hundredths(50, 100, 1),
                                  detail::share_of(q.cluster.runtime), detail::as_number));
  detail::add_chip_sliders(q, all);
  return all;
}

/// As inputs of a form, with the values that each position stands for.
[[nodiscard]] inline std::string sliders_markup(const question& q) {
  const auto joined = [](const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) text += (text.empty() ? "" : "|") + item;
    return text;
  };
  std::string out;
  int number = 0;
  for (const slider& s : sliders_of(q)) {
    const std::string id = "s" + std::to_string(number++);
    out += "<div class=\"slider\"><label for=\"" + id + "\">" + escaped(s.label) +
           "</label><output for=\"" + id + "\">" + escaped(s.shown[s.at]) +
           "</output><input type=\"range\" min=\"0\" id=\"" + id + "\" max=\"" +
           std::to_string(s.values.size() - 1) + "\" value=\"" + std::to_string(s.at) + "\"" +
           attribute("data-option", s.option) + attribute("data-values", joined(s.values)) +
           attribute("data-shown", joined(s.shown)) + attribute("aria-valuetext", s.shown[s.at]) +
           "></div>";
  }
  return out;
}

}  // namespace planner::page
