// SPDX-License-Identifier: BSL-1.0
// Bytes and seconds do not add up.
#include <shardline/base/units.hpp>

using namespace shardline::literals;

constexpr auto sum(shardline::bytes<> size, [[maybe_unused]] shardline::seconds<> time) {
#ifdef SHARDLINE_TEST_BAD
  return size + time;
#else
  return size + 3_MiB;
#endif
}

static_assert(sum(64_GB, 3_us).value() > 0.0);
