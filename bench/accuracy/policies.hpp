/// The accelerators and engines whose kernels were measured.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "score.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/tensorrt_llm.hpp"
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
  [[nodiscard]] bool is_a100() const { return bare.name.view() == "a100-sxm"; }
  [[nodiscard]] bool is_vllm() const { return engine == "vllm"; }
};

inline shardline::accelerator measured_gpu(const std::string& system) {
  if (system == "a100_sxm") return shardline::catalog::a100_sxm;
  if (system == "h100_sxm") return shardline::catalog::h100_sxm;
  throw std::invalid_argument("system: " + system + "; allowed: a100_sxm, h100_sxm");
}

/// `system` and `version` as the tables name them: "h100_sxm", "vllm/0.19.0".
inline std::shared_ptr<const kernels> kernels_of(const std::string& system,
                                                 const std::string& version) {
  auto k = std::make_shared<kernels>();
  k->engine = version.substr(0, version.find('/'));
  k->bare = measured_gpu(system);
  k->fitted = shardline::with_fitted_kernels(
      k->bare, k->engine == "trtllm" ? shardline::engines::tensorrt_llm : shardline::engines::vllm);
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
