#include "shardline/cost/context_parallel.hpp"

#include <doctest/doctest.h>

#include "recorded.hpp"

using namespace shardline;
using namespace recording;

namespace {

constexpr step_part<double> prompt{phase::prefill, 3.0, 10.0, 20.0};
constexpr step_part<double> token{phase::decode, 3.0, 1.0, 20.0};

emission<double> emitting(const model& m, const layout& l) { return {m, l}; }

layout shared_by(count dcp) {
  layout l = tensor_parallel(8);
  l.dcp = dcp;
  return l;
}

}  // namespace

TEST_CASE("cp ranks gather new keys and values of prompts, and nothing in decode steps") {
  const model m = sixteen_wide();
  const layout l{{2, 5, 1}, {2, 5, 1}};
  const emission<double> e = emitting(m, l);
  recorded r;
  detail::emit_context_gather(e, prompt, 7.0, r);
  REQUIRE(r.collectives.size() == 1);
  CHECK(r.sends(collective_kind::all_gather, {5, 2}, 3.0 * 10.0 * 7.0));
  detail::emit_context_gather(e, token, 7.0, r);
  CHECK(r.collectives.size() == 1);
  CHECK(detail::query_split(e, prompt) == 5);
  CHECK(detail::query_split(e, token) == 1);
}

TEST_CASE("a prompt gathers the cached tokens that dcp ranks share") {
  const model m = sixteen_wide();
  const layout l = shared_by(4);
  recorded r;
  detail::emit_context_gather(emitting(m, l), prompt, 7.0, r);
  CHECK(r.collectives.size() == 1);
  CHECK(r.sends(collective_kind::all_gather, {4, 1}, 3.0 * 20.0 * 7.0));
}

TEST_CASE("a decode step over a shared cache gathers queries, and scatters outputs by their sums") {
  const model m = sixteen_wide();
  const layout l = shared_by(4);
  const emission<double> e = emitting(m, l);
  CHECK(detail::cache_split(e, prompt) == 1);
  CHECK(detail::cache_split(e, token) == 4);
  recorded r;
  detail::emit_query_gather(e, token, 2, 6, r);
  REQUIRE(r.collectives.size() == 1);
  CHECK(r.sends(collective_kind::all_gather, {4, 1}, 3.0 * 4.0 * 2.0 * 6.0 * 2.0));
  detail::emit_output_scatter(e, token, 2, 5, r);
  REQUIRE(r.collectives.size() == 3);
  CHECK(r.sends(collective_kind::all_gather, {4, 1}, 3.0 * 4.0 * (4.0 * 2.0) * 4.0));
  CHECK(r.sends(collective_kind::reduce_scatter, {4, 1}, 3.0 * 4.0 * 2.0 * 5.0 * 2.0));
}

TEST_CASE("prompts, and ranks with a cache of their own, exchange neither queries nor outputs") {
  const model m = sixteen_wide();
  recorded r;
  for (const count dcp : {1, 4}) {
    const layout l = shared_by(dcp);
    const emission<double> e = emitting(m, l);
    detail::emit_query_gather(e, dcp == 1 ? token : prompt, 2, 6, r);
    detail::emit_output_scatter(e, dcp == 1 ? token : prompt, 2, 5, r);
  }
  CHECK(r.collectives.empty());
}
