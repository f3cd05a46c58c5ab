// SPDX-License-Identifier: BSL-1.0
/// The curves of `fitted` from timings of kernels.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "shardline/plan/calibration/constants.hpp"
#include "shardline/plan/calibration/report.hpp"
#include "shardline/plan/calibration/timings.hpp"

namespace shardline {

/// The kinds of curves that kernels have.
enum class kernel_kind : unsigned char {
  gemm,
  prefill,
  decode,
  latent_prefill,
  latent_decode,
  experts,
  elementwise
};

/// The name of a kind of kernel, and of a format of curves/kernels.hpp, for reports.
///   "routed experts" is the sixth of 7, "8 bits" the second of 6
///   (tests/plan/calibration_operators.cpp)
[[nodiscard]] constexpr std::string_view name(kernel_kind k) noexcept {
  constexpr std::array<std::string_view, 7> names{"matrix multiplication",
                                                  "attention of prompts",
                                                  "attention of decode steps",
                                                  "latent attention of prompts",
                                                  "latent attention of decode steps",
                                                  "routed experts",
                                                  "vector kernels"};
  return names[static_cast<std::size_t>(k)];
}
[[nodiscard]] constexpr std::string_view name(kernel_format f) noexcept {
  constexpr std::array<std::string_view, 6> names{
      "16 bits",     "8 bits", "8 bits in blocks", "4-bit integers", "4-bit floats, widened",
      "4-bit floats"};
  return names[static_cast<std::size_t>(f)];
}

/// Which constants of a kind of curve are fitted; without names, its usual ones
/// (plan/calibration/constants.hpp).
struct free_constants {
  kernel_kind kind = kernel_kind::gemm;
  std::vector<std::string> names{};
};

namespace detail {

// Which curve a kernel is timed by; all vector kernels have one.
struct curve_key {
  kernel_kind kind = kernel_kind::gemm;
  kernel_format format = kernel_format::wide;
  // NOLINTNEXTLINE(modernize-use-nullptr): there is no pointer in it
  friend auto operator<=>(const curve_key&, const curve_key&) = default;

  [[nodiscard]] std::string text() const {
    const std::string of(name(kind));
    return kind == kernel_kind::elementwise ? of : of + ", " + std::string(name(format));
  }
};

struct key_of_kernel {
  curve_key operator()(const gemm<double>& op) const {
    return {kernel_kind::gemm, kernel_of(op.weight.format)};
  }
  curve_key operator()(const attention_core<double>& op) const {
    const bool prompt = op.phase == phase::prefill;
    const auto kind = op.latent ? prompt ? kernel_kind::latent_prefill : kernel_kind::latent_decode
                      : prompt  ? kernel_kind::prefill
                                : kernel_kind::decode;
    return {kind, cache_kernel(shape_of(op))};
  }
  curve_key operator()(const expert_layer& l) const {
    return {kernel_kind::experts, kernel_of(l.around.format)};
  }
  curve_key operator()(const elementwise<double>&) const { return {kernel_kind::elementwise, {}}; }
};

struct kernel_fault {
  std::string operator()(const auto& op) const { return fault_of_kernel(op); }
};

// Where a policy keeps a curve.
template <class Curve>
struct curve_of_format {
  by_format<Curve> fitted::*curves;
  kernel_format format;
  Curve& operator()(fitted& f) const { return (f.*curves)[format]; }
};
struct curve_of_vectors {
  elementwise_curve<>& operator()(fitted& f) const { return f.elementwise; }
};

// The time of a kernel on an accelerator whose curve is exchanged for each prediction.
template <class Slot>
struct kernel_predictor {
  mutable basic_accelerator<double, fitted> accelerator;
  Slot slot;

  template <class Curve, class Operator>
  double operator()(const Curve& curve, const Operator& op) const {
    slot(accelerator.efficiency) = curve;
    return kernel_seconds(accelerator, op);
  }
};

// Fits one curve of a policy to those timings that are of it.
struct curve_fitter {
  const basic_accelerator<double, fitted>& start;
  const std::vector<operator_timing>& timings;
  const std::vector<free_constants>& chosen;
  fitted& policy;

  [[nodiscard]] curve_report fit(const curve_key& key, const std::vector<std::size_t>& rows) const {
    curve_report r = fit_kind(key, rows);
    r.curve = key.text();
    r.timings = rows;
    if (!r.fault.empty()) r.fault = r.curve + ": " + r.fault;
    return r;
  }

