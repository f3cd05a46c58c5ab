// SPDX-License-Identifier: BSL-1.0
/// What a convention has to say: its flags, by the keys of their text, and how they and a layout
/// are made of each other.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

#include "shardline/base/field.hpp"
#include "shardline/describe/layout.hpp"
#include "shardline/engines/stages.hpp"
#include "shardline/model/model.hpp"

namespace shardline {

/// A framework's flags for a layout, or the reason why they cannot express it.
/// `flags` mean something only when `why_not` is empty.
template <class Flags>
struct conversion {
  Flags flags{};
  std::string_view why_not{};

  /// Whether the framework can express the layout.
  [[nodiscard]] constexpr bool has_value() const noexcept { return why_not.empty(); }
};

/// The whole numbers that a flag may be: those of a field.
///   whole_numbers_of<field::tp>.allowed == "a whole number from 1 to 1000000"
///                                                                    (tests/engines/parse.cpp)
///   least, most   both included
///   allowed       the same in words, for who is refused
struct whole_numbers {
  integer least = 0;
  integer most = 0;
  std::string_view allowed{};
};

namespace detail {
// A constant of its own, since what is allowed is a view.
template <field Field>
inline constexpr text_line allowed_numbers = allowed_in(range_of(Field));
}  // namespace detail

template <field Field>
inline constexpr whole_numbers whole_numbers_of{lowest_count(Field), highest_count(Field),
                                                detail::allowed_numbers<Field>.view()};

/// A key of a convention's text and the flag that it stands for: a whole number, a switch, the
/// layers of each stage, one of some words, the number of each being its place.
///   takes    which whole numbers
///   always   written even where it has its default
///   option, setting   the same by the names of the framework's command line, and of its files
///   number, on, layers   the member that it sets; the others are null
template <class Flags>
struct flag_key {
  std::string_view key{};
  integer Flags::*number = nullptr;
  bool Flags::*on = nullptr;
  stage_layers Flags::*layers = nullptr;
  std::span<const std::string_view> words{};
  whole_numbers takes = whole_numbers_of<field::tp>;
  bool always = false;
  std::string_view option{};
  std::string_view setting{};

  /// Whether it is written so: by its key, or as the framework calls it.
  [[nodiscard]] constexpr bool is_named(std::string_view name) const noexcept {
    return name == key || (!name.empty() && (name == option || name == setting));
  }
};

/// Flags that the framework does not take together: the key of one, and what it may be beside the
/// others. None where `key` is empty.
///   allowed   in words, as whole_numbers has it
struct flag_refusal {
  std::string_view key{};
  std::string_view allowed{};
};

/// A convention: a struct of flags, its defaults the framework's, that says
///   convention   its name in a text, "vllm" in "vllm:tp=8"
///   framework    whose it is, "vLLM"
///   title        what its flags are called: "vLLM flags"
///   example      of such a text
///   keys()       an array of flag_key, in the order in which they are written
///   refused()    which of the flags the framework does not take together
///   of(m, l)     the flags of a layout for a model, which may express more than those of the
///                layout alone, or why there are none
/// and has to_layout(flags).
template <class Flags>
concept layout_flags = requires(const Flags& f, const model& m, const layout& l) {
  { Flags::convention } -> std::convertible_to<std::string_view>;
  { Flags::framework } -> std::convertible_to<std::string_view>;
  { Flags::title } -> std::convertible_to<std::string_view>;
  { Flags::example } -> std::convertible_to<std::string_view>;
  { Flags::keys()[0] } -> std::convertible_to<flag_key<Flags>>;
  { f.refused() } -> std::same_as<flag_refusal>;
  { Flags::of(m, l) } -> std::same_as<conversion<Flags>>;
  { to_layout(f) } -> std::same_as<layout>;
};

namespace detail {

// The first number of `flags` that is less than its key takes; its default may be, where it stands
// for a number that follows from the others.
template <class Flags>
constexpr flag_refusal number_refused(const Flags& flags) noexcept {
  constexpr Flags defaults{};
  for (const flag_key<Flags>& k : Flags::keys()) {
    if (k.number == nullptr || flags.*k.number == defaults.*k.number) continue;
    if (flags.*k.number < k.takes.least) return {k.key, k.takes.allowed};
  }
  return {};
}

// "tp, dp, pp": the keys of a convention.
template <class Flags>
constexpr text_line names_of_keys() noexcept {
  text_line names;
  for (const flag_key<Flags>& k : Flags::keys()) {
    if (names.length > 0) names.add(", ");
    names.add(k.key);
  }
  return names;
}
template <class Flags>
inline constexpr text_line key_names = names_of_keys<Flags>();

}  // namespace detail

}  // namespace shardline
