// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/delta_attention.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"

using namespace shardline;
using namespace recording;

namespace {

constexpr delta_attention through_ranks{
    .heads = 4, .head_dim = 3, .conv_kernel = 4, .decay_rank = 2, .gate_rank = 5};

constexpr delta_attention with_one_gate(delta_attention a) noexcept {
  a.gate_rank = 0;
  return a;
}

}  // namespace

TEST_CASE("delta attention: queries, keys and values of the rank's heads, decays and gates") {
  const recorded r = block_of(through_ranks, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  REQUIRE(r.gemms.size() == 7);
  CHECK(shape(r.gemms[0].weight, 16, 3 * 2 * 3));
  CHECK(shape(r.gemms[1].weight, 16, 5));  // narrow products lie on every rank
  CHECK(shape(r.gemms[2].weight, 5, 2 * 3));
  CHECK(shape(r.gemms[3].weight, 16, 2));
  CHECK(shape(r.gemms[4].weight, 2, 2 * 3));
  CHECK(shape(r.gemms[5].weight, 16, 2));  // write strengths
  CHECK(shape(r.gemms[6].weight, 2 * 3, 16));
  CHECK(r.stored(weight_class::norm) == 3);
  // Convolutions of 3 x 6 channels, a decay per head and a bias per value.
  CHECK(shape(r.fused[0], 1, 3 * 6 * 4));
  CHECK(shape(r.fused[1], 1, 2 + 6));
}

TEST_CASE("a decay of one projection is multiplied with them too") {
  delta_attention direct = through_ranks;
  direct.decay_rank = direct.gate_rank = 0;
  const recorded r = block_of(direct, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  REQUIRE(r.gemms.size() == 3);
  CHECK(shape(r.gemms[0].weight, 16, 5 * 2 * 3));
  CHECK(shape(r.gemms[1].weight, 16, 2));
}

TEST_CASE("a gate of one projection is multiplied with queries, keys and values") {
  const recorded r = block_of(with_one_gate(through_ranks), {}, decode_step(3.0, 10.0, 1.0));
  REQUIRE(r.gemms.size() == 5);
  CHECK(shape(r.gemms[0].weight, 16, 4 * 4 * 3));
}

TEST_CASE("a head keeps a square of its width in fp32, and inputs of the convolutions") {
  const recorded r = block_of(through_ranks, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  REQUIRE(r.caches.size() == 1);
  CHECK(r.caches[0].bytes_per_token == 0.0);
  CHECK(r.caches[0].state_bytes == 2.0 * 3.0 * 3.0 * 4.0 + 18.0 * 3.0 * 2.0);
  REQUIRE(r.recurrences.size() == 2);
  CHECK(r.recurrences[1].flops().value() == 3.0 * 8.0 * 2.0 * 9.0);
  CHECK(r.recurrences[1].kind == recurrence_kind::delta_attention);
  CHECK(r.recurrences[1].state_values == 2 * 3 * 3);
  CHECK(r.recurrences[0].state_bytes + r.recurrences[1].state_bytes == r.caches[0].state_bytes);
}
