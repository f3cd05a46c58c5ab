// SPDX-License-Identifier: BSL-1.0
// From one engine's flags to a layout, and to those of the others, or to the reason why not.
#include <cstdio>

#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/io/text.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;

int main() {
  // [readme:begin engine_flags]
  const parsed_layout read = parse_layout("vllm:tp=8,dp=4,ep=on,all2all=on");
  for_each_convention([&]<class Flags>() {
    std::printf("%s\n", to_text(Flags::of(catalog::deepseek_v3, read.layout)).c_str());
  });
  // [readme:end engine_flags]
}
