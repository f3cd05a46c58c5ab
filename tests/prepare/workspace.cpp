// SPDX-License-Identifier: BSL-1.0
// Peaks by hand, term by term, for models of a few values each. Activations have 2 bytes.
#include "shardline/prepare/workspace.hpp"

#include <doctest/doctest.h>

#include <array>

#include "../fail/small.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/memory/stages.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

// What all operators of stage 0 include, and the residual stream.
workspace_breakdown workspace_of(const model& m, const layout& l, const basic_step<>& s,
                                 double logit_bytes = 0.0) {
  const rank_step<double> own = rank_step_of(s, l);
  detail::workspace_fold<double> fold{logit_bytes};
  for_each_block(model_context{m, l}, own, blocks_of_stage(m, l, 0), fold);
  fold.workspace.residual = detail::residual(m, own);
  return fold.workspace;
}

// The buffers of one kind of collective, over all groups.
double buffers_of(const workspace_breakdown& w, collective_kind kind) {
  double sum = 0.0;
  for (std::size_t i = 0; i < w.keys.size(); ++i) {
    if (w.keys[i].kind == kind) sum += w.buffers[i].value();
  }
  return sum;
}

void check_peaks(const workspace_breakdown& w,
                 const std::array<double, operator_term_count>& by_hand) {
  for (std::size_t i = 0; i < operator_term_count; ++i) {
    CAPTURE(name(static_cast<term>(i)));
    CHECK(w[static_cast<term>(i)].value() == doctest::Approx(by_hand[i]).epsilon(1e-12));
  }
}

// Hidden 4, vocabulary 10, 2 heads of 3 over one key-value head, width 5, gated.
model dense() {
  model m =
      small::with_layers(4, 2, grouped_query_attention{.heads = 2, .kv_heads = 1, .head_dim = 3},
                         dense_feed_forward{5});
  m.vocab_size = 10;
  return m;
}

model routed(bool shared) {
  mixture_of_experts f{.experts = 3, .experts_per_token = 2, .width = 5};
  if (shared) {
    f.shared_experts = 1;
    f.shared_width = 6;
  }
  return small::with_layers(4, 2, grouped_query_attention{.heads = 2, .kv_heads = 1, .head_dim = 3},
                            f);
}

}  // namespace

TEST_CASE("a dense model's peaks by term: 7 new tokens of one sequence") {
  const basic_step<> s = prefill_step(1.0, 7.0, 0.0, 1.0);
  const workspace_breakdown w = workspace_of(dense(), {}, s);
  const double n = 7.0 * 2.0;
  check_peaks(w, {n * (2 * 4),          // embedding: a row read and written
                  n * (4 * 4),          // norms: residual and output in, both sums out
                  n * 2 * (2 + 1) * 3,  // projections: rotary reads and writes queries and keys,
                                        // 18; q k v are 4 in, 12 out, the output 6 in, 4 out
                  n * 2 * (3 + 3),      // attention: queries in, outputs out
                  n * (2 * 5 + 5),      // dense: activation 15; up 4 + 10, down 5 + 4
                  0, 0, 0,              //
                  2.0 * (4 + 10)});     // head: one row of logits
  CHECK(w.keys.empty());
  CHECK(w.residual.value() == n * 4);
  CHECK(w.activation().value() == n * 4 + n * 18);
  CHECK(w.communication().value() == 0.0);
}

TEST_CASE("the sampler takes so many bytes per logit, of the whole vocabulary, on each rank") {
  const basic_step<> s = prefill_step(3.0, 2.0, 0.0, 1.0);
  CHECK(workspace_of(dense(), {}, s, 38.0)[term::head].value() == 3.0 * 10.0 * 38.0);
  CHECK(workspace_of(dense(), {{2, 1, 1}, {2, 1, 1}}, s, 38.0)[term::head].value() ==
        3.0 * 10.0 * 38.0);
  // Fewer bytes than the head's own inputs and outputs, 2 (4 + 10) a row: those are the peak.
  CHECK(workspace_of(dense(), {}, s, 2.0)[term::head].value() == 3.0 * 28.0);
}

