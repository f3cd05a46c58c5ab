// SPDX-License-Identifier: BSL-1.0
/// Layouts of one of two pools that are worth sizing with the other's.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "shardline/estimate/disaggregation.hpp"
#include "shardline/plan/near_miss.hpp"
#include "shardline/plan/search.hpp"

namespace shardline {

/// What became of the layouts that were looked at for one pool: counts, and the nearest of those
/// that keep not every rule there.
struct pool_looks {
  search_counts counts{};
  miss_keeper nearest = miss_keeper(3);
};

namespace detail {

// A layout of one of the pools, by what decides how it does there: requests a second of an instance
// at most, two more that are better when larger, and which kinds of the other pool's layouts it
// connects to.
struct pool_option {
  shardline::layout layout{};
  double rate = 0.0;
  std::array<double, 2> merits{};
  std::vector<bool> joins{};

  // Connects to all that the other connects to.
  [[nodiscard]] bool joins_all_of(const pool_option& other) const {
    for (std::size_t i = 0; i < joins.size(); ++i) {
      if (other.joins[i] && !joins[i]) return false;
    }
    return true;
  }

  // As many GPUs of the other do no better in anything.
  [[nodiscard]] bool covers(const pool_option& other) const {
    const integer own = layout.gpus();
    const integer others = other.layout.gpus();
    if (others % own != 0) return false;
    const integer instances = others / own;
    const auto times = static_cast<double>(instances);
    return rate * times >= other.rate && merits[0] >= other.merits[0] &&
           merits[1] >= other.merits[1] && joins_all_of(other);
  }
};

// Without those that another covers; of equals the first stays.
inline std::vector<pool_option> uncovered(const std::vector<pool_option>& all) {
  std::vector<pool_option> kept;
  for (const pool_option& o : all) {
    const auto covers_it = [&o](const pool_option& k) { return k.covers(o); };
    if (std::any_of(kept.begin(), kept.end(), covers_it)) continue;
    std::erase_if(kept, [&o](const pool_option& k) { return o.covers(k); });
    kept.push_back(o);
  }
  return kept;
}

// The most sequences, of `most`, with which an instance keeps to the longest time per output token.
template <class T, class Efficiency>
T sequences_in_time(const decode_station<T, Efficiency>& station, const basic_workload<T>& w,
                    const T& most) {
  if (!w.max_tpot) return most;
  const double longest = w.max_tpot->value() * (value_of(w.output.value()) - 1.0);
  if (station.life(T(1.0)).value() > longest) return T(0.0);
  double low = 1.0;
  double high = most;
  for (int halving = 0; halving < 64 && high - low >= 1.0; ++halving) {
    const double middle = std::floor(0.5 * (low + high + 1.0));
    const bool longer = station.life(T(middle)).value() > longest;
    (longer ? high : low) = longer ? middle - 1.0 : middle;
  }
  return T(low);
}

// Looks at layouts as an instance of either pool.
template <class T, class Efficiency, class Watch, class Deploy>
struct pool_scout {
  pool_looks& seen;
  basic_cluster<T, Efficiency> cluster;
  const shardline::model& model;
  basic_workload<T> workload;
  bool reads;  // prompts, or else decodes
  Watch& watch;
  const Deploy& deploy;
  std::vector<pool_option> found{};
  integer looks = 0;

  void operator()(const layout& l) {
    watch(++looks);
    deploy(0, l, cluster, std::span<basic_workload<T>>(&workload, 1));
    const report shape = check_valid(cluster, model, l, workload);
    if (!shape.feasible()) return reject(l, shape);
    const basic_pool<T, Efficiency> pool{cluster, l, 1};
    const prepared_layout<T, Efficiency> p = prepare(cluster, model, l);
    if (reads) {
      look_at_reading(pool, p);
    } else if (l.attention.cp == 1) {
      look_at_decoding(pool, p);
    }
  }

