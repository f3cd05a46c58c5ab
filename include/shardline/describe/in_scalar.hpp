// SPDX-License-Identifier: BSL-1.0
/// The same description in another scalar: the cluster and policy of a catalog, in plain numbers,
/// enter a calculation with derivatives or in lanes.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <variant>

#include "shardline/base/units.hpp"

namespace shardline {

namespace detail {

// What a type of plain doubles is called in scalar S: each of its arguments likewise.
template <class S, class Plain>
struct in_scalar {
  using type = Plain;
};
template <class S, class Plain>
using in_scalar_t = typename in_scalar<S, Plain>::type;
template <class S>
struct in_scalar<S, double> {
  using type = S;
};
template <class S, class Unit>
struct in_scalar<S, quantity<Unit, double>> {
  using type = quantity<Unit, S>;
};
template <class S, class Element, std::size_t Size>
struct in_scalar<S, std::array<Element, Size>> {
  using type = std::array<in_scalar_t<S, Element>, Size>;
};
template <class S, template <class...> class Template, class... Arguments>
struct in_scalar<S, Template<Arguments...>> {
  using type = Template<in_scalar_t<S, Arguments>...>;
};

// Stands for whatever a member may be made of.
struct any_member {
  template <class Member>
  requires(!std::is_same_v<Member, std::string_view>) constexpr operator Member() const noexcept;
};

// How many members an aggregate has: the most that it can be made of.
template <class Aggregate, class... Members>
constexpr std::size_t member_count() noexcept {
  if constexpr (requires { Aggregate{Members{}..., any_member{}}; }) {
    return member_count<Aggregate, Members..., any_member>();
  } else {
    return sizeof...(Members);
  }
}

template <std::size_t N>
using members = std::integral_constant<std::size_t, N>;
inline constexpr std::size_t most_members = 44;

// with(x's members, in order)
// clang-format off
template <class X, class With> constexpr auto of_members(members<1>, X& x, const With& with) { auto& [m0] = x; return with(m0); }
template <class X, class With> constexpr auto of_members(members<2>, X& x, const With& with) { auto& [m0, m1] = x; return with(m0, m1); }
template <class X, class With> constexpr auto of_members(members<3>, X& x, const With& with) { auto& [m0, m1, m2] = x; return with(m0, m1, m2); }
template <class X, class With> constexpr auto of_members(members<4>, X& x, const With& with) { auto& [m0, m1, m2, m3] = x; return with(m0, m1, m2, m3); }
template <class X, class With> constexpr auto of_members(members<5>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4] = x; return with(m0, m1, m2, m3, m4); }
template <class X, class With> constexpr auto of_members(members<6>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5] = x; return with(m0, m1, m2, m3, m4, m5); }
template <class X, class With> constexpr auto of_members(members<7>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6] = x; return with(m0, m1, m2, m3, m4, m5, m6); }
template <class X, class With> constexpr auto of_members(members<8>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7); }
template <class X, class With> constexpr auto of_members(members<9>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8); }
template <class X, class With> constexpr auto of_members(members<10>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9); }
template <class X, class With> constexpr auto of_members(members<11>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10); }
template <class X, class With> constexpr auto of_members(members<12>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11); }
template <class X, class With> constexpr auto of_members(members<13>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12); }
template <class X, class With> constexpr auto of_members(members<14>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13); }
template <class X, class With> constexpr auto of_members(members<15>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14); }
template <class X, class With> constexpr auto of_members(members<16>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15); }
template <class X, class With> constexpr auto of_members(members<17>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16); }
template <class X, class With> constexpr auto of_members(members<18>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17); }
template <class X, class With> constexpr auto of_members(members<19>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18); }
template <class X, class With> constexpr auto of_members(members<20>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19); }
template <class X, class With> constexpr auto of_members(members<21>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20); }
template <class X, class With> constexpr auto of_members(members<22>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21); }
template <class X, class With> constexpr auto of_members(members<23>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22); }
template <class X, class With> constexpr auto of_members(members<24>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23); }
template <class X, class With> constexpr auto of_members(members<25>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24); }
template <class X, class With> constexpr auto of_members(members<26>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25); }
template <class X, class With> constexpr auto of_members(members<27>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26); }
template <class X, class With> constexpr auto of_members(members<28>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27); }
template <class X, class With> constexpr auto of_members(members<29>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28); }
template <class X, class With> constexpr auto of_members(members<30>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29); }
template <class X, class With> constexpr auto of_members(members<31>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30); }
template <class X, class With> constexpr auto of_members(members<32>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31); }
template <class X, class With> constexpr auto of_members(members<33>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32); }
template <class X, class With> constexpr auto of_members(members<34>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33); }
template <class X, class With> constexpr auto of_members(members<35>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34); }
template <class X, class With> constexpr auto of_members(members<36>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35); }
template <class X, class With> constexpr auto of_members(members<37>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36); }
template <class X, class With> constexpr auto of_members(members<38>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37); }
template <class X, class With> constexpr auto of_members(members<39>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38); }
template <class X, class With> constexpr auto of_members(members<40>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39); }
template <class X, class With> constexpr auto of_members(members<41>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40); }
template <class X, class With> constexpr auto of_members(members<42>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41); }
template <class X, class With> constexpr auto of_members(members<43>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42); }
template <class X, class With> constexpr auto of_members(members<44>, X& x, const With& with) { auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43] = x; return with(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43); }
// clang-format on

