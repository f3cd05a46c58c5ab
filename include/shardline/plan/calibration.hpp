// SPDX-License-Identifier: BSL-1.0
/// Constants from measurements, with their errors: of any prediction (calibrate), of the kernels of
/// `fitted` (calibrate_operators), of its collectives (calibrate_collectives), and of `constant` or
/// `fitted` from whole runs (calibrate_runs).
#pragma once

#include "shardline/plan/calibration/collectives.hpp"
#include "shardline/plan/calibration/least_squares.hpp"
#include "shardline/plan/calibration/operators.hpp"
#include "shardline/plan/calibration/runs.hpp"
