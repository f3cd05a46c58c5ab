// What four programs in five include.
#include "shardline/core.hpp"
