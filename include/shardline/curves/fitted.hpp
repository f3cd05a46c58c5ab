// SPDX-License-Identifier: BSL-1.0
/// The policy `fitted`: how kernels of one accelerator and engine behave, as a few constants each.
///
/// Shares are of data sheet figures and carry over to other accelerators as they are; times are
/// what launching, filling and draining a kernel takes; sizes are those of the kernels' tiles. The
/// formulas that read them are in fitted/, all of them by fitted/policy.hpp; the fitted values in
/// catalog/efficiencies.hpp; what each may be in curves/constants.hpp.
#pragma once

#include "shardline/base/scalar.hpp"
#include "shardline/base/units.hpp"
#include "shardline/curves/collectives.hpp"
#include "shardline/curves/kernels.hpp"
#include "shardline/curves/residuals.hpp"
#include "shardline/describe/efficiency.hpp"

namespace shardline {

/// What the engine's own program takes beside the accelerator: fitted/host.hpp.
///   step            of every step, after the accelerator is done
///   sequence        of every step and decoding sequence, likewise
///   replay          to prepare a step that replays a CUDA graph, while the accelerator works, and
///   replay_sequence of each of its sequences
///   kernel          to launch one of a step's kernels, where it does so one by one, as with
///                   prompts; likewise
///   small_kernels   of each kernel: small ones that no operator stands for, and gaps
///   graphs          decode steps replay CUDA graphs; without them every step launches its kernels
///   runs_ahead      it launches a prompt's next chunk while the one before it runs
///   admission       between a request's arrival and the engine's noticing it
///   admission_steps steps of a busy engine that pass besides
template <class T = double>
struct host_curve {
  seconds<T> step{};
  seconds<T> sequence{};
  seconds<T> replay{};
  seconds<T> replay_sequence{};
  seconds<T> kernel{};
  seconds<T> small_kernels{};
  bool graphs = true;
  seconds<T> admission{};
  T admission_steps = T(0.0);
  bool runs_ahead = false;
};

/// The policy `fitted`: every operator by its own formula.
///   attention curves are chosen by the format of the cache; latent ones are those of MLA; sparse
///   ones of attention to chosen tokens, over latents and over blocks of keys and values
///   residuals   how far measurements were from this, where constants had not seen them
///   looped   kernels run over the same buffers again and again, as benchmarks do: what fits the
///            last-level cache is found there. A step of a model streams its weights in between.
template <class T = double>
struct basic_fitted {
  provenance source = provenance::transferred;
  by_format<gemm_curve<T>> gemm{};
  by_format<prefill_curve<T>> prefill{};
  by_format<decode_curve<T>> decode{};
  by_format<prefill_curve<T>> latent_prefill{};
  by_format<decode_curve<T>> latent_decode{};
  by_format<sparse_curve<T>> sparse{};
  by_format<sparse_curve<T>> block_sparse{};
  by_format<expert_curve<T>> experts{};
  by_recurrence<recurrence_curve<T>> recurrences{};
  elementwise_curve<T> elementwise{};
  collective_curve<T> collectives{};
  exchange_curves<T> exchange{};
  host_curve<T> host{};
  basic_residuals<T> residuals{};
  bool looped = false;
};
using fitted = basic_fitted<>;

/// Whether a curve says nothing: it has the defaults, launch 0 s and share 1, under which its
/// kernel would launch in no time and reach all of the data sheet's bandwidth, as none does.
///   true of a gemm_curve<>{}, false with a launch of 3 us   (tests/curves/constants.cpp)
template <class Curve>
[[nodiscard]] constexpr bool says_nothing(const Curve& c) noexcept {
  return !(value_of(c.launch.value()) > 0.0) && !(value_of(c.bandwidth) < 1.0);
}
template <class T>
[[nodiscard]] constexpr bool says_nothing(const sparse_curve<T>& c) noexcept {
  return !(value_of(c.launch.value()) > 0.0) && !(value_of(c.compute) < 1.0);
}
template <class T>
[[nodiscard]] constexpr bool says_nothing(const collective_curve<T>& c) noexcept {
  return !(value_of(c.launch.value()) > 0.0) && !(value_of(c.bulk_share) < 1.0);
}
template <class T>
[[nodiscard]] constexpr bool says_nothing(const throughput_exchange_curve<T>& c) noexcept {
  return !(value_of(c.launch.value()) > 0.0) && !(value_of(c.link_share) < 1.0);
}
template <class T>
[[nodiscard]] constexpr bool says_nothing(const latency_exchange_curve<T>& c) noexcept {
  return !(value_of(c.launch.value()) > 0.0) && !(value_of(c.link_share) < 1.0);
}
template <class T>
[[nodiscard]] constexpr bool says_nothing(const host_curve<T>& c) noexcept {
  const seconds<T> all =
      c.step + c.sequence + c.replay + c.replay_sequence + c.kernel + c.small_kernels;
  return !(value_of(all.value()) > 0.0);
}

/// Calls visit(format, curve) for every one of a policy's curves that depends on the format:
/// formats in their order, and under each its kinds of kernels.
///   visits 48: 6 formats of 8 kinds of kernels   (tests/curves/constants.cpp)
template <class T, class Visit>
constexpr void for_each_format(basic_fitted<T>& f, const Visit& visit) {
  for (std::size_t i = 0; i < kernel_format_count; ++i) {
    const auto format = static_cast<kernel_format>(i);
    visit(format, f.gemm[format]);
    visit(format, f.prefill[format]);
    visit(format, f.latent_prefill[format]);
    visit(format, f.decode[format]);
    visit(format, f.latent_decode[format]);
    visit(format, f.sparse[format]);
    visit(format, f.block_sparse[format]);
    visit(format, f.experts[format]);
  }
}

/// Calls visit(curve) for every one of these, for each of recurrences and the one of vector
/// kernels.
///   visits 53   (tests/curves/constants.cpp)
template <class T, class Visit>
constexpr void for_each_kernel(basic_fitted<T>& f, const Visit& visit) {
  for_each_format(f, [&visit](kernel_format, auto& curve) { visit(curve); });
  for (recurrence_curve<T>& c : f.recurrences.of) visit(c);
  visit(f.elementwise);
}

}  // namespace shardline
