// SPDX-License-Identifier: BSL-1.0
// Numbers that comments of small functions state.
#include "shardline/describe/routing.hpp"
#include "shardline/fabric/placement.hpp"
#include "shardline/work/shapes.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

static_assert(range_of(field::tp).lowest == 1.0 && range_of(field::tp).highest == 1e6);
static_assert(bits(precision::fp8) == 8 && bits(precision::fp4) == 4);
static_assert(name(precision::bf16) == "bf16");
static_assert(min(2_s, 3_s) == 2_s && max(2_s, 3_s) == 3_s);
static_assert(power_law_routing(1.2).exponent == 1.2);
static_assert(place({16, 1}, 8).local == 8 && place({16, 1}, 8).domains == 2);
static_assert(place({8, 8}, 8).local == 1 && place({8, 8}, 8).domains == 8);
static_assert(
    prepared_of({.experts = 256, .experts_per_token = 8, .ep = 32, .local = 8}).of_token == 0.25);

}  // namespace
