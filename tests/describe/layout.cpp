#include "shardline/describe/layout.hpp"

#include <doctest/doctest.h>

using namespace shardline;

TEST_CASE("stages share out the layers: in order, each layer once, the first stages one more") {
  for (count layers = 1; layers <= 130; ++layers) {
    for (count pp = 1; pp <= layers; ++pp) {
      count next = 0;
      count last_number = layers;
      for (count stage = 0; stage < pp; ++stage) {
        const item_range own = part_of(layers, pp, stage);
        CAPTURE(layers);
        CAPTURE(pp);
        REQUIRE(own.first == next);
        REQUIRE(own.number <= last_number);
        REQUIRE(own.number >= layers / pp);
        REQUIRE(own.number <= layers / pp + 1);
        last_number = own.number;
        next += own.number;
      }
      REQUIRE(next == layers);
    }
  }
}

TEST_CASE("61 layers over 4 stages are 16, 15, 15 and 15") {
  CHECK(part_of(61, 4, 0) == item_range{0, 16});
  CHECK(part_of(61, 4, 1) == item_range{16, 15});
  CHECK(part_of(61, 4, 3) == item_range{46, 15});
}

TEST_CASE("a layout needs the ranks of a mesh for each stage") {
  CHECK(layout{{8, 2, 3}, {1, 48, 1}, 4}.gpus() == 192);
  CHECK(layout{}.gpus() == 1);
  CHECK(attention_mesh{8, 2, 3}.size() == 48);
  CHECK(expert_mesh{2, 4, 5}.size() == 40);
}

TEST_CASE("a million of every degree does not overflow") {
  constexpr count many = 1000000;
  CHECK(attention_mesh{many, many, many}.size() == 1000000000000000000);
  CHECK(layout{{many, many, many}, {}, many}.gpus() == (std::numeric_limits<count>::max)());
}

TEST_CASE("a dispatch has the name that reports use") {
  CHECK(name(expert_dispatch::all_to_all) == "all-to-all");
  CHECK(name(expert_dispatch::all_gather) == "all-gather");
}
