/// Constants from measurements.
#pragma once

#include "shardline/plan/calibration/least_squares.hpp"
