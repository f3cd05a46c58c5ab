// SPDX-License-Identifier: BSL-1.0
// A whole deployment at compile time, as a type and as figures.
#include "shardline/shardline.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

constexpr accelerator chip{.name = "chip",
                           .peak = {.bf16 = 100_TFLOPS},
                           .memory = 10_GB,
                           .memory_rate = 1_TBps,
                           .scale_up = {100_GBps, 1_us},
                           .domain = 8,
                           .network = {10_GBps, 5_us}};

// 8192 = 4 x 2048 elements in each of 12 matrices or so: small enough to be counted below.
constexpr model shape{
    .name = "shape",
    .hidden_size = 1024,
    .vocab_size = 32000,
    .tied_embeddings = true,
    .layers = {{16,
                {grouped_query_attention{.heads = 16, .kv_heads = 4, .head_dim = 64},
                 dense_feed_forward{.width = 4096}}}},
    .max_context = 8192};

static_assert(parameters(shape)[weight_class::attention] == 16 * (2 * 1024 * 1024 + 2 * 1024 * 256),
              "q and o 1024 x 1024, k and v 1024 x 256");
static_assert(parameters(shape)[weight_class::dense_feed_forward] == 16 * 3 * 1024 * 4096,
              "gate, up and down");
static_assert(parameters(shape)[weight_class::head] == 0, "a tied head is the embedding");
static_assert(parameters(shape).total() == 41943040 + 201326592 + 32768000 + 33 * 1024,
              "and a norm before each block and at the end");
static_assert(kv_bytes_per_token(shape).value() == 16.0 * 2.0 * 4.0 * 64.0 * 2.0,
              "keys and values of 4 heads of 64 in 16 layers");

constexpr cluster four = make_cluster(chip, 4);
constexpr layout tp4{{4, 1, 1}, {4, 1, 1}};
constexpr layout tp5{{5, 1, 1}, {5, 1, 1}};
constexpr workload load{};

using fine = deployment<four, shape, tp4, load>;
static_assert(fine::feasibility.feasible(),
              "a deployment is a type that knows that it is feasible");
static_assert(fine::feasibility.warnings.empty(), "and that nothing is wasted");
static_assert(fine::result.memory.total() < fine::result.memory.capacity, "it fits");
static_assert(fine::result.decode.total() > 0_s, "and takes time");
static_assert(fine::result.decode.total() < fine::result.prefill.total(), "a token less than 1024");
static_assert(require_feasible<four, shape, tp4, load>, "no compile error where nothing is broken");

using broken = deployment<four, shape, tp5, load>;
static_assert(!is_feasible<four, shape, tp5, load>,
              "five ranks: too many, and 16 heads do not split");
static_assert(broken::feasibility.find(rule::gpus)->required == 5, "5 needed");
static_assert(broken::feasibility.find(rule::gpus)->available == 4, "of 4");
static_assert(broken::feasibility.find(rule::attention_heads)->available == 16, "16 heads over 5");
static_assert(broken::feasibility.priceable(), "priced all the same, with shards rounded up");

// A type that other code takes: chosen by feasibility, without an error.
template <const auto& Layout>
requires is_feasible<four, shape, Layout, load>
constexpr integer ranks() noexcept { return Layout.gpus(); }
template <const auto&>
constexpr integer ranks() noexcept {
  return 0;
}
static_assert(ranks<tp4>() == 4, "the constrained overload is taken where the layout is feasible");
static_assert(ranks<tp5>() == 0, "and not where it is not");

// What estimate() takes, and what it leaves to others.
struct named_model : model {};
static_assert(is_deployment<cluster, model, layout, workload>, "four nouns in their order");
static_assert(is_deployment<cluster, named_model, layout, workload>, "or what is made of them");
static_assert(!is_deployment<model, cluster, layout, workload>, "no other order");
static_assert(!is_deployment<cluster, model, layout, basic_workload<dual<1>>>, "nor two scalars");

struct their_own {};
constexpr int estimate(const their_own&, const model&, const layout&, const workload&) { return 1; }
static_assert(estimate(their_own{}, shape, tp4, load) == 1, "others may estimate what is theirs");
static_assert(estimate(four, named_model{shape}, tp4, load).memory.total() ==
                  fine::result.memory.total(),
              "a model of somebody's own type is a model");

static_assert(noexcept(estimate(four, shape, tp4, load)), "estimates throw nothing");
static_assert(noexcept(check(four, shape, tp4, load)), "nor do checks");

// Feasibility alone must not evaluate the whole estimate: 33 prompt steps through 36 stages of
// alternating layers are more than clang's limit of constant evaluation steps.
constexpr layer_stack alternating() {
  const dense_feed_forward inner{.width = 4096};
  return layer_stack::repeat(18, {{1, {grouped_query_attention{16, 4, 64, 128}, inner}},
                                  {1, {grouped_query_attention{16, 4, 64}, inner}}});
}
constexpr model deep{.name = "deep", .hidden_size = 1024, .layers = alternating()};
constexpr cluster many = make_cluster(chip, 72);
constexpr layout stages{{2, 1, 1}, {2, 1, 1}, 36};
constexpr workload chunked{
    .concurrency = 64, .input = 100000_tokens, .output = 512_tokens, .chunk = 512_tokens};
static_assert(require_feasible<many, deep, stages, chunked>, "and compiles on clang too");

}  // namespace
