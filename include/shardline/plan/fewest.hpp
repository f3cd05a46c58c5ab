// SPDX-License-Identifier: BSL-1.0
/// The smallest cluster that holds a workload, whatever the layout.
#pragma once

#include <algorithm>
#include <numeric>
#include <optional>
#include <type_traits>
#include <vector>

#include "shardline/memory/capacity.hpp"
#include "shardline/plan/search.hpp"

namespace shardline {

namespace detail {

// Whether a layout breaks no rule on its shape, and whether it holds the workload; each such look
// is counted.
template <class T, class Efficiency, class Watch>
struct looks_at {
  const basic_cluster<T, Efficiency>& cluster;
  const shardline::model& model;
  const basic_workload<T>& workload;
  Watch& watch;
  integer looks = 0;

  [[nodiscard]] bool shaped(const layout& l) {
    watch(++looks);
    return check_valid(cluster, model, l, workload).feasible();
  }
  [[nodiscard]] basic_memory<T> held(const layout& l) { return held(model, l); }
  [[nodiscard]] basic_memory<T> held(const shardline::model& m, const layout& l) {
    watch(++looks);
    return memory(cluster, m, l, workload);
  }
  [[nodiscard]] static bool fits(const basic_memory<T>& m) noexcept {
    return value_of(m.total().value()) <= value_of(m.capacity.value());
  }
};

// All degrees of a layout but cp, dp and with them edp.
//   replicas   that its caches take at least, whatever else there is
//   alone      the same with cp 1, whatever the experts take
// An expert group of etp ep ranks must hold whole tensor-parallel groups, and cp dp is then
// any multiple of step(): that is what "edp divides cp dp" comes to.
struct degrees {
  layout shape{};
  integer replicas = 1;
  integer alone = 1;

  // GPUs for each unit of cp dp.
  [[nodiscard]] constexpr integer unit() const noexcept { return shape.pp * shape.attention.tp; }
  [[nodiscard]] constexpr integer step() const noexcept {
    return shape.expert.etp * shape.expert.ep / shape.attention.tp;
  }
  [[nodiscard]] constexpr layout with(integer cp, integer dp) const noexcept {
    layout l = shape;
    l.attention.cp = cp;
    l.attention.dp = dp;
    l.expert.edp = cp * dp / step();
    return l;
  }
  // Without experts, whose mesh is then that of the others.
  [[nodiscard]] constexpr layout mirrored(integer cp, integer dp) const noexcept {
    layout l = shape;
    l.attention.cp = cp;
    l.attention.dp = dp;
    l.expert = {l.attention.tp, 1, cp * dp};
    return l;
  }
};

// Replicas that hold the caches, whatever else there is; none where a rank does not hold those of
// one sequence.
template <class T, class Efficiency>
std::optional<integer> replicas_for_caches(const basic_cluster<T, Efficiency>& c, const model& m,
                                           const layout& l, const basic_workload<T>& w) {
  const stage_cache cache = cache_of_stage(c, m, l, 0, w.speculation.draft_tokens > 0);
  const double each = cache.bytes_of(rounded_up(full_length(w)));
  const double memory = value_of(c.accelerator.memory.value());
  if (each > memory) return {};
  if (!(each > 0.0)) return 1;
  return rounded_up(value_of(w.concurrency) / round_down(memory / each));
}

// What tp and etp must divide, and ep must not exceed, of all layers together; 0: nothing bounds
// it.
struct bounds_of_degrees : sharding_listener {
  integer divided = 0;
  integer expert_divided = 0;
  integer fewest_experts = 0;

