/// What a convention has to say: its flags, by the keys of their text, and how they and a layout are
/// made of each other.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>

#include "shardline/base/bounded.hpp"
#include "shardline/describe/layout.hpp"
#include "shardline/describe/model.hpp"
#include "shardline/engines/stages.hpp"

namespace shardline {

/// A framework's flags for a layout, or the reason why they cannot express it.
/// `flags` mean something only when `why_not` is empty.
template <class Flags>
struct conversion {
  Flags flags{};
  std::string_view why_not{};

  [[nodiscard]] constexpr bool has_value() const noexcept { return why_not.empty(); }
};

/// A key of a convention's text and the flag that it stands for: a whole number from `least` on,
/// which is its default too, a switch that is off by default, or the layers of each stage.
///   always   written even where it has its default
template <class Flags>
struct flag_key {
  std::string_view key{};
  count Flags::*number = nullptr;
  bool Flags::*on = nullptr;
  stage_layers Flags::*layers = nullptr;
  count least = 1;
  bool always = false;
};

/// Flags that the framework does not take together: the key of one, and what it may be beside the
/// others. None where `key` is empty.
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
///   of(m, l)     the flags of a layout for a model, which may express more than those of the layout
///                alone, or why there are none
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

// Words in one text of static storage.
struct word_list {
  bounded<char, 512> text{};

  constexpr void add(std::string_view word) noexcept {
    for (const char c : word) text.push_back(c);
  }
  [[nodiscard]] constexpr std::string_view view() const noexcept {
    return {text.begin(), text.size()};
  }
};

// "tp, dp, pp": the keys of a convention.
template <class Flags>
constexpr word_list names_of_keys() noexcept {
  word_list names;
  for (const flag_key<Flags>& k : Flags::keys()) {
    if (!names.text.empty()) names.add(", ");
    names.add(k.key);
  }
  return names;
}
template <class Flags>
inline constexpr word_list key_names = names_of_keys<Flags>();

}  // namespace detail

}  // namespace shardline
