// Bytes and seconds do not add up.
#include <shardline/base/units.hpp>

using namespace shardline::literals;

#ifdef SHARDLINE_TEST_BAD
constexpr auto sum = 64_GB + 3_us;
#else
constexpr auto sum = 64_GB + 3_MiB;
#endif

static_assert(sum.value() > 0.0);
