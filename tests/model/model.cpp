// SPDX-License-Identifier: BSL-1.0
#include "shardline/model/model.hpp"

#include <doctest/doctest.h>
#include "shardline/catalog/models.hpp"
#include "shardline/model/kind_fields.hpp"

using namespace shardline;

namespace {

layer dense_of(integer width) {
  return {grouped_query_attention{.heads = 8, .kv_heads = 2, .head_dim = 64},
          dense_feed_forward{.width = width}};
}

layer routed_layer() {
  return {latent_attention{8, 0, 64, 16, 16, 16},
          mixture_of_experts{.experts = 8, .experts_per_token = 2, .width = 64}};
}

}  // namespace

TEST_CASE("a memory of n-grams is a layer of its own, and no half of one") {
  const layer memory{ngram_memory{.rows = 8, .row_width = 4}, no_feed_forward{}};
  CHECK(is_apart(memory));
  CHECK_FALSE(is_apart(dense_of(128)));
  CHECK_FALSE(is_apart({no_attention{}, dense_feed_forward{.width = 128}}));
}

TEST_CASE("layers are runs of kinds, each kind stored once") {
  const layer_stack s{{3, dense_of(128)}, {58, routed_layer()}};
  CHECK(s.size() == 61);
  REQUIRE(s.kinds.size() == 2);
  REQUIRE(s.runs.size() == 2);
  CHECK(s.kinds[0] == dense_of(128));
  CHECK(s.kinds[1] == routed_layer());
  CHECK(s.runs[0] == layer_run{3, 0});
  CHECK(s.runs[1] == layer_run{58, 1});
}

TEST_CASE("equal neighbours are one run; a kind that comes back is not stored again") {
  layer_stack s;
  s.append(1, dense_of(128));
  s.append(2, dense_of(128));
  s.append(1, routed_layer());
  s.append(4, dense_of(128));
  CHECK(s == layer_stack{{3, dense_of(128)}, {1, routed_layer()}, {4, dense_of(128)}});
  CHECK(s.kinds.size() == 2);
  CHECK(s.runs.size() == 3);
  CHECK(s.size() == 8);
}

TEST_CASE("a pattern is repeated, and joins itself where its ends are equal") {
  const layer_stack alternating = layer_stack::repeat(18, {{1, dense_of(1)}, {1, dense_of(2)}});
  CHECK(alternating.size() == 36);
  CHECK(alternating.runs.size() == 36);
  CHECK(alternating.kinds.size() == 2);
  const layer_stack joined =
      layer_stack::repeat(3, {{1, dense_of(1)}, {2, routed_layer()}, {1, dense_of(1)}});
  CHECK(joined.size() == 12);
  CHECK(joined.runs.size() == 7);
  CHECK(layer_stack::repeat(0, {{1, routed_layer()}}).size() == 0);
}

TEST_CASE("layers of each kind in a range of layers are those counted one by one") {
  const layer_stack s{{3, dense_of(1)}, {2, routed_layer()}, {4, dense_of(1)}, {1, dense_of(2)}};
  constexpr std::array<std::size_t, 10> kind_of_layer{0, 0, 0, 1, 1, 0, 0, 0, 0, 2};
  for (integer first = 0; first <= 10; ++first) {
    for (integer n = 0; first + n <= 10; ++n) {
      kind_counts one_by_one{};
      for (integer i = first; i < first + n; ++i) {
        ++one_by_one[kind_of_layer[static_cast<std::size_t>(i)]];
      }
      CAPTURE(first);
      CAPTURE(n);
      REQUIRE(s.counts(first, n) == one_by_one);
    }
  }
}

TEST_CASE("sixteen kinds and 160 runs are stored; what is beyond says so") {
  layer_stack s;
  for (integer i = 1; i <= 16; ++i) s.append(1, dense_of(i));
  CHECK_FALSE(s.kinds.overflowed);
  s.append(1, dense_of(17));
  CHECK(s.kinds.overflowed);

  CHECK_FALSE(layer_stack::repeat(80, {{1, dense_of(1)}, {1, dense_of(2)}}).runs.overflowed);
  const layer_stack many = layer_stack::repeat(1000000, {{1, dense_of(1)}, {1, dense_of(2)}});
  CHECK(many.runs.overflowed);
  CHECK(many.runs.size() == max_layer_runs);
}

