// SPDX-License-Identifier: BSL-1.0
// What the texts and the JSON of an estimate are printed of.
#pragma once

#include "shardline/catalog/accelerators.hpp"
#include "shardline/describe/cluster.hpp"
#include "shardline/describe/workload.hpp"
#include "shardline/kernels/constant.hpp"

inline shardline::workload chat() {
  using namespace shardline::literals;
  shardline::workload w;
  w.concurrency = 64.0;
  w.input = 2048_tokens;
  w.output = 512_tokens;
  return w;
}

inline auto h200s(shardline::integer gpus) {
  using namespace shardline;
  return make_cluster(with_efficiency(catalog::h200_sxm, constant{.mfu = 0.5, .bandwidth = 0.8}),
                      gpus);
}
