/// A cluster: how many accelerators, how they are connected, and what the serving engine keeps.
#pragma once

#include "shardline/base/integer.hpp"
#include "shardline/describe/accelerator.hpp"

namespace shardline {

/// What the serving engine itself takes of each GPU's memory.
///   memory_fraction  share of the memory the engine may fill, in (0, 1] (vLLM's
///                    gpu_memory_utilization; 1 here, so that nothing is withheld silently)
///   reserve          driver context, CUDA graphs and communicators. Default 1 GiB: vLLM 0.11
///                    start-up logs show 0.54 GiB outside the allocator at tp 2 and up to 0.39 GiB
///                    of graphs (llm-d-benchmark, empirical-vllm-memory-results.md)
///   page_tokens      tokens per KV-cache page; a sequence holds whole pages (vLLM block_size 16)
template <class T = double>
struct basic_runtime {
  T memory_fraction = T(1.0);
  bytes<T> reserve = bytes<T>::from_value(T(1073741824.0));
  count page_tokens = 16;
};
using runtime = basic_runtime<>;

/// `gpus` equal accelerators in domains of `gpus_per_domain`.
template <class T = double, class Efficiency = datasheet>
struct basic_cluster {
  using scalar = T;
  using efficiency_policy = Efficiency;

  basic_accelerator<T, Efficiency> accelerator{};
  count gpus = 1;
  count gpus_per_domain = 1;
  basic_link<T> scale_up{};
  basic_link<T> network{};
  basic_runtime<T> runtime{};
};
using cluster = basic_cluster<>;

/// A cluster of `gpus` accelerators with the domain size and links that its data sheet names.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_cluster<T, Efficiency> make_cluster(
    const basic_accelerator<T, Efficiency>& a, count gpus) noexcept {
  return {a, gpus, a.domain, a.scale_up, a.network, {}};
}

/// The same with another number of accelerators per scale-up domain.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_cluster<T, Efficiency> make_cluster(
    const basic_accelerator<T, Efficiency>& a, count gpus, count gpus_per_domain) noexcept {
  return {a, gpus, gpus_per_domain, a.scale_up, a.network, {}};
}

}  // namespace shardline
