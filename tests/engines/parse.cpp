// SPDX-License-Identifier: BSL-1.0
#include "shardline/engines/parse.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "refusal.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/io/text/layout.hpp"

namespace {

using namespace shardline;

// The examples of the documentation, at compile time.
static_assert(parse_layout("vllm:tp=8,dp=2,ep=on").layout ==
              to_layout(vllm{.tp = 8, .dp = 2, .expert_parallel = true}));
static_assert(parse_layout("product:ep=64,tp=2,pp=1,dp=1").layout ==
              to_layout(product{.ep = 64, .tp = 2}));
static_assert(parse_flags<product>("ep=64,tp=16,pp=4,dp=4").layout.gpus() == 16384);
static_assert(whole_numbers_of<field::tp>.allowed == "a whole number from 1 to 1000000");
static_assert(whole_numbers_of<field::redundant_experts>.allowed ==
              "a whole number from 0 to 1000000");
static_assert(parse_layout("vllm:tp=1,pp=2,layers=31/30").layout.stages.listed[1] == 30);

stage_split by_hand() {
  stage_split split;
  split.listed.push_back(31);
  split.listed.push_back(30);
  return split;
}

constexpr const char* degree = "a whole number from 1 to 1000000";

}  // namespace

TEST_CASE("every key of vllm: is read") {
  const parsed_layout p =
      parse_layout("vllm:tp=2,dp=3,pp=2,pcp=1,dcp=2,ep=on,all2all=on,layers=31/30,redundant=8");
  REQUIRE(p.has_value());
  CHECK(p.layout == layout{{2, 1, 3}, {1, 6, 1}, 2, expert_dispatch::all_to_all, by_hand(), 8, 2});
  CHECK(parse_layout("vllm:tp=2,pcp=7").layout ==
        layout{{2, 7, 1}, {14, 1, 1}, 1, expert_dispatch::all_gather});
}

TEST_CASE("every key of product: is read") {
  const parsed_layout p = parse_layout("product:ep=2,tp=3,pp=2,dp=7,layers=31/30,redundant=8");
  REQUIRE(p.has_value());
  CHECK(p.layout == layout{{3, 1, 14}, {3, 2, 7}, 2, expert_dispatch::all_to_all, by_hand(), 8});
}

TEST_CASE("keys may stand in any order, and those left out have their default") {
  CHECK(parse_layout("vllm:ep=on,tp=4").layout == parse_layout("vllm:tp=4,ep=on").layout);
  CHECK(parse_layout("vllm:tp=4").layout == to_layout(vllm{.tp = 4}));
  CHECK(parse_layout("vllm:tp=4,ep=off,all2all=off").layout == to_layout(vllm{.tp = 4}));
  CHECK(parse_layout("product:dp=4").layout == to_layout(product{.dp = 4}));
}

TEST_CASE("an unknown convention is refused, and a known one without its colon") {
  for (const char* text : {"deepspeed:tp=2", "VLLM:tp=2", "", ":tp=2", "vllm", "product", "tp=2"}) {
    CAPTURE(text);
    CHECK(parse_layout(text).fault == parse_fault::convention);
  }
  const std::string line = refusal("deepspeed:tp=2");
  CHECK(line.starts_with("convention: deepspeed; allowed: vllm:key=value,..."));
  CHECK(line.ends_with(" or product:key=value,..."));
  for_each_convention([&]<class Flags>() {
    CHECK(line.find(std::string(Flags::convention) + ":key=value,...") != std::string::npos);
  });
}

TEST_CASE("an unknown or missing key is refused with the known ones") {
  for (const char* text : {"vllm:", "vllm:tp=2,", "vllm:,tp=2", "vllm:tp=2,,dp=2", "vllm:=2",
                           "vllm: tp=2", "vllm:TP=2", "vllm:cp=2", "product:pcp=2"}) {
    CAPTURE(text);
    CHECK(parse_layout(text).fault == parse_fault::key);
  }
  CHECK(refusal("vllm:cp=2") ==
        "key: cp; allowed: tp, dp, pp, pcp, dcp, layers, ep, all2all, redundant");
  CHECK(refusal("product:cp=2") == "key: cp; allowed: ep, tp, pp, dp, layers, redundant");
  CHECK(refusal("product:") == "key: nothing; allowed: ep, tp, pp, dp, layers, redundant");
}

TEST_CASE("a repeated key is refused, even with the same value") {
  CHECK(parse_layout("vllm:tp=2,tp=2").fault == parse_fault::repeated);
  CHECK(parse_layout("vllm:ep=on,tp=2,ep=on").fault == parse_fault::repeated);
  CHECK(refusal("product:dp=2,dp=4") == "dp: 4, repeated; allowed: each key once");
}

