// SPDX-License-Identifier: BSL-1.0
/// Random kinds of block: every number that a kind lists is drawn after the field whose range it
/// has, so that a new kind is drawn as it is added.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <variant>

#include "dice.hpp"
#include "shardline/shardline.hpp"

namespace laws {

/// How far dimensions are multiples: of `block` everywhere, so that scaled formats can be sharded
/// into whole blocks; 1 lets widths be uneven.
struct granularity {
  integer block = 1;
  bool even = false;  // widths divide by the degrees
};

/// Numbers that a layout can shard. What is drawn later follows what was drawn before in the kind.
struct fitting_numbers {
  dice& d;
  const sl::layout& l;
  granularity g{};
  integer heads = 0;
  integer experts = 0;

  // Projections of a few values per head are as wide as heads are many: these are whole blocks too.
  integer of(sl::field f) {
    switch (f) {
      case sl::field::heads:
        heads = heads == 0 ? g.block * l.attention.tp * d.whole(1, 4) : heads * d.whole(1, 3);
        return heads;
      case sl::field::head_dim:  // of what lists no heads: without a throw, as in random_models.hpp
        return g.block * (heads == 0 ? 1 + l.attention.tp % 3 : d.whole(1, 4));
      case sl::field::kv_heads:
      case sl::field::groups:
        return kv_heads();
      case sl::field::window:
        return d.flip() ? 0 : d.whole(1, 300);
      case sl::field::q_lora_rank:
        return d.flip() ? g.block * d.whole(1, 3) : 0;
      case sl::field::conv_kernel:
        return d.whole(1, 5);
      case sl::field::feed_forward_width:
        return width();
      case sl::field::experts:
        return experts = fewest_experts() + d.whole(0, 9);
      case sl::field::experts_per_token:
        return d.whole(1, experts);
      case sl::field::shared_experts:
        return d.flip() ? 0 : d.whole(1, 3);
      default:
        return g.block * d.whole(1, 4);
    }
  }
  integer of(const sl::field_range& own) {
    const auto lowest = static_cast<integer>(own.lowest);
    return g.block * l.attention.tp * (lowest == 0 ? d.whole(0, 20) : lowest * d.whole(1, 20));
  }
  integer width() {
    return g.even ? g.block * l.attention.tp * l.expert.etp * d.whole(1, 3) : d.whole(1, 100);
  }

 private:
  // Uneven over ep as often as not; fewer than ep where copies make up for it.
  [[nodiscard]] integer fewest_experts() const {
    const integer fewest = l.expert.ep - l.redundant_experts;
    return fewest < 1 ? 1 : fewest;
  }
  // Heads that a tp can split or replicate: they divide all heads, and tp or are divided by it.
  integer kv_heads() {
    const integer tp = l.attention.tp;
    std::vector<integer> fitting;
    for (const integer k : divisors(heads)) {
      if (k % tp == 0 || tp % k == 0) fitting.push_back(k);
    }
    return d.one_of(fitting);
  }
};

inline void draw(dice& d, bool& b) { b = d.flip(); }
inline void draw(dice& d, sl::precision& p) {
  p = d.flip() ? sl::precision::fp32 : sl::precision::bf16;
}
inline void draw(dice& d, sl::head_norm& n) {
  constexpr std::array<sl::head_norm, 5> norms{sl::head_norm::none, sl::head_norm::per_head,
                                               sl::head_norm::all_heads, sl::head_norm::each_head,
                                               sl::head_norm::per_head_biased};
  n = d.one_of(norms);
}

/// Fields that a kind did not always have are drawn apart, so that the numbers of test cases stand
/// for the models that they stood for.
template <class Kind>
constexpr bool came_later(std::string_view field) noexcept {
  if constexpr (std::is_same_v<Kind, sl::grouped_query_attention>) {
    return field == "conv_kernel" || field == "relative_rank" || field == "relative_reach";
  }
  if constexpr (std::is_same_v<Kind, sl::latent_attention>) {
    return field == "head_gate" || field == "window" || field == "rope_norm";
  }
  if constexpr (std::is_same_v<Kind, sl::sparse_latent_attention>) {
    return field == "index_pool" || field == "output_gate" || field == "sinks" ||
           field == "head_gate" || field == "rope_norm";
  }
  if constexpr (std::is_same_v<Kind, sl::block_sparse_attention>) {
    return field == "index_pool" || field == "output_gate";
  }
  return false;
}

/// Draws the fields of a kind in their order; numbers without a range are widths.
template <class Kind, class Numbers>
struct field_drawer {
  Kind& kind;
  Numbers& numbers;