  constexpr void heads(integer n) noexcept { divided = std::gcd(divided, n); }
  constexpr void width(integer n) noexcept { divided = std::gcd(divided, n); }
  constexpr void expert_width(integer n) noexcept { expert_divided = std::gcd(expert_divided, n); }
  constexpr void experts(integer n) noexcept {
    fewest_experts = fewest_experts == 0 ? n : std::min(fewest_experts, n);
  }
};

constexpr bounds_of_degrees degree_bounds(const model& m) noexcept {
  const layout whole{};
  bounds_of_degrees bounds{{whole}};
  const auto ask = [&bounds](const auto& kind) { kind.sharding(bounds); };
  for (const layer& l : m.layers.kinds) {
    visit_alternative(l.attention, ask);
    visit_alternative(l.feed_forward, ask);
  }
  return bounds;
}

inline std::vector<integer> divisors_up_to(integer n, integer most) {
  std::vector<integer> found;
  for (integer d = 1; d <= (n > 0 ? std::min(n, most) : most); ++d) {
    if (is_divisor(d, n)) found.push_back(d);
  }
  return found;
}

// Expert meshes that the model's layers allow, small groups first.
template <class Looks>
std::vector<expert_mesh> expert_meshes(Looks& look, integer most) {
  const bounds_of_degrees bounds = degree_bounds(look.model);
  std::vector<expert_mesh> meshes;
  for (const integer etp : divisors_up_to(bounds.expert_divided, most)) {
    if (!look.shaped({{1, 1, etp}, {etp, 1, 1}})) continue;
    for (integer ep = 1; ep <= std::min(bounds.fewest_experts, most / etp); ++ep)
      meshes.push_back({etp, ep, 1});
  }
  std::stable_sort(meshes.begin(), meshes.end(),
                   [](const expert_mesh& a, const expert_mesh& b) { return a.size() < b.size(); });
  return meshes;
}

// The attention meshes of one replica and how its ranks share the cache: (tp, dcp), each with an
// expert mesh that shows whether layers allow them.
template <class Looks>
std::vector<layout> attention_meshes(Looks& look, const std::vector<expert_mesh>& experts,
                                     integer most) {
  std::vector<layout> meshes;
  for (const integer tp : divisors_up_to(degree_bounds(look.model).divided, most)) {
    degrees d;
    d.shape.attention.tp = tp;
    d.shape.expert = {tp, 1, 1};
    const auto holds_tp = [tp](const expert_mesh& e) { return is_divisor(tp, e.size()); };
    const auto whole = std::find_if(experts.begin(), experts.end(), holds_tp);
    if (!experts.empty() && whole == experts.end()) continue;
    if (!experts.empty()) d.shape.expert = *whole;
    for (const integer dcp : divisors(cache_copies(look.model, tp))) {
      d.shape.dcp = dcp;
      if (look.shaped(d.with(1, d.step()))) meshes.push_back(d.shape);
    }
  }
  return meshes;
}

// The model without what routed experts hold, compute and exchange; its layers are where they were.
inline model without_experts(model m) {
  for (layer& l : m.layers.kinds) {
    if (has_experts(l)) l.feed_forward = no_feed_forward{};
  }
  return m;
}

// Every pp, place of the remainder, tp and dcp that `most` GPUs could hold the caches in; those
// that take the fewest first.
template <class Looks>
std::vector<degrees> stages_and_attention(Looks& look, const std::vector<layout>& meshes,
                                          integer most) {
  using enum stage_remainder;
  std::vector<degrees> all;
  const integer layers = look.model.layers.size();
  for (integer pp = 1; pp <= std::min(layers, most); ++pp) {
    for (const stage_remainder r : {first, before_last, last}) {
      if (r != first && is_divisor(pp, layers)) break;
      for (layout l : meshes) {
        l.pp = pp;
        l.stages.remainder = r;
        const auto replicas = replicas_for_caches(look.cluster, look.model, l, look.workload);
        if (replicas && *replicas <= most / (pp * l.attention.tp)) {
          all.push_back({l, *replicas, *replicas});
        }
      }
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const degrees& a, const degrees& b) {
    return a.unit() * a.replicas < b.unit() * b.replicas;
  });
  return all;
}

// The fewest GPUs that hold the workload: of all degrees but cp and dp, dp is halved. More replicas
// never hold more each, nor do more of the ranks that share a prompt's tokens out, once there are
// two of them; a lone GPU, which has no buffers for others, stands apart.
template <class Looks>
struct fewest_fold {
  Looks& look;
  integer fewest = 0;  // more than allowed while nothing is found

