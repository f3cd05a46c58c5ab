// SPDX-License-Identifier: BSL-1.0
#include "shardline/serve/copying.hpp"

#include <doctest/doctest.h>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/estimate/estimate.hpp"
#include "shardline/plan/simulation.hpp"

using namespace shardline;

namespace {

const auto gpus_with_hosts = make_cluster(catalog::h100_sxm, 8);
constexpr layout copied_to_eight{{8, 1, 1}, {8, 1, 1}};

workload load_with_hosts(double prefix_hit, double host_hit, double rate = 50e9) {
  workload w;
  w.concurrency = 4.0;
  w.input = tokens<>::from_value(20000.0);
  w.output = tokens<>::from_value(200.0);
  w.prefix_hit = prefix_hit;
  w.host_cache = {host_hit, bandwidth<>::from_value(rate)};
  return w;
}

double ttft_with_hosts(const workload& w) {
  return serving(gpus_with_hosts, catalog::llama_3_1_70b, copied_to_eight, w).ttft.value();
}

}  // namespace

TEST_CASE("what is copied is the cache of its tokens over the host's link") {
  const auto p = prepare(gpus_with_hosts, catalog::llama_3_1_70b, copied_to_eight);
  // 10,000 of 20,000 tokens, 8 heads of 128 over tp 8, keys and values of 2 bytes in 80 layers.
  CHECK(copy_seconds(p, load_with_hosts(0.0, 0.5)) == doctest::Approx(10000.0 * 40960.0 / 50e9));
  CHECK(copy_seconds(p, load_with_hosts(0.5, 0.5)) ==
        doctest::Approx(5008.0 * 40960.0 / 50e9).epsilon(2e-3));
  CHECK(copy_seconds(p, load_with_hosts(0.5, 0.0)) == 0.0);
  CHECK(copy_seconds(p, load_with_hosts(1.0, 1.0)) == 0.0);
}

TEST_CASE("a stage copies its own layers") {
  const auto p = prepare(gpus_with_hosts, catalog::llama_3_1_70b, layout{{4, 1, 1}, {4, 1, 1}, 2});
  CHECK(copy_seconds(p, load_with_hosts(0.0, 0.5)) == doctest::Approx(10000.0 * 40960.0 / 50e9));
}

TEST_CASE("tokens that hosts hold are cached ones, and take their time to come") {
  // As if the prefix cache held them, where the link takes no time.
  CHECK(ttft_with_hosts(load_with_hosts(0.2, 0.5, 1e21)) ==
        doctest::Approx(ttft_with_hosts(load_with_hosts(0.6, 0.0))).epsilon(1e-9));
  const auto p = prepare(gpus_with_hosts, catalog::llama_3_1_70b, copied_to_eight);
  const workload slow = load_with_hosts(0.2, 0.5, 1e9);
  const double later = ttft_with_hosts(slow) - ttft_with_hosts(load_with_hosts(0.2, 0.5, 1e21));
  CHECK(later > 0.5 * copy_seconds(p, slow));
  CHECK(later < 1.5 * copy_seconds(p, slow));
}

TEST_CASE("a simulation waits for the copies too") {
  const auto p = prepare(gpus_with_hosts, catalog::llama_3_1_70b, copied_to_eight);
  const workload fast = load_with_hosts(0.0, 0.5, 1e21);
  const workload slow = load_with_hosts(0.0, 0.5, 1e9);
  const simulation_options few{.requests = 200};
  const double later = simulate(p, slow, few).ttft.mean - simulate(p, fast, few).ttft.mean;
  CHECK(later > 0.5 * copy_seconds(p, slow));
  CHECK(later < 1.5 * copy_seconds(p, slow));
}