TEST_CASE("layer counts at the ends of 64 bits saturate or turn negative, and never overflow") {
  constexpr integer largest = (std::numeric_limits<integer>::max)();
  layer_stack s{{largest, dense_of(1)}, {largest, dense_of(2)}};
  CHECK(s.size() == largest);
  s.append(largest, dense_of(2));
  CHECK(s.size() == largest);
  s.append(-1, dense_of(3));
  CHECK(s.size() < 0);
}

TEST_CASE("layers that differ in any number or option are kinds of their own") {
  const linear_attention delta{4, 8, 3, 5, 4};
  const state_space mamba{
      .heads = 8, .head_dim = 5, .groups = 2, .state_size = 3, .conv_kernel = 4};
  const no_feed_forward nothing{};
  layer_stack s{{1, {delta, nothing}}, {1, {delta, nothing}}, {1, {mamba, nothing}}};
  CHECK(s.kinds.size() == 2);
  linear_attention narrow = delta;
  narrow.state = precision::bf16;
  s.append(1, {narrow, nothing});
  s.append(1, {delta, nothing, layer_form::sandwich});
  state_space biased = mamba;
  biased.projection_bias = true;
  s.append(1, {biased, nothing});
  CHECK(s.kinds.size() == 5);
  // Same numbers, another kind.
  grouped_query_attention gated{.heads = 8, .kv_heads = 2, .head_dim = 64, .output_gate = true};
  s.append(1, {gated, nothing});
  gated.chunked = true;
  s.append(1, {gated, nothing});
  s.append(1, {.attention = gated, .weights_of_another = true});
  s.append(1, {.attention = gated, .weights_of_another = true});
  CHECK(s.kinds.size() == 8);
  CHECK(s.size() == 10);
}

TEST_CASE("a layer that is stored in another format is a kind of its own") {
  layer plain = dense_of(64);
  layer unquantised = plain;
  unquantised.exceptions = {{{weight_class::attention}, formats::bf16}};
  layer_stack s{{1, unquantised}, {10, plain}, {1, unquantised}};
  CHECK(s.kinds.size() == 2);
  CHECK(s.runs.size() == 3);
  layer other = unquantised;
  other.exceptions[0].format = formats::fp8;
  s.append(1, other);
  other = unquantised;
  other.exceptions[0].classes.insert(weight_class::dense_feed_forward);
  s.append(1, other);
  CHECK(s.kinds.size() == 4);
  // Without classes there is no exception, whatever its format.
  plain.exceptions = {{{}, formats::fp8}};
  s.append(1, plain);
  CHECK(s.kinds.size() == 4);
}

TEST_CASE("formats in a layer are those of its exception, then those of the model") {
  model m;
  m.weights = quantised(uniform(formats::bf16), formats::fp8);
  layer l = dense_of(64);
  CHECK(formats_in(m, l)(weight_class::attention) == formats::fp8);
  l.exceptions = {{{weight_class::attention, weight_class::router}, formats::int8}};
  CHECK(formats_in(m, l)(weight_class::attention) == formats::int8);
  CHECK(formats_in(m, l)(weight_class::router) == formats::int8);
  CHECK(formats_in(m, l)(weight_class::dense_feed_forward) == formats::fp8);
  CHECK(formats_in(m, l)(weight_class::norm) == formats::bf16);
}

