// SPDX-License-Identifier: BSL-1.0
/// A pool of instances that only read prompts or only decode, and the KV cache's way from one to
/// the other.
#pragma once

#include "shardline/serve/serving.hpp"

namespace shardline {

/// `instances` equal instances of a layout, each on a cluster of its own.
template <class T = double, class Efficiency = datasheet>
struct basic_pool {
  basic_cluster<T, Efficiency> cluster{};
  shardline::layout layout{};
  integer instances = 1;

  /// GPUs of all instances.
  [[nodiscard]] constexpr integer gpus() const noexcept {
    return saturating_product(instances, layout.gpus());
  }
};

/// The load as a prefill instance has it, a prompt for each of its replicas, of one output token:
/// at_concurrency(w, dp) without rate, run and guesses. Source: DistServe, arXiv 2401.09670.
///   dp 4: 4 sequences, 1 token out   (tests/serve/pools.cpp)
template <class T>
[[nodiscard]] constexpr basic_workload<T> prefill_load(const layout& l,
                                                       const basic_workload<T>& w) noexcept {
  basic_workload<T> load = at_concurrency(w, real<T>(l.attention.dp));
  load.output = tokens<T>::from_value(T(1.0));
  load.rate = {};
  load.num_prompts = T(0.0);
  load.speculation = {};
  return load;
}

/// The load as a decode instance has it, sequences that only decode: at_concurrency(w, sequences)
/// without rate and run. Source: as above.
///   decode_load(w, 32).concurrency = 32   (tests/serve/pools.cpp)
template <class T>
[[nodiscard]] constexpr basic_workload<T> decode_load(const basic_workload<T>& w,
                                                      const T& sequences) noexcept {
  basic_workload<T> load = at_concurrency(w, sequences);
  load.rate = {};
  load.num_prompts = T(0.0);
  return load;
}

namespace detail {

// Bytes that the fullest rank of a decode instance keeps of one prompt, not counted in pages.
template <class T>
constexpr bytes<T> bytes_received(const prepared_memory<T>& p,
                                  const basic_workload<T>& w) noexcept {
  T most(0.0);
  for (std::size_t i = 0; i < p.stages.size(); ++i) {
    T kept(0.0);
    for (std::size_t k = 0; k < p.caches.size(); ++k) {
      const sequence_cache& c = p.caches[k].cache;
      const T own = c.resident(w.input.value(), 1).value() + T(c.state_bytes);
      kept = kept + own * T(static_cast<double>(p.stages[i].segments[p.caches[k].segment]));
    }
    most = max(most, kept);
  }
  return bytes<T>::from_value(most);
}

// transfer_time() to a pool of which `receiving` is an instance.
template <class T, class Efficiency>
constexpr seconds<T> transfer_to(const basic_pool<T, Efficiency>& to,
                                 const prepared_memory<T>& receiving, const layout& sends,
                                 const basic_workload<T>& w) noexcept {
  const T senders = real<T>(sends.attention.tp * sends.attention.cp * sends.pp);
  const T receivers = real<T>(to.layout.attention.tp * to.layout.pp);
  const bytes<T> received = bytes_received(receiving, w);
  const collective<T> hop{collective_kind::send_recv,
                          {2, to.cluster.gpus_per_domain},
                          received * max(receivers / senders, T(1.0))};
  return time_of(to.cluster, hop);
}

}  // namespace detail

/// Seconds that the cache of one prompt takes from a prefill instance to a decode instance, over
/// the network, once the prompt is done: a rank of the decode instance receives what it keeps, and
/// the ranks of the prefill replica share out what all of that replica's ranks receive.
///   time of a send-recv of  received max(1, receiving ranks / sending ranks)  bytes
/// Ranks are tp pp of the decode, tp cp pp of the prefill layout.
/// For pools that check() accepts. Derived from the kinds' sequence_cache and the time of a
/// send-recv.
///   Llama-3.1-8B from one H100 to another, 2048 tokens at 50 GB/s and 5 us: 5.37 ms
///   (tests/serve/pools.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr seconds<T> transfer_time(const basic_pool<T, Efficiency>& from,
                                                 const basic_pool<T, Efficiency>& to,
                                                 const model& m,
                                                 const basic_workload<T>& w) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  return detail::transfer_to(to, prepare_memory(to.cluster, m, to.layout), from.layout, w);
}

namespace detail {

// Prompts on each replica of each instance, read together as far as a step has room.
template <class T>
struct prefill_station {
  basic_time<T> step{};  // of one of its steps
  seconds<T> own{};      // from a prompt's first step to its last
  seconds<T> entry{};    // until it is noticed
  T servers = T(1.0);    // replicas of all instances
  seconds<T> pace{};     // from one prompt to the next on a replica

  [[nodiscard]] constexpr T most() const noexcept { return servers / pace.value(); }
  [[nodiscard]] constexpr seconds<T> wait(const T& rate) const noexcept {
    return wait_for_slot(servers, pace, rate / most());
  }
};

template <class T, class Efficiency>
constexpr prefill_station<T> station_of(const basic_pool<T, Efficiency>& pool,
                                        const prepared_layout<T, Efficiency>& p,
                                        const basic_workload<T>& w) noexcept {
  const layout& l = pool.layout;
  const basic_workload<T> load = prefill_load(l, w);
  const T budget = step_budget(pool.cluster.runtime, load);
  const T prompt = computed_tokens(load);
  const replica_clock<T, Efficiency> clock{p, load};
  const auto t = clock(step_with_prompts(load, budget));
  const basic_time<T> alone = prefill(p, load);
  prefill_station<T> station;
  station.step = alone;
  station.own = alone.total();
  station.entry = admission_time(pool.cluster.accelerator.efficiency, alone.total(), T(0.0)) +
                  seconds<T>::from_value(copy_seconds(p, load));
  station.servers = real<T>(pool.instances) * real<T>(l.attention.dp);
  station.pace = t.slowest * (prompt / budget);
  return station;
}

// Life of a sequence where n decode on each instance.
template <class T, class Efficiency>
struct decode_station {
  const basic_pool<T, Efficiency>& pool;
  const prepared_layout<T, Efficiency>& prepared;
  const basic_workload<T>& workload;

  [[nodiscard]] constexpr basic_time<T> round(const T& sequences) const noexcept {
    return shardline::decode(prepared, decode_load(workload, sequences));
  }
  [[nodiscard]] constexpr seconds<T> life(const T& sequences) const noexcept {
    const basic_workload<T> load = decode_load(workload, sequences);
    return round(sequences).total() * decode_rounds(load);
  }
  [[nodiscard]] constexpr T rate(const T& sequences, const seconds<T>& life) const noexcept {
    return real<T>(pool.instances) * sequences / max(life.value(), T(1e-12));
  }
};

}  // namespace detail

}  // namespace shardline
