// SPDX-License-Identifier: BSL-1.0
/// Weights: the classes they fall into, and the storage format of each, in a model and in a layer.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "shardline/base/bounded.hpp"
#include "shardline/base/field.hpp"
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

/// The name of a class, as breakdowns of memory and their JSON call it.
///   name(weight_class::routed_expert) = "routed expert", the fifth of 8
///   (tests/describe/weights.cpp)
[[nodiscard]] constexpr std::string_view name(weight_class c) noexcept {
  return detail::weight_class_names[static_cast<std::size_t>(c)];
}

/// Which of a class's matrices one is, in the order of a block. Engines run those of one role as
/// one matrix, so a format is of all that share class and role.
///   input          reads the residual stream: query, key and value; gate and up; a recurrence's
///   output         writes it: output and down projections
///   query_latent, query, kv_latent, key_value   of latent attention: down to latents, and up
///   index          of the indexer of sparse attention
enum class matrix_role : unsigned char {
  input,
  output,
  query_latent,
  query,
  kv_latent,
  key_value,
  index
};
inline constexpr std::size_t matrix_role_count = 7;

inline constexpr std::array<matrix_role, matrix_role_count> all_matrix_roles{
    matrix_role::input,     matrix_role::output,    matrix_role::query_latent, matrix_role::query,
    matrix_role::kv_latent, matrix_role::key_value, matrix_role::index};

namespace detail {
inline constexpr std::array<std::string_view, matrix_role_count> matrix_role_names{
    "input", "output", "query latent", "query", "key-value latent", "key-value", "index"};
}  // namespace detail

/// The name of a role, as messages call it.
///   name(matrix_role::kv_latent) = "key-value latent", the fifth of 7
///   (tests/describe/weights.cpp)
[[nodiscard]] constexpr std::string_view name(matrix_role r) noexcept {
  return detail::matrix_role_names[static_cast<std::size_t>(r)];
}

/// A set of values of an enumeration of at most eight.
///   weight_classes{weight_class::attention, weight_class::router}
template <class Member>
struct set_of {
  unsigned char bits = 0;

  constexpr set_of() = default;
  constexpr set_of(std::initializer_list<Member> members) noexcept {
    for (const Member m : members) insert(m);
  }
  constexpr void insert(Member m) noexcept { bits = static_cast<unsigned char>(bits | bit_of(m)); }
  constexpr void erase(const set_of& others) noexcept {
    bits = static_cast<unsigned char>(bits & ~unsigned{others.bits});
  }
  [[nodiscard]] constexpr bool contains(Member m) const noexcept { return (bits & bit_of(m)) != 0; }
  [[nodiscard]] constexpr integer size() const noexcept { return std::popcount(bits); }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits == 0; }
  friend constexpr bool operator==(const set_of&, const set_of&) noexcept = default;

 private:
  [[nodiscard]] static constexpr unsigned bit_of(Member m) noexcept {
    return 1U << static_cast<unsigned>(m);
  }
};
using weight_classes = set_of<weight_class>;
using matrix_roles = set_of<matrix_role>;

inline constexpr matrix_roles every_role{
    matrix_role::input,     matrix_role::output,    matrix_role::query_latent, matrix_role::query,
    matrix_role::kv_latent, matrix_role::key_value, matrix_role::index};

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

/// Each of the 8 classes in the format `f`.
///   uniform(formats::bf16): 16 bits of each element of 8 classes
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr weight_formats uniform(const weight_format& f) noexcept {
  weight_formats formats;
  formats.of.fill(f);
  return formats;
}

/// The large matrices in `f`, the rest as it was: what serving engines do when asked to quantise.
/// Source: vLLM's --quantization fp8, class Fp8Config of
/// vllm/model_executor/layers/quantization/fp8.py: linear layers and experts, not the head.
///   quantised(uniform(formats::bf16), formats::fp8): attention 8 bits, router 16
///   (tests/describe/weights.cpp)
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

/// Matrices that one layer stores in another format than the model's `weights` say: checkpoints
/// leave some layers out of quantisation, some kinds of layer, and some matrices.
///   format_exception{{weight_class::attention}, formats::bf16}
///   format_exception{{weight_class::attention}, formats::nvfp4, {matrix_role::output}}
///   classes, roles   which matrices: those of one of the classes in one of the roles
struct format_exception {
  weight_classes classes{};
  weight_format format{};
  matrix_roles roles = every_role;

  /// Without matrices the format means nothing.
  [[nodiscard]] constexpr bool empty() const noexcept { return classes.empty() || roles.empty(); }
  /// Whether it is of the matrices of this class and role.
  [[nodiscard]] constexpr bool is_of(weight_class c, matrix_role r) const noexcept {
    return classes.contains(c) && roles.contains(r);
  }
  friend constexpr bool operator==(const format_exception& a, const format_exception& b) noexcept {
    if (a.empty() || b.empty()) return a.empty() == b.empty();
    return a.classes == b.classes && a.format == b.format && a.roles == b.roles;
  }
};

/// The exceptions that a layer makes, of which the first that is of a matrix counts. More than 3
/// are not stored; validation then names the field.
///   format_exceptions{{{weight_class::attention}, formats::bf16}}
struct format_exceptions : bounded<format_exception, highest_count(field::exceptions)> {
  constexpr format_exceptions() = default;
  constexpr format_exceptions(std::initializer_list<format_exception> in_order) noexcept {
    for (const format_exception& e : in_order) {
      if (!e.empty()) push_back(e);
    }
  }
  /// The format of a matrix; null where none of these is of it.
  [[nodiscard]] constexpr const weight_format* find(weight_class c, matrix_role r) const noexcept {
    for (const format_exception& e : *this) {
      if (e.is_of(c, r)) return &e.format;
    }
    return nullptr;
  }
};
inline constexpr format_exceptions no_exceptions{};

/// The storage format of each matrix in one layer.
struct layer_formats {
  const weight_formats& of_model;
  const format_exceptions& exceptions;

  [[nodiscard]] constexpr const weight_format& operator()(
      weight_class c, matrix_role r = matrix_role::input) const noexcept {
    const weight_format* own = exceptions.find(c, r);
    return own == nullptr ? of_model[c] : *own;
  }
};

}  // namespace shardline
