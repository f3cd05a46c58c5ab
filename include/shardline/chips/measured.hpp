/// What a chip's file says of the kernels that were measured on it.
#pragma once

#include "shardline/curves/fitted.hpp"
#include "shardline/describe/accelerator.hpp"
#include "shardline/engines/engine.hpp"

namespace shardline {

/// A chip on which kernels were measured.
///   sheet       its data sheet
///   kernels     the curves of a benchmark's kernels there, as an engine's library has them
///   sustained   large multiplications in a step over those in a benchmark: the clock of a GPU that
///               is busy all the time, by whole runs
struct measured_chip {
  const accelerator* sheet = nullptr;
  fitted (*kernels)(const kernel_execution&) noexcept = nullptr;
  double sustained = 1.0;
};

namespace detail {

constexpr bool runs_tensorrt(const kernel_execution& e) noexcept {
  return e.library == kernel_library::tensorrt_llm;
}

}  // namespace detail

}  // namespace shardline
