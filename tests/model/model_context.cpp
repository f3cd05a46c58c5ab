// SPDX-License-Identifier: BSL-1.0
#include "shardline/model/model_context.hpp"

#include <doctest/doctest.h>

#include "../fabric/recorded.hpp"
#include "../laws/random_inputs.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"

using namespace shardline;
using namespace recording;

namespace {

model_context emitting(const model& m, const layout& l, const rank_coordinates& r = {},
                       const shard_padding& padding = {}) {
  return {m, l, r, padding};
}

}  // namespace

TEST_CASE("rows of the vocabulary are rounded up before tp splits them") {
  model m = sixteen_wide();
  m.vocab_size = 201;
  const auto rows = [&m](integer tp, integer rank_number, integer to) {
    const layout l = tensor_parallel(tp);
    return emitting(m, l, {rank_number, 0, 0}, {to, 1}).vocabulary_rows();
  };
  CHECK(rows(1, 0, 1) == 201);
  CHECK(rows(4, 0, 1) == 51);
  CHECK(rows(4, 3, 1) == 50);
  CHECK(rows(1, 0, 64) == 256);
  CHECK(rows(4, 0, 64) == 64);
  CHECK(rows(4, 3, 64) == 64);
  CHECK(rows(3, 2, 64) == 85);  // 256 over 3: 86, 85, 85
}

TEST_CASE(
    "the ranks of any tp share out the padded vocabulary, less than one unit more than it is") {
  laws::dice d(75);
  for (int number = 0; number < 5000; ++number) {
    model m = sixteen_wide();
    m.vocab_size = d.whole(1, 1000000000);
    const layout l = tensor_parallel(d.whole(1, 64));
    const integer to = d.whole(1, 1000);
    integer rows = 0;
    for (integer r = 0; r < l.attention.tp; ++r) {
      rows += emitting(m, l, {r, 0, 0}, {to, 1}).vocabulary_rows();
    }
    CAPTURE(m.vocab_size);
    CAPTURE(to);
    REQUIRE(rows >= m.vocab_size);
    REQUIRE(rows < m.vocab_size + to);
    REQUIRE(rows % to == 0);
  }
}

TEST_CASE("documented: vLLM pads a vocabulary to 64 rows") {
  const layout one{};
  const model_context e = model_context_under(engines::vllm.runtime, catalog::llama_3_1_8b, one);
  CHECK(e.padding.vocabulary == 64);
}