  // The largest cp dp that would be an improvement.
  [[nodiscard]] integer room(const degrees& d) const { return (fewest - 1) / d.unit(); }
  [[nodiscard]] bool can_improve(const degrees& d) const {
    return room(d) >= std::max(d.replicas, d.step());
  }
  // Bounds on dp by what there is beside the experts; one more than there is room for where none
  // holds that.
  void bound(degrees& d, const model& beside_experts) {
    d.replicas = replicas_beside(d, beside_experts, std::max(room(d), integer{1}));
    d.alone = replicas_beside(d, beside_experts, 1);
  }
  void operator()(const degrees& d) {
    if (!can_improve(d)) return;
    smallest_dp(d, 1);
    const integer most = room(d) / d.replicas;
    if (most < 2 || !can_improve(d) || too_small(d, most, room(d))) return;
    for (integer cp = first_cp(d, most); cp <= room(d) / d.replicas; ++cp) smallest_dp(d, cp);
  }

 private:
  [[nodiscard]] integer replicas_beside(const degrees& d, const model& m, integer cp) {
    const auto too_few = [&](double dp) {
      return !look.fits(look.held(m, d.mirrored(cp, rounded_down(dp))));
    };
    const auto least = real<double>(d.replicas);
    if (!too_few(least)) return d.replicas;
    return rounded_down(largest_that_fits(least + 1.0, real<double>(room(d)), too_few)) + 1;
  }

  // With so many steps of dp.
  [[nodiscard]] bool too_small(const degrees& d, integer cp, integer steps) {
    const integer step = d.step() / std::gcd(d.step(), cp);
    return !look.fits(look.held(d.with(cp, steps * step)));
  }

  // The first cp from 2 on that fits with as many replicas as anybody could want.
  integer first_cp(const degrees& d, integer most) {
    const integer steps = room(d);
    const auto too_few = [&](double cp) { return too_small(d, rounded_down(cp), steps); };
    return rounded_down(largest_that_fits(2.0, real<double>(most - 1), too_few)) + 1;
  }

  void smallest_dp(const degrees& d, integer cp) {
    const integer step = d.step() / std::gcd(d.step(), cp);
    const integer most = room(d) / (cp * step);
    integer least = ceil_div(cp == 1 ? d.alone : d.replicas, step);
    if (d.unit() * cp * step == 1 && least == 1) {
      if (most >= 1 && !too_small(d, cp, 1)) fewest = 1;
      least = 2;
    }
    if (fewest == 1 || least > most || too_small(d, cp, most)) return;
    const auto too_few = [&](double steps) { return too_small(d, cp, rounded_down(steps)); };
    const double below = largest_that_fits(real<double>(least), real<double>(most - 1), too_few);
    fewest = d.unit() * cp * step * (rounded_down(below) + 1);
  }
};

// The degrees that could improve on what was found, with every expert mesh and way to reach it.
template <class Looks, class Fold>
void for_each_degrees(Looks& look, Fold& fold) {
  const integer most = look.cluster.gpus;
  const bool routed = has_experts(look.model);
  const auto experts = routed ? expert_meshes(look, most) : std::vector<expert_mesh>{};
  const model beside_experts = without_experts(look.model);
  for (degrees d : stages_and_attention(look, attention_meshes(look, experts, most), most)) {
    if (d.replicas > fold.room(d)) return;  // nor is there room for those behind it
    fold.bound(d, beside_experts);
    if (!routed) fold(d);
    for (const expert_mesh& e : experts) {
      if (e.size() * d.shape.pp >= fold.fewest) break;
      if (!is_divisor(d.shape.attention.tp, e.size())) continue;
      d.shape.expert = e;
      for (const auto way : {expert_dispatch::all_to_all, expert_dispatch::all_gather}) {
        d.shape.dispatch = way;
        if (way == expert_dispatch::all_to_all || dispatch_matters(d.with(1, d.step()))) fold(d);
      }
    }
  }
}

// Keeps the layout that leaves most room, of those that hold the workload.
template <class Looks>
struct roomiest {
  Looks& look;
  std::optional<layout> found{};
  double least = 0.0;