TEST_CASE("a degree is a whole number from 1 to the largest degree and nothing else") {
  constexpr std::array<const char*, 12> values{"",    "0",   "-3",      "+3",
                                               "2.0", "8x",  " 8",      "8 ",
                                               "1e3", "0x8", "1000001", "99999999999999999999"};
  for (const char* value : values) {
    CAPTURE(value);
    const std::string text = std::string("vllm:tp=") + value;
    const parsed_layout p = parse_layout(text);
    CHECK(p.fault == parse_fault::value);
    CHECK(p.subject == "tp");
    CHECK(p.value == value);
    CHECK(p.allowed == degree);
  }
  CHECK(parse_layout("vllm:tp").fault == parse_fault::value);
  CHECK(parse_layout("vllm:tp=1000000").has_value());
  CHECK(refusal("vllm:tp=8x") == "tp: 8x; allowed: a whole number from 1 to 1000000");
  CHECK(refusal("vllm:tp=") == "tp: nothing; allowed: a whole number from 1 to 1000000");
}

TEST_CASE("a switch is on or off and nothing else") {
  for (const char* text : {"vllm:ep=yes", "vllm:ep=1", "vllm:ep=", "vllm:all2all=ON", "vllm:ep"}) {
    CAPTURE(text);
    CHECK(parse_layout(text).fault == parse_fault::value);
  }
  CHECK(refusal("vllm:tp=2,ep=yes") == "ep: yes; allowed: on or off");
}

TEST_CASE("stages are whole numbers with / between them and nothing else") {
  for (const char* value : {"", "/", "31/", "/30", "31//30", "0", "31/0", "31/-1", "10001", "31,30",
                            "31 /30", "31;30", "1.5", "99999999999999999999"}) {
    CAPTURE(value);
    // A comma ends the value: what follows is no key.
    CHECK_FALSE(parse_layout(std::string("vllm:pp=2,layers=") + value).has_value());
    CHECK_FALSE(parse_layout(std::string("product:pp=2,layers=") + value).has_value());
  }
  std::string stages = "1";
  for (int i = 1; i < 64; ++i) stages += "/1";
  CHECK(parse_layout("vllm:pp=64,layers=" + stages).has_value());
  CHECK(refusal("vllm:pp=65,layers=" + stages + "/1")
            .ends_with("; allowed: whole numbers from 1 to 10000 with / between them, at most 64"));
  CHECK(refusal("vllm:layers=1/x") ==
        "layers: 1/x; allowed: whole numbers from 1 to 10000 with / between them, at most 64");
  CHECK(refusal("vllm:layers=1,layers=1") == "layers: 1, repeated; allowed: each key once");
}

TEST_CASE("flags that vLLM does not take together are refused with its reason") {
  const std::string all_to_all = "all2all: on; allowed: off, or with ep=on and dp or pcp above 1";
  for (const char* text : {"vllm:tp=8,all2all=on", "vllm:tp=8,dp=2,all2all=on",
                           "vllm:tp=8,ep=on,all2all=on", "vllm:pcp=2,all2all=on"}) {
    CAPTURE(text);
    CHECK(refusal(text) == all_to_all);
  }
  CHECK(parse_layout("vllm:tp=4,dp=2,ep=on,all2all=on").has_value());
  CHECK(parse_layout("vllm:tp=4,pcp=2,ep=on,all2all=on").has_value());
  CHECK(refusal("vllm:tp=4,dp=2,pcp=2") == "pcp: 2; allowed: 1 with dp above 1");
  CHECK(refusal("vllm:tp=4,dcp=3") == "dcp: 3; allowed: a divisor of tp");
  CHECK(refusal("vllm:tp=4,pcp=2,dcp=2") ==
        "dcp: 2; allowed: 1 with pcp above 1, whose ranks it would span");
}

TEST_CASE("redundant experts are a whole number, and need expert parallelism in vLLM") {
  CHECK(parse_layout("vllm:tp=8,redundant=0").layout == to_layout(vllm{.tp = 8}));
  CHECK(parse_layout("vllm:redundant=32,tp=8,ep=on").layout.redundant_experts == 32);
  CHECK(parse_layout("product:redundant=32").layout.redundant_experts == 32);
  CHECK(refusal("vllm:tp=8,redundant=32") == "redundant: 32; allowed: 0, or with ep=on");
  CHECK(refusal("vllm:ep=on,redundant=-1") ==
        "redundant: -1; allowed: a whole number from 0 to 1000000");
  CHECK(refusal("vllm:ep=on,redundant=") ==
        "redundant: nothing; allowed: a whole number from 0 to 1000000");
}

TEST_CASE("the text of any flags is read back as their layout") {
  for (const integer tp : {1, 2, 8}) {
    for (const integer dp : {1, 3}) {
      for (const integer redundant : {0, 16}) {
        for (const stage_layers& layers : {stage_layers{}, by_hand().listed}) {
          for (const bool ep : {redundant > 0, true}) {
            for (const bool all_to_all : {false, ep && dp > 1}) {
              const vllm v{tp, dp, 2, 1, ep, all_to_all, layers, redundant, tp};
              CHECK(parse_layout(to_text(v)).layout == to_layout(v));
              const conversion<vllm> back = to_vllm(to_layout(v));
              CHECK(to_layout(back.flags) == to_layout(v));
              // One rank holds all experts, in parallel or not.
              if (tp * dp > 1) CHECK(back.flags == v);
            }
          }
          const product p{tp, dp, 2, 4, layers, redundant};
          CHECK(parse_layout(to_text(p)).layout == to_layout(p));
          CHECK(to_product(parse_layout(to_text(p)).layout).flags == p);
        }
      }
    }
  }
}
