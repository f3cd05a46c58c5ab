// SPDX-License-Identifier: BSL-1.0
// A kind of token mixing that does not say its operators.
#include "shardline/core.hpp"

namespace own {

using namespace shardline;

struct attention {
  static constexpr std::string_view kind_name{"own"};

  integer heads = 0;

  friend constexpr bool operator==(const attention&, const attention&) noexcept = default;
  template <class List>
  static constexpr void fields(List&& list) {
    list("heads", as<field::heads>, &attention::heads);
  }
  template <class Listener>
  constexpr void conditions(Listener&&) const {}
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    rules.heads(heads);
  }
  [[nodiscard]] constexpr integer cache_copies(integer tp) const noexcept { return tp; }
  template <class List>
  constexpr void matrices(List&&) const {}
  template <class List>
  constexpr void modules(List&&) const {}
#ifndef SHARDLINE_TEST_BAD
  constexpr void emit(const block_context&, shape_sink&) const {}
#endif
};

}  // namespace own

using kinds = shardline::one_attention_of<shardline::no_attention, own::attention>;

static_assert(std::variant_size_v<kinds> == 2);
