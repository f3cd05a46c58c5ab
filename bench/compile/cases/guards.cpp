// SPDX-License-Identifier: BSL-1.0
// Eleven: ten further ones.
#include "guard.cpp"

template <integer N>
constexpr workload with{.concurrency = 64 + N, .input = 2048_tokens, .output = 512_tokens};
template <integer... N>
constexpr bool all = (require_feasible<node, catalog::llama_3_1_70b, tp8, with<N>> && ...);
static_assert(all<1, 2, 3, 4, 5, 6, 7, 8, 9, 10>);
