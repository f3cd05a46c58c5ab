// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/hf/bare_numbers.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "hf_texts.hpp"

using namespace shardline;
using namespace hf_test;

TEST_CASE("bare infinities and NaN pass where nothing reads them") {
  const model m = imported(llama);
  for (const std::string_view value : {"Infinity", "-Infinity", "NaN", "[0.0, Infinity]"}) {
    CAPTURE(value);
    const std::string text = with(llama, "\"time_step_limit\": " + std::string(value));
    CHECK(imported(text) == m);
    CHECK(notes(text) == notes(llama));
  }
}

TEST_CASE("where something reads them they are refused by path") {
  CHECK(refusal(swapped(llama, R"("vocab_size": 1000)", R"("vocab_size": Infinity)")) ==
        "$.vocab_size: Infinity; allowed: a whole number from 1 to 1000000000");
  CHECK(contains(refusal(with(llama, R"("mlp_bias": NaN)")), "$.mlp_bias: NaN; allowed: true"));
  CHECK(contains(refusal(with(llama, R"("dtype": -Infinity)")), "$.dtype: -Infinity; allowed:"));
  CHECK(contains(refusal(with(llama, R"("architectures": [NaN])")), "$.architectures: "));
  CHECK(refusal("Infinity") == "$: Infinity; allowed: an object");
}

TEST_CASE("words in strings, as names of members and by halves stay what they were") {
  CHECK(contains(refusal(swapped(llama, "\"llama\"", R"("Infinity")")),
                 R"("Infinity" is not supported)"));
  CHECK(contains(refusal(swapped(llama, "\"llama\"", R"("a\"NaN")")), R"("a\"NaN")"));
  // Six dots stand for the word while the text is read: they are no number themselves.
  CHECK(contains(refusal(with(llama, R"("x": Infinity, "hidden_act": "......")")),
                 R"($.hidden_act: "......")"));
  for (const std::string_view more :
       {"NaN: 1", "Infinity : 1", R"("x": Infinit)", R"("x": --Infinity)", R"("x": NaNs)",
        R"("x": 1NaN)", R"("x": nan)", R"("x": +Infinity)"}) {
    CAPTURE(more);
    CHECK(contains(refusal(with(llama, more)), "not valid JSON"));
  }
}

TEST_CASE("every byte keeps its place, and a word is known by its string's number") {
  const hf::detail::bare_numbers found =
      hf::detail::find_bare_numbers(R"({"a": -Infinity, "b": ["NaN", NaN]})");
  CHECK(found.text == R"({"a": ".......", "b": ["NaN", "."]})");
  REQUIRE(found.numbers.size() == 2);
  CHECK(found.numbers[0].first == 1);
  CHECK(found.numbers[0].second < 0.0);
  CHECK(found.numbers[1].first == 4);
}
