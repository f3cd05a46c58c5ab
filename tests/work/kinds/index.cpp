// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/index.hpp"

#include <doctest/doctest.h>

#include "../../laws/random_inputs.hpp"

using namespace shardline;

namespace lacking {

// A kind that lacks one answer after the other.
struct complete {
  static constexpr std::string_view kind_name{"complete"};
  static constexpr bool sums_at_end = true;
  friend constexpr bool operator==(const complete&, const complete&) noexcept = default;
  template <class List>
  static constexpr void fields(List&&) {}
  template <class Listener>
  constexpr void conditions(Listener&&) const {}
  template <class Listener>
  constexpr void sharding(Listener&&) const {}
  [[nodiscard]] constexpr integer cache_copies(integer tp) const noexcept { return tp; }
  template <class List>
  constexpr void matrices(List&&) const {}
  template <class List>
  constexpr void modules(List&&) const {}
  constexpr void emit(const block_context&, shape_sink&) const {}
};
struct without_name : complete {
  struct none {};
  static constexpr none kind_name{};
};
struct without_fields : complete {
  void fields() const;
};
struct without_conditions : complete {
  void conditions() const;
};
struct without_sharding : complete {
  void sharding() const;
};
struct without_copies : complete {
  void cache_copies() const;
};
struct without_matrices : complete {
  void matrices() const;
};
struct without_modules : complete {
  void modules() const;
};
struct without_operators : complete {
  void emit() const;
};
struct without_equality : complete {
  bool operator==(const without_equality&) const = delete;
};
struct without_sum : complete {
  struct none {};
  static constexpr none sums_at_end{};
};

static_assert(feed_forward_block_kind<complete>);
static_assert(!block_kind<without_name>);
static_assert(!block_kind<without_fields>);
static_assert(!block_kind<without_conditions>);
static_assert(!block_kind<without_sharding>);
static_assert(!block_kind<without_copies>);
static_assert(!block_kind<without_matrices>);
static_assert(!block_kind<without_modules>);
static_assert(!block_kind<without_operators>);
static_assert(!block_kind<without_equality>);
static_assert(block_kind<without_sum> && !feed_forward_block_kind<without_sum>);

}  // namespace lacking

namespace {

// How many of each sort of operator a half of a layer has.
struct counting {
  operator_limits found{};
  std::size_t exchanges = 0;
  std::size_t grouped = 0;
  void operator()(const gemm_shape&) { ++found.gemms; }
  void operator()(const vector_shape&) { ++found.vectors; }
  void operator()(const fused_shape&) { ++found.fused; }
  void operator()(const attention_shape& o) { count_phase(o.phase); }
  void operator()(const recurrence_shape& o) { count_phase(o.phase); }
  void operator()(const collective_shape&) { ++found.collectives; }
  void operator()(const exchange_shape&) { ++exchanges; }
  void operator()(const grouped_gemm_shape&) { ++grouped; }
  template <class Shape>
  void operator()(const Shape&) {}

 private:
  void count_phase(phase p) { found.attentions += p == phase::decode ? 1U : 0U; }
};

void check_limits(const counting& half, const operator_limits& most) {
  CHECK(half.found.gemms <= most.gemms);
  CHECK(half.found.vectors <= most.vectors);
  CHECK(half.found.fused <= most.fused);
  CHECK(half.found.attentions <= most.attentions);
  CHECK(half.found.collectives <= most.collectives);
  CHECK(half.grouped <= 2);
  CHECK(half.exchanges <= 2);
}

}  // namespace

TEST_CASE("no half of a layer has more operators than there are places for") {
  laws::dice d(20260);
  for (int number = 0; number < 4000; ++number) {
    const laws::placed p = laws::random_placed(d, 1, {});
    const model_context e{p.model, p.layout};
    for (const layer& l : p.model.layers.kinds) {
      counting mixing;
      sink_for mixing_sink(mixing);
      detail::emit_mixing_half(l, e, mixing_sink);
      check_limits(mixing, most_of_mixing);
      counting feeding;
      sink_for feeding_sink(feeding);
      detail::emit_feed_forward_half(l, e, feeding_sink);
      check_limits(feeding, most_of_feed_forward);
    }
  }
}

TEST_CASE("a layer has a kind of token mixing, a kind of feed-forward block, or none of one") {
  const layer nothing{no_attention{}, no_feed_forward{}};
  std::visit([](const auto& kind) { kind.matrices([](weight_class) { FAIL("no matrices"); }); },
             nothing.attention);
  CHECK_FALSE(has_experts(nothing));
  const layer routed{no_attention{}, mixture_of_experts{.experts = 8, .experts_per_token = 2}};
  CHECK(has_experts(routed));
  CHECK(experts_of(routed).experts_per_token == 2);
}
