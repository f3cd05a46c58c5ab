// SPDX-License-Identifier: BSL-1.0
#include "shardline/engines/index.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>
#include <string_view>

#include "shardline/catalog/models.hpp"
#include "shardline/io/text/layout.hpp"
#include "shardline/plan/search.hpp"

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

static_assert(find_engine("vllm")->name == "vllm-0.21");
static_assert(eager(engines::vllm).runtime.cuda_graphs.value() == 0.0);

TEST_CASE("six conventions are visited, and one by its name") {
  int visits = 0;
  for_each_convention([&visits]<class Flags>() { ++visits; });
  CHECK(visits == 6);
  visits = 0;
  CHECK(visit_convention("mesh", [&visits]<class Flags>() { ++visits; }));
  CHECK(visits == 1);
  CHECK_FALSE(visit_convention("nothing", [&visits]<class Flags>() { ++visits; }));
  CHECK(visits == 1);
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

TEST_CASE(
    "every layout of 64 GPUs comes back through every convention, or is refused with a reason") {
  for (const model* m : {&catalog::deepseek_v3, &catalog::llama_3_1_70b}) {
    for_each_convention([&]<class Flags>() {
      CAPTURE(Flags::convention);
      integer said = 0;
      for_each_layout(64, *m, [&](const layout& l) {
        if (l.pp > m->layers.size()) return;
        CAPTURE(short_text(l));
        const conversion<Flags> c = Flags::of(*m, l);
        if (!c.has_value()) {
          CHECK(c.why_not.size() > 10);
          return;
        }
        ++said;
        const parsed_layout read = parse_layout(to_text(c.flags));
        REQUIRE(read.has_value());
        CHECK(read.layout == to_layout(c.flags));
        CHECK(read.layout.attention == l.attention);
        CHECK(read.layout.pp == l.pp);
        for (integer stage = 0; stage < l.pp; ++stage) {
          CHECK(layers_of_stage(read.layout, m->layers.size(), stage) ==
                layers_of_stage(l, m->layers.size(), stage));
        }
        if (!has_experts(*m)) return;
        CHECK(read.layout.expert == l.expert);
        if (dispatch_matters(l)) CHECK(read.layout.dispatch == l.dispatch);
      });
      CHECK(said > 0);
    });
  }
}

TEST_CASE("one layout in the words of each engine, and of one that cannot say it") {
  constexpr layout wide{{8, 1, 4}, {1, 32, 1}, 1, expert_dispatch::all_gather};
  for (const std::string_view text :
       {"vllm:tensor-parallel-size=8,data-parallel-size=4,enable-expert-parallel=on",
        "sglang:tp-size=32,dp-size=4,enable-dp-attention=on,ep-size=32",
        "sglang:tp-size=32,attn-dp-size=4,ep-size=32",
        "megatron:world=32,tp=8,ep=32,etp=1,sp=on"}) {
    CAPTURE(text);
    CAPTURE(fault_text(parse_layout(text)));
    CHECK(parse_layout(text).layout == wide);
  }
  CHECK_FALSE(tensorrt_llm::of(catalog::deepseek_v3, wide).has_value());
}
