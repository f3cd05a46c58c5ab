// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/operators.hpp"

#include <doctest/doctest.h>

using namespace shardline;

TEST_CASE("a gemm multiplies and adds once per row and element, and moves each operand once") {
  // 3 rows times a 5 x 7 matrix in bf16: 2 x 3 x 35 FLOP; 70 bytes of weights, 3 x (5 + 7) x 2
  // bytes.
  const gemm<double> g{term::head, {weight_class::head, formats::bf16, 5, 7}, 3.0};
  CHECK(g.flops().value() == 210.0);
  CHECK(g.weight_bytes().value() == 70.0);
  CHECK(g.activation_bytes().value() == 72.0);
  CHECK(g.bytes_moved().value() == 142.0);
  CHECK(g.math() == precision::bf16);
  CHECK(g.kernels() == 1.0);
}

TEST_CASE("a gemm reads its rows in the type it multiplies and writes activations") {
  // fp8 weights and inputs: 5 bytes in, 7 x 2 out a row; 35 bytes of weights and one fp32 scale.
  gemm<double> g{term::head, {weight_class::head, formats::fp8, 5, 7}, 3.0};
  CHECK(g.weight_bytes().value() == 39.0);
  CHECK(g.activation_bytes().value() == 3.0 * (5.0 + 14.0));
  CHECK(g.math() == precision::fp8);
  g.activation = precision::fp32;
  CHECK(g.activation_bytes().value() == 3.0 * (5.0 + 28.0));
}

TEST_CASE("experts: as many matrices are read as are told, whatever is stored") {
  weight w{weight_class::routed_expert, formats::bf16, 5, 7};
  w.matrices = 8;
  const gemm<double> g{term::routed_experts, w, 3.0, 2.5};
  CHECK(w.elements() == 280);
  CHECK(w.total_bytes() == 560.0);
  CHECK(g.weight_bytes().value() == 2.5 * 70.0);
  CHECK(g.flops().value() == 210.0);
}

TEST_CASE("an elementwise kernel moves its traffic; a fused vector only itself, in no kernel") {
  const weight gains{weight_class::norm, formats::bf16, 1, 10};
  const elementwise<double> e{term::norms, gains, bytes<>::from_value(100.0)};
  CHECK(e.bytes_moved().value() == 100.0);
  CHECK(e.activation_bytes().value() == 100.0);
  CHECK(e.kernels() == 1.0);
  const fused_vector<double> v{term::norms, gains};
  CHECK(v.bytes_moved().value() == 20.0);
  CHECK(v.activation_bytes().value() == 0.0);
  CHECK(v.kernels() == 0.0);
}

TEST_CASE("logits only take room: they move nothing and take no kernel") {
  const logits<double> l{3.0, 100};
  CHECK(l.term == term::head);
  CHECK(l.bytes_moved().value() == 0.0);
  CHECK(l.activation_bytes().value() == 0.0);
  CHECK(l.kernels() == 0.0);
}

TEST_CASE("what a format stores once per matrix is stored once per expert") {
  weight w{weight_class::routed_expert, formats::nvfp4, 32, 8, 5};
  // 128 bytes of elements, 16 scales of one byte, and one of four.
  CHECK(w.matrix_bytes() == 128.0 + 16.0 + 4.0);
  CHECK(w.total_bytes() == 5.0 * 148.0);
}

TEST_CASE("every collective has the line of its kind") {
  CHECK(term_of(collective_kind::all_reduce) == term::all_reduce);
  CHECK(term_of(collective_kind::all_gather) == term::all_gather);
  CHECK(term_of(collective_kind::reduce_scatter) == term::reduce_scatter);
  CHECK(term_of(collective_kind::all_to_all) == term::all_to_all);
  CHECK(term_of(collective_kind::send_recv) == term::send_recv);
  CHECK(term_of(collective_kind::broadcast) == term::broadcast);
}

static_assert(has_flops<gemm<double>>);
static_assert(!has_flops<elementwise<double>> && !has_flops<fused_vector<double>>);
static_assert(!has_flops<logits<double>> && !has_weight<logits<double>>);
static_assert(has_weight<gemm<double>> && has_weight<elementwise<double>>);
static_assert(has_weight<fused_vector<double>>);
static_assert(is_collective<collective<double>> && !is_collective<gemm<double>>);
static_assert(is_logits<logits<double>> && !is_logits<gemm<double>>);

static_assert(name(term::attention_projections) == "attention projections" &&
              static_cast<int>(term::attention_projections) == 2 && term_count == 18);
static_assert(term_of(collective_kind::broadcast) == term::broadcast &&
              static_cast<int>(term::broadcast) == 14);
