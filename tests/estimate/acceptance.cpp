// SPDX-License-Identifier: BSL-1.0
// Two deployments everybody knows, explained by hand: Mixtral 8x7B and Llama 3.1 70B in bf16, each
// on 8 H100 SXM with vLLM's tensor parallelism 8, half of the peak and 80 % of the bandwidth
// reached. Every expected figure below is arithmetic on published dimensions in plain doubles;
// nothing of shardline's is used to get it.
//
// Conventions of all the formulas, per rank and layer, with n new tokens in the step:
//   a matrix of k x m takes 2 k m bytes to read, and n (k + m) 2 bytes of activations in and out
//   compute time = 2 n k m / (989e12 0.5), memory time = bytes / (3.35e12 0.8), the larger counts
//   a norm reads residual and block output and writes both: 4 h values per token, 8 h bytes
#include <doctest/doctest.h>

#include <cmath>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr auto chip = with_efficiency(
    catalog::h100_sxm, constant{.mfu = 0.5, .bandwidth = 0.8, .link = 1.0, .launch = {}});
constexpr auto hardware = make_cluster(chip, 8);
constexpr layout tp8 = to_layout(vllm{.tp = 8});

constexpr workload load() noexcept {
  workload w;
  w.concurrency = 64.0;
  w.input = 2048_tokens;
  w.output = 512_tokens;
  return w;
}

// The hardware, by its data sheet.
constexpr double flops_per_s = 989e12 * 0.5;
constexpr double bytes_per_s = 3.35e12 * 0.8;
constexpr double link_bytes_per_s = 450e9;
constexpr double link_latency = 1.9e-6;
constexpr double memory_of_gpu = 81080.0 * 1048576.0;

double larger(double a, double b) { return a < b ? b : a; }
double roofline(double flops, double bytes) {
  return larger(flops / flops_per_s, bytes / bytes_per_s);
}

// n tokens times one k x m matrix.
double matrix_time(double n, double k, double m) {
  return roofline(2.0 * n * k * m, 2.0 * k * m + n * (k + m) * 2.0);
}

// 8 ranks in one domain, V bytes: the ring (14 hops, 7/4 V on the wire), the tree (2 log2 8 = 6
// hops, 2 V) or reading all 7 other buffers (1 hop, 7 V), whichever is fastest.
double all_reduce_time(double volume) {
  const double wire = volume / link_bytes_per_s;
  const double ring = 14.0 * link_latency + wire * 1.75;
  const double tree = 6.0 * link_latency + wire * 2.0;
  const double one_shot = link_latency + wire * 7.0;
  const double faster = ring < tree ? ring : tree;
  return faster < one_shot ? faster : one_shot;
}

// 7/8 of the gathered logits arrive.
double all_gather_time(double volume) { return link_latency + volume * 0.875 / link_bytes_per_s; }

void check_term(const basic_time<>& t, term line, double by_hand) {
  CAPTURE(name(line));
  CHECK(t[line].value() == doctest::Approx(by_hand).epsilon(1e-12));
}

// A step as one rank sees it: n new tokens of `sequences` sequences that hold `context` already.
struct step_by_hand {
  double sequences;
  double new_tokens;  // per sequence
  double context;
  double n() const { return sequences * new_tokens; }
};

constexpr step_by_hand prompt{1.0, 2048.0, 0.0};
// Half-way through its output a sequence holds 2048 + 512 / 2 tokens.
constexpr step_by_hand token{64.0, 1.0, 2304.0};

// Causal attention of 64 (Llama) or 32 (Mixtral) heads of 128 over 8 key-value heads: a rank has
// heads / 8 of them and one key-value head, whose keys and values are 2 x 128 x 2 = 512 bytes a
// token.
double attention_time(const step_by_hand& s, double heads_of_rank) {
  // Query i of a prompt sees i keys, 1 + 2 + ... + p; one new token sees all before it and itself.
  const double p = s.new_tokens;
  const double pairs = p * s.context + p * (p + 1.0) / 2.0;
  // Scores and weighted values: 128 multiplications and additions for each of the two.
  const double flops = s.sequences * pairs * heads_of_rank * 2.0 * (128.0 + 128.0);
  // Queries in, outputs out; the cache read, and the new keys and values written.
  const double activations = s.n() * heads_of_rank * (128.0 + 128.0) * 2.0;
  const double cache = s.sequences * (s.context + p) * 512.0;
  return roofline(flops, activations + cache);
}