TEST_CASE("a model is quantised in all its layers") {
  layer unquantised = dense_of(64);
  unquantised.exceptions = {
      {{weight_class::attention, weight_class::dense_feed_forward}, formats::bf16}};
  layer wide_router = routed_layer();
  wide_router.exceptions = {{{weight_class::routed_expert, weight_class::router}, formats::fp32}};
  layer router_alone = routed_layer();
  router_alone.exceptions = {{{weight_class::router}, formats::fp32}};
  model m;
  m.weights = quantised(uniform(formats::bf16), formats::fp8);
  m.layers = {{1, unquantised}, {2, dense_of(64)}, {3, wide_router}};
  const model q = quantised(m, formats::nvfp4);
  CHECK(q.weights == quantised(uniform(formats::bf16), formats::nvfp4));
  CHECK(q.layers == layer_stack{{3, dense_of(64)}, {3, router_alone}});
  // What was not stored stays said.
  m.layers = layer_stack::repeat(1000, {{1, dense_of(1)}, {1, dense_of(2)}});
  CHECK(quantised(m, formats::nvfp4).layers == m.layers);
}

TEST_CASE("parallel forms, with one norm or two") {
  CHECK(is_parallel(layer_form::parallel));
  CHECK(is_parallel(layer_form::parallel_two_norms));
  CHECK_FALSE(is_parallel(layer_form::sequential));
  CHECK_FALSE(is_parallel(layer_form::sandwich));
}

TEST_CASE("a precision is a cache format") {
  model m;
  CHECK(m.kv_cache == cache_format(precision::bf16));
  m.kv_cache = precision::fp8;
  CHECK(m.kv_cache.element == precision::fp8);
  CHECK(m.kv_cache.scale_bits == 0);
  m.kv_cache = cache_formats::nvfp4;
  CHECK(m.kv_cache != cache_format(precision::fp4));
}

TEST_CASE("a model's experts are those of its first layer that has any") {
  model m;
  m.layers = {{3, dense_of(1)}};
  CHECK_FALSE(has_experts(m));
  CHECK(experts_of(m).experts == 0);
  m.layers = {{3, dense_of(1)}, {1, routed_layer()}};
  CHECK(has_experts(m));
  CHECK(experts_of(m).experts == 8);
  CHECK(experts_of(m).experts_per_token == 2);
}

namespace {

constexpr int forms_that(bool (*is)(layer_form) noexcept) noexcept {
  int n = 0;
  for (int f = 0; f <= static_cast<int>(layer_form::gated_blocks); ++f) {
    n += is(static_cast<layer_form>(f)) ? 1 : 0;
  }
  return n;
}
static_assert(forms_that(is_parallel) == 2 && is_parallel(layer_form::parallel) &&
              is_parallel(layer_form::parallel_two_norms));
static_assert(forms_that(is_sandwich) == 2 && is_sandwich(layer_form::sandwich) &&
              is_sandwich(layer_form::scaled_sandwich));
static_assert(field_of<grouped_query_attention>(shared_range<field::heads>{}) == field::heads);
static_assert(range_of_any(field::heads).lowest == 1.0 &&
              range_of_any(field::heads).highest == 100000.0);
static_assert(range_of(shared_range<field::heads>{}).highest == 100000.0);

}  // namespace

TEST_CASE("documented: formats, experts and shared weights of models") {
  const model narrow = quantised(catalog::llama_3_1_8b, formats::fp8);
  CHECK(bits(narrow.weights[weight_class::attention].element) == 8);
  CHECK(bits(narrow.weights[weight_class::head].element) == 16);
  layer kept = narrow.layers.kinds[0];
  CHECK(bits(formats_in(narrow, kept)(weight_class::attention).element) == 8);
  kept.exceptions = {{{weight_class::attention}, formats::bf16}};
  CHECK(bits(formats_in(narrow, kept)(weight_class::attention).element) == 16);
  REQUIRE(catalog::deepseek_v3.layers.kinds.size() == 2);
  CHECK_FALSE(has_experts(catalog::deepseek_v3.layers.kinds[0]));
  CHECK(has_experts(catalog::deepseek_v3.layers.kinds[1]));
  CHECK(experts_of(catalog::deepseek_v3.layers.kinds[1]).experts == 256);
  model looped = catalog::llama_3_1_8b;
  CHECK_FALSE(shares_weights(looped));
  looped.layers.kinds[0].weights_of_another = true;
  CHECK(shares_weights(looped));
}
