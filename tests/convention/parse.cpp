#include "shardline/convention/parse.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "shardline/estimate/validation.hpp"
#include "shardline/io/text/layout.hpp"

namespace {

using namespace shardline;

// The examples of the documentation, at compile time.
static_assert(parse_layout("vllm:tp=8,dp=2,ep=on").layout ==
              to_layout(vllm{.tp = 8, .dp = 2, .expert_parallel = true}));
static_assert(parse_layout("product:ep=64,tp=2,pp=1,dp=1").layout ==
              to_layout(product{.ep = 64, .tp = 2}));
static_assert(parse_product("ep=64,tp=16,pp=4,dp=4").layout.gpus() == 16384);
static_assert(static_cast<double>(largest_degree) == range_of(field::tp).highest);

std::string refusal(std::string_view text) { return fault_text(parse_layout(text)); }

constexpr const char* degree = "a whole number from 1 to 1000000";

}  // namespace

TEST_CASE("every key of vllm: is read") {
  const parsed_layout p = parse_layout("vllm:tp=2,dp=3,pp=5,pcp=7,ep=on,all2all=on");
  REQUIRE(p.has_value());
  CHECK(p.layout == layout{{2, 7, 3}, {1, 42, 1}, 5, expert_dispatch::all_to_all});
}

TEST_CASE("every key of product: is read") {
  const parsed_layout p = parse_layout("product:ep=2,tp=3,pp=5,dp=7");
  REQUIRE(p.has_value());
  CHECK(p.layout == layout{{3, 1, 14}, {3, 2, 7}, 5, expert_dispatch::all_to_all});
}

TEST_CASE("keys may stand in any order, and those left out have their default") {
  CHECK(parse_layout("vllm:ep=on,tp=4").layout == parse_layout("vllm:tp=4,ep=on").layout);
  CHECK(parse_layout("vllm:tp=4").layout == to_layout(vllm{.tp = 4}));
  CHECK(parse_layout("vllm:tp=4,ep=off,all2all=off").layout == to_layout(vllm{.tp = 4}));
  CHECK(parse_layout("product:dp=4").layout == to_layout(product{.dp = 4}));
}

TEST_CASE("an unknown convention is refused, and a known one without its colon") {
  for (const char* text : {"megatron:tp=2", "VLLM:tp=2", "", ":tp=2", "vllm", "product", "tp=2"}) {
    CAPTURE(text);
    CHECK(parse_layout(text).fault == parse_fault::convention);
  }
  CHECK(refusal("megatron:tp=2") ==
        "convention: megatron; allowed: vllm:key=value,... or product:key=value,...");
}

TEST_CASE("an unknown or missing key is refused with the known ones") {
  for (const char* text : {"vllm:", "vllm:tp=2,", "vllm:,tp=2", "vllm:tp=2,,dp=2", "vllm:=2",
                           "vllm: tp=2", "vllm:TP=2", "vllm:cp=2", "product:pcp=2"}) {
    CAPTURE(text);
    CHECK(parse_layout(text).fault == parse_fault::key);
  }
  CHECK(refusal("vllm:cp=2") == "key: cp; allowed: tp, dp, pp, pcp, ep, all2all");
  CHECK(refusal("product:cp=2") == "key: cp; allowed: ep, tp, pp, dp");
  CHECK(refusal("product:") == "key: nothing; allowed: ep, tp, pp, dp");
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

TEST_CASE("the text of any flags is read back as their layout") {
  for (const count tp : {1, 2, 8}) {
    for (const count dp : {1, 3}) {
      for (const bool ep : {false, true}) {
        for (const bool all_to_all : {false, true}) {
          const vllm v{tp, dp, 2, 4, ep, all_to_all};
          CHECK(parse_layout(to_text(v)).layout == to_layout(v));
        }
      }
      const product p{tp, dp, 2, 4};
      CHECK(parse_layout(to_text(p)).layout == to_layout(p));
    }
  }
}