struct projections {
  double hidden;
  double heads_of_rank;
};

// q k v in one matrix, rotary over queries and keys (read and written), output.
double projections_time(const step_by_hand& s, const projections& p) {
  const double outputs = (p.heads_of_rank + 2.0) * 128.0;
  const double rotary = s.n() * 2.0 * (p.heads_of_rank + 1.0) * 128.0 * 2.0;
  return matrix_time(s.n(), p.hidden, outputs) + rotary / bytes_per_s +
         matrix_time(s.n(), p.heads_of_rank * 128.0, p.hidden);
}

double norm_time(const step_by_hand& s, double hidden) {
  return s.n() * 4.0 * hidden * 2.0 / bytes_per_s;
}

}  // namespace

// ------------------------------------------------------------------------------- Llama 3.1 70B
// 80 layers, hidden 8192, 64 heads of 128 over 8 key-value heads, width 28672, vocabulary 128256.
// A rank has 8 heads, 1 key-value head, 3584 of the width and 16032 of the vocabulary.

TEST_CASE("Llama 3.1 70B on 8 H100: memory by hand") {
  const auto m = memory(hardware, catalog::llama_3_1_70b, tp8, load());

  const double attention = 8192.0 * (8.0 + 2.0) * 128.0 + 8.0 * 128.0 * 8192.0;  // 18,874,368
  const double feed_forward = 3.0 * 8192.0 * 3584.0;                             // 88,080,384
  const double norms = 2.0 * 8192.0;
  const double vocabulary = 2.0 * 16032.0 * 8192.0 + 8192.0;  // embedding, head, final norm
  const double elements = 80.0 * (attention + feed_forward + norms) + vocabulary;
  CHECK(m.weights.value() == elements * 2.0);  // 17,640,603,648: an eighth of 141 GB, and the norms

  // 2048 + 512 tokens are 160 whole pages of 16; 64 sequences, 80 layers, 512 bytes a token.
  CHECK(m.kv_cache.value() == 64.0 * 2560.0 * 80.0 * 512.0);  // 6,710,886,400

  // The fullest step takes up one prompt while 63 sequences decode: 2048 + 63 tokens. Its largest
  // operator is the gate and up projection: 8192 in, 2 x 3584 out; a norm moves 4 x 8192, more.
  const double tokens_in_step = 2048.0 + 63.0;
  const double residual = tokens_in_step * 8192.0 * 2.0;
  const double norm = tokens_in_step * 4.0 * 8192.0 * 2.0;
  CHECK(m.activation.value() == residual + norm);
  // A buffer for each kind of collective: the residual stream is all-reduced, and the logits of 64
  // sequences, 128256 each, are gathered.
  const double buffers = residual + 64.0 * 128256.0 * 2.0;
  CHECK(m.communication.value() == buffers);
  CHECK(m.state.value() == 0.0);
  CHECK(m.withheld.value() == 0.0);
  CHECK(m.reserve.value() == 1073741824.0);
  CHECK(m.capacity.value() == memory_of_gpu);

  // What is left holds 40,960 bytes a token, in pages of 16.
  const double free = memory_of_gpu - elements * 2.0 - residual - norm - buffers - 1073741824.0;
  CHECK(m.kv_capacity.value() == std::floor(free / 40960.0 / 16.0) * 16.0);
}

