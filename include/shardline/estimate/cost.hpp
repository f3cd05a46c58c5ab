// SPDX-License-Identifier: BSL-1.0
/// What tokens cost where a GPU has a price.
#pragma once

#include "shardline/base/integer.hpp"
#include "shardline/serve/serving.hpp"

namespace shardline {

/// Dollars.
///   per_hour             of all GPUs
///   per_million_output   output tokens
///   per_million          prompt and output tokens
template <class T = double>
struct basic_token_cost {
  T per_hour = T(0.0);
  T per_million_output = T(0.0);
  T per_million = T(0.0);
};
using token_cost = basic_token_cost<>;

/// Of a deployment in its steady state, whose GPUs cost so many dollars an hour each, busy or not:
///   per_million_output = 10^6 price gpus / (3600 output tokens per second)
///   8 GPUs at 2.50 dollars, 2450 output tokens a second: 2.27 dollars  (tests/estimate/cost.cpp)
/// Assumes that some tokens come out.
template <class T>
[[nodiscard]] constexpr basic_token_cost<T> cost_of(const basic_serving<T>& s, integer gpus,
                                                    const T& dollars_per_gpu_hour) noexcept {
  constexpr double seconds_of_an_hour = 3600.0;
  constexpr double million = 1e6;
  basic_token_cost<T> c;
  c.per_hour = dollars_per_gpu_hour * real<T>(gpus);
  const T of_a_second = c.per_hour * T(million / seconds_of_an_hour);
  c.per_million_output = of_a_second / s.output_tokens_per_s.value();
  c.per_million = of_a_second / (s.total_tokens_per_s_per_gpu.value() * real<T>(gpus));
  return c;
}

}  // namespace shardline