TEST_CASE("with tensor parallelism each collective of the group has its largest message") {
  // tp 2, 7 tokens: the residual stream, 4 values, is summed; one row of 10 logits is gathered.
  const workspace_breakdown w =
      workspace_of(dense(), {{2, 1, 1}, {2, 1, 1}}, prefill_step(1.0, 7.0, 0.0, 1.0));
  CHECK(buffers_of(w, collective_kind::all_reduce) == 7.0 * 4.0 * 2.0);
  CHECK(buffers_of(w, collective_kind::all_gather) == 10.0 * 2.0);
  CHECK(w.communication().value() == 56.0 + 20.0);
  // One of 2 heads and 3 of the width of 5 are left: q k v of 4 + 9, rotary of 12, and the norms,
  // 16, are the largest.
  CHECK(w.activation().value() == 7.0 * 2.0 * (4.0 + 16.0));
}

TEST_CASE("context parallelism gathers keys and values of the whole prompt") {
  // cp 2: 4 of 7 tokens here; 7 x 2 x 3 cached values of 2 bytes gathered.
  const workspace_breakdown w =
      workspace_of(dense(), {{1, 2, 1}, {1, 1, 2}}, prefill_step(1.0, 7.0, 0.0, 1.0));
  CHECK(buffers_of(w, collective_kind::all_gather) == 7.0 * 12.0);
  CHECK(w.residual.value() == 4.0 * 8.0);
  CHECK(w[term::norms].value() == 4.0 * 32.0);
}

TEST_CASE("a pipeline stage hands the residual stream on") {
  const workspace_breakdown w =
      workspace_of(dense(), {{}, {}, 2}, prefill_step(1.0, 7.0, 0.0, 1.0));
  CHECK(buffers_of(w, collective_kind::send_recv) == 7.0 * 8.0);
  CHECK(w[term::head].value() == 0.0);  // on the last stage only
}

TEST_CASE("experts on two ranks of two replicas: 7 tokens each, 14 in the group") {
  // 2 of 3 experts are on rank 0, and 2 of 3 of the 14 x 2 rows.
  const basic_step<> s = prefill_step(2.0, 7.0, 0.0, 1.0);
  const layout l{{1, 1, 2}, {1, 2, 1}};
  const double rows = 14.0 * 2.0 * 2.0 / 3.0;
  const double n = 7.0 * 2.0;
  // A token's 2 choices lie on 2 (1 - (1/2)^2) = 1.5 of the ranks.
  check_peaks(workspace_of(routed(true), l, s),
              {0, n * 16, n * 18, n * 12, 0,
               n * (4 + 3),            // router
               2.0 * rows * (10 + 5),  // routed: activation 15; up 4 + 10, down 5 + 4
               n * (12 + 6),           // shared: activation 18; up 4 + 12, down 6 + 4
               0});
  CHECK(buffers_of(workspace_of(routed(true), l, s), collective_kind::all_to_all) ==
        doctest::Approx(7.0 * 1.5 * 8.0).epsilon(1e-12));  // one way
  layout gathered = l;
  gathered.dispatch = expert_dispatch::all_gather;
  const workspace_breakdown w = workspace_of(routed(false), gathered, s);
  CHECK(buffers_of(w, collective_kind::all_gather) == 14.0 * 8.0);
  CHECK(buffers_of(w, collective_kind::reduce_scatter) == 14.0 * 8.0);
  CHECK(buffers_of(w, collective_kind::all_to_all) == 0.0);
  CHECK(w[term::shared_experts].value() == 0.0);
  CHECK(w.communication().value() == 2.0 * 14.0 * 8.0);
}

TEST_CASE("imbalance fills the busiest rank, up to all that it can be sent") {
  const layout l{{1, 1, 2}, {1, 2, 1}};
  const auto routed_bytes = [&l](double imbalance) {
    return workspace_of(routed(false), l,
                        prefill_step(2.0, 7.0, 0.0, imbalance))[term::routed_experts]
        .value();
  };
  CHECK(routed_bytes(1.25) == doctest::Approx(1.25 * routed_bytes(1.0)).epsilon(1e-12));
  CHECK(routed_bytes(100.0) == 14.0 * 2.0 * 15.0 * 2.0);  // both choices of all 14 tokens
}