namespace {

void check_llama(const basic_time<>& t, const step_by_hand& s) {
  const double n = s.n();
  check_term(t, term::embedding, n * 2.0 * 8192.0 * 2.0 / bytes_per_s);
  check_term(t, term::norms, (80.0 * 2.0) * norm_time(s, 8192.0) + norm_time(s, 8192.0));
  check_term(t, term::attention_projections, 80.0 * projections_time(s, {8192.0, 8.0}));
  check_term(t, term::attention, 80.0 * attention_time(s, 8.0));
  // Gate and up, SiLU(gate) up (reads 2, writes 1 of the width), down.
  check_term(t, term::dense_feed_forward,
             80.0 * (matrix_time(n, 8192.0, 2.0 * 3584.0) + n * 3.0 * 3584.0 * 2.0 / bytes_per_s +
                     matrix_time(n, 3584.0, 8192.0)));
  check_term(t, term::router, 0.0);
  check_term(t, term::routed_experts, 0.0);
  check_term(t, term::shared_experts, 0.0);
  // One row of logits for each sequence.
  check_term(t, term::head, matrix_time(s.sequences, 8192.0, 16032.0));
  // Two per layer, and the embedding's.
  check_term(t, term::all_reduce, 161.0 * all_reduce_time(n * 8192.0 * 2.0));
  check_term(t, term::all_gather, all_gather_time(s.sequences * 128256.0 * 2.0));
  check_term(t, term::reduce_scatter, 0.0);
  check_term(t, term::all_to_all, 0.0);
  check_term(t, term::send_recv, 0.0);
  check_term(t, term::pipeline_bubble, 0.0);
}

}  // namespace

TEST_CASE("Llama 3.1 70B on 8 H100: a prompt of 2048 tokens by hand, term by term") {
  const auto t = prefill(hardware, catalog::llama_3_1_70b, tp8, load());
  check_llama(t, prompt);
  CHECK(t.bounded_by() == bound::compute);
}

TEST_CASE("Llama 3.1 70B on 8 H100: a token of 64 sequences by hand, term by term") {
  const auto t = decode(hardware, catalog::llama_3_1_70b, tp8, load());
  check_llama(t, token);
  CHECK(t.bounded_by() == bound::memory);
}

// -------------------------------------------------------------------------------- Mixtral 8x7B
// 32 layers, hidden 4096, 32 heads of 128 over 8 key-value heads, 8 experts of width 14336 of which
// a token takes 2, vocabulary 32000. A rank has 4 heads, 1 key-value head, 4000 of the vocabulary
// and 1792 of the width of every expert: without --enable-expert-parallel vLLM splits experts by
// width.

namespace {

// All 8 experts are on every rank. Of 8, n tokens miss each with (1 - 2/8)^n.
double experts_read(double n) { return 8.0 * (1.0 - std::pow(0.75, n)); }

// Each token is a row for 2 experts; only the weights of experts with a row are read.
double expert_matrix_time(double n, double k, double m) {
  const double rows = 2.0 * n;
  return roofline(2.0 * rows * k * m, experts_read(n) * 2.0 * k * m + rows * (k + m) * 2.0);
}

void check_mixtral(const basic_time<>& t, const step_by_hand& s) {
  const double n = s.n();
  check_term(t, term::embedding, n * 2.0 * 4096.0 * 2.0 / bytes_per_s);
  check_term(t, term::norms, 65.0 * norm_time(s, 4096.0));
  check_term(t, term::attention_projections, 32.0 * projections_time(s, {4096.0, 4.0}));
  check_term(t, term::attention, 32.0 * attention_time(s, 4.0));
  check_term(t, term::dense_feed_forward, 0.0);
  check_term(t, term::router, 32.0 * matrix_time(n, 4096.0, 8.0));
  check_term(
      t, term::routed_experts,
      32.0 * (expert_matrix_time(n, 4096.0, 2.0 * 1792.0) +
              2.0 * n * 3.0 * 1792.0 * 2.0 / bytes_per_s + expert_matrix_time(n, 1792.0, 4096.0)));
  check_term(t, term::shared_experts, 0.0);
  check_term(t, term::head, matrix_time(s.sequences, 4096.0, 4000.0));
  check_term(t, term::all_reduce, 65.0 * all_reduce_time(n * 4096.0 * 2.0));
  check_term(t, term::all_gather, all_gather_time(s.sequences * 32000.0 * 2.0));
  check_term(t, term::reduce_scatter, 0.0);
  check_term(t, term::all_to_all, 0.0);
  check_term(t, term::send_recv, 0.0);
  check_term(t, term::pipeline_bubble, 0.0);
}

}  // namespace

