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

TEST_CASE("the versions beside one that is not known") {
  constexpr std::array<std::string_view, 6> names{"vllm",      "vllm-0.21", "vllm-0.18",
                                                  "vllm-0.11", "vllm-2024", "sglang-0.5"};
  CHECK(near_versions("vllm-0.12", names) == "vllm-0.11 or vllm-0.18");
  CHECK(near_versions("vllm-0.6", names) == "vllm-0.11");  // not 0.21, which is as few letters away
  CHECK(near_versions("vllm-0.11.2", names) == "vllm-0.11 or vllm-0.18");
  CHECK(near_versions("vllm-1.0", names) == "vllm-0.21");
  CHECK(near_versions("vllm-2025", names).empty());
  CHECK(near_versions("0.6", names).empty());
  CHECK(near_versions("tgi-0.6", names).empty());
  CHECK(near_versions("vllm-0.999999999999999999", names).empty());
  CHECK(did_you_mean("vllm-0.6", names) == " (did you mean vllm-0.11?)");
  CHECK(did_you_mean("vlm-0.21", names) == " (did you mean vllm-0.21?)");
}
