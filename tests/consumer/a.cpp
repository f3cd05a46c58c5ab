// SPDX-License-Identifier: BSL-1.0
#include <shardline/shardline.hpp>

#include <cstdio>

int version_seen_by_b();

int main() {
  std::printf("shardline %d.%d.%d\n", SHARDLINE_VERSION_MAJOR, SHARDLINE_VERSION_MINOR,
              SHARDLINE_VERSION_PATCH);
  return version_seen_by_b() == SHARDLINE_VERSION_MINOR ? 0 : 1;
}
