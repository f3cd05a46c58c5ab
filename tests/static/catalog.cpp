// SPDX-License-Identifier: BSL-1.0
// Every model of the catalog is priced in a constant expression by both compilers, in a layout that
// the rules look at from every side: tensor, data, expert and pipeline parallel, listed stages, a
// shared cache, copies of experts, drafts, limits on times. Not at a rate, which is too many steps
// for clang's limit with the largest of them; tests/fail/rate.cpp has one.
#include "shardline/catalog/models.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/shardline.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

// As many stages as a pipeline is deep, so that hybrids have some without a cache that grows.
constexpr integer stages_of(const model& m) noexcept { return m.layers.size() < 16 ? 2 : 16; }

constexpr void list_stages(layout& l, integer layers) noexcept {
  for (integer i = 0; i < l.pp; ++i) {
    l.stages.listed.push_back(static_cast<std::uint16_t>(items_in_part(layers, l.pp, i)));
  }
}

// Two replicas of tp ranks, with the experts over all of them.
constexpr layout over(const model& m, integer tp, integer dcp) noexcept {
  layout l;
  l.attention = {tp, 1, 2};
  l.expert = has_experts(m) ? expert_mesh{1, 2 * tp, 1} : expert_mesh{2 * tp, 1, 1};
  l.pp = stages_of(m);
  list_stages(l, m.layers.size());
  l.redundant_experts = has_experts(m) ? 2 * tp : 0;
  l.dcp = dcp;
  l.microbatches = l.pp;
  return l;
}

constexpr cluster machines(integer gpus) noexcept {
  cluster c = with_engine(make_cluster(catalog::gb200, gpus), engines::vllm);
  c.runtime.step_sequences = 64.0;
  return c;
}

constexpr workload load(const model& m) noexcept {
  workload w{.concurrency = 32, .input = 512_tokens, .output = 64_tokens, .chunk = 256_tokens};
  w.prefix_hit = 0.25;
  w.speculation = {m.mtp_layers > 0 ? 1 : 0, 0.5, {}};
  w.max_ttft = 100_s;
  w.max_tpot = 10_s;
  return w;
}

// The widest of such layouts whose shards are whole.
constexpr layout widest(const model& m) noexcept {
  for (const integer tp : {4, 2}) {
    for (const integer dcp : {2, 1}) {
      const layout l = over(m, tp, dcp);
      if (detail::check_shape(machines(l.gpus()), m, l, load(m)).feasible()) return l;
    }
  }
  return over(m, 1, 1);
}

template <const model& Model>
struct deployed {
  static constexpr layout spread = widest(Model);
  static constexpr cluster on = machines(spread.gpus());
  static constexpr workload under = load(Model);
  static constexpr bool feasible = require_feasible<on, Model, spread, under>;
};

template <std::size_t... I>
constexpr bool all_feasible(std::index_sequence<I...>) noexcept {
  return (deployed<*catalog::models[I]>::feasible && ...);
}
static_assert(all_feasible(std::make_index_sequence<catalog::models.size()>()),
              "every model of the catalog");

static_assert(deployed<catalog::deepseek_v3>::spread.dcp == 2 &&
                  deployed<catalog::deepseek_v3>::spread.attention.tp == 4,
              "spread as widely as it goes");

// A stage of state-space layers alone keeps no cache that grows, and bounds no capacity.
constexpr layout alone{};
constexpr cluster one = machines(1);
constexpr workload without_limits{.concurrency = 8};
static_assert(require_feasible<one, catalog::mamba_codestral_7b, alone, without_limits>,
              "a model without such a cache");
static_assert(memory(one, catalog::mamba_codestral_7b, alone, without_limits).kv_capacity ==
                  tokens<>{},
              "whose capacity is not counted in tokens");
constexpr layout deep{{}, {}, 16};
constexpr cluster sixteen = machines(16);
static_assert(require_feasible<sixteen, catalog::nemotron_h_8b, deep, without_limits>,
              "stages without attention among others");

}  // namespace