  void operator()(const layout& l) {
    if (!look.shaped(l)) return;
    const auto m = look.held(l);
    const double held = value_of(m.total().value()) - value_of(m.withheld.value());
    if (!look.fits(m) || (found && !(held < least))) return;
    found = l;
    least = held;
  }
};

// Every layout whose stages and attention mesh hold their caches, these shared by any number of
// ranks that can; where pp does not divide the layers, with each way to place the remainder.
template <class Looks>
struct fitting_attention {
  roomiest<Looks>& judge;
  expert_expansion<roomiest<Looks>> expand{has_experts(judge.look.model), judge};

  void operator()(const divisor_list& divided, layout& l) {
    using enum stage_remainder;
    const integer layers = judge.look.model.layers.size();
    if (l.pp > layers) return;
    for (const stage_remainder r : {first, before_last, last}) {
      l.stages.remainder = r;
      visit_sharing(divided, l);
      if (is_divisor(l.pp, layers)) break;
    }
    l.stages.remainder = first;
  }
  void visit_sharing(const divisor_list& divided, layout& l) {
    const auto& look = judge.look;
    for (const integer dcp : divisors(cache_copies(look.model, l.attention.tp))) {
      l.dcp = dcp;
      const auto replicas = replicas_for_caches(look.cluster, look.model, l, look.workload);
      if (replicas && *replicas <= l.attention.dp) expand(divided, l);
    }
    l.dcp = 1;
  }
};

}  // namespace detail

/// The layout with the fewest GPUs, at most c.gpus, that holds the workload's sequences at full
/// length, and of those the one that leaves most room on its fullest GPU; none if c.gpus do not
/// hold it, or where no cluster would (context, precision). Limits on time are not looked at. For
/// every pp, tp, dcp and expert mesh the smallest dp is found by halving, since more replicas never
/// make memory() larger, with cp above 1 where that could be fewer; then every layout of the fewest
/// GPUs is looked at. Stages are split evenly, their remainder in each of the three places.
/// watch(looks) is told how many layouts were looked at. Assumes a cluster, model and workload that
/// validate() accepts.
///   Llama-3.1-70B on H100, 16 sequences of 2048 + 512 tokens: 2 GPUs   (tests/plan/fewest.cpp)
template <single_case T, class Efficiency, class Watch = unwatched>
[[nodiscard]] std::optional<layout> fewest_gpus(basic_cluster<T, Efficiency> c, const model& m,
                                                const basic_workload<T>& w, Watch&& watch = {}) {
  const report alone = detail::check_shape(c, m, layout{}, w);
  if (alone.find(rule::context) != nullptr || alone.find(rule::precision) != nullptr) return {};
  using looks = detail::looks_at<T, Efficiency, std::remove_reference_t<Watch>>;
  looks look{c, m, w, watch};
  detail::fewest_fold<looks> fold{look, c.gpus + 1};
  detail::for_each_degrees(look, fold);
  if (fold.fewest > c.gpus) return {};
  c.gpus = fold.fewest;
  detail::roomiest<looks> judge{look};
  detail::fitting_attention<looks> fitting{judge};
  detail::for_each_attention_mesh(c.gpus, fitting);
  return judge.found;
}

}  // namespace shardline
