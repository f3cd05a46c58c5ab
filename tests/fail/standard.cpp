// SPDX-License-Identifier: BSL-1.0
// Everything that is included without a further part, by a compiler of C++17.
#include <shardline/shardline.hpp>

int main() {}
