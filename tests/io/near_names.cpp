// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/near_names.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

using namespace shardline;

TEST_CASE("the distance of two names") {
  CHECK(name_distance("h100_sxm", "H100-SXM") == 0);
  CHECK(name_distance("qwen3", "qwen3-8b") == 3);
  CHECK(name_distance("", "abc") == 3);
  CHECK(name_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest of several names, where one is near") {
  constexpr std::array<std::string_view, 4> names{"h100-sxm", "h100-pcie", "h200-sxm", "mi300x"};
  CHECK(near_name("h100-smx", names) == "h100-sxm");
  CHECK(near_name("H100_PCIE", names) == "h100-pcie");
  CHECK(near_name("mi300", names) == "mi300x");
  CHECK(near_name("h100", names) == "h100-sxm");  // the first that begins so
  CHECK(near_name("mi3", names) == "mi300x");
  CHECK(near_name("h1", names).empty());  // too short to be a beginning
  CHECK(near_name("trainium", names).empty());
  CHECK(near_name("", names).empty());
  CHECK(near_name(std::string(1000, 'h'), names).empty());
  // Words before and behind a name, and dashes, do not hide it.
  CHECK(near_name("nvidia-h200", names) == "h200-sxm");
  CHECK(near_name("amd/MI300X-OAM-192GB", names) == "mi300x");
  CHECK(near_name("NVIDIA_H100PCIE", names) == "h100-pcie");
  CHECK(near_name("a-mi", names).empty());
  constexpr std::array<std::string_view, 3> models{"llama-2-7b", "llama-3.1-8b", "qwen3-8b"};
  CHECK(near_name("meta-llama/Llama-3.1-8B-Instruct", models) == "llama-3.1-8b");
  CHECK(near_name("llama3", models) == "llama-3.1-8b");
  CHECK(near_name("Qwen/Qwen3-8B-FP8", models) == "qwen3-8b");
  CHECK(did_you_mean("mi30x", names) == " (did you mean mi300x?)");
  CHECK(did_you_mean("xyz", names).empty());
}
