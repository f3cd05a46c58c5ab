// SPDX-License-Identifier: BSL-1.0
// What tests of collectives share.
#pragma once

#include <doctest/doctest.h>

#include <array>

#include "shardline/fabric/collectives.hpp"

inline doctest::Approx about(double x) { return doctest::Approx(x).epsilon(1e-12); }

inline constexpr std::array<shardline::collective_kind, 6> kinds{
    shardline::collective_kind::all_reduce,     shardline::collective_kind::all_gather,
    shardline::collective_kind::reduce_scatter, shardline::collective_kind::all_to_all,
    shardline::collective_kind::send_recv,      shardline::collective_kind::broadcast};