TEST_CASE("operators take the larger of two, buffers of one kind and group too, others add up") {
  detail::workspace_fold<double> a;
  a.workspace.residual = 1_B;
  a(elementwise<double>{term::norms, {}, 10_B});
  a(elementwise<double>{term::norms, {}, 7_B});
  a(elementwise<double>{term::router, {}, 9_B});
  a(collective<double>{collective_kind::all_reduce, {2, 1}, 100_B});
  a(collective<double>{collective_kind::all_reduce, {2, 1}, 101_B});
  a(collective<double>{collective_kind::all_reduce, {2, 1}, 99_B});
  CHECK(a.workspace.activation() == 11_B);
  CHECK(a.workspace.communication() == 101_B);
  a(collective<double>{collective_kind::all_reduce, {4, 1}, 50_B});  // another group
  a(collective<double>{collective_kind::all_reduce, {2, 4}, 5_B});   // and another
  a(collective<double>{collective_kind::all_gather, {2, 1}, 7_B});   // another kind
  CHECK(a.workspace.communication() == 163_B);
  CHECK(a.workspace.keys.size() == 4);
}

TEST_CASE("groups of ranks have buffers of their own") {
  // Two replicas of tp 2, experts on 2 ranks, each split in 2: tokens are gathered by pairs of one
  // rank per replica, 2 apart; logits and partial sums by the neighbours.
  layout l{{2, 1, 2}, {2, 2, 1}};
  l.dispatch = expert_dispatch::all_gather;
  const workspace_breakdown w = workspace_of(routed(false), l, prefill_step(2.0, 7.0, 0.0, 1.0));
  const auto buffer = [&w](collective_kind kind, const rank_group& group) {
    for (std::size_t i = 0; i < w.keys.size(); ++i) {
      if (w.keys[i] == buffer_key{kind, group}) return w.buffers[i].value();
    }
    return -1.0;
  };
  CHECK(buffer(collective_kind::all_gather, {2, 2}) == 14.0 * 8.0);
  CHECK(buffer(collective_kind::reduce_scatter, {2, 2}) == 14.0 * 8.0);
  CHECK(buffer(collective_kind::all_reduce, {2, 1}) == 7.0 * 8.0);
  CHECK(w.communication().value() == 2.0 * 112.0 + 56.0);
}

TEST_CASE("what a sequence keeps and what is stored beside a matrix takes no workspace") {
  detail::workspace_fold<double> fold;
  fold(sequence_cache{1e9, 0, false, 1e9});
  fold(fused_vector<double>{term::router, {weight_class::router, formats::bf16, 1, 1000}});
  CHECK(fold.workspace.activation() == 0_B);
}

// ------------------------------------------------------------------------------ the step reserved

namespace {

workload load_of(double concurrency, double input, double output) {
  workload w = small::tokens_of(input, output);
  w.concurrency = concurrency;
  return w;
}

rank_step<double> reserved(const runtime& engine, const layout& l, const workload& w) {
  return reserved_step(engine, l, w);
}

layout replicas(integer dp) { return {{1, 1, dp}, {1, 1, dp}}; }

}  // namespace

TEST_CASE("without a step of its own an engine reserves for the workload's fullest") {
  const auto s = reserved(runtime{}, replicas(2), load_of(10, 100, 20));
  // On each replica 5 sequences, whose prompts are read together, and 4 that decode.
  CHECK(s.tokens == 500.0 + 4.0);
  CHECK(s.logit_rows == 5.0);
}

TEST_CASE("of a prompt in chunks the last one is reserved for, after all others") {
  workload w = load_of(10, 100, 20);
  w.chunk = 30_tokens;
  const auto s = reserved(runtime{}, replicas(2), w);
  CHECK(s.tokens == 30.0 + 4.0);
  CHECK(s.parts[0].context == 70.0);
}

TEST_CASE("an engine's own step has its tokens and sequences on each replica, whatever the load") {
  for (const integer dp : {1, 3}) {
    for (const double concurrency : {1.0, 64.0, 5000.0}) {
      const auto s = reserved(engines::vllm.runtime, replicas(dp), load_of(concurrency, 100, 20));
      CHECK(s.tokens == 8192.0);
      CHECK(s.logit_rows == 1024.0);
      CHECK(s.group_tokens == 8192.0);
      const auto t =
          reserved(engines::tensorrt_llm.runtime, replicas(dp), load_of(concurrency, 100, 20));
      CHECK(t.tokens == 8192.0);
      CHECK(t.logit_rows == 2048.0);
    }
  }
}

