// SPDX-License-Identifier: BSL-1.0
// A consumer with the shortest global names there are, and -Wshadow on. g++ 12 looks for what
// lambdas' locals and constructors' parameters shadow in the namespace that it is in when it
// instantiates a template, which is the consumer's. So there are all these names, then the library
// is used.
//
// Left out: names of C library functions that <cstdlib>, <cmath> or POSIX headers may declare
// (link, time, y0, log, exp, ...), which no consumer can define either.
// clang-format off
#define GLOBAL(name) [[maybe_unused]] static constexpr int name = 0;

GLOBAL(a) GLOBAL(b) GLOBAL(c) GLOBAL(d) GLOBAL(e) GLOBAL(f) GLOBAL(g) GLOBAL(h) GLOBAL(i)
GLOBAL(j) GLOBAL(k) GLOBAL(l) GLOBAL(m) GLOBAL(n) GLOBAL(o) GLOBAL(p) GLOBAL(q) GLOBAL(r)
GLOBAL(s) GLOBAL(t) GLOBAL(u) GLOBAL(v) GLOBAL(w) GLOBAL(x) GLOBAL(y) GLOBAL(z)

GLOBAL(above) GLOBAL(accelerator) GLOBAL(across) GLOBAL(activation) GLOBAL(activations)
GLOBAL(active) GLOBAL(add) GLOBAL(admission) GLOBAL(all) GLOBAL(alone) GLOBAL(attends)
GLOBAL(attention) GLOBAL(available) GLOBAL(bandwidth) GLOBAL(batches) GLOBAL(before) GLOBAL(begin)
GLOBAL(below) GLOBAL(best) GLOBAL(bias) GLOBAL(block) GLOBAL(blocks) GLOBAL(both) GLOBAL(bound)
GLOBAL(bounded) GLOBAL(bounds) GLOBAL(broken) GLOBAL(budget) GLOBAL(buffer) GLOBAL(busiest)
GLOBAL(by_compute) GLOBAL(bytes) GLOBAL(cache) GLOBAL(cached_tokens) GLOBAL(caches)
GLOBAL(candidate) GLOBAL(capacity) GLOBAL(cases) GLOBAL(channels) GLOBAL(chunk) GLOBAL(chunked)
GLOBAL(cluster) GLOBAL(collective) GLOBAL(columns) GLOBAL(communication) GLOBAL(communicators)
GLOBAL(complete) GLOBAL(compute) GLOBAL(concurrency) GLOBAL(condition) GLOBAL(constant)
GLOBAL(context) GLOBAL(copies) GLOBAL(cost) GLOBAL(integer) GLOBAL(count_) GLOBAL(cp)
GLOBAL(cuda_graphs) GLOBAL(current) GLOBAL(cycle) GLOBAL(datasheet) GLOBAL(decode) GLOBAL(decoding)
GLOBAL(degree) GLOBAL(degrees) GLOBAL(dense) GLOBAL(detail) GLOBAL(dimension) GLOBAL(dispatch)
GLOBAL(distinct) GLOBAL(divisor) GLOBAL(domain) GLOBAL(domains) GLOBAL(done) GLOBAL(dp) GLOBAL(dual)
GLOBAL(each) GLOBAL(edge) GLOBAL(edp) GLOBAL(efficiency) GLOBAL(element) GLOBAL(elements)
GLOBAL(elementwise) GLOBAL(embedding) GLOBAL(model_context) GLOBAL(empty) GLOBAL(end) GLOBAL(engine)
GLOBAL(engines) GLOBAL(ep) GLOBAL(errors) GLOBAL(estimate) GLOBAL(etp) GLOBAL(exists)
GLOBAL(expanded) GLOBAL(expert) GLOBAL(experts) GLOBAL(extra) GLOBAL(far) GLOBAL(fast)
GLOBAL(feasibility) GLOBAL(feasible) GLOBAL(feed_forward) GLOBAL(feeds) GLOBAL(fewest) GLOBAL(field)
GLOBAL(figure) GLOBAL(figures) GLOBAL(filled) GLOBAL(first) GLOBAL(fits) GLOBAL(fitting)
GLOBAL(flat) GLOBAL(flops) GLOBAL(fold) GLOBAL(form) GLOBAL(format) GLOBAL(formats) GLOBAL(found)
GLOBAL(from) GLOBAL(front) GLOBAL(full) GLOBAL(fullest) GLOBAL(gains) GLOBAL(gated) GLOBAL(gemm)
GLOBAL(generated) GLOBAL(gpu) GLOBAL(gpus) GLOBAL(graphs) GLOBAL(group) GLOBAL(group_k)
GLOBAL(group_n) GLOBAL(groups) GLOBAL(head) GLOBAL(head_dim) GLOBAL(heads) GLOBAL(held)
GLOBAL(hidden) GLOBAL(hidden_size) GLOBAL(high) GLOBAL(highest) GLOBAL(holds) GLOBAL(hops)
GLOBAL(id) GLOBAL(if_false) GLOBAL(if_true) GLOBAL(in) GLOBAL(in_class) GLOBAL(in_stage)
GLOBAL(index_) GLOBAL(inner) GLOBAL(input) GLOBAL(inputs) GLOBAL(inside) GLOBAL(invalid)
GLOBAL(item) GLOBAL(item_range) GLOBAL(items) GLOBAL(judge) GLOBAL(kept) GLOBAL(kind) GLOBAL(kinds)
GLOBAL(kv_cache) GLOBAL(largest) GLOBAL(last) GLOBAL(latency) GLOBAL(latent) GLOBAL(launch)
GLOBAL(layer) GLOBAL(layers) GLOBAL(layout) GLOBAL(layouts) GLOBAL(least) GLOBAL(left)
GLOBAL(length) GLOBAL(lhs) GLOBAL(limit) GLOBAL(line) GLOBAL(list) GLOBAL(listed) GLOBAL(listing)
GLOBAL(literals) GLOBAL(local) GLOBAL(logits) GLOBAL(longer) GLOBAL(longest) GLOBAL(low)
GLOBAL(lowest) GLOBAL(many) GLOBAL(math) GLOBAL(matrices) GLOBAL(matrix) GLOBAL(matrix_bits)
GLOBAL(mean) GLOBAL(memory) GLOBAL(mesh) GLOBAL(message) GLOBAL(middle) GLOBAL(missed) GLOBAL(model)
GLOBAL(moe) GLOBAL(most) GLOBAL(name) GLOBAL(narrow) GLOBAL(near) GLOBAL(needed) GLOBAL(network)
GLOBAL(next) GLOBAL(nope) GLOBAL(norm) GLOBAL(note) GLOBAL(ns) GLOBAL(number) GLOBAL(numerator)
GLOBAL(of) GLOBAL(on) GLOBAL(one) GLOBAL(one_shot) GLOBAL(op) GLOBAL(original) GLOBAL(other)
GLOBAL(others) GLOBAL(output) GLOBAL(outside) GLOBAL(overflowed) GLOBAL(own) GLOBAL(pace)
GLOBAL(padded) GLOBAL(padding) GLOBAL(page) GLOBAL(page_tokens) GLOBAL(pages) GLOBAL(pairs)
GLOBAL(part) GLOBAL(parts) GLOBAL(peak) GLOBAL(peaks) GLOBAL(per_page) GLOBAL(per_pair)
GLOBAL(per_row) GLOBAL(per_token) GLOBAL(phase) GLOBAL(pick) GLOBAL(placed) GLOBAL(placement)
GLOBAL(plan) GLOBAL(positions) GLOBAL(pp) GLOBAL(precision) GLOBAL(prefill) GLOBAL(priced)
GLOBAL(product) GLOBAL(projected) GLOBAL(projections) GLOBAL(prompt) GLOBAL(prompts) GLOBAL(queries)
GLOBAL(quotient) GLOBAL(range) GLOBAL(rank) GLOBAL(rank_group) GLOBAL(ranks) GLOBAL(rate)
GLOBAL(reach) GLOBAL(recurrence) GLOBAL(redundant) GLOBAL(rejected) GLOBAL(replicas) GLOBAL(report)
GLOBAL(required) GLOBAL(reserve) GLOBAL(resident) GLOBAL(residual) GLOBAL(rest) GLOBAL(result)
GLOBAL(rhs) GLOBAL(riding) GLOBAL(ring) GLOBAL(rings) GLOBAL(room) GLOBAL(roomiest) GLOBAL(root)
GLOBAL(router) GLOBAL(row) GLOBAL(rows) GLOBAL(rule) GLOBAL(run) GLOBAL(runs) GLOBAL(runtime)
GLOBAL(sampled) GLOBAL(sane) GLOBAL(scalar) GLOBAL(scales) GLOBAL(score) GLOBAL(second)
GLOBAL(seconds) GLOBAL(sentence) GLOBAL(sequences) GLOBAL(series) GLOBAL(served) GLOBAL(serving)
GLOBAL(shape) GLOBAL(shard) GLOBAL(share) GLOBAL(shared) GLOBAL(shown) GLOBAL(sink) GLOBAL(sinks)
GLOBAL(size) GLOBAL(slo) GLOBAL(slope) GLOBAL(slots) GLOBAL(slowest) GLOBAL(spent) GLOBAL(split)
GLOBAL(stack) GLOBAL(stage) GLOBAL(stages) GLOBAL(starts) GLOBAL(state) GLOBAL(state_bytes)
GLOBAL(states) GLOBAL(step) GLOBAL(steps) GLOBAL(stored) GLOBAL(strata) GLOBAL(stride) GLOBAL(sum)
GLOBAL(summed) GLOBAL(table) GLOBAL(tensor) GLOBAL(term) GLOBAL(terms) GLOBAL(text) GLOBAL(tied)
GLOBAL(times) GLOBAL(to) GLOBAL(together) GLOBAL(token) GLOBAL(tokens) GLOBAL(top) GLOBAL(total)
GLOBAL(totals) GLOBAL(tp) GLOBAL(tpot) GLOBAL(traffic) GLOBAL(tree) GLOBAL(tried) GLOBAL(truncated)
GLOBAL(ttft) GLOBAL(unbounded) GLOBAL(unit_) GLOBAL(up) GLOBAL(used) GLOBAL(v_dim) GLOBAL(value)
GLOBAL(values) GLOBAL(vectors) GLOBAL(violation) GLOBAL(violations) GLOBAL(visit) GLOBAL(vocabulary)
GLOBAL(wanted) GLOBAL(warning) GLOBAL(warnings) GLOBAL(weight) GLOBAL(weights) GLOBAL(whole)
GLOBAL(width) GLOBAL(window) GLOBAL(wire) GLOBAL(withheld) GLOBAL(withholding)
GLOBAL(without_layers) GLOBAL(workload) GLOBAL(workspace) GLOBAL(worst) GLOBAL(zero)

