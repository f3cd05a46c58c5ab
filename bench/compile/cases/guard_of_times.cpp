// SPDX-License-Identifier: BSL-1.0
// One whose latencies are limited too.
#include "guard.cpp"

constexpr workload limited{.concurrency = 64,
                           .input = 2048_tokens,
                           .output = 512_tokens,
                           .max_ttft = 1_s,
                           .max_tpot = 50_ms};
static_assert(require_feasible<node, catalog::llama_3_1_70b, tp8, limited>);
