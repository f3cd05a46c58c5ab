// SPDX-License-Identifier: BSL-1.0
/// The curve of collectives from their timings.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "shardline/fitted/fabric/collectives.hpp"
#include "shardline/plan/calibration/constants.hpp"
#include "shardline/plan/calibration/report.hpp"
#include "shardline/plan/calibration/timings.hpp"

namespace shardline {

/// How long a collective took, its ranks in scale-up domains of `gpus_per_domain`.
///   measured   of one, in seconds
struct collective_timing {
  collective<double> op{};
  integer gpus_per_domain = 1;
  seconds<> measured{};
};

namespace detail {

inline bool crosses_domains(const collective_timing& t) {
  return place(t.op.group, t.gpus_per_domain).domains > 1;
}

// What of a curve shows in a timing of this kind and place.
inline std::vector<std::string> shown_constants(const collective_curve<>& c,
                                                const collective_timing& t) {
  const bool exchanged = t.op.kind == collective_kind::all_to_all;
  if (crosses_domains(t)) {
    return {"network_hop", exchanged ? "exchange_share" : "network_share"};
  }
  if (t.op.kind != collective_kind::all_reduce) return {"launch", "bulk_share"};
  if (c.one_shot_share > 0.0 && t.op.message.value() < c.engine_most.value()) {
    return {"engine_barrier", "one_shot_share"};
  }
  if (c.switch_share > 0.0) return {"switch_start", "switch_share"};
  return {"launch", "bulk_share"};
}

inline std::vector<std::string> usual_constants(const collective_curve<>& c,
                                                const std::vector<collective_timing>& timings) {
  std::vector<std::string> names;
  for (const collective_timing& t : timings) {
    for (const std::string& name : shown_constants(c, t)) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

inline std::string fault_of_timings(const std::vector<collective_timing>& timings) {
  if (timings.empty()) return refusal("timings", "none", "at least one");
  for (std::size_t i = 0; i < timings.size(); ++i) {
    const collective_timing& t = timings[i];
    const std::string at = "timings[" + std::to_string(i) + "].";
    std::string fault = positive(at + "op.message [bytes]", t.op.message.value());
    fault = first_of(fault, positive(at + "gpus_per_domain", real<double>(t.gpus_per_domain)));
    fault = first_of(fault, positive(at + "op.group.stride", real<double>(t.op.group.stride)));
    fault = first_of(fault, positive(at + "measured [s]", t.measured.value()));
    if (!fault.empty()) return fault;
    if (t.op.group.size < 2) {
      return refusal(at + "op.group.size", std::to_string(t.op.group.size), "2 or more ranks");
    }
  }
  return {};
}

// The time of a collective on a cluster whose curve is exchanged for each prediction.
struct collective_predictor {
  mutable basic_cluster<double, fitted> cluster;

  double operator()(const collective_curve<>& curve, const collective_timing& t) const {
    cluster.accelerator.efficiency.collectives = curve;
    cluster.gpus_per_domain = t.gpus_per_domain;
    return time_of(cluster, t.op).value();
  }
};

inline std::size_t shape_of_timing(const collective_timing& t) {
  return shape_number()
      .with(static_cast<integer>(t.op.kind))
      .with(t.op.group.size)
      .with(t.op.group.stride)
      .with(t.gpus_per_domain)
      .value();
}

}  // namespace detail

/// Fits the collectives of the cluster's policy to timings by least squares
/// (plan/calibration/least_squares.hpp); links and starts are the cluster's. Without `names` those
/// constants are free that show in such timings: inside a domain launch and bulk_share, of
/// all-reduces those of the switch, and of the engine's below its largest message; between domains
/// network_hop and network_share, of all-to-alls exchange_share. All that can be named:
/// plan/calibration/constants.hpp. The mean error is cross-validated by kind and group, so that a
/// single group is not. The fault names the timing's field, its value and what is allowed, or the
/// constant that the timings leave open. The policy's `source` stays what it was: collectives are a
/// part of a step.
///   exact timings on 2, 4 and 8 ranks: launch and bulk_share to a millionth, 1e-6
///   (tests/plan/calibration_collectives.cpp)
[[nodiscard]] inline policy_calibration<fitted> calibrate_collectives(
    const basic_cluster<double, fitted>& start, const std::vector<collective_timing>& timings,
    const std::vector<std::string>& names = {}) {
  const fitted& policy = start.accelerator.efficiency;
  policy_calibration<fitted> result{policy, {}, detail::fault_of_timings(timings)};
  if (!result.has_value()) return result;
  collective_curve<>& curve = result.policy.collectives;
  const auto chosen = names.empty() ? detail::usual_constants(curve, timings) : names;
  const auto free = detail::named(constants_of(curve), chosen, result.fault);
  if (!result.has_value()) return result;
  std::vector<timed<collective_timing>> own;
  own.reserve(timings.size());
  for (const collective_timing& t : timings) {
    own.push_back({t, t.measured.value(), detail::shape_of_timing(t)});
  }
  curve_report r =
      detail::report_fit(curve, starting_at(curve, free), own, detail::collective_predictor{start});
  r.curve = "collectives";
  for (std::size_t i = 0; i < timings.size(); ++i) r.timings.push_back(i);
  if (!r.fault.empty()) result.fault = r.curve + ": " + r.fault;
  result.curves.push_back(r);
  return result;
}

}  // namespace shardline
