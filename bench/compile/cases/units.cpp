// SPDX-License-Identifier: BSL-1.0
// What quantities cost, which every header needs.
#include "shardline/base/units.hpp"
