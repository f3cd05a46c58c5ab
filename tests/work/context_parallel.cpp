// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/context_parallel.hpp"

#include <doctest/doctest.h>

#include "../fabric/recorded.hpp"

using namespace shardline;
using namespace recording;

namespace {

constexpr basic_step<> prompt = prefill_step(3.0, 10.0, 20.0, 1.0);
constexpr basic_step<> token = decode_step(3.0, 20.0, 1.0);
constexpr auto prefill = phase::prefill;
constexpr auto decode = phase::decode;

model_context context_of(const model& m, const layout& l) { return {m, l}; }

recorded context_gathered(const model_context& e, phase p) {
  return operators_of(e, p == prefill ? prompt : token,
                      [&](auto& sink) { detail::emit_context_gather(e, p, 7.0, sink); });
}
recorded queries_gathered(const model_context& e, phase p) {
  return operators_of(e, p == prefill ? prompt : token,
                      [&](auto& sink) { detail::emit_query_gather(e, p, 2, 6, sink); });
}
recorded outputs_scattered(const model_context& e, phase p) {
  return operators_of(e, p == prefill ? prompt : token,
                      [&](auto& sink) { detail::emit_output_scatter(e, p, 2, 5, sink); });
}

layout shared_by(integer dcp) {
  layout l = tensor_parallel(8);
  l.dcp = dcp;
  return l;
}

}  // namespace

TEST_CASE("cp ranks gather new keys and values of prompts, and nothing in decode steps") {
  const model m = sixteen_wide();
  const layout l{{2, 5, 1}, {2, 5, 1}};
  const model_context e = context_of(m, l);
  const recorded r = context_gathered(e, prefill);
  REQUIRE(r.collectives.size() == 1);
  CHECK(r.sends(collective_kind::all_gather, {5, 2}, 3.0 * 10.0 * 7.0));
  CHECK(context_gathered(e, decode).collectives.empty());
  CHECK(detail::query_split(e, prefill) == 5);
  CHECK(detail::query_split(e, decode) == 1);
}

TEST_CASE("a prompt gathers the cached tokens that dcp ranks share") {
  const model m = sixteen_wide();
  const layout l = shared_by(4);
  const recorded r = context_gathered(context_of(m, l), prefill);
  CHECK(r.collectives.size() == 1);
  CHECK(r.sends(collective_kind::all_gather, {4, 1}, 3.0 * 20.0 * 7.0));
}

TEST_CASE("a decode step over a shared cache gathers queries, and scatters outputs by their sums") {
  const model m = sixteen_wide();
  const layout l = shared_by(4);
  const model_context e = context_of(m, l);
  CHECK(detail::cache_split(e, prefill) == 1);
  CHECK(detail::cache_split(e, decode) == 4);
  const recorded queries = queries_gathered(e, decode);
  REQUIRE(queries.collectives.size() == 1);
  CHECK(queries.sends(collective_kind::all_gather, {4, 1}, 3.0 * 4.0 * 2.0 * 6.0 * 2.0));
  const recorded r = outputs_scattered(e, decode);
  REQUIRE(r.collectives.size() == 2);
  CHECK(r.sends(collective_kind::all_gather, {4, 1}, 3.0 * 4.0 * (4.0 * 2.0) * 4.0));
  CHECK(r.sends(collective_kind::reduce_scatter, {4, 1}, 3.0 * 4.0 * 2.0 * 5.0 * 2.0));
}

TEST_CASE("prompts, and ranks with a cache of their own, exchange neither queries nor outputs") {
  const model m = sixteen_wide();
  for (const integer dcp : {1, 4}) {
    const layout l = shared_by(dcp);
    const model_context e = context_of(m, l);
    CHECK(queries_gathered(e, dcp == 1 ? decode : prefill).collectives.empty());
    CHECK(outputs_scattered(e, dcp == 1 ? decode : prefill).collectives.empty());
  }
}
