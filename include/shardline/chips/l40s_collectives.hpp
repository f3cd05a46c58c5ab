/// l40s: collectives of the library and of engines there, in the form that bench_calibrate writes.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

// 504 rows, 56.9 %
inline constexpr collective_curve<> l40s_nccl_collectives{.launch = 0.5_us,
                                                          .hop = 4.707_us,
                                                          .hop_line = 1_us,
                                                          .hop_bulk = 10_us,
                                                          .start_line = 4.312_us,
                                                          .peer = 1.769_us,
                                                          .pair = 3.957_us,
                                                          .flag_share = 0.1134,
                                                          .line_share = 0.0457,
                                                          .bulk_share = 0.2328,
                                                          .peer_share = 0.008939,
                                                          .own_scatter = 0.0,
                                                          .own_exchange = 0.0,
                                                          .own_flag = 0.0,
                                                          .incast = 2.0,
                                                          .switch_start = 200_us,
                                                          .switch_fill = 80_us,
                                                          .switch_share = 0.2,
                                                          .network_share = 0.9,
                                                          .exchange_share = 0.9,
                                                          .pair_share = 0.72,
                                                          .tree_share = 0.8,
                                                          .network_hop = 7_us,
                                                          .network_peer = 0.5_us,
                                                          .network_phase = 15_us};

}  // namespace shardline::catalog::curves
