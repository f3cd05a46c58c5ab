// SPDX-License-Identifier: BSL-1.0
/// What a kind of block says of itself; nothing outside asks for more. A kind is a structure of
/// plain numbers in a file of its own (kinds/), and a line of kinds/index.hpp.
///
///   static constexpr std::string_view kind_name   by which files know it
///   static constexpr void fields(list)    list("heads", as<field::heads>, &kind::heads) for each
///                                         number that has a range; list("flag", &kind::flag) for
///                                         each other member
///   void conditions(asked) const          what its fields ask of each other: condition_listener
///   void sharding(rules) const            what degrees must divide or replicate: sharding_listener
///   count cache_copies(tp) const          tp ranks that hold the same cache and can share it out
///   void matrices(list) const             list(class) for each class of weights it multiplies by
///   void modules(list) const              its modules in a checkpoint: module_listener
///   void emit(e, sink) const              its operators on one rank with their weights, and what it
///                                         keeps of a sequence, as shapes: sink(shape) in order, to a
///                                         shape_sink
/// and, where it is so,
///   static constexpr bool stands_alone = true   it is no half of a layer: nothing is normed before
///                                         it, no streams are mixed around it, it sums over tp
///                                         itself
///   count unread_values() const           of such a kind: of its tables, those that no token reads
/// All are constexpr, and but for emit() templates over what they are given. A kind of feed-forward
/// block says too:
///   static constexpr bool sums_at_end     its last operator sums partial outputs over tp, so that
///                                         attention beside it need not sum its own
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <variant>

#include "shardline/base/field.hpp"
#include "shardline/work/block_context.hpp"

namespace shardline {

/// The range of a number of a kind: that of a field which several kinds have.
template <field Field>
struct shared_range {
  static constexpr field shared = Field;
};
template <field Field>
inline constexpr shared_range<Field> as{};

/// The range of a number that one kind alone has, which names it in messages.
///   static constexpr field_range topk{{}, "attention.index_topk", figure_unit::tokens, 1.0, 1e9,
///                                     true};
template <const field_range& Range>
struct own_range {
  static constexpr const field_range& own = Range;
};
template <const field_range& Range>
inline constexpr own_range<Range> as_own{};

/// What fields ask of each other; each call is one condition, and does nothing here.
///   within(range, value)                  a number that needs its range only at times
///   divides_heads(range, divisor, heads)  heads share it in equal groups
///   divides_value_heads(...)              the same of value heads
///   at_most_experts(range, taken, all)
struct condition_listener {
  template <class Range>
  constexpr void within(Range, integer) const noexcept {}
  template <class Range>
  constexpr void divides_heads(Range, integer, integer) const noexcept {}
  template <class Range>
  constexpr void divides_value_heads(Range, integer, integer) const noexcept {}
  template <class Range>
  constexpr void at_most_experts(Range, integer, integer) const noexcept {}
};

/// What a layout must do to a kind's dimensions; each call is one rule, and does nothing here.
///   heads(n)                tp divides them
///   kv_heads(n)             tp divides them, or they divide tp
///   copies_kv_heads(n, sharing)   so many ranks share the copies of fewer key-value heads
///   shares_cache(copies)    dcp divides the copies of the cache
///   width(n)                tp divides it
///   output(c, n, role)      tp's shares of an output of these matrices are whole scale blocks
///   output_of_rank(c, n)    a rank's share is
///   inner(c, n)             tp's shares of an inner width, output of one and input of the next,
///                           are
///   experts(n)              ep ranks share them out; even_experts(n): ep divides them
///   expert_width(n), expert_inner(c, n)   as width and inner, of etp
/// It has the layout, `layout`.
struct sharding_listener {
  const shardline::layout& layout;

  constexpr void heads(integer) const noexcept {}
  constexpr void kv_heads(integer) const noexcept {}
  constexpr void copies_kv_heads(integer, integer) const noexcept {}
  constexpr void shares_cache(integer) const noexcept {}
  constexpr void width(integer) const noexcept {}
  constexpr void output(weight_class, integer, matrix_role = matrix_role::input) const noexcept {}
  constexpr void output_of_rank(weight_class, integer) const noexcept {}
  constexpr void inner(weight_class, integer) const noexcept {}
  constexpr void experts(integer) const noexcept {}
  constexpr void even_experts(integer) const noexcept {}
  constexpr void expert_width(integer) const noexcept {}
  constexpr void expert_inner(weight_class, integer) const noexcept {}
};

/// The modules of a kind in a published checkpoint, by the names that every family has for them or,
/// where families differ, by what they are; does nothing here.
///   attention(name, role)   a matrix of attention; small_attention(name): one that is too small to
///                           have a format of its own
///   attention_norm(name)
///   projections()           query, key, value and output matrices, as the family calls them
///   recurrence()            the modules of a recurrence
///   dense()                 the matrices of a dense block
///   router(), routed(experts), shared()
///   latent_experts()        the projections around experts in a narrower space
struct module_listener {
  constexpr void attention(std::string_view, matrix_role = matrix_role::input) const noexcept {}
  constexpr void small_attention(std::string_view) const noexcept {}
  constexpr void attention_norm(std::string_view) const noexcept {}
  constexpr void projections() const noexcept {}
  constexpr void recurrence() const noexcept {}
  constexpr void dense() const noexcept {}
  constexpr void router() const noexcept {}
  constexpr void routed(integer) const noexcept {}
  constexpr void shared() const noexcept {}
  constexpr void latent_experts() const noexcept {}
};

/// Operators that a half of a layer has at most, the norms around its block among them: places are
/// kept for so many.   (tests/work/kinds/index.cpp)
///   gemms         multiplications by a stored matrix; those by the rank's experts, two, beside
///                 them
///   vectors       vector kernels; the experts' activation function beside them
///   fused         vectors read inside others
///   attentions    softmax attention, scores alone and recurrences, in each phase
///   collectives   those of routed tokens not counted
struct operator_limits {
  std::size_t gemms = 0;
  std::size_t vectors = 0;
  std::size_t fused = 0;
  std::size_t attentions = 0;
  std::size_t collectives = 0;