template <class S, class Plain>
constexpr void cast_to(in_scalar_t<S, Plain>& to, const Plain& from) noexcept;

template <class S, class Element, std::size_t Size>
constexpr void cast_elements(std::array<in_scalar_t<S, Element>, Size>& to,
                             const std::array<Element, Size>& from) noexcept {
  for (std::size_t i = 0; i < Size; ++i) cast_to<S>(to[i], from[i]);
}
template <class S, class... Kinds>
constexpr void cast_elements(std::variant<in_scalar_t<S, Kinds>...>& to,
                             const std::variant<Kinds...>& from) noexcept {
  std::visit(
      [&to]<class Kind>(const Kind& kind) {
        in_scalar_t<S, Kind> converted{};
        cast_to<S>(converted, kind);
        to = converted;
      },
      from);
}
// Members of both, one by one.
template <class S, class Plain>
constexpr void cast_members(in_scalar_t<S, Plain>& to, const Plain& from) noexcept {
  constexpr members<member_count<Plain>()> number{};
  static_assert(number <= most_members, "shardline: a description with more members");
  of_members(number, to, [&from](auto&... into) {
    of_members(members<sizeof...(into)>{}, from,
               [&into...](const auto&... plain) { (cast_to<S>(into, plain), ...); });
  });
}

template <class S, class Plain>
constexpr void cast_to(in_scalar_t<S, Plain>& to, const Plain& from) noexcept {
  if constexpr (std::is_same_v<in_scalar_t<S, Plain>, Plain>) {
    to = from;
  } else if constexpr (std::is_same_v<Plain, double>) {
    to = S(from);
  } else if constexpr (requires { cast<S>(from); }) {
    to = cast<S>(from);
  } else if constexpr (requires { cast_elements<S>(to, from); }) {
    cast_elements<S>(to, from);
  } else {
    cast_members<S>(to, from);
  }
}

}  // namespace detail

/// A description in plain doubles, in scalar S: a cluster with its engine and policy, a policy, a
/// link. Every member that is of the scalar is converted, the others are copied.
///   in_scalar<dual<1>>(make_cluster(catalog::h100_sxm, 8))   (tests/describe/in_scalar.cpp)
template <eager_scalar S, class Plain>
[[nodiscard]] constexpr detail::in_scalar_t<S, Plain> in_scalar(const Plain& description) noexcept {
  detail::in_scalar_t<S, Plain> converted{};
  detail::cast_to<S>(converted, description);
  return converted;
}

}  // namespace shardline
