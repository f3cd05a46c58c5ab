// SPDX-License-Identifier: BSL-1.0
// What importers say of a matrix is what its operators look up: the roles that the modules of a
// kind have are those of the matrices that it multiplies by, for every kind that there is.
#include <doctest/doctest.h>

#include <string_view>

#include "random_inputs.hpp"

namespace sl = laws::sl;

namespace {

using laws::dice;
using laws::integer;
using laws::placed;
using sl::matrix_role;
using sl::weight_class;

// The roles of a class's matrices among the modules of a kind.
struct listed_roles : sl::module_listener {
  weight_class of{};
  sl::matrix_roles roles{};

  void add(weight_class c, matrix_role r) {
    if (c == of) roles.insert(r);
  }
  void block(weight_class c) {
    add(c, matrix_role::input);
    add(c, matrix_role::output);
  }
  void attention(std::string_view, matrix_role r = matrix_role::input) {
    add(weight_class::attention, r);
  }
  void projections() { block(weight_class::attention); }
  void recurrence() { block(weight_class::attention); }
  void dense() { block(weight_class::dense_feed_forward); }
  void routed(integer) { block(weight_class::routed_expert); }
};

// Whether any matrix of the class is in the format.
struct format_seen {
  weight_class of{};
  sl::weight_format format{};
  bool seen = false;

  template <class Shape>
  void operator()(const Shape& o) {
    if constexpr (requires { o.weight.k; }) {
      seen = seen || (o.weight.weight_class == of && o.weight.format == format);
    }
  }
};

struct role_checker {
  const sl::model& m;
  sl::layer l;

  template <class Kind>
  void operator()(const Kind& kind) {
    for (const weight_class c :
         {weight_class::attention, weight_class::dense_feed_forward, weight_class::routed_expert}) {
      listed_roles listed;
      listed.of = c;
      kind.modules(listed);
      for (const matrix_role r : sl::all_matrix_roles) {
        CAPTURE(name(c));
        CAPTURE(name(r));
        l.exceptions = {{{c}, sl::formats::int8, {r}}};
        const sl::layout whole{};
        const sl::model_context e{m, whole};
        format_seen found{c, sl::formats::int8};
        sl::sink_for sink(found);
        kind.emit(e.in_layer(l), sink);
        CHECK(found.seen == listed.roles.contains(r));
      }
    }
  }
};

}  // namespace

TEST_CASE("the roles of a kind's modules are those that its operators look up") {
  dice d(20261130);
  for (int number = 0; number < 2000; ++number) {
    placed p = laws::random_placed(d, 1, {});
    p.model.weights = sl::uniform(sl::formats::bf16);
    for (const sl::layer& l : p.model.layers.kinds) {
      CAPTURE(number);
      CAPTURE(laws::describe(p.model));
      role_checker checker{p.model, l};
      std::visit(checker, l.attention);
      std::visit(checker, l.feed_forward);
    }
  }
}
