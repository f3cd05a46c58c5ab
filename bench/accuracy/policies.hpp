// SPDX-License-Identifier: BSL-1.0
/// The accelerators and engines whose kernels were measured.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "score.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/kernels/roofline.hpp"
#include "shardline/work/expert_operators.hpp"
#include "shardline/work/mixing.hpp"

namespace accuracy {

/// Kernels of one engine on one accelerator, run over the same buffers again and again.
///   trial   the same policy, for curves to be tried in: copying a policy takes longer than asking
struct kernels {
  shardline::accelerator bare{};
  shardline::basic_accelerator<double, shardline::fitted> fitted{};
  std::string engine{};
  mutable shardline::basic_accelerator<double, shardline::fitted> trial{};

  [[nodiscard]] std::string gpu() const { return std::string(bare.name.view()); }
  [[nodiscard]] std::string name() const { return gpu() + " " + engine; }
  /// Chips of one silicon run the same kernels at the same clocks, whatever their memory:
  /// multiprocessors and cache of an H200 are an H100's.
  [[nodiscard]] std::string silicon() const {
    const bool hopper = gpu() == "h100-sxm" || gpu() == "h200-sxm";
    return (hopper ? "hopper" : gpu()) + " " + engine;
  }
  [[nodiscard]] bool is_a100() const { return bare.name.view() == "a100-sxm"; }
  [[nodiscard]] bool is_vllm() const { return engine == "vllm"; }
};

/// Of an accelerator and an engine, as tables name it: "vllm", "sglang", "trtllm";
/// "nccl": the library alone, without an engine's own all-reduce.
inline std::shared_ptr<const kernels> kernels_of(const shardline::accelerator& gpu,
                                                 const std::string& engine) {
  const bool library = engine == "nccl";
  const shardline::engine_version* version = shardline::find_engine(library ? "vllm" : engine);
  if (version == nullptr) throw std::invalid_argument("engine: " + engine);
  shardline::engine_version of = *version;
  if (library) of.kernels.own_all_reduce = false;
  auto k = std::make_shared<kernels>();
  k->engine = engine;
  k->bare = gpu;
  k->fitted = shardline::with_fitted_kernels(gpu, of);
  k->trial = k->fitted;
  return k;
}

template <class Operator>
observation observed(const kernels& k, const Operator& op, double measured) {
  const auto bound = time_of(k.bare, op);
  observation o;
  o.measured = measured;
  o.fitted = time_of(k.fitted, op).total().value();
  o.compute = bound.compute.value();
  o.memory = bound.memory.value();
  o.kernels = op.kernels();
  return o;
}

}  // namespace accuracy
