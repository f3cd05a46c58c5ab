// SPDX-License-Identifier: BSL-1.0
// What units do and do not allow, at compile time.
#include "shardline/base/units.hpp"

#include <boost/units/systems/si/length.hpp>
#include <boost/units/systems/si/time.hpp>

#include "shardline/base/dual.hpp"

namespace not_a_scalar {

// A scalar's operators give the scalar back: what does not would dangle inside a quantity.
struct recipe {};
struct lazy {
  constexpr explicit lazy(double) {}
  friend constexpr recipe operator+(lazy, lazy);
  friend constexpr lazy operator-(lazy, lazy);
  friend constexpr lazy operator*(lazy, lazy);
  friend constexpr lazy operator/(lazy, lazy);
  friend constexpr lazy operator-(lazy);
};

}  // namespace not_a_scalar

namespace {

using namespace shardline;
using namespace shardline::literals;

template <class A, class B>
concept add_up = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept subtract = requires(A a, B b) {
  a - b;
};
template <class A, class B>
concept compare = requires(A a, B b) {
  a < b;
};
template <class A, class B>
concept equal = requires(A a, B b) {
  a == b;
};

static_assert(add_up<bytes<>, bytes<>>, "bytes and bytes add up");
static_assert(!add_up<bytes<>, seconds<>>, "bytes and seconds do not");
static_assert(!add_up<bytes<>, bandwidth<>>, "nor do bytes and bytes per second");
static_assert(!add_up<bytes<>, tokens<>>, "nor do bytes and tokens");
static_assert(!add_up<flops<>, bytes<>>, "nor do FLOP and bytes");
static_assert(!add_up<bytes<>, double>, "nor do bytes and a bare number");
static_assert(!subtract<flop_rate<>, bandwidth<>>, "rates of different things do not subtract");
static_assert(!compare<bytes<>, seconds<>>, "bytes are neither more nor less than seconds");
static_assert(!equal<tokens<>, bytes<>>, "and tokens are never equal to bytes");
static_assert(!compare<seconds<>, double>, "a time is not compared with a bare number");

static_assert(!std::is_convertible_v<bytes<>, bandwidth<>>, "a size is not a rate");
static_assert(!std::is_convertible_v<bytes<>, seconds<>>, "a size is not a time");
static_assert(!std::is_convertible_v<int, tokens<>>, "a bare number is not a number of tokens");
static_assert(!std::is_convertible_v<double, bytes<>>, "nor a size");
static_assert(!std::is_convertible_v<bytes<>, double>, "a size is not a bare number");

static_assert(std::is_same_v<decltype(1_GB / 1_GBps), seconds<>>,
              "bytes over bandwidth are seconds");
static_assert(std::is_same_v<decltype(1_TFLOPS * 1_s), flops<>>, "a rate times a time is FLOP");
static_assert(std::is_same_v<decltype(1_GB / 1_tokens), bytes_per_token<>>, "bytes per token");
static_assert(std::is_same_v<decltype(1_tokens / 1_s), token_rate<>>, "tokens per second");
static_assert(std::is_convertible_v<decltype(1_GB / 2_GB), double>, "a ratio is a bare number");

static_assert(64_GB + 3_MiB == 64003145728_B, "decimal and binary sizes add in bytes");
static_assert(64_GB != 64_GiB, "GB is not GiB");
static_assert(8 * 8_GB == 64_GB && 64_GB / 8 == 8_GB, "counts scale quantities at compile time");
static_assert(400_Gbps == 50_GBps, "eight bits are a byte");

static_assert(sizeof(bytes<>) == sizeof(double), "a quantity is as large as its number");

static_assert(eager_scalar<double> && eager_scalar<dual<3>>, "doubles and duals are scalars");
static_assert(!eager_scalar<not_a_scalar::lazy>, "a sum that is a recipe is not a scalar's");
static_assert(!eager_scalar<int*>, "a pointer is not a scalar");
static_assert(!eager_scalar<int>, "nor is a whole number, whose quotients are none");

static_assert(std::is_trivially_copyable_v<bytes<>>, "a quantity is copied as its number is");
static_assert(std::is_same_v<decltype(1_GB * 1_s), decltype(1_s * 1_GB)>,
              "a product has one unit, whatever its order");
static_assert(std::is_same_v<decltype(1_TFLOPS / 1_GBps),
                             quantity<unit::byte_second_flop_token<-1, 0, 1, 0>>>,
              "and powers for a name where it has no other: FLOP per byte");
static_assert(std::is_same_v<decltype(1.0 / 2_s), request_rate<>>, "one in so many seconds");
static_assert((1_GB / 2_GB).value() == 0.5, "a ratio is a quantity too");

// Quantities of Boost.Units, ours and other people's.
using boost_seconds = boost::units::quantity<boost::units::si::time>;
using boost_length = boost::units::quantity<boost::units::si::length>;
static_assert(std::is_convertible_v<seconds<>, boost_seconds>, "seconds become SI's");
static_assert(std::is_convertible_v<boost_seconds, seconds<>>, "and are made of them");
static_assert(!std::is_convertible_v<bytes<>, boost_seconds>, "bytes do not");
static_assert(!std::is_convertible_v<boost_length, seconds<>>, "and a length is no time");
static_assert(!std::is_convertible_v<double, seconds<>>, "nor is a number");
static_assert(seconds<>(2.5 * boost::units::si::seconds) == 2.5_s, "with their value");
static_assert(boost_seconds(3_ms).value() == 3e-3, "in both directions");

}  // namespace
