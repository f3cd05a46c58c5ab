// SPDX-License-Identifier: BSL-1.0
// The library must serve programs built with -fno-exceptions -fno-rtti.
#include <shardline/shardline.hpp>

int main() { return 0; }
