// What quantities cost, which every header needs.
#include "shardline/base/units.hpp"
