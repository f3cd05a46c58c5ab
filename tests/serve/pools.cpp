// SPDX-License-Identifier: BSL-1.0
#include "shardline/serve/pools.hpp"

#include <doctest/doctest.h>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

workload at_a_rate() {
  workload w{.concurrency = 64, .input = 2048_tokens, .output = 512_tokens};
  w.rate = 2.0_per_s;
  return w;
}

}  // namespace

TEST_CASE("a prefill instance has a prompt for each replica, a decode instance what it is told") {
  const workload prompts = prefill_load({{1, 1, 4}, {1, 1, 4}}, at_a_rate());
  CHECK(prompts.concurrency == 4.0);
  CHECK(prompts.output == 1_tokens);
  CHECK(prompts.rate.value() == 0.0);
  const workload tokens_only = decode_load(at_a_rate(), 32.0);
  CHECK(tokens_only.concurrency == 32.0);
  CHECK(tokens_only.output == 512_tokens);
  CHECK(tokens_only.rate.value() == 0.0);
}

TEST_CASE("a prompt's cache goes over the network in its bytes' time") {
  const basic_pool<double, datasheet> pool{make_cluster(catalog::h100_sxm, 1), layout{}, 1};
  const seconds<> sent = transfer_time(pool, pool, catalog::llama_3_1_8b, at_a_rate());
  CHECK(sent / 1_ms == doctest::Approx(5.37).scale(0.0).epsilon(1e-3));
  // 2048 tokens of 131,072 B at 50 GB/s, and 5 us.
  CHECK(sent.value() == doctest::Approx(2048.0 * 131072.0 / 50e9 + 5e-6).epsilon(1e-12));
}
