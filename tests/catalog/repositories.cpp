// SPDX-License-Identifier: BSL-1.0
#include "shardline/catalog/repositories.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string_view>

using namespace shardline;

TEST_CASE("a model of the catalog is loaded from the repository that its header names") {
  CHECK(catalog::repository_of(catalog::llama_3_1_8b) == "meta-llama/Llama-3.1-8B");
  CHECK(catalog::repository_of(catalog::gpt_oss_120b) == "openai/gpt-oss-120b");
  CHECK(catalog::repository_of(catalog::palm_540b).empty());
}

TEST_CASE("every model that is published has a repository of its own") {
  std::set<std::string_view> found;
  for (const model* m : catalog::models) {
    const std::string_view name = m->name.view();
    CAPTURE(name);
    const std::string_view repository = catalog::repository_of(*m);
    const bool unpublished =
        name.starts_with("palm-") || name.starts_with("plan-") || name == "gpt-3-175b";
    CHECK(repository.empty() == unpublished);
    if (repository.empty()) continue;
    CHECK(std::count(repository.begin(), repository.end(), '/') == 1);
    CHECK(found.insert(repository).second);
  }
}
