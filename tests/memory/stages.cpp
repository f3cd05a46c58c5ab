// SPDX-License-Identifier: BSL-1.0
#include "shardline/memory/stages.hpp"

#include <doctest/doctest.h>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

constexpr workload short_chat{.concurrency = 64, .input = 2048_tokens, .output = 512_tokens};
constexpr layout stages = to_layout(vllm{.tp = 8, .pp = 4, .expert_parallel = true});

// The details of one stage are its memory, part by part.
constexpr bool consistent(const stage_memory& s) {
  return s.weights.total_bytes() == s.memory.weights &&
         s.workspace.activation() == s.memory.activation &&
         s.workspace.communication() == s.memory.communication;
}

static_assert(consistent(fullest_stage(make_cluster(catalog::h100_sxm, 8), catalog::llama_3_1_8b,
                                       to_layout(vllm{.tp = 2, .pp = 4}), short_chat)));

}  // namespace

TEST_CASE("the details of every stage are its memory, under every engine and model") {
  for (const runtime& engine :
       {runtime{}, engines::vllm.runtime, engines::sglang.runtime, engines::tensorrt_llm.runtime}) {
    const cluster c = with_engine(make_cluster(catalog::h200_sxm, 32), engine);
    for (const model* m : catalog::models) {
      CAPTURE(m->name.view());
      if (m->layers.size() < stages.pp) continue;
      const layout l = has_experts(*m) ? stages : to_layout(vllm{.tp = 8, .pp = 4});
      integer next = 0;
      integer layers = 0;
      for_each_stage(c, *m, l, short_chat, [&](const stage_memory& s) {
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

TEST_CASE("ranks that share a cache have buffers for queries and outputs of every sequence") {
  // vLLM: 1024 sequences, 128 heads of 16 ranks; 576 values of a query, 512 of an output, 2 bytes.
  const cluster c = with_engine(make_cluster(catalog::h200_sxm, 16), engines::vllm);
  const layout shared = to_layout(vllm{.tp = 16, .expert_parallel = true, .dcp = 16});
  for (const double concurrency : {1.0, 512.0}) {
    workload w = short_chat;
    w.concurrency = concurrency;
    const stage_memory s = fullest_stage(c, catalog::deepseek_v3, shared, w);
    CHECK(consistent(s));
    double scattered = 0.0;
    double gathered = 0.0;
    for (std::size_t i = 0; i < s.workspace.keys.size(); ++i) {
      const collective_kind kind = s.workspace.keys[i].kind;
      if (kind == collective_kind::reduce_scatter) scattered = s.workspace.buffers[i].value();
      if (kind == collective_kind::all_gather) gathered = s.workspace.buffers[i].value();
    }
    CHECK(scattered == 1024.0 * 128.0 * 512.0 * 2.0);
    CHECK(gathered == 1024.0 * 129280.0 * 2.0);  // logits are larger than 1024 x 128 x 576 x 2
  }
  // Without an engine: those of the workload, all of which decode at once.
  const cluster bare = make_cluster(catalog::h200_sxm, 16);
  const stage_memory s = fullest_stage(bare, catalog::deepseek_v3, shared, short_chat);
  CHECK(consistent(s));
}

TEST_CASE("the fullest stage is the memory of the layout") {
  const cluster c = with_engine(make_cluster(catalog::h200_sxm, 32), engines::vllm);
  const stage_memory s = fullest_stage(c, catalog::deepseek_v3, stages, short_chat);
  const memory_breakdown m = memory(c, catalog::deepseek_v3, stages, short_chat);
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

TEST_CASE("documented: stages of Llama-3.1-8B") {
  const workload w{.concurrency = 1, .input = 2048_tokens, .output = 512_tokens};
  const auto fullest =
      fullest_stage(make_cluster(catalog::h100_sxm, 1), catalog::llama_3_1_8b, layout{}, w);
  CHECK(fullest.stage == 0);
  CHECK(fullest.memory.total() / 1_GB == doctest::Approx(17.66).scale(0.0).epsilon(3e-4));
  CHECK(peak_operator(fullest.workspace) == term::dense_feed_forward);
  CHECK(static_cast<int>(term::dense_feed_forward) == 4);
  int stages = 0;
  for_each_stage(make_cluster(catalog::h100_sxm, 4), catalog::llama_3_1_8b, layout{.pp = 4}, w,
                 [&stages](const basic_stage_memory<double>& s) {
                   CHECK(s.layers.number == 8);
                   ++stages;
                 });
  CHECK(stages == 4);
}
