#include "shardline/shardline.hpp"
