// SPDX-License-Identifier: BSL-1.0
#include "shardline/describe/weights.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string_view>

using namespace shardline;

TEST_CASE("every weight class has its own name") {
  std::set<std::string_view> names;
  for (const weight_class c : all_weight_classes) names.insert(name(c));
  CHECK(names.size() == weight_class_count);
}

TEST_CASE("all classes are listed in their order") {
  for (std::size_t i = 0; i < weight_class_count; ++i) {
    CHECK(all_weight_classes[i] == static_cast<weight_class>(i));
  }
}

TEST_CASE("quantising changes the large matrices and leaves the rest") {
  const weight_formats f = quantised(uniform(formats::fp16), formats::fp8_block);
  for (std::size_t i = 0; i < weight_class_count; ++i) {
    const auto c = static_cast<weight_class>(i);
    const bool large = c == weight_class::attention || c == weight_class::routed_expert ||
                       c == weight_class::shared_expert || c == weight_class::dense_feed_forward;
    CAPTURE(name(c));
    CHECK(f[c] == (large ? formats::fp8_block : formats::fp16));
  }
}

static_assert(name(weight_class::routed_expert) == "routed expert" && weight_class_count == 8);
static_assert(name(matrix_role::kv_latent) == "key-value latent" && matrix_role_count == 7);
static_assert(
    bits(quantised(uniform(formats::bf16), formats::fp8)[weight_class::attention].element) == 8);
static_assert(bits(quantised(uniform(formats::bf16), formats::fp8)[weight_class::router].element) ==
              16);

TEST_CASE("a set of classes holds those that were put into it and not taken out") {
  weight_classes set;
  CHECK(set.empty());
  for (const weight_class c : all_weight_classes) {
    CHECK_FALSE(set.contains(c));
    set.insert(c);
    set.insert(c);
    CHECK(set.contains(c));
    CHECK(set.size() == static_cast<integer>(c) + 1);
  }
  set.erase(layer_matrices);
  CHECK(set == weight_classes{weight_class::norm, weight_class::head, weight_class::embedding});
  set.erase(set);
  CHECK(set == weight_classes{});
}

TEST_CASE("the large matrices are layers' matrices, and so is the router") {
  weight_classes rest = layer_matrices;
  rest.erase(large_matrices);
  CHECK(rest == weight_classes{weight_class::router});
}

TEST_CASE("exceptions are equal by their classes, and by format where they have any") {
  constexpr format_exception attention{{weight_class::attention}, formats::bf16};
  CHECK(attention == format_exception{{weight_class::attention}, formats::bf16});
  CHECK(attention != format_exception{{weight_class::attention}, formats::fp8});
  CHECK(attention != format_exception{{weight_class::router}, formats::bf16});
  CHECK(attention != format_exception{});
  CHECK(format_exception{{}, formats::fp8} == format_exception{});
  CHECK(format_exception{{weight_class::attention}, formats::fp8, {}} == format_exception{});
  CHECK(attention !=
        format_exception{{weight_class::attention}, formats::bf16, {matrix_role::output}});
}

TEST_CASE("the first exception that is of a matrix says its format, the model's where none is") {
  static constexpr weight_formats of_model = quantised(uniform(formats::bf16), formats::fp8);
  static constexpr format_exceptions made{
      {{weight_class::attention}, formats::nvfp4, {matrix_role::output}},
      {{weight_class::attention, weight_class::routed_expert}, formats::bf16},
      {{}, formats::int8}};
  CHECK(made.size() == 2);
  constexpr layer_formats formats_here{of_model, made};
  CHECK(formats_here(weight_class::attention) == formats::bf16);
  CHECK(formats_here(weight_class::attention, matrix_role::output) == formats::nvfp4);
  CHECK(formats_here(weight_class::routed_expert, matrix_role::output) == formats::bf16);
  CHECK(formats_here(weight_class::shared_expert) == formats::fp8);
  for (const matrix_role r : all_matrix_roles) CHECK(every_role.contains(r));
  CHECK(name(matrix_role::kv_latent) == "key-value latent");
}
