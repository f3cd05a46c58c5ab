// SPDX-License-Identifier: BSL-1.0
// What four programs in five include.
#include "shardline/core.hpp"
