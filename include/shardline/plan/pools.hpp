// SPDX-License-Identifier: BSL-1.0
/// Prefill and decode on pools of their own within a number of GPUs: which layout and how many
/// instances of each.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "shardline/describe/engine.hpp"
#include "shardline/estimate/disaggregation.hpp"
#include "shardline/plan/near_miss.hpp"
#include "shardline/plan/pools/options.hpp"
#include "shardline/plan/search.hpp"

namespace shardline {

/// Two pools, and what they deliver together.
///   prefill_instances, decode_instances   of each layout
template <class T = double>
struct basic_sized_pools {
  layout prefill{};
  layout decode{};
  integer prefill_instances = 0;
  integer decode_instances = 0;
  basic_disaggregated<T> figures{};

  /// GPUs of all instances that read prompts.
  [[nodiscard]] constexpr integer prefill_gpus() const noexcept {
    return prefill_instances * prefill.gpus();
  }
  /// GPUs of all instances that decode.
  [[nodiscard]] constexpr integer decode_gpus() const noexcept {
    return decode_instances * decode.gpus();
  }
};
using sized_pools = basic_sized_pools<>;

/// Whether a prompt's cache can go from a rank of one layout to one of the other: by
/// stages_connect() of the engine's connector, and else as vLLM's NIXL connector has it: no context
/// parallelism where tokens are decoded; a cache that every rank holds whole (latent, or of one
/// head) goes anywhere, one of a recurrent state to as many ranks, any other to as many or a
/// multiple.
///   stages   engine_version::stages
/// Source: vLLM, docs/features/nixl_connector_compatibility.md, and "does not support
/// PP-disaggregated KV transfer" (kv_connector/v1/base.py, vllm-project/vllm#52913); SGLang,
/// disaggregation/common/conn.py.
///   Llama-3.1-8B: true from tp 2 to tp 4, false from 4 to 2; of 2 stages false by
///   staged_caches::one   (tests/plan/pools.cpp)
[[nodiscard]] constexpr bool cache_connects(staged_caches stages, const model& m,
                                            const layout& prefill, const layout& decode) noexcept {
  if (!stages_connect(stages, prefill.pp, decode.pp)) return false;
  if (decode.attention.cp > 1) return false;
  const integer from = prefill.attention.tp;
  const integer to = decode.attention.tp;
  constexpr integer some = 2;
  if (value_of(state_bytes_per_sequence(m).value()) > 0.0) return from == to;
  return detail::cache_copies(m, some) == some || to % from == 0;
}

namespace detail {

// Two pools, by their places among the options, and the best that they could be ranked by.
struct pool_pair {
  double least = 0.0;
  std::size_t reads = 0;
  std::size_t decodes = 0;

  [[nodiscard]] friend bool operator<(const pool_pair& a, const pool_pair& b) noexcept {
    return a.least < b.least;
  }
};

// Sizes pairs of layouts within so many GPUs and keeps the best, of equals those that stand first
// among the options.
template <class T, class Efficiency, class Deploy>
struct pool_sizer {
  basic_pool<T, Efficiency> prefill;
  basic_pool<T, Efficiency> decode;
  const shardline::model& model;
  basic_workload<T> workload;
  integer gpus;
  std::size_t top;
  const Deploy& deploy;

  struct place {
    std::array<double, 4> rank{};
    pool_pair pair{};
    integer instances = 0;  // that read

    [[nodiscard]] bool operator<(const place& o) const noexcept {
      if (rank != o.rank) return rank < o.rank;
      return std::array{pair.reads, pair.decodes, static_cast<std::size_t>(instances)} <
             std::array{o.pair.reads, o.pair.decodes, static_cast<std::size_t>(o.instances)};
    }
  };
  std::vector<std::pair<place, basic_sized_pools<T>>> best{};

