// SPDX-License-Identifier: BSL-1.0
#include <shardline/shardline.hpp>

int version_seen_by_b();

int version_seen_by_b() { return SHARDLINE_VERSION_MINOR; }
