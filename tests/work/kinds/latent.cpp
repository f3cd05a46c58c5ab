// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/latent.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"

using namespace shardline;
using namespace recording;

namespace {

// Ranks 6 and 5, dims 3 + 2 and 7.
constexpr latent_attention low_rank{8, 6, 5, 3, 2, 7};

}  // namespace

TEST_CASE("dcp ranks of latent attention exchange absorbed queries and latent outputs") {
  layout l = tensor_parallel(4);
  l.dcp = 2;
  const recorded token = block_of(low_rank, l, decode_step(3.0, 50.0, 1.0));
  CHECK(token.cores[0].heads == 2 * 2);
  CHECK(token.cores[0].cache_bytes().value() == 3.0 * 51.0 / 2.0 * 14.0);
  CHECK(token.sends(collective_kind::all_gather, {2, 1}, 3.0 * 2.0 * 2.0 * 7.0 * 2.0));
  CHECK(token.sends(collective_kind::all_gather, {2, 1}, 3.0 * 2.0 * 4.0 * 4.0));
  CHECK(token.sends(collective_kind::reduce_scatter, {2, 1}, 3.0 * 2.0 * 2.0 * 5.0 * 2.0));
}

TEST_CASE("latent attention: projections, split by heads where they can be") {
  const recorded r = block_of(low_rank, tensor_parallel(2), prefill_step(1.0, 10.0, 0.0, 1.0));
  REQUIRE(r.gemms.size() == 5);
  CHECK(shape(r.gemms[0].weight, 16, 6));           // queries' latent, on every rank
  CHECK(shape(r.gemms[1].weight, 6, 4 * 5));        // queries of 4 heads
  CHECK(shape(r.gemms[2].weight, 16, 7));           // latent and rotary key, on every rank
  CHECK(shape(r.gemms[3].weight, 5, 4 * (3 + 7)));  // keys and values of 4 heads
  CHECK(shape(r.gemms[4].weight, 4 * 7, 16));
  REQUIRE(r.cores.size() == 1);
  CHECK(r.cores[0].bytes_per_token == 7.0 * 2.0);  // whatever the heads and tp
  REQUIRE(r.caches.size() == 1);
  CHECK(r.caches[0].bytes_per_token == 7.0 * 2.0);
  CHECK(r.caches[0].window == 0);
}

TEST_CASE("without a latent of their own, queries are projected directly") {
  latent_attention a = low_rank;
  a.q_lora_rank = 0;
  const recorded r = block_of(a, tensor_parallel(2), prefill_step(1.0, 10.0, 0.0, 1.0));
  REQUIRE(r.gemms.size() == 4);
  CHECK(shape(r.gemms[0].weight, 16, 4 * 5));
}

TEST_CASE("a prompt expands its latents, context included, and attends head by head") {
  const recorded r = block_of(low_rank, {}, prefill_step(2.0, 10.0, 30.0, 1.0));
  CHECK(r.gemms[3].rows == 2.0 * 40.0);
  CHECK(r.gemms[3].matrices_read == 1.0);
  CHECK(r.cores[0].kv_heads == 8);
  CHECK(r.cores[0].qk_dim == 3 + 2);
  CHECK(r.cores[0].v_dim == 7);
  CHECK(r.cores[0].latent);
  CHECK(r.cores[0].latent_width == 5 + 2);
}

TEST_CASE("a decode step absorbs the expansion and attends to the latents as one shared head") {
  const recorded r = block_of(low_rank, {}, decode_step(2.0, 30.0, 1.0));
  CHECK(r.gemms[3].rows == 2.0);
  CHECK(r.cores[0].kv_heads == 1);
  CHECK(r.cores[0].qk_dim == 5 + 2);
  CHECK(r.cores[0].v_dim == 5);
  CHECK(r.cores[0].latent);
}

TEST_CASE("a mixed step runs the kernels of both, and so reads the expansion twice") {
  const recorded r = block_of(
      low_rank, {}, mixed_step(prefill_step(1.0, 10.0, 5.0, 1.0), decode_step(7.0, 30.0, 1.0)));
  CHECK(r.gemms[0].rows == 17.0);
  CHECK(r.gemms[3].rows == 15.0 + 7.0);
  CHECK(r.gemms[3].matrices_read == 2.0);
  REQUIRE(r.cores.size() == 2);
  CHECK(r.cores[0].phase == phase::prefill);
  CHECK(r.cores[1].phase == phase::decode);
  CHECK(r.cores[1].sequences == 7.0);
}

TEST_CASE("windows of latents: less is seen and kept, and of the context nothing is expanded") {
  latent_attention near = low_rank;
  near.window = 6;
  near.rope_norm = true;
  const recorded r = block_of(near, {}, prefill_step(2.0, 10.0, 30.0, 1.0));
  CHECK(r.gemms[3].rows == 2.0 * 10.0);
  REQUIRE(r.caches.size() == 1);
  CHECK(r.caches[0].window == 6);
  CHECK(r.cores[0].flops().value() == 2.0 * 10.0 * 6.0 * 2.0 * 8.0 * (3 + 2 + 7));
  CHECK(r.vectors[1].weight.n == 5 + 2);  // a norm of the rotated part too
  CHECK(near.cache_copies(4) == 1);
  CHECK(low_rank.cache_copies(4) == 4);
}