  [[nodiscard]] bool at_rate() const { return value_of(workload.rate.value()) > 0.0; }
  // The least that a pair can be ranked by: GPUs at a rate, else the most tokens per second. Slots
  // that are full serve no less than fewer, but for a hundredth.
  [[nodiscard]] double least(const pool_option& p, const pool_option& d,
                             const std::vector<double>& rates) const {
    if (at_rate()) {
      return static_cast<double>(instances_for(p) * p.layout.gpus() +
                                 instances_for(d) * d.layout.gpus());
    }
    constexpr double margin = 1.01;
    double most = 0.0;
    for_each_share(p, d, [&](integer x, integer y) {
      const double reads = real<double>(x) * p.rate;
      most = std::max(most, std::min(reads, rates[static_cast<std::size_t>(y - 1)]));
    });
    return -most * margin * value_of(workload.output.value());
  }
  // Whether none that is ranked so at best is among the best.
  [[nodiscard]] bool is_beyond(double least_rank) const {
    return best.size() == top &&
           (top == 0 || best.back().first.rank[at_rate() ? 0 : 1] < least_rank);
  }
  void operator()(const pool_pair& of, const pool_option& p, const pool_option& d) {
    prefill.layout = p.layout;
    prefill.cluster.gpus = p.layout.gpus();
    decode.layout = d.layout;
    decode.cluster.gpus = d.layout.gpus();
    // The load's own are the steps of the pool that reads.
    for (basic_pool<T, Efficiency>* pool : {&decode, &prefill}) {
      deploy(0, pool->layout, pool->cluster, std::span<basic_workload<T>>(&workload, 1));
    }
    if (at_rate()) return at_the_rate(of, p, d);
    for_each_share(p, d, [&](integer x, integer y) {
      const auto found = priced(x, y);
      if (found.feasible()) offer(of, x, y, found);
    });
  }

