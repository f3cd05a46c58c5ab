// SPDX-License-Identifier: BSL-1.0
// One layout that must work.
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/core.hpp"

using namespace shardline;
using namespace shardline::literals;

constexpr auto node = make_cluster(catalog::h100_sxm, 8);
constexpr layout tp8{.attention = {.tp = 8}, .expert = {.etp = 8}};
constexpr workload chat{.concurrency = 64, .input = 2048_tokens, .output = 512_tokens};
static_assert(require_feasible<node, catalog::llama_3_1_70b, tp8, chat>);
