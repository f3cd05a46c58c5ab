// SPDX-License-Identifier: BSL-1.0
/// Random clusters, models, layouts and workloads for the laws. One seed, one sequence: a failing
/// case is found again by its number.
#pragma once

#include <array>
#include <string>

#include "descriptions.hpp"
#include "dice.hpp"
#include "random_engines.hpp"
#include "random_models.hpp"
#include "shardline/shardline.hpp"

namespace laws {

inline sl::basic_link<> random_link(dice& d) {
  return {sl::bandwidth<>::from_value(log_between(d, 1e9, 1e12)),
          sl::seconds<>::from_value(d.flip() ? 0.0 : log_between(d, 1e-7, 1e-5))};
}

/// Hardware within a few orders of magnitude of today's, so that every kind of bound occurs.
inline cluster random_cluster(dice& d, const sl::layout& l) {
  cluster c;
  const auto peak = [&d] { return sl::flop_rate<>::from_value(log_between(d, 1e11, 1e16)); };
  c.accelerator.peak = {.fp32 = peak(),
                        .tf32 = peak(),
                        .bf16 = peak(),
                        .fp16 = peak(),
                        .fp8 = peak(),
                        .int8 = peak(),
                        .fp4 = peak(),
                        .int4 = {}};
  c.accelerator.memory = sl::bytes<>::from_value(log_between(d, 1e9, 1e12));
  c.accelerator.memory_rate = sl::bandwidth<>::from_value(log_between(d, 1e10, 1e14));
  c.accelerator.efficiency = {d.between(0.1, 1.0), d.between(0.1, 1.0), d.between(0.1, 1.0),
                              sl::seconds<>::from_value(d.flip() ? 0.0 : 3e-6)};
  constexpr std::array<integer, 5> domains{1, 2, 4, 8, 72};
  c.gpus = l.gpus();
  c.gpus_per_domain = d.one_of(domains);
  c.scale_up = random_link(d);
  c.network = random_link(d);
  c.runtime = random_runtime(d);
  return c;
}

inline sl::tokens<> tokens_of(integer n) {
  return sl::tokens<>::from_value(static_cast<double>(n));
}

inline sl::workload random_workload(dice& d) {
  sl::workload w;
  w.concurrency = static_cast<double>(d.whole(1, 300));
  w.input = tokens_of(d.whole(1, 5000));
  w.output = tokens_of(d.whole(1, 500));
  if (d.flip()) w.chunk = tokens_of(d.whole(1, 3000));
  w.expert_imbalance = d.flip() ? 1.0 : d.between(1.0, 3.0);
  return w;
}

struct deployed {
  laws::cluster cluster{};
  sl::model model{};
  sl::layout layout{};
  sl::workload workload{};
};

inline deployed random_deployment(dice& d) {
  deployed r;
  const placed p = random_placed(d, 4, {});
  r.layout = p.layout;
  r.model = p.model;
  r.cluster = random_cluster(d, r.layout);
  r.workload = random_workload(d);
  return r;
}

inline std::string describe(const deployed& r) {
  return describe(r.layout) + '\n' + describe(r.model) + '\n' + describe(r.cluster) + '\n' +
         describe(r.workload);
}

}  // namespace laws
