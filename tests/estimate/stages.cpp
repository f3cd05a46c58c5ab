#include "shardline/estimate/stages.hpp"

#include <doctest/doctest.h>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/convention/vllm.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

constexpr workload chat{.concurrency = 64, .input = 2048_tokens, .output = 512_tokens};
constexpr layout stages = to_layout(vllm{.tp = 8, .pp = 4, .expert_parallel = true});

// The details of one stage are its memory, part by part.
constexpr bool consistent(const stage_memory& s) {
  return s.weights.total_bytes() == s.memory.weights &&
         s.workspace.activation() == s.memory.activation &&
         s.workspace.communication() == s.memory.communication;
}

static_assert(consistent(fullest_stage(make_cluster(catalog::h100_sxm, 8), catalog::llama_3_1_8b,
                                       to_layout(vllm{.tp = 2, .pp = 4}), chat)));

}  // namespace

TEST_CASE("the details of every stage are its memory, under every engine and model") {
  for (const runtime& engine : {runtime{}, engines::vllm, engines::sglang, engines::tensorrt_llm}) {
    const cluster c = with_engine(make_cluster(catalog::h200_sxm, 32), engine);
    for (const model* m : catalog::models) {
      CAPTURE(m->name.view());
      if (m->layers.size() < stages.pp) continue;
      const layout l = has_experts(*m) ? stages : to_layout(vllm{.tp = 8, .pp = 4});
      count next = 0;
      count layers = 0;
      for_each_stage(c, *m, l, chat, [&](const stage_memory& s) {
        CHECK(consistent(s));
        CHECK(s.stage == next++);
        CHECK(s.layers.first == layers);
        layers += s.layers.number;
      });
      CHECK(next == l.pp);
      CHECK(layers == m->layers.size());
    }
  }
}

TEST_CASE("the fullest stage is the memory of the layout") {
  const cluster c = with_engine(make_cluster(catalog::h200_sxm, 32), engines::vllm);
  const stage_memory s = fullest_stage(c, catalog::deepseek_v3, stages, chat);
  const memory_breakdown m = memory(c, catalog::deepseek_v3, stages, chat);
  CHECK(s.memory.total() == m.total());
  CHECK(s.memory.weights == m.weights);
  CHECK(s.memory.kv_capacity == m.kv_capacity);
  CHECK(s.stage == 3);  // the logits are there
}

TEST_CASE("the peak operator is the one that needs most, the first of equals") {
  workspace_breakdown w;
  w.peak[static_cast<std::size_t>(term::router)] = 3_B;
  w.peak[static_cast<std::size_t>(term::head)] = 3_B;
  CHECK(peak_operator(w) == term::router);
  CHECK(w[peak_operator(w)] + w.residual == w.activation());
}
