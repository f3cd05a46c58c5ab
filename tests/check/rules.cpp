// SPDX-License-Identifier: BSL-1.0
#include "shardline/check/rules.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>
#include <string_view>

namespace {

using namespace shardline;

struct listed_rule {
  rule id;
  std::string_view name;
  std::string_view sentence;
  figure_units units;
};

// The list whose sentences the compile-fail pairs expect of the compilers.
// clang-format off
#define RULE(id, required, unit, available, of, sentence) listed_rule{rule::id, #id, sentence, {figure_unit::unit, figure_unit::of}},
constexpr std::array listed{
#include "../fail/rules.inc"
};
#undef RULE
// clang-format on

}  // namespace

TEST_CASE("every rule is in the list of compile-fail pairs, with its id, sentence and units") {
  REQUIRE(listed.size() == rule_count);
  for (std::size_t i = 0; i < rule_count; ++i) {
    CHECK(listed[i].id == static_cast<rule>(i));
    CHECK(text_of(listed[i].id).id == listed[i].name);
    CHECK(text_of(listed[i].id).sentence == listed[i].sentence);
    CHECK(text_of(listed[i].id).units == listed[i].units);
  }
}

TEST_CASE("every warning has its own id and sentence") {
  std::set<std::string_view> ids;
  std::set<std::string_view> sentences;
  for (std::size_t i = 0; i < warning_count; ++i) {
    const rule_text text = text_of(static_cast<warning>(i));
    CHECK_FALSE(text.id.empty());
    CHECK_FALSE(text.sentence.empty());
    ids.insert(text.id);
    sentences.insert(text.sentence);
  }
  CHECK(ids.size() == warning_count);
  CHECK(sentences.size() == warning_count);
}

TEST_CASE("a warning's id is the name of its enumerator") {
  CHECK(warning_count == 9);
  CHECK(rule_count == 20);
  CHECK(text_of(rule::gpus).units == figure_units{figure_unit::gpus, figure_unit::gpus});
  CHECK(text_of(warning::idle_gpus).id == "idle_gpus");
  CHECK(text_of(warning::tp_across_domains).id == "tp_across_domains");
  CHECK(text_of(warning::uneven_layers).id == "uneven_layers");
  CHECK(text_of(warning::uneven_experts).id == "uneven_experts");
  CHECK(text_of(warning::padded_vocabulary).id == "padded_vocabulary");
  CHECK(text_of(warning::replicated_kv_heads).id == "replicated_kv_heads");
  CHECK(text_of(warning::idle_replicas).id == "idle_replicas");
  CHECK(text_of(warning::wider_math).id == "wider_math");
  CHECK(text_of(warning::padded_blocks).id == "padded_blocks");
}
