// SPDX-License-Identifier: BSL-1.0
/// Violated rules and invalid inputs as types that cannot be completed: a compile error whose first
/// line has the sentence, the field or both figures, what is allowed, and the units.
///
/// A static_assert's text must be a literal, so a figure can only stand in a type's name. g++
/// prints a string there as text; clang prints the numbers of its characters, but has the types in
/// a static_assert's condition beside the literal. So each is told in the way that it repeats best:
///   g++    invalid use of incomplete type compile_error<fixed_string<101>{"shardline: the layout
///          needs more GPUs than the cluster has: 16384 GPUs required, 64 GPUs available"}>
///   clang  static_assert failed due to requirement 'holds<required<16384, figure_unit::gpus>,
///          available<64, figure_unit::gpus>>' "shardline: the layout needs more GPUs than ..."
/// tests/fail holds both to it, rule by rule.
#pragma once

#include <cstddef>
#include <type_traits>

#include "shardline/base/fixed_string.hpp"
#include "shardline/check/report.hpp"

namespace shardline::detail {

#if defined(__clang__)

template <integer Figure, figure_unit Unit>
struct required;
template <integer Figure, figure_unit Unit>
struct available;
template <class Required, class Available>
inline constexpr bool holds = false;

// Each sentence stands here once more; tests/fail holds the copies together.
template <rule Rule, class Required, class Available>
struct broken;
// clang-format off
template <class R, class A> struct broken<rule::gpus, R, A> { static_assert(holds<R, A>, "shardline: the layout needs more GPUs than the cluster has"); };
template <class R, class A> struct broken<rule::meshes, R, A> { static_assert(holds<R, A>, "shardline: the attention mesh, tp cp dp, and the expert mesh, etp ep edp, must have the same number of ranks, without experts too"); };
template <class R, class A> struct broken<rule::expert_replicas, R, A> { static_assert(holds<R, A>, "shardline: expert replicas (edp) must divide the attention replicas (cp x dp)"); };
template <class R, class A> struct broken<rule::attention_heads, R, A> { static_assert(holds<R, A>, "shardline: tensor parallelism (tp) must divide the attention heads"); };
template <class R, class A> struct broken<rule::kv_heads, R, A> { static_assert(holds<R, A>, "shardline: tensor parallelism (tp) and the key-value heads must divide one another"); };
template <class R, class A> struct broken<rule::cache_copies, R, A> { static_assert(holds<R, A>, "shardline: decode context parallelism (dcp) must divide the copies of a key-value head without a window"); };
template <class R, class A> struct broken<rule::feed_forward_width, R, A> { static_assert(holds<R, A>, "shardline: tensor parallelism (tp) must divide the feed-forward width"); };
template <class R, class A> struct broken<rule::expert_width, R, A> { static_assert(holds<R, A>, "shardline: expert tensor parallelism (etp) must divide the expert width"); };
template <class R, class A> struct broken<rule::quantisation_block, R, A> { static_assert(holds<R, A>, "shardline: a shard must be a whole number of quantisation blocks"); };
template <class R, class A> struct broken<rule::layers, R, A> { static_assert(holds<R, A>, "shardline: there are more pipeline stages (pp) than layers"); };
template <class R, class A> struct broken<rule::stages, R, A> { static_assert(holds<R, A>, "shardline: the listed stages must be pp in number and hold every layer once"); };
template <class R, class A> struct broken<rule::shared_layers, R, A> { static_assert(holds<R, A>, "shardline: layers that share weights must lie on one pipeline stage (pp)"); };
template <class R, class A> struct broken<rule::experts, R, A> { static_assert(holds<R, A>, "shardline: there are more expert-parallel ranks (ep) than experts"); };
template <class R, class A> struct broken<rule::even_experts, R, A> { static_assert(holds<R, A>, "shardline: expert parallelism (ep) must divide the experts of this model"); };
template <class R, class A> struct broken<rule::precision, R, A> { static_assert(holds<R, A>, "shardline: the accelerator has no peak for the model's precision"); };
template <class R, class A> struct broken<rule::context, R, A> { static_assert(holds<R, A>, "shardline: input and output exceed the model's longest context"); };
template <class R, class A> struct broken<rule::memory, R, A> { static_assert(holds<R, A>, "shardline: the fullest GPU needs more memory than it has"); };
template <class R, class A> struct broken<rule::ttft, R, A> { static_assert(holds<R, A>, "shardline: the time to first token is longer than allowed"); };
template <class R, class A> struct broken<rule::tpot, R, A> { static_assert(holds<R, A>, "shardline: the time per output token is longer than allowed"); };
template <class R, class A> struct broken<rule::rate, R, A> { static_assert(holds<R, A>, "shardline: requests arrive faster than they can be served"); };
// clang-format on

template <const report& Report, std::size_t I>
struct rule_error_of {
  static constexpr violation v = Report.violations[I];
  using type = broken<v.rule, required<v.required, v.units.required>,
                      available<v.available, v.units.available>>;
};
template <const report& Report, std::size_t I>
using rule_error = typename rule_error_of<Report, I>::type;

// Whole numbers are printed as such, others in a type of their own.
struct real_number {
  double value = 0.0;
};
template <bool Whole>
constexpr auto number(double value) noexcept {
  if constexpr (Whole) {
    return rounded_up(value);
  } else {
    return real_number{value};
  }
}
constexpr bool is_whole(double value) noexcept {
  return is_finite(value) && round_up(value) == value && value < 1e18 && value > -1e18;
}

template <field Field, auto Value, figure_unit Unit>
struct input;
template <auto Lowest>
struct from;
template <auto Highest>
struct to;
template <condition Condition, auto Limit>
struct asked;
template <class Input, class... Allowed>
inline constexpr bool is_inside = false;
template <class Input, class Asked>
inline constexpr bool meets = false;

template <class Input, class From, class To>
struct outside {
  static_assert(is_inside<Input, From, To>, "shardline: an input is outside its range");
};
template <class Input, class Asked>
struct contradictory {
  static_assert(meets<Input, Asked>, "shardline: an input contradicts another");
};

template <const report& Report, std::size_t I>
struct input_error_of {
  static constexpr invalid_field f = Report.invalid[I];
  static constexpr field_range r = range_of(f);
  using given = input<f.field, number<is_whole(f.value)>(f.value), r.unit>;
  using type =
      std::conditional_t<is_of_range(f.unmet),
                         outside<given, from<number<is_whole(r.lowest)>(r.lowest)>,
                                 to<number<is_whole(r.highest)>(r.highest)>>,
                         contradictory<given, asked<f.unmet, number<is_whole(f.limit)>(f.limit)>>>;
};
template <const report& Report, std::size_t I>
using input_error = typename input_error_of<Report, I>::type;

#else

// Never defined: its name is the message.
template <fixed_string Text>
struct compile_error;

constexpr text_line sentence_of(const violation& v) noexcept {
  text_line line;
  line.add("shardline: ").add(text_of(v.rule).sentence).add(": ");
  line.add(v.required).add(' ').add(name(v.units.required)).add(" required, ");
  return line.add(v.available).add(' ').add(name(v.units.available)).add(" available");
}
constexpr text_line sentence_of(const invalid_field& f) noexcept {
  const bool alone = is_of_range(f.unmet);
  text_line line;
  line.add(alone ? "shardline: an input is outside its range: "
                 : "shardline: an input contradicts another: ");
  line.add(name_of(f).view()).add(": ").add(f.value);
  return line.add("; allowed: ").add(allowed_for(f).view());
}

template <const report& Report, std::size_t I>
inline constexpr text_line rule_line = sentence_of(Report.violations[I]);
template <const report& Report, std::size_t I>
inline constexpr text_line input_line = sentence_of(Report.invalid[I]);

template <const text_line& Line>
using error_of = compile_error<fixed_string<Line.length>(Line.view())>;
template <const report& Report, std::size_t I>
using rule_error = error_of<rule_line<Report, I>>;
template <const report& Report, std::size_t I>
using input_error = error_of<input_line<Report, I>>;

#endif

}  // namespace shardline::detail
