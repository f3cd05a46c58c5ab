// SPDX-License-Identifier: BSL-1.0
#include "shardline/engines/index.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string_view>

using namespace shardline;

static_assert(find_engine("vllm") == &engines::vllm_0_21);
static_assert(find_engine("vllm-0.18") == &engines::vllm_0_18);
static_assert(find_engine("vllm-0.11") == &engines::vllm_0_11);
static_assert(find_engine("fastertransformer") == &engines::fastertransformer);
static_assert(find_engine("vllm-0.12") == nullptr && find_engine("") == nullptr);
static_assert(&engines::vllm == find_engine("vllm"), "the plain name is one version everywhere");
static_assert(&engines::sglang == find_engine("sglang"));
static_assert(&engines::tensorrt_llm == find_engine("trtllm"));

TEST_CASE("a version's name is its engine's and more, and is found") {
  std::set<std::string_view> names;
  for (const engine_version* e : engines::all) {
    CAPTURE(e->name);
    CHECK(names.insert(e->name).second);
    CHECK(e->name.starts_with(e->engine));
    CHECK((e->name == e->engine || e->name[e->engine.size()] == '-'));
    CHECK(find_engine(e->name) == e);
  }
}

TEST_CASE("an eager version captures nothing and launches its kernels one by one") {
  for (const engine_version* e : engines::all) {
    CAPTURE(e->name);
    const engine_version bare = eager(*e);
    CHECK(bare.runtime.cuda_graphs == bytes<>{});
    CHECK_FALSE(bare.kernels.host.graphs);
    CHECK(bare.kernels.host.kernel.value() > 0.0);
    CHECK(bare.name == e->name);
  }
  CHECK(eager(engines::vllm).kernels.host.kernel == engines::vllm_2023.kernels.host.kernel);
}

TEST_CASE("versions of an engine stand together, so that the first is what its plain name means") {
  std::set<std::string_view> seen;
  std::string_view last;
  for (const engine_version* e : engines::all) {
    CAPTURE(e->name);
    if (e->engine != last) CHECK(seen.insert(e->engine).second);
    last = e->engine;
  }
}

TEST_CASE("a convention is visited by its name, and no other is") {
  std::string_view visited;
  const auto visit = [&]<class Flags>() { visited = Flags::convention; };
  CHECK(visit_convention("product", visit));
  CHECK(visited == "product");
  CHECK(visit_convention("vllm", visit));
  CHECK(visited == "vllm");
  CHECK_FALSE(visit_convention("deepspeed", visit));
  CHECK_FALSE(visit_convention("", visit));
}
