// SPDX-License-Identifier: BSL-1.0
#include "shardline/memory/adapters.hpp"

#include <doctest/doctest.h>

#include "shardline/catalog/models.hpp"

using namespace shardline;

TEST_CASE("slots of adapters take rank x (inputs + outputs) of every matrix beside which they go") {
  const model& m = catalog::llama_3_1_8b;
  constexpr integer edges = 4096 + 6144 + 4096 + 4096 + 4096 + 28672 + 14336 + 4096;
  const adapter_slots four{.slots = 4, .rank = 16};
  CHECK(adapter_bytes(m, {}, 0, four).value() == 4.0 * 16 * 2 * 32 * edges);
  CHECK(adapter_bytes(m, {}, 0, four).value() == 285212672.0);
  CHECK(adapter_bytes(m, {}, 0, {}).value() == 0.0);
  CHECK(adapter_bytes(m, {}, 0, {8, 16}) == adapter_bytes(m, {}, 0, {4, 32}));
}

TEST_CASE("ranks hold the adapters of their own layers and shards") {
  const model& m = catalog::llama_3_1_8b;
  const adapter_slots one{.slots = 1, .rank = 8};
  const layout two_stages{{1, 1, 1}, {1, 1, 1}, 2};
  const double all = adapter_bytes(m, {}, 0, one).value();
  CHECK(adapter_bytes(m, two_stages, 0, one).value() * 2.0 == all);
  const layout halves{{2, 1, 1}, {2, 1, 1}};
  const double sharded = adapter_bytes(m, halves, 0, one).value();
  CHECK(sharded < all);
  CHECK(sharded * 2.0 > all);  // one edge of each is whole on every rank
}
