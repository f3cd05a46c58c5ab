/// Weights: the classes they fall into, and the storage format of each, in a model and in a layer.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "shardline/base/precision.hpp"

namespace shardline {

/// What a weight belongs to: the classes in which parameters are counted and quantised.
enum class weight_class : unsigned char {
  embedding,
  norm,
  attention,
  router,
  routed_expert,
  shared_expert,
  dense_feed_forward,
  head
};
inline constexpr std::size_t weight_class_count = 8;

inline constexpr std::array<weight_class, weight_class_count> all_weight_classes{
    weight_class::embedding,          weight_class::norm,
    weight_class::attention,          weight_class::router,
    weight_class::routed_expert,      weight_class::shared_expert,
    weight_class::dense_feed_forward, weight_class::head};

namespace detail {
inline constexpr std::array<std::string_view, weight_class_count> weight_class_names{
    "embedding",     "norm",          "attention",          "router",
    "routed expert", "shared expert", "dense feed-forward", "head"};
}  // namespace detail

[[nodiscard]] constexpr std::string_view name(weight_class c) noexcept {
  return detail::weight_class_names[static_cast<std::size_t>(c)];
}

/// A set of weight classes.
///   weight_classes{weight_class::attention, weight_class::router}
struct weight_classes {
  unsigned char bits = 0;

  constexpr weight_classes() = default;
  constexpr weight_classes(std::initializer_list<weight_class> members) noexcept {
    for (const weight_class c : members) insert(c);
  }
  constexpr void insert(weight_class c) noexcept {
    bits = static_cast<unsigned char>(bits | bit_of(c));
  }
  constexpr void erase(const weight_classes& others) noexcept {
    bits = static_cast<unsigned char>(bits & ~unsigned{others.bits});
  }
  [[nodiscard]] constexpr bool contains(weight_class c) const noexcept {
    return (bits & bit_of(c)) != 0;
  }
  [[nodiscard]] constexpr count size() const noexcept { return std::popcount(bits); }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits == 0; }
  friend constexpr bool operator==(const weight_classes&, const weight_classes&) noexcept = default;

 private:
  [[nodiscard]] static constexpr unsigned bit_of(weight_class c) noexcept {
    return 1U << static_cast<unsigned>(c);
  }
};

/// What is quantised by default: attention, routed and shared experts, dense feed-forward.
inline constexpr weight_classes large_matrices{weight_class::attention, weight_class::routed_expert,
                                               weight_class::shared_expert,
                                               weight_class::dense_feed_forward};

/// The classes of which layers have matrices, as opposed to the ends of a model and to vectors.
inline constexpr weight_classes layer_matrices{
    weight_class::attention, weight_class::router, weight_class::routed_expert,
    weight_class::shared_expert, weight_class::dense_feed_forward};

/// The storage format of each weight class.
struct weight_formats {
  std::array<weight_format, weight_class_count> of{};

  [[nodiscard]] constexpr const weight_format& operator[](weight_class c) const noexcept {
    return of[static_cast<std::size_t>(c)];
  }
  [[nodiscard]] constexpr weight_format& operator[](weight_class c) noexcept {
    return of[static_cast<std::size_t>(c)];
  }
  friend constexpr bool operator==(const weight_formats&, const weight_formats&) noexcept = default;
};

/// Every class in one format.
[[nodiscard]] constexpr weight_formats uniform(const weight_format& f) noexcept {
  weight_formats formats;
  formats.of.fill(f);
  return formats;
}

/// The large matrices in `f`, the rest as it was: what serving engines do when asked to quantise.
// Into a new object: g++ 12 changes a constant argument itself where an element of a parameter that
// was passed by value is assigned, and with it every constant that shares its value.
[[nodiscard]] constexpr weight_formats quantised(const weight_formats& formats,
                                                 const weight_format& f) noexcept {
  weight_formats changed;
  for (const weight_class c : all_weight_classes) {
    changed[c] = large_matrices.contains(c) ? f : formats[c];
  }
  return changed;
}

/// Classes whose matrices one layer stores in another format than the model's `weights` say:
/// checkpoints leave some layers out of quantisation, and some kinds of layer.
///   format_exception{{weight_class::attention}, formats::bf16}
struct format_exception {
  weight_classes classes{};
  weight_format format{};

  /// Without classes the format means nothing.
  friend constexpr bool operator==(const format_exception& a, const format_exception& b) noexcept {
    return a.classes == b.classes && (a.classes.empty() || a.format == b.format);
  }
};
inline constexpr format_exception no_exception{};

/// The storage format of each weight class in one layer.
struct layer_formats {
  const weight_formats& of_model;
  const format_exception& exception;

  [[nodiscard]] constexpr const weight_format& operator[](weight_class c) const noexcept {
    return exception.classes.contains(c) ? exception.format : of_model[c];
  }
};

}  // namespace shardline