 private:
  [[nodiscard]] curve_report fit_kind(const curve_key& key,
                                      const std::vector<std::size_t>& rows) const {
    const kernel_format f = key.format;
    switch (key.kind) {
      case kernel_kind::gemm:
        return fit_curve<gemm<double>>(curve_of_format<gemm_curve<>>{&fitted::gemm, f}, key, rows);
      case kernel_kind::prefill:
        return fit_attention<prefill_curve<>>(&fitted::prefill, key, rows);
      case kernel_kind::decode:
        return fit_attention<decode_curve<>>(&fitted::decode, key, rows);
      case kernel_kind::latent_prefill:
        return fit_attention<prefill_curve<>>(&fitted::latent_prefill, key, rows);
      case kernel_kind::latent_decode:
        return fit_attention<decode_curve<>>(&fitted::latent_decode, key, rows);
      case kernel_kind::experts:
        return fit_curve<expert_layer>(curve_of_format<expert_curve<>>{&fitted::experts, f}, key,
                                       rows);
      case kernel_kind::elementwise:
        return fit_curve<elementwise<double>>(curve_of_vectors{}, key, rows);
    }
    return {};
  }
  template <class Curve>
  [[nodiscard]] curve_report fit_attention(by_format<Curve> fitted::*curves, const curve_key& key,
                                           const std::vector<std::size_t>& rows) const {
    return fit_curve<attention_core<double>>(curve_of_format<Curve>{curves, key.format}, key, rows);
  }
  template <class Operator, class Slot>
  [[nodiscard]] curve_report fit_curve(const Slot& slot, const curve_key& key,
                                       const std::vector<std::size_t>& rows) const {
    auto& curve = slot(policy);
    curve_report r;
    const auto free = named(constants_of(curve), names_for(key.kind, curve), r.fault);
    if (!r.fault.empty()) return r;
    std::vector<timed<Operator>> own;
    for (const std::size_t i : rows) {
      const auto& op = std::get<Operator>(timings[i].op);
      own.push_back({op, timings[i].measured.value(), shape_of_timing(op)});
    }
    return report_fit(curve, starting_at(curve, free), own, kernel_predictor<Slot>{start, slot});
  }
  template <class Curve>
  [[nodiscard]] std::vector<std::string> names_for(kernel_kind kind, const Curve& curve) const {
    for (const free_constants& f : chosen) {
      if (f.kind == kind && !f.names.empty()) return f.names;
    }
    return usual_constants(curve);
  }
};

inline std::string fault_of_timings(const std::vector<operator_timing>& timings) {
  if (timings.empty()) return refusal("timings", "none", "at least one");
  for (std::size_t i = 0; i < timings.size(); ++i) {
    const std::string at = "timings[" + std::to_string(i) + "].";
    const std::string fault = std::visit(kernel_fault{}, timings[i].op);
    if (!fault.empty()) return at + "op." + fault;
    std::string time = positive(at + "measured [s]", timings[i].measured.value());
    if (!time.empty()) return time;
  }
  return {};
}

using rows_by_curve = std::map<curve_key, std::vector<std::size_t>>;

inline bool has_kind(const rows_by_curve& rows, kernel_kind kind) {
  for (const auto& [key, own] : rows) {
    if (key.kind == kind) return true;
  }
  return false;
}

inline std::string fault_of_choice(const std::vector<free_constants>& chosen,
                                   const rows_by_curve& rows) {
  for (const free_constants& f : chosen) {
    if (has_kind(rows, f.kind)) continue;
    return refusal("timings", "none of " + std::string(name(f.kind)),
                   "at least one of each kind that is to be fitted");
  }
  return {};
}

// Where all that a step mostly consists of was measured, the policy was.
inline bool covers_a_step(const rows_by_curve& rows) {
  const bool prompts =
      has_kind(rows, kernel_kind::prefill) || has_kind(rows, kernel_kind::latent_prefill);
  const bool decodes =
      has_kind(rows, kernel_kind::decode) || has_kind(rows, kernel_kind::latent_decode);
  return has_kind(rows, kernel_kind::gemm) && prompts && decodes;
}

}  // namespace detail

/// Fits the curves of the kernels that were timed, one for each kind of kernel and format, on the
/// accelerator `start`, whose policy says where each search starts and what stays as it is:
/// with_fitted_kernels(a) for timings of a benchmark's loop. `chosen` names the constants that are
/// free, kind by kind, and so asks for that kind. Time is predicted as time_of() does; the mean
/// error is cross-validated by shape: n and k, heads, experts, width.
/// Timings of kernels that one curve times must outnumber its free constants. Assumes that formats
/// with kernels of one kind differ in nothing else.
/// Each report's `source` is measured; the policy's is once matrix multiplication and attention of
/// prompts and of decode steps were fitted.
/// The fault names the timing's field, its value and what is allowed; or the curve and the constant
/// that its timings leave open. Then the policy is the one it started from.
///   a B200's kernels from timings of 2,000 made-up TFLOP/s: tests/plan/calibration_operators.cpp
[[nodiscard]] inline policy_calibration<fitted> calibrate_operators(
    const basic_accelerator<double, fitted>& start, const std::vector<operator_timing>& timings,
    const std::vector<free_constants>& chosen = {}) {
  policy_calibration<fitted> result{start.efficiency, {}, detail::fault_of_timings(timings)};
  if (!result.has_value()) return result;
  detail::rows_by_curve rows;
  for (std::size_t i = 0; i < timings.size(); ++i) {
    rows[std::visit(detail::key_of_kernel{}, timings[i].op)].push_back(i);
  }
  result.fault = detail::fault_of_choice(chosen, rows);
  if (!result.has_value()) return result;
  const detail::curve_fitter fitter{start, timings, chosen, result.policy};
  for (const auto& [key, own] : rows) {
    result.curves.push_back(fitter.fit(key, own));
    if (result.fault.empty()) result.fault = result.curves.back().fault;
  }
  if (detail::covers_a_step(rows)) result.policy.source = provenance::measured;
  if (!result.has_value()) result.policy = start.efficiency;
  return result;
}

}  // namespace shardline
