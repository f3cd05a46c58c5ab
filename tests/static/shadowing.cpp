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

GLOBAL(above) GLOBAL(across) GLOBAL(active) GLOBAL(add) GLOBAL(admission) GLOBAL(all) GLOBAL(alone)
GLOBAL(attention) GLOBAL(available) GLOBAL(bandwidth) GLOBAL(batches) GLOBAL(before) GLOBAL(begin)
GLOBAL(best) GLOBAL(block) GLOBAL(blocks) GLOBAL(both) GLOBAL(bound) GLOBAL(bounds) GLOBAL(buffer)
GLOBAL(bytes) GLOBAL(cache) GLOBAL(candidate) GLOBAL(capacity) GLOBAL(cases) GLOBAL(chunk)
GLOBAL(cluster) GLOBAL(compute) GLOBAL(concurrency) GLOBAL(context) GLOBAL(copies) GLOBAL(cost)
GLOBAL(count) GLOBAL(count_) GLOBAL(current) GLOBAL(cycle) GLOBAL(decode) GLOBAL(decoding)
GLOBAL(degree) GLOBAL(dense) GLOBAL(dimension) GLOBAL(distinct) GLOBAL(domains) GLOBAL(done)
GLOBAL(elements) GLOBAL(embedding) GLOBAL(empty) GLOBAL(end) GLOBAL(errors) GLOBAL(estimate)
GLOBAL(expert) GLOBAL(experts) GLOBAL(extra) GLOBAL(far) GLOBAL(feasible) GLOBAL(field)
GLOBAL(figures) GLOBAL(first) GLOBAL(flat) GLOBAL(fold) GLOBAL(format) GLOBAL(found) GLOBAL(front)
GLOBAL(full) GLOBAL(generated) GLOBAL(gpu) GLOBAL(gpus) GLOBAL(group) GLOBAL(groups) GLOBAL(head)
GLOBAL(heads) GLOBAL(held) GLOBAL(hidden) GLOBAL(index_) GLOBAL(input) GLOBAL(inside) GLOBAL(item)
GLOBAL(items) GLOBAL(kept) GLOBAL(kind) GLOBAL(kinds) GLOBAL(largest) GLOBAL(last) GLOBAL(latency)
GLOBAL(latent) GLOBAL(launch) GLOBAL(layer) GLOBAL(layers) GLOBAL(layout) GLOBAL(length) GLOBAL(lhs)
GLOBAL(limit) GLOBAL(line) GLOBAL(list) GLOBAL(local) GLOBAL(longest) GLOBAL(lowest) GLOBAL(math)
GLOBAL(matrix) GLOBAL(mean) GLOBAL(memory) GLOBAL(mesh) GLOBAL(message) GLOBAL(missed) GLOBAL(model)
GLOBAL(moe) GLOBAL(most) GLOBAL(name) GLOBAL(near) GLOBAL(needed) GLOBAL(next) GLOBAL(note)
GLOBAL(number) GLOBAL(numerator) GLOBAL(ns) GLOBAL(one) GLOBAL(one_shot) GLOBAL(op) GLOBAL(other)
GLOBAL(others) GLOBAL(output) GLOBAL(own) GLOBAL(pace) GLOBAL(page) GLOBAL(pages) GLOBAL(pairs)
GLOBAL(part) GLOBAL(parts) GLOBAL(peak) GLOBAL(per_token) GLOBAL(phase) GLOBAL(pick)
GLOBAL(placement) GLOBAL(plan) GLOBAL(precision) GLOBAL(prefill) GLOBAL(product) GLOBAL(projected)
GLOBAL(projections) GLOBAL(prompts) GLOBAL(queries) GLOBAL(quotient) GLOBAL(range) GLOBAL(rank)
GLOBAL(rate) GLOBAL(replicas) GLOBAL(report) GLOBAL(required) GLOBAL(reserve) GLOBAL(rest)
GLOBAL(result) GLOBAL(rhs) GLOBAL(ring) GLOBAL(router) GLOBAL(row) GLOBAL(rows) GLOBAL(rule)
GLOBAL(run) GLOBAL(runs) GLOBAL(scalar) GLOBAL(score) GLOBAL(seconds) GLOBAL(sequences)
GLOBAL(served) GLOBAL(serving) GLOBAL(shard) GLOBAL(share) GLOBAL(shared) GLOBAL(sink) GLOBAL(size)
GLOBAL(slope) GLOBAL(slots) GLOBAL(slowest) GLOBAL(split) GLOBAL(stack) GLOBAL(stage) GLOBAL(stages)
GLOBAL(step) GLOBAL(steps) GLOBAL(strata) GLOBAL(sum) GLOBAL(summed) GLOBAL(table) GLOBAL(tensor)
GLOBAL(term) GLOBAL(terms) GLOBAL(text) GLOBAL(tied) GLOBAL(times) GLOBAL(together) GLOBAL(token)
GLOBAL(tokens) GLOBAL(total) GLOBAL(totals) GLOBAL(tp) GLOBAL(traffic) GLOBAL(tree)
GLOBAL(truncated) GLOBAL(ttft) GLOBAL(tpot) GLOBAL(unit_) GLOBAL(up) GLOBAL(used) GLOBAL(value)
GLOBAL(values) GLOBAL(vectors) GLOBAL(visit) GLOBAL(warning) GLOBAL(weight) GLOBAL(whole)
GLOBAL(width) GLOBAL(window) GLOBAL(wire) GLOBAL(workload) GLOBAL(worst) GLOBAL(zero)

#undef GLOBAL

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

constexpr sl::model both_kinds{
    .name = "both",
    .hidden_size = 64,
    .vocab_size = 100,
    .layers = {{2,
                {sl::grouped_query_attention{
                     .heads = 4, .kv_heads = 4, .head_dim = 16, .window = 8},
                 sl::dense_feed_forward{.width = 64}}},
               {2,
                {sl::latent_attention{4, 32, 32, 16, 16, 16},
                 sl::mixture_of_experts{.experts = 4, .experts_per_token = 2, .width = 64}}}}};

constexpr sl::cluster our_cluster = machines();
constexpr sl::layout our_layout{{2, 1, 2}, {1, 4, 1}, 2};
constexpr sl::workload our_workload{};

// The same with every template over another scalar and policy.
using constant = sl::basic_constant<sl::dual<2>>;

[[maybe_unused]] sl::basic_estimate<sl::dual<2>> over_duals(
    const sl::basic_cluster<sl::dual<2>, constant>& of_duals,
    const sl::basic_workload<sl::dual<2>>& load_of_duals) {
  return sl::estimate(of_duals, both_kinds, our_layout, load_of_duals);
}

[[maybe_unused]] sl::basic_search_result<> over_layouts() {
  return sl::search(our_cluster, both_kinds, our_workload);
}

static_assert(sl::require_feasible<our_cluster, both_kinds, our_layout, our_workload>,
              "the consumer's deployment is feasible");
static_assert(sl::is_feasible<our_cluster, both_kinds, our_layout, our_workload>,
              "and can be asked about without an error");
static_assert(sl::active_parameters(both_kinds) < sl::parameters(both_kinds).total(),
              "half of the experts are idle for a token");
static_assert(sl::kv_bytes_per_token(both_kinds).value() == 2 * 2 * 4 * 16 * 2 + 2 * 48 * 2,
              "keys and values of 4 heads in two layers, 48 latent values in two more");

}  // namespace
