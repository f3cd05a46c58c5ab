/// The accelerators and engines that were measured, and a row's predictions for them.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "score.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/shardline.hpp"

namespace accuracy {

/// Kernels of one engine on one accelerator, run over the same buffers again and again.
struct kernels {
  shardline::accelerator bare{};
  shardline::basic_accelerator<double, shardline::fitted> fitted{};
  std::string engine{};

  [[nodiscard]] std::string name() const { return std::string(bare.name) + " " + engine; }
};

/// `system` and `version` as the tables name them: "h100_sxm", "vllm/0.19.0".
inline kernels kernels_of(const std::string& system, const std::string& version) {
  const std::string engine = version.substr(0, version.find('/'));
  const bool trt = engine == "trtllm";
  kernels k;
  k.engine = engine;
  if (system == "a100_sxm") {
    k.bare = shardline::catalog::a100_sxm;
  } else if (system == "h100_sxm") {
    k.bare = shardline::catalog::h100_sxm;
  } else {
    throw std::invalid_argument("system: " + system + "; allowed: a100_sxm, h100_sxm");
  }
  k.fitted = shardline::with_fitted_kernels(
      k.bare, trt ? shardline::kernel_engine::tensorrt_llm : shardline::kernel_engine::vllm);
  return k;
}

template <class Operator>
observation observed(const kernels& k, const Operator& op, double measured) {
  const auto bound = time_of(k.bare, op);
  return {measured,
          time_of(k.fitted, op).total().value(),
          0.0,
          bound.compute.value(),
          bound.memory.value(),
          op.kernels()};
}

inline std::vector<family> values_of(const std::map<std::string, family>& by_name) {
  std::vector<family> all;
  for (const auto& [name, f] : by_name) all.push_back({name, f.rows});
  return all;
}

}  // namespace accuracy
