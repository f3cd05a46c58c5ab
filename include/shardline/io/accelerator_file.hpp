// SPDX-License-Identifier: BSL-1.0
/// Accelerators from a JSON file, and single figures put on one: the fields of
/// describe/accelerator.hpp by their names there, in SI base units.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/io/hf/reader.hpp"
#include "shardline/io/near_names.hpp"
#include "shardline/io/text/feasibility.hpp"

namespace shardline {

/// A figure of an accelerator that may be set.
///   name       "peak.fp8"; in a file objects within each other, {"peak": {"fp8": 2e15}}
///   range      its unit and the values that it may have
///   meaning    in a few words
///   exchange   its value, once it is set to *x where x is not null
///   least      what no accelerator is below: "memory": 80 is of GB, not of bytes. A range from 0
///              still has 0
struct accelerator_figure {
  std::string_view name{};
  field_range range{};
  std::string_view meaning{};
  double (*exchange)(accelerator& a, const double* x) = nullptr;
  double least = 0.0;

  /// The figure of an accelerator, in its unit; 0 where it is not said.
  [[nodiscard]] double of_accelerator(accelerator a) const { return exchange(a, nullptr); }
  /// Whether it may be x: in its range, and no less than `least` unless it is none.
  [[nodiscard]] bool allows(double x) const {
    const bool none = range.lowest == 0.0 && x == 0.0;
    return range.contains(x) && (none || x >= least);
  }
  /// " [bytes]", or nothing.
  [[nodiscard]] std::string unit_text() const {
    if (range.unit == figure_unit::none) return {};
    return " [" + std::string(shardline::name(range.unit)) + "]";
  }
  /// "a number from 100000000 to 1e+15"; with ", or 0" where that is none at all.
  [[nodiscard]] std::string allowed() const {
    field_range typed = range;
    typed.lowest = (std::max)(least, range.lowest);
    const std::string text(allowed_in(typed).view());
    return least > 0.0 && range.lowest == 0.0 ? text + ", or 0" : text;
  }
};

namespace detail {

// A quantity, a count or a truth value as a number, set where x is given.
template <class Figure>
double exchanged(Figure& figure, const double* x) {
  if constexpr (requires { figure.value(); }) {
    if (x != nullptr) figure = Figure::from_value(*x);
    return figure.value();
  } else {
    if (x != nullptr) figure = static_cast<Figure>(*x);
    return static_cast<double>(figure);
  }
}

// Below these a figure was meant in another unit: GB, GB/s, TFLOP/s, MB.
inline constexpr double least_memory = 1e8;
inline constexpr double least_rate = 1e6;
inline constexpr double least_peak = 1e9;
inline constexpr double least_cache = 1e4;

// Figures that no rule refuses, since they only shape the policy fitted.
inline constexpr field_range switched{{}, "", figure_unit::none, 0.0, 1.0, true};
inline constexpr field_range cores{{}, "", figure_unit::none, 0.0, 1e6, true};
inline constexpr field_range cache_bytes{{}, "", figure_unit::bytes, 0.0, 1e15, false};

}  // namespace detail

/// Every figure, in the order in which describe/accelerator.hpp has them.
inline constexpr std::array accelerator_figures{
    accelerator_figure{
        "peak.fp32", range_of(field::peak), "dense, 0: none",
        [](accelerator& a, const double* x) { return detail::exchanged(a.peak.fp32, x); },
        detail::least_peak},
    accelerator_figure{
        "peak.tf32", range_of(field::peak), "dense, 0: none",
        [](accelerator& a, const double* x) { return detail::exchanged(a.peak.tf32, x); },
        detail::least_peak},
    accelerator_figure{
        "peak.bf16", range_of(field::peak), "dense, 0: none",
        [](accelerator& a, const double* x) { return detail::exchanged(a.peak.bf16, x); },
        detail::least_peak},
    accelerator_figure{
        "peak.fp16", range_of(field::peak), "dense, 0: none",
        [](accelerator& a, const double* x) { return detail::exchanged(a.peak.fp16, x); },
        detail::least_peak},
    accelerator_figure{
        "peak.fp8", range_of(field::peak), "dense, 0: none",
        [](accelerator& a, const double* x) { return detail::exchanged(a.peak.fp8, x); },
        detail::least_peak},
    accelerator_figure{
        "peak.int8", range_of(field::peak), "dense, 0: none",
        [](accelerator& a, const double* x) { return detail::exchanged(a.peak.int8, x); },
        detail::least_peak},
    accelerator_figure{
        "peak.fp4", range_of(field::peak), "dense, 0: none",
        [](accelerator& a, const double* x) { return detail::exchanged(a.peak.fp4, x); },
        detail::least_peak},
    accelerator_figure{
        "peak.int4", range_of(field::peak), "dense, 0: none",
        [](accelerator& a, const double* x) { return detail::exchanged(a.peak.int4, x); },
        detail::least_peak},
    accelerator_figure{
        "memory", range_of(field::memory), "what an application is shown",
        [](accelerator& a, const double* x) { return detail::exchanged(a.memory, x); },
        detail::least_memory},
    accelerator_figure{
        "memory_rate", range_of(field::memory_rate), "of that memory",
        [](accelerator& a, const double* x) { return detail::exchanged(a.memory_rate, x); },
        detail::least_rate},
    accelerator_figure{
        "scale_up.rate", range_of(field::scale_up_rate),
        "one direction, inside a domain (NVLink, PCIe)",
        [](accelerator& a, const double* x) { return detail::exchanged(a.scale_up.rate, x); },
        detail::least_rate},
    accelerator_figure{
        "scale_up.latency", range_of(field::scale_up_latency), "before the first byte",
        [](accelerator& a, const double* x) { return detail::exchanged(a.scale_up.latency, x); }},
    accelerator_figure{
        "domain", range_of(field::gpus_per_domain), "accelerators in one scale-up domain",
        [](accelerator& a, const double* x) { return detail::exchanged(a.domain, x); }},
    accelerator_figure{
        "mesh", detail::switched, "1: links to each other, no switch between",
        [](accelerator& a, const double* x) { return detail::exchanged(a.mesh, x); }},
    accelerator_figure{
        "network.rate", range_of(field::network_rate), "one direction, its share of the network",
        [](accelerator& a, const double* x) { return detail::exchanged(a.network.rate, x); },
        detail::least_rate},
    accelerator_figure{
        "network.latency", range_of(field::network_latency), "before the first byte",
        [](accelerator& a, const double* x) { return detail::exchanged(a.network.latency, x); }},
    accelerator_figure{
        "multiprocessors", detail::cores, "SMs, CUs or cores, 0: not known",
        [](accelerator& a, const double* x) { return detail::exchanged(a.multiprocessors, x); }},
    accelerator_figure{
        "last_level_cache", detail::cache_bytes, "shared by them, 0: not known",
        [](accelerator& a, const double* x) { return detail::exchanged(a.last_level_cache, x); },
        detail::least_cache},
    accelerator_figure{
        "torus.x", range_of(field::torus_axes), "length of an axis, 1: none",
        [](accelerator& a, const double* x) { return detail::exchanged(a.torus.axes[0], x); }},
    accelerator_figure{
        "torus.y", range_of(field::torus_axes), "likewise",
        [](accelerator& a, const double* x) { return detail::exchanged(a.torus.axes[1], x); }},
    accelerator_figure{
        "torus.z", range_of(field::torus_axes), "likewise",
        [](accelerator& a, const double* x) { return detail::exchanged(a.torus.axes[2], x); }},
    accelerator_figure{
        "torus.ring", range_of(field::torus_ring), "axes of a multiple are rings",
        [](accelerator& a, const double* x) { return detail::exchanged(a.torus.ring, x); }}};

/// The makers whose kernels an accelerator may run, by name.
inline constexpr std::array<std::pair<std::string_view, vendor>, 6> vendor_names{
    {{"unknown", vendor::unknown},
     {"nvidia", vendor::nvidia},
     {"amd", vendor::amd},
     {"google", vendor::google},
     {"amazon", vendor::amazon},
     {"intel", vendor::intel}}};

/// The architectures whose kernels were measured, by name.
inline constexpr std::array<std::pair<std::string_view, architecture>, 6> architecture_names{
    {{"unknown", architecture::unknown},
     {"ampere", architecture::ampere},
     {"ada", architecture::ada},
     {"hopper", architecture::hopper},
     {"blackwell", architecture::blackwell},
     {"blackwell_graphics", architecture::blackwell_graphics}}};

/// The names of all of accelerator_figures, for a message.
///   22 of them, "memory_rate" among them   (tests/io/documented.cpp)
[[nodiscard]] inline std::vector<std::string_view> figure_names() {
  std::vector<std::string_view> names;
  names.reserve(accelerator_figures.size());
  for (const accelerator_figure& f : accelerator_figures) names.push_back(f.name);
  return names;
}

/// Sets one figure, in the unit that accelerator_figures has for it (bytes, bytes/s, FLOP/s, s, or
/// a count), within the range that base/field.hpp allows. Answers what is wrong, "peak.fp8: -1;
/// allowed: ...", or nothing.   (tests/io/accelerator_file.cpp)
[[nodiscard]] inline std::string set_figure(accelerator& a, std::string_view name, double x) {
  for (const accelerator_figure& f : accelerator_figures) {
    if (f.name != name) continue;
    if (!f.allows(x)) {
      return std::string(name) + ": " + in_full(x) + "; allowed: " + f.allowed() + f.unit_text();
    }
    (void)f.exchange(a, &x);
    return {};
  }
  return hf::printable(name) + did_you_mean(name, figure_names()) +
         ": not known; allowed: " + listed_names(figure_names());
}

/// An accelerator, or one line that says why there is none.
struct accelerator_result {
  accelerator of{};
  std::string error{};
};

namespace detail {

// Sets what a file says, object within object: `path` is "peak." inside of "peak".
class accelerator_reader {
 public:
  accelerator_reader(accelerator& a, hf::diagnosis& d) : a_(a), d_(d) {}