 private:
  void reject(const layout& l, const report& r) {
    seen.counts.reject(r, 1);
    seen.nearest.offer(l, 1, r);
  }
  void accept(const pool_option& o) {
    ++seen.counts.tried;
    ++seen.counts.feasible;
    found.push_back(o);
  }
  void look_at_reading(const basic_pool<T, Efficiency>& pool,
                       const prepared_layout<T, Efficiency>& p) {
    const layout& l = pool.layout;
    report r;
    check_memory(memory(p, prefill_load(l, workload)), r);
    if (!r.feasible()) return reject(l, r);
    const prefill_station<T> s = station_of(pool, p, workload);
    require_time(r, rule::ttft, s.own + s.entry, workload.max_ttft);
    if (!r.feasible()) return reject(l, r);
    const auto senders = static_cast<double>(l.attention.tp * l.attention.cp * l.pp);
    accept({l, s.most(), {-(s.own + s.entry).value(), senders}});
  }
  void look_at_decoding(const basic_pool<T, Efficiency>& pool,
                        const prepared_layout<T, Efficiency>& p) {
    report r;
    check_memory(memory(p, decode_load(workload, T(1.0))), r);
    if (!r.feasible()) return reject(pool.layout, r);
    const decode_station<T, Efficiency> s{pool, p, workload};
    const T slots = round_down(decode_slots(p, workload));
    const T within = sequences_in_time(s, workload, slots);
    if (!(within > 0.0)) {
      const T each = workload.output.value() - T(1.0);
      require_time(r, rule::tpot, s.life(T(1.0)) / each, workload.max_tpot);
      return reject(pool.layout, r);
    }
    const double rate = s.rate(within, s.life(within));
    const double quickest = -s.life(T(1.0)).value();
    const double at_half = -s.life(max(within * T(0.5), T(1.0))).value();
    accept({pool.layout, rate, {quickest, at_half}});
  }
};

template <class T, class Efficiency, class Watch, class Deploy>
std::vector<pool_option> pool_options(const basic_cluster<T, Efficiency>& c, const model& m,
                                      const basic_workload<T>& w, bool reads, integer gpus,
                                      Watch& watch, const Deploy& deploy, pool_looks& seen) {
  pool_scout<T, Efficiency, Watch, Deploy> scout{seen, c, m, w, reads, watch, deploy};
  for (integer n = 1; n <= gpus; ++n) {
    scout.cluster.gpus = n;
    for_each_layout(n, m, scout);
  }
  return std::move(scout.found);
}

// One of each kind of layout that connections tell apart.
inline std::vector<layout> kinds_of(const std::vector<pool_option>& options) {
  std::vector<layout> kinds;
  for (const pool_option& o : options) {
    const auto same = [&o](const layout& k) {
      return k.attention.tp == o.layout.attention.tp && k.attention.cp == o.layout.attention.cp &&
             k.pp == o.layout.pp;
    };
    if (std::none_of(kinds.begin(), kinds.end(), same)) kinds.push_back(o.layout);
  }
  return kinds;
}

// Those that connect to any kind of the other pool's layouts, and that no other covers.
template <class Connects>
void keep_joined(std::vector<pool_option>& readers, std::vector<pool_option>& decoders,
                 const Connects& connects) {
  const std::vector<layout> reading = kinds_of(readers);
  const std::vector<layout> decoding = kinds_of(decoders);
  for (pool_option& o : readers) {
    for (const layout& k : decoding) o.joins.push_back(connects(o.layout, k));
  }
  for (pool_option& o : decoders) {
    for (const layout& k : reading) o.joins.push_back(connects(k, o.layout));
  }
  for (std::vector<pool_option>* pool : {&readers, &decoders}) {
    std::erase_if(*pool, [](const pool_option& o) {
      return std::find(o.joins.begin(), o.joins.end(), true) == o.joins.end();
    });
    *pool = uncovered(*pool);
  }
}

// Requests per second that 1, 2, ... instances of a layout decode at most, of so many sequences in
// flight in all.
template <class T, class Efficiency>
std::vector<double> decode_rates(basic_cluster<T, Efficiency> c, const model& m,
                                 const basic_workload<T>& w, const layout& l, integer gpus) {
  c.gpus = l.gpus();
  const basic_pool<T, Efficiency> pool{c, l, 1};
  const prepared_layout<T, Efficiency> p = prepare(c, m, l);
  const decode_station<T, Efficiency> s{pool, p, w};
  const T within = sequences_in_time(s, w, T(round_down(decode_slots(p, w))));
  std::vector<double> rates;
  for (integer n = 1; n * l.gpus() <= gpus; ++n) {
    const T each = max(min(within, w.concurrency / real<T>(n)), T(1.0));
    rates.push_back(real<double>(n) * value_of(s.rate(each, s.life(each))));
  }
  return rates;
}

}  // namespace detail

}  // namespace shardline
