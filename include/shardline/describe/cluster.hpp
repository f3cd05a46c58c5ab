// SPDX-License-Identifier: BSL-1.0
/// A cluster: how many accelerators, how they are connected, and the engine that runs on them.
#pragma once

#include "shardline/base/integer.hpp"
#include "shardline/describe/accelerator.hpp"
#include "shardline/describe/engine.hpp"

namespace shardline {

/// `gpus` equal accelerators in domains of `gpus_per_domain`.
template <class T = double, class Efficiency = datasheet>
struct basic_cluster {
  using scalar = T;
  using efficiency_policy = Efficiency;

  basic_accelerator<T, Efficiency> accelerator{};
  integer gpus = 1;
  integer gpus_per_domain = 1;
  basic_link<T> scale_up{};
  basic_link<T> network{};
  basic_runtime<T> runtime{};
};
using cluster = basic_cluster<>;

/// A cluster of `gpus` accelerators, from 1 to 10^6 (check() refuses others), with the domain size
/// and links of their data sheet: gpus / a.domain domains.
///   make_cluster(catalog::h100_sxm, 64): 8 domains of 8   (tests/static/worked_numbers.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_cluster<T, Efficiency> make_cluster(
    const basic_accelerator<T, Efficiency>& a, integer gpus) noexcept {
  return {a, gpus, a.domain, a.scale_up, a.network, {}};
}

namespace detail {

// False of whatever it depends on: a sentence is said where a template that has it is called.
template <class>
inline constexpr bool is_called = false;

}  // namespace detail

/// Does not compile, in one sentence instead of a list of candidates: no number of accelerators, or
/// a text for an engine.
template <class T, class Efficiency>
constexpr basic_cluster<T, Efficiency> make_cluster(
    const basic_accelerator<T, Efficiency>& a) noexcept {
  static_assert(detail::is_called<T>,
                "shardline: a cluster has a number of GPUs: make_cluster(accelerator, gpus)");
  return {a};
}
template <class T, class Efficiency>
constexpr basic_cluster<T, Efficiency> with_engine(const basic_cluster<T, Efficiency>& c,
                                                   const char*) noexcept {
  static_assert(detail::is_called<T>,
                "shardline: an engine is a value, not a text: engines::vllm of "
                "shardline/engines/vllm.hpp, or *find_engine(text) of engines/index.hpp");
  return c;
}

/// The same cluster under another efficiency policy of its accelerator: a copy of `c`, save
/// `accelerator.efficiency`.
///   with_efficiency(make_cluster(catalog::h100_sxm, 64), constant{.mfu = 0.5}): 64 GPUs, mfu 0.5
///   (tests/static/worked_numbers.cpp)
template <class T, class Old, class New>
[[nodiscard]] constexpr basic_cluster<T, New> with_efficiency(const basic_cluster<T, Old>& c,
                                                              const New& efficiency) noexcept {
  return {with_efficiency(c.accelerator, efficiency),
          c.gpus,
          c.gpus_per_domain,
          c.scale_up,
          c.network,
          c.runtime};
}

/// The same cluster under another engine, of which engines/ has known ones: a copy of `c`, save its
/// `runtime`, the bytes that the engine takes and how it runs.
///   with_engine(make_cluster(catalog::h100_sxm, 8), engines::vllm).runtime.page_tokens = 16
///   (tests/static/worked_numbers.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_cluster<T, Efficiency> with_engine(
    basic_cluster<T, Efficiency> c, const basic_runtime<T>& engine) noexcept {
  c.runtime = engine;
  return c;
}

/// The same with another number of accelerators per scale-up domain, from 1 to 10^6:
/// gpus / gpus_per_domain domains.
///   make_cluster(catalog::h100_sxm, 64, 4): 16 domains of 4   (tests/static/worked_numbers.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_cluster<T, Efficiency> make_cluster(
    const basic_accelerator<T, Efficiency>& a, integer gpus, integer gpus_per_domain) noexcept {
  return {a, gpus, gpus_per_domain, a.scale_up, a.network, {}};
}

}  // namespace shardline
