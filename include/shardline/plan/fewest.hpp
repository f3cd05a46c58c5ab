/// The smallest cluster that holds a workload, whatever the layout.
#pragma once

#include <optional>

#include "shardline/estimate/capacity.hpp"
#include "shardline/plan/search.hpp"

namespace shardline {

namespace detail {

// Keeps the layout that leaves most room, of those that hold the workload.
template <class T, class Efficiency>
struct roomiest {
  const basic_cluster<T, Efficiency>& cluster;
  const shardline::model& model;
  const basic_workload<T>& workload;
  std::optional<shardline::layout> found{};
  double least = 0.0;

  void operator()(const layout& l) {
    if (!check_shape(cluster, model, l, workload).feasible()) return;
    const basic_memory<T> m = memory(cluster, model, l, workload);
    const double held = value_of(m.total().value()) - value_of(m.withheld.value());
    const bool fits = value_of(m.total().value()) <= value_of(m.capacity.value());
    if (!fits || (found && !(held < least))) return;
    found = l;
    least = held;
  }
};

// False where stages and attention mesh alone rule a layout out, whatever its expert mesh: a stage
// is empty, or the ranks of the first do not hold their caches.
template <class T, class Efficiency>
bool attention_fits(const basic_cluster<T, Efficiency>& c, const model& m, const layout& l,
                    const basic_workload<T>& w) {
  if (l.pp > m.layers.size()) return false;
  const stage_cache cache = cache_of_stage(c, m, l, 0, w.speculation.draft_tokens > 0);
  const double each = cache.bytes_of(rounded_up(full_length(w)));
  return value_of(sequences_per_replica(l, w)) * each <= value_of(c.accelerator.memory.value());
}

// Every layout whose attention fits, its cache shared by any number of ranks that can; where pp
// does not divide the layers, with each way to place the remainder.
template <class T, class Efficiency>
struct fitting_attention {
  roomiest<T, Efficiency>& judge;
  expert_expansion<roomiest<T, Efficiency>> expand{has_experts(judge.model), judge};

  void operator()(const divisor_list& degrees, layout& l) {
    using enum stage_remainder;
    const bool even = divides(l.pp, judge.model.layers.size());
    for (const stage_remainder r : {first, before_last, last}) {
      l.stages.remainder = r;
      visit_sharing(degrees, l);
      if (even) break;
    }
    l.stages.remainder = first;
  }
  void visit_sharing(const divisor_list& degrees, layout& l) {
    for (const count dcp : divisors(cache_copies(judge.model, l.attention.tp))) {
      l.dcp = dcp;
      if (attention_fits(judge.cluster, judge.model, l, judge.workload)) expand(degrees, l);
    }
    l.dcp = 1;
  }
};

}  // namespace detail

/// The layout with the fewest GPUs, at most c.gpus, that holds the workload's sequences at full
/// length, and of those the one that leaves most room on its fullest GPU; none if c.gpus do not
/// hold it, or where no cluster would (context, precision). Limits on time are not looked at. Tries
/// every layout of n = (weights + caches) / memory GPUs, of n + 1, and so on, but those whose
/// attention mesh alone does not fit; stages are split evenly, their remainder in each of the three
/// places. Assumes a cluster, model and workload that validate() accepts.
template <class T, class Efficiency>
[[nodiscard]] std::optional<layout> fewest_gpus(basic_cluster<T, Efficiency> c, const model& m,
                                                const basic_workload<T>& w) {
  const count most = c.gpus;
  const report alone = detail::check_shape(c, m, layout{}, w);
  if (alone.find(rule::context) != nullptr || alone.find(rule::precision) != nullptr) return {};
  const double each = cache_of_stage(c, m, layout{}, 0, w.speculation.draft_tokens > 0)
                          .bytes_of(detail::rounded_up(full_length(w)));
  const double bytes_in_all = parameters(m).total_bytes().value() + value_of(w.concurrency) * each;
  const double least = bytes_in_all / value_of(c.accelerator.memory.value());
  for (count n = detail::rounded_up(max(least, 1.0)); n <= most; ++n) {
    c.gpus = n;
    detail::roomiest<T, Efficiency> fold{c, m, w};
    detail::fitting_attention<T, Efficiency> fitting{fold};
    detail::for_each_attention_mesh(n, fitting);
    if (fold.found) return fold.found;
  }
  return {};
}

}  // namespace shardline