 private:
  // As many of either as serve each other, and one more or less.
  template <class Visit>
  void for_each_share(const pool_option& p, const pool_option& d, const Visit& visit) const {
    const double unit = static_cast<double>(p.layout.gpus()) / p.rate +
                        static_cast<double>(d.layout.gpus()) / d.rate;
    const auto even = static_cast<integer>(static_cast<double>(gpus) / unit / p.rate);
    for (integer x = std::max<integer>(even - 1, 1); x <= even + 2; ++x) {
      const integer y = (gpus - x * p.layout.gpus()) / d.layout.gpus();
      if (x * p.layout.gpus() < gpus && y > 0) visit(x, y);
    }
  }
  [[nodiscard]] integer instances_for(const pool_option& o) const {
    const double rate = value_of(workload.rate.value());
    return std::max<integer>(static_cast<integer>(std::ceil(rate / o.rate)), 1);
  }
  // A first token waits for prompts alone and the others for decoding, so that each pool is as
  // small as its own promise allows.
  void at_the_rate(const pool_pair& of, const pool_option& p, const pool_option& d) {
    for (integer x = instances_for(p); x * p.layout.gpus() < gpus; ++x) {
      const integer most = (gpus - x * p.layout.gpus()) / d.layout.gpus();
      for (integer y = instances_for(d); y <= most; ++y) {
        if (is_beyond(static_cast<double>(x * p.layout.gpus() + y * d.layout.gpus()))) break;
        const auto found = priced(x, y);
        if (found.feasible()) return offer(of, x, y, found);
        if (!found.prefill.feasible() && found.decode.feasible()) break;  // more to read
      }
    }
  }
  [[nodiscard]] basic_disaggregated<T> priced(integer x, integer y) {
    prefill.instances = x;
    decode.instances = y;
    return disaggregate(prefill, decode, model, workload);
  }
  void offer(const pool_pair& of, integer x, integer y, const basic_disaggregated<T>& found) {
    const double used =
        at_rate() ? static_cast<double>(x * prefill.layout.gpus() + y * decode.layout.gpus()) : 0.0;
    const place own{{used, -value_of(found.serving.output_tokens_per_s.value()),
                     value_of(found.serving.tpot.value()), value_of(found.serving.ttft.value())},
                    of,
                    x};
    const auto before = [](const place& o, const auto& b) { return o < b.first; };
    const auto at = std::upper_bound(best.begin(), best.end(), own, before);
    best.insert(at, {own, {prefill.layout, decode.layout, x, y, found}});
    if (best.size() > top) best.pop_back();
  }
};

}  // namespace detail

/// The best `top` pairs of pools within `gpus` GPUs, prefill on the first cluster's accelerator and
/// engine and decode on the second's (each cluster's own number of GPUs does not count). At a rate
/// the fewest GPUs that keep the limits, else the most output tokens per second; of equals the
/// shorter TPOT, then TTFT. `w` must ask for two tokens or more and no num_prompts.
///   connects   (model, prefill layout, decode layout) -> bool: whether a cache can go from one to
///              the other
/// Every layout of up to gpus - 1 GPUs is looked at for each pool. Not sized with the others is one
/// that as many GPUs of another do no worse by: in requests per second, in the time of a prompt
/// alone and the ranks that send its cache, or in the times of a sequence alone and with half the
/// slots. Then instances are those that serve each other, and one more or less; pairs that could
/// not be among the best by what each pool does at most are not priced.
///   looks      what became of the layouts that were looked at to read, and to decode
///   deploy     (0, layout, cluster, loads): what an engine does under a layout, as in
///              search_terms; asked of the pool that reads last, whose steps the load's are
/// Held against every pair in every number, to 1 % of tokens, for 6 and 8 GPUs:
/// tests/plan/pools.cpp. watch(looks) as in search().
template <single_case T, class Efficiency, class Connects, class Watch = unwatched,
          class Deploy = as_described>
[[nodiscard]] std::vector<basic_sized_pools<T>> size_pools(
    const basic_cluster<T, Efficiency>& prefill, const basic_cluster<T, Efficiency>& decode,
    const model& m, const basic_workload<T>& w, integer gpus, const Connects& connects,
    std::size_t top = 10, Watch&& watch = {}, std::array<pool_looks, 2>* looks = nullptr,
    const Deploy& deploy = {}) {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  std::array<pool_looks, 2> own;
  std::array<pool_looks, 2>& seen = looks == nullptr ? own : *looks;
  auto readers = detail::pool_options(prefill, m, w, true, gpus - 1, watch, deploy, seen[0]);
  auto decoders = detail::pool_options(decode, m, w, false, gpus - 1, watch, deploy, seen[1]);
  detail::keep_joined(readers, decoders, [&connects, &m](const layout& p, const layout& d) {
    return connects(m, p, d);
  });
  detail::pool_sizer<T, Efficiency, Deploy> sizer{
      {prefill, {}, 1}, {decode, {}, 1}, m, w, gpus, top, deploy};
  std::vector<detail::pool_pair> pairs;
  for (std::size_t j = 0; j < decoders.size(); ++j) {
    const detail::pool_option& d = decoders[j];
    const auto rates = sizer.at_rate() ? std::vector<double>{}
                                       : detail::decode_rates(decode, m, w, d.layout, gpus);
    for (std::size_t i = 0; i < readers.size(); ++i) {
      const detail::pool_option& p = readers[i];
      const bool room = p.layout.gpus() + d.layout.gpus() <= gpus;
      if (room && connects(m, p.layout, d.layout))
        pairs.push_back({sizer.least(p, d, rates), i, j});
    }
  }
  // The best first, until what is left cannot be among them.
  std::sort(pairs.begin(), pairs.end());
  for (const detail::pool_pair& one : pairs) {
    if (sizer.is_beyond(one.least)) break;
    sizer(one, readers[one.reads], decoders[one.decodes]);
  }
  std::vector<basic_sized_pools<T>> best;
  for (const auto& found : sizer.best) best.push_back(found.second);
  return best;
}

}  // namespace shardline