  /// Everything that a policy prices.
  [[nodiscard]] constexpr std::size_t all() const noexcept {
    return gemms + vectors + fused + 2 * attentions + 3;
  }
};
inline constexpr operator_limits most_of_mixing{14, 11, 9, 3, 7};
inline constexpr operator_limits most_of_feed_forward{10, 13, 11, 0, 5};

namespace detail {

struct any_field {
  template <class Range, class Kind, class Value>
  constexpr void operator()(const char*, Range, Value Kind::*) const noexcept {}
  template <class Kind, class Value>
  constexpr void operator()(const char*, Value Kind::*) const noexcept {}
};
struct any_class {
  constexpr void operator()(weight_class) const noexcept {}
};

template <class Kind>
concept has_a_name = requires {
  { Kind::kind_name } -> std::convertible_to<std::string_view>;
};
template <class Kind>
concept lists_fields = requires(any_field list) {
  Kind::fields(list);
};
template <class Kind>
concept says_conditions = requires(const Kind& kind, condition_listener& asked) {
  kind.conditions(asked);
};
template <class Kind>
concept says_sharding = requires(const Kind& kind, sharding_listener& rules) {
  kind.sharding(rules);
};
template <class Kind>
concept says_copies = requires(const Kind& kind, integer tp) {
  { kind.cache_copies(tp) } -> std::same_as<integer>;
};
template <class Kind>
concept lists_matrices = requires(const Kind& kind, any_class list) {
  kind.matrices(list);
};
template <class Kind>
concept lists_modules = requires(const Kind& kind, module_listener& list) {
  kind.modules(list);
};
template <class Kind>
concept emits_operators = requires(const Kind& kind, const block_context& e, shape_sink& sink) {
  kind.emit(e, sink);
};
template <class Kind>
concept says_where_it_sums = requires {
  { Kind::sums_at_end } -> std::convertible_to<bool>;
};

}  // namespace detail

/// A kind of token mixing, and one of feed-forward block.
template <class Kind>
concept block_kind = std::is_aggregate_v<Kind> && std::equality_comparable<Kind> &&
    detail::has_a_name<Kind> && detail::lists_fields<Kind> && detail::says_conditions<Kind> &&
    detail::says_sharding<Kind> && detail::says_copies<Kind> && detail::lists_matrices<Kind> &&
    detail::lists_modules<Kind> && detail::emits_operators<Kind>;
template <class Kind>
concept feed_forward_block_kind = block_kind<Kind> && detail::says_where_it_sums<Kind>;

/// A kind of feed-forward block that routes tokens: `experts_per_token` of `experts` take each.
template <class Kind>
concept routes_tokens = requires(const Kind& kind) {
  { kind.experts } -> std::convertible_to<integer>;
  { kind.experts_per_token } -> std::convertible_to<integer>;
};

/// A kind of token mixing that stands alone, beside the halves of layers.
template <class Kind>
concept stands_alone = requires {
  requires Kind::stands_alone;
};

namespace detail {

// A type that is a kind of block, or an error that says which of its answers is missing.
template <class Kind>
struct checked_kind {
  static_assert(has_a_name<Kind>, "shardline: a kind of block has std::string_view kind_name");
  static_assert(lists_fields<Kind>, "shardline: a kind of block has fields(list)");
  static_assert(says_conditions<Kind>, "shardline: a kind of block has conditions(asked)");
  static_assert(says_sharding<Kind>, "shardline: a kind of block has sharding(rules)");
  static_assert(says_copies<Kind>, "shardline: a kind of block has count cache_copies(tp)");
  static_assert(lists_matrices<Kind>, "shardline: a kind of block has matrices(list)");
  static_assert(lists_modules<Kind>, "shardline: a kind of block has modules(list)");
  static_assert(emits_operators<Kind>, "shardline: a kind of block has emit(e, sink)");
  static_assert(std::is_aggregate_v<Kind> && std::equality_comparable<Kind>,
                "shardline: a kind of block is an aggregate with operator==");
  using type = Kind;
};
template <class Kind>
struct checked_feed_forward : checked_kind<Kind> {
  static_assert(says_where_it_sums<Kind>,
                "shardline: a kind of feed-forward block has static constexpr bool sums_at_end");
};

}  // namespace detail

/// One of several kinds, each of which says all that it must.
template <class... Kind>
using one_attention_of = std::variant<typename detail::checked_kind<Kind>::type...>;
template <class... Kind>
using one_feed_forward_of = std::variant<typename detail::checked_feed_forward<Kind>::type...>;

}  // namespace shardline