  void read(const hf::json& object, const std::string& path) {
    for (const auto& [key, value] : object.items()) {
      if (d_.failed()) return;
      const std::string name = path + key;
      if (value.is_object() && path.empty()) {
        read(value, name + ".");
      } else if (path.empty() && is_word(key)) {
        read_word(key, value);
      } else if (value.is_number() || value.is_boolean()) {
        const double x = value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>();
        put(set_figure(a_, name, x));
      } else {
        put(hf::printable(name) + ": " + hf::shown(value) + "; allowed: a number");
      }
    }
  }

 private:
  static bool is_word(std::string_view key) {
    return key == "name" || key == "like" || key == "vendor" || key == "architecture";
  }
  void put(const std::string& fault) {
    if (!fault.empty()) d_.fail("$." + fault);
  }
  void read_word(const std::string& key, const hf::json& value) {
    const auto* text = value.get_ptr<const hf::json::string_t*>();
    if (text == nullptr) return put(key + ": " + hf::shown(value) + "; allowed: a string");
    if (key == "name") {
      a_.name = *text;
      if (text->empty() || text->size() > short_name::most) {
        put("name: " + hf::printable(*text) + "; allowed: from 1 to 95 characters");
      }
    } else if (key == "vendor") {
      read_one_of(key, *text, vendor_names, a_.vendor);
    } else if (key == "architecture") {
      read_one_of(key, *text, architecture_names, a_.architecture);
    }
  }
  template <class Names, class Value>
  void read_one_of(const std::string& key, const std::string& text, const Names& named,
                   Value& value) {
    std::vector<std::string_view> names;
    for (const auto& [name, of_name] : named) {
      if (name == text) {
        value = of_name;
        return;
      }
      names.push_back(name);
    }
    put(key + ": " + hf::printable(text) + did_you_mean(text, names) +
        "; allowed: " + listed_names(names));
  }

