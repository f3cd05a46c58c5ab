// SPDX-License-Identifier: BSL-1.0
/// Results part by part: each type lists its figures once, and sums, text, JSON and comparisons are
/// made from that list.
///
///   template <class T>
///   struct basic_disk {
///     bytes<T> files{};
///     bytes<T> index{};
///     bytes<T> capacity{};
///
///     template <class List>
///     static constexpr void addends(List&& list) {  // what total() is the sum of, where there is
///       list("files", &basic_disk::files);          // one, in its order
///       list("index", &basic_disk::index);
///     }
///     template <class List>
///     static constexpr void parts(List&& list) {  // all of it, the addends first
///       addends(list);
///       list("capacity", &basic_disk::capacity);
///     }
///   };
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "shardline/base/fwd.hpp"

namespace shardline {

namespace detail {

// What a list is given in place of a pointer to a member where that is one of an array's elements.
template <class Result, class Figure, std::size_t Size>
struct element_of {
  std::array<Figure, Size> Result::*array;
  std::size_t index;
};

template <class Result, class Whole, class Figure>
constexpr auto& part_at(Result& r, Figure Whole::*member) noexcept {
  return r.*member;
}
template <class Result, class Whole, class Figure, std::size_t Size>
constexpr auto& part_at(Result& r, const element_of<Whole, Figure, Size>& e) noexcept {
  return (r.*e.array)[e.index];
}

struct any_list {
  template <class Member>
  constexpr void operator()(std::string_view, const Member&) const noexcept {}
};

}  // namespace detail

/// A type that lists its parts.
template <class Result>
concept has_parts = requires {
  std::remove_cvref_t<Result>::parts(detail::any_list{});
};

/// A type that is the sum of some of its parts.
template <class Result>
concept has_addends = has_parts<Result> && requires {
  std::remove_cvref_t<Result>::addends(detail::any_list{});
};

/// Lists the elements of an array with their names, in order: list(names[i], element i). Names
/// beyond the last element are left out; fewer names than elements do not compile.
///   of {2 GB, 1 GB} and three names: 2 GB is "first", 1 GB "second"   (tests/base/parts.cpp)
template <class List, class Result, class Figure, std::size_t Size, std::size_t Names>
constexpr void list_elements(List& list, std::array<Figure, Size> Result::*array,
                             const std::array<std::string_view, Names>& names) {
  static_assert(Size <= Names, "an element without a name");
  for (std::size_t i = 0; i < Size; ++i) {
    list(names[i], detail::element_of<Result, Figure, Size>{array, i});
  }
}

/// visit(name, part) for every part of a result, in the order of Result::parts(), each in its own
/// unit. A part that has parts is handed over whole; a type without parts() does not compile.
///   for_each_part(memory(c, m, l, w), visit): "weights" first, "kv_capacity" last
///   of files of 3 GB and a limit of 100 GB: ("files", 3 GB), ("limit", 100 GB)
///   (tests/base/parts.cpp)
template <has_parts Result, class Visit>
constexpr void for_each_part(Result&& r, Visit&& visit) {
  std::remove_cvref_t<Result>::parts([&r, &visit](std::string_view addend, const auto& member) {
    visit(addend, detail::part_at(r, member));
  });
}

/// visit(name, part of a, part of b) for every part of two results of one type, in the same order.
///   of twice those files and those: ("files", 6 GB, 3 GB), of 4 parts   (tests/base/parts.cpp)
template <has_parts Result, class Visit>
constexpr void for_each_part(Result&& a, const std::remove_cvref_t<Result>& b, Visit&& visit) {
  std::remove_cvref_t<Result>::parts([&a, &b, &visit](std::string_view name, const auto& member) {
    visit(name, detail::part_at(a, member), detail::part_at(b, member));
  });
}

/// visit(name, part) for what a result is the sum of, all in one unit, in the order of
/// Result::addends(), in which they are added up. A type without addends() does not compile.
///   of files of 3 GB and a limit of 100 GB: ("files", 3 GB) alone   (tests/base/parts.cpp)
template <has_addends Result, class Visit>
constexpr void for_each_addend(Result&& r, Visit&& visit) {
  std::remove_cvref_t<Result>::addends([&r, &visit](std::string_view addend, const auto& member) {
    visit(addend, detail::part_at(r, member));
  });
}

/// The sum a_1 + ... + a_n of a result's addends, in their unit, from the first to the last.
///   of files of 3 GB, indices of 2 GB and 1 GB: 6 GB   (tests/base/parts.cpp)
template <class Sum, has_addends Result>
[[nodiscard]] constexpr Sum sum_of_addends(const Result& r) {
  Sum sum{};
  for_each_addend(r, [&sum](std::string_view, const auto& addend) { sum = sum + addend; });
  return sum;
}

}  // namespace shardline