TEST_CASE("an engine's own step has exactly its tokens where sequences do not divide them") {
  runtime r;
  r.step_tokens = 8192.0;
  for (const double sequences : {1.0, 3.0, 1000.0, 4097.0, 8191.0}) {
    r.step_sequences = sequences;
    const auto s = reserved(r, replicas(2), load_of(64, 100, 20));
    CAPTURE(sequences);
    CHECK(s.tokens == 8192.0);
    CHECK(s.logit_rows == sequences);
  }
}

TEST_CASE("an engine that names no sequences samples for the workload's, at most one per token") {
  runtime r;
  r.step_tokens = 512.0;
  const auto rows = [&r](integer dp, double concurrency) {
    return reserved(r, replicas(dp), load_of(concurrency, 100, 20)).logit_rows;
  };
  CHECK(rows(1, 64.0) == 64.0);
  CHECK(rows(4, 64.0) == 16.0);
  CHECK(rows(4, 65.0) == 17.0);
  CHECK(rows(1, 4096.0) == 512.0);
}

TEST_CASE(
    "Llama 3.1 8B under vLLM: residual stream of 8192 tokens, 38 bytes of 1024 x 128256 logits") {
  const model& m = catalog::llama_3_1_8b;
  const cluster c = with_engine(make_cluster(catalog::h100_sxm, 1), engines::vllm);
  const workspace_breakdown w = fullest_stage(c, m, layout{}, load_of(1, 100, 20)).workspace;
  CHECK(w[term::head].value() == 1024.0 * 128256.0 * 38.0);
  // The largest operator otherwise: gate and up of 4096 in and 2 x 14336 out, and its activation of
  // 3 x 14336.
  CHECK(w[term::dense_feed_forward].value() == 8192.0 * 3.0 * 14336.0 * 2.0);
  CHECK(w[term::dense_feed_forward] < w[term::head]);
  CHECK(w.activation().value() == 8192.0 * 4096.0 * 2.0 + 1024.0 * 128256.0 * 38.0);
  // 4.71 GiB, of 4.76 GiB logged (measured/memory_logs.csv, llmd-Llama-3.1-8B-Instruct-tp1).
  CHECK(w.activation().value() / 1073741824.0 == doctest::Approx(4.76).epsilon(0.015));
}

namespace {

// More groups of ranks than any layout has.
constexpr workspace_breakdown thirteen_buffers() noexcept {
  detail::workspace_fold<double> fold;
  for (integer ranks = 2; ranks < 15; ++ranks) {
    fold(collective<double>{collective_kind::all_reduce, {ranks, 1}, 1_KB});
  }
  return fold.workspace;
}
constexpr workspace_breakdown crowded = thirteen_buffers();
static_assert(crowded.keys.overflowed && crowded.keys.size() == max_buffers,
              "nothing is written past the last buffer, and the list says that it was cut");
static_assert(crowded.communication() == 12_KB);

}  // namespace

TEST_CASE("a key has the place that it was first put in") {
  bounded<buffer_key, 2> keys{};
  CHECK(index_of(keys, {collective_kind::all_reduce, {8, 1}}) == 0);
  CHECK(index_of(keys, {collective_kind::all_gather, {8, 1}}) == 1);
  CHECK(index_of(keys, {collective_kind::all_reduce, {8, 1}}) == 0);
  CHECK(index_of(keys, {collective_kind::send_recv, {8, 1}}) == 2);
  CHECK(keys.overflowed);
}

TEST_CASE("SGLang's step of 8192 tokens is of all attention replicas together") {
  runtime shared;
  shared.step_tokens = 8192.0;
  shared.shared_step = true;
  CHECK(step_tokens_of_replica(shared, {.attention = {1, 1, 8}, .expert = {1, 8, 1}}) == 1024.0);
  shared.shared_step = false;
  CHECK(step_tokens_of_replica(shared, {.attention = {1, 1, 8}, .expert = {1, 8, 1}}) == 8192.0);
}
