// SPDX-License-Identifier: BSL-1.0
#include "shardline/model/usual_routing.hpp"

#include <doctest/doctest.h>

#include "shardline/catalog/models.hpp"

using namespace shardline;

static_assert(usual_routing(catalog::deepseek_v3).law == routing_law::power_law);
static_assert(usual_routing(catalog::llama_3_1_8b).law == routing_law::even);
static_assert(usual_routing(catalog::gpt_oss_120b).law == routing_law::power_law);

TEST_CASE("routers spread a batch by a power law, corrected while they are trained or not") {
  CHECK(usual_routing(catalog::qwen3_235b_a22b).exponent == 1.4);
  CHECK(usual_routing(catalog::minimax_m2_5).exponent == 1.4);
  CHECK(usual_routing(catalog::mixtral_8x7b).exponent == 1.4);
}

static_assert(usual_routing(catalog::deepseek_v3).exponent == 1.4);
