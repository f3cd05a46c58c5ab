// SPDX-License-Identifier: BSL-1.0
#include "shardline/time/energy.hpp"

#include <doctest/doctest.h>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

token_energy of_llama(double sequences, integer tp) {
  const auto c = make_cluster(with_fitted(catalog::b200_sxm), tp);
  const model m = quantised(catalog::llama_3_1_70b, formats::fp8);
  const workload w{.concurrency = sequences, .input = 1024_tokens, .output = 1024_tokens};
  return decode_energy(c, *power_of(catalog::b200_sxm), m, to_layout(vllm{.tp = tp}), w);
}

}  // namespace

TEST_CASE("joules of a token are watts times the step's seconds over its tokens") {
  const auto c = make_cluster(with_fitted(catalog::b200_sxm), 1);
  const model m = quantised(catalog::llama_3_1_70b, formats::fp8);
  const workload w{.concurrency = 64.0, .input = 1024_tokens, .output = 1024_tokens};
  const layout one = to_layout(vllm{.tp = 1});
  const token_energy e = of_llama(64.0, 1);
  const double seconds = decode(c, m, one, w).total().value();
  CHECK(e.joules == doctest::Approx(e.watts * seconds / 64.0).scale(0.0));
  CHECK(e.low == doctest::Approx(0.75 * e.joules).scale(0.0));
  CHECK(e.high == doctest::Approx(1.25 * e.joules).scale(0.0));
  // Weights of 70 GB take 8.8 ms at 8 TB/s: 0.16 J of a token at idle's 280 W are the least.
  CHECK(e.joules > 280.0 * 0.0088 / 64.0);
  CHECK(e.watts > 280.0);
  CHECK(e.watts <= 1000.0);
}

TEST_CASE("more sequences in a step take less energy each, more GPUs more") {
  double before = 1e9;
  for (double n = 1.0; n <= 256.0; n *= 2.0) {
    const double now = of_llama(n, 1).joules;
    CAPTURE(n);
    CHECK(now < before);
    before = now;
  }
  CHECK(of_llama(16.0, 8).joules > of_llama(16.0, 1).joules);
}

TEST_CASE("where all are decoding with guesses, energy is of the tokens that they give") {
  const auto c = make_cluster(with_fitted(catalog::h200_sxm), 1);
  workload w{.concurrency = 8.0, .input = 512_tokens, .output = 512_tokens};
  const layout one = to_layout(vllm{.tp = 1});
  const model& m = catalog::llama_3_1_8b;
  const double plain = decode_energy(c, *power_of(catalog::h200_sxm), m, one, w).joules;
  w.speculation = {.draft_tokens = 3, .acceptance = 0.8};
  CHECK(decode_energy(c, *power_of(catalog::h200_sxm), m, one, w).joules < plain);
}

TEST_CASE("joules of a prompt's token are watts times its seconds over its tokens") {
  const auto c = make_cluster(with_fitted(catalog::b200_sxm), 1);
  const model m = quantised(catalog::llama_3_1_70b, formats::fp8);
  const workload w{.concurrency = 64.0, .input = 1024_tokens, .output = 1024_tokens};
  const layout one = to_layout(vllm{.tp = 1});
  const power_curve& power = *power_of(catalog::b200_sxm);
  const token_energy e = prompt_energy(c, power, m, one, w);
  const double seconds = prefill(c, m, one, w).total().value();
  CHECK(e.joules == doctest::Approx(e.watts * seconds / 1024.0).scale(0.0));
  CHECK(e.low == doctest::Approx(0.75 * e.joules).scale(0.0));
  CHECK(e.high == doctest::Approx(1.25 * e.joules).scale(0.0));
  // 2 x 70.6e9 FLOP of a token at 4.5 PFLOP/s take 31.4 us: 9 mJ at idle's 280 W are the least.
  CHECK(e.joules > 280.0 * 31.4e-6);
  // It multiplies more of the time than decoding does, and a token takes less.
  CHECK(e.watts > of_llama(64.0, 1).watts);
  CHECK(e.joules < of_llama(64.0, 1).joules);
}

TEST_CASE("replicas and pipeline stages read prompts of their own at the same time") {
  const model& m = catalog::llama_3_1_8b;
  const workload w{.concurrency = 8.0, .input = 512_tokens, .output = 512_tokens};
  const power_curve& power = *power_of(catalog::h200_sxm);
  const auto of = [&](const vllm& flags) {
    const layout l = to_layout(flags);
    return prompt_energy(make_cluster(with_fitted(catalog::h200_sxm), l.gpus()), power, m, l, w)
        .joules;
  };
  CHECK(of({.tp = 1, .dp = 4}) == doctest::Approx(of({.tp = 1})).epsilon(0.01).scale(0.0));
  CHECK(of({.tp = 1, .pp = 2}) == doctest::Approx(of({.tp = 1})).epsilon(0.1).scale(0.0));
}
