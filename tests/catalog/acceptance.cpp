// SPDX-License-Identifier: BSL-1.0
#include "shardline/catalog/acceptance.hpp"

#include <doctest/doctest.h>

#include "shardline/time/speculation.hpp"

namespace {

using namespace shardline;

static_assert(catalog::find_speculator("qwen3_5", "mtp")->model == "qwen3.5-397b-a17b-nvfp4");
static_assert(catalog::find_speculator("DeepSeek_V4", "mtp")->of(3) == 2.49);
static_assert(catalog::find_speculator("deepseek-v3", "mtp")->of(1) == 1.85);
static_assert(catalog::find_speculator("deepseek-v3-0324", "mtp")->of(2) == 0.0);
static_assert(catalog::find_speculator("kimi_k25", "mtp") == nullptr);
static_assert(catalog::find_speculator("kimi_k25", "eagle3")->of(8) == 3.77);
static_assert(catalog::find_speculator("", "mtp") == nullptr);

}  // namespace

TEST_CASE(
    "every published length is one that guesses can have, and says how often they are right") {
  for (const catalog::accepted_lengths& s : catalog::speculators) {
    CAPTURE(s.model);
    CHECK(s.of(0) == 0.0);
    CHECK(s.of(9) == 0.0);
    for (integer k = 1; k <= 8; ++k) {
      const double length = s.of(k);
      if (length == 0.0) continue;
      CHECK(length > 1.0);
      CHECK(length < static_cast<double>(k + 1));
      const double acceptance = acceptance_of_length(length, k);
      CHECK(tokens_per_step(speculation{.draft_tokens = k, .acceptance = acceptance}) ==
            doctest::Approx(length).epsilon(1e-12));
    }
  }
}