TEST_CASE("Mixtral 8x7B on 8 H100: memory by hand") {
  const auto m = memory(hardware, catalog::mixtral_8x7b, tp8, load());

  const double attention = 4096.0 * (4.0 + 2.0) * 128.0 + 4.0 * 128.0 * 4096.0;  // 5,242,880
  const double experts = 8.0 * 3.0 * 4096.0 * 1792.0;                            // 176,160,768
  const double router = 4096.0 * 8.0;
  const double norms = 2.0 * 4096.0;
  const double vocabulary = 2.0 * 4000.0 * 4096.0 + 4096.0;
  const double elements = 32.0 * (attention + experts + router + norms) + vocabulary;
  CHECK(m.weights.value() == elements * 2.0);  // 11,677,999,104 of the model's 93.4 GB

  CHECK(m.kv_cache.value() == 64.0 * 2560.0 * 32.0 * 512.0);  // 2,684,354,560

  // 2111 tokens are 4222 rows for experts: 4096 values in, 2 x 1792 out is the largest operator,
  // before a norm of 4 x 4096 values for each token.
  const double tokens_in_step = 2048.0 + 63.0;
  const double residual = tokens_in_step * 4096.0 * 2.0;
  const double norm = tokens_in_step * 4.0 * 4096.0 * 2.0;
  const double expert_rows = 2.0 * tokens_in_step * (4096.0 + 2.0 * 1792.0) * 2.0;
  const double down_rows = 2.0 * tokens_in_step * (1792.0 + 4096.0) * 2.0;
  CHECK(norm > expert_rows);
  CHECK(expert_rows > down_rows);
  CHECK(m.activation.value() == residual + norm);
  // The residual stream is all-reduced, 64 rows of 32000 logits are gathered.
  const double buffers = residual + 64.0 * 32000.0 * 2.0;
  CHECK(m.communication.value() == buffers);
  CHECK(m.state.value() == 0.0);
  CHECK(m.withheld.value() == 0.0);
  CHECK(m.capacity.value() == memory_of_gpu);
  CHECK(m.total().value() ==
        elements * 2.0 + 64.0 * 2560.0 * 32.0 * 512.0 + residual + norm + buffers + 1073741824.0);
}

TEST_CASE("Mixtral 8x7B on 8 H100: a prompt of 2048 tokens by hand, term by term") {
  check_mixtral(prefill(hardware, catalog::mixtral_8x7b, tp8, load()), prompt);
}

TEST_CASE("Mixtral 8x7B on 8 H100: a token of 64 sequences by hand, term by term") {
  check_mixtral(decode(hardware, catalog::mixtral_8x7b, tp8, load()), token);
}

TEST_CASE("served: one cycle replaces each of the 64 sequences once") {
  // Without chunks a prompt stops the decoding: 64 prompts and 511 steps make a cycle, and a prompt
  // is read after half of those that come in the same of these steps.
  const auto e = estimate(hardware, catalog::llama_3_1_70b, tp8, load());
  const double p = e.prefill.total().value();  // the step that carries a prompt is a prompt alone
  const double d = e.decode.total().value();
  const double met = 0.5 * p * (64.0 / 511.0);
  const double cycle = 64.0 * p + 511.0 * d;
  CHECK(e.feasibility.feasible());
  CHECK(e.serving.ttft.value() == doctest::Approx(met + p).epsilon(1e-12));
  CHECK(e.serving.tpot.value() == doctest::Approx((cycle - met - p) / 511.0).epsilon(1e-12));
  CHECK(e.serving.output_tokens_per_s.value() ==
        doctest::Approx(64.0 * 512.0 / cycle).epsilon(1e-12));
  CHECK(e.serving.output_tokens_per_s_per_gpu.value() ==
        doctest::Approx(64.0 * 512.0 / cycle / 8.0).epsilon(1e-12));
  CHECK(e.serving.total_tokens_per_s_per_gpu.value() ==
        doctest::Approx(64.0 * 2560.0 / cycle / 8.0).epsilon(1e-12));
}