#undef GLOBAL

#include "shardline/engines/vllm.hpp"
#include "shardline/plan/fewest.hpp"
#include "shardline/plan/search.hpp"
#include "shardline/shardline.hpp"

namespace {

namespace sl = shardline;

constexpr sl::cluster machines() noexcept {
  sl::cluster made;
  made.accelerator.peak.bf16 = sl::flop_rate<>::from_value(1e15);
  made.accelerator.memory = sl::bytes<>::from_value(1e12);
  made.accelerator.memory_rate = sl::bandwidth<>::from_value(1e12);
  made.gpus = made.gpus_per_domain = 8;
  made.scale_up.rate = made.network.rate = sl::bandwidth<>::from_value(1e11);
  return made;
}

constexpr sl::model every_kind{
    .name = "every kind",
    .hidden_size = 64,
    .vocab_size = 100,
    .positions = 2048,
    .layers = {{2,
                {sl::grouped_query_attention{
                     .heads = 4, .kv_heads = 4, .head_dim = 16, .window = 8},
                 sl::dense_feed_forward{.width = 64}, sl::layer_form::parallel}},
               {2,
                {sl::latent_attention{4, 32, 32, 16, 16, 16},
                 sl::mixture_of_experts{.experts = 4, .experts_per_token = 2, .width = 64}}},
               {1, {sl::linear_attention{2, 4, 8, 8, 4}, sl::dense_feed_forward{.width = 64}}},
               {1,
                {sl::state_space{.heads = 4, .head_dim = 8, .state_size = 8, .conv_kernel = 4},
                 sl::no_feed_forward{}}},
               {1, {sl::no_attention{}, sl::dense_feed_forward{.width = 64}}}},
    .mtp_layers = 1};

constexpr sl::cluster our_cluster = sl::with_engine(machines(), sl::engines::vllm);
constexpr sl::layout our_layout{
    {2, 1, 2}, {1, 4, 1}, 2, sl::expert_dispatch::all_gather, {sl::stage_remainder::last, {}}};
constexpr sl::workload our_workload{};

// The same with every template over another scalar and policy.
using constant = sl::basic_constant<sl::dual<2>>;

[[maybe_unused]] sl::basic_estimate<sl::dual<2>> over_duals(
    const sl::basic_cluster<sl::dual<2>, constant>& of_duals,
    const sl::basic_workload<sl::dual<2>>& load_of_duals) {
  return sl::estimate(of_duals, every_kind, our_layout, load_of_duals);
}

[[maybe_unused]] sl::basic_search_result<> over_layouts() {
  return sl::search(our_cluster, every_kind, our_workload);
}

static_assert(sl::require_feasible<our_cluster, every_kind, our_layout, our_workload>,
              "the consumer's deployment is feasible");
static_assert(sl::is_feasible<our_cluster, every_kind, our_layout, our_workload>,
              "and can be asked about without an error");
static_assert(sl::active_parameters(every_kind) < sl::parameters(every_kind).total(),
              "half of the experts are idle for a token");
static_assert(sl::kv_bytes_per_token(every_kind).value() == 2 * 2 * 4 * 16 * 2 + 2 * 48 * 2,
              "keys and values of 4 heads in two layers, 48 latent values in two more");
static_assert(sl::state_bytes_per_sequence(every_kind).value() ==
                  4 * 64 * 4 + 3 * 64 * 2 + 4 * 64 * 4 + 3 * 48 * 2,
              "4 heads of 8 x 8 in fp32 twice, and 3 inputs of 64 and of 48 channels");
static_assert(sl::mtp_parameters(every_kind).total() > 0, "a prediction layer like the last");

}  // namespace
