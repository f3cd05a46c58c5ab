// SPDX-License-Identifier: BSL-1.0
// One sweep.
#include "shardline/sweep/sweep.hpp"

void over(const shardline::sweep<shardline::constant>& all,
          std::span<const shardline::workload> loads, std::span<shardline::swept_point> points) {
  all(loads, points);
}
