// SPDX-License-Identifier: BSL-1.0
// Five deployment plans, as people and language models write them, held against their own inputs:
// every claim gets a verdict from two figures, the plan's and the library's.
//
//   reproduced        the library computes the same figure from the plan's inputs
//   consistent        the figure follows from the plan's other claims, which says no more than that
//   contradicted      the plan's inputs, or its other claims, give another figure
//   underdetermined   the plan does not state what decides it
//   not priced        training, not serving
//   (computed)        what the plan leaves out
#include <vector>

#include "deployment_plans/plan_000.hpp"
#include "deployment_plans/plan_001.hpp"
#include "deployment_plans/plan_002.hpp"
#include "deployment_plans/plan_003.hpp"
#include "deployment_plans/plan_004.hpp"
#include "deployment_plans/print.hpp"

int main() {
  const std::vector<plans::plan> all{plans::plan_000::result(), plans::plan_001::result(),
                                     plans::plan_002::result(), plans::plan_003::result(),
                                     plans::plan_004::result()};
  for (const plans::plan& p : all) plans::print(p);
  plans::print_summary(all);
}
