// SPDX-License-Identifier: BSL-1.0
/// What most programs need of shardline: the nouns (accelerator, cluster, model, layout, workload),
/// check(), estimate(), prepared, and require_feasible. Capacity, pools and derivatives are in
/// shardline.hpp, search in plan/; chips, engines, models and the policy `fitted` in catalog/ and
/// engines/.
#pragma once

// IWYU pragma: begin_exports
#include "shardline/base/fwd.hpp"
#include "shardline/base/precision.hpp"
#include "shardline/base/units.hpp"
#include "shardline/describe/accelerator.hpp"
#include "shardline/describe/cluster.hpp"
#include "shardline/describe/efficiency.hpp"
#include "shardline/describe/engine.hpp"
#include "shardline/describe/layout.hpp"
#include "shardline/describe/workload.hpp"
#include "shardline/estimate/estimate.hpp"
#include "shardline/estimate/require.hpp"
#include "shardline/model/model.hpp"
// IWYU pragma: end_exports