  accelerator& a_;
  hf::diagnosis& d_;
};

// The catalog's accelerator that "like" names; one of nothing where it is not said.
inline accelerator read_like(const hf::json& document, hf::diagnosis& d) {
  const auto found = document.find("like");
  if (found == document.end()) return {};
  const auto* text = found->get_ptr<const hf::json::string_t*>();
  const accelerator* known = text == nullptr ? nullptr : catalog::find_accelerator(*text);
  if (known != nullptr) return *known;
  std::vector<std::string_view> names;
  names.reserve(catalog::accelerators.size());
  for (const accelerator& a : catalog::accelerators) names.push_back(a.name.view());
  const std::string near = text == nullptr ? std::string() : did_you_mean(*text, names);
  d.fail("$.like: " + hf::shown(*found) + near + "; allowed: " + listed_names(names));
  return {};
}

}  // namespace detail

/// The accelerator that a JSON text describes: "name", "vendor", "architecture", "like" (an
/// accelerator of catalog/accelerators.hpp, whose figures hold where the text gives none) and
/// accelerator_figures. Memory, its rate and a peak must come from one or the other. Whatever is
/// not known is refused by its path.
///   {"name": "h100-at-home", "like": "h100-sxm", "memory": 8e10, "domain": 4}
///   (tests/io/accelerator_file.cpp)
[[nodiscard]] inline accelerator_result read_accelerator(std::string_view text) {
  hf::diagnosis d;
  const hf::json document = hf::parse_object(text, d);
  accelerator_result result;
  if (!d.failed()) result.of = detail::read_like(document, d);
  if (!d.failed()) detail::accelerator_reader(result.of, d).read(document, "");
  if (!d.failed()) {
    if (result.of.name.length == 0) d.fail("$.name: missing; allowed: a string");
    if (result.of.memory.value() < 1.0) d.fail("$.memory: missing; allowed: bytes from 100000000");
    if (result.of.memory_rate.value() < 1.0) {
      d.fail("$.memory_rate: missing; allowed: bytes per second from 1000000");
    }
    if (supported(result.of, precision::bf16) == precision::fp32 &&
        result.of.peak.fp32.value() < 1.0) {
      d.fail("$.peak: missing; allowed: a FLOP/s of bf16, or of a wider type");
    }
  }
  result.error = d.error;
  return result;
}

}  // namespace shardline
