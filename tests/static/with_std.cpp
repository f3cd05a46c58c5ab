// SPDX-License-Identifier: BSL-1.0
// A program that uses both namespaces: our names of types are none of the standard library's, and our
// functions of its names are the better match where they apply.
#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <type_traits>
#include <vector>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/plan/search.hpp"
#include "shardline/shardline.hpp"

using namespace std;
using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr integer gpus = 8;
constexpr rank_coordinates first{};
constexpr step_extent rows = step_extent::tokens;
constexpr layout split{{gpus, 1, 1}, {gpus, 1, 1}};

static_assert(is_divisor(gpus, integer{64}));
static_assert(max(1.0, 2.0) == 2.0 && min(1_ms, 2_ms) == 1_ms);
static_assert(first.tp == 0 && rows == step_extent::tokens);
static_assert(size(array<int, 3>{}) == 3);
static_assert(rank<int[2][3]>::value == 2 && extent<int[2]>::value == 2);  // NOLINT: of std
static_assert(divides<>{}(6.0, 3.0) == 2.0);
static_assert(check(make_cluster(catalog::h100_sxm, gpus), catalog::llama_3_1_70b, split,
                    workload{})
                  .feasible());

}  // namespace
