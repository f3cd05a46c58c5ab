/// rtx-pro-6000: collectives of the library and of engines there, in the form that bench_calibrate writes.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

// 504 rows, 11.5 %
inline constexpr collective_curve<> rtx_pro_6000_nccl_collectives{.launch = 3.696_us,
                                                                  .hop = 1.668_us,
                                                                  .hop_line = 1_us,
                                                                  .hop_bulk = 6.004_us,
                                                                  .start_line = 6.95_us,
                                                                  .peer = 0.9409_us,
                                                                  .pair = 2.307_us,
                                                                  .flag_share = 0.1989,
                                                                  .line_share = 0.1756,
                                                                  .bulk_share = 0.4198,
                                                                  .peer_share = 0.014,
                                                                  .own_scatter = 0.0,
                                                                  .own_exchange = 0.0,
                                                                  .own_flag = 0.0,
                                                                  .incast = 0.6819,
                                                                  .switch_start = 30_us,
                                                                  .switch_fill = 5_us,
                                                                  .switch_share = 0.2,
                                                                  .network_share = 0.9,
                                                                  .exchange_share = 0.9,
                                                                  .pair_share = 0.72,
                                                                  .tree_share = 0.8,
                                                                  .network_hop = 7_us,
                                                                  .network_peer = 0.5_us,
                                                                  .network_phase = 15_us};

}  // namespace shardline::catalog::curves