  template <sl::field Field>
  void operator()(const char* name, sl::shared_range<Field>, integer Kind::*member) const {
    if (came_later<Kind>(name)) {
      dice d = apart(name);
      kind.*member = d.flip() ? d.whole(1, 300) : 0;
    } else {
      kind.*member = numbers.of(Field);
    }
  }
  template <const sl::field_range& Range>
  void operator()(const char* name, sl::own_range<Range>, integer Kind::*member) const {
    if (came_later<Kind>(name)) {
      kind.*member = static_cast<integer>(Range.lowest) + apart(name).whole(0, 3);
    } else {
      kind.*member = numbers.of(Range);
    }
  }
  template <class Value>
  void operator()(const char* name, Value Kind::*member) const {
    if (came_later<Kind>(name)) {
      dice d = apart(name);
      if constexpr (!std::is_same_v<Value, integer>) draw(d, kind.*member);
    } else if constexpr (std::is_same_v<Value, integer>) {
      kind.*member = numbers.width();
    } else {
      draw(numbers.d, kind.*member);
    }
  }

 private:
  // By what was drawn before, and by the field.
  [[nodiscard]] dice apart(std::string_view field) const {
    if constexpr (requires { kind.heads; }) {
      return dice(static_cast<std::uint64_t>(kind.heads) * 31 + field.size());
    } else {
      return dice(field.size());
    }
  }
};

/// Alternative `which` of a variant of kinds.
template <class Variant, class Numbers, std::size_t I = 0>
Variant drawn_kind(std::size_t which, Numbers numbers) {
  if constexpr (I < std::variant_size_v<Variant>) {
    if (which > I) return drawn_kind<Variant, Numbers, I + 1>(which, numbers);
    std::variant_alternative_t<I, Variant> kind{};
    kind.fields(field_drawer<std::variant_alternative_t<I, Variant>, Numbers>{kind, numbers});
    return kind;
  } else {
    return {};
  }
}

/// A memory of n-grams, which is no half of a layer and stands in one of its own.
template <class Numbers>
sl::attention_kind drawn_memory(Numbers numbers) {
  constexpr std::size_t last = std::variant_size_v<sl::attention_kind> - 1;
  static_assert(
      std::is_same_v<std::variant_alternative_t<last, sl::attention_kind>, sl::ngram_memory>);
  return drawn_kind<sl::attention_kind>(last, numbers);
}

/// Every kind of token mixing that is half a layer; the first, grouped queries, as often as all
/// others together.
template <class Numbers>
sl::attention_kind drawn_attention(Numbers numbers) {
  constexpr auto others = static_cast<integer>(std::variant_size_v<sl::attention_kind>) - 2;
  const integer which = numbers.d.whole(1, 2 * others);
  return drawn_kind<sl::attention_kind>(which > others ? 0 : static_cast<std::size_t>(which),
                                        numbers);
}

// Only what a layout shares out evenly can be asked to be.
inline void keep_even_shares(const sl::layout& on, sl::layer& l) {
  auto* f = std::get_if<sl::mixture_of_experts>(&l.feed_forward);
  if (f == nullptr || (f->experts + on.redundant_experts) % on.expert.ep == 0) return;
  f->even_shares = false;
}

/// Every kind of feed-forward block that does, or does not, route tokens, and has some fields.
template <class Numbers>
sl::feed_forward_kind drawn_feed_forward(Numbers numbers, bool routes) {
  constexpr auto kinds = static_cast<integer>(std::variant_size_v<sl::feed_forward_kind>);
  for (;;) {
    const auto which = static_cast<std::size_t>(numbers.d.whole(0, kinds - 1));
    sl::layer l;
    l.feed_forward = drawn_kind<sl::feed_forward_kind>(which, numbers);
    if constexpr (requires { numbers.l; }) keep_even_shares(numbers.l, l);
    const bool absent = std::holds_alternative<sl::no_feed_forward>(l.feed_forward);
    if (!absent && has_experts(l) == routes) return l.feed_forward;
  }
}

}  // namespace laws
